"""Answering a request for documents: each paper with why and its clock, files and words in one act."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from declarations import actions
from declarations.actions.answering import Sent
from declarations.errors import DomainError
from declarations.forms.documents import AnswerFilesForm, content_of
from declarations.models import Declaration
from declarations.models.documents import Waiting, waiting_requests
from declarations.readiness import Actor, Otherwise, Wait
from declarations.views.frame import find_mine, page, person


@page("GET", "POST")
def answer(request: HttpRequest, reference: str) -> HttpResponseBase:
    """What customs asks for, and what the exporter has to show."""
    declaration = find_mine(request, reference)
    waiting = waiting_requests(declaration)
    asked = [(each.request.pk, f"{_('Files')} · {_label(each)}") for each in waiting]
    form = AnswerFilesForm(asked=asked)
    if request.method == "POST":
        form = AnswerFilesForm(request.POST, request.FILES, asked=asked)
        if form.is_valid() and (to := _answered(request, declaration, form)):
            return HttpResponseRedirect(to)
    context = {
        "declaration": declaration,
        "form": form,
        "asked": [_asked(each, form[name]) for name, each in zip(form.asked, waiting, strict=True)],
        "until": declaration.documents_due_at,
        "now": timezone.now(),
    }
    return render(request, "declarations/documents_answer.html", context)


def _answered(request: HttpRequest, declaration: Declaration, form: AnswerFilesForm) -> str:
    """Call the action: where to go on, "" where it refused; what it says stands on the page."""
    try:
        files = (Sent(pk, file.name, content_of(file)) for pk, file in form.sent())  # one in memory at a time
        actions.answer(
            declaration_id=declaration.pk,
            text=form.cleaned_data["text"],
            files=files,
            by=person(request),
            now=timezone.now(),
        )
    except DomainError as refusal:
        field = "text" if refusal.code == "NOTHING_SENT" else next(iter(form.asked), "text")
        for sentence in [problem.message for problem in refusal.problems] or [str(refusal)]:
            form.add_error(field, sentence)
        return ""
    left = [each for each in waiting_requests(declaration) if not each.files]
    if left:
        names = ", ".join(_label(each) for each in left)
        messages.warning(request, _("Your files are kept. Still wanted: %(papers)s.") % {"papers": names})
        return reverse("declarations:answer", args=[declaration.reference])
    messages.success(request, _("Answer sent. The officer looks at it."))
    return reverse("declarations:detail", args=[declaration.reference])


def _label(waiting: Waiting) -> str:
    vehicle = waiting.request.vehicle
    name = str(waiting.request.paper)
    return f"{name} · {vehicle.vin}" if vehicle else name


def _asked(waiting: Waiting, bound: Any) -> dict[str, Any]:
    row = waiting.request
    return {
        "request": row,
        "files": waiting.files,
        "field": bound,
        "wait": Wait(Actor.EXPORTER, row.asked_at, row.due_at, Otherwise.MAY_BE_REFUSED),
    }
