"""The simulated lane against a running server: it is enrolled, scans, works its barrier, and is heard."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from checkpoint import devices
from checkpoint.management.commands import lane_simulator
from checkpoint.management.simulated import Arrival, Refused, SimulatedLane, Site
from checkpoint.models import BarrierAnswer, DeviceState, Lane, Passage
from declarations.models import Notice, Vehicle
from tests.caller import key_of, key_of_device

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_simulator, "POLL_S", 0.0)


@pytest.fixture
def car(reference: None, declaration: Any) -> Vehicle:
    """A released vehicle of today: the server's clock runs."""
    row = declaration(now=timezone.now()).vehicles.get()
    return Vehicle.objects.get(pk=row.pk)


def arrival(car: Vehicle, **changes: Any) -> Arrival:
    assert car.newest_pass
    return Arrival(**{"code": car.newest_pass.code, "plate": car.plate, "card": "", **changes})


def simulate(**options: Any) -> str:
    told = StringIO()
    call_command("lane_simulator", stdout=told, every=0.0, **options)
    return told.getvalue()


def test_a_lane_is_enrolled_and_lets_a_vehicle_in(live_server, car, sam):
    lane = Lane.objects.get(code="CNHRS-E1")
    _device, code = devices.add(lane_id=lane.pk, kind="LANE", name="simulated", by=sam, now=timezone.now())
    assert car.newest_pass
    text = simulate(base_url=live_server.url, code=code, arrival=[f"{car.newest_pass.code},{car.plate}"], rounds=3)
    assert "CNHRS-E1 ADMIT OK barrier lifts" in text
    assert "CNHRS-E1 LIFTED" in text
    assert BarrierAnswer.objects.get().outcome == "LIFTED"
    skew_s = DeviceState.objects.get().skew_s
    assert skew_s is not None and abs(skew_s) < 5
    car.refresh_from_db()
    assert car.status == "PRESENTED"
    with pytest.raises(CommandError, match="CODE_UNKNOWN"):
        simulate(base_url=live_server.url, code=code, rounds=1)


def test_the_same_in_the_messages_of_jgst14(live_server, car):
    assert car.newest_pass
    key = key_of_device("CNHRS-E1")
    text = simulate(
        base_url=live_server.url, key=key, arrival=[f"{car.newest_pass.code},{car.plate}"], jgst14=True, rounds=3
    )
    assert "CNHRS-E1 Y OK barrier lifts" in text and "CNHRS-E1 LIFTED" in text
    assert Passage.objects.get().verdict == "ADMIT"


def test_a_barrier_that_fails_is_an_alarm(live_server, car):
    lane = SimulatedLane(Site(live_server.url, key_of_device("CNHRS-E1")), fails=lambda _n: True)
    lane.heartbeat(now=timezone.now())
    assert lane.arrive(arrival(car)).lifts
    assert [outcome for _order, outcome in lane.work_the_barrier(now=timezone.now())] == ["FAILED"]
    assert lane.work_the_barrier(now=timezone.now()) == [], "answered once, it comes no more"
    assert Notice.objects.filter(kind="BARRIER_FAILED").count() == 2


def test_what_does_not_fit_stays_shut_in_both_languages(live_server, car):
    for jgst14, result in ((False, "ALARM"), (True, "N")):
        lane = SimulatedLane(Site(live_server.url, key_of_device("CNHRS-R1")), jgst14=jgst14)
        lane.heartbeat(now=timezone.now())
        seen = lane.arrive(arrival(car))
        assert (seen.result, seen.reason, seen.lifts) == (result, "WRONG_STAGE", False)
        assert lane.work_the_barrier(now=timezone.now()) == []


def test_a_whole_lane_of_the_demonstration_runs_by_its_file(live_server, car, alice, tmp_path):
    path = tmp_path / "demo.json"
    told = {
        "base_url": live_server.url,
        "api_keys": {"alice": key_of(alice)},
        "devices": [{"lane": "CNHRS-E1", "key": key_of_device("CNHRS-E1")}],
    }
    path.write_text(json.dumps(told))
    assert "CNHRS-E1 ADMIT OK" in simulate(demo=str(path), lane="CNHRS-E1", rounds=3)
    with pytest.raises(CommandError, match="names no lane"):
        simulate(demo=str(path), lane="CNHRS-R9", rounds=1)


def test_what_the_site_refuses_is_said_in_its_words(live_server, reference):
    with pytest.raises(CommandError, match="KEY_UNKNOWN"):
        simulate(base_url=live_server.url, key="sg_wrong", rounds=1)
    with pytest.raises(Refused):
        Site("file:///etc/passwd")
    text = simulate(base_url="http://127.0.0.1:9", key="x", rounds=1)
    assert "no answer" in text
