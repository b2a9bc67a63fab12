"""Papers and their files: the task list of a declaration, adding files, handing them out, taking them back."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import structlog
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declarations import permissions
from declarations.actions import documents
from declarations.acts import DRAFTS
from declarations.errors import DomainError
from declarations.forms.documents import CHOSEN, PaperFilesForm, content_of
from declarations.lifecycle import HOLDING_VIN
from declarations.models import Declaration, Document, Licence, Vehicle, load_reference
from declarations.models.documents import waiting_requests
from declarations.models.licences import uses
from declarations.models.paperwork import LEFT, VehiclePapers, paperwork
from declarations.papers import Place, number_key
from declarations.paperwork import State, Step, Task
from declarations.readiness import Actor, Otherwise, Wait
from declarations.views.frame import attempt, find, find_mine, page, person

PER_PAGE = 20
MOST_NAMED = 3
"""Vehicles that a choice names; more are counted."""

LOOKS: dict[State, tuple[str, str]] = {
    State.ASKED: ("officer", "papers"),
    State.EXPIRED: ("stop", "expired"),
    State.MISSING: ("officer", "ring"),
    State.EXPIRES_SOON: ("officer", "timer"),
    State.FILE_ONLY: ("officer", "note"),
    State.NUMBER_ONLY: ("info", "paper"),
    State.COMPLETE: ("ok", "check"),
}
"""Tone and icon of a paper."""

SANDBOX = "default-src 'none'; sandbox"
"""Whatever a PDF holds runs nothing and asks nobody, should a browser open it in our name."""

FIELDS = {"vehicles": "code"}
"""Where the page tells what the action says of another place."""

log = structlog.get_logger(__name__)


@page("GET")
def index(request: HttpRequest, reference: str) -> HttpResponseBase:
    """What is needed and how far each paper is; the declaration's papers first, then vehicle by vehicle."""
    declaration = find_mine(request, reference)
    now = timezone.now()
    found = paperwork(declaration, now=now)
    only_open = request.GET.get("show") == "missing"
    shown = [row for row in found.vehicles if row.open or not only_open]
    page_obj = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    files = _files(declaration, [row.vehicle for row in page_obj])
    requests = waiting_requests(declaration)
    context = {
        "declaration": declaration,
        "tasks": [_task(declaration, None, each, files) for each in found.tasks if each.is_open or not only_open],
        "page_obj": page_obj,
        "vehicles": [_vehicle(declaration, row, files, only_open=only_open) for row in page_obj],
        "only_open": only_open,
        "open": found.open,
        "total": len(found.vehicles),
        "requests": requests,
        "wait": Wait(
            Actor.EXPORTER,
            min(each.request.asked_at for each in requests),
            min(each.request.due_at for each in requests),
            Otherwise.MAY_BE_REFUSED,
        )
        if requests
        else None,
        "licences": _licences(declaration, page_obj),
        "now": now,
    }
    return render(request, "declarations/documents.html", context)


