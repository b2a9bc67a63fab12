"""Ways home: who is still out, and the day on which one or several came back by bus."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declarations.actions import ferrymen
from declarations.errors import DomainError
from declarations.forms.ferrymen import ReturnsForm
from declarations.models import CrewMember, Vehicle
from declarations.views.ferrymen.register import find_member
from declarations.views.frame import attempt, page, person

MOST_SHOWN = 200


@page("GET", "POST")
def index(request: HttpRequest) -> HttpResponseBase:
    """Everybody whose way home is not recorded; or record it for those who are ticked."""
    form, failure = ReturnsForm(today=timezone.localdate()), ""
    ticked = {text for text in request.POST.getlist("vehicle") if text.isdecimal() and len(text) < 19}
    if request.method == "POST":
        form = ReturnsForm(request.POST)
        mine = Vehicle.objects.visible_to(request.user).filter(pk__in=ticked).values_list("pk", flat=True)
        if not ticked:
            failure = _("Tick who came back.")
        elif form.is_valid():
            days = dict.fromkeys(mine, form.cleaned_data["returned_on"])
            try:
                count = ferrymen.record_returns(returns=days, by=person(request), now=timezone.now())
                messages.success(
                    request,
                    ngettext("%(count)s return recorded.", "%(count)s returns recorded.", count) % {"count": count},
                )
                return HttpResponseRedirect(_back(request))
            except DomainError as refusal:
                told = dict.fromkeys(each.message for each in refusal.problems)
                failure = " ".join(told) or str(refusal)
    context = {"form": form, "failure": failure, "rows": _waiting(request), "ticked": {int(text) for text in ticked}}
    return render(request, "declarations/ferrymen/returns.html", context)


@page("POST")
def annul(request: HttpRequest, member: uuid.UUID, vehicle: int) -> HttpResponseBase:
    """A return was recorded by mistake."""
    row = find_member(request, member)
    his = get_object_or_404(Vehicle.objects.visible_to(request.user), pk=vehicle, driver__ferryman=row.ferryman_id)
    if attempt(request, ferrymen.annul_return, vehicle_id=his.pk, by=person(request), now=timezone.now()):
        messages.success(request, _("The return was taken back. His days are estimated again."))
    return HttpResponseRedirect(reverse("declarations:ferryman", args=[row.public_id]))


def _back(request: HttpRequest) -> str:
    """The page the form stands on: a ferryman's own, or the list."""
    member = request.POST.get("member", "")
    try:
        return reverse("declarations:ferryman", args=[uuid.UUID(member)])
    except ValueError:
        return reverse("declarations:returns")


def _waiting(request: HttpRequest) -> list[dict[str, Any]]:
    """Each ferryman's last trip if it has no way home yet, the latest first: one before it ended at the next."""
    members = list(CrewMember.objects.visible_to(request.user).active())
    trips = ferrymen.trips_of(members)
    last = [(row, trip) for row in members for trip in trips[row.pk][:1] if trip.returned_on is None]
    last.sort(key=lambda each: each[1].exited_at, reverse=True)
    return [{"member": row, "trip": trip} for row, trip in last[:MOST_SHOWN]]
