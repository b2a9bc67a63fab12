"""Papers: which a vehicle needs, whether they are valid, and when clearance must look at them.

Sources: MOFCOM announcement 6/2024 (used vehicles), letter 648/2025 (after-sales confirmation), the export-licence
list of 2026 (battery-electric cars), GACC announcement 74/2014 (licence valid on acceptance), the list of papers in
seeds/data/documents.csv. Pure.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Protocol

from django.db.models import TextChoices
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from declarations.problems import Level, Problem, explain
from declarations.words import Category, Condition, Direction, Mode, Powertrain

RECENT_REGISTRATION_DAYS = 180
"""Registered so lately, a used vehicle needs the manufacturer's after-sales confirmation (MOFCOM letter 648/2025)."""

ELECTRIC_CAR_LICENCE_FROM_ON = date(2026, 1, 1)
"""From this day battery-electric passenger cars need an export licence."""

EXPORT_LICENCE = "export_licence"

COUNTED = frozenset({EXPORT_LICENCE})
"""Papers that are granted for a number of vehicles; each vehicle that names one uses up its part."""

PAPER_CODE = explain("PAPER_CODE", _("“%(code)s” is no paper that is known here. Choose one from the list."))
PAPER_MISSING = explain("PAPER_MISSING", _("Missing paper: %(paper)s. Add its number, now or before clearance asks."))
PAPERS_MISSING = explain("PAPERS_MISSING", _("Have these papers at hand, customs may ask for them: %(papers)s."))
PAPER_NUMBER = explain("PAPER_NUMBER", _("Enter the number of this paper: %(paper)s."))
PAPER_EXPIRED = explain(
    "PAPER_EXPIRED", _("%(paper)s ran out on %(until)s; it must be valid on %(needed)s. Enter the renewed one.")
)
PAPER_RUNS_OUT = explain(
    "PAPER_RUNS_OUT", _("%(paper)s runs out on %(until)s, before the planned arrival. Renew it in time.")
)
PAPER_DATES = explain("PAPER_DATES", _("The paper ends before it begins. Check both dates."))
PAPER_ISSUED_LATER = explain("PAPER_ISSUED_LATER", _("The paper is dated in the future. Check the date of issue."))

LICENCE_EXCEEDED = explain(
    "LICENCE_EXCEEDED",
    _("%(paper)s %(number)s: granted for %(granted)s, used elsewhere %(used)s, left %(left)s, here %(wanted)s."),
)


class Place(TextChoices):
    """Where a missing paper is told."""

    VEHICLE = "VEHICLE", _("one per vehicle")
    DECLARATION = "DECLARATION", _("one per declaration")
    READINESS = "READINESS", _("before the vehicle drives to the port")
    TASK = "TASK", _("after exit")


class Need(TextChoices):
    """When a paper is needed."""

    ALWAYS = "ALWAYS", _("always")
    NEVER = "NEVER", _("never")
    SELF_DRIVE = "SELF_DRIVE", _("under its own power")
    LICENSED = "LICENSED", _("if the goods need an export licence")
    RECENT = "RECENT", _("if registered at most 180 days before application")
    AFTER_EXIT = "AFTER_EXIT", _("after exit")
    ON_REQUEST = "ON_REQUEST", _("if the buyer asks for it")


class Covers(TextChoices):
    """The day on which a paper has to be valid."""

    ACCEPTANCE = "ACCEPTANCE", _("the day of acceptance")
    CROSSING = "CROSSING", _("the day of crossing")


class CheckReason(StrEnum):
    """Why clearance opens a document check on a vehicle."""

    USED_VEHICLE = "USED_VEHICLE"
    EXPORT_LICENCE = "EXPORT_LICENCE"


@dataclass(frozen=True, slots=True)
class Names:
    """A name in several languages; as text it is the one of the language that is active now, else English."""

    by_language: Mapping[str, str]

    def __str__(self) -> str:
        language = (get_language() or "en")[:2]
        return self.by_language.get(language) or self.by_language.get("en", "")


@dataclass(frozen=True, slots=True)
class PaperType:
    """One row of the list of papers: for whom it is needed, from when, and which day it must cover."""

    code: str
    place: Place = Place.VEHICLE
    new_export: Need = Need.NEVER
    used_export: Need = Need.NEVER
    for_import: Need = Need.NEVER
    covers: Covers | None = None
    from_on: date | None = None
    names: Names = field(default_factory=lambda: Names({}))

    @property
    def label(self) -> "Names | str":
        """What to call it on screen: its name, or its code where no name is stored."""
        return self.names if self.names.by_language else self.code


class PaperReference(Protocol):
    """What these rules ask of the reference data."""

    @property
    def paper_types(self) -> Mapping[str, PaperType]:
        """Paper code to its row."""

    @property
    def licence_codes(self) -> Mapping[str, date]:
        """National HS code to the day from which it needs an export licence."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A declared paper with values that were read already; None where nothing usable stands."""

    code: str
    number: str = ""
    issued_on: date | None = None
    valid_until: date | None = None
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Licence:
    """A counted paper of an exporter: granted for so many vehicles, of which so many are used up elsewhere."""

    number: str
    granted: int
    used: int = 0

    @property
    def left(self) -> int:
        """How many vehicles may still name it; never below zero."""
        return max(self.granted - self.used, 0)


LicenceBook = Mapping[tuple[str, str], Licence]
"""Licences by the paper's code and the key of their number."""


def number_key(number: str) -> str:
    """What makes two spellings of a number the same one. The database says it again (Paper's index)."""
    return number.replace(" ", "").upper()


