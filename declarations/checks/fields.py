"""Reading values out of a body that may hold anything: a usable value or None, and a named problem."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from declarations.problems import Level, Problem, explain

LIMITS: Mapping[str, int] = {
    "functional_reference": 40,
    "port": 5,
    "direction": 10,
    "mode": 10,
    "destination_country": 2,
    "consignee.name": 200,
    "consignee.country": 2,
    "consignee.address": 400,
    "contract_number": 60,
    "incoterm": 3,
    "incoterm_place": 100,
    "currency": 3,
    "planned_arrival_at": 40,
    "vin": 40,
    "make": 60,
    "model": 100,
    "category": 10,
    "condition": 10,
    "powertrain": 10,
    "fuel": 10,
    "hs_code": 20,
    "value": 20,
    "colour": 40,
    "first_registered_on": 10,
    "plate": 20,
    "plate_expires_on": 10,
    "papers.code": 40,
    "papers.number": 60,
    "papers.issued_on": 10,
    "papers.valid_until": 10,
    "driver.name": 100,
    "driver.passport_number": 20,
    "driver.nationality": 2,
    "driver.phone": 30,
    "driver.card": 60,
    "driver.mrz": 100,
    "driver.passport_expires_on": 10,
    "driver.resident_id": 20,
    "driver.iin": 20,
    "driver.licence_class": 20,
    "driver.licence_country": 2,
}
"""Longest text per field, in characters. Where a form or column has a limit, it is this one."""

REQUIRED = explain("REQUIRED", _("This is needed. Enter it before you lodge."))
WANTED = explain("WANTED", _("This is usually declared. Enter it if you have it."))
TEXT_FORM = explain("TEXT_FORM", _("Text belongs here. Enter it again."))
TEXT_LENGTH = explain("TEXT_LENGTH", _("At most %(most)s characters fit here. Shorten it by %(over)s."))
TEXT_CHARACTER = explain(
    "TEXT_CHARACTER",
    _("Position %(position)s holds an invisible character (%(character)s). Delete it or type the text again."),
)
GROUP_FORM = explain("GROUP_FORM", _("Several fields belong here. Enter them again."))
CHOICE_UNKNOWN = explain("CHOICE_UNKNOWN", _("“%(value)s” is not on the list. Choose one of its entries."))
NUMBER_FORM = explain("NUMBER_FORM", _("A whole number belongs here. Enter digits only."))
NUMBER_RANGE = explain("NUMBER_RANGE", _("Enter a number from %(low)s to %(high)s."))
DATE_FORM = explain("DATE_FORM", _("A date belongs here: year-month-day, like 2026-11-25."))
DECIMAL_FORM = explain("DECIMAL_FORM", _("An amount belongs here: digits and a point, like 289800.00."))

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,6})?")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_LINE_BREAKS = frozenset("\t\r\n")
_LINES_ALLOWED = frozenset({"/consignee/address", "/driver/mrz"})
_SHOWN = 40


def read_date(value: object) -> date | None:
    """A day written as ISO 8601 (2026-11-25), or None."""
    if not isinstance(value, str) or not _DAY.fullmatch(value.strip()):
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None


def read_moment(value: object) -> datetime | None:
    """A moment written as RFC 3339, or None. Without a zone it comes back naive: that is for the caller to refuse."""
    if not isinstance(value, str) or not value.isascii():
        return None
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        return None


def read_decimal(value: object) -> Decimal | None:
    """An amount written in digits with a point, or None. No exponent, no blanks, no NaN."""
    if not isinstance(value, str) or not value.isascii() or not _DECIMAL.fullmatch(value.strip()):
        return None
    return Decimal(value.strip())


def is_blank(value: object) -> bool:
    """Missing, null or nothing but blanks."""
    return value is None or (isinstance(value, str) and not value.strip())


def shown(value: object) -> str:
    """A value as a sentence may quote it: short, and only what can be seen."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in str(value)[:_SHOWN])


