"""What an officer may do with a decision that was made without the server.

The devices apply this rule in static/checkpoint/offline/rule.js; one table of cases proves that both say the same. It
never says green: the barrier stays down until somebody who stands there lifts it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from checkpoint.decision import Decision, Seen
from checkpoint.reasons import Reason, Verdict
from declarations.words import Stage


class Rule(StrEnum):
    """What the officer at the lane may do."""

    LIFT_BY_TAP = "LIFT_BY_TAP"
    """PROVISIONAL: he lifts the barrier by one tap."""
    READ_VIN = "READ_VIN"
    """He reads the VIN on the car; it is compared, then he may lift."""
    STAY = "STAY"
    """The barrier stays down until the network is back, or somebody at a distance decides."""


@dataclass(frozen=True, slots=True)
class Ages:
    """How old the list may be, in seconds: to lift by a tap; to lift after reading the VIN."""

    fresh_s: int
    officer_s: int


def rule(
    *,
    decision: Decision,
    stage: Stage,
    is_listed: bool,
    is_attended: bool,
    age_s: float | None,
    ages: Ages,
    compared: Collection[Seen],
    officer_read_vin: bool,
) -> Rule:
    """The rule for one decision of the ladder.

    age_s: since the list was made; None when nobody can say. compared: facts that match, without the one that found the
    vehicle. officer_read_vin: the officer read the VIN on the car himself, and it was compared.
    """
    if stage is Stage.EXIT or not is_attended or not is_listed:
        return Rule.STAY
    if age_s is None or not 0 <= age_s <= ages.officer_s:
        return Rule.STAY
    if decision.reason is Reason.NOTHING_TO_COMPARE:
        return Rule.READ_VIN
    if decision.verdict is not Verdict.ADMIT or Reason.HOLD in decision.advice:
        return Rule.STAY
    if officer_read_vin and Seen.VIN in compared:
        return Rule.LIFT_BY_TAP
    return Rule.LIFT_BY_TAP if age_s <= ages.fresh_s and compared else Rule.READ_VIN


def said(decision: Decision, what: Rule, *, age_s: float | None, ages: Ages) -> tuple[Verdict, Reason]:
    """What the answer says: the ladder's refusal, ADMIT if the officer may lift, or why a machine cannot say."""
    if decision.verdict is not Verdict.ADMIT:
        return decision.verdict, decision.reason
    if what is Rule.LIFT_BY_TAP:
        return Verdict.ADMIT, Reason.OK
    if what is Rule.READ_VIN and age_s is not None and age_s <= ages.fresh_s:
        return Verdict.MANUAL, Reason.NOTHING_TO_COMPARE
    return Verdict.MANUAL, Reason.STALE_MANIFEST
