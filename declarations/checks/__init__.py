"""Everything that is wrong with a declaration body, for form, API and spreadsheet alike.

A body is the JSON of the contract, section 2, as plain values. Whatever stands in it, the answer is a list of problems,
never an exception.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from declarations import plates
from declarations import vin as vins
from declarations.checks.fields import LIMITS, read_date, read_decimal, read_moment
from declarations.checks.header import CHINA_TIME, arrival_on, check_header, context_of
from declarations.checks.reference import PortRow, ReferenceData
from declarations.checks.vehicle import licence_problems, shared_paper_problems, vehicle_problems
from declarations.papers import LicenceBook
from declarations.persons import Stay
from declarations.problems import Level, Problem, explain

__all__ = [
    "CHINA_TIME",
    "LIMITS",
    "MOST_VEHICLES",
    "PortRow",
    "ReferenceData",
    "arrival_on",
    "check",
    "check_header",
    "check_vehicle",
    "plate_of",
    "read_date",
    "read_decimal",
    "read_moment",
]

MOST_VEHICLES = 1000
"""Declarations of the trade have up to 500; more than twice that is a mistake or an attack."""

NO_VEHICLES = explain("NO_VEHICLES", _("Add at least one vehicle."))
TOO_MANY_VEHICLES = explain("TOO_MANY_VEHICLES", _("A declaration holds at most %(most)s vehicles. Split it."))
VEHICLE_FORM = explain("VEHICLE_FORM", _("A vehicle is a set of fields. Enter it again."))
VIN_DUPLICATE = explain("VIN_DUPLICATE", _("Vehicle %(row)s of this declaration has the same VIN. Remove one of them."))
PLATE_DUPLICATE = explain(
    "PLATE_DUPLICATE", _("Vehicle %(row)s of this declaration has the same plate. Compare both with the vehicles.")
)

_NOTHING: Mapping[str, Any] = {}
_NO_LICENCES: LicenceBook = {}


def check(
    body: Mapping[str, Any],
    *,
    reference: ReferenceData,
    today: date,
    accepted: frozenset[tuple[str, str]] = frozenset(),
    stays: Mapping[str, Sequence[Stay]] = _NOTHING,
    filed: frozenset[str] = frozenset(),
    licences: LicenceBook = _NO_LICENCES,
) -> list[Problem]:
    """All problems of a declaration, header first, then vehicle by vehicle; pointers lead into the body.

    today: the day in China. accepted: pairs of VIN and code that an officer has overridden; they come back as warnings.
    stays: what is known of drivers' days in Kazakhstan, by passport number. filed: codes of the papers of which the
    declaration has a file. licences: the exporter's counted papers.
    """
    result = check_header(body, reference, today)
    vehicles = body.get("vehicles")
    if not isinstance(vehicles, list | tuple) or not vehicles:
        return [*result, Problem(NO_VEHICLES, "/vehicles")]
    if len(vehicles) > MOST_VEHICLES:
        return [*result, Problem(TOO_MANY_VEHICLES, "/vehicles", values={"most": MOST_VEHICLES})]
    context = context_of(body, reference, today)
    first_rows: dict[str, int] = {}
    first_plates: dict[str, int] = {}
    for index, vehicle in enumerate(vehicles):
        pointer = f"/vehicles/{index}"
        if not isinstance(vehicle, Mapping):
            result.append(Problem(VEHICLE_FORM, pointer))
            continue
        vin = _vin_of(vehicle)
        if vin and first_rows.setdefault(vin, index) != index:
            result.append(Problem(VIN_DUPLICATE, f"{pointer}/vin", values={"row": first_rows[vin] + 1}))
        elif vin and (plate := plate_of(vehicle)) and first_plates.setdefault(plate, index) != index:
            values = {"row": first_plates[plate] + 1}
            result.append(Problem(PLATE_DUPLICATE, f"{pointer}/plate", Level.WARNING, values))
        found = vehicle_problems(vehicle, context, reference, stays)
        result += [problem.under(pointer) for problem in _with_overrides(found, vin, accepted)]
    result += shared_paper_problems(vehicles, context, reference, filed)
    return result + licence_problems(vehicles, licences, reference)


def check_vehicle(
    vehicle: Mapping[str, Any],
    *,
    reference: ReferenceData,
    today: date,
    body: Mapping[str, Any] = _NOTHING,
    accepted: frozenset[tuple[str, str]] = frozenset(),
    stays: Mapping[str, Sequence[Stay]] = _NOTHING,
) -> list[Problem]:
    """All problems of one vehicle alone, pointers beginning at it ("/vin").

    For a page that checks a field as it is left.
    body: the declaration's header, as far as it is known (currency, arrival, mode).
    """
    found = vehicle_problems(vehicle, context_of(body, reference, today), reference, stays)
    return list(_with_overrides(found, _vin_of(vehicle), accepted))


def plate_of(vehicle: Mapping[str, Any]) -> str:
    """The plate as plates are compared, "" without one that can be read."""
    value = vehicle.get("plate")
    return plates.normalise(value) if isinstance(value, str) else ""


def _vin_of(vehicle: Mapping[str, Any]) -> str:
    value = vehicle.get("vin")
    return vins.normalise(value) if isinstance(value, str) else ""


def _with_overrides(found: Iterable[Problem], vin: str, accepted: frozenset[tuple[str, str]]) -> Iterable[Problem]:
    for problem in found:
        is_accepted = problem.overridable and (vin, problem.code) in accepted
        yield replace(problem, level=Level.WARNING) if is_accepted else problem
