"""Numbers that name an organisation or a person in China: USCC and resident ID.

Sources: GB 32100-2015 (unified social credit code), GB 11714-1997 (the organisation code inside it),
GB 11643-1999 (citizen identity number). Pure: text in, problems at pointer "" out.
"""

import re
import unicodedata
from datetime import date

from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric, uscc

from declarations.problems import Problem, explain

USCC_LENGTH_CHARACTERS = 18

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_REGION = slice(2, 8)
_ORGANISATION = slice(8, 17)

USCC_REQUIRED = explain("USCC_REQUIRED", _("Enter the unified social credit code: 18 letters and digits."))
USCC_LENGTH = explain(
    "USCC_LENGTH",
    _("A unified social credit code has 18 characters, this one has %(length)s. Copy it from the business licence."),
)
USCC_CHARACTER = explain(
    "USCC_CHARACTER",
    _("Position %(position)s: “%(character)s” cannot stand there. Copy the code from the business licence."),
)
USCC_PLACEHOLDER = explain(
    "USCC_PLACEHOLDER", _("Zeros are not a unified social credit code. Copy it from the business licence.")
)
USCC_CHECK_CHARACTER = explain(
    "USCC_CHECK_CHARACTER",
    _("The last character is “%(found)s”, the others ask for “%(expected)s”. Compare it with the business licence."),
)
USCC_ORGANISATION_CODE = explain(
    "USCC_ORGANISATION_CODE",
    _("Positions 9 to 17 are no organisation code: the last should be “%(expected)s”. Compare it with the licence."),
)
RESIDENT_ID = explain("RESIDENT_ID", _("A resident ID has 17 digits and a last digit or X. Copy it from the card."))
RESIDENT_ID_DATE = explain(
    "RESIDENT_ID_DATE",
    _("Digits 7 to 14 are the date of birth, and this one does not exist. Compare it with the card."),
)
RESIDENT_ID_CHECK_DIGIT = explain(
    "RESIDENT_ID_CHECK_DIGIT",
    _("The last character is “%(found)s”, the others ask for “%(expected)s”. Compare the number with the card."),
)


def normalise(text: str) -> str:
    """Full-width characters made plain, blanks and hyphens left out, upper case: the form that is stored."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def organisation_check_character(organisation_code: str) -> str:
    """The ninth character that belongs to the first eight of an organisation code (GB 11714): modulo 11, 10 is X."""
    pairs = zip(organisation_code, _ORGANISATION_WEIGHTS, strict=False)
    remainder = 11 - sum(_ORGANISATION_ALPHABET.index(character) * weight for character, weight in pairs) % 11
    return {10: "X", 11: "0"}.get(remainder, str(remainder))


def uscc_problems(text: str | None) -> list[Problem]:
    """All that is wrong with a unified social credit code (GB 32100): form, check character, organisation code."""
    code = normalise(text or "")
    if not code:
        return [Problem(USCC_REQUIRED)]
    for position, character in enumerate(code, 1):
        in_region = _REGION.start < position <= _REGION.stop
        if character not in (_USCC_ALPHABET[:10] if in_region else _USCC_ALPHABET):
            return [Problem(USCC_CHARACTER, values={"position": position, "character": _visible(character)})]
    if len(code) != USCC_LENGTH_CHARACTERS:
        return [Problem(USCC_LENGTH, values={"length": len(code)})]
    if set(code) == {"0"}:
        return [Problem(USCC_PLACEHOLDER)]
    result = []
    expected = uscc.calc_check_digit(code[:-1])
    if code[-1] != expected:
        result.append(Problem(USCC_CHECK_CHARACTER, values={"found": code[-1], "expected": expected}))
    organisation = code[_ORGANISATION]
    expected = organisation_check_character(organisation[:-1])
    if organisation[-1] != expected:
        result.append(Problem(USCC_ORGANISATION_CODE, values={"expected": expected}))
    return result


def resident_id_problems(text: str, today: date) -> list[Problem]:
    """All that is wrong with a resident ID (GB 11643): form, date of birth, check digit.

    The region is not asked: counties are renamed faster than tables, and a number never changes.
    """
    number = normalise(text)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return [Problem(RESIDENT_ID)]
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return [Problem(RESIDENT_ID_DATE)]
    if not date(1900, 1, 1) <= born_on <= today:
        return [Problem(RESIDENT_ID_DATE)]
    expected = ric.calc_check_digit(number)
    return (
        []
        if number[-1] == expected
        else [Problem(RESIDENT_ID_CHECK_DIGIT, values={"found": number[-1], "expected": expected})]
    )


def _visible(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character):04X}"
