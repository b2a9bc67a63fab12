"""The exporter's side of links: one for each driver, one for each importer, words to send, and the hand-over."""

import csv as tables
import io
import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from declarations import instructions, qr
from declarations.actions import handing_over, importers, linking
from declarations.errors import DomainError
from declarations.forms.importers import ImporterForm
from declarations.models import Declaration, HandOver, HandOverCode, HandOverPhoto, ImporterMail, Link, Vehicle
from declarations.spreadsheet.delimited import guarded
from declarations.views.frame import attempt, find_mine, find_vehicle, page, person
from declarations.views.linked.importer import photo_sides, picture
from declarations.words import Audience

PER_PAGE = 50
BOM = "\ufeff"
"""Without it Excel takes UTF-8 for the encoding of its own country."""

WORDS = {
    Audience.DRIVER: gettext_lazy(
        "%(vehicle)s …%(tail)s, %(port)s. Your pass and whether you may drive: %(url)s Open it before you set off and "
        "again before the gate. Opened once, it also works without a network."
    ),
    Audience.IMPORTER: gettext_lazy(
        "%(vehicle)s …%(tail)s. Where it is, and where you confirm the hand-over: %(url)s The code for it comes "
        "separately."
    ),
}
"""What goes into a chat beside the link."""

FIRST_OF_IMPORTERS = "ru"
"""What most of them read."""

ROUTES = {Audience.DRIVER: "declarations:driver", Audience.IMPORTER: "declarations:importer"}


