"""Vehicles of which something runs out soon, gathered from rows; the rule itself is `declarations.lapsing`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from declarations.lapsing import SOON, Lapse, lapses
from declarations.lifecycle import PassStatus
from declarations.models.vehicle import Paper, Pass, Vehicle
from declarations.readiness import GATE_PAPERS, PaperValidity


@dataclass(frozen=True, slots=True)
class VehicleLapse:
    """One thing of one vehicle that runs out."""

    vehicle: Vehicle
    lapse: Lapse


def lapsing(now: datetime, within: timedelta = SOON, *, among: QuerySet[Vehicle] | None = None) -> list[VehicleLapse]:
    """What of live vehicles runs out between now and now + within, the next first, in three queries.

    Each vehicle comes with its declaration. among: only vehicles of this slice, all of them without it.
    """
    rows = Vehicle.objects.all() if among is None else among
    today = timezone.localdate(now, timezone.get_default_timezone())
    # Last days at the port: one that ends within the time began its last day at most a day before that.
    days = (today - timedelta(days=1), timezone.localdate(now + within, timezone.get_default_timezone()))
    papers = Paper.objects.filter(vehicle=OuterRef("pk"), code__in=GATE_PAPERS, valid_until__range=days)
    passes = Pass.objects.filter(
        vehicle=OuterRef("pk"), status=PassStatus.ISSUED, valid_until__gt=now, valid_until__lte=now + within
    )
    touched = Q(plate_expires_on__range=days) | Exists(papers) | Exists(passes)
    candidates = list(rows.filter(touched, live=True).select_related("declaration"))
    found = lapses_of(candidates)
    soon = (VehicleLapse(row, each) for row in candidates for each in found[row.pk] if now < each.until <= now + within)
    return sorted(soon, key=lambda each: (each.lapse.until, each.vehicle.pk))


def lapses_of(vehicles: Iterable[Vehicle]) -> dict[int, list[Lapse]]:
    """Everything that runs out of each vehicle by its id; two queries unless papers and passes were prefetched."""
    rows = list(vehicles)
    prefetch_related_objects(rows, "papers", "passes")
    return {
        row.pk: lapses(
            vehicle_status=row.status,
            plate_expires_on=row.plate_expires_on,
            papers=[PaperValidity(paper.code, paper.valid_until) for paper in row.papers.all()],
            pass_until=next((each.valid_until for each in row.passes.all() if each.status == PassStatus.ISSUED), None),
            zone=timezone.get_default_timezone(),
        )
        for row in rows
    }
