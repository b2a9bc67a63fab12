"""Days in Kazakhstan: pure arithmetic against a count by hand, then gathered from crossings over all exporters."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declarations import actions, persons
from declarations.actions import ferrymen
from declarations.clearance import decisions
from declarations.clearance.facts import vehicle_facts
from declarations.models import Driver, Vehicle
from declarations.models.stays import days_of_ferrymen, stays_of_drivers
from declarations.persons import Crossing, Stay
from declarations.problems import Level
from tests.cast import NOON, vehicle_body
from tests.refusals import unacceptable

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def by_hand(stays: list[Stay], on: date) -> int:
    """Each day of the window asked of each stay."""
    window = [on - timedelta(days=back) for back in range(180)]
    return sum(any(stay.entered_on <= day <= (stay.left_on or on) for stay in stays) for day in window)


spans = st.lists(st.tuples(st.integers(-20, 400), st.one_of(st.none(), st.integers(0, 60))), max_size=12)


@given(spans)
def test_the_window_counts_what_a_hand_would_count(rows: list[tuple[int, int | None]]) -> None:
    stays = [Stay(ago(start), None if length is None else ago(start - length)) for start, length in rows]
    assert persons.days_in_window(stays, TODAY) == by_hand(stays, TODAY)


@given(spans, st.integers(0, 5))
def test_every_crossing_is_a_stay_and_no_stay_outlasts_the_next_departure(
    rows: list[tuple[int, int | None]], assumed: int
) -> None:
    crossings = [Crossing(ago(start), None if length is None else ago(start - length)) for start, length in rows]
    stays = persons.stays_of(crossings, assumed_days=assumed)
    assert [stay.entered_on for stay in stays] == sorted(each.exited_on for each in crossings)
    for stay, following in zip(stays, [*stays[1:], None], strict=False):
        assert stay.left_on is not None
        assert stay.left_on >= stay.entered_on
        assert following is None or stay.left_on <= following.entered_on
    assert persons.days_used(stays, TODAY).days == by_hand(stays, TODAY)


@given(spans, st.integers(0, 5))
def test_only_what_nobody_recorded_is_estimated(rows: list[tuple[int, int | None]], assumed: int) -> None:
    crossings = [Crossing(ago(start), ago(start - (length or 0))) for start, length in rows]
    assert not any(stay.is_estimated for stay in persons.stays_of(crossings, assumed_days=assumed))
    open_ = [Crossing(each.exited_on) for each in crossings]
    estimated = [stay.entered_on for stay in persons.stays_of(open_, assumed_days=assumed) if stay.is_estimated]
    assert estimated == sorted(set(estimated)) == sorted({each.exited_on for each in open_})


def test_a_missing_return_is_assumed_some_days_later_and_never_after_the_next_departure() -> None:
    stays = persons.stays_of([Crossing(ago(10)), Crossing(ago(9)), Crossing(ago(3))], assumed_days=2)
    assert stays == [Stay(ago(10), ago(9), True), Stay(ago(9), ago(7), True), Stay(ago(3), ago(1), True)]


def test_two_vehicles_on_one_day_leave_nothing_to_assume_of_the_first() -> None:
    stays = persons.stays_of([Crossing(ago(4)), Crossing(ago(4), ago(4))], assumed_days=2)
    assert stays == [Stay(ago(4), ago(4)), Stay(ago(4), ago(4))]


def test_an_estimate_outside_the_window_makes_nothing_uncertain() -> None:
    stays = [Stay(ago(200), ago(198), True), Stay(ago(3), ago(2))]
    assert persons.days_used(stays, TODAY) == persons.DaysUsed(2, False)


@pytest.mark.parametrize(
    ("days", "code", "level"),
    [(80, "STAY_DAYS_ESTIMATED", Level.WARNING), (90, "STAY_DAYS_USED_ESTIMATED", Level.ERROR)],
)
def test_what_is_estimated_is_never_told_as_certain(days: int, code: str, level: Level) -> None:
    stays = [Stay(ago(days), ago(2)), Stay(ago(1), ago(1), True)]
    (problem,) = persons.stay_problems(stays, TODAY)
    assert (problem.code, problem.level) == (code, level)


# Gathered from rows


def used(member, on=TODAY):
    return days_of_ferrymen([member.ferryman_id], on=on, now=NOON)[member.ferryman_id]


@pytest.mark.django_db
def test_a_crossing_counts_from_the_exit_and_is_estimated_until_the_return_is_recorded(enter, drive_out, alice):
    member = enter(1)
    vehicle = drive_out(member, NOON - 10 * DAY)
    assert used(member) == persons.DaysUsed(3, True)
    ferrymen.record_returns(returns={vehicle.pk: ago(6)}, by=alice, now=NOON)
    assert used(member) == persons.DaysUsed(5, False)
    ferrymen.annul_return(vehicle_id=vehicle.pk, by=alice, now=NOON)
    assert used(member) == persons.DaysUsed(3, True)


@pytest.mark.django_db
def test_days_count_over_all_exporters_and_tell_nothing_else(enter, drive_out, alice, mallory):
    mine, theirs = enter(1), enter(1, by=mallory)
    drive_out(mine, NOON - 10 * DAY)
    drive_out(theirs, NOON - 20 * DAY, by=mallory)
    assert used(mine) == used(theirs) == persons.DaysUsed(6, True)
    assert [len(trips) for trips in ferrymen.trips_of([mine]).values()] == [1]


@pytest.mark.django_db
def test_who_came_back_with_the_vehicle_was_seen_coming(enter, drive_out, olga):
    member = enter(1)
    vehicle = drive_out(member, NOON - 10 * DAY)
    decisions.record_return(vehicle_id=vehicle.pk, reason="emission class", by=olga, now=NOON - 7 * DAY)
    assert used(member) == persons.DaysUsed(4, False)


@pytest.mark.django_db
def test_an_exit_towards_kyrgyzstan_is_no_stay_in_kazakhstan(enter, drive_out):
    member = enter(1)
    vehicle = drive_out(member, NOON - 10 * DAY)
    declaration = vehicle.declaration
    type(declaration).objects.filter(pk=declaration.pk).update(port="CNYRK", destination_country="KG")
    assert used(member) == persons.DaysUsed(0, False)


@pytest.mark.django_db
def test_used_up_days_stop_a_lodging_wherever_they_were_used(enter, drive_out, declaration, alice, mallory):
    member, theirs = enter(1), enter(1, by=mallory)
    for start in (170, 130, 90):
        vehicle = drive_out(theirs, NOON - start * DAY, by=mallory)
        ferrymen.record_returns(returns={vehicle.pk: ago(start - 29)}, by=mallory, now=NOON)
    assert used(member) == persons.DaysUsed(90, False)
    draft = declaration(status="DRAFT", bodies=[vehicle_body(7, driver=member.driver())])
    assert draft.errors == 1
    with unacceptable(("STAY_DAYS_USED", "/vehicles/0/driver")):
        actions.lodge(declaration_id=draft.pk, by=alice, now=NOON)


@pytest.mark.django_db
def test_a_swap_to_a_driver_without_days_is_refused_and_one_with_few_is_warned_of(enter, drive_out, declaration, alice):
    member = enter(1)
    for start in (170, 130, 90):
        vehicle = drive_out(member, NOON - start * DAY)
        ferrymen.record_returns(returns={vehicle.pk: ago(start - 29)}, by=alice, now=NOON)
    row = declaration(bodies=[vehicle_body(7)])
    body = {"vehicles": [{"vin": row.vehicles.get().vin, "driver": member.driver()}]}
    with unacceptable(("STAY_DAYS_USED", "/vehicles/0/driver")):
        actions.amend(declaration_id=row.pk, body=body, by=alice, now=NOON)
    ferrymen.annul_return(vehicle_id=Vehicle.objects.get(pk=vehicle.pk).pk, by=alice, now=NOON)
    actions.amend(declaration_id=row.pk, body=body, by=alice, now=NOON)
    assert Driver.objects.get(vehicle=row.vehicles.get()).name == member.name


@pytest.mark.django_db
def test_risk_selection_knows_the_days_of_the_driver(enter, drive_out, declaration):
    member = enter(1)
    drive_out(member, NOON - 10 * DAY)
    row = declaration(bodies=[vehicle_body(7, driver=member.driver()), vehicle_body(8, driver=None)])
    vehicles = list(row.vehicles.order_by("position"))
    facts = [facts["driver_days_in_180"] for _vehicle, facts in vehicle_facts(row, vehicles, now=NOON)]
    assert facts == [3, None]


@pytest.mark.django_db
def test_days_are_gathered_in_two_queries_and_in_none_where_nobody_asks(enter, drive_out, django_assert_num_queries):
    member, other = enter(1), enter(2)
    drive_out(member, NOON - 10 * DAY)
    drive_out(other, NOON - 10 * DAY)
    vehicles = [{"driver": each.driver()} for each in (member, other)] + [{"driver": 7}, None]
    with django_assert_num_queries(2):
        assert len(stays_of_drivers({"destination_country": "KZ"}, vehicles, now=NOON)) == 2
    with django_assert_num_queries(0):
        assert stays_of_drivers({"destination_country": "KG"}, vehicles, now=NOON) == {}
        assert stays_of_drivers({"destination_country": "KZ"}, [{}, {"driver": None}], now=NOON) == {}
