"""Passages that a device answered by itself, handed in when the network is back: each once, judged by what holds now.

A lifted barrier that the gate agrees with moves the vehicle like any scan. One that it does not agree with moves
nothing: it becomes a conflict that names both sides, a case and an alarm.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from checkpoint import scanning
from checkpoint.decision import Decision, Facts, decide
from checkpoint.models import Claim, Conflict, Passage
from checkpoint.models.gate import Gate
from checkpoint.models.offline import OwedByConflict, Side
from checkpoint.offline.rule import Rule
from checkpoint.reasons import REASONS, Reason, Verdict
from checkpoint.scanning.scan import digest_of
from declarations import vin
from declarations.models import Admission, Hold, Role, note, owe
from declarations.words import RoleName

MOST_AT_ONCE = 100
ELSEWHERE = frozenset({Reason.ALREADY_ADMITTED, Reason.COMING_BACK})


class Status(StrEnum):
    """What became of one passage that was handed in."""

    STORED = "STORED"
    REPLAYED = "REPLAYED"
    LATER = "LATER"
    """Its rows were busy; the device keeps it and sends it again."""
    REFUSED = "REFUSED"
    """This scan id was handed in with another content; the device keeps it for an officer to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What a device says of one passage. Its moments decide nothing."""

    scan_id: uuid.UUID
    body: Mapping[str, Any]
    verdict: Verdict
    reason: Reason
    rule: Rule
    manifest_version: int | None
    manifest_age_s: int | None
    lifted: bool
    lifted_at: datetime | None
    vin_read: str
    officer: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What the device reads about one passage."""

    scan_id: uuid.UUID
    status: Status
    code: str = ""
    passage: Passage | None = None
    conflict: uuid.UUID | None = None


class _Busy(Exception):
    """Its rows are locked: nothing is stored, so that nothing is said of it that is not true."""


def take(*, gate: Gate, passed: Passed, by: User | None, sent_at: datetime | None, now: datetime) -> Taken:
    """Take one passage in, in a transaction of its own; the same again is answered alike.

    by: whoever is signed in on the page that hands it in. sent_at: the device's clock when it sent.
    """
    try:
        return _take(gate, passed, by, sent_at, now=now)
    except scanning.BodyDiffers as differs:
        return Taken(passed.scan_id, Status.REFUSED, differs.code)
    except _Busy:
        return Taken(passed.scan_id, Status.LATER, Reason.TIMED_OUT.value)


@transaction.atomic
def _take(gate: Gate, passed: Passed, by: User | None, sent_at: datetime | None, *, now: datetime) -> Taken:
    officer = _officer(passed.officer, gate.port) or by
    answer = scanning.scan(
        gate=gate,
        scan_id=passed.scan_id,
        body=passed.body,
        officer=officer,
        now=now,
        judge=lambda facts: judged(facts, passed),
        is_provisional=True,
    )
    passage = Passage.objects.select_related("vehicle", "declaration").get(pk=answer.payload["passage_id"])
    fingerprint = digest_of(_content(passed))
    if answer.replayed:
        claim = Claim.objects.filter(passage=passage).first()
        if claim is not None:
            if claim.body_digest != fingerprint:
                raise scanning.BodyDiffers
            known = Conflict.objects.filter(passage=passage).values_list("public_id", flat=True).first()
            return Taken(passed.scan_id, Status.REPLAYED, "", passage, known)
    elif passage.reason == Reason.TIMED_OUT and (passed.lifted or passed.reason is not Reason.TIMED_OUT):
        raise _Busy
    Claim.objects.create(
        passage=passage,
        received_at=now,
        sequence=passed.sequence,
        verdict=passed.verdict,
        reason=passed.reason,
        rule=passed.rule,
        manifest_version=passed.manifest_version,
        manifest_age_s=passed.manifest_age_s,
        lifted=passed.lifted,
        lifted_at=passed.lifted_at,
        vin_read=passed.vin_read,
        clock_ahead_s=_skew(sent_at, now),
        body_digest=fingerprint,
    )
    conflict = _conflict(passage, passed, officer, was_answered=answer.replayed, now=now)
    return Taken(passed.scan_id, Status.STORED, "", passage, conflict.public_id if conflict else None)


