"""The outbox: hand out what is due, and run it once.

PostgreSQL is the memory, the broker a doorbell: a lost message is rung again when its lease ends, a doubled one finds
the work done, a poisoned one is given up where a person can see it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F

from declarations.models import OutboxTask

LEASE = timedelta(seconds=10)
"""After this time without a tick a task is handed out again."""

MAX_ATTEMPTS = 5
BATCH = 100
MAX_ERROR_CHARACTERS = 2000

NO_WORD = "whoever tried it was killed before it could say why"
"""The error of a task that took its worker with it each time."""

log = structlog.get_logger(__name__)

Draw = Callable[[], float]

WORK: dict[str, Callable[[int, Draw, datetime], object]] = {}
"""What to do for each kind, with chance and clock of whoever does it; the tasks of each app enter theirs."""


def relay(*, send: Callable[[OutboxTask], None], now: datetime) -> int:
    """Hand out every due task: push its due time one lease ahead, commit, then send.

    The commit comes first, so that a slow or absent broker never holds a lock.
    """
    total = 0
    while True:
        with transaction.atomic():
            batch = list(
                OutboxTask.objects.select_for_update(skip_locked=True)
                .filter(done_at=None, failed_at=None, due_at__lte=now)
                .order_by("due_at")[:BATCH]
            )
            OutboxTask.objects.filter(pk__in=[task.pk for task in batch]).update(due_at=now + LEASE)
        for task in batch:
            send(task)
        total += len(batch)
        if len(batch) < BATCH:
            return total


def run(*, task_id: int, work: Callable[[OutboxTask], None], now: datetime) -> bool:
    """Do the work of one task at most once; its effect and its tick are one transaction.

    1. Count the attempt in a transaction of its own, so that a killed worker leaves a trace; give up above the limit.
    2. Lock the task, leave if it is done or somebody else is at it, work, tick.
    Raises: whatever the work raises; the error is kept on the task and the relay tries again.
    """
    if not _count_attempt(task_id, now):
        return False
    try:
        with transaction.atomic():
            task = OutboxTask.objects.select_for_update(skip_locked=True).filter(pk=task_id, done_at=None).first()
            if task is None:
                return False
            work(task)
            task.done_at, task.error = now, ""
            task.save(update_fields=["done_at", "error"])
    except Exception as error:
        OutboxTask.objects.filter(pk=task_id).update(error=repr(error)[:MAX_ERROR_CHARACTERS])
        raise
    return True


def set_free(*, task_id: int, now: datetime) -> None:
    """Try a task again that was given up, after its cause was mended."""
    OutboxTask.objects.filter(pk=task_id, done_at=None).update(failed_at=None, attempts=0, due_at=now)


def _count_attempt(task_id: int, now: datetime) -> bool:
    with transaction.atomic():
        task = (
            OutboxTask.objects.select_for_update(skip_locked=True)
            .filter(pk=task_id, done_at=None, failed_at=None)
            .first()
        )
        if task is None:
            return False
        if task.attempts >= MAX_ATTEMPTS:
            task.failed_at, task.error = now, task.error or NO_WORD
            task.save(update_fields=["failed_at", "error"])
            log.error("outbox_task_given_up", task=task.pk, kind=task.kind, error=task.error)
            return False
        task.attempts = F("attempts") + 1
        task.save(update_fields=["attempts"])
    return True
