"""Holds, and the override by two: blocks that somebody else has to lift, or two people set aside for half an hour."""

from datetime import timedelta

import pytest

from declarations.clearance import holds, inspections, overrides
from declarations.lifecycle import DeclarationStatus, VehicleStatus
from declarations.models import Hold, Override, RiskRule, Vehicle
from tests.cast import NOON, let_workers_run
from tests.refusals import refusal, unacceptable

pytestmark = pytest.mark.django_db


def place(row, by, vehicle=None, now=NOON, **more):
    """Block it."""
    values = {"reason_code": "OTHER", "text": "inner words", **more}
    return holds.place(declaration_id=row.pk, vehicle_id=vehicle and vehicle.pk, by=by, now=now, **values)


def lift(hold, by, now=NOON):
    """Take the block away."""
    return holds.lift(public_id=hold.public_id, by=by, reason="settled", now=now)


@pytest.fixture
def row(declaration):
    """A released declaration of two vehicles."""
    return declaration(vehicles=2)


@pytest.fixture
def vehicle(row):
    """The first of them."""
    return row.vehicles.order_by("position").first()


def codes(vehicle):
    """Why it is not ready."""
    return [each["code"] for each in Vehicle.objects.get(pk=vehicle.pk).not_ready_because]


class TestOnAVehicle:
    def test_only_its_own_readiness_moves(self, row, vehicle, carl):
        hold = place(row, carl, vehicle, public_text="Please bring the invoice")
        row.refresh_from_db()
        assert row.status == DeclarationStatus.RELEASED
        assert list(row.vehicles.order_by("position").values_list("ready", flat=True)) == [False, True]
        told = Vehicle.objects.get(pk=vehicle.pk).not_ready_because
        assert [(each["code"], each["values"]) for each in told] == [("HOLD", {"text": "Please bring the invoice"})]
        assert "inner" not in str(told)
        assert row.history.get(reason="HOLD_PLACED").data == {"hold": str(hold.public_id), "code": "OTHER"}

    def test_lifted_by_somebody_else_it_is_ready_again(self, row, vehicle, carl, sam):
        hold = lift(place(row, carl, vehicle), sam)
        assert (hold.lifted_by, hold.lifted_at, hold.lift_reason) == (sam, NOON, "settled")
        assert Vehicle.objects.get(pk=vehicle.pk).ready

    def test_between_the_release_gate_and_the_exit_it_is_referred_at_once(self, row, vehicle, carl, sam, scanner):
        for lane in ("CNHRS-E1", "CNHRS-R1"):
            scanner(lane).scan(vehicle)
        hold = place(row, carl, vehicle)
        vehicle.refresh_from_db()
        assert vehicle.status == VehicleStatus.REFERRED
        assert list(vehicle.admissions.filter(annulled_at=None).values_list("stage", flat=True)) == ["ENTRY"]
        lift(hold, sam)
        vehicle.refresh_from_db()
        assert vehicle.status == VehicleStatus.PRESENTED

    def test_a_referred_vehicle_with_another_cause_stays(self, row, vehicle, carl, sam, ivan, scanner):
        scanner("CNHRS-E1").scan(vehicle)
        hold = place(row, carl, vehicle)
        inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=ivan, now=NOON)
        assert scanner("CNHRS-R1").scan(vehicle)["reason"] == "HOLD"
        lift(hold, sam)
        vehicle.refresh_from_db()
        assert vehicle.status == VehicleStatus.REFERRED
        assert "INSPECTION_DUE" in codes(vehicle)


class TestOnTheDeclaration:
    def test_a_released_one_is_under_control_again_and_no_released_vehicle_moves(self, row, vehicle, carl, scanner):
        for lane in ("CNHRS-E1", "CNHRS-R1"):
            scanner(lane).scan(vehicle)
        place(row, carl)
        row.refresh_from_db()
        assert row.status == DeclarationStatus.UNDER_CONTROL
        assert list(row.vehicles.order_by("position").values_list("status", flat=True)) == ["RELEASED", "DECLARED"]
        assert scanner("CNHRS-X1").scan(vehicle)["reason"] == "HOLD"

    def test_lifting_it_leaves_the_decision_to_the_officer(self, row, vehicle, carl, sam):
        lift(place(row, carl), sam)
        row.refresh_from_db()
        assert row.status == DeclarationStatus.UNDER_CONTROL
        assert codes(vehicle) == ["UNDER_CONTROL"]

    def test_a_lodged_one_waits_for_its_assessment(self, declaration, carl):
        row = declaration(status=DeclarationStatus.LODGED)
        place(row, carl)
        row.refresh_from_db()
        assert row.status == DeclarationStatus.LODGED
        let_workers_run()
        row.refresh_from_db()
        assert row.status == DeclarationStatus.UNDER_CONTROL


class TestRefusals:
    def test_nobody_lifts_his_own(self, row, vehicle, carl):
        hold = place(row, carl, vehicle)
        with refusal("PLACED_BY_YOU"):
            lift(hold, carl)

    def test_nobody_lifts_twice(self, row, vehicle, carl, sam, olga):
        hold = lift(place(row, carl, vehicle), sam)
        with refusal("ALREADY_LIFTED"):
            lift(hold, olga)

    def test_no_exporter_places_or_lifts(self, row, vehicle, alice, carl):
        with refusal("NOT_PERMITTED"):
            place(row, alice)
        hold = place(row, carl, vehicle)
        with refusal("NOT_PERMITTED"):
            lift(hold, alice)

    def test_an_unknown_reason(self, row, carl):
        with unacceptable(("CHOICE_UNKNOWN", "/reason_code")):
            place(row, carl, reason_code="BAD_MOOD")

    @pytest.mark.parametrize(
        "status", [DeclarationStatus.DRAFT, DeclarationStatus.REFUSED, DeclarationStatus.CANCELLED]
    )
    def test_where_nothing_is_to_come(self, declaration, carl, status):
        row = declaration(status=status)
        with refusal("NOTHING_TO_HOLD"):
            place(row, carl)

    def test_a_vehicle_that_left_or_is_anothers(self, row, vehicle, declaration, carl, scanner):
        other = declaration()
        with refusal("NOTHING_TO_HOLD"):
            place(other, carl, vehicle)
        for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
            scanner(lane).scan(vehicle)
        with refusal("NOTHING_TO_HOLD"):
            place(row, carl, vehicle)


