"""An admission is taken back: the barrier did not open, or it was the wrong car."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from checkpoint import desk, permissions
from checkpoint.models import Passage
from declarations.clearance import decisions, holds, overrides
from declarations.lifecycle import DeclarationStatus, PassStatus
from declarations.models import Role
from declarations.words import RoleName
from tests.cast import NOON, let_workers_run, vehicle_body
from tests.checkpoint.test_desk.desk import BLURRED, LANES
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


class TestAnnulling:
    @pytest.mark.parametrize(
        ("stages", "of", "status", "admitted"),
        [
            ("E", "E", "DECLARED", set()),
            ("ER", "R", "PRESENTED", {"ENTRY"}),
            ("ER", "E", "DECLARED", set()),
            ("ERX", "X", "RELEASED", {"ENTRY", "RELEASE"}),
            ("ERX", "R", "PRESENTED", {"ENTRY"}),
            ("ERX", "E", "DECLARED", set()),
        ],
    )
    def test_steps_back_over_later_stages_too_and_it_goes_through_again(self, three, stages, of, status, admitted):
        passages = {stage: three.scan(stage) for stage in stages}
        let_workers_run(three.now)
        three.annul(passages[of])
        assert (three.vehicle.status, three.admitted) == (status, admitted)
        assert three.vehicle.passes.get().status == PassStatus.ISSUED
        assert three.vehicle.live
        three.row.refresh_from_db()
        assert three.row.status == DeclarationStatus.RELEASED
        for stage in "ERX":
            if {"E": "ENTRY", "R": "RELEASE", "X": "EXIT"}[stage] not in admitted:
                assert three.scan(stage).verdict == "ADMIT"
        let_workers_run(three.now)
        three.row.refresh_from_db()
        assert three.row.status == DeclarationStatus.COMPLETED

    def test_at_a_port_with_one_gate_goes_back_in_one_act(self, one):
        passage = one.scan("1")
        let_workers_run(one.now)
        one.annul(passage)
        assert one.moves[-3:] == ["EXITED", "RELEASED", "PRESENTED"]
        assert (one.admitted, one.vehicle.passes.get().status) == (set(), PassStatus.ISSUED)
        assert one.scan("1").verdict == "ADMIT"

    def test_of_an_officers_release(self, three):
        passage = three.scan("E", plate=BLURRED)
        three.decide(passage, "RELEASE")
        three.annul(passage)
        assert three.vehicle.status == "DECLARED"

    def test_of_an_exit_under_a_cause_refers_the_vehicle(self, three, carl, sam):
        three.scan("E", "R")
        refused = three.scan("X")
        assert refused.verdict == "ADMIT"
        three.annul(refused)
        holds.place(
            declaration_id=three.row.pk, vehicle_id=three.pk, reason_code="OTHER", text="", by=carl, now=three.now
        )
        assert three.vehicle.status == "REFERRED"
        for lane, stage in (("R", "RELEASE"), ("X", "EXIT")):
            asked = overrides.ask(vehicle_id=three.pk, stage=stage, reason="", by=three.olga, now=three.now)
            overrides.grant(public_id=asked.public_id, by=sam, now=three.now)
            leaving = three.scan(lane)
            assert leaving.verdict == "ADMIT"
        three.annul(leaving)
        assert three.moves[-3:] == ["EXITED", "RELEASED", "REFERRED"]

    @pytest.mark.parametrize(("stays", "status"), [(True, "REFERRED"), (False, "PRESENTED")])
    def test_of_an_exit_under_control_keeps_the_vehicle_in_the_yard(
        self, declaration, scanner, olga, carl, sam, stays, status
    ):
        """Law 1: no vehicle is released again before its declaration is; it goes through the release gate once more."""
        row = declaration(bodies=[vehicle_body(1), vehicle_body(2)])
        first, second = row.vehicles.order_by("position")
        now = NOON
        for lane in "ERX":
            now += timedelta(minutes=1)
            answer = scanner(LANES[lane]).scan(first, now=now)
        hold = holds.place(declaration_id=row.pk, reason_code="OTHER", text="", by=carl, now=now)
        if not stays:
            holds.lift(public_id=hold.public_id, by=sam, reason="", now=now)
        desk.annul(passage_id=answer["passage_id"], reason="", by=olga, now=now)
        first.refresh_from_db()
        assert (first.status, second.status) == (status, "DECLARED")
        assert set(first.admissions.filter(annulled_at=None).values_list("stage", flat=True)) == {"ENTRY"}
        if stays:
            holds.lift(public_id=hold.public_id, by=sam, reason="", now=now)
        decisions.decide(declaration_id=row.pk, result="RELEASE", reason="", by=carl, now=now)
        for lane in "RX":
            now += timedelta(minutes=1)
            assert scanner(LANES[lane]).scan(first, now=now)["verdict"] == "ADMIT"

    @pytest.mark.parametrize("of", "ERX")
    def test_of_what_went_out_not_once_its_declaration_was_refused(self, declaration, scanner, olga, carl, of):
        """Law 5: it would get its pass back from a declaration that has none to give any more."""
        row = declaration(bodies=[vehicle_body(1), vehicle_body(2)])
        first = row.vehicles.order_by("position").first()
        now, passages = NOON, {}
        for lane in "ERX":
            now += timedelta(minutes=1)
            passages[lane] = scanner(LANES[lane]).scan(first, now=now)["passage_id"]
        holds.place(declaration_id=row.pk, reason_code="OTHER", text="", by=carl, now=now)
        decisions.decide(declaration_id=row.pk, result="REFUSE", reason="", by=carl, now=now)
        with refusal("DECLARATION_NOT_RELEASED"):
            desk.annul(passage_id=passages[of], reason="", by=olga, now=now)

    def test_not_twice_and_not_of_a_refusal(self, three):
        passage = three.scan("E")
        three.annul(passage)
        with refusal("NO_LIVE_ADMISSION"):
            three.annul(passage)
        refused = three.scan("R")
        with refusal("NO_LIVE_ADMISSION"):
            three.annul(refused)
        unknown = three.scan("E", code="hello")
        with refusal("NO_LIVE_ADMISSION"):
            three.annul(unknown)

    def test_not_when_the_vehicle_has_gone_on(self, three, olga):
        three.scan("E", "R")
        leaving = three.scan("X")
        decisions.record_return(vehicle_id=three.pk, reason="", by=olga, now=three.now)
        with refusal("CANNOT_STEP_BACK"):
            three.annul(leaving)

    def test_not_when_the_vin_is_live_elsewhere_by_now(self, three, declaration, mallory):
        three.scan("E", "R")
        leaving = three.scan("X")
        declaration(by=mallory, bodies=[vehicle_body(1)])
        with refusal("VIN_IN_USE"):
            three.annul(leaving)

    def test_after_fifteen_minutes_it_takes_a_second_person(self, three, carl, sam, oscar):
        passage = three.scan("E")
        with refusal("SECOND_PERSON"):
            three.annul(passage, carl)
        late = timedelta(minutes=15)
        with refusal("SECOND_PERSON"):
            three.annul(passage, after=late)
        three.annul(passage, oscar)
        assert three.annul(three.scan("E"), sam, after=late).status == "DECLARED"

    def test_and_never_who_scanned_it(self, three):
        both = User.objects.create(username="both")
        for role in (RoleName.SUPERVISOR, RoleName.CHECKPOINT):
            Role.objects.create(user=both, role=role)
        passage = three.scan("E")
        mine = Passage.objects.get(pk=passage.pk)
        mine.officer = both
        late = passage.decided_at + timedelta(minutes=16)
        assert permissions.can_annul(both, passage, late)
        assert not permissions.can_annul(both, mine, late)
