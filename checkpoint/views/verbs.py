"""The verbs of the desk: each is one page that asks and one action that does."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoint import forms
from checkpoint.views.dossier import declaration_of, problem_sentences, vehicle_of
from checkpoint.views.frame import Act
from declarations import actions, permissions
from declarations.clearance import decisions, holds, inspections
from declarations.lifecycle import CLOSED_VEHICLE, CheckStatus
from declarations.models import Declaration, Hold
from declarations.words import Agency


class OnDeclaration(Act):
    """A verb on a declaration that this officer may see."""

    may = staticmethod(permissions.check_can_decide)

    def find(self) -> None:
        """The declaration."""
        self.declaration = declaration_of(self.request, self.kwargs["reference"])
        self.names = {"reference": self.declaration.reference, "exporter": self.declaration.organisation}

    def check(self) -> None:
        """The verb's own permission."""
        self.may(self.request.user, self.declaration)

    def back(self) -> str:
        """To the declaration."""
        return reverse("checkpoint:declaration", args=[self.declaration.reference])


class OnVehicle(Act):
    """A verb on one vehicle."""

    may = staticmethod(permissions.check_can_hold)

    def find(self) -> None:
        """The vehicle."""
        self.vehicle = vehicle_of(self.request, self.kwargs["reference"], self.kwargs["vin"])
        self.names = {"vin": self.vehicle.vin, "reference": self.vehicle.declaration.reference}

    def check(self) -> None:
        """The verb's own permission."""
        self.may(self.request.user, self.vehicle.declaration)

    def back(self) -> str:
        """To the vehicle."""
        return reverse("checkpoint:vehicle", args=[self.vehicle.declaration.reference, self.vehicle.vin])


class PlaceHold(OnDeclaration):
    """Block the whole declaration."""

    form_class = forms.HoldForm
    may = staticmethod(permissions.check_can_hold)
    title = _("Place a hold on %(reference)s")
    lead = _("No vehicle of this declaration passes until somebody else lifts it.")
    button = _("Place the hold")
    done = _("The hold on %(reference)s stands.")
    is_destructive = True

    def act(self, form: Any) -> None:
        """Place it."""
        _place(self.declaration.pk, None, form, self.request.user)


class PlaceVehicleHold(OnVehicle):
    """Block one vehicle."""

    form_class = forms.HoldForm
    title = _("Place a hold on %(vin)s")
    lead = _("This vehicle does not pass until somebody else lifts it. The others of the declaration go on.")
    button = _("Place the hold")
    done = _("The hold on %(vin)s stands.")
    is_destructive = True

    def act(self, form: Any) -> None:
        """Place it."""
        _place(self.vehicle.declaration_id, self.vehicle.pk, form, self.request.user)


class LiftHold(Act):
    """Take a hold away; never one's own."""

    title = _("Lift the hold on %(what)s")
    lead = _("%(why)s. Placed by %(who)s.")
    button = _("Lift the hold")
    done = _("The hold on %(what)s was lifted.")

    def find(self) -> None:
        """A hold on a declaration that this officer may see."""
        rows = Hold.objects.select_related("declaration", "vehicle", "reason", "placed_by")
        seen = Declaration.objects.for_officer(self.request.user).order_by()
        self.hold = get_object_or_404(rows, declaration__in=seen, public_id=self.kwargs["hold"])
        what = self.hold.vehicle or self.hold.declaration
        self.names = {"what": what, "why": self.hold, "who": self.hold.placed_by.get_username()}

    def check(self) -> None:
        """Somebody else than who placed it."""
        permissions.check_can_lift(self.request.user, self.hold)

    def act(self, form: Any) -> None:
        """Lift it."""
        holds.lift(
            public_id=self.hold.public_id,
            by=self.by,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )

    def back(self) -> str:
        """To the declaration."""
        return reverse("checkpoint:declaration", args=[self.hold.declaration.reference])


class Release(OnDeclaration):
    """Let the whole declaration's vehicles be presented."""

    result = "RELEASE"
    title = _("Release %(reference)s")
    lead = _("Its vehicles get their passes and may be presented at the gate.")
    button = _("Release")
    done = _("%(reference)s is released.")

    def act(self, form: Any) -> None:
        """Decide."""
        decisions.decide(
            declaration_id=self.declaration.pk,
            result=self.result,
            reason=form.cleaned_data["reason"],
            by=self.by,
            now=timezone.now(),
        )


