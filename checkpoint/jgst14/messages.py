"""What lane equipment says: collected (0x81), decided by hand (0x85), operated (0x84), status and fault (0x42, 0x43).

The standard's text leaves open how a QR code and the certainty of a plate travel; what is taken here stands in the
README of this room. A message is the root of the document or lies inside an envelope.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from checkpoint.jgst14.document import MOST_BYTES, Element, Unreadable, parse

__all__ = [
    "MOST_BYTES",
    "CheckResult",
    "DeviceReport",
    "GatherMode",
    "Gathered",
    "ManualCheck",
    "Message",
    "Operated",
    "Unreadable",
    "read",
]

BEIJING = timezone(timedelta(hours=8))
"""The standard's moments have no zone: they are Beijing time."""

PASS = "VP1:"
QR_NAMES = frozenset({"QR", "QRCODE", "QR_CODE", "PASS", "PASS_CODE", "二维码"})
"""Names of an EXTEND pair, or FORM_TYPE of a form, that carry the text of a QR code."""

MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S")
LONGEST_ID = 64
LONGEST_FIELD = 200
LONGEST_CODE = 10_000
LONGEST_COMMENT = 1000

SURE, UNSURE = 0.99, 0.0
"""Confidence of a plate flagged Y or N by the camera."""


class GatherMode(StrEnum):
    """How the facts were collected (GETHER_MODE, spelled so in the standard)."""

    AUTOMATIC = "A"
    MANUAL = "M"
    BACK_OFFICE = "B"


