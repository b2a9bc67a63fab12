"""One function per fault. Each breaks something while declarations are lodged, mends it, waits, and counts."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.db import connection

from declarations import outbox
from declarations.models import OutboxTask
from tests.faults import worker
from tests.faults.invariants import broken, decided, retried, undecided
from tests.faults.world import World, end_leases, owe, wait_for

PATIENCE_S = 90.0


@dataclass(slots=True)
class Outcome:
    """What one fault did. problems: sentences that should not be true; a control run has to have some."""

    fault: str
    lodged: int
    faults: int
    retried: int = 0
    decided_after_s: float = 0.0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_control: bool = False

    @property
    def ok(self) -> bool:
        """Whether it came out as it should."""
        return bool(self.problems) if self.is_control else not self.problems

    def as_json(self) -> dict[str, Any]:
        """For var/faults.json."""
        return {**asdict(self), "ok": self.ok}


def workers_killed(world: World, *, lodgements: int = 300, kills: int = 5) -> Outcome:
    """SIGKILL to a worker with its pool, or to one process of the pool, while declarations are lodged and decided."""
    ids = world.drafts(lodgements)
    world.stack.beat()
    world.stack.worker()
    lodging = world.lodge_beside(ids)
    done = 0
    for number in range(1, kills + 1):
        # Spread over the work: each kill waits until its share is decided, so that it meets a busy worker.
        share = number * lodgements // (kills + 2)
        wait_for(lambda share=share: world.supervise() or decided(ids) >= share, patience_s=PATIENCE_S)
        if number % 2:
            world.stack.kill("worker")
            world.stack.worker()
        else:
            world.stack.kill_one_child("worker")
        done += 1
    lodging.wait()
    return _settle(world, f"worker killed -9, {kills} times", ids, faults=done)


def broker_killed(world: World, *, lodgements: int = 100) -> Outcome:
    """The broker dies with every message queued and comes back empty."""
    ids = world.drafts(lodgements)
    world.lodge(ids)
    queued = world.relay()
    world.kill_broker()
    world.start_broker(emptied=True)
    world.stack.beat()
    world.stack.worker()
    outcome = _settle(world, "broker killed -9 and emptied, all messages queued", ids, faults=1)
    outcome.notes.append(f"{queued} messages lost")
    return outcome


def broker_killed_control(world: World, *, lodgements: int = 20, patience_s: float = 8.0) -> Outcome:
    """The same with the protection removed: nobody rings again when a lease ends."""
    ids = world.drafts(lodgements)
    world.lodge(ids)
    with patch.object(outbox, "LEASE", timedelta(days=1)):
        world.relay()
    world.kill_broker()
    world.start_broker(emptied=True)
    world.stack.beat()
    world.stack.worker()
    outcome = _settle(
        world, "control: the same, and nobody rings again", ids, faults=1, patience_s=patience_s, is_control=True
    )
    end_leases(list(OutboxTask.objects.filter(subject__in=ids, done_at=None)))
    return outcome


def broker_absent(world: World, *, lodgements: int = 50) -> Outcome:
    """No broker while declarations are lodged: no lodgement may notice; all are decided when it is back."""
    ids = world.drafts(lodgements)
    world.stack.beat()
    world.stack.worker()
    wait_for(lambda: False, patience_s=3.0)
    before_s = world.lodge(ids[:5])
    world.kill_broker()
    during_s = world.lodge(ids[5:])
    waiting = undecided(ids)
    world.start_broker(emptied=False)
    outcome = _settle(world, "broker absent while lodging", ids, faults=1)
    outcome.notes.append(f"slowest lodgement {before_s * 1000:.0f} ms with it, {during_s * 1000:.0f} ms without")
    outcome.notes.append(f"{waiting} waited for it")
    if during_s > 2.0:
        outcome.problems.append("a lodgement waited for the broker")
    return outcome


def poison(world: World, *, lodgements: int = 20) -> Outcome:
    """Work that always fails, and work that kills its worker: given up after five tries, visible, in nobody's way."""
    tasks = [owe(worker.RAISES), owe(worker.KILLS)]
    ids = world.drafts(lodgements)
    world.stack.beat()
    world.stack.worker(app="tests.faults.worker")
    lodging = world.lodge_beside(ids)

    def is_given_up() -> bool:
        end_leases(tasks)
        return not OutboxTask.objects.filter(pk__in=[task.pk for task in tasks], failed_at=None).exists()

    took_s = wait_for(is_given_up, patience_s=PATIENCE_S)
    lodging.wait()
    outcome = _settle(world, "poison: work that raises, work that kills its worker", ids, faults=len(tasks))
    for task in OutboxTask.objects.filter(pk__in=[task.pk for task in tasks]):
        outcome.notes.append(f"{task.kind}: {task.attempts} tries, {'given up' if task.failed_at else 'still tried'}")
        if task.failed_at is None or task.attempts > outbox.MAX_ATTEMPTS:
            outcome.problems.append(f"{task.kind} was not given up after {outbox.MAX_ATTEMPTS} tries")
        if not task.error:
            outcome.problems.append(f"{task.kind} was given up without a word")
    outcome.notes.append(f"given up after {took_s:.0f} s with leases cut short")
    return outcome


def doubled_beat(world: World, *, lodgements: int = 60) -> Outcome:
    """Two beats and two workers call the relay at once."""
    ids = world.drafts(lodgements)
    for name in ("beat", "beat2"):
        world.stack.beat(name=name)
    for name in ("worker", "worker2"):
        world.stack.worker(name=name)
    world.lodge_beside(ids).wait()
    return _settle(world, "beat doubled, two workers", ids, faults=1)


def connections_cut(world: World, *, lodgements: int = 60, cuts: int = 10) -> Outcome:
    """The workers' database connections are cut off while they work."""
    ids = world.drafts(lodgements)
    world.stack.beat()
    world.stack.worker()
    world.lodge(ids)
    ended = 0
    for number in range(1, cuts + 1):
        wait_for(lambda n=number: decided(ids) >= n * lodgements // (cuts + 2), patience_s=PATIENCE_S)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            ended += cursor.fetchone()[0]
    return _settle(world, f"workers' connections cut, {cuts} times", ids, faults=ended)


MATRIX: tuple[Callable[[World], Outcome], ...] = (
    workers_killed,
    broker_killed,
    broker_killed_control,
    broker_absent,
    poison,
    doubled_beat,
    connections_cut,
)


def _settle(
    world: World,
    fault: str,
    ids: list[int],
    *,
    faults: int,
    patience_s: float = PATIENCE_S,
    is_control: bool = False,
) -> Outcome:
    """Wait until everything is decided, let late repetitions arrive, and look."""
    took_s = world.wait_until_decided(ids, patience_s=patience_s)
    if not is_control:
        time.sleep(1.0)
    outcome = Outcome(
        fault=fault,
        lodged=len(ids),
        faults=faults,
        retried=retried(ids),
        decided_after_s=round(took_s, 1),
        problems=broken(ids),
        is_control=is_control,
    )
    if outcome.problems and not is_control:
        outcome.notes += world.last_words()
    world.stack.stop()
    return outcome
