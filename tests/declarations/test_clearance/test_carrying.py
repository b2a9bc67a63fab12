"""Withdrawing a vehicle and declaring it again is no way around what stood against it."""

from datetime import timedelta

import pytest

from checkpoint.reasons import Reason
from declarations import actions
from declarations.clearance import holds, inspections
from declarations.errors import Conflict
from declarations.lifecycle import CheckStatus, DeclarationStatus, InspectionStatus
from declarations.models import Declaration, Hold, Vehicle
from tests.cast import NOON, MakeDeclaration, Scanner, let_workers_run, vehicle_body, vin_number
from tests.refusals import refusal

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
    order = inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=olga, now=NOON)
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
    inspections.order(vehicle_id=old.vehicles.get().pk, text="OFFICER", by=olga, now=NOON)
    again = _again(alice, old, declaration)
    assert again.inspections.get().status == InspectionStatus.ORDERED


def test_what_an_officer_closed_stays_closed(alice, carl, sam, declaration):
    old = declaration(bodies=[vehicle_body(1)])
    hold = holds.place(
        declaration_id=old.pk, vehicle_id=old.vehicles.get().pk, reason_code="OTHER", text="look", by=carl, now=NOON
    )
    holds.lift(public_id=hold.public_id, by=sam, reason="fine", now=NOON)
    order = inspections.order(vehicle_id=old.vehicles.get().pk, text="OFFICER", by=carl, now=NOON)
    inspections.waive(public_id=order.public_id, reason="fine", by=sam, now=NOON)
    again = _again(alice, old, declaration)
    assert not again.holds.exists()
    assert not again.inspections.exists()


def test_a_declaration_withdrawn_before_it_was_assessed_washes_nothing_off(alice, carl, olga, declaration):
    old = declaration(bodies=[vehicle_body(1)])
    vehicle = old.vehicles.get()
    holds.place(declaration_id=old.pk, vehicle_id=vehicle.pk, reason_code="OTHER", text="look", by=carl, now=NOON)
    inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=olga, now=NOON)
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


def test_a_hold_placed_before_the_assessment_is_not_washed_off_either(alice, carl, declaration):
    old = declaration(status=DeclarationStatus.LODGED, bodies=[vehicle_body(1)])
    holds.place(
        declaration_id=old.pk, vehicle_id=old.vehicles.get().pk, reason_code="OTHER", text="look", by=carl, now=NOON
    )
    again = _again(alice, old, declaration)
    assert Hold.objects.standing().filter(vehicle=again).count() == 1


def test_a_waiting_order_for_another_cause_is_no_longer_waived(alice, ivan, olga, sam, declaration):
    old = declaration(bodies=[vehicle_body(1)])
    vehicle = old.vehicles.get()
    order = inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=olga, now=NOON)
    inspections.start(public_id=order.public_id, by=ivan, now=NOON)
    inspections.finish(
        public_id=order.public_id, satisfactory=False, findings="x", next_step="DETAIN", by=ivan, now=NOON
    )
    actions.cancel(declaration_id=old.pk, reason="no", by=alice, now=NOON)
    brief = declaration(status=DeclarationStatus.LODGED, bodies=[vehicle_body(1)])
    waiting = inspections.order(vehicle_id=brief.vehicles.get().pk, text="OFFICER", by=olga, now=NOON)
    let_workers_run()
    assert brief.vehicles.get().inspections.get() == waiting
    with refusal("AFTER_FAILURE"):
        inspections.waive(public_id=waiting.public_id, reason="please", by=sam, now=NOON)
    again = _again(alice, brief, declaration)
    with refusal("AFTER_FAILURE"):
        inspections.waive(public_id=again.inspections.get().public_id, reason="please", by=sam, now=NOON)


def test_what_was_settled_on_the_new_vehicle_is_not_carried_to_it_again(alice, carl, ivan, sam, declaration):
    old = declaration(bodies=[vehicle_body(1)])
    vehicle = old.vehicles.get()
    holds.place(declaration_id=old.pk, vehicle_id=vehicle.pk, reason_code="OTHER", text="look", by=carl, now=NOON)
    inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=carl, now=NOON)
    again = _again(alice, old, declaration)
    holds.lift(public_id=again.holds.get().public_id, by=sam, reason="fine", now=NOON)
    inspections.waive(public_id=again.inspections.get().public_id, reason="fine", by=sam, now=NOON)
    actions.amend(declaration_id=again.declaration_id, body={"contract_number": "SG-2"}, by=alice, now=NOON)
    let_workers_run()
    assert not Hold.objects.standing().filter(vehicle=again).exists()
    assert again.inspections.get().status == InspectionStatus.WAIVED


