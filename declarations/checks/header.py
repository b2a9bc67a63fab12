"""What is wrong with the header of a declaration, and what its vehicles need to know of it.

Sources: Incoterms 2020, ISO 4217, ISO 3166, UN/LOCODE, GACC announcement 74/2014 (advance declaration); the domain
page, section 5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import Any

from django.utils.translation import gettext_lazy as _

from declarations.checks.fields import GROUP_FORM, REQUIRED, Fields, character_problems, is_blank, read_moment
from declarations.checks.reference import ReferenceData
from declarations.problems import Level, Problem, explain
from declarations.words import Direction, Mode

CHINA_TIME = timezone(timedelta(hours=8))
"""China has one time; its ports in Xinjiang keep it too."""

FAR_ARRIVAL_DAYS = 90

PORT_UNKNOWN = explain("PORT_UNKNOWN", _("“%(value)s” is no port of this system. Choose one from the list."))
PORT_MODE = explain(
    "PORT_MODE", _("This port does not serve vehicles that cross %(mode)s. Choose another port or mode.")
)
COUNTRY_UNKNOWN = explain(
    "COUNTRY_UNKNOWN", _("“%(value)s” is no country code. Enter two letters of ISO 3166, like KZ.")
)
DESTINATION_AT_HOME = explain(
    "DESTINATION_AT_HOME", _("An export goes to another country. Choose the country of destination.")
)
CURRENCY_UNKNOWN = explain("CURRENCY_UNKNOWN", _("“%(value)s” is no currency code. Enter three letters, like CNY."))
INCOTERM_UNKNOWN = explain("INCOTERM_UNKNOWN", _("“%(value)s” is no term of Incoterms 2020. Choose one from the list."))
INCOTERM_SEA_ONLY = explain(
    "INCOTERM_SEA_ONLY",
    _("%(incoterm)s is meant for ships only. Check the contract; by land use FCA, CPT, CIP, DAP, DPU or DDP."),
)
MOMENT_FORM = explain("MOMENT_FORM", _("Date and time with zone belong here, like 2026-11-25T03:00:00+08:00."))
MOMENT_ZONE = explain("MOMENT_ZONE", _("The time has no zone. Add it, like +08:00."))
ARRIVAL_PAST = explain("ARRIVAL_PAST", _("The planned arrival is over. Enter when the vehicles will arrive."))
ARRIVAL_FAR = explain("ARRIVAL_FAR", _("The planned arrival is more than %(days)s days away. Check the date."))


@dataclass(frozen=True, slots=True)
class Context:
    """What the checks of one vehicle need from the header. None where the header says nothing usable."""

    today: date
    direction: str | None = None
    mode: str | None = None
    destination: str | None = None
    currency: str | None = None
    decimals: int | None = None
    arrival_on: date | None = None
    has_contract: bool = False


def context_of(body: Mapping[str, Any], reference: ReferenceData, today: date) -> Context:
    """The usable part of a header."""
    currency = _known(body.get("currency"), reference.currencies)
    return Context(
        today=today,
        direction=_known(body.get("direction"), Direction.values),
        mode=_known(body.get("mode"), Mode.values),
        destination=_known(body.get("destination_country"), reference.countries),
        currency=currency,
        decimals=None if currency is None else reference.currencies[currency],
        arrival_on=arrival_on(body.get("planned_arrival_at")),
        has_contract=not is_blank(body.get("contract_number")),
    )


def arrival_on(value: object) -> date | None:
    """The day in China of a moment with zone, or None."""
    moment = read_moment(value)
    if moment is None or moment.tzinfo is None:
        return None
    try:
        return moment.astimezone(CHINA_TIME).date()
    except OverflowError:
        return None


def check_header(body: Mapping[str, Any], reference: ReferenceData, today: date) -> list[Problem]:
    """All that is wrong with the header; its vehicles are not looked at."""
    fields = Fields(body)
    fields.text("functional_reference", Level.WARNING)
    direction = fields.choice("direction", Direction.values)
    mode = fields.choice("mode", Mode.values)
    port = fields.choice("port", reference.ports, code=PORT_UNKNOWN)
    if port is not None and mode is not None and mode not in reference.ports[port].modes:
        fields.add(PORT_MODE, "port", mode=Mode(mode).label)
    destination = fields.choice("destination_country", reference.countries, code=COUNTRY_UNKNOWN)
    if direction == Direction.EXPORT and port is not None and destination == reference.ports[port].country:
        fields.add(DESTINATION_AT_HOME, "destination_country")
    _check_consignee(fields, reference)
    fields.text("contract_number")
    incoterm = fields.choice("incoterm", reference.incoterms, code=INCOTERM_UNKNOWN)
    if incoterm is not None and reference.incoterms[incoterm]:
        fields.add(INCOTERM_SEA_ONLY, "incoterm", Level.WARNING, incoterm=incoterm)
    fields.text("incoterm_place", Level.WARNING)
    fields.choice("currency", reference.currencies, code=CURRENCY_UNKNOWN)
    _check_arrival(fields, today)
    return fields.problems + character_problems(body, skip={"vehicles"})


def _check_consignee(fields: Fields, reference: ReferenceData) -> None:
    consignee = fields.body.get("consignee")
    if is_blank(consignee):
        fields.add(REQUIRED, "consignee")
    elif not isinstance(consignee, Mapping):
        fields.add(GROUP_FORM, "consignee")
    else:
        inner = Fields(consignee, "/consignee", "consignee.", fields.problems)
        inner.text("name")
        inner.choice("country", reference.countries, code=COUNTRY_UNKNOWN)
        inner.text("address", Level.WARNING)


def _check_arrival(fields: Fields, today: date) -> None:
    """A time with zone. One that is over is a warning only: a late vehicle must still be able to swap its driver."""
    name = "planned_arrival_at"
    if fields.is_missing(name, Level.ERROR):
        return
    moment = read_moment(fields.body[name])
    if moment is None:
        fields.add(MOMENT_FORM, name)
        return
    if moment.tzinfo is None:
        fields.add(MOMENT_ZONE, name)
        return
    day = arrival_on(fields.body[name])
    if day is None:
        fields.add(MOMENT_FORM, name)
    elif day < today:
        fields.add(ARRIVAL_PAST, name, Level.WARNING)
    elif day > today + timedelta(days=FAR_ARRIVAL_DAYS):
        fields.add(ARRIVAL_FAR, name, Level.WARNING, days=FAR_ARRIVAL_DAYS)


def _known(value: object, known: Any) -> str | None:
    return value if isinstance(value, str) and value in known else None
