"""Withdrawing a vehicle and declaring it again is no way around what stood against it."""

import pytest

from checkpoint.reasons import Reason
from declarations import actions
from declarations.clearance import holds, inspections
from declarations.errors import Conflict
from declarations.lifecycle import CheckStatus, DeclarationStatus, InspectionStatus
from declarations.models import Declaration, Hold, Vehicle
from tests.cast import NOON, MakeDeclaration, Scanner, let_workers_run, vehicle_body

pytestmark = pytest.mark.django_db


def _again(alice, old: Declaration, make: MakeDeclaration, *, cancel: bool = False) -> Vehicle:
    """The exporter gets rid of the vehicle and declares the same VIN once more."""
    vehicle = Vehicle.objects.get(declaration=old)
    if cancel:
        actions.cancel(declaration_id=old.pk, reason="changed my mind", by=alice, now=NOON)
    else:
        actions.withdraw_vehicle(declaration_id=old.pk, vehicle_id=vehicle.pk, reason="no", by=alice, now=NOON)
        let_workers_run()
    return Vehicle.objects.get(declaration=make(bodies=[vehicle_body(1)]))


@pytest.mark.parametrize("cancel", [False, True], ids=["withdrawn", "cancelled"])
def test_a_hold_on_a_vehicle_stands_on_it_again(alice, carl, declaration, cancel):
    old = declaration(bodies=[vehicle_body(1)])
    holds.place(
        declaration_id=old.pk, vehicle_id=old.vehicles.get().pk, reason_code="OTHER", text="look", by=carl, now=NOON
    )
    again = _again(alice, old, declaration, cancel=cancel)
    hold = Hold.objects.standing().get(vehicle=again)
    assert (hold.text, hold.placed_by) == ("look", carl)
    assert not again.ready


def test_a_hold_on_a_cancelled_declaration_stands_on_its_vehicle_again(alice, carl, declaration):
    old = declaration(bodies=[vehicle_body(1)])
    holds.place(declaration_id=old.pk, reason_code="OTHER", text="look", by=carl, now=NOON)
    again = _again(alice, old, declaration, cancel=True)
    assert Hold.objects.standing().filter(vehicle=again).count() == 1


def test_an_open_document_check_is_opened_again_once(alice, declaration):
    used = vehicle_body(1, condition="USED", first_registered_on="2024-01-10", odometer_km=30_000)
    old = declaration(bodies=[used])
    assert old.vehicles.get().checks.get().status == CheckStatus.OPEN
    again = _again(alice, old, declaration)
    assert again.checks.get().status == CheckStatus.OPEN


def test_a_failed_inspection_has_to_be_repeated_and_cannot_be_waived(alice, ivan, olga, sam, declaration):
    old = declaration(bodies=[vehicle_body(1)])
    vehicle = old.vehicles.get()
    order = inspections.order(vehicle_id=vehicle.pk, because="OFFICER", by=olga, now=NOON)
    Scanner("CNHRS-E1").scan(vehicle)
    inspections.start(public_id=order.public_id, by=ivan, now=NOON)
    inspections.finish(
        public_id=order.public_id, satisfactory=False, findings="x", next_step="TURN_BACK", by=ivan, now=NOON
    )
    again = _again(alice, old, declaration)
    repeated = again.inspections.get()
    assert repeated.status == InspectionStatus.ORDERED
    with pytest.raises(Conflict):
        inspections.waive(public_id=repeated.public_id, reason="please", by=sam, now=NOON)
    Scanner("CNHRS-E1").scan(again)
    assert Scanner("CNHRS-R1").scan(again)["reason"] == Reason.INSPECTION_DUE


def test_an_order_that_the_withdrawal_cancelled_is_made_again(alice, olga, declaration):
    old = declaration(bodies=[vehicle_body(1)])
    inspections.order(vehicle_id=old.vehicles.get().pk, because="OFFICER", by=olga, now=NOON)
    again = _again(alice, old, declaration)
    assert again.inspections.get().status == InspectionStatus.ORDERED


def test_what_an_officer_closed_stays_closed(alice, carl, sam, declaration):
    old = declaration(bodies=[vehicle_body(1)])
    hold = holds.place(
        declaration_id=old.pk, vehicle_id=old.vehicles.get().pk, reason_code="OTHER", text="look", by=carl, now=NOON
    )
    holds.lift(public_id=hold.public_id, by=sam, reason="fine", now=NOON)
    again = _again(alice, old, declaration)
    assert not again.holds.exists()
    assert not again.inspections.exists()


def test_a_declaration_withdrawn_before_it_was_assessed_washes_nothing_off(alice, carl, olga, declaration):
    old = declaration(bodies=[vehicle_body(1)])
    vehicle = old.vehicles.get()
    holds.place(declaration_id=old.pk, vehicle_id=vehicle.pk, reason_code="OTHER", text="look", by=carl, now=NOON)
    inspections.order(vehicle_id=vehicle.pk, because="OFFICER", by=olga, now=NOON)
    actions.cancel(declaration_id=old.pk, reason="no", by=alice, now=NOON)
    brief = declaration(status=DeclarationStatus.LODGED, bodies=[vehicle_body(1)])
    again = _again(alice, brief, declaration)
    assert Hold.objects.standing().filter(vehicle=again).count() == 1
    assert again.inspections.get().status == InspectionStatus.ORDERED


def test_a_vehicle_taken_out_of_a_held_declaration_takes_the_hold_along(alice, carl, declaration):
    old = declaration(bodies=[vehicle_body(1), vehicle_body(2)])
    holds.place(declaration_id=old.pk, reason_code="OTHER", text="look", by=carl, now=NOON)
    first = old.vehicles.order_by("position").first()
    assert first is not None
    actions.withdraw_vehicle(declaration_id=old.pk, vehicle_id=first.pk, reason="no", by=alice, now=NOON)
    again = Vehicle.objects.get(declaration=declaration(bodies=[vehicle_body(1)]))
    assert Hold.objects.standing().filter(vehicle=again).count() == 1
