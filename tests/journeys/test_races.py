"""Things that happen at the same moment, with real threads against the real database; and proof that the tests can see.

A race is run in rounds: one round may be lucky. `without` cuts a protection out of every statement.
"""

import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from checkpoint import desk
from checkpoint.models import Case, Passage, ScanKey
from checkpoint.models.gate import gate_of_device
from checkpoint.scanning import scan
from declarations import actions
from declarations.clearance import closing, holds, overrides
from declarations.errors import Conflict, Unacceptable
from declarations.lifecycle import DeclarationStatus, PassStatus, VehicleStatus
from declarations.models import Admission, Declaration, History, Override, Role, Vehicle
from tests.at_once import at_once, private_database
from tests.cast import NOON, MakeDeclaration, Scanner, declaration_body, vehicle_body, vin_number

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("patient")]

CROWD = 40
LOCKS = ("FOR SHARE OF d FOR UPDATE OF v",)
COMPARE_AND_SET = (" AND t.status = asked.from_status",)

MakeScanner = Callable[[str], Scanner]


@pytest.fixture
def one_by_one(declaration: MakeDeclaration) -> Callable[..., Vehicle]:
    """Released vehicles, one per declaration."""

    def make(**changes: Any) -> Vehicle:
        return Vehicle.objects.select_related("declaration").get(declaration=declaration(**changes))

    return make


@pytest.fixture
def in_the_yard(one_by_one: Callable[..., Vehicle], scanner: MakeScanner) -> Callable[[], Vehicle]:
    """Vehicles of Horgos that stand before the release gate."""

    def make() -> Vehicle:
        vehicle = one_by_one()
        assert scanner("CNHRS-E1").scan(vehicle)["verdict"] == "ADMIT"
        return vehicle

    return make


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine forty threads need more than a second; who waits that long must not be TIMED_OUT here."""
    monkeypatch.setattr(sys.modules["checkpoint.scanning.scan"], "PATIENCE", "60s")


def outcome(result: Any) -> str:
    """One word for what a thread got."""
    if isinstance(result, Exception):
        return type(result).__name__
    return f"{result['verdict']} {result['reason']}"


def crowd_with_many_ids(vehicle: Vehicle, scanner: MakeScanner, *, without: tuple[str, ...] = ()) -> Counter[str]:
    """Forty lanes' equipment shows the same pass at the release gate at the same moment."""
    lanes = [scanner(f"CNHRS-R{n}") for n in (1, 2, 3)]
    asks = [lambda lane=lanes[n % 3]: lane.scan(vehicle) for n in range(CROWD)]
    return Counter(map(outcome, at_once(*asks, without=without)))


def crowd_with_one_id(vehicle: Vehicle, scanner: MakeScanner, *, without: tuple[str, ...] = ()) -> list[Any]:
    """One device sends the same question forty times at once; each gets payload and whether it was a replay."""
    lane = scanner("CNHRS-R1")
    scan_id = uuid.uuid4()
    newest = vehicle.newest_pass
    assert newest is not None
    body = {"code": newest.code, "plate": {"text": vehicle.plate, "confidence": 0.97}}

    def ask() -> tuple[dict[str, Any], bool]:
        gate = gate_of_device(lane.device.pk, now=NOON)
        assert gate is not None
        answer = scan(gate=gate, scan_id=scan_id, body=body, now=NOON)
        return answer.payload, answer.replayed

    return at_once(*[ask] * CROWD, without=without)


ONE_ADMITTED = {"ADMIT OK": 1, "ALARM ALREADY_ADMITTED": CROWD - 1}


def test_forty_simultaneous_scans_of_one_pass_admit_exactly_once(in_the_yard, scanner):
    for _round in range(3):
        vehicle = in_the_yard()
        assert crowd_with_many_ids(vehicle, scanner) == ONE_ADMITTED
        assert Admission.objects.filter(vehicle=vehicle, stage="RELEASE").count() == 1
        assert Passage.objects.filter(vehicle=vehicle, stage="RELEASE").count() == CROWD
        assert Case.objects.filter(passage__vehicle=vehicle, closed_at=None).count() == CROWD - 1


def test_forty_simultaneous_scans_with_one_id_are_one_passage_and_forty_equal_answers(in_the_yard, scanner):
    for _round in range(3):
        vehicle = in_the_yard()
        answers = crowd_with_one_id(vehicle, scanner)
        assert not [answer for answer in answers if isinstance(answer, Exception)]
        assert all(payload == answers[0][0] for payload, _replayed in answers)
        assert answers[0][0]["verdict"] == "ADMIT"
        assert Counter(replayed for _payload, replayed in answers) == {False: 1, True: CROWD - 1}
        assert Passage.objects.filter(vehicle=vehicle, stage="RELEASE").count() == 1


