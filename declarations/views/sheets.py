"""Bulk intake: send a spreadsheet, watch it being read, repair what is wrong in it, hand its good rows over."""

import uuid
from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from declarations import permissions, spreadsheet
from declarations.actions import sheets
from declarations.errors import DomainError, Unacceptable
from declarations.forms.sheets import UploadForm
from declarations.models import CatalogueModel, Declaration, RowLevel, Sheet, SheetRow
from declarations.problems import Problem, errors
from declarations.views.frame import attempt, find_mine, page, person
from declarations.views.marks import label_of

PER_PAGE = 50
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

KINDS = {spreadsheet.Format.WORKBOOK: (XLSX, "xlsx"), spreadsheet.Format.TEXT: (CSV, "csv")}

SHOWN: dict[str, tuple[RowLevel, ...]] = {
    "problems": (RowLevel.BAD, RowLevel.DUPLICATE),
    "warnings": (RowLevel.WARNING,),
    "good": (RowLevel.GOOD,),
    "left-out": (RowLevel.LEFT_OUT,),
}
"""The parts of a sheet one may look at, problems first."""


@page("GET", "POST")
def new(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Send a file, or rows that were copied from one."""
    declaration = find_mine(request, reference)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    is_same = False
    if request.method == "POST" and form.is_valid():
        name, data = _sent(form)
        try:
            sheet = sheets.upload(
                declaration_id=declaration.pk,
                name=name,
                data=data,
                again=form.cleaned_data["again"],
                by=person(request),
                now=timezone.now(),
            )
            return HttpResponseRedirect(reverse("declarations:sheet", args=[sheet.public_id]))
        except DomainError as refusal:
            is_same = refusal.code == "SAME_FILE"
            for sentence in [problem.message for problem in refusal.problems] or [str(refusal)]:
                form.add_error("file", sentence)
    context = {
        "declaration": declaration,
        "form": form,
        "is_same": is_same,
        "sheets": declaration.sheets.filter(cancelled_at=None).order_by("-pk")[:5],
        "has_catalogue": CatalogueModel.objects.filter(organisation=declaration.organisation_id).exists(),
    }
    return render(request, "declarations/sheet_new.html", context)


@page("GET")
def template(request: HttpRequest, reference: str) -> HttpResponse:
    """An empty spreadsheet with the columns in the reader's language, drop-downs and the organisation's models."""
    declaration = find_mine(request, reference)
    data = spreadsheet.template(get_language() or "en", sheets.catalogue_of(declaration.organisation_id))
    return _download(data, "silkgate.xlsx", XLSX)


@page("GET")
def show(request: HttpRequest, sheet: uuid.UUID) -> HttpResponseBase:
    """How far a worker has come, then what is in order and what is not; the poll gets the same without the frame."""
    row = _find(request, sheet)
    is_poll = bool(getattr(request, "htmx", False))
    return render(request, "declarations/_sheet.html" if is_poll else "declarations/sheet.html", _context(request, row))


@page("GET")
def file(request: HttpRequest, sheet: uuid.UUID) -> HttpResponse:
    """The same file again, with red cells and a column that says what to change."""
    row = _find(request, sheet)
    if not row.is_read:
        raise Http404
    wrong = list(row.rows.filter(level__in=SHOWN["problems"] + SHOWN["warnings"]))
    found = sheets.problems_of(row, wrong, now=timezone.now())
    marks = {each.number: problems for each, problems in zip(wrong, found, strict=True)}
    table = spreadsheet.open_table(row.content)
    data = spreadsheet.marked(table, marks, get_language() or "en")
    kind, ending = KINDS[table.format]
    return _download(data, f"{PurePath(row.name).stem}-checked.{ending}", kind)


@page("POST")
def take(request: HttpRequest, sheet: uuid.UUID) -> HttpResponseBase:
    """Hand the good rows over: into the draft, or lodged at once."""
    row = _find(request, sheet)
    try:
        sheets.take(sheet_id=row.pk, lodges="lodge" in request.POST, by=person(request), now=timezone.now())
    except Unacceptable as refusal:
        header = " ".join(problem.message for problem in errors(refusal.problems))
        messages.error(request, _("Complete the declaration first: %(problems)s") % {"problems": header})
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return _back(row)


@page("POST")
def cancel(request: HttpRequest, sheet: uuid.UUID) -> HttpResponseBase:
    """Call the file off."""
    row = _find(request, sheet)
    if attempt(request, sheets.cancel, sheet_id=row.pk, by=person(request), now=timezone.now()):
        messages.success(request, _("%(name)s was called off; nothing of it was used.") % {"name": row.name})
        return HttpResponseRedirect(reverse("declarations:vehicles", args=[row.declaration.reference]))
    return _back(row)


@page("POST")
def try_again(request: HttpRequest, sheet: uuid.UUID) -> HttpResponseBase:
    """Have a worker try once more what it gave up."""
    row = _find(request, sheet)
    attempt(request, sheets.try_again, sheet_id=row.pk, by=person(request), now=timezone.now())
    return _back(row)


def _find(request: HttpRequest, public_id: uuid.UUID) -> Sheet:
    rows = Sheet.objects.visible_to(request.user).select_related("declaration__organisation", "declaration__port")
    return get_object_or_404(rows, public_id=public_id)


def _sent(form: UploadForm) -> tuple[str, bytes]:
    upload = form.cleaned_data["file"]
    if not upload:
        return str(_("pasted rows")), form.cleaned_data["rows"].encode()
    return upload.name, upload.read()


def _back(sheet: Sheet) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("declarations:sheet", args=[sheet.public_id]))


def _download(data: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
    return HttpResponse(data, content_type=kind, headers=headers)


def _context(request: HttpRequest, sheet: Sheet) -> dict[str, Any]:
    now = timezone.now()
    declaration = sheet.declaration
    context: dict[str, Any] = {
        "sheet": sheet,
        "declaration": declaration,
        "here": reverse("declarations:sheet", args=[sheet.public_id]),
        "now": now,
        "is_at_work": sheet.is_at_work,
        "was_given_up": sheet.is_at_work and sheet.given_up().exists(),
    }
    if sheet.refusal:
        return context | {"refusal": _refusal(sheet)}
    counts = sheet.rows.counts()
    sums = {name: sum(counts[level] for level in levels) for name, levels in SHOWN.items()}
    context |= {"counts": sums, "good": sums["good"] + sums["warnings"], "bad": sums["problems"]}
    if not sheet.is_read:
        seconds = max((now - sheet.uploaded_at).total_seconds(), 1)
        return context | {"rate": int(sheet.checked / seconds)}
    context["notes"] = [sheets.from_remark(each).message for each in sheet.notes]
    if sheet.taken_at is not None:
        into = Declaration.objects.filter(pk__in=sheet.rows.exclude(taken_into=None).values("taken_into"))
        taken = sheet.rows.exclude(taken_into=None).count()
        return context | {"taken": taken, "into": into.order_by("pk"), "to_take": context["good"]}
    shown = request.GET.get("show", "")
    if shown not in SHOWN:
        shown = next((name for name in SHOWN if sums[name]), "good")
    page_obj = Paginator(sheet.rows.filter(level__in=SHOWN[shown]), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page_obj)
    found = sheets.problems_of(sheet, rows, now=now)
    return context | {
        "shown": shown,
        "tabs": [{"name": name, "label": label, "count": sums[name]} for name, label in TABS],
        "page_obj": page_obj,
        "rows": [_row(sheet, row, problems) for row, problems in zip(rows, found, strict=True)],
        "may_lodge": permissions.can_lodge(request.user, declaration),
    }


TABS = (
    ("problems", gettext_lazy("Needs repair")),
    ("warnings", gettext_lazy("Please check")),
    ("good", gettext_lazy("In order")),
    ("left-out", gettext_lazy("Left out")),
)


def _row(sheet: Sheet, row: SheetRow, problems: list[Problem]) -> dict[str, Any]:
    """One row for the list: what stops it, or else what is doubtful, with cell and value; the repair of one tap."""
    body = row.body
    return {
        "row": row,
        "body": body,
        "problems": [
            {
                "cell": f"{column}{row.number}" if column else "",
                "label": label_of(f"/vehicles{each.pointer}"),
                "value": spreadsheet.value_at(body, each.pointer),
                "problem": each,
            }
            for each in errors(problems) or problems
            for column in [spreadsheet.column_of(sheet.columns, body, each.pointer)]
        ],
        "fix": next((each.values["fixed"] for each in problems if each.values.get("fixed")), ""),
    }


def _refusal(sheet: Sheet) -> str:
    """Why the file cannot be read, told anew in the reader's language."""
    try:
        spreadsheet.open_table(sheet.content)
    except spreadsheet.NotReadable as refused:
        return str(refused)
    return ""
