"""One row to one vehicle, and back to the cell."""

import pytest

from declarations.problems import Level, Problem
from declarations.spreadsheet import Catalogue, open_table, with_checks
from declarations.spreadsheet.rows import place_of
from tests.declarations.spreadsheet.files import VIN, cell_of, cleaned, told

L9 = {
    "make": "Li Auto",
    "model": "L9",
    "seats": 6,
    "papers": [{"code": "export_licence", "number": "26-1", "quantity": 300}, {"code": "packing_list", "number": "P"}],
}
CATALOGUE = Catalogue({"L9 Max": L9, "Model 3": {"make": "Tesla"}})


def test_a_row_may_be_a_vin_and_a_model_of_the_catalogue() -> None:
    (row,) = cleaned(open_table(f"VIN\tModel code\n{VIN}\tl9-max".encode()), CATALOGUE)

    assert row.body == {"vin": VIN} | L9
    assert row.problems == ()
    assert row.number == 2


def test_the_model_column_may_name_the_catalogue_too() -> None:
    first, second, third = cleaned(
        open_table(f"VIN\tModel\n{VIN}\tL9 Max\n{VIN}\tModel 3\n{VIN}\tModel Y".encode()), CATALOGUE
    )

    assert first.body["model"] == "L9"
    assert second.body == {"vin": VIN, "model": "Model 3", "make": "Tesla"}
    assert third.body == {"vin": VIN, "model": "Model Y"}


def test_the_cells_of_a_row_win_over_the_catalogue() -> None:
    pasted = f"VIN\tCatalogue\tSeats\tInsurance no\tExport licence no\n{VIN}\tL9 Max\t7\tI-1\t26-2"

    (row,) = cleaned(open_table(pasted.encode()), CATALOGUE)

    assert row.body["seats"] == 7
    assert row.body["papers"] == [
        {"code": "compulsory_insurance", "number": "I-1"},
        {"code": "export_licence", "number": "26-2", "quantity": 300},
        {"code": "packing_list", "number": "P"},
    ]
    assert L9["papers"][0]["number"] == "26-1"  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "code", "names"),
    [("L9 Mx", "CATALOGUE_NEAR", "L9 Max"), ("tractor", "CATALOGUE_UNKNOWN", ""), ("=A1", "CELL_FORMULA", None)],
)
def test_a_name_that_is_not_in_the_catalogue_is_told(name: str, code: str, names: str | None) -> None:
    rows = cleaned(open_table(f"VIN\tSKU\n{VIN}\t{name}\n{VIN}\t{name}".encode()), CATALOGUE)

    assert told(rows) == [(code, "B2", "ERROR"), (code, "B3", "ERROR")]
    assert rows[0].problems[0].values.get("names") == names
    assert rows[0].body == {"vin": VIN}


def test_a_driver_and_papers_are_groups() -> None:
    (row,) = cleaned(
        open_table(f"ФИО\tVIN\tГражданство\tЛицензия действует до\nLI WEI\t{VIN}\tКитай\t31.12.2026".encode())
    )

    assert row.body == {
        "vin": VIN,
        "driver": {"name": "LI WEI", "nationality": "CN"},
        "papers": [{"code": "export_licence", "valid_until": "2026-12-31"}],
    }


@pytest.mark.parametrize(
    ("pointer", "cell"),
    [
        ("/vin", "A3"),
        ("/seats", ""),
        ("/make", "F3"),
        ("/driver", "B3"),
        ("/driver/name", "B3"),
        ("/papers/0", "D3"),
        ("/papers/0/number", "D3"),
        ("/papers/0/valid_until", "E3"),
        ("/papers/0/quantity", ""),
        ("/papers/1/number", ""),
        ("/papers/x", ""),
        ("/papers", ""),
        ("", ""),
    ],
)
def test_a_pointer_leads_to_its_cell(pointer: str, cell: str) -> None:
    head = "VIN\tDriver\tInsurance no\tExport licence no\tExport licence valid until\tMake"

    (row,) = cleaned(open_table(f"{head}\n\n{VIN}\tLI\t\t26-1".encode()))

    assert cell_of(row, pointer) == cell
    assert (place_of(row.row, pointer) is None) is (not cell)


def test_the_checks_are_silent_where_the_cell_could_not_be_read() -> None:
    (row,) = cleaned(open_table(f"VIN\tMake\tPlate valid until\n{VIN}\t=A1\t46351".encode()))

    found = [Problem("REQUIRED", "/make"), Problem("PLATE_EXPIRED", "/plate_expires_on")]

    assert [(each.code, each.level) for each in with_checks(row.problems, found)] == [
        ("CELL_FORMULA", Level.ERROR),
        ("CELL_CONVERTED", Level.WARNING),
        ("PLATE_EXPIRED", Level.ERROR),
    ]
