"""What time does by itself: expiry, stragglers, readiness that runs out; and how a declaration completes."""

from datetime import date, timedelta

import pytest

from declarations import actions
from declarations.clearance import closing, holds, sweeps
from declarations.lifecycle import DeclarationStatus, PassStatus
from declarations.models import Declaration, IdempotencyKey, Paper, Vehicle
from declarations.models.intake import SheetQuerySet
from tests.cast import NOON, let_workers_run, vehicle_body
from tests.refusals import nothing_written

pytestmark = pytest.mark.django_db

LEGAL = NOON + timedelta(days=4)
"""Planned arrival tomorrow, and three days after it."""
SECOND = timedelta(seconds=1)
LANES = ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")


def statuses(row):
    """Of its vehicles, in order."""
    return list(row.vehicles.order_by("position").values_list("status", flat=True))


def test_one_declaration_that_fails_keeps_no_other_waiting(declaration, monkeypatch):
    first, second = declaration(), declaration(bodies=[vehicle_body(2)])
    close = sweeps.close

    def fails(row, *args, **options):
        if row.pk == first.pk:
            raise RuntimeError("something is wrong with this one")
        return close(row, *args, **options)

    monkeypatch.setattr(sweeps, "close", fails)
    swept = sweeps.sweep(now=LEGAL)
    assert (swept["expired"], swept["failed"]) == (1, 1)
    assert Declaration.objects.get(pk=second.pk).status == DeclarationStatus.EXPIRED
    assert Declaration.objects.get(pk=first.pk).status == DeclarationStatus.RELEASED


def test_a_sweep_of_old_rows_that_fails_keeps_none_of_the_others_waiting(db, monkeypatch):
    def fails(_rows):
        raise RuntimeError("something is wrong with a sheet")

    monkeypatch.setattr(SheetQuerySet, "delete", fails)
    IdempotencyKey.objects.create(actor="a", key="k", body_digest="", created_at=NOON)
    swept = sweeps.sweep(now=NOON + timedelta(days=31))
    assert (swept["sheets"], swept["failed"]) == (0, 1)
    assert not IdempotencyKey.objects.exists()


class TestExpiry:
    @pytest.mark.parametrize(
        "status",
        [
            DeclarationStatus.LODGED,
            DeclarationStatus.UNDER_CONTROL,
            DeclarationStatus.DOCUMENTS_REQUIRED,
            DeclarationStatus.RELEASED,
        ],
    )
    def test_of_what_was_never_presented(self, declaration, status):
        row = declaration(status=status)
        assert sweeps.sweep(now=LEGAL - SECOND)["expired"] == 0
        assert sweeps.sweep(now=LEGAL)["expired"] == 1
        row.refresh_from_db()
        vehicle = row.vehicles.get()
        assert (row.status, vehicle.status, vehicle.live) == (DeclarationStatus.EXPIRED, "WITHDRAWN", False)
        assert set(vehicle.passes.values_list("status", flat=True)) <= {PassStatus.REVOKED}
        assert row.history.get(to_status="EXPIRED").reason == "LEGAL_TIME_OVER"
        with nothing_written():
            sweeps.sweep(now=LEGAL)

    @pytest.mark.parametrize(
        "status", [DeclarationStatus.DRAFT, DeclarationStatus.REFUSED, DeclarationStatus.CANCELLED]
    )
    def test_not_of_what_customs_does_not_wait_for(self, declaration, status):
        row = declaration(status=status)
        with nothing_written():
            assert not sweeps.expire(declaration_id=row.pk, now=LEGAL)

    def test_not_before_its_time_even_if_somebody_asked(self, declaration):
        row = declaration()
        with nothing_written():
            assert not sweeps.expire(declaration_id=row.pk, now=LEGAL - SECOND)

    def test_stragglers_beside_presented_ones_are_told_and_withdrawn_a_day_later(self, declaration, scanner):
        row = declaration(vehicles=3)
        scanner("CNHRS-E1").scan(row.vehicles.order_by("position").first())
        assert sweeps.sweep(now=LEGAL)["expired"] == 1
        row.refresh_from_db()
        assert (row.status, row.straggler_notice_at) == (DeclarationStatus.RELEASED, LEGAL)
        assert row.history.filter(reason="STRAGGLER_TOLD").count() == 2
        assert sweeps.sweep(now=LEGAL + timedelta(hours=24) - SECOND)["expired"] == 0
        assert sweeps.sweep(now=LEGAL + timedelta(hours=24))["expired"] == 1
        assert statuses(row) == ["PRESENTED", "WITHDRAWN", "WITHDRAWN"]
        row.refresh_from_db()
        assert row.status == DeclarationStatus.RELEASED

    def test_when_all_were_presented_nobody_is_told(self, declaration, scanner):
        row = declaration()
        scanner("CNHRS-E1").scan(row.vehicles.get())
        with nothing_written():
            assert not sweeps.expire(declaration_id=row.pk, now=LEGAL)

    def test_a_later_arrival_gives_stragglers_a_new_notice(self, declaration, scanner, alice):
        row = declaration(vehicles=2)
        scanner("CNHRS-E1").scan(row.vehicles.order_by("position").first())
        sweeps.sweep(now=LEGAL)
        arrival = {"planned_arrival_at": (LEGAL + timedelta(days=1)).isoformat()}
        actions.amend(declaration_id=row.pk, body=arrival, by=alice, now=LEGAL)
        row.refresh_from_db()
        assert row.straggler_notice_at is None
        assert sweeps.sweep(now=LEGAL + timedelta(days=2))["expired"] == 0