class Refuse(Release):
    """Refuse the whole declaration."""

    result = "REFUSE"
    form_class = forms.TextForm
    title = _("Refuse %(reference)s")
    lead = _("None of its vehicles may leave; its passes are revoked. The exporter may appeal within the term.")
    button = _("Refuse")
    done = _("%(reference)s is refused.")
    is_destructive = True


class RequestDocuments(OnDeclaration):
    """Ask for papers, of the whole or of single vehicles."""

    form_class = forms.DocumentsForm
    title = _("Request documents for %(reference)s")
    lead = _("The exporter is told at once, with the time he has.")
    button = _("Request")
    done = _("The documents are asked for.")

    def form_options(self) -> dict[str, Any]:
        """Vehicles that are still to come."""
        rows = self.declaration.vehicles.exclude(status__in=CLOSED_VEHICLE).order_by("position", "id")
        return {"vehicles": [(row.vin, f"{row.vin} · {row.make} {row.model}") for row in rows]}

    def act(self, form: Any) -> None:
        """Ask."""
        values = form.cleaned_data
        decisions.decide(
            declaration_id=self.declaration.pk,
            result="REQUEST_DOCUMENTS",
            reason=values["reason"],
            vins=values["vehicles"] or None,
            documents=form.documents(),
            due_at=values["due_at"],
            by=self.by,
            now=timezone.now(),
        )


class AcceptPapers(OnDeclaration):
    """Close the document checks of named vehicles as accepted."""

    result = "RELEASE"
    form_class: type[forms.VehiclesForm] = forms.AcceptForm
    title = _("Accept documents")
    lead = _("The document checks of the ticked vehicles of %(reference)s are closed.")
    button = _("Accept")
    done = _("The documents are accepted.")

    def form_options(self) -> dict[str, Any]:
        """Vehicles with an open check."""
        rows = self.declaration.vehicles.filter(checks__status=CheckStatus.OPEN).order_by("position", "id").distinct()
        return {"vehicles": [(row.vin, f"{row.vin} · {row.make} {row.model}") for row in rows]}

    def act(self, form: Any) -> None:
        """Decide."""
        decisions.decide(
            declaration_id=self.declaration.pk,
            result=self.result,
            reason=form.cleaned_data["reason"],
            vins=form.cleaned_data["vehicles"],
            by=self.by,
            now=timezone.now(),
        )


class RefusePapers(AcceptPapers):
    """Close them as refused: those vehicles are withdrawn, the others go on."""

    result = "REFUSE"
    form_class = forms.VehiclesForm
    title = _("Refuse documents")
    lead = _("The ticked vehicles of %(reference)s are withdrawn; the others go on.")
    button = _("Refuse")
    done = _("The documents are refused.")
    is_destructive = True


class ConfirmOverdue(OnDeclaration):
    """The exporter did not answer in time."""

    form_class = forms.TextForm
    title = _("Confirm that the time of %(reference)s is over")
    lead = _("The exporter did not answer in time. The declaration is refused; he may appeal within the term.")
    button = _("Refuse")
    done = _("%(reference)s is refused.")
    is_destructive = True

    def act(self, form: Any) -> None:
        """Confirm."""
        decisions.confirm_overdue(
            declaration_id=self.declaration.pk,
            reason=form.cleaned_data["reason"],
            by=self.by,
            now=timezone.now(),
        )


class GrantAppeal(OnDeclaration):
    """A supervisor lets a refusal be looked at again."""

    may = staticmethod(permissions.check_can_grant_appeal)
    title = _("Grant the appeal of %(reference)s")
    lead = _("The declaration goes back under control and is decided anew.")
    button = _("Grant")
    done = _("%(reference)s is under control again.")

    def act(self, form: Any) -> None:
        """Grant."""
        decisions.grant_appeal(
            declaration_id=self.declaration.pk,
            reason=form.cleaned_data["reason"],
            by=self.by,
            now=timezone.now(),
        )


