"""The demo's past, walked in order: stories say when they go on, the world keeps the clock and does the owed work.

A story is a generator: it acts at `world.now`, and yields the moment at which it goes on. Everything in it calls the
same actions as a page or the API would, so the demo holds nothing that could not have happened.
"""

import heapq
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from checkpoint.models import Device
from checkpoint.models.device import DeviceKind
from checkpoint.models.gate import gate_of_device
from checkpoint.scanning import scan
from declarations import actions, outbox
from declarations.actions import documents, licences
from declarations.models import Declaration, OutboxTask, Vehicle, roles_of
from declarations.papers import EXPORT_LICENCE
from declarations.tasks import WORK
from declarations.words import Direction, Mode
from seeds.scans import photo_of_paper
from seeds.vehicles import Factory

Story = Iterator[datetime]

WORKER_DELAY = timedelta(seconds=2)
"""How long a worker took to get to what was owed."""


class StoryError(Exception):
    """Something in the demo's past went otherwise than its story says: a rule changed, or the story is wrong."""


def draw() -> float:
    """The demo's past is the same at every start."""
    return 0.5


@dataclass(frozen=True, slots=True)
class Buyer:
    """An importer and where he takes the goods; invented."""

    name: str
    country: str
    place: str


BUYERS: Mapping[str, Buyer] = {
    "KZ": Buyer("ТОО «Жетісу Авто Импорт»", "KZ", "Almaty"),
    "UZ": Buyer("OOO Toshkent Motor Savdo", "UZ", "Tashkent"),
    "RU": Buyer("ООО «Сибирь Авто Торг»", "RU", "Novosibirsk"),
    "BY": Buyer("ООО «Минск Транс Авто»", "BY", "Minsk"),
    "KG": Buyer("ОсОО «Ош Авто Импорт»", "KG", "Osh"),
    "TJ": Buyer("ҶДММ «Душанбе Авто»", "TJ", "Dushanbe"),
}