@page("POST")
def importer(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Keep where the importer is written to, or write to him no more."""
    declaration = find_mine(request, reference)
    form = ImporterForm(request.POST)
    if form.is_valid():
        try:
            kept = importers.keep(
                declaration_id=declaration.pk, by=person(request), now=timezone.now(), **form.cleaned_data
            )
        except DomainError as refusal:
            form.tell(refusal.problems)
        else:
            said = _("The importer is written to from now on.") if kept else _("The importer is not written to.")
            messages.success(request, said)
            return HttpResponseRedirect(reverse("declarations:links", args=[reference]))
    return _overview(request, declaration, form, status=422)


@page("GET", "POST")
def of_declaration(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Which vehicles have links; or make those that are missing."""
    declaration = find_mine(request, reference)
    if request.method == "POST":
        asked = request.POST.get("audience", "")
        if asked in Audience.values:
            options = {"audience": Audience(asked), "by": person(request), "now": timezone.now()}
            attempt(request, linking.make_all, declaration_id=declaration.pk, **options)
        return HttpResponseRedirect(reverse("declarations:links", args=[reference]))
    known = ImporterMail.objects.filter(declaration=declaration).values("mail", "language").first()
    return _overview(request, declaration, ImporterForm(initial=known or {"language": FIRST_OF_IMPORTERS}))


def _overview(request: HttpRequest, declaration: Declaration, form: ImporterForm, *, status: int = 200) -> HttpResponse:
    vehicles = declaration.vehicles.exclude(status__in=linking.NOWHERE_TO_GO).order_by("position", "pk")
    shown = Paginator(vehicles, PER_PAGE).get_page(request.GET.get("page"))
    links = _live(declaration)
    context = {
        "declaration": declaration,
        "rows": [{"vehicle": row, "links": [_row(request, links, row, each) for each in Audience]} for row in shown],
        "page_obj": shown,
        "missing": {each.value: len({row.pk for row in vehicles} - links[each].keys()) for each in Audience},
        "may_make": not declaration.is_draft,
        "form": form,
    }
    answered = render(request, "declarations/links.html", context, status=status)
    answered["Cache-Control"] = "private, no-store"
    return answered


@page("GET")
def csv(request: HttpRequest, reference: str) -> HttpResponse:
    """Every driver's link as a table for a spreadsheet."""
    declaration = find_mine(request, reference)
    links = _live(declaration)[Audience.DRIVER]
    text = io.StringIO(BOM, newline="")
    text.seek(0, io.SEEK_END)
    table = tables.writer(text)
    table.writerow([_("VIN"), _("Vehicle"), _("Plate"), _("Driver"), _("Link")])
    for row in declaration.vehicles.select_related("driver").order_by("position", "pk"):
        if row.pk in links:
            driver = row.get_driver()
            named = (row.vin, f"{row.make} {row.model}", row.plate, driver.name if driver else "")
            table.writerow([*map(guarded, named), _url(request, links[row.pk])])
    answered = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    answered["Content-Disposition"] = f'attachment; filename="{reference}-driver-links.csv"'
    answered["Cache-Control"] = "private, no-store"
    return answered


@page("GET", "POST")
def of_vehicle(request: HttpRequest, reference: str, place: int) -> HttpResponseBase:
    """Both links of one vehicle with words to send, its hand-over and its photos; or a new link."""
    declaration = find_mine(request, reference)
    vehicle = find_vehicle(declaration, place)
    if request.method == "POST":
        asked = request.POST.get("audience", "")
        if asked in Audience.values:
            options = {"audience": Audience(asked), "by": person(request), "now": timezone.now()}
            attempt(request, linking.make, vehicle_id=vehicle.pk, **options)
        return HttpResponseRedirect(reverse("declarations:vehicle-links", args=[reference, place]))
    return _page(request, declaration, vehicle)


@page("POST")
def code(request: HttpRequest, reference: str, place: int) -> HttpResponseBase:
    """A new code for the importer: on this answer and nowhere else."""
    declaration = find_mine(request, reference)
    vehicle = find_vehicle(declaration, place)
    made = failure = ""
    try:
        made = handing_over.new_code(vehicle_id=vehicle.pk, by=person(request), now=timezone.now())
    except DomainError as refusal:
        failure = str(refusal)
    return _page(request, declaration, vehicle, code=made, failure=failure)


@page("GET")
def svg(request: HttpRequest, reference: str, place: int) -> HttpResponse:
    """The driver's link as a code that his phone reads off the screen."""
    vehicle = find_vehicle(find_mine(request, reference), place)
    link = get_object_or_404(Link.objects.live(), vehicle=vehicle, audience=Audience.DRIVER)
    answered = HttpResponse(qr.svg_of_address(_url(request, link)), content_type="image/svg+xml")
    answered["Cache-Control"] = "private, no-store"
    return answered


@page("GET")
def photo(request: HttpRequest, reference: str, place: int, photo: uuid.UUID) -> HttpResponse:
    """One photo of the hand-over."""
    vehicle = find_vehicle(find_mine(request, reference), place)
    return picture(get_object_or_404(HandOverPhoto, public_id=photo, vehicle=vehicle))


def _page(
    request: HttpRequest, declaration: Declaration, vehicle: Vehicle, *, code: str = "", failure: str = ""
) -> HttpResponse:
    if declaration.is_draft:
        raise Http404
    live = {row.audience: row for row in Link.objects.live().filter(vehicle=vehicle)}
    context = {
        "declaration": declaration,
        "vehicle": vehicle,
        "sides": [{"audience": each, **_sent(request, live.get(each), vehicle, declaration)} for each in Audience],
        "driver": Audience.DRIVER,
        "kept_code": HandOverCode.objects.filter(vehicle=vehicle).first(),
        "code": code,
        "failure": failure,
        "answers": list(HandOver.objects.filter(vehicle=vehicle)),
        "photo_sides": photo_sides(vehicle, "declarations:vehicle-photo", declaration.reference, vehicle.position),
        "arrived_at": HandOverPhoto.objects.arrival_of(vehicle),
        "silence_hours": handing_over.SILENCE // timedelta(hours=1),
        "back_href": reverse("declarations:detail", args=[declaration.reference]),
    }
    answered = render(request, "declarations/vehicle_links.html", context)
    answered["Cache-Control"] = "private, no-store"
    return answered


def _sent(request: HttpRequest, link: Link | None, vehicle: Vehicle, declaration: Declaration) -> dict[str, Any]:
    """A link with the words that go with it, in each language somebody may read."""
    if link is None:
        return {"url": "", "texts": []}
    url = _url(request, link)
    texts = []
    for language in instructions.DRIVER_LANGUAGES:
        with override(language):
            values = {
                "vehicle": f"{vehicle.make} {vehicle.model}".strip(),
                "tail": vehicle.vin[-6:],
                "port": declaration.port.name if declaration.port else "",
                "url": url,
            }
            text = str(WORDS[Audience(link.audience)]) % values
        texts.append({"code": language, "name": dict(settings.LANGUAGES)[language], "text": text})
    return {"url": url, "made_at": link.created_at, "texts": texts}


def _live(declaration: Declaration) -> dict[Audience, dict[int, Link]]:
    """The live links of a declaration, by audience and vehicle."""
    found: dict[Audience, dict[int, Link]] = {each: {} for each in Audience}
    for row in Link.objects.live().filter(vehicle__declaration=declaration):
        found[Audience(row.audience)][row.vehicle_id] = row
    return found


def _row(
    request: HttpRequest, links: dict[Audience, dict[int, Link]], vehicle: Vehicle, audience: Audience
) -> dict[str, Any]:
    link = links[audience].get(vehicle.pk)
    return {"audience": audience, "url": _url(request, link) if link else ""}


def _url(request: HttpRequest, link: Link) -> str:
    return request.build_absolute_uri(reverse(ROUTES[Audience(link.audience)], args=[link.token]))
