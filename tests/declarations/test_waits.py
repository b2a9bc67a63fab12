"""Every wait says who acts, from when, until when, and what happens if nobody does."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from declarations.lifecycle import DeclarationStatus as D
from declarations.lifecycle import PassStatus
from declarations.lifecycle import VehicleStatus as V
from declarations.readiness import (
    Actor,
    Because,
    Block,
    Closure,
    Otherwise,
    PaperValidity,
    PaperWanted,
    Wait,
    end_of_day,
    readiness,
    wait_of_declaration,
)
from tests.declarations.test_readiness import NOW, READY, SHANGHAI

HOUR = timedelta(hours=1)
AGO = NOW - 5 * HOUR
LEGAL = NOW + 48 * HOUR
CLOCKS = {"since": AGO, "expires_at": LEGAL, "documents_due_at": NOW + HOUR, "appeal_until": NOW + 2 * HOUR}
HERE = replace(READY, here_since=AGO, pass_at=NOW - HOUR, expires_at=LEGAL)


def waits(**changes):
    """The answer as (code, wait) for each reason."""
    return [(each.code, each.wait) for each in readiness(replace(HERE, **changes), now=NOW).because]


@pytest.mark.parametrize(
    ("status", "wait"),
    [
        (D.DRAFT, Wait(Actor.EXPORTER, AGO, None, Otherwise.STAYS)),
        (D.REJECTED, Wait(Actor.EXPORTER, AGO, None, Otherwise.STAYS)),
        (D.LODGED, Wait(Actor.CUSTOMS, AGO, LEGAL, Otherwise.WITHDRAWN)),
        (D.UNDER_CONTROL, Wait(Actor.DOCUMENTS_OFFICER, AGO, LEGAL, Otherwise.WITHDRAWN)),
        (D.DOCUMENTS_REQUIRED, Wait(Actor.EXPORTER, AGO, NOW + HOUR, Otherwise.MAY_BE_REFUSED)),
        (D.RELEASED, Wait(Actor.DRIVER, AGO, LEGAL, Otherwise.WITHDRAWN)),
        (D.REFUSED, Wait(Actor.EXPORTER, AGO, NOW + 2 * HOUR, Otherwise.FINAL)),
        (D.COMPLETED, None),
        (D.EXPIRED, None),
        (D.CANCELLED, None),
    ],
)
def test_a_declaration_waits_for_somebody_until_it_has_ended(status, wait):
    assert wait_of_declaration(status, **CLOCKS) == wait


def test_an_appeal_waits_for_the_supervisor():
    wait = wait_of_declaration(D.REFUSED, **CLOCKS, appealed_at=NOW)
    assert wait == Wait(Actor.SUPERVISOR, NOW, NOW + 2 * HOUR, Otherwise.FINAL)


@pytest.mark.parametrize("status", [D.LODGED, D.UNDER_CONTROL, D.DOCUMENTS_REQUIRED])
def test_a_vehicle_waits_with_its_declaration(status):
    whole = wait_of_declaration(status, **CLOCKS)
    ((_code, wait),) = waits(declaration_status=status, declaration_wait=whole)
    assert wait == whole


def test_legal_time_threatens_only_what_was_not_presented():
    here = {"vehicle_status": V.PRESENTED, "holds": (Block("OTHER", "", NOW),)}
    assert waits(**here) == [("HOLD", Wait(Actor.CUSTOMS, NOW, None, Otherwise.GOES_NO_FURTHER))]
    whole = wait_of_declaration(D.UNDER_CONTROL, **CLOCKS)
    ((_code, wait),) = waits(vehicle_status=V.PRESENTED, declaration_status=D.UNDER_CONTROL, declaration_wait=whole)
    assert (wait.until, wait.otherwise) == (None, Otherwise.GOES_NO_FURTHER)


def test_nothing_threatens_a_draft():
    whole = wait_of_declaration(D.DRAFT, **CLOCKS)
    told = waits(declaration_status=D.DRAFT, declaration_wait=whole, driverless_since=NOW)
    assert told == [
        ("NOT_LODGED", Wait(Actor.EXPORTER, AGO, None, Otherwise.STAYS)),
        ("DRIVER_MISSING", Wait(Actor.EXPORTER, NOW, None, Otherwise.STAYS)),
    ]


def by_law(who, since):
    """The wait that the legal time ends."""
    return Wait(who, since, LEGAL, Otherwise.WITHDRAWN)


YESTERDAY = date(2026, 2, 28)
WANTED = (PaperWanted("a", AGO, NOW + 3 * HOUR), PaperWanted("b", NOW - 9 * HOUR, NOW + 4 * HOUR))


@pytest.mark.parametrize(
    ("changes", "wait"),
    [
        ({"driverless_since": AGO}, by_law(Actor.EXPORTER, AGO)),
        ({"plateless_since": AGO}, by_law(Actor.EXPORTER, AGO)),
        ({"assessed_since": AGO}, by_law(Actor.CUSTOMS, AGO)),
        ({"pass_status": PassStatus.REVOKED}, by_law(Actor.EXPORTER, NOW - HOUR)),
        ({"valid_until": NOW - HOUR}, by_law(Actor.EXPORTER, NOW - HOUR)),
        ({"plate_expires_on": YESTERDAY}, by_law(Actor.EXPORTER, end_of_day(YESTERDAY, SHANGHAI))),
        ({"papers": (PaperValidity("x", YESTERDAY),)}, by_law(Actor.EXPORTER, end_of_day(YESTERDAY, SHANGHAI))),
        ({"check_since": AGO}, by_law(Actor.DOCUMENTS_OFFICER, AGO)),
        ({"refused_since": AGO}, by_law(Actor.EXPORTER, AGO)),
        ({"documents_wanted": WANTED}, Wait(Actor.EXPORTER, NOW - 9 * HOUR, NOW + 3 * HOUR, Otherwise.MAY_BE_REFUSED)),
        ({"closures": (Closure(AGO, None),)}, by_law(Actor.CONTROL_ROOM, AGO)),
        (
            {"closures": (Closure(AGO, NOW + HOUR),)},
            Wait(Actor.CONTROL_ROOM, AGO, NOW + HOUR, Otherwise.ENDS_BY_ITSELF),
        ),
        (
            {"valid_from": NOW + HOUR},
            Wait(Actor.DRIVER, NOW - HOUR, NOW + HOUR, Otherwise.ENDS_BY_ITSELF),
        ),
    ],
)
def test_each_reason_knows_its_clock(changes, wait):
    ((_code, found),) = waits(**changes)
    assert found == wait


def test_not_even_the_moment_tells_of_an_inspection_ordered_before_the_vehicle_came():
    ((_code, wait),) = waits(vehicle_status=V.PRESENTED, inspection_since=AGO - HOUR)
    assert wait == Wait(Actor.INSPECTION_OFFICER, AGO, None, Otherwise.GOES_NO_FURTHER)
    ((_code, wait),) = waits(vehicle_status=V.PRESENTED, inspection_since=NOW)
    assert wait.since == NOW


@pytest.mark.parametrize(
    ("changes", "wait"),
    [
        ({}, Wait(Actor.DRIVER, NOW - HOUR, LEGAL, Otherwise.WITHDRAWN)),
        ({"here_since": NOW}, Wait(Actor.DRIVER, NOW, LEGAL, Otherwise.WITHDRAWN)),
        ({"valid_until": NOW + HOUR}, Wait(Actor.DRIVER, NOW - HOUR, NOW + HOUR, Otherwise.PASS_RUNS_OUT)),
        (
            {"closures": (Closure(NOW + HOUR, NOW + 2 * HOUR),)},
            Wait(Actor.DRIVER, NOW - HOUR, NOW + HOUR, Otherwise.PORT_CLOSES),
        ),
        (
            {"plate_expires_on": date(2026, 3, 1)},
            Wait(Actor.DRIVER, NOW - HOUR, end_of_day(date(2026, 3, 1), SHANGHAI), Otherwise.PAPER_RUNS_OUT),
        ),
        ({"vehicle_status": V.PRESENTED}, Wait(Actor.DRIVER, AGO, None, Otherwise.GOES_NO_FURTHER)),
    ],
)
def test_a_ready_vehicle_waits_for_its_driver_until_the_first_thing_runs_out(changes, wait):
    assert readiness(replace(HERE, **changes), now=NOW).wait == wait


def test_nobody_waits_for_what_is_over():
    assert waits(vehicle_status=V.EXITED) == [("EXITED", None)]


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"driverless_since": NOW}, READY.valid_until),
        ({"valid_until": NOW}, None),
        ({"valid_from": NOW + HOUR}, NOW + HOUR),
        ({"closures": (Closure(AGO, NOW + HOUR),)}, NOW + HOUR),
        ({"closures": (Closure(AGO, None),), "valid_until": None}, None),
        ({"vehicle_status": V.WITHDRAWN}, None),
    ],
)
def test_what_is_not_ready_changes_by_the_clock_too(changes, at):
    answer = readiness(replace(HERE, **changes), now=NOW)
    assert (answer.ready, answer.ready_until, answer.changes_at) == (False, None, at)


@pytest.mark.parametrize("since", [None, AGO])
def test_what_a_row_keeps_reads_as_it_was(since):
    because = Because("PAPER_EXPIRED", {"paper": "x", "on": "2026-02-28"}, since, LEGAL, Otherwise.WITHDRAWN)
    assert Because.read(because.kept()) == because
