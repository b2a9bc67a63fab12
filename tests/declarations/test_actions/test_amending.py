"""After lodging: header and vehicle amendments, swaps at once, a new pass, withdrawal. A refusal changes nothing."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from declarations import actions
from declarations.lifecycle import DeclarationStatus, Owed, PassStatus, VehicleStatus
from declarations.models import Declaration, DeclarationVersion, OutboxTask, Port
from tests.cast import NOON, let_workers_run, vehicle_body, vin_number
from tests.refusals import nothing_written, refusal, unacceptable

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


class TestTheHeader:
    @pytest.mark.parametrize("status", [DeclarationStatus.RELEASED, DeclarationStatus.UNDER_CONTROL])
    def test_a_changed_field_makes_a_new_version_that_is_assessed_again(self, declaration, alice, status):
        row = declaration(status=status)
        amend(row, alice, consignee={"name": "Shymkent Motors"})
        row.refresh_from_db()
        assert (row.status, row.version) == (DeclarationStatus.LODGED, 2)
        assert (row.consignee_name, row.consignee_country) == ("Shymkent Motors", "KZ")
        assert OutboxTask.objects.filter(kind=Owed.ASSESS, done_at=None).count() == 1
        assert not row.vehicles.get().ready
        let_workers_run(LATER)
        row.refresh_from_db()
        assert row.status == DeclarationStatus.RELEASED
        assert row.vehicles.get().ready
        assert list(DeclarationVersion.objects.values_list("version", flat=True)) == [1, 2]

    @pytest.mark.parametrize("port", [None, "", "XXXXX"])
    def test_without_a_port_that_there_is_it_is_refused(self, released, alice, port):
        with unacceptable(("REQUIRED" if not port else "PORT_UNKNOWN", "/port")):
            amend(released, alice, port=port)

    def test_it_does_not_answer_what_an_officer_has_asked(self, declaration, alice):
        row = declaration(status=DeclarationStatus.DOCUMENTS_REQUIRED)
        amend(row, alice, contract_number="SG-2")
        row.refresh_from_db()
        assert (row.status, row.documents_due_at) == (DeclarationStatus.LODGED, None)
        let_workers_run(LATER)
        row.refresh_from_db()
        assert row.status == DeclarationStatus.UNDER_CONTROL
        assert row.history.get(to_status="UNDER_CONTROL", by_label="clearance", at=LATER).reason == "DOCUMENTS_ASKED"

    def test_a_lodged_one_stays_lodged_and_is_assessed_once(self, declaration, alice):
        row = declaration(status=DeclarationStatus.LODGED)
        amend(row, alice, contract_number="SG-2")
        row.refresh_from_db()
        assert (row.status, row.version) == (DeclarationStatus.LODGED, 2)
        assert OutboxTask.objects.filter(kind=Owed.ASSESS).count() == 1

    def test_a_pass_that_says_the_same_stays(self, released, first, alice):
        amend(released, alice, contract_number="SG-2")
        let_workers_run(LATER)
        assert passes_of(first) == [(1, PassStatus.ISSUED)]

    def test_another_port_means_another_pass(self, released, first, alice):
        amend(released, alice, port="CNYRK", destination_country="KG", consignee={"country": "KG"})
        let_workers_run(LATER)
        assert passes_of(first) == [(1, PassStatus.SUPERSEDED), (2, PassStatus.ISSUED)]
        assert first.newest_pass.port_id == "CNYRK"

    def test_what_says_the_same_changes_nothing(self, released, alice):
        with nothing_written():
            amend(released, alice, contract_number=released.contract_number, functional_reference="PO-118")
            amend(released, alice, planned_arrival_at=released.planned_arrival_at.isoformat())
            amend(released, alice, consignee={"country": "KZ"})

    def test_a_vehicle_that_says_the_same_beside_a_changed_header(self, released, first, alice):
        amend(released, alice, functional_reference="PO-9", vehicles=[{"vin": first.vin, "colour": "white"}])
        first.refresh_from_db()
        assert not first.being_assessed

    def test_the_exporters_own_reference_is_no_amendment(self, released, alice):
        amend(released, alice, functional_reference="PO-119")
        released.refresh_from_db()
        assert (released.status, released.version) == (DeclarationStatus.RELEASED, 1)

    def test_not_while_a_vehicle_is_at_the_port(self, released, first, alice, scanner):
        scanner("CNHRS-E1").scan(first)
        with refusal("VEHICLE_AT_PORT"):
            amend(released, alice, contract_number="SG-2")

    def test_not_after_a_vehicle_has_left(self, released, first, alice, scanner):
        for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
            scanner(lane).scan(first)
        with refusal("VEHICLE_AT_PORT"):
            amend(released, alice, contract_number="SG-2")

    def test_beside_a_withdrawn_vehicle_it_may_change(self, released, first, alice):
        actions.withdraw_vehicle(declaration_id=released.pk, vehicle_id=first.pk, reason="sold", by=alice, now=NOON)
        amend(released, alice, contract_number="SG-2")
        let_workers_run(LATER)
        released.refresh_from_db()
        assert released.status == DeclarationStatus.RELEASED
        first.refresh_from_db()
        assert first.status == VehicleStatus.WITHDRAWN

    def test_an_error_takes_everything_back(self, released, alice):
        with unacceptable(("CURRENCY_UNKNOWN", "/currency")):
            amend(released, alice, currency="XXZ", contract_number="SG-2")

    def test_it_leads_to_no_mode_that_could_not_be_lodged(self, released, alice):
        with unacceptable(("MODE_NOT_OPEN", "/mode")):
            amend(released, alice, mode="TRUCK")
        with unacceptable(("MODE_NOT_OPEN", "/direction")):
            amend(released, alice, direction="IMPORT")

    def test_an_older_error_elsewhere_does_not_stop_it(self, released, alice):
        much_later = NOON + timedelta(days=60)  # the temporary plates have run out
        Declaration.objects.update(expires_at=much_later + timedelta(days=1))
        amend(released, alice, contract_number="SG-2", now=much_later)
        released.refresh_from_db()
        assert released.status == DeclarationStatus.LODGED

    @pytest.mark.parametrize("status", [DeclarationStatus.REFUSED, DeclarationStatus.CANCELLED])
    def test_what_has_ended_is_declared_again_instead(self, declaration, alice, status):
        row = declaration(status=status)
        with refusal("ALREADY_ENDED"):
            amend(row, alice, contract_number="SG-2")

    def test_somebody_else_changes_nothing(self, released, mallory, carl, sam):
        for somebody in (mallory, carl, sam):
            with refusal("NOT_PERMITTED"):
                amend(released, somebody, contract_number="SG-2")

    def test_a_draft_is_simply_changed(self, declaration, alice):
        row = declaration(status=DeclarationStatus.DRAFT)
        amend(row, alice, contract_number="SG-2", vehicles=[vehicle_body(50)])
        assert (row.vehicles.count(), Declaration.objects.get().contract_number) == (2, "SG-2")

    def test_one_vehicle_of_a_draft_is_simply_changed_its_vin_too(self, declaration, alice):
        row = declaration(status=DeclarationStatus.DRAFT)
        vehicle = row.vehicles.get()
        amend(row, alice, vehicle=vehicle, vehicles=[{"vin": "nonsense"}])
        vehicle.refresh_from_db()
        assert vehicle.vin == "nonsense"
        assert Declaration.objects.get().errors == 1

    def test_a_vehicle_set_aside_while_assessed_again_is_assessed_with_its_new_declaration(self, declaration, alice):
        row = declaration(bodies=[vehicle_body(1), vehicle_body(2, plate_expires_on="2027-01-19")])
        vehicle = row.vehicles.get(vin=vin_number(1))
        amend(row, alice, vehicle=vehicle, vehicles=[{"colour": "red"}])
        amend(row, alice, contract_number="SG-2")
        let_workers_run(NOON + timedelta(days=40))  # the first one's plate has run out
        vehicle.refresh_from_db()
        assert vehicle.declaration_id != row.pk
        amend(vehicle.declaration, alice, vehicle=vehicle, vehicles=[{"plate_expires_on": "2027-02-01"}])
        actions.lodge(declaration_id=vehicle.declaration_id, by=alice, now=NOON + timedelta(days=40))
        let_workers_run(NOON + timedelta(days=40))
        vehicle.refresh_from_db()
        assert not vehicle.being_assessed
        assert vehicle.ready, vehicle.not_ready_because


class TestOneVehicle:
    def test_the_declaration_stays_released_and_only_that_vehicle_is_assessed_again(self, released, first, alice):
        amend(released, alice, vehicles=[{"vin": first.vin.lower(), "colour": "red"}])
        released.refresh_from_db()
        assert (released.status, released.version) == (DeclarationStatus.RELEASED, 2)
        marks = released.vehicles.order_by("position").values_list("colour", "being_assessed", "ready")
        assert list(marks) == [("red", True, False), ("white", False, True)]
        assert OutboxTask.objects.filter(kind=Owed.ASSESS_AMENDED, done_at=None).count() == 1
        let_workers_run(LATER)
        marks = released.vehicles.order_by("position").values_list("being_assessed", "ready")
        assert list(marks) == [(False, True), (False, True)]
        assert passes_of(first) == [(1, PassStatus.ISSUED)]

    def test_of_a_lodged_declaration_it_goes_into_the_assessment_that_comes(self, declaration, alice):
        row = declaration(status=DeclarationStatus.LODGED)
        amend(row, alice, vehicles=[{"vin": vin_number(1), "colour": "red"}])
        assert OutboxTask.objects.exclude(kind=Owed.TELL).count() == 1
        let_workers_run(LATER)
        assert row.vehicles.get().ready

    def test_another_vin_means_another_pass(self, released, first, alice):
        amend(released, alice, vehicle=first, vehicles=[{"vin": f" {vin_number(70).lower()}"}])
        first.refresh_from_db()
        assert (first.vin, first.live) == (vin_number(70), True)
        let_workers_run(LATER)
        assert passes_of(first) == [(1, PassStatus.SUPERSEDED), (2, PassStatus.ISSUED)]
        assert first.newest_pass.vin == vin_number(70)

    def test_a_live_vin_has_one_spelling(self, declaration, released, first, alice, mallory):
        amend(released, alice, vehicle=first, vehicles=[{"vin": vin_number(70).lower(), "hs_code": "8703.22 3090"}])
        first.refresh_from_db()
        assert (first.vin, first.hs_code) == (vin_number(70), "8703223090")
        other = declaration(by=mallory, status=DeclarationStatus.DRAFT, bodies=[vehicle_body(70)])
        with unacceptable(("VIN_IN_USE", "/vehicles/0/vin")):
            actions.lodge(declaration_id=other.pk, by=mallory, now=LATER)

    def test_a_vin_that_is_live_elsewhere_is_refused(self, declaration, released, first, alice, mallory):
        declaration(by=mallory, bodies=[vehicle_body(70)])
        with unacceptable(("VIN_IN_USE", "/vehicles/0/vin")):
            amend(released, alice, vehicle=first, vehicles=[{"vin": vin_number(70)}])

    def test_a_vin_that_stands_in_the_declaration_already_is_refused(self, released, first, alice):
        other = released.vehicles.order_by("position").last()
        with unacceptable(("VIN_DUPLICATE", "/vehicles/1/vin")):
            amend(released, alice, vehicle=other, vehicles=[{"vin": first.vin}])

    def test_an_unknown_vin_is_refused(self, released, alice):
        with unacceptable(("VIN_NOT_DECLARED", "/vehicles/0/vin"), ("VIN_NOT_DECLARED", "/vehicles/1/vin")):
            amend(released, alice, vehicles=[{"vin": vin_number(99), "colour": "red"}, {"colour": "red"}])

    def test_a_vehicle_that_has_left_is_unknown(self, released, first, alice, scanner):
        for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
            scanner(lane).scan(first)
        with unacceptable(("VIN_NOT_DECLARED", "/vehicles/0/vin")):
            amend(released, alice, vehicle=first, vehicles=[{"plate": "新A00009临"}])

    def test_not_while_it_is_at_the_port(self, released, first, alice, scanner):
        scanner("CNHRS-E1").scan(first)
        with refusal("VEHICLE_AT_PORT"):
            amend(released, alice, vehicles=[{"vin": first.vin, "colour": "red"}])

    def test_its_neighbour_at_the_port_is_no_hindrance(self, released, first, alice, scanner):
        scanner("CNHRS-E1").scan(first)
        other = released.vehicles.order_by("position").last()
        amend(released, alice, vehicles=[{"vin": other.vin, "colour": "red"}])
        other.refresh_from_db()
        assert other.being_assessed

    def test_an_error_takes_everything_back(self, released, first, alice):
        other = released.vehicles.order_by("position").last()
        with unacceptable(("REQUIRED", "/vehicles/1/make")):
            amend(released, alice, vehicles=[{"vin": first.vin, "colour": "red"}, {"vin": other.vin, "make": ""}])

    def test_header_and_vehicle_in_one(self, released, first, alice):
        amend(released, alice, contract_number="SG-2", vehicles=[{"vin": first.vin, "colour": "red"}])
        released.refresh_from_db()
        assert (released.status, released.version) == (DeclarationStatus.LODGED, 2)
        assert not released.vehicles.filter(being_assessed=True).exists()
        assert released.versions.get(version=2).body["vehicles"][0]["colour"] == "red"


def test_a_closed_port_rejects_what_was_amended_to_it(declaration, alice):
    row = declaration()
    amend(row, alice, contract_number="SG-2")
    Port.objects.filter(code="CNHRS").update(is_open=False)
    cache.delete("reference")
    let_workers_run(LATER)
    row.refresh_from_db()
    assert row.status == DeclarationStatus.REJECTED
    cache.delete("reference")
