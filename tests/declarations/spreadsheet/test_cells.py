"""One cell to one value."""

from datetime import datetime, time
from typing import Any

import pytest

from declarations.spreadsheet import cells
from declarations.words import Category, Condition, Powertrain


def read(value: Any, reader: cells.Reader, unit: str = "") -> tuple[object, str]:
    """The value, and the code of what was told."""
    result, problem = cells.read(value, reader, unit)
    return result, problem.code if problem else ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-25", "2026-11-25"),
        ("2026/11/25", "2026-11-25"),
        ("2026.11.25", "2026-11-25"),
        ("2026年11月25日", "2026-11-25"),
        ("２０２６年１１月２５日", "2026-11-25"),
        ("20261125", "2026-11-25"),
        (20261125, "2026-11-25"),
        ("25.11.2026", "2026-11-25"),
        ("25.11.2026 г.", "2026-11-25"),
        ("25.11.2026 ж.", "2026-11-25"),
        ("03.04.2026", "2026-04-03"),
        ("25/11/2026", "2026-11-25"),
        ("11/25/2026", "2026-11-25"),
        ("5-5-2026", "2026-05-05"),
        ("2026-11-25 00:00:00", "2026-11-25"),
        ("2026-11-25T08:30", "2026-11-25"),
        (datetime.fromisoformat("2026-11-25T13:00"), "2026-11-25"),
        ("2026-02-30", "2026-02-30"),
        ("31/02/2026", "31/02/2026"),
        ("25.11.26", "25.11.26"),
        ("长期", "长期"),
        (time(8, 30), "08:30:00"),
        (True, "TRUE"),
    ],
)
def test_a_day_is_read_however_it_is_written_or_stays_as_it_is(value: Any, expected: str) -> None:
    assert read(value, cells.day) == (expected, "")


@pytest.mark.parametrize("value", [46351, 46351.0, "46351"])
def test_a_serial_day_is_told(value: Any) -> None:
    assert read(value, cells.day) == ("2026-11-25", "CELL_CONVERTED")


@pytest.mark.parametrize("value", ["03/04/2026", "3-4-2026"])
def test_a_day_that_can_be_two_names_both(value: str) -> None:
    result, problem = cells.read(value, cells.day)

    assert result == value
    assert problem is not None
    assert problem.values == {"value": value, "first": "2026-04-03", "second": "2026-03-04"}


@pytest.mark.parametrize(
    ("value", "expected", "code"),
    [
        (2550, 2550, ""),
        (2550.0, 2550, ""),
        ("2550", 2550, ""),
        ("2 550", 2550, ""),
        ("2\u00a0550", 2550, ""),
        ("2\u202f550 кг", 2550, ""),
        ("2,550", 2550, ""),
        ("2.550", 2550, ""),
        ("2'550", 2550, ""),
        ("1.234.567", 1234567, ""),
        ("２５５０", 2550, ""),
        ("2550 kg", 2550, ""),
        ("2550公斤", 2550, ""),
        ("2,55 т", 2550, "CELL_CONVERTED"),
        ("-5", -5, ""),
        ("2550.5", "2550.5", ""),
        ("2 55", "2 55", ""),
        ("2,550,5", "2,550,5", ""),
        ("about 2550", "about 2550", ""),
        ("kg 2550 kg", "kg 2550 kg", ""),
        ("2550 lb", "2550 lb", ""),
        ("abc", "abc", ""),
        (True, "TRUE", ""),
        (1e15, "1000000000000000", "CELL_DIGITS_LOST"),
        ("1.2E+5", "1.2E+5", "CELL_DIGITS_LOST"),
    ],
)
def test_a_whole_number_is_read_with_its_groups_and_unit(value: Any, expected: object, code: str) -> None:
    assert read(value, cells.whole(cells.KILOGRAMS)) == (expected, code)


def test_the_unit_of_a_title_counts_where_a_cell_names_none() -> None:
    assert read("2.2", cells.whole(cells.KILOGRAMS), "t") == (2200, "CELL_CONVERTED")
    assert read("2200 kg", cells.whole(cells.KILOGRAMS), "t") == (2200, "")
    assert read("2200", cells.whole(cells.KILOGRAMS), "usd") == (2200, "")


