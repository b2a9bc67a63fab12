"""One row of a sheet: repaired where it stands, or left out."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from declarations.actions import sheets
from declarations.errors import DomainError
from declarations.forms import VehicleEntry
from declarations.models import Sheet, SheetRow
from declarations.views.frame import attempt, page, person, repaired


@page("GET", "POST")
def edit(request: HttpRequest, sheet: uuid.UUID, number: int) -> HttpResponseBase:
    """The vehicle of one row, with everything that is wrong told at its field."""
    row = _find(request, sheet, number)
    failure = ""
    entry = VehicleEntry(body=row.body) if request.method == "GET" else VehicleEntry(data=repaired(request))
    if request.method == "POST" and entry.is_readable and "more_papers" not in request.POST:
        try:
            row = sheets.change_row(
                sheet_id=row.sheet_id, number=number, values=entry.body(), by=person(request), now=timezone.now()
            )
            if not row.is_bad:
                return _back(row.sheet, number)
        except DomainError as refusal:
            failure = str(refusal)
    entry.take(sheets.problems_of(row.sheet, [row], now=timezone.now())[0])
    context = {
        "sheet": row.sheet,
        "row": row,
        "declaration": row.sheet.declaration,
        "entry": entry,
        "failure": failure,
        "items": entry.items() if "more_papers" not in request.POST else [],
        "check_href": reverse("declarations:sheet-row-check", args=[sheet, number]),
    }
    return render(request, "declarations/sheet_row.html", context)


@page("POST")
def check(request: HttpRequest, sheet: uuid.UUID, number: int) -> HttpResponse:
    """What is wrong with the row as it is typed; nothing is stored."""
    row = _find(request, sheet, number)
    entry = VehicleEntry(data=repaired(request))
    if entry.is_readable:
        row.say({**row.body, **entry.body()}, remarks=[])
        entry.take(sheets.problems_of(row.sheet, [row], now=timezone.now())[0])
    context = {
        "forms": entry.forms,
        "entry": entry,
        "vin": entry.vehicle["vin"] if "fix_vin" in request.POST else None,
        "with_vin": True,
        "check_href": request.get_full_path(),
    }
    return render(request, "declarations/_slots.html", context)


@page("POST")
def fix(request: HttpRequest, sheet: uuid.UUID, number: int) -> HttpResponseBase:
    """Take the VIN that was probably meant: one tap in the list."""
    row = _find(request, sheet, number)
    values = {"vin": request.POST.get("vin", "")[:40]}
    options = {"sheet_id": row.sheet_id, "number": number, "by": person(request), "now": timezone.now()}
    attempt(request, sheets.change_row, values=values, **options)
    return _back(row.sheet, number)


@page("POST")
def leave_out(request: HttpRequest, sheet: uuid.UUID, number: int) -> HttpResponseBase:
    """Let it stay behind."""
    row = _find(request, sheet, number)
    attempt(request, sheets.leave_out, sheet_id=row.sheet_id, number=number, by=person(request), now=timezone.now())
    return _back(row.sheet, number)


@page("POST")
def take_in(request: HttpRequest, sheet: uuid.UUID, number: int) -> HttpResponseBase:
    """It is wanted after all."""
    row = _find(request, sheet, number)
    options = {"sheet_id": row.sheet_id, "number": number, "by": person(request), "now": timezone.now()}
    attempt(request, sheets.take_in_again, **options)
    return _back(row.sheet, number)


def _find(request: HttpRequest, public_id: uuid.UUID, number: int) -> SheetRow:
    """A row of a sheet that this person may change.

    Raises: Http404 for everybody else.
    """
    seen = Sheet.objects.visible_to(request.user).order_by()
    rows = SheetRow.objects.select_related("sheet__declaration__organisation", "sheet__declaration__port")
    row = get_object_or_404(rows, sheet__in=seen, sheet__public_id=public_id, number=number)
    if not row.sheet.may_change:
        raise Http404
    return row


def _back(sheet: Sheet, number: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('declarations:sheet', args=[sheet.public_id])}#row-{number}")
