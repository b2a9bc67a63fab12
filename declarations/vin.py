"""The vehicle identification number: what is wrong with it, and what was probably meant.

Sources: ISO 3779 and GB 16735 (form, check digit, year code, numeric tail), 49 CFR 565 (North America),
the project's domain page, section 5. Pure: text in, problems out.
"""

import re
import unicodedata
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations.problems import Level, Problem, errors, explain

LENGTH = 17
GROUPS = (3, 6, 2, 6)
"""How a VIN is shown: maker 3, description 6, year and plant 2, number 6."""

ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
YEAR_CODES = "ABCDEFGHJKLMNPRSTVWXY123456789"
"""Model-year codes in their order: a cycle of 30 that began with A in 1980 (no I O Q U Z 0)."""

_FIRST_YEAR = 1980
_CYCLES = 3
_LETTER_VALUES = (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10))
_VALUES = dict(zip("0123456789" + ALPHABET[:23], (*range(10), *_LETTER_VALUES), strict=True))
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)

VIN_REQUIRED = explain("VIN_REQUIRED", _("Enter the VIN: 17 letters and digits."))
VIN_FOREIGN_CHARACTER = explain(
    "VIN_FOREIGN_CHARACTER",
    _("Position %(positions)s: “%(characters)s” is %(kind)s. Type the VIN in Latin letters and digits."),
)
VIN_CHARACTER = explain(
    "VIN_CHARACTER",
    _("Position %(position)s: “%(character)s” never stands in a VIN. Use A–Z without I, O, Q and digits."),
)
VIN_FRAME_NUMBER = explain(
    "VIN_FRAME_NUMBER",
    _("This looks like a Japanese frame number. Enter the VIN's 17 characters; without a VIN it cannot be declared."),
)
VIN_LENGTH = explain("VIN_LENGTH", _("A VIN has 17 characters, this one has %(length)s. Compare it with the vehicle."))
VIN_PLACEHOLDER = explain("VIN_PLACEHOLDER", _("One character repeated is not a VIN. Enter the number on the vehicle."))
VIN_CHECK_DIGIT = explain(
    "VIN_CHECK_DIGIT",
    _("Position 9 is “%(found)s”, the others ask for “%(expected)s”. Compare every character with the vehicle."),
    overridable=True,
)
VIN_POSITION_9 = explain(
    "VIN_POSITION_9",
    _("Position 9 is “%(found)s”; it must be a digit or X. Compare it with the vehicle."),
    overridable=True,
)
VIN_YEAR_CODE = explain(
    "VIN_YEAR_CODE",
    _("Position 10 is “%(found)s”, which is no model-year code. Compare it with the vehicle."),
    overridable=True,
)
VIN_TAIL = explain(
    "VIN_TAIL",
    _("The last %(count)s characters must be digits, here they are “%(found)s”. Compare them with the vehicle."),
    overridable=True,
)
VIN_MODEL_YEAR = explain(
    "VIN_MODEL_YEAR",
    _("The VIN says model year %(years)s, the declaration says %(declared)s. Check which is right."),
)
VIN_MAKER = explain("VIN_MAKER", _("VINs that begin with %(wmi)s belong to %(maker)s. Check make and VIN."))

_LOOKALIKES = {
    **dict(zip("АВЕКМНОРСТУХЅІЈҮҰӨҺ", "ABEKMH0PCTYXS1JYY0H", strict=True)),  # Cyrillic on purpose
    **dict(zip("авекмнорстухѕіјүұөһ", "ABEKMH0PCTYXS1JYY0H", strict=True)),  # Cyrillic on purpose
    **dict(zip("ЗзЧчб", "33446", strict=True)),  # Cyrillic on purpose
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZH1KMN0PTYX", strict=True)),  # Greek on purpose
}
_KINDS = (
    ("CYRILLIC", _("a Cyrillic letter")),
    ("GREEK", _("a Greek letter")),
    ("FULLWIDTH", _("a full-width character")),
    ("CJK", _("a Chinese character")),
)
_LATIN_REPAIR = {"I": "1", "O": "0", "Q": "0"}
_FRAME_NUMBER = re.compile(r"[A-Z0-9]{2,7}-[0-9]{5,7}")
_IGNORED_IN_MAKER = frozenset({"MOTOR", "MOTORS", "AUTO", "AUTOMOBILE", "CAR", "CARS", "CHINA", "GROUP", "EX", "OF"})


