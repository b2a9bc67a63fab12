"""Passages over HTTP: officers read and decide them, nobody else sees any."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from checkpoint.models import Passage
from declarations.models import Hold, Port, Role, Vehicle
from tests.cast import NOON, vin_number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def mismatch(declaration, scanner):
    """A vehicle that came to the release gate under another plate."""
    vehicle = declaration(status="RELEASED").vehicles.get()
    scanner("CNHRS-E1").scan(vehicle)
    told = scanner("CNHRS-R1").scan(vehicle, plate={"text": "新B99999"}, vin=vehicle.vin)
    assert told["reason"] == "PLATE_MISMATCH"
    return vehicle, f"/passages/{told['passage_id']}"


def test_officers_list_and_filter_passages(call, olga, mismatch):
    me = call(olga)

    def reasons(query=""):
        return [row["reason"] for row in me.get(f"/passages{query}").json["results"]]

    assert sorted(reasons()) == ["OK", "PLATE_MISMATCH"]
    assert reasons("?verdict=ALARM") == ["PLATE_MISMATCH"]
    assert reasons("?stage=ENTRY&port=CNHRS") == ["OK"]
    assert reasons(f"?vin={vin_number(999)}") == []
    assert reasons("?open=true") == ["PLATE_MISMATCH"]
    assert reasons("?open=false") == []
    assert me.get("/passages?open=maybe").status == 400


def test_a_passage_shows_answer_case_and_what_was_seen(call, olga, mismatch):
    _vehicle, path = mismatch
    body = call(olga).get(path).json
    assert body["seen"]["plate"] == "新B99999"
    assert "card" not in body["seen"]
    assert (body["case"]["result"], body["case"]["closed_at"]) == (None, None)
    assert body["lane"] == "CNHRS-R1"


def test_an_officer_releases_a_mismatch_with_a_reason(call, olga, mismatch):
    vehicle, path = mismatch
    assert call(olga).post(f"{path}/decision", {"result": "RELEASE"}).codes() == {("REQUIRED", "/reason")}
    reply = call(olga).post(f"{path}/decision", {"result": "RELEASE", "reason": "new plate, papers seen"})
    assert (reply.status, reply.json["case"]["result"]) == (200, "RELEASE")
    assert Vehicle.objects.get(pk=vehicle.pk).status == "RELEASED"
    again = call(olga).post(f"{path}/decision", {"result": "TURN_BACK", "reason": "x"})
    assert again.status == 409


def test_an_older_passage_is_not_decided(call, olga, mismatch, scanner):
    vehicle, path = mismatch
    later = NOON + timedelta(minutes=1)
    scanner("CNHRS-R1").scan(vehicle, plate={"text": "新B99999"}, vin=vehicle.vin, now=later)
    reply = call(olga).post(f"{path}/decision", {"result": "RELEASE", "reason": "x"})
    assert (reply.status, reply.code) == (409, "NOT_NEWEST")


def test_an_admission_is_annulled(call, olga, declaration, scanner):
    vehicle = declaration(status="RELEASED").vehicles.get()
    told = scanner("CNHRS-E1").scan(vehicle)
    reply = call(olga).post(f"/passages/{told['passage_id']}/annul", {"reason": "the barrier did not open"})
    assert reply.status == 200
    assert Vehicle.objects.get(pk=vehicle.pk).status == "DECLARED"


def test_an_override_is_asked_at_the_gate_and_granted_by_another(call, olga, sam, carl, declaration, scanner):
    vehicle = declaration(status="RELEASED").vehicles.get()
    scanner("CNHRS-E1").scan(vehicle)
    call(carl).post("/holds", {"vehicle": vehicle.vin, "reason_code": "OTHER", "text": "why"})
    told = scanner("CNHRS-R1").scan(vehicle)
    assert told["reason"] == "HOLD"
    asked = call(olga).post(f"/passages/{told['passage_id']}/override", {"reason": "perishable"})
    assert (asked.status, asked.json["stage"], asked.json["expires_at"]) == (201, "RELEASE", None)
    granted = call(sam).post(f"/overrides/{asked.json['id']}/grant")
    assert (granted.status, granted.json["granted_by"]) == (200, "sam")
    assert scanner("CNHRS-R1").scan(vehicle)["verdict"] == "ADMIT"
    assert Hold.objects.standing().exists()


def test_passages_are_for_officers_of_the_port(call, alice, mallory, ivan, mismatch):
    _vehicle, path = mismatch
    stranger = User.objects.create(username="omar")
    Role.objects.create(user=stranger, role="checkpoint", port=Port.objects.get(pk="CNYRK"))
    assert call(alice).get("/passages").status == 403
    assert call(stranger).get("/passages").json["results"] == []
    verbs = (
        ("decision", {"result": "RELEASE", "reason": "x"}),
        ("annul", {"reason": "x"}),
        ("override", {"reason": "x"}),
    )
    for who in (alice, mallory, stranger):
        assert call(who).get(path).status == 404
        for verb, body in verbs:
            assert call(who).post(f"{path}/{verb}", body).status == 404
    for verb, body in verbs:
        assert call(ivan).post(f"{path}/{verb}", body).status == 403, "he is an officer, but not of the gate"
        assert call(ivan).post(f"/passages/{uuid.uuid4()}/{verb}", body).status == 404
    assert Passage.objects.get(reason="PLATE_MISMATCH").case.closed_at is None


def test_an_earlier_admission_is_contested_and_annulled_by_another(call, olga, oscar, declaration, scanner):
    vehicle = declaration(status="RELEASED").vehicles.get()
    first = scanner("CNHRS-E1").scan(vehicle)
    second = scanner("CNHRS-E1").scan(vehicle, now=NOON + timedelta(minutes=1))
    assert second["reason"] == "ALREADY_ADMITTED"
    path = f"/passages/{second['passage_id']}/contest"
    wrong = call(olga).post(path, {"vin": vin_number(999), "reason": "read on the car"})
    assert (wrong.status, wrong.code) == (409, "VIN_DIFFERS")
    reply = call(olga).post(path, {"vin": vehicle.vin, "reason": "read on the car"})
    assert (reply.status, reply.json["case"]["vin_read"]) == (200, vehicle.vin)
    annulled = call(oscar).post(f"/passages/{first['passage_id']}/annul", {"reason": "it was another car"})
    assert annulled.status == 200
    assert call(olga).get(f"/passages/{second['passage_id']}").json["case"]["result"] == "CONTEST"
