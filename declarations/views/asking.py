"""Acts that need a reason or a text: cancel, withdraw, renew a pass, appeal, ask an officer."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from declarations import actions
from declarations.clearance import inspections
from declarations.errors import DomainError
from declarations.forms import AskForm, ReasonForm, RepairForm
from declarations.models import Declaration
from declarations.problems import OVERRIDABLE
from declarations.views.frame import attempt, find_mine, find_vehicle, page, person
from declarations.views.marks import marked


@page("GET", "POST")
def cancel(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Call a declaration off."""
    declaration = find_mine(request, reference)
    words = {
        "title": _("Discard draft %(reference)s") if declaration.is_draft else _("Cancel declaration %(reference)s"),
        "text": _("All its vehicles leave it. Passes that were handed out stop working at once."),
        "button": _("Discard draft") if declaration.is_draft else _("Cancel declaration"),
        "done": _("Cancelled."),
        "destructive": True,
    }
    return _ask(request, declaration, ReasonForm(request.POST or None), words, actions.cancel)


@page("GET", "POST")
def withdraw(request: HttpRequest, reference: str, place: int) -> HttpResponseBase:
    """Take one vehicle out; the others go on."""
    declaration = find_mine(request, reference)
    vehicle = find_vehicle(declaration, place)
    words = {
        "title": _("Withdraw vehicle %(vin)s"),
        "text": _("It can be declared again later. Its pass no longer opens a gate; the other vehicles go on."),
        "button": _("Withdraw vehicle"),
        "done": _("Vehicle withdrawn."),
        "destructive": True,
        "vin": vehicle.vin,
    }
    form = ReasonForm(request.POST or None)
    return _ask(request, declaration, form, words, actions.withdraw_vehicle, vehicle_id=vehicle.pk)


@page("GET", "POST")
def appeal(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Ask the supervisor to look at a refusal again."""
    declaration = find_mine(request, reference)
    words = {
        "title": _("Appeal against the refusal of %(reference)s"),
        "text": _("A supervisor reads it and decides. You see the answer here."),
        "button": _("Send appeal"),
        "done": _("Appeal sent."),
        "until": declaration.appeal_until,
    }
    return _ask(request, declaration, ReasonForm(request.POST or None), words, actions.appeal)


@page("GET", "POST")
def ask(request: HttpRequest, reference: str, place: int, code: str) -> HttpResponseBase:
    """Put a problem that has legal exceptions on an officer's desk."""
    declaration = find_mine(request, reference)
    vehicle = find_vehicle(declaration, place)
    found = next(
        (row for row in marked(declaration, now=timezone.now()).vehicles if row.vehicle.pk == vehicle.pk), None
    )
    problem = next((each for each in found.errors if each.code == code), None) if found else None
    if code not in OVERRIDABLE or problem is None:
        raise Http404
    words = {
        "title": _("Ask an officer about %(vin)s"),
        "text": problem.message,
        "button": _("Send to the officer"),
        "done": _("Sent. Once the officer accepts it, the vehicle can be lodged."),
        "vin": vehicle.vin,
    }
    form = AskForm(request.POST or None)
    return _ask(request, declaration, form, words, actions.ask, vin=vehicle.vin, code=code)


@page("GET", "POST")
def repaired(request: HttpRequest, reference: str, place: int) -> HttpResponseBase:
    """Say that what the inspection found is repaired, and ask for it again."""
    declaration = find_mine(request, reference)
    vehicle = find_vehicle(declaration, place)
    words = {
        "title": _("Repaired: inspect %(vin)s again"),
        "text": _("The inspection officer reads it, and the vehicle moves up in his queue."),
        "button": _("Ask for the inspection"),
        "done": _("Asked for. Bring the vehicle to the inspection bay."),
        "vin": vehicle.vin,
    }
    form = RepairForm(request.POST or None)
    return _ask(request, declaration, form, words, inspections.say_repaired, vehicle_id=vehicle.pk)


@page("GET", "POST")
def renew(request: HttpRequest, reference: str, place: int) -> HttpResponseBase:
    """A new pass: the old one was lost or has run out."""
    declaration = find_mine(request, reference)
    vehicle = find_vehicle(declaration, place)
    here = reverse("declarations:pass", args=[reference, place])
    if request.method == "POST":
        options = {"vehicle_id": vehicle.pk, "by": person(request), "now": timezone.now()}
        if attempt(request, actions.renew_pass, **options):
            messages.success(request, _("New pass made. Hand it to the driver; the old one no longer works."))
            return HttpResponseRedirect(here)
        return HttpResponseRedirect(reverse("declarations:detail", args=[reference]))
    words = {
        "title": _("New pass for %(vin)s"),
        "text": _(
            "The pass that the driver has now stops working at once. A swap of driver or plate needs no new pass."
        ),
        "button": _("Make new pass"),
        "vin": vehicle.vin,
    }
    return _page(request, declaration, None, words, failure="")


def _ask(
    request: HttpRequest,
    declaration: Declaration,
    form: forms.Form,
    words: dict[str, Any],
    action: Callable[..., Any],
    **options: Any,
) -> HttpResponseBase:
    """Show the form, or call the one action with what it says."""
    failure = ""
    if request.method == "POST" and form.is_valid():
        try:
            action(
                declaration_id=declaration.pk, by=person(request), now=timezone.now(), **form.cleaned_data, **options
            )
            messages.success(request, words["done"])
            return HttpResponseRedirect(reverse("declarations:detail", args=[declaration.reference]))
        except DomainError as refusal:
            failure = str(refusal)
    return _page(request, declaration, form, words, failure=failure)


def _page(
    request: HttpRequest, declaration: Declaration, form: forms.Form | None, words: dict[str, Any], *, failure: str
) -> HttpResponse:
    title = words["title"] % {"reference": declaration.reference, "vin": words.get("vin", "")}
    context = {**words, "title": title, "declaration": declaration, "form": form, "failure": failure}
    return render(request, "declarations/reason.html", context)
