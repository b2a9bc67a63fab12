"""The list of declarations: search first, filters as chips, counted, dated."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Right, Upper
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from declarations import permissions, vin
from declarations.forms import ListForm
from declarations.lifecycle import CLOSED_VEHICLE, VehicleStatus
from declarations.models import Declaration, Vehicle
from declarations.views.frame import page

PER_PAGE = 25
VIN_TAIL = 6
SHORTEST_PREFIX = 5
"""Fewer characters of a VIN's beginning name a maker and would find half the list."""


@page("GET")
def index(request: HttpRequest) -> HttpResponse:
    """All declarations that this person may see, as far as they are looked for."""
    form = ListForm(request.GET)
    everything = Declaration.objects.visible_to(request.user)
    rows = _found(everything, form).select_related("port")
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    declarations = list(shown)
    counts = _counts(declarations)
    address = reverse("declarations:list")
    context = {
        "form": form,
        "chips": form.chips(address),
        "clear_href": address,
        "page_obj": shown,
        "rows": [{"declaration": row, **counts.get(row.pk, NOTHING)} for row in declarations],
        "total": shown.paginator.count,
        "is_empty": not shown.paginator.count and not form.chips(address),
        "may_declare": bool(permissions.declares_for(request.user)),
        "now": timezone.now(),
    }
    return render(request, "declarations/list.html", context)


NOTHING = {"total": 0, "ready": 0, "out": 0}


def _counts(declarations: Iterable[Declaration]) -> dict[int, dict[str, int]]:
    """Numbers of vehicles of the declarations on one page, in one query."""
    rows = (
        Vehicle.objects.filter(declaration__in=[row.pk for row in declarations])
        .exclude(status=VehicleStatus.WITHDRAWN)
        .order_by()
        .values("declaration")
        .annotate(
            total=Count("pk"),
            ready=Count("pk", filter=Q(ready=True, status=VehicleStatus.DECLARED)),
            out=Count("pk", filter=Q(status__in=CLOSED_VEHICLE)),
        )
    )
    return {row["declaration"]: {"total": row["total"], "ready": row["ready"], "out": row["out"]} for row in rows}


def _found(rows: QuerySet[Declaration], form: ListForm) -> QuerySet[Declaration]:
    if status := form.value("status"):
        rows = rows.filter(status=status)
    if port := form.value("port"):
        rows = rows.filter(port=port)
    if text := form.value("q"):
        rows = rows.filter(_matching(text))
    return rows


def _matching(text: str) -> Q:
    """Reference, own reference, the beginning of a VIN, or its last six."""
    code = vin.normalise(text)
    vehicles: QuerySet[Any] = Vehicle.objects.none()
    named = Vehicle.objects.order_by()
    if len(code) == VIN_TAIL:
        vehicles = named.alias(tail=Right("vin", VIN_TAIL), upper=Upper("vin")).filter(
            Q(tail=code) | Q(upper__startswith=code)
        )
    elif len(code) >= SHORTEST_PREFIX:
        vehicles = named.alias(upper=Upper("vin")).filter(upper__startswith=code)
    return (
        Q(reference__startswith=code)
        | Q(functional_reference__icontains=text)
        | Q(pk__in=vehicles.values("declaration"))
    )
