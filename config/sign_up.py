"""Coming in: an organisation signs up and confirms its first person's mail; a colleague follows his invitation.

A stranger learns nothing of who has an account: the page answers the same, the rest stands in the mail.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.brake import braked
from config.passwords import NewPassword, asked, dead_link, said
from declarations import identifiers
from declarations.actions.people import joining
from declarations.errors import DomainError, Unacceptable
from declarations.models import OrganisationKind
from declarations.rates import address_of

PER_S = 1 / 600
BURST = 5.0
"""Sign-ups from one address: five at once, then one in ten minutes."""

GUESSES_PER_S, GUESSES = 1 / 30, 10.0
"""Passwords tried behind one link: as at the sign-in."""

KINDS = [(kind.value, kind.label) for kind in OrganisationKind if kind is not OrganisationKind.AUTHORITY]


class NameForm(NewPassword):
    """A person: how colleagues and officers call him, and his password."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order: tuple[str, ...] = ("name", "password")


class SignUpForm(NameForm):
    """A person and his organisation."""

    mail = forms.EmailField(
        label=gettext_lazy("Mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    organisation = forms.CharField(
        label=gettext_lazy("Name of the organisation"),
        help_text=gettext_lazy("As on its business licence."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    uscc = forms.CharField(
        label=gettext_lazy("Unified social credit code (USCC)"),
        help_text=gettext_lazy("18 letters and digits, on the business licence."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=KINDS, widget=forms.RadioSelect)
    field_order = ("organisation", "uscc", "kind", "name", "mail", "password")

    def clean_uscc(self) -> str:
        """The code's own check characters."""
        problems = identifiers.uscc_problems(self.cleaned_data["uscc"])
        if problems:
            raise forms.ValidationError([problem.message for problem in problems])
        return identifiers.normalise(self.cleaned_data["uscc"])


class PasswordForm(forms.Form):
    """The password that was chosen at the sign-up."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=256,
        help_text=gettext_lazy("The one that you chose when you signed up. You did not sign up? Then leave this page."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Enter an organisation and oneself; a link by mail opens both."""
    if request.method != "POST":
        return _sign_up_page(request, SignUpForm())
    form = SignUpForm(request.POST)
    if not form.is_valid():
        return _sign_up_page(request, form, status=422)
    if answer := braked(request, (f"sign-up:{address_of(request)}", PER_S, BURST)):
        return answer
    values = form.cleaned_data
    try:
        joining.sign_up(joining.Applicant(**values, language=get_language() or ""), now=timezone.now())
    except Unacceptable as refusal:
        for problem in refusal.problems:
            form.add_error(problem.pointer.strip("/"), problem.message)
        return _sign_up_page(request, form, status=422)
    return said(
        request,
        title=_("Look into your mail"),
        text=_(
            "A link is on its way to %(mail)s. It works for a day, and opens your account. You may draft at once;"
            " lodging begins when an officer has verified your organisation, usually within one working day."
        )
        % {"mail": values["mail"]},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail. Only the password opens the account: mailboxes follow links by themselves."""
    row = joining.sign_up_behind(token, now=timezone.now())
    if row is None:
        return dead_link(request)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if answer := braked(request, (f"confirm:{row.pk}", GUESSES_PER_S, GUESSES)):
            return answer
        try:
            joining.confirm(token=token, password=form.cleaned_data["password"], now=timezone.now())
            messages.success(request, _("Your account is open. Sign in with your mail address and your password."))
            return HttpResponseRedirect(reverse("login"))
        except DomainError as refusal:
            if refusal.code != "NOT_THE_PASSWORD":
                return said(request, title=_("Your account was not opened"), text=str(refusal), status=409)
            form.add_error("password", str(refusal))
    return asked(
        request,
        form,
        title=_("Confirm your mail address"),
        lead=_("With this you open your account and enter %(organisation)s.") % {"organisation": row.organisation_name},
        button=_("Open my account"),
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation: whoever is signed in accepts by a button, everybody else opens an account."""
    now = timezone.now()
    found = joining.invitation_behind(token, now=now)
    if found is None:
        return dead_link(request)
    person = request.user if isinstance(request.user, User) else None
    form = None if person else NameForm(request.POST if request.method == "POST" else None)
    failure, status = "", 200
    if request.method == "POST":
        try:
            if person is not None:
                joining.join(token=token, by=person, now=now)
                messages.success(request, _("You work for %(name)s now.") % {"name": found.organisation.name})
                return HttpResponseRedirect(reverse("home"))
            if form is not None and form.is_valid():
                values = form.cleaned_data
                spoken = get_language() or ""
                joining.join_as_new(
                    token=token, name=values["name"], password=values["password"], language=spoken, now=now
                )
                messages.success(request, _("Your account is open. Sign in with your mail address and your password."))
                return HttpResponseRedirect(reverse("login"))
            status = 422
        except DomainError as refusal:
            failure, status = str(refusal), 409
    context: dict[str, Any] = {"found": found, "form": form, "failure": failure, "here": request.path}
    return render(request, "entrance/invitation.html", context, status=status)


def _sign_up_page(request: HttpRequest, form: SignUpForm, *, status: int = 200) -> HttpResponse:
    return asked(
        request,
        form,
        title=_("Sign up your organisation"),
        lead=_(
            "For enterprises that export vehicles, and for customs agents."
            " A colleague is here already? Let him invite you."
        ),
        button=_("Sign up"),
        status=status,
    )
