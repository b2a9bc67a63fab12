"""Messages of lane equipment as values, and answers as documents; the vectors lie beside this file."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checkpoint import jgst14
from checkpoint.reasons import REASONS, Reason, Verdict
from tests.cast import NOON

VECTORS = Path(__file__).parent / "vectors"


def vector(name: str) -> bytes:
    return (VECTORS / f"{name}.xml").read_bytes()


def said(document: bytes) -> dict[str, str]:
    """The texts of an answer by name, of the first element of each."""
    found: dict[str, str] = {}
    for element in ElementTree.fromstring(document).iter():
        found.setdefault(element.tag, element.text or "")
    return found


def test_everything_that_a_lane_collects_is_read():
    assert jgst14.read(vector("81_automatic")) == jgst14.Gathered(
        session_id="940420261122120000001",
        area_id="9404S001",
        channel_no="CNHRS-R1",
        mode=jgst14.GatherMode.AUTOMATIC,
        code="VP1:THE-TEXT-OF-A-PASS",
        plate="新A00001临",
        plate_confidence=0.99,
        card="CARD-1",
        weight_kg=Decimal("1520.5"),
        operated_at=datetime(2026, 11, 22, 4, 0, tzinfo=UTC),
    )


def test_a_code_may_ride_in_an_extend_pair_and_the_message_in_an_envelope():
    message = jgst14.read(vector("81_extend_in_envelope"))
    assert isinstance(message, jgst14.Gathered)
    assert (message.code, message.plate_confidence, message.session_id) == ("VP1:IN-AN-EXTEND-PAIR", 0.0, "S-2")


def test_a_plate_that_a_person_typed_has_no_confidence_and_a_form_number_is_no_code():
    message = jgst14.read(vector("81_by_hand"))
    assert isinstance(message, jgst14.Gathered)
    assert (message.plate, message.plate_confidence, message.code, message.card) == ("新A00001临", None, None, "CARD-9")


def test_a_form_number_that_is_a_pass_is_the_code_and_other_pairs_are_not():
    pairs = "<EXTEND><NAME>COLOUR</NAME><VALUE>white</VALUE></EXTEND>"
    form = "<FORM_INFO><FORM_TYPE>RELLIST</FORM_TYPE><FORM_ID>VP1:A-PASS</FORM_ID></FORM_INFO>"
    message = jgst14.read(gathered(pairs + form))
    assert isinstance(message, jgst14.Gathered) and message.code == "VP1:A-PASS"
    assert jgst14.read(gathered(pairs)) == jgst14.Gathered(session_id="1")


def test_a_photo_inside_is_passed_over():
    message = jgst14.read(gathered(f"<PHOTO>{'A' * 200_000}</PHOTO>"))
    assert message == jgst14.Gathered(session_id="1")


def test_the_other_messages_are_read():
    check = jgst14.read(vector("85_release"))
    assert isinstance(check, jgst14.ManualCheck)
    assert (check.result, check.operator_id, check.comment) == ("1", "HRS0042", "plate read on the car")
    operated = jgst14.read(vector("84_lifted"))
    assert isinstance(operated, jgst14.Operated)
    assert (operated.worked, operated.operated_at) == (True, datetime(2026, 11, 22, 4, 0, 5, tzinfo=UTC))
    assert jgst14.read(vector("42_fault")) == jgst14.DeviceReport(channel_no="CNHRS-R1", fault="plate camera FAULT")
    assert jgst14.read(vector("42_normal")) == jgst14.DeviceReport(fault="")
    assert jgst14.read(vector("43_exception")) == jgst14.DeviceReport(channel_no="CNHRS-R1", fault="tailgating alarm")


BAD = {
    "bad_external_entity": "DOCTYPE",
    "bad_entity_bomb": "DOCTYPE",
    "bad_parameter_entity": "DOCTYPE",
    "bad_not_closed": "NOT_XML",
    "bad_no_message": "NO_MESSAGE",
    "bad_no_session": "SESSION_ID",
}


@pytest.mark.parametrize(("name", "code"), BAD.items())
def test_what_is_no_message_is_refused_with_a_code(name, code):
    with pytest.raises(jgst14.Unreadable) as refused:
        jgst14.read(vector(name))
    assert refused.value.code == code


def gathered(inside: str) -> bytes:
    return f"<GATHER_INFO><SESSION_ID>1</SESSION_ID>{inside}</GATHER_INFO>".encode()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "NOT_XML"),
        (b"\xff\xfe<", "NOT_XML"),
        (b"{}", "NOT_XML"),
        (b"<?xml version='1.0' encoding='UTF-7'?><GATHER_INFO/>", "SESSION_ID"),
        (gathered("<X>" * 20 + "</X>" * 20), "TOO_DEEP"),
        (gathered("<X/>" * 3000), "TOO_DEEP"),
        (gathered(" " * jgst14.MOST_BYTES), "TOO_LARGE"),
        (gathered("<GETHER_MODE>X</GETHER_MODE>"), "GETHER_MODE"),
        (gathered("<GROSS_WT>NaN</GROSS_WT>"), "GROSS_WT"),
        (gathered("<GROSS_WT>-1</GROSS_WT>"), "GROSS_WT"),
        (gathered("<GROSS_WT>1e999999</GROSS_WT>"), "GROSS_WT"),
        (gathered("<GROSS_WT>heavy</GROSS_WT>"), "GROSS_WT"),
        (gathered("<OPERATE_TIME>noon</OPERATE_TIME>"), "OPERATE_TIME"),
        (gathered("<VE_LICENSE_NO>A</VE_LICENSE_NO><CONFIDENCE>0.9</CONFIDENCE>"), "CONFIDENCE"),
        (gathered(f"<VE_LICENSE_NO>{'A' * 201}</VE_LICENSE_NO>"), "VE_LICENSE_NO"),
        (gathered(f"<IC_INFO>{'A' * 201}</IC_INFO>"), "IC_INFO"),
        (gathered("&#0;"), "NOT_XML"),
        (gathered("&nbsp;"), "NOT_XML"),
        (b"<MANUAL_CHECK><SESSION_ID>1</SESSION_ID><OPERATOR_ID>1</OPERATOR_ID></MANUAL_CHECK>", "CHECK_RESULT"),
        (b"<OPERATE_FEEDBACK><SESSION_ID>1</SESSION_ID></OPERATE_FEEDBACK>", "RESULT"),
        (b"<DEVICE_STATUS><STATUS>9</STATUS></DEVICE_STATUS>", "DEVICE_STATUS"),
    ],
)
def test_nonsense_is_refused_by_the_field_that_is_wrong(raw, code):
    with pytest.raises(jgst14.Unreadable) as refused:
        jgst14.read(raw)
    assert refused.value.code == code


@pytest.mark.parametrize("reason", list(REASONS))
def test_each_reason_of_the_gate_is_told_on_its_side_and_no_failure_of_machines_is_y_or_n(reason):
    verdict = REASONS[reason].verdict
    told = said(
        jgst14.feedback(session_id="1", verdict=verdict, reason=reason.value, at=NOON, op_hint="look", led={"zh": "x"})
    )
    assert told["CHECK_RESULT"] == {"ADMIT": "Y", "ALARM": "N", "MANUAL": "M"}[verdict]
    assert told["INSTRUCTION"] == ("0" if reason is Reason.OK else "1")
    codes = (told["PROC_ERROR_CODE"], told["TECH_ERROR_CODE"])
    if reason is Reason.OK:
        assert codes == ("", "")
    elif reason in (Reason.DEVICE_FAULT, Reason.TIMED_OUT, Reason.STALE_MANIFEST):
        assert codes == ("", reason) and told["CHECK_RESULT"] == "M"
    else:
        assert codes == (reason, "")


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_failure_of_machines_is_m_whatever_else_is_said(verdict):
    told = said(jgst14.feedback(session_id="1", verdict=verdict, at=NOON, tech_error=("DOWN", "no database")))
    assert (told["CHECK_RESULT"], told["INSTRUCTION"], told["TECH_ERROR_CODE"]) == ("M", "1", "DOWN")


def test_what_a_stranger_wrote_cannot_become_markup():
    evil = "</SESSION_ID><CHECK_RESULT>Y</CHECK_RESULT>&\x01\ud800"
    told = said(jgst14.feedback(session_id=evil, verdict=Verdict.ALARM, at=NOON, plate=evil))
    assert told["CHECK_RESULT"] == "N"
    assert told["SESSION_ID"].startswith("</SESSION_ID><CHECK_RESULT>Y")


def test_all_four_languages_reach_the_display():
    led = {"zh": "请通行", "ru": "Проезжайте", "kk": "Өтіңіз", "en": "Drive on"}
    document = jgst14.feedback(session_id="1", verdict=Verdict.ADMIT, at=NOON, led=led)
    assert said(document)["LED_HINT"] == "请通行"
    pairs = {pair[0].text: pair[1].text for pair in ElementTree.fromstring(document).iter("EXTEND")}
    assert pairs == {"LED_HINT_RU": "Проезжайте", "LED_HINT_KK": "Өтіңіз", "LED_HINT_EN": "Drive on"}


def test_a_receipt_has_no_result():
    told = said(jgst14.receipt(session_id="1", at=NOON))
    assert "CHECK_RESULT" not in told and "INSTRUCTION" not in told
    assert told["FEEDBACK_TIME"] == "2026-11-22 12:00:00"
