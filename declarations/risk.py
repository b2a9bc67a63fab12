"""Who is looked at more closely: a pure function of facts, rules and a random draw.

Rules are rows that an analyst edits; whoever calls has kept to those valid today. A condition is JSON: `[fact, op,
value]`, `{"all": [...]}`, `{"any": [...]}`, `{"not": ...}`. A missing fact is no error: what cannot be known is neither
true nor false, and a rule hits only if it is true. Hits carry code and version, so that "why was this selected" can be
answered years later.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations.words import Channel

Item = TypeVar("Item")
Condition = Any
"""JSON as the analyst wrote it; `faults_of` says what is wrong with it before it is stored."""

FACTS: Mapping[str, str | Promise] = {
    "port": _("port of exit"),
    "mode": _("how the vehicles cross"),
    "destination_country": _("destination country"),
    "consignee_country": _("country of the consignee"),
    "incoterm": _("delivery term"),
    "currency": _("currency"),
    "vehicle_count": _("vehicles in the declaration"),
    "total_value": _("value of the declaration, in its currency"),
    "is_first_declaration": _("first declaration of this exporter"),
    "exporter_refusal_share": _("share of the exporter's declarations that were refused or rejected, 0 to 1"),
    "exporter_failed_inspections": _("unsatisfactory inspections of this exporter's vehicles"),
    "is_agent": _("declared by an agent"),
    "route_is_unusual": _("this exporter has not used this port for this destination before"),
    "make": _("make"),
    "model": _("model"),
    "model_year": _("model year"),
    "category": _("vehicle category"),
    "condition": _("new or used"),
    "powertrain": _("powertrain"),
    "hs_code": _("HS code"),
    "value": _("value of the vehicle, in the declaration's currency"),
    "value_to_median": _("value divided by the median value of the same make and model"),
    "maker_differs": _("the maker in the VIN is not the declared make"),
    "days_since_registration": _("days since the first registration"),
    "odometer_km": _("odometer reading in km"),
    "problem_overridden": _("an officer accepted a problem of this vehicle"),
    "driver_days_in_180": _("days of the driver in Kazakhstan within 180 days"),
    "driver_nationality": _("nationality of the driver"),
}
"""The names a condition may use, with the label that the analyst reads."""


class Scope(StrEnum):
    """What a rule looks at, and what its hit therefore belongs to."""

    VEHICLE = "VEHICLE"
    DECLARATION = "DECLARATION"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as an analyst wrote it. A hit adds points, or forces a channel, or both."""

    code: str
    version: int
    scope: Scope
    condition: Condition
    points: int = 0
    channel: Channel | None = None
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One rule that was true, as it was then. checks: what it wants looked at if the vehicle is examined."""

    code: str
    version: int
    points: int = 0
    channel: Channel | None = None
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From how many points on documents are checked, and the vehicle examined."""

    yellow: int = 40
    red: int = 80


USUAL_THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class Selection:
    """The channel, and every rule that led to it, in the order of the rules."""

    channel: Channel
    hits: tuple[Hit, ...] = ()

    @property
    def checks(self) -> tuple[str, ...]:
        """What the rules that hit want looked at, each once."""
        return tuple(dict.fromkeys(check for hit in self.hits for check in hit.checks))


RANDOM = Hit("RANDOM", 1, 0, Channel.RED)
"""The hit of the random share: it needs no cause."""

SEVERITY = {channel: rank for rank, channel in enumerate(Channel)}


def select(
    facts: Mapping[str, Any],
    *,
    rules: Sequence[Rule],
    random_share: Decimal | float,
    draw: float,
    trusted: bool,
    scope: Scope = Scope.VEHICLE,
    thresholds: Thresholds = USUAL_THRESHOLDS,
) -> Selection:
    """The severest of what the points add up to, what a rule forces, and what the draw says.

    facts: by the names of FACTS. random_share and draw: 0 … 1; the draw is below the share as often as the share says.
    trusted: gets BLUE where others get YELLOW; RED stays RED.
    """
    hits = [
        Hit(rule.code, rule.version, rule.points, rule.channel, rule.checks)
        for rule in rules
        if rule.scope is scope and holds(rule.condition, facts)
    ]
    if draw < random_share:
        hits.append(RANDOM)
    points = sum(hit.points for hit in hits)
    by_points = Channel.RED if points >= thresholds.red else Channel.YELLOW
    channels = [Channel.GREEN] if points < thresholds.yellow else [by_points]
    channels += [hit.channel for hit in hits if hit.channel is not None]
    channel = worst(channels)
    return Selection(Channel.BLUE if trusted and channel is Channel.YELLOW else channel, tuple(hits))


