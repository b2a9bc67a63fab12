"""Rows are repaired or left out where they stand; the models of a catalogue fill what a row does not say."""

import pytest

from declarations.actions import sheets
from declarations.models import CatalogueModel
from tests.cast import NOON, VEHICLE, let_workers_run, vehicle_body, vin_number
from tests.intake import table, vehicles
from tests.refusals import refusal, unacceptable

pytestmark = pytest.mark.django_db


def test_a_repaired_row_is_good_again_and_the_first_of_two_frees_the_second(intake):
    sheet = intake.send(table(*vehicles(1), vehicle_body(1)))
    first, second = sheet.rows.all()
    assert second.level == "DUPLICATE"
    changed = sheets.change_row(
        sheet_id=sheet.pk, number=first.number, values={"vin": vin_number(2)}, by=intake.alice, now=NOON
    )
    assert (changed.vin, changed.level) == (vin_number(2), first.level)
    second.refresh_from_db()
    assert second.level == first.level


def test_a_row_that_is_left_out_goes_nowhere_and_may_come_back(intake):
    sheet = intake.send(table(*vehicles(1, 2)))
    number = sheet.rows.first().number
    left = sheets.leave_out(sheet_id=sheet.pk, number=number, by=intake.alice, now=NOON)
    assert left.level == "LEFT_OUT"
    assert sheet.rows.to_take().count() == 1
    assert sheets.take_in_again(sheet_id=sheet.pk, number=number, by=intake.alice, now=NOON).level != "LEFT_OUT"
    assert sheet.rows.to_take().count() == 2


def test_nobody_else_repairs_and_nothing_is_repaired_once_it_was_handed_over(intake, mallory):
    sheet = intake.send(table(*vehicles(1)))
    number = sheet.rows.get().number
    with refusal("NOT_PERMITTED"):
        sheets.change_row(sheet_id=sheet.pk, number=number, values={"vin": "X"}, by=mallory, now=NOON)
    sheets.take(sheet_id=sheet.pk, lodges=False, by=intake.alice, now=NOON)
    with refusal("SHEET_CLOSED"):
        sheets.leave_out(sheet_id=sheet.pk, number=number, by=intake.alice, now=NOON)


class TestTheCatalogue:
    def keep(self, intake, name="Seal EV", **body):
        common = {name: VEHICLE[name] for name in ("make", "model", "category", "powertrain", "hs_code", "seats")}
        return sheets.keep_model(
            organisation=intake.draft.organisation, name=name, body=common | body, by=intake.alice, now=NOON
        )

    def test_a_row_needs_no_more_than_vin_and_model(self, intake):
        self.keep(intake)
        data = f"vin,catalogue model\n{vin_number(1)},seal ev\n{vin_number(2)},Seal EW\n".encode()
        sheet = intake.send(data)
        known, unknown = sheet.rows.all()
        assert (known.body["make"], known.body["hs_code"]) == (VEHICLE["make"], VEHICLE["hs_code"])
        told = sheets.problems_of(sheet, [unknown], now=NOON)[0]
        assert [each.values["names"] for each in told if each.code == "CATALOGUE_NEAR"] == ["Seal EV"]

    def test_a_name_stands_once_and_must_be_one(self, intake):
        model = self.keep(intake)
        with unacceptable(("MODEL_TWICE", "/name")):
            self.keep(intake, "SEAL  ev")
        with unacceptable(("MODEL_NAME", "/name")):
            self.keep(intake, "  ")
        changed = sheets.keep_model(
            organisation=intake.draft.organisation,
            name="Seal 2",
            body={},
            model_id=model.pk,
            by=intake.alice,
            now=NOON,
        )
        assert (changed.pk, CatalogueModel.objects.get().name) == (model.pk, "Seal 2")

    def test_it_is_the_organisations_own(self, intake, mallory):
        model = self.keep(intake)
        assert not CatalogueModel.objects.visible_to(mallory).exists()
        with refusal("NOT_PERMITTED"):
            sheets.remove_model(model_id=model.pk, by=mallory)
        sheets.remove_model(model_id=model.pk, by=intake.alice)
        assert not CatalogueModel.objects.exists()
        let_workers_run(NOON)
