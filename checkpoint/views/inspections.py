"""Inspections: the queue of work orders, and starting, ending and waiving one."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoint import forms
from checkpoint.views import queues
from checkpoint.views.dossier import hits_in_words
from checkpoint.views.frame import Act, Officers, may_become, sentence_of
from declarations import permissions
from declarations.clearance import at_bay, bays, inspections
from declarations.clearance.controls import WAITING
from declarations.errors import DomainError, NotPermitted
from declarations.examination import checks_in_words, labels_of
from declarations.lifecycle import AT_PORT, InspectionStatus
from declarations.models import Bay, Inspection, Port, Vehicle, roles_of
from declarations.words import RoleName

PER_PAGE = 25


class Inspections(Officers):
    """Work orders that wait, the vehicles in the yard first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of them."""
        ports = ports_of(request.user)
        known = Bay.objects.filter(port__in=[code for code, _name in ports])
        form = forms.QueueForm(
            request.GET, ports=ports, bays=[(bay.code, f"{bay.port_id} · {bay.name}") for bay in known]
        )
        form.is_valid()
        asked = {name: value for name, value in form.cleaned_data.items() if value}
        ways = {"port": "vehicle__declaration__port", "bay": "bay", "agency": "agency"}
        here = Case(When(vehicle__status__in=AT_PORT, then=Value(0)), default=Value(1), output_field=IntegerField())
        repaired = Case(When(repaired_at=None, then=Value(1)), default=Value(0), output_field=IntegerField())
        rows = (
            queues.open_inspections(request.user)
            .filter(**{ways[name]: value for name, value in asked.items()})
            .select_related("vehicle__declaration__port", "follows", "bay")
            .order_by(here, repaired, "ordered_at", "id")
        )
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        waits = [(row, queues.wait_for_inspection(row)) for row in page]
        values = {"page_obj": page, "waits": waits, "total": page.paginator.count, "now": timezone.now()}
        values |= {
            "form": form,
            "asked": asked,
            "query": urlencode(asked),
            "inspects": any(row.role == RoleName.INSPECTION for row in roles_of(request.user).rows),
        }
        return render(request, "checkpoint/inspections.html", values)


def ports_of(user: object) -> list[tuple[str, str]]:
    """The ports at which this officer works, for a choice."""
    known = roles_of(user).ports()
    rows = Port.objects.all() if known is None else Port.objects.filter(pk__in=known)
    return [(row.code, row.name) for row in rows]


class AtBay(Officers):
    """Begin by scanning the pass: the order that waits for this vehicle, or why there is none."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page that asks."""
        form = forms.AtBayForm(ports=ports_of(request.user), initial={"port": request.GET.get("port", "")})
        return self._page(request, form)

    def post(self, request: HttpRequest) -> HttpResponse:
        """To the order; a code stays out of the address."""
        form = forms.AtBayForm(request.POST, ports=ports_of(request.user))
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            found = at_bay.find(text=form.cleaned_data["code"], port=form.cleaned_data["port"], by=self.by)
        except DomainError as refusal:
            form.add_error("code", sentence_of(refusal))
            return self._page(request, form, status=403 if isinstance(refusal, NotPermitted) else 409)
        return HttpResponseRedirect(reverse("checkpoint:inspection", args=[found.public_id]))

    def _page(self, request: HttpRequest, form: forms.AtBayForm, *, status: int = 200) -> HttpResponse:
        values = {
            "form": form,
            "title": _("Begin an inspection"),
            "lead": _("Scan the pass of the vehicle that stands in your bay."),
            "button": _("Find the order"),
            "back": reverse("checkpoint:inspections"),
        }
        return render(request, "checkpoint/act.html", values, status=status)


def inspection_of(request: HttpRequest, public_id: uuid.UUID) -> Inspection:
    """A work order at a port of this officer.

    Raises: Http404.
    """
    rows = Inspection.objects.select_related(
        "vehicle__declaration__organisation", "ordered_by", "closed_by", "follows", "bay"
    )
    seen = Vehicle.objects.for_officer(request.user).order_by()
    return get_object_or_404(rows, vehicle__in=seen, public_id=public_id)


