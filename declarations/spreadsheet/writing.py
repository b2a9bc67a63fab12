"""Tables for the clerk: an empty one to begin with, and his own back with red cells and a column of what to change.

A workbook is written anew with its values, rows and columns where they were: what else it held (pictures, other
sheets, outside links) is nothing that should be sent back unread. Texts are written as texts, never as formulas
(ASVS 5.0, 1.2.10).
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from declarations.problems import Level, Problem
from declarations.spreadsheet import cells, delimited
from declarations.spreadsheet.columns import CATALOGUE, COLUMNS, TO_CHANGE, TO_CHANGE_TITLE, Column, title_of
from declarations.spreadsheet.reading import EXAMPLE, MOST_ROWS, Format, Row, Table, letter
from declarations.spreadsheet.rows import Catalogue, place_of
from declarations.spreadsheet.workbook import LONGEST_TEXT, Value

_FILLS = {
    Level.ERROR: PatternFill("solid", fgColor="FFC7CE"),
    Level.WARNING: PatternFill("solid", fgColor="FFEB9C"),
}
_BOLD, _PALE = Font(bold=True), Font(italic=True, color="808080")
_AS_TEXT, _AS_DAY = "@", "yyyy-mm-dd"
_EXAMPLE_ROWS = (2, 3)
_WIDTH, _WIDE = 20, 70
_Line = Sequence[Value]


def template(language: str, catalogue: Catalogue) -> bytes:
    """A workbook to fill in: titles and lists in one language, two examples that the reader passes over."""
    book = Workbook()
    with override(language):
        sheet = book.active
        sheet.title = _("Vehicles")
        explained = book.create_sheet(_("Columns"))
        lists = book.create_sheet(_("Lists"))
        lists.sheet_state = "hidden"
        _put(explained, 1, (_("Column"), _("Needed"), _("What to enter"), _("Example")), _BOLD)
        for index, column in enumerate(COLUMNS):
            words = catalogue.names if column.key == CATALOGUE else [str(each.label) for each in column.choices]
            examples = [_example(column, example) for example in column.examples]
            at = letter(index)
            _put_column(sheet, at, column)
            for row, text in zip(_EXAMPLE_ROWS, examples, strict=True):
                told = f"{EXAMPLE} {text}" if column.key == "vin" else text
                _write(sheet, f"{at}{row}", told, _PALE)
            if words:
                _offer(sheet, lists, at, words)
            needed = _("yes") if column.is_needed else _("no")
            shown = next((example for example in examples if example), "")
            _put(explained, index + 2, (str(column.title), needed, str(column.enter), shown))
        for at, width in zip("ABCD", (_WIDTH * 2, _WIDTH, _WIDE, _WIDTH * 2), strict=True):
            explained.column_dimensions[at].width = width
        sheet.freeze_panes = "B2"
    return saved(book)


def marked(table: Table, problems: Mapping[int, Sequence[Problem]], language: str) -> bytes:
    """The file again: wrong cells red, doubtful ones yellow, and a last column that says what to change.

    problems: by the number of the row, their pointers beginning at the vehicle. A file handed back before has its last
    column written anew.
    """
    with override(language):
        last = table.places.get(TO_CHANGE)
        index = last.index if last else max(len(line) for _number, line in table.lines())
        pages = _BookPages(table, index) if table.format is Format.WORKBOOK else _TextPages(table)
        written = 0
        for number, line in table.lines():
            for _gap in range(number - written - 1):
                pages.add([], {})
            written = number
            found = problems.get(number, ()) if number > table.header else ()
            row = table.row(number, line)
            told = str(TO_CHANGE_TITLE) if number == table.header else "\n".join(_told(row, each) for each in found)
            full = [*line, *[None] * (index + 1 - len(line))]
            full[index] = told or None
            pages.add(full, _levels(row, found))
        return pages.saved()


class _BookPages:
    """Rows of a workbook, written as they come."""

    def __init__(self, table: Table, last: int) -> None:
        self.book = Workbook(write_only=True)
        self.sheet = self.book.create_sheet()
        self.sheet.freeze_panes = f"A{table.header + 1}"
        for index in range(last):
            self.sheet.column_dimensions[letter(index)].width = _WIDTH
        self.sheet.column_dimensions[letter(last)].width = _WIDE

    def add(self, line: _Line, levels: Mapping[int, Level]) -> None:
        """One row; levels: the cells that are wrong, by their column."""
        self.sheet.append([self._cell(value, levels.get(index)) for index, value in enumerate(line)])

    def saved(self) -> bytes:
        """The whole workbook."""
        return saved(self.book)

    def _cell(self, value: Value, level: Level | None) -> Any:
        if level is None and not isinstance(value, str):
            return value
        cell = WriteOnlyCell(self.sheet)
        _set(cell, value)
        if level is not None:
            cell.fill = _FILLS[level]
        return cell


class _TextPages:
    """Rows of a text table, in an encoding and with a separator that Excel opens rightly."""

    def __init__(self, table: Table) -> None:
        self.text = io.StringIO()
        self.writer = csv.writer(self.text, delimiter=table.separator)

    def add(self, line: _Line, _levels: Mapping[int, Level]) -> None:
        """One row; a text table has no colours."""
        self.writer.writerow([delimited.guarded(plain(str(value))) if value else "" for value in line])

    def saved(self) -> bytes:
        """The whole file."""
        return self.text.getvalue().encode("utf-8-sig")


def _told(row: Row, problem: Problem) -> str:
    """What to change, behind the title of its column."""
    place = place_of(row, problem.pointer)
    title = place.title if place else title_of(problem.pointer.removeprefix("/").replace("/", "."))
    return f"{title}: {problem.message}" if title else problem.message


def _levels(row: Row, problems: Sequence[Problem]) -> dict[int, Level]:
    """The columns that are wrong; an error hides a warning."""
    found = [(place.index, problem.level) for problem in problems if (place := place_of(row, problem.pointer))]
    return dict(sorted(found, key=lambda each: each[1] is Level.ERROR))


def _example(column: Column, example: object) -> str:
    """An example as the template's language writes it."""
    return next((str(each.label) for each in column.choices if each == example), str(example))


