"""Good rows become vehicles and are lodged; bad ones stay behind and keep nobody back."""

import pytest

from declarations import checks
from declarations.actions import sheets
from declarations.actions.sheets import taking
from declarations.lifecycle import DeclarationStatus
from declarations.models import Declaration, History, Sheet
from tests.cast import NOON, let_workers_run, vehicle_body
from tests.intake import table, vehicles
from tests.refusals import refusal, unacceptable

pytestmark = pytest.mark.django_db


def test_one_bad_row_stays_behind_and_the_others_are_released(intake):
    sheet = intake.send(table(*vehicles(1, 2), vehicle_body(3, vin="LRW")))
    sheet = intake.take(sheet)
    row = Declaration.objects.get(pk=intake.draft.pk)
    assert row.status == DeclarationStatus.RELEASED
    assert sorted(row.vehicles.values_list("vin", flat=True)) == sorted(body["vin"] for body in vehicles(1, 2))
    assert list(sheet.rows.values_list("taken_into", flat=True)) == [row.pk, row.pk, None]
    assert row.vehicles.first().driver.name == "Li Wei 1"
    assert not sheet.is_at_work


def test_rows_may_go_into_the_draft_without_being_lodged(intake):
    intake.take(intake.send(table(*vehicles(1, 2))), lodges=False)
    row = Declaration.objects.get(pk=intake.draft.pk)
    assert (row.status, row.vehicles.count()) == (DeclarationStatus.DRAFT, 2)


def test_a_file_that_comes_again_changes_the_vehicles_that_it_names(intake):
    intake.take(intake.send(table(*vehicles(1, 2))), lodges=False)
    intake.take(intake.send(table(vehicle_body(1, colour="green"), vehicle_body(3))), lodges=False)
    found = dict(intake.draft.vehicles.values_list("vin", "colour"))
    assert len(found) == 3
    assert found[vehicle_body(1)["vin"]] == "green"


def test_what_one_declaration_does_not_hold_goes_into_further_ones(intake, monkeypatch):
    monkeypatch.setattr(checks, "MOST_VEHICLES", 2)
    sheet = intake.take(intake.send(table(*vehicles(1, 2, 3, 4, 5))))
    rows = Declaration.objects.filter(organisation=intake.draft.organisation).order_by("pk")
    assert [row.vehicles.count() for row in rows] == [2, 2, 1]
    assert {row.status for row in rows} == {DeclarationStatus.RELEASED}
    assert {row.consignee_name for row in rows} == {intake.draft.consignee_name}
    assert sheet.rows.filter(taken_into=None).count() == 0


def test_a_draft_that_is_full_already_keeps_what_it_has(intake, monkeypatch):
    monkeypatch.setattr(checks, "MOST_VEHICLES", 2)
    intake.take(intake.send(table(*vehicles(1, 2))), lodges=False)
    intake.take(intake.send(table(*vehicles(3))), lodges=False)
    rows = Declaration.objects.filter(organisation=intake.draft.organisation).order_by("pk")
    assert [row.vehicles.count() for row in rows] == [2, 1]


def test_a_step_done_twice_hands_nothing_over_twice(intake):
    sheet = intake.take(intake.send(table(*vehicles(1, 2))))
    taking.take_rows(sheet_id=sheet.pk, now=NOON)
    assert intake.draft.vehicles.count() == 2
    assert Declaration.objects.count() == 1


def test_rows_that_nobody_handed_over_stay_where_they_are(intake):
    sheet = intake.send(table(*vehicles(1)))
    taking.take_rows(sheet_id=sheet.pk, now=NOON)
    assert not intake.draft.vehicles.exists()


def test_a_header_that_cannot_be_lodged_is_told_before_anything_moves(intake):
    Declaration.objects.filter(pk=intake.draft.pk).update(consignee_name="")
    sheet = intake.send(table(*vehicles(1)))
    with unacceptable(("REQUIRED", "/consignee/name")):
        sheets.take(sheet_id=sheet.pk, lodges=True, by=intake.alice, now=NOON)
    sheets.take(sheet_id=sheet.pk, lodges=False, by=intake.alice, now=NOON)


def test_what_stands_against_lodging_by_then_leaves_the_rows_in_the_draft_and_a_word(intake):
    sheet = intake.send(table(*vehicles(1)))
    sheets.take(sheet_id=sheet.pk, lodges=True, by=intake.alice, now=NOON)
    Declaration.objects.filter(pk=intake.draft.pk).update(consignee_name="")
    let_workers_run(NOON)
    row = Declaration.objects.get(pk=intake.draft.pk)
    assert (row.status, row.vehicles.count()) == (DeclarationStatus.DRAFT, 1)
    assert History.objects.get(declaration=row, reason="NOT_LODGED").data == {"code": "INVALID"}
    assert not Sheet.objects.get(pk=sheet.pk).is_at_work


def test_nothing_is_handed_over_twice_or_from_a_file_without_a_good_row(intake, bob, mallory):
    sheet = intake.send(table(vehicle_body(1, vin="LRW")))
    with refusal("NOTHING_TO_TAKE"):
        sheets.take(sheet_id=sheet.pk, lodges=False, by=intake.alice, now=NOON)
    sheet = intake.send(table(*vehicles(1)))
    with refusal("NOT_PERMITTED"):
        sheets.take(sheet_id=sheet.pk, lodges=False, by=mallory, now=NOON)
    sheets.take(sheet_id=sheet.pk, lodges=False, by=bob, now=NOON)
    with refusal("SHEET_CLOSED"):
        sheets.take(sheet_id=sheet.pk, lodges=False, by=intake.alice, now=NOON)
    with refusal("SHEET_TAKEN"):
        sheets.cancel(sheet_id=sheet.pk, by=intake.alice, now=NOON)
