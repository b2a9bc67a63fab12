"""An officer sends a vehicle to inspection or back; and what cannot be decided."""

import pytest
from django.contrib.auth.models import User

from checkpoint import desk
from checkpoint.models import Case
from checkpoint.reasons import REASONS, Reason, Remedy
from declarations import actions
from declarations.models import Role
from declarations.words import RoleName
from tests.cast import vehicle_body
from tests.checkpoint.test_desk.desk import BLURRED, WRONG
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


class TestInspect:
    @pytest.mark.parametrize(
        ("before", "stage", "steps", "admitted"),
        [
            ("", "E", ["PRESENTED", "REFERRED"], {"ENTRY"}),
            ("E", "R", ["REFERRED"], {"ENTRY"}),
            ("ER", "X", ["REFERRED"], {"ENTRY"}),
        ],
    )
    def test_refers_the_vehicle_and_orders_an_inspection(self, three, before, stage, steps, admitted):
        three.scan(*before)
        passage = three.scan(stage, plate=BLURRED, vin=three.vehicle.vin)
        three.decide(passage, "INSPECT")
        assert three.moves[-len(steps) :] == steps
        assert three.admitted == admitted
        order = three.vehicle.inspections.get()
        assert (order.ordered_because, order.ordered_by) == ("GATE", three.olga)

    def test_at_a_port_with_one_gate_presents_first(self, one):
        one.decide(one.scan("1", plate=BLURRED, vin=one.vehicle.vin), "INSPECT")
        assert one.moves == ["DECLARED", "PRESENTED", "REFERRED"]

    def test_of_a_referred_vehicle_only_orders(self, three):
        three.scan("E")
        three.decide(three.scan("R", plate=WRONG, vin=three.vehicle.vin), "INSPECT")
        assert three.vehicle.inspections.count() == 1
        assert three.vehicle.status == "REFERRED"
        assert three.vehicle.history.filter(reason="OFFICER_INSPECT", machine="note").exists()

    def test_of_a_vehicle_that_nothing_shows_to_be_here_is_only_recorded(self, three):
        passage = three.scan("E", plate=BLURRED)
        three.decide(passage, "INSPECT")
        assert three.moves == ["DECLARED"]
        assert not three.vehicle.inspections.exists()
        assert three.vehicle.history.filter(reason="OFFICER_INSPECT").exists()

    @pytest.mark.parametrize(("read", "moves"), [("declared", True), ("another", False)])
    def test_the_vin_that_the_officer_read_shows_it(self, three, read, moves):
        vin = three.vehicle.vin if read == "declared" else vehicle_body(9)["vin"]
        case = three.decide(three.scan("E", plate=BLURRED), "INSPECT", vin=f" {vin.lower()} ")
        assert case.vin_read == vin
        assert three.vehicle.inspections.exists() == moves

    def test_at_the_release_gate_does_not_present_what_left_the_yard(self, three):
        entry = three.scan("E")
        passage = three.scan("R", plate=BLURRED, vin=three.vehicle.vin)
        three.annul(entry)
        three.decide(passage, "INSPECT")
        assert three.vehicle.status == "DECLARED"
        assert three.vehicle.inspections.exists()

    def test_of_a_vehicle_that_is_gone_is_only_recorded(self, three, alice):
        passage = three.scan("E", plate=BLURRED, vin=three.vehicle.vin)
        actions.withdraw_vehicle(declaration_id=three.row.pk, vehicle_id=three.pk, reason="", by=alice, now=three.now)
        three.decide(passage, "INSPECT")
        assert not three.vehicle.inspections.exists()


class TestTurnBack:
    @pytest.mark.parametrize(("before", "stage"), [("E", "R"), ("ER", "X")])
    def test_sends_it_out_of_the_yard_and_it_may_come_again(self, three, before, stage):
        three.scan(*before)
        three.decide(three.scan(stage, plate=BLURRED, vin=three.vehicle.vin), "TURN_BACK")
        assert (three.vehicle.status, three.admitted) == ("DECLARED", set())
        assert three.scan("E", "R", "X").verdict == "ADMIT"

    def test_of_a_referred_vehicle(self, three):
        three.scan("E")
        three.decide(three.scan("R", plate=WRONG, vin=three.vehicle.vin), "TURN_BACK")
        assert three.vehicle.status == "DECLARED"

    def test_of_a_vehicle_that_never_came_in_is_only_recorded(self, three):
        three.decide(three.scan("E", plate=BLURRED, vin=three.vehicle.vin), "TURN_BACK")
        assert three.moves == ["DECLARED"]
        assert three.vehicle.history.filter(reason="OFFICER_TURN_BACK").exists()

    def test_of_somebody_unknown_settles_the_case(self, three):
        case = three.decide(three.scan("E", code="hello"), "TURN_BACK")
        assert case.result == "TURN_BACK"


