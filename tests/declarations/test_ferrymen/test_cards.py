"""A lost card opens no gate from the next scan on; a new one counts at once."""

from datetime import timedelta

import pytest

from declarations.actions import ferrymen
from declarations.lifecycle import VehicleStatus
from declarations.models import CrewMember, Driver, History, LostCard, Vehicle
from tests.cast import NOON, vehicle_body
from tests.refusals import nothing_written, refusal, unacceptable

pytestmark = pytest.mark.django_db

RELEASE = "CNHRS-R1"


@pytest.fixture
def coming(declaration):
    """A vehicle in the yard, its driver a ferryman of the register."""

    def make(member, n=1, **options):
        from_whom = {"driver": member.driver(), **options.pop("changes", {})}
        row = declaration(bodies=[vehicle_body(n, **from_whom)], **options)
        return row.vehicles.get()

    return make


def at_the_gate(scanner, vehicle, card, *, minutes=2):
    scanner("CNHRS-E1").scan(vehicle, now=NOON + timedelta(minutes=1))
    return scanner(RELEASE).scan(vehicle, driver_card=card, now=NOON + timedelta(minutes=minutes))


def test_a_card_that_is_not_lost_is_compared(enter, coming, scanner):
    vehicle = coming(enter(1))
    assert at_the_gate(scanner, vehicle, "CARD-1")["reason"] == "OK"


def test_a_lost_card_identifies_nobody_at_the_next_scan(enter, coming, scanner, alice):
    member = enter(1)
    vehicle = coming(member)
    ferrymen.lose_card(member_id=member.pk, by=alice, now=NOON)
    told = at_the_gate(scanner, vehicle, "CARD-1")
    assert (told["verdict"], told["reason"]) == ("MANUAL", "DRIVER_UNKNOWN")
    assert Driver.objects.get(vehicle=vehicle).card == ""


def test_a_lost_card_finds_no_vehicle(enter, coming, scanner, alice):
    member = enter(1)
    vehicle = coming(member)
    scanner("CNHRS-E1").scan(vehicle, now=NOON + timedelta(minutes=1))
    ferrymen.lose_card(member_id=member.pk, by=alice, now=NOON)
    told = scanner(RELEASE).scan(driver_card="CARD-1", plate={"text": vehicle.plate}, now=NOON + timedelta(minutes=2))
    assert told["reason"] == "DRIVER_UNKNOWN"


def test_it_opens_no_gate_for_another_exporters_vehicle_either(enter, coming, scanner, alice, mallory):
    member, theirs = enter(1), enter(1, by=mallory)
    vehicle = coming(theirs, 2, by=mallory)
    with_it = Driver.objects.get(vehicle=vehicle)
    ferrymen.lose_card(member_id=member.pk, by=alice, now=NOON)
    assert Driver.objects.get(pk=with_it.pk).card == "CARD-1"  # the snapshot is mallory's
    assert at_the_gate(scanner, vehicle, "CARD-1")["reason"] == "DRIVER_UNKNOWN"


def test_who_reports_another_mans_card_lost_does_him_no_harm(enter, coming, scanner, mallory):
    vehicle = coming(enter(1))
    liar = enter(9, by=mallory, card="CARD-1")
    ferrymen.lose_card(member_id=liar.pk, by=mallory, now=NOON)
    assert at_the_gate(scanner, vehicle, "CARD-1")["reason"] == "OK"


def test_lost_twice_is_lost_once(enter, alice):
    member = enter(1)
    ferrymen.lose_card(member_id=member.pk, by=alice, now=NOON)
    with nothing_written():
        ferrymen.lose_card(member_id=member.pk, by=alice, now=NOON + timedelta(hours=1))
    assert LostCard.objects.count() == 1
    assert CrewMember.objects.get().card_lost_at == NOON


def test_who_has_no_card_cannot_lose_one(enter, alice):
    member = enter(1, card="")
    with refusal("NO_CARD"):
        ferrymen.lose_card(member_id=member.pk, by=alice, now=NOON)


def test_a_new_card_counts_at_once_on_everything_still_to_go(enter, coming, scanner, alice):
    member = enter(1)
    vehicle = coming(member)
    ferrymen.lose_card(member_id=member.pk, by=alice, now=NOON)
    ferrymen.bind_card(member_id=member.pk, card=" NEW-1 ", by=alice, now=NOON)
    assert Driver.objects.get(vehicle=vehicle).card == "NEW-1"
    assert at_the_gate(scanner, vehicle, "NEW-1")["reason"] == "OK"
    assert History.objects.filter(vehicle=vehicle, reason="SWAPPED").count() == 2


def test_a_new_card_sends_a_referred_vehicle_back_to_the_gate(enter, coming, scanner, alice):
    member, other = enter(1), enter(2)
    vehicle = coming(member)
    coming(other, 2)
    assert at_the_gate(scanner, vehicle, "CARD-2")["reason"] == "DRIVER_MISMATCH"
    assert Vehicle.objects.get(pk=vehicle.pk).status == VehicleStatus.REFERRED
    ferrymen.bind_card(member_id=member.pk, card="NEW-1", by=alice, now=NOON + timedelta(minutes=5))
    assert Vehicle.objects.get(pk=vehicle.pk).status == VehicleStatus.PRESENTED


def test_what_is_already_out_keeps_the_card_it_went_with(enter, drive_out, alice):
    member = enter(1)
    vehicle = drive_out(member)
    ferrymen.lose_card(member_id=member.pk, by=alice, now=NOON + timedelta(hours=1))
    assert Driver.objects.get(vehicle=vehicle).card == "CARD-1"


@pytest.mark.parametrize(("card", "code"), [(" ", "REQUIRED"), ("C" * 61, "TEXT_LENGTH"), ("card-1", "CARD_WAS_LOST")])
def test_a_card_that_cannot_be_bound_is_told_why(enter, alice, card, code):
    member = enter(1)
    ferrymen.lose_card(member_id=member.pk, by=alice, now=NOON)
    with unacceptable((code, "/card")):
        ferrymen.bind_card(member_id=member.pk, card=card, by=alice, now=NOON)


def test_whoever_is_entered_with_a_card_he_lost_is_refused(enter, alice, bob):
    member = enter(1)
    ferrymen.lose_card(member_id=member.pk, by=alice, now=NOON)
    ferrymen.retire(member_id=member.pk, by=alice, now=NOON)
    ferrymen.erase(member_id=member.pk, by=alice, now=NOON)
    with unacceptable(("CARD_WAS_LOST", "/card")):
        enter(1, by=bob)


def test_a_lost_card_never_comes_back_by_sql(enter, alice):
    member = enter(1)
    ferrymen.lose_card(member_id=member.pk, by=alice, now=NOON)
    with pytest.raises(Exception, match="never change or vanish"):
        LostCard.objects.all().delete()


def test_a_normal_scan_costs_no_statement_more(enter, coming, scanner, django_assert_max_num_queries):
    vehicle = coming(enter(1))
    scanner("CNHRS-E1").scan(vehicle, now=NOON + timedelta(minutes=1))
    lane, body = scanner(RELEASE), {"driver_card": "CARD-1", "code": vehicle.newest_pass.code}
    with django_assert_max_num_queries(11):  # with the savepoint of the test, the gate's own row and the vehicle's look
        assert lane.scan(vehicle, now=NOON + timedelta(minutes=2), **body)["reason"] == "OK"
