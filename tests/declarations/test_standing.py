"""Readiness as the rows say it: each fact comes from its row, in a fixed number of questions."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from declarations import actions
from declarations.clearance import holds, inspections
from declarations.lifecycle import DeclarationStatus
from declarations.models import Closure, Declaration, History, Paper, Vehicle
from declarations.models.standing import answer, because, expired_papers, last_result, recompute
from declarations.readiness import Actor, Otherwise, Wait
from tests.cast import NOON, vehicle_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def vehicle(declaration):
    """Released and ready."""
    return declaration().vehicles.get()


def codes(vehicle, now=NOON):
    """Why it is not ready now."""
    (found,) = answer([Vehicle.objects.get(pk=vehicle.pk)], now=now).values()
    return [each.code for each in found.because]


def test_ready_until_the_pass_runs_out(vehicle):
    assert codes(vehicle) == []
    assert vehicle.ready_until == vehicle.newest_pass.valid_until
    assert codes(vehicle, vehicle.ready_until) == ["PASS_EXPIRED"]


def test_ready_until_the_port_closes(vehicle):
    closes = NOON + timedelta(hours=5)
    Closure.objects.create(
        port_id="CNHRS", starts_at=closes, ends_at=closes + timedelta(hours=1), public_reason="storm"
    )
    Closure.objects.create(port_id="CNHRS", starts_at=NOON - timedelta(hours=1), ends_at=NOON, public_reason="over")
    Closure.objects.create(port_id="CNYRK", starts_at=NOON, public_reason="elsewhere")
    recompute([vehicle], now=NOON)
    assert vehicle.ready_until == closes
    assert codes(vehicle, closes) == ["PORT_CLOSED_UNTIL"]


def test_every_control_is_a_reason(vehicle, carl, ivan):
    row = vehicle.declaration_id
    holds.place(declaration_id=row, vehicle_id=vehicle.pk, reason_code="OTHER", text="", by=carl, now=NOON)
    inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=ivan, now=NOON)
    assert codes(vehicle) == ["HOLD"]


def test_a_paper_that_the_gate_asks_for_and_the_plate(vehicle):
    Paper.objects.create(vehicle=vehicle, code="compulsory_insurance", number="1", valid_until=date(2026, 11, 21))
    Paper.objects.create(vehicle=vehicle, code="commercial_invoice", number="1", valid_until=date(2026, 1, 1))
    assert codes(vehicle) == ["PAPER_EXPIRED"]
    assert expired_papers(vehicle, now=NOON)
    vehicle.papers.all().delete()
    assert not expired_papers(vehicle, now=NOON)
    vehicle.plate_expires_on = date(2026, 11, 21)
    assert expired_papers(vehicle, now=NOON)


def test_without_driver_and_plate(declaration):
    row = declaration(bodies=[vehicle_body(1, driver=None, plate=None, plate_expires_on=None)])
    assert codes(row.vehicles.get()) == ["DRIVER_MISSING", "PLATE_MISSING"]


def test_before_the_release_the_status_of_the_declaration(declaration):
    row = declaration(status=DeclarationStatus.UNDER_CONTROL)
    assert codes(row.vehicles.get()) == ["UNDER_CONTROL"]


def test_five_hundred_vehicles_cost_as_many_questions_as_one(declaration):
    one, many = declaration().vehicles.all(), declaration(vehicles=20).vehicles.all()
    counts = []
    for rows in (list(one), list(many)):
        with CaptureQueriesContext(connection) as captured:
            recompute(rows, now=NOON)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12


def test_of_nothing_is_nothing(db):
    assert answer([], now=NOON) == {}


def test_the_latest_result_counts_and_an_open_order_is_none(vehicle, ivan):
    assert last_result(vehicle.inspections.all()) is None
    order = inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=ivan, now=NOON)
    for good in (False, True):
        inspections.start(public_id=order.public_id, by=ivan, now=NOON)
        order = inspections.finish(
            public_id=order.public_id, satisfactory=good, findings="", next_step="DETAIN", by=ivan, now=NOON
        )
        assert last_result(vehicle.inspections.all()) == order.status
        order = getattr(order, "followed_by", None)
    assert Declaration.objects.get().status == DeclarationStatus.RELEASED


HOUR = timedelta(hours=1)


def kept(vehicle, now=NOON):
    """The reasons on its row, as a page tells them."""
    row = Vehicle.objects.get(pk=vehicle.pk)
    return because([row], now=now)[row.pk]


def test_a_row_keeps_codes_and_the_reader_reads_his_own_words(vehicle, carl):
    Paper.objects.create(vehicle=vehicle, code="export_licence", number="1", valid_until=date(2026, 11, 21))
    row = vehicle.declaration_id
    with translation.override("zh-hans"):
        holds.place(declaration_id=row, vehicle_id=vehicle.pk, reason_code="OTHER", text="", by=carl, now=NOON)
    vehicle.refresh_from_db()
    assert [each["values"] for each in vehicle.not_ready_because] == [
        {"hold": "OTHER"},
        {"paper": "export_licence", "on": "2026-11-21"},
    ]
    told = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            told[language] = [each.message for each in kept(vehicle)]
            (asked,) = answer([vehicle], now=NOON).values()
            assert told[language] == [each.message for each in asked.because]
    assert told["en"][1] == "Export licence expired on 2026-11-21. Enter a valid one."
    assert not set(told["en"]) & set(told["zh-hans"])
    assert "出口许可证" in told["zh-hans"][1]


def test_wanted_documents_are_named_when_they_are_read(declaration):
    row = declaration(status=DeclarationStatus.DOCUMENTS_REQUIRED)
    vehicle = row.vehicles.get()
    assert vehicle.not_ready_because[1]["values"] == {"documents": ["commercial_contract"]}
    with translation.override("en"):
        assert "commercial_contract" not in kept(vehicle)[1].message


def test_the_end_of_a_closure_is_told_on_the_ports_own_clock(vehicle):
    Closure.objects.create(port_id="CNHRS", starts_at=NOON, ends_at=NOON + HOUR, public_reason="storm")
    recompute([vehicle], now=NOON)
    assert kept(vehicle)[0].message == "The port is closed until 2026-11-22 13:00. You will be told if that changes."


def test_what_is_missing_counts_from_the_last_word_about_it(declaration, alice):
    row = declaration(bodies=[vehicle_body(1, driver=None)])
    vehicle = row.vehicles.get()
    later = NOON + HOUR
    actions.amend(
        declaration_id=row.pk, body={"vehicles": [{"vin": vehicle.vin, "plate": "新A00002临"}]}, by=alice, now=later
    )
    (reason,) = kept(vehicle, later)
    assert (reason.code, reason.since) == ("DRIVER_MISSING", NOON)
    changes = {"vin": vehicle.vin, "plate": None, "plate_expires_on": None}
    actions.amend(declaration_id=row.pk, body={"vehicles": [changes]}, by=alice, now=later + HOUR)
    assert [(each.code, each.since) for each in kept(vehicle, later + HOUR)] == [
        ("DRIVER_MISSING", NOON),
        ("PLATE_MISSING", later + HOUR),
    ]
    assert History.objects.filter(vehicle=vehicle.pk, reason="SWAPPED").count() == 2


def test_a_ready_vehicle_waits_for_its_driver_while_its_pass_is_valid(vehicle):
    (found,) = answer([vehicle], now=NOON).values()
    assert found.wait == Wait(Actor.DRIVER, NOON, vehicle.newest_pass.valid_until, Otherwise.PASS_RUNS_OUT)


def test_what_no_longer_holds_is_asked_anew_when_it_is_read(vehicle, scanner, carl):
    over = vehicle.ready_until
    assert (kept(vehicle), [each.code for each in kept(vehicle, over)]) == ([], ["PASS_EXPIRED"])
    assert vehicle.is_outdated(over) and vehicle in Vehicle.objects.outdated(over)
    assert not vehicle.is_outdated(NOON) and vehicle not in Vehicle.objects.outdated(NOON)
    vehicle.papers.create(code="export_licence", number="1", valid_until=date(2026, 11, 21))
    assert scanner("CNHRS-E1").scan(vehicle)["advice"] == ["PAPER_EXPIRED"]
    vehicle.refresh_from_db()
    assert not (vehicle.ready or vehicle.not_ready_because)
    assert vehicle in Vehicle.objects.outdated(NOON)
    assert [each.code for each in kept(vehicle)] == ["PAPER_EXPIRED"]
