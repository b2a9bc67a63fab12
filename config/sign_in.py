"""The sign-in page: ten wrong passwords for a name or from an address, then one try every half minute.

It is the only door: the back-office sends people here as well.
"""

import math
from typing import Any

from django.contrib.auth.forms import UsernameField
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from declarations.rates import address_of, buckets

TRIES = 10.0
TRIES_PER_S = 1 / 30
TRIES_OF_ADDRESS = 100.0
"""A whole office may sit behind one address."""


class SignIn(LoginView):
    """Django's own, with a brake on guessing; the brake works also while Redis is away."""

    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **names: Any) -> HttpResponse:
        """Count the try before the password is looked at, so that a guess costs the same right or wrong."""
        name = f"name:{_as_looked_up(request.POST.get('username', ''))}"
        wait = max(
            buckets.take(name, rate_per_s=TRIES_PER_S, burst=TRIES),
            buckets.take(f"address:{address_of(request)}", rate_per_s=TRIES_PER_S * 10, burst=TRIES_OF_ADDRESS),
        )
        if wait:
            answer = render(request, "429.html", status=429)
            answer["Retry-After"] = str(math.ceil(wait))
            return answer
        return super().post(request, *args, **names)


class SignOut(LogoutView):
    """Django's own; nothing of the person stays in the browser. Cookies stay: one of them is the language."""

    def post(self, request: HttpRequest, *args: Any, **names: Any) -> HttpResponse:
        """End the session, and have the browser forget pages and what scripts kept (ASVS 14.3.1)."""
        answer: HttpResponse = super().post(request, *args, **names)
        answer["Clear-Site-Data"] = '"cache", "storage"'
        return answer


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The back-office's own sign-in has no brake, so it hands over to ours.

    Raises: PermissionDenied for whoever is signed in and may not enter: ours would send him back at once.
    """
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


def _as_looked_up(name: str) -> str:
    """The name as the form looks it up: blanks around it and other widths of its letters are the same person."""
    return str(UsernameField(max_length=150).to_python(name))[:150]
