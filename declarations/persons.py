"""Drivers: passport, identity number, licence class, days in Kazakhstan.

Sources: ICAO 9303 parts 3 and 4 (machine-readable passports), the Kazakh individual identification number (law
on national registers of identification numbers), China's order 162 on driving licences (classes), the Vienna convention
of 1968 (classes elsewhere), the visa waiver between China and Kazakhstan (30 days a stay, 90 in any 180). Pure.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from declarations.problems import Level, Problem, explain
from declarations.words import Category

STAY_DAYS = 30
DAYS_IN_WINDOW = 90
WARN_DAYS_IN_WINDOW = 80
WINDOW_DAYS = 180

_MRZ_VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}
_MRZ_LINE = re.compile(r"[A-Z0-9<]{44}")
_PASSPORT = re.compile(r"[A-Z0-9]{5,15}")
_CHINESE_PASSPORT = re.compile(r"[EGDSP][0-9]{8}|[EDSP][A-Z][0-9]{7}")
_IIN_WEIGHTS = ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))
_IIN_CENTURIES = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000, "0": 2000}

PASSPORT_NUMBER = explain(
    "PASSPORT_NUMBER", _("A passport number has 5 to 15 Latin letters and digits. Copy it from the passport.")
)
PASSPORT_PATTERN = explain(
    "PASSPORT_PATTERN", _("Chinese passports are numbered like E12345678 or EA1234567. Compare it with the passport.")
)
PASSPORT_EXPIRED = explain(
    "PASSPORT_EXPIRED",
    _("The passport runs out on %(expires)s, before the crossing. Name a driver whose passport is valid."),
)
MRZ_FORM = explain("MRZ_FORM", _("The two lines at the foot of the passport have 44 characters each. Read them again."))
MRZ_CHECK_DIGIT = explain(
    "MRZ_CHECK_DIGIT", _("A check digit in the passport's second line is wrong: %(part)s. Read the line again.")
)
MRZ_DIFFERS = explain(
    "MRZ_DIFFERS",
    _("The passport's second line says %(read)s, the declaration says %(declared)s. Check which is right."),
)
IIN = explain("IIN", _("A Kazakh IIN has 12 digits that begin with the date of birth. Copy it from the document."))
IIN_CHECK_DIGIT = explain(
    "IIN_CHECK_DIGIT", _("The last digit of the IIN does not fit the others. Compare it with the document.")
)
LICENCE_CLASS = explain(
    "LICENCE_CLASS",
    _("A licence of class %(held)s does not cover this vehicle; it takes %(wanted)s. Check it or name another driver."),
)
STAY_TOO_LONG = explain(
    "STAY_TOO_LONG",
    _("The driver would be in Kazakhstan for %(days)s days on end; 30 are allowed. Name another driver."),
)
STAY_DAYS_SHORT = explain(
    "STAY_DAYS_SHORT",
    _("The driver has used %(days)s of 90 days in Kazakhstan within 180 days. Plan another driver soon."),
)
STAY_DAYS_USED = explain(
    "STAY_DAYS_USED", _("The driver has used his 90 days in Kazakhstan within 180 days. Name another driver.")
)


STAY_DAYS_ESTIMATED = explain(
    "STAY_DAYS_ESTIMATED",
    _(
        "The driver has used about %(days)s of 90 days in Kazakhstan: not all returns are recorded. Record them, or "
        "plan another driver."
    ),
)
STAY_DAYS_USED_ESTIMATED = explain(
    "STAY_DAYS_USED_ESTIMATED",
    _(
        "By estimate the driver has used his 90 days in Kazakhstan: not all returns are recorded. Record them, or "
        "name another driver."
    ),
)


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay in Kazakhstan, first and last day counted; no last day means that he is still there.

    is_estimated: nobody recorded the return; the last day is assumed.
    """

    entered_on: date
    left_on: date | None = None
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class Crossing:
    """That a driver took a vehicle out, and when he came back, if anybody recorded it."""

    exited_on: date
    returned_on: date | None = None


@dataclass(frozen=True, slots=True)
class MachineReadable:
    """What the second line of a passport says (ICAO 9303 part 4, TD3)."""

    number: str
    nationality: str
    birth: str
    expiry: str
    personal_number: str


