"""Bays of a yard: where an order waits, and moving it to another."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations.clearance.controls import WAITING
from declarations.errors import Conflict
from declarations.models import Bay, By, Inspection, Vehicle, note


def bay_for(agency: str, port: str | None) -> Bay | None:
    """The open bay of that agency with the shortest queue; None where the port has none."""
    waiting = Count("inspections", filter=Q(inspections__status__in=WAITING))
    return Bay.objects.open_for(agency, port).annotate(queue=waiting).order_by("queue", "code").first()


def house_again(vehicles: Iterable[Vehicle], *, port: str | None) -> None:
    """Orders that wait for a bay of another port, since the declaration was amended, wait for one of this port."""
    astray = Inspection.objects.filter(vehicle__in=list(vehicles), status__in=WAITING).exclude(bay=None)
    for order in astray.exclude(bay__port=port):
        order.bay = bay_for(order.agency, port)
        order.save(update_fields=["bay"])


@transaction.atomic
def move_to_bay(*, public_id: uuid.UUID, bay: str, by: By, now: datetime) -> Inspection:
    """Send the vehicle to another bay of its port; the driver's page says so at once.

    Raises: NotPermitted; Conflict when the order is closed, or that bay is none of this port and agency or not in use.
    """
    vehicle_id = Inspection.objects.values_list("vehicle", flat=True).get(public_id=public_id)
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    declaration = vehicle.declaration
    inspection = Inspection.objects.select_for_update(of=("self",)).get(public_id=public_id)
    permissions.check_can_inspect(by, declaration, inspection.agency)
    if inspection.status not in WAITING:
        raise Conflict("INSPECTION_STATUS", _("This inspection is no longer in the state that you saw. Look again."))
    chosen = Bay.objects.open_for(inspection.agency, declaration.port_id).filter(pk=bay).first()
    if chosen is None:
        raise Conflict("BAY_UNKNOWN", _("This port has no such bay in use for this agency."))
    if inspection.bay_id != chosen.pk:
        inspection.bay = chosen
        inspection.save(update_fields=["bay"])
        data = {"inspection": inspection.public_id, "bay": chosen.pk}
        note(declaration_id=declaration.pk, vehicle_id=vehicle.pk, by=by, at=now, reason="BAY_CHANGED", data=data)
    inspection.vehicle = vehicle
    return inspection