def normalise(text: str) -> str:
    """Blanks around it stripped, upper case. Foreign text is only stripped: nothing may turn Latin unseen."""
    stripped = text.strip(" \t\r\n")
    return stripped.upper() if stripped.isascii() else stripped


def groups(vin: str) -> tuple[str, ...]:
    """The VIN in the groups it is shown in, 3·6·2·6; any other length in one piece."""
    if len(vin) != LENGTH:
        return (vin,)
    edges = [sum(GROUPS[:index]) for index in range(len(GROUPS) + 1)]
    return tuple(vin[start:end] for start, end in zip(edges, edges[1:], strict=False))


def check_digit(vin: str) -> str:
    """The character that belongs at position 9 (ISO 3779): weighted sum modulo 11, 10 is X.

    Raises: KeyError for a character outside the alphabet, ValueError for a length other than 17.
    """
    total = sum(_VALUES[character] * weight for character, weight in zip(vin, _WEIGHTS, strict=True)) % 11
    return "X" if total == 10 else str(total)


def model_years(code: str) -> tuple[int, ...]:
    """The model years that a code at position 10 may mean, oldest first; empty when it is no year code."""
    if len(code) != 1 or code not in YEAR_CODES:
        return ()
    first = _FIRST_YEAR + YEAR_CODES.index(code)
    return tuple(first + cycle * len(YEAR_CODES) for cycle in range(_CYCLES))


def latin_for(character: str) -> str | None:
    """The Latin letter or digit meant by a foreign look-alike; "" for an invisible character, None when unknown."""
    if unicodedata.category(character) in {"Cf", "Zs", "Cc", "Mn"}:
        return ""
    if character in _LOOKALIKES:
        return _LOOKALIKES[character]
    folded = unicodedata.normalize("NFKC", character).upper()
    if folded.isascii() and len(folded) == 1:
        return _LATIN_REPAIR.get(folded, folded)
    digit = unicodedata.digit(character, None)
    return None if digit is None else str(digit)


def suggestion(text: str) -> str:
    """The VIN that was probably meant, for a one-tap repair; "" when it cannot be guessed.

    A guess that is wrong itself, as its check digit tells, is none: whoever taps trusts it.
    """
    pieces = [latin_for(character) if not character.isascii() else character.upper() for character in normalise(text)]
    if None in pieces:
        return ""
    joined = "".join(_LATIN_REPAIR.get(piece, piece) for piece in pieces if piece is not None)
    repaired = "".join(character for character in joined if character not in " -._\t")
    is_vin = len(repaired) == LENGTH and all(character in ALPHABET for character in repaired)
    return repaired if is_vin and not errors(problems(repaired)) else ""


def problems(text: str | None) -> list[Problem]:
    """All that is wrong with one VIN, at pointer "": the form first, then what its first character's region asks.

    L and H are China: check digit, year code and numeric tail are errors that an officer may override. 1–5 are North
    America: the check digit is an error. Elsewhere a wrong check digit is a warning, but in Japan and Korea (J, K) a
    position 9 that can be no check digit is an error that an officer may override.
    """
    vin = normalise(text or "")
    wrong_form = _form(vin)
    if wrong_form is not None:
        return [wrong_form]
    expected, found = check_digit(vin), vin[8]
    wrong_digit = {"found": found, "expected": expected}
    match vin[0]:
        case "L" | "H":
            result = [] if found == expected else [Problem(VIN_CHECK_DIGIT, values=wrong_digit)]
            return result + _chinese(vin)
        case "1" | "2" | "3" | "4" | "5":
            return [] if found == expected else [Problem(VIN_CHECK_DIGIT, values=wrong_digit)]
        case "J" | "K" if found not in "0123456789X":
            return [Problem(VIN_POSITION_9, values={"found": found})]
        case _:
            return [] if found == expected else [Problem(VIN_CHECK_DIGIT, level=Level.WARNING, values=wrong_digit)]


