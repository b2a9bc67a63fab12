"""Vehicles over HTTP: add, swap, take out, exceptions, the pass and its pictures."""

import io

import pytest
import zxingcpp
from PIL import Image

from declarations.lifecycle import DeclarationStatus
from declarations.models import Pass, Vehicle
from tests.cast import declaration_body, let_workers_run, vehicle_body, vin_number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

BAD_CHECK_DIGIT = "LRW3E7EK1TC000001"


def test_one_vehicle_or_several_are_added_to_a_draft(call, alice, declaration):
    row = declaration(status="DRAFT")
    me, path = call(alice), f"/declarations/{row.reference}/vehicles"
    reply = me.post(path, vehicle_body(50))
    assert (reply.status, len(reply.json["vehicles"])) == (201, 2)
    reply = me.post(path, {"vehicles": [vehicle_body(51), vehicle_body(52)]})
    assert (reply.status, len(reply.json["vehicles"])) == (201, 4)


def test_nothing_is_added_after_lodging(call, alice, declaration):
    row = declaration(status="RELEASED")
    reply = call(alice).post(f"/declarations/{row.reference}/vehicles", vehicle_body(50))
    assert (reply.status, reply.code) == (409, "NOT_A_DRAFT")
    assert row.vehicles.count() == 1


def test_a_vehicle_of_a_draft_is_removed_without_a_word(call, alice, declaration):
    row = declaration(status="DRAFT", vehicles=2)
    vin = row.vehicles.first().vin
    reply = call(alice).delete(f"/declarations/{row.reference}/vehicles/{vin.lower()}")
    assert (reply.status, len(reply.json["vehicles"])) == (200, 1)


def test_a_lodged_vehicle_is_withdrawn_with_a_reason_and_still_shown(call, alice, declaration):
    row = declaration(status="RELEASED", vehicles=2)
    first, second = row.vehicles.order_by("position")
    me, path = call(alice), f"/declarations/{row.reference}/vehicles/{first.vin}"
    assert (me.delete(path).status, me.delete(path, {"reason": " "}).status) == (422, 422)
    reply = me.delete(path, {"reason": "sold at home"})
    assert reply.status == 200
    shown = [(each["vin"], each["status"]) for each in reply.json["vehicles"]]
    assert shown == [(second.vin, "DECLARED"), (first.vin, "WITHDRAWN")]


def test_driver_and_plate_are_swapped_at_once_and_the_pass_stays(call, alice, declaration):
    row = declaration(status="RELEASED")
    path = f"/declarations/{row.reference}/vehicles/{row.vehicles.get().vin}"
    me = call(alice)
    before = me.get(f"{path}/pass").json
    driver = {"name": "Wang Fang", "passport_number": "E99999999", "nationality": "CN", "phone": "13900000000"}
    reply = me.patch(
        path, {"driver": {**driver, "card": "C-9"}, "plate": "新B12345临", "plate_expires_on": "2026-12-01"}
    )
    assert reply.status == 200
    assert (reply.json["driver"]["name"], reply.json["plate"]) == ("Wang Fang", "新B12345临")
    after = me.get(f"{path}/pass").json
    assert (after["pass_id"], after["version"], after["code"]) == (before["pass_id"], 1, before["code"])
    assert me.get(f"/declarations/{row.reference}").json["status"] == DeclarationStatus.RELEASED


def test_a_swap_that_brings_an_error_is_422_and_changes_nothing(call, alice, declaration):
    row = declaration(status="RELEASED")
    vehicle = row.vehicles.get()
    reply = call(alice).patch(
        f"/declarations/{row.reference}/vehicles/{vehicle.vin}", {"plate_expires_on": "2026-01-01"}
    )
    assert reply.status == 422
    assert any(pointer == "/vehicles/0/plate_expires_on" for _code, pointer in reply.codes())
    assert Vehicle.objects.get(pk=vehicle.pk).plate_expires_on == vehicle.plate_expires_on


def test_a_vin_may_be_corrected_in_a_draft(call, alice, declaration):
    row = declaration(status="DRAFT", bodies=[vehicle_body(1, vin=BAD_CHECK_DIGIT)])
    reply = call(alice).patch(f"/declarations/{row.reference}/vehicles/{BAD_CHECK_DIGIT}", {"vin": vin_number(1)})
    assert (reply.status, reply.json["vin"]) == (200, vin_number(1))


def test_an_unknown_vin_is_404(call, alice, declaration):
    row = declaration(status="DRAFT")
    for path in (vin_number(999), "x" * 41, "%00", "a%2Fb"):
        assert call(alice).patch(f"/declarations/{row.reference}/vehicles/{path}", {}).status == 404


def test_an_exception_is_asked_for_and_accepted_and_the_rest_is_lodged(call, alice, carl):
    body = declaration_body(vehicle_body(1, vin=BAD_CHECK_DIGIT))
    me = call(alice)
    reference = me.post("/declarations", body).json["reference"]
    path = f"/declarations/{reference}/vehicles/{BAD_CHECK_DIGIT}"
    assert call(carl).get(f"/declarations/{reference}").status == 404, "a draft is nobody's business"
    assert me.post(f"{path}/override", {"code": "VIN_CHECK_DIGIT", "reason": "mine"}).status == 403
    reply = me.post(f"{path}/ask", {"code": "VIN_CHECK_DIGIT", "text": "the plate reads so"})
    assert (reply.status, reply.json["asked"][0]["text"]) == (200, "the plate reads so")
    reply = call(carl).post(f"{path}/override", {"code": "VIN_CHECK_DIGIT", "reason": "seen on the car"})
    assert reply.status == 200
    levels = {each["code"]: each["level"] for each in reply.json["problems"] if each["pointer"] == "/vehicles/0/vin"}
    assert levels["VIN_CHECK_DIGIT"] == "WARNING"
    assert me.post(f"/declarations/{reference}/lodge").status == 202


