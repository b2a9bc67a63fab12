"""One's own account: who one is here, language, password, other sessions."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from declarations.actions.people import accounts
from declarations.forms.people import PasswordForm
from declarations.models import roles_of
from declarations.views.frame import page, person
from declarations.views.people.frame import ask, fresh, keep_this_session
from declarations.words import RoleName


@page("GET")
def show(request: HttpRequest) -> HttpResponseBase:
    """Name, roles, and the ways to everything that is one's own."""
    roles = [(RoleName(row.role).label, row.organisation or row.port_id) for row in roles_of(request.user).rows]
    return render(request, "declarations/people/account.html", {"roles": roles})


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
def end_others(request: HttpRequest) -> HttpResponseBase:
    """Sign out everywhere but here."""
    accounts.end_all_sessions(by=person(request))
    keep_this_session(request)
    messages.success(request, _("You are signed out everywhere else."))
    return HttpResponseRedirect(reverse("declarations:account"))
