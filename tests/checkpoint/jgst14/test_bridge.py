"""Lane equipment at the bridge: what it says becomes scans, decisions and reports, and what fails is M."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from checkpoint import devices, scanning
from checkpoint.models import BarrierAnswer, Case, Device, DeviceState, Lane, LaneOperator, Passage
from declarations.models import Role, Vehicle
from declarations.rates import Buckets
from declarations.words import RoleName
from tests.caller import key_of, key_of_device
from tests.checkpoint.jgst14.test_messages import said, vector
from tests.refusals import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def _without_redis() -> None:
    raise OSError("no Redis in this test")


class Equipment:
    """A lane's equipment with its key."""

    def __init__(self, key: str | None) -> None:
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def send(self, raw: bytes | str) -> tuple[int, dict[str, str]]:
        """Status and what the answer says."""
        content = raw.encode() if isinstance(raw, str) else raw
        reply = Client().post("/bridge/jgst14", content, content_type="text/xml; charset=utf-8", headers=self.headers)
        assert reply.headers["Content-Type"] == "application/xml; charset=utf-8"
        return reply.status_code, said(reply.content)


@pytest.fixture
def equipment(reference: None) -> Equipment:
    return Equipment(key_of_device("CNHRS-R1"))


@pytest.fixture
def car(declaration: Any, scanner: Any) -> Vehicle:
    row = declaration().vehicles.get()
    scanner("CNHRS-E1").scan(row)
    return Vehicle.objects.get(pk=row.pk)


@pytest.fixture
def operator(olga: User) -> LaneOperator:
    return LaneOperator.objects.create(port_id="CNHRS", operator_id="HRS0042", user=olga)


def gather(car: Vehicle | None = None, session: str = "S-1", mode: str = "A", **changes: str) -> str:
    fields = {"SESSION_ID": session, "GETHER_MODE": mode, "CHNL_NO": "CNHRS-R1"}
    if car is not None:
        assert car.newest_pass
        fields |= {"FORM_INFO": f"<FORM_TYPE>QR</FORM_TYPE><FORM_ID>{car.newest_pass.code}</FORM_ID>"}
        fields |= {"VE_LICENSE_NO": car.plate, "CONFIDENCE": "Y"}
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in {**fields, **changes}.items())
    return f"<GATHER_INFO>{inside}</GATHER_INFO>"


def check(session: str = "S-1", result: str = "1", operator: str = "HRS0042", comment: str = "looked") -> str:
    return (
        f"<MANUAL_CHECK><SESSION_ID>{session}</SESSION_ID><CHECK_RESULT>{result}</CHECK_RESULT>"
        f"<OPERATOR_ID>{operator}</OPERATOR_ID><COMMENT>{comment}</COMMENT></MANUAL_CHECK>"
    )


def test_a_vehicle_with_its_pass_and_plate_is_y_and_goes_on(equipment, car):
    status, told = equipment.send(gather(car))
    assert (status, told["CHECK_RESULT"], told["INSTRUCTION"], told["LED_HINT"]) == (
        200,
        "Y",
        "0",
        "请通行，一路平安。",
    )
    assert (told["PROC_ERROR_CODE"], told["TECH_ERROR_CODE"], told["SESSION_ID"]) == ("", "", "S-1")
    car.refresh_from_db()
    assert car.status == "RELEASED"


def test_the_same_session_again_is_the_same_passage_and_other_facts_are_a_failure(equipment, car):
    equipment.send(gather(car))
    assert equipment.send(gather(car))[1]["CHECK_RESULT"] == "Y"
    assert Passage.objects.filter(stage="RELEASE").count() == 1
    told = equipment.send(gather(car, VE_LICENSE_NO="新A99999临"))[1]
    assert (told["CHECK_RESULT"], told["TECH_ERROR_CODE"]) == ("M", "SESSION_REUSED")


def test_collected_again_by_hand_it_is_another_question(equipment, car):
    told = equipment.send(gather(car, CONFIDENCE="N"))[1]
    assert (told["CHECK_RESULT"], told["PROC_ERROR_CODE"]) == ("M", "LOW_CONFIDENCE")
    assert equipment.send(gather(car, mode="M"))[1]["CHECK_RESULT"] == "Y"


def test_another_plate_is_n_as_an_error_of_business(equipment, car):
    told = equipment.send(gather(car, VE_LICENSE_NO="新A99999临"))[1]
    assert (told["CHECK_RESULT"], told["PROC_ERROR_CODE"], told["TECH_ERROR_CODE"]) == ("N", "PLATE_MISMATCH", "")