def normalise(text: str) -> str:
    """A document number as it is stored and compared: plain, without blanks and hyphens, upper case."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def passport_problems(text: str, nationality: str | None = None) -> list[Problem]:
    """What is wrong with a passport number. A number that is unusual for a Chinese passport is only a warning."""
    number = normalise(text)
    if not _PASSPORT.fullmatch(number):
        return [Problem(PASSPORT_NUMBER)]
    if nationality == "CN" and not _CHINESE_PASSPORT.fullmatch(number):
        return [Problem(PASSPORT_PATTERN, level=Level.WARNING)]
    return []


def mrz_check_digit(text: str) -> str:
    """The check digit of ICAO 9303: weights 7 3 1, letters from 10, filler 0, modulo 10.

    Raises: KeyError for a character that a machine-readable zone cannot hold.
    """
    return str(sum(_MRZ_VALUES[character] * (7, 3, 1)[index % 3] for index, character in enumerate(text)) % 10)


def read_mrz(text: str) -> tuple[MachineReadable | None, list[Problem]]:
    """The second line of a passport (alone or after the first) with what is wrong with it; None when it has no form."""
    lines = [re.sub(r"\s", "", line).upper() for line in text.strip().splitlines()]
    if len(lines) == 1 and len(lines[0]) == 88:
        lines = [lines[0][:44], lines[0][44:]]
    if not 1 <= len(lines) <= 2 or not all(_MRZ_LINE.fullmatch(line) for line in lines):
        return None, [Problem(MRZ_FORM)]
    line = lines[-1]
    parts = (
        (_("passport number"), line[0:9], line[9]),
        (_("date of birth"), line[13:19], line[19]),
        (_("date of expiry"), line[21:27], line[27]),
        (_("personal number"), line[28:42], line[42]),
        (_("whole line"), line[0:10] + line[13:20] + line[21:43], line[43]),
    )
    wrong = [
        Problem(MRZ_CHECK_DIGIT, values={"part": name})
        for name, content, digit in parts
        if mrz_check_digit(content) != digit and not (digit == "<" and not content.strip("<"))
    ]
    number, nationality, personal = (piece.rstrip("<") for piece in (line[0:9], line[10:13], line[28:42]))
    return MachineReadable(number, nationality, line[13:19], line[21:27], personal), wrong


def mrz_problems(text: str, passport_number: str = "") -> list[Problem]:
    """What is wrong with a passport's machine-readable zone, and a warning where it names another passport."""
    read, result = read_mrz(text)
    declared = normalise(passport_number)
    if read is not None and declared and read.number != declared[:9]:
        result.append(Problem(MRZ_DIFFERS, level=Level.WARNING, values={"read": read.number, "declared": declared}))
    return result


def iin_problems(text: str) -> list[Problem]:
    """What is wrong with a Kazakh individual identification number: form, date of birth, check digit.

    The digit is the sum with weights 1 to 11 modulo 11; where that is 10, again with weights 3 to 11, 1, 2.
    """
    number = normalise(text)
    if not re.fullmatch(r"[0-9]{12}", number) or number[6] not in _IIN_CENTURIES:
        return [Problem(IIN)]
    try:
        date(_IIN_CENTURIES[number[6]] + int(number[:2]), int(number[2:4]), int(number[4:6]))
    except ValueError:
        return [Problem(IIN)]
    digits = [int(character) for character in number]
    for weights in _IIN_WEIGHTS:
        expected = sum(digit * weight for digit, weight in zip(digits, weights, strict=False)) % 11
        if expected != 10:
            return [] if expected == digits[-1] else [Problem(IIN_CHECK_DIGIT)]
    return [Problem(IIN_CHECK_DIGIT)]


# Order 162 of the Ministry of Public Security, annex 1: what each class may drive besides its own.
_CHINESE_CLASSES = {
    "A1": {"A1", "A3", "B1", "B2", "C1", "C2", "C3", "C4", "M"},
    "A2": {"A2", "B1", "B2", "C1", "C2", "C3", "C4", "M"},
    "A3": {"A3", "C1", "C2", "C3", "C4"},
    "B1": {"B1", "C1", "C2", "C3", "C4", "M"},
    "B2": {"B2", "C1", "C2", "C3", "C4", "M"},
    "C1": {"C1", "C2", "C3", "C4"},
}
_VIENNA_CLASSES = {
    "CE": {"CE", "C", "C1"},
    "C": {"C", "C1"},
    "DE": {"DE", "D", "D1"},
    "D": {"D", "D1"},
    "BE": {"BE", "B"},
}


def licence_classes_for(
    category: str, *, chinese: bool, seats: int | None, gross_mass_kg: int | None
) -> frozenset[str]:
    """The classes of which one is enough; empty when the class does not matter (trailer, unknown category).

    China: small bus and truck (9 seats, 4.5 t) C1, C2 where automatic; 10 to 19 seats B1; above A1; trucks B2.
    """
    heavy = (gross_mass_kg or 0) > (4500 if chinese else 3500)
    match category:
        case Category.M1:
            return frozenset({"C1", "C2"} if chinese else {"B", "C1", "C", "D1", "D"})
        case Category.M2 if chinese:
            return frozenset({"A1"} if (seats or 0) > 19 else {"B1", "A1"})
        case Category.M2:
            return frozenset({"D"} if (seats or 0) > 17 else {"D1", "D"})
        case Category.M3:
            return frozenset({"A1"} if chinese else {"D"})
        case Category.N1 | Category.N2 | Category.N3 | Category.SPECIAL:
            if heavy or category == Category.N3:
                return frozenset({"B2"} if chinese else {"C"} if (gross_mass_kg or 0) > 7500 else {"C1", "C"})
            return frozenset({"C1", "C2"} if chinese else {"B", "C1", "C"})
        case Category.T:
            return frozenset({"M", "G"} if chinese else {"B", "T", "C1", "C"})
        case _:
            return frozenset()


