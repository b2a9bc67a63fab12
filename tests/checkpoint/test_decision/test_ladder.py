"""Every reason at every gate where it can occur, and their order."""

from datetime import timedelta
from itertools import combinations

import pytest

from checkpoint.decision import CodeRead, Seen, decide
from checkpoint.reasons import REASONS, Reason
from declarations.lifecycle import DeclarationStatus, PassStatus
from declarations.words import Stage
from tests.checkpoint.test_decision.scans import (
    CAUSES,
    EACH,
    EVERYWHERE,
    EXITED_LONG_AGO,
    GATES,
    NOBODY,
    NOW,
    ONE_GATE,
    THREE_GATES,
    VIN_AND_CARD,
    VIN_OR_CARD,
    V,
    at,
    outcome,
)


def test_every_reason_is_in_the_table():
    assert list(CAUSES) == list(Reason)


@pytest.mark.parametrize(("reason", "gate"), EACH)
def test_each_cause_alone_gives_its_reason(reason, gate):
    decision = decide(GATES[gate](**CAUSES[reason][1]))
    assert (decision.reason, decision.verdict) == (reason, REASONS[reason].verdict)
    assert decision.advice == ()


def pairs():
    """Causes that can be true together. One that finds no vehicle leaves nothing to judge the later ones by."""
    alone = {Reason.UNKNOWN_PASS, Reason.CODE_UNREADABLE, Reason.TIMED_OUT, Reason.OK}
    for earlier, later in combinations(Reason, 2):
        if alone & {earlier, later}:
            continue
        (gates, one), (other_gates, other) = CAUSES[earlier], CAUSES[later]
        if all(one[name] == other[name] for name in one.keys() & other.keys()):
            for gate in gates:
                if gate in other_gates:
                    yield earlier, later, gate


@pytest.mark.parametrize("gate", EVERYWHERE)
def test_of_two_causes_the_earlier_one_decides(gate):
    seen = 0
    for earlier, later, where in pairs():
        if where == gate:
            seen += 1
            assert decide(GATES[gate](**(CAUSES[later][1] | CAUSES[earlier][1]))).reason is earlier, (earlier, later)
    assert seen > 200


ORDER_OF_STATES = {
    "a withdrawn vehicle with a revoked pass": (
        {"vehicle_status": V.WITHDRAWN, "pass_status": PassStatus.REVOKED},
        Reason.WITHDRAWN,
    ),
    "a revoked pass that is not the newest": (
        {"pass_status": PassStatus.REVOKED, "pass_is_newest": False},
        Reason.REVOKED,
    ),
    "a superseded pass of another port": (
        {"pass_status": PassStatus.SUPERSEDED, "at_own_port": False},
        Reason.SUPERSEDED,
    ),
    "exited, and admitted here": (
        EXITED_LONG_AGO | {"pass_status": PassStatus.CONSUMED, "admitted": THREE_GATES},
        Reason.COMING_BACK,
    ),
    "admitted here, the stage before annulled": ({"admitted": frozenset({Stage.RELEASE})}, Reason.ALREADY_ADMITTED),
    "detained, never presented": ({"vehicle_status": V.DETAINED, "admitted": frozenset()}, Reason.WRONG_STAGE),
}


@pytest.mark.parametrize(("changes", "reason"), ORDER_OF_STATES.values(), ids=ORDER_OF_STATES.keys())
def test_of_two_states_the_earlier_one_decides(changes, reason):
    assert outcome(at(Stage.RELEASE, **changes)) == (reason, ())


