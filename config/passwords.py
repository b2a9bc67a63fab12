"""A lost password: the same answer for every address, a link by mail, a new password once."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import password_validation
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.brake import braked
from declarations.actions.people import accounts
from declarations.errors import DomainError
from declarations.models import mail_key
from declarations.rates import address_of

PER_S = 1 / 600
"""Mails to one address, and from one asker: a few at once, then one in ten minutes."""


class NewPassword(forms.Form):
    """A password and what Django's validators say of it."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=256,
        help_text=gettext_lazy("At least 12 characters. Three or four words are good, and easy to remember."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: Any = None, *, person: User | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.person = person

    def clean(self) -> dict[str, Any]:
        """Not like the person's own words, not common, not short."""
        values = super().clean() or {}
        if "password" in values:
            try:
                password_validation.validate_password(values["password"], self.person or self.who(values))
            except ValidationError as error:
                self.add_error("password", error)
        return values

    def who(self, values: dict[str, Any]) -> User:
        """The person as far as the form knows him."""
        return User(first_name=values.get("name", ""), email=values.get("mail", ""))


class MailForm(forms.Form):
    """One mail address."""

    mail = forms.EmailField(
        label=gettext_lazy("Mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link; the page says the same whether the address is known or not."""
    form = MailForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            mail = form.cleaned_data["mail"]
            limits = ((f"forgot:{mail_key(mail)}", PER_S, 3.0), (f"forgot-from:{address_of(request)}", PER_S, 20.0))
            if answer := braked(request, *limits):
                return answer
            accounts.forget_password(mail=mail, language=get_language() or "", now=timezone.now())
            return said(
                request,
                title=_("Look into your mail"),
                text=_("If an account has this address, a link is on its way to it. It works for an hour."),
            )
        status = 422
    return asked(
        request,
        form,
        title=_("Password lost"),
        lead=_("Enter the mail address of your account. We send a link by which you choose a new password."),
        button=_("Send the link"),
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a new password by the link of the mail."""
    person = accounts.person_behind(token)
    if person is None:
        return dead_link(request)
    form = NewPassword(request.POST if request.method == "POST" else None, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.choose_password(token=token, password=form.cleaned_data["password"], now=timezone.now())
        except DomainError:
            return dead_link(request)
        messages.success(request, _("The new password is set. Sign in with it."))
        return HttpResponseRedirect(reverse("login"))
    return asked(
        request,
        form,
        title=_("Choose a new password"),
        button=_("Set the password"),
        status=422 if form.is_bound else 200,
    )


def asked(request: HttpRequest, form: forms.Form, *, status: int = 200, **words: Any) -> HttpResponse:
    """A page that asks a stranger. words: title, lead, button."""
    return render(request, "entrance/form.html", {"form": form, **words}, status=status)


def said(request: HttpRequest, *, status: int = 200, **words: Any) -> HttpResponse:
    """A page that tells a stranger something. words: title, text, href, action."""
    return render(request, "entrance/said.html", words, status=status)


def dead_link(request: HttpRequest) -> HttpResponse:
    """One page for every link that works no more."""
    return said(
        request,
        title=_("This link does not work any more"),
        text=_("It was used, taken back or has run out. Ask for a new one where you got it."),
        href=reverse("login"),
        action=_("Sign in"),
        status=410,
    )
