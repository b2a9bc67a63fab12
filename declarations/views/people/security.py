"""One's own second factor: app, passkeys, recovery codes."""

import json
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from declarations import qr, totp
from declarations.actions.people import factors
from declarations.errors import DomainError
from declarations.forms.people import CodeForm, PasskeyForm
from declarations.models import Account, Factor, RecoveryCode
from declarations.permissions import needs_second_factor
from declarations.views.frame import attempt, page, person
from declarations.views.people.frame import fresh, keep_this_session
from declarations.words import FactorKind

STATE = "passkey_offered"


@page("GET")
def show(request: HttpRequest) -> HttpResponseBase:
    """What is set up, and what can be."""
    user = person(request)
    rows = list(factors.confirmed(user).order_by("created_at"))
    context = {
        "rows": rows,
        "has_app": any(row.kind == FactorKind.TOTP for row in rows),
        "codes_left": RecoveryCode.objects.filter(user=user, used_at=None).count(),
        "must": needs_second_factor(user),
    }
    return render(request, "declarations/people/security.html", context)


@page("POST")
@fresh
def begin_app(request: HttpRequest) -> HttpResponseBase:
    """Make a secret for an app, then show it."""
    if not attempt(request, factors.begin_app, by=person(request), now=timezone.now()):
        return HttpResponseRedirect(reverse("declarations:security"))
    return HttpResponseRedirect(reverse("declarations:security-app"))


@page("GET", "POST")
def app(request: HttpRequest) -> HttpResponseBase:
    """The QR code of the secret; the first right code confirms it."""
    user = person(request)
    factor = Factor.objects.filter(user=user, kind=FactorKind.TOTP, confirmed_at=None).first()
    if factor is None:
        return HttpResponseRedirect(reverse("declarations:security"))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = factors.confirm_app(code=form.cleaned_data["code"], by=user, now=timezone.now())
            return _added(request, codes)
        except DomainError as refusal:
            form.add_error("code", str(refusal))
    secret = factor.secret
    context = {
        "form": form,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "qr": qr.svg_of_address(totp.address(secret, name=user.email or user.get_username())),
    }
    return render(request, "declarations/people/app.html", context, status=422 if form.is_bound else 200)


@page("GET", "POST")
@fresh
def passkey(request: HttpRequest) -> HttpResponseBase:
    """Have the browser make a passkey, and keep it."""
    user = person(request)
    form = PasskeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = factors.add_passkey(
                host=settings.PASSKEY_HOST,
                state=request.session.pop(STATE, {}),
                answer=request.POST.get("passkey", ""),
                label=form.cleaned_data["label"],
                by=user,
                now=timezone.now(),
            )
            return _added(request, codes)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
    account = Account.objects.filter(user=user).first() or Account(user=user, public_id=uuid.uuid4())
    question = factors.ask_for_passkey(host=settings.PASSKEY_HOST, by=user, account=account)
    request.session[STATE] = question.state
    context = {"form": form, "asked": json.dumps(question.options), "passkey_host": settings.PASSKEY_HOST}
    return render(request, "declarations/people/passkey.html", context, status=422 if form.is_bound else 200)


@page("POST")
@fresh
def codes(request: HttpRequest) -> HttpResponseBase:
    """New recovery codes, shown this once."""
    try:
        made = factors.make_codes(by=person(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("declarations:security"))
    return _codes(request, made)


@page("POST")
@fresh
def remove(request: HttpRequest, factor: uuid.UUID) -> HttpResponseBase:
    """Take one off."""
    user = person(request)
    row: Any = get_object_or_404(factors.confirmed(user), public_id=factor)
    if attempt(request, factors.remove, factor_id=row.pk, by=user, now=timezone.now()):
        messages.success(request, _("It was taken off."))
    return HttpResponseRedirect(reverse("declarations:security"))


def _added(request: HttpRequest, made: list[str]) -> HttpResponse:
    """The session that set it up has shown it; with the first one come the codes, and other sessions have ended."""
    keep_this_session(request, has_passed=True)
    if made:
        return _codes(request, made)
    messages.success(request, _("It is set up and will be asked for at the next sign-in."))
    return HttpResponseRedirect(reverse("declarations:security"))


def _codes(request: HttpRequest, made: list[str]) -> HttpResponse:
    answer = render(request, "declarations/people/codes.html", {"codes": made})
    answer["Cache-Control"] = "no-store"
    return answer
