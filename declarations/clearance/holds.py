"""Holds: a block placed by an agency, lifted by somebody else."""

import uuid
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations.checks.fields import CHOICE_UNKNOWN
from declarations.clearance.controls import refer_released, settle
from declarations.errors import Conflict, Unacceptable
from declarations.lifecycle import CLOSED_VEHICLE, HOLDING_VIN, DeclarationStatus
from declarations.models import Declaration, Hold, HoldReason, Vehicle, note
from declarations.models.standing import recompute
from declarations.problems import Problem


@transaction.atomic
def place(
    *,
    declaration_id: int,
    vehicle_id: int | None = None,
    reason_code: str,
    text: str,
    public_text: str = "",
    by: User,
    now: datetime,
) -> Hold:
    """Block a vehicle, or with no vehicle the whole declaration.

    Raises: NotPermitted; Unacceptable for an unknown reason; Conflict when there is nothing left to block.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_hold(by, declaration)
    if not HoldReason.objects.filter(code=reason_code).exists():
        raise Unacceptable([Problem(CHOICE_UNKNOWN, "/reason_code", values={"value": reason_code})])
    vehicles = list(Vehicle.objects.locked().filter(declaration=declaration))
    opened = [row for row in vehicles if row.status not in CLOSED_VEHICLE and vehicle_id in (None, row.pk)]
    if declaration.status not in HOLDING_VIN or not opened:
        raise Conflict("NOTHING_TO_HOLD", _("Nothing of this declaration is still to come through the port."))
    hold = Hold.objects.create(
        declaration=declaration,
        vehicle_id=vehicle_id,
        reason_id=reason_code,
        text=text,
        public_text=public_text,
        placed_by=by,
        placed_at=now,
    )
    note(
        declaration_id=declaration.pk,
        vehicle_id=vehicle_id,
        by=by,
        at=now,
        reason="HOLD_PLACED",
        data={"hold": hold.public_id, "code": reason_code},
    )
    if vehicle_id is not None:
        refer_released(opened[0], by=by, now=now, reason="HOLD_PLACED")
    elif declaration.status == DeclarationStatus.RELEASED:
        declaration.move_to(DeclarationStatus.UNDER_CONTROL, by=by, at=now, reason="HOLD_PLACED")
    declaration.touch(at=now)
    recompute(opened, now=now)
    return hold


@transaction.atomic
def lift(*, public_id: uuid.UUID, by: User, reason: str, now: datetime) -> Hold:
    """Take the block away; vehicles with no other cause go back to the gate at once.

    Raises: NotPermitted for whoever placed it; Conflict when it is lifted already.
    """
    found = Hold.objects.get(public_id=public_id)
    declaration = Declaration.objects.locked().get(pk=found.declaration_id)
    hold = Hold.objects.select_for_update(of=("self",)).select_related("declaration").get(pk=found.pk)
    permissions.check_can_lift(by, hold)
    if hold.lifted_at is not None:
        raise Conflict("ALREADY_LIFTED", _("This hold was lifted already."))
    hold.lifted_by, hold.lifted_at, hold.lift_reason = by, now, reason
    hold.save(update_fields=["lifted_by", "lifted_at", "lift_reason"])
    note(
        declaration_id=declaration.pk,
        vehicle_id=hold.vehicle_id,
        by=by,
        at=now,
        reason="HOLD_LIFTED",
        text=reason,
        data={"hold": hold.public_id},
    )
    vehicles = Vehicle.objects.locked().filter(declaration=declaration)
    settle(vehicles.filter(pk=hold.vehicle_id) if hold.vehicle_id else vehicles, by=by, now=now, reason="HOLD_LIFTED")
    declaration.touch(at=now)
    return hold
