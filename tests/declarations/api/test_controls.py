"""Holds, inspections and overrides over HTTP."""

import uuid

import pytest

from declarations.clearance import inspections, overrides
from declarations.models import Hold, Inspection
from tests.cast import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_a_hold_on_a_declaration_is_placed_by_one_and_lifted_by_another(call, carl, sam, declaration):
    row = declaration(status="RELEASED")
    body = {
        "declaration": row.reference,
        "reason_code": "OTHER",
        "text": "tip from the port",
        "public_text": "one question",
    }
    placed = call(carl).post("/holds", body)
    assert placed.status == 201
    assert (placed.json["declaration"], placed.json["vehicle"], placed.json["text"]) == (
        row.reference,
        None,
        body["text"],
    )
    lift = f"/holds/{placed.json['id']}/lift"
    own = call(carl).post(lift, {"reason": "done"})
    assert (own.status, own.code) == (403, "PLACED_BY_YOU")
    assert call(sam).post(lift, {"reason": ""}).status == 422
    lifted = call(sam).post(lift, {"reason": "answered"})
    assert (lifted.status, lifted.json["lift_reason"]) == (200, "answered")
    again = call(sam).post(lift, {"reason": "again"})
    assert (again.status, again.code) == (409, "ALREADY_LIFTED")


def test_a_hold_on_a_vehicle_is_placed_by_its_vin(call, olga, alice, declaration):
    row = declaration(status="RELEASED")
    vin = row.vehicles.get().vin
    placed = call(olga).post("/holds", {"vehicle": vin.lower(), "reason_code": "OTHER", "text": "inner"})
    assert (placed.status, placed.json["vehicle"]) == (201, vin)
    seen = call(alice).get(f"/declarations/{row.reference}").json
    assert [set(each) for each in seen["holds"]] == [{"vehicle", "public_text", "placed_at", "lifted_at"}]
    assert "inner" not in str(seen)
    assert seen["vehicles"][0]["not_ready_because"][0]["code"] == "HOLD"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, ("ONE_OF_TWO", "/declaration")),
        ({"declaration": "x", "vehicle": "y"}, ("ONE_OF_TWO", "/declaration")),
        ({"reason_code": ""}, ("REQUIRED", "/reason_code")),
        ({"text": None}, ("REQUIRED", "/text")),
    ],
)
def test_a_hold_that_is_wrong_in_the_matter_is_422(call, carl, changes, problem):
    reply = call(carl).post("/holds", {"reason_code": "OTHER", "text": "why", **changes})
    assert reply.status == 422
    assert problem in reply.codes()
    assert not Hold.objects.exists()


def test_a_hold_needs_a_known_reason_and_something_to_hold(call, carl, declaration):
    row = declaration(status="RELEASED")
    body = {"declaration": row.reference, "reason_code": "WHIM", "text": "why"}
    assert call(carl).post("/holds", body).codes() == {("CHOICE_UNKNOWN", "/reason_code")}
    assert call(carl).post("/holds", {**body, "declaration": "SG2222222222"}).status == 404
    assert (
        call(carl).post("/holds", {"vehicle": "LRW3E7EK1TC999999", "reason_code": "OTHER", "text": "w"}).status == 404
    )
    assert not Hold.objects.exists()


def test_an_exporter_places_and_lifts_no_hold(call, alice, mallory, carl, declaration):
    row = declaration(status="RELEASED")
    body = {"declaration": row.reference, "reason_code": "OTHER", "text": "why"}
    assert call(alice).post("/holds", body).status == 403
    assert call(mallory).post("/holds", body).status == 404
    placed = call(carl).post("/holds", body).json["id"]
    assert call(alice).post(f"/holds/{placed}/lift", {"reason": "x"}).status == 403
    assert call(mallory).post(f"/holds/{placed}/lift", {"reason": "x"}).status == 404
    assert Hold.objects.standing().count() == 1


@pytest.fixture
def ordered(declaration, carl):
    """An inspection of a presented vehicle."""
    row = declaration(status="RELEASED")
    return inspections.order(vehicle_id=row.vehicles.get().pk, text="ASKED", by=carl, now=NOON)


def test_an_inspection_is_found_by_vin_started_and_ended(call, ivan, ordered):
    me = call(ivan)
    vin = ordered.vehicle.vin
    found = me.get(f"/inspections?vin={vin}").json
    assert [(row["vin"], row["status"], row["ordered_because"], row["ordered_text"]) for row in found["results"]] == [
        (vin, "ORDERED", "OFFICER", "ASKED")
    ]
    assert found["next"] is None
    path = f"/inspections/{found['results'][0]['id']}"
    assert me.post(f"{path}/result", {"result": "SATISFACTORY", "findings": "ok"}).status == 409
    assert me.post(f"{path}/start").json["status"] == "IN_PROGRESS"
    assert me.post(f"{path}/start").status == 409
    reply = me.post(f"{path}/result", {"result": "SATISFACTORY", "findings": "as declared"})
    assert (reply.status, reply.json["status"], reply.json["findings"]) == (200, "SATISFACTORY", "as declared")
    assert me.get("/inspections?status=ORDERED").json["results"] == []
    assert len(me.get("/inspections?port=CNHRS").json["results"]) == 1