CODES = {
    "null and nothing else": ({"code": CodeRead.NONE, "vin_seen": None} | NOBODY, Reason.CODE_UNREADABLE),
    "null and a VIN": ({"code": CodeRead.NONE} | NOBODY, Reason.CODE_UNREADABLE),
    "null and a vehicle somehow found by its VIN": (
        {"code": CodeRead.NONE, "found_by": Seen.VIN},
        Reason.CODE_UNREADABLE,
    ),
    "null and a vehicle found by nothing": ({"code": CodeRead.NONE}, Reason.CODE_UNREADABLE),
    "null and a plate that nobody declared": (
        {"code": CodeRead.NONE, "plate_seen": "PLATE-9"} | NOBODY,
        Reason.CODE_UNREADABLE,
    ),
    "null and a plate too blurred to look up": (
        {"code": CodeRead.NONE, "plate_seen": "PLATE-9", "plate_confidence": 0.1} | NOBODY,
        Reason.LOW_CONFIDENCE,
    ),
    "null and a vehicle found by a blurred plate": (
        {"code": CodeRead.NONE, "found_by": Seen.PLATE, "plate_seen": "PLATE-1", "plate_confidence": 0.1},
        Reason.LOW_CONFIDENCE,
    ),
    "null and a card that nobody holds": (
        {"code": CodeRead.NONE, "card_seen": "CARD-9"} | NOBODY,
        Reason.DRIVER_UNKNOWN,
    ),
    "null and a card whose holder drives nothing": (
        {"code": CodeRead.NONE, "card_seen": "CARD-9", "card_is_known": True} | NOBODY,
        Reason.CODE_UNREADABLE,
    ),
    "null, plate and VIN": (
        {"code": CodeRead.NONE, "found_by": Seen.PLATE, "plate_seen": "PLATE-1"},
        Reason.OK,
    ),
    "null, card and VIN": (
        {"code": CodeRead.NONE, "found_by": Seen.CARD, "card_seen": "CARD-1"},
        Reason.OK,
    ),
    "null and a plate alone": (
        {"code": CodeRead.NONE, "found_by": Seen.PLATE, "plate_seen": "PLATE-1", "vin_seen": None},
        Reason.NOTHING_TO_COMPARE,
    ),
    "null, a plate and another's card": (
        {"code": CodeRead.NONE, "found_by": Seen.PLATE, "plate_seen": "PLATE-1", "vin_seen": None}
        | {"card_seen": "CARD-2", "card_is_known": True},
        Reason.DRIVER_MISMATCH,
    ),
    "a plate's vehicle that has no pass yet": (
        {"code": CodeRead.NONE, "found_by": Seen.PLATE, "plate_seen": "PLATE-1"}
        | {"pass_status": None, "valid_from": None, "valid_until": None},
        Reason.OK,
    ),
    "a manual code past the limit": ({"code": CodeRead.LIMITED, "card_seen": "CARD-9"}, Reason.CODE_UNREADABLE),
    "a pass without a row, though the plate would find one": (
        {"found_by": Seen.PLATE, "plate_seen": "PLATE-1"},
        Reason.UNKNOWN_PASS,
    ),
    "a forged pass, though the plate would find one": (
        {"code": CodeRead.BAD_SIGNATURE, "found_by": Seen.PLATE, "plate_seen": "PLATE-1"},
        Reason.BAD_SIGNATURE,
    ),
    "a forged pass while the database is slow": (
        {"code": CodeRead.BAD_SIGNATURE, "timed_out": True},
        Reason.BAD_SIGNATURE,
    ),
    "a good pass while the database is slow": ({"timed_out": True} | NOBODY, Reason.TIMED_OUT),
    "a good pass, the lock came too late": ({"timed_out": True, "vin_seen": "VIN-0002"}, Reason.TIMED_OUT),
    "no code while the database is slow": ({"code": CodeRead.NONE, "timed_out": True} | NOBODY, Reason.TIMED_OUT),
    "no code and a faulty device": ({"code": CodeRead.NONE, "device_fault": True} | NOBODY, Reason.CODE_UNREADABLE),
}


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize(("changes", "reason"), CODES.values(), ids=CODES.keys())
def test_what_was_shown_finds_the_vehicle_or_not(stage, changes, reason):
    assert decide(at(stage, **changes)).reason is reason