def character_problems(body: Mapping[str, Any], *, skip: Collection[str] = ()) -> list[Problem]:
    """NUL, control, invisible and bidi characters in any text of a body. skip: names at the top left out."""
    result = []
    for pointer, text in _texts(body, skip):
        allowed = _LINE_BREAKS if pointer in _LINES_ALLOWED else frozenset()
        for position, character in enumerate(text, 1):
            if unicodedata.category(character) in _INVISIBLE and character not in allowed:
                values = {"position": position, "character": f"U+{ord(character):04X}"}
                result.append(Problem(TEXT_CHARACTER, pointer, values=values))
                break
    return result


def _texts(body: Mapping[str, Any], skip: Collection[str]) -> Iterator[tuple[str, str]]:
    waiting = [(f"/{_escaped(name)}", value) for name, value in body.items() if name not in skip]
    while waiting:
        pointer, value = waiting.pop(0)
        if isinstance(value, str):
            yield pointer, value
        elif isinstance(value, Mapping):
            waiting += [(f"{pointer}/{_escaped(name)}", each) for name, each in value.items()]
        elif isinstance(value, list | tuple):
            waiting += [(f"{pointer}/{index}", each) for index, each in enumerate(value)]


def _escaped(name: object) -> str:
    """A name inside a JSON pointer (RFC 6901)."""
    return str(name).replace("~", "~0").replace("/", "~1")


@dataclass
class Fields:
    """One object of a body that is being read; what is wrong gathers in `problems`.

    at: pointer of the object; group: its name in LIMITS, with a dot.
    """

    body: Mapping[str, Any]
    at: str = ""
    group: str = ""
    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, name: str, level: Level = Level.ERROR, **values: object) -> None:
        """Note a problem at a field."""
        self.problems.append(Problem(code, f"{self.at}/{name}", level, values))

    def is_missing(self, name: str, missing: Level | None) -> bool:
        """Whether a field is blank; noted as an error, as a warning, or (None) not at all."""
        if not is_blank(self.body.get(name)):
            return False
        if missing is not None:
            self.add(REQUIRED if missing is Level.ERROR else WANTED, name, missing)
        return True

    def text(self, name: str, missing: Level | None = Level.ERROR) -> str:
        """A text without blanks around it; "" where none is usable."""
        if self.is_missing(name, missing):
            return ""
        value = self.body[name]
        if not isinstance(value, str):
            self.add(TEXT_FORM, name)
            return ""
        text = value.strip()
        most = LIMITS[self.group + name]
        if len(text) > most:
            self.add(TEXT_LENGTH, name, most=most, over=len(text) - most)
        return text

    def choice(
        self, name: str, choices: Collection[str], missing: Level | None = Level.ERROR, *, code: str = ""
    ) -> str | None:
        """One of a list of codes, or None."""
        if self.is_missing(name, missing):
            return None
        value = self.body[name]
        if isinstance(value, str) and value in choices:
            return str(value)
        self.add(code or CHOICE_UNKNOWN, name, value=shown(value))
        return None

    def number(self, name: str, low: int, high: int, missing: Level | None = Level.ERROR) -> int | None:
        """A whole number within bounds, both inclusive, or None."""
        if self.is_missing(name, missing):
            return None
        value = self.body[name]
        if not isinstance(value, int) or isinstance(value, bool):
            self.add(NUMBER_FORM, name)
            return None
        if not low <= value <= high:
            self.add(NUMBER_RANGE, name, low=low, high=high)
            return None
        return value

    def day(self, name: str, missing: Level | None = Level.ERROR) -> date | None:
        """A day, or None."""
        if self.is_missing(name, missing):
            return None
        found = read_date(self.body[name])
        if found is None:
            self.add(DATE_FORM, name)
        return found

    def amount(self, name: str, missing: Level | None = Level.ERROR) -> Decimal | None:
        """A decimal amount, or None."""
        if self.is_missing(name, missing):
            return None
        found = read_decimal(self.body[name])
        if found is None:
            self.add(DECIMAL_FORM, name)
        return found
