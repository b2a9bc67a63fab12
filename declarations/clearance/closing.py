"""How a declaration ends, or loses a part: vehicles withdrawn, set aside into a new draft, completed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from declarations import vin
from declarations.clearance.controls import WAITING
from declarations.clearance.issuing import revoke_passes
from declarations.lifecycle import CLOSED_VEHICLE, HOLDING_VIN, DeclarationStatus, InspectionStatus, VehicleStatus
from declarations.models import (
    By,
    Declaration,
    Document,
    DocumentCheck,
    DocumentRequest,
    Hold,
    ImporterMail,
    Inspection,
    Vehicle,
    move,
    note,
)
from declarations.models.documents import carry
from declarations.models.standing import recompute

TO_WITHDRAWN: dict[str, tuple[str, ...]] = {
    VehicleStatus.DECLARED: (VehicleStatus.WITHDRAWN,),
    VehicleStatus.PRESENTED: (VehicleStatus.WITHDRAWN,),
    VehicleStatus.REFERRED: (VehicleStatus.DECLARED, VehicleStatus.WITHDRAWN),
    VehicleStatus.RELEASED: (VehicleStatus.REFERRED, VehicleStatus.DECLARED, VehicleStatus.WITHDRAWN),
    VehicleStatus.DETAINED: (VehicleStatus.WITHDRAWN,),
}
"""The legal way out from where a vehicle stands."""


def withdraw(vehicles: Sequence[Vehicle], *, by: By, now: datetime, reason: str, text: str = "") -> None:
    """Take locked vehicles out of their declaration; their passes stay ISSUED, so that the gate can say why."""
    ways: dict[tuple[str, ...], list[Vehicle]] = defaultdict(list)
    for vehicle in vehicles:
        ways[TO_WITHDRAWN[vehicle.status]].append(vehicle)
    for steps, rows in ways.items():
        move(rows, *steps, by=by, at=now, reason=reason, text=text)
    _cancel_orders(vehicles, by=by, now=now, reason=reason)
    recompute(vehicles, now=now)


def _cancel_orders(vehicles: Sequence[Vehicle], *, by: By, now: datetime, reason: str) -> None:
    """Nobody has to examine what does not come; an order that follows a failure waits for its return."""
    orders = list(Inspection.objects.filter(vehicle__in=vehicles, status__in=WAITING, must_be_done=False))
    Inspection.objects.filter(pk__in=[order.pk for order in orders]).update(closed_at=now)
    move(orders, InspectionStatus.CANCELLED, by=by, at=now, reason=reason)


def close(declaration: Declaration, status: str, *, by: By, now: datetime, reason: str, text: str = "") -> None:
    """End a locked declaration (CANCELLED, EXPIRED): its DECLARED vehicles are withdrawn, its passes revoked."""
    declaration.move_to(status, by=by, at=now, reason=reason, text=text)
    withdraw_declared(declaration, by=by, now=now, reason=reason)
    revoke_passes(declaration, by=by, now=now, reason=reason)
    declaration.touch(at=now)


def withdraw_declared(declaration: Declaration, *, by: By, now: datetime, reason: str) -> list[Vehicle]:
    """Withdraw every vehicle that was never presented."""
    vehicles = list(Vehicle.objects.locked().filter(declaration=declaration, status=VehicleStatus.DECLARED))
    withdraw(vehicles, by=by, now=now, reason=reason)
    return vehicles


def set_aside(
    declaration: Declaration,
    vehicles: Sequence[Vehicle],
    *,
    by: By,
    now: datetime,
    reason: str,
    data: Mapping[str, Any] | None = None,
) -> Declaration:
    """Move these locked vehicles into a new draft with the same header, so that the others go on (law 9).

    data: what the two notes say beside the reason.
    """
    draft = Declaration(
        organisation=declaration.organisation,
        created_by=declaration.created_by,
        created_at=now,
        updated_at=now,
        port=declaration.port,
        entered=declaration.entered,
        **{
            name: getattr(declaration, name)
            for name in (
                "functional_reference",
                "direction",
                "mode",
                "destination_country",
                "consignee_name",
                "consignee_country",
                "consignee_address",
                "contract_number",
                "incoterm",
                "incoterm_place",
                "currency",
                "planned_arrival_at",
            )
        },
    )
    draft.begin(by=by, at=now, reason="SET_ASIDE")
    ImporterMail.carry(declaration, to=draft)
    for vehicle in vehicles:
        vehicle.declaration = draft
        vehicle.live = vehicle.being_assessed = False
    Vehicle.objects.bulk_update(vehicles, ["declaration", "live", "being_assessed"])
    vins = [vehicle.vin for vehicle in vehicles]
    declaration.overrides.filter(vin__in=map(vin.normalise, vins)).update(declaration=draft)
    for control in (Hold, DocumentCheck, DocumentRequest, Document):
        control.objects.filter(vehicle__in=vehicles).update(declaration=draft)
    carry(declaration.documents.present().filter(vehicle=None, request=None), to=draft)
    recompute(vehicles, now=now)
    told = {"vins": vins, **(data or {})}
    note(declaration_id=declaration.pk, by=by, at=now, reason=reason, data={"to": draft.reference, **told})
    note(declaration_id=draft.pk, by=by, at=now, reason=reason, data={"from": declaration.reference, **told})
    return draft


@transaction.atomic
def complete(*, declaration_id: int, now: datetime) -> None:
    """Close a declaration that waits for no vehicle any more: COMPLETED, or CANCELLED when none ever went out."""
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    if declaration.status not in HOLDING_VIN:
        return
    recompute(Vehicle.objects.locked().filter(declaration=declaration).outdated(now), now=now)
    statuses = list(declaration.vehicles.values_list("status", flat=True))
    if any(status not in CLOSED_VEHICLE for status in statuses):
        return
    if all(status == VehicleStatus.WITHDRAWN for status in statuses):
        close(declaration, DeclarationStatus.CANCELLED, by="clearance", now=now, reason="ALL_WITHDRAWN")
    elif declaration.status == DeclarationStatus.RELEASED:
        declaration.move_to(DeclarationStatus.COMPLETED, by="clearance", at=now, reason="ALL_GONE")
        declaration.touch(at=now)