COMPARISONS = {
    "a code alone": ({"vin_seen": None}, Reason.NOTHING_TO_COMPARE),
    "an empty reading": ({"vin_seen": "", "plate_seen": "", "card_seen": ""}, Reason.NOTHING_TO_COMPARE),
    "an empty doubtful reading": (
        {"vin_seen": "", "plate_seen": "", "plate_confidence": 0.0},
        Reason.NOTHING_TO_COMPARE,
    ),
    "the declared plate": ({"vin_seen": None, "plate_seen": "PLATE-1", "plate_confidence": 0.8}, Reason.OK),
    "the declared plate, typed": ({"vin_seen": None, "plate_seen": "PLATE-1"}, Reason.OK),
    "the declared driver's card": ({"vin_seen": None, "card_seen": "CARD-1"}, Reason.OK),
    "a plate where none is declared": (
        {"vin_seen": None, "plate_seen": "PLATE-1", "plate_declared": None},
        Reason.NOTHING_TO_COMPARE,
    ),
    "a known card where none is declared": (
        {"vin_seen": None, "card_seen": "CARD-2", "card_is_known": True, "card_declared": None},
        Reason.NOTHING_TO_COMPARE,
    ),
    "an unknown card where none is declared": (
        {"vin_seen": None, "card_seen": "CARD-2", "card_declared": None},
        Reason.DRIVER_UNKNOWN,
    ),
    "an unknown card beside the right VIN": ({"card_seen": "CARD-3"}, Reason.DRIVER_UNKNOWN),
    "a plate where none is declared, beside the right VIN": (
        {"plate_seen": "PLATE-1", "plate_declared": None},
        Reason.OK,
    ),
    "a blurred plate that seems another one": (
        {"plate_seen": "PLATE-2", "plate_confidence": 0.79},
        Reason.LOW_CONFIDENCE,
    ),
    "a blurred plate and another VIN": (
        {"vin_seen": "VIN-0002", "plate_seen": "PLATE-1", "plate_confidence": 0.79},
        Reason.VIN_MISMATCH,
    ),
    "a confidence that is no number": (
        {"plate_seen": "PLATE-1", "plate_confidence": float("nan")},
        Reason.LOW_CONFIDENCE,
    ),
    "a plate one look-alike apart": ({"plate_seen": "P1ATE-1"}, Reason.LOW_CONFIDENCE),
    "a plate whose edge was cut off, beside a VIN that differs": (
        {"plate_seen": "LATE-1", "vin_seen": "VIN-0002"},
        Reason.VIN_MISMATCH,
    ),
    "a VIN one look-alike apart": ({"vin_seen": "V1N-0001"}, Reason.LOW_CONFIDENCE),
    "the last six of the VIN": ({"vin_seen": None, "vin_tail_seen": "N-0001"}, Reason.OK),
    "the last six of another VIN": ({"vin_seen": None, "vin_tail_seen": "N-0002"}, Reason.VIN_MISMATCH),
    "the last six one look-alike apart": ({"vin_seen": None, "vin_tail_seen": "N-000I"}, Reason.LOW_CONFIDENCE),
    "five of the last six": ({"vin_seen": None, "vin_tail_seen": "-0001"}, Reason.LOW_CONFIDENCE),
    "the last six at a port that wants the whole": (
        {"vin_seen": None, "vin_tail_seen": "N-0001", "tail_is_enough": False},
        Reason.NOTHING_TO_COMPARE,
    ),
    "another VIN read without confidence": ({"vin_seen": "VIN-0002", "vin_confidence": 0.5}, Reason.LOW_CONFIDENCE),
    "a weight at a port that compares none": ({"weight_seen": 9000, "masses_declared": (1450,)}, Reason.OK),
    "a weight that fits": (
        {"weight_seen": 1500, "masses_declared": (1450, 1900), "weight_tolerance": 5.0},
        Reason.OK,
    ),
    "a threshold of the port's own": (
        {"plate_seen": "PLATE-1", "plate_confidence": 0.9, "plate_threshold": 0.95},
        Reason.LOW_CONFIDENCE,
    ),
}


