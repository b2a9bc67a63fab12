"""What stood against a vehicle when it was withdrawn stands against it again when the same VIN is declared anew.

Otherwise withdrawing and declaring again would be a way around every hold, check and inspection.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from declarations.clearance import inspections
from declarations.clearance.controls import WAITING
from declarations.lifecycle import CheckStatus, InspectionStatus, VehicleStatus
from declarations.models import By, DocumentCheck, Hold, Inspection, Vehicle, note
from declarations.models.standing import last_result
from declarations.words import Agency

UNDONE = (InspectionStatus.ORDERED, InspectionStatus.IN_PROGRESS, InspectionStatus.CANCELLED)


def carry_over(vehicles: Iterable[Vehicle], *, by: By, now: datetime) -> None:
    """Renew on locked vehicles that are new to customs what stood against their VIN when it was withdrawn.

    A vehicle without a channel was never assessed under its VIN: nothing was carried to it yet. So the newest withdrawn
    vehicle with one counts, and those without one after it.
    """
    mine = {vehicle.vin: vehicle for vehicle in vehicles if not vehicle.channel}
    earlier = (
        Vehicle.objects.filter(vin__in=mine, status=VehicleStatus.WITHDRAWN)
        .exclude(pk__in=[vehicle.pk for vehicle in mine.values()])
        .order_by("vin", "-pk")
        .select_related("declaration")
        .prefetch_related("inspections", "checks")
    )
    looked_at: set[str] = set()
    for old in earlier:
        if old.vin in looked_at:
            continue
        if old.channel:
            looked_at.add(old.vin)
        vehicle = mine[old.vin]
        _holds(old, vehicle, by=by, now=now)
        _check(old, vehicle, now=now)
        _inspections(old, vehicle, by=by, now=now)


def _holds(old: Vehicle, vehicle: Vehicle, *, by: By, now: datetime) -> None:
    on_it = Q(vehicle=old) | Q(declaration=old.declaration, vehicle=None)
    known = set(Hold.objects.standing().filter(vehicle=vehicle).values_list("reason", "text"))
    for hold in Hold.objects.standing().filter(on_it):
        if (hold.reason_id, hold.text) not in known:
            again = Hold.objects.create(
                declaration_id=vehicle.declaration_id,
                vehicle=vehicle,
                reason_id=hold.reason_id,
                text=hold.text,
                public_text=hold.public_text,
                placed_by=hold.placed_by,
                placed_at=now,
            )
            note(
                declaration_id=vehicle.declaration_id,
                vehicle_id=vehicle.pk,
                by=by,
                at=now,
                reason="HOLD_PLACED",
                data={"hold": again.public_id, "code": hold.reason_id, "from": hold.public_id},
            )


def _check(old: Vehicle, vehicle: Vehicle, *, now: datetime) -> None:
    newest = max(old.checks.all(), key=lambda check: check.pk, default=None)
    stood = newest is not None and newest.status in (CheckStatus.OPEN, CheckStatus.REFUSED)
    if newest is not None and stood and not vehicle.checks.filter(status=CheckStatus.OPEN).exists():
        DocumentCheck.objects.create(
            declaration_id=vehicle.declaration_id, vehicle=vehicle, because=newest.because, opened_at=now
        )


def _inspections(old: Vehicle, vehicle: Vehicle, *, by: By, now: datetime) -> None:
    """What each agency left undone."""
    rows = list(old.inspections.all())
    for agency in Agency:
        _inspection([row for row in rows if row.agency == agency], vehicle, by=by, now=now)


def _inspection(rows: list[Inspection], vehicle: Vehicle, *, by: By, now: datetime) -> None:
    newest = max(rows, key=lambda inspection: inspection.pk, default=None)
    if newest is None:
        return
    failed = last_result(rows) == InspectionStatus.NOT_SATISFACTORY
    if not failed and newest.status not in UNDONE:
        return
    must_be_done = failed or newest.must_be_done
    because = inspections.AFTER_FAILURE if failed else newest.ordered_because
    waiting = Inspection.objects.filter(vehicle=vehicle, agency=newest.agency, status__in=WAITING)
    if must_be_done and waiting.update(ordered_because=because, must_be_done=True):
        return  # it waited for another cause already; now nobody waives it any more
    inspections.open_order(
        vehicle,
        because=because,
        text=newest.ordered_text,
        agency=newest.agency,
        checks=newest.checks,
        must_be_done=must_be_done,
        by=by,
        now=now,
    )
