"""What the gate said of an exporter's vehicles in the last days, in public words."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from declarations import timeline, vin
from declarations.lifecycle import HOLDING_VIN, DeclarationStatus
from declarations.models import Declaration, History, Vehicle

WITHIN = timedelta(days=3)
MOST = 8


def passages(organisations: Iterable[int], *, now: datetime) -> list[dict[str, Any]]:
    """The newest scans of these organisations' vehicles: when, which vehicle, what was answered."""
    open_or_done = [*HOLDING_VIN, DeclarationStatus.COMPLETED]
    theirs = Declaration.objects.filter(organisation__in=organisations, status__in=open_or_done).order_by()
    rows = (
        History.objects.filter(declaration__in=theirs, at__gt=now - WITHIN, data__has_key="verdict")
        .exclude(vehicle=None)
        .select_related("declaration")
        .order_by("-id")[: MOST * 3]
    )
    found: dict[Any, History] = {}
    for row in rows:  # one passage leaves a row for each step that it moves the vehicle
        found.setdefault(row.data.get("passage"), row)
    newest = list(found.values())[:MOST]
    seen = Vehicle.objects.with_visits().in_bulk([row.vehicle_id for row in newest if row.vehicle_id])
    return [_entry(row, seen[row.vehicle_id]) for row in newest if row.vehicle_id in seen]


def _entry(row: History, vehicle: Any) -> dict[str, Any]:
    """One entry of a timeline; of an inspection only what may be told already."""
    is_told = timeline.inspection_is_told(at=row.at, status=vehicle.status, left_port_at=vehicle.left_port_at)
    reason = timeline.SAYS_NOTHING if row.reason in timeline.OF_INSPECTIONS and not is_told else row.reason
    sentence = timeline.sentence_of(machine=row.machine, reason=reason, to_status=row.to_status, data=row.data)
    return {
        "at": row.at,
        "title": str(sentence.text) % timeline.values_of(row.data),
        "text": " ".join(filter(None, [" ".join(vin.groups(vehicle.vin)), vehicle.make, vehicle.model])),
        "tone": sentence.tone,
        "icon": sentence.icon,
        "href": reverse("declarations:detail", args=[row.declaration.reference]),
        "action": row.declaration.reference,
    }