@pytest.mark.parametrize("stage", [Stage.RELEASE, Stage.EXIT])
@pytest.mark.parametrize(("changes", "reason"), COMPARISONS.values(), ids=COMPARISONS.keys())
def test_what_was_seen_is_compared_with_what_is_declared(stage, changes, reason):
    assert decide(at(stage, **changes)).reason is reason


@pytest.mark.parametrize(
    ("stage", "must_see", "changes", "reason"),
    [
        (Stage.ENTRY, None, {"vin_seen": None}, Reason.OK),
        (Stage.ENTRY, VIN_OR_CARD, {"vin_seen": None}, Reason.NOTHING_TO_COMPARE),
        (Stage.ENTRY, VIN_OR_CARD, {}, Reason.OK),
        (Stage.RELEASE, VIN_OR_CARD, {"vin_seen": None, "plate_seen": "PLATE-1"}, Reason.NOTHING_TO_COMPARE),
        (Stage.RELEASE, VIN_OR_CARD, {"vin_seen": None, "card_seen": "CARD-1"}, Reason.OK),
        (Stage.RELEASE, VIN_AND_CARD, {}, Reason.NOTHING_TO_COMPARE),
        (Stage.RELEASE, VIN_AND_CARD, {"card_seen": "CARD-1"}, Reason.OK),
        (Stage.RELEASE, (), {"vin_seen": None}, Reason.NOTHING_TO_COMPARE),
        (Stage.EXIT, (), {"vin_seen": None}, Reason.NOTHING_TO_COMPARE),
        (Stage.RELEASE, (), {}, Reason.OK),
        (
            Stage.RELEASE,
            (frozenset({Seen.PLATE}),),
            {"code": CodeRead.NONE, "found_by": Seen.PLATE, "plate_seen": "PLATE-1"},
            Reason.NOTHING_TO_COMPARE,
        ),
    ],
)
def test_a_lane_has_to_bring_what_it_must_see(stage, must_see, changes, reason):
    assert decide(at(stage, must_see=must_see, **changes)).reason is reason


@pytest.mark.parametrize(
    ("port_stages", "stage", "minutes", "reason"),
    [
        (THREE_GATES, Stage.ENTRY, 1, Reason.COMING_BACK),
        (THREE_GATES, Stage.RELEASE, 1, Reason.COMING_BACK),
        (THREE_GATES, Stage.EXIT, 1, Reason.ALREADY_ADMITTED),
        (THREE_GATES, Stage.EXIT, 300, Reason.ALREADY_ADMITTED),
        (ONE_GATE, Stage.RELEASE, 29, Reason.ALREADY_ADMITTED),
        (ONE_GATE, Stage.RELEASE, 30, Reason.COMING_BACK),
        (THREE_GATES - {Stage.EXIT}, Stage.ENTRY, 29, Reason.ALREADY_ADMITTED),
        (THREE_GATES - {Stage.EXIT}, Stage.ENTRY, 31, Reason.COMING_BACK),
        (ONE_GATE, Stage.RELEASE, None, Reason.COMING_BACK),
    ],
)
@pytest.mark.parametrize("pass_status", [PassStatus.CONSUMED, PassStatus.ISSUED])
def test_a_vehicle_that_left_is_coming_back_or_scanned_twice(port_stages, stage, minutes, reason, pass_status):
    exited_at = None if minutes is None else NOW - timedelta(minutes=minutes)
    gone = {"vehicle_status": V.EXITED, "exited_at": exited_at, "pass_status": pass_status, "admitted": port_stages}
    assert outcome(at(stage, port_stages, **gone)) == (reason, ())


