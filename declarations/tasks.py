"""Celery's doors: each reads the clock and calls one action. Kinds of outbox work register here."""

import random
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import structlog
from celery import shared_task
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from declarations import outbox
from declarations.actions import handing_over, notices, printing, sheets, subscribing
from declarations.actions.people import letters
from declarations.clearance import assessment, closing, sweeps
from declarations.lifecycle import Owed
from declarations.messengers import messenger, push
from declarations.messengers.letters import send
from declarations.models import OutboxTask

draw = random.SystemRandom().random


def _deliver(delivery_id: int, now: datetime) -> None:
    """Send first, tick after: whoever is told twice sees by the message's id that it is the same."""
    taken = notices.take(
        delivery_id=delivery_id,
        driver_url=lambda token: reverse("declarations:driver", args=[token]),
        importer_url=lambda token: urljoin(settings.BASE_URL, reverse("declarations:importer", args=[token])),
        url=urljoin(settings.BASE_URL, reverse("declarations:notices")),
        preferences_url=urljoin(settings.BASE_URL, reverse("declarations:notice-preferences")),
    )
    if taken is not None:
        way, letter = taken
        if not messenger(way).send(letter, now=now):
            subscribing.unsubscribe(phone_id=int(letter.address), now=now)
        notices.seal_off(delivery_id=delivery_id, now=now)


def _greet(phone_id: int, now: datetime) -> None:
    """The first news on a telephone: that news come."""
    news = subscribing.greeting(phone_id=phone_id)
    if news is None:
        return
    url = reverse("declarations:driver", args=[news.phone.link.token])
    if not push.send(news.phone, text=news.text, url=url, now=now):
        subscribing.unsubscribe(phone_id=phone_id, now=now)


WORK = outbox.WORK
WORK |= {
    Owed.ASSESS: lambda subject, draw, now: assessment.assess(declaration_id=subject, draw=draw, now=now),
    Owed.ASSESS_AMENDED: lambda subject, draw, now: assessment.assess_amended(
        declaration_id=subject, draw=draw, now=now
    ),
    Owed.COMPLETE: lambda subject, _draw, now: closing.complete(declaration_id=subject, now=now),
    Owed.REFRESH: lambda subject, _draw, now: sweeps.refresh(declaration_id=subject, now=now),
    Owed.PRINT: lambda subject, _draw, now: printing.make(declaration_id=subject, now=now),
    Owed.READ_SHEET: lambda subject, _draw, now: sheets.read(sheet_id=subject, now=now),
    Owed.CHECK_SHEET: lambda subject, _draw, now: sheets.check_rows(sheet_id=subject, now=now),
    Owed.TAKE_SHEET: lambda subject, _draw, now: sheets.take_rows(sheet_id=subject, now=now),
    Owed.COUNT_SILENCE: lambda subject, _draw, now: handing_over.count_silence(vehicle_id=subject, now=now),
    Owed.GREET_PHONE: lambda subject, _draw, now: _greet(subject, now),
    Owed.TELL: lambda subject, _draw, now: notices.tell(declaration_id=subject, now=now),
    Owed.DELIVER: lambda subject, _draw, now: _deliver(subject, now),
    Owed.LETTER: lambda subject, _draw, now: letters.post(letter_id=subject, send=send, now=now),
}
"""What to do for each kind, with chance and clock of whoever does it; a test holds it against the kinds there are."""


@shared_task(name="declarations.tasks.relay")
def relay(**_later: Any) -> int:
    """Ring a worker for everything that is due; called every second by beat."""
    return outbox.relay(send=ring, now=timezone.now())


@shared_task(name="declarations.tasks.work")
def work(*, task_id: int, **_later: Any) -> bool:
    """Do one piece of owed work."""
    with structlog.contextvars.bound_contextvars(outbox_task=task_id):
        return outbox.run(task_id=task_id, work=_work, now=timezone.now())


@shared_task(name="declarations.tasks.sweep")
def sweep(**_later: Any) -> dict[str, int]:
    """What time itself does; called every minute by beat."""
    now = timezone.now()
    return {**sweeps.sweep(now=now), "reminded": notices.remind(now=now)}


def ring(task: OutboxTask) -> None:
    """Wake a worker for one task."""
    work.apply_async(kwargs={"task_id": task.pk}, headers={"trace_id": task.trace_id})


def _work(task: OutboxTask) -> None:
    with structlog.contextvars.bound_contextvars(trace_id=task.trace_id):
        WORK[task.kind](task.subject, draw, timezone.now())
