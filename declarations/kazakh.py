"""Kazakh in the Arabic script, as Kazakhs in China read it (tóte jazu), from the Cyrillic of Kazakhstan. Pure.

Source: the alphabet taught in Xinjiang since 1954. It has no letters of their own for ә ө ү і: a hamza before the word
makes its vowels soft. A word that shows it by ە, ك or گ needs none, since these stand in soft words alone.
"""

import re

RIGHT_TO_LEFT = "kk-Arab"
"""The tag of the language in this script (BCP 47)."""

_HAMZA = "\N{ARABIC LETTER HAMZA}"
_SOFT = frozenset("әөүі")
_SHOWN_SOFT = frozenset("екгэ")

_LETTERS = {
    "а": "ا", "ә": "ا", "б": "ب", "в": "ۆ", "г": "گ", "ғ": "ع", "д": "د", "е": "ە", "ё": "يو", "ж": "ج", "з": "ز",
    "и": "ي", "й": "ي", "к": "ك", "қ": "ق", "л": "ل", "м": "م", "н": "ن", "ң": "ڭ", "о": "و", "ө": "و", "п": "پ",
    "р": "ر", "с": "س", "т": "ت", "у": "ۋ", "ұ": "ۇ", "ү": "ۇ", "ф": "ف", "х": "ح", "һ": "ھ", "ц": "تس", "ч": "چ",
    "ш": "ش", "щ": "شش", "ъ": "", "ы": "ى", "і": "ى", "ь": "", "э": "ە", "ю": "يۋ", "я": "يا",
}  # fmt: skip
_MOMENT = re.compile(
    r"(<bdi[^>]*>[^<]*</bdi>|<[^>]*>)|([0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?)"
)
_WORD = re.compile("[" + "".join(_LETTERS) + "]+", re.IGNORECASE)


def words_to_arabic(markup: str) -> str:
    """The words of a page in the Arabic script; its marks and all that is not Cyrillic stay, so it is a page still.

    A day or moment in a sentence is held together between isolates (U+2066, U+2069): behind an Arabic letter its parts
    would change places, and 08:00 stand before the day, the day before the year.
    """
    return _WORD.sub(lambda word: _written(word.group().lower()), _MOMENT.sub(_held_together, markup))


def _held_together(found: re.Match[str]) -> str:
    return found[1] or f"\N{LEFT-TO-RIGHT ISOLATE}{found[2]}\N{POP DIRECTIONAL ISOLATE}"


def _written(word: str) -> str:
    letters = "".join(_LETTERS[each] for each in word)
    is_marked = bool(_SOFT & set(word)) and not _SHOWN_SOFT & set(word)
    return f"{_HAMZA}{letters}" if is_marked else letters
