"""The first page: what needs me, what is on the way, numbers. Officers are sent on to the gate."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from declarations.lapsing import Lapsing
from declarations.lifecycle import AT_PORT, HOLDING_VIN, DeclarationStatus, VehicleStatus
from declarations.models import Declaration, Document, Roles, Vehicle, load_reference, roles_of
from declarations.models.lapses import VehicleLapse, lapsing
from declarations.models.standing import because
from declarations.papers import Need
from declarations.paperwork import deregister_by
from declarations.readiness import REASONS, Actor, Because, Otherwise, Wait
from declarations.views import recent
from declarations.words import Condition, Direction

MOST_SHOWN = 8
MOST_WAITING = 400
"""Vehicles looked through for what their exporter has to repair."""

FOR_THE_EXPORTER = tuple(code for code, entry in REASONS.items() if entry.must_act is Actor.EXPORTER)
STUCK = (Actor.EXPORTER, Actor.DOCUMENTS_OFFICER, Actor.CUSTOMS)
"""Whose step released vehicles may lack before their drivers can do anything, in the order in which it is told."""


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """A stranger's front page, an exporter's home, or the way to an officer's desk."""
    if not request.user.is_authenticated:
        return render(request, "declarations/front.html")
    roles = roles_of(request.user)
    if roles.is_officer and not roles.organisations:
        return HttpResponseRedirect(reverse(settings.OFFICERS_HOME))
    return _exporter(request, roles, now=timezone.now())


def _exporter(request: HttpRequest, roles: Roles, *, now: datetime) -> HttpResponse:
    mine = Declaration.objects.visible_to(request.user).filter(organisation__in=roles.organisations)
    vehicles = Vehicle.objects.filter(declaration__organisation__in=roles.organisations)
    by_status = Counter(dict(mine.order_by().values_list("status").annotate(Count("pk"))))
    context = {
        "now": now,
        "organisations": sorted({row.organisation.name for row in roles.rows if row.organisation}),
        "unverified": sorted(
            {row.organisation.name for row in roles.rows if row.organisation and row.organisation.verified_at is None}
        ),
        "may_declare": bool(roles.organisations),
        "needs_me": _needs_me(mine, vehicles, now=now),
        "drafts": mine.filter(status=DeclarationStatus.DRAFT)
        .annotate(total=Count("vehicles"))
        .order_by("-updated_at", "-pk")[:MOST_SHOWN],
        "lapses": _lapses(vehicles, now=now),
        "on_the_way": _on_the_way(mine),
        "passages": recent.passages(roles.organisations, now=now),
        "numbers": _numbers(by_status, vehicles),
    }
    return render(request, "declarations/home.html", context)


def _needs_me(mine: Any, vehicles: Any, *, now: datetime) -> list[dict[str, Any]]:
    """What only the exporter can move on, the most urgent first."""
    asked = (
        mine.filter(requests__answered_at=None, requests__isnull=False)
        .annotate(asked_at=Min("requests__asked_at"), due_at=Min("requests__due_at"))
        .order_by("due_at")
    )
    found = [
        {
            "title": _("Customs asks for documents"),
            "icon": "papers",
            "tone": "officer",
            "reference": row.reference,
            "wait": Wait(Actor.EXPORTER, row.asked_at, row.due_at, Otherwise.MAY_BE_REFUSED),
            "href": reverse("declarations:answer", args=[row.reference]),
            "action": _("Answer"),
        }
        for row in asked[:MOST_SHOWN]
    ]
    refused = Q(status=DeclarationStatus.REFUSED, appeal_until__gt=now, appealed_at=None)
    stopped = mine.with_appeal().filter(Q(status=DeclarationStatus.REJECTED) | refused)
    found += [_stopped(row) for row in stopped[:MOST_SHOWN]]
    return found + _unready(vehicles, now=now) + _to_deregister(vehicles)


