"""A file becomes checked rows, slice by slice, once, whatever dies on the way."""

from datetime import timedelta

import pytest
from django.db import connection

from declarations.actions import sheets
from declarations.actions.sheets import reading
from declarations.clearance import sweeps
from declarations.lifecycle import DeclarationStatus, Owed
from declarations.models import OutboxTask, Sheet, fingerprint
from tests.cast import NOON, let_workers_run, vehicle_body
from tests.intake import table, vehicles
from tests.refusals import refusal, unacceptable

pytestmark = pytest.mark.django_db


def test_every_row_is_judged_by_the_same_rules_as_a_typed_vehicle(intake):
    bad = vehicle_body(2, vin=vehicle_body(2)["vin"][:-1])
    doubtful = vehicle_body(3, make="Nobody")
    again = vehicle_body(1)
    sheet = intake.send(table(vehicle_body(1), bad, doubtful, again))
    assert (sheet.total, sheet.checked, sheet.is_read, sheet.is_at_work) == (4, 4, True, False)
    first, *others = intake.levels(sheet)
    assert first in ("GOOD", "WARNING")
    assert others == ["BAD", "WARNING", "DUPLICATE"]
    found = sheets.problems_of(sheet, list(sheet.rows.all()), now=NOON)
    assert [problem.code for problem in found[1] if problem.pointer == "/vin"] == ["VIN_LENGTH"]
    twice = next(problem for problem in found[3] if problem.code == "VIN_TWICE")
    assert twice.values["row"] == sheet.rows.first().number


def test_a_vin_that_is_live_elsewhere_is_bad(intake, declaration, mallory):
    declaration(by=mallory, bodies=[vehicle_body(1)])
    sheet = intake.send(table(*vehicles(1, 2)))
    assert intake.levels(sheet)[0] == "BAD"
    assert intake.levels(sheet)[1] != "BAD"


def test_nothing_of_a_driver_stands_readable_in_the_database(intake):
    sheet = intake.send(table(vehicle_body(1)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM declarations_sheetrow WHERE sheet_id = %s", [sheet.pk])
        assert "Li Wei" not in cursor.fetchone()[0]
        cursor.execute("SELECT data FROM declarations_sheetfile WHERE sheet_id = %s", [sheet.pk])
        assert b"Li Wei" not in bytes(cursor.fetchone()[0])
    assert sheet.rows.get().body["driver"]["name"] == "Li Wei 1"
    assert sheet.content == table(vehicle_body(1))
    assert sheet.digest == fingerprint(table(vehicle_body(1)).hex())


def test_what_is_no_table_keeps_the_reason_and_owes_nothing(intake):
    sheet = intake.send(b"%PDF-1.7 nothing")
    assert (sheet.refusal, sheet.total, sheet.is_at_work) == ("SHEET_FORMAT", None, False)
    assert not OutboxTask.objects.filter(kind=Owed.CHECK_SHEET).exists()


def test_slices_share_the_rows_and_a_step_done_twice_changes_nothing(intake, monkeypatch):
    monkeypatch.setattr(reading, "SLICE", 2)
    sheet = intake.send(table(*vehicles(1, 2, 3, 4, 5)), works=False)
    reading.read(sheet_id=sheet.pk, now=NOON)
    assert OutboxTask.objects.filter(kind=Owed.CHECK_SHEET).count() == 3
    reading.read(sheet_id=sheet.pk, now=NOON)  # the message came twice
    assert sheet.rows.count() == 5
    done = []
    for _each in range(5):
        reading.check_rows(sheet_id=sheet.pk, now=NOON)
        done.append(Sheet.objects.get(pk=sheet.pk).checked)
    assert done == [2, 4, 5, 5, 5]
    assert "" not in intake.levels(sheet)


def test_a_file_that_is_called_off_is_not_read_on(intake):
    sheet = intake.send(table(*vehicles(1)), works=False)
    sheets.cancel(sheet_id=sheet.pk, by=intake.alice, now=NOON)
    let_workers_run(NOON)
    sheet.refresh_from_db()
    assert (sheet.total, sheet.is_at_work, sheet.may_change) == (None, False, False)
    half = intake.send(table(*vehicles(2)), works=False)
    reading.read(sheet_id=half.pk, now=NOON)
    sheets.cancel(sheet_id=half.pk, by=intake.alice, now=NOON)
    let_workers_run(NOON)
    half.refresh_from_db()
    assert half.checked == 0


def test_the_same_file_within_a_day_is_taken_for_a_mistake(intake):
    intake.send(table(*vehicles(1)))
    with refusal("SAME_FILE"):
        intake.send(table(*vehicles(1)))
    assert intake.send(table(*vehicles(1)), again=True).total == 1
    intake.now += timedelta(days=2)
    assert intake.send(table(*vehicles(1))).total == 1


def test_a_file_that_was_refused_or_called_off_may_come_again(intake):
    intake.send(b"%PDF-1.7 nothing")
    intake.send(b"%PDF-1.7 nothing")
    sheet = intake.send(table(*vehicles(1)))
    sheets.cancel(sheet_id=sheet.pk, by=intake.alice, now=NOON)
    assert intake.send(table(*vehicles(1))).total == 1


def test_only_the_draft_of_ones_own_is_filled(intake, mallory, declaration):
    for somebody in (mallory,):
        with refusal("NOT_PERMITTED"):
            sheets.upload(declaration_id=intake.draft.pk, name="x", data=b"x", by=somebody, now=NOON)
    lodged = declaration(status=DeclarationStatus.RELEASED)
    with refusal("NOT_A_DRAFT"):
        sheets.upload(declaration_id=lodged.pk, name="x", data=b"x", by=intake.alice, now=NOON)
    with unacceptable(("SHEET_SIZE", "/file")):
        sheets.upload(declaration_id=intake.draft.pk, name="x", data=b"x" * 10_000_001, by=intake.alice, now=NOON)


def test_a_month_later_nothing_of_it_is_left(intake):
    intake.take(intake.send(table(*vehicles(1))), lodges=False)
    assert sweeps.sweep(now=NOON + timedelta(days=29))["sheets"] == 0
    assert sweeps.sweep(now=NOON + timedelta(days=31))["sheets"] > 0
    assert not Sheet.objects.exists()
    assert intake.draft.vehicles.count() == 1


def test_one_vin_in_two_spellings_is_one_vehicle(intake):
    first = vehicle_body(1)
    sheet = intake.send(table(first, {**first, "vin": first["vin"].lower()}))
    assert intake.levels(sheet)[1] == "DUPLICATE"


def test_work_that_was_given_up_waits_until_somebody_tries_again(intake):
    sheet = intake.send(table(vehicle_body(1)), works=False)
    OutboxTask.objects.filter(kind=Owed.READ_SHEET, subject=sheet.pk).update(attempts=5, failed_at=NOON)
    let_workers_run(NOON)
    assert (sheet.is_read, sheet.given_up().count()) == (False, 1)
    sheet = sheets.try_again(sheet_id=sheet.pk, by=intake.alice, now=NOON)
    let_workers_run(NOON)
    sheet.refresh_from_db()
    assert (sheet.is_read, sheet.given_up().count()) == (True, 0)
