"""The one transaction of a scan: key, lock, look, decide, write.

Locks always go declaration (shared), vehicle, pass. A lock that cannot be had in a second, or any other failure to read
rows, is MANUAL, TIMED_OUT: never a green, never an alarm (law 8).
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from psycopg import errors

from checkpoint.decision import CodeRead, Decision, Facts, decide
from checkpoint.models import Passage, new_passage_id
from checkpoint.models.gate import Gate
from checkpoint.models.passage import PATIENCE_WITH_CASES, OwedByCase
from checkpoint.reasons import Verdict
from checkpoint.scanning.answer import Answer, payload_of
from checkpoint.scanning.compared import compared
from checkpoint.scanning.gather import Found, Question, Read, gather, lock, read_code
from declarations.actions.ferrymen import pool
from declarations.lifecycle import Owed, PassStatus, VehicleStatus
from declarations.models import By, Override, Pass, fingerprint, trace_id
from declarations.models.history import signed
from declarations.models.movable import Along
from declarations.words import Stage

ADMITS: Mapping[str, str] = {
    VehicleStatus.PRESENTED: Stage.ENTRY,
    VehicleStatus.RELEASED: Stage.RELEASE,
    VehicleStatus.EXITED: Stage.EXIT,
}
"""The stage that a step forward admits to, where the port has a gate of that stage."""


PATIENCE = "1s"
"""How long a scan waits for a lock before it is TIMED_OUT."""

MOST_CODE = 4096
"""Characters kept of a code; a QR code holds at most 4,296."""


class BodyDiffers(Exception):
    """This device asked another question under this scan id."""

    code = "SCAN_ID_REUSED"


Judge = Callable[[Facts], Decision]


def scan(
    *,
    gate: Gate,
    scan_id: uuid.UUID,
    body: Mapping[str, Any],
    officer: User | None = None,
    now: datetime,
    judge: Judge = decide,
    is_provisional: bool = False,
) -> Answer:
    """Answer one scan; the same scan id again gets the stored answer.

    officer: who holds the device, if anybody is signed in on it. judge: the ladder, or what knows besides that the
    barrier is past. is_provisional: the device had to answer by itself; this is what became of it.
    Raises: BodyDiffers; OperationalError when the passage cannot be stored.
    """
    body_digest = digest_of(body)
    question = Question.of(scan_id, dict(body))
    _let_card_take(gate, question, now=now)
    try:
        with transaction.atomic():
            return _scan(gate, question, body_digest, officer, now=now, judge=judge, is_provisional=is_provisional)
    except OperationalError as failure:
        if not isinstance(failure.__cause__, errors.LockNotAvailable | errors.QueryCanceled | errors.DeadlockDetected):
            raise
    with transaction.atomic():
        return _scan(
            gate, question, body_digest, officer, now=now, judge=judge, is_provisional=is_provisional, timed_out=True
        )


def _let_card_take(gate: Gate, question: Question, *, now: datetime) -> None:
    """Whoever of the pool swipes his card beside the pass of a vehicle without a driver drives it, before it is judged.

    A transaction of its own: naming a driver changes the declaration, which a scan only shares. Where that cannot be
    had in time the scan goes on without it, and the card proves nothing.
    """
    if question.card is None or not pool.waits_for_card(question.card, port=gate.port):
        return
    read = read_code(question, gate, now=now)
    if read.pass_id is None:
        return
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            pool.take_by_card(card=question.card, pass_id=read.pass_id, port=gate.port, now=now)
    except OperationalError as failure:
        if not isinstance(failure.__cause__, errors.LockNotAvailable | errors.QueryCanceled | errors.DeadlockDetected):
            raise


def digest_of(body: Mapping[str, Any]) -> str:
    """A fingerprint of the parsed body: spelling of the JSON does not matter."""
    plain = json.dumps(_in_one_spelling(body), sort_keys=True, separators=(",", ":"), default=str)
    return fingerprint(plain)


def _in_one_spelling(value: Any) -> Any:
    """To JSON 1.0 and 1 are the same number."""
    if isinstance(value, Mapping):
        return {name: _in_one_spelling(each) for name, each in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _scan(
    gate: Gate,
    question: Question,
    body_digest: str,
    officer: User | None,
    *,
    now: datetime,
    judge: Judge,
    is_provisional: bool,
    timed_out: bool = False,
) -> Answer:
    passage_id = new_passage_id(now)
    stored = _claim(gate, question, body_digest, passage_id)
    if stored is not None:
        return stored
    read = read_code(question, gate, now=now)
    locked = None if timed_out else lock(read, question, gate)
    facts, found = gather(read, question, gate, locked, now=now)
    if timed_out:
        facts = replace(facts, timed_out=True)
    decision = judge(facts)
    by: By = officer or f"lane {gate.lane}"
    told = {"passage": str(passage_id), "lane": gate.lane, "stage": gate.stage.value, "verdict": decision.verdict.value}
    shown = found.vehicle if found is not None and facts.at_own_port else None
    passage = {
        "id": passage_id,
        "device_id": gate.device_id,
        "lane_id": gate.lane_id,
        "port_id": gate.port,
        "stage": gate.stage.value,
        "officer_id": officer.pk if officer else None,
        "captured_at": question.captured_at,
        "decided_at": now,
        "trace_id": trace_id(),
        "scan_id": question.scan_id,
        "code": _kept(question.code, read),
        "seen": _seen(question, read, facts),
        "verdict": decision.verdict.value,
        "reason": decision.reason.value,
        "advice": [reason.value for reason in decision.advice],
        "vehicle_id": shown.pk if shown else None,
        "declaration_id": shown.declaration_id if shown else None,
        "answer": _shown(found if shown else None, decision)
        | ({"provisional": True} if is_provisional else {})
        | {"compared": compared(facts, question, found) if found is not None and shown else []},
    }
    written = _as_written(passage, found, decision, told, by=by)
    if found is not None and decision.moves:
        _move(gate, found, decision, passage_id, told, written, by=by, now=now)
    else:
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {written[0]} SELECT", written[1])
    return Answer(payload_of(passage, lane=gate.lane))


def _claim(gate: Gate, question: Question, body_digest: str, passage_id: uuid.UUID) -> Answer | None:
    """Take the scan id, or find what it was answered.

    The unique index makes simultaneous repetitions wait here for the first one. What holds for the whole transaction is
    part of the statement, so that it costs no round trip: patience with locks; one plan for all parameters, since every
    look-up is by a key; and no sequential scan, which a plan made over young tables would keep while they grow.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO checkpoint_scankey (device_id, scan_id, body_digest, passage_id)
            SELECT %s, %s, %s, %s FROM (
                SELECT set_config('lock_timeout', %s, true), set_config('enable_seqscan', 'off', true),
                    set_config('plan_cache_mode', 'force_generic_plan', true)) AS settings
            ON CONFLICT (device_id, scan_id) DO NOTHING RETURNING id
            """,
            [gate.device_id, question.scan_id, body_digest, passage_id, PATIENCE],
        )
        if cursor.fetchone() is not None:
            return None
        cursor.execute(
            "SELECT body_digest, passage_id FROM checkpoint_scankey WHERE device_id = %s AND scan_id = %s",
            [gate.device_id, question.scan_id],
        )
        first_digest, first_passage = cursor.fetchone() or ("", passage_id)
    if first_digest != body_digest:
        raise BodyDiffers
    stored = Passage.objects.values().get(pk=first_passage)
    return Answer(payload_of(stored, lane=gate.lane), replayed=True)


def _move(
    gate: Gate,
    found: Found,
    decision: Decision,
    passage_id: uuid.UUID,
    told: Mapping[str, str],
    written: Along,
    *,
    by: By,
    now: datetime,
) -> None:
    """Move the vehicle with its admissions, and write the passage in the same statement.

    At the exit the pass is consumed; an override that was needed is used.
    """
    stages = [ADMITS[step] for step in decision.moves if step in ADMITS]
    granted = [(stage, passage_id) for stage in stages if decision.verdict == Verdict.ADMIT and _admits(gate, stage)]
    found.vehicle.move_to(
        *decision.moves,
        by=by,
        at=now,
        reason=decision.reason,
        data=told,
        admissions=granted,
        along=written,
    )
    if decision.verdict != Verdict.ADMIT:
        return
    if found.override_ids:
        Override.objects.filter(pk__in=found.override_ids).update(used_at=now)
    if decision.moves[-1] == VehicleStatus.EXITED and found.pass_pk is not None:
        used = Pass(pk=found.pass_pk, status=found.pass_status or "")
        used.move_to(PassStatus.CONSUMED, by=by, at=now, reason="EXITED")


def _admits(gate: Gate, stage: str) -> bool:
    """A gate admits to its own stage; one that lets out where a port has no EXIT, to that as well.

    A referred vehicle that passes PRESENTED again at the release gate keeps the admission of the yard entry it came by.
    """
    return stage in (gate.stage, Stage.EXIT)


def _kept(text: str | None, read: Read) -> str | None:
    """The code as PostgreSQL takes it: no NUL, no half characters, and no more than anybody would ever look at.

    Of what is no pass only a digest is kept: people show private things by mistake, and passages stay for ever.
    """
    if text is None:
        return None
    if read.read is CodeRead.NOT_A_PASS and text:
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return f"sha256:{digest} ({len(text)} characters)"
    return text[:MOST_CODE].replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def _seen(question: Question, read: Read, facts: Facts) -> dict[str, Any]:
    rarely = {
        "vin_tail": question.vin_tail,
        "vin_confidence": question.vin_confidence,
        "weight_kg": question.weight_kg,
    }
    return {name: value for name, value in rarely.items() if value is not None} | {
        "vin": question.vin,
        "plate": question.plate,
        "plate_confidence": question.plate_confidence,
        "card": question.card,
        "code": read.read.value,
        "manual": read.is_manual,
        "found_by": facts.found_by.value if facts.found_by else None,
        "own": sorted(fact.value for fact in facts.own),
    }


def _shown(found: Found | None, decision: Decision) -> dict[str, Any]:
    """The vehicle as this passage leaves it, and its declaration."""
    if found is None:
        return {"vehicle": None, "declaration": None}
    vehicle = found.vehicle
    return {
        "vehicle": {
            "vin": vehicle.vin,
            "make": vehicle.make,
            "model": vehicle.model,
            "colour": vehicle.colour,
            "plate": vehicle.plate or None,
            "status": decision.moves[-1] if decision.moves else vehicle.status,
        },
        "declaration": {
            "reference": found.reference,
            "status": found.declaration_status,
            "channel": found.channel or None,
        },
    }


def _as_written(
    passage: Mapping[str, Any], found: Found | None, decision: Decision, told: Mapping[str, str], *, by: By
) -> Along:
    """The passage; a case for an officer, older ones that it settles closed; a trace on a vehicle that does not move.

    A case owes to be told at once, and once more to the control centre if it is still open then.
    """
    by_id, by_label = signed(by)
    return (
        """
        passed AS (
            INSERT INTO checkpoint_passage (id, device_id, lane_id, port_id, stage, officer_id, captured_at,
                decided_at, trace_id, scan_id, code, seen, verdict, reason, advice, vehicle_id, declaration_id,
                answer)
            VALUES (%(id)s, %(device_id)s, %(lane_id)s, %(port_id)s, %(stage)s, %(officer_id)s, %(captured_at)s,
                %(decided_at)s, %(trace_id)s::text, %(scan_id)s, %(code)s, %(seen)s::jsonb, %(verdict)s,
                %(reason)s::text, %(advice)s::jsonb, %(vehicle_id)s, %(declaration_id)s, %(answer)s::jsonb)
        ), opened AS (
            INSERT INTO checkpoint_case (passage_id, opened_at, result, reason, vin_read)
            SELECT %(id)s, %(decided_at)s, '', '', '' WHERE NOT %(admitted)s
            RETURNING id
        ), told AS (
            INSERT INTO declarations_outboxtask (kind, subject, trace_id, created_at, due_at, attempts, error)
            SELECT task.kind, task.subject, %(trace_id)s::text, task.at, task.at, 0, '' FROM (
                SELECT %(tell_case)s, id, %(decided_at)s::timestamptz FROM opened
                UNION ALL SELECT %(tell_open_case)s, id, %(still_open_at)s::timestamptz FROM opened
                UNION ALL SELECT %(tell)s, %(owner_declaration)s::bigint, %(decided_at)s::timestamptz FROM opened
            ) AS task(kind, subject, at) WHERE task.subject IS NOT NULL
        ), settled AS (
            UPDATE checkpoint_case SET closed_at = %(decided_at)s, result = 'LATER_PASSAGE'
            WHERE %(admitted)s AND closed_at IS NULL AND passage_id = ANY (ARRAY(
                SELECT p.id FROM checkpoint_passage p WHERE p.vehicle_id = %(vehicle_id)s AND p.stage = %(stage)s))
        ), noted AS (
            INSERT INTO declarations_history (at, by_id, by_label, trace_id, machine, subject_id, declaration_id,
                vehicle_id, from_status, to_status, reason, text, data)
            SELECT %(decided_at)s, %(by_id)s::int, %(by_label)s::text, %(trace_id)s::text, 'note', %(owner)s::bigint,
                %(owner_declaration)s::bigint, %(owner)s::bigint, '', '', %(reason)s::text, '', %(told)s::jsonb
            WHERE %(owner)s::bigint IS NOT NULL AND NOT %(moved)s
        )
        """,
        {
            **passage,
            "seen": json.dumps(passage["seen"]),
            "advice": json.dumps(passage["advice"]),
            "answer": json.dumps(passage["answer"]),
            "admitted": decision.verdict == Verdict.ADMIT,
            "tell": Owed.TELL.value,
            "tell_case": OwedByCase.TELL_CASE.value,
            "tell_open_case": OwedByCase.TELL_OPEN_CASE.value,
            "still_open_at": passage["decided_at"] + PATIENCE_WITH_CASES,
            "by_id": by_id,
            "by_label": by_label,
            "owner": found.vehicle.pk if found else None,
            "owner_declaration": found.vehicle.declaration_id if found else None,
            "told": json.dumps(told),
            "moved": bool(decision.moves),
        },
    )
