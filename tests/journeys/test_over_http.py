"""From outside, on the running system: a vehicle's way, and each refusal that a user meets with its way out."""

import io
import uuid

import httpx
import pytest
import zxingcpp
from PIL import Image

from tests.journeys.conftest import Car, Running

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_the_yard(running: Running) -> Car:
    """A released car that was presented at Horgos."""
    car = running.car()
    car.enter()
    return car


def short(answer: dict[str, object]) -> str:
    """Verdict and reason."""
    return f"{answer['verdict']} {answer['reason']}"


def test_a_vehicle_is_declared_released_by_a_worker_and_driven_through_three_gates(running, capsys):
    car = running.car()
    assert car.decided_after_s < 10
    with capsys.disabled():
        print(f"\n  lodged → RELEASED by a worker in {car.decided_after_s:.2f} s")
    issued = car.get_pass()
    assert (issued["status"], issued["ready"], issued["not_ready_because"]) == ("ISSUED", True, [])
    picture = running.clients["alice"].get(f"{car.address}/pass.png")
    assert picture.headers["content-type"] == "image/png"
    (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.content)))
    assert read.text == issued["code"]

    answer = car.scan("CNHRS-E1", code=read.text)
    assert (short(answer), answer["barrier"], answer["vehicle"]["status"]) == ("ADMIT OK", "LIFT", "PRESENTED")
    answer = car.scan("CNHRS-R1", code=read.text)
    assert (short(answer), answer["barrier"], answer["vehicle"]["status"]) == ("ADMIT OK", "LIFT", "RELEASED")
    assert answer["declaration"] == {"reference": car.reference, "status": "RELEASED", "channel": "GREEN"}
    answer = car.scan("CNHRS-X1", code=read.text)
    assert (short(answer), answer["barrier"], answer["vehicle"]["status"]) == ("ADMIT OK", "LIFT", "EXITED")
    running.wait_for_status(car.reference, "COMPLETED")
    assert car.get_pass()["status"] == "CONSUMED"


def test_a_port_with_one_gate_lets_out_in_one_scan_by_manual_code(running):
    car = running.car(port="CNYRK")
    manual_code = car.get_pass()["manual_code"].lower().replace("-", " ")
    answer = car.scan("CNYRK-R1", code=manual_code)
    assert (short(answer), answer["vehicle"]["status"]) == ("ADMIT OK", "EXITED")
    assert short(car.scan("CNYRK-R2")) == "ALARM ALREADY_ADMITTED"
    running.wait_for_status(car.reference, "COMPLETED")


def test_a_hold_stops_the_vehicle_until_somebody_else_lifts_it(running, in_the_yard):
    car = in_the_yard
    hold = running.post(
        "carl", "holds", {"vehicle": car.vin, "reason_code": "OTHER", "text": "tip from the north"}, expect=201
    )
    answer = car.scan("CNHRS-R1")
    assert (short(answer), answer["barrier"]) == ("ALARM HOLD", "STAY")
    assert "tip from the north" not in str(answer)
    seen = running.get("alice", f"declarations/{car.reference}")
    assert not seen["vehicles"][0]["ready"] and "tip from the north" not in str(seen)
    running.post("carl", f"holds/{hold['id']}/lift", {"reason": "mine"}, expect=403)
    running.post("sam", f"holds/{hold['id']}/lift", {"reason": "all in order"})
    assert car.status == "PRESENTED"
    assert short(car.scan("CNHRS-R1")) == "ADMIT OK"


def test_a_hold_is_set_aside_by_two_people(running, in_the_yard):
    car = in_the_yard
    running.post("carl", "holds", {"vehicle": car.vin, "reason_code": "OTHER", "text": "look"}, expect=201)
    refused = car.scan("CNHRS-R1")
    asked = running.post(
        "olga", f"passages/{refused['passage_id']}/override", {"reason": "perishable goods behind it"}, expect=201
    )
    running.post("olga", f"overrides/{asked['id']}/grant", expect=403)
    assert short(car.scan("CNHRS-R1")) == "ALARM HOLD"
    running.post("oscar", f"overrides/{asked['id']}/grant")
    assert short(car.scan("CNHRS-R1")) == "ADMIT OK"


