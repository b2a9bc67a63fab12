"""A ferryman's own page: his vehicles, "I take this car", "I give it back", and the day on which he came back.

It names nobody but what he himself has to know of a vehicle: make, colour, plate, the last six of its VIN.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from declarations import persons
from declarations.actions import ferrymen
from declarations.errors import DomainError
from declarations.forms.ferrymen import ReturnsForm
from declarations.lifecycle import CLOSED_VEHICLE, HOLDING_VIN
from declarations.models import CrewLink, CrewMember, PoolMember, Vehicle
from declarations.models.stays import days_of_ferrymen
from declarations.models.vehicle import TAIL
from declarations.views.linked.frame import by_token

TOKEN = "ferryman_token"
MOST_SHOWN = 50


@by_token(TOKEN, CrewLink.objects.opened_by, "GET")
def show(request: HttpRequest, link: CrewLink) -> HttpResponseBase:
    """What he drives, what he may take, and how many days he has left."""
    return _page(request, link)


@by_token(TOKEN, CrewLink.objects.opened_by, "POST")
def take(request: HttpRequest, link: CrewLink) -> HttpResponseBase:
    """He takes the vehicle whose code he scanned or typed."""
    text = request.POST.get("code", "")
    return _act(request, link, lambda: ferrymen.take(link_id=link.pk, text=text, now=timezone.now()), typed=text)


@by_token(TOKEN, CrewLink.objects.opened_by, "POST")
def give_back(request: HttpRequest, link: CrewLink, vehicle: int) -> HttpResponseBase:
    """He does not drive it after all."""
    row = _his(link.member).filter(pk=vehicle).first()
    if row is None:
        return HttpResponseRedirect(_here(link))
    return _act(request, link, lambda: ferrymen.give_back(link_id=link.pk, vehicle_id=row.pk, now=timezone.now()))


@by_token(TOKEN, CrewLink.objects.opened_by, "POST")
def come_back(request: HttpRequest, link: CrewLink, vehicle: int) -> HttpResponseBase:
    """On which day he came back, by bus."""
    row, form = _his(link.member).filter(pk=vehicle).first(), ReturnsForm(request.POST)
    if row is None or not form.is_valid():
        return _page(request, link, failure=" ".join(map(str, form.errors.get("returned_on", []))))
    day = form.cleaned_data["returned_on"]
    return _act(
        request, link, lambda: ferrymen.come_back(link_id=link.pk, vehicle_id=row.pk, day=day, now=timezone.now())
    )


def _act(request: HttpRequest, link: CrewLink, action: Callable[[], object], *, typed: str = "") -> HttpResponseBase:
    try:
        action()
    except DomainError as refusal:
        told = " ".join(problem.message for problem in refusal.problems) or str(refusal)
        return _page(request, link, failure=told, typed=typed)
    return HttpResponseRedirect(_here(link))


def _here(link: CrewLink) -> str:
    return reverse("declarations:ferryman-own", args=[link.token])


def _his(member: CrewMember) -> Any:
    """What he drives for this organisation."""
    return Vehicle.objects.filter(driver__ferryman=member.ferryman_id, declaration__organisation=member.organisation_id)


def _page(request: HttpRequest, link: CrewLink, *, failure: str = "", typed: str = "") -> HttpResponse:
    member, now = link.member, timezone.now()
    today = timezone.localdate(now)
    going = _his(member).filter(declaration__status__in=HOLDING_VIN).exclude(status__in=CLOSED_VEHICLE)
    pools = PoolMember.objects.filter(member=member).values("declaration")
    pooled = set(pools.values_list("declaration", flat=True))
    waiting = Vehicle.objects.filter(declaration__in=pools, declaration__status__in=HOLDING_VIN)
    last = next((trip for trip in ferrymen.trips_of([member])[member.pk][:1] if trip.returned_on is None), None)
    context = {
        "link": link,
        "address": _here(link),
        "failure": failure,
        "typed": typed[:200],
        "vehicles": [
            {"vehicle": row, "tail": row.vin[-TAIL:], "may_give_back": row.declaration_id in pooled}
            for row in going.order_by("declaration", "position")[:MOST_SHOWN]
        ],
        "waiting": waiting.exclude(status__in=CLOSED_VEHICLE).exclude(driver__passport_digest__gt="").count(),
        "days": days_of_ferrymen([member.ferryman_id], on=today, now=now)[member.ferryman_id],
        "most_days": persons.DAYS_IN_WINDOW,
        "last": last,
        "returns_form": ReturnsForm(today=today),
        "now": now,
    }
    return render(request, "declarations/linked/ferryman.html", context)
