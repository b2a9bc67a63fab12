"""Handing passages in over HTTP: one bad one holds up no other, strangers hand in nothing."""

import uuid

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client
from django.urls import reverse
from psycopg import errors

from checkpoint import syncing
from checkpoint.models import Claim, Conflict, Passage
from declarations.models import Admission
from tests.checkpoint.test_scanning import module
from tests.refusals import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def vehicle(declaration):
    """Released and to come."""
    return declaration().vehicles.get()


def passage(vehicle, *, sequence=1, **changes):
    return {
        "scan": {
            "scan_id": str(uuid.uuid4()),
            "code": vehicle.newest_pass.code,
            "plate": {"text": vehicle.plate, "confidence": 0.97},
            "captured_at": "2026-11-22T03:00:00Z",
        },
        "answer": {"verdict": "ADMIT", "reason": "OK", "rule": "LIFT_BY_TAP", "manifest_age_s": 12},
        "lifted": True,
        "lifted_at": "1970-01-01T00:00:00Z",
        "vin_read": None,
        "officer": "olga",
        "sequence": sequence,
        "manifest_version": 3,
        **changes,
    }


def hand_in(device, *passages):
    return device.post("/passages/sync", {"sent_at": "2026-11-22T03:59:50Z", "passages": list(passages)})


def test_passages_are_taken_in_the_order_of_the_device_and_each_once(call, vehicle, olga):
    device = call("CNHRS-E1")
    first = passage(vehicle, sequence=1)
    second = passage(vehicle, sequence=2)
    reply = hand_in(device, second, first)
    assert reply.status == 200, reply
    told = reply.json["results"]
    assert [row["scan_id"] for row in told] == [first["scan"]["scan_id"], second["scan"]["scan_id"]]
    assert [(row["status"], row["verdict"], bool(row["conflict"])) for row in told] == [
        ("STORED", "ADMIT", False),
        ("STORED", "ALARM", True),
    ]
    again = hand_in(device, first, second).json["results"]
    assert [(row["status"], row["passage_id"], row["conflict"]) for row in again] == [
        ("REPLAYED", row["passage_id"], row["conflict"]) for row in told
    ]
    assert (Admission.objects.count(), Conflict.objects.count(), Claim.objects.count()) == (1, 1, 2)


def test_a_malformed_one_holds_up_no_other(call, vehicle, olga):
    good = passage(vehicle, sequence=5)
    bad = [{"scan": {"scan_id": "x"}}, 7, None, passage(vehicle, rule="LIFT_ALL"), passage(vehicle, sequence="1")]
    results = hand_in(call("CNHRS-E1"), *bad, good).json["results"]
    assert [row["status"] for row in results] == ["REFUSED"] * 5 + ["STORED"]
    assert Passage.objects.count() == 1


def test_rows_that_are_busy_are_sent_again(call, vehicle, olga, monkeypatch):
    def busy(*_values, **_names):
        raise OperationalError("locked") from errors.LockNotAvailable()

    monkeypatch.setattr(module, "lock", busy)
    what, device = passage(vehicle), call("CNHRS-E1")
    with nothing_written():
        assert hand_in(device, what).json["results"][0]["status"] == "LATER"
    monkeypatch.undo()
    assert hand_in(device, what).json["results"][0]["status"] == "STORED"


def test_more_than_a_hundred_or_no_list_at_all_is_400(call, vehicle):
    device = call("CNHRS-E1")
    assert hand_in(device, *[passage(vehicle)] * (syncing.MOST_AT_ONCE + 1)).status == 400
    for body in ({}, [], {"passages": None}, {"passages": {}}, {"passages": [], "more": 1}):
        assert device.post("/passages/sync", body).status == 400
    assert hand_in(device).json["results"] == []
    assert not Passage.objects.exists()


def test_only_devices_hand_in(call, vehicle, olga, alice):
    with nothing_written():
        assert hand_in(call(None), passage(vehicle)).status == 401
    for who in (olga, alice):
        assert hand_in(call(who), passage(vehicle)).status == 403
    assert not Passage.objects.exists()


def test_a_failing_database_takes_nothing(call, vehicle, monkeypatch):
    def fails(**_names):
        raise OperationalError("gone")

    monkeypatch.setattr(syncing, "take", fails)
    reply = hand_in(call("CNHRS-E1"), passage(vehicle))
    assert reply.status == 503 and connection.is_usable()


def test_an_officers_page_hands_in_for_its_lane_with_its_token(vehicle, olga, mallory):
    address = reverse("checkpoint:sync", args=["CNHRS-E1"])
    body = {"passages": [passage(vehicle, officer=None)]}
    client = Client(enforce_csrf_checks=True)
    client.force_login(olga)
    assert client.post(address, body, content_type="application/json").status_code == 403
    assert not Passage.objects.exists()
    trusting = Client()
    trusting.force_login(mallory)
    assert trusting.post(address, body, content_type="application/json").status_code == 404
    trusting.force_login(olga)
    reply = trusting.post(address, body, content_type="application/json")
    assert reply.json()["results"][0]["status"] == "STORED"
    assert Passage.objects.get().officer == olga
