"""What waits for officers: the queues as slices of rows. One place, so that home page and lists count alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Right
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations import acts, plates, vin
from declarations.clearance.controls import WAITING
from declarations.clearance.overrides import LASTS
from declarations.lifecycle import CheckStatus, DeclarationStatus, VehicleStatus
from declarations.models import (
    Declaration,
    DocumentCheck,
    DocumentRequest,
    Inspection,
    Override,
    ProblemOverride,
    Vehicle,
)
from declarations.readiness import Actor, Otherwise, Wait
from declarations.words import InspectionNext

TAIL = 6
"""Characters at the end of a VIN by which people call a vehicle."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One list of declarations that wait for the same kind of act."""

    name: str
    label: str | Promise
    empty: str | Promise
    rows: Callable[[QuerySet[Declaration], datetime], QuerySet[Declaration]]
    """Its declarations, each with `since`: from when it waits there."""
    wait: Callable[[Any], Wait | None] = lambda row: row.wait


def _everything(rows: QuerySet[Declaration], now: datetime) -> QuerySet[Declaration]:
    return rows.annotate(since=F("status_at"))


def _under_control(rows: QuerySet[Declaration], now: datetime) -> QuerySet[Declaration]:
    return _everything(rows, now).filter(status=DeclarationStatus.UNDER_CONTROL)


def _documents(rows: QuerySet[Declaration], now: datetime) -> QuerySet[Declaration]:
    return _everything(rows, now).filter(status=DeclarationStatus.DOCUMENTS_REQUIRED)


def _checks(rows: QuerySet[Declaration], now: datetime) -> QuerySet[Declaration]:
    opened = DocumentCheck.objects.filter(declaration=OuterRef("pk"), vehicle__live=True, status=CheckStatus.OPEN)
    asked = DocumentRequest.objects.filter(declaration=OuterRef("pk"), answered_at=None).order_by("due_at")
    return rows.annotate(
        since=Subquery(opened.order_by("opened_at").values("opened_at")[:1]),
        asked_until=Subquery(asked.values("due_at")[:1]),
    ).exclude(since=None)


def _problems(rows: QuerySet[Declaration], now: datetime) -> QuerySet[Declaration]:
    asked = ProblemOverride.objects.filter(declaration=OuterRef("pk"), asked_at__isnull=False, accepted_at=None)
    return rows.annotate(since=Subquery(asked.order_by("asked_at").values("asked_at")[:1])).exclude(since=None)


def _appeals(rows: QuerySet[Declaration], now: datetime) -> QuerySet[Declaration]:
    refused = rows.with_appeal().filter(status=DeclarationStatus.REFUSED, appeal_until__gt=now)  # type: ignore[attr-defined]
    return refused.exclude(appealed_at=None).annotate(since=F("appealed_at"))


def _detention(rows: QuerySet[Declaration], now: datetime) -> QuerySet[Declaration]:
    """With a vehicle whose last inspection asked for its detention, and of which no supervisor has decided since."""
    asked = Inspection.objects.filter(
        vehicle__declaration=OuterRef("pk"),
        vehicle__status=VehicleStatus.REFERRED,
        vehicle__status_at__lte=F("closed_at"),
        next=InspectionNext.DETAIN,
        followed_by__closed_at=None,
    )
    return rows.annotate(since=Subquery(asked.order_by("closed_at").values("closed_at")[:1])).exclude(since=None)


def _wait_for_supervisor(row: Any) -> Wait:
    return Wait(Actor.SUPERVISOR, row.since, None, Otherwise.GOES_NO_FURTHER)


def _wait_for_papers(row: Any) -> Wait:
    """The officer looks at the papers, unless he waits for the exporter to show some."""
    if row.asked_until is not None:
        return Wait(Actor.EXPORTER, row.since, row.asked_until, Otherwise.MAY_BE_REFUSED)
    return Wait(Actor.DOCUMENTS_OFFICER, row.since, row.expires_at, Otherwise.WITHDRAWN)


def _wait_for_exception(row: Any) -> Wait:
    return Wait(Actor.DOCUMENTS_OFFICER, row.since)


