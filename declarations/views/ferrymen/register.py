"""The register: the list, one ferryman, his card, his days in Kazakhstan."""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from declarations import permissions, persons
from declarations.actions import ferrymen
from declarations.errors import DomainError
from declarations.forms import OrganisationForm
from declarations.forms.ferrymen import CardForm, CrewForm, ReturnsForm
from declarations.models import CrewLink, CrewMember, digest
from declarations.models.stays import days_of_ferrymen
from declarations.views.frame import attempt, page, person

PER_PAGE = 50
MOST_TRIPS = 20
SOON = timedelta(days=60)
"""How long before its last day a paper is named: a new passport takes weeks."""


@page("GET")
def index(request: HttpRequest) -> HttpResponse:
    """All ferrymen of this person's organisations, as far as they are looked for."""
    everybody = CrewMember.objects.visible_to(request.user).select_related("organisation")
    text, is_past = request.GET.get("q", "").strip()[:64], "past" in request.GET
    rows = everybody.filter(retired_at__isnull=not is_past)
    found: Any = _found(rows, text) if text else rows.order_by("pk")
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    days = days_of_ferrymen([row.ferryman_id for row in shown], on=today, now=timezone.now())
    context = {
        "rows": [
            {"member": row, "days": days[row.ferryman_id], "papers": papers_of(row, today=today)} for row in shown
        ],
        "page_obj": shown,
        "total": shown.paginator.count,
        "now": timezone.now(),
        "q": text,
        "is_past": is_past,
        "is_empty": not shown.paginator.count and not text and not is_past,
        "may_declare": bool(permissions.declares_for(request.user)),
        "most_days": persons.DAYS_IN_WINDOW,
    }
    return render(request, "declarations/ferrymen/index.html", context)


@page("GET", "POST")
def new(request: HttpRequest) -> HttpResponseBase:
    """Enter a ferryman."""
    return _entry(request, None)


@page("GET", "POST")
def edit(request: HttpRequest, member: uuid.UUID) -> HttpResponseBase:
    """Change what the register says of him; vehicles keep their snapshots."""
    return _entry(request, find_member(request, member))


@page("GET")
def show(request: HttpRequest, member: uuid.UUID) -> HttpResponse:
    """One ferryman, his facts in full; that they were opened is written down."""
    row = find_member(request, member)
    ferrymen.look(member_id=row.pk, by=person(request), now=timezone.now())
    return render(request, "declarations/ferrymen/member.html", _context(request, row, CardForm()))


@page("POST")
def retire(request: HttpRequest, member: uuid.UUID) -> HttpResponseBase:
    """He drives no more."""
    return _act(request, member, ferrymen.retire, _("%(name)s drives no more for you. His trips stay."))


@page("POST")
def take_back(request: HttpRequest, member: uuid.UUID) -> HttpResponseBase:
    """He drives again."""
    return _act(request, member, ferrymen.take_back, _("%(name)s is back in the register."))


@page("POST")
def erase(request: HttpRequest, member: uuid.UUID) -> HttpResponseBase:
    """Erase what names him."""
    return _act(request, member, ferrymen.erase, _("Erased. Trips and days stay, without a name."))


@page("POST")
def make_link(request: HttpRequest, member: uuid.UUID) -> HttpResponseBase:
    """A link to his own page; the one before opens nothing any more."""
    return _act(request, member, ferrymen.make_link, _("%(name)s has a new link. Send it to him."))


@page("POST")
def lose_card(request: HttpRequest, member: uuid.UUID) -> HttpResponseBase:
    """His card is lost: one tap."""
    told = _("The card of %(name)s identifies nobody any more, at no gate. Enter the new one when he has it.")
    return _act(request, member, ferrymen.lose_card, told)


@page("POST")
def bind_card(request: HttpRequest, member: uuid.UUID) -> HttpResponseBase:
    """He has a new card."""
    row, form = find_member(request, member), CardForm(request.POST)
    if form.is_valid():
        card = form.cleaned_data["card"]
        try:
            ferrymen.bind_card(member_id=row.pk, card=card, by=person(request), now=timezone.now())
            messages.success(request, _("The new card counts from now on, at every gate."))
            return HttpResponseRedirect(reverse("declarations:ferryman", args=[row.public_id]))
        except DomainError as refusal:
            form.add_error("card", " ".join(each.message for each in refusal.problems) or str(refusal))
    return render(request, "declarations/ferrymen/member.html", _context(request, row, form))


