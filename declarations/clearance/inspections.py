"""Work orders to examine a vehicle: ordered, started, ended, and what follows from the result."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations.clearance.bays import bay_for
from declarations.clearance.controls import WAITING, refer_released, settle
from declarations.errors import Conflict
from declarations.examination import FINDINGS, faults
from declarations.lifecycle import CLOSED_VEHICLE, InspectionStatus, VehicleStatus
from declarations.models import By, Declaration, Inspection, Vehicle, note
from declarations.models.standing import recompute
from declarations.timeline import inspection_is_told
from declarations.words import Agency, InspectionNext

AFTER_FAILURE = "AFTER_FAILURE"
"""Ordered because the one before was not satisfactory."""

BY_OFFICER = "OFFICER"
"""Ordered by an officer, who says why in his own words."""


def open_order(
    vehicle: Vehicle,
    *,
    because: str,
    text: str = "",
    agency: str = Agency.CUSTOMS,
    checks: Sequence[str] = (),
    must_be_done: bool = False,
    follows: Inspection | None = None,
    by: By,
    now: datetime,
) -> Inspection | None:
    """Order an inspection of a locked vehicle unless one is waiting; a RELEASED vehicle is referred at once.

    One that waits for the same agency and has not begun takes over what else is to be looked at.
    must_be_done: nobody waives or cancels it, whoever declares the vehicle by then, for the last one failed.
    """
    waiting = Inspection.objects.filter(vehicle=vehicle, agency=agency, status__in=WAITING).first()
    if waiting is not None:
        if waiting.status == InspectionStatus.ORDERED and not set(checks) <= set(waiting.checks):
            waiting.checks = list(dict.fromkeys((*waiting.checks, *checks)))
            waiting.save(update_fields=["checks"])
        return None
    inspection = Inspection(
        vehicle=vehicle,
        agency=agency,
        checks=list(dict.fromkeys(checks)),
        bay=bay_for(agency, vehicle.declaration.port_id),
        ordered_because=because,
        ordered_text=text,
        must_be_done=must_be_done,
        ordered_by=None if isinstance(by, str) else by,
        ordered_at=now,
        follows=follows,
    ).begin(by=by, at=now, reason=because)
    refer_released(vehicle, by=by, now=now, reason="INSPECTION_DUE")
    return inspection


@transaction.atomic
def order(
    *,
    vehicle_id: int,
    text: str,
    agency: str = Agency.CUSTOMS,
    checks: Sequence[str] = (),
    by: By,
    now: datetime,
) -> Inspection:
    """An officer wants a vehicle examined, by customs or by his own agency, and says why and what is to be looked at.

    Raises: NotPermitted; Conflict when it is gone or an order waits already.
    """
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    declaration = vehicle.declaration
    permissions.check_can_order_inspection(by, declaration, agency)
    if vehicle.status in CLOSED_VEHICLE:
        raise Conflict("VEHICLE_GONE", _("This vehicle is no longer in the port."))
    if Inspection.objects.filter(vehicle=vehicle, agency=agency, status__in=WAITING).exists():
        raise Conflict("INSPECTION_WAITS", _("An inspection of this vehicle waits already."))
    inspection = open_order(vehicle, because=BY_OFFICER, text=text, agency=agency, checks=checks, by=by, now=now)
    assert inspection is not None, "the vehicle is locked, and none waits"
    _tell(declaration, vehicle, now=now)
    return inspection


@transaction.atomic
def start(*, public_id: uuid.UUID, by: By, now: datetime) -> Inspection:
    """Begin the examination.

    Raises: NotPermitted; Conflict unless it is ORDERED.
    """
    inspection, vehicle, declaration = _locked_inspection(public_id)
    permissions.check_can_inspect(by, declaration, inspection.agency)
    _expect(inspection, InspectionStatus.ORDERED)
    inspection.started_at = now
    inspection.save(update_fields=["started_at"])
    inspection.move_to(InspectionStatus.IN_PROGRESS, by=by, at=now, reason="STARTED")
    _tell(declaration, vehicle, now=now)
    return inspection


@transaction.atomic
def finish(
    *,
    public_id: uuid.UUID,
    satisfactory: bool,
    findings: str,
    finding_codes: Sequence[str] = (),
    checks: Sequence[str] | None = None,
    next_step: str = "",
    by: By,
    now: datetime,
) -> Inspection:
    """Record the result. A failure always opens the next order; TURN_BACK sends the vehicle out of the yard at once.

    finding_codes: of examination.FINDINGS. checks: what was looked at, if other than ordered.
    Raises: NotPermitted; Conflict unless it is IN_PROGRESS, when a failure says not what next, when a finding is
    unknown, or when a fault stands beside a satisfactory result.
    """
    inspection, vehicle, declaration = _locked_inspection(public_id)
    permissions.check_can_inspect(by, declaration, inspection.agency)
    _expect(inspection, InspectionStatus.IN_PROGRESS)
    if not FINDINGS.keys() >= set(finding_codes):
        raise Conflict("FINDING_UNKNOWN", _("There is no such finding in the list."))
    if satisfactory and faults(finding_codes):
        raise Conflict("FAULT_FOUND", _("A fault was found, so the result is not satisfactory."))
    inspection.finding_codes = list(dict.fromkeys(finding_codes))
    if checks is not None:
        inspection.checks = list(dict.fromkeys(checks))
    if satisfactory:
        _close(inspection, InspectionStatus.SATISFACTORY, findings=findings, by=by, now=now)
        settle([vehicle], by=by, now=now, reason="INSPECTION_SATISFACTORY")
        _tell(declaration, vehicle, now=now)
        return inspection
    if next_step not in InspectionNext.values:
        raise Conflict("NEXT_REQUIRED", _("Say what follows: repair and recheck, turn back or detain."))
    inspection.next = next_step
    _close(inspection, InspectionStatus.NOT_SATISFACTORY, findings=findings, by=by, now=now)
    if vehicle.status in (VehicleStatus.PRESENTED, VehicleStatus.RELEASED):
        vehicle.move_to(VehicleStatus.REFERRED, by=by, at=now, reason="INSPECTION_FAILED")
    open_order(
        vehicle,
        because=AFTER_FAILURE,
        agency=inspection.agency,
        checks=inspection.checks,
        must_be_done=True,
        follows=inspection,
        by=by,
        now=now,
    )
    if next_step == InspectionNext.TURN_BACK and vehicle.status == VehicleStatus.REFERRED:
        vehicle.move_to(VehicleStatus.DECLARED, by=by, at=now, reason="TURNED_BACK")
        declaration.touch(at=now)
    _tell(declaration, vehicle, now=now)
    return inspection


@transaction.atomic
def waive(*, public_id: uuid.UUID, reason: str, by: By, now: datetime) -> Inspection:
    """A supervisor, or another agency of its own, lets an order go; never one that follows a failure.

    Raises: NotPermitted; Conflict.
    """
    inspection, vehicle, declaration = _locked_inspection(public_id)
    permissions.check_can_waive(by, declaration, inspection.agency)
    _expect(inspection, *WAITING)
    if inspection.must_be_done:
        raise Conflict("AFTER_FAILURE", _("This inspection follows a failed one; it has to be done."))
    _close(inspection, InspectionStatus.WAIVED, findings=reason, by=by, now=now)
    settle([vehicle], by=by, now=now, reason="INSPECTION_WAIVED")
    _tell(declaration, vehicle, now=now)
    return inspection


def told_repairs(vehicle: Vehicle) -> list[Inspection]:
    """Orders that wait for the exporter's repair of what he was told of. vehicle: `with_visits`."""
    left: datetime | None = vehicle.left_port_at  # type: ignore[attr-defined]
    return [
        row
        for row in Inspection.objects.for_repair().filter(vehicle=vehicle).select_related("follows")
        if row.follows is not None
        and inspection_is_told(at=row.follows.ordered_at, status=vehicle.status, left_port_at=left)
    ]


