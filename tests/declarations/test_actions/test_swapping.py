"""What takes effect at once after lodging: driver, plate, papers, arrival; withdrawal; a new pass."""

from datetime import timedelta

import pytest

from declarations import actions
from declarations.clearance import decisions, holds, inspections
from declarations.lifecycle import DeclarationStatus, PassStatus, VehicleStatus
from declarations.models import Declaration, Vehicle
from tests.cast import NOON, let_workers_run, vehicle_body, vin_number
from tests.refusals import refusal, unacceptable

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


def amend(row, by, *, vehicle=None, now=LATER, **body):
    """One change, an hour later."""
    return actions.amend(declaration_id=row.pk, body=body, vehicle_id=vehicle.pk if vehicle else None, by=by, now=now)


def passes_of(vehicle):
    """Version and status of each pass."""
    return list(vehicle.passes.order_by("version").values_list("version", "status"))


@pytest.fixture
def released(declaration):
    """A released declaration of two vehicles."""
    return declaration(vehicles=2)


@pytest.fixture
def first(released):
    """Its first vehicle."""
    return released.vehicles.order_by("position").first()


class TestSwapsAtOnce:
    def test_driver_and_plate_change_at_once_and_the_pass_stays(self, released, first, alice):
        driver = {"name": "Wang Fang", "passport_number": "E99887766", "nationality": "CN", "phone": "", "card": "NEW"}
        amend(released, alice, vehicle=first, vehicles=[{"driver": driver, "plate": "新B12345临"}])
        first = Vehicle.objects.get(pk=first.pk)
        assert (first.driver.name, first.plate, first.plate_key) == ("Wang Fang", "新B12345临", "新B12345临")
        assert first.ready, first.not_ready_because
        assert passes_of(first) == [(1, PassStatus.ISSUED)]
        released.refresh_from_db()
        assert (released.status, released.version) == (DeclarationStatus.RELEASED, 1)
        (told,) = released.history.filter(reason="SWAPPED")
        assert told.data == {"fields": ["driver", "plate"]}
        assert "Wang" not in str(told.data)

    def test_without_a_driver_the_vehicle_is_not_ready(self, released, first, alice):
        amend(released, alice, vehicle=first, vehicles=[{"driver": None}])
        first = Vehicle.objects.get(pk=first.pk)
        assert [each["code"] for each in first.not_ready_because] == ["DRIVER_MISSING"]
        amend(released, alice, vehicle=first, vehicles=[{"driver": vehicle_body(8)["driver"]}])
        assert Vehicle.objects.get(pk=first.pk).ready

    def test_a_driver_that_is_not_there_is_not_taken_away(self, declaration, alice):
        row = declaration(status=DeclarationStatus.DRAFT, bodies=[vehicle_body(1, driver=None)])
        amend(row, alice, vehicle=row.vehicles.get(), vehicles=[{"driver": None, "colour": "red"}])
        assert row.vehicles.get().colour == "red"

    def test_a_part_of_the_driver_leaves_the_rest(self, released, first, alice):
        amend(released, alice, vehicle=first, vehicles=[{"driver": {"phone": "+7 701 000 00 00"}}])
        driver = Vehicle.objects.get(pk=first.pk).driver
        assert (driver.name, driver.phone) == ("Li Wei 1", "+7 701 000 00 00")

    def test_another_person_inherits_nothing(self, released, first, alice):
        amend(
            released, alice, vehicle=first, vehicles=[{"driver": {"name": "Wang Fang", "passport_number": "E99887766"}}]
        )
        driver = Vehicle.objects.get(pk=first.pk).driver
        assert (driver.name, driver.card, driver.card_digest, driver.phone) == ("Wang Fang", "", "", "")

    def test_a_renewed_paper_takes_the_old_ones_place(self, released, first, alice):
        papers = [{"code": "compulsory_insurance", "number": "9", "valid_until": "2027-06-30"}]
        amend(released, alice, vehicle=first, vehicles=[{"papers": papers}])
        assert list(first.papers.values_list("number", flat=True)) == ["9"]

    @pytest.mark.parametrize("stages", [1, 2])
    def test_in_the_yard_and_past_the_release_gate_too(self, released, first, alice, scanner, stages):
        for lane in ("CNHRS-E1", "CNHRS-R1")[:stages]:
            scanner(lane).scan(first)
        amend(released, alice, vehicle=first, vehicles=[{"plate": "新B12345临"}])
        first.refresh_from_db()
        assert first.status == (VehicleStatus.PRESENTED, VehicleStatus.RELEASED)[stages - 1]

    def test_a_plate_that_has_run_out_is_refused(self, released, first, alice):
        with unacceptable(("PLATE_EXPIRED", "/vehicles/0/plate_expires_on")):
            amend(released, alice, vehicle=first, vehicles=[{"plate_expires_on": "2026-11-01"}])

    def test_another_vehicles_old_error_does_not_stop_it(self, released, first, alice):
        other = released.vehicles.order_by("position").last()
        much_later = NOON + timedelta(days=40)
        amend(released, alice, vehicle=first, vehicles=[{"plate_expires_on": "2027-02-01"}], now=much_later)
        other.refresh_from_db()
        assert other.plate_expires_on.isoformat() == "2026-12-20"

    def test_a_vehicle_that_came_back_and_was_declared_again_does_not_stop_it(
        self, released, first, alice, olga, declaration, scanner
    ):
        for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
            scanner(lane).scan(first)
        decisions.record_return(vehicle_id=first.pk, reason="refused at the border", by=olga, now=NOON)
        declaration(bodies=[vehicle_body(9, vin=first.vin)])
        other = released.vehicles.order_by("position").last()
        amend(released, alice, vehicle=other, vehicles=[{"plate": "新B12345临"}])
        other.refresh_from_db()
        assert other.plate == "新B12345临"

    def test_an_arrival_moves_the_legal_time_and_renews_the_pass(self, released, first, alice):
        arrival = NOON + timedelta(days=5)
        amend(released, alice, planned_arrival_at=arrival.isoformat())
        released.refresh_from_db()
        assert (released.status, released.version) == (DeclarationStatus.RELEASED, 1)
        assert released.expires_at == arrival + timedelta(hours=72)
        assert passes_of(first) == [(1, PassStatus.SUPERSEDED), (2, PassStatus.ISSUED)]
        assert first.newest_pass.valid_until == arrival + timedelta(hours=72)
        first.refresh_from_db()
        assert first.ready_until == first.newest_pass.valid_until

    def test_an_arrival_before_the_release_renews_nothing_yet(self, declaration, alice):
        row = declaration(status=DeclarationStatus.UNDER_CONTROL)
        amend(row, alice, planned_arrival_at=(NOON + timedelta(days=5)).isoformat())
        row.refresh_from_db()
        assert row.status == DeclarationStatus.UNDER_CONTROL
        assert not row.vehicles.get().passes.exists()

    def test_an_arrival_leaves_the_pass_of_what_came_already(self, released, first, alice, scanner):
        scanner("CNHRS-E1").scan(first)
        amend(released, alice, planned_arrival_at=(NOON + timedelta(days=5)).isoformat())
        assert passes_of(first) == [(1, PassStatus.ISSUED)]

    def test_an_arrival_that_is_no_moment_is_refused(self, released, alice):
        with unacceptable(("MOMENT_FORM", "/planned_arrival_at")):
            amend(released, alice, planned_arrival_at="tomorrow")


