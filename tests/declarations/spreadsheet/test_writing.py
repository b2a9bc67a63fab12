"""Files for the clerk: the template, and his own file back."""

import csv
import io

import pytest
from django.utils.translation import override
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from declarations.problems import Level, Problem
from declarations.spreadsheet import Catalogue, marked, open_table, template
from declarations.spreadsheet.columns import COLUMNS, TO_CHANGE
from declarations.spreadsheet.delimited import FORMULA_STARTS, guarded
from declarations.spreadsheet.vocabulary import LANGUAGES
from tests.declarations.spreadsheet.files import VIN, cleaned, text, told, workbook

CATALOGUE = Catalogue({"L9": {"make": "Li Auto"}, "=cmd()": {}})
EMPTY = Problem("REQUIRED", "/make")
DOUBT = Problem("WANTED", "/colour", Level.WARNING)


def first_sheet(data: bytes) -> Worksheet:
    return load_workbook(io.BytesIO(data)).worksheets[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_is_read_in_every_language_and_its_examples_are_passed_over(language: str) -> None:
    data = template(language, CATALOGUE)

    table = open_table(data)

    assert list(table.places) == [column.key for column in COLUMNS]
    assert (table.count, table.notes) == (0, ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_example_with_a_vin_of_ones_own_is_a_good_vehicle(language: str) -> None:
    book = load_workbook(io.BytesIO(template(language, CATALOGUE)))
    for row in (2, 3):
        book.worksheets[0][f"A{row}"] = VIN
    data = io.BytesIO()
    book.save(data)

    new, used = cleaned(open_table(data.getvalue()))

    assert (new.problems, used.problems) == ((), ())
    assert (new.body["condition"], new.body["powertrain"], new.body["category"]) == ("NEW", "BEV", "M1")
    assert (used.body["condition"], used.body["displacement_cc"]) == ("USED", 1969)
    assert new.body["papers"][0]["quantity"] == 300


def test_a_template_offers_lists_and_keeps_texts_texts() -> None:
    with override("en"):
        book = load_workbook(io.BytesIO(template("ru", CATALOGUE)))
    sheet, explained, lists = book.worksheets
    offered = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}

    assert sheet.column_dimensions["A"].number_format == "@"
    assert "$B$1:$B$2" in offered["B2:B10003"]
    assert len(offered) == 5
    assert (lists["B1"].value, lists["B2"].value, lists["B2"].data_type) == ("L9", "=cmd()", "s")
    assert lists.sheet_state == "hidden"
    assert explained.max_row == len(COLUMNS) + 1
    assert explained["B2"].value != explained["B3"].value
    assert (
        len(load_workbook(io.BytesIO(template("en", Catalogue({})))).worksheets[0].data_validations.dataValidation) == 4
    )


def test_a_workbook_comes_back_with_red_cells_and_what_to_change() -> None:
    data = workbook(["list"], [], ["VIN", "Make", "Colour"], [VIN, None, "red"], [], [VIN, "Tesla", None, "beside"])

    with override("kk"):
        sheet = first_sheet(
            marked(open_table(data), {4: [EMPTY, DOUBT], 6: [DOUBT, Problem("REQUIRED", "/seats")]}, "en")
        )

    assert [cell.value for cell in sheet[3]] == ["VIN", "Make", "Colour", None, "What to change"]
    assert sheet["E4"].value == (
        "Make: This is needed. Enter it before you lodge.\nColour: This is usually declared. Enter it if you have it."
    )
    assert sheet["E6"].value.endswith("Seats: This is needed. Enter it before you lodge.")
    assert sheet["B4"].fill.fgColor.rgb == "00FFC7CE"
    assert sheet["C4"].fill.fgColor.rgb == sheet["C6"].fill.fgColor.rgb == "00FFEB9C"
    assert sheet["A4"].fill.fgColor.rgb == "00000000"
    assert sheet["D6"].value == "beside"


def test_an_error_hides_a_warning_in_one_cell() -> None:
    table = open_table(workbook(["VIN", "Make"], [VIN]))

    sheet = first_sheet(
        marked(table, {2: [EMPTY, Problem("VIN_MAKER", "/make", Level.WARNING, {"wmi": "", "maker": ""})]}, "en")
    )

    assert sheet["B2"].fill.fgColor.rgb == "00FFC7CE"


@pytest.mark.parametrize(
    "data",
    [
        workbook(["VIN", "Make"], [VIN, "=A1"], [VIN, "Tesla"]),
        text("VIN;Make", f"{VIN};=A1", f"{VIN};Tesla"),
        text("车架号,品牌", f"{VIN},=A1", f"{VIN},Tesla", encoding="gb18030"),
    ],
)
def test_a_marked_file_is_read_and_marked_again(data: bytes) -> None:
    table = open_table(data)
    rows = cleaned(table)
    again = open_table(marked(table, {row.number: row.problems for row in rows}, "zh-hans"))

    assert told(cleaned(again)) == told(rows) == [("CELL_FORMULA", "B2", "ERROR")]
    assert [row.body for row in cleaned(again)] == [row.body for row in rows]
    assert again.notes == ()
    assert again.places[TO_CHANGE].index == 2

    clean_again = open_table(marked(again, {}, "en"))

    assert clean_again.places[TO_CHANGE].index == 2
    assert [line[2:3] for number, line in clean_again.lines() if number > 1] in ([[""], [""]], [[], []])


def test_a_text_table_opens_in_excel() -> None:
    data = marked(open_table(f"VIN\tMake\n{VIN}\t".encode()), {2: [Problem("REQUIRED")]}, "en")

    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").splitlines()[1] == f"{VIN}\t\tThis is needed. Enter it before you lodge."


def test_the_wide_signs_of_a_chinese_keyboard_begin_a_formula_as_well() -> None:
    assert guarded("＝HYPERLINK(1)") == "'＝HYPERLINK(1)"
    assert set("=＝+＋-－@＠\t\r\n") <= set(FORMULA_STARTS)


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_text_becomes_a_formula(start: str) -> None:
    # In a workbook only what is declared a formula is one; in a text table what begins like one.
    attack = f"{start}1+cmd()"

    book = open_table(workbook(["VIN", "Make", f"{start}x"], [VIN, attack, attack]))
    sheet = first_sheet(marked(book, {2: [Problem("CHOICE_UNKNOWN", "", values={"value": attack})]}, "en"))
    quoted = f'"{attack}"'
    table = open_table(text("VIN,Make", f"{VIN},{quoted}"))
    lines = list(csv.reader(io.StringIO(marked(table, {}, "en").decode("utf-8-sig"), newline="")))

    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}
    assert not [value for line in lines for value in line if value.startswith(FORMULA_STARTS)]


def test_characters_that_no_workbook_may_hold_are_replaced() -> None:
    table = open_table(f"VIN\tMake\n{VIN}\ta\x01b".encode())

    assert "a\ufffdb" in marked(table, {}, "en").decode("utf-8-sig")
