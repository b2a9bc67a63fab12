"""The first page of an officer, and how he finds a vehicle."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoint.forms import SearchForm
from checkpoint.models import Conflict
from checkpoint.permissions import lanes_to_scan_at
from checkpoint.views import queues
from checkpoint.views.cases import open_cases, wait_of_case
from checkpoint.views.frame import Officers
from checkpoint.views.organisations import judges_organisations, new_organisations
from declarations.models import Vehicle
from declarations.words import RoleName

OLDEST = 5
MOST_FOUND = 20


class Home(Officers):
    """How much waits, and the cases that wait longest."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Counts with the way to each list; the poll gets the cases alone."""
        user, now = request.user, timezone.now()
        cases = open_cases(user)
        total = cases.order_by().count()
        oldest = {"cases": [(case, wait_of_case(case)) for case in cases[:OLDEST]], "total": total, "now": now}
        if getattr(request, "htmx", False):
            return render(request, "checkpoint/_cases.html", oldest)
        desk = [
            {
                "value": queues.waiting(queue, user, now).order_by().count(),
                "label": queue.label,
                "href": f"{reverse('checkpoint:desk')}?queue={queue.name}",
            }
            for queue in queues.QUEUES
        ]
        if judges_organisations(user):
            waiting = new_organisations(user).order_by().count()
            href = reverse("checkpoint:organisations")
            desk.append({"value": waiting, "label": _("New organisations"), "href": href})
        gate = [
            {"value": total, "label": _("Open cases"), "href": reverse("checkpoint:cases")},
            {
                "value": Conflict.objects.visible_to(user).open().count(),
                "label": _("Decided otherwise offline"),
                "href": reverse("checkpoint:conflicts"),
            },
            {
                "value": queues.open_overrides(user, now).count(),
                "label": _("Overrides asked for"),
                "href": reverse("checkpoint:overrides"),
            },
            {
                "value": queues.open_inspections(user).count(),
                "label": _("Inspections"),
                "href": reverse("checkpoint:inspections"),
            },
        ]
        values = {
            "gate": gate,
            "desk": desk,
            **oldest,
            "may_scan": lanes_to_scan_at(user).exists(),
            "roles": _roles(user),
        }
        return render(request, "checkpoint/home.html", values)


class Find(Officers):
    """Find a vehicle by its VIN, and go on with its pass."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Vehicles at this officer's ports, live ones first."""
        form = SearchForm(request.GET or None)
        found: list[Vehicle] = []
        text = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
        if text:
            rows = queues.vehicles_matching(Vehicle.objects.for_officer(request.user), text)
            found = list(rows.select_related("declaration__organisation").order_by("-live", "-id")[:MOST_FOUND])
        lane = request.session.get("lane", "")
        values = {"form": form, "found": found, "text": text, "lane": lane, "now": timezone.now()}
        return render(request, "checkpoint/find.html", values)


def _roles(user: object) -> list[str]:
    """What this person is, and where, in words."""
    rows = user.roles.select_related("port", "organisation")  # type: ignore[attr-defined]
    return [f"{RoleName(row.role).label} · {row.port or row.organisation or _('every port')}" for row in rows]
