"""The first page: what needs me, what is on the way, numbers. Officers are sent on to the gate."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from declarations.lifecycle import AT_PORT, HOLDING_VIN, DeclarationStatus, VehicleStatus
from declarations.models import Declaration, Roles, Vehicle, roles_of
from declarations.readiness import REASONS, Actor, Because

MOST_SHOWN = 8
MOST_WAITING = 400
"""Vehicles looked through for what their exporter has to repair."""

FOR_THE_EXPORTER = tuple(code for code, entry in REASONS.items() if entry.must_act is Actor.EXPORTER)


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
        "may_declare": bool(roles.organisations),
        "needs_me": _needs_me(mine, vehicles, now=now),
        "drafts": mine.filter(status=DeclarationStatus.DRAFT)
        .annotate(total=Count("vehicles"))
        .order_by("-updated_at", "-pk")[:MOST_SHOWN],
        "on_the_way": _on_the_way(mine),
        "numbers": _numbers(by_status, vehicles),
    }
    return render(request, "declarations/home.html", context)


def _needs_me(mine: Any, vehicles: Any, *, now: datetime) -> list[dict[str, Any]]:
    """What only the exporter can move on, the most urgent first."""
    found = [
        {
            "title": _("Customs asks for documents"),
            "icon": "papers",
            "tone": "officer",
            "reference": row.reference,
            "until": row.due_at,
            "href": reverse("declarations:answer", args=[row.reference]),
            "action": _("Answer"),
        }
        for row in mine.filter(requests__answered_at=None, requests__isnull=False)
        .annotate(due_at=Min("requests__due_at"))
        .order_by("due_at")[:MOST_SHOWN]
    ]
    refused = Q(status=DeclarationStatus.REFUSED, appeal_until__gt=now)
    for row in mine.filter(Q(status=DeclarationStatus.REJECTED) | refused)[:MOST_SHOWN]:
        found.append(_stopped(row))
    return found + _unready(vehicles)


def _stopped(row: Declaration) -> dict[str, Any]:
    href = reverse("declarations:detail", args=[row.reference])
    if row.is_draft:
        words = {"title": _("Rejected: correct it and lodge again"), "icon": "back", "action": _("Correct")}
        return {**words, "tone": "stop", "reference": row.reference, "until": None, "href": href}
    words = {"title": _("Refused: you may appeal"), "icon": "stop-fill", "action": _("Open")}
    return {**words, "tone": "stop", "reference": row.reference, "until": row.appeal_until, "href": href}


def _unready(vehicles: Any) -> list[dict[str, Any]]:
    """Vehicles that could go if their exporter repaired something, one line per declaration and reason."""
    wanted = Q()
    for code in FOR_THE_EXPORTER:
        wanted |= Q(not_ready_because__contains=[{"code": code}])
    rows = (
        vehicles.filter(wanted, declaration__status=DeclarationStatus.RELEASED)
        .exclude(status__in=[VehicleStatus.WITHDRAWN, VehicleStatus.EXITED, VehicleStatus.RETURNED])
        .values_list("declaration__reference", "not_ready_because", "vin")[:MOST_WAITING]
    )
    groups: dict[tuple[str, str], list[str]] = {}
    sentences: dict[tuple[str, str], str] = {}
    for reference, because, vin in rows:
        for each in because:
            if each["code"] in FOR_THE_EXPORTER:
                key = (reference, each["code"])
                groups.setdefault(key, []).append(vin)
                sentences.setdefault(key, Because(each["code"], each["values"]).message)
    return [
        {
            "title": sentences[key],
            "icon": "wait",
            "tone": "officer",
            "reference": key[0],
            "vehicles": len(vins),
            "vin": vins[0] if len(vins) == 1 else "",
            "until": None,
            "href": reverse("declarations:detail", args=[key[0]]),
            "action": _("Open"),
        }
        for key, vins in list(groups.items())[:MOST_SHOWN]
    ]


def _on_the_way(mine: Any) -> Iterable[Declaration]:
    """Declarations with customs, the next arrival first."""
    opened = Count("vehicles", filter=~Q(vehicles__status=VehicleStatus.WITHDRAWN))
    return (
        mine.filter(status__in=HOLDING_VIN)
        .select_related("port")
        .annotate(
            total=opened,
            ready=Count("vehicles", filter=Q(vehicles__ready=True)),
            at_port=Count("vehicles", filter=Q(vehicles__status__in=AT_PORT)),
            out=Count("vehicles", filter=Q(vehicles__status=VehicleStatus.EXITED)),
        )
        .order_by("planned_arrival_at", "pk")[:MOST_SHOWN]
    )


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