QUEUES: tuple[Queue, ...] = (
    Queue(
        "control",
        _("Under control"),
        _("Declarations that a hold or the risk selection stopped will stand here until an officer decides."),
        _under_control,
    ),
    Queue(
        "documents",
        _("Documents required"),
        _("Declarations whose exporter has been asked for documents will stand here until he answers."),
        _documents,
    ),
    Queue(
        "checks",
        _("Document checks"),
        _("Vehicles whose papers an officer has to see will stand here."),
        _checks,
        _wait_for_papers,
    ),
    Queue(
        "problems",
        _("Problems put on the desk"),
        _("Problems that may have a legal exception will stand here when an exporter asks for one."),
        _problems,
        _wait_for_exception,
    ),
    Queue(
        "appeals",
        _("Appeals"),
        _("Refusals that an exporter appeals within the term will stand here."),
        _appeals,
    ),
    Queue(
        "detention",
        _("Detention asked for"),
        _("Vehicles that an inspection officer wants detained will stand here until the supervisor decides."),
        _detention,
        _wait_for_supervisor,
    ),
)
BY_NAME = {queue.name: queue for queue in QUEUES}
DEEPER: dict[str, tuple[str, ...]] = {
    DeclarationStatus.DRAFT: ("problems",),
    DeclarationStatus.RELEASED: ("detention", "checks"),
}
"""Queues in which a declaration stands because of one of its vehicles, while as a whole it waits for somebody else."""

EVERYTHING = Queue("all", _("All"), _("No declaration of your ports fits."), _everything)


def waiting(queue: Queue, user: object, now: datetime) -> QuerySet[Declaration]:
    """The queue at this officer's ports, whoever waits longest first."""
    return queue.rows(Declaration.objects.for_officer(user), now).order_by(F("since"), "id")


def wait_of(declaration: Declaration, now: datetime) -> Wait | None:
    """What a declaration waits for as the desk sees it: the same that its queue says."""
    for name in DEEPER.get(declaration.status, ()):
        queue = BY_NAME[name]
        row = queue.rows(Declaration.objects.filter(pk=declaration.pk), now).first()
        if row is not None:
            return queue.wait(row)
    return declaration.wait


def matching(rows: QuerySet[Declaration], text: str) -> QuerySet[Declaration]:
    """Declarations with such a vehicle, or with that reference."""
    return rows.filter(pk__in=vehicles_matching(Vehicle.objects.all(), text).values("declaration"))


def vehicles_matching(rows: QuerySet[Vehicle], text: str) -> QuerySet[Vehicle]:
    """Vehicles by VIN, its last six characters, plate, or the reference of their declaration."""
    wanted = vin.normalise(text)
    ways = Q(vin=wanted) | Q(declaration__reference=wanted) | Q(plate_key=plates.normalise(text), live=True)
    if len(wanted) == TAIL:
        rows, ways = rows.alias(tail=Right("vin", TAIL)), ways | Q(tail=wanted)
    return rows.filter(ways)


def open_inspections(user: object) -> QuerySet[Inspection]:
    """Work orders at this officer's ports, the vehicles in the yard first."""
    return Inspection.objects.filter(vehicle__in=Vehicle.objects.for_officer(user).order_by(), status__in=WAITING)


def wait_for_inspection(inspection: Inspection) -> Wait:
    """An order waits for its officer once the vehicle is there, before that for whoever brings it."""
    vehicle = inspection.vehicle
    if acts.is_at_port(vehicle.status):
        since = max(inspection.ordered_at, vehicle.status_at)
        return Wait(Actor.INSPECTION_OFFICER, since, None, Otherwise.GOES_NO_FURTHER)
    return Wait(Actor.DRIVER, inspection.ordered_at, vehicle.declaration.expires_at, Otherwise.WITHDRAWN)


def open_overrides(user: object, now: datetime) -> QuerySet[Override]:
    """Requests that a second person may still grant."""
    return Override.objects.filter(
        vehicle__in=Vehicle.objects.for_officer(user).order_by(), granted_at=None, asked_at__gte=now - LASTS
    )
