"""What is advice in the yard, and where the vehicle goes."""

import pytest

from checkpoint.decision import ADVICE_AT_ENTRY, CodeRead, Decision, Facts, Seen, decide
from checkpoint.reasons import REASONS, Reason, Verdict
from declarations.lifecycle import DeclarationStatus
from declarations.words import Stage
from tests.checkpoint.test_decision.scans import (
    ADMISSIONS,
    CAUSES,
    EACH,
    GATES,
    NOW,
    THREE_GATES,
    V,
    at,
    outcome,
)


@pytest.mark.parametrize("reason", sorted(ADVICE_AT_ENTRY))
def test_at_entry_what_can_be_settled_in_the_yard_is_advice(reason):
    decision = decide(at(Stage.ENTRY, **CAUSES[reason][1]))
    assert decision == Decision(Verdict.ADMIT, Reason.OK, (reason,), (V.PRESENTED,))


def test_at_entry_all_advice_comes_in_the_order_of_the_ladder():
    changes = {}
    for reason in ADVICE_AT_ENTRY:
        changes |= CAUSES[reason][1]
    decision = decide(at(Stage.ENTRY, **changes))
    assert decision.advice == tuple(reason for reason in Reason if reason in ADVICE_AT_ENTRY)


@pytest.mark.parametrize("reason", [r for r, g in EACH if g == "ENTRY" and r not in ADVICE_AT_ENTRY | {Reason.OK}])
def test_at_entry_everything_else_stops_and_moves_nothing(reason):
    settleable = {"paper_expired": True, "pass_is_newest": False}
    decision = decide(at(Stage.ENTRY, **(settleable | CAUSES[reason][1])))
    assert decision == Decision(REASONS[reason].verdict, reason)


@pytest.mark.parametrize("status", DeclarationStatus)
def test_at_entry_a_declaration_is_advice_only_while_customs_is_at_work_on_it(status):
    decision = decide(at(Stage.ENTRY, declaration_status=status))
    if status is DeclarationStatus.RELEASED:
        assert (decision.reason, decision.advice) == (Reason.OK, ())
    elif status in (DeclarationStatus.UNDER_CONTROL, DeclarationStatus.DOCUMENTS_REQUIRED):
        assert (decision.reason, decision.advice) == (Reason.OK, (Reason.DECLARATION_NOT_RELEASED,))
    else:
        assert decision == Decision(Verdict.ALARM, Reason.DECLARATION_NOT_RELEASED)


def test_at_entry_a_code_alone_opens_but_a_plate_alone_does_not():
    assert decide(at(Stage.ENTRY, vin_seen=None)).reason is Reason.OK
    by_plate = {"code": CodeRead.NONE, "found_by": Seen.PLATE, "plate_seen": "PLATE-1", "vin_seen": None}
    assert decide(at(Stage.ENTRY, **by_plate)).reason is Reason.NOTHING_TO_COMPARE


REFERS = {
    *(Reason.HOLD, Reason.DOCUMENTS_DUE, Reason.INSPECTION_FAILED, Reason.INSPECTION_DUE),
    *(Reason.VIN_MISMATCH, Reason.PLATE_MISMATCH, Reason.DRIVER_MISMATCH),
}
MISMATCHES = {Reason.VIN_MISMATCH, Reason.PLATE_MISMATCH, Reason.DRIVER_MISMATCH}
SEEN_ITSELF = {"plate_seen": "PLATE-1"}


@pytest.mark.parametrize(("reason", "gate"), [pair for pair in EACH if pair[0] is not Reason.OK])
def test_a_refusal_refers_the_vehicle_only_where_the_domain_says(reason, gate):
    decision = decide(GATES[gate](**(SEEN_ITSELF | {"card_seen": "CARD-1"} | CAUSES[reason][1])))
    assert decision.reason is reason
    if gate in ("RELEASE", "single") and reason in REFERS:
        assert decision.moves == ((V.REFERRED,) if gate == "RELEASE" else (V.PRESENTED, V.REFERRED))
    elif gate == "EXIT" and reason in MISMATCHES:
        assert decision.moves == (V.REFERRED,)
    else:
        assert decision.moves == ()


@pytest.mark.parametrize("gate", ["RELEASE", "EXIT", "single"])
@pytest.mark.parametrize("reason", sorted(REFERS))
def test_a_photographed_code_refers_no_vehicle(gate, reason):
    changes = {"vin_seen": None} | CAUSES[reason][1]
    assert outcome(GATES[gate](**changes)) == (reason, ())


@pytest.mark.parametrize("doubtful", [{"plate_confidence": 0.2}, {"plate_declared": None}])
def test_a_doubtful_or_undeclared_reading_refers_no_vehicle(doubtful):
    changes = {"vin_seen": "VIN-0002", "plate_seen": "PLATE-1"} | doubtful
    assert outcome(at(Stage.RELEASE, **changes)) == (Reason.VIN_MISMATCH, ())


def test_the_fact_that_found_the_vehicle_shows_that_it_is_there():
    by_plate = {"code": CodeRead.NONE, "found_by": Seen.PLATE, "plate_seen": "PLATE-1", "vin_seen": "VIN-0002"}
    assert outcome(at(Stage.RELEASE, **by_plate)) == (Reason.VIN_MISMATCH, (V.REFERRED,))


@pytest.mark.parametrize("reason", sorted(REFERS))
def test_a_referred_vehicle_stays_referred(reason):
    changes = SEEN_ITSELF | {"vehicle_status": V.REFERRED} | CAUSES[reason][1]
    assert outcome(at(Stage.RELEASE, **changes)) == (reason, ())


@pytest.mark.parametrize(("stage", "port_stages", "changes", "moves"), ADMISSIONS.values(), ids=ADMISSIONS.keys())
def test_an_admission_moves_the_vehicle_on(stage, port_stages, changes, moves):
    assert decide(at(stage, port_stages, **changes)) == Decision(Verdict.ADMIT, Reason.OK, (), moves)


def test_facts_left_out_open_no_gate():
    for stage in Stage:
        for code in CodeRead:
            assert decide(Facts(now=NOW, stage=stage, port_stages=THREE_GATES, code=code)).verdict is not Verdict.ADMIT