@dataclass
class World:
    """Who there is, what time it is, and what the people of the stories can do."""

    start: datetime
    end: datetime
    people: Mapping[str, User]
    factory: Factory = field(default_factory=Factory)
    now: datetime = field(init=False)
    _queue: list[tuple[datetime, int, Story]] = field(init=False, default_factory=list)
    _order: Iterator[int] = field(init=False, default_factory=count)

    def __post_init__(self) -> None:
        self.now = self.start

    # the clock

    def begin(self, story: Story) -> None:
        """Let a story run beside the others; until its first yield nothing may happen in it."""
        self._next(story)

    def walk(self) -> None:
        """Go through all stories in the order of their moments, up to the end.

        Raises: StoryError when one leads into the future.
        """
        while self._queue:
            at, _order, story = heapq.heappop(self._queue)
            if at > self.end:
                raise StoryError(f"a story goes on at {at}, after the end of the past")
            self.work(until=at)
            self.now = max(self.now, at)
            self._next(story)
            connection.check_constraints()  # what the database checks at commit, as if each moment were one
        self.work(until=self.end)
        connection.check_constraints()

    def _next(self, story: Story) -> None:
        at = next(story, None)
        if at is not None:
            heapq.heappush(self._queue, (at, next(self._order), story))

    def work(self, *, until: datetime) -> None:
        """Do what was owed two seconds before that moment or earlier, as a worker would have."""
        while task := (
            OutboxTask.objects.filter(done_at=None, failed_at=None, created_at__lte=until - WORKER_DELAY)
            .order_by("created_at", "pk")
            .first()
        ):
            self.now = max(self.now, task.created_at + WORKER_DELAY)
            outbox.run(task_id=task.pk, work=partial(self._do, now=self.now), now=self.now)

    @staticmethod
    def _do(task: OutboxTask, *, now: datetime) -> None:
        WORK[task.kind](task.subject, draw, now)

    def ago(self, **parts: float) -> datetime:
        """A moment so long before the end."""
        return self.end - timedelta(**parts)

    @property
    def today(self) -> date:
        """The day in China."""
        return timezone.localdate(self.now)

    # what is declared

    def new(self, *keys: str, arrival: datetime, **changes: Any) -> list[dict[str, Any]]:
        """New vehicles of these models, declared today."""
        return [self._vehicle(key, arrival, **changes) for key in keys]

    def known(self, key: str, vin: str, *, arrival: datetime, used: date | None = None) -> dict[str, Any]:
        """A vehicle whose VIN is known from elsewhere; used: the day of its first registration."""
        return self._vehicle(key, arrival, vin=vin, used=used)

    def _vehicle(self, key: str, arrival: datetime, **changes: Any) -> dict[str, Any]:
        return self.factory.vehicle(key, on=self.today, arrival_on=timezone.localdate(arrival), **changes)

    # what people do

    def draft(
        self,
        who: str,
        vehicles: Sequence[Mapping[str, Any]],
        *,
        to: str,
        arrival: datetime,
        port: str = "CNHRS",
        mode: str = Mode.SELF_DRIVE,
        reference: str = "",
        **header: Any,
    ) -> Declaration:
        """Somebody writes a declaration of the vehicles for his own organisation."""
        user, buyer = self.people[who], BUYERS[to]
        organisation = next(row.organisation for row in roles_of(user).rows if row.organisation)
        number = Declaration.objects.count() + 1
        body = {
            "functional_reference": reference or f"PO-{self.today:%y%m}-{number:03d}",
            "port": port,
            "direction": Direction.EXPORT,
            "mode": mode,
            "destination_country": to,
            "consignee": {"name": buyer.name, "country": buyer.country, "address": buyer.place},
            "contract_number": f"{organisation.uscc[-4:]}-{self.today.year}-{number:03d}",
            "incoterm": "DAP",
            "incoterm_place": buyer.place,
            "currency": "CNY",
            "planned_arrival_at": timezone.localtime(arrival).replace(minute=0, second=0, microsecond=0).isoformat(),
            "vehicles": list(vehicles),
        }
        return actions.create(organisation=organisation, body=body | header, by=user, now=self.now)

    def lodge(self, who: str, vehicles: Sequence[Mapping[str, Any]], **options: Any) -> Declaration:
        """Somebody declares vehicles and hands them in; no error may be left."""
        declaration = self.draft(who, vehicles, **options)
        actions.lodge(declaration_id=declaration.pk, by=self.people[who], now=self.now)
        return declaration

    def file(self, who: str, declaration: Declaration, code: str, title: str, *lines: str) -> None:
        """Somebody photographs a paper and puts it on all vehicles, or on the declaration that has it once."""
        documents.add(
            declaration_id=declaration.pk,
            code=code,
            files=[(f"{title}.jpg", photo_of_paper(title, *lines))],
            vehicle_ids=[vehicle.pk for vehicle in self.vehicles(declaration)],
            by=self.people[who],
            now=self.now,
        )

    def licence(self, who: str, number: str, *, granted: int) -> None:
        """Somebody enters a licence in the book of his organisation."""
        organisation = next(row.organisation for row in roles_of(self.people[who]).rows if row.organisation)
        body = {"code": EXPORT_LICENCE, "number": number, "granted": granted}
        licences.keep(organisation=organisation, body=body, by=self.people[who], now=self.now)

    def vehicles(self, declaration: Declaration) -> list[Vehicle]:
        """The vehicles of a declaration as they stand now, in their order."""
        rows = Vehicle.objects.filter(declaration=declaration).select_related("declaration", "driver")
        return list(rows.order_by("position", "pk"))

    def scan(self, vehicle: Vehicle, lane: str, *, expect: str = "OK", officer: str = "", **body: Any) -> uuid.UUID:
        """A lane's equipment, or an officer on his page, scans a vehicle's pass with plate and card; gives the passage.

        Raises: StoryError for another reason than expected.
        """
        kind = DeviceKind.VIRTUAL if officer else DeviceKind.LANE
        device = Device.objects.get(lane__code=lane, kind=kind)
        gate = gate_of_device(device.pk, now=self.now)
        vehicle = Vehicle.objects.select_related("driver").get(pk=vehicle.pk)
        newest = vehicle.newest_pass
        if gate is None or newest is None:
            raise StoryError(f"{vehicle.vin} has no pass, or {lane} no device")
        driver = vehicle.get_driver()
        question = {
            "code": newest.code,
            "plate": {"text": vehicle.plate, "confidence": 0.97},
            "driver_card": driver.card if driver else None,
            "captured_at": self.now.isoformat(),
        } | body
        scan_id = uuid.uuid4()
        question = {"scan_id": str(scan_id), **question}
        answer = scan(gate=gate, scan_id=scan_id, body=question, officer=self.people.get(officer), now=self.now).payload
        if answer["reason"] != expect:
            raise StoryError(f"{vehicle.vin} at {lane}: {answer['reason']} instead of {expect}")
        return uuid.UUID(answer["passage_id"])

    def through_horgos(self, vehicle: Vehicle, at: datetime, *, lane: int = 1, stages: str = "ERX") -> Story:
        """Yard entry, release gate half an hour later, exit after another quarter of an hour."""
        for stage, minutes in (("E", 0), ("R", 31), ("X", 46)):
            if stage in stages:
                yield at + timedelta(minutes=minutes)
                self.scan(vehicle, f"CNHRS-{stage}{lane}")
