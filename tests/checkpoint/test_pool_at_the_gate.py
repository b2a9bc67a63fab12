"""A vehicle without a driver meets a gate: whoever of its pool swipes his card drives it from then on."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from psycopg import errors

from declarations.actions import ferrymen
from declarations.actions.ferrymen import pool
from declarations.models import Driver, Vehicle
from tests.cast import NOON, vehicle_body
from tests.refusals import nothing_written

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def pooled(declaration, alice):
    """A released vehicle in the yard that names no driver, with these of the register as its pool."""

    def make(*members):
        row = declaration(bodies=[vehicle_body(1, driver=None)])
        ids = [each.public_id for each in members]
        ferrymen.name_pool(declaration_id=row.pk, members=ids, by=alice, now=NOON)
        return row.vehicles.get()

    return make


def driver_of(vehicle):
    return Driver.objects.filter(vehicle=vehicle).exclude(passport_digest="").first()


@pytest.mark.parametrize("shown", ["code", "manual_code"])
def test_his_card_makes_him_its_driver_and_is_what_was_compared(enter, pooled, scanner, shown):
    member = enter(1)
    vehicle = pooled(member)
    told = scanner("CNHRS-E1").scan(
        vehicle, code=getattr(vehicle.newest_pass, shown), plate=None, driver_card=member.card
    )
    assert (told["verdict"], told["reason"]) == ("ADMIT", "OK")
    assert driver_of(vehicle).body() == member.driver()
    told = scanner("CNHRS-R1").scan(vehicle, plate=None, driver_card=member.card)
    assert (told["verdict"], told["reason"]) == ("ADMIT", "OK")
    told = vehicle.history.get(reason="SWAPPED")
    assert (told.by, told.by_label) == (None, "ferryman")


def test_another_of_the_pool_comes_too_late(enter, pooled, scanner):
    first, second = enter(1), enter(2)
    vehicle = pooled(first, second)
    scanner("CNHRS-E1").scan(vehicle, driver_card=first.card)
    told = scanner("CNHRS-R1").scan(vehicle, driver_card=second.card)
    assert (told["verdict"], told["reason"]) == ("ALARM", "DRIVER_MISMATCH")
    assert driver_of(vehicle).ferryman == first.ferryman


def test_the_card_of_somebody_outside_the_pool_makes_nobody_its_driver(enter, pooled, scanner):
    vehicle, stranger = pooled(enter(1)), enter(2)
    scanner("CNHRS-E1").scan(vehicle, driver_card=stranger.card)
    assert driver_of(vehicle) is None
    told = scanner("CNHRS-R1").scan(vehicle, plate=None, driver_card=stranger.card)
    assert (told["verdict"], driver_of(vehicle)) == ("MANUAL", None)


@pytest.mark.parametrize("end", ["lose_card", "retire"])
def test_a_card_that_is_lost_or_of_one_who_drives_no_more_takes_nothing(enter, pooled, scanner, alice, end):
    member = enter(1)
    vehicle, card = pooled(member, enter(2)), member.card
    getattr(ferrymen, end)(member_id=member.pk, by=alice, now=NOON)
    scanner("CNHRS-E1").scan(vehicle, driver_card=card)
    assert driver_of(vehicle) is None


def test_who_has_used_up_his_days_does_not_become_its_driver(enter, pooled, scanner, drive_out, alice):
    member = enter(1)
    for start in (170, 130, 90):
        out = drive_out(member, NOON - start * DAY)
        back = (NOON - (start - 29) * DAY).date()
        ferrymen.record_returns(returns={out.pk: back}, by=alice, now=NOON)
    vehicle = pooled(member)
    scanner("CNHRS-E1").scan(vehicle, driver_card=member.card)
    assert driver_of(vehicle) is None


def test_at_another_port_and_with_a_forged_pass_nothing_is_taken(enter, pooled, scanner):
    member = enter(1)
    vehicle = pooled(member)
    scanner("CNYRK-R1").scan(vehicle, driver_card=member.card)
    scanner("CNHRS-E1").scan(vehicle, code=vehicle.newest_pass.code[:-2] + "00", driver_card=member.card)
    assert driver_of(vehicle) is None


def test_the_same_scan_again_gets_the_same_answer_and_writes_nothing(enter, pooled, scanner):
    member, lane = enter(1), scanner("CNHRS-E1")
    vehicle = pooled(member)
    again = {"scan_id": "0190f0c4-3f7e-7c11-8a3e-6f2d1c9b5e10", "driver_card": member.card}
    first = lane.scan(vehicle, **again)
    with nothing_written():
        assert lane.scan(vehicle, **again) == first


def test_where_its_declaration_cannot_be_had_in_time_the_gate_answers_all_the_same(enter, pooled, scanner, monkeypatch):
    member = enter(1)
    vehicle = pooled(member)

    def busy(**_asked):
        raise OperationalError from errors.LockNotAvailable()

    monkeypatch.setattr(pool, "take_by_card", busy)
    told = scanner("CNHRS-E1").scan(vehicle, driver_card=member.card)
    assert (told["verdict"], Vehicle.objects.get(pk=vehicle.pk).status, driver_of(vehicle)) == (
        "ADMIT",
        "PRESENTED",
        None,
    )
