"""Figures: what went out, counted, drawn and handed over as a file; and what the gate said lately."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse

from declarations.models import Vehicle
from declarations.spreadsheet.delimited import FORMULA_STARTS
from declarations.views import figures, recent
from tests.cast import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def gone(declaration):
    """Makes declarations whose vehicles went out."""

    def make(*, at=NOON, **options):
        row = declaration(**options)
        for vehicle in row.vehicles.all():
            vehicle.move_to("PRESENTED", "RELEASED", "EXITED", by="lane", at=at, reason="OK")
        return row

    return make


@pytest.fixture
def look(client, alice):
    """What alice reads of the figures."""
    client.force_login(alice)
    return lambda query="": client.get(reverse("declarations:figures") + query, headers=ENGLISH).content.decode()


def test_before_anything_went_out_the_page_says_what_will_be_here(look):
    assert "No vehicle went out in this time" in look()


def test_vehicles_are_counted_by_month_destination_and_model(look, gone):
    gone(vehicles=3)
    gone(vehicles=1, at=NOON - timedelta(days=40))
    page = look()
    assert 'aria-label="Kazakhstan: 3"' in page
    assert "November 2026" in page and "October 2026" in page
    assert "Tesla Model 3" in page
    assert page.count("<tr>") == 3 + 12 + 1 + 1


def test_a_period_and_a_port_are_chosen(look, gone):
    gone(vehicles=1)
    assert "No vehicle went out" in look("?port=CNYRK")
    assert "No vehicle went out" not in look("?period=2026&port=CNHRS")
    assert "No vehicle went out" not in look("?period=nonsense&port=nowhere")


def test_the_costs_do_not_grow_with_the_vehicles(client, alice, gone, django_assert_num_queries):
    client.force_login(alice)
    gone(vehicles=1)
    address = reverse("declarations:figures")
    client.get(address)
    with django_assert_num_queries(7):
        client.get(address)
    gone(vehicles=9)
    with django_assert_num_queries(7):
        client.get(address)


def test_another_exporters_vehicles_are_not_counted(look, gone, mallory):
    gone(vehicles=2, by=mallory)
    assert "No vehicle went out" in look()


def files(client, query=""):
    """Both files, as rows of texts."""
    address = reverse("declarations:figures-csv") + query
    text = client.get(address, headers=ENGLISH).getvalue().decode("utf-8-sig")
    address = reverse("declarations:figures-xlsx") + query
    book = openpyxl.load_workbook(io.BytesIO(client.get(address, headers=ENGLISH).content))
    return list(csv.reader(io.StringIO(text))), book.active


def test_the_vehicles_come_as_csv_and_as_workbook(client, alice, gone):
    client.force_login(alice)
    row = gone(vehicles=2)
    vin = row.vehicles.first().vin
    text, sheet = files(client)
    assert [len(text), sheet.max_row] == [3, 3]
    assert text[0] == [cell.value for cell in sheet[1]]
    assert text[1][2] == sheet["C2"].value == vin
    assert text[1][text[0].index("Exited")] == "2026-11-22T12:00+08:00"
    assert sheet.cell(2, text[0].index("Exited") + 1).value.hour == 12


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_text_in_a_file_runs_as_a_formula(client, alice, gone, start):
    client.force_login(alice)
    row = gone(vehicles=1)
    said = f"{start}cmd|' /C calc'!A0"
    fields = ("make", "model", "hs_code", "powertrain", "condition")
    Vehicle.objects.filter(declaration=row).update(**dict.fromkeys(fields, said[:10]))
    type(row).objects.filter(pk=row.pk).update(
        functional_reference=said, consignee_name=said, destination_country=said[:2], currency=said[:3]
    )
    text, sheet = files(client)
    assert not [value for value in text[1] if value.startswith(FORMULA_STARTS)]
    assert {cell.data_type for cell in sheet[2]} <= {"s", "n", "d"}
    # XML knows no bare carriage return: a workbook reads it back as a line feed.
    assert [cell.value for cell in sheet[2]].count(said.replace("\r", "\n")) == 2


def test_a_workbook_too_long_to_wait_for_is_not_made(client, alice, gone, monkeypatch):
    client.force_login(alice)
    gone(vehicles=2)
    monkeypatch.setattr(figures, "MOST_IN_WORKBOOK", 1)
    assert client.get(reverse("declarations:figures-xlsx")).status_code == 404
    assert client.get(reverse("declarations:figures-csv")).status_code == 200
    assert "choose a shorter period" in client.get(reverse("declarations:figures"), headers=ENGLISH).content.decode()


class TestRecentPassages:
    def test_each_scan_is_told_once_with_what_the_gate_said(self, declaration, scanner, alice):
        row = declaration(vehicles=2)
        first, second = row.vehicles.all()
        scanner("CNHRS-E1").scan(first)
        scanner("CNHRS-R1").scan(second)
        told = recent.passages([row.organisation_id], now=NOON)
        assert [entry["title"] for entry in told] == [
            "Shown at the wrong gate (release gate): an earlier one comes first.",
            "Let through: yard entry.",
        ]
        assert second.vin[-6:] in told[0]["text"].replace(" ", "")
        assert recent.passages([row.organisation_id + 999], now=NOON) == []

    def test_a_page_of_passages_costs_the_same_for_one_and_for_many(
        self, declaration, scanner, django_assert_num_queries
    ):
        row = declaration(vehicles=6)
        first, *others = row.vehicles.all()
        scanner("CNHRS-E1").scan(first)
        with django_assert_num_queries(2):
            recent.passages([row.organisation_id], now=NOON)
        for vehicle in others:
            scanner("CNHRS-E1").scan(vehicle)
        with django_assert_num_queries(2):
            assert len(recent.passages([row.organisation_id], now=NOON)) == 6

    def test_an_old_passage_is_no_news(self, declaration, scanner):
        row = declaration(vehicles=1)
        scanner("CNHRS-E1").scan(row.vehicles.get())
        assert recent.passages([row.organisation_id], now=NOON + timedelta(days=4)) == []
