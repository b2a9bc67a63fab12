"""The models that an organisation has entered once, for its spreadsheets."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from declarations import checks, permissions
from declarations.actions import sheets
from declarations.errors import DomainError
from declarations.forms import OrganisationForm, VehicleEntry
from declarations.forms.entry import PAPERS
from declarations.forms.sheets import ModelForm
from declarations.models import CatalogueModel, load_reference
from declarations.views.frame import page, person

PAPERS_ALONE = frozenset({PAPERS})


@page("GET")
def index(request: HttpRequest) -> HttpResponse:
    """All models that this person's organisations have."""
    rows = CatalogueModel.objects.visible_to(request.user).select_related("organisation")
    context = {"rows": rows, "may_declare": bool(permissions.declares_for(request.user))}
    return render(request, "declarations/catalogue.html", context)


@page("GET", "POST")
def new(request: HttpRequest) -> HttpResponseBase:
    """Enter a model."""
    return _model(request, None)


@page("GET", "POST")
def edit(request: HttpRequest, model: uuid.UUID) -> HttpResponseBase:
    """Change a model; rows that were read before stay as they are."""
    return _model(request, get_object_or_404(CatalogueModel.objects.visible_to(request.user), public_id=model))


@page("POST")
def remove(request: HttpRequest, model: uuid.UUID) -> HttpResponseBase:
    """Take a model out."""
    row = get_object_or_404(CatalogueModel.objects.visible_to(request.user), public_id=model)
    sheets.remove_model(model_id=row.pk, by=person(request))
    messages.success(request, _("%(name)s was removed from the catalogue.") % {"name": row.name})
    return HttpResponseRedirect(reverse("declarations:catalogue"))


def _papers_of(row: CatalogueModel | None) -> VehicleEntry:
    return VehicleEntry(body=row.body if row else {}, parts=PAPERS_ALONE)


def _model(request: HttpRequest, row: CatalogueModel | None) -> HttpResponseBase:
    organisations = [row.organisation] if row else permissions.declares_for(request.user)
    if not organisations:
        raise PermissionDenied
    choice = OrganisationForm(request.POST or None, organisations) if len(organisations) > 1 else None
    form = (
        ModelForm(request.POST)
        if request.method == "POST"
        else ModelForm.of({"name": row.name, **row.body} if row else {})
    )
    papers = VehicleEntry(data=request.POST, parts=PAPERS_ALONE) if request.method == "POST" else _papers_of(row)
    is_sent = request.method == "POST" and "more_papers" not in request.POST
    if is_sent and form.is_readable and papers.is_readable and (choice is None or choice.is_valid()):
        organisation = organisations[0] if choice is None else choice.cleaned_data["organisation"]
        body = form.body() | papers.body()
        name = body.pop("name")
        try:
            sheets.keep_model(
                organisation=organisation,
                name=name,
                body={field: value for field, value in body.items() if value not in (None, "", [])},
                model_id=row.pk if row else None,
                by=person(request),
                now=timezone.now(),
            )
            messages.success(request, _("%(name)s stands in the catalogue.") % {"name": name})
            return HttpResponseRedirect(reverse("declarations:catalogue"))
        except DomainError as refusal:
            for problem in refusal.problems:
                form.take(problem, problem.pointer.strip("/"))
    elif request.method == "GET" and row is not None:
        found = checks.check_vehicle(row.body, reference=load_reference(), today=timezone.localdate())
        for problem in found:
            if form.has_value(problem.pointer.strip("/")):
                form.take(problem, problem.pointer.strip("/"))
        papers.take([problem for problem in found if problem.pointer.startswith("/papers/")], all_of_them=False)
    context = {"row": row, "form": form, "entry": papers, "choice": choice}
    return render(request, "declarations/catalogue_model.html", context)
