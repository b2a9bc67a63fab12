"""A plain table for the accounts, as CSV or as a workbook. Texts are written as texts, never as formulas."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

from openpyxl import Workbook

from declarations.spreadsheet import delimited
from declarations.spreadsheet.writing import cell_of, plain, saved

Cell = str | int | Decimal | None


def as_text(_title: str, rows: Sequence[Sequence[Cell]]) -> bytes:
    """CSV in an encoding that Excel opens rightly."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([delimited.guarded(plain(each)) if isinstance(each, str) else _figure(each) for each in row])
    return text.getvalue().encode("utf-8-sig")


def as_workbook(title: str, rows: Sequence[Sequence[Cell]]) -> bytes:
    """A workbook with one sheet; amounts are numbers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append([cell_of(sheet, each) for each in row])
    return saved(book)


def _figure(value: Cell) -> str:
    return "" if value is None else str(value)
