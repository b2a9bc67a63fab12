"""One cell to one clean value, and what the reader must be told about it.

What cannot be read but loses nothing stays as the text it is: the checks of a declaration say what belongs there. Here
is told only what they cannot see: what the spreadsheet did to the value, and what was made of it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declarations import tariff
from declarations import vin as vins
from declarations.checks.fields import shown
from declarations.problems import Level, Problem, explain
from declarations.spreadsheet.vocabulary import codes, countries, folded
from declarations.spreadsheet.workbook import Value

Cell = tuple[object, Problem | None]
Reader = Callable[[Value, str], Cell]
"""From a cell's value, and the unit that its column's title names, to what stands in the body."""

LONGEST = 500
FAULTS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "####"})

CELL_FORMULA = explain("CELL_FORMULA", _("This is a formula. Write the value itself."))
CELL_FAULT = explain("CELL_FAULT", _("Excel shows the error %(value)s here. Write the value itself."))
CELL_LENGTH = explain("CELL_LENGTH", _("A cell holds at most %(most)s characters, this one %(length)s. Shorten it."))
CELL_CHARACTER = explain(
    "CELL_CHARACTER", _("Position %(position)s holds an invisible character (%(character)s). Type the text again.")
)
CELL_DIGITS_LOST = explain(
    "CELL_DIGITS_LOST",
    _("Excel made the number %(value)s of it, and the last digits are lost. Format the cell as text, type it again."),
)
CELL_BECAME_DATE = explain(
    "CELL_BECAME_DATE", _("Excel made a date of it: %(value)s. Format the cell as text, type it again.")
)
CELL_CONVERTED = explain("CELL_CONVERTED", _("“%(value)s” was read as %(read)s. Check it."))
CELL_CURRENCY = explain(
    "CELL_CURRENCY", _("“%(value)s” names a currency. Amounts are in the currency of the declaration: compare.")
)
CELL_DATE_AMBIGUOUS = explain(
    "CELL_DATE_AMBIGUOUS", _("“%(value)s” can be %(first)s or %(second)s. Write year-month-day.")
)


def _units(**words: str) -> Mapping[str, int]:
    """Units by their factor: x1="kg 公斤" means that 1 kg counts 1."""
    return {word: int(factor[1:]) for factor, names in words.items() for word in names.split()}


KILOGRAMS = _units(x1="kg kgs кг 公斤 千克 килограмм килограммов", x1000="t т 吨 тонн тонна тонны ton tons")
KILOMETRES = _units(x1="km kms км 公里 千米 шақырым", x1000="тыскм мыңкм 千公里", x10000="万公里")
CUBIC_CENTIMETRES = _units(x1="cc cm3 ccm см3 кубсм ml мл 毫升 立方厘米", x1000="l л 升 t litre литр литра")
SEATS = _units(x1="座 人 位 мест места место чел орын seats seat")
YEARS = _units(x1="年 年款 款 г год года жыл ж")
PIECES = _units(x1="辆 台 шт штук pcs pc units дана")
MONEY = _units(x1="元 圆 人民币 rmb cny usd eur kzt rub тг тенге руб ¥ $ € ₸ ₽ 元人民币 yuan юань", x10000="万 万元 w")

_INVISIBLE_INSIDE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_LOST = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+")
_EXACT = 10**15
"""Excel keeps 15 digits."""
_QUANTITY = re.compile(r"(?P<before>[^0-9+\-]*)(?P<number>[+\-]?[0-9][0-9 ,.'’]*)(?P<after>[^0-9].*)?", re.DOTALL)
_NUMBER = re.compile(
    r"(?P<whole>[+\-]?(?:[1-9][0-9]{0,2}(?:(?P<group>[ ,.'’])[0-9]{3})(?:(?P=group)[0-9]{3})*|[0-9]+))"
    r"(?:(?P<point>[.,])(?P<rest>[0-9]+))?"
)
_LITRES_BELOW = 20
_YEAR_FIRST = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})\s*([-/.])\s*([0-9]{1,2})\s*\2\s*([0-9]{4})")
_RUN_TOGETHER = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_AROUND_A_DAY = re.compile(r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\.0+)?|\s*(?:г|ж)\.?)$")
_SERIAL_BEGIN = date(1899, 12, 30)
_SERIALS = range(36_526, 73_051)
"""The years 2000 to 2099 as Excel counts days."""


def tidy(text: str) -> str:
    """Without blanks around, invisible joints and line breaks: what the clerk sees."""
    return " ".join((text if text.isascii() else text.translate(_INVISIBLE_INSIDE)).split())


def is_blank(value: Value) -> bool:
    """Whether a cell shows nothing."""
    return value is None or (isinstance(value, str) and (not value.strip() or not tidy(value)))


def read(value: Value, reader: Reader, unit: str = "") -> Cell:
    """A cell that is not blank, by the reader of its column. What no column may hold gives None and a problem."""
    if isinstance(value, str):
        refused = _refused(value)
        if refused is not None:
            return None, refused
        value = tidy(value)
    return reader(value, unit)


def text(value: Value, _unit: str) -> Cell:
    """A text; a number as its digits."""
    if isinstance(value, datetime | time):
        return str(value), Problem(CELL_BECAME_DATE, values={"value": str(value)})
    written = _written(value)
    is_lost = abs(value) >= _EXACT if isinstance(value, int | float) else bool(_LOST.fullmatch(written))
    return written, Problem(CELL_DIGITS_LOST, values={"value": written}) if is_lost else None


def vin(value: Value, unit: str) -> Cell:
    """A VIN without blanks. Full-width characters are made plain and told; look-alikes stay for the VIN's own rule."""
    written, problem = text(value, unit)
    joined = "".join(str(written).split())
    plain = "".join(_half_width(each) for each in joined)
    if plain != joined and problem is None:
        problem = _converted(joined, plain)
    return vins.normalise(plain), problem


