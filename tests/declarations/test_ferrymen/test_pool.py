"""A pool: whoever of it takes the vehicle drives it; two at once, one wins."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from declarations import actions
from declarations.actions import ferrymen
from declarations.actions.ferrymen import pool
from declarations.errors import Conflict
from declarations.lifecycle import DeclarationStatus
from declarations.models import CrewLink, Driver, FerrymanReturn, History, PoolMember, Vehicle
from tests.at_once import at_once
from tests.cast import NOON, let_workers_run, vehicle_body
from tests.refusals import nothing_written, refusal

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def link(alice):
    return lambda member: ferrymen.make_link(member_id=member.pk, by=alice, now=NOON)


@pytest.fixture
def pooled(declaration, alice):
    """A released vehicle that names no driver, with these of the register as its pool."""

    def make(*members, n=1, **options):
        row = declaration(bodies=[vehicle_body(n, driver=None)], **options)
        ids = [each.public_id for each in members]
        ferrymen.name_pool(declaration_id=row.pk, members=ids, by=alice, now=NOON)
        return row.vehicles.get()

    return make


def reasons(vehicle):
    return [each["code"] for each in Vehicle.objects.get(pk=vehicle.pk).not_ready_because]


def test_a_vehicle_with_a_pool_waits_for_one_of_it_and_not_for_the_exporter(enter, pooled, alice):
    vehicle = pooled(enter(1))
    assert reasons(vehicle) == ["WAITS_FOR_POOL"]
    ferrymen.name_pool(declaration_id=vehicle.declaration_id, members=[], by=alice, now=NOON)
    assert reasons(vehicle) == ["DRIVER_MISSING"]


@pytest.mark.parametrize("what", ["pass", "manual", "tail"])
def test_whoever_takes_it_becomes_its_driver_and_the_pass_stays(enter, pooled, link, what):
    member = enter(1)
    vehicle = pooled(member)
    issued = vehicle.newest_pass
    text = {"pass": issued.code, "manual": issued.manual_code, "tail": vehicle.vin[-6:].lower()}[what]
    ferrymen.take(link_id=link(member).pk, text=f" {text} ", now=NOON)
    driver = Driver.objects.get(vehicle=vehicle)
    assert driver.body() == member.driver()
    assert driver.ferryman == member.ferryman
    vehicle = Vehicle.objects.get(pk=vehicle.pk)
    assert (vehicle.ready, vehicle.newest_pass) == (True, issued)
    swapped = History.objects.get(vehicle=vehicle, reason="SWAPPED")
    assert (swapped.by, swapped.by_label) == (None, "ferryman")


def test_taken_twice_by_one_man_is_once(enter, pooled, link):
    member = enter(1)
    vehicle, opened = pooled(member), link(member)
    ferrymen.take(link_id=opened.pk, text=vehicle.vin[-6:], now=NOON)
    with nothing_written():
        ferrymen.take(link_id=opened.pk, text=vehicle.vin[-6:], now=NOON)


def test_the_second_is_told_that_it_is_taken(enter, pooled, link):
    first, second = enter(1), enter(2)
    vehicle = pooled(first, second)
    ferrymen.take(link_id=link(first).pk, text=vehicle.vin[-6:], now=NOON)
    late = link(second)
    with refusal("TAKEN"):
        ferrymen.take(link_id=late.pk, text=vehicle.vin[-6:], now=NOON)


def test_a_pool_named_anew_between_the_look_and_the_lock_counts(enter, pooled, link, alice, monkeypatch):
    member = enter(1)
    vehicle, opened, named = pooled(member), link(member), pool._named

    def overtaken(*asked):
        found = named(*asked)
        ferrymen.name_pool(declaration_id=vehicle.declaration_id, members=[], by=alice, now=NOON)
        return found

    monkeypatch.setattr(pool, "_named", overtaken)
    with refusal("NOT_IN_POOL"):
        ferrymen.take(link_id=opened.pk, text=vehicle.vin[-6:], now=NOON)
    monkeypatch.undo()
    assert ferrymen.take(link_id=opened.pk, text=vehicle.vin[-6:], now=NOON) == vehicle


def test_given_back_it_waits_for_the_pool_again(enter, pooled, link):
    member = enter(1)
    vehicle, opened = pooled(member), link(member)
    ferrymen.take(link_id=opened.pk, text=vehicle.vin[-6:], now=NOON)
    ferrymen.give_back(link_id=opened.pk, vehicle_id=vehicle.pk, now=NOON)
    assert not Driver.objects.filter(vehicle=vehicle).exists()
    assert reasons(vehicle) == ["WAITS_FOR_POOL"]
    with nothing_written():
        ferrymen.give_back(link_id=opened.pk, vehicle_id=vehicle.pk, now=NOON)


@pytest.mark.parametrize("text", ["", "  ", "0" * 6, "x" * 5000, "7K3F-Q2ZD-XXXX", "\0", "' OR 1=1"])
def test_a_text_that_names_nothing_of_his_pool_takes_nothing(enter, pooled, link, text):
    member = enter(1)
    pooled(member)
    opened = link(member)
    with refusal("NOT_IN_POOL"):
        ferrymen.take(link_id=opened.pk, text=text, now=NOON)


def test_a_vehicle_of_no_pool_of_his_is_not_his_to_take(enter, pooled, declaration, link, mallory, alice):
    outside, inside = enter(1), enter(2)
    vehicle = pooled(inside)
    opened = link(outside)
    with refusal("NOT_IN_POOL"):
        ferrymen.take(link_id=opened.pk, text=vehicle.vin[-6:], now=NOON)
    theirs = enter(3, by=mallory)
    ferrymen.name_pool(declaration_id=vehicle.declaration_id, members=[theirs.public_id], by=alice, now=NOON)
    assert not PoolMember.objects.exists()


def test_who_has_used_his_days_cannot_take_one(enter, drive_out, pooled, link, alice):
    member = enter(1)
    for start in (170, 130, 90):
        out = drive_out(member, NOON - start * DAY)
        back = (NOON - (start - 29) * DAY).date()
        ferrymen.record_returns(returns={out.pk: back}, by=alice, now=NOON)
    vehicle, opened = pooled(member), link(member)
    with refusal("INVALID"):
        ferrymen.take(link_id=opened.pk, text=vehicle.vin[-6:], now=NOON)


def test_an_old_link_and_a_retired_man_do_nothing(enter, pooled, link, alice):
    member = enter(1)
    vehicle, old, new = pooled(member), link(member), link(member)
    with refusal("LINK_ENDED"):
        ferrymen.take(link_id=old.pk, text=vehicle.vin[-6:], now=NOON)
    ferrymen.retire(member_id=member.pk, by=alice, now=NOON)
    with refusal("LINK_ENDED"):
        ferrymen.take(link_id=new.pk, text=vehicle.vin[-6:], now=NOON)
    let_workers_run()
    assert reasons(vehicle) == ["DRIVER_MISSING"]
    with refusal("CREW_RETIRED"):
        link(member)


def test_only_the_exporter_names_a_pool_and_only_while_something_goes(enter, declaration, mallory, alice):
    member, row = enter(1), declaration()
    with refusal("NOT_PERMITTED"):
        ferrymen.name_pool(declaration_id=row.pk, members=[member.public_id], by=mallory, now=NOON)
    actions.cancel(declaration_id=row.pk, reason="no", by=alice, now=NOON)
    with refusal("ALREADY_ENDED"):
        ferrymen.name_pool(declaration_id=row.pk, members=[member.public_id], by=alice, now=NOON)


def test_a_pool_may_be_named_in_a_draft_and_named_again_changes_nothing(enter, declaration, alice):
    member, row = enter(1), declaration(status=DeclarationStatus.DRAFT)
    assert ferrymen.name_pool(declaration_id=row.pk, members=[member.public_id], by=alice, now=NOON) == 1
    with nothing_written():
        assert ferrymen.name_pool(declaration_id=row.pk, members=[member.public_id] * 2, by=alice, now=NOON) == 1


def test_he_says_himself_when_he_came_back_and_what_is_recorded_stays(enter, drive_out, link, alice):
    member, other = enter(1), enter(2)
    vehicle, opened = drive_out(member, NOON - 3 * DAY), link(member)
    today = NOON.date()
    ferrymen.come_back(link_id=opened.pk, vehicle_id=vehicle.pk, day=today - DAY, now=NOON)
    row = FerrymanReturn.objects.get()
    assert (row.recorded_by, row.recorded_by_label, row.returned_on) == (None, "ferryman", today - DAY)
    with nothing_written():
        ferrymen.come_back(link_id=opened.pk, vehicle_id=vehicle.pk, day=today, now=NOON)
    stranger = link(other)
    with refusal("NOT_OUT"):
        ferrymen.come_back(link_id=stranger.pk, vehicle_id=vehicle.pk, day=today, now=NOON)
    with refusal("INVALID"):
        ferrymen.come_back(link_id=opened.pk, vehicle_id=vehicle.pk, day=today + DAY, now=NOON)


def test_a_link_is_found_by_its_digest_alone_and_never_opens_again(enter, link):
    opened = link(enter(1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT l::text FROM declarations_crewlink l")
        assert opened.token not in cursor.fetchone()[0]
    assert CrewLink.objects.opened_by(opened.token) == opened
    assert CrewLink.objects.opened_by(opened.token.upper()) is None
    CrewLink.objects.update(ended_at=NOON)
    with pytest.raises(Exception, match="a link only ever ends"):
        CrewLink.objects.update(ended_at=None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["take", "give_back", "come_back"])
def test_a_link_is_not_ended_while_he_acts_by_it(enter, pooled, link, alice, monkeypatch, act):
    member = enter(1)
    vehicle, opened = pooled(member), link(member)
    asked = {"text": vehicle.vin[-6:]} if act == "take" else {"vehicle_id": vehicle.pk}
    if act == "come_back":
        asked["day"] = NOON.date()
    met = []
    look = pool._opened

    def look_and_meet(link_id):
        found = look(link_id)
        met.extend(at_once(renew))
        return found

    def renew():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            return link(member)

    monkeypatch.setattr(pool, "_opened", look_and_meet)
    with suppress(Conflict):
        getattr(ferrymen, act)(link_id=opened.pk, now=NOON, **asked)
    assert [type(each) for each in met] == [OperationalError]
    assert CrewLink.objects.live().get() == opened


@pytest.mark.django_db(transaction=True)
def test_two_take_one_vehicle_at_once_and_one_of_them_drives(enter, pooled, link):
    men = [enter(n) for n in (1, 2)]
    vehicle = pooled(*men)
    links = [link(man) for man in men]
    told = at_once(
        *(lambda each=each: ferrymen.take(link_id=each.pk, text=vehicle.vin[-6:], now=NOON) for each in links)
    )
    refused = [getattr(each, "code", "") for each in told if isinstance(each, Exception)]
    assert refused == ["TAKEN"]
    assert Driver.objects.filter(vehicle=vehicle).count() == 1
