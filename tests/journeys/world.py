"""A small world in which anything may happen in any order: two ports, several declarations, everybody at once.

Rules are what people, lanes and workers may try. A refusal is fine and writes nothing; any other exception is a bug.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from checkpoint import desk, scanning
from checkpoint.models import Case, Lane, Passage
from checkpoint.models.device import DeviceKind
from checkpoint.models.gate import gate_of_device
from declarations import actions, outbox
from declarations.clearance import assessment, closing, overrides, sweeps
from declarations.errors import DomainError
from declarations.lifecycle import MoveNotAllowed, Owed
from declarations.models import Declaration, Organisation, OutboxTask, Override, Port, RiskRule, Vehicle
from declarations.models.standing import answer
from tests.cast import NOON, declaration_body, let_workers_run, vehicle_body, vin_number
from tests.law_book import LawBook

LANES = {("CNHRS", "ENTRY"): "CNHRS-E1", ("CNHRS", "RELEASE"): "CNHRS-R1", ("CNHRS", "EXIT"): "CNHRS-X1"}
LANES |= {("CNYRK", stage): "CNYRK-R1" for stage in ("ENTRY", "RELEASE", "EXIT")}
NEXT = {"DECLARED": "ENTRY", "PRESENTED": "RELEASE", "REFERRED": "RELEASE", "RELEASED": "EXIT", "EXITED": "EXIT"}
MADE_FOR_ANOTHER = {"text": "新Z99999", "confidence": 0.99}

numbers = st.integers(0, 1000)
often = st.sampled_from([True, True, True, False])


class World(RuleBasedStateMachine):
    """Everything that may happen. `people` and `Device` ids are set by the test before it runs."""

    people: dict[str, User] = {}
    acted = 0
    refused = 0

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = NOON
        self.book = LawBook()
        self.failed: dict[str, int] = {}

    def teardown(self) -> None:
        """Take everything back, so that the next run begins where this one did."""
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # what there is

    def vehicle(self, number: int) -> Vehicle:
        """Some vehicle; those of a declaration that still lives come up more often."""
        rows = list(Vehicle.objects.select_related("declaration").order_by("pk"))
        rows += [row for row in rows if row.live] * 2
        return rows[number % len(rows)]

    def declaration(self, number: int) -> Declaration:
        """Some declaration."""
        rows = list(Declaration.objects.order_by("pk"))
        return rows[number % len(rows)]

    def some(self, rows: Any, number: int) -> Any:
        """One of the newest rows, or None."""
        newest = list(rows.order_by("-pk")[:6])
        return newest[number % len(newest)] if newest else None

    def act(self, action: Callable[..., Any], *, by: str = "", **values: Any) -> Any:
        """Try it now; afterwards every law must hold, and what was refused has changed nothing."""
        self.now += timedelta(seconds=1)
        if by:
            values["by"] = self.people[by]
        type(self).acted += 1
        result = None
        try:
            with transaction.atomic():
                result = action(**values, now=self.now)
        except (DomainError, MoveNotAllowed):
            type(self).refused += 1
        else:
            self.look()
        return result

    def look(self) -> None:
        """All nine laws, that no VIN passes whose latest inspection failed, and readiness as it would be computed."""
        broken = self.book.broken()
        assert not broken, broken
        passed = Vehicle.objects.filter(status__in=["RELEASED", "EXITED"], status_at=self.now)
        past = [row for row in passed if row.pk >= self.failed.get(row.vin, row.pk + 1)]
        assert not past, f"past the gate after a failed inspection: {past}"
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

    @initialize(share=st.sampled_from(["0.0000", "0.3000"]), trusted=st.booleans())
    def choose(self, share: str, trusted: bool) -> None:
        """How closely customs looks this time."""
        Port.objects.update(random_share=share)
        Organisation.objects.update(is_trusted=trusted)
        self.look()

    # lanes

    @rule(
        number=numbers,
        right_stage=often,
        stage=st.sampled_from(["ENTRY", "RELEASE", "EXIT"]),
        right_port=often,
        code=st.sampled_from(["newest", "newest", "newest", "newest", "first", "manual", "none", "other"]),
        plate=st.sampled_from(["right", "right", "right", "right", "wrong", "blurred", "none"]),
        vin=st.sampled_from(["none", "none", "right", "wrong"]),
        card=st.sampled_from(["none", "none", "right", "wrong", "unknown"]),
    )
    def scan(self, number, right_stage, stage, right_port, code, plate, vin, card):
        """A lane reads something of a vehicle."""
        self.read(self.vehicle(number), right_stage, stage, right_port, code, plate, vin, card)

    @rule(number=numbers)
    def drive_on(self, number):
        """A vehicle comes to its next gate, everything in hand."""
        self.read(self.vehicle(number), True, "", True, "newest", "right", "right", "right")

    def read(self, vehicle, right_stage, stage, right_port, code, plate, vin, card):
        """What the lane reads, and what never follows from it."""
        declared = vehicle.declaration.port_id
        port = declared if right_port else {"CNHRS": "CNYRK"}.get(declared, "CNHRS")
        lane = LANES[port, NEXT.get(vehicle.status, "RELEASE") if right_stage else stage]
        passes = list(vehicle.passes.order_by("version"))
        newest = passes[-1] if passes else None
        text = {"right": vehicle.plate, "blurred": vehicle.plate, "wrong": "新Z99999"}.get(plate)
        driver = vehicle.get_driver()
        body = {
            "code": {
                "newest": newest and newest.code,
                "first": passes[0].code if passes else "VP1:NONSENSE",
                "manual": newest and newest.manual_code,
                "other": "VP1:NONSENSE",
            }.get(code),
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

    @rule(
        number=numbers,
        result=st.sampled_from(["RELEASE", "RELEASE", "INSPECT", "TURN_BACK"]),
        reads=st.booleans(),
        by=st.sampled_from(["olga", "oscar"]),
    )
    def decide_at_the_gate(self, number, result, reads, by):
        """An officer settles a case."""
        case = self.some(Case.objects.filter(closed_at=None).select_related("passage__vehicle"), number)
        if case is None:
            self.drive_on(number)
        else:
            vin = case.passage.vehicle.vin if reads and case.passage.vehicle else ""
            self.act(desk.decide, passage_id=case.passage_id, result=result, reason="r", vin=vin, by=by)

    @rule(number=numbers, by=st.sampled_from(["olga", "sam", "oscar"]))
    def annul(self, number, by):
        """The barrier did not open."""
        admitted = Passage.objects.filter(verdict="ADMIT")
        decided = Passage.objects.filter(case__result="RELEASE")
        passage = self.some(admitted | decided, number)
        if passage is None:
            self.drive_on(number)
        else:
            self.act(desk.annul, passage_id=passage.pk, reason="r", by=by)

    @rule(number=numbers)
    def contest(self, number):
        """The declared car stands here, and the pass was used before."""
        case = self.some(Case.objects.filter(passage__reason__in=["ALREADY_ADMITTED", "COMING_BACK"]), number)
        if case is None:
            self.drive_on(number)
        else:
            vin = case.passage.vehicle.vin
            self.act(desk.contest, passage_id=case.passage_id, vin=vin, reason="r", by="olga")

    @rule(number=numbers, grants=often, by=st.sampled_from(["sam", "oscar"]))
    def override(self, number, grants, by):
        """Somebody asks, and somebody grants."""
        case = self.some(Case.objects.filter(passage__reason__in=["HOLD", "DOCUMENTS_DUE"]), number)
        if case is None:
            self.drive_on(number)
        else:
            self.act(desk.ask_override, passage_id=case.passage_id, reason="r", by="olga")
        waiting = self.some(Override.objects.all(), number)
        if waiting is not None and grants:
            self.act(overrides.grant, public_id=waiting.public_id, by=by)

    # time

    @rule(drawn=st.sampled_from([0.1, 0.9, 0.9]))
    def workers_run(self, drawn):
        """Everything that is owed is done."""
        self.run(drawn)
        self.look()

    def run(self, drawn: float) -> None:
        """Do all work that is owed."""
        self.now += timedelta(seconds=1)
        work = {
            Owed.ASSESS: lambda pk: assessment.assess(declaration_id=pk, draw=lambda: drawn, now=self.now),
            Owed.ASSESS_AMENDED: lambda pk: assessment.assess_amended(
                declaration_id=pk, draw=lambda: drawn, now=self.now
            ),
            Owed.COMPLETE: lambda pk: closing.complete(declaration_id=pk, now=self.now),
        }
        due: list[OutboxTask] = []
        outbox.relay(send=due.append, now=self.now)
        for task in due:
            outbox.run(task_id=task.pk, work=lambda row: work[row.kind](row.subject), now=self.now)

    @rule(minutes=st.sampled_from([5, 31, 31, 60 * 25, 60 * 80]))
    @precondition(lambda self: self.now > NOON + timedelta(seconds=20))
    def time_passes(self, minutes):
        """And what time does by itself."""
        self.now += timedelta(minutes=minutes)
        self.act(sweeps.sweep)