def choice(choices: type[TextChoices]) -> Reader:
    """A word of a closed list, in any of the four languages."""

    def read_choice(value: Value, unit: str) -> Cell:
        written, problem = text(value, unit)
        return codes(choices).get(folded(str(written)), written), problem

    return read_choice


def country(value: Value, unit: str) -> Cell:
    """A country by its code or name."""
    written, problem = text(value, unit)
    return countries().get(folded(str(written)), written), problem


def hs_code(value: Value, unit: str) -> Cell:
    """Digits without dots and blanks."""
    written, problem = text(value, unit)
    return tariff.national_code(str(written)), problem


def whole(units: Mapping[str, int]) -> Reader:
    """A whole number, with or without its unit."""

    def read_whole(value: Value, unit: str) -> Cell:
        number, factor, _name = _quantity(value, units, unit)
        return _counted(value, number, factor)

    return read_whole


def displacement(value: Value, unit: str) -> Cell:
    """Cubic centimetres. A fraction below 20 without a unit is litres: nobody has half a cubic centimetre."""
    number, factor, name = _quantity(value, CUBIC_CENTIMETRES, unit)
    if number is not None and not name and number < _LITRES_BELOW and number % 1:
        factor = 1000
    return _counted(value, number, factor)


def money(value: Value, unit: str) -> Cell:
    """An amount as digits and a point; no decimals where none are needed, for yen and won have none."""
    number, factor, name = _quantity(value, MONEY, unit)
    if number is None:
        return text(value, unit)
    amount = number * factor
    places = max(2, -int(amount.normalize().as_tuple().exponent)) if amount % 1 else 0
    result = f"{amount:.{places}f}"
    if factor != 1:
        return result, _converted(_written(value), result)
    return result, currency_problem(name) if name != unit else None


def currency_problem(name: str) -> Problem | None:
    """A warning where an amount, or the title of its column, names a currency."""
    is_one = MONEY.get(name) == 1
    return Problem(CELL_CURRENCY, "", Level.WARNING, {"value": name}) if is_one else None


