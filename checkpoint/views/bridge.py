"""POST /bridge/jgst14: existing lane equipment asks in the messages of JGS/T 14-2015, with its device's key.

Whatever fails on the way is answered M with a TECH_ERROR: the barrier stays, an officer is called (law 8).
"""

import math
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from checkpoint import barrier, desk, devices, jgst14, scanning
from checkpoint.models import BarrierOutcome, Case, Lane, LaneOperator, Passage, ScanKey
from checkpoint.models.barrier import VALID_FOR
from checkpoint.models.gate import Gate, gate_of_key
from checkpoint.reasons import Remedy, Verdict
from checkpoint.views.frame import Refusal, sentence_of
from declarations.models import ApiKey
from declarations.rates import address_of, buckets

SESSIONS = uuid.UUID("6d0e8b3a-5c1f-5e0b-9d43-0c7a1f2e8b14")
"""The name space in which a lane's SESSION_ID becomes a scan id."""

MISSES_PER_S, MISSES = 0.5, 30.0
"""Keys that open nothing, per address."""

REMEDIES = {
    jgst14.CheckResult.RELEASE: Remedy.RELEASE,
    jgst14.CheckResult.INSPECT: Remedy.INSPECT,
    jgst14.CheckResult.TURN_BACK: Remedy.TURN_BACK,
}

log = structlog.get_logger(__name__)

Answer = dict[str, Any]


