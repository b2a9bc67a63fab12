"""Rows: who sees what, what a move writes, how a body comes back from its columns."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ValidationError

from declarations import actions
from declarations.lifecycle import DeclarationStatus, MoveNotAllowed, Owed
from declarations.models import (
    Admission,
    ApiKey,
    Closure,
    Declaration,
    History,
    Organisation,
    OutboxTask,
    PlatePattern,
    Port,
    Role,
    StaleMove,
    Vehicle,
    move,
    note,
    roles_of,
)
from declarations.models.movable import begin
from declarations.words import RoleName
from tests.cast import NOON, vehicle_body
from tests.refusals import nothing_written

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


class TestWhoSeesWhat:
    def seen(self, user):
        """Statuses of the declarations that this user sees."""
        return sorted(Declaration.objects.visible_to(user).values_list("status", flat=True))

    @pytest.fixture
    def rows(self, declaration, mallory):
        """A draft and a released one of alice at Horgos, and a lodged one of mallory at Irkeshtam."""
        declaration(status=DeclarationStatus.DRAFT)
        declaration()
        declaration(status=DeclarationStatus.LODGED, by=mallory, port="CNYRK")

    def test_exporters_see_their_own_drafts_included(self, rows, alice, bob, mallory):
        assert self.seen(alice) == self.seen(bob) == ["DRAFT", "RELEASED"]
        assert self.seen(mallory) == ["LODGED"]

    def test_officers_see_what_was_lodged(self, rows, carl, olga, sam):
        for officer in (carl, olga, sam):
            assert self.seen(officer) == ["LODGED", "RELEASED"]

    def test_an_officer_of_one_port_sees_that_port(self, rows):
        otto = User.objects.create(username="otto")
        Role.objects.create(user=otto, role=RoleName.CHECKPOINT, port_id="CNYRK")
        assert self.seen(otto) == ["LODGED"]
        assert Vehicle.objects.visible_to(otto).count() == 1

    def test_nobody_sees_anything(self, rows):
        gone = User.objects.create(username="gone", is_active=False)
        Role.objects.create(user=gone, role=RoleName.SUPERVISOR)
        for nobody in (AnonymousUser(), None, User(username="unsaved"), User.objects.create(username="new"), gone):
            assert self.seen(nobody) == []


class TestRoles:
    def test_are_read_once_and_kept_for_the_request(self, carl, django_assert_num_queries):
        carl = User.objects.get(pk=carl.pk)
        with django_assert_num_queries(1):
            assert roles_of(carl).is_officer
            assert roles_of(carl).at("CNHRS", RoleName.DOCUMENTS)
            assert not roles_of(carl).at("CNHRS", RoleName.SUPERVISOR)

    def test_of_one_port_are_no_roles_of_another(self, reference):
        otto = User.objects.create(username="otto")
        Role.objects.create(user=otto, role=RoleName.CHECKPOINT, port_id="CNYRK")
        assert roles_of(otto).ports() == {"CNYRK"}
        assert not roles_of(otto).at("CNHRS")
        assert "otto" in str(otto.roles.get())


class TestMoves:
    def test_one_move_is_a_status_a_history_row_and_what_it_owes(self, declaration, alice, django_assert_num_queries):
        vehicle = declaration().vehicles.get()
        OutboxTask.objects.all().delete()
        with django_assert_num_queries(1):
            vehicle.move_to("WITHDRAWN", by=alice, at=NOON, reason="X", text="t", data={"k": NOON})
        row = History.objects.latest("pk")
        assert (row.by, row.by_label, row.from_status, row.to_status) == (alice, "alice", "DECLARED", "WITHDRAWN")
        assert row.data == {"k": str(NOON)}
        assert "DECLARED → WITHDRAWN" in str(row)
        task = OutboxTask.objects.get()
        assert (task.kind, task.subject, str(task)) == (
            Owed.COMPLETE,
            vehicle.declaration_id,
            f"complete {task.subject}",
        )

    def test_many_rows_and_many_steps_are_one_statement(self, declaration, django_assert_num_queries):
        vehicles = list(declaration(vehicles=3).vehicles.all())
        with django_assert_num_queries(1):
            move(vehicles, "PRESENTED", "REFERRED", by="lane", at=NOON, reason="X")
        assert {vehicle.status for vehicle in vehicles} == {"REFERRED"}
        assert History.objects.filter(machine="vehicle", reason="X").count() == 6

    def test_nothing_to_move_asks_nothing(self, db, django_assert_num_queries):
        with django_assert_num_queries(0):
            move([], "PRESENTED", by="lane", at=NOON, reason="X")
            begin([], by="lane", at=NOON)

    def test_an_illegal_move_writes_nothing(self, declaration):
        vehicle = declaration().vehicles.get()
        with nothing_written(), pytest.raises(MoveNotAllowed):
            vehicle.move_to("EXITED", by="lane", at=NOON, reason="X")

    def test_a_row_that_somebody_moved_since_is_stale_and_nothing_is_written(self, declaration):
        vehicle = declaration().vehicles.get()
        seen_before = Vehicle.objects.get(pk=vehicle.pk)
        vehicle.move_to("PRESENTED", by="lane", at=NOON, reason="X")
        with nothing_written(), pytest.raises(StaleMove):
            seen_before.move_to("PRESENTED", by="lane", at=NOON, reason="X")

    def test_admissions_come_with_the_move_and_go_with_the_step_back(self, declaration, alice):
        vehicle = declaration().vehicles.get()
        vehicle.move_to("PRESENTED", by="lane", at=NOON, reason="X", admissions=[("ENTRY", uuid.uuid4())])
        assert str(Admission.objects.get()) == "ENTRY 2026-11-22 04:00"
        vehicle.move_to("DECLARED", by=alice, at=NOON, reason="BACK")
        row = Admission.objects.get()
        assert (row.annulled_at, row.annulled_by, row.annul_reason) == (NOON, alice, "BACK")

    def test_the_exit_is_dated_until_the_vehicle_steps_back(self, declaration):
        vehicle = declaration(status="RELEASED").vehicles.get()
        dated = []
        for hours, steps in enumerate([("PRESENTED", "RELEASED", "EXITED"), ("RELEASED",), ("EXITED",), ("RETURNED",)]):
            vehicle.move_to(*steps, by="lane", at=NOON + timedelta(hours=hours), reason="X")
            vehicle.refresh_from_db()
            dated.append(vehicle.exited_at and (vehicle.exited_at - NOON) / timedelta(hours=1))
        assert dated == [0, None, 2, 2]

    def test_a_note_moves_nothing(self, declaration, alice):
        row = declaration()
        written = note(declaration_id=row.pk, by=alice, at=NOON, reason="SAID", text="hello")
        assert (written.machine, written.subject_id, written.vehicle_id) == ("note", row.pk, None)


class TestBodies:
    def test_come_back_as_they_were_given(self, declaration):
        given = vehicle_body(1, fuel="", plate=None, plate_expires_on=None, driver=None)
        vehicle = declaration(status=DeclarationStatus.DRAFT, bodies=[given]).vehicles.get()
        body = vehicle.body()
        assert (body["plate"], body["fuel"], body["driver"], body["papers"]) == (None, None, None, [])
        assert body["value"] == "89800.00"

    def test_what_fits_no_column_is_not_lost(self, declaration):
        consignee = {"name": "Astana Motors", "country": "Kazakhstan", "address": "A" * 2000}
        row = declaration(status=DeclarationStatus.DRAFT, consignee=consignee, planned_arrival_at="31 February")
        body = row.body()
        assert (body["consignee"], body["planned_arrival_at"]) == (consignee, "31 February")
        assert (row.consignee_country, row.planned_arrival_at) == ("", None)

    def test_a_change_of_anything_changes_the_etag(self, declaration, alice):
        row = declaration()
        before = row.etag
        actions.renew_pass(vehicle_id=row.vehicles.get().pk, by=alice, now=NOON + timedelta(seconds=1))
        assert Declaration.objects.get().etag != before

    def test_a_reference_is_not_guessed(self, declaration):
        first, second = declaration(status=DeclarationStatus.DRAFT), declaration(status=DeclarationStatus.DRAFT)
        assert first.reference != second.reference
        assert first.reference.startswith("SG")
        assert str(first) == first.reference


class TestSmallThings:
    def test_vins_are_found_by_their_beginning_or_their_last_six(self, declaration):
        vin = declaration(vehicles=2).vehicles.order_by("position").first().vin
        assert Vehicle.objects.found_by(vin[:10].lower()).count() >= 1
        assert [row.vin for row in Vehicle.objects.found_by(vin[-6:])] == [vin]
        assert [row.vin for row in Vehicle.objects.found_by(vin)] == [vin]

    def test_a_port_is_closed_between_two_moments_or_until_further_notice(self, reference):
        port = Port.objects.get(code="CNHRS")
        assert not port.closed_at(NOON)
        closure = Closure.objects.create(
            port=port, starts_at=NOON, ends_at=NOON + timedelta(hours=1), public_reason="-"
        )
        assert port.closed_at(NOON)
        assert not port.closed_at(LATER)
        closure.ends_at = None
        closure.save()
        assert port.closed_at(NOON + timedelta(days=99))
        assert "CNHRS" in str(closure)

    def test_a_key_opens_until_it_ends(self, carl):
        key, text = ApiKey.issue(label="lab", now=NOON, user=carl)
        assert text.startswith("sg_") and text not in str(key)
        assert ApiKey.objects.usable(now=NOON).filter(digest=ApiKey.digest_of(text)).exists()
        key.expires_at = NOON
        key.save()
        assert not ApiKey.objects.usable(now=NOON).exists()
        key.expires_at, key.revoked_at = None, NOON
        key.save()
        assert not ApiKey.objects.usable(now=NOON).exists()

    def test_a_pattern_of_plates_has_to_be_a_regular_expression(self, reference):
        with pytest.raises(ValidationError, match="no regular expression"):
            PlatePattern(pattern="[A-Z").clean_fields()

    def test_an_organisation_has_its_name(self, tianshan):
        assert str(Organisation.objects.get()) == "Tianshan Auto Export"
