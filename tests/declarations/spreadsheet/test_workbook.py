"""Workbooks as other programs write them."""

from datetime import datetime, time

import pytest

from declarations.spreadsheet.workbook import Value, Workbook
from tests.declarations.spreadsheet.files import MAIN, patched, refusal, shared, sheet, workbook


def values(data: bytes) -> list[list[Value]]:
    book = Workbook(data)
    return [line for _number, line in book.lines(book.sheets[0])]


def test_every_kind_of_cell_is_read() -> None:
    moment = datetime.fromisoformat("2026-11-25")

    data = workbook(["text", 1, 1.5, True, False, moment, time(8, 30), None, "end"])

    assert values(data) == [["text", 1, 1.5, True, False, moment, time(8, 30), None, "end"]]


def test_prefixes_reading_aids_and_rich_text_are_understood() -> None:
    rows = (
        "<x:sheetData><x:row><x:c t='inlineStr'><x:is><x:r><x:t>V</x:t></x:r><x:r><x:t>IN</x:t></x:r>"
        "<x:rPh><x:t>aside</x:t></x:rPh></x:is></x:c><x:c/><x:c t='d'><x:v>2026-11-25</x:v></x:c></x:row></x:sheetData>"
    )
    xml = f"<x:worksheet xmlns:x={MAIN.partition('=')[2]}>{rows}</x:worksheet>"

    assert values(patched(workbook(["a"]), {"xl/worksheets/sheet1.xml": xml.encode()})) == [["VIN", None, "2026-11-25"]]


def test_a_serial_beyond_the_calendar_is_an_error_of_excel() -> None:
    styles = (
        f"<styleSheet {MAIN}><numFmts><numFmt numFmtId='200' formatCode='dd/mm/yyyy'/></numFmts><cellStyleXfs>"
        "<xf numFmtId='0'/></cellStyleXfs><cellXfs><xf numFmtId='0'/><xf numFmtId='200'/><xf numFmtId='31'/></cellXfs>"
        "<cellStyles/></styleSheet>"
    )
    data = sheet('<row r="2"><c s="1"><v>99999999</v></c><c s="2"><v>46351</v></c><c s="9"><v>46351</v></c></row>')

    read = values(patched(data, {"xl/styles.xml": styles.encode()}))[1]

    assert read == ["#VALUE!", datetime.fromisoformat("2026-11-25"), 46351]


SHARED = "<si><t>VIN</t></si><si><r><t>Ma</t></r><r><t>ke</t></r><rPh><t>aside</t></rPh></si>"


def test_shared_texts_stand_where_their_numbers_are() -> None:
    assert values(shared(SHARED, "<row><c t='s'><v>1</v></c><c t='s'><v>0</v></c></row>")) == [["Make", "VIN"]]


@pytest.mark.parametrize("limit", ["MOST_SHARED", "MOST_SHARED_CHARACTERS"])
def test_too_many_shared_texts_are_refused(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"declarations.spreadsheet.workbook.{limit}", 1)

    assert refusal(shared(SHARED, "")) == "SHEET_UNPACKED"


def test_a_text_is_cut_where_excel_cuts_it() -> None:
    long = "x" * 100_000

    (_header, line) = values(sheet(f'<row r="2"><c t="str"><v>{long}</v></c></row>'))

    assert len(str(line[0])) == 32_767


@pytest.mark.parametrize("rows", ['<row r="2">' + "<c/>" * 100 + "</row>", "<row/>" * 100, "<other/>" * 100])
def test_elements_without_end_are_refused(rows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(sheet(rows)) == ""

    monkeypatch.setattr("declarations.spreadsheet.workbook.MOST_ELEMENTS", 100)

    assert refusal(sheet(rows)) == "SHEET_UNPACKED"


def test_a_huge_dimension_costs_nothing() -> None:
    cell = "<c t='str'><v>VIN</v></c>"
    xml = f"<worksheet {MAIN}><dimension ref='A1:XFD1048576'/><sheetData><row>{cell}</row></sheetData></worksheet>"

    assert values(patched(workbook(["a"]), {"xl/worksheets/sheet1.xml": xml.encode()})) == [["VIN"]]
