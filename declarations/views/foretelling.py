"""Before an amendment is sent: what it changes, old beside new, and what it costs; for header and vehicle alike."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from declarations import actions, acts
from declarations.models import Declaration, Vehicle
from declarations.views.frame import person

SENT = "sent"
"""The button under the summary; the amendment goes off with it."""

BACK_TO_FORM = "again"
MOST_NAMED = 12
PER_PAGE = 25
OF_THE_PAGE = frozenset({"csrfmiddlewaretoken", SENT, BACK_TO_FORM, "checked", "seen"})


def ask_first(
    request: HttpRequest,
    declaration: Declaration,
    body: Mapping[str, Any],
    *,
    vehicle: Vehicle | None = None,
    data: QueryDict | None = None,
) -> HttpResponse | None:
    """The summary with its two buttons; None when it was shown already, or when nothing is looked at again.

    Raises: DomainError as the amendment itself would.
    """
    if declaration.is_draft or SENT in request.POST:
        return None
    foreseen = actions.foresee(
        declaration_id=declaration.pk,
        vehicle_id=vehicle.pk if vehicle else None,
        body=body,
        by=person(request),
        now=timezone.now(),
    )
    if not (foreseen.cost.is_amendment or foreseen.passes):
        return None
    sent = request.POST if data is None else data
    statuses = declaration.vehicles.values_list("status", flat=True)
    context = {
        "declaration": declaration,
        "vehicle": vehicle,
        "found": foreseen.found,
        "page_obj": Paginator(foreseen.found.vehicles, PER_PAGE).get_page(1),
        "cost": foreseen.cost,
        "total": sum(not acts.is_over(status) for status in statuses),
        "passes": foreseen.passes,
        "named": foreseen.passes[:MOST_NAMED],
        "hidden": [(name, value) for name in sent if name not in OF_THE_PAGE for value in sent.getlist(name)],
        "back_href": reverse("declarations:detail", args=[declaration.reference]),
    }
    return render(request, "declarations/foretold.html", context)


def is_asking(request: HttpRequest) -> bool:
    """Whether the form is wanted back, with all that was typed."""
    return BACK_TO_FORM in request.POST
