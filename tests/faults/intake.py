"""A spreadsheet on its way from rows to lodged vehicles, while its workers are killed."""

import time
from collections.abc import Callable

from django.utils import timezone

from declarations import actions
from declarations.actions import sheets
from declarations.models import Declaration, OutboxTask, Sheet
from declarations.models.intake import SHEET_WORK
from tests.cast import declaration_body, vehicle_body
from tests.faults.cases import PATIENCE_S, Outcome
from tests.faults.invariants import broken, retried, undecided
from tests.faults.world import World, wait_for
from tests.intake import table

FIRST = 500_000
"""Numbers of vehicles that no other fault makes."""


def sheet_workers_killed(world: World, *, rows: int = 10_000, kills: int = 20) -> Outcome:
    """SIGKILL to the worker again and again while one file is read, checked, handed over and lodged: each row once."""
    now = timezone.now()
    draft = actions.create(organisation=world.organisation, body=declaration_body(now=now), by=world.exporter, now=now)
    # Without a plate: its expiry would be wrong at another hour than the tests' own.
    bodies = [vehicle_body(FIRST + number, plate=None, plate_expires_on=None) for number in range(rows)]
    sent = sheets.upload(declaration_id=draft.pk, name="all.csv", data=table(*bodies), by=world.exporter, now=now)
    world.stack.beat()
    world.stack.worker()
    done = _killed(world, lambda: Sheet.objects.get(pk=sent.pk).checked, rows, kills // 2)
    wait_for(lambda: world.supervise() or Sheet.objects.get(pk=sent.pk).is_read, patience_s=PATIENCE_S)
    sheets.take(sheet_id=sent.pk, lodges=True, by=world.exporter, now=timezone.now())
    taken = sent.rows.exclude(taken_into=None)
    done += _killed(world, taken.count, rows, kills - kills // 2)
    began = time.monotonic()
    wait_for(lambda: world.supervise() or taken.count() == rows, patience_s=PATIENCE_S)
    ids = list(Declaration.objects.filter(pk__in=taken.values("taken_into")).values_list("pk", flat=True))
    wait_for(lambda: world.supervise() or undecided(ids) == 0, patience_s=2 * PATIENCE_S)
    outcome = Outcome(
        fault=f"worker killed -9, {done} times, while a file of {rows} rows was read and lodged",
        lodged=len(ids),
        faults=done,
        retried=OutboxTask.objects.filter(kind__in=SHEET_WORK, subject=sent.pk, attempts__gt=1).count() + retried(ids),
        decided_after_s=round(time.monotonic() - began, 1),
        problems=[*broken(ids), *_odd(sent, {body["vin"] for body in bodies})],
        notes=[f"{rows} rows, {len(ids)} declarations"],
    )
    if outcome.problems:
        outcome.notes += world.last_words()
    world.stack.stop()
    return outcome


def _killed(world: World, progress: Callable[[], int], rows: int, kills: int) -> int:
    """Kill the worker each time that so much more is done; gives back how often."""
    for number in range(kills):
        share = number * rows // (kills + 1)
        wait_for(lambda share=share: world.supervise() or progress() >= share, patience_s=PATIENCE_S, step_s=0.05)
        world.stack.kill("worker")
        world.stack.worker()
    return kills


def _odd(sheet: Sheet, wanted: set[str]) -> list[str]:
    """What became of the rows, where it is not what should have."""
    found = []
    numbers = list(sheet.rows.values_list("number", flat=True))
    if len(numbers) != len(wanted) or len(set(numbers)) != len(numbers):
        found.append(
            f"{len(numbers)} rows of {len(wanted)} are stored, {len(numbers) - len(set(numbers))} of them twice"
        )
    into = sheet.rows.exclude(taken_into=None).values("taken_into")
    vins = list(Declaration.objects.filter(pk__in=into).exclude(status="DRAFT").values_list("vehicles__vin", flat=True))
    if set(vins) != wanted:
        found.append(
            f"{len(wanted - set(vins))} vehicles of the file were not lodged, {len(set(vins) - wanted)} are new"
        )
    if len(vins) != len(set(vins)):
        found.append(f"{len(vins) - len(set(vins))} vehicles were lodged twice")
    return found
