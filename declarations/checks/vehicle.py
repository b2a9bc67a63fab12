"""What is wrong with one vehicle of a declaration, its papers and its driver.

Sources: the domain page, section 5; UNECE R.E.3 (categories). Pointers begin at the vehicle.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from declarations import papers, persons, plates, tariff
from declarations import vin as vins
from declarations.checks.driver import driver_problems
from declarations.checks.fields import GROUP_FORM, Fields, character_problems, is_blank, read_date
from declarations.checks.header import Context
from declarations.checks.reference import ReferenceData
from declarations.problems import Level, Problem, explain
from declarations.words import Category, Condition, Powertrain

OLDEST_MODEL_YEAR = 1950
MOST_CC = 30_000
MOST_SEATS = 300
MOST_MASS_KG = 200_000
MOST_ODOMETER_KM = 3_000_000
LEAST_PLAUSIBLE_CC = 100
MOST_PAPERS = 50

VALUE_POSITIVE = explain("VALUE_POSITIVE", _("The value must be above zero. Enter the price of this vehicle."))
VALUE_DECIMALS = explain(
    "VALUE_DECIMALS", _("Amounts in %(currency)s have %(decimals)s decimals. Round the value to that.")
)
DISPLACEMENT_UNIT = explain(
    "DISPLACEMENT_UNIT", _("Displacement counts in cc: a 2.0 litre engine has about 2000. Check it.")
)
DISPLACEMENT_ELECTRIC = explain(
    "DISPLACEMENT_ELECTRIC", _("A vehicle without an engine has no displacement. Check drive and displacement.")
)
CATEGORY_SEATS = explain(
    "CATEGORY_SEATS", _("Category %(category)s does not go with %(seats)s seats, the driver's counted. Check both.")
)
CATEGORY_MASS = explain(
    "CATEGORY_MASS", _("Category %(category)s does not go with a gross mass of %(mass)s kg. Check both.")
)
MASS_ORDER = explain("MASS_ORDER", _("The empty vehicle is heavier than the loaded one. Check both masses."))
REGISTERED_LATER = explain("REGISTERED_LATER", _("The first registration lies in the future. Check the date."))
REGISTERED_NEW = explain("REGISTERED_NEW", _("A new vehicle was never registered. Check condition and date."))
PAPERS_FORM = explain("PAPERS_FORM", _("A list of at most %(most)s papers belongs here. Enter them again."))

_ENGINES = frozenset(Powertrain.values) - {Powertrain.BEV, Powertrain.FCEV}
_BY_DISPLACEMENT = frozenset({Powertrain.PETROL, Powertrain.DIESEL, Powertrain.GAS})
_MASS_KG: Mapping[str, tuple[int, int]] = {
    Category.M2: (0, 5000),
    Category.M3: (5000, MOST_MASS_KG),
    Category.N1: (0, 3500),
    Category.N2: (3500, 12_000),
    Category.N3: (12_000, MOST_MASS_KG),
}
"""Gross mass per category (R.E.3), lower bound exclusive."""


def vehicle_problems(
    vehicle: Mapping[str, Any],
    context: Context,
    reference: ReferenceData,
    stays: Mapping[str, Sequence[persons.Stay]],
) -> list[Problem]:
    """All problems of one vehicle, without duplicates in its declaration and without overrides."""
    fields = Fields(vehicle)
    condition = fields.choice("condition", Condition.values)
    _check_identity(fields, context, reference)
    _check_build(fields, reference)
    _check_value(fields, context)
    registered_on = _check_past(fields, condition, context.today)
    _check_plate(fields, condition, context, reference)
    _check_papers(fields, registered_on, context, reference)
    fields.problems += driver_problems(vehicle, context, reference, stays)
    return fields.problems + character_problems(vehicle, skip={"vin"})


def shared_paper_problems(
    vehicles: Sequence[Any], context: Context, reference: ReferenceData, filed: frozenset[str] = frozenset()
) -> list[Problem]:
    """One warning for the papers that a declaration has once (invoice, packing list) and no vehicle names.

    filed: codes of those of which a file was uploaded.
    """
    declared: list[papers.Paper] = []
    wanted: dict[str, papers.PaperType] = {}
    for vehicle in vehicles:
        if isinstance(vehicle, Mapping):
            declared += [paper for _index, paper in _declared_papers(vehicle)]
            wanted |= {each.code: each for each in _needed(vehicle, None, context, reference)}
    if context.has_contract:
        wanted.pop("commercial_contract", None)
    unfiled = [each for each in wanted.values() if each.code not in filed]
    lacking = papers.missing(unfiled, declared, papers.Place.DECLARATION)
    if not lacking:
        return []
    names = _Listed(tuple(each.label for each in lacking))
    return [Problem(papers.PAPERS_MISSING, "/vehicles", Level.WARNING, {"papers": names})]


def licence_problems(vehicles: Sequence[Any], book: papers.LicenceBook, reference: ReferenceData) -> list[Problem]:
    """Warnings for licences that the vehicles together use beyond what is left."""
    declared = [
        (f"/vehicles/{row}/papers/{index}", paper)
        for row, vehicle in enumerate(vehicles)
        if isinstance(vehicle, Mapping)
        for index, paper in _declared_papers(vehicle)
    ]
    return papers.licence_problems(declared, book, reference.paper_types)


class _Listed(tuple[object, ...]):
    """Names in one line, in the language that is active when the sentence is read."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(str(each) for each in self)


