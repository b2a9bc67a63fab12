"""Law 3 against raw SQL: holds, document checks, inspections, and the override by two."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection

from declarations.clearance import inspections
from declarations.lifecycle import DeclarationStatus
from tests.cast import NOON
from tests.raw import LATER, accepted, force, refused, sql

pytestmark = pytest.mark.django_db

LAW_3 = "law 3: the vehicle has an open control"


class TestLaw3:
    """Controls keep a vehicle from RELEASED and EXITED, and a hold keeps its declaration."""

    def place(self, declaration, vehicle, carl):
        """A hold by hand, so that no action reacts to it."""
        ((pk,),) = sql(
            "INSERT INTO declarations_hold (public_id, declaration_id, vehicle_id, reason_id, text, public_text,"
            " placed_by_id, placed_at, lift_reason) VALUES (%(public)s, %(declaration)s, %(vehicle)s, 'OTHER', '', '',"
            " %(carl)s, %(at)s, '') RETURNING id",
            public=uuid.uuid4(),
            declaration=declaration.pk,
            vehicle=vehicle.pk if vehicle else None,
            carl=carl.pk,
            at=NOON,
        )
        return pk

    def check(self, vehicle, carl, status="OPEN"):
        """A document check by hand."""
        closed = status != "OPEN"
        ((pk,),) = sql(
            "INSERT INTO declarations_documentcheck (public_id, declaration_id, vehicle_id, because, status, opened_at,"
            " closed_at, closed_by_id, close_reason) VALUES (%(public)s, %(declaration)s, %(vehicle)s, 'SELECTED',"
            " %(status)s, %(at)s, %(closed_at)s, %(by)s, '') RETURNING id",
            public=uuid.uuid4(),
            declaration=vehicle.declaration_id,
            vehicle=vehicle.pk,
            status=status,
            at=NOON,
            closed_at=NOON if closed else None,
            by=carl.pk if closed else None,
        )
        return pk

    def override(self, vehicle, asked, granted, *, stage="RELEASE", holds=(), checks=(), until=None, used_at=None):
        """An override by hand."""
        sql(
            "INSERT INTO declarations_override (public_id, vehicle_id, stage, hold_ids, check_ids, reason, asked_by_id,"
            " asked_at, granted_by_id, granted_at, expires_at, used_at) VALUES (%(public)s, %(vehicle)s, %(stage)s,"
            " %(holds)s::bigint[], %(checks)s::bigint[], '', %(asked)s, %(at)s, %(granted)s, %(granted_at)s, %(until)s,"
            " %(used_at)s)",
            public=uuid.uuid4(),
            vehicle=vehicle.pk,
            stage=stage,
            holds=list(holds),
            checks=list(checks),
            asked=asked.pk,
            at=NOON,
            granted=granted.pk if granted else None,
            granted_at=NOON if granted else None,
            until=(until or LATER + timedelta(minutes=1)) if granted else None,
            used_at=used_at,
        )

    def test_a_hold_on_the_declaration_keeps_it_from_released(self, declaration, carl):
        row = declaration(status=DeclarationStatus.UNDER_CONTROL)
        self.place(row, None, carl)
        with refused("law 3: a hold stands on the declaration"):
            force(row, "RELEASED")

    def test_a_hold_on_one_vehicle_does_not_keep_the_declaration(self, declaration, carl):
        row = declaration(status=DeclarationStatus.UNDER_CONTROL)
        self.place(row, row.vehicles.get(), carl)
        with accepted():
            force(row, "RELEASED")

    @pytest.mark.parametrize("way", [("RELEASED",), ("RELEASED", "EXITED")])
    def test_a_hold_on_the_vehicle(self, released, vehicle, carl, way):
        self.place(released, vehicle, carl)
        with refused(LAW_3):
            force(vehicle, *way)

    def test_a_hold_on_the_declaration_keeps_a_released_vehicle_from_the_exit(self, released, vehicle, carl):
        force(vehicle, "RELEASED")
        vehicle.refresh_from_db()
        self.place(released, None, carl)
        with refused(LAW_3):
            force(vehicle, "EXITED")

    def test_a_hold_on_another_vehicle_is_no_matter(self, released, vehicle, carl):
        self.place(released, released.vehicles.exclude(pk=vehicle.pk).get(), carl)
        with accepted():
            force(vehicle, "RELEASED", "EXITED")

    def test_a_lifted_hold_is_no_matter(self, released, vehicle, carl, sam):
        pk = self.place(released, vehicle, carl)
        sql(
            "UPDATE declarations_hold SET lifted_at = %(at)s, lifted_by_id = %(by)s WHERE id = %(pk)s",
            at=NOON,
            by=sam.pk,
            pk=pk,
        )
        with accepted():
            force(vehicle, "RELEASED")

    @pytest.mark.parametrize("status", ["OPEN", "REFUSED"])
    def test_a_document_check_that_is_open_or_was_refused(self, vehicle, carl, status):
        self.check(vehicle, carl, status)
        with refused(LAW_3):
            force(vehicle, "RELEASED")

    def test_an_accepted_document_check_is_no_matter(self, vehicle, carl):
        self.check(vehicle, carl, "ACCEPTED")
        with accepted():
            force(vehicle, "RELEASED")

    @pytest.mark.parametrize("started", [False, True])
    def test_an_open_inspection(self, vehicle, ivan, started):
        order = inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=ivan, now=NOON)
        if started:
            inspections.start(public_id=order.public_id, by=ivan, now=NOON)
        with refused(LAW_3):
            force(vehicle, "RELEASED")

    def failed(self, vehicle, ivan):
        """An inspection with a bad end; gives back the order that follows."""
        order = inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=ivan, now=NOON)
        inspections.start(public_id=order.public_id, by=ivan, now=NOON)
        inspections.finish(
            public_id=order.public_id,
            satisfactory=False,
            findings="",
            next_step="REPAIR_AND_RECHECK",
            by=ivan,
            now=NOON,
        )
        vehicle.refresh_from_db()
        return order.followed_by

    def test_an_inspection_whose_latest_result_is_bad_even_without_an_open_order(self, vehicle, ivan):
        order = self.failed(vehicle, ivan)
        with connection.cursor() as cursor:  # an order that vanished by hand must not open the gate
            cursor.execute("DELETE FROM declarations_inspection WHERE id = %s", [order.pk])
        with refused(LAW_3):
            force(vehicle, "RELEASED")

    def test_a_later_good_result_clears_an_earlier_bad_one(self, vehicle, ivan):
        order = self.failed(vehicle, ivan)
        inspections.start(public_id=order.public_id, by=ivan, now=LATER)
        inspections.finish(public_id=order.public_id, satisfactory=True, findings="", by=ivan, now=LATER)
        vehicle.refresh_from_db()
        with accepted():
            force(vehicle, "RELEASED")

    @pytest.mark.parametrize("status", ["WAIVED", "CANCELLED"])
    def test_the_order_after_a_failure_can_be_neither_waived_nor_cancelled(self, vehicle, ivan, status):
        with refused("inspection_after_failure_is_done"):
            force(self.failed(vehicle, ivan), status)

    def test_two_open_inspections_of_one_vehicle_cannot_be(self, vehicle, ivan):
        order = inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=ivan, now=NOON)
        with refused("inspection_one_open"):
            order.pk, order.public_id = None, uuid.uuid4()
            type(order).objects.bulk_create([order])

    def test_two_open_document_checks_of_one_vehicle_cannot_be(self, vehicle, carl):
        self.check(vehicle, carl)
        with refused("document_check_one_open"):
            self.check(vehicle, carl)

    @pytest.mark.parametrize("way", [("RELEASED",), ("RELEASED", "EXITED")])
    def test_an_override_in_force_opens_what_it_names_and_the_exit_of_the_same_passage(
        self, released, vehicle, carl, olga, sam, way
    ):
        self.override(
            vehicle, olga, sam, holds=[self.place(released, vehicle, carl)], checks=[self.check(vehicle, carl)]
        )
        with accepted():
            force(vehicle, *way)

    def test_an_override_opens_nothing_that_it_does_not_name(self, released, vehicle, carl, olga, sam):
        self.override(vehicle, olga, sam, holds=[self.place(released, vehicle, carl)])
        self.place(released, vehicle, carl)
        with refused(LAW_3):
            force(vehicle, "RELEASED")

    def test_an_override_that_names_the_hold_does_not_open_the_check(self, released, vehicle, carl, olga, sam):
        hold = self.place(released, vehicle, carl)
        self.check(vehicle, carl)
        self.override(vehicle, olga, sam, holds=[hold])
        with refused(LAW_3):
            force(vehicle, "RELEASED")

    def test_an_override_that_was_only_asked_for_opens_nothing(self, released, vehicle, carl, olga):
        self.override(vehicle, olga, None, holds=[self.place(released, vehicle, carl)])
        with refused(LAW_3):
            force(vehicle, "RELEASED")

    def test_a_lapsed_override_opens_nothing(self, released, vehicle, carl, olga, sam):
        self.override(vehicle, olga, sam, holds=[self.place(released, vehicle, carl)], until=LATER)
        with refused(LAW_3):
            force(vehicle, "RELEASED")

    def test_a_used_override_opens_nothing_more(self, released, vehicle, carl, olga, sam):
        self.override(vehicle, olga, sam, holds=[self.place(released, vehicle, carl)], used_at=NOON)
        with refused(LAW_3):
            force(vehicle, "RELEASED")

    def test_an_override_of_another_stage_opens_nothing(self, released, vehicle, carl, olga, sam):
        self.override(vehicle, olga, sam, stage="EXIT", holds=[self.place(released, vehicle, carl)])
        with refused(LAW_3):
            force(vehicle, "RELEASED")

    def test_an_override_of_the_release_gate_does_not_open_the_exit_later(self, released, vehicle, carl, olga, sam):
        force(vehicle, "RELEASED")
        vehicle.refresh_from_db()
        self.override(vehicle, olga, sam, stage="RELEASE", holds=[self.place(released, vehicle, carl)])
        with refused(LAW_3):
            force(vehicle, "EXITED")

    def test_an_override_of_the_exit_opens_the_exit(self, released, vehicle, carl, olga, sam):
        force(vehicle, "RELEASED")
        vehicle.refresh_from_db()
        self.override(vehicle, olga, sam, stage="EXIT", holds=[self.place(released, vehicle, carl)])
        with accepted():
            force(vehicle, "EXITED")

    def test_an_override_of_another_vehicle_opens_nothing(self, released, vehicle, carl, olga, sam):
        other = released.vehicles.exclude(pk=vehicle.pk).get()
        self.override(other, olga, sam, holds=[self.place(released, vehicle, carl)])
        with refused(LAW_3):
            force(vehicle, "RELEASED")

    def test_no_override_opens_a_hold_on_the_declaration(self, released, vehicle, carl, olga, sam):
        force(vehicle, "RELEASED")
        vehicle.refresh_from_db()
        self.override(vehicle, olga, sam, stage="EXIT", holds=[self.place(released, None, carl)])
        with refused(LAW_3):
            force(vehicle, "EXITED")

    def test_nobody_grants_his_own_override(self, released, vehicle, carl, olga):
        with refused("override_by_two"):
            self.override(vehicle, olga, olga, holds=[self.place(released, vehicle, carl)])

    def test_an_override_cannot_be_used_before_it_was_granted(self, released, vehicle, carl, olga):
        with refused("override_used_was_granted"):
            self.override(vehicle, olga, None, holds=[self.place(released, vehicle, carl)], used_at=NOON)

    def test_nobody_lifts_the_hold_that_he_placed(self, released, vehicle, carl):
        pk = self.place(released, vehicle, carl)
        with refused("hold_lifted_by_another"):
            sql(
                "UPDATE declarations_hold SET lifted_at = %(at)s, lifted_by_id = %(by)s WHERE id = %(pk)s",
                at=NOON,
                by=carl.pk,
                pk=pk,
            )

    def test_a_hold_is_lifted_by_somebody(self, released, vehicle, carl):
        pk = self.place(released, vehicle, carl)
        with refused("hold_lifted_pair"):
            sql("UPDATE declarations_hold SET lifted_at = %(at)s WHERE id = %(pk)s", at=NOON, pk=pk)
