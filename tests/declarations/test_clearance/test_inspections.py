"""Inspections: every result with every next step, and that a failure is never got past."""

import pytest

from declarations import actions
from declarations.clearance import inspections
from declarations.lifecycle import InspectionStatus, VehicleStatus
from declarations.models import Vehicle
from declarations.models.standing import answer
from tests.cast import NOON
from tests.refusals import refusal

pytestmark = pytest.mark.django_db

LANES = ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")


@pytest.fixture
def vehicle(declaration):
    """Released and to come."""
    return declaration().vehicles.get()


@pytest.fixture
def bring(scanner):
    """Drive it through so many gates."""

    def drive(vehicle, gates):
        for lane in LANES[:gates]:
            assert scanner(lane).scan(vehicle)["verdict"] == "ADMIT"
        vehicle.refresh_from_db()

    return drive


def order(vehicle, by):
    """A new work order."""
    return inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=by, now=NOON)


def finish(row, by, *, satisfactory=False, next_step="REPAIR_AND_RECHECK"):
    """Start it, if it was not, and end it."""
    row.refresh_from_db()
    if row.status == InspectionStatus.ORDERED:
        inspections.start(public_id=row.public_id, by=by, now=NOON)
    return inspections.finish(
        public_id=row.public_id, satisfactory=satisfactory, findings="as found", next_step=next_step, by=by, now=NOON
    )


def status(vehicle):
    """As it stands."""
    return Vehicle.objects.get(pk=vehicle.pk).status


class TestOrdering:
    def test_an_order_waits_from_declared_on_and_is_shown_once_presented(self, vehicle, carl, bring):
        row = order(vehicle, carl)
        assert (row.status, row.ordered_by, row.ordered_because) == (InspectionStatus.ORDERED, carl, "OFFICER")
        assert Vehicle.objects.get().not_ready_because == []
        bring(vehicle, 1)
        order_again = Vehicle.objects.get()
        codes = [each.code for each in answer([order_again], now=NOON)[order_again.pk].because]
        assert codes == ["INSPECTION_DUE"]

    def test_a_released_vehicle_is_referred_at_once(self, vehicle, carl, bring):
        bring(vehicle, 2)
        order(vehicle, carl)
        assert status(vehicle) == VehicleStatus.REFERRED
        assert not vehicle.admissions.filter(stage="RELEASE", annulled_at=None).exists()

    def test_one_order_at_a_time(self, vehicle, carl, ivan):
        row = order(vehicle, carl)
        with refusal("INSPECTION_WAITS"):
            order(vehicle, ivan)
        inspections.start(public_id=row.public_id, by=ivan, now=NOON)
        with refusal("INSPECTION_WAITS"):
            order(vehicle, carl)

    def test_not_of_what_is_gone_and_not_by_the_exporter(self, vehicle, carl, alice, bring):
        with refusal("NOT_PERMITTED"):
            order(vehicle, alice)
        bring(vehicle, 3)
        with refusal("VEHICLE_GONE"):
            order(vehicle, carl)


class TestSatisfactory:
    def test_the_vehicle_goes_back_to_the_gate(self, vehicle, carl, ivan, bring, scanner):
        bring(vehicle, 1)
        row = order(vehicle, carl)
        assert scanner("CNHRS-R1").scan(vehicle)["reason"] == "INSPECTION_DUE"
        assert status(vehicle) == VehicleStatus.REFERRED
        finish(row, ivan, satisfactory=True)
        row.refresh_from_db()
        assert (row.status, row.closed_by, row.findings) == (InspectionStatus.SATISFACTORY, ivan, "as found")
        assert status(vehicle) == VehicleStatus.PRESENTED
        assert not hasattr(row, "followed_by")


