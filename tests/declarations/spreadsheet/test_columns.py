"""Titles of columns, as clerks write them."""

from collections import defaultdict

import pytest

from declarations.checks.fields import LIMITS
from declarations.models.body import DRIVER_FIELDS, PAPER_FIELDS, VEHICLE_FIELDS
from declarations.spreadsheet import columns, synonyms
from declarations.spreadsheet.vocabulary import folded, in_all_languages


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("VIN", ("vin", "")),
        ("ＶＩＮ", ("vin", "")),
        (" V.I.N. ", ("vin", "")),
        ("VIN\n(车架号)", ("vin", "")),
        ("车架号*", ("vin", "")),
        ("ВИН-код", ("vin", "")),
        ("型号", ("model", "")),
        ("Model code", ("catalogue", "")),
        ("整备质量(kg)", ("curb_mass_kg", "")),
        ("空车质量(kg)", ("curb_mass_kg", "kg")),
        ("整备质量（千克）", ("curb_mass_kg", "千克")),
        ("空车质量kg", ("curb_mass_kg", "kg")),
        ("Пробег, км", ("odometer_km", "км")),
        ("Полная масса, т", ("gross_mass_kg", "т")),
        ("Gross mass, kg", ("gross_mass_kg", "kg")),
        ("Жүргізуші", ("driver.name", "")),
        ("ФИО водителя", ("driver.name", "")),
        ("出口许可证号", ("papers.export_licence.number", "")),
        ("Export license no.", ("papers.export_licence.number", "")),
        ("Срок действия лицензии", ("papers.export_licence.valid_until", "")),
        ("合格证编号", ("papers.certificate_of_conformity.number", "")),
        ("保险有效期至", ("papers.compulsory_insurance.valid_until", "")),
        ("序号", ("", "")),
        ("№", ("", "")),
        ("What to change", ("to_change", "")),
        ("weather", None),
        ("weather (kg)", None),
        ("", None),
    ],
)
def test_a_title_is_known_in_many_spellings(title: str, found: tuple[str, str] | None) -> None:
    assert columns.match(title) == found


def test_every_field_of_the_contract_has_a_column() -> None:
    papers = {f"papers.export_licence.{name}" for name in PAPER_FIELDS if name != "code"}

    wanted = {*VEHICLE_FIELDS, *(f"driver.{name}" for name in DRIVER_FIELDS), *papers}

    assert {column.key for column in columns.COLUMNS} >= wanted
    assert set(columns.readers()) >= wanted


def test_no_title_means_two_columns() -> None:
    meant = defaultdict(set)
    for column in columns.COLUMNS:
        for word in (*in_all_languages(column.title), *synonyms.COLUMNS.get(column.key, "").split()):
            meant[folded(word)].add(column.key)
    for code, names in synonyms.PAPERS.items():
        for field, words in synonyms.PAPER_FIELDS.items():
            for word in words.split():
                for name in names.split():
                    meant[folded(word.replace("*", name))].add(f"papers.{code}.{field}")
    for word in synonyms.IGNORED.split():
        meant[folded(word)].add("")

    assert {word: keys for word, keys in meant.items() if len(keys) > 1} == {}


def test_synonyms_belong_to_columns_that_exist() -> None:
    assert set(synonyms.COLUMNS) <= {column.key for column in columns.COLUMNS}
    assert {
        code for _paper, code, _field in (key.split(".") for key in columns.readers() if key.count(".") == 2)
    } == set(synonyms.PAPERS)


def test_a_cell_may_be_longer_than_any_field() -> None:
    assert max(limit for name, limit in LIMITS.items() if not name.startswith("consignee")) < columns.cells.LONGEST