def judged(facts: Facts, passed: Passed) -> Decision:
    """The ladder's decision about a passage that has already happened.

    What the officer read on the car counts as seen, in the place of what the lane read. A barrier that stayed down let
    nobody through, whatever the ladder says now; one that was lifted against the ladder refers nobody: the vehicle is
    past the gate.
    """
    if passed.vin_read:
        facts = replace(facts, vin_seen=passed.vin_read, vin_tail_seen=None, vin_confidence=None)
    decision = decide(facts)
    if facts.timed_out:
        return decision
    if passed.lifted:
        return decision if decision.verdict is Verdict.ADMIT else Decision(decision.verdict, decision.reason)
    reason = Reason.STALE_MANIFEST if passed.reason is Reason.OK else passed.reason
    return Decision(REASONS[reason].verdict, reason)


def _conflict(
    passage: Passage, passed: Passed, officer: User | None, *, was_answered: bool, now: datetime
) -> Conflict | None:
    """The row that names both sides, if they disagree. was_answered: the gate itself answered this scan before."""
    is_admitted = passage.verdict == Verdict.ADMIT
    if passed.lifted == is_admitted or not (passed.lifted or was_answered):
        return None
    conflict = Conflict(passage=passage, reason=passage.reason, opened_at=now, side=Side.REFUSED)
    conflict.lifted_by = officer if passed.lifted else None
    if is_admitted:
        conflict.side = Side.NOT_LIFTED
    elif passage.reason in ELSEWHERE and passage.vehicle_id is not None:
        conflict.side = Side.ADMITTED_ELSEWHERE
        live = Admission.objects.filter(vehicle=passage.vehicle_id, annulled_at=None, stage=passage.stage)
        conflict.other_id = live.values_list("passage_id", flat=True).first()
    elif passage.reason == Reason.HOLD and passage.declaration_id is not None:
        conflict.side = Side.HELD
        holds = Hold.objects.standing().filter(declaration=passage.declaration_id)
        conflict.hold = (
            holds.filter(vehicle=passage.vehicle_id).order_by("-placed_at").first()
            or holds.filter(vehicle=None).order_by("-placed_at").first()
        )
    conflict.save()
    owe(OwedByConflict.TELL_CONFLICT, conflict.pk, at=now)
    if passage.vehicle is not None:
        note(
            declaration_id=passage.vehicle.declaration_id,
            vehicle_id=passage.vehicle_id,
            by=officer or f"lane {passage.lane.code}",
            at=now,
            reason="OFFLINE_CONFLICT",
            data={"passage": passage.pk, "conflict": conflict.public_id, "side": conflict.side},
        )
    return conflict


def _officer(username: str, port: str) -> User | None:
    """Who held the device, if that is somebody who may stand at a lane of this port."""
    if not username:
        return None
    here = Role.objects.filter(Q(port=None) | Q(port=port), role__in=(RoleName.CHECKPOINT, RoleName.CONTROL_ROOM))
    row = here.filter(user__username=username, user__is_active=True).select_related("user").first()
    return row.user if row else None


def _content(passed: Passed) -> dict[str, Any]:
    return {
        "said": [passed.verdict, passed.reason, passed.rule, passed.manifest_version],
        "lifted": passed.lifted,
        "lifted_at": passed.lifted_at.isoformat() if passed.lifted_at else None,
        "vin_read": passed.vin_read,
        "officer": passed.officer,
        "sequence": passed.sequence,
    }


def _skew(sent_at: datetime | None, now: datetime) -> int | None:
    if sent_at is None:
        return None
    return round((sent_at - now).total_seconds())


def clean_vin(text: str | None) -> str:
    """What an officer read, as it is compared."""
    return vin.normalise(text or "")[: vin.LENGTH]
