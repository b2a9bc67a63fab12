"""POST /scans: whatever comes, a verdict or a clear refusal; a failure of ours lets nobody through."""

import json
import uuid

import pytest
from django.db import OperationalError

from checkpoint import scanning
from checkpoint.models import Device, Passage
from declarations.lifecycle import VehicleStatus
from declarations.models import Vehicle
from tests.cast import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

ANSWER = {
    "passage_id", "scan_id", "verdict", "reason", "advice", "provisional", "barrier", "port", "stage", "lane",
    "decided_at", "officer_text", "driver_text", "vehicle", "declaration",
    "compared",
}  # fmt: skip


def question(vehicle=None, **changes):
    """A scan of a vehicle's pass and plate."""
    body = {"scan_id": str(uuid.uuid4()), "code": None}
    if vehicle is not None:
        body |= {"code": vehicle.newest_pass.code, "plate": {"text": vehicle.plate, "confidence": 0.97}}
    return {**body, **changes}


def test_a_vehicle_goes_through_three_gates(call, declaration):
    vehicle = declaration(status="RELEASED").vehicles.get()
    for lane, stage, status in (
        ("CNHRS-E1", "ENTRY", "PRESENTED"),
        ("CNHRS-R1", "RELEASE", "RELEASED"),
        ("CNHRS-X1", "EXIT", "EXITED"),
    ):
        reply = call(lane).post("/scans", question(vehicle))
        assert reply.status == 200
        assert set(reply.json) == ANSWER
        answer = reply.json
        told = (
            answer["verdict"],
            answer["reason"],
            answer["barrier"],
            answer["stage"],
            answer["lane"],
            answer["advice"],
        )
        assert told == ("ADMIT", "OK", "LIFT", stage, lane, [])
        assert answer["vehicle"]["status"] == status
        assert set(answer["driver_text"]) == {"zh", "ru", "kk", "en"}
        assert answer["decided_at"] == "2026-11-22T04:00:00Z"


def test_the_same_scan_gets_the_stored_answer_and_another_body_is_422(call, declaration):
    vehicle = declaration(status="RELEASED").vehicles.get()
    lane, body = call("CNHRS-E1"), question(vehicle)
    first = lane.post("/scans", body)
    again = lane.ask("POST", "/scans", raw=json.dumps(dict(reversed(body.items())), indent=3).encode())
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.json == first.json
    body = question(vehicle, plate={"text": vehicle.plate, "confidence": 1})
    first = lane.post("/scans", body)
    again = lane.ask("POST", "/scans", raw=json.dumps({**body, "plate": {**body["plate"], "confidence": 1.0}}).encode())
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.json == first.json
    other = lane.post("/scans", {**body, "vin": "LRW3E7EK9TC000001"})
    assert (other.status, other.code) == (422, "SCAN_ID_REUSED")
    assert Passage.objects.count() == 2


def test_what_was_compared_is_told_field_by_field_and_nothing_may_be_null(call, declaration):
    vehicle = declaration(status="RELEASED").vehicles.get()
    body = question(vehicle, vin_tail=vehicle.vin[-6:], vin_confidence=0.9, weight_kg=None, driver_card=None)
    reply = call("CNHRS-E1").post("/scans", body)
    assert [(each["field"], each["seen"], each["result"]) for each in reply.json["compared"]] == [
        ("plate", vehicle.plate, "SAME"),
        ("vin", vehicle.vin[-6:], "SAME"),
    ]
    nothing = {"vin": None, "vin_tail": None, "vin_confidence": None, "weight_kg": None, "plate": None}
    assert call("CNHRS-E2").post("/scans", question(**nothing)).json["compared"] == []


