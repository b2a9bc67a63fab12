"""What a barrier is told, what it answers, and a lift by hand."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, connection, transaction
from PIL import Image

from checkpoint import barrier, desk, devices
from checkpoint.devices import Heartbeat
from checkpoint.models import BarrierAnswer, Lane, LiftPhoto, ManualLift, Passage, PortWatch
from checkpoint.models.barrier import Order, newest_orders, orders_to_carry_out
from checkpoint.models.gate import Gate, gate_of_device
from declarations.attachments import NotAttachable
from declarations.errors import NotPermitted
from declarations.models import Notice, Role
from tests.at_once import at_once
from tests.cast import NOON
from tests.files import PDF, photo
from tests.refusals import nothing_written, refusal

pytestmark = pytest.mark.django_db

S = timedelta(seconds=1)


@pytest.fixture
def lane(reference: None) -> Lane:
    Lane.objects.filter(code="CNHRS-R1").update(barrier_answers=True)
    return Lane.objects.select_related("checkpoint").get(code="CNHRS-R1")


@pytest.fixture
def gate(lane: Lane) -> Gate:
    found = gate_of_device(lane.devices.machines().get().pk, now=NOON)
    assert found is not None
    return found


@pytest.fixture
def car(declaration: Any, scanner: Any) -> Any:
    row = declaration().vehicles.get()
    scanner("CNHRS-E1").scan(row)
    return row


def orders(lane: Lane, now: Any = NOON + S, after: Any = None) -> list[Order]:
    return orders_to_carry_out(lane_id=lane.pk, port="CNHRS", after=after, now=now)


def answer(gate: Gate, order: Any, outcome: str = "LIFTED", now: Any = NOON + 2 * S) -> BarrierAnswer:
    return barrier.acknowledge(gate=gate, order_id=order, outcome=outcome, at=now, now=now)


def alarms() -> list[tuple[str, dict[str, Any]]]:
    rows = Notice.objects.filter(kind="BARRIER_FAILED").order_by("pk")
    return [(row.audience, row.values) for row in rows]


class TestOrders:
    def test_a_passage_that_admits_is_an_order_until_it_is_answered(self, lane, gate, car, scanner):
        told = scanner("CNHRS-R1").scan(car)
        (order,) = orders(lane)
        assert (str(order.id), order.because, order.lane) == (told["passage_id"], "ADMIT", "CNHRS-R1")
        answer(gate, order.id)
        assert not orders(lane)

    def test_the_feed_is_one_query(self, lane, car, scanner, django_assert_num_queries):
        scanner("CNHRS-R1").scan(car)
        with django_assert_num_queries(1):
            assert orders(lane)

    def test_no_other_verdict_is_an_order_but_the_officers_release_is(self, lane, car, scanner, olga):
        told = scanner("CNHRS-R1").scan(car, plate={"text": "新A99999临", "confidence": 0.99})
        assert told["verdict"] == "ALARM"
        assert not orders(lane)
        later = NOON + 30 * S
        desk.decide(passage_id=uuid.UUID(told["passage_id"]), result="RELEASE", reason="looked", by=olga, now=later)
        (order,) = orders(lane, later + S)
        assert (str(order.id), order.because, order.at) == (told["passage_id"], "OFFICER", later)

    @pytest.mark.parametrize("result", ["INSPECT", "TURN_BACK"])
    def test_nor_is_any_other_decision(self, lane, car, scanner, olga, result):
        told = scanner("CNHRS-R1").scan(car, plate={"text": "新A99999临", "confidence": 0.99})
        desk.decide(passage_id=uuid.UUID(told["passage_id"]), result=result, reason="x", by=olga, now=NOON + S)
        assert not orders(lane)

    def test_an_old_order_opens_nothing(self, lane, car, scanner):
        scanner("CNHRS-R1").scan(car)
        assert orders(lane, NOON + 59 * S)
        assert not orders(lane, NOON + 61 * S)

    def test_an_annulled_admission_opens_nothing(self, lane, car, scanner, olga):
        told = scanner("CNHRS-R1").scan(car)
        desk.annul(passage_id=uuid.UUID(told["passage_id"]), reason="wrong car", by=olga, now=NOON + S)
        assert not orders(lane, NOON + 2 * S)

    def test_a_passage_that_a_device_kept_without_network_opens_nothing(self, lane, car, scanner):
        told = scanner("CNHRS-R1").scan(car, captured_at=(NOON - timedelta(minutes=5)).isoformat())
        assert told["verdict"] == "ADMIT"
        assert not orders(lane)

    def test_but_a_clock_that_is_known_to_be_slow_is_set_right(self, lane, car, scanner):
        told = Heartbeat(sent_at=NOON - timedelta(minutes=5))
        devices.heard(device_id=lane.devices.machines().get().pk, beat=told, now=NOON)
        scanner("CNHRS-R1").scan(car, captured_at=(NOON - timedelta(minutes=5)).isoformat())
        assert orders(lane)

    def test_another_lane_is_told_nothing(self, lane, car, scanner):
        scanner("CNHRS-R1").scan(car)
        assert not orders(Lane.objects.get(code="CNHRS-R2"))

    def test_what_was_decided_before_a_cursor_and_committed_after_it_is_not_lost(self, lane, car, scanner):
        scanner("CNHRS-R1").scan(car)
        assert orders(lane, NOON + 5 * S, after=NOON + 4 * S)
        assert not orders(lane, NOON + 40 * S, after=NOON + 25 * S)


class TestAnswers:
    def test_said_twice_it_is_the_same_and_said_otherwise_the_first_counts(self, lane, gate, car, scanner):
        order = uuid.UUID(scanner("CNHRS-R1").scan(car)["passage_id"])
        first = answer(gate, order)
        assert answer(gate, order, now=NOON + 9 * S).pk == first.pk
        with refusal("ANSWERED_ALREADY"):
            answer(gate, order, "FAILED")
        assert BarrierAnswer.objects.get().outcome == "LIFTED"

    def test_what_was_no_order_of_this_lane_cannot_be_answered(self, lane, gate, car, scanner):
        elsewhere = uuid.UUID(scanner("CNHRS-R2").scan(car)["passage_id"])
        alarm = uuid.UUID(scanner("CNHRS-R1").scan(car, now=NOON + S)["passage_id"])
        for order in (elsewhere, alarm, uuid.uuid4()):
            with nothing_written(), pytest.raises(ObjectDoesNotExist):
                answer(gate, order)

    def test_a_failure_alarms_desk_and_control_centre_and_leads_to_the_passage(self, lane, gate, car, scanner, olga):
        told = scanner("CNHRS-R1").scan(car)
        answer(gate, uuid.UUID(told["passage_id"]), "FAILED")
        answer(gate, uuid.UUID(told["passage_id"]), "FAILED")
        assert [(who, values["passage"]) for who, values in alarms()] == [
            ("O", told["passage_id"]),
            ("C", told["passage_id"]),
        ]
        vehicle = desk.annul(passage_id=uuid.UUID(told["passage_id"]), reason="it failed", by=olga, now=NOON + 9 * S)
        assert vehicle.status == "PRESENTED"

    def test_no_answer_in_time_is_an_alarm_once(self, lane, car, scanner):
        scanner("CNHRS-R1").scan(car)
        assert barrier.watch(now=NOON + 29 * S) == 0
        assert barrier.watch(now=NOON + 31 * S) == 1
        barrier.watch(now=NOON + 41 * S)
        assert [who for who, _values in alarms()] == ["O", "C"]

    def test_how_long_a_barrier_may_take_is_the_ports_setting(self, lane, car, scanner):
        PortWatch.objects.create(port_id="CNHRS", barrier_patience_s=5)
        scanner("CNHRS-R1").scan(car)
        assert barrier.watch(now=NOON + 6 * S) == 1

    def test_an_answer_in_time_or_a_lane_without_a_controller_is_none(self, lane, gate, car, scanner):
        answer(gate, uuid.UUID(scanner("CNHRS-R1").scan(car)["passage_id"]))
        Lane.objects.update(barrier_answers=False)
        Lane.objects.filter(code="CNHRS-R1").update(barrier_answers=True)
        assert barrier.watch(now=NOON + 60 * S) == 0
        assert not alarms()

    def test_a_late_failure_after_the_alarm_is_not_told_again(self, lane, gate, car, scanner):
        order = uuid.UUID(scanner("CNHRS-R1").scan(car)["passage_id"])
        barrier.watch(now=NOON + 31 * S)
        answer(gate, order, "FAILED", NOON + 40 * S)
        assert len(alarms()) == 2

    def test_answers_stay_for_ever(self, lane, gate, car, scanner):
        answer(gate, uuid.UUID(scanner("CNHRS-R1").scan(car)["passage_id"]))
        for write in (lambda: BarrierAnswer.objects.update(outcome="FAILED"), BarrierAnswer.objects.all().delete):
            with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
                write()


class TestLifts:
    def lift(self, lane: Lane, by: Any, **changes: Any) -> ManualLift:
        values = {"reason": "ambulance", "photo": photo(size=(4000, 3000)), **changes}
        return barrier.lift(lane_id=lane.pk, by=by, now=NOON, **values)

    def test_it_is_an_order_kept_with_its_photo_and_an_alarm(self, lane, gate, sam):
        row = self.lift(lane, sam)
        (order,) = orders(lane)
        assert (order.id, order.because, order.passage_id) == (row.public_id, "MANUAL_LIFT", None)
        notice = Notice.objects.get(kind="BARRIER_LIFTED")
        assert (notice.audience, notice.port_id, notice.values["lane"]) == ("C", "CNHRS", "CNHRS-R1")
        answer(gate, row.public_id, "FAILED")
        assert [(who, values.get("passage")) for who, values in alarms()] == [("O", None), ("C", None)]
        assert newest_orders(lane, since=NOON - S, now=NOON + S)[0].outcome == "FAILED"

    def test_the_photo_is_drawn_anew_and_sealed(self, lane, sam, tmp_path):
        path = tmp_path / "with-place.jpg"
        exif = Image.Exif()
        exif[0x010E] = "SECRET PLACE"
        Image.new("RGB", (60, 40), "navy").save(path, "JPEG", exif=exif)
        row = self.lift(lane, sam, photo=path.read_bytes())
        kept = LiftPhoto.objects.get(lift=row).data
        assert kept.startswith(b"\xff\xd8") and b"SECRET PLACE" not in kept
        with connection.cursor() as cursor:
            cursor.execute("SELECT data FROM checkpoint_liftphoto")
            assert not bytes(cursor.fetchone()[0]).startswith(b"\xff\xd8")

    @pytest.mark.parametrize("file", [b"", PDF, b"MZ not a picture", photo()[:50]])
    def test_without_a_photo_nothing_is_lifted(self, lane, sam, file):
        with nothing_written(), pytest.raises(NotAttachable):
            self.lift(lane, sam, photo=file)

    def test_without_a_reason_nothing_is_lifted(self, lane, sam):
        with refusal("REASON_NEEDED"):
            self.lift(lane, sam, reason=" \n")

    def test_only_supervisors_and_the_control_room_of_the_port_lift(self, lane, olga, carl, sam, oscar):
        Role.objects.filter(user=sam).update(port="CNYRK")
        sam.__dict__.pop("_roles", None)
        for person in (olga, carl, sam):
            with nothing_written(), pytest.raises(NotPermitted):
                self.lift(lane, person)
        assert self.lift(lane, oscar)

    def test_it_moves_no_vehicle_and_makes_no_passage(self, lane, car, sam):
        before = Passage.objects.count()
        self.lift(lane, sam)
        car.refresh_from_db()
        assert (car.status, Passage.objects.count()) == ("PRESENTED", before)

    def test_the_database_keeps_lift_and_photo_and_wants_both(self, lane, sam):
        row = self.lift(lane, sam)
        for write in (
            lambda: ManualLift.objects.update(reason="x"),
            lambda: ManualLift.objects.all().delete(),
            lambda: LiftPhoto.objects.update(data=b"x"),
            lambda: LiftPhoto.objects.filter(lift=row).delete(),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                write()
        with pytest.raises(IntegrityError, match="with a photo"), transaction.atomic():
            ManualLift.objects.create(lane=lane, port_id="CNHRS", at=NOON, by=sam, reason="x")
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db(transaction=True)
def test_two_answers_and_the_watch_at_one_moment_leave_one_answer_and_one_alarm(gate, lane, car, scanner):
    order = uuid.UUID(scanner("CNHRS-R1").scan(car)["passage_id"])
    late = NOON + 40 * S
    told = at_once(
        lambda: answer(gate, order, "FAILED", late),
        lambda: answer(gate, order, "FAILED", late),
        lambda: barrier.watch(now=late),
        lambda: barrier.watch(now=late),
    )
    assert not [each for each in told if isinstance(each, BaseException)], told
    assert BarrierAnswer.objects.get().outcome == "FAILED"
    assert sorted(who for who, _values in alarms()) == ["C", "O"]
