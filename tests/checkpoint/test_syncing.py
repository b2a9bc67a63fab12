"""Passages that devices answered by themselves: taken once, judged by what holds now, both sides of a conflict."""

import uuid
from datetime import timedelta
from itertools import count

import pytest
from django.db import IntegrityError, transaction

from checkpoint import conflicts, desk, syncing
from checkpoint.models import Case, Claim, Conflict, Passage
from checkpoint.models.barrier import orders_to_carry_out
from checkpoint.models.gate import gate_of_device
from checkpoint.models.offline import Side
from checkpoint.offline.rule import Rule
from checkpoint.reasons import Reason, Verdict
from checkpoint.syncing import Passed, Status
from declarations import errors
from declarations.clearance import holds, overrides
from declarations.models import Admission, History, Notice, Vehicle
from tests.cast import NOON, let_workers_run
from tests.refusals import nothing_written

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=10)
WHY = {"reason": "looked at the car"}


@pytest.fixture
def vehicle(declaration):
    """Released and to come."""
    return declaration().vehicles.get()


@pytest.fixture
def cars(declaration):
    """Three of them."""
    return list(declaration(vehicles=3).vehicles.order_by("position"))


numbers = count(1)


def passed(vehicle, *, lifted=True, **changes):
    """What a device says of a vehicle that it let through by its list."""
    body = {"code": vehicle.newest_pass.code, "plate": {"text": vehicle.plate, "confidence": 0.97}}
    values = {
        "scan_id": uuid.uuid4(),
        "body": body,
        "verdict": Verdict.ADMIT,
        "reason": Reason.OK,
        "rule": Rule.LIFT_BY_TAP,
        "manifest_version": 7,
        "manifest_age_s": 300,
        "lifted": lifted,
        "lifted_at": NOON if lifted else None,
        "vin_read": "",
        "officer": "olga",
        "sequence": next(numbers),
    }
    return Passed(**values | changes)


@pytest.fixture
def take(scanner, olga):
    """Hand a passage in as a lane."""

    def hand_in(lane, what, *, now=LATER, sent_at=None):
        gate = gate_of_device(scanner(lane).device.pk, now=now)
        return syncing.take(gate=gate, passed=what, by=None, sent_at=sent_at, now=now)

    return hand_in


def status_of(vehicle):
    return Vehicle.objects.get(pk=vehicle.pk).status


class TestAgreement:
    def test_a_lifted_barrier_moves_the_vehicle_with_its_admission(self, vehicle, take, olga):
        taken = take("CNHRS-E1", passed(vehicle))
        assert (taken.status, taken.conflict) == (Status.STORED, None)
        assert status_of(vehicle) == "PRESENTED"
        assert list(Admission.objects.values_list("stage", "passage_id")) == [("ENTRY", taken.passage.pk)]
        passage = Passage.objects.get()
        assert (passage.verdict, passage.officer, passage.decided_at) == ("ADMIT", olga, LATER)
        claim = Claim.objects.get(passage=passage)
        assert (claim.verdict, claim.lifted, claim.lifted_at, claim.manifest_age_s) == ("ADMIT", True, NOON, 300)

    def test_its_answer_stays_provisional_and_lifts_nothing(self, vehicle, take, scanner):
        what = passed(vehicle)
        take("CNHRS-E1", what)
        answer = scanner("CNHRS-E1").scan(scan_id=what.scan_id, **what.body)
        assert (answer["provisional"], answer["barrier"], answer["verdict"]) == (True, "STAY", "ADMIT")

    def test_handed_in_later_it_lifts_no_barrier_for_whoever_stands_there_now(self, cars, take, scanner):
        lane = scanner("CNHRS-E1").device.lane
        take("CNHRS-E1", passed(cars[0]))
        assert orders_to_carry_out(lane_id=lane.pk, port="CNHRS", after=None, now=LATER) == []
        scanner("CNHRS-E1").scan(cars[1], now=LATER)
        assert len(orders_to_carry_out(lane_id=lane.pk, port="CNHRS", after=None, now=LATER)) == 1

    def test_the_same_again_is_taken_once(self, vehicle, take):
        what = passed(vehicle)
        first = take("CNHRS-E1", what)
        with nothing_written():
            again = take("CNHRS-E1", what, now=LATER + timedelta(hours=1))
        assert (again.status, again.passage) == (Status.REPLAYED, first.passage)

    def test_another_content_under_the_same_id_is_refused(self, vehicle, take):
        what = passed(vehicle)
        take("CNHRS-E1", what)
        with nothing_written():
            taken = take("CNHRS-E1", passed(vehicle, scan_id=what.scan_id, lifted=False))
        assert (taken.status, taken.code) == (Status.REFUSED, "SCAN_ID_REUSED")

    def test_a_vin_that_the_officer_read_counts_as_seen(self, vehicle, take, scanner):
        scanner("CNHRS-E1").scan(vehicle)
        alone = {"code": vehicle.newest_pass.code}
        taken = take("CNHRS-R1", passed(vehicle, body=alone, vin_read=vehicle.vin))
        assert (taken.passage.verdict, status_of(vehicle)) == ("ADMIT", "RELEASED")

    def test_a_vin_that_the_officer_read_stands_for_a_doubtful_one_of_the_camera(self, vehicle, take, scanner):
        scanner("CNHRS-E1").scan(vehicle)
        camera = {"code": vehicle.newest_pass.code, "vin": "LRW", "vin_tail": "ZZZZZZ", "vin_confidence": 0.1}
        taken = take("CNHRS-R1", passed(vehicle, body=camera, vin_read=vehicle.vin))
        assert (taken.passage.verdict, taken.conflict, status_of(vehicle)) == ("ADMIT", None, "RELEASED")

    def test_one_that_was_answered_by_the_gate_before_the_network_went_agrees(self, vehicle, take, scanner):
        what = passed(vehicle)
        scanner("CNHRS-E1").scan(scan_id=what.scan_id, **what.body)
        taken = take("CNHRS-E1", what)
        assert (taken.status, taken.conflict, Passage.objects.count()) == (Status.STORED, None, 1)
        assert Claim.objects.count() == 1 and status_of(vehicle) == "PRESENTED"

    def test_a_barrier_that_stayed_down_moves_nothing(self, vehicle, take):
        taken = take("CNHRS-E1", passed(vehicle, lifted=False, rule=Rule.READ_VIN))
        assert (taken.passage.verdict, taken.passage.reason) == ("MANUAL", "STALE_MANIFEST")
        assert (status_of(vehicle), taken.conflict, Admission.objects.count()) == ("DECLARED", None, 0)
        refused = passed(vehicle, lifted=False, verdict=Verdict.ALARM, reason=Reason.HOLD, rule=Rule.STAY)
        assert take("CNHRS-E1", refused).passage.reason == "HOLD"
        assert status_of(vehicle) == "DECLARED" and not Conflict.objects.exists()

    def test_a_forged_officer_is_nobody(self, vehicle, take, alice):
        taken = take("CNHRS-E1", passed(vehicle, officer="alice"))
        assert taken.passage.officer is None

    @pytest.mark.parametrize("days", [-20_000, -1, 0, 1])
    def test_the_devices_clock_decides_nothing(self, vehicle, take, days):
        there = LATER + timedelta(days=days)
        body = {**passed(vehicle).body, "captured_at": there.isoformat()}
        taken = take("CNHRS-E1", passed(vehicle, body=body, lifted_at=there), sent_at=there)
        assert (taken.passage.verdict, taken.passage.decided_at) == ("ADMIT", LATER)
        assert Claim.objects.get().clock_ahead_s == days * 86_400


