"""A file to a table: what it is, where its header stands, which columns it has, and its rows one by one.

Content decides, never the name or what a browser says of the type. Whoever holds a Table may read its rows without a
refusal any more: opening has read them all once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, partial
from itertools import takewhile

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations import vin as vins
from declarations.checks.fields import shown
from declarations.problems import Level, Problem, explain
from declarations.spreadsheet import cells, columns, delimited
from declarations.spreadsheet.refusals import (
    SHEET_COLUMNS,
    SHEET_EMPTY,
    SHEET_FORMAT,
    SHEET_HEADER,
    SHEET_NO_VIN,
    SHEET_PASSWORD,
    SHEET_ROWS,
    SHEET_SAME_COLUMN,
    SHEET_SIZE,
    NotReadable,
)
from declarations.spreadsheet.vocabulary import TOTALS, folded, in_all_languages
from declarations.spreadsheet.workbook import Line, Value, Workbook, letter

MOST_BYTES = 10_000_000
MOST_ROWS = 10_000
MOST_COLUMNS = 100
HEADER_WITHIN = 20
LAST_LINE = 2 * MOST_ROWS
"""Between the vehicles there may be empty rows, but not without end."""
EXAMPLE = _("Example:")
"""What stands before the VIN of an example row."""

SHEET_UNKNOWN_COLUMN = explain(
    "SHEET_UNKNOWN_COLUMN", _("Column %(column)s, “%(title)s”, is not known here and was left out.")
)
SHEET_TOTAL = explain(
    "SHEET_TOTAL", _("Row %(row)s holds totals. It was left out, and so was every row below it that has no VIN.")
)

_SAMPLE = 1000
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_KINDS: Mapping[bytes, str | Promise] = {
    b"%PDF": _("a PDF"),
    b"\x89PNG": _("a picture"),
    b"\xff\xd8\xff": _("a picture"),
    b"GIF8": _("a picture"),
    b"II*\0": _("a picture"),
    b"{\\rtf": _("a Word document"),
    b"\x1f\x8b": _("an archive"),
    b"Rar!": _("an archive"),
    b"7z\xbc\xaf": _("an archive"),
    b"PK\x05\x06": _("an archive"),
    _OLD_OFFICE: _("an old Excel file (.xls)"),
}
_TEXT_KINDS: Mapping[str, str | Promise] = {"<": _("a web page"), "{": _("JSON"), "[": _("JSON")}


class Format(StrEnum):
    """What the file is, and what it is handed back as."""

    WORKBOOK = "WORKBOOK"
    TEXT = "TEXT"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands, counted from 0; its title in the file, and the unit that the title names."""

    index: int
    title: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One vehicle as it stands in the file: the cells that show something, by the key of their column."""

    number: int
    values: Mapping[str, Value]
    places: Mapping[str, Place]


@dataclass(frozen=True)
class Table:
    """A file that was understood. notes: what was left out of it, as warnings about the whole file."""

    format: Format
    lines: Callable[[], Iterator[Line]]
    separator: str
    header: int
    places: Mapping[str, Place]
    notes: tuple[Problem, ...] = ()
    count: int = 0

    def rows(self) -> Iterator[Row]:
        """The vehicles, from the top."""
        return (row for row, is_total in self.judged() if not is_total)

    def row(self, number: int, line: Sequence[Value]) -> Row:
        """One line of the file, whatever it holds."""
        known = {key: line[place.index] for key, place in self.places.items() if place.index < len(line)}
        return Row(number, {key: value for key, value in known.items() if not cells.is_blank(value)}, self.places)

    def judged(self) -> Iterator[tuple[Row, bool]]:
        """Every row below the header that is not empty, no example and no header again; and whether it is a total.

        Below a total only a row with a VIN is a vehicle: signatures stand there, and sometimes the next table.
        """
        title = folded(self.places["vin"].title)
        is_below = False
        for number, line in self.lines():
            if number <= self.header or all(map(cells.is_blank, line)):
                continue
            if number > LAST_LINE:
                raise NotReadable(SHEET_ROWS, {"most": MOST_ROWS})
            row = self.row(number, line)
            vin = folded(str(row.values.get("vin", "")))
            first = folded(str(next(value for value in line if not cells.is_blank(value))))
            if vin.startswith(TOTALS) or (len(vin) != vins.LENGTH and first.startswith(TOTALS)):
                is_below = True
                yield row, True
            elif row.values and vin != title and not vin.startswith(_examples()) and (vin or not is_below):
                yield row, False


def open_table(data: bytes) -> Table:
    """Read an uploaded file.

    Raises: NotReadable, whose sentence says what to do with the file.
    """
    _check_size(data)
    if data.startswith(_ZIP):
        book = Workbook(data)
        return _checked([_Found(Format.WORKBOOK, partial(book.lines, sheet)) for sheet in book.sheets])
    if data.startswith(_OLD_OFFICE) and _ENCRYPTED in data:
        raise NotReadable(SHEET_PASSWORD)
    for magic, kind in _KINDS.items():
        if data.startswith(magic):
            raise NotReadable(SHEET_FORMAT, {"kind": kind})
    texts = [text for text in delimited.decoded(data) if "\0" not in text[:_SAMPLE]]
    if not texts:
        raise NotReadable(SHEET_FORMAT, {"kind": _("no table")})
    return _open_text(texts)


class _Found:
    """One way to read the file, and the row in it that names most columns."""

    def __init__(self, format: Format, lines: Callable[[], Iterator[Line]], separator: str = "") -> None:
        self.format, self.lines, self.separator = format, lines, separator
        self.number, self.titles = 0, dict[int, str]()
        self.known: dict[int, tuple[str, str]] = {}
        for number, line in takewhile(lambda each: each[0] <= HEADER_WITHIN, lines()):
            titles = {index: cells.tidy(str(value)) for index, value in enumerate(line) if not cells.is_blank(value)}
            known = {index: found for index, title in titles.items() if (found := columns.match(title))}
            if _score(known) > _score(self.known):
                self.number, self.titles, self.known = number, titles, known

    @property
    def score(self) -> tuple[bool, int]:
        """What the better of two readings has more of."""
        return _score(self.known)


def _score(known: Mapping[int, tuple[str, str]]) -> tuple[bool, int]:
    keys = {key for key, _unit in known.values() if key}
    return "vin" in keys, len(keys)


def _check_size(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise NotReadable(SHEET_SIZE, {"most": MOST_BYTES // 1_000_000})
    if not content.strip():
        raise NotReadable(SHEET_EMPTY)


def _open_text(texts: Sequence[str]) -> Table:
    """By the reading and the separator that find most columns; of equals the likeliest, which comes first."""
    ways = [(text, separator) for text in texts for separator in delimited.SEPARATORS]
    found = [_Found(Format.TEXT, partial(delimited.lines, *way, strict=False), way[1]) for way in ways]
    for each, way in zip(found, ways, strict=True):
        each.lines = partial(delimited.lines, *way)
    return _checked(found, _TEXT_KINDS.get(texts[0].lstrip("\ufeff \t\r\n")[:1]))


def _checked(readings: Sequence[_Found], kind: str | Promise | None = None) -> Table:
    """The table of the best reading, every row of it seen once. kind: what it is if it has no header."""
    found = max(readings, key=lambda each: each.score, default=None)
    if found is None or found.score < (False, 2):
        if kind:
            raise NotReadable(SHEET_FORMAT, {"kind": kind})
        raise NotReadable(SHEET_HEADER, {"columns": _Titles()})
    if max(found.titles) >= MOST_COLUMNS:
        raise NotReadable(SHEET_COLUMNS, {"most": MOST_COLUMNS})
    places: dict[str, Place] = {}
    notes = []
    for index, title in found.titles.items():
        key, unit = found.known.get(index, (None, ""))
        if key is None:
            values = {"column": letter(index), "title": shown(title)}
            notes.append(Problem(SHEET_UNKNOWN_COLUMN, "", Level.WARNING, values))
        elif key in places:
            values = {
                "first": letter(places[key].index),
                "second": letter(index),
                "title": columns.title_of(key, title),
            }
            raise NotReadable(SHEET_SAME_COLUMN, values)
        elif key:
            places[key] = Place(index, title, unit)
            notes += filter(None, [cells.currency_problem(unit)])
    if "vin" not in places:
        raise NotReadable(SHEET_NO_VIN, {"row": found.number})
    table = Table(found.format, found.lines, found.separator, found.number, places)
    totals, count = [], 0
    for row, is_total in table.judged():
        totals += [row.number] if is_total else []
        count += not is_total
        if count > MOST_ROWS:
            raise NotReadable(SHEET_ROWS, {"most": MOST_ROWS})
    notes += [Problem(SHEET_TOTAL, "", Level.WARNING, {"row": number}) for number in totals[:1]]
    return replace(table, notes=tuple(notes), count=count)


class _Titles:
    """A few titles, in the language that is active when the sentence is read."""

    def __str__(self) -> str:
        return ", ".join(str(column.title) for column in columns.COLUMNS if column.key in {"vin", "make", "model"})


@cache
def _examples() -> tuple[str, ...]:
    return tuple(map(folded, in_all_languages(EXAMPLE)))