@pytest.mark.parametrize("code", ["REQUIRED", "NONSENSE"])
def test_a_problem_without_exception_is_not_put_on_a_desk(call, alice, declaration, code):
    row = declaration(status="DRAFT")
    path = f"/declarations/{row.reference}/vehicles/{row.vehicles.get().vin}/ask"
    reply = call(alice).post(path, {"code": code, "text": "please"})
    assert (reply.status, reply.code) == (409, "NOT_OVERRIDABLE")


def test_there_is_no_pass_before_the_release(call, alice, declaration):
    row = declaration(status="LODGED")
    path = f"/declarations/{row.reference}/vehicles/{row.vehicles.get().vin}/pass"
    for suffix in ("", ".png", ".svg"):
        reply = call(alice).get(path + suffix)
        assert (reply.status, reply.code) == (409, "NO_PASS_YET")
    let_workers_run()
    reply = call(alice).get(path)
    assert reply.status == 200
    names = {"pass_id", "version", "status", "code", "manual_code", "port", "valid_from", "valid_until", "ready"}
    assert names | {"not_ready_because"} <= set(reply.json)
    assert (reply.json["ready"], reply.json["not_ready_because"], reply.json["port"]) == (True, [], "CNHRS")


def test_the_pictures_read_as_the_code(call, alice, declaration):
    row = declaration(status="RELEASED")
    path = f"/declarations/{row.reference}/vehicles/{row.vehicles.get().vin}/pass"
    me = call(alice)
    code = me.get(path).json["code"]
    png = me.get(f"{path}.png?module_px=6", Accept="image/png")
    assert (png.status, png.type) == (200, "image/png")
    assert zxingcpp.read_barcode(Image.open(io.BytesIO(png.content))).text == code
    svg = me.get(f"{path}.svg")
    assert (svg.status, svg.type) == (200, "image/svg+xml")
    assert svg.content.startswith(b"<svg")
    assert png.headers["Cache-Control"] == "private, no-store"
    for query in ("module_px=0", "module_px=41", "module_px=big"):
        assert me.get(f"{path}.png?{query}").status == 400


def test_a_lost_pass_is_renewed_and_the_old_one_dies(call, alice, declaration):
    row = declaration(status="RELEASED")
    path = f"/declarations/{row.reference}/vehicles/{row.vehicles.get().vin}/pass"
    old = call(alice).get(path).json
    reply = call(alice).post(f"{path}/renew")
    assert (reply.status, reply.json["version"], reply.json["status"]) == (201, 2, "ISSUED")
    assert reply.json["code"] != old["code"]
    assert Pass.objects.get(pass_id=old["pass_id"]).status == "SUPERSEDED"


def test_a_vehicle_that_came_back_is_recorded(call, alice, olga, declaration, scanner):
    row = declaration(status="RELEASED", port="CNYRK", destination_country="KG")
    vehicle = row.vehicles.get()
    path = f"/declarations/{row.reference}/vehicles/{vehicle.vin}/returned"
    assert call(olga).post(path, {"reason": "refused"}).status == 409
    assert scanner("CNYRK-R1").scan(vehicle)["verdict"] == "ADMIT"
    assert call(alice).post(path, {"reason": "refused"}).status == 403
    reply = call(olga).post(path, {"reason": "refused by the neighbour"})
    assert (reply.status, reply.json["status"]) == (200, "RETURNED")


def test_a_supervisor_detains_a_referred_vehicle_and_lets_it_go(call, alice, olga, sam, declaration, scanner):
    row = declaration(status="RELEASED")
    vehicle = row.vehicles.get()
    path = f"/declarations/{row.reference}/vehicles/{vehicle.vin}"
    assert call(sam).post(f"{path}/detain", {"reason": "too early"}).code == "MOVE_NOT_ALLOWED"
    scanner("CNHRS-E1").scan(vehicle)
    scanner("CNHRS-R1").scan(vehicle, plate={"text": "新B99999"}, vin=vehicle.vin)
    for who in (alice, olga):
        assert call(who).post(f"{path}/detain", {"reason": "x"}).status == 403
    assert call(sam).post(f"{path}/detain", {"reason": "stolen plate"}).json["status"] == "DETAINED"
    assert call(sam).post(f"{path}/end-detention", {"withdrawn": False}).codes() == {("REQUIRED", "/reason")}
    reply = call(sam).post(f"{path}/end-detention", {"reason": "cleared"})
    assert (reply.status, reply.json["status"]) == (200, "REFERRED")


def test_the_pass_comes_on_paper_and_not_before_the_release(call, alice, mallory, declaration):
    released, lodged = declaration(status="RELEASED"), declaration(status="LODGED")
    path = f"/declarations/{released.reference}/vehicles/{released.vehicles.get().vin}/pass.pdf"
    reply = call(alice).get(path)
    assert (reply.status, reply.type, reply.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert call(mallory).get(path).status == 404
    reply = call(alice).get(f"/declarations/{lodged.reference}/vehicles/{lodged.vehicles.get().vin}/pass.pdf")
    assert (reply.status, reply.code) == (409, "NO_PASS_YET")