def model_year_problems(text: str, model_year: int) -> list[Problem]:
    """A model year that the year code cannot mean is a warning at /model_year; no year code, no warning."""
    vin = normalise(text)
    years = model_years(vin[9]) if len(vin) == LENGTH else ()
    if not years or model_year in years:
        return []
    nearest = min(years, key=lambda year: abs(year - model_year))
    values = {"years": nearest, "declared": model_year}
    return [Problem(VIN_MODEL_YEAR, "/model_year", Level.WARNING, values)]


def maker_problems(text: str, make: str, makers: Mapping[str, str]) -> list[Problem]:
    """A make that shares no word with the owner of the WMI is a warning at /make: a hint, never a gate.

    makers: WMI to maker and group. A WMI with 9 in third place is shared by small makers and says nothing; a make
    without Latin letters cannot be compared.
    """
    wmi = normalise(text)[:3]
    maker = makers.get(wmi, "")
    if not maker or wmi.endswith("9"):
        return []
    declared, known = _words(make), _words(maker)
    run_together = "".join(re.findall(r"[A-Z0-9]", maker.upper()))
    if not declared or declared & known or any(word in run_together for word in declared):
        return []
    return [Problem(VIN_MAKER, "/make", Level.WARNING, {"wmi": wmi, "maker": maker})]


def _form(vin: str) -> Problem | None:
    """The first thing wrong with the form, or None for 17 characters of the alphabet that are not all the same."""
    if not vin:
        return Problem(VIN_REQUIRED)
    foreign = [(index, character) for index, character in enumerate(vin, 1) if not character.isascii()]
    if foreign:
        return Problem(VIN_FOREIGN_CHARACTER, values=_foreign_values(vin, foreign))
    if _FRAME_NUMBER.fullmatch(vin):
        return Problem(VIN_FRAME_NUMBER)
    for position, character in enumerate(vin, 1):
        if character not in ALPHABET:
            meant = {"latin": _LATIN_REPAIR.get(character, ""), "fixed": suggestion(vin)}
            return Problem(VIN_CHARACTER, values={"position": position, "character": _visible(character), **meant})
    if len(vin) != LENGTH:
        return Problem(VIN_LENGTH, values={"length": len(vin)})
    return Problem(VIN_PLACEHOLDER) if len(set(vin)) == 1 else None


def _chinese(vin: str) -> list[Problem]:
    """Year code and numeric tail as GB 16735 asks: last 5 digits, last 3 for a small maker (third character 9)."""
    result = []
    if vin[9] not in YEAR_CODES:
        result.append(Problem(VIN_YEAR_CODE, values={"found": vin[9]}))
    count = 3 if vin[2] == "9" else 5
    if not vin[-count:].isdigit():
        result.append(Problem(VIN_TAIL, values={"count": count, "found": vin[-count:]}))
    return result


def _foreign_values(vin: str, foreign: list[tuple[int, str]]) -> dict[str, object]:
    position, character = foreign[0]
    return {
        "position": position,
        "character": _visible(character),
        "name": unicodedata.name(character, f"U+{ord(character):04X}"),
        "latin": latin_for(character) or "",
        "positions": ", ".join(str(index) for index, _character in foreign),
        "characters": " ".join(_visible(each) for _index, each in foreign),
        "kind": _kind(character),
        "fixed": suggestion(vin),
    }


def _kind(character: str) -> str | Promise:
    """What a foreign character is, in words."""
    name = unicodedata.name(character, "")
    if _visible(character) != character:
        return _("an invisible character")
    for start, words in _KINDS:
        if name.startswith(start):
            return words
    return _("a digit of another script") if unicodedata.digit(character, None) is not None else _("no Latin letter")


def _visible(character: str) -> str:
    """The character itself, or its code point when nobody could see it."""
    return character if character.isprintable() and not character.isspace() else f"U+{ord(character):04X}"


def _words(text: str) -> frozenset[str]:
    """Latin words of a maker's name that tell makers apart."""
    return frozenset(re.findall(r"[A-Z0-9]{2,}", text.upper())) - _IGNORED_IN_MAKER