def test_a_card_alone_finds_the_vehicle_and_the_plate_confirms_it(equipment, car):
    assert equipment.send(gather(None, IC_INFO="CARD-1", VE_LICENSE_NO=car.plate))[1]["CHECK_RESULT"] == "Y"


def test_the_lanes_number_may_be_the_customs_one_and_another_lanes_is_refused(equipment, car):
    Lane.objects.filter(code="CNHRS-R1").update(channel_no="9404010")
    with nothing_written():
        told = equipment.send(gather(car, CHNL_NO="CNHRS-R2"))[1]
    assert (told["CHECK_RESULT"], told["TECH_ERROR_CODE"]) == ("M", "CHNL_NO")
    assert equipment.send(gather(car, CHNL_NO="9404010"))[1]["CHECK_RESULT"] == "Y"


def test_all_that_a_lane_collects_goes_on_and_an_old_collection_is_no_order(equipment, car):
    told = equipment.send(gather(car, GROSS_WT="1520.5", OPERATE_TIME="2026-11-22 11:50:00", IC_INFO="CARD-1"))[1]
    assert told["CHECK_RESULT"] == "Y"
    passage = Passage.objects.get(stage="RELEASE")
    assert passage.captured_at is not None and passage.captured_at.isoformat() == "2026-11-22T03:50:00+00:00"
    assert passage.seen["card"]


def test_guessing_keys_is_braked_and_still_answered_with_m(reference, monkeypatch):
    own = Buckets()
    monkeypatch.setattr(own, "_script", _without_redis)
    monkeypatch.setattr("checkpoint.views.bridge.buckets", own)
    found = [Equipment("sg_x").send(gather()) for _n in range(31)]
    assert [status for status, _told in found[29:]] == [401, 429]
    assert {told["CHECK_RESULT"] for _status, told in found} == {"M"}


@pytest.mark.parametrize("who", ["nobody", "unknown", "person", "revoked"])
def test_without_a_devices_key_nothing_is_asked(reference, car, sam, who):
    key = {"nobody": None, "unknown": "sg_x", "person": key_of(sam), "revoked": key_of_device("CNHRS-R1")}[who]
    if who == "revoked":
        devices.revoke(device_id=Device.objects.machines().get(lane__code="CNHRS-R1").pk, by=sam, now=timezone.now())
    with nothing_written():
        status, told = Equipment(key).send(gather(car))
    assert (status, told["CHECK_RESULT"], told["TECH_ERROR_CODE"]) == (401, "M", "KEY_UNKNOWN")


@pytest.mark.parametrize(
    "name",
    ["bad_external_entity", "bad_entity_bomb", "bad_parameter_entity", "bad_not_closed", "bad_no_message"],
)
def test_hostile_documents_are_refused_as_m(equipment, name):
    with nothing_written():
        status, told = equipment.send(vector(name))
    assert (status, told["CHECK_RESULT"], told["INSTRUCTION"]) == (400, "M", "1")
    assert told["TECH_ERROR_CODE"] and "root:" not in str(told)


def test_a_huge_body_is_refused(equipment):
    status, told = equipment.send(b"<GATHER_INFO>" + b" " * 20_000_000)
    assert (status, told["CHECK_RESULT"], told["TECH_ERROR_CODE"]) == (413, "M", "TOO_LARGE")


