"""Laws 1 and 2 against raw SQL: when a vehicle is released, and what a step back takes with it."""

import uuid

import pytest

from tests.raw import LATER, accepted, commit, force, refused, sql

pytestmark = pytest.mark.django_db


class TestLaw1:
    """A vehicle reaches RELEASED only while its declaration is RELEASED."""

    @pytest.mark.parametrize("way", [("RELEASED",), ("RELEASED", "EXITED")])
    def test_not_while_the_declaration_is_under_control(self, released, vehicle, way):
        force(released, "UNDER_CONTROL")
        with refused("law 1"):
            force(vehicle, *way)

    @pytest.mark.parametrize("way", [("RELEASED",), ("RELEASED", "EXITED")])
    def test_not_from_referred_either(self, released, vehicle, way):
        force(vehicle, "REFERRED")
        vehicle.refresh_from_db()
        force(released, "UNDER_CONTROL")
        with refused("law 1"):
            force(vehicle, *way)

    def test_not_while_it_is_assessed_again(self, vehicle):
        sql("UPDATE declarations_vehicle SET being_assessed = true WHERE id = %(pk)s", pk=vehicle.pk)
        with refused("law 1"):
            force(vehicle, "RELEASED")

    def test_while_the_declaration_is_released(self, vehicle):
        with accepted():
            force(vehicle, "RELEASED")

    def test_the_exit_of_a_released_vehicle_does_not_ask_its_declaration(self, released, vehicle):
        force(vehicle, "RELEASED")
        vehicle.refresh_from_db()
        force(released, "UNDER_CONTROL")
        with accepted():
            force(vehicle, "EXITED")


class TestLaw2:
    """One live admission per vehicle and stage; a move backwards annuls those of the stages to be passed again."""

    def admit(self, vehicle, stage):
        """Insert a live admission by hand."""
        commit()
        sql(
            "INSERT INTO declarations_admission (vehicle_id, stage, passage_id, at, annul_reason)"
            " VALUES (%(vehicle)s, %(stage)s, %(passage)s, %(at)s, '')",
            vehicle=vehicle.pk,
            stage=stage,
            passage=uuid.uuid4(),
            at=LATER,
        )

    @pytest.mark.parametrize("stage", ["ENTRY", "RELEASE", "EXIT"])
    def test_two_live_admissions_of_one_stage_cannot_be(self, vehicle, stage):
        self.admit(vehicle, stage)
        with refused("admission_one_live"):
            self.admit(vehicle, stage)

    def test_an_annulled_admission_makes_room_for_another(self, vehicle):
        self.admit(vehicle, "ENTRY")
        sql("UPDATE declarations_admission SET annulled_at = %(at)s", at=LATER)
        with accepted():
            self.admit(vehicle, "ENTRY")

    def test_an_unknown_stage_is_refused(self, vehicle):
        with refused("admission_stage_known"):
            self.admit(vehicle, "SIDEWAYS")

    @pytest.mark.parametrize(
        ("before", "back", "stage"),
        [
            (["RELEASED"], "PRESENTED", "RELEASE"),
            (["RELEASED"], "REFERRED", "RELEASE"),
            ([], "DECLARED", "ENTRY"),
            ([], "DECLARED", "RELEASE"),
            (["RELEASED", "EXITED"], "RELEASED", "EXIT"),
        ],
    )
    def test_a_step_back_that_leaves_an_admission_live_is_refused(self, vehicle, before, back, stage):
        if before:
            force(vehicle, *before)
            vehicle.refresh_from_db()
        self.admit(vehicle, stage)
        with refused("law 2"):
            force(vehicle, back)