def licence_problems(
    declared: Iterable[tuple[str, Paper]], book: LicenceBook, kinds: Mapping[str, PaperType]
) -> list[Problem]:
    """One warning for each licence that is named for more vehicles than are left, where it first is too much.

    declared: the papers of all vehicles with their pointers, in order.
    """
    wanted: dict[tuple[str, str], int] = {}
    first: dict[tuple[str, str], str] = {}
    for pointer, paper in declared:
        key = (paper.code, number_key(paper.number))
        if key in book:
            wanted[key] = wanted.get(key, 0) + paper.quantity
            if wanted[key] > book[key].left:
                first.setdefault(key, pointer)
    result = []
    for key, pointer in first.items():
        licence, kind = book[key], kinds.get(key[0])
        values = {"paper": kind.label if kind else key[0], "number": licence.number, "granted": licence.granted}
        values |= {"used": licence.used, "left": licence.left, "wanted": wanted[key]}
        result.append(Problem(LICENCE_EXCEEDED, f"{pointer}/quantity", Level.WARNING, values))
    return result


def is_licensed(vehicle: Mapping[str, Any], reference: PaperReference, on: date) -> bool:
    """Whether the HS code is one of those that need an export licence on that day."""
    text = unicodedata.normalize("NFKC", str(vehicle.get("hs_code") or ""))
    code = "".join(each for each in text if each in "0123456789")
    licensed_from = reference.licence_codes.get(code)
    return licensed_from is not None and licensed_from <= on


def needs_document_check(vehicle: Mapping[str, Any], reference: PaperReference, today: date) -> CheckReason | None:
    """Whether clearance always opens a document check: a used vehicle, or one whose HS code needs an export licence.

    No missing paper of another kind does.
    """
    if vehicle.get("condition") == Condition.USED:
        return CheckReason.USED_VEHICLE
    return CheckReason.EXPORT_LICENCE if is_licensed(vehicle, reference, today) else None


def needed(
    vehicle: Mapping[str, Any],
    *,
    direction: str | None,
    mode: str | None,
    first_registered_on: date | None,
    reference: PaperReference,
    on: date,
) -> list[PaperType]:
    """The papers that a vehicle needs, in the order of the list; no tasks after exit, no papers on request."""
    return [
        paper
        for paper in reference.paper_types.values()
        if (paper.from_on is None or paper.from_on <= on)
        and _is_needed(_need(paper, vehicle, direction), vehicle, mode, first_registered_on, reference, on)
    ]


def missing(wanted: Iterable[PaperType], papers: Iterable[Paper], place: Place) -> list[PaperType]:
    """Those of the needed papers told at a place that nobody declared."""
    declared = {paper.code for paper in papers}
    return [each for each in wanted if each.place is place and each.code not in declared]


def problems(paper: Paper, kind: PaperType | None, *, accepted_on: date, crossing_on: date | None) -> list[Problem]:
    """What is wrong with one declared paper; pointers "/number", "/issued_on", "/valid_until", "/code".

    accepted_on: the expected day of acceptance; crossing_on: the planned day of arrival. An expired paper is an error;
    one that only runs out before the arrival is an error if it must cover the crossing (temporary plate, insurance, the
    driver's papers), else a warning.
    """
    if kind is None:
        return [Problem(PAPER_CODE, "/code", values={"code": paper.code})]
    result = []
    if not paper.number.strip():
        result.append(Problem(PAPER_NUMBER, "/number", Level.WARNING, {"paper": kind.label}))
    if paper.issued_on is not None and paper.issued_on > accepted_on:
        result.append(Problem(PAPER_ISSUED_LATER, "/issued_on", Level.WARNING))
    if paper.valid_until is None:
        return result
    if paper.issued_on is not None and paper.valid_until < paper.issued_on:
        result.append(Problem(PAPER_DATES, "/valid_until"))
    arrival_on = max(accepted_on, crossing_on or accepted_on)
    needed_on = arrival_on if kind.covers is Covers.CROSSING else accepted_on
    values = {"paper": kind.label, "until": paper.valid_until.isoformat(), "needed": needed_on.isoformat()}
    if paper.valid_until < needed_on:
        result.append(Problem(PAPER_EXPIRED, "/valid_until", values=values))
    elif paper.valid_until < arrival_on:
        result.append(Problem(PAPER_RUNS_OUT, "/valid_until", Level.WARNING, values))
    return result


def _need(paper: PaperType, vehicle: Mapping[str, Any], direction: str | None) -> Need:
    if direction == Direction.IMPORT:
        return paper.for_import
    return paper.used_export if vehicle.get("condition") == Condition.USED else paper.new_export


def _is_needed(
    need: Need,
    vehicle: Mapping[str, Any],
    mode: str | None,
    first_registered_on: date | None,
    reference: PaperReference,
    on: date,
) -> bool:
    match need:
        case Need.ALWAYS:
            return True
        case Need.SELF_DRIVE:
            return mode == Mode.SELF_DRIVE
        case Need.LICENSED:
            return is_licensed(vehicle, reference, on) or _is_electric_car(vehicle, on)
        case Need.RECENT:
            return first_registered_on is not None and on - first_registered_on <= timedelta(
                days=RECENT_REGISTRATION_DAYS
            )
        case _:
            return False


def _is_electric_car(vehicle: Mapping[str, Any], on: date) -> bool:
    battery = vehicle.get("powertrain") == Powertrain.BEV and vehicle.get("category") == Category.M1
    return battery and on >= ELECTRIC_CAR_LICENCE_FROM_ON