def licence_problems(
    held: str, category: str, *, chinese: bool, seats: int | None = None, gross_mass_kg: int | None = None
) -> list[Problem]:
    """A warning when none of the held classes covers the vehicle. held: as printed, "A1A2D" or "B, C1"."""
    wanted = licence_classes_for(category, chinese=chinese, seats=seats, gross_mass_kg=gross_mass_kg)
    text = unicodedata.normalize("NFKC", held).upper()
    classes = set(re.findall(r"[A-Z][0-9]?" if chinese else r"[A-Z]E|[A-Z]1?", text))
    table = _CHINESE_CLASSES if chinese else _VIENNA_CLASSES
    covered = classes.union(*(table.get(each, set()) for each in classes))
    if not wanted or covered & wanted:
        return []
    values = {"held": text.strip() or "–", "wanted": ", ".join(sorted(wanted))}
    return [Problem(LICENCE_CLASS, level=Level.WARNING, values=values)]


def days_in_window(stays: Iterable[Stay], on: date) -> int:
    """How many different days of the 180 that end with this one were spent in Kazakhstan."""
    first = on - timedelta(days=WINDOW_DAYS - 1)
    days: set[int] = set()
    for stay in stays:
        begin, end = max(stay.entered_on, first), min(stay.left_on or on, on)
        days.update(range(begin.toordinal(), end.toordinal() + 1))
    return len(days)


def stays_of(crossings: Iterable[Crossing], *, assumed_days: int) -> list[Stay]:
    """The stays that somebody's crossings mean: each until its recorded return, or the next departure before it.

    Without a record he is assumed to be back so many days after the exit, or on the day of his next departure if that
    is sooner: he must have been. A departure on the very day of the exit leaves nothing to assume.
    crossings: those of one day in the order in which they happened.
    """
    rows = sorted(crossings, key=lambda each: each.exited_on)
    result = []
    for index, row in enumerate(rows):
        following = rows[index + 1].exited_on if index + 1 < len(rows) else date.max
        left_on = row.returned_on
        is_estimated = left_on is None and following > row.exited_on
        if left_on is None:
            left_on = row.exited_on + timedelta(days=assumed_days)
        result.append(Stay(row.exited_on, max(row.exited_on, min(left_on, following)), is_estimated))
    return result


@dataclass(frozen=True, slots=True)
class DaysUsed:
    """How many of the 90 days are used in the window that ends on a day, and whether some of them are assumed."""

    days: int
    is_estimated: bool

    @property
    def left(self) -> int:
        """How many there still are."""
        return max(DAYS_IN_WINDOW - self.days, 0)

    @property
    def is_short(self) -> bool:
        """Whether it is time to plan another driver."""
        return self.days >= WARN_DAYS_IN_WINDOW

    @property
    def is_over(self) -> bool:
        """Whether he may not enter."""
        return self.days >= DAYS_IN_WINDOW


def days_used(stays: Iterable[Stay], on: date) -> DaysUsed:
    """The days of the window that ends on this day."""
    known = list(stays)
    return DaysUsed(days_in_window(known, on), _has_estimate(known, on))


def _has_estimate(stays: Iterable[Stay], on: date) -> bool:
    """Whether a day that is only assumed counts in the window that ends on this day."""
    first = on - timedelta(days=WINDOW_DAYS - 1)
    return any(each.is_estimated and each.entered_on <= on and (each.left_on or on) >= first for each in stays)


def stay_problems(stays: Iterable[Stay], on: date) -> list[Problem]:
    """Whether a driver may enter Kazakhstan on a day.

    90 days of any 180 used and 30 days on end are errors, 80 days used a warning.
    stays: earlier ones and any that is still open; the day of crossing itself is the next day to be counted.
    """
    known = list(stays)
    before = on - timedelta(days=1)
    used = days_in_window([*known, Stay(on, on)], on) - 1
    on_end = _days_on_end(known, before)
    is_estimated = _has_estimate(known, on)
    if used >= DAYS_IN_WINDOW:
        return [Problem(STAY_DAYS_USED_ESTIMATED if is_estimated else STAY_DAYS_USED)]
    if on_end >= STAY_DAYS:
        return [Problem(STAY_TOO_LONG, values={"days": on_end + 1})]
    if used >= WARN_DAYS_IN_WINDOW:
        code = STAY_DAYS_ESTIMATED if is_estimated else STAY_DAYS_SHORT
        return [Problem(code, level=Level.WARNING, values={"days": used})]
    return []


def _days_on_end(stays: list[Stay], last: date) -> int:
    """Days without a break up to and with the last one, of a stay that is still open or ended on it or later."""
    running = [stay for stay in stays if stay.entered_on <= last and (stay.left_on is None or stay.left_on > last)]
    return max(((last - stay.entered_on).days + 1 for stay in running), default=0)
