"""Celery's doors: each reads the clock and calls one action. Kinds of outbox work register here."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from celery import shared_task
from django.urls import reverse
from django.utils import timezone

from declarations import outbox
from declarations.actions import handing_over, printing, sheets, subscribing
from declarations.clearance import assessment, closing, sweeps
from declarations.lifecycle import Owed
from declarations.messengers import push
from declarations.models import OutboxTask

draw = random.SystemRandom().random

Draw = Callable[[], float]

WORK: dict[str, Callable[[int, Draw, datetime], object]] = {
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
    Owed.GREET_PHONE: lambda subject, _draw, now: tell_phone(subscribing.greeting(phone_id=subject), now=now),
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
    return sweeps.sweep(now=timezone.now())


def tell_phone(news: subscribing.News | None, *, now: datetime) -> None:
    """Say it, if anybody listens; whoever has gone is not told again."""
    if news is None:
        return
    url = reverse("declarations:driver", args=[news.phone.link.token])
    if not push.send(news.phone, text=news.text, url=url, now=now):
        subscribing.unsubscribe(phone_id=news.phone.pk, now=now)


def ring(task: OutboxTask) -> None:
    """Wake a worker for one task."""
    work.apply_async(kwargs={"task_id": task.pk}, headers={"trace_id": task.trace_id})


def _work(task: OutboxTask) -> None:
    with structlog.contextvars.bound_contextvars(trace_id=task.trace_id):
        WORK[task.kind](task.subject, draw, timezone.now())
