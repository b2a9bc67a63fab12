"""The timeline of a declaration: history rows told in public words, one entry for what happened at once."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Max, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declarations import timeline
from declarations.lifecycle import AT_PORT, Machine, PassStatus, VehicleStatus
from declarations.models import Declaration, History, Vehicle, load_reference
from declarations.models.people import people_of
from declarations.words import Audience

MOST_ENTRIES = 40
MOST_ROWS = 1500
MOST_NAMED = 3
"""Vehicles that an entry names; more are counted."""

LABELS = {
    **{field.name: field.verbose_name for field in Declaration._meta.fields if hasattr(field, "verbose_name")},
    **{field.name: field.verbose_name for field in Vehicle._meta.fields if hasattr(field, "verbose_name")},
    "consignee": Declaration._meta.get_field("consignee_name").verbose_name,
}


def story(declaration: Declaration, vehicles: Iterable[Vehicle], *, everything: bool = False) -> list[dict[str, Any]]:
    """Entries for the timeline, newest first."""
    known = {vehicle.pk: vehicle for vehicle in vehicles}
    entries = _entries(declaration, known)
    return entries if everything else entries[:MOST_ENTRIES]


def _rows(declaration: Declaration) -> Iterator[History]:
    """Rows that may be told, newest first. Inspections come to light when their vehicle is presented, not before."""
    rows = (
        History.objects.filter(declaration=declaration)
        .exclude(machine=Machine.VEHICLE, from_status="")
        .exclude(machine=Machine.PASS, to_status__in=[PassStatus.SUPERSEDED, PassStatus.CONSUMED])
        .exclude(machine=Machine.PASS, to_status=PassStatus.ISSUED, reason__in=QUIET)
        .order_by("-id")[:MOST_ROWS]
    )
    return iter(rows)


QUIET = ("CLEARED", "OFFICER_RELEASED", "AMENDED", "ARRIVAL_CHANGED", "EXITED", "ADMISSION_ANNULLED")
"""Passes follow what is told already; only a pass that was asked for is an event."""


Visit = tuple[datetime | None, datetime | None]
"""When a vehicle first stood in the port, and when it last went out of it again without its exit."""


def _visits(declaration: Declaration) -> dict[int | None, Visit]:
    back = Q(from_status__in=AT_PORT, to_status__in=[VehicleStatus.DECLARED, VehicleStatus.WITHDRAWN])
    rows = (
        History.objects.filter(declaration=declaration, machine=Machine.VEHICLE)
        .order_by()
        .values("vehicle")
        .annotate(came_at=Min("at", filter=Q(to_status=VehicleStatus.PRESENTED)), left_at=Max("at", filter=back))
        .values_list("vehicle", "came_at", "left_at")
    )
    return {vehicle: (came_at, left_at) for vehicle, came_at, left_at in rows}


def _is_told(row: History, known: dict[int, Vehicle], visits: dict[int | None, Visit]) -> bool:
    """Whether what a row says of an inspection may be read yet."""
    vehicle = known.get(row.vehicle_id or 0)
    if vehicle is None:
        return False
    _came_at, left_at = visits.get(vehicle.pk, (None, None))
    return timeline.inspection_is_told(at=row.at, status=vehicle.status, left_port_at=left_at)


def _entries(declaration: Declaration, known: dict[int, Vehicle]) -> list[dict[str, Any]]:
    people = people_of(declaration.organisation_id)
    visits = _visits(declaration)
    vins = {pk: vehicle.vin for pk, vehicle in known.items()}
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in _rows(declaration):
        at, reason = row.at, row.reason
        if row.machine == Machine.INSPECTION:
            if not _is_told(row, known, visits):
                continue
            came_at, _left_at = visits.get(row.vehicle_id, (None, None))
            at = max(at, came_at or at)
        elif reason in timeline.OF_INSPECTIONS and not _is_told(row, known, visits):
            reason = timeline.SAYS_NOTHING
        sentence = timeline.sentence_of(machine=row.machine, reason=reason, to_status=row.to_status, data=row.data)
        if sentence.hidden:
            continue
        title = str(sentence.text) % timeline.values_of(row.data)
        key = (at, title, row.data.get("passage"))
        entry = groups.setdefault(
            key,
            {
                "title": title,
                "tone": sentence.tone,
                "icon": sentence.icon,
                "at": at,
                "by": _by(row, people),
                "words": [],
                "vehicles": [],
            },
        )
        if row.vehicle_id and vins.get(row.vehicle_id):
            entry["vehicles"] += [row.vehicle_id] if row.vehicle_id not in entry["vehicles"] else []
        if sentence.with_words and row.text and row.text not in entry["words"]:
            entry["words"].append(row.text)
        if fields := _fields(row):
            entry["words"] += [fields] if fields not in entry["words"] else []
    told = sorted(groups.values(), key=lambda entry: entry["at"], reverse=True)
    for entry in told:
        entry["text"] = _text(entry, vins)
    return told


def _text(entry: dict[str, Any], vins: dict[int, str]) -> str:
    """Which vehicles, and what was said."""
    concerned = entry["vehicles"]
    parts = []
    if len(concerned) > MOST_NAMED:
        parts.append(ngettext("%(count)s vehicle", "%(count)s vehicles", len(concerned)) % {"count": len(concerned)})
    elif concerned and len(vins) > 1:
        parts.append(", ".join(f"…{vins[each][-6:]}" for each in concerned))
    return " · ".join([*parts, *entry["words"]])


def _fields(row: History) -> str:
    names = [name for name in row.data.get("fields", ()) if name in LABELS or name in ("driver", "papers")]
    if "paper" in row.data:
        kind = load_reference().paper_types.get(row.data["paper"])
        return str(kind.label) if kind else ""
    own = {"driver": _("driver"), "papers": _("papers")}
    return ", ".join(str(own.get(name) or LABELS[name]) for name in names)


def _by(row: History, people: dict[int, str]) -> str:
    """The exporter's own people by name, driver and importer as such; everybody else is customs, a lane by its sign."""
    if row.by_id in people:
        return people[row.by_id]
    if row.by_label.upper() in Audience.values and row.by_id is None:
        return str(Audience(row.by_label.upper()).label)
    lane = row.data.get("lane")
    return f"{_('customs')} · {lane}" if lane else _("customs")
