"""Inspections: the queue of work orders, and starting, ending and waiving one."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoint import forms
from checkpoint.views import queues
from checkpoint.views.dossier import hits_in_words
from checkpoint.views.frame import Act, Officers, may_become
from declarations import permissions
from declarations.clearance import inspections
from declarations.lifecycle import AT_PORT, InspectionStatus
from declarations.models import Inspection, Vehicle

PER_PAGE = 25


class Inspections(Officers):
    """Work orders that wait, the vehicles in the yard first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of them."""
        here = Case(When(vehicle__status__in=AT_PORT, then=Value(0)), default=Value(1), output_field=IntegerField())
        rows = (
            queues.open_inspections(request.user)
            .select_related("vehicle__declaration__port", "follows")
            .order_by(here, "ordered_at", "id")
        )
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        waits = [(row, queues.wait_for_inspection(row)) for row in page]
        values = {"page_obj": page, "waits": waits, "total": page.paginator.count, "now": timezone.now()}
        return render(request, "checkpoint/inspections.html", values)


def inspection_of(request: HttpRequest, public_id: uuid.UUID) -> Inspection:
    """A work order at a port of this officer.

    Raises: Http404.
    """
    rows = Inspection.objects.select_related("vehicle__declaration__organisation", "ordered_by", "closed_by", "follows")
    seen = Vehicle.objects.for_officer(request.user).order_by()
    return get_object_or_404(rows, vehicle__in=seen, public_id=public_id)


class InspectionPage(Officers):
    """One work order with what to do next."""

    def get(self, request: HttpRequest, inspection: uuid.UUID) -> HttpResponse:
        """The order."""
        row = inspection_of(request, inspection)
        declaration = row.vehicle.declaration
        inspects = permissions.can_inspect(request.user, declaration)
        begins = may_become(row, InspectionStatus.IN_PROGRESS)
        ends = may_become(row, InspectionStatus.SATISFACTORY)
        waives = may_become(row, InspectionStatus.WAIVED) and not row.must_be_done
        values = {
            "inspection": row,
            "vehicle": row.vehicle,
            "declaration": declaration,
            "may_start": inspects and begins,
            "may_finish": inspects and ends,
            "may_waive": waives and permissions.can_waive(request.user, declaration),
            "wait": queues.wait_for_inspection(row) if row.closed_at is None else None,
            "hits": hits_in_words(row.vehicle.risk_hits.select_related("vehicle")),
            "before": row.vehicle.inspections.exclude(pk=row.pk).order_by("-ordered_at"),
            "now": timezone.now(),
        }
        return render(request, "checkpoint/inspection.html", values)


class OnInspection(Act):
    """A verb on one work order."""

    may = staticmethod(permissions.check_can_inspect)

    def find(self) -> None:
        """The order."""
        self.inspection = inspection_of(self.request, self.kwargs["inspection"])
        self.names = {"vin": self.inspection.vehicle.vin}

    def check(self) -> None:
        """The verb's own permission."""
        self.may(self.request.user, self.inspection.vehicle.declaration)

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