def _stopped(row: Declaration) -> dict[str, Any]:
    if row.is_draft:
        words = {"title": _("Rejected: correct it and lodge again"), "icon": "back", "action": _("Correct")}
    else:
        words = {"title": _("Refused: you may appeal"), "icon": "stop-fill", "action": _("Open")}
    href = reverse("declarations:detail", args=[row.reference])
    return {**words, "tone": "stop", "reference": row.reference, "wait": row.wait, "href": href}


def _to_deregister(vehicles: Any) -> list[dict[str, Any]]:
    """Used vehicles that went out and still stand in the register, one line per declaration."""
    types = load_reference().paper_types.values()
    codes = [each.code for each in types if each.used_export is Need.AFTER_EXIT]
    filed = Document.objects.present().filter(vehicle=OuterRef("pk"), paper__in=codes)
    standing = vehicles.filter(
        ~Exists(filed),
        condition=Condition.USED,
        status__in=[VehicleStatus.EXITED, VehicleStatus.HANDED_OVER],
        declaration__direction=Direction.EXPORT,
    )
    rows = standing.order_by().values("declaration__reference").annotate(count=Count("pk"), first=Min("exited_at"))
    return [
        {
            "title": _("Take the used vehicles that went out off the register"),
            "icon": "papers",
            "tone": "officer",
            "reference": row["declaration__reference"],
            "vehicles": row["count"],
            "wait": Wait(Actor.EXPORTER, row["first"], deregister_by(row["first"]), Otherwise.STAYS),
            "href": reverse("declarations:documents", args=[row["declaration__reference"]]),
            "action": _("Add the certificate"),
        }
        for row in rows.order_by("first")[:MOST_SHOWN]
    ]


def _unready(vehicles: Any, *, now: datetime) -> list[dict[str, Any]]:
    """Vehicles that could go if their exporter repaired something, one line per declaration and reason."""
    wanted = _lacking(Actor.EXPORTER)
    waiting = vehicles.filter(live=True, declaration__status=DeclarationStatus.RELEASED).select_related("declaration")
    rows = list((waiting.filter(wanted) | waiting.outdated(now))[:MOST_WAITING])
    groups: dict[tuple[str, str], list[tuple[Vehicle, Because]]] = {}
    reasons = because(rows, now=now)
    for row in rows:
        for each in reasons[row.pk]:
            if each.code in FOR_THE_EXPORTER:
                groups.setdefault((row.declaration.reference, each.code), []).append((row, each))
    longest = sorted(groups.items(), key=lambda group: min(each.since or now for _row, each in group[1]))
    return [
        {
            "title": concerned[0][1].message,
            "icon": "wait",
            "tone": "officer",
            "reference": reference,
            "vehicles": len(concerned),
            "vin": concerned[0][0].vin if len(concerned) == 1 else "",
            "wait": concerned[0][1].wait,
            "href": reverse("declarations:detail", args=[reference]),
            "action": _("Open"),
        }
        for (reference, _code), concerned in longest[:MOST_SHOWN]
    ]


def _lapses(vehicles: Any, *, now: datetime) -> list[dict[str, Any]]:
    """What runs out within three days, the next first, one line per declaration, kind and moment."""
    groups: dict[tuple[str, str, datetime], list[VehicleLapse]] = {}
    for each in lapsing(now, among=vehicles):
        key = (each.vehicle.declaration.reference, each.lapse.what, each.lapse.until)
        groups.setdefault(key, []).append(each)
    return [
        {
            "lapse": rows[0].lapse,
            "reference": reference,
            "vin": rows[0].vehicle.vin if len(rows) == 1 else "",
            "vehicles": len(rows),
            "href": _renewal(rows),
        }
        for (reference, _what, _until), rows in list(groups.items())[:MOST_SHOWN]
    ]


