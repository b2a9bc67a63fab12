"""A column names a ferryman of the register: his facts become the driver's, or the cell says what is wrong."""

import pytest

from declarations.actions import ferrymen, sheets
from tests.cast import NOON, vehicle_body

pytestmark = pytest.mark.django_db


def named(number, title="Ferryman", **more):
    """A file of one vehicle whose ferryman is named so."""
    body = vehicle_body(1)
    values = {"vin": body["vin"], "make": body["make"], "model": body["model"], title: number, **more}
    return f"{','.join(values)}\n{','.join(values.values())}\n".encode()


def problems(sheet):
    (found,) = sheets.problems_of(sheet, list(sheet.rows.all()), now=NOON)
    return [(each.code, each.level) for each in found if each.pointer == "/ferryman"]


@pytest.mark.parametrize("number", ["CARD-1", " card-1 ", "E10000001", "e1000-0001"])
def test_a_card_or_a_passport_fills_the_driver_as_the_page_does(intake, enter, number):
    member = enter(1)
    sheet = intake.send(named(number))
    assert sheet.rows.get().body["driver"] == member.driver()
    assert problems(sheet) == []


@pytest.mark.parametrize("title", ["摆渡人", "Перегонщик", "Айдап өткізуші", "ferryman", "Ferryman of your register"])
def test_the_column_is_known_in_four_languages(intake, enter, title):
    enter(1)
    assert intake.send(named("CARD-1", title)).rows.get().body["driver"]["name"] == "Li Wei 1"


def test_two_peoples_facts_never_mix(intake, enter):
    member = enter(1)
    sheet = intake.send(named("CARD-1", **{"driver's name": "Zhang San", "phone": "13900000000"}))
    assert sheet.rows.get().body["driver"] == member.driver()


def test_an_empty_cell_leaves_the_drivers_own_cells_alone(intake, enter):
    enter(1)
    sheet = intake.send(named("", **{"driver's name": "Zhang San"}))
    assert sheet.rows.get().body["driver"] == {"name": "Zhang San"}


def test_of_what_is_wrong_the_cell_says_what_to_do_and_not_what_it_held(intake, enter, alice):
    retired, lost, _one, _two = enter(1), enter(2), enter(3, card="SAME"), enter(4, card="SAME")
    ferrymen.retire(member_id=retired.pk, by=alice, now=NOON)
    ferrymen.lose_card(member_id=lost.pk, by=alice, now=NOON)
    wrong = {
        "CARD-1": "FERRYMAN_RETIRED",
        "E10000001": "FERRYMAN_RETIRED",
        "CARD-2": "FERRYMAN_CARD_LOST",
        "SAME": "FERRYMAN_SHARED_CARD",
        "CARD-99": "FERRYMAN_UNKNOWN",
        "=A1": "CELL_FORMULA",
    }
    for number, code in wrong.items():
        sheet = intake.send(named(number))
        row = sheet.rows.get()
        assert problems(sheet) == [(code, "ERROR")], number
        assert row.level == "BAD"
        assert "driver" not in row.body
        assert number not in str(row.remarks)
        assert sheet.columns["ferryman"] == "D", "the problem is told at its cell"


def test_whoever_lost_his_card_is_named_by_his_passport_with_a_warning(intake, enter, alice):
    member = enter(1)
    ferrymen.lose_card(member_id=member.pk, by=alice, now=NOON)
    sheet = intake.send(named("E10000001"))
    assert sheet.rows.get().body["driver"]["card"] == ""
    assert problems(sheet) == [("FERRYMAN_WITHOUT_CARD", "WARNING")]


def test_another_enterprises_ferryman_is_nobody_here(intake, enter, mallory):
    enter(1, by=mallory)
    assert problems(intake.send(named("E10000001"))) == [("FERRYMAN_UNKNOWN", "ERROR")]


def test_every_row_of_a_file_may_name_one(intake, enter):
    enter(1)
    lines = "\n".join(f"{vehicle_body(n)['vin']},Tesla,Model 3,CARD-1" for n in range(1, 9))
    sheet = intake.send(f"vin,make,model,ferryman\n{lines}\n".encode())
    assert {row.body["driver"]["name"] for row in sheet.rows.all()} == {"Li Wei 1"}