def _check_identity(fields: Fields, context: Context, reference: ReferenceData) -> None:
    """VIN first: its own sentences; then what it says of make and model year."""
    value = fields.body.get("vin")
    vin = value if isinstance(value, str) else ""
    fields.problems += [problem.under("/vin") for problem in vins.problems(vin)]
    make = fields.text("make")
    fields.text("model")
    fields.text("colour", Level.WARNING)
    model_year = fields.number("model_year", OLDEST_MODEL_YEAR, context.today.year + 2)
    if model_year is not None:
        fields.problems += vins.model_year_problems(vin, model_year)
    fields.problems += vins.maker_problems(vin, make, reference.makers)


def _check_build(fields: Fields, reference: ReferenceData) -> None:
    """Category, drive, displacement, seats, masses, and the HS code that follows from them."""
    category = fields.choice("category", Category.values)
    trailer = category == Category.O
    powertrain = fields.choice("powertrain", Powertrain.values, None if trailer else Level.ERROR)
    fuel = fields.choice("fuel", Powertrain.values, None)
    displacement = _check_displacement(fields, category, powertrain)
    passengers = category in {Category.M1, Category.M2, Category.M3}
    seats_missing = Level.ERROR if passengers else None if trailer else Level.WARNING
    seats = fields.number("seats", 0 if trailer else 1, MOST_SEATS, seats_missing)
    if category is not None and seats is not None and passengers and (seats > 9) is (category == Category.M1):
        fields.add(CATEGORY_SEATS, "seats", Level.WARNING, category=category, seats=seats)
    gross = fields.number("gross_mass_kg", 1, MOST_MASS_KG)
    curb = fields.number("curb_mass_kg", 1, MOST_MASS_KG, Level.WARNING)
    if gross is not None and curb is not None and curb > gross:
        fields.add(MASS_ORDER, "curb_mass_kg", Level.WARNING)
    above, at_most = _MASS_KG.get(category or "", (0, MOST_MASS_KG))
    if gross is not None and not above < gross <= at_most:
        fields.add(CATEGORY_MASS, "gross_mass_kg", Level.WARNING, category=category, mass=gross)
    code = fields.text("hs_code")
    if code:
        proposals = tariff.propose(category, powertrain, fuel, displacement, seats, gross, reference.tariff_rows)
        found = tariff.problems(code, proposals, reference.hs6)
        fields.problems += [problem.under("/hs_code") for problem in found]


def _check_displacement(fields: Fields, category: str | None, powertrain: str | None) -> int | None:
    """In cc. The tariff of passenger cars hangs on it; where there is an engine it is wanted."""
    by_displacement = category == Category.M1 and powertrain in _BY_DISPLACEMENT
    missing = Level.ERROR if by_displacement else Level.WARNING if powertrain in _ENGINES else None
    displacement = fields.number("displacement_cc", 0 if missing is None else 1, MOST_CC, missing)
    if displacement is None:
        return None
    if powertrain is not None and powertrain not in _ENGINES:
        if displacement > 0:
            fields.add(DISPLACEMENT_ELECTRIC, "displacement_cc", Level.WARNING)
        return None
    if 0 < displacement < LEAST_PLAUSIBLE_CC:
        fields.add(DISPLACEMENT_UNIT, "displacement_cc", Level.WARNING)
    return displacement