class TestOverrides:
    def ask(self, vehicle, by, stage="RELEASE", now=NOON):
        """The first person."""
        return overrides.ask(vehicle_id=vehicle.pk, stage=stage, reason="organ transport", by=by, now=now)

    def grant(self, override, by, now=NOON):
        """The second person."""
        return overrides.grant(public_id=override.public_id, by=by, now=now)

    @pytest.fixture
    def held(self, row, vehicle, carl, scanner):
        """In the yard, with a hold on it."""
        scanner("CNHRS-E1").scan(vehicle)
        place(row, carl, vehicle)
        return vehicle

    def test_granted_by_another_it_opens_one_stage_once(self, held, olga, sam, scanner):
        override = self.grant(self.ask(held, olga), sam)
        assert override.expires_at == NOON + timedelta(minutes=30)
        assert scanner("CNHRS-R1").scan(held)["verdict"] == "ADMIT"
        assert Override.objects.get().used_at == NOON
        assert scanner("CNHRS-X1").scan(held)["reason"] == "HOLD"

    def test_granted_it_sends_a_referred_vehicle_back_to_the_gate(self, held, olga, oscar, scanner):
        scanner("CNHRS-R1").scan(held)
        self.grant(self.ask(held, olga), oscar)
        held.refresh_from_db()
        assert held.status == VehicleStatus.PRESENTED

    def test_it_lasts_for_thirty_minutes(self, held, olga, sam, scanner):
        self.grant(self.ask(held, olga), sam)
        last = NOON + timedelta(minutes=30, seconds=-1)
        assert scanner("CNHRS-R1").scan(held, now=last)["verdict"] == "ADMIT"

    def test_unused_it_lapses_then(self, held, olga, sam, scanner):
        self.grant(self.ask(held, olga), sam)
        assert scanner("CNHRS-R1").scan(held, now=NOON + timedelta(minutes=30))["reason"] == "HOLD"
        assert Override.objects.get().used_at is None

    def test_it_opens_no_other_stage(self, held, olga, sam, scanner):
        self.grant(self.ask(held, olga, stage="EXIT"), sam)
        assert scanner("CNHRS-R1").scan(held)["reason"] == "HOLD"

    def test_a_hold_placed_later_is_not_in_it(self, row, held, olga, sam, carl, scanner):
        self.grant(self.ask(held, olga), sam)
        place(row, carl, held)
        assert scanner("CNHRS-R1").scan(held)["reason"] == "HOLD"

    def test_it_names_document_checks_as_well(self, declaration, olga, sam, scanner):
        RiskRule.objects.create(
            code="R",
            label="R",
            condition=["category", "=", "M1"],
            channel="YELLOW",
            valid_from=NOON - timedelta(days=1),
        )
        vehicle = declaration().vehicles.get()
        override = self.ask(vehicle, olga)
        assert override.check_ids == [vehicle.checks.get().pk]
        scanner("CNHRS-E1").scan(vehicle)
        self.grant(override, sam)
        assert scanner("CNHRS-R1").scan(vehicle)["verdict"] == "ADMIT"

    def test_at_a_port_with_one_gate_it_opens_the_exit_of_the_same_passage(self, declaration, carl, olga, sam, scanner):
        row = declaration(port="CNYRK")
        vehicle = row.vehicles.get()
        place(row, carl, vehicle)
        assert scanner("CNYRK-R1").scan(vehicle)["reason"] == "HOLD"
        self.grant(self.ask(vehicle, olga), sam)
        assert scanner("CNYRK-R1").scan(vehicle)["vehicle"]["status"] == "EXITED"

    def test_nobody_grants_his_own(self, held, sam):
        override = self.ask(held, sam)
        with refusal("ASKED_BY_YOU"):
            self.grant(override, sam)

    def test_only_a_supervisor_or_the_control_room_grants(self, held, olga, carl, ivan, alice):
        override = self.ask(held, olga)
        for somebody in (carl, ivan, alice):
            with refusal("NOT_PERMITTED"):
                self.grant(override, somebody)

    def test_not_twice_and_not_half_an_hour_late(self, held, olga, sam, oscar):
        override = self.ask(held, olga)
        with refusal("OVERRIDE_LAPSED"):
            self.grant(override, sam, now=NOON + timedelta(minutes=31))
        self.grant(override, sam)
        with refusal("ALREADY_GRANTED"):
            self.grant(override, oscar)

    def test_nothing_on_the_vehicle_itself(self, row, vehicle, carl, olga, alice):
        with refusal("NOTHING_TO_OVERRIDE"):
            self.ask(vehicle, olga)
        place(row, carl)
        with refusal("NOTHING_TO_OVERRIDE"):
            self.ask(vehicle, olga)
        place(row, carl, vehicle)
        with refusal("NOT_PERMITTED"):
            self.ask(vehicle, alice)
        assert Hold.objects.count() == 2