def day(value: Value, _unit: str) -> Cell:
    """A day as year-month-day. A serial number is told, a day that can be two is refused."""
    if isinstance(value, datetime):
        return value.date().isoformat(), None
    written = _written(value)
    plain = _AROUND_A_DAY.sub("", unicodedata.normalize("NFKC", written))
    if plain.isdecimal() and int(plain) in _SERIALS:
        result = (_SERIAL_BEGIN + timedelta(days=int(plain))).isoformat()
        return result, _converted(written, result)
    possible = _possible_days(plain)
    if len(possible) > 1:
        values = {"value": written, "first": possible[0].isoformat(), "second": possible[1].isoformat()}
        return written, Problem(CELL_DATE_AMBIGUOUS, values=values)
    return possible[0].isoformat() if possible else written, None


def _refused(value: str) -> Problem | None:
    """What no cell may hold, whatever its column."""
    if value.startswith("="):
        return Problem(CELL_FORMULA)
    if len(value) > LONGEST:
        return Problem(CELL_LENGTH, values={"most": LONGEST, "length": len(value)})
    if value.strip().upper() in FAULTS:
        return Problem(CELL_FAULT, values={"value": value.strip()})
    for position, character in enumerate(() if value.isprintable() else value, 1):
        if not (character.isprintable() or character.isspace() or ord(character) in _INVISIBLE_INSIDE):
            return Problem(CELL_CHARACTER, values={"position": position, "character": f"U+{ord(character):04X}"})
    return None


def _written(value: Value) -> str:
    """A value as Excel would show it: 15 digits, no exponent."""
    if isinstance(value, bool):
        return str(value).upper()
    return format(Decimal(f"{value:.15g}"), "f") if isinstance(value, float) else str(value)


def _half_width(character: str) -> str:
    return unicodedata.normalize("NFKC", character) if "\uff01" <= character <= "\uff5e" else character


def _converted(value: str, result: object) -> Problem:
    return Problem(CELL_CONVERTED, "", Level.WARNING, {"value": shown(value), "read": str(result)})


def _counted(value: Value, number: Decimal | None, factor: int) -> Cell:
    """A whole number for the body, or the text as it is."""
    if number is None or abs(number) >= _EXACT or number * factor % 1:
        return text(value, "")
    result = int(number * factor)
    return result, _converted(_written(value), result) if factor != 1 else None


def _quantity(value: Value, units: Mapping[str, int], unit: str) -> tuple[Decimal | None, int, str]:
    """The number in a cell, the factor of its unit, and the unit. No number where anything else stands beside it."""
    found = _QUANTITY.fullmatch(unicodedata.normalize("NFKC", _written(value)))
    number = _decimal(found["number"].strip(" ")) if found else None
    if found is None or number is None:
        return None, 1, ""
    names = [name for name in (_unit_name(found["before"]), _unit_name(found["after"] or "")) if name]
    if len(names) > 1 or any(name not in units for name in names):
        return None, 1, ""
    name = names[0] if names else unit if unit in units else ""
    return number, units.get(name, 1), name


def _unit_name(text: str) -> str:
    return folded(text) or text.strip(" .,")


def _decimal(text: str) -> Decimal | None:
    """2 550 · 2,550 · 2.550,5 · 2550.5: three digits behind a single mark are a group, all else is a fraction."""
    found = _NUMBER.fullmatch(text)
    if found is None or (found["point"] and found["point"] == found["group"]):
        return None
    whole = re.sub(r"[ ,.'’]", "", found["whole"])
    return Decimal(f"{whole}.{found['rest'] or 0}")


def _possible_days(text: str) -> list[date]:
    """The days that a text can mean, day before month first. Behind dots the day always comes first."""
    found = _YEAR_FIRST.fullmatch(text) or _RUN_TOGETHER.fullmatch(text)
    if found:
        return _days((found[1], found[2], found[3]))
    found = _YEAR_LAST.fullmatch(text)
    if not found:
        return []
    day_first, month_first = (found[4], found[3], found[1]), (found[4], found[1], found[3])
    return _days(day_first) if found[2] == "." else _days(day_first, month_first)


def _days(*readings: tuple[str, str, str]) -> list[date]:
    result = []
    for year, month, day_ in readings:
        try:
            result.append(date(int(year), int(month), int(day_)))
        except ValueError:
            continue
    return list(dict.fromkeys(result))
