"""The facts of one scan, read from rows: first the locks, then the rest, in a statement that sees what came before."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from cryptography.exceptions import InvalidTag
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone

from checkpoint.decision import CodeRead, Facts, Seen
from checkpoint.likeness import masked
from checkpoint.models.gate import Gate
from declarations import passes, plates, readiness, vin
from declarations.lifecycle import DeclarationStatus, InspectionStatus, PassStatus, VehicleStatus
from declarations.models import Vehicle, digest
from declarations.models.sealed import unseal
from declarations.words import Mode, Stage

MANUAL_TRIES = 10
MANUAL_WINDOW = timedelta(minutes=10)
"""So many unknown manual codes per device and time; more are not looked up (CONTRACT section 3)."""


@dataclass(slots=True)
class Question:
    """What a device sent, normalised for comparison."""

    scan_id: uuid.UUID
    code: str | None = None
    plate: str | None = None
    plate_confidence: float | None = None
    vin: str | None = None
    vin_tail: str | None = None
    vin_confidence: float | None = None
    card: str | None = None
    card_end: str = ""
    weight_kg: int | None = None
    captured_at: datetime | None = None

    @classmethod
    def of(cls, scan_id: uuid.UUID, body: dict[str, Any]) -> "Question":
        """The question from a clean body (CONTRACT section 2)."""
        plate = body.get("plate") or {}
        captured = body.get("captured_at")
        weight = body.get("weight_kg")
        return cls(
            scan_id=scan_id,
            code=body.get("code"),
            plate=plates.normalise(plate.get("text") or "") or None,
            plate_confidence=plate.get("confidence"),
            vin=vin.normalise(body.get("vin") or "") or None,
            vin_tail=vin.normalise(body.get("vin_tail") or "") or None,
            vin_confidence=body.get("vin_confidence"),
            card=digest(body.get("driver_card") or "") or None,
            card_end=masked((body.get("driver_card") or "").strip()),
            weight_kg=None if weight is None else round(Decimal(weight)) or None,
            captured_at=datetime.fromisoformat(captured) if isinstance(captured, str) else captured,
        )


@dataclass(slots=True)
class Found:
    """The vehicle that was found and locked, as far as the answer shows it."""

    vehicle: Vehicle
    reference: str
    declaration_status: str
    channel: str
    card_end: str | None = None
    pass_pk: int | None = None
    pass_status: str | None = None
    override_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Read:
    """What came of the code, before anything was looked up."""

    read: CodeRead
    pass_id: int | None = None
    is_manual: bool = False


def read_code(question: Question, gate: Gate, *, now: datetime) -> Read:
    """Read the shown code with the keys of this moment; no row is touched but the count of failed manual codes."""
    text = question.code
    if text is None:
        return Read(CodeRead.NONE)
    if passes.looks_like_manual_code(text):
        pass_id = passes.read_manual_code(text)
        if pass_id is None:
            return Read(CodeRead.NONE, is_manual=True)
        if _is_past_limit(gate, now):
            return Read(CodeRead.LIMITED, is_manual=True)
        return Read(CodeRead.PASS, pass_id, is_manual=True)
    try:
        return Read(CodeRead.PASS, passes.read(text, gate.keys).pass_id)
    except passes.Refused as refused:
        return Read(CodeRead(refused.code))


def _is_past_limit(gate: Gate, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) >= %s FROM checkpoint_passage
            WHERE port_id = %s AND device_id = %s AND decided_at > %s AND reason = 'UNKNOWN_PASS'
            """,
            [MANUAL_TRIES, gate.port, gate.device_id, now - MANUAL_WINDOW],
        )
        (past,) = cursor.fetchone() or (True,)
    return bool(past)


LOCK = """
SELECT v.id, p.id FROM declarations_declaration d
JOIN declarations_vehicle v ON v.declaration_id = d.id
{pass_join}
WHERE {which}
FOR SHARE OF d FOR UPDATE OF v
"""
LOCK_BY_PASS = LOCK.format(pass_join="JOIN declarations_pass p ON p.vehicle_id = v.id", which="p.pass_id = %(pass_id)s")
# Without a pass there is nothing to judge a vehicle by: plate or card find it no sooner than its release.
NEWEST_PASS = """JOIN LATERAL (
    SELECT n.id FROM declarations_pass n WHERE n.vehicle_id = v.id ORDER BY n.version DESC LIMIT 1) p ON true"""
LOCK_BY_PLATE = LOCK.format(pass_join=NEWEST_PASS, which="v.live AND v.plate_key = %(plate)s AND d.port_id = %(port)s")
# A card that was reported lost is nobody's: it finds no vehicle, is compared with none, and is known of nobody.
LOST = "EXISTS (SELECT 1 FROM declarations_lostcard l WHERE l.card_digest = %(card)s AND l.ferryman_id = {whose})"
LOCK_BY_CARD = LOCK.format(
    pass_join="JOIN declarations_driver w ON w.vehicle_id = v.id " + NEWEST_PASS,
    which="v.live AND w.card_digest = %(card)s AND d.port_id = %(port)s AND NOT " + LOST.format(whose="w.ferryman_id"),
)

