"""The outbox work of the checkpoint, and the watch over its lanes: each calls one action."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from checkpoint import barrier, devices, telling
from checkpoint.models.offline import OwedByConflict
from checkpoint.models.passage import OwedByCase
from declarations.outbox import WORK

WORK |= {
    OwedByCase.TELL_CASE: lambda case, _draw, now: telling.tell(case_id=case, now=now),
    OwedByCase.TELL_OPEN_CASE: lambda case, _draw, now: telling.tell_if_open(case_id=case, now=now),
    OwedByConflict.TELL_CONFLICT: lambda conflict, _draw, now: telling.tell_conflict(conflict_id=conflict, now=now),
}


@shared_task(name="checkpoint.tasks.watch_barriers")
def watch_barriers(**_later: Any) -> int:
    """Find barriers that did not answer; called every ten seconds by beat."""
    return barrier.watch(now=timezone.now())


@shared_task(name="checkpoint.tasks.watch_devices")
def watch_devices(**_later: Any) -> int:
    """Find devices that fell silent; called every minute by beat."""
    return devices.watch(now=timezone.now())
