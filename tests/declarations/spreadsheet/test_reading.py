"""From a file to its table."""

import re

import pytest
from django.utils.translation import override

from declarations.spreadsheet import NotReadable, open_table
from declarations.spreadsheet.workbook import letter
from tests.declarations.spreadsheet.files import VIN, cleaned, text, workbook


def notes(data: bytes) -> list[tuple[str, dict[str, object]]]:
    return [(note.code, dict(note.values)) for note in open_table(data).notes]


def test_pasted_cells_are_a_table() -> None:
    table = open_table(f"VIN\tMake\n{VIN}\tTesla\n{VIN}\tGeely\n".encode())

    assert table.count == 2
    assert [row.body["make"] for row in cleaned(table)] == ["Tesla", "Geely"]
    assert [row.number for row in cleaned(table)] == [2, 3]


@pytest.mark.parametrize(
    ("pasted", "code"), [(" \n", "SHEET_EMPTY"), ("a" * 10_000_001, "SHEET_SIZE"), ("x\ty", "SHEET_HEADER")]
)
def test_what_is_pasted_is_refused_as_a_file_is(pasted: str, code: str) -> None:
    with pytest.raises(NotReadable) as refused:
        open_table(pasted.encode())

    assert refused.value.code == code
    assert [problem.code for problem in refused.value.problems] == [code]


def test_an_unknown_column_is_told_and_left_out() -> None:
    data = text("VIN,weather,备注", f"{VIN},fine,x")

    assert notes(data) == [("SHEET_UNKNOWN_COLUMN", {"column": "B", "title": "weather"})]
    assert cleaned(open_table(data))[0].body == {"vin": VIN}


def test_a_currency_in_a_title_is_told_once() -> None:
    assert notes(text("VIN,Value (USD)", f"{VIN},5")) == [("CELL_CURRENCY", {"value": "usd"})]
    assert cleaned(open_table(text("VIN,Value (USD)", f"{VIN},5")))[0].problems == ()


def test_below_a_total_only_a_row_with_a_vin_is_a_vehicle() -> None:
    data = workbook(
        ["No", "VIN", "Make"],
        [1, VIN],
        ["Total: 1"],
        ["Grand total", 1],
        ["合计", "1"],
        ["signed", None, "X"],
        [2, VIN],
    )

    assert notes(data) == [("SHEET_TOTAL", {"row": 3})]
    assert [row.number for row in cleaned(open_table(data))] == [2, 7]


def test_the_row_with_most_titles_is_the_header() -> None:
    table = open_table(text("VIN", "车架号,Make,Model", f"{VIN},Tesla,3"))

    assert table.header == 2
    assert table.count == 1


def test_a_vin_alone_is_a_header() -> None:
    assert open_table(text("VIN", VIN)).count == 1


def test_the_limits_are_inside() -> None:
    assert open_table(text("VIN", *["A"] * 10_000)).count == 10_000
    assert open_table(text(",".join(["VIN", *["x"] * 99]))).count == 0
    assert open_table(text(*["a note"] * 19, "VIN,Make")).header == 20


def test_a_refusal_speaks_the_readers_language() -> None:
    with pytest.raises(NotReadable) as refused:
        open_table(b"%PDF")

    with override("ru"):
        assert re.search("[а-я]", str(refused.value))
    with override("en"):
        assert str(refused.value) == "This is a PDF. Open it in Excel and save it as .xlsx or CSV."


def test_a_header_that_is_missing_is_described() -> None:
    with override("en"), pytest.raises(NotReadable, match="like VIN, Make, Model"):
        open_table(text("a,b", "c,d"))


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_letters(index: int, name: str) -> None:
    assert letter(index) == name