def _put(sheet: Worksheet, row: int, values: Sequence[str], font: Font | None = None) -> None:
    for index, value in enumerate(values):
        _write(sheet, f"{letter(index)}{row}", value, font)


def _put_column(sheet: Worksheet, at: str, column: Column) -> None:
    """A title; and the cells below as texts, so that Excel takes no digit of a VIN or a phone away."""
    _write(sheet, f"{at}1", str(column.title), _BOLD)
    dimension = sheet.column_dimensions[at]
    dimension.width = _WIDTH
    if column.read is cells.day:
        dimension.number_format = _AS_DAY
    elif column.read in {cells.vin, cells.text, cells.hs_code}:
        dimension.number_format = _AS_TEXT


def _offer(sheet: Worksheet, lists: Worksheet, at: str, words: Sequence[str]) -> None:
    """A list to choose from. The words stand in a hidden sheet: written into the rule they may have 255 characters."""
    for row, word in enumerate(words, 1):
        _write(lists, f"{at}{row}", word)
    rule = DataValidation(type="list", formula1=f"'{lists.title}'!${at}$1:${at}${len(words)}", allow_blank=True)
    rule.add(f"{at}2:{at}{MOST_ROWS + len(_EXAMPLE_ROWS) + 1}")
    sheet.add_data_validation(rule)


def _write(sheet: Worksheet, at: str, value: str, font: Font | None = None) -> None:
    if value:
        _set(sheet[at], value)
        if font:
            sheet[at].font = font


def cell_of(sheet: Any, value: Any) -> Any:
    """A cell of a sheet that is only written; a text stays one."""
    cell = WriteOnlyCell(sheet)
    _set(cell, value)
    return cell


def _set(cell: Any, value: Value) -> None:
    """A value into a cell; a text stays one, whatever it begins with."""
    if isinstance(value, str):
        cell.value = plain(value)
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(delimited.FORMULA_STARTS)
    else:
        cell.value = value


def plain(text: str) -> str:
    """Without characters that no file may hold, and no longer than a cell."""
    legal: str = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)
    return legal[:LONGEST_TEXT]


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    result = io.BytesIO()
    book.save(result)
    return result.getvalue()