@pytest.mark.parametrize(
    ("value", "expected", "code"),
    [
        (1498, 1498, ""),
        ("1498 см³", 1498, ""),
        ("1498mL", 1498, ""),
        ("1.5L", 1500, "CELL_CONVERTED"),
        ("1,5 л", 1500, "CELL_CONVERTED"),
        ("2.0T", 2000, "CELL_CONVERTED"),
        (1.5, 1500, "CELL_CONVERTED"),
        ("2", 2, ""),
        ("none", "none", ""),
    ],
)
def test_a_displacement_may_be_in_litres(value: Any, expected: object, code: str) -> None:
    assert read(value, cells.displacement) == (expected, code)


@pytest.mark.parametrize(
    ("value", "expected", "code"),
    [
        (289800, "289800", ""),
        (289800.0, "289800", ""),
        (289800.5, "289800.50", ""),
        (0.1 + 0.2, "0.30", ""),
        (289799.99999999994, "289800", ""),
        ("289,800.00", "289800", ""),
        ("289 800,50", "289800.50", ""),
        ("2.550,5", "2550.50", ""),
        ("1.005", "1005", ""),
        ("12.3456", "12.3456", ""),
        ("¥289,800.00", "289800", "CELL_CURRENCY"),
        ("289800元", "289800", "CELL_CURRENCY"),
        ("28.98万", "289800", "CELL_CONVERTED"),
        ("free", "free", ""),
    ],
)
def test_an_amount_has_no_noise(value: Any, expected: str, code: str) -> None:
    assert read(value, cells.money) == (expected, code)


@pytest.mark.parametrize(
    ("value", "choices", "code"),
    [
        ("新车", Condition, "NEW"),
        ("二手", Condition, "USED"),
        ("Used", Condition, "USED"),
        ("новый", Condition, "NEW"),
        ("подержанный", Condition, "USED"),
        ("б/у", Condition, "USED"),
        ("жаңа", Condition, "NEW"),
        ("ескі", Condition, "USED"),
        ("纯电", Powertrain, "BEV"),
        ("插混", Powertrain, "PHEV"),
        ("增程", Powertrain, "EREV"),
        ("混动", Powertrain, "HEV"),
        ("汽油", Powertrain, "PETROL"),
        ("柴油", Powertrain, "DIESEL"),
        ("ЭЛЕКТРО", Powertrain, "BEV"),
        ("гибрид", Powertrain, "HEV"),
        ("range-extender", Powertrain, "EREV"),
        ("бензин", Powertrain, "PETROL"),
        ("электр", Powertrain, "BEV"),
        ("Ｍ１", Category, "M1"),
        ("乘用车", Category, "M1"),
        ("steam", Powertrain, "steam"),
    ],
)
def test_a_word_of_a_closed_list_is_known_in_four_languages(value: str, choices: Any, code: str) -> None:
    assert read(value, cells.choice(choices)) == (code, "")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("中国", "CN"),
        ("Казахстан", "KZ"),
        ("KAZ", "KZ"),
        ("台湾", "TW"),
        ("中国台湾", "TW"),
        ("香港", "HK"),
        ("cn", "CN"),
        ("Қытай", "CN"),
        ("РФ", "RU"),
        ("Narnia", "Narnia"),
    ],
)
def test_a_country_is_known_by_name_and_code(value: str, code: str) -> None:
    assert read(value, cells.country) == (code, "")


def test_a_national_code_loses_its_dots() -> None:
    assert read("8703.80.1090", cells.hs_code) == ("8703801090", "")
    assert read(8703801090.0, cells.hs_code) == ("8703801090", "")


@pytest.mark.parametrize("fault", ["#N/A", "#ref!", " #VALUE! "])
def test_a_fault_of_excel_is_told(fault: str) -> None:
    assert read(fault, cells.text) == (None, "CELL_FAULT")


def test_a_character_that_no_one_sees_is_told_with_its_place() -> None:
    _value, problem = cells.read("ab\u202ec", cells.text)

    assert problem is not None
    assert problem.values == {"position": 3, "character": "U+202E"}
    assert read("a\u200b\n b", cells.text) == ("a b", "")