class TestNotSatisfactory:
    @pytest.mark.parametrize(
        ("gates", "next_step", "where"),
        [
            (0, "REPAIR_AND_RECHECK", VehicleStatus.DECLARED),
            (0, "TURN_BACK", VehicleStatus.DECLARED),
            (0, "DETAIN", VehicleStatus.DECLARED),
            (1, "REPAIR_AND_RECHECK", VehicleStatus.REFERRED),
            (1, "TURN_BACK", VehicleStatus.DECLARED),
            (1, "DETAIN", VehicleStatus.REFERRED),
            (2, "REPAIR_AND_RECHECK", VehicleStatus.REFERRED),
            (2, "TURN_BACK", VehicleStatus.DECLARED),
            (2, "DETAIN", VehicleStatus.REFERRED),
        ],
    )
    def test_it_always_opens_the_next_order(self, vehicle, carl, ivan, bring, gates, next_step, where):
        bring(vehicle, gates)
        row = order(vehicle, carl)
        finish(row, ivan, next_step=next_step)
        row.refresh_from_db()
        assert (row.status, row.next) == (InspectionStatus.NOT_SATISFACTORY, next_step)
        assert (row.followed_by.status, row.followed_by.ordered_because) == (InspectionStatus.ORDERED, "AFTER_FAILURE")
        assert status(vehicle) == where
        live = set(vehicle.admissions.filter(annulled_at=None).values_list("stage", flat=True))
        assert live == ({"ENTRY"} if where == VehicleStatus.REFERRED else set())

    def test_turned_back_the_order_waits_for_its_return(self, vehicle, carl, ivan, bring, scanner):
        bring(vehicle, 1)
        row = order(vehicle, carl)
        finish(row, ivan, next_step="TURN_BACK")
        said = scanner("CNHRS-E1").scan(vehicle)
        assert (said["verdict"], said["advice"]) == ("ADMIT", ["INSPECTION_FAILED", "INSPECTION_DUE"])
        assert scanner("CNHRS-R1").scan(vehicle)["reason"] == "INSPECTION_FAILED"
        finish(row.followed_by, ivan, satisfactory=True)
        assert scanner("CNHRS-R1").scan(vehicle)["verdict"] == "ADMIT"

    def test_failed_again_it_is_ordered_again(self, vehicle, carl, ivan, bring):
        bring(vehicle, 1)
        row = order(vehicle, carl)
        finish(row, ivan)
        finish(row.followed_by, ivan)
        assert vehicle.inspections.filter(status=InspectionStatus.ORDERED).get().follows == row.followed_by

    def test_what_follows_has_to_be_said(self, vehicle, carl, ivan):
        row = order(vehicle, carl)
        inspections.start(public_id=row.public_id, by=ivan, now=NOON)
        with refusal("NEXT_REQUIRED"):
            finish(row, ivan, next_step="")

    def test_a_withdrawal_does_not_take_the_order_away(self, vehicle, carl, ivan, alice):
        finish(order(vehicle, carl), ivan)
        actions.withdraw_vehicle(
            declaration_id=vehicle.declaration_id, vehicle_id=vehicle.pk, reason="", by=alice, now=NOON
        )
        assert vehicle.inspections.filter(status=InspectionStatus.ORDERED).exists()


class TestWaiving:
    def waive(self, row, by):
        """Let it go."""
        return inspections.waive(public_id=row.public_id, reason="wrong lot", by=by, now=NOON)

    @pytest.mark.parametrize("started", [False, True])
    def test_a_supervisor_lets_an_order_go_and_the_vehicle_with_it(
        self, vehicle, carl, ivan, sam, bring, scanner, started
    ):
        bring(vehicle, 1)
        row = order(vehicle, carl)
        scanner("CNHRS-R1").scan(vehicle)
        if started:
            inspections.start(public_id=row.public_id, by=ivan, now=NOON)
        self.waive(row, sam)
        row.refresh_from_db()
        assert (row.status, row.findings) == (InspectionStatus.WAIVED, "wrong lot")
        assert status(vehicle) == VehicleStatus.PRESENTED

    def test_never_after_a_failure(self, vehicle, carl, ivan, sam):
        row = order(vehicle, carl)
        finish(row, ivan)
        with refusal("AFTER_FAILURE"):
            self.waive(row.followed_by, sam)

    def test_only_a_supervisor_and_only_what_waits(self, vehicle, carl, ivan, sam):
        row = order(vehicle, carl)
        for somebody in (carl, ivan):
            with refusal("NOT_PERMITTED"):
                self.waive(row, somebody)
        self.waive(row, sam)
        with refusal("INSPECTION_STATUS"):
            self.waive(row, sam)


class TestWhoAndWhen:
    def test_only_inspection_officers_start_and_end(self, vehicle, carl, sam, ivan):
        row = order(vehicle, carl)
        for somebody in (carl, sam):
            with refusal("NOT_PERMITTED"):
                inspections.start(public_id=row.public_id, by=somebody, now=NOON)
        inspections.start(public_id=row.public_id, by=ivan, now=NOON)
        row.refresh_from_db()
        assert (row.status, row.started_at) == (InspectionStatus.IN_PROGRESS, NOON)
        with refusal("NOT_PERMITTED"):
            finish(row, carl, satisfactory=True)

    def test_not_twice_and_not_out_of_order(self, vehicle, carl, ivan):
        row = order(vehicle, carl)
        with refusal("INSPECTION_STATUS"):
            inspections.finish(public_id=row.public_id, satisfactory=True, findings="", by=ivan, now=NOON)
        finish(row, ivan, satisfactory=True)
        with refusal("INSPECTION_STATUS"):
            inspections.start(public_id=row.public_id, by=ivan, now=NOON)


def test_an_order_before_the_vehicle_came_does_not_even_change_the_moment_of_change(vehicle, olga, ivan, bring):
    declaration = vehicle.declaration
    before = declaration.etag
    order(vehicle, olga)
    declaration.refresh_from_db()
    assert declaration.etag == before
    bring(vehicle, 1)
    at_port = inspections.Inspection.objects.get(vehicle=vehicle)
    declaration.refresh_from_db()
    before = declaration.etag
    inspections.start(public_id=at_port.public_id, by=ivan, now=NOON)
    declaration.refresh_from_db()
    assert declaration.etag != before
