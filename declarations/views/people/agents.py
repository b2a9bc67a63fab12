"""Authority of agents: given by the principal, accepted by the agent, ended by either."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from declarations import permissions
from declarations.actions.people import agents
from declarations.errors import DomainError, Unacceptable
from declarations.forms.people import AuthorityForm
from declarations.forms.reasons import ReasonForm
from declarations.models import Authority, Organisation
from declarations.views.frame import attempt, page, person
from declarations.views.people.frame import ask, find_organisation


@page("GET", "POST")
def grant(request: HttpRequest, uscc: str) -> HttpResponseBase:
    """Give an agent authority."""
    organisation = find_organisation(request, uscc)
    if not permissions.can_manage(request.user, organisation.pk):
        raise PermissionDenied
    today = timezone.localdate()
    form = AuthorityForm(request.POST if request.method == "POST" else None, initial={"valid_from": today})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            agents.grant(
                principal_id=organisation.pk,
                agent_uscc=values.pop("agent"),
                **values,
                by=person(request),
                now=timezone.now(),
            )
            messages.success(request, _("The agent sees it now, and has to accept it."))
            return _back(organisation.uscc)
        except Unacceptable as refusal:
            for problem in refusal.problems:
                form.add_error(problem.pointer.strip("/"), problem.message)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
    return ask(
        request,
        form,
        back=reverse("declarations:organisation", args=[uscc]),
        title=_("Give an agent authority"),
        lead=_(
            "The agent's people then draft, lodge and amend for you. You see who did what, and may end it at any time."
        ),
        button=_("Give authority"),
        status=422 if form.is_bound else 200,
    )


@page("POST")
def accept(request: HttpRequest, authority: uuid.UUID) -> HttpResponseBase:
    """Take it on."""
    row = _find(request, authority)
    if attempt(request, agents.accept, authority_id=row.pk, by=person(request), now=timezone.now()):
        messages.success(request, _("Your people may now declare for %(name)s.") % {"name": row.principal})
    return _back(_own_side(request, row).uscc)


@page("GET", "POST")
def end(request: HttpRequest, authority: uuid.UUID) -> HttpResponseBase:
    """End it, from either side."""
    row = _find(request, authority)
    own = _own_side(request, row)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        kept: dict[str, Any] = {"authority_id": row.pk, "reason": reason, "by": person(request)}
        if attempt(request, agents.end, **kept, now=timezone.now()):
            messages.success(request, _("The authority has ended."))
        return _back(own.uscc)
    names = {"agent": row.agent, "principal": row.principal}
    return ask(
        request,
        form,
        back=reverse("declarations:organisation", args=[own.uscc]),
        title=_("End the authority of %(agent)s for %(principal)s") % names,
        lead=_("It ends at once: the agent's next step for this exporter is refused, by page and by API."),
        button=_("End it"),
        destructive=True,
        status=422 if form.is_bound else 200,
    )


def _find(request: HttpRequest, public_id: uuid.UUID) -> Authority:
    rows = Authority.objects.visible_to(request.user).select_related("principal", "agent")
    row = get_object_or_404(rows, public_id=public_id)
    if not permissions.can_end_authority(request.user, row):
        raise PermissionDenied
    return row


def _own_side(request: HttpRequest, row: Authority) -> Organisation:
    return row.principal if permissions.can_manage(request.user, row.principal_id) else row.agent


def _back(uscc: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("declarations:organisation", args=[uscc]))