def test_an_inspection_failed_is_repeated_and_only_a_satisfactory_one_opens_the_gate(running, in_the_yard):
    car = in_the_yard
    doubtful = car.scan("CNHRS-R1", plate={"text": car.plate, "confidence": 0.1})
    assert short(doubtful) == "MANUAL LOW_CONFIDENCE"
    body = {"result": "INSPECT", "reason": "the bumper looks new", "vin": car.vin}
    running.post("olga", f"passages/{doubtful['passage_id']}/decision", body)
    assert car.status == "REFERRED"
    assert short(car.scan("CNHRS-R1")) == "ALARM INSPECTION_DUE"

    first = inspect(
        running, car, {"result": "NOT_SATISFACTORY", "findings": "engine number", "next": "REPAIR_AND_RECHECK"}
    )
    assert short(car.scan("CNHRS-R1")) == "ALARM INSPECTION_FAILED"
    waiting = running.get("ivan", f"inspections?vin={car.vin}&status=ORDERED")["results"]
    assert len(waiting) == 1 and waiting[0]["id"] != first
    running.post("sam", f"inspections/{waiting[0]['id']}/waive", {"reason": "please"}, expect=409)

    inspect(running, car, {"result": "SATISFACTORY", "findings": "right now"})
    assert car.status == "PRESENTED"
    assert short(car.scan("CNHRS-R1")) == "ADMIT OK"


def inspect(running: Running, car: Car, result: dict[str, str]) -> str:
    """Ivan examines the car and says what came out; gives back the id of the order."""
    (order,) = running.get("ivan", f"inspections?vin={car.vin}&status=ORDERED")["results"]
    running.post("ivan", f"inspections/{order['id']}/start")
    running.post("ivan", f"inspections/{order['id']}/result", result)
    return str(order["id"])


def test_a_wrong_plate_is_repaired_by_the_exporter_and_the_same_pass_goes_on(running, in_the_yard):
    car = in_the_yard
    code = car.get_pass()["code"]
    on_the_car = "新A98765临"
    answer = car.scan("CNHRS-R1", plate={"text": on_the_car, "confidence": 0.99}, vin=car.vin)
    assert short(answer) == "ALARM PLATE_MISMATCH"
    assert car.status == "REFERRED"
    running.call("alice", "PATCH", car.address, {"plate": on_the_car})
    assert car.get_pass()["code"] == code
    answer = car.scan("CNHRS-R1", code=code, plate={"text": on_the_car, "confidence": 0.99})
    assert (short(answer), answer["vehicle"]["plate"]) == ("ADMIT OK", on_the_car)


def test_another_driver_takes_over_and_the_same_pass_goes_on(running, in_the_yard):
    car = in_the_yard
    stranger = running.car().card
    assert short(car.scan("CNHRS-R1", driver_card=stranger)) == "ALARM DRIVER_MISMATCH"
    driver = {"name": "Zhao Min", "passport_number": "E87654321", "nationality": "CN", "card": f"{stranger}-2"}
    running.call("alice", "PATCH", car.address, {"driver": driver})
    assert short(car.scan("CNHRS-R1", driver_card=f"{stranger}-2")) == "ADMIT OK"


def test_a_vehicle_turned_back_may_come_again_with_the_same_pass(running, in_the_yard):
    car = in_the_yard
    stopped = car.scan(
        "CNHRS-R1", plate=None, vin=car.vin[:-1] + ("1" if car.vin[-1] != "1" else "2"), driver_card=car.card
    )
    assert short(stopped) == "ALARM VIN_MISMATCH"
    body = {"result": "TURN_BACK", "reason": "come back with the right car"}
    running.post("olga", f"passages/{stopped['passage_id']}/decision", body)
    assert car.status == "DECLARED"
    assert short(car.scan("CNHRS-R1")) == "ALARM WRONG_STAGE"
    car.enter()
    assert short(car.scan("CNHRS-R2")) == "ADMIT OK"


def test_a_document_check_stops_at_release_until_the_officer_accepts_the_papers(running):
    licence = {"code": "export_licence", "number": "26-AA-100118", "quantity": 1}
    electric = {"powertrain": "BEV", "displacement_cc": None, "hs_code": "8703801090", "value": "289800.00"}
    car = running.car(**electric, papers=[{**licence, "issued_on": "2026-10-01", "valid_until": "2027-09-30"}])
    entered = car.scan("CNHRS-E1")
    assert (short(entered), entered["advice"]) == ("ADMIT OK", ["DOCUMENTS_DUE"])
    assert short(car.scan("CNHRS-R1")) == "ALARM DOCUMENTS_DUE"
    body = {"result": "RELEASE", "reason": "licence seen", "vehicles": [car.vin]}
    running.post("carl", f"declarations/{car.reference}/decision", body)
    assert car.status == "PRESENTED"
    assert short(car.scan("CNHRS-R1")) == "ADMIT OK"


