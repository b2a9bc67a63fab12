"""The importer's page: where the vehicle is, and the hand-over. No price, no name, no whole VIN."""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations import tracking
from declarations.actions import handing_over
from declarations.errors import DomainError
from declarations.forms.handing_over import AnswerForm
from declarations.lifecycle import Machine
from declarations.models import HandOver, HandOverPhoto, History, Link, Vehicle
from declarations.tracking import Step
from declarations.views.linked.driver import TAIL
from declarations.views.linked.frame import by_link, sent_photos
from declarations.words import Audience, Side

MOST_BESIDE = 50
"""Vehicles of the same declaration that the page names; no declaration of a driver's link is longer on a phone."""

SIDES = {
    Side.DEPARTURE: (_("At departure"), _("Photo %(n)s at departure")),
    Side.ARRIVAL: (_("On arrival"), _("Photo %(n)s on arrival")),
}
"""What stands above the photos of each side, and in the place of one that does not load."""


@by_link(Audience.IMPORTER, "GET", "POST")
def show(request: HttpRequest, link: Link) -> HttpResponseBase:
    """The way of the vehicle; once it is out, the answer to it."""
    now = timezone.now()
    may = handing_over.may_answer(link.vehicle, now=now)
    form = AnswerForm(may, request.POST if request.method == "POST" else None)
    failure = ""
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            handing_over.answer(
                link_id=link.pk,
                result=values["result"],
                remarks=values["remarks"],
                code=values["code"],
                contents=sent_photos(request),
                now=now,
            )
            return HttpResponseRedirect(reverse("declarations:importer", args=[link.token]))
        except DomainError as refusal:
            failure = "" if refusal.problems else str(refusal)
            form.tell(refusal.problems)
    elif request.method == "POST" and not may:
        return HttpResponseRedirect(reverse("declarations:importer", args=[link.token]))
    return render(request, "declarations/linked/importer.html", _context(link, form, failure, now=now))


@by_link(Audience.IMPORTER, "GET")
def photo(request: HttpRequest, link: Link, photo: uuid.UUID) -> HttpResponseBase:
    """One photo of this vehicle."""
    return picture(get_object_or_404(HandOverPhoto, public_id=photo, vehicle=link.vehicle))


def picture(row: HandOverPhoto) -> HttpResponse:
    """A photo as it is kept."""
    answered = HttpResponse(row.photo, content_type="image/jpeg")
    answered["Cache-Control"] = "private, no-store"
    return answered


def photo_sides(vehicle: Vehicle, route: str, *address: object) -> list[dict[str, Any]]:
    """The photos of each end of the way for `_photos.html`, none while there is none. route, address: of one photo."""
    rows = list(HandOverPhoto.objects.filter(vehicle=vehicle).listed())
    return [
        {
            "title": title,
            "photos": [
                {"photo": row, "href": reverse(route, args=[*address, row.public_id]), "alt": str(alt) % {"n": n}}
                for n, row in enumerate((row for row in rows if row.side == side), 1)
            ],
        }
        for side, (title, alt) in SIDES.items()
        if rows
    ]


def _context(link: Link, form: AnswerForm, failure: str, *, now: datetime) -> dict[str, Any]:
    vehicle, declaration = link.vehicle, link.vehicle.declaration
    here = tracking.reached(vehicle_status=vehicle.status, declaration_status=declaration.status)
    beside = Vehicle.objects.filter(declaration=declaration).exclude(pk=vehicle.pk).order_by("position", "pk")
    return {
        "address": reverse("declarations:importer", args=[link.token]),
        "token": link.token,
        "vehicle": _named(vehicle),
        "colour": vehicle.colour,
        "port": declaration.port.name if declaration.port else "",
        "way": tracking.way(here, _moments(vehicle)) if here else [],
        "off": tracking.OFF.get(vehicle.status, ""),
        "answers": list(HandOver.objects.filter(vehicle=vehicle)),
        "may_answer": bool(form.fields["result"].choices),  # type: ignore[attr-defined]
        "has_code": hasattr(vehicle, "hand_over_code"),
        "photo_sides": photo_sides(vehicle, "declarations:importer-photo", link.token),
        "beside": [_beside(each, declaration.status) for each in beside[:MOST_BESIDE]],
        "form": form,
        "failure": failure,
        "now": now,
    }


def _named(vehicle: Vehicle) -> dict[str, str]:
    return {"name": f"{vehicle.make} {vehicle.model}".strip(), "vin_tail": vehicle.vin[-TAIL:]}


def _beside(vehicle: Vehicle, declaration_status: str) -> dict[str, Any]:
    here = tracking.reached(vehicle_status=vehicle.status, declaration_status=declaration_status)
    return {**_named(vehicle), "step": here.label if here else ""}


def _moments(vehicle: Vehicle) -> dict[Step, datetime]:
    """When the vehicle came to each step, the last time where it came twice."""
    declaration = vehicle.declaration
    told = {Step.DECLARED: declaration.lodged_at, Step.RELEASED: declaration.released_at}
    rows = History.objects.filter(machine=Machine.VEHICLE, subject_id=vehicle.pk, to_status__in=tracking.ARRIVALS)
    for status, at in rows.order_by("id").values_list("to_status", "at"):
        told[tracking.ARRIVALS[status]] = at
    return {step: at for step, at in told.items() if at is not None}
