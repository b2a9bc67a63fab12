"""An officer lets a vehicle through: as far as the laws let him."""

import pytest

from checkpoint import desk
from declarations import actions
from declarations.clearance import holds, inspections, overrides
from declarations.lifecycle import DeclarationStatus, PassStatus
from declarations.models import Override
from tests.cast import let_workers_run
from tests.checkpoint.test_desk.desk import BLURRED, WRONG
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


class TestRelease:
    def test_at_the_entry_presents(self, three, olga):
        case = three.decide(three.scan("E", plate=BLURRED), "RELEASE")
        assert (three.vehicle.status, three.admitted) == ("PRESENTED", {"ENTRY"})
        assert (case.result, case.closed_by, case.reason) == ("RELEASE", olga, "as seen")
        assert three.vehicle.history.get(to_status="PRESENTED").reason == "OFFICER_RELEASED"

    def test_at_the_release_gate_releases(self, three):
        three.scan("E")
        three.decide(three.scan("R", plate=BLURRED), "RELEASE")
        assert (three.vehicle.status, three.admitted) == ("RELEASED", {"ENTRY", "RELEASE"})

    def test_of_a_mismatch_releases_a_referred_vehicle(self, three):
        three.scan("E")
        passage = three.scan("R", plate=WRONG, vin=three.vehicle.vin)
        assert three.vehicle.status == "REFERRED"
        three.decide(passage, "RELEASE")
        assert three.vehicle.status == "RELEASED"

    def test_at_the_exit_lets_out_and_consumes_the_pass(self, three):
        three.scan("E", "R")
        three.decide(three.scan("X", plate=BLURRED), "RELEASE")
        assert three.vehicle.status == "EXITED"
        assert three.vehicle.passes.get().status == PassStatus.CONSUMED
        let_workers_run(three.now)
        three.row.refresh_from_db()
        assert three.row.status == DeclarationStatus.COMPLETED

    def test_of_a_mismatch_at_the_exit_releases_again_and_lets_out_with_new_admissions(self, three):
        three.scan("E", "R")
        passage = three.scan("X", plate=WRONG, vin=three.vehicle.vin)
        assert (three.vehicle.status, three.admitted) == ("REFERRED", {"ENTRY"})
        three.decide(passage, "RELEASE")
        assert three.moves[-3:] == ["REFERRED", "RELEASED", "EXITED"]
        assert three.admitted == {"ENTRY", "RELEASE", "EXIT"}
        assert three.vehicle.admissions.get(stage="RELEASE", annulled_at=None).passage_id == passage.pk

    def test_at_a_port_with_one_gate_presents_releases_and_lets_out(self, one):
        one.decide(one.scan("1", plate=BLURRED), "RELEASE")
        assert one.moves == ["DECLARED", "PRESENTED", "RELEASED", "EXITED"]
        assert one.admitted == {"RELEASE", "EXIT"}

    def test_uses_an_override_that_it_needed(self, three, carl, sam):
        three.scan("E")
        holds.place(
            declaration_id=three.row.pk, vehicle_id=three.pk, reason_code="OTHER", text="", by=carl, now=three.now
        )
        asked = desk.ask_override(passage_id=three.scan("R").pk, reason="organs", by=three.olga, now=three.now)
        assert (asked.stage, asked.asked_by) == ("RELEASE", three.olga)
        overrides.grant(public_id=asked.public_id, by=sam, now=three.now)
        passage = three.scan("R", plate=BLURRED)
        three.decide(passage, "RELEASE")
        assert three.vehicle.status == "RELEASED"
        assert Override.objects.get().used_at == three.now

    @pytest.mark.parametrize("cause", ["hold", "inspection", "failed"])
    @pytest.mark.parametrize("stage", ["R", "X"])
    def test_never_past_a_cause_that_stands(self, three, carl, ivan, stage, cause):
        three.scan(*"ER"[: "RX".index(stage) + 1])
        passage = three.scan(stage, plate=BLURRED)
        if cause == "hold":
            holds.place(
                declaration_id=three.row.pk, vehicle_id=three.pk, reason_code="OTHER", text="", by=carl, now=three.now
            )
        else:
            order = inspections.order(vehicle_id=three.pk, text="OFFICER", by=ivan, now=three.now)
            if cause == "failed":
                inspections.start(public_id=order.public_id, by=ivan, now=three.now)
                inspections.finish(
                    public_id=order.public_id,
                    satisfactory=False,
                    findings="",
                    next_step="REPAIR_AND_RECHECK",
                    by=ivan,
                    now=three.now,
                )
        expected = {"hold": "HOLD", "inspection": "INSPECTION_DUE", "failed": "INSPECTION_DUE"}[cause]
        with refusal(expected):
            three.decide(passage, "RELEASE")

    def test_never_past_a_hold_on_the_declaration(self, three, carl):
        three.scan("E")
        release = three.scan("R", plate=BLURRED)
        holds.place(declaration_id=three.row.pk, reason_code="OTHER", text="", by=carl, now=three.now)
        with refusal("DECLARATION_NOT_RELEASED"):
            three.decide(release, "RELEASE")

    def test_at_the_exit_a_hold_on_the_declaration_stops_as_well(self, three, carl):
        three.scan("E", "R")
        leaving = three.scan("X", plate=BLURRED)
        holds.place(declaration_id=three.row.pk, reason_code="OTHER", text="", by=carl, now=three.now)
        with refusal("HOLD"):
            three.decide(leaving, "RELEASE")

    def test_at_the_exit_a_referred_vehicle_waits_for_its_declaration(self, three, carl, sam):
        three.scan("E", "R")
        passage = three.scan("X", plate=WRONG, vin=three.vehicle.vin)
        hold = holds.place(declaration_id=three.row.pk, reason_code="OTHER", text="", by=carl, now=three.now)
        with refusal("DECLARATION_NOT_RELEASED"):
            three.decide(passage, "RELEASE")
        holds.lift(public_id=hold.public_id, by=sam, reason="", now=three.now)
        assert three.vehicle.status == "PRESENTED"

    def test_not_once_the_exporter_has_amended_port_or_header(self, three, alice):
        passage = three.scan("E", plate=BLURRED)
        actions.amend(declaration_id=three.row.pk, body={"contract_number": "2"}, by=alice, now=three.now)
        with refusal("DECLARATION_NOT_RELEASED"):
            three.decide(passage, "RELEASE")
        actions.amend(declaration_id=three.row.pk, body={"port": "CNYRK"}, by=alice, now=three.now)
        let_workers_run(three.now)
        with refusal("WRONG_PORT"):
            three.decide(passage, "RELEASE")

    def test_not_while_the_vehicle_is_assessed_again(self, three, alice):
        passage = three.scan("E", plate=BLURRED)
        body = {"vehicles": [{"colour": "red"}]}
        actions.amend(declaration_id=three.row.pk, vehicle_id=three.pk, body=body, by=alice, now=three.now)
        with refusal("DECLARATION_NOT_RELEASED"):
            three.decide(passage, "RELEASE")

    def test_not_where_the_vehicle_no_longer_is(self, three, alice):
        passage = three.scan("E", plate=BLURRED)
        actions.withdraw_vehicle(declaration_id=three.row.pk, vehicle_id=three.pk, reason="", by=alice, now=three.now)
        with refusal("WRONG_STAGE"):
            three.decide(passage, "RELEASE")

    def test_not_at_the_release_gate_of_a_vehicle_that_left_the_yard(self, three):
        entry = three.scan("E")
        passage = three.scan("R", plate=BLURRED)
        three.annul(entry)
        with refusal("WRONG_STAGE"):
            three.decide(passage, "RELEASE")

    def test_not_without_a_vehicle(self, three):
        passage = three.scan("E", code=None, plate=None)
        with refusal("NO_VEHICLE"):
            three.decide(passage, "RELEASE")