class TestClosing:
    def test_ends_a_case_that_no_decision_at_the_gate_settles_and_moves_nothing(self, three):
        refused = three.scan("R")
        assert refused.reason == "WRONG_STAGE"
        before = (three.moves, three.vehicle.status)
        case = three.decide(refused, "CLOSE")
        assert (case.result, case.reason, case.closed_at) == ("CLOSE", "as seen", three.now)
        assert (three.moves, three.vehicle.status) == before
        assert three.vehicle.history.filter(reason="OFFICER_CLOSE").count() == 1

    def test_ends_every_kind_of_case(self):
        """No reason leaves its case open for ever."""
        ends = {Remedy.RELEASE, Remedy.INSPECT, Remedy.TURN_BACK, Remedy.CLOSE}
        assert [reason for reason, entry in REASONS.items() if not entry.remedies & ends] == [Reason.OK]

    def test_not_where_the_officer_has_to_decide(self, three):
        passage = three.scan("E", plate=BLURRED)
        with refusal("NOT_ALLOWED_HERE"):
            three.decide(passage, "CLOSE")

    @pytest.mark.parametrize("result", ["RELEASE", "TURN_BACK"])
    def test_a_decision_ends_the_older_cases_of_this_stage_too(self, three, result):
        older = three.scan("E", plate=BLURRED)
        elsewhere = three.scan("R")
        three.decide(three.scan("E", plate=BLURRED), result)
        older.case.refresh_from_db()
        assert (older.case.result, older.case.closed_by) == ("LATER_PASSAGE", three.olga)
        assert elsewhere.case.closed_at is None


class TestWhatCannotBeDecided:
    def test_an_admission(self, three):
        passage = three.scan("E")
        with refusal("NOTHING_TO_DECIDE"):
            three.decide(passage, "TURN_BACK")

    def test_twice(self, three):
        passage = three.scan("E", plate=BLURRED)
        three.decide(passage, "RELEASE")
        with refusal("NOTHING_TO_DECIDE"):
            three.decide(passage, "RELEASE")

    def test_an_older_passage_of_this_stage(self, three):
        older = three.scan("E", plate=BLURRED)
        three.scan("E", plate=BLURRED)
        with refusal("NOT_NEWEST"):
            three.decide(older, "RELEASE")

    @pytest.mark.parametrize("result", ["RELEASE", "INSPECT"])
    def test_what_the_reason_does_not_allow(self, three, result):
        passage = three.scan("R")
        with refusal("NOT_ALLOWED_HERE"):
            three.decide(passage, result)

    def test_by_the_wrong_people(self, three, alice, carl, ivan, sam, oscar):
        passage = three.scan("E", plate=BLURRED)
        elsewhere = User.objects.create(username="otto")
        Role.objects.create(user=elsewhere, role=RoleName.CHECKPOINT, port_id="CNYRK")
        for somebody in (alice, carl, ivan, sam, elsewhere):
            with refusal("NOT_PERMITTED"):
                three.decide(passage, "RELEASE", by=somebody)
        three.decide(passage, "RELEASE", by=oscar)

    def test_an_override_where_nothing_can_be_overridden(self, three):
        passage = three.scan("E", plate=BLURRED)
        with refusal("NOT_ALLOWED_HERE"):
            desk.ask_override(passage_id=passage.pk, reason="", by=three.olga, now=three.now)


def test_cases_are_seen_at_the_officers_port_alone(three, carl, alice):
    three.scan("R")
    here, elsewhere = User.objects.create(username="here"), User.objects.create(username="elsewhere")
    for user, port in ((here, "CNHRS"), (elsewhere, "CNYRK")):
        Role.objects.create(user=user, role=RoleName.CHECKPOINT, port_id=port)
    seen = [Case.objects.visible_to(user).count() for user in (here, carl, elsewhere, alice)]
    assert seen == [1, 1, 0, 0]
    assert Case.objects.open().count() == 1
