"""Scans in order at every kind of gate, and one cause for each reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from checkpoint.decision import CodeRead, Facts, Seen, decide
from checkpoint.reasons import Reason
from declarations.lifecycle import DeclarationStatus, PassStatus, VehicleStatus
from declarations.words import Mode, Stage

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
THREE_GATES = frozenset(Stage)
ONE_GATE = frozenset({Stage.RELEASE})
V = VehicleStatus
BEFORE = {
    Stage.ENTRY: (V.DECLARED, frozenset()),
    Stage.RELEASE: (V.PRESENTED, frozenset({Stage.ENTRY})),
    Stage.EXIT: (V.RELEASED, frozenset({Stage.ENTRY, Stage.RELEASE})),
}


def at(stage, port_stages=THREE_GATES, **changes):
    """A vehicle with everything in order in front of that gate, and what is changed about it."""
    status, admitted = BEFORE[stage] if port_stages == THREE_GATES else (V.DECLARED, frozenset())
    facts = Facts(
        now=NOW,
        stage=stage,
        port_stages=port_stages,
        code=CodeRead.PASS,
        vin_seen="VIN-0001",
        vehicle_status=status,
        at_own_port=True,
        pass_status=PassStatus.ISSUED,
        valid_from=NOW - timedelta(hours=1),
        valid_until=NOW + timedelta(hours=72),
        admitted=admitted,
        declaration_status=DeclarationStatus.RELEASED,
        vin_declared="VIN-0001",
        plate_declared="PLATE-1",
        card_declared="CARD-1",
    )
    return replace(facts, **changes)


GATES = {
    "ENTRY": lambda **changes: at(Stage.ENTRY, entry_advises=False, **changes),
    "RELEASE": lambda **changes: at(Stage.RELEASE, **changes),
    "EXIT": lambda **changes: at(Stage.EXIT, **changes),
    "single": lambda **changes: at(Stage.RELEASE, ONE_GATE, **changes),
}
EVERYWHERE = ("ENTRY", "RELEASE", "EXIT", "single")

NOBODY = {"vehicle_status": None, "pass_status": None}
EXITED_LONG_AGO = {"vehicle_status": V.EXITED, "exited_at": NOW - timedelta(hours=5)}
CAUSES = {
    Reason.NOT_A_PASS: (EVERYWHERE, {"code": CodeRead.NOT_A_PASS}),
    Reason.UNKNOWN_KEY: (EVERYWHERE, {"code": CodeRead.UNKNOWN_KEY}),
    Reason.BAD_SIGNATURE: (EVERYWHERE, {"code": CodeRead.BAD_SIGNATURE}),
    Reason.UNKNOWN_PASS: (EVERYWHERE, NOBODY),
    Reason.WITHDRAWN: (EVERYWHERE, {"vehicle_status": V.WITHDRAWN}),
    Reason.REVOKED: (EVERYWHERE, {"pass_status": PassStatus.REVOKED}),
    Reason.SUPERSEDED: (EVERYWHERE, {"pass_is_newest": False}),
    Reason.WRONG_PORT: (EVERYWHERE, {"at_own_port": False}),
    Reason.COMING_BACK: (("ENTRY", "RELEASE", "single"), EXITED_LONG_AGO),
    Reason.ALREADY_ADMITTED: (EVERYWHERE, {"pass_status": PassStatus.CONSUMED}),
    Reason.WRONG_STAGE: (("RELEASE", "EXIT"), {"admitted": frozenset()}),
    Reason.DETAINED: (EVERYWHERE, {"vehicle_status": V.DETAINED}),
    Reason.NOT_YET_VALID: (EVERYWHERE, {"valid_from": NOW + timedelta(seconds=1)}),
    Reason.EXPIRED: (("ENTRY", "single"), {"valid_until": NOW}),
    Reason.PORT_CLOSED: (EVERYWHERE, {"port_is_closed": True}),
    Reason.DECLARATION_NOT_RELEASED: (
        ("ENTRY", "RELEASE", "single"),
        {"declaration_status": DeclarationStatus.UNDER_CONTROL},
    ),
    Reason.HOLD: (EVERYWHERE, {"holds": frozenset({"hold 1"})}),
    Reason.DOCUMENTS_DUE: (EVERYWHERE, {"document_checks": frozenset({"check 1"})}),
    Reason.PAPER_EXPIRED: (EVERYWHERE, {"paper_expired": True}),
    Reason.INSPECTION_FAILED: (EVERYWHERE, {"inspection_failed": True}),
    Reason.INSPECTION_DUE: (EVERYWHERE, {"inspection_due": True}),
    Reason.VIN_MISMATCH: (EVERYWHERE, {"vin_seen": "VIN-0002"}),
    Reason.PLATE_MISMATCH: (EVERYWHERE, {"plate_seen": "PLATE-2"}),
    Reason.DRIVER_MISMATCH: (EVERYWHERE, {"card_seen": "CARD-2", "card_is_known": True}),
    Reason.LOW_CONFIDENCE: (EVERYWHERE, {"plate_seen": "PLATE-1", "plate_confidence": 0.5}),
    Reason.WEIGHT_DIFFERS: (EVERYWHERE, {"weight_seen": 3000, "masses_declared": (1450,), "weight_tolerance": 5.0}),
    Reason.DRIVER_UNKNOWN: (EVERYWHERE, {"card_seen": "CARD-3"}),
    Reason.CODE_UNREADABLE: (EVERYWHERE, {"code": CodeRead.NONE} | NOBODY),
    Reason.NOTHING_TO_COMPARE: (EVERYWHERE, {"vin_seen": None, "must_see": (frozenset({Seen.VIN}),)}),
    Reason.DEVICE_FAULT: (EVERYWHERE, {"device_fault": True}),
    Reason.TIMED_OUT: (EVERYWHERE, {"timed_out": True} | NOBODY),
    Reason.STALE_MANIFEST: (EVERYWHERE, {"manifest_is_stale": True}),
    Reason.OK: (EVERYWHERE, {}),
}
EACH = [(reason, gate) for reason, (gates, _) in CAUSES.items() for gate in gates]


def outcome(facts):
    decision = decide(facts)
    return decision.reason, decision.moves


VIN_AND_CARD = (frozenset({Seen.VIN}), frozenset({Seen.CARD}))
VIN_OR_CARD = (frozenset({Seen.VIN, Seen.CARD}),)

ADMISSIONS = {
    "into the yard": (Stage.ENTRY, THREE_GATES, {}, (V.PRESENTED,)),
    "through the release gate": (Stage.RELEASE, THREE_GATES, {}, (V.RELEASED,)),
    "a referred vehicle in order again": (
        Stage.RELEASE,
        THREE_GATES,
        {"vehicle_status": V.REFERRED},
        (V.PRESENTED, V.RELEASED),
    ),
    "out of the port": (Stage.EXIT, THREE_GATES, {}, (V.EXITED,)),
    "all at once at a single gate": (Stage.RELEASE, ONE_GATE, {}, (V.PRESENTED, V.RELEASED, V.EXITED)),
    "presented before, at a single gate": (
        Stage.RELEASE,
        ONE_GATE,
        {"vehicle_status": V.PRESENTED},
        (V.RELEASED, V.EXITED),
    ),
    "referred before, at a single gate": (
        Stage.RELEASE,
        ONE_GATE,
        {"vehicle_status": V.REFERRED},
        (V.PRESENTED, V.RELEASED, V.EXITED),
    ),
    "on a truck, at a single gate": (Stage.RELEASE, ONE_GATE, {"mode": Mode.TRUCK}, (V.PRESENTED, V.RELEASED)),
    "a port without an exit gate": (
        Stage.RELEASE,
        THREE_GATES - {Stage.EXIT},
        {"vehicle_status": V.PRESENTED, "admitted": frozenset({Stage.ENTRY})},
        (V.RELEASED, V.EXITED),
    ),
    "a port without an entry gate": (
        Stage.RELEASE,
        THREE_GATES - {Stage.ENTRY},
        {},
        (V.PRESENTED, V.RELEASED),
    ),
}
