"""Readiness as the rows say it: each fact comes from its row, in a fixed number of questions."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from declarations.clearance import holds, inspections
from declarations.lifecycle import DeclarationStatus
from declarations.models import Closure, Declaration, Paper, Vehicle
from declarations.models.standing import answer, expired_papers, last_result, recompute
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
