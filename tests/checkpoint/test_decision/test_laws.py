"""What can never happen, whatever the facts."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from checkpoint.decision import ADVICE_AT_ENTRY, CodeRead, Decision, Seen, decide
from checkpoint.likeness import Likeness
from checkpoint.reasons import REASONS, Reason, Verdict
from declarations.lifecycle import DeclarationStatus, Machine, PassStatus, check_moves
from declarations.words import Mode, Stage
from tests.checkpoint.test_decision.scans import (
    ADMISSIONS,
    NOW,
    VIN_AND_CARD,
    VIN_OR_CARD,
    V,
    at,
)

MOMENTS = st.sampled_from([None, *(NOW + timedelta(minutes=minutes) for minutes in (-60, -20, -1, 0, 1, 60))])
CONTROLS = st.frozensets(st.sampled_from("abcd"))
FIELDS = {
    "must_see": st.sampled_from([None, (), VIN_AND_CARD, VIN_OR_CARD]),
    "entry_advises": st.booleans(),
    "port_is_closed": st.booleans(),
    "code": st.sampled_from(CodeRead),
    "found_by": st.sampled_from([None, *Seen]),
    "vin_seen": st.sampled_from([None, "", "VIN-0001", "VIN-0002", "V1N-0001", "IN-0001"]),
    "vin_tail_seen": st.sampled_from([None, "", "N-0001", "N-0002", "N-000I", "-0001"]),
    "vin_confidence": st.sampled_from([None, 0.5, 1.0, float("nan")]),
    "tail_is_enough": st.booleans(),
    "weight_seen": st.sampled_from([None, 100, 1450, 5000]),
    "weight_tolerance": st.sampled_from([None, 5.0]),
    "masses_declared": st.sampled_from([(), (1450, 1900)]),
    "plate_seen": st.sampled_from([None, "", "PLATE-1", "PLATE-2", "P1ATE-1", "?LATE-1", "PLATE-"]),
    "plate_confidence": st.sampled_from([None, 0.0, 0.5, 1.0, float("nan")]),
    "card_seen": st.sampled_from([None, "", "CARD-1", "CARD-2"]),
    "card_is_known": st.booleans(),
    "device_fault": st.booleans(),
    "timed_out": st.booleans(),
    "manifest_is_stale": st.booleans(),
    "vehicle_status": st.sampled_from([*V, None]),
    "mode": st.sampled_from(Mode),
    "at_own_port": st.booleans(),
    "pass_status": st.sampled_from([*PassStatus, None]),
    "pass_is_newest": st.booleans(),
    "valid_from": MOMENTS,
    "valid_until": MOMENTS,
    "admitted": st.frozensets(st.sampled_from(Stage)),
    "exited_at": MOMENTS,
    "declaration_status": st.sampled_from([*DeclarationStatus, None]),
    "declaration_on_hold": st.booleans(),
    "holds": CONTROLS,
    "document_checks": CONTROLS,
    "overridden": CONTROLS,
    "paper_expired": st.booleans(),
    "inspection_failed": st.booleans(),
    "inspection_due": st.booleans(),
    "vin_declared": st.sampled_from([None, "VIN-0001"]),
    "plate_declared": st.sampled_from([None, "PLATE-1"]),
    "card_declared": st.sampled_from([None, "CARD-1"]),
}


@st.composite
def scans(draw):
    """A vehicle in order, at any gate of any kind of port, with up to five things changed about it."""
    stage, port_stages, changes, _ = draw(st.sampled_from(list(ADMISSIONS.values())))
    names = draw(st.lists(st.sampled_from(list(FIELDS)), max_size=5, unique=True))
    return replace(at(stage, port_stages, **changes), **{name: draw(FIELDS[name]) for name in names})


@settings(max_examples=400, deadline=None)
@given(scans())
def test_a_decision_is_whole(facts):
    decision = decide(facts)
    assert (decision.verdict is Verdict.ADMIT) == (decision.reason is Reason.OK)
    assert decision.verdict is REASONS[decision.reason].verdict
    if decision.advice:
        assert decision.verdict is Verdict.ADMIT and facts.stage is Stage.ENTRY and facts.entry_advises
        assert set(decision.advice) <= ADVICE_AT_ENTRY
    if decision.verdict is Verdict.MANUAL:
        assert decision.moves == ()
    if decision.moves:
        check_moves(Machine.VEHICLE, facts.vehicle_status, *decision.moves)
    if decision.verdict is Verdict.ALARM:
        assert decision.moves in ((), (V.REFERRED,), (V.PRESENTED, V.REFERRED))


def doubts(facts):
    """Every reason for doubt, said a second time and in no order; at ENTRY without what the yard may settle."""
    status, stage = facts.vehicle_status, facts.stage
    by_code = facts.code is CodeRead.PASS and facts.found_by is None and facts.pass_status is not None
    by_sight = facts.code is CodeRead.NONE and facts.found_by in (Seen.PLATE, Seen.CARD)
    vin_doubtful = not (facts.vin_confidence is None or facts.vin_confidence == 1.0)
    vin_read = {facts.vin_seen, facts.vin_tail_seen and f"VI{facts.vin_tail_seen}"} - {None, ""}
    only_tail = not facts.vin_seen and not facts.tail_is_enough
    matched = {
        seen
        for seen, declared in (
            ("VIN-0001" if vin_read == {"VIN-0001"} and not vin_doubtful else None, facts.vin_declared),
            (facts.plate_seen, facts.plate_declared),
            (facts.card_seen, facts.card_declared),
        )
        if seen and seen == declared
    }
    enough = matched - {"VIN-0001"} if only_tail else matched
    yield not by_code and not by_sight
    yield by_sight and not enough - {{Seen.PLATE: "PLATE-1", Seen.CARD: "CARD-1"}[facts.found_by]}
    yield stage is not Stage.ENTRY and not enough
    yield facts.must_see == VIN_AND_CARD and not enough >= {"VIN-0001", "CARD-1"}
    yield facts.must_see == VIN_OR_CARD and not enough & {"VIN-0001", "CARD-1"}
    yield bool(vin_read) and vin_doubtful
    yield facts.vin_tail_seen == "-0001"
    yield vin_read not in (set(), {"VIN-0001"}) and bool(facts.vin_declared)
    yield facts.plate_seen not in (None, "", "PLATE-1") and bool(facts.plate_declared)
    yield facts.weight_seen in (100, 5000) and bool(facts.weight_tolerance and facts.masses_declared)
    yield facts.card_seen == "CARD-2" and bool(facts.card_declared or not facts.card_is_known)
    yield facts.card_seen == "CARD-1" and not (facts.card_declared or facts.card_is_known)
    yield bool(facts.plate_seen) and facts.plate_confidence not in (None, 1.0)
    yield facts.pass_status in (PassStatus.REVOKED, PassStatus.CONSUMED)
    yield not facts.at_own_port or facts.port_is_closed or facts.timed_out or facts.device_fault
    yield facts.manifest_is_stale or stage in facts.admitted
    yield any(earlier < list(Stage).index(stage) for earlier in map(list(Stage).index, missing_stages(facts)))
    yield stage is Stage.ENTRY and status is not V.DECLARED
    yield stage is Stage.RELEASE and status not in (V.DECLARED, V.PRESENTED, V.REFERRED)
    yield stage is Stage.RELEASE and status is V.DECLARED and Stage.ENTRY in facts.port_stages
    yield stage is Stage.EXIT and status is not V.RELEASED
    yield facts.valid_from is not None and facts.valid_from > NOW
    if not (stage is Stage.ENTRY and facts.entry_advises):
        yield facts.pass_status is PassStatus.SUPERSEDED or not facts.pass_is_newest
        yield status is V.DECLARED and facts.valid_until is not None and facts.valid_until <= NOW
        yield stage is not Stage.EXIT and facts.declaration_status is not DeclarationStatus.RELEASED
        yield facts.declaration_on_hold or bool(facts.holds - facts.overridden)
        yield bool(facts.document_checks - facts.overridden) or facts.paper_expired
        yield facts.inspection_due or facts.inspection_failed
    else:
        at_work = (DeclarationStatus.UNDER_CONTROL, DeclarationStatus.DOCUMENTS_REQUIRED)
        yield facts.declaration_status not in (DeclarationStatus.RELEASED, *at_work)


def missing_stages(facts):
    return facts.port_stages - facts.admitted


@settings(max_examples=400, deadline=None)
@given(scans())
def test_any_doubt_is_not_green_and_without_doubt_nobody_waits(facts):
    assert (decide(facts).verdict is Verdict.ADMIT) == (not any(doubts(facts)))


@settings(max_examples=400, deadline=None)
@given(scans(), st.sampled_from([("vin_seen", "V1N-0001"), ("vin_tail_seen", "N-000I"), ("plate_seen", "P1ATE-1")]))
def test_a_slip_is_never_green_and_never_an_alarm_of_its_own(facts, slip):
    name, text = slip
    without = replace(facts, vin_seen=None, vin_tail_seen=None, plate_seen=None)
    facts = replace(without, **{name: text})
    if Likeness.SLIP not in facts.likenesses.values():
        return
    decision = decide(facts)
    assert decision.verdict is not Verdict.ADMIT
    assert decision.verdict is not Verdict.ALARM or decision.reason is decide(without).reason


@settings(max_examples=300, deadline=None)
@given(scans(), st.sampled_from(["inspection_due", "inspection_failed"]))
def test_no_scan_leads_past_an_inspection(facts, name):
    assert not {V.RELEASED, V.EXITED} & set(decide(replace(facts, **{name: True})).moves)


@settings(max_examples=200, deadline=None)
@given(scans())
def test_a_failure_of_ours_is_never_an_alarm_about_the_vehicle(facts):
    decision = decide(replace(facts, timed_out=True, code=CodeRead.PASS))
    assert decision == Decision(Verdict.MANUAL, Reason.TIMED_OUT)