class TestDisagreement:
    def test_two_devices_lift_for_one_pass_one_admission_and_one_conflict(self, vehicle, take, oscar):
        first, second = passed(vehicle), passed(vehicle)
        one, other = take("CNHRS-E1", first), take("CNHRS-E2", second)
        assert Admission.objects.count() == 1
        conflict = Conflict.objects.get()
        assert (conflict.side, conflict.reason) == (Side.ADMITTED_ELSEWHERE, "ALREADY_ADMITTED")
        assert (conflict.passage, conflict.other, other.conflict) == (other.passage, one.passage, conflict.public_id)
        for again in (first, second, first):
            take("CNHRS-E1" if again is first else "CNHRS-E2", again)
        assert (Conflict.objects.count(), Passage.objects.count()) == (1, 2)

    def test_a_hold_placed_meanwhile_is_the_other_side(self, vehicle, take, scanner, carl, olga):
        scanner("CNHRS-E1").scan(vehicle)
        hold = holds.place(
            declaration_id=vehicle.declaration_id,
            vehicle_id=vehicle.pk,
            reason_code="OTHER",
            text="x",
            by=carl,
            now=NOON,
        )
        taken = take("CNHRS-R1", passed(vehicle))
        conflict = Conflict.objects.get()
        assert (conflict.side, conflict.hold, conflict.lifted_by) == (Side.HELD, hold, olga)
        assert (taken.passage.verdict, taken.passage.reason, status_of(vehicle)) == ("ALARM", "HOLD", "PRESENTED")
        assert Case.objects.open().filter(passage=taken.passage).exists()

    def test_a_vehicle_that_was_withdrawn_is_refused(self, cars, take):
        Vehicle.objects.lock_with_declaration(cars[0].pk).move_to("WITHDRAWN", by="test", at=NOON, reason="WITHDRAWN")
        take("CNHRS-E1", passed(cars[0]))
        assert Conflict.objects.values_list("side", "reason").get() == (Side.REFUSED, "WITHDRAWN")

    def test_an_admission_that_never_lifted_is_one_too(self, vehicle, take, scanner):
        what = passed(vehicle, lifted=False, verdict=Verdict.MANUAL, reason=Reason.TIMED_OUT, rule=Rule.STAY)
        scanner("CNHRS-E1").scan(scan_id=what.scan_id, **what.body)
        taken = take("CNHRS-E1", what)
        conflict = Conflict.objects.get()
        assert (conflict.side, conflict.lifted_by) == (Side.NOT_LIFTED, None)
        assert taken.conflict == conflict.public_id

    def test_desk_and_control_centre_are_told_at_once(self, vehicle, take, oscar):
        take("CNHRS-E1", passed(vehicle))
        take("CNHRS-E2", passed(vehicle))
        let_workers_run(LATER)
        told = Notice.objects.filter(kind="OFFLINE_CONFLICT").values_list("audience", "at")
        assert sorted(told) == [("C", LATER), ("O", LATER)]
        assert History.objects.filter(vehicle=vehicle, reason="OFFLINE_CONFLICT").count() == 1

    def test_a_claim_and_the_sides_never_change(self, vehicle, take, carl):
        take("CNHRS-E1", passed(vehicle))
        take("CNHRS-E2", passed(vehicle))
        for change in (
            lambda: Claim.objects.update(lifted=False),
            lambda: Claim.objects.first().delete(),
            lambda: Conflict.objects.update(side=Side.HELD),
            lambda: Conflict.objects.all().delete(),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()


class TestResolving:
    @pytest.fixture
    def double(self, vehicle, take, oscar):
        """Two devices lifted for one pass."""
        take("CNHRS-E1", passed(vehicle))
        take("CNHRS-E2", passed(vehicle))
        return Conflict.objects.get()

    def test_one_crossing_recorded_twice_ends_it_and_its_case(self, double, oscar, vehicle):
        conflicts.resolve(conflict_id=double.public_id, result="SAME_CAR", by=oscar, now=LATER, **WHY)
        double.refresh_from_db()
        assert (double.result, double.resolved_by, double.resolution) == ("SAME_CAR", oscar, WHY["reason"])
        case = Case.objects.get(passage=double.passage)
        assert (case.result, case.closed_by) == ("CLOSE", oscar)
        assert History.objects.filter(vehicle=vehicle, reason="OFFLINE_CONFLICT_RESOLVED", by=oscar).exists()

    def test_who_lifted_does_not_resolve_it(self, double, olga):
        with nothing_written(), pytest.raises(errors.NotPermitted) as refused:
            conflicts.resolve(conflict_id=double.public_id, result="SAME_CAR", by=olga, now=LATER, **WHY)
        assert refused.value.code == "SECOND_PERSON"

    def test_nor_does_the_database_let_him(self, double, olga):
        with pytest.raises(IntegrityError), transaction.atomic():
            double.resolve("SAME_CAR", by=olga, at=LATER, resolution="x")

    def test_strangers_do_not(self, double, alice, carl):
        for who in (alice, carl):
            with nothing_written(), pytest.raises(errors.NotPermitted):
                conflicts.resolve(conflict_id=double.public_id, result="SAME_CAR", by=who, now=LATER, **WHY)

    def test_it_is_resolved_once(self, double, oscar, sam):
        conflicts.resolve(conflict_id=double.public_id, result="STOPPED", by=oscar, now=LATER, **WHY)
        with nothing_written(), pytest.raises(errors.Conflict) as refused:
            conflicts.resolve(conflict_id=double.public_id, result="SAME_CAR", by=sam, now=LATER, **WHY)
        assert refused.value.code == "ALREADY_RESOLVED"

    def test_a_vehicle_that_is_gone_is_the_supervisors(self, double, oscar, sam):
        with nothing_written(), pytest.raises(errors.NotPermitted):
            conflicts.resolve(conflict_id=double.public_id, result="GONE", by=oscar, now=LATER, **WHY)
        conflicts.resolve(conflict_id=double.public_id, result="GONE", by=sam, now=LATER, **WHY)
        assert Conflict.objects.get().result == "GONE"

    def test_a_passage_counts_after_a_second_person_annulled_the_other(self, double, oscar, vehicle):
        def count_it():
            conflicts.resolve(conflict_id=double.public_id, result="COUNT", by=oscar, now=LATER, **WHY)

        with nothing_written(), pytest.raises(errors.Conflict):
            count_it()
        desk.annul(passage_id=double.other_id, reason="another car", by=oscar, now=LATER)
        count_it()
        assert Admission.objects.get(annulled_at=None).passage_id == double.passage_id
        assert (status_of(vehicle), Case.objects.get(passage=double.passage).result) == ("PRESENTED", "RELEASE")

    def test_a_hold_is_settled_or_overridden_by_two_before_the_passage_counts(
        self, vehicle, take, scanner, carl, sam, oscar
    ):
        scanner("CNHRS-E1").scan(vehicle)
        holds.place(
            declaration_id=vehicle.declaration_id,
            vehicle_id=vehicle.pk,
            reason_code="OTHER",
            text="x",
            by=carl,
            now=NOON,
        )
        taken = take("CNHRS-R1", passed(vehicle))

        def count_it():
            conflicts.resolve(conflict_id=taken.conflict, result="COUNT", by=oscar, now=LATER, **WHY)

        with nothing_written(), pytest.raises(errors.Conflict) as refused:
            count_it()
        assert refused.value.code == "HOLD"
        asked = desk.ask_override(passage_id=taken.passage.pk, reason="perishable", by=oscar, now=LATER)
        overrides.grant(public_id=asked.public_id, by=sam, now=LATER)
        count_it()
        assert status_of(vehicle) == "RELEASED"