def worst(channels: Sequence[Channel]) -> Channel:
    """The severest; GREEN if there is none."""
    return max(channels, key=lambda channel: SEVERITY[channel], default=Channel.GREEN)


def drawn(items: Sequence[Item], *, share: Decimal | float, draw: float) -> list[Item]:
    """The share of the items that a hit on the whole falls on: at least one if there is any, chosen by the draw."""
    if not items:
        return []
    count = min(len(items), max(1, math.ceil(share * len(items))))
    first = int(draw * len(items)) % len(items)
    return [items[(first + step) % len(items)] for step in range(count)]


def holds(condition: Condition, facts: Mapping[str, Any]) -> bool:
    """Whether the condition is known to be true of the facts."""
    return _truth(condition, facts) is True


def faults_of(condition: Condition) -> list[str]:
    """What is wrong with a condition, for the analyst: unknown facts, unknown operators, unknown shapes."""
    match condition:
        case {"all": [_first, *_] as parts, **more} | {"any": [_first, *_] as parts, **more} if not more:
            return [fault for part in parts for fault in faults_of(part)]
        case {"not": part, **more} if not more:
            return faults_of(part)
        case [str(name), str(op), value]:
            faults = [] if name in FACTS else [f"unknown fact {name!r}"]
            if op not in OPERATORS:
                faults.append(f"unknown operator {op!r}")
            elif op in ("in", "not in") and not isinstance(value, list):
                faults.append(f"{op!r} wants a list")
            return faults
        case _:
            return [f"not a condition: {condition!r}"]


def _truth(condition: Condition, facts: Mapping[str, Any]) -> bool | None:
    """True, false, or None where a fact is missing, two values cannot be compared, or the condition makes no sense."""
    match condition:
        case {"all": [_first, *_] as parts, **more} if not more:
            truths = [_truth(part, facts) for part in parts]
            return False if False in truths else None if None in truths else True
        case {"any": [_first, *_] as parts, **more} if not more:
            truths = [_truth(part, facts) for part in parts]
            return True if True in truths else None if None in truths else False
        case {"not": part, **more} if not more:
            truth = _truth(part, facts)
            return None if truth is None else not truth
        case [str(name), str(op), value] if op in OPERATORS and facts.get(name) is not None:
            try:
                return OPERATORS[op](*_alike(facts[name], value))
            except (TypeError, ValueError, ArithmeticError):
                return None
        case _:
            return None


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda fact, value: bool(fact == value),
    "!=": lambda fact, value: bool(fact != value),
    "<": lambda fact, value: bool(fact < value),
    "<=": lambda fact, value: bool(fact <= value),
    ">": lambda fact, value: bool(fact > value),
    ">=": lambda fact, value: bool(fact >= value),
    "in": lambda fact, value: fact in _listed(value),
    "not in": lambda fact, value: fact not in _listed(value),
    "starts": lambda fact, value: str(fact).startswith(str(value)),
}
"""What a comparison may ask of a fact that is there."""


def _alike(fact: Any, value: Any) -> tuple[Any, Any]:
    """Numbers as decimals and dates as dates, since JSON has neither; all else as it is."""
    if isinstance(fact, bool) or isinstance(value, (bool, list)):
        return fact, value
    if isinstance(fact, (int, float, Decimal)) and isinstance(value, (int, float, str, Decimal)):
        return Decimal(str(fact)), Decimal(str(value))
    if isinstance(fact, date) and isinstance(value, str):
        return fact, date.fromisoformat(value)
    return fact, value


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a list is wanted")
    return value