def test_a_refusal_is_an_answer(call, declaration):
    vehicle = declaration(status="RELEASED").vehicles.get()
    reply = call("CNYRK-R1").post("/scans", question(vehicle))
    assert (reply.status, reply.json["verdict"], reply.json["reason"]) == (200, "ALARM", "WRONG_PORT")
    assert (reply.json["vehicle"], reply.json["declaration"], reply.json["barrier"]) == (None, None, "STAY")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"scan_id": None}, ("REQUIRED", "/scan_id")),
        ({"scan_id": "1"}, ("ID_FORM", "/scan_id")),
        ({"scan_id": 1}, ("WRONG_TYPE", "/scan_id")),
        ({"code": 7}, ("WRONG_TYPE", "/code")),
        ({"code": "x" * 10_001}, ("TEXT_LENGTH", "/code")),
        ({"plate": "A1"}, ("WRONG_TYPE", "/plate")),
        ({"plate": {"text": "A1", "confidence": "0.9"}}, ("WRONG_TYPE", "/plate/confidence")),
        ({"plate": {"text": "A1", "confidence": 97}}, ("NUMBER_RANGE", "/plate/confidence")),
        ({"plate": {"text": "A1", "colour": "blue"}}, ("UNKNOWN_FIELD", "/plate/colour")),
        ({"plate": {"confidence": 0.9}}, ("REQUIRED", "/plate/text")),
        ({"captured_at": "now"}, ("MOMENT_FORM", "/captured_at")),
        ({"lane": "CNHRS-R2"}, ("UNKNOWN_FIELD", "/lane")),
        ({"vin_tail": 1}, ("WRONG_TYPE", "/vin_tail")),
        ({"vin_confidence": 1.5}, ("NUMBER_RANGE", "/vin_confidence")),
        ({"weight_kg": "2080"}, ("WRONG_TYPE", "/weight_kg")),
        ({"weight_kg": 2080.5}, ("WRONG_TYPE", "/weight_kg")),
        ({"weight_kg": 0}, ("NUMBER_RANGE", "/weight_kg")),
    ],
)
def test_a_question_that_is_not_well_formed_is_400_and_leaves_no_passage(call, reference, changes, problem):
    reply = call("CNHRS-R1").post("/scans", question(**changes))
    assert reply.status == 400
    assert problem in reply.codes()
    assert not Passage.objects.exists()


def test_a_question_without_id_or_code_is_not_well_formed(call, reference):
    assert call("CNHRS-R1").post("/scans", {}).codes() == {("REQUIRED", "/scan_id"), ("REQUIRED", "/code")}


def test_a_missing_code_means_that_none_was_read(call, declaration):
    vehicle = declaration(status="RELEASED").vehicles.get()
    reply = call("CNHRS-E1").post(
        "/scans", question(code=None, plate={"text": vehicle.plate}, driver_card=vehicle.driver.card)
    )
    assert (reply.status, reply.json["vehicle"]["vin"]) == (200, vehicle.vin)


def test_a_device_that_was_revoked_scans_no_more(call, reference):
    lane = call("CNHRS-R1")
    Device.objects.get(api_key__isnull=False, lane__code="CNHRS-R1").revoke(now=NOON)
    reply = lane.post("/scans", question())
    assert reply.status in (401, 403)
    assert not Passage.objects.exists()


@pytest.mark.parametrize("error", [OperationalError("the database is away")])
def test_what_cannot_be_stored_is_503_and_lets_nobody_through(call, declaration, monkeypatch, error):
    vehicle = declaration(status="RELEASED").vehicles.get()
    lane, body = call("CNHRS-E1"), question(vehicle)

    def away(**_names):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(scanning, "scan", away)
        reply = lane.post("/scans", body)
    assert (reply.status, reply.type) == (503, "application/problem+json")
    assert int(reply.headers["Retry-After"]) > 0
    told = {name: reply.json[name] for name in ("verdict", "reason", "barrier", "scan_id")}
    assert told == {"verdict": "MANUAL", "reason": "TIMED_OUT", "barrier": "STAY", "scan_id": body["scan_id"]}
    assert Vehicle.objects.get(pk=vehicle.pk).status == VehicleStatus.DECLARED
    assert lane.post("/scans", body).json["verdict"] == "ADMIT", "the same scan_id is decided anew"


@pytest.mark.parametrize("raw", [None, b"[1]", b"{", b""])
def test_a_database_that_does_not_even_know_the_key_still_answers_the_device(call, reference, monkeypatch, raw):
    def away(*_values, **_names):
        raise OperationalError("the database is away")

    lane = call("CNHRS-R1")
    monkeypatch.setattr("checkpoint.api.authentication.gate_of_key", away)
    reply = lane.post("/scans", question()) if raw is None else lane.ask("POST", "/scans", raw=raw)
    assert (reply.status, reply.json["verdict"], reply.json["barrier"]) == (503, "MANUAL", "STAY")


def test_a_scan_takes_a_fixed_number_of_statements(call, declaration, django_assert_max_num_queries):
    vehicle = declaration(status="RELEASED", vehicles=10).vehicles.first()
    lane = call("CNHRS-E1")
    lane.post("/scans", question(vehicle))
    release = call("CNHRS-R1")
    body = question(vehicle)
    with django_assert_max_num_queries(10) as seen:  # savepoints of the test's own transaction count as two
        assert release.post("/scans", body).json["verdict"] == "ADMIT"
    assert len(seen) <= 8
