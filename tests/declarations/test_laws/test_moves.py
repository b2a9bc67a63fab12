"""Moves and history, held by the database against raw SQL: no Python stands between a test and the rows."""

import pytest
from django.db import transaction

from declarations.clearance import decisions, holds, inspections
from declarations.lifecycle import MOVES, DeclarationStatus, Machine
from declarations.models import Declaration
from tests.cast import NOON, let_workers_run
from tests.raw import commit, refused, remember, sql

pytestmark = pytest.mark.django_db


class TestMovesAndHistory:
    """Every move is one append-only row, and a legal one."""

    @pytest.mark.parametrize("machine", list(Machine))
    def test_history_refuses_every_pair_outside_moves(self, machine):
        for from_, targets in MOVES[machine].items():
            for to in {*MOVES[machine], "NONSENSE"} - targets - {""}:
                with refused("no such move"):
                    remember(machine.value, 999_999, from_, to, 1)

    @pytest.mark.parametrize("machine", list(Machine))
    def test_history_takes_every_pair_of_moves(self, machine):
        pairs = [(from_, to) for from_, targets in MOVES[machine].items() for to in targets]
        with transaction.atomic():
            for subject, (from_, to) in enumerate(pairs, start=900_000):
                remember(machine.value, subject, from_, to, 1)
            transaction.set_rollback(True)  # none of them follows anything: the chain is another test's matter

    def test_an_unknown_machine_cannot_move(self, db):
        with refused("no such move"):
            remember("lorry", 1, "", "DRAFT", 1)

    def test_history_refuses_a_step_that_does_not_follow_the_one_before(self, released):
        with refused("does not follow what was there"):
            remember("declaration", released.pk, "UNDER_CONTROL", "RELEASED", released.pk)

    def test_history_refuses_a_second_beginning(self, released):
        with refused("does not follow what was there"):
            remember("declaration", released.pk, "", "DRAFT", released.pk)

    def test_a_status_without_history_cannot_be_committed(self, released, vehicle):
        for table, pk, status in (
            ("declarations_declaration", released.pk, "UNDER_CONTROL"),
            ("declarations_vehicle", vehicle.pk, "REFERRED"),
            ("declarations_pass", vehicle.passes.get().pk, "REVOKED"),
        ):
            with refused("has a status without history"):
                sql(f"UPDATE {table} SET status = %(status)s WHERE id = %(pk)s", status=status, pk=pk)

    def test_an_inspection_without_history_cannot_be_committed(self, vehicle, ivan):
        order = inspections.order(vehicle_id=vehicle.pk, text="OFFICER", by=ivan, now=NOON)
        with refused("has a status without history"):
            sql("UPDATE declarations_inspection SET status = 'IN_PROGRESS' WHERE id = %(pk)s", pk=order.pk)

    def test_a_new_row_without_history_cannot_be_committed(self, released):
        with refused("has a status without history"):
            Declaration.objects.bulk_create(
                [
                    Declaration(
                        organisation=released.organisation,
                        created_by=released.created_by,
                        created_at=NOON,
                        updated_at=NOON,
                        status_at=NOON,
                    )
                ]
            )

    def test_no_row_can_be_inserted_further_on(self, released, vehicle):
        for row, status in ((released, "RELEASED"), (vehicle, "RELEASED"), (vehicle.passes.get(), "CONSUMED")):
            columns = [field.column for field in row._meta.concrete_fields if not field.primary_key]
            names = ", ".join(f'"{name}"' for name in columns)
            values = ", ".join("%(status)s" if name == "status" else f'"{name}"' for name in columns)
            table = row._meta.db_table
            with refused("a new row has to begin at the beginning"):
                sql(
                    f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE id = %(pk)s",
                    status=status,
                    pk=row.pk,
                )

    def test_an_unknown_status_is_refused(self, released, vehicle):
        for row, name in (
            (released, "declaration_status_known"),
            (vehicle, "vehicle_status_known"),
            (vehicle.passes.get(), "pass_status_known"),
        ):
            with refused(name):
                sql(f"UPDATE {row._meta.db_table} SET status = 'NONSENSE' WHERE id = %(pk)s", pk=row.pk)


class TestHonestPast:
    """What the actions themselves write passes every law at the commit."""

    def test_a_whole_life(self, declaration, carl, sam, ivan, scanner):
        row = declaration(vehicles=2)
        first, second = row.vehicles.order_by("pk")
        hold = holds.place(declaration_id=row.pk, vehicle_id=second.pk, reason_code="OTHER", text="", by=carl, now=NOON)
        holds.lift(public_id=hold.public_id, by=sam, reason="", now=NOON)
        for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
            assert scanner(lane).scan(first)["verdict"] == "ADMIT"
            assert scanner(lane).scan(second)["verdict"] == "ADMIT"
        let_workers_run()
        decisions.record_return(vehicle_id=first.pk, reason="papers", by=sam, now=NOON)
        commit()
        assert Declaration.objects.get().status == DeclarationStatus.COMPLETED