class TestWithdrawing:
    def withdraw(self, vehicle, by):
        """Take it out."""
        return actions.withdraw_vehicle(
            declaration_id=vehicle.declaration_id, vehicle_id=vehicle.pk, reason="sold", by=by, now=LATER
        )

    def test_a_vehicle_that_was_never_presented(self, released, first, alice):
        self.withdraw(first, alice)
        first.refresh_from_db()
        assert (first.status, first.live, first.ready) == (VehicleStatus.WITHDRAWN, False, False)
        assert passes_of(first) == [(1, PassStatus.ISSUED)]  # so that the gate can say why
        assert first.history.get(to_status="WITHDRAWN").text == "sold"

    def test_a_presented_one_by_the_exporter_or_an_officer(self, released, first, alice, olga, scanner):
        for vehicle, by in zip(released.vehicles.all(), (alice, olga), strict=True):
            scanner("CNHRS-E1").scan(vehicle)
            self.withdraw(vehicle, by)
        let_workers_run(LATER)
        released.refresh_from_db()
        assert released.status == DeclarationStatus.CANCELLED

    def test_its_open_inspection_is_cancelled(self, first, alice, carl):
        inspections.order(vehicle_id=first.pk, text="OFFICER", by=carl, now=NOON)
        self.withdraw(first, alice)
        assert first.inspections.get().status == "CANCELLED"

    def test_the_last_one_beside_others_that_have_left_completes_the_declaration(self, released, first, alice, scanner):
        other = released.vehicles.order_by("position").last()
        for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
            scanner(lane).scan(other)
        self.withdraw(first, alice)
        let_workers_run(LATER)
        released.refresh_from_db()
        assert released.status == DeclarationStatus.COMPLETED

    def test_not_past_the_release_gate_and_not_twice(self, first, alice, scanner):
        for lane in ("CNHRS-E1", "CNHRS-R1"):
            scanner(lane).scan(first)
        with refusal("VEHICLE_AT_PORT"):
            self.withdraw(first, alice)

    def test_not_by_a_stranger(self, first, mallory, ivan):
        for somebody in (mallory, ivan):
            with refusal("NOT_PERMITTED"):
                self.withdraw(first, somebody)

    def test_of_a_draft_it_vanishes_and_leaves_a_note(self, declaration, alice):
        row = declaration(status=DeclarationStatus.DRAFT, vehicles=2)
        self.withdraw(row.vehicles.first(), alice)
        assert row.vehicles.count() == 1
        assert row.history.get(reason="VEHICLE_REMOVED").data == {"vin": vin_number(1)}

    def test_of_a_rejected_declaration_it_stays_behind_with_what_customs_found(self, declaration, alice, carl):
        row = declaration(status=DeclarationStatus.LODGED, vehicles=2)
        vehicle = row.vehicles.first()
        holds.place(declaration_id=row.pk, vehicle_id=vehicle.pk, reason_code="OTHER", text="", by=carl, now=NOON)
        let_workers_run(NOON + timedelta(days=60))
        self.withdraw(vehicle, alice)
        vehicle.refresh_from_db()
        assert vehicle.status == VehicleStatus.WITHDRAWN
        assert vehicle.holds.exists()
        row.refresh_from_db()
        assert (row.status, len(row.present_vehicles())) == (DeclarationStatus.REJECTED, 1)

    def test_the_same_vin_is_then_added_anew_and_not_hidden_in_the_old_row(self, declaration, alice):
        row = declaration()
        amend(row, alice, contract_number="SG-2")
        let_workers_run(NOON + timedelta(days=60))
        old = row.vehicles.get()
        self.withdraw(old, alice)
        amend(row, alice, vehicles=[vehicle_body(1)])
        assert [vehicle.pk for vehicle in Declaration.objects.get().present_vehicles()] != [old.pk]


