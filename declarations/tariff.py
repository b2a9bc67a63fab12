"""The tariff: which subheading a vehicle probably belongs to, and whether the declared code fits.

Sources: Harmonized System 2022 (63 subheadings, seeds/data/hs6.csv), UNECE R.E.3 (categories), the domain page,
section 5. Displacement counts in cc, bounds inclusive above; seats with the driver; gross mass in kg. Pure: rows are
handed in.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declarations.problems import Level, Problem, explain
from declarations.words import Category, Powertrain

NATIONAL_DIGITS = 10
HS6_DIGITS = 6

HS_CODE_FORM = explain("HS_CODE_FORM", _("The national HS code has 10 digits. Enter all of them."))
HS_CODE_UNKNOWN = explain(
    "HS_CODE_UNKNOWN", _("No vehicle subheading begins with %(hs6)s. Choose one of the proposed codes.")
)
HS_CODE_DIFFERS = explain(
    "HS_CODE_DIFFERS", _("The vehicle's data point to %(proposed)s, the code begins with %(hs6)s. Check code and data.")
)
HS_CODE_CONTESTED = explain(
    "HS_CODE_CONTESTED",
    _("Range-extenders are classed as %(proposed)s by different readers. Check which one contract and licence use."),
)


class Why(TextChoices):
    """Why a subheading is proposed."""

    FITS = "FITS", _("fits category, drive, displacement, seats and mass")
    SEMI_TRAILER_TRACTOR = "SEMI_TRAILER_TRACTOR", _("if it pulls a semi-trailer")
    CONTESTED = "CONTESTED", _("contested for range-extenders")
    FUEL_CELL = "FUEL_CELL", _("fuel cells are read as electric drive")
    KIND_UNKNOWN = "KIND_UNKNOWN", _("depends on what it is built for")


@dataclass(frozen=True, slots=True)
class TariffRow:
    """One subheading with its limits; None means no limit. Lower bounds are exclusive, seats_min is inclusive."""

    hs6: str
    category: str
    powertrain: str
    displacement_min_cc: int | None = None
    displacement_max_cc: int | None = None
    mass_min_kg: int | None = None
    mass_max_kg: int | None = None
    seats_min: int | None = None
    seats_max: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A subheading that may be right, and why."""

    hs6: str
    why: Why


_MOST_SEATS_OF_A_CAR = 9


def national_code(text: str) -> str:
    """The national code as it is stored: digits alone, without dots and blanks."""
    return re.sub(r"[\s.\-]", "", unicodedata.normalize("NFKC", text))


def propose(
    category: str | None,
    powertrain: str | None,
    fuel: str | None,
    displacement_cc: int | None,
    seats: int | None,
    gross_mass_kg: int | None,
    rows: Iterable[TariffRow],
) -> list[Proposal]:
    """The subheadings that fit what is known, best first. What is not known yet excludes nothing.

    A range-extender car gets both 8703.80 and 8703.60 (8703.70 with a diesel engine); a truck above 3.5 t also the
    road tractors of 8701; tractors, trailers and special vehicles every row of their heading.
    """
    known = list(rows)
    result: list[Proposal] = []
    for kind, why_kind in _kinds(category, seats):
        for drive, why_drive in _drives(kind, powertrain, fuel):
            why = why_drive or why_kind or Why.FITS
            fitting = (row for row in known if row.category == kind and row.powertrain == drive)
            result += [Proposal(row.hs6, why) for row in fitting if _fits(row, displacement_cc, seats, gross_mass_kg)]
    return result


def problems(text: str | None, proposals: Collection[Proposal], known_hs6: Collection[str]) -> list[Problem]:
    """What is wrong with a national code, at pointer "": form and subheading are errors, another proposal a warning."""
    code = national_code(text or "")
    if not re.fullmatch(rf"[0-9]{{{NATIONAL_DIGITS}}}", code):
        return [Problem(HS_CODE_FORM)]
    hs6 = code[:HS6_DIGITS]
    if hs6 not in known_hs6:
        return [Problem(HS_CODE_UNKNOWN, values={"hs6": hs6})]
    result = []
    proposed = list(dict.fromkeys(proposal.hs6 for proposal in proposals))
    values = {"hs6": hs6, "proposed": ", ".join(proposed)}
    if proposed and hs6 not in proposed:
        result.append(Problem(HS_CODE_DIFFERS, level=Level.WARNING, values=values))
    if any(proposal.why is Why.CONTESTED for proposal in proposals):
        result.append(Problem(HS_CODE_CONTESTED, level=Level.WARNING, values=values))
    return result


def _kinds(category: str | None, seats: int | None) -> list[tuple[str, Why | None]]:
    """The kinds of row a category leads to (R.E.3); for passengers the seats decide, as the tariff counts them."""
    match category:
        case Category.M1 | Category.M2 | Category.M3:
            is_car = category == Category.M1 if seats is None else seats <= _MOST_SEATS_OF_A_CAR
            return [("passenger_car", None)] if is_car else [("bus", None)]
        case Category.N1:
            return [("truck", None)]
        case Category.N2 | Category.N3:
            return [("truck", None), ("road_tractor", Why.SEMI_TRAILER_TRACTOR)]
        case Category.O:
            return [("trailer", Why.KIND_UNKNOWN)]
        case Category.T:
            return [("agri_tractor", Why.KIND_UNKNOWN), ("tracked_tractor", Why.KIND_UNKNOWN)]
        case Category.SPECIAL:
            return [("special", Why.KIND_UNKNOWN)]
        case _:
            return []


def _drives(kind: str, powertrain: str | None, fuel: str | None) -> list[tuple[str, Why | None]]:
    """The row's word for a drive. Gas engines ignite by a spark; hybrids go by their engine's fuel."""
    if kind == "trailer":
        return [("none", None)]
    if kind in {"agri_tractor", "tracked_tractor", "special"}:
        return [("any", None)]
    car = kind == "passenger_car"
    engine = "diesel" if fuel == Powertrain.DIESEL else "petrol"
    match powertrain:
        case Powertrain.PETROL | Powertrain.GAS:
            return [("petrol_or_other" if kind in {"bus", "road_tractor"} else "petrol", None)]
        case Powertrain.DIESEL:
            return [("diesel", None)]
        case Powertrain.HEV:
            return [(f"hev_{engine}" if car else f"hybrid_{engine}", None)]
        case Powertrain.PHEV:
            return [(f"phev_{engine}" if car else f"hybrid_{engine}", None)]
        case Powertrain.EREV:
            return [("bev", Why.CONTESTED), (f"phev_{engine}" if car else f"hybrid_{engine}", Why.CONTESTED)]
        case Powertrain.BEV:
            return [("bev", None)]
        case Powertrain.FCEV:
            return [("bev", Why.FUEL_CELL)]
        case _:
            return []


def _fits(row: TariffRow, displacement_cc: int | None, seats: int | None, gross_mass_kg: int | None) -> bool:
    if seats is not None:
        if row.seats_min is not None and seats < row.seats_min:
            return False
        if row.seats_max is not None and seats > row.seats_max:
            return False
    return _between(displacement_cc, row.displacement_min_cc, row.displacement_max_cc) and _between(
        gross_mass_kg, row.mass_min_kg, row.mass_max_kg
    )


def _between(value: int | None, above: int | None, at_most: int | None) -> bool:
    """Whether a value lies above one bound and not above the other. Nothing known, nothing excluded."""
    if value is None:
        return True
    return (above is None or value > above) and (at_most is None or value <= at_most)
