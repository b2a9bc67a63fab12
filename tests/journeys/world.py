"""A small world in which anything may happen in any order: two ports, several declarations, everybody at once.

Each method marked `may` is something that people, lanes or workers try; how often, its weight says. Whom it concerns is
chosen from what there is, mostly where it makes sense and sometimes where it does not. A refusal is fine and writes
nothing; any other exception is a bug.
"""

import random
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import hypothesis
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from checkpoint import desk, scanning
from checkpoint.models import Case, Lane, Passage
from checkpoint.models.device import DeviceKind
from checkpoint.models.gate import gate_of_device
from checkpoint.reasons import REASONS, Reason, Remedy
from declarations import actions, outbox
from declarations.clearance import overrides, sweeps
from declarations.errors import DomainError
from declarations.lifecycle import MoveNotAllowed
from declarations.models import (
    Admission,
    Declaration,
    Organisation,
    OutboxTask,
    Override,
    Port,
    RiskRule,
    Vehicle,
)
from declarations.models.standing import answer
from declarations.tasks import WORK
from tests.cast import NOON, declaration_body, let_workers_run, vehicle_body, vin_number
from tests.law_book import LawBook
from tests.raw import sql

LANES = {("CNHRS", "ENTRY"): "CNHRS-E1", ("CNHRS", "RELEASE"): "CNHRS-R1", ("CNHRS", "EXIT"): "CNHRS-X1"}
LANES |= {("CNYRK", stage): "CNYRK-R1" for stage in ("ENTRY", "RELEASE", "EXIT")}
NEXT = {"DECLARED": "ENTRY", "PRESENTED": "RELEASE", "REFERRED": "RELEASE", "RELEASED": "EXIT", "EXITED": "EXIT"}
ANOTHER_PLATE = "新Z99999"
ENDS = frozenset({Remedy.RELEASE, Remedy.INSPECT, Remedy.TURN_BACK, Remedy.CLOSE})
QUIET_STEPS = 10
"""So long nothing is called off, that something may happen first."""


def may(weight: int) -> Callable[[Any], Any]:
    """Mark what may happen, and how often beside the others."""

    def mark(method: Any) -> Any:
        method.weight = weight
        return method

    return mark


