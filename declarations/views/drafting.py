"""Drafts: begin one, fill in its header section by section, copy an older one. After lodging the same pages amend."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from declarations import actions, acts, checks, permissions
from declarations.errors import DomainError
from declarations.forms import ArrivalForm, OrganisationForm, Section, section
from declarations.forms.header import SECTIONS
from declarations.models import Declaration, Organisation, Vehicle, load_reference
from declarations.problems import Problem, errors
from declarations.views.foretelling import SENT, ask_first, is_asking
from declarations.views.frame import find, find_mine, page, person
from declarations.views.keeping import Kept, keep_section, key_of, mark, new_key, seen_of
from declarations.words import Direction, Mode

MOST_RECENT = 3
NEXT = {"route": "contract", "contract": ""}
"""The section behind each; behind the last one stand the vehicles."""


@page("GET", "POST")
def new(request: HttpRequest) -> HttpResponseBase:
    """Begin a draft with its route; whatever was typed is kept, however incomplete."""
    organisations = permissions.declares_for(request.user)
    if not organisations:
        raise PermissionDenied
    choice = OrganisationForm(request.POST or None, organisations)
    failure = ""
    if request.method == "POST":
        part = section("route", data=request.POST)
        chosen = _chosen(organisations, choice)
        if chosen is not None and part.is_readable:
            try:
                draft = _begun(request, chosen, part)
            except DomainError as refusal:
                failure = str(refusal)
            else:
                return _after(request, draft, part)
    else:
        part = section("route", body=_defaults(request))
    context = {
        "part": part,
        "choice": choice if len(organisations) > 1 else None,
        "failure": failure,
        "key": new_key(request),
        "kept": Kept(),
        "check_href": reverse("declarations:check-new"),
        "back_href": reverse("declarations:list"),
        "is_draft": True,
        "items": _items(part),
    }
    return render(request, "declarations/section.html", context)


@page("POST")
def check_new(request: HttpRequest) -> HttpResponse:
    """What is wrong with the route so far; with the key of its page a draft is begun, so that nothing typed is lost."""
    part = section("route", data=request.POST)
    organisations = permissions.declares_for(request.user)
    chosen = _chosen(organisations, OrganisationForm(request.POST, organisations))
    draft = None
    if key_of(request) is not None and chosen is not None and part.is_readable:
        try:
            draft = _begun(request, chosen, part)
        except DomainError as refusal:
            return _told(request, part, {}, Kept(refusal=str(refusal)))
    if draft is None:
        return _told(request, part, {}, None)
    answered = _told(request, part, {}, Kept(mark(draft.header(), part.body()), timezone.now()))
    answered["HX-Replace-Url"] = reverse("declarations:section", args=[draft.reference, part.code])
    return answered


@page("GET", "POST")
def edit(request: HttpRequest, reference: str, code: str) -> HttpResponseBase:
    """One section of the header: of a draft, or as an amendment of what was lodged."""
    declaration = find_mine(request, reference)
    if code not in SECTIONS:
        raise Http404
    failure = ""
    if request.method == "POST":
        part = section(code, data=request.POST)
        if part.is_readable and not is_asking(request):
            body = _recent(request, declaration) if "use" in request.POST else part.body()
            try:
                if asked := ask_first(request, declaration, body):
                    return asked
                declaration = actions.amend(
                    declaration_id=declaration.pk,
                    body=body,
                    seen=None if "use" in request.POST else seen_of(request),
                    key=key_of(request),
                    by=person(request),
                    now=timezone.now(),
                )
                return _after(request, declaration, part)
            except DomainError as refusal:
                failure = _taken(part, refusal)
    else:
        part = section(code, body=declaration.header())
        part.take(_problems(declaration.header()), all_of_them="check" in request.GET)
    context = {
        "declaration": declaration,
        "part": part,
        "failure": failure,
        "key": new_key(request) if declaration.is_draft else "",
        "kept": Kept(mark(declaration.header(), part.body())) if declaration.is_draft else None,
        "check_href": reverse("declarations:check-section", args=[reference, code]),
        "back_href": reverse("declarations:detail", args=[reference]),
        "next_href": _next_href(declaration, code),
        "is_draft": declaration.is_draft,
        "items": _items(part) if request.method == "POST" or "check" in request.GET else [],
        "recent": _recent_consignees(request, declaration) if code == "contract" else [],
    }
    return render(request, "declarations/section.html", context)


@page("POST")
def check(request: HttpRequest, reference: str, code: str) -> HttpResponse:
    """What is wrong with one section as it is typed; into a draft it is stored at once, for pages that ask for it."""
    declaration = find_mine(request, reference)
    if code not in SECTIONS:
        raise Http404
    part = section(code, data=request.POST)
    kept = keep_section(request, declaration, part.body()) if part.is_readable else None
    return _told(request, part, declaration.header(), kept)


@page("GET", "POST")
def arrival(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Change the planned arrival of a declaration that is with customs; the passes follow."""
    declaration = find_mine(request, reference)
    form = ArrivalForm.of(declaration.header()) if request.method == "GET" else ArrivalForm(request.POST)
    part = Section("arrival", _("Planned arrival"), [form])
    failure = ""
    if request.method == "POST" and part.is_readable and not is_asking(request):
        try:
            if asked := ask_first(request, declaration, part.body()):
                return asked
            actions.amend(declaration_id=declaration.pk, body=part.body(), by=person(request), now=timezone.now())
            messages.success(request, _("Planned arrival changed."))
            return HttpResponseRedirect(reverse("declarations:detail", args=[reference]))
        except DomainError as refusal:
            failure = _taken(part, refusal)
    context = {
        "declaration": declaration,
        "part": part,
        "failure": failure,
        "back_href": reverse("declarations:detail", args=[reference]),
        "is_draft": False,
        "items": _items(part) if request.method == "POST" else [],
    }
    return render(request, "declarations/section.html", context)


