"""A text table (CSV, or pasted from a spreadsheet) as lines of values.

Source: RFC 4180, and what Excel writes in China, Russia and Kazakhstan: other encodings, semicolons, tabs.
"""

import codecs
import csv
import io
from collections.abc import Iterator

from declarations.spreadsheet.refusals import SHEET_QUOTES, NotReadable
from declarations.spreadsheet.workbook import Line

SEPARATORS = ("\t", ";", ",")
ENCODINGS = ("utf-8", "gb18030", "kz1048")
"""In the order in which they are tried. KZ-1048 is Windows-1251 with the letters of Kazakh."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text that begins so may be run as a formula; an apostrophe before it keeps it a text.

A Chinese Excel takes the wide signs for the narrow ones.
"""

LONGEST_LINE = 200_000
"""A hundred columns of 2,000 characters; the csv module itself refuses a cell above 131,072."""

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_SAMPLE = 1000


def decoded(data: bytes) -> Iterator[str]:
    """The possible readings of the bytes as text, the likeliest first; what is UTF-8 is nothing else."""
    for encoding in _encodings(data):
        try:
            yield data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8":
            return


def lines(text: str, separator: str, *, strict: bool = True) -> Iterator[Line]:
    """Every row, numbered as a spreadsheet numbers it.

    Raises: NotReadable at a quotation mark that is not closed and at a line without end, or, unless strict, ends there.
    """
    number = 0
    try:
        for number, values in enumerate(csv.reader(_pieces(text), delimiter=separator, strict=strict), 1):
            yield number, [_bare(value) for value in values]
    except csv.Error as error:
        if strict:
            raise NotReadable(SHEET_QUOTES, {"row": number + 1}) from error


def _pieces(text: str) -> Iterator[str]:
    """The lines of a text, for the reader of the csv module, which would hold one of any length."""
    for piece in io.StringIO(text, newline=""):
        if len(piece) > LONGEST_LINE:
            raise csv.Error
        yield piece


def guarded(text: str) -> str:
    """A text that no spreadsheet program takes for a formula; `lines` gives it back as it was."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _bare(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text


def _encodings(data: bytes) -> tuple[str, ...]:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return (encoding,)
    sample = data[:_SAMPLE]
    if sample.count(0) * 4 < len(sample):
        return ENCODINGS
    return ("utf-16-le",) if sample[1::2].count(0) >= sample[::2].count(0) else ("utf-16-be",)