def test_a_failed_inspection_says_what_follows_and_orders_the_next(call, ivan, sam, ordered):
    me = call(ivan)
    path = f"/inspections/{ordered.public_id}"
    me.post(f"{path}/start", {})
    body = {"result": "NOT_SATISFACTORY", "findings": "brakes"}
    assert me.post(f"{path}/result", body).codes() == {("NEXT_REQUIRED", "/next")}
    assert me.post(f"{path}/result", {**body, "next": "SCRAP"}).codes() == {("CHOICE_UNKNOWN", "/next")}
    reply = me.post(f"{path}/result", {**body, "next": "REPAIR_AND_RECHECK"})
    assert (reply.status, reply.json["status"], reply.json["next"]) == (200, "NOT_SATISFACTORY", "REPAIR_AND_RECHECK")
    (following,) = me.get("/inspections?status=ORDERED").json["results"]
    assert following["follows_failure"] is True
    waived = call(sam).post(f"/inspections/{following['id']}/waive", {"reason": "no"})
    assert (waived.status, waived.code) == (409, "AFTER_FAILURE")


def test_only_a_supervisor_waives(call, ivan, sam, ordered):
    path = f"/inspections/{ordered.public_id}/waive"
    assert call(ivan).post(path, {"reason": "no need"}).status == 403
    assert call(sam).post(path, {}).status == 422
    assert call(sam).post(path, {"reason": "no need"}).json["status"] == "WAIVED"


def test_inspections_are_for_officers(call, alice, mallory, ordered):
    assert call(alice).get("/inspections").status == 403
    for verb in ("start", "result", "waive"):
        path = f"/inspections/{ordered.public_id}/{verb}"
        body = {"result": "SATISFACTORY", "findings": "x"} if verb == "result" else {"reason": "x"}
        body = None if verb == "start" else body
        assert call(alice).post(path, body).status == 403
        assert call(mallory).post(path, body).status == 404
    assert Inspection.objects.get().status == "ORDERED"


def test_an_override_is_granted_by_a_second_person(call, olga, sam, oscar, alice, mallory, carl, declaration):
    row = declaration(status="RELEASED")
    vehicle = row.vehicles.get()
    call(carl).post("/holds", {"vehicle": vehicle.vin, "reason_code": "OTHER", "text": "why"})
    asked = overrides.ask(vehicle_id=vehicle.pk, stage="RELEASE", reason="urgent", by=oscar, now=NOON)
    path = f"/overrides/{asked.public_id}/grant"
    for who, status in ((oscar, 403), (olga, 403), (alice, 403), (mallory, 404)):
        assert call(who).post(path).status == status
    reply = call(sam).post(path)
    assert (reply.status, reply.json["granted_by"], reply.json["stage"]) == (200, "sam", "RELEASE")
    assert call(sam).post(path).code == "ALREADY_GRANTED"
    assert call(sam).post(f"/overrides/{uuid.uuid4()}/grant").status == 404


def test_an_officer_orders_an_inspection_by_vin(call, olga, alice, mallory, declaration):
    vin = declaration(status="RELEASED").vehicles.get().vin
    body = {"vehicle": vin, "because": "SEAL_BROKEN"}
    assert call(alice).post("/inspections", body).status == 403
    assert call(mallory).post("/inspections", body).status == 404
    assert call(olga).post("/inspections", {"vehicle": vin}).codes() == {("REQUIRED", "/because")}
    reply = call(olga).post("/inspections", body)
    assert (reply.status, reply.json["status"], reply.json["ordered_text"]) == (201, "ORDERED", "SEAL_BROKEN")
    assert call(olga).post("/inspections", body).code == "INSPECTION_WAITS"


def test_another_agency_orders_starts_and_lifts_with_its_officers_key(call, carl, sam, ivan, declaration):
    ivan.roles.update(agency="QUARANTINE", port="CNHRS")
    ivan.__dict__.pop("_roles", None)
    vin = declaration(status="RELEASED").vehicles.get().vin
    body = {"vehicle": vin, "agency": "QUARANTINE", "checks": ["CLEANNESS"], "reason": "soil"}
    assert call(carl).post("/inspections", body).status == 403
    assert call(ivan).post("/inspections", {**body, "checks": ["GHOST"]}).status == 422
    made = call(ivan).post("/inspections", body)
    shown = made.json
    assert (made.status, shown["agency"], shown["checks"], shown["bay"], shown["ordered_text"]) == (
        201,
        "QUARANTINE",
        ["CLEANNESS"],
        "CNHRS-B2",
        "soil",
    )
    assert call(ivan).post("/inspections/start", {"code": vin}).json["status"] == "IN_PROGRESS"
    assert call(ivan).post("/inspections/start", {"code": vin, "port": "CNYRK"}).status == 403
    assert call(sam).post("/inspections/start", {"code": vin}).codes() == {("REQUIRED", "/port")}
    path = f"/inspections/{shown['id']}"
    wrong = call(ivan).post(f"{path}/result", {"result": "SATISFACTORY", "findings": "x", "finding_codes": ["SOIL"]})
    assert (wrong.status, wrong.code) == (409, "FAULT_FOUND")
    assert call(carl).post(f"{path}/waive", {"reason": "x"}).status == 403
    assert call(ivan).post(f"{path}/waive", {"reason": "clean"}).json["status"] == "WAIVED"
