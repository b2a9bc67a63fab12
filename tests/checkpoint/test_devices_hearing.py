"""What devices tell of themselves, and who is told when they fall silent."""

from datetime import timedelta
from typing import Any

import pytest

from checkpoint import devices
from checkpoint.devices import Heartbeat
from checkpoint.models import Device, DeviceEvent, DeviceState, Lane, PortWatch
from declarations.models import Notice
from tests.cast import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def device(reference: None) -> Device:
    return Lane.objects.get(code="CNHRS-R1").devices.machines().get()


def beat(device: Device, now: Any = NOON, **told: Any) -> DeviceState:
    return devices.heard(device_id=device.pk, beat=Heartbeat(**told), now=now)[0]


def told(kind: str) -> list[Notice]:
    return list(Notice.objects.filter(kind=kind).order_by("pk"))


def test_a_heartbeat_is_kept_in_one_row_and_the_clock_is_compared(device):
    state = beat(
        device,
        sent_at=NOON + timedelta(seconds=42),
        battery_percent=80,
        queued=3,
        manifest_version="v7",
        manifest_at=NOON - timedelta(minutes=5),
        software="2.1",
    )
    assert (state.skew_s, state.battery_percent, state.queued, state.manifest_version) == (42.0, 80, 3, "v7")
    state = beat(device, NOON + timedelta(minutes=1), sent_at=NOON + timedelta(seconds=59))
    assert (state.skew_s, state.battery_percent, state.software) == (-1.0, 80, "2.1"), "what is not told stays"
    assert DeviceState.objects.count() == 1


def test_a_silent_device_is_told_once_and_once_more_when_it_is_back(device):
    beat(device)
    assert devices.watch(now=NOON + timedelta(minutes=5)) == 0
    assert devices.watch(now=NOON + timedelta(minutes=5, seconds=1)) == 1
    assert devices.watch(now=NOON + timedelta(minutes=6)) == 0
    (silent,) = told("DEVICE_SILENT")
    assert (silent.audience, silent.port_id, silent.values["lane"]) == ("C", "CNHRS", "CNHRS-R1")
    assert not told("DEVICE_BACK")
    beat(device, NOON + timedelta(minutes=7))
    beat(device, NOON + timedelta(minutes=8))
    assert len(told("DEVICE_BACK")) == 1
    assert devices.watch(now=NOON + timedelta(minutes=30)) == 1
    assert len(told("DEVICE_SILENT")) == 2, "another silence is told again"


def test_how_long_is_the_ports_own_setting(device):
    beat(device)
    PortWatch.objects.create(port_id="CNHRS", silent_after_s=30)
    assert devices.watch(now=NOON + timedelta(seconds=31)) == 1


def test_a_port_that_waits_longer_is_not_measured_by_the_usual_patience(device):
    beat(device)
    PortWatch.objects.create(port_id="CNHRS", silent_after_s=3600)
    assert devices.watch(now=NOON + timedelta(minutes=10)) == 0


@pytest.mark.parametrize("at_rest", ["revoked", "closed", "never heard"])
def test_who_is_out_of_use_is_not_missed(device, sam, at_rest):
    if at_rest != "never heard":
        beat(device)
    if at_rest == "revoked":
        devices.revoke(device_id=device.pk, by=sam, now=NOON)
    if at_rest == "closed":
        Lane.objects.filter(code="CNHRS-R1").update(is_open=False)
    assert devices.watch(now=NOON + timedelta(hours=1)) == 0


def test_a_new_fault_is_told_and_one_that_lasts_is_not_told_again(device):
    beat(device, faults=["CAMERA"])
    beat(device, NOON + timedelta(minutes=1), faults=["CAMERA"])
    assert [row.values["fault"] for row in told("DEVICE_FAULT")] == ["CAMERA"]
    beat(device, NOON + timedelta(minutes=2), faults=["CAMERA", "PRINTER"])
    assert [row.values["fault"] for row in told("DEVICE_FAULT")] == ["CAMERA", "PRINTER"]
    assert beat(device, NOON + timedelta(minutes=3)).faults == []
    assert DeviceEvent.objects.filter(device=device, verb="REPORTED").count() == 2


def test_a_fault_reported_by_itself_leaves_the_rest(device):
    beat(device, battery_percent=70)
    state = devices.reported(device_id=device.pk, fault="plate camera FAULT", now=NOON + timedelta(seconds=5))
    assert (state.faults, state.battery_percent) == (["plate camera FAULT"], 70)
    assert devices.reported(device_id=device.pk, fault="", now=NOON + timedelta(seconds=9)).faults == []
    assert len(told("DEVICE_FAULT")) == 1


def test_a_scan_writes_nothing_into_that_row(device, declaration, scanner):
    beat(device)
    before = DeviceState.objects.values().get()
    scanner("CNHRS-R1").scan(declaration().vehicles.get(), now=NOON + timedelta(minutes=2))
    assert DeviceState.objects.values().get() == before