@page("GET", "POST")
def add(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Files of one paper, for the declaration or for one or many of its vehicles, with number and validity."""
    declaration = find_mine(request, reference)
    vehicles = [row for row in declaration.vehicles.order_by("position", "pk") if row.status not in LEFT]
    sent = request.POST if request.method == "POST" else request.GET
    places = {int(each) for each in sent.getlist("vehicle") if each.isdecimal() and len(each) < 6}
    chosen = [row for row in vehicles if row.position in places]
    options: dict[str, Any] = {"chosen": _named(chosen), "with_details": declaration.status in (*DRAFTS, *HOLDING_VIN)}
    if request.method == "POST":
        form = PaperFilesForm(request.POST, files=request.FILES, **options)
        if form.is_readable and _added(request, declaration, form, chosen):
            return HttpResponseRedirect(reverse("declarations:documents", args=[reference]))
    else:
        form = PaperFilesForm(initial={"code": request.GET.get("paper", ""), "scope": CHOSEN}, **options)
    context = {
        "declaration": declaration,
        "form": form,
        "chosen": chosen,
        "total": len(vehicles),
        "kind": load_reference().paper_types.get(sent.get("paper", sent.get("code", ""))),
    }
    return render(request, "declarations/documents_add.html", context)


def _added(
    request: HttpRequest,
    declaration: Declaration,
    form: PaperFilesForm,
    chosen: list[Vehicle],
) -> bool:
    """Call the action; what it refuses stands at the fields of the page."""
    body = form.body()
    code = body.pop("code")
    try:
        documents.add(
            declaration_id=declaration.pk,
            code=code,
            # One more than may be sent: the action refuses it, and nothing behind it is read.
            files=[(file.name, content_of(file)) for file in form.cleaned_data["file"][: documents.MOST_AT_ONCE + 1]],
            vehicle_ids=None if form.is_for_all else [row.pk for row in chosen],
            details=body,
            by=person(request),
            now=timezone.now(),
        )
    except DomainError as refusal:
        for problem in refusal.problems:
            name = problem.pointer.rpartition("/")[2]
            name = FIELDS.get(name, name)
            form.add_error(name if name in form.fields else None, problem.message)
        if not refusal.problems or form.is_valid():
            form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Added. It takes effect at once."))
    return True


@page("GET")
def file(request: HttpRequest, reference: str, document: uuid.UUID) -> HttpResponse:
    """The file, to be saved."""
    row = _find(request, reference, document)
    if row.content is None:
        raise Http404
    answered = _handed_out(bytes(row.content.data), row.kind)
    answered["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=row.name)
    return answered


@page("GET")
def picture(request: HttpRequest, reference: str, document: uuid.UUID) -> HttpResponse:
    """A photograph to be looked at within our own pages; small with ?small."""
    row = _find(request, reference, document)
    if row.content is None or not row.is_photo:
        raise Http404
    content = row.content.preview if "small" in request.GET else row.content.data
    return _handed_out(bytes(content or b""), row.kind)


@page("POST")
def remove(request: HttpRequest, reference: str, document: uuid.UUID) -> HttpResponseBase:
    """Take a file back."""
    declaration = find_mine(request, reference)
    row = get_object_or_404(Document.objects.filter(declaration=declaration), public_id=document)
    if attempt(request, documents.remove, document_id=row.pk, by=person(request), now=timezone.now()):
        messages.success(request, _("%(name)s was taken back.") % {"name": row.name})
    return HttpResponseRedirect(reverse("declarations:documents", args=[reference]))


def _find(request: HttpRequest, reference: str, document: uuid.UUID) -> Document:
    """A file that this person may see; one that was taken back is for officers alone. That he saw it is logged."""
    declaration = find(request, reference)
    rows = Document.objects.filter(declaration=declaration).select_related("content")
    if permissions.can_change(request.user, declaration):
        rows = rows.present()
    row = get_object_or_404(rows, public_id=document)
    log.info("document_opened", document=str(row.public_id), user=person(request).pk)
    return row


def _handed_out(content: bytes, kind: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=kind,
        headers={
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": SANDBOX,
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        },
    )


Files = dict[tuple[int | None, str], list[Document]]
"""Documents by the id of their vehicle, None for the declaration itself, and the code of their paper."""


def _files(declaration: Declaration, vehicles: Iterable[Vehicle]) -> Files:
    found: Files = defaultdict(list)
    present = declaration.documents.present().select_related("uploaded_by", "request")
    for row in present.filter(vehicle=None) | present.filter(vehicle__in=[each.pk for each in vehicles]):
        found[row.vehicle_id, row.paper_id].append(row)
    return found


def _vehicle(declaration: Declaration, row: VehiclePapers, files: Files, *, only_open: bool) -> dict[str, Any]:
    tasks = [each for each in row.tasks if each.is_open or not only_open]
    return {
        "vehicle": row.vehicle,
        "open": row.open,
        "tasks": [_task(declaration, row.vehicle, each, files) for each in tasks],
    }


def _task(declaration: Declaration, vehicle: Vehicle | None, task: Task, files: Files) -> dict[str, Any]:
    tone, icon = LOOKS[task.state]
    return {
        "task": task,
        "name": str(task.kind.label),
        "tone": tone,
        "icon": icon,
        "number": task.paper.number if task.paper else "",
        "valid_until": task.paper.valid_until if task.paper else None,
        "is_due": task.until is not None and (task.asked is not None or task.state is State.MISSING),
        "files": files.get((vehicle.pk if vehicle else None, task.kind.code), []),
        "href": _href(declaration, vehicle, task),
    }


def _href(declaration: Declaration, vehicle: Vehicle | None, task: Task) -> str:
    """The page on which the next step is done, "" for none."""
    reference = declaration.reference
    if task.step is Step.NOTHING:
        return ""
    if task.step is Step.ANSWER:
        return reverse("declarations:answer", args=[reference])
    if vehicle is not None and task.step in (Step.SET_PLATE, Step.SET_DRIVER):
        return reverse("declarations:vehicle-driver", args=[reference, vehicle.position])
    where = f"&vehicle={vehicle.position}" if vehicle and task.kind.place is not Place.DECLARATION else ""
    return f"{reverse('declarations:documents-add', args=[reference])}?paper={task.kind.code}{where}"


def _licences(declaration: Declaration, shown: Iterable[VehiclePapers]) -> list[Any]:
    """The licences of the book that the vehicles on this page name, with what is left of each."""
    named = {number_key(task.paper.number) for row in shown for task in row.tasks if task.paper is not None}
    return uses(Licence.objects.filter(organisation=declaration.organisation_id, key__in=named).select_related("paper"))


def _named(vehicles: list[Vehicle]) -> str:
    """What the choice of these vehicles is called."""
    if not vehicles:
        return ""
    if len(vehicles) > MOST_NAMED:
        return ngettext("The chosen vehicle", "The %(count)s chosen vehicles", len(vehicles)) % {"count": len(vehicles)}
    return ", ".join(row.vin or _("vehicle %(place)s") % {"place": row.position} for row in vehicles)