def test_a_database_that_does_not_answer_is_m(equipment, car, monkeypatch):
    def fails(**_question: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(scanning, "scan", fails)
    status, told = equipment.send(gather(car))
    assert (status, told["CHECK_RESULT"], told["TECH_ERROR_CODE"], told["SESSION_ID"]) == (503, "M", "TIMED_OUT", "S-1")


class TestManualCheck:
    @pytest.fixture
    def doubt(self, equipment, car):
        assert equipment.send(gather(car, CONFIDENCE="N"))[1]["CHECK_RESULT"] == "M"
        return car

    @pytest.mark.parametrize(
        ("result", "told", "kept", "status"),
        [("1", "Y", "RELEASE", "RELEASED"), ("2", "N", "INSPECT", "PRESENTED"), ("3", "N", "TURN_BACK", "PRESENTED")],
    )
    def test_an_operators_decision_is_his_officers(self, equipment, doubt, operator, olga, result, told, kept, status):
        """Sent away is only what was seen to be this vehicle; of a plate in doubt it is recorded on the passage."""
        answer = equipment.send(check(result=result))[1]
        assert answer["CHECK_RESULT"] == told
        case = Case.objects.get(passage__stage="RELEASE")
        assert (case.result, case.closed_by, case.reason) == (kept, olga, "looked")
        doubt.refresh_from_db()
        assert doubt.status == status

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"operator": "HRS0001"}, "OPERATOR_UNKNOWN"),
            ({"session": "S-9"}, "SESSION_UNKNOWN"),
            ({"comment": ""}, "COMMENT"),
        ],
    )
    def test_what_nobody_can_answer_for_is_refused(self, equipment, doubt, operator, changes, code):
        with nothing_written():
            answer = equipment.send(check(**changes))[1]
        assert (answer["CHECK_RESULT"], answer["PROC_ERROR_CODE"], answer["INSTRUCTION"]) == ("M", code, "1")

    @pytest.mark.parametrize("why", ["ended", "another port", "left", "no role"])
    def test_nor_does_an_operator_decide_whose_officer_may_not(self, equipment, doubt, operator, olga, why):
        if why == "ended":
            LaneOperator.objects.update(ended_at=timezone.now())
        elif why == "another port":
            LaneOperator.objects.update(port="CNYRK")
        elif why == "left":
            User.objects.filter(pk=olga.pk).update(is_active=False)
        else:
            Role.objects.filter(user=olga).update(role=RoleName.DOCUMENTS)
        with nothing_written():
            answer = equipment.send(check())[1]
        assert answer["CHECK_RESULT"] == "M"
        assert answer["PROC_ERROR_CODE"] == ("NOT_PERMITTED" if why == "no role" else "OPERATOR_UNKNOWN")

    def test_sent_again_at_once_it_is_answered_alike_and_the_contrary_is_refused(self, equipment, doubt, operator):
        equipment.send(check())
        assert equipment.send(check())[1]["CHECK_RESULT"] == "Y"
        answer = equipment.send(check(result="3"))[1]
        assert (answer["CHECK_RESULT"], answer["PROC_ERROR_CODE"]) == ("M", "NOTHING_TO_DECIDE")

    def test_the_laws_of_the_gate_hold_for_operators_too(self, equipment, declaration, operator):
        car = declaration().vehicles.get()
        told = equipment.send(gather(car))[1]
        assert told["PROC_ERROR_CODE"] == "WRONG_STAGE"
        answer = equipment.send(check())[1]
        assert (answer["CHECK_RESULT"], answer["PROC_ERROR_CODE"]) == ("M", "NOT_ALLOWED_HERE")

    def test_another_lanes_session_is_not_found(self, doubt, operator):
        other = Equipment(key_of_device("CNHRS-R2"))
        assert other.send(check())[1]["PROC_ERROR_CODE"] == "SESSION_UNKNOWN"


class TestReports:
    def operated(self, result: str) -> str:
        return f"<OPERATE_FEEDBACK><SESSION_ID>S-1</SESSION_ID><RESULT>{result}</RESULT></OPERATE_FEEDBACK>"

    @pytest.mark.parametrize(("result", "outcome"), [("1", "LIFTED"), ("2", "FAILED")])
    def test_what_the_barrier_did_is_its_acknowledgement(self, equipment, car, result, outcome):
        equipment.send(gather(car))
        status, told = equipment.send(self.operated(result))
        assert (status, told["PROC_ERROR_CODE"]) == (200, "")
        assert "CHECK_RESULT" not in told, "on a receipt no barrier opens"
        assert BarrierAnswer.objects.get().outcome == outcome

    def test_without_an_order_there_is_nothing_to_acknowledge(self, equipment, car):
        assert equipment.send(self.operated("1"))[1]["PROC_ERROR_CODE"] == "SESSION_UNKNOWN"
        equipment.send(gather(car, VE_LICENSE_NO="新A99999临"))
        assert equipment.send(self.operated("1"))[1]["PROC_ERROR_CODE"] == "NO_ORDER"
        assert not BarrierAnswer.objects.exists()

    def test_said_otherwise_it_is_refused(self, equipment, car):
        equipment.send(gather(car))
        equipment.send(self.operated("1"))
        assert equipment.send(self.operated("2"))[1]["PROC_ERROR_CODE"] == "ANSWERED_ALREADY"
        assert equipment.send(self.operated("0"))[1]["PROC_ERROR_CODE"] == ""

    def test_a_device_that_reports_a_fault_is_heard(self, equipment):
        assert "CHECK_RESULT" not in equipment.send(vector("42_fault"))[1]
        assert DeviceState.objects.get().faults == ["plate camera FAULT"]
        equipment.send(vector("42_normal"))
        assert DeviceState.objects.get().faults == []
        equipment.send(vector("43_exception"))
        assert DeviceState.objects.get().faults == ["tailgating alarm"]


def test_only_posts_are_taken(equipment):
    assert Client().get("/bridge/jgst14", headers=equipment.headers).status_code == 405
