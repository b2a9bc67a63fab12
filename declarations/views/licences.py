"""The licence book of an organisation: what was granted, what its vehicles use, what is left."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from declarations import permissions
from declarations.actions import licences
from declarations.errors import DomainError
from declarations.forms import OrganisationForm
from declarations.forms.documents import LicenceForm
from declarations.models import Licence
from declarations.models.licences import uses
from declarations.papers import EXPORT_LICENCE
from declarations.views.frame import page, person


@page("GET")
def index(request: HttpRequest) -> HttpResponse:
    """All licences of this person's organisations with what is left of each."""
    rows = Licence.objects.visible_to(request.user).select_related("organisation", "paper").order_by("-updated_at")
    context = {"uses": uses(rows), "may_declare": bool(permissions.declares_for(request.user))}
    return render(request, "declarations/licences.html", context)


@page("GET", "POST")
def new(request: HttpRequest) -> HttpResponseBase:
    """Enter a licence."""
    return _licence(request, None)


@page("GET", "POST")
def edit(request: HttpRequest, licence: uuid.UUID) -> HttpResponseBase:
    """Change one."""
    rows = Licence.objects.visible_to(request.user).select_related("organisation")
    return _licence(request, get_object_or_404(rows, public_id=licence))


@page("POST")
def remove(request: HttpRequest, licence: uuid.UUID) -> HttpResponseBase:
    """Take one out of the book."""
    row = get_object_or_404(Licence.objects.visible_to(request.user), public_id=licence)
    licences.remove(licence_id=row.pk, by=person(request))
    messages.success(request, _("Licence %(number)s was taken out of the book.") % {"number": row.number})
    return HttpResponseRedirect(reverse("declarations:licences"))


def _licence(request: HttpRequest, row: Licence | None) -> HttpResponseBase:
    organisations = [row.organisation] if row else permissions.declares_for(request.user)
    if not organisations:
        raise PermissionDenied
    choice = OrganisationForm(request.POST or None, organisations) if len(organisations) > 1 else None
    form = LicenceForm(request.POST) if request.method == "POST" else LicenceForm(initial=_shown(request, row))
    if request.method == "POST" and form.is_readable and (choice is None or choice.is_valid()):
        organisation = organisations[0] if choice is None else choice.cleaned_data["organisation"]
        try:
            kept = licences.keep(
                organisation=organisation,
                body=form.body(),
                licence_id=row.pk if row else None,
                by=person(request),
                now=timezone.now(),
            )
            messages.success(request, _("Licence %(number)s stands in the book.") % {"number": kept.number})
            return HttpResponseRedirect(reverse("declarations:licences"))
        except DomainError as refusal:
            for problem in refusal.problems:
                form.take(problem, problem.pointer.strip("/"))
    return render(request, "declarations/licence.html", {"row": row, "form": form, "choice": choice})


def _shown(request: HttpRequest, row: Licence | None) -> dict[str, object]:
    """What stands in the fields: the licence, or what a link says of a new one."""
    if row is None:
        return {"code": EXPORT_LICENCE, "number": request.GET.get("number", "")[:64]}
    until = row.valid_until.isoformat() if row.valid_until else ""
    return {"code": row.paper_id, "number": row.number, "valid_until": until, "granted": row.granted}
