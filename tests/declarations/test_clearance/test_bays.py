"""Agencies, bays and findings: whose order it is, where it waits, what was found, and asking for it again."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from declarations import actions, passes
from declarations.clearance import at_bay, bays, inspections
from declarations.lifecycle import InspectionStatus, PassStatus, VehicleStatus
from declarations.models import Bay, Inspection, Pass, RiskRule, Role, Vehicle
from declarations.words import Agency, RoleName
from tests.cast import NOON, vehicle_body
from tests.refusals import refusal

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def quentin(reference):
    """Inspection officer of the quarantine, at Horgos alone."""
    user = User.objects.create(username="quentin", email="quentin@example.org")
    Role.objects.create(user=user, role=RoleName.INSPECTION, port_id="CNHRS", agency=Agency.QUARANTINE)
    return user


@pytest.fixture
def vehicle(declaration):
    """Released and to come."""
    return declaration().vehicles.get()


def order(vehicle, by, agency=Agency.CUSTOMS, **more):
    return inspections.order(vehicle_id=vehicle.pk, text="look", agency=agency, by=by, now=NOON, **more)


def fail(row, by, *codes, next_step="REPAIR_AND_RECHECK"):
    inspections.start(public_id=row.public_id, by=by, now=NOON)
    return inspections.finish(
        public_id=row.public_id,
        satisfactory=False,
        findings="seen",
        finding_codes=codes,
        next_step=next_step,
        by=by,
        now=NOON,
    )


def repaired(vehicle, by):
    return inspections.say_repaired(
        declaration_id=vehicle.declaration_id, vehicle_id=vehicle.pk, text="washed", by=by, now=LATER
    )


class TestAgencies:
    def test_a_vehicle_has_one_order_of_each_agency_and_goes_to_quarantine_first(self, vehicle, carl, quentin):
        customs, quarantine = order(vehicle, carl), order(vehicle, quentin, Agency.QUARANTINE)
        assert at_bay.in_turn(Inspection.objects.all()) == [quarantine, customs]
        with refusal("INSPECTION_WAITS"):
            order(vehicle, quentin, Agency.QUARANTINE)

    def test_only_its_own_officers_and_a_supervisor_order_for_another_agency(self, vehicle, carl, ivan, quentin, sam):
        for who in (carl, ivan):
            with refusal("OTHER_AGENCY"):
                order(vehicle, who, Agency.QUARANTINE)
        with refusal("OTHER_AGENCY"):
            order(vehicle, quentin, Agency.BORDER)
        assert order(vehicle, sam, Agency.QUARANTINE).agency == Agency.QUARANTINE

    def test_an_order_is_started_ended_and_lifted_by_its_agency(self, vehicle, carl, ivan, quentin):
        customs, quarantine = order(vehicle, carl), order(vehicle, quentin, Agency.QUARANTINE)
        with refusal("OTHER_AGENCY"):
            inspections.start(public_id=quarantine.public_id, by=ivan, now=NOON)
        with refusal("OTHER_AGENCY"):
            inspections.start(public_id=customs.public_id, by=quentin, now=NOON)
        with refusal("NOT_PERMITTED"):
            inspections.waive(public_id=customs.public_id, reason="no", by=quentin, now=NOON)
        lifted = inspections.waive(public_id=quarantine.public_id, reason="clean", by=quentin, now=NOON)
        assert lifted.status == InspectionStatus.WAIVED

    def test_a_vehicle_goes_back_to_the_gate_when_the_last_agency_is_done(self, vehicle, carl, ivan, sam, scanner):
        scanner("CNHRS-E1").scan(vehicle)
        rows = [order(vehicle, carl), order(vehicle, sam, Agency.QUARANTINE)]
        assert scanner("CNHRS-R1").scan(vehicle)["reason"] == "INSPECTION_DUE"
        states = []
        for row, who in zip(rows, (ivan, sam), strict=True):
            inspections.start(public_id=row.public_id, by=who, now=NOON)
            inspections.finish(public_id=row.public_id, satisfactory=True, findings="ok", by=who, now=NOON)
            states.append(Vehicle.objects.get(pk=vehicle.pk).status)
        assert states == [VehicleStatus.REFERRED, VehicleStatus.PRESENTED]

    def test_what_an_agency_left_undone_is_carried_to_the_vehicle_declared_anew(
        self, declaration, vehicle, sam, alice, carl
    ):
        order(vehicle, sam, Agency.QUARANTINE, checks=["CLEANNESS"])
        order(vehicle, carl)
        from_before = vehicle.declaration
        actions.withdraw_vehicle(
            declaration_id=from_before.pk, vehicle_id=vehicle.pk, reason="later", by=alice, now=NOON
        )
        again = declaration(bodies=[vehicle_body(1)]).vehicles.get()
        waiting = Inspection.objects.filter(vehicle=again).order_by("agency")
        assert [(row.agency, row.checks) for row in waiting] == [("CUSTOMS", []), ("QUARANTINE", ["CLEANNESS"])]


class TestChecks:
    def test_the_rules_that_selected_name_what_is_looked_at(self, declaration):
        for code, checks in (("A", ["ODOMETER", "CARGO"]), ("B", ["CARGO", "BATTERY"])):
            RiskRule.objects.create(
                code=code, label=code, condition=["category", "=", "M1"], channel="RED", checks=checks, valid_from=NOON
            )
        row = Inspection.objects.get(vehicle=declaration().vehicles.get())
        assert (row.agency, row.checks) == (Agency.CUSTOMS, ["ODOMETER", "CARGO", "BATTERY"])


class TestBays:
    def test_an_order_waits_for_the_emptiest_open_bay_of_its_port_and_agency(self, declaration, carl, sam):
        Bay.objects.create(code="CNHRS-B9", port_id="CNHRS", name_en="nine")
        Bay.objects.create(code="CNHRS-B0", port_id="CNHRS", name_en="closed", is_open=False)
        cars = list(declaration(bodies=[vehicle_body(n) for n in range(1, 4)]).vehicles.order_by("pk"))
        assert [order(car, carl).bay_id for car in cars] == ["CNHRS-B1", "CNHRS-B9", "CNHRS-B1"]
        assert [order(car, sam, Agency.QUARANTINE).bay_id for car in cars][0] == "CNHRS-B2"

    def test_a_port_without_a_bay_orders_all_the_same(self, vehicle, carl):
        Bay.objects.update(is_open=False)
        assert order(vehicle, carl).bay is None

    def test_an_officer_sends_it_to_another_bay_of_the_same_yard(self, vehicle, carl, ivan, olga):
        Bay.objects.create(code="CNHRS-B9", port_id="CNHRS", name_en="nine")
        row = order(vehicle, carl)
        for bay in ("CNYRK-B1", "CNHRS-B2", "nowhere"):
            with refusal("BAY_UNKNOWN"):
                bays.move_to_bay(public_id=row.public_id, bay=bay, by=ivan, now=NOON)
        with refusal("NOT_PERMITTED"):
            bays.move_to_bay(public_id=row.public_id, bay="CNHRS-B9", by=olga, now=NOON)
        bays.move_to_bay(public_id=row.public_id, bay="CNHRS-B9", by=ivan, now=NOON)
        assert Inspection.objects.get().bay_id == "CNHRS-B9"


class TestAtTheBay:
    def test_pass_manual_code_vin_and_its_tail_lead_to_the_order(self, vehicle, carl, ivan):
        row = order(vehicle, carl)
        issued = Pass.objects.get(vehicle=vehicle)
        for text in (issued.code, passes.manual_code(issued.pass_id), vehicle.vin.lower(), vehicle.vin[-6:]):
            assert at_bay.find(text=text, port="CNHRS", by=ivan) == row
        assert at_bay.start(text=issued.code, port="CNHRS", by=ivan, now=NOON).status == InspectionStatus.IN_PROGRESS

    def test_each_officer_lands_on_the_order_of_his_agency(self, vehicle, carl, ivan, quentin, olga):
        quarantine = order(vehicle, quentin, Agency.QUARANTINE)
        with refusal("OTHER_AGENCY"):
            at_bay.find(text=vehicle.vin, port="CNHRS", by=ivan)
        customs = order(vehicle, carl)
        assert at_bay.find(text=vehicle.vin, port="CNHRS", by=ivan) == customs
        assert at_bay.find(text=vehicle.vin, port="CNHRS", by=quentin) == quarantine
        with refusal("OTHER_AGENCY"):
            at_bay.find(text=vehicle.vin, port="CNHRS", by=olga)

    def test_a_pass_that_is_forged_old_or_of_another_port_is_refused_like_at_the_gate(self, vehicle, carl, ivan):
        order(vehicle, carl)
        code = Pass.objects.get(vehicle=vehicle).code
        forged = code[:-1] + ("0" if code[-1] != "0" else "1")
        with refusal("WRONG_PORT"):
            at_bay.start(text=code, port="CNYRK", by=ivan, now=NOON)
        for text in (forged, "https://example.org", "\x00", "Ω" * 20):
            with pytest.raises(Exception) as caught:
                at_bay.start(text=text, port="CNHRS", by=ivan, now=NOON)
            assert caught.value.code in ("BAD_SIGNATURE", "NOT_A_PASS")
        with refusal("UNKNOWN_PASS"):
            at_bay.start(text=passes.manual_code(7), port="CNHRS", by=ivan, now=NOON)
        with refusal("CODE_MISTYPED"):
            at_bay.start(text="0000-0000-0001", port="CNHRS", by=ivan, now=NOON)
        Pass.objects.get(vehicle=vehicle).move_to(PassStatus.SUPERSEDED, by=carl, at=NOON, reason="RENEWED")
        with refusal("SUPERSEDED"):
            at_bay.start(text=code, port="CNHRS", by=ivan, now=NOON)

    def test_a_vehicle_without_an_order_or_unknown_here_says_so(self, vehicle, ivan):
        with refusal("NO_INSPECTION"):
            at_bay.find(text=vehicle.vin, port="CNHRS", by=ivan)
        with refusal("NO_VEHICLE"):
            at_bay.find(text=vehicle.vin, port="CNYRK", by=ivan)


class TestFindings:
    def test_a_fault_is_never_satisfactory_and_a_remark_may_be(self, vehicle, carl, ivan):
        row = order(vehicle, carl)
        inspections.start(public_id=row.public_id, by=ivan, now=NOON)
        ended = {"public_id": row.public_id, "satisfactory": True, "findings": "x", "by": ivan, "now": NOON}
        with refusal("FAULT_FOUND"):
            inspections.finish(finding_codes=["PLATE_LOOSE", "SOIL"], **ended)
        with refusal("FINDING_UNKNOWN"):
            inspections.finish(finding_codes=["GHOST"], **ended)
        inspections.finish(finding_codes=["PLATE_LOOSE"], **ended)
        assert Inspection.objects.get().finding_codes == ["PLATE_LOOSE"]

    def test_the_next_order_is_of_the_same_agency_and_looks_at_the_same(self, vehicle, sam):
        fail(order(vehicle, sam, Agency.QUARANTINE, checks=["CLEANNESS"]), sam, "SOIL")
        following = Inspection.objects.get(must_be_done=True)
        assert (following.agency, following.checks) == (Agency.QUARANTINE, ["CLEANNESS"])


class TestRepaired:
    def test_an_exporter_asks_once_until_the_next_result(self, vehicle, alice, carl, ivan, scanner):
        scanner("CNHRS-E1").scan(vehicle)
        fail(order(vehicle, carl), ivan, "SOIL")
        (asked,) = repaired(vehicle, alice)
        assert (asked.repaired_at, asked.repaired_by, asked.repair_text) == (LATER, alice, "washed")
        with refusal("NOTHING_TO_REPAIR"):
            repaired(vehicle, alice)
        fail(asked, ivan, "SOIL")
        assert len(repaired(vehicle, alice)) == 1

    def test_nothing_tells_of_a_failure_before_the_vehicle_came(self, vehicle, alice, carl, ivan):
        fail(order(vehicle, carl), ivan, "SOIL", next_step="TURN_BACK")
        with refusal("NOTHING_TO_REPAIR"):
            repaired(vehicle, alice)

    def test_neither_a_stranger_nor_of_a_detention(self, vehicle, alice, mallory, carl, ivan, scanner):
        scanner("CNHRS-E1").scan(vehicle)
        fail(order(vehicle, carl), ivan, "SOIL", next_step="DETAIN")
        with refusal("NOT_PERMITTED"):
            repaired(vehicle, mallory)
        with refusal("NOTHING_TO_REPAIR"):
            repaired(vehicle, alice)
