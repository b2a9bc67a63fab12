"""All passes of a declaration on paper: ask a worker for the file, see it come, fetch it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from declarations.actions import printing
from declarations.clearance.sweeps import PRINTED_KEPT
from declarations.models import Declaration, PrintJob
from declarations.views.frame import attempt, find_mine, page, person
from declarations.words import PrintForm

TYPES = {PrintForm.PDF: "application/pdf", PrintForm.ZIP: "application/zip"}


@page("GET", "POST")
def show(request: HttpRequest, reference: str) -> HttpResponseBase:
    """What was asked for and how far it is; or ask."""
    declaration = find_mine(request, reference)
    if request.method == "POST":
        form = request.POST.get("form", "")
        if form in PrintForm.values:
            options = {"form": PrintForm(form), "by": person(request), "now": timezone.now()}
            attempt(request, printing.ask, declaration_id=declaration.pk, **options)
        return _to_page(reference)
    return render(request, "declarations/print.html", _context(declaration))


@page("GET")
def progress(request: HttpRequest, reference: str) -> HttpResponseBase:
    """How far it is, the button to cancel left alone so that it keeps the focus; at the end the whole part anew."""
    context = _context(find_mine(request, reference))
    if context["job"] and context["job"].is_waiting:
        return render(request, "declarations/_print_progress.html", context)
    answered = render(request, "declarations/_print.html", context)
    answered["HX-Retarget"] = "#print"
    return answered


@page("POST")
def cancel(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The file is wanted no longer."""
    declaration = find_mine(request, reference)
    attempt(request, printing.cancel, declaration_id=declaration.pk, by=person(request))
    return _to_page(reference)


@page("GET")
def file(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The file; where there is none, the page that makes one."""
    job = PrintJob.objects.filter(declaration=find_mine(request, reference), made_at__isnull=False).first()
    if job is None:
        return _to_page(reference)
    answered = HttpResponse(job.file, content_type=TYPES[PrintForm(job.form)])
    answered["Content-Disposition"] = f'attachment; filename="{reference}.{job.form}"'
    answered["Cache-Control"] = "private, no-store"
    return answered


def _to_page(reference: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("declarations:print", args=[reference]))


def _context(declaration: Declaration) -> dict[str, Any]:
    job = PrintJob.objects.filter(declaration=declaration).defer("file").select_related("task").first()
    return {"declaration": declaration, "job": job, "kept_until": job.asked_at + PRINTED_KEPT if job else None}
