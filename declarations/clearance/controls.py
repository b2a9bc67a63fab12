"""When a cause goes away: vehicles that were referred because of it go back to the gate in the same transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from declarations.errors import Conflict
from declarations.lifecycle import CheckStatus, InspectionStatus, VehicleStatus
from declarations.models import By, DocumentCheck, Hold, Inspection, Override, Vehicle, move
from declarations.models.standing import expired_papers, last_result, recompute

WAITING = (InspectionStatus.ORDERED, InspectionStatus.IN_PROGRESS)


def overrides_in_force(vehicle: Vehicle, *, now: datetime, stage: str | None = None) -> list[Override]:
    """Overrides that were granted, not used and not lapsed, of one stage or of any."""
    rows = Override.objects.filter(vehicle=vehicle, granted_at__isnull=False, used_at=None, expires_at__gt=now)
    return list(rows if stage is None else rows.filter(stage=stage))


def open_causes(vehicle: Vehicle, *, now: datetime, stage: str | None = None) -> list[str]:
    """What still keeps a referred vehicle from the gate; empty when nothing does.

    stage: where it wants to pass, since an override opens one stage only; None asks whether any override would help.
    """
    named = overrides_in_force(vehicle, now=now, stage=stage)
    holds = {pk for row in named for pk in row.hold_ids}
    checks = {pk for row in named for pk in row.check_ids}
    causes = []
    if Hold.objects.standing().filter(vehicle=vehicle).exclude(pk__in=holds).exists():
        causes.append("HOLD")
    if Hold.objects.standing().filter(declaration=vehicle.declaration_id, vehicle=None).exists():
        causes.append("HOLD")
    blocking = DocumentCheck.objects.filter(vehicle=vehicle, status__in=[CheckStatus.OPEN, CheckStatus.REFUSED])
    if blocking.exclude(pk__in=checks).exists():
        causes.append("DOCUMENTS_DUE")
    if Inspection.objects.filter(vehicle=vehicle, status__in=WAITING).exists():
        causes.append("INSPECTION_DUE")
    if last_result(Inspection.objects.filter(vehicle=vehicle)) == InspectionStatus.NOT_SATISFACTORY:
        causes.append("INSPECTION_FAILED")
    if expired_papers(vehicle, now=now):
        causes.append("PAPER_EXPIRED")
    return causes


def expect_free_to_rename(vehicle: Vehicle) -> None:
    """Another VIN would leave behind what stands against this one; withdrawn and declared anew, it is carried over.

    An order that the exporter does not know of yet is no hindrance, or the refusal would tell him.
    Raises: Conflict.
    """
    refused = (CheckStatus.OPEN, CheckStatus.REFUSED)
    failed = last_result(Inspection.objects.filter(vehicle=vehicle)) == InspectionStatus.NOT_SATISFACTORY
    held = Hold.objects.standing().filter(vehicle=vehicle).exists()
    if failed or held or DocumentCheck.objects.filter(vehicle=vehicle, status__in=refused).exists():
        raise Conflict(
            "VIN_HAS_CONTROLS",
            _("Something stands against this vehicle, so its VIN stays. Withdraw it and declare the other one anew."),
        )


def settle(vehicles: Iterable[Vehicle], *, by: By, now: datetime, reason: str) -> None:
    """Send referred vehicles without any cause left back to the gate, and tell how ready the others are.

    The vehicles must be locked, their declaration before them.
    """
    vehicles = list(vehicles)
    free = [
        vehicle
        for vehicle in vehicles
        if vehicle.status == VehicleStatus.REFERRED and not open_causes(vehicle, now=now)
    ]
    move(free, VehicleStatus.PRESENTED, by=by, at=now, reason=reason)
    recompute(vehicles, now=now)


def refer_released(vehicle: Vehicle, *, by: By, now: datetime, reason: str) -> None:
    """A control order reaches a vehicle between the release gate and the exit: it is referred at once."""
    if vehicle.status == VehicleStatus.RELEASED:
        vehicle.move_to(VehicleStatus.REFERRED, by=by, at=now, reason=reason)
