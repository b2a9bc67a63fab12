"""What an officer may do without the network, by its age and by what matched; and how the list names things."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from checkpoint.decision import Decision, Seen, decide
from checkpoint.offline.manifest import Listed, digest_of, payload_of, row_of, sign
from checkpoint.offline.rule import Ages, Rule, rule, said
from checkpoint.reasons import REASONS, Reason, Verdict
from declarations import passes
from declarations.lifecycle import DeclarationStatus, PassStatus, VehicleStatus
from declarations.words import Mode, Stage
from tests.checkpoint.test_decision.scans import GATES

AGES = Ages(fresh_s=15 * 60, officer_s=4 * 3600)
OK = Decision(Verdict.ADMIT, Reason.OK)


def ask(decision=OK, **changes):
    usual = {
        "stage": Stage.RELEASE,
        "is_listed": True,
        "is_attended": True,
        "age_s": 60,
        "ages": AGES,
        "compared": {Seen.PLATE},
        "officer_read_vin": False,
    }
    return rule(decision=decision, **usual | changes)


@pytest.mark.parametrize(
    ("age_s", "expected"),
    [
        (0, Rule.LIFT_BY_TAP),
        (900, Rule.LIFT_BY_TAP),
        (901, Rule.READ_VIN),
        (14_400, Rule.READ_VIN),
        (14_401, Rule.STAY),
        (-1, Rule.STAY),
        (None, Rule.STAY),
        (float("nan"), Rule.STAY),
    ],
)
def test_the_age_of_the_list_decides(age_s, expected):
    assert ask(age_s=age_s) is expected


@pytest.mark.parametrize("change", [{"stage": Stage.EXIT}, {"is_listed": False}, {"is_attended": False}])
def test_at_an_exit_unlisted_or_unattended_it_stays(change):
    assert ask(**change) is Rule.STAY
    assert ask(**change, officer_read_vin=True, compared={Seen.VIN}) is Rule.STAY


def test_without_a_second_fact_the_officer_reads_the_vin():
    assert ask(compared=set()) is Rule.READ_VIN
    assert ask(Decision(Verdict.MANUAL, Reason.NOTHING_TO_COMPARE), compared=set()) is Rule.READ_VIN


def test_a_vin_that_a_camera_read_is_no_officer():
    assert ask(age_s=1000, compared={Seen.VIN}) is Rule.READ_VIN
    assert ask(age_s=1000, compared={Seen.VIN}, officer_read_vin=True) is Rule.LIFT_BY_TAP
    assert ask(age_s=1000, compared={Seen.PLATE}, officer_read_vin=True) is Rule.READ_VIN


@pytest.mark.parametrize("reason", [each for each in Reason if each not in (Reason.OK, Reason.NOTHING_TO_COMPARE)])
def test_whatever_stops_the_ladder_stays(reason):
    decision = Decision(REASONS[reason].verdict, reason)
    assert ask(decision, officer_read_vin=True, compared=set(Seen)) is Rule.STAY
    assert said(decision, Rule.STAY, age_s=60, ages=AGES) == (REASONS[reason].verdict, reason)


def test_a_hold_stays_in_the_yard_too():
    advised = decide(GATES["ENTRY"](holds=frozenset({"x"})))
    assert ask(Decision(Verdict.ADMIT, Reason.OK, (Reason.HOLD,)), stage=Stage.ENTRY) is Rule.STAY
    assert advised.reason is Reason.HOLD


def test_only_a_lift_is_said_to_be_in_order():
    assert said(OK, Rule.LIFT_BY_TAP, age_s=60, ages=AGES) == (Verdict.ADMIT, Reason.OK)
    assert said(OK, Rule.READ_VIN, age_s=60, ages=AGES) == (Verdict.MANUAL, Reason.NOTHING_TO_COMPARE)
    assert said(OK, Rule.READ_VIN, age_s=1000, ages=AGES) == (Verdict.MANUAL, Reason.STALE_MANIFEST)
    assert said(OK, Rule.STAY, age_s=None, ages=AGES) == (Verdict.MANUAL, Reason.STALE_MANIFEST)


NOW = datetime(2026, 3, 1, tzinfo=UTC)
LISTED = Listed(
    pass_id=7,
    vin="LRW3E7EK9TC000001",
    plate=None,
    live=True,
    elsewhere=False,
    pass_status=PassStatus.ISSUED,
    is_newest=True,
    valid_from=NOW,
    valid_until=NOW + timedelta(days=1),
    vehicle_status=VehicleStatus.DECLARED,
    mode=Mode.SELF_DRIVE,
    admitted=(),
    exited_at=None,
    declaration_status=DeclarationStatus.RELEASED,
    declaration_on_hold=False,
    on_hold=False,
    documents_due=False,
    papers_until=None,
    inspection_failed=False,
    inspection_due=False,
)


def test_a_row_leaves_out_what_is_as_usual():
    key, row = row_of(LISTED, b"s" * 16)
    assert set(json.loads(row)) == {"id", "vin", "from", "until", "live"}
    assert json.loads(row)["id"] == key == digest_of(b"s" * 16, "pass", 7)


def test_another_salt_gives_other_digests_and_kinds_never_meet():
    assert len({digest_of(salt, kind, 7) for salt in (b"a", b"b") for kind in ("pass", "vin", "plate")}) == 6


def test_the_signature_is_of_the_list_and_of_nothing_else():
    key = passes.signing_key(b"k" * 32, kid=b"\0\x01")
    message = sign(payload_of({"port": "CNHRS"}, ['{"id":"a"}']), key)
    assert (message["kid"], message["payload"]) == ("0001", '{"port":"CNHRS","rows":[{"id":"a"}]}')
    assert len(message["signature"]) == 86