@transaction.atomic
def say_repaired(*, declaration_id: int, vehicle_id: int, text: str, by: By, now: datetime) -> list[Inspection]:
    """The exporter has repaired what was found and asks for the inspection again; once until the next result.

    Raises: NotPermitted; Conflict when no inspection that failed waits for a repair.
    """
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    permissions.check_can_change(by, vehicle.declaration)
    if vehicle.declaration_id != declaration_id:
        raise Vehicle.DoesNotExist
    waiting = told_repairs(Vehicle.objects.with_visits().get(pk=vehicle.pk))
    if not waiting:
        raise Conflict("NOTHING_TO_REPAIR", _("No inspection of this vehicle waits for a repair."))
    for row in waiting:
        row.repaired_at, row.repaired_by, row.repair_text = now, None if isinstance(by, str) else by, text
        row.save(update_fields=["repaired_at", "repaired_by", "repair_text"])
    note(declaration_id=vehicle.declaration_id, vehicle_id=vehicle.pk, by=by, at=now, reason="RECHECK_ASKED", text=text)
    vehicle.declaration.touch(at=now)
    return waiting


def _close(inspection: Inspection, status: str, *, findings: str, by: By, now: datetime) -> None:
    inspection.findings, inspection.closed_at = findings, now
    inspection.closed_by = None if isinstance(by, str) else by
    inspection.save(update_fields=["findings", "finding_codes", "checks", "closed_at", "closed_by", "next"])
    inspection.move_to(status, by=by, at=now, reason=status)


def _expect(inspection: Inspection, *statuses: str) -> None:
    if inspection.status not in statuses:
        raise Conflict("INSPECTION_STATUS", _("This inspection is no longer in the state that you saw. Look again."))


def _tell(declaration: Declaration, vehicle: Vehicle, *, now: datetime) -> None:
    """Readiness anew; before the vehicle came, not even the moment of change may tell the exporter of an inspection."""
    recompute([vehicle], now=now)
    if vehicle.status != VehicleStatus.DECLARED:
        declaration.touch(at=now)


def _locked_inspection(public_id: uuid.UUID) -> tuple[Inspection, Vehicle, Declaration]:
    vehicle_id = Inspection.objects.values_list("vehicle", flat=True).get(public_id=public_id)
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    declaration = vehicle.declaration
    inspection = Inspection.objects.select_for_update(of=("self",)).get(public_id=public_id)
    inspection.vehicle = vehicle
    return inspection, vehicle, declaration