def _check_value(fields: Fields, context: Context) -> None:
    """Above zero, with no more decimals than the currency has (ISO 4217: none for JPY and KRW)."""
    value = fields.amount("value")
    if value is None:
        return
    if value <= 0:
        fields.add(VALUE_POSITIVE, "value")
    exponent = value.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    if context.decimals is not None and decimals > context.decimals:
        fields.add(VALUE_DECIMALS, "value", currency=context.currency, decimals=context.decimals)


def _check_past(fields: Fields, condition: str | None, today: date) -> date | None:
    """First registration and odometer: wanted for a used vehicle."""
    missing = Level.WARNING if condition == Condition.USED else None
    registered_on = fields.day("first_registered_on", missing)
    fields.number("odometer_km", 0, MOST_ODOMETER_KM, missing)
    if registered_on is not None and registered_on > today:
        fields.add(REGISTERED_LATER, "first_registered_on")
    elif registered_on is not None and condition == Condition.NEW:
        fields.add(REGISTERED_NEW, "first_registered_on", Level.WARNING)
    return registered_on


def _check_plate(fields: Fields, condition: str | None, context: Context, reference: ReferenceData) -> None:
    text = fields.text("plate", None)
    expires_on = fields.day("plate_expires_on", None)
    fields.problems += plates.problems(
        text,
        expires_on=expires_on,
        condition=condition,
        today=context.today,
        crossing_on=context.arrival_on,
        temporary_patterns=reference.temporary_plate_patterns,
        regions=reference.kazakh_regions,
    )


def _check_papers(fields: Fields, registered_on: date | None, context: Context, reference: ReferenceData) -> None:
    rows = fields.body.get("papers")
    if not is_blank(rows) and (not isinstance(rows, list | tuple) or len(rows) > MOST_PAPERS):
        fields.add(PAPERS_FORM, "papers", most=MOST_PAPERS)
    declared = _declared_papers(fields.body)
    read = {index for index, _paper in declared}
    for index, row in enumerate(rows if isinstance(rows, list | tuple) else ()):
        at = f"/papers/{index}"
        if index not in read:
            fields.problems.append(Problem(GROUP_FORM, at))
            continue
        inner = Fields(row, at, "papers.", fields.problems)
        inner.text("code")
        inner.text("number", None)
        inner.day("issued_on", None)
        inner.day("valid_until", None)
        inner.number("quantity", 1, 1_000_000, None)
    for index, paper in declared:
        if paper.code:
            kind = reference.paper_types.get(paper.code)
            found = papers.problems(paper, kind, accepted_on=context.today, crossing_on=context.arrival_on)
            fields.problems += [problem.under(f"/papers/{index}") for problem in found]
    wanted = _needed(fields.body, registered_on, context, reference)
    for each in papers.missing(wanted, (paper for _index, paper in declared), papers.Place.VEHICLE):
        fields.add(papers.PAPER_MISSING, "papers", Level.WARNING, paper=each.label)


def _declared_papers(vehicle: Mapping[str, Any]) -> list[tuple[int, papers.Paper]]:
    """The papers of a vehicle that have the shape of one, with their places in the list."""
    rows = vehicle.get("papers")
    result = []
    for index, row in enumerate(rows if isinstance(rows, list | tuple) else ()):
        if isinstance(row, Mapping):
            code, number = (
                each.strip() if isinstance(each, str) else "" for each in (row.get("code"), row.get("number"))
            )
            issued_on, valid_until = read_date(row.get("issued_on")), read_date(row.get("valid_until"))
            quantity = row.get("quantity")
            uses = quantity if isinstance(quantity, int) and not isinstance(quantity, bool) and quantity > 0 else 1
            paper = papers.Paper(code, number, issued_on, valid_until, uses)
            result.append((index, paper))
    return result


def _needed(
    vehicle: Mapping[str, Any], registered_on: date | None, context: Context, reference: ReferenceData
) -> list[papers.PaperType]:
    return papers.needed(
        vehicle,
        direction=context.direction,
        mode=context.mode,
        first_registered_on=registered_on,
        reference=reference,
        on=context.today,
    )
