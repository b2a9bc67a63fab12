"""What is wrong with the driver of one vehicle. No driver at all is a readiness reason, never a problem."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from declarations import identifiers, persons
from declarations.checks.fields import GROUP_FORM, Fields, is_blank
from declarations.checks.header import COUNTRY_UNKNOWN, Context
from declarations.checks.reference import ReferenceData
from declarations.problems import Level, Problem, explain

PHONE = explain(
    "PHONE", _("A phone number has 5 to 20 digits, with + and the country first if it is foreign. Check it.")
)

_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{4,24}")


def driver_problems(
    vehicle: Mapping[str, Any],
    context: Context,
    reference: ReferenceData,
    stays: Mapping[str, Sequence[persons.Stay]],
) -> list[Problem]:
    """All problems of the driver, under /driver: numbers, licence class, days used up."""
    driver = vehicle.get("driver")
    if is_blank(driver):
        return []
    if not isinstance(driver, Mapping):
        return [Problem(GROUP_FORM, "/driver")]
    if all(is_blank(value) for value in driver.values()):
        return []
    fields = Fields(driver, "/driver", "driver.")
    fields.text("name", Level.WARNING)
    nationality = fields.choice("nationality", reference.countries, Level.WARNING, code=COUNTRY_UNKNOWN)
    passport = _check_passport(fields, nationality, context)
    phone = fields.text("phone", None)
    if phone and not _PHONE.fullmatch(phone):
        fields.add(PHONE, "phone", Level.WARNING)
    fields.text("card", None)
    _check_identity_numbers(fields, context)
    _check_licence(fields, vehicle, nationality, reference)
    if context.destination == "KZ" and passport:
        on = max(context.today, context.arrival_on or context.today)
        found = persons.stay_problems(stays.get(persons.normalise(passport), ()), on)
        fields.problems += [problem.under("/driver") for problem in found]
    return fields.problems


def _check_passport(fields: Fields, nationality: str | None, context: Context) -> str:
    passport = fields.text("passport_number", Level.WARNING)
    if passport:
        found = persons.passport_problems(passport, nationality)
        fields.problems += [problem.under("/driver/passport_number") for problem in found]
    lines = fields.text("mrz", None)
    if lines:
        found = persons.mrz_problems(lines, passport)
        fields.problems += [problem.under("/driver/mrz") for problem in found]
    expires_on = fields.day("passport_expires_on", None)
    if expires_on is not None and expires_on < max(context.today, context.arrival_on or context.today):
        fields.add(persons.PASSPORT_EXPIRED, "passport_expires_on", expires=expires_on.isoformat())
    return passport


def _check_identity_numbers(fields: Fields, context: Context) -> None:
    resident_id = fields.text("resident_id", None)
    if resident_id:
        found = identifiers.resident_id_problems(resident_id, context.today)
        fields.problems += [problem.under("/driver/resident_id") for problem in found]
    iin = fields.text("iin", None)
    if iin:
        fields.problems += [problem.under("/driver/iin") for problem in persons.iin_problems(iin)]


def _check_licence(
    fields: Fields, vehicle: Mapping[str, Any], nationality: str | None, reference: ReferenceData
) -> None:
    """The class by the country that issued the licence; nothing said means the driver's own country, else China."""
    held = fields.text("licence_class", None)
    country = fields.choice("licence_country", reference.countries, None, code=COUNTRY_UNKNOWN)
    if not held:
        return
    seats, mass = (
        value if isinstance(value, int) else None for value in (vehicle.get("seats"), vehicle.get("gross_mass_kg"))
    )
    found = persons.licence_problems(
        held,
        str(vehicle.get("category")),
        chinese=(country or nationality or "CN") == "CN",
        seats=seats,
        gross_mass_kg=mass,
    )
    fields.problems += [problem.under("/driver/licence_class") for problem in found]