CARD_KNOWN = f"""
    EXISTS (SELECT 1 FROM declarations_ferryman f
            WHERE f.card_digest = %(card)s AND NOT {LOST.format(whose="f.id")})
    OR EXISTS (SELECT 1 FROM declarations_driver x
               WHERE x.card_digest = %(card)s AND NOT {LOST.format(whose="x.ferryman_id")})"""
SHOWN = frozenset({"id", "declaration_id", "vin", "make", "model", "colour", "plate", "status", "status_at", "channel"})
OF_VEHICLE = [field.attname for field in Vehicle._meta.concrete_fields if field.attname in SHOWN]
"""What is enough to move a vehicle and to show it, in the model's order."""

COLUMNS = {
    **{name: f"v.{name}" for name in OF_VEHICLE},
    "plate_key": "v.plate_key",
    "plate_expires_on": "v.plate_expires_on",
    "being_assessed": "v.being_assessed",
    "reference": "d.reference",
    "declaration_status": "d.status",
    "declaration_channel": "d.channel",
    "declaration_port": "d.port_id",
    "mode": "d.mode",
    "pass_status": "p.status",
    "pass_port": "p.port_id",
    "valid_from": "p.valid_from",
    "valid_until": "p.valid_until",
    "is_newest": """
        NOT EXISTS (SELECT 1 FROM declarations_pass n WHERE n.vehicle_id = v.id AND n.version > p.version)""",
    "admitted": """
        (SELECT array_agg(a.stage) FROM declarations_admission a
         WHERE a.vehicle_id = v.id AND a.annulled_at IS NULL)""",
    "last_admitted_at": """
        (SELECT max(a.at) FROM declarations_admission a WHERE a.vehicle_id = v.id AND a.annulled_at IS NULL)""",
    "declaration_held": """
        EXISTS (SELECT 1 FROM declarations_hold h
                WHERE h.declaration_id = d.id AND h.vehicle_id IS NULL AND h.lifted_at IS NULL)""",
    "holds": """
        (SELECT array_agg(h.id) FROM declarations_hold h WHERE h.vehicle_id = v.id AND h.lifted_at IS NULL)""",
    "checks": """
        (SELECT array_agg(c.id) FROM declarations_documentcheck c
         WHERE c.vehicle_id = v.id AND c.status IN ('OPEN', 'REFUSED'))""",
    "overrides": """
        (SELECT json_agg(json_build_array(o.id, o.hold_ids, o.check_ids)) FROM declarations_override o
         WHERE o.vehicle_id = v.id AND o.stage = %(stage)s AND o.granted_at IS NOT NULL AND o.used_at IS NULL
           AND o.expires_at > %(now)s)""",
    "papers_until": """
        (SELECT min(e.valid_until) FROM declarations_paper e
         WHERE e.vehicle_id = v.id AND e.code = ANY (%(papers)s))""",
    "last_result": """
        (SELECT i.status FROM declarations_inspection i
         WHERE i.vehicle_id = v.id AND i.status IN ('SATISFACTORY', 'NOT_SATISFACTORY')
         ORDER BY i.closed_at DESC, i.id DESC LIMIT 1)""",
    "inspection_due": """
        EXISTS (SELECT 1 FROM declarations_inspection i
                WHERE i.vehicle_id = v.id AND i.status IN ('ORDERED', 'IN_PROGRESS'))""",
    "card_declared": f"CASE WHEN w.card_digest = %(card)s AND {LOST.format(whose='w.ferryman_id')} THEN '' ELSE "
    "w.card_digest END",
    # Shown only where another card was read: the usual scan unseals nothing.
    "card_sealed": "CASE WHEN w.card_digest <> %(card)s THEN w.card END",
    "curb_mass": "v.curb_mass_kg",
    "gross_mass": "v.gross_mass_kg",
    "card_known": f"%(card)s::text IS NOT NULL AND ({CARD_KNOWN})",
}
LOOK = f"""
SELECT {", ".join(COLUMNS.values())}
FROM declarations_vehicle v
JOIN declarations_declaration d ON d.id = v.declaration_id
LEFT JOIN declarations_pass p ON p.id = %(pass)s
LEFT JOIN declarations_driver w ON w.vehicle_id = v.id
WHERE v.id = %(vehicle)s
"""


def lock(read: Read, question: Question, gate: Gate) -> tuple[int, int | None, Seen | None] | None:
    """Find the vehicle and lock it, its declaration (shared) before it: vehicle, pass, what found it if no code did.

    Raises: OperationalError when a lock cannot be had in time.
    """
    values = {"pass_id": read.pass_id, "plate": question.plate, "card": question.card, "port": gate.port}
    ways: list[tuple[str, Seen | None]] = []
    if read.read is CodeRead.PASS:
        ways = [(LOCK_BY_PASS, None)]
    elif read.read is CodeRead.NONE:
        sure = question.plate_confidence is None or question.plate_confidence >= gate.plate_threshold
        ways = [(LOCK_BY_PLATE, Seen.PLATE)] if question.plate and sure else []
        ways += [(LOCK_BY_CARD, Seen.CARD)] if question.card else []
    with connection.cursor() as cursor:
        for sql, found_by in ways:
            cursor.execute(sql, values)
            rows = cursor.fetchall()
            if len(rows) == 1:  # Two vehicles with one plate or card: neither is identified.
                return rows[0][0], rows[0][1], found_by
    return None


