"""A vehicle that is kept at the port, and one that comes back from abroad."""

import pytest

from declarations.clearance import decisions
from declarations.lifecycle import DeclarationStatus, VehicleStatus
from declarations.models import Declaration
from tests.cast import NOON, let_workers_run
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


class TestDetention:
    @pytest.fixture
    def referred(self, declaration, scanner):
        """A vehicle with a wrong plate at the release gate."""
        vehicle = declaration().vehicles.get()
        scanner("CNHRS-E1").scan(vehicle)
        scanner("CNHRS-R1").scan(vehicle, plate={"text": "新Z99999", "confidence": 0.99}, vin=vehicle.vin)
        vehicle.refresh_from_db()
        assert vehicle.status == VehicleStatus.REFERRED
        return vehicle

    def test_a_supervisor_keeps_it_and_lets_it_go_again(self, referred, sam):
        decisions.detain(vehicle_id=referred.pk, reason="stolen?", by=sam, now=NOON)
        referred.refresh_from_db()
        assert (referred.status, referred.live) == (VehicleStatus.DETAINED, True)
        assert [each["code"] for each in referred.not_ready_because] == ["DETAINED"]
        decisions.end_detention(vehicle_id=referred.pk, withdrawn=False, reason="", by=sam, now=NOON)
        referred.refresh_from_db()
        assert referred.status == VehicleStatus.REFERRED

    def test_or_takes_it_out_of_the_declaration(self, referred, sam):
        decisions.detain(vehicle_id=referred.pk, reason="stolen", by=sam, now=NOON)
        decisions.end_detention(vehicle_id=referred.pk, withdrawn=True, reason="", by=sam, now=NOON)
        let_workers_run()
        referred.refresh_from_db()
        assert (referred.status, referred.live) == (VehicleStatus.WITHDRAWN, False)
        assert Declaration.objects.get().status == DeclarationStatus.CANCELLED

    def test_only_a_supervisor_and_only_a_referred_vehicle(self, referred, declaration, olga, sam):
        with refusal("NOT_PERMITTED"):
            decisions.detain(vehicle_id=referred.pk, reason="", by=olga, now=NOON)
        with refusal("NOT_DETAINED"):
            decisions.end_detention(vehicle_id=referred.pk, withdrawn=True, reason="", by=sam, now=NOON)
        other = declaration().vehicles.get()
        with refusal("MOVE_NOT_ALLOWED"):
            decisions.detain(vehicle_id=other.pk, reason="", by=sam, now=NOON)


class TestReturning:
    def test_a_vehicle_that_the_neighbour_sent_back(self, declaration, scanner, olga):
        row = declaration()
        vehicle = row.vehicles.get()
        for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
            scanner(lane).scan(vehicle)
        decisions.record_return(vehicle_id=vehicle.pk, reason="no visa", by=olga, now=NOON)
        let_workers_run()
        row.refresh_from_db()
        assert (row.status, row.vehicles.get().status) == (DeclarationStatus.COMPLETED, VehicleStatus.RETURNED)

    def test_only_after_its_exit_and_only_by_the_gate(self, declaration, olga, alice, carl):
        vehicle = declaration().vehicles.get()
        with refusal("MOVE_NOT_ALLOWED"):
            decisions.record_return(vehicle_id=vehicle.pk, reason="", by=olga, now=NOON)
        for somebody in (alice, carl):
            with refusal("NOT_PERMITTED"):
                decisions.record_return(vehicle_id=vehicle.pk, reason="", by=somebody, now=NOON)
