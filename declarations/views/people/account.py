"""One's own account: who one is here, language, password, other sessions."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from declarations.actions.people import accounts, sign_ins
from declarations.forms.people import PasswordForm
from declarations.models import SignIn, fingerprint, roles_of
from declarations.views.frame import page, person
from declarations.views.people.frame import ask, fresh, keep_this_session
from declarations.words import RoleName


@page("GET")
def show(request: HttpRequest) -> HttpResponseBase:
    """Name, roles, and the ways to everything that is one's own."""
    roles = [(RoleName(row.role).label, row.organisation or row.port_id) for row in roles_of(request.user).rows]
    now, this = timezone.now(), fingerprint(request.session.session_key or "")
    rows = sign_ins.standing(user=person(request), now=now)
    sessions = [{"row": row, "is_this": row.digest == this} for row in rows]
    context = {"roles": roles, "sessions": sessions, "now": now}
    return render(request, "declarations/people/account.html", context)


@page("GET", "POST")
@fresh
def password(request: HttpRequest) -> HttpResponseBase:
    """Change the password; everybody else who is signed in as this person is so no more."""
    user = person(request)
    form = PasswordForm(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        accounts.change_password(password=form.cleaned_data["new_password1"], by=user, now=timezone.now())
        messages.success(request, _("The password is changed. Sign in with the new one."))
        return HttpResponseRedirect(reverse("login"))
    return ask(
        request,
        form,
        back=reverse("declarations:account"),
        title=_("Change the password"),
        lead=_("Afterwards you sign in anew, here and everywhere."),
        button=_("Change the password"),
        status=422 if form.is_bound else 200,
    )


@page("POST")
def end_one(request: HttpRequest, sign_in: uuid.UUID) -> HttpResponseBase:
    """Sign out on one other device."""
    row = get_object_or_404(SignIn, user=person(request), public_id=sign_in)
    sign_ins.end(sign_in_id=row.pk, by=person(request))
    if row.digest == fingerprint(request.session.session_key or ""):
        request.session.flush()
        return HttpResponseRedirect(reverse("login"))
    messages.success(request, _("You are signed out there."))
    return HttpResponseRedirect(reverse("declarations:account"))


@page("POST")
def end_others(request: HttpRequest) -> HttpResponseBase:
    """Sign out everywhere but here."""
    accounts.end_all_sessions(by=person(request))
    keep_this_session(request)
    messages.success(request, _("You are signed out everywhere else."))
    return HttpResponseRedirect(reverse("declarations:account"))