@csrf_exempt
@require_POST
def jgst14_bridge(request: HttpRequest) -> HttpResponse:
    """One message in, one 0x82 out. The key comes as a bearer: no cookie counts, so nobody can be made to send it."""
    now = timezone.now()
    with translation.override("zh-hans"):
        status, session, answer = _answer(request, now)
        write = jgst14.receipt if answer.pop("is_receipt", False) else jgst14.feedback
        sent = write(**{"session_id": session, "at": now, **answer})
    response = HttpResponse(sent, status=status, content_type="application/xml; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _answer(request: HttpRequest, now: datetime) -> tuple[int, str, Answer]:
    session = ""
    try:
        gate = _gate(request, now)
        if gate is None:
            if wait := buckets.take(f"bridge:{address_of(request)}", rate_per_s=MISSES_PER_S, burst=MISSES):
                return 429, session, _failed("TOO_MANY", _("Wait %(s)s seconds.") % {"s": math.ceil(wait)})
            return 401, session, _failed("KEY_UNKNOWN", _("This key is unknown, was revoked or has run out."))
        message = jgst14.read(request.read(jgst14.MOST_BYTES + 1))
        session = getattr(message, "session_id", "")
        if message.channel_no and not _is_channel(gate, message.channel_no):
            return 200, session, _failed("CHNL_NO", _("This key belongs to another lane."))
        return 200, session, ACTS[type(message)](gate, message, now)
    except jgst14.Unreadable as failure:
        return 413 if failure.code == "TOO_LARGE" else 400, session, _failed(failure.code, failure.told)
    except Error as failure:
        log.error("bridge_not_stored", error=type(failure).__name__)
        return 503, session, _failed("TIMED_OUT", _("The passage could not be stored. Send the same session again."))


def _failed(code: str, told: str) -> Answer:
    """A failure of machines: an officer decides."""
    return {"verdict": Verdict.MANUAL, "tech_error": (code, told)}


def _refused(code: str, told: str) -> Answer:
    """A refusal of business, where nothing was decided: an officer decides."""
    return {"verdict": Verdict.MANUAL, "proc_error": (code, told)}


def _receipt(code: str = "", told: str = "") -> Answer:
    """An answer on which no barrier opens."""
    return {"is_receipt": True, "proc_error": (code, told) if code else None}


def _gate(request: HttpRequest, now: datetime) -> Gate | None:
    scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return None
    return gate_of_key(ApiKey.digest_of(key.strip()), now=now)


def _is_channel(gate: Gate, number: str) -> bool:
    if number.casefold() == gate.lane.casefold():
        return True
    known: str = Lane.objects.values_list("channel_no", flat=True).get(pk=gate.lane_id)
    return bool(known) and number.casefold() == known.casefold()


def scan_id_of(session: str, mode: jgst14.GatherMode) -> uuid.UUID:
    """The scan that a session asks for: collected again by hand (补采) it is another question."""
    return uuid.uuid5(SESSIONS, f"{mode.value}|{session}")


def _gathered(gate: Gate, message: jgst14.Gathered, now: datetime) -> Answer:
    body: dict[str, Any] = {"code": message.code}
    if message.plate:
        body["plate"] = {"text": message.plate, "confidence": message.plate_confidence}
    if message.card:
        body["driver_card"] = message.card
    if message.weight_kg is not None:
        body["weight_kg"] = str(message.weight_kg)
    if message.operated_at is not None:
        body["captured_at"] = message.operated_at.isoformat()
    scan_id = scan_id_of(message.session_id, message.mode)
    try:
        told = scanning.scan(gate=gate, scan_id=scan_id, body=body, now=now).payload
    except scanning.BodyDiffers:
        return _failed("SESSION_REUSED", _("This session was sent with other facts. Take a new one."))
    return {
        "verdict": Verdict(told["verdict"]),
        "reason": told["reason"],
        "op_hint": str(told["officer_text"]),
        "led": told["driver_text"],
        "plate": message.plate,
    }


def _manual_check(gate: Gate, message: jgst14.ManualCheck, now: datetime) -> Answer:
    """An operator's decision counts as that of the officer whom a supervisor has entered under his number."""
    passage = _passage(gate, message.session_id)
    if passage is None:
        return _refused("SESSION_UNKNOWN", _("This session asked nothing at this lane."))
    rows = LaneOperator.objects.filter(port=gate.port, ended_at=None, user__is_active=True)
    operator = rows.filter(operator_id=message.operator_id).select_related("user").first()
    if operator is None:
        return _refused("OPERATOR_UNKNOWN", _("No officer is entered under this OPERATOR_ID at this port."))
    if not message.comment:
        return _refused("COMMENT", _("Say why: COMMENT is the officer's reason."))
    remedy = REMEDIES[message.result]
    by: User = operator.user
    try:
        desk.decide(passage_id=passage.pk, result=remedy.value, reason=message.comment, by=by, now=now)
    except Refusal as refusal:
        if not _was_just_decided(passage, remedy, by, now):
            return _refused(getattr(refusal, "code", "REFUSED"), sentence_of(refusal))
    return {
        "verdict": Verdict.ADMIT if remedy is Remedy.RELEASE else Verdict.ALARM,
        "op_hint": str(remedy.label),
        "plate": str(passage.seen.get("plate") or ""),
    }


def _was_just_decided(passage: Passage, remedy: Remedy, by: User, now: datetime) -> bool:
    """Whether this very decision was taken a moment ago: its answer got lost on the way, and it is sent again."""
    since = now - VALID_FOR
    return Case.objects.filter(passage=passage, result=remedy.value, closed_by=by, closed_at__gt=since).exists()


def _operated(gate: Gate, message: jgst14.Operated, now: datetime) -> Answer:
    """What the barrier did, as the answer to this session's order."""
    passage = _passage(gate, message.session_id)
    if passage is None:
        return _receipt("SESSION_UNKNOWN", _("This session asked nothing at this lane."))
    if message.worked is not None:
        outcome = BarrierOutcome.LIFTED if message.worked else BarrierOutcome.FAILED
        at = message.operated_at or now
        try:
            barrier.acknowledge(gate=gate, order_id=passage.pk, outcome=outcome.value, at=at, now=now)
        except ObjectDoesNotExist:
            return _receipt("NO_ORDER", _("This session gave the barrier no order."))
        except Refusal as refusal:
            return _receipt(getattr(refusal, "code", "REFUSED"), sentence_of(refusal))
    return _receipt()


def _reported(gate: Gate, message: jgst14.DeviceReport, now: datetime) -> Answer:
    devices.reported(device_id=gate.device_id, fault=message.fault, now=now)
    return _receipt()


ACTS: dict[type, Callable[[Gate, Any, datetime], Answer]] = {
    jgst14.Gathered: _gathered,
    jgst14.ManualCheck: _manual_check,
    jgst14.Operated: _operated,
    jgst14.DeviceReport: _reported,
}


def _passage(gate: Gate, session: str) -> Passage | None:
    """The newest passage that a session of this device asked for, however often it was collected."""
    ids = [scan_id_of(session, mode) for mode in jgst14.GatherMode]
    keys = ScanKey.objects.filter(device=gate.device_id, scan_id__in=ids).values("passage")
    return Passage.objects.filter(pk__in=list(keys.values_list("passage", flat=True))).order_by("-pk").first()
