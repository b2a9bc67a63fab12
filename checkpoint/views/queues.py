"""What waits for officers: the queues as slices of rows. One place, so that home page and lists count alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Right
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations import plates, vin
from declarations.clearance.controls import WAITING
from declarations.clearance.overrides import LASTS
from declarations.lifecycle import CheckStatus, DeclarationStatus
from declarations.models import Declaration, DocumentCheck, History, Inspection, Override, ProblemOverride, Vehicle

TAIL = 6
"""Characters at the end of a VIN by which people call a vehicle."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One list of declarations that wait for the same kind of act."""

    name: str
    label: str | Promise
    empty: str | Promise
    rows: Callable[[QuerySet[Declaration], datetime], QuerySet[Declaration]]


def _under_control(rows: QuerySet[Declaration], now: datetime) -> QuerySet[Declaration]:
    return rows.filter(status=DeclarationStatus.UNDER_CONTROL)


def _documents(rows: QuerySet[Declaration], now: datetime) -> QuerySet[Declaration]:
    return rows.filter(status=DeclarationStatus.DOCUMENTS_REQUIRED)


def _checks(rows: QuerySet[Declaration], now: datetime) -> QuerySet[Declaration]:
    return rows.filter(Exists(DocumentCheck.objects.filter(declaration=OuterRef("pk"), status=CheckStatus.OPEN)))


def _problems(rows: QuerySet[Declaration], now: datetime) -> QuerySet[Declaration]:
    asked = ProblemOverride.objects.filter(declaration=OuterRef("pk"), asked_at__isnull=False, accepted_at=None)
    return rows.filter(Exists(asked))


def _appeals(rows: QuerySet[Declaration], now: datetime) -> QuerySet[Declaration]:
    said = History.objects.filter(declaration=OuterRef("pk"), reason="APPEALED", at__gte=OuterRef("status_at"))
    return rows.filter(Exists(said), status=DeclarationStatus.REFUSED, appeal_until__gt=now)


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
    Queue("checks", _("Document checks"), _("Vehicles whose papers an officer has to see will stand here."), _checks),
    Queue(
        "problems",
        _("Problems put on the desk"),
        _("Problems that may have a legal exception will stand here when an exporter asks for one."),
        _problems,
    ),
    Queue("appeals", _("Appeals"), _("Refusals that an exporter appeals within the term will stand here."), _appeals),
)
EVERYTHING = Queue("all", _("All"), _("No declaration of your ports fits."), lambda rows, now: rows)


def waiting(queue: Queue, user: object, now: datetime) -> QuerySet[Declaration]:
    """The queue at this officer's ports, whoever waits longest first."""
    return queue.rows(Declaration.objects.for_officer(user), now).order_by("status_at", "id")


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


def open_overrides(user: object, now: datetime) -> QuerySet[Override]:
    """Requests that a second person may still grant."""
    return Override.objects.filter(
        vehicle__in=Vehicle.objects.for_officer(user).order_by(), granted_at=None, asked_at__gte=now - LASTS
    )
