"""A machine gets its key for a one-time code; it is moved and closed by whoever answers for its port."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from checkpoint import devices
from checkpoint.models import Device, DeviceEvent, DeviceVerb, EnrolmentCode, Lane
from checkpoint.models.device import DeviceKind
from checkpoint.models.gate import gate_of_device, gate_of_key
from declarations.errors import Conflict, NotPermitted
from declarations.models import ApiKey, Role
from tests.at_once import at_once
from tests.cast import NOON
from tests.refusals import nothing_written, refusal

pytestmark = pytest.mark.django_db

SOON = NOON + timedelta(minutes=1)


@pytest.fixture
def lane(reference: None) -> Lane:
    return Lane.objects.get(code="CNHRS-R1")


@pytest.fixture
def device(lane: Lane) -> Device:
    row = lane.devices.get(kind=DeviceKind.LANE)
    key, _text = ApiKey.issue(label="lane", now=NOON)
    Device.objects.filter(pk=row.pk).update(api_key=key)
    return Device.objects.get(pk=row.pk)


@pytest.fixture
def added(lane: Lane, sam: Any) -> tuple[Device, str]:
    return devices.add(lane_id=lane.pk, kind="HANDHELD", name="H-1", by=sam, now=NOON)


def enrol(code: str, now: Any = SOON) -> tuple[Device, str]:
    return devices.enrol(code=code, name="zebra", software="1.0", now=now)


def verbs(device: Device) -> list[str]:
    return list(DeviceEvent.objects.filter(device=device).order_by("pk").values_list("verb", flat=True))


def test_a_code_is_traded_for_a_key_that_opens_its_lane(added):
    device, code = added
    assert gate_of_device(device.pk, now=SOON) is not None
    _same, key = enrol(code)
    gate = gate_of_key(ApiKey.digest_of(key), now=SOON)
    assert gate is not None and (gate.lane, gate.port, gate.device_id) == ("CNHRS-R1", "CNHRS", device.pk)
    assert verbs(device) == ["ADDED", "CODE_MADE", "ENROLLED"]


def test_neither_code_nor_key_is_kept_in_words(added):
    device, code = added
    _same, key = enrol(code)
    with connection.cursor() as cursor:
        for table in ("checkpoint_device", "checkpoint_deviceevent", "declarations_apikey", "checkpoint_enrolmentcode"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            text = cursor.fetchone()[0] or ""
            assert key not in text and code not in text and code.replace("-", "") not in text


@pytest.mark.parametrize("spell", [str.lower, lambda code: code.replace("-", " "), lambda code: code.replace("-", "")])
def test_a_code_is_read_however_it_is_spelled(added, spell):
    device, code = added
    assert enrol(spell(code))[0] == device


def test_letters_that_look_like_digits_count_as_those():
    assert devices.enrolment._digest("ILO0-0000") == devices.enrolment._digest("1100-0000")


@pytest.mark.parametrize("minutes", [15, 60])
def test_a_code_runs_out_after_a_quarter_of_an_hour(added, minutes):
    with refusal("CODE_UNKNOWN"):
        enrol(added[1], NOON + timedelta(minutes=minutes))
    assert enrol(added[1], NOON + timedelta(minutes=14, seconds=59))


def test_a_code_works_once(added):
    enrol(added[1])
    with refusal("CODE_UNKNOWN"):
        enrol(added[1])


@pytest.mark.parametrize("guess", ["", "0000-0000", "新", "\udcff", "A" * 500])
def test_any_other_text_opens_nothing(added, guess):
    with refusal("CODE_UNKNOWN"):
        enrol(guess)


def test_a_new_code_ends_the_one_before_and_changes_the_key_when_it_is_used(added, sam):
    device, code = added
    _same, first = enrol(code)
    second = devices.make_code(device_id=device.pk, by=sam, now=SOON)
    assert gate_of_key(ApiKey.digest_of(first), now=SOON), "until it is used the key stays"
    third = devices.make_code(device_id=device.pk, by=sam, now=SOON)
    with refusal("CODE_UNKNOWN"):
        enrol(second)
    _same, new = enrol(third)
    assert gate_of_key(ApiKey.digest_of(first), now=SOON) is None
    assert gate_of_key(ApiKey.digest_of(new), now=SOON)


def test_a_code_of_a_device_that_was_revoked_meanwhile_opens_nothing(added, sam):
    device, code = added
    devices.revoke(device_id=device.pk, reason="stolen", by=sam, now=SOON)
    assert not EnrolmentCode.objects.exists()
    with refusal("CODE_UNKNOWN"):
        enrol(code)
    with refusal("ALREADY_REVOKED"):
        devices.make_code(device_id=device.pk, by=sam, now=SOON)


def test_an_officers_page_has_no_key(lane, sam):
    with refusal("NO_MACHINE"):
        devices.add(lane_id=lane.pk, kind="VIRTUAL", name="x", by=sam, now=NOON)
    page = lane.devices.get(kind=DeviceKind.VIRTUAL)
    with refusal("NO_MACHINE"):
        devices.make_code(device_id=page.pk, by=sam, now=NOON)
    with refusal("NO_MACHINE"):
        devices.move(device_id=page.pk, lane_id=Lane.objects.get(code="CNHRS-R2").pk, reason="x", by=sam, now=NOON)


def test_a_moved_device_counts_at_its_new_lane_and_the_move_is_written_down(added, sam):
    device, code = added
    _same, key = enrol(code)
    there = Lane.objects.get(code="CNYRK-R1")
    devices.move(device_id=device.pk, lane_id=there.pk, reason="more cars there", by=sam, now=SOON)
    gate = gate_of_key(ApiKey.digest_of(key), now=SOON)
    assert gate is not None and (gate.lane, gate.port) == ("CNYRK-R1", "CNYRK")
    event = DeviceEvent.objects.get(verb=DeviceVerb.MOVED)
    assert (event.by, event.reason, event.data) == (sam, "more cars there", {"from": "CNHRS-R1", "to": "CNYRK-R1"})
    with refusal("SAME_LANE"):
        devices.move(device_id=device.pk, lane_id=there.pk, reason="x", by=sam, now=SOON)


def test_who_answers_for_one_of_two_ports_moves_nothing_between_them(added, sam):
    Role.objects.filter(user=sam).update(port="CNHRS")
    sam.__dict__.pop("_roles", None)
    with nothing_written(), pytest.raises(NotPermitted):
        devices.move(device_id=added[0].pk, lane_id=Lane.objects.get(code="CNYRK-R1").pk, reason="x", by=sam, now=SOON)


def test_only_supervisors_and_the_control_room_of_the_port_add_and_make_codes(lane, added, olga, carl, sam, oscar):
    Role.objects.filter(user=sam).update(port="CNYRK")
    sam.__dict__.pop("_roles", None)
    acts: list[Callable[[Any], Any]] = [
        lambda by: devices.add(lane_id=lane.pk, kind="LANE", name="x", by=by, now=NOON),
        lambda by: devices.make_code(device_id=added[0].pk, by=by, now=NOON),
        lambda by: devices.make_display(lane_id=lane.pk, by=by, now=NOON),
    ]
    for act in acts:
        for person in (olga, carl, sam):
            with nothing_written(), pytest.raises(NotPermitted):
                act(person)
        assert act(oscar)


def test_a_revoked_device_scans_no_more_and_its_key_opens_nothing(device, sam):
    assert gate_of_key(device.api_key.digest, now=NOON)
    devices.revoke(device_id=device.pk, reason="stolen", by=sam, now=NOON)
    assert gate_of_device(device.pk, now=NOON) is None
    assert gate_of_key(device.api_key.digest, now=NOON) is None
    assert ApiKey.objects.get(pk=device.api_key_id).revoked_at == NOON
    assert DeviceEvent.objects.get(device=device).reason == "stolen"
    with pytest.raises(Conflict):
        devices.revoke(device_id=device.pk, by=sam, now=NOON)


def test_only_supervisors_and_the_control_room_of_the_port_revoke(device, olga, sam, oscar):
    Role.objects.filter(user=sam).update(port="CNYRK")
    for person in (olga, sam):
        with pytest.raises(NotPermitted):
            devices.revoke(device_id=device.pk, by=person, now=NOON)
    assert Device.objects.get(pk=device.pk).is_usable()
    devices.revoke(device_id=device.pk, by=oscar, now=NOON)
    assert not Device.objects.get(pk=device.pk).is_usable()


def test_what_was_done_with_a_device_stays_for_ever(added):
    event = DeviceEvent.objects.first()
    assert event is not None
    for write in (lambda: DeviceEvent.objects.update(reason="x"), event.delete):
        with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
            write()


@pytest.mark.django_db(transaction=True)
def test_a_code_used_while_its_device_is_revoked_leaves_no_key_that_opens(reference, sam):
    for _round in range(5):
        lane = Lane.objects.get(code="CNHRS-R1")
        device, code = devices.add(lane_id=lane.pk, kind="HANDHELD", name="H", by=sam, now=NOON)
        told = at_once(
            lambda code=code: enrol(code),
            lambda pk=device.pk: devices.revoke(device_id=pk, reason="stolen", by=sam, now=SOON),
        )
        found = [each for each in told if isinstance(each, BaseException)]
        assert all(isinstance(each, devices.CodeUnknown) for each in found), found
        assert not ApiKey.objects.filter(device=device, revoked_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_one_code_at_once_one_gets_a_key(reference, sam):
    for _round in range(5):
        lane = Lane.objects.get(code="CNHRS-R1")
        device, code = devices.add(lane_id=lane.pk, kind="HANDHELD", name="H", by=sam, now=NOON)
        told = at_once(*[lambda code=code: enrol(code)] * 4)
        keys = [each for each in told if not isinstance(each, BaseException)]
        assert len(keys) == 1, told
        assert all(isinstance(each, devices.CodeUnknown) for each in told if isinstance(each, BaseException)), told
        assert ApiKey.objects.filter(device=device, revoked_at=None).count() == 1
        assert verbs(device).count("ENROLLED") == 1
