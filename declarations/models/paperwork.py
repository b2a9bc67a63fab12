"""The task list of papers gathered from rows, in a fixed number of queries; the rule is `declarations.paperwork`."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from declarations import papers as rule
from declarations.lifecycle import DeclarationStatus, Machine, VehicleStatus
from declarations.models.clearance import DocumentRequest
from declarations.models.declaration import Declaration
from declarations.models.documents import Document
from declarations.models.history import History
from declarations.models.reference import load_reference
from declarations.models.vehicle import Paper, Vehicle
from declarations.paperwork import Asked, Day, Task, tasks_of_declaration, tasks_of_vehicle

GONE = (VehicleStatus.EXITED, VehicleStatus.HANDED_OVER)
LEFT = (VehicleStatus.WITHDRAWN, VehicleStatus.RETURNED)
"""Vehicles for which nobody needs a paper any more."""

DRAFTS = (DeclarationStatus.DRAFT, DeclarationStatus.REJECTED)


@dataclass(frozen=True, slots=True)
class VehiclePapers:
    """One vehicle with its papers."""

    vehicle: Vehicle
    tasks: list[Task]

    @property
    def open(self) -> int:
        """How many of them want something."""
        return sum(task.is_open for task in self.tasks)


@dataclass(frozen=True, slots=True)
class Paperwork:
    """The papers of a declaration: its own, then those of each vehicle."""

    tasks: list[Task]
    vehicles: list[VehiclePapers] = field(default_factory=list)

    @property
    def open(self) -> int:
        """How many papers want something."""
        return sum(task.is_open for task in self.tasks) + sum(row.open for row in self.vehicles)


def paperwork(declaration: Declaration, *, now: datetime) -> Paperwork:
    """All papers of a declaration and its vehicles, as they stand now."""
    zone = timezone.get_default_timezone()
    accepted_on = None
    if declaration.status not in DRAFTS and declaration.lodged_at is not None:
        accepted_on = timezone.localdate(declaration.lodged_at, zone)
    arrival = declaration.planned_arrival_at
    day = Day(now, zone, accepted_on, timezone.localdate(arrival, zone) if arrival else None)
    reference = load_reference()
    rows = declaration.vehicles.select_related("driver").prefetch_related("papers").order_by("position", "pk")
    vehicles = [row for row in rows if row.status not in LEFT]
    bodies = {row.pk: row.body() for row in vehicles}
    entered = {row.pk: [_read(paper) for paper in row.papers.all()] for row in vehicles}
    files: dict[int | None, Counter[str]] = defaultdict(Counter)
    present = Document.objects.filter(declaration=declaration).present()
    for vehicle_id, code in present.values_list("vehicle", "paper"):
        files[vehicle_id][code] += 1
    asked: dict[int | None, list[Asked]] = defaultdict(list)
    for each in DocumentRequest.objects.filter(declaration=declaration, answered_at=None).order_by("due_at"):
        asked[each.vehicle_id].append(Asked(each.paper_id, each.why, each.asked_at, each.due_at))
    exits = _exits(row for row in vehicles if row.status in GONE)
    own = tasks_of_declaration(
        (bodies[row.pk] for row in vehicles if row.status not in GONE),
        direction=declaration.direction,
        mode=declaration.mode,
        contract_number=declaration.contract_number,
        papers=[paper for row in vehicles for paper in entered[row.pk]],
        files=files[None],
        asked=asked[None],
        reference=reference,
        day=day,
    )
    return Paperwork(
        own,
        [
            VehiclePapers(
                row,
                tasks_of_vehicle(
                    bodies[row.pk],
                    direction=declaration.direction,
                    mode=declaration.mode,
                    first_registered_on=row.first_registered_on,
                    plate_expires_on=row.plate_expires_on,
                    papers=entered[row.pk],
                    files=files[row.pk],
                    asked=asked[row.pk],
                    exited_at=exits.get(row.pk),
                    reference=reference,
                    day=day,
                ),
            )
            for row in vehicles
        ],
    )


def _read(paper: Paper) -> rule.Paper:
    return rule.Paper(paper.code, paper.number, paper.issued_on, paper.valid_until, paper.quantity or 1)


def _exits(vehicles: Iterable[Vehicle]) -> dict[int, datetime]:
    """When each of these left the country."""
    ids = [row.pk for row in vehicles]
    if not ids:
        return {}
    moved = History.objects.filter(machine=Machine.VEHICLE, subject_id__in=ids, to_status=VehicleStatus.EXITED)
    return dict(moved.order_by().values("subject_id").annotate(last=Max("at")).values_list("subject_id", "last"))