def test_a_vehicle_that_takes_the_vin_takes_what_stood_against_it(alice, carl, declaration):
    old = declaration(bodies=[vehicle_body(1)])
    vehicle = old.vehicles.get()
    holds.place(declaration_id=old.pk, vehicle_id=vehicle.pk, reason_code="OTHER", text="look", by=carl, now=NOON)
    actions.withdraw_vehicle(declaration_id=old.pk, vehicle_id=vehicle.pk, reason="no", by=alice, now=NOON)
    other = declaration(bodies=[vehicle_body(2)]).vehicles.get()
    body = {"vehicles": [{"vin": vehicle.vin}]}
    actions.amend(declaration_id=other.declaration_id, vehicle_id=other.pk, body=body, by=alice, now=NOON)
    let_workers_run()
    assert Hold.objects.standing().filter(vehicle=other).count() == 1


def test_what_stands_on_the_new_vehicle_already_is_not_doubled(alice, carl, olga, declaration):
    used = vehicle_body(1, condition="USED", first_registered_on="2024-01-10", odometer_km=30_000)
    old = declaration(bodies=[used])
    vehicle = old.vehicles.get()
    holds.place(declaration_id=old.pk, vehicle_id=vehicle.pk, reason_code="OTHER", text="look", by=carl, now=NOON)
    inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=olga, now=NOON)
    actions.cancel(declaration_id=old.pk, reason="no", by=alice, now=NOON)
    again = declaration(status=DeclarationStatus.LODGED, bodies=[used]).vehicles.get()
    holds.place(
        declaration_id=again.declaration_id, vehicle_id=again.pk, reason_code="OTHER", text="look", by=carl, now=NOON
    )
    inspections.order(vehicle_id=again.pk, text="OFFICER", by=olga, now=NOON)
    let_workers_run()
    assert (again.holds.count(), again.checks.count(), again.inspections.count()) == (1, 1, 1)


class TestAnotherVin:
    """A VIN that changes place within a declaration must not leave behind what stands against it."""

    def rename(self, vehicle, by):
        """The exporter says it was another car all along."""
        body = {"vehicles": [{"vin": vin_number(80)}]}
        actions.amend(declaration_id=vehicle.declaration_id, vehicle_id=vehicle.pk, body=body, by=by, now=NOON)

    def fail(self, vehicle, by):
        """Examined and found wanting."""
        order = inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=by, now=NOON)
        inspections.start(public_id=order.public_id, by=by, now=NOON)
        inspections.finish(
            public_id=order.public_id, satisfactory=False, findings="x", next_step="TURN_BACK", by=by, now=NOON
        )

    def test_not_after_a_failed_inspection(self, alice, ivan, declaration):
        vehicle = declaration().vehicles.get()
        self.fail(vehicle, ivan)
        with refusal("VIN_HAS_CONTROLS"):
            self.rename(vehicle, alice)

    def test_not_under_a_hold_nor_in_a_draft_that_was_set_aside(self, alice, carl, declaration):
        row = declaration(status=DeclarationStatus.LODGED)
        vehicle = row.vehicles.get()
        holds.place(declaration_id=row.pk, vehicle_id=vehicle.pk, reason_code="OTHER", text="", by=carl, now=NOON)
        with refusal("VIN_HAS_CONTROLS"):
            self.rename(vehicle, alice)
        let_workers_run(NOON + timedelta(days=60))
        assert Declaration.objects.get().status == DeclarationStatus.REJECTED
        with refusal("VIN_HAS_CONTROLS"):
            self.rename(vehicle, alice)

    def test_an_order_he_does_not_know_of_is_not_betrayed(self, alice, ivan, declaration):
        vehicle = declaration().vehicles.get()
        inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=ivan, now=NOON)
        self.rename(vehicle, alice)
        vehicle.refresh_from_db()
        assert vehicle.vin == vin_number(80)

    def test_the_same_vin_in_another_spelling_is_no_other(self, alice, carl, declaration):
        row = declaration(status=DeclarationStatus.LODGED)
        vehicle = row.vehicles.get()
        holds.place(declaration_id=row.pk, vehicle_id=vehicle.pk, reason_code="OTHER", text="", by=carl, now=NOON)
        let_workers_run(NOON + timedelta(days=60))
        body = {"vehicles": [{"vin": vehicle.vin.lower(), "plate_expires_on": "2027-02-01"}]}
        actions.amend(declaration_id=row.pk, vehicle_id=vehicle.pk, body=body, by=alice, now=NOON)
