"""What runs out soon, and when it is told."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from declarations.lapsing import OF_PAPER, SOON, Lapse, Lapsing, lapses
from declarations.lifecycle import CLOSED_VEHICLE, VehicleStatus
from declarations.readiness import GATE_PAPERS, PaperValidity

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def found(**changes):
    facts = {"vehicle_status": "DECLARED", "plate_expires_on": None, "papers": (), "pass_until": None, "zone": CHINA}
    return lapses(**{**facts, **changes})


def test_every_paper_that_stops_a_vehicle_at_the_gate_is_told_before():
    assert set(OF_PAPER) == GATE_PAPERS


@pytest.mark.parametrize(
    ("before", "hours"),
    [
        (timedelta(hours=72, seconds=1), None),
        (timedelta(hours=72), 72),
        (timedelta(hours=24, seconds=1), 72),
        (timedelta(hours=24), 24),
        (timedelta(hours=3, seconds=1), 24),
        (timedelta(hours=3), 3),
        (timedelta(seconds=1), 3),
        (timedelta(0), None),
        (timedelta(hours=-1), None),
    ],
)
def test_one_notice_is_due_at_a_time(before, hours):
    assert Lapse(Lapsing.PASS, NOW).hours_before(NOW - before, since=NOW - timedelta(days=90)) == hours


def test_a_paper_is_good_through_its_last_day_at_the_port():
    (lapse,) = found(papers=[PaperValidity("export_licence", date(2026, 11, 23))])
    assert (lapse.what, lapse.until) == (Lapsing.EXPORT_LICENCE, datetime(2026, 11, 23, 16, 0, tzinfo=UTC))


def test_what_runs_out_first_comes_first():
    kinds = found(
        plate_expires_on=date(2026, 11, 24),
        papers=[PaperValidity("compulsory_insurance", date(2026, 11, 23)), PaperValidity("export_licence", None)],
        pass_until=NOW + timedelta(hours=1),
    )
    assert [lapse.what for lapse in kinds] == [Lapsing.PASS, Lapsing.INSURANCE, Lapsing.TEMPORARY_PLATE]


def test_of_two_papers_of_one_kind_the_first_to_end_counts_since_it_stops_the_vehicle():
    papers = [PaperValidity("export_licence", date(2026, 12, day)) for day in (20, 1)]
    (lapse,) = found(papers=papers)
    assert lapse.until.astimezone(CHINA).date() == date(2026, 12, 2)


def test_the_plate_and_its_paper_are_one():
    (lapse,) = found(plate_expires_on=date(2026, 12, 20), papers=[PaperValidity("temporary_plate", date(2026, 12, 1))])
    assert (lapse.what, lapse.until.astimezone(CHINA).date()) == (Lapsing.TEMPORARY_PLATE, date(2026, 12, 2))


def test_other_papers_and_days_without_end_run_out_nowhere():
    assert found(papers=[PaperValidity("packing_list", date(2026, 12, 1))]) == []
    assert found(plate_expires_on=date.max, papers=[PaperValidity("export_licence", date.max)]) == []


@pytest.mark.parametrize("status", sorted(set(VehicleStatus.values) - {"DECLARED"}))
def test_a_pass_counts_down_only_until_the_vehicle_is_presented(status):
    assert Lapsing.PASS not in {each.what for each in found(vehicle_status=status, pass_until=NOW)}


@pytest.mark.parametrize("status", sorted(CLOSED_VEHICLE))
def test_nothing_is_told_of_a_vehicle_that_has_gone(status):
    assert found(vehicle_status=status, plate_expires_on=date(2026, 11, 23)) == []


def test_soon_is_the_longest_notice():
    assert timedelta(hours=72) == SOON
