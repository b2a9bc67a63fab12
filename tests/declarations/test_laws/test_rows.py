"""Laws 4 to 7 against raw SQL: one live VIN, one issued pass, an honest end, a memory that stays."""

import pytest
from django.db import IntegrityError, transaction

from declarations.lifecycle import DeclarationStatus
from declarations.models import Pass, Vehicle
from tests.cast import NOON, vin_number
from tests.raw import accepted, force, refused, sql

pytestmark = pytest.mark.django_db


class TestLaw4:
    """One VIN, at most one live vehicle over all exporters and ports."""

    def test_two_live_vehicles_with_one_vin_cannot_be(self, declaration, mallory):
        declaration()
        other = declaration(by=mallory)
        with refused("vehicle_one_live_vin"):
            sql(
                "UPDATE declarations_vehicle SET vin = %(vin)s WHERE declaration_id = %(pk)s",
                vin=vin_number(1),
                pk=other.pk,
            )

    def test_a_draft_holds_nothing(self, declaration, mallory):
        declaration()
        with accepted():
            sql(
                "UPDATE declarations_vehicle SET vin = %(vin)s WHERE declaration_id = %(pk)s",
                vin=vin_number(1),
                pk=declaration(by=mallory, status=DeclarationStatus.DRAFT).pk,
            )

    def test_a_vehicle_that_is_gone_cannot_be_live(self, vehicle):
        force(vehicle, "RELEASED")
        vehicle.refresh_from_db()
        with refused("vehicle_closed_is_not_live"):
            force(vehicle, "EXITED")
            sql("UPDATE declarations_vehicle SET live = true WHERE id = %(pk)s", pk=vehicle.pk)


def test_a_vehicle_is_dated_as_out_exactly_while_it_is_out(vehicle):
    with refused("vehicle_exited_at_when_out"):
        sql("UPDATE declarations_vehicle SET exited_at = now() WHERE id = %(pk)s", pk=vehicle.pk)


class TestLaw5:
    """One ISSUED pass per vehicle."""

    def test_two_issued_passes_of_one_vehicle_cannot_be(self, vehicle):
        row = vehicle.passes.get()
        row.pk, row.pass_id, row.version = None, row.pass_id + 1, 2
        with refused("pass_one_issued"):
            Pass.objects.bulk_create([row])

    def test_a_version_is_issued_once(self, vehicle):
        row = vehicle.passes.get()
        force(row, "REVOKED")
        row.pk, row.pass_id = None, row.pass_id + 1
        with refused("pass_version_once"):
            Pass.objects.bulk_create([row])

    def test_a_pass_id_fits_into_the_manual_code(self, vehicle):
        with refused("pass_id_below_2_50"):
            sql("UPDATE declarations_pass SET pass_id = %(big)s", big=2**50)


class TestLaw6:
    """COMPLETED: every vehicle is gone, and one of them went through."""

    def gone(self, released, *ways):
        """Send the vehicles their ways by hand."""
        for row, way in zip(released.vehicles.order_by("pk"), ways, strict=True):
            force(row, *way)

    def test_not_with_an_open_vehicle(self, released):
        self.gone(released, ["PRESENTED", "RELEASED", "EXITED"], ["PRESENTED"])
        with refused("law 6"):
            force(released, "COMPLETED")

    def test_not_when_all_were_withdrawn(self, released):
        self.gone(released, ["WITHDRAWN"], ["WITHDRAWN"])
        with refused("law 6"):
            force(released, "COMPLETED")

    def test_with_one_gone_and_one_withdrawn(self, released):
        self.gone(released, ["PRESENTED", "RELEASED", "EXITED"], ["WITHDRAWN"])
        with accepted():
            force(released, "COMPLETED")

    def test_no_vehicle_opens_again_beneath_a_completed_declaration(self, released):
        self.gone(released, ["PRESENTED", "RELEASED", "EXITED"], ["WITHDRAWN"])
        force(released, "COMPLETED")
        with refused("law 1"):
            force(released.vehicles.get(status="EXITED"), "RELEASED")
        with refused("law 6"):
            force(released.vehicles.get(status="EXITED"), "RELEASED", "PRESENTED")

    def test_no_vehicle_is_put_into_a_completed_declaration(self, released):
        self.gone(released, ["PRESENTED", "RELEASED", "EXITED"], ["WITHDRAWN"])
        force(released, "COMPLETED")
        with refused("law 6"):
            Vehicle(declaration=released, vin=vin_number(77)).begin(by="by hand", at=NOON)


class TestLaw7:
    """Passages and history never change or vanish."""

    @pytest.fixture
    def as_in_production(self, db):
        """The suite's own permission to empty tables is taken from this connection."""
        sql("SET silkgate.allow_truncate = 'off'")
        yield
        sql("SET silkgate.allow_truncate = 'on'")

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE declarations_history SET reason = 'X'",
            "UPDATE declarations_history SET reason = reason",
            "DELETE FROM declarations_history",
            "UPDATE declarations_declarationversion SET body = '{}'",
            "DELETE FROM declarations_declarationversion",
            "TRUNCATE declarations_declarationversion",
            "DELETE FROM declarations_history WHERE id = (SELECT max(id) FROM declarations_history)",
            "TRUNCATE declarations_history",
            "TRUNCATE declarations_history CASCADE",
            "UPDATE checkpoint_passage SET verdict = 'ADMIT'",
            "DELETE FROM checkpoint_passage",
            "TRUNCATE checkpoint_passage CASCADE",
            "TRUNCATE checkpoint_lane CASCADE",
        ],
    )
    def test_nothing_takes_them_away(self, declaration, scanner, as_in_production, statement):
        scanner("CNHRS-E1").scan(Vehicle.objects.get(declaration=declaration()))
        with refused("never change or vanish"):
            sql(statement)
        assert sql("SELECT count(*) FROM checkpoint_passage") == [(1,)]

    def test_no_session_sets_a_law_aside(self, declaration):
        declaration()
        ignored = sql("SELECT '{' || string_agg(tgname, ',') || '}' FROM pg_trigger WHERE NOT tgisinternal")[0][0]
        sql("SELECT set_config('pgtrigger.ignore', %(all)s, true)", all=ignored)
        with refused("never change or vanish"):
            sql("DELETE FROM declarations_history")

    def test_a_vehicle_with_history_is_not_deleted_beneath_its_pass(self, vehicle):
        with pytest.raises(IntegrityError), transaction.atomic():
            sql("DELETE FROM declarations_vehicle WHERE id = %(pk)s", pk=vehicle.pk)
            sql("SET CONSTRAINTS ALL IMMEDIATE")

    def test_a_revoked_key_stays_revoked(self, reference):
        sql("UPDATE declarations_passkey SET status = 'REVOKED', revoked_at = %(at)s", at=NOON)
        with refused("a revoked key stays revoked"):
            sql("UPDATE declarations_passkey SET status = 'RETIRED'")
