"""One's organisation: where it stands with customs, its people, its invitations."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from declarations import permissions
from declarations.actions.people import colleagues, factors
from declarations.clearance import verification
from declarations.errors import DomainError
from declarations.forms.people import InviteForm, NameForm
from declarations.forms.reasons import ReasonForm
from declarations.models import Authority, Invitation, Organisation, Role, roles_of
from declarations.readiness import Actor, Otherwise, Wait
from declarations.views.frame import attempt, page, person
from declarations.views.people.frame import ask, find_organisation, fresh
from declarations.words import RoleName


@page("GET")
def index(request: HttpRequest) -> HttpResponseBase:
    """The one organisation, or a choice of several."""
    own = list(Organisation.objects.filter(pk__in=roles_of(request.user).own_organisations))
    if len(own) == 1:
        return HttpResponseRedirect(reverse("declarations:organisation", args=[own[0].uscc]))
    return render(request, "declarations/people/organisations.html", {"rows": own})


@page("GET")
def show(request: HttpRequest, uscc: str) -> HttpResponseBase:
    """People, invitations, agents."""
    organisation = find_organisation(request, uscc)
    user, now = person(request), timezone.now()
    manages = permissions.can_manage(user, organisation.pk)
    people = list(organisation.roles.select_related("user").order_by("user__first_name", "pk"))
    with_factor = factors.everybody_with_one(row.user_id for row in people)
    sides = Authority.objects.visible_to(user).select_related("principal", "agent")
    today = timezone.localdate(now)
    context = {
        "organisation": organisation,
        "manages": manages,
        "people": [
            {
                "row": row,
                "role": RoleName(row.role).label,
                "me": row.user_id == user.pk,
                "safe": row.user_id in with_factor,
            }
            for row in people
        ],
        "invitations": Invitation.objects.visible_to(user).open(now=now).filter(organisation=organisation),
        "given": [(row, row.is_standing(today)) for row in sides.filter(principal=organisation, ended_at=None)],
        "held": [(row, row.is_standing(today)) for row in sides.filter(agent=organisation, ended_at=None)],
        "today": today,
        "wait": waiting_for_officer(organisation),
        "now": now,
    }
    return render(request, "declarations/people/organisation.html", context)


def waiting_for_officer(organisation: Organisation) -> Wait | None:
    """What an organisation that nobody has decided about waits for."""
    if organisation.verified_at is not None or organisation.refused_at is not None:
        return None
    return Wait(Actor.DOCUMENTS_OFFICER, organisation.applied_at or organisation.created_at, None, Otherwise.STAYS)


@page("GET", "POST")
def invite(request: HttpRequest, uscc: str) -> HttpResponseBase:
    """Send a colleague a link."""
    organisation = _managed(request, uscc)
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            colleagues.invite(
                organisation_id=organisation.pk,
                **form.cleaned_data,
                language=get_language() or "",
                by=person(request),
                now=timezone.now(),
            )
            messages.success(request, _("A link is on its way. It works once, for seven days."))
            return _back(organisation)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
    return ask(
        request,
        form,
        back=_address(organisation),
        title=_("Invite a colleague"),
        button=_("Send the invitation"),
        status=422 if form.is_bound else 200,
    )


@page("POST")
def withdraw(request: HttpRequest, invitation: uuid.UUID) -> HttpResponseBase:
    """Take a link back."""
    row = get_object_or_404(Invitation.objects.visible_to(request.user), public_id=invitation)
    done = attempt(
        request, colleagues.withdraw_invitation, invitation_id=row.pk, by=person(request), now=timezone.now()
    )
    if done:
        messages.success(request, _("The invitation was taken back."))
    return _back(row.organisation)


@page("GET", "POST")
def apply_again(request: HttpRequest, uscc: str) -> HttpResponseBase:
    """After a refusal: put the name right and go back into the officers' queue."""
    organisation = _managed(request, uscc)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": organisation.name})
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        kept: dict[str, Any] = {"organisation_id": organisation.pk, "name": name, "by": person(request)}
        if attempt(request, verification.apply_again, **kept, now=timezone.now()):
            messages.success(request, _("An officer looks at it again."))
        return _back(organisation)
    return ask(
        request,
        form,
        back=_address(organisation),
        title=_("Ask for verification again"),
        lead=organisation.refusal,
        button=_("Ask again"),
        status=422 if form.is_bound else 200,
    )


