"""Lodging: a draft becomes a declaration with customs, or the exporter reads why not and nothing has moved."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from checkpoint import desk
from declarations import actions
from declarations.actions import lodging
from declarations.clearance import inspections
from declarations.lifecycle import DeclarationStatus, Owed, VehicleStatus
from declarations.models import Declaration, DeclarationVersion, Organisation, OutboxTask, Vehicle
from tests.cast import NOON, let_workers_run, vehicle_body, vin_number
from tests.refusals import refusal, unacceptable

pytestmark = pytest.mark.django_db

BAD_VIN = "LRW3E7EK5TC770391"
"""Right in form, wrong in its check digit."""


@pytest.fixture
def draft(declaration):
    """Make a draft."""
    return lambda **changes: declaration(status=DeclarationStatus.DRAFT, **changes)


def lodge(row, by, **more):
    """Hand it in at noon."""
    return actions.lodge(declaration_id=row.pk, by=by, now=NOON, **more)


class TestADraftBecomesLodged:
    def test_its_vehicles_hold_their_vins_and_a_worker_owes_the_assessment(self, draft, alice):
        row = draft(vehicles=2)
        lodged = lodge(row, alice)
        row.refresh_from_db()
        assert lodged.declaration == row
        assert lodged.left_out is None
        assert (row.status, row.version, row.lodged_at) == (DeclarationStatus.LODGED, 1, NOON)
        assert set(row.vehicles.values_list("live", flat=True)) == {True}
        assert list(OutboxTask.objects.values_list("kind", "subject")) == [(Owed.ASSESS, row.pk)]
        (move,) = row.history.filter(to_status=DeclarationStatus.LODGED)
        assert (move.from_status, move.by, move.reason) == ("DRAFT", alice, "LODGED")

    def test_what_was_said_is_kept_word_for_word_without_the_drivers_facts(self, draft, alice):
        row = draft()
        lodge(row, alice)
        kept = DeclarationVersion.objects.get(declaration=row)
        assert kept.body["contract_number"] == row.contract_number
        assert len(kept.body["vehicles"][0]["driver"]) == 64, "a fingerprint"
        assert kept.body["vehicles"][0]["place"] == 1
        assert "Li Wei" not in str(kept.body)

    def test_vins_and_codes_are_stored_in_their_one_spelling(self, draft, alice):
        row = draft(bodies=[vehicle_body(1, vin=f" {vin_number(1).lower()} ", hs_code="8703.22-3090")])
        lodge(row, alice)
        assert list(row.vehicles.values_list("vin", "hs_code")) == [(vin_number(1), "8703223090")]

    def test_it_has_to_be_presented_three_days_after_its_arrival(self, draft, alice):
        row = draft()
        lodge(row, alice)
        row.refresh_from_db()
        assert row.expires_at == row.planned_arrival_at + timedelta(hours=72)

    def test_a_late_arrival_still_leaves_a_day(self, draft, alice):
        row = draft(planned_arrival_at=(NOON - timedelta(days=9)).isoformat())
        lodge(row, alice)
        row.refresh_from_db()
        assert row.expires_at == NOON + timedelta(hours=24)

    def test_warnings_never_stop_and_their_confirmation_is_remembered(self, draft, alice):
        row = draft(functional_reference="")
        confirmed = [{"code": "REQUIRED", "pointer": "/functional_reference"}]
        lodge(row, alice, confirmed=confirmed)
        assert row.history.get(to_status=DeclarationStatus.LODGED).data == {"confirmed": confirmed}

    def test_a_rejected_declaration_is_lodged_again_as_its_next_version(self, declaration, alice):
        row = declaration(status=DeclarationStatus.LODGED)
        let_workers_run(NOON + timedelta(days=60))  # the temporary plate has run out by then
        row.refresh_from_db()
        assert row.status == DeclarationStatus.REJECTED
        lodge(row, alice)
        row.refresh_from_db()
        assert (row.status, row.version) == (DeclarationStatus.LODGED, 2)

    def test_a_colleague_lodges_it_just_as_well(self, draft, bob):
        lodge(draft(), bob)
        assert Declaration.objects.get().status == DeclarationStatus.LODGED


class TestOneBadVehicleNeverBlocksTheOthers:
    def test_without_leaving_it_out_nothing_is_lodged(self, draft, alice):
        row = draft(bodies=[vehicle_body(1), vehicle_body(2, vin=BAD_VIN)])
        with unacceptable(("VIN_CHECK_DIGIT", "/vehicles/1/vin")):
            lodge(row, alice)

    def test_left_out_it_waits_in_a_new_draft_with_the_same_header(self, draft, alice):
        row = draft(bodies=[vehicle_body(1), vehicle_body(2, vin=BAD_VIN), vehicle_body(3)])
        lodged = lodge(row, alice, leave_out=True)
        assert lodged.left_out_vins == (BAD_VIN,)
        aside = Declaration.objects.get(pk=lodged.left_out.pk)
        assert (aside.status, aside.errors) == (DeclarationStatus.DRAFT, 1)
        assert (aside.port_id, aside.contract_number) == (row.port_id, row.contract_number)
        assert [vehicle.vin for vehicle in aside.vehicles.all()] == [BAD_VIN]
        assert [vehicle.vin for vehicle in row.vehicles.order_by("pk")] == [vin_number(1), vin_number(3)]
        assert not aside.vehicles.get().live
        assert aside.vehicles.get().driver.name == "Li Wei 2"

    def test_what_an_officer_was_asked_goes_with_it(self, draft, alice, carl):
        row = draft(bodies=[vehicle_body(1), vehicle_body(2, vin=f"{BAD_VIN.lower()} ")])
        actions.ask(declaration_id=row.pk, vin=BAD_VIN, code="VIN_CHECK_DIGIT", text="see plate", by=alice, now=NOON)
        aside = lodge(row, alice, leave_out=True).left_out
        assert aside.overrides.get().vin == BAD_VIN
        actions.accept_problem(
            declaration_id=aside.pk, vin=BAD_VIN, code="VIN_CHECK_DIGIT", reason="seen", by=carl, now=NOON
        )
        assert lodge(aside, alice).declaration.status == DeclarationStatus.LODGED

    def test_when_none_would_remain_nothing_moves(self, draft, alice):
        row = draft(bodies=[vehicle_body(2, vin=BAD_VIN)])
        with unacceptable(("VIN_CHECK_DIGIT", "/vehicles/0/vin")):
            lodge(row, alice, leave_out=True)

    def test_what_is_wrong_with_the_header_concerns_all(self, draft, alice):
        row = draft(bodies=[vehicle_body(1), vehicle_body(2, vin=BAD_VIN)], port=None)
        with unacceptable(("REQUIRED", "/port")):
            lodge(row, alice, leave_out=True)

    def test_a_vin_that_is_in_use_is_left_out_as_well(self, declaration, draft, mallory, alice):
        declaration(by=mallory, bodies=[vehicle_body(1)])
        row = draft(bodies=[vehicle_body(1), vehicle_body(2)])
        assert lodge(row, alice, leave_out=True).left_out_vins == (vin_number(1),)


class TestRefusals:
    def test_an_empty_draft(self, draft, alice):
        row = draft(vehicles=0)
        with unacceptable(("NO_VEHICLES", "/vehicles")):
            lodge(row, alice)

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"mode": "TRUCK"}, "/mode"),
            ({"mode": "RAIL", "port": "CNULZ"}, "/mode"),
            ({"direction": "IMPORT"}, "/direction"),
        ],
    )
    def test_a_mode_that_is_not_open(self, draft, alice, changes, pointer):
        row = draft(**changes)
        with unacceptable(("MODE_NOT_OPEN", pointer)):
            lodge(row, alice)

    def test_an_organisation_that_nobody_has_verified(self, draft, alice, tianshan):
        row = draft()
        Organisation.objects.update(verified_at=None, verified_by=None)
        with refusal("ORGANISATION_NOT_VERIFIED"):
            lodge(row, alice)

    def test_another_exporter(self, draft, mallory):
        row = draft()
        with refusal("NOT_PERMITTED"):
            lodge(row, mallory)

    def test_an_officer(self, draft, sam):
        row = draft()
        with refusal("NOT_PERMITTED"):
            lodge(row, sam)

    @pytest.mark.parametrize(
        "status", [DeclarationStatus.LODGED, DeclarationStatus.RELEASED, DeclarationStatus.CANCELLED]
    )
    def test_what_is_no_draft_any_more(self, declaration, alice, status):
        row = declaration(status=status)
        with refusal("NOT_A_DRAFT"):
            lodge(row, alice)

    def test_a_vin_that_is_live_elsewhere(self, declaration, draft, mallory, alice):
        declaration(by=mallory, bodies=[vehicle_body(1)])
        row = draft(bodies=[vehicle_body(1, vin=vin_number(1).lower())])
        with unacceptable(("VIN_IN_USE", "/vehicles/0/vin")):
            lodge(row, alice)

    def test_a_vin_that_was_taken_between_the_look_and_the_write(self, declaration, draft, mallory, alice, monkeypatch):
        declaration(by=mallory, bodies=[vehicle_body(1)])
        row = draft(bodies=[vehicle_body(2), vehicle_body(1)])
        look, looks = lodging.vins_in_use, iter([True])
        monkeypatch.setattr(lodging, "vins_in_use", lambda *args: [] if next(looks, False) else look(*args))
        with unacceptable(("VIN_IN_USE", "/vehicles/1/vin")):
            lodge(row, alice)

    def test_a_breach_of_another_law_is_no_vin_in_use(self, draft, alice, monkeypatch):
        row = draft()

        def broken(*args, **kwargs):
            raise IntegrityError("another law")

        monkeypatch.setattr(Declaration, "move_to", broken)
        with pytest.raises(IntegrityError, match="another law"):
            lodge(row, alice)

    def test_a_vin_is_free_again_once_its_vehicle_has_left(self, declaration, draft, mallory, alice, scanner):
        other = declaration(by=mallory, bodies=[vehicle_body(1)])
        for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
            scanner(lane).scan(other.vehicles.get())
        lodge(draft(bodies=[vehicle_body(1)]), alice)
        assert Vehicle.objects.get(vin=vin_number(1), live=True).declaration.created_by == alice


class TestCancelling:
    @pytest.mark.parametrize(
        "status",
        [
            DeclarationStatus.DRAFT,
            DeclarationStatus.LODGED,
            DeclarationStatus.UNDER_CONTROL,
            DeclarationStatus.DOCUMENTS_REQUIRED,
            DeclarationStatus.RELEASED,
        ],
    )
    def test_the_exporter_calls_off_what_was_never_presented(self, declaration, alice, status):
        row = declaration(status=status)
        actions.cancel(declaration_id=row.pk, reason="sold at home", by=alice, now=NOON)
        row.refresh_from_db()
        vehicle = row.vehicles.get()
        assert (row.status, vehicle.status, vehicle.live) == (
            DeclarationStatus.CANCELLED,
            VehicleStatus.WITHDRAWN,
            False,
        )
        assert row.history.get(machine="declaration", to_status="CANCELLED").text == "sold at home"
        assert set(vehicle.passes.values_list("status", flat=True)) <= {"REVOKED"}

    def test_a_rejected_one_revokes_the_passes_of_its_earlier_release(self, declaration, alice):
        row = declaration()
        actions.amend(declaration_id=row.pk, body={"contract_number": "SG-2"}, by=alice, now=NOON)
        let_workers_run(NOON + timedelta(days=60))
        row.refresh_from_db()
        assert row.status == DeclarationStatus.REJECTED
        actions.cancel(declaration_id=row.pk, reason="sold at home", by=alice, now=NOON)
        assert row.vehicles.get().passes.get().status == "REVOKED"

    def test_an_order_to_examine_goes_with_it(self, declaration, alice, carl):
        row = declaration()
        inspections.order(vehicle_id=row.vehicles.get().pk, text="OFFICER", by=carl, now=NOON)
        actions.cancel(declaration_id=row.pk, reason="sold at home", by=alice, now=NOON)
        assert row.vehicles.get().inspections.get().status == "CANCELLED"

    def test_a_supervisor_does_so_while_nothing_stands_in_the_port(self, declaration, sam):
        row = declaration()
        actions.cancel(declaration_id=row.pk, reason="embargo", by=sam, now=NOON)
        row.refresh_from_db()
        assert row.status == DeclarationStatus.CANCELLED

    def test_a_supervisor_does_so_after_a_turn_back_and_the_exporter_cannot(
        self, declaration, alice, sam, olga, scanner
    ):
        row = declaration()
        answer = scanner("CNHRS-E1").scan(row.vehicles.get())
        with refusal("VEHICLE_AT_PORT"):
            actions.cancel(declaration_id=row.pk, reason="x", by=alice, now=NOON)
        with refusal("VEHICLE_AT_PORT"):
            actions.cancel(declaration_id=row.pk, reason="x", by=sam, now=NOON)
        desk.annul(passage_id=answer["passage_id"], reason="barrier stayed down", by=olga, now=NOON)
        with refusal("VEHICLE_AT_PORT"):
            actions.cancel(declaration_id=row.pk, reason="x", by=alice, now=NOON)
        actions.cancel(declaration_id=row.pk, reason="embargo", by=sam, now=NOON)
        row.refresh_from_db()
        assert row.status == DeclarationStatus.CANCELLED

    @pytest.mark.parametrize("status", [DeclarationStatus.REFUSED, DeclarationStatus.CANCELLED])
    def test_what_has_ended_cannot_be_called_off(self, declaration, alice, status):
        row = declaration(status=status)
        with refusal("ALREADY_ENDED"):
            actions.cancel(declaration_id=row.pk, reason="x", by=alice, now=NOON)

    def test_a_draft_is_the_exporters_own(self, draft, sam, carl, mallory):
        row = draft()
        for somebody in (sam, carl, mallory):
            with refusal("NOT_PERMITTED"):
                actions.cancel(declaration_id=row.pk, reason="x", by=somebody, now=NOON)


class TestStatements:
    """A hundred vehicles cost the same number of statements as one."""

    def count(self, act):
        """Statements, without those that only frame a transaction."""
        with CaptureQueriesContext(connection) as captured:
            act()
        framing = ("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT")
        return sum(not query["sql"].startswith(framing) for query in captured.captured_queries)

    def test_of_lodging(self, draft, alice):
        one, hundred = draft(), draft(vehicles=100)
        first = self.count(lambda: lodge(one, alice))
        assert self.count(lambda: lodge(hundred, alice)) <= first
        assert first <= 40

    def test_of_the_assessment(self, draft, alice):
        one, hundred = draft(), draft(vehicles=100)
        lodge(one, alice)
        first = self.count(let_workers_run)
        lodge(hundred, alice)
        assert self.count(let_workers_run) <= first