def _renewal(rows: list[VehicleLapse]) -> str:
    """Where it is renewed: one vehicle's own page, or the declaration where there are several."""
    vehicle, what = rows[0].vehicle, rows[0].lapse.what
    if len(rows) > 1:
        return reverse("declarations:detail", args=[vehicle.declaration.reference])
    route = {Lapsing.PASS: "renew", Lapsing.TEMPORARY_PLATE: "vehicle-driver"}.get(what, "vehicle-papers")
    return reverse(f"declarations:{route}", args=[vehicle.declaration.reference, vehicle.position])


def _lacking(actor: Actor, path: str = "") -> Q:
    """Vehicles that cannot go before this one has acted. path: how to reach them, with its underscores."""
    wanted = Q()
    for code in (code for code, entry in REASONS.items() if entry.must_act is actor):
        wanted |= Q(**{f"{path}not_ready_because__contains": [{"code": code}]})
    return wanted


def _on_the_way(mine: Any) -> list[tuple[Declaration, Wait | None]]:
    """Declarations with customs, the next arrival first; the legal time threatens only what is still to come."""
    opened = Count("vehicles", filter=~Q(vehicles__status=VehicleStatus.WITHDRAWN))
    declared = Q(vehicles__status=VehicleStatus.DECLARED)
    released = declared & Q(status=DeclarationStatus.RELEASED)
    rows = (
        mine.filter(status__in=HOLDING_VIN)
        .select_related("port")
        .annotate(
            total=opened,
            coming=Count("vehicles", filter=declared),
            ready=Count("vehicles", filter=declared & Q(vehicles__ready=True)),
            at_port=Count("vehicles", filter=Q(vehicles__status__in=AT_PORT)),
            out=Count("vehicles", filter=Q(vehicles__status=VehicleStatus.EXITED)),
            **{f"lacks_{actor}": Count("vehicles", filter=released & _lacking(actor, "vehicles__")) for actor in STUCK},
        )
        .order_by("planned_arrival_at", "pk")[:MOST_SHOWN]
    )
    return [(row, _coming(row) if row.coming else _at_port(row.wait)) for row in rows]


def _coming(row: Any) -> Wait | None:
    """What the vehicles still to come wait for: of a released declaration it is the driver's turn where one may go.

    The exporter's own turn comes first also beside vehicles that are ready.
    """
    wait: Wait | None = row.wait
    lacking = next((actor for actor in STUCK if getattr(row, f"lacks_{actor}")), None)
    if wait is None or lacking is None:
        return wait
    if row.ready and lacking is not Actor.EXPORTER:
        return wait
    return replace(wait, who=lacking, since=None)


def _at_port(wait: Wait) -> Wait:
    return replace(wait, until=None, otherwise=Otherwise.GOES_NO_FURTHER)


def _numbers(by_status: Counter[str], vehicles: Any) -> list[dict[str, Any]]:
    counted = vehicles.aggregate(
        ready=Count("pk", filter=Q(ready=True, status=VehicleStatus.DECLARED)),
        at_port=Count("pk", filter=Q(status__in=AT_PORT)),
        out=Count("pk", filter=Q(status__in=[VehicleStatus.EXITED, VehicleStatus.HANDED_OVER])),
    )
    index = reverse("declarations:list")
    with_customs = sum(by_status[status] for status in HOLDING_VIN)
    return [
        {"value": by_status[DeclarationStatus.DRAFT], "label": _("drafts"), "href": _status(index, "DRAFT")},
        {"value": with_customs, "label": _("with customs"), "href": index},
        {"value": counted["ready"], "label": _("vehicles ready to go"), "href": _status(index, "RELEASED")},
        {"value": counted["at_port"], "label": _("vehicles at the port"), "href": _status(index, "RELEASED")},
        {"value": counted["out"], "label": _("vehicles out"), "href": _status(index, "COMPLETED")},
    ]


def _status(index: str, status: str) -> str:
    return f"{index}?{urlencode({'status': status})}"