class CheckResult(StrEnum):
    """What the operator decided (0x85)."""

    RELEASE = "1"
    INSPECT = "2"
    TURN_BACK = "3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """0x81 GATHER_INFO: everything one lane collected of one vehicle. A text that was not sent is ""."""

    session_id: str
    area_id: str = ""
    channel_no: str = ""
    mode: GatherMode = GatherMode.AUTOMATIC
    code: str | None = None
    plate: str = ""
    plate_confidence: float | None = None
    card: str = ""
    weight_kg: Decimal | None = None
    operated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualCheck:
    """0x85 MANUAL_CHECK: an operator decided what the gate left to him."""

    session_id: str
    channel_no: str = ""
    result: CheckResult
    operator_id: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operated:
    """0x84 OPERATE_FEEDBACK: what became of the barrier. None: nothing was to be done."""

    session_id: str
    channel_no: str = ""
    worked: bool | None
    operated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReport:
    """0x42 DEVICE_STATUS and 0x43 CHANNEL_EXCEPTION. fault: "" where all is well."""

    channel_no: str = ""
    fault: str = ""


Message = Gathered | ManualCheck | Operated | DeviceReport

STATUSES: Mapping[str, str] = {"0": "DISABLED", "1": "", "2": "FAULT", "3": ""}
"""0 disabled, 1 normal, 2 fault, 3 enabled."""


def read(raw: bytes) -> Message:
    """The message that a document carries.

    Raises: Unreadable, with a code and a sentence for whoever repairs the equipment.
    """
    for element in _all(parse(raw)):
        reader = READERS.get(element.name)
        if reader is not None:
            return reader(element)
    raise Unreadable("NO_MESSAGE", "none of " + ", ".join(READERS))


def _gathered(body: Element) -> Gathered:
    mode = body.said("GETHER_MODE", "GATHER_MODE") or GatherMode.AUTOMATIC.value
    if mode not in set(GatherMode):
        raise Unreadable("GETHER_MODE", "GETHER_MODE is A, M or B")
    plate = _short(body.said("VE_LICENSE_NO"), "VE_LICENSE_NO", LONGEST_FIELD)
    return Gathered(
        session_id=_needed(body, "SESSION_ID"),
        area_id=_short(body.said("AREA_ID"), "AREA_ID", LONGEST_ID),
        channel_no=_channel(body),
        mode=GatherMode(mode),
        code=_code(body),
        plate=plate,
        plate_confidence=_confidence(body) if plate and mode == GatherMode.AUTOMATIC else None,
        card=_card(body),
        weight_kg=_weight(body.said("GROSS_WT")),
        operated_at=_moment(body.said("OPERATE_TIME")),
    )


def _manual_check(body: Element) -> ManualCheck:
    result = body.said("CHECK_RESULT")
    if result not in set(CheckResult):
        raise Unreadable("CHECK_RESULT", "CHECK_RESULT is 1, 2 or 3")
    return ManualCheck(
        session_id=_needed(body, "SESSION_ID"),
        channel_no=_channel(body),
        result=CheckResult(result),
        operator_id=_needed(body, "OPERATOR_ID"),
        comment=_short(body.said("COMMENT"), "COMMENT", LONGEST_COMMENT),
    )


def _operated(body: Element) -> Operated:
    result = body.said("RESULT")
    if result not in ("0", "1", "2"):
        raise Unreadable("RESULT", "RESULT is 0, 1 or 2")
    return Operated(
        session_id=_needed(body, "SESSION_ID"),
        channel_no=_channel(body),
        worked=None if result == "0" else result == "1",
        operated_at=_moment(body.said("OPERATE_TIME")),
    )


def _status(body: Element) -> DeviceReport:
    status = body.said("DEVICE_STATUS", "STATUS")
    if status not in STATUSES:
        raise Unreadable("DEVICE_STATUS", "DEVICE_STATUS is 0, 1, 2 or 3")
    name = _short(body.said("DEVICE_NAME", "DEVICE_ID"), "DEVICE_NAME", LONGEST_ID)
    fault = STATUSES[status]
    return DeviceReport(channel_no=_channel(body), fault=" ".join(filter(None, (name, fault))) if fault else "")


def _exception(body: Element) -> DeviceReport:
    told = body.said("EXCEPTION", "EXCEPTION_DESC", "COMMENT") or body.text
    return DeviceReport(channel_no=_channel(body), fault=" ".join(told.split())[:LONGEST_FIELD] or "EXCEPTION")


READERS: Mapping[str, Callable[[Element], Message]] = {
    "GATHER_INFO": _gathered,
    "MANUAL_CHECK": _manual_check,
    "OPERATE_FEEDBACK": _operated,
    "DEVICE_STATUS": _status,
    "CHANNEL_EXCEPTION": _exception,
}
"""0x81, 0x85, 0x84, 0x42, 0x43."""


def _all(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from _all(child)


def _short(text: str, name: str, most: int) -> str:
    if len(text) > most:
        raise Unreadable(name, f"{name} has at most {most} characters")
    return text


def _needed(body: Element, name: str) -> str:
    text = _short(body.said(name), name, LONGEST_ID)
    if not text:
        raise Unreadable(name, f"{name} is missing")
    return text


def _channel(body: Element) -> str:
    return _short(body.said("CHNL_NO"), "CHNL_NO", LONGEST_ID)


def _code(body: Element) -> str | None:
    """The text of the QR code: an EXTEND pair of that name, a form of that type, or a form number that is a pass."""
    for pair in body.children:
        if pair.name == "EXTEND":
            for named in (pair, *pair.children):
                if named.said("NAME").upper() in QR_NAMES:
                    return _short(named.said("VALUE"), "EXTEND", LONGEST_CODE)
    for form in body.children:
        if form.name == "FORM_INFO":
            text = form.said("FORM_ID")
            if form.said("FORM_TYPE").upper() in QR_NAMES or text.upper().startswith(PASS):
                return _short(text, "FORM_ID", LONGEST_CODE)
    return None


def _confidence(body: Element) -> float | None:
    """A camera's flag; a plate without one came from a camera that does not say, and is taken as sure."""
    flag = body.said("VE_LICENSE_CONFIDENCE", "CONFIDENCE").upper()
    if flag not in ("", "Y", "N"):
        raise Unreadable("CONFIDENCE", "CONFIDENCE is Y or N")
    return UNSURE if flag == "N" else SURE


def _card(body: Element) -> str:
    card = body.find("IC_INFO")
    if card is None:
        return ""
    return _short(card.said("IC_NO", "IC_ID", "CARD_NO") or card.text, "IC_INFO", LONGEST_FIELD)


def _weight(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        weight = Decimal(text)
    except InvalidOperation:
        raise Unreadable("GROSS_WT", "GROSS_WT is a number of kilograms") from None
    if not weight.is_finite() or not 0 <= weight < 1_000_000:
        raise Unreadable("GROSS_WT", "GROSS_WT is a number of kilograms")
    return weight


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    for form in MOMENTS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=BEIJING)
        except ValueError:
            continue
    raise Unreadable("OPERATE_TIME", "OPERATE_TIME is a moment like 2026-11-22 12:00:00, Beijing time")