class InspectionPage(Officers):
    """One work order with what to do next."""

    def get(self, request: HttpRequest, inspection: uuid.UUID) -> HttpResponse:
        """The order."""
        row = inspection_of(request, inspection)
        declaration = row.vehicle.declaration
        inspects = permissions.can_inspect(request.user, declaration, row.agency)
        begins = may_become(row, InspectionStatus.IN_PROGRESS)
        ends = may_become(row, InspectionStatus.SATISFACTORY)
        waives = may_become(row, InspectionStatus.WAIVED) and not row.must_be_done
        values = {
            "inspection": row,
            "vehicle": row.vehicle,
            "declaration": declaration,
            "may_start": inspects and begins,
            "may_finish": inspects and ends,
            "may_waive": waives and permissions.can_waive(request.user, declaration, row.agency),
            "may_move": inspects and begins | ends,
            "checks": checks_in_words(row.checks),
            "found": labels_of(row.finding_codes),
            "earlier": earlier_of(row),
            "wait": queues.wait_for_inspection(row) if row.closed_at is None else None,
            "hits": hits_in_words(row.vehicle.risk_hits.select_related("vehicle")),
            "before": row.vehicle.inspections.exclude(pk=row.pk).order_by("-ordered_at"),
            "now": timezone.now(),
        }
        return render(request, "checkpoint/inspection.html", values)


def earlier_of(inspection: Inspection) -> Inspection | None:
    """The order of another agency to which this vehicle goes first."""
    if inspection.closed_at is not None:
        return None
    waiting = inspection.vehicle.inspections.filter(status__in=WAITING).select_related("bay")
    first = at_bay.in_turn(waiting)[0]
    return None if first.pk == inspection.pk else first


class OnInspection(Act):
    """A verb on one work order."""

    may = staticmethod(permissions.check_can_inspect)

    def find(self) -> None:
        """The order."""
        self.inspection = inspection_of(self.request, self.kwargs["inspection"])
        self.names = {"vin": self.inspection.vehicle.vin}

    def check(self) -> None:
        """The verb's own permission."""
        self.may(self.request.user, self.inspection.vehicle.declaration, self.inspection.agency)

    def back(self) -> str:
        """To the order."""
        return reverse("checkpoint:inspection", args=[self.inspection.public_id])


class Start(OnInspection):
    """Begin the examination."""

    form_class = forms.ActForm
    title = _("Start the inspection of %(vin)s")
    lead = _("The exporter sees that the examination has begun.")
    button = _("Start")
    done = _("The inspection has begun.")

    def act(self, form: Any) -> None:
        """Start."""
        inspections.start(
            public_id=self.inspection.public_id,
            by=self.by,
            now=timezone.now(),
        )


class MoveToBay(OnInspection):
    """Send the vehicle to another bay."""

    form_class = forms.BayForm
    title = _("Bay for %(vin)s")
    lead = _("The driver's page says at once where to go.")
    button = _("Send there")
    done = _("%(vin)s is sent to another bay.")

    def form_options(self) -> dict[str, Any]:
        """Bays in use at this port for the agency of the order."""
        row = self.inspection
        here = Bay.objects.open_for(row.agency, row.vehicle.declaration.port_id)
        return {"bays": [(bay.code, bay.name) for bay in here]}

    def act(self, form: Any) -> None:
        """Move."""
        bays.move_to_bay(
            public_id=self.inspection.public_id,
            bay=form.cleaned_data["bay"],
            by=self.by,
            now=timezone.now(),
        )


class Finish(OnInspection):
    """Record the result."""

    form_class = forms.ResultForm
    title = _("Result of the inspection of %(vin)s")
    button = _("Record the result")
    done = _("The result is recorded.")

    def act(self, form: Any) -> None:
        """Finish."""
        values = form.cleaned_data
        satisfactory = values["result"] == InspectionStatus.SATISFACTORY
        inspections.finish(
            public_id=self.inspection.public_id,
            satisfactory=satisfactory,
            findings=values["findings"],
            finding_codes=values["finding_codes"],
            next_step="" if satisfactory else values["next_step"],
            by=self.by,
            now=timezone.now(),
        )


class Waive(OnInspection):
    """A supervisor lets an order go."""

    may = staticmethod(permissions.check_can_waive)
    title = _("Waive the inspection of %(vin)s")
    lead = _("The vehicle goes on without being examined.")
    button = _("Waive")
    done = _("The inspection is waived.")
    is_destructive = True

    def act(self, form: Any) -> None:
        """Waive."""
        inspections.waive(
            public_id=self.inspection.public_id,
            reason=form.cleaned_data["reason"],
            by=self.by,
            now=timezone.now(),
        )
