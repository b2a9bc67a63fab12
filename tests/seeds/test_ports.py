"""Gates and lanes of the three ports."""

from datetime import UTC, datetime

import pytest

from checkpoint.models import Checkpoint, Device, Lane
from checkpoint.models.device import DeviceKind
from declarations.models import Port
from declarations.words import Stage
from seeds.ports import load_lanes
from seeds.reference import load_reference_data

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _loaded() -> None:
    load_reference_data()
    load_lanes(now=NOW)


def test_horgos_has_three_stages_of_at_least_two_lanes() -> None:
    for stage in Stage.values:
        assert Lane.objects.filter(checkpoint__port="CNHRS", checkpoint__stage=stage).count() >= 2


def test_irkeshtam_has_a_single_release_gate() -> None:
    (gate,) = Checkpoint.objects.filter(port="CNYRK")
    assert gate.stage == Stage.RELEASE
    assert gate.lanes.count() == 2


def test_a_port_tells_the_public_the_name_of_the_gate_that_its_vehicles_reach_first() -> None:
    for port in Port.objects.all():
        assert all(port.gate_names.values())
        gates = Checkpoint.objects.filter(port=port)
        first = gates.filter(stage=Stage.ENTRY) or gates.filter(stage=Stage.RELEASE)
        for name in (port.gate_zh, port.gate_en):
            assert all(name in gate.name for gate in first)


def test_every_lane_has_its_equipment_and_an_officers_page() -> None:
    for lane in Lane.objects.all():
        assert sorted(lane.devices.values_list("kind", flat=True)) == [DeviceKind.LANE, DeviceKind.VIRTUAL]


def test_no_device_has_a_key_before_the_demo_makes_one() -> None:
    assert not Device.objects.exclude(api_key=None).exists()