@page("GET", "POST")
def copy(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Declare again: everything but the passes and the arrival is there already; all vehicles, or those chosen."""
    declaration = find_mine(request, reference)
    vehicles = list(declaration.vehicles.order_by("position", "pk"))
    if request.method == "GET":
        return _choose(request, declaration, vehicles, [])
    places = {int(place) for place in request.POST.getlist("vehicle") if place.isdecimal() and len(place) < 7}
    known = {row.position for row in vehicles}
    if not places <= known or ("chosen" in request.POST and not places):
        first = f"#vehicle_{min(known)}" if known else ""
        return _choose(request, declaration, vehicles, [{"text": _("Choose at least one vehicle."), "href": first}])
    try:
        draft = actions.copy(
            declaration_id=declaration.pk,
            vehicle_ids=[row.pk for row in vehicles if row.position in places] if places else None,
            by=person(request),
            now=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("declarations:detail", args=[reference]))
    messages.success(request, _("Copied into a new draft. Enter the planned arrival, check and lodge."))
    return HttpResponseRedirect(reverse("declarations:detail", args=[draft.reference]))


def _choose(
    request: HttpRequest, declaration: Declaration, vehicles: list[Vehicle], items: list[dict[str, str]]
) -> HttpResponse:
    context = {
        "declaration": declaration,
        "vehicles": vehicles,
        "chosen": set() if items else _again(vehicles),
        "items": items,
    }
    return render(request, "declarations/copy.html", context)


def _again(vehicles: list[Vehicle]) -> set[int]:
    """Places that are ticked at first: what did not get through, or else all of them."""
    back = {row.position for row in vehicles if acts.may_return(row.status)}
    return back or {row.position for row in vehicles}


def _defaults(request: HttpRequest) -> dict[str, Any]:
    """What this person declared last is the best guess of what comes next."""
    last = Declaration.objects.visible_to(request.user).filter(created_by=request.user.pk).order_by("-pk").first()
    guess = {"direction": Direction.EXPORT.value, "mode": Mode.SELF_DRIVE.value}
    if last is not None:
        guess |= {"port": last.port_id or "", "destination_country": last.destination_country}
    return guess


def _problems(header: Mapping[str, Any]) -> list[Problem]:
    return checks.check_header(header, load_reference(), timezone.localdate())


def _chosen(organisations: list[Organisation], choice: OrganisationForm) -> Organisation | None:
    """For whom this person declares: the only one there is, or who was chosen."""
    if len(organisations) == 1:
        return organisations[0]
    return choice.cleaned_data["organisation"] if organisations and choice.is_valid() else None


def _begun(request: HttpRequest, organisation: Organisation, part: Section) -> Declaration:
    return actions.begin_draft(
        organisation=organisation, body=part.body(), key=key_of(request), by=person(request), now=timezone.now()
    )


def _told(request: HttpRequest, part: Section, header: Mapping[str, Any], kept: Kept | None) -> HttpResponse:
    """The message slots of a section, swapped in beside the inputs."""
    if part.is_readable:
        part.take(_problems({**header, **part.body()}), all_of_them="checked" in request.POST)
    return render(request, "declarations/_slots.html", {"forms": part.forms, "kept": kept})


def _taken(part: Section, refusal: DomainError) -> str:
    """Tell a refusal at the fields it is about; what remains is one sentence above them."""
    left = part.take(list(refusal.problems))
    return " ".join([str(refusal), *(problem.message for problem in errors(left))])


def _items(part: Section) -> list[dict[str, str]]:
    return [
        {"label": str(bound.label), "text": str(text), "href": f"#{bound.id_for_label}"}
        for form in part.forms
        for bound in form
        for text in bound.errors
    ]


def _after(request: HttpRequest, declaration: Declaration, part: Section) -> HttpResponseRedirect:
    """Where to go once a section is stored: on, back to the task list, or here again for what needs repair."""
    detail = reverse("declarations:detail", args=[declaration.reference])
    here = reverse("declarations:section", args=[declaration.reference, part.code])
    if not declaration.is_draft:
        again = _("Changed. Customs looks at it again.")
        messages.success(request, again if SENT in request.POST else _("Changed. Nothing is looked at again."))
        return HttpResponseRedirect(detail)
    if "use" in request.POST:
        return HttpResponseRedirect(here)
    messages.success(request, _("Saved as draft."))
    if "later" in request.POST:
        return HttpResponseRedirect(detail)
    mine = {form.at + "/" + name for form in part.forms for name in form.fields}
    if any(problem.pointer in mine for problem in errors(_problems(declaration.header()))):
        return HttpResponseRedirect(f"{here}?check=1")
    return HttpResponseRedirect(_next_href(declaration, part.code))


def _next_href(declaration: Declaration, code: str) -> str:
    if NEXT.get(code):
        return reverse("declarations:section", args=[declaration.reference, NEXT[code]])
    return reverse("declarations:vehicles", args=[declaration.reference])


def _recent_consignees(request: HttpRequest, declaration: Declaration) -> list[Declaration]:
    """Whom this exporter delivered to before, for a draft that names nobody yet."""
    if declaration.consignee_name or not declaration.is_draft:
        return []
    rows = (
        Declaration.objects.visible_to(request.user)
        .filter(organisation=declaration.organisation_id)
        .exclude(consignee_name="")
        .order_by("consignee_name", "-pk")
        .distinct("consignee_name")
    )
    return list(rows[:MOST_RECENT])


def _recent(request: HttpRequest, declaration: Declaration) -> dict[str, Any]:
    """Consignee and terms of an older declaration of the same exporter."""
    if "\0" in request.POST["use"]:
        raise Http404
    older = find(request, request.POST["use"])
    if older.organisation_id != declaration.organisation_id:
        raise Http404
    header = older.header()
    return {name: header[name] for name in ("consignee", "incoterm", "incoterm_place", "currency")}
