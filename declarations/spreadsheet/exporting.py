"""Rows for people's own programs: a CSV that Excel opens rightly, or a workbook.

A text stays a text whatever it begins with: nothing in these files runs as a formula (ASVS 5.0, 1.2.10).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from declarations.spreadsheet.delimited import FORMULA_STARTS, guarded
from declarations.spreadsheet.workbook import LONGEST_TEXT, letter

Cell = str | int | Decimal | date | datetime | None

BOLD = Font(bold=True)
WIDTH = 20
_MOMENT, _DAY, _AMOUNT = "yyyy-mm-dd hh:mm", "yyyy-mm-dd", "#,##0.00"


def as_csv(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The lines one by one, in UTF-8 with the mark by which Excel knows it; moments as ISO 8601 with their zone."""
    yield b"\xef\xbb\xbf"
    for row in chain([titles], rows):
        line = io.StringIO()
        csv.writer(line).writerow([_as_text(value) for value in row])
        yield line.getvalue().encode()


def as_workbook(name: str, titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet with a first row that stays in sight. Days, moments (on the clock they are in) and sums are values."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for index in range(len(titles)):
        sheet.column_dimensions[letter(index)].width = WIDTH
    sheet.append([_cell(sheet, title, bold=True) for title in titles])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    return saved(book)


def set_value(cell: Any, value: Any) -> None:
    """A value into a cell of a workbook; a text stays one, whatever it begins with."""
    if isinstance(value, str):
        cell.value = plain(value)
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(FORMULA_STARTS)
    else:
        cell.value = value


def plain(text: str) -> str:
    """Without characters that no file may hold, and no longer than a cell."""
    legal: str = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)
    return legal[:LONGEST_TEXT]


def saved(book: Workbook) -> bytes:
    """The whole workbook."""
    result = io.BytesIO()
    book.save(result)
    return result.getvalue()


def _as_text(value: Cell) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return guarded(plain(value)) if isinstance(value, str) else "" if value is None else str(value)


def _cell(sheet: Any, value: Cell, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet)
    # A workbook knows no zones: its reader gets the clock that stands on the wall of the port.
    set_value(cell, value.replace(tzinfo=None) if isinstance(value, datetime) else value)
    if isinstance(value, datetime):
        cell.number_format = _MOMENT
    elif isinstance(value, date):
        cell.number_format = _DAY
    elif isinstance(value, Decimal):
        cell.number_format = _AMOUNT
    if bold:
        cell.font = BOLD
    return cell