def gather(
    read: Read, question: Question, gate: Gate, locked: tuple[int, int | None, Seen | None] | None, *, now: datetime
) -> tuple[Facts, Found | None]:
    """The facts as they stand behind the locks."""
    known: dict[str, Any] = {
        "now": now,
        "stage": gate.stage,
        "port_stages": gate.port_stages,
        "must_see": gate.must_see,
        "entry_advises": gate.entry_advises,
        "port_is_closed": gate.is_closed,
        "code": read.read,
        "tail_is_enough": gate.tail_is_enough,
        "weight_tolerance": gate.weight_tolerance,
        "vin_seen": question.vin,
        "vin_tail_seen": question.vin_tail,
        "vin_confidence": question.vin_confidence,
        "weight_seen": question.weight_kg,
        "plate_seen": question.plate,
        "plate_confidence": question.plate_confidence,
        "plate_threshold": gate.plate_threshold,
        "card_seen": question.card,
    }
    if locked is None:
        return Facts(**known, card_is_known=_somebody_holds(question.card)), None
    vehicle_id, pass_pk, found_by = locked
    with connection.cursor() as cursor:
        cursor.execute(
            LOOK,
            {
                "vehicle": vehicle_id,
                "pass": pass_pk,
                "stage": gate.stage.value,
                "now": now,
                "papers": sorted(readiness.GATE_PAPERS),
                "card": question.card,
            },
        )
        row = SimpleNamespace(**dict(zip(COLUMNS, cursor.fetchone() or (), strict=True)))
    in_force = json.loads(row.overrides) if isinstance(row.overrides, str) else row.overrides or []
    overridden = {("hold", pk) for _id, named, _checks in in_force for pk in named}
    overridden |= {("check", pk) for _id, _holds, named in in_force for pk in named}
    zone = timezone.get_default_timezone()
    status = VehicleStatus(row.status)
    facts = Facts(
        **known,
        found_by=found_by,
        card_is_known=row.card_known,
        vehicle_status=status,
        mode=Mode(row.mode),
        # After an amendment of the port an older pass still names the one before.
        at_own_port=row.pass_port == row.declaration_port == gate.port,
        pass_status=PassStatus(row.pass_status) if row.pass_status else None,
        pass_is_newest=row.is_newest,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        admitted=frozenset(map(Stage, row.admitted or ())),
        exited_at=row.last_admitted_at if status is VehicleStatus.EXITED else None,
        # A vehicle that is being assessed again stands as if its declaration had just been lodged.
        declaration_status=DeclarationStatus.LODGED
        if row.being_assessed
        else DeclarationStatus(row.declaration_status),
        declaration_on_hold=row.declaration_held,
        holds=frozenset(("hold", pk) for pk in row.holds or ()),
        document_checks=frozenset(("check", pk) for pk in row.checks or ()),
        overridden=frozenset(overridden),
        paper_expired=any(
            readiness.has_run_out(day, now=now, zone=zone) for day in (row.papers_until, row.plate_expires_on)
        ),
        inspection_failed=row.last_result == InspectionStatus.NOT_SATISFACTORY,
        inspection_due=row.inspection_due,
        vin_declared=row.vin,
        plate_declared=row.plate_key or None,
        card_declared=row.card_declared or None,
        masses_declared=tuple(filter(None, (row.curb_mass, row.gross_mass))),
    )
    needed = bool((facts.holds | facts.document_checks) & facts.overridden)
    used = [pk for pk, *_named in in_force] if needed else []
    vehicle = Vehicle.from_db(connection.alias, OF_VEHICLE, [getattr(row, name) for name in OF_VEHICLE])
    return facts, Found(
        vehicle=vehicle,
        reference=row.reference,
        declaration_status=row.declaration_status,
        channel=row.declaration_channel,
        card_end=_end_of(row.card_sealed) if row.card_sealed else None,
        pass_pk=pass_pk,
        pass_status=row.pass_status,
        override_ids=used,
    )


def _end_of(sealed: str) -> str:
    """The end of a sealed card; one that cannot be opened any more must not keep a lane from its answer."""
    try:
        return masked(unseal(sealed))
    except (ImproperlyConfigured, InvalidTag, ValueError):
        return masked("?")


def _somebody_holds(card: str | None) -> bool:
    """Whether a card is known although it found no vehicle: its holder drives nothing here, or more than one."""
    if card is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {CARD_KNOWN}", {"card": card})
        (known,) = cursor.fetchone() or (False,)
    return bool(known)