def test_documents_asked_for_the_whole_declaration_are_answered_and_the_pass_stays_good(running):
    car = running.car()
    code = car.get_pass()["code"]
    hold = running.post(
        "carl", "holds", {"declaration": car.reference, "reason_code": "OTHER", "text": "look"}, expect=201
    )
    assert short(car.scan("CNHRS-R1")) == "ALARM WRONG_STAGE"
    running.post("sam", f"holds/{hold['id']}/lift", {"reason": "looked"})
    documents = [{"code": "commercial_contract", "vin": None, "why": "the signature is missing"}]
    body = {"result": "REQUEST_DOCUMENTS", "reason": "please show the contract", "documents": documents}
    running.post("carl", f"declarations/{car.reference}/decision", body)
    running.wait_for_status(car.reference, "DOCUMENTS_REQUIRED")
    entered = car.scan("CNHRS-E1")
    assert short(entered) == "ADMIT OK" and "DECLARATION_NOT_RELEASED" in entered["advice"]
    assert short(car.scan("CNHRS-R1")) == "ALARM DECLARATION_NOT_RELEASED"
    running.post("alice", f"declarations/{car.reference}/answer", {"text": "signed copy sent by courier"})
    running.wait_for_status(car.reference, "UNDER_CONTROL")
    running.post("carl", f"declarations/{car.reference}/decision", {"result": "RELEASE", "reason": "seen"})
    assert car.get_pass()["code"] == code
    assert short(car.scan("CNHRS-R1")) == "ADMIT OK"


def test_a_pass_for_another_port_is_refused_and_an_amendment_brings_a_new_one(running):
    car = running.car()
    old = car.get_pass()["code"]
    answer = car.scan("CNYRK-R1")
    assert (short(answer), answer["vehicle"], answer["declaration"]) == ("ALARM WRONG_PORT", None, None)
    running.call("alice", "PATCH", f"declarations/{car.reference}", {"port": "CNYRK", "destination_country": "KG"})
    running.wait_for_status(car.reference, "RELEASED")
    assert car.get_pass()["version"] == 2
    assert short(car.scan("CNYRK-R1", code=old)) == "ALARM SUPERSEDED"
    assert short(car.scan("CNYRK-R1")) == "ADMIT OK"


def test_a_photographed_code_alone_opens_nothing_and_an_officer_decides(running, in_the_yard):
    car = in_the_yard
    answer = car.scan("CNHRS-R1", plate=None)
    assert (short(answer), answer["barrier"]) == ("MANUAL NOTHING_TO_COMPARE", "STAY")
    body = {"result": "RELEASE", "reason": "I read the VIN on the windscreen", "vin": car.vin}
    running.post("oscar", f"passages/{answer['passage_id']}/decision", body)
    assert car.status == "RELEASED"
    assert short(car.scan("CNHRS-X1", plate=None)) == "MANUAL NOTHING_TO_COMPARE"
    assert short(car.scan("CNHRS-X1")) == "ADMIT OK"


def test_a_barrier_that_stayed_down_is_annulled_and_the_vehicle_scans_again(running, in_the_yard):
    car = in_the_yard
    admitted = car.scan("CNHRS-R1")
    assert short(car.scan("CNHRS-R2")) == "ALARM ALREADY_ADMITTED"
    running.post("olga", f"passages/{admitted['passage_id']}/annul", {"reason": "the barrier did not open"})
    assert car.status == "PRESENTED"
    assert short(car.scan("CNHRS-R1")) == "ADMIT OK"


def test_gates_in_the_wrong_order_send_the_vehicle_to_the_right_one(running):
    car = running.car()
    assert short(car.scan("CNHRS-X1")) == "ALARM WRONG_STAGE"
    assert short(car.scan("CNHRS-R1")) == "ALARM WRONG_STAGE"
    car.enter()
    assert short(car.scan("CNHRS-R1")) == "ADMIT OK"


def test_the_same_scan_sent_again_gets_the_stored_answer_and_says_so(running, in_the_yard):
    car = in_the_yard
    question = {
        "scan_id": str(uuid.uuid4()),
        "code": car.get_pass()["code"],
        "plate": {"text": car.plate, "confidence": 0.97},
    }
    lane = running.clients["CNHRS-R1"]
    first = lane.post("scans", json=question)
    again = lane.post("scans", json=dict(reversed(question.items())))
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert first.json() == again.json()
    other = lane.post("scans", json={**question, "code": None})
    assert (other.status_code, other.headers["content-type"]) == (422, "application/problem+json")
    # The id is the device's own: another lane may have drawn the same one.
    assert short(running.clients["CNHRS-R2"].post("scans", json=question).json()) == "ALARM ALREADY_ADMITTED"


def test_nobody_scans_without_a_devices_key(running):
    question = {"scan_id": str(uuid.uuid4()), "code": "VP1:ANYTHING"}
    assert running.clients["alice"].post("scans", json=question).status_code == 403
    assert running.clients["olga"].post("scans", json=question).status_code == 403
    assert httpx.post(f"{running.base_url}/api/v1/scans", json=question).status_code == 401
