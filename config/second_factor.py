"""After the password: the code of an app, a recovery code, or a passkey. Also for whoever has to prove himself anew."""

import json
import time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views import View
from fido2.utils import websafe_encode

from config.brake import braked
from config.sessions import enter, speak_to
from declarations.actions.people import factors
from declarations.errors import DomainError
from declarations.permissions import PASSED_AT
from declarations.views.people.frame import new_key
from declarations.words import FactorKind

HALF = "half"
"""Whose password this session has proven, when, and what would change with the password."""

HALF_LASTS_S = 600
STATE = "passkey_asked"
TRIES_PER_S = 1 / 30
TRIES = 5.0


class CodeForm(forms.Form):
    """A code as it is read off a telephone or a sheet of paper."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Six digits from your authenticator app, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class SecondFactor(View):
    """The page that asks; a right answer opens the door that the password had found."""

    def dispatch(self, request: HttpRequest, *args: Any, **names: Any) -> Any:
        """Whoever has not shown a password has no business here."""
        person = _whose(request)
        if person is None:
            return HttpResponseRedirect(reverse("login"))
        self.person = person
        return super().dispatch(request, *args, **names)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask."""
        return self._page(request, CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Look at the answer; each try counts."""
        if answer := braked(request, (f"second:{self.person.pk}", TRIES_PER_S, TRIES)):
            return answer
        now, sent = timezone.now(), request.POST.get("passkey", "")
        form = CodeForm(None if sent else request.POST)
        try:
            if sent:
                state = request.session.pop(STATE, {})
                host = settings.PASSKEY_HOST
                factors.pass_with_passkey(host=host, state=state, answer=sent, by=self.person, now=now)
            elif form.is_valid():
                factors.pass_with_code(code=form.cleaned_data["code"], by=self.person, now=now)
            else:
                return self._page(request, form, status=422)
        except DomainError as refusal:
            form = CodeForm({"code": ""}) if sent else form
            form.is_valid()
            form.errors.clear()
            form.add_error(None if sent else "code", str(refusal))
            return self._page(request, form, status=422)
        return self._open(request)

    def _open(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            new_key(request)
            request.session[PASSED_AT] = int(time.time())
        else:
            request.session.pop(HALF, None)
            self.person.backend = settings.AUTHENTICATION_BACKENDS[0]
            enter(request, self.person, has_passed=True)
        answer = HttpResponseRedirect(_next(request))
        speak_to(answer, self.person)
        return answer

    def _page(self, request: HttpRequest, form: CodeForm, *, status: int = 200) -> HttpResponse:
        kinds = set(factors.confirmed(self.person).values_list("kind", flat=True))
        asked = ""
        if FactorKind.PASSKEY in kinds:
            question = factors.ask_for_proof(host=settings.PASSKEY_HOST, by=self.person)
            request.session[STATE] = question.state
            asked = as_json(question.options)
        context = {
            "form": form,
            "asked": asked,
            "has_app": FactorKind.TOTP in kinds,
            "passkey_host": settings.PASSKEY_HOST,
            "next": _next(request),
        }
        return render(request, "entrance/second.html", context, status=status)


def as_json(options: Any) -> str:
    """What the browser is asked, with bytes as base64url, as its script reads it."""
    return json.dumps(options, default=_plain)


def _plain(value: Any) -> Any:
    return websafe_encode(value) if isinstance(value, bytes) else dict(value)


def _whose(request: HttpRequest) -> User | None:
    """Who has signed in, or is half way; half way lasts ten minutes and ends with the password."""
    if isinstance(request.user, User):
        return request.user
    half = request.session.get(HALF) or {}
    if time.time() - half.get("at", 0) > HALF_LASTS_S:
        return None
    person = User.objects.filter(pk=half["user"], is_active=True).first()
    is_same = person is not None and constant_time_compare(person.get_session_auth_hash(), half["proof"])
    return person if is_same else None


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else reverse(settings.LOGIN_REDIRECT_URL)