class World(RuleBasedStateMachine):
    """Everything that may happen; `begin` fills it before it runs."""

    people: dict[str, User] = {}
    acted = 0
    refused = 0
    moves: set[tuple[Any, ...]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = NOON
        self.steps = 0
        self.book = LawBook()
        self.failed: dict[str, int] = {}
        marked = {name: getattr(getattr(type(self), name), "weight", 0) for name in dir(type(self))}
        self.happenings = [name for name, weight in sorted(marked.items()) for _ in range(weight)]

    def teardown(self) -> None:
        """Take everything back, so that the next run begins where this one did; remember which moves were made."""
        made = "SELECT DISTINCT machine, from_status, to_status FROM declarations_history WHERE machine <> 'note'"
        type(self).moves |= set(sql(made))
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @rule()
    def something_happens(self) -> None:
        """One of all the things that may."""
        self.steps += 1
        getattr(self, self.one_of(self.happenings))()

    # what there is

    def one_of(self, things: Sequence[Any]) -> Any:
        """Any of them."""
        return self.chance.choice(things)

    def mostly(self) -> bool:
        """True three times of four."""
        return bool(self.one_of([True, True, True, False]))

    def vehicle(self, *statuses: str) -> Vehicle:
        """Some vehicle, mostly one in these statuses whose declaration still lives."""
        rows = list(Vehicle.objects.select_related("declaration").order_by("pk"))
        fitting = [row for row in rows if row.status in (statuses or NEXT) and (row.live or row.status == "EXITED")]
        return self.one_of(fitting if fitting and self.mostly() else rows)

    def declaration(self, *statuses: str) -> Declaration:
        """Some declaration, mostly one in these statuses."""
        rows = list(Declaration.objects.order_by("pk"))
        fitting = [row for row in rows if row.status in statuses]
        return self.one_of(fitting if fitting and self.mostly() else rows)

    def some(self, rows: Any) -> Any:
        """One of the newest rows, or None."""
        newest = list(rows.order_by("-pk")[:4])
        return self.one_of(newest) if newest else None

    def act(self, action: Callable[..., Any], *, by: str = "", **values: Any) -> Any:
        """Try it now; afterwards every law must hold, and what was refused has changed nothing."""
        self.now += timedelta(seconds=1)
        if by:
            values["by"] = self.people[by]
        type(self).acted += 1
        hypothesis.note(f"{self.now:%H:%M:%S} {action.__name__} {values}")
        result = None
        try:
            with transaction.atomic():
                result = action(**values, now=self.now)
        except (DomainError, MoveNotAllowed):
            type(self).refused += 1
            hypothesis.note("    refused")
        else:
            self.look()
        return result

    def look(self) -> None:
        """All nine laws, and that no VIN passes whose latest inspection failed."""
        with transaction.atomic():  # what a deferred trigger refuses must not spoil the connection of the next run
            broken = self.book.broken()
        assert not broken, broken
        passed = Vehicle.objects.filter(status__in=["RELEASED", "EXITED"], status_at=self.now)
        past = [row for row in passed if row.pk >= self.failed.get(row.vin, row.pk + 1)]
        assert not past, f"past the gate after a failed inspection: {past}"
        if self.steps % 4 == 0:
            self.look_at_readiness()

    def look_at_readiness(self) -> None:
        """What is kept of readiness is what would be computed now, but for what time alone has ended."""
        rows = list(Vehicle.objects.filter(status="DECLARED", live=True))
        for pk, found in answer(rows, now=self.now).items():
            row = next(each for each in rows if each.pk == pk)
            is_over = row.ready_until is not None and row.ready_until <= self.now
            if row.ready != found.ready and not (row.ready and is_over):
                told = [each["code"] for each in row.not_ready_because]
                raise AssertionError(f"{row} says ready={row.ready} {told}, but it is {found}")

    # the beginning

    @classmethod
    def begin(cls, people: dict[str, User]) -> None:
        """Two released vehicles at the port with three gates, one at the port with one; written once for all runs."""
        cls.people = people
        alice = people["alice"]
        rules = (
            ("RED", "VEHICLE", ["model", "=", "RED"], "RED"),
            ("YEL", "VEHICLE", ["model", "=", "YEL"], "YELLOW"),
            ("DEC", "DECLARATION", ["incoterm", "=", "FCA"], "RED"),
        )
        for code, scope, condition, channel in rules:
            RiskRule.objects.create(
                code=code, scope=scope, condition=condition, channel=channel, valid_from=NOON - timedelta(days=1)
            )
        for port, vehicles in (("CNHRS", (1, 2)), ("CNYRK", (3,))):
            body = declaration_body(*(vehicle_body(n) for n in vehicles), port=port)
            row = actions.create(organisation=alice.roles.get().organisation, body=body, by=alice, now=NOON)
            actions.lodge(declaration_id=row.pk, by=alice, now=NOON)
        let_workers_run()

    @initialize(seed=st.integers(0, 2**64 - 1))
    def choose(self, seed: int) -> None:
        """What this run will be like, and how closely customs looks.

        One number for all: hypothesis makes runs out of parts of earlier ones, and would try few things many times.
        """
        self.chance = random.Random(seed)
        Port.objects.update(random_share=self.one_of(["0.0000", "0.3000"]))
        Organisation.objects.update(is_trusted=self.one_of([True, False]))
        self.look()

    # lanes

    @may(7)
    def drive_on(self):
        """A vehicle comes to its next gate, everything in hand."""
        self.read(self.vehicle("DECLARED", "PRESENTED", "REFERRED", "RELEASED"))

    @may(5)
    def drive_the_other_car(self):
        """The declared driver comes with another plate, or another driver with the declared plate."""
        plate, card = self.one_of([("wrong", "right"), ("right", "wrong"), ("wrong", "wrong")])
        self.read(self.vehicle("PRESENTED", "RELEASED"), plate=plate, card=card)

    @may(5)
    def scan(self):
        """A lane reads something of a vehicle."""
        self.read(
            self.vehicle(),
            stage="" if self.mostly() else self.one_of(["ENTRY", "RELEASE", "EXIT"]),
            right_port=self.mostly(),
            code=self.one_of(["newest", "newest", "newest", "first", "manual", "none", "other"]),
            plate=self.one_of(["right", "right", "wrong", "blurred", "blurred", "none"]),
            vin=self.one_of(["none", "right", "wrong"]),
            card=self.one_of(["none", "right", "wrong", "unknown"]),
        )

    def read(self, vehicle, *, stage="", right_port=True, code="newest", plate="right", vin="none", card="none"):
        """What the lane reads, and what never follows from it."""
        declared = vehicle.declaration.port_id
        port = declared if right_port else {"CNHRS": "CNYRK"}.get(declared, "CNHRS")
        lane = LANES[port, stage or NEXT.get(vehicle.status, "RELEASE")]
        passes = list(vehicle.passes.order_by("version"))
        newest = passes[-1] if passes else None
        text = {"right": vehicle.plate, "blurred": vehicle.plate, "wrong": ANOTHER_PLATE}.get(plate)
        driver = vehicle.get_driver()
        codes = {
            "newest": newest and newest.code,
            "first": passes[0].code if passes else "VP1:NONSENSE",
            "manual": newest and newest.manual_code,
            "other": "VP1:NONSENSE",
        }
        body = {
            "code": codes.get(code),
            "plate": {"text": text, "confidence": 0.4 if plate == "blurred" else 0.97} if text else None,
            "vin": {"right": vehicle.vin, "wrong": vin_number(99)}.get(vin),
            "driver_card": {"right": driver and driver.card, "wrong": "CARD-2", "unknown": "NOBODY"}.get(card),
        }
        before = dict(Vehicle.objects.values_list("pk", "status"))
        device = Lane.objects.get(code=lane).devices.get(kind=DeviceKind.LANE)

        def ask(now):
            gate = gate_of_device(device.pk, now=now)
            return scanning.scan(gate=gate, scan_id=uuid.uuid4(), body=body, now=now).payload

        said = self.act(ask)
        moved = {pk for pk, status in Vehicle.objects.values_list("pk", "status") if before.get(pk) != status}
        forward = Vehicle.objects.filter(pk__in=moved, status__in=["RELEASED", "EXITED"])
        assert len(moved) <= 1, "law 9: a scan moves its own vehicle"
        assert said["verdict"] != "MANUAL" or not moved, "MANUAL never moves a vehicle"
        assert said["verdict"] == "ADMIT" or not forward.exists(), "law 8: only ADMIT lets go on"
        assert said["verdict"] != "ADMIT" or moved, "ADMIT always moves"

    @may(10)
    def decide_at_the_gate(self):
        """An officer settles a case, mostly as its reason allows."""
        case = self.some(Case.objects.filter(closed_at=None).select_related("passage__vehicle"))
        if case is None:
            return self.drive_on()
        results = REASONS[Reason(case.passage.reason)].remedies & ENDS if self.mostly() else ENDS
        vin = case.passage.vehicle.vin if case.passage.vehicle and self.mostly() else ""
        by = self.one_of(["olga", "oscar"])
        self.act(
            desk.decide, passage_id=case.passage_id, result=self.one_of(sorted(results)), reason="r", vin=vin, by=by
        )

    @may(5)
    def annul(self):
        """The barrier did not open."""
        live = Admission.objects.filter(annulled_at=None).values("passage_id")
        passages = Passage.objects.filter(pk__in=live) if self.mostly() else Passage.objects.all()
        if passage := self.some(passages):
            self.act(desk.annul, passage_id=passage.pk, reason="r", by=self.one_of(["olga", "sam", "oscar"]))

    @may(2)
    def contest(self):
        """The declared car stands here, and the pass was used before."""
        if case := self.some(Case.objects.filter(passage__reason__in=["ALREADY_ADMITTED", "COMING_BACK"])):
            vin = case.passage.vehicle.vin
            self.act(desk.contest, passage_id=case.passage_id, vin=vin, reason="r", by="olga")

    @may(5)
    def override(self):
        """Somebody asks, and somebody grants."""
        if case := self.some(Case.objects.filter(passage__reason__in=["HOLD", "DOCUMENTS_DUE"], closed_at=None)):
            self.act(desk.ask_override, passage_id=case.passage_id, reason="r", by="olga")
        waiting = self.some(Override.objects.filter(granted_at=None))
        if waiting is not None and self.mostly():
            self.act(overrides.grant, public_id=waiting.public_id, by=self.one_of(["sam", "oscar"]))
            if self.mostly():
                self.read(waiting.vehicle)

    # time

    @may(10)
    def workers_run(self):
        """Everything that is owed is done."""
        drawn = self.one_of([0.1, 0.9, 0.9])
        self.now += timedelta(seconds=1)
        due: list[OutboxTask] = []
        outbox.relay(send=due.append, now=self.now)
        for task in due:
            outbox.run(
                task_id=task.pk, work=lambda row: WORK[row.kind](row.subject, lambda: drawn, self.now), now=self.now
            )
        self.look()

    @may(2)
    def time_passes(self):
        """And what time does by itself."""
        if self.steps > QUIET_STEPS:
            self.now += timedelta(minutes=self.one_of([5, 31, 31, 31, 60 * 25, 60 * 80]))
            self.act(sweeps.sweep)