@page("POST")
def put_in_charge(request: HttpRequest, role: uuid.UUID) -> HttpResponseBase:
    """Let a colleague manage people, or no more."""
    row = _colleague(request, role)
    attempt(
        request,
        colleagues.put_in_charge,
        role_id=row.pk,
        manages=not row.manages,
        by=person(request),
        now=timezone.now(),
    )
    return _back(row.organisation)


@page("GET", "POST")
def remove(request: HttpRequest, role: uuid.UUID) -> HttpResponseBase:
    """A colleague works here no more; or one leaves oneself."""
    row = _colleague(request, role, or_self=True)
    user, organisation = person(request), row.organisation
    is_self = row.user_id == user.pk
    if request.method == "POST":
        action = colleagues.leave if is_self else colleagues.remove
        if not attempt(request, action, role_id=row.pk, by=user, now=timezone.now()):
            return _back(organisation)
        name = {"name": _name(row), "organisation": organisation}
        messages.success(request, _("%(name)s works for %(organisation)s no more.") % name)
        return HttpResponseRedirect(reverse("home")) if is_self else _back(organisation)
    words: dict[str, Any] = (
        {"title": _("Leave %(organisation)s") % {"organisation": organisation}, "button": _("Leave")}
        if is_self
        else {"title": _("Remove %(name)s") % {"name": _name(row)}, "button": _("Remove")}
    )
    lead = _("Sessions end at once, and API keys made for this organisation open nothing any more.")
    return ask(request, None, back=_address(organisation), lead=lead, destructive=True, **words)


@page("GET", "POST")
@fresh
def recover(request: HttpRequest, role: uuid.UUID) -> HttpResponseBase:
    """Take a colleague's second factor off, because his telephone is lost."""
    row = _colleague(request, role)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        kept: dict[str, Any] = {"person_id": row.user_id, "reason": reason, "by": person(request)}
        if attempt(request, factors.recover, **kept, now=timezone.now()):
            messages.success(request, _("Done. %(name)s signs in and sets up a new one.") % {"name": _name(row)})
        return _back(row.organisation)
    return ask(
        request,
        form,
        back=_address(row.organisation),
        title=_("Take the second factor of %(name)s off") % {"name": _name(row)},
        lead=_("Only when you are sure who asks: see or call the person. It is recorded, and the person is told."),
        button=_("Take it off"),
        destructive=True,
        status=422 if form.is_bound else 200,
    )


def _managed(request: HttpRequest, uscc: str) -> Organisation:
    organisation = find_organisation(request, uscc)
    if not permissions.can_manage(request.user, organisation.pk):
        raise PermissionDenied
    return organisation


def _colleague(request: HttpRequest, public_id: uuid.UUID, *, or_self: bool = False) -> Any:
    """A role in an organisation of this person, which he manages, or which is his own."""
    roles = roles_of(request.user)
    mine = Role.objects.filter(organisation__in=roles.own_organisations).select_related("user", "organisation")
    row: Any = get_object_or_404(mine, public_id=public_id)
    if not roles.manages(row.organisation_id) and not (or_self and row.user_id == person(request).pk):
        raise PermissionDenied
    return row


def _name(row: Role) -> str:
    return row.user.get_full_name() or row.user.get_username()


def _address(organisation: Organisation) -> str:
    return reverse("declarations:organisation", args=[organisation.uscc])


def _back(organisation: Organisation) -> HttpResponseRedirect:
    return HttpResponseRedirect(_address(organisation))