@pytest.mark.parametrize(
    ("stage", "status", "reason"),
    [
        (Stage.ENTRY, V.PRESENTED, Reason.ALREADY_ADMITTED),
        (Stage.ENTRY, V.REFERRED, Reason.ALREADY_ADMITTED),
        (Stage.ENTRY, V.RELEASED, Reason.ALREADY_ADMITTED),
        (Stage.ENTRY, V.RETURNED, Reason.ALREADY_ADMITTED),
        (Stage.RELEASE, V.HANDED_OVER, Reason.ALREADY_ADMITTED),
        (Stage.RELEASE, V.RELEASED, Reason.ALREADY_ADMITTED),
        (Stage.RELEASE, V.DECLARED, Reason.WRONG_STAGE),
        (Stage.EXIT, V.DECLARED, Reason.WRONG_STAGE),
        (Stage.EXIT, V.PRESENTED, Reason.WRONG_STAGE),
        (Stage.EXIT, V.REFERRED, Reason.WRONG_STAGE),
    ],
)
def test_the_status_alone_is_enough_to_stop_whatever_the_admissions_say(stage, status, reason):
    assert outcome(at(stage, vehicle_status=status)) == (reason, ())


@pytest.mark.parametrize("stage", Stage)
def test_a_live_admission_alone_is_enough_to_stop(stage):
    assert outcome(at(stage, admitted=THREE_GATES)) == (Reason.ALREADY_ADMITTED, ())


@pytest.mark.parametrize("status", [V.PRESENTED, V.REFERRED])
def test_expiry_is_asked_of_a_declared_vehicle_only(status):
    assert decide(at(Stage.RELEASE, vehicle_status=status, valid_until=NOW - timedelta(days=9))).reason is Reason.OK


def test_a_pass_counts_from_its_first_second_to_the_one_before_its_last():
    assert decide(at(Stage.ENTRY, valid_from=NOW, valid_until=NOW + timedelta(seconds=1))).advice == ()
    assert decide(at(Stage.ENTRY, valid_from=NOW, valid_until=NOW)).advice == (Reason.EXPIRED,)


@pytest.mark.parametrize("status", [*DeclarationStatus, None])
def test_only_a_released_declaration_opens_the_release_gate(status):
    decision = decide(at(Stage.RELEASE, declaration_status=status))
    expected = Reason.OK if status is DeclarationStatus.RELEASED else Reason.DECLARATION_NOT_RELEASED
    assert decision.reason is expected


def test_exit_does_not_ask_for_the_declaration_but_for_its_hold():
    under_control = {"declaration_status": DeclarationStatus.UNDER_CONTROL}
    assert outcome(at(Stage.EXIT, **under_control)) == (Reason.OK, (V.EXITED,))
    assert outcome(at(Stage.EXIT, **under_control, declaration_on_hold=True)) == (Reason.HOLD, ())


TWO_HOLDS = frozenset({("hold", 1), ("hold", 2)})
CHECK = frozenset({("check", 1)})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"holds": TWO_HOLDS, "overridden": frozenset({("hold", 1)})}, Reason.HOLD),
        ({"holds": TWO_HOLDS, "overridden": TWO_HOLDS}, Reason.OK),
        ({"holds": TWO_HOLDS, "document_checks": CHECK, "overridden": TWO_HOLDS}, Reason.DOCUMENTS_DUE),
        ({"holds": TWO_HOLDS, "document_checks": CHECK, "overridden": TWO_HOLDS | CHECK}, Reason.OK),
        ({"declaration_on_hold": True, "overridden": TWO_HOLDS}, Reason.HOLD),
        ({"inspection_due": True, "overridden": TWO_HOLDS | CHECK}, Reason.INSPECTION_DUE),
        ({"inspection_failed": True, "overridden": TWO_HOLDS | CHECK}, Reason.INSPECTION_FAILED),
    ],
)
@pytest.mark.parametrize("stage", [Stage.RELEASE, Stage.EXIT])
def test_an_override_closes_the_controls_it_names_and_no_other(stage, changes, reason):
    assert decide(at(stage, **changes)).reason is reason
