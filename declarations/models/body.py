"""Between rows and the declaration body: which columns there are, and what to do with a value that does not fit one.

A draft may hold anything; "31 February" cannot stand in a date column, yet must not be lost. It waits in `entered`.
"""

from collections.abc import Mapping
from datetime import MAXYEAR, MINYEAR
from typing import Any, cast

from django.db import models

from declarations.checks import read_date, read_decimal, read_moment

DECLARATION_FIELDS = (
    "functional_reference",
    "port",
    "direction",
    "mode",
    "destination_country",
    "contract_number",
    "incoterm",
    "incoterm_place",
    "currency",
    "planned_arrival_at",
)
CONSIGNEE_FIELDS = ("name", "country", "address")
VEHICLE_FIELDS = (
    "vin",
    "make",
    "model",
    "model_year",
    "category",
    "condition",
    "powertrain",
    "fuel",
    "displacement_cc",
    "seats",
    "gross_mass_kg",
    "curb_mass_kg",
    "hs_code",
    "value",
    "colour",
    "first_registered_on",
    "odometer_km",
    "plate",
    "plate_expires_on",
)
PAPER_FIELDS = ("code", "number", "issued_on", "valid_until", "quantity")
DRIVER_FIELDS = ("name", "passport_number", "nationality", "phone", "card")

POSTGRES_INTEGER_MAX = 2_147_483_647


def fit(field: "models.Field[Any, Any]", value: Any) -> tuple[bool, Any]:
    """Whether a body's value fits the column, and what to store there."""
    empty = None if field.null else ""
    if value is None or value == "":
        return True, empty
    stored = _typed(field, value)
    return (True, stored) if stored is not None else (False, empty)


def _typed(field: "models.Field[Any, Any]", value: Any) -> Any:
    """The value as the column keeps it, None where it would come back as something else than was typed.

    Dates and amounts are read as the checks read them: what they call a problem must not vanish by being stored.
    """
    if isinstance(field, models.DateTimeField):
        moment = read_moment(value)
        # At the ends of the calendar the same moment in UTC has a year that Python or PostgreSQL does not know.
        return moment if moment and moment.tzinfo and MINYEAR < moment.year < MAXYEAR else None
    if isinstance(field, models.DateField):
        return read_date(value)
    if isinstance(field, models.DecimalField):
        number = read_decimal(value)
        if number is None or abs(number) >= 10 ** (field.max_digits - field.decimal_places):
            return None
        exponent = number.as_tuple().exponent
        return number if isinstance(exponent, int) and -exponent <= field.decimal_places else None
    if isinstance(field, models.IntegerField):
        return value if isinstance(value, int) and 0 <= value <= POSTGRES_INTEGER_MAX else None
    return value if isinstance(value, str) and "\0" not in value and len(value) <= (field.max_length or 0) else None


class Typed(models.Model):
    """A row that keeps what did not fit its columns."""

    entered = models.JSONField(default=dict, editable=False)

    class Meta:
        abstract = True


def put(row: Typed, names: Mapping[str, str], values: Mapping[str, Any]) -> None:
    """Write body values into columns (body name → column); what does not fit waits in `entered` under its body name."""
    entered = dict(row.entered)
    for name, column in names.items():
        if name in values:
            fits, stored = fit(cast("models.Field[Any, Any]", row._meta.get_field(column)), values[name])
            setattr(row, column, stored)
            entered.pop(name, None)
            if not fits:
                entered[name] = values[name]
    row.entered = entered


def overlay(body: dict[str, Any], entered: Mapping[str, Any]) -> dict[str, Any]:
    """The body with what waits in `entered` laid over it."""
    for name, value in entered.items():
        if name.startswith("consignee."):
            body["consignee"][name.removeprefix("consignee.")] = value
        else:
            body[name] = value
    return body
