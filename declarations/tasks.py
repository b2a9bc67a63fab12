"""Celery's doors: each reads the clock and calls one action. Kinds of outbox work register here."""

import random
from collections.abc import Callable
from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from declarations import outbox
from declarations.actions import printing
from declarations.clearance import assessment, closing, sweeps
from declarations.lifecycle import Owed
from declarations.models import OutboxTask

draw = random.SystemRandom().random

WORK: dict[str, Callable[[OutboxTask], object]] = {
    Owed.ASSESS: lambda task: assessment.assess(declaration_id=task.subject, draw=draw, now=timezone.now()),
    Owed.ASSESS_AMENDED: lambda task: assessment.assess_amended(
        declaration_id=task.subject, draw=draw, now=timezone.now()
    ),
    Owed.COMPLETE: lambda task: closing.complete(declaration_id=task.subject, now=timezone.now()),
    Owed.PRINT: lambda task: printing.make(declaration_id=task.subject, now=timezone.now()),
    Owed.REFRESH: lambda task: sweeps.refresh(declaration_id=task.subject, now=timezone.now()),
}
"""What to do for each kind; a test holds it against the kinds that moves owe."""


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


def ring(task: OutboxTask) -> None:
    """Wake a worker for one task."""
    work.apply_async(kwargs={"task_id": task.pk}, headers={"trace_id": task.trace_id})


def _work(task: OutboxTask) -> None:
    with structlog.contextvars.bound_contextvars(trace_id=task.trace_id):
        WORK[task.kind](task)