class TestRenewingAPass:
    def test_a_lost_pass_gets_a_new_version(self, first, alice):
        actions.renew_pass(vehicle_id=first.pk, by=alice, now=LATER)
        assert passes_of(first) == [(1, PassStatus.SUPERSEDED), (2, PassStatus.ISSUED)]

    def test_a_pass_that_has_run_out_is_good_again(self, released, first, alice):
        much_later = NOON + timedelta(days=6)
        actions.renew_pass(vehicle_id=first.pk, by=alice, now=much_later)
        first.refresh_from_db()
        assert first.ready
        assert first.newest_pass.valid_until == much_later + timedelta(hours=24)

    def test_an_officer_at_the_gate_renews_it_too(self, first, olga):
        actions.renew_pass(vehicle_id=first.pk, by=olga, now=LATER)
        assert first.passes.count() == 2

    def test_not_before_the_release(self, declaration, alice):
        row = declaration(status=DeclarationStatus.UNDER_CONTROL)
        with refusal("NO_PASS_YET"):
            actions.renew_pass(vehicle_id=row.vehicles.get().pk, by=alice, now=LATER)

    def test_not_while_it_is_assessed_again(self, released, first, alice):
        amend(released, alice, vehicle=first, vehicles=[{"colour": "red"}])
        with refusal("NO_PASS_YET"):
            actions.renew_pass(vehicle_id=first.pk, by=alice, now=LATER)

    def test_not_for_what_is_gone_and_not_by_a_stranger(self, released, first, alice, mallory):
        with refusal("NOT_PERMITTED"):
            actions.renew_pass(vehicle_id=first.pk, by=mallory, now=LATER)
        actions.withdraw_vehicle(declaration_id=released.pk, vehicle_id=first.pk, reason="", by=alice, now=LATER)
        with refusal("NO_PASS_YET"):
            actions.renew_pass(vehicle_id=first.pk, by=alice, now=LATER)