def find_member(request: HttpRequest, public_id: uuid.UUID) -> CrewMember:
    """A ferryman of this person's organisations.

    Raises: Http404 for everybody else, as if he did not exist.
    """
    shown = CrewMember.objects.visible_to(request.user).select_related("organisation")
    return get_object_or_404(shown, public_id=public_id)


def papers_of(member: CrewMember, *, today: date) -> list[dict[str, Any]]:
    """Passport and licence if their last day is near or over."""
    days = ((_("Passport"), member.passport_expires_on), (_("Licence"), member.licence_expires_on))
    return [
        {"name": name, "day": day, "is_over": day < today}
        for name, day in days
        if day is not None and day <= today + SOON
    ]


def _found(rows: Iterable[CrewMember], text: str) -> list[CrewMember]:
    """Those with this passport or card, found by digest, and those with this in their names.

    Sealed text cannot be searched by the database: names are opened one by one, for a register holds few thousand.
    """
    code, name = digest(persons.normalise(text)), text.casefold()
    exact = set(rows.filter(Q(passport_digest=code) | Q(card_digest=digest(text))).values_list("pk", flat=True))  # type: ignore[attr-defined]
    return [row for row in rows if row.pk in exact or name in row.name.casefold()]


def _act(request: HttpRequest, member: uuid.UUID, action: Any, told: str) -> HttpResponseRedirect:
    row = find_member(request, member)
    if attempt(request, action, member_id=row.pk, by=person(request), now=timezone.now()):
        messages.success(request, told % {"name": row.shown_name})
    return HttpResponseRedirect(reverse("declarations:ferryman", args=[row.public_id]))


def _context(request: HttpRequest, row: CrewMember, card_form: CardForm) -> dict[str, Any]:
    today, now = timezone.localdate(), timezone.now()
    trips = ferrymen.trips_of([row])[row.pk]
    link = CrewLink.objects.live().filter(member=row).first()
    return {
        "member": row,
        "days": days_of_ferrymen([row.ferryman_id], on=today, now=now)[row.ferryman_id],
        "most_days": persons.DAYS_IN_WINDOW,
        "assumed_days": settings.ASSUMED_STAY_DAYS,
        "papers": papers_of(row, today=today),
        "trips": trips[:MOST_TRIPS],
        "more_trips": max(len(trips) - MOST_TRIPS, 0),
        "waiting": [trip for trip in trips[:MOST_TRIPS] if trip.returned_on is None],
        "link": request.build_absolute_uri(reverse("declarations:ferryman-own", args=[link.token])) if link else "",
        "card_form": card_form,
        "returns_form": ReturnsForm(today=today),
    }


def _entry(request: HttpRequest, row: CrewMember | None) -> HttpResponseBase:
    organisations = [row.organisation] if row else permissions.declares_for(request.user)
    if not organisations:
        raise PermissionDenied
    choice = OrganisationForm(request.POST or None, organisations) if len(organisations) > 1 else None
    failure = ""
    if request.method == "POST":
        form: Any = CrewForm(request.POST, is_new=row is None)
        if form.is_readable and (choice is None or choice.is_valid()):
            try:
                kept = ferrymen.keep(
                    organisation=organisations[0] if choice is None else choice.cleaned_data["organisation"],
                    values=form.body(),
                    member_id=row.pk if row else None,
                    by=person(request),
                    now=timezone.now(),
                )
                messages.success(request, _("%(name)s stands in the register.") % {"name": kept.name})
                return HttpResponseRedirect(reverse("declarations:ferryman", args=[kept.public_id]))
            except DomainError as refusal:
                failure = "" if refusal.problems else str(refusal)
                for problem in refusal.problems:
                    form.take(problem, problem.pointer.strip("/"))
    elif row is not None:
        form = CrewForm.of_member(row)
        ferrymen.look(member_id=row.pk, by=person(request), now=timezone.now())
    else:
        form = CrewForm(initial={"nationality": "CN", "language": "zh", "fee_currency": "CNY"})
    context = {"member": row, "form": form, "choice": choice, "failure": failure}
    return render(request, "declarations/ferrymen/entry.html", context)