class AcceptProblem(OnDeclaration):
    """Accept a problem that may have a legal exception; `?vin=…&code=…` names it."""

    may = staticmethod(permissions.check_can_accept_problem)
    title = _("Accept a problem of %(vin)s")
    lead = _("%(problem)s")
    button = _("Accept")
    done = _("Accepted; from now on it is a warning and stops nobody.")

    def find(self) -> None:
        """The problem of a vehicle of this declaration."""
        super().find()
        wanted = self.request.GET
        self.vin, self.code = wanted.get("vin", ""), wanted.get("code", "")
        sentence = problem_sentences(self.declaration, timezone.now()).get((self.vin, self.code))
        if sentence is None:
            raise Http404
        self.names |= {"vin": self.vin, "problem": sentence}

    def act(self, form: Any) -> None:
        """Accept."""
        actions.accept_problem(
            declaration_id=self.declaration.pk,
            vin=self.vin,
            code=self.code,
            reason=form.cleaned_data["reason"],
            by=self.by,
            now=timezone.now(),
        )


class OrderInspection(OnVehicle):
    """Have a vehicle examined."""

    form_class = forms.OrderForm
    may = staticmethod(permissions.check_can_order_inspection)
    title = _("Order an inspection of %(vin)s")
    lead = _("It does not pass before the inspection. The exporter sees the order once the vehicle is in the yard.")
    button = _("Order")
    done = _("An inspection of %(vin)s is ordered.")

    def form_options(self) -> dict[str, Any]:
        """The agencies for which this officer may order."""
        declaration = self.vehicle.declaration
        may = permissions.can_order_inspection
        return {"agencies": [each.value for each in Agency if may(self.request.user, declaration, each)]}

    def act(self, form: Any) -> None:
        """Order."""
        inspections.order(
            vehicle_id=self.vehicle.pk,
            text=form.cleaned_data["because"],
            agency=form.cleaned_data["agency"],
            checks=form.cleaned_data["checks"],
            by=self.by,
            now=timezone.now(),
        )


class Detain(OnVehicle):
    """A supervisor keeps a referred vehicle."""

    may = staticmethod(permissions.check_can_detain)
    title = _("Detain %(vin)s")
    lead = _("The vehicle stays in the port until a supervisor ends the detention.")
    button = _("Detain")
    done = _("%(vin)s is detained.")
    is_destructive = True

    def act(self, form: Any) -> None:
        """Detain."""
        decisions.detain(
            vehicle_id=self.vehicle.pk,
            reason=form.cleaned_data["reason"],
            by=self.by,
            now=timezone.now(),
        )


class EndDetention(OnVehicle):
    """A supervisor lets a detained vehicle go."""

    form_class = forms.DetentionEndForm
    may = staticmethod(permissions.check_can_detain)
    title = _("End the detention of %(vin)s")
    lead = _("Say what happens to the vehicle.")
    button = _("End the detention")
    done = _("The detention of %(vin)s has ended.")

    def act(self, form: Any) -> None:
        """End it."""
        decisions.end_detention(
            vehicle_id=self.vehicle.pk,
            withdrawn=form.cleaned_data["how"] == "WITHDRAWN",
            reason=form.cleaned_data["reason"],
            by=self.by,
            now=timezone.now(),
        )


class RecordReturn(OnVehicle):
    """The neighbour refused entry."""

    may = staticmethod(permissions.check_can_record_return)
    title = _("Record %(vin)s as returned")
    lead = _("The neighbour sent the vehicle back. The exporter can declare it again.")
    button = _("Record")
    done = _("%(vin)s is recorded as returned.")

    def act(self, form: Any) -> None:
        """Record it."""
        decisions.record_return(
            vehicle_id=self.vehicle.pk,
            reason=form.cleaned_data["reason"],
            by=self.by,
            now=timezone.now(),
        )


def _place(declaration_id: int, vehicle_id: int | None, form: Any, user: Any) -> None:
    values = form.cleaned_data
    holds.place(
        declaration_id=declaration_id,
        vehicle_id=vehicle_id,
        reason_code=values["reason_code"].pk,
        text=values["text"],
        public_text=values["public_text"],
        by=user,
        now=timezone.now(),
    )
