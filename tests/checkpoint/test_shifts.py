"""Shifts: who holds a lane's page, when it locks, and what a locked page does not do."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from checkpoint import shifts
from checkpoint.models import Device, Passage, ScanKey, Shift
from checkpoint.models.device import DeviceKind
from checkpoint.models.shift import Standing
from checkpoint.shifts import Closed, Person
from declarations.errors import NotPermitted
from declarations.permissions import PASSED_AT
from tests.cast import NOON

pytestmark = pytest.mark.django_db

ENTRY, RELEASE = "CNHRS-E1", "CNHRS-R1"
PATIENCE = timedelta(minutes=10)
LATER = NOON + timedelta(minutes=11)


@pytest.fixture
def page(reference):
    """The page of the entry lane as a device."""
    return Device.objects.get(lane__code=ENTRY, kind=DeviceKind.VIRTUAL)


def use(device, user, *, now=NOON, shift=None, proven_at=NOON - timedelta(hours=1)):
    by = Person(user=user, proven_at=proven_at, shift_id=shift.pk if shift else None)
    return shifts.use(device_id=device.pk, by=by, now=now, patience=PATIENCE)


def begin(device, user, *, now=NOON, shift=None, proven_at=NOON - timedelta(hours=1)):
    by = Person(user=user, proven_at=proven_at, shift_id=shift.pk if shift else None)
    return shifts.begin(device_id=device.pk, by=by, now=now, patience=PATIENCE)


def test_the_first_scan_begins_a_shift_and_each_scan_keeps_it_awake(page, olga):
    first = use(page, olga)
    again = use(page, olga, shift=first, now=NOON + timedelta(minutes=9))
    last = use(page, olga, shift=first, now=NOON + timedelta(minutes=18))
    assert first.pk == again.pk == last.pk
    assert Shift.objects.get().seen_at == NOON + timedelta(minutes=18)


def test_after_the_pause_the_page_is_locked_until_the_officer_proved_himself(page, olga):
    shift = use(page, olga)
    with pytest.raises(Closed) as refused:
        use(page, olga, shift=shift, now=LATER)
    assert refused.value.standing is Standing.LOCKED
    assert Shift.objects.get().seen_at == NOON
    assert use(page, olga, shift=shift, now=LATER, proven_at=LATER - timedelta(seconds=3)) == shift


def test_opening_a_lane_anew_is_no_way_round_the_lock(page, olga):
    shift = use(page, olga)
    for lane in (ENTRY, RELEASE):
        with pytest.raises(Closed):
            begin(Device.objects.get(lane__code=lane, kind="VIRTUAL"), olga, shift=shift, now=LATER)
    assert Shift.objects.get() == shift


def test_who_ended_his_shift_proves_himself_before_the_next(page, olga):
    shift = use(page, olga)
    shifts.end(shift_id=shift.pk, by=olga, now=NOON + timedelta(minutes=1))
    with pytest.raises(Closed):
        use(page, olga, shift=shift, now=NOON + timedelta(minutes=2))
    fresh = use(page, olga, shift=shift, now=NOON + timedelta(minutes=2), proven_at=NOON + timedelta(minutes=2))
    assert fresh != shift


def test_another_officer_takes_over_and_the_first_one_scans_there_no_more(page, olga, oscar):
    shift = use(page, olga)
    with pytest.raises(Closed) as refused:
        use(page, oscar)
    assert refused.value.standing is Standing.TAKEN
    taken = begin(page, oscar, now=NOON + timedelta(minutes=1))
    shift.refresh_from_db()
    assert (shift.ended_by, shift.ended_at) == (oscar, NOON + timedelta(minutes=1))
    assert Shift.objects.open().get() == taken
    with pytest.raises(Closed) as refused:
        use(page, olga, shift=shift, now=NOON + timedelta(minutes=2))
    assert refused.value.standing is Standing.TAKEN


def test_who_goes_to_another_lane_leaves_the_one_before(page, olga):
    shift = begin(page, olga)
    other = begin(Device.objects.get(lane__code=RELEASE, kind="VIRTUAL"), olga, shift=shift)
    shift.refresh_from_db()
    assert shift.ended_at is not None
    assert Shift.objects.open().get() == other


def test_only_officers_of_the_lane_begin_shifts(page, carl, mallory):
    for person in (carl, mallory):
        with pytest.raises(NotPermitted):
            begin(page, person)
        with pytest.raises(NotPermitted):
            use(page, person)
    assert not Shift.objects.exists()


def test_nobody_ends_the_shift_of_another(page, olga, oscar):
    shift = use(page, olga)
    shifts.end(shift_id=shift.pk, by=oscar, now=NOON)
    shift.refresh_from_db()
    assert shift.ended_at is None


@pytest.mark.parametrize(
    "change",
    [
        lambda row, other: Shift.objects.create(device=row.device, officer=other, started_at=NOON, seen_at=NOON),
        lambda row, other: Shift.objects.filter(pk=row.pk).update(officer=other),
        lambda row, other: Shift.objects.filter(pk=row.pk).update(seen_at=NOON - timedelta(seconds=1)),
        lambda row, other: Shift.objects.filter(pk=row.pk).update(ended_at=NOON),
        lambda row, other: Shift.objects.filter(pk=row.pk).delete(),
    ],
    ids=["two open", "another officer", "back in time", "ended by nobody", "gone"],
)
def test_the_database_holds_the_law_of_shifts(page, olga, oscar, change):
    shift = use(page, olga)
    with pytest.raises(IntegrityError), transaction.atomic():
        change(shift, oscar)
    assert Shift.objects.get().officer == olga


def test_what_ended_never_changes(page, olga):
    shift = use(page, olga)
    shifts.end(shift_id=shift.pk, by=olga, now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Shift.objects.filter(pk=shift.pk).update(ended_at=None, ended_by=None)


# --- the page ---


def at(lane):
    return reverse("checkpoint:scan", args=[lane])


@pytest.fixture
def car(declaration):
    return declaration().vehicles.get()


def prove(person, moment):
    session = person.client.session
    session[PASSED_AT] = int(moment.timestamp())
    session.save()


def test_a_scan_on_a_locked_page_is_refused_and_nothing_is_stored(browser, olga, car):
    person = browser(olga)
    scan_id = uuid.uuid4()
    person.send(reverse("checkpoint:lanes"), lane=ENTRY)
    with time_machine.travel(LATER + timedelta(minutes=2), tick=False):
        refused = person.send(at(ENTRY), scan_id=scan_id, code=car.newest_pass.code)
        assert refused.status_code == 401
        assert 'data-scan-closed="LOCKED"' in refused.content.decode()
        assert not Passage.objects.exists()
        assert not ScanKey.objects.exists()
        shown = person.open(at(ENTRY))
        assert 'data-scan-closed="LOCKED"' in shown.content.decode()
        assert "X-Scan-Page" not in shown.headers
        assert f"{reverse('second-factor')}?next={at(ENTRY)}" in shown.content.decode()
        prove(person, LATER + timedelta(minutes=2))
        assert "ADMIT" in person.send(at(ENTRY), scan_id=scan_id, code=car.newest_pass.code).content.decode()
    passage = Passage.objects.get()
    assert (passage.officer, passage.device.kind) == (olga, DeviceKind.VIRTUAL)


def test_a_lane_that_somebody_has_is_taken_over_by_a_button(browser, olga, oscar, car):
    first, second = browser(olga), browser(oscar)
    first.send(reverse("checkpoint:lanes"), lane=ENTRY)
    assert "olga" in second.read(reverse("checkpoint:lanes"))
    refused = second.send(at(ENTRY), scan_id=uuid.uuid4(), code=car.newest_pass.code)
    assert refused.status_code == 401
    assert 'data-scan-closed="TAKEN"' in refused.content.decode()
    assert not Passage.objects.exists()
    assert second.send(reverse("checkpoint:lanes"), lane=ENTRY).url == at(ENTRY)
    assert "ADMIT" in second.send(at(ENTRY), scan_id=uuid.uuid4(), code=car.newest_pass.code).content.decode()
    assert first.send(at(ENTRY), scan_id=uuid.uuid4(), code="x").status_code == 401
    assert Passage.objects.get().officer == oscar


def test_the_shift_ends_by_its_button_and_with_the_sign_out(browser, olga):
    person = browser(olga)
    person.send(reverse("checkpoint:lanes"), lane=ENTRY)
    assert person.send(reverse("checkpoint:end-shift")).url == reverse("checkpoint:lanes")
    assert Shift.objects.get().ended_by == olga
    assert person.send(at(ENTRY), scan_id=uuid.uuid4(), code="x").status_code == 401
    other = browser(olga)
    other.send(reverse("checkpoint:lanes"), lane=RELEASE)
    other.send(reverse("logout"))
    assert not Shift.objects.open().exists()


def test_the_camera_and_its_reader_are_allowed_on_this_page_alone(browser, olga):
    person = browser(olga)
    policy = person.open(at(ENTRY)).headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    assert "worker-src 'self'" in policy
    for route in ("lanes", "home", "cases", "scan-worker", "scan-manifest"):
        elsewhere = person.open(reverse(f"checkpoint:{route}")).headers["Content-Security-Policy"]
        assert "wasm" not in elsewhere, route
        assert "worker-src" not in elsewhere, route


def test_the_page_comes_onto_the_home_screen_within_its_own_scope(browser):
    person = browser(None)
    told = person.open(reverse("checkpoint:scan-manifest")).json()
    assert told["scope"] == told["start_url"] == reverse("checkpoint:resume")
    assert {each["sizes"] for each in told["icons"]} == {"192x192", "512x512"}
    worker = person.open(reverse("checkpoint:scan-worker"))
    assert worker.headers["Service-Worker-Allowed"] == reverse("checkpoint:resume")
    assert worker.headers["Cache-Control"] == "no-cache"
    text = worker.content.decode()
    for part in ("scanner/page", "scanner/decoder", "zxing_reader", "verdict", "tokens"):
        assert part in text


def test_passages_that_wait_on_the_device_outlive_the_sign_out(browser, olga, carl):
    scans = browser(olga)
    scans.send(reverse("checkpoint:lanes"), lane=ENTRY)
    assert scans.send(reverse("logout")).headers["Clear-Site-Data"] == '"cache"'
    assert browser(carl).send(reverse("logout")).headers["Clear-Site-Data"] == '"cache", "storage"'
