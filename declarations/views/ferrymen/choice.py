"""Naming a driver out of the register: one by choice on a vehicle's page, or a pool on the declaration's."""

import uuid
from operator import itemgetter

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from declarations.actions import ferrymen
from declarations.forms.ferrymen import MOST_OFFERED
from declarations.models import CrewMember, Declaration, PoolMember
from declarations.views.frame import attempt, find_mine, page, person

FIELD = "member"


def offered(declaration: Declaration) -> list[dict[str, str]]:
    """The ferrymen of a declaration's organisation by name, with no more of the passport than tells two apart."""
    rows = CrewMember.objects.active().filter(organisation=declaration.organisation_id)
    found = [
        {"id": str(row.public_id), "label": f"{row.name} · {row.passport_tail}"}
        for row in rows.only("public_id", "name", "passport_number")
    ]
    return sorted(found, key=itemgetter("label"))[:MOST_OFFERED]


def with_driver(declaration: Declaration, data: QueryDict) -> QueryDict:
    """What was sent, with the facts of the ferryman who was chosen in the driver's fields; else as it was sent."""
    member = _chosen(declaration, str(data.get(FIELD, "")))
    if member is None:
        return data
    filled = data.copy()
    for name, value in member.driver().items():
        filled[f"driver-{name}"] = value or ""
    return filled


@page("GET", "POST")
def pool(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Of whom one may take each vehicle that names no driver."""
    declaration = find_mine(request, reference)
    if request.method == "POST":
        ids = [each for each in map(_as_uuid, request.POST.getlist(FIELD)[:MOST_OFFERED]) if each]
        options = {"members": ids, "by": person(request), "now": timezone.now()}
        if attempt(request, ferrymen.name_pool, declaration_id=declaration.pk, **options):
            messages.success(request, _("The pool is named. Send each of them his link."))
            return HttpResponseRedirect(reverse("declarations:detail", args=[reference]))
        return HttpResponseRedirect(reverse("declarations:pool", args=[reference]))
    named = PoolMember.objects.filter(declaration=declaration).values_list("member__public_id", flat=True)
    context = {"declaration": declaration, "crew": offered(declaration), "named": {str(each) for each in named}}
    return render(request, "declarations/ferrymen/pool.html", context)


def _chosen(declaration: Declaration, text: str) -> CrewMember | None:
    public_id = _as_uuid(text)
    if public_id is None:
        return None
    rows = CrewMember.objects.active().filter(organisation=declaration.organisation_id)
    return rows.filter(public_id=public_id).first()


def _as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