class TestCompletion:
    def go(self, scanner, vehicle):
        """Out of the country."""
        for lane in LANES:
            assert scanner(lane).scan(vehicle)["verdict"] == "ADMIT"

    def complete(self, row):
        """What the worker does."""
        closing.complete(declaration_id=row.pk, now=NOON)
        row.refresh_from_db()
        return row.status

    def test_with_the_last_exit(self, declaration, scanner):
        row = declaration(vehicles=2)
        first, second = row.vehicles.all()
        self.go(scanner, first)
        assert self.complete(row) == DeclarationStatus.RELEASED
        self.go(scanner, second)
        assert self.complete(row) == DeclarationStatus.COMPLETED
        with nothing_written():
            self.complete(row)

    def test_what_a_scan_let_out_says_so(self, declaration, scanner):
        row = declaration(vehicles=2)
        first, _second = row.vehicles.all()
        self.go(scanner, first)
        let_workers_run()
        first.refresh_from_db()
        assert [each["code"] for each in first.not_ready_because] == ["EXITED"]

    def test_with_the_last_withdrawal_beside_an_exit(self, declaration, scanner, alice):
        row = declaration(vehicles=2)
        first, second = row.vehicles.all()
        self.go(scanner, first)
        actions.withdraw_vehicle(declaration_id=row.pk, vehicle_id=second.pk, reason="", by=alice, now=NOON)
        assert self.complete(row) == DeclarationStatus.COMPLETED

    def test_without_any_exit_it_is_cancelled(self, declaration, alice):
        row = declaration()
        actions.withdraw_vehicle(declaration_id=row.pk, vehicle_id=row.vehicles.get().pk, reason="", by=alice, now=NOON)
        assert self.complete(row) == DeclarationStatus.CANCELLED
        assert Vehicle.objects.get().passes.get().status == PassStatus.REVOKED

    def test_under_control_it_waits_for_its_release(self, declaration, scanner, carl):
        row = declaration(vehicles=1)
        self.go(scanner, row.vehicles.get())
        let_workers_run()
        other = declaration(vehicles=2)
        first, second = other.vehicles.all()
        self.go(scanner, first)
        holds.place(declaration_id=other.pk, reason_code="OTHER", text="", by=carl, now=NOON)
        assert self.complete(other) == DeclarationStatus.UNDER_CONTROL
        actions.withdraw_vehicle(declaration_id=other.pk, vehicle_id=second.pk, reason="", by=carl, now=NOON)
        assert self.complete(other) == DeclarationStatus.UNDER_CONTROL


class TestOtherSweeps:
    def test_a_vehicle_whose_readiness_ran_out_says_why(self, declaration):
        row = declaration(planned_arrival_at=(NOON - timedelta(days=9)).isoformat())
        Declaration.objects.update(expires_at=NOON + timedelta(days=30))
        vehicle = row.vehicles.get()
        assert vehicle.ready_until == NOON + timedelta(hours=24)
        assert sweeps.sweep(now=vehicle.ready_until - SECOND)["readiness"] == 0
        assert sweeps.sweep(now=vehicle.ready_until)["readiness"] == 1
        vehicle.refresh_from_db()
        assert (vehicle.ready, [each["code"] for each in vehicle.not_ready_because]) == (False, ["PASS_EXPIRED"])

    def test_a_vehicle_that_was_scanned_says_how_it_stands(self, declaration, scanner):
        row = declaration(vehicles=2)
        first, second = row.vehicles.all()
        Paper.objects.create(vehicle=second, code="export_licence", number="1", valid_until=date(2026, 11, 21))
        for vehicle in (first, second):
            scanner("CNHRS-E1").scan(vehicle)
        assert sweeps.sweep(now=NOON)["readiness"] == 1
        for vehicle in (first, second):
            vehicle.refresh_from_db()
        assert (first.ready, second.ready) == (True, False)
        assert [each["code"] for each in second.not_ready_because] == ["PAPER_EXPIRED"]
        with nothing_written():
            sweeps.sweep(now=NOON)

    def test_what_is_not_ready_learns_what_time_brings_too(self, declaration):
        row = declaration(bodies=[vehicle_body(1, driver=None, plate_expires_on="2026-11-23")])
        vehicle = row.vehicles.get()
        midnight = NOON + timedelta(hours=36)
        assert (vehicle.ready, vehicle.ready_until) == (False, midnight)
        assert sweeps.sweep(now=midnight - SECOND)["readiness"] == 0
        assert sweeps.sweep(now=midnight)["readiness"] == 1
        vehicle.refresh_from_db()
        assert [each["code"] for each in vehicle.not_ready_because] == ["DRIVER_MISSING", "PLATE_EXPIRED"]

    def test_answers_to_repeated_questions_are_forgotten_after_two_days(self, db):
        for days in (1, 3):
            IdempotencyKey.objects.create(
                actor="a", key=str(days), body_digest="", created_at=NOON - timedelta(days=days)
            )
        assert sweeps.sweep(now=NOON)["idempotency"] == 1
        assert IdempotencyKey.objects.get().key == "1"