def test_without_the_lock_the_database_still_lets_only_one_in(in_the_yard, scanner):
    """The lock gives everybody a true answer; the laws in the database would hold even if somebody forgot it."""
    muddled = 0
    for _round in range(3):
        vehicle = in_the_yard()
        seen = crowd_with_many_ids(vehicle, scanner, without=LOCKS)
        assert seen["ADMIT OK"] == 1
        muddled += seen != ONE_ADMITTED
    assert muddled, "without the lock some scan should have failed; does this test still see the race?"


def test_the_first_race_fails_where_lock_and_laws_are_removed(in_the_yard, scanner):
    with private_database("unprotected"):
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX admission_one_live")
            for table in ("declarations_vehicle", "declarations_history"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        rounds = [
            crowd_with_many_ids(in_the_yard(), scanner, without=LOCKS + COMPARE_AND_SET)["ADMIT OK"] for _ in range(3)
        ]
    assert max(rounds) > 1, "nobody was let in twice; does the first test still see the race?"


def test_the_second_race_fails_where_the_unique_scan_id_is_removed(in_the_yard, scanner):
    with private_database("unprotected"):
        vehicle = in_the_yard()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE checkpoint_scankey DROP CONSTRAINT scan_key_once")
        once = ("ON CONFLICT (device_id, scan_id) DO NOTHING",)
        answers = crowd_with_one_id(vehicle, scanner, without=once)
        passages = Passage.objects.filter(vehicle=vehicle, stage="RELEASE").count()
    assert len(answers) == CROWD
    assert passages > 1, "one question was stored once; does the second test still see the race?"


def placing(vehicle: Vehicle, by: User, *, whole: bool = False, after_s: float = 0.0) -> Callable[[], float]:
    """What a thread does to place a hold; it gives back the moment at which the hold was committed."""

    def act() -> float:
        time.sleep(after_s)
        holds.place(
            declaration_id=vehicle.declaration_id,
            vehicle_id=None if whole else vehicle.pk,
            reason_code="OTHER",
            text="look",
            by=by,
            now=NOON,
        )
        return time.monotonic()

    return act


def asking(lane: Scanner, vehicle: Vehicle, *, after_s: float = 0.0) -> Callable[[], tuple[float, dict[str, Any]]]:
    """What a lane does; it gives back when it asked, and the answer."""

    def act() -> tuple[float, dict[str, Any]]:
        time.sleep(after_s)
        return time.monotonic(), lane.scan(vehicle)

    return act


def test_a_hold_committed_before_the_decision_wins(in_the_yard, scanner, carl):
    lane = scanner("CNHRS-R1")
    seen: Counter[str] = Counter()
    ahead_s = 0.0  # of the scan; whoever won last starts later, so that the rounds stay close to the tie
    for round_number in range(24):
        vehicle = in_the_yard()
        whole = round_number % 2 == 0
        held_at, (asked_at, answer) = at_once(
            placing(vehicle, carl, whole=whole, after_s=max(0.0, ahead_s)),
            asking(lane, vehicle, after_s=max(0.0, -ahead_s)),
        )
        admitted = answer["verdict"] == "ADMIT"
        assert admitted or answer["reason"] == ("DECLARATION_NOT_RELEASED" if whole else "HOLD"), answer
        assert not (admitted and held_at <= asked_at), "the hold stood before the scan was asked"
        # Both write behind the vehicle's lock, so the order of their rows is the order of their decisions.
        rows = History.objects.filter(declaration=vehicle.declaration_id)
        hold_row = rows.get(reason="HOLD_PLACED", machine="note").pk
        released = rows.filter(machine="vehicle", to_status="RELEASED").first()
        assert admitted == (released is not None)
        assert released is None or released.pk < hold_row
        vehicle.refresh_from_db()
        # A hold on the declaration moves no vehicle; one on the vehicle refers it, whoever came first.
        untouched = VehicleStatus.RELEASED if admitted else VehicleStatus.PRESENTED
        assert vehicle.status == (untouched if whole else VehicleStatus.REFERRED)
        seen["scan first" if admitted else "hold first"] += 1
        ahead_s += -0.004 if admitted else 0.004
    assert min(seen["scan first"], seen["hold first"]) >= 3, f"both orders have to occur: {seen}"


@pytest.mark.parametrize("cut", [(), LOCKS], ids=["locked", "lock removed"])
def test_a_scan_that_meets_a_hold_half_written_waits_for_it(in_the_yard, scanner, carl, cut):
    """With the lock removed the scan no longer says HOLD; law 3 in the database still stops it."""
    vehicle = in_the_yard()
    lane = scanner("CNHRS-R1")
    is_placed = Event()

    def hold() -> None:
        with transaction.atomic():
            placing(vehicle, carl)()
            is_placed.set()
            time.sleep(0.2)

    def ask() -> dict[str, Any]:
        assert is_placed.wait(10)
        return lane.scan(vehicle)

    _held, answer = at_once(hold, ask, without=cut)
    assert (outcome(answer) == "ALARM HOLD") == (not cut), answer
    vehicle.refresh_from_db()
    assert vehicle.status in (VehicleStatus.REFERRED, VehicleStatus.PRESENTED)
    assert not Admission.objects.filter(vehicle=vehicle, stage="RELEASE").exists()


def draft_of(who: User, *numbers: int) -> Declaration:
    """A draft with these vehicles, ready to be lodged."""
    role = Role.objects.filter(user=who, organisation__isnull=False).select_related("organisation").get()
    assert role.organisation is not None
    body = declaration_body(*map(vehicle_body, numbers))
    return actions.create(organisation=role.organisation, body=body, by=who, now=NOON)


def lodging(row: Declaration, who: User) -> Callable[[], Any]:
    """What a thread does to lodge it."""
    return lambda: actions.lodge(declaration_id=row.pk, by=who, now=NOON)


def assert_one_won(results: list[Any], vins: list[str]) -> None:
    """One was lodged, the other read VIN_IN_USE and nothing more, and is a draft still."""
    lost = [result for result in results if isinstance(result, Exception)]
    assert len(lost) == 1 and isinstance(lost[0], Unacceptable), results
    assert {problem.code for problem in lost[0].problems if problem.pointer.endswith("/vin")} == {"VIN_IN_USE"}
    holding = Vehicle.objects.filter(vin__in=vins, live=True)
    assert holding.count() == len(vins)
    assert holding.values("declaration").distinct().count() == 1
    statuses = Counter(Declaration.objects.filter(vehicles__vin=vins[0]).values_list("status", flat=True))
    assert statuses == {DeclarationStatus.LODGED: 1, DeclarationStatus.DRAFT: 1}


def test_two_exporters_lodging_one_vin_at_once_one_wins_the_other_reads_vin_in_use(alice, mallory):
    for number in range(1, 16):
        asks = [lodging(draft_of(who, number), who) for who in (alice, mallory)]
        assert_one_won(at_once(*asks), [vin_number(number)])


def test_two_exporters_lodging_the_same_vins_in_opposite_order_never_wait_for_each_other(alice, mallory):
    for first in range(1, 60, 6):
        numbers = list(range(first, first + 6))
        asks = [
            lodging(draft_of(who, *order), who) for who, order in ((alice, numbers), (mallory, list(reversed(numbers))))
        ]
        # A deadlock would end one of them with an OperationalError instead of a sentence about the VIN.
        assert_one_won(at_once(*asks), list(map(vin_number, numbers)))


def test_two_officers_deciding_one_case_at_once_one_decides_the_other_is_told(in_the_yard, scanner, olga, oscar):
    for _round in range(8):
        vehicle = in_the_yard()
        asked = scanner("CNHRS-R1").scan(vehicle, plate=None)
        assert asked["reason"] == "NOTHING_TO_COMPARE"

        def decide(who: User, result: str, asked=asked) -> Callable[[], Case]:
            return lambda: desk.decide(
                passage_id=uuid.UUID(asked["passage_id"]), result=result, reason="seen", by=who, now=NOON
            )

        results = at_once(decide(olga, "RELEASE"), decide(oscar, "TURN_BACK"))
        lost = [result for result in results if isinstance(result, Exception)]
        assert len(lost) == 1 and isinstance(lost[0], Conflict), results
        won = next(result for result in results if isinstance(result, Case))
        case = Case.objects.get(passage_id=asked["passage_id"])
        assert (case.result, case.closed_by_id) == (won.result, won.closed_by_id)


def test_two_supervisors_granting_one_override_at_once_grant_it_once(in_the_yard, scanner, carl, olga, sam, oscar):
    for _round in range(8):
        vehicle = in_the_yard()
        placing(vehicle, carl)()
        refused = scanner("CNHRS-R1").scan(vehicle)
        asked = desk.ask_override(passage_id=uuid.UUID(refused["passage_id"]), reason="seen", by=olga, now=NOON)

        def grant(who: User, asked: Override = asked) -> Callable[[], Override]:
            return lambda: overrides.grant(public_id=asked.public_id, by=who, now=NOON)

        results = at_once(grant(sam), grant(oscar))
        lost = [result for result in results if isinstance(result, Exception)]
        assert len(lost) == 1 and isinstance(lost[0], Conflict), results
        assert History.objects.filter(vehicle=vehicle, reason="OVERRIDE_GRANTED", machine="note").count() == 1


def test_an_officers_release_and_a_scan_at_once_admit_once(in_the_yard, scanner, olga):
    for _round in range(8):
        vehicle = in_the_yard()
        asked = scanner("CNHRS-R1").scan(vehicle, plate=None)

        def decide(asked=asked) -> Case:
            return desk.decide(
                passage_id=uuid.UUID(asked["passage_id"]), result="RELEASE", reason="seen", by=olga, now=NOON
            )

        decided, answer = at_once(decide, lambda vehicle=vehicle: scanner("CNHRS-R2").scan(vehicle))
        assert outcome(answer) == ("ALARM ALREADY_ADMITTED" if isinstance(decided, Case) else "ADMIT OK"), decided
        assert isinstance(decided, Case | Conflict), decided
        assert Admission.objects.filter(vehicle=vehicle, stage="RELEASE").count() == 1


def test_completing_while_an_exit_is_annulled_leaves_the_declaration_open(in_the_yard, scanner, sam):
    seen: Counter[str] = Counter()
    for _round in range(8):
        vehicle = in_the_yard()
        assert scanner("CNHRS-R1").scan(vehicle)["verdict"] == "ADMIT"
        left = scanner("CNHRS-X1").scan(vehicle)
        assert left["verdict"] == "ADMIT"

        results = at_once(
            lambda vehicle=vehicle: closing.complete(declaration_id=vehicle.declaration_id, now=NOON),
            lambda left=left: desk.annul(
                passage_id=uuid.UUID(left["passage_id"]), reason="wrong car", by=sam, now=NOON
            ),
        )
        assert not [result for result in results if isinstance(result, Exception)], results
        vehicle = Vehicle.objects.select_related("declaration").get(pk=vehicle.pk)
        assert vehicle.declaration.status == DeclarationStatus.RELEASED
        assert (vehicle.status, vehicle.live) == (VehicleStatus.RELEASED, True)
        assert vehicle.passes.get().status == PassStatus.ISSUED
        completed = History.objects.filter(declaration=vehicle.declaration_id, to_status="COMPLETED").exists()
        seen["completed first" if completed else "annulled first"] += 1
        again = scanner("CNHRS-X2").scan(vehicle, now=NOON + timedelta(minutes=1))
        assert outcome(again) == "ADMIT OK"
    assert sum(seen.values()) == 8


def test_a_lock_that_cannot_be_had_in_a_second_is_manual_stored_and_moves_nothing(in_the_yard, scanner, monkeypatch):
    monkeypatch.undo()  # here the second counts
    vehicle = in_the_yard()
    lane = scanner("CNHRS-R1")
    is_locked = Event()
    before = History.objects.count()
    scan_id = uuid.uuid4()

    def keep() -> None:
        with transaction.atomic():
            Vehicle.objects.lock_with_declaration(vehicle.pk)
            is_locked.set()
            time.sleep(1.6)

    def ask() -> tuple[dict[str, Any], float]:
        assert is_locked.wait(10)
        began = time.monotonic()
        return lane.scan(vehicle, scan_id=scan_id), time.monotonic() - began

    _kept, (answer, took_s) = at_once(keep, ask)
    assert outcome(answer) == "MANUAL TIMED_OUT"
    assert took_s > 0.9, "it waited for the lock"
    assert (answer["barrier"], answer["vehicle"], answer["declaration"]) == ("STAY", None, None)
    stored = Passage.objects.get(scan_id=scan_id)
    assert (stored.verdict, stored.reason, stored.vehicle_id) == ("MANUAL", "TIMED_OUT", None)
    assert Case.objects.filter(passage=stored, closed_at=None).exists()
    assert ScanKey.objects.filter(scan_id=scan_id, passage=stored).exists()
    assert History.objects.count() == before
    vehicle.refresh_from_db()
    assert vehicle.status == VehicleStatus.PRESENTED
    assert lane.scan(vehicle, scan_id=scan_id) == answer, "the same question gets the stored answer"
    assert outcome(lane.scan(vehicle)) == "ADMIT OK", "a new question is decided anew"
