"""The sign-in page: ten wrong passwords for a name or from an address, then one try every half minute."""

import math
from typing import Any

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from declarations.api.frame.rates import buckets

TRIES = 10.0
TRIES_PER_S = 1 / 30
TRIES_OF_ADDRESS = 100.0
"""A whole office may sit behind one address."""


class SignIn(LoginView):
    """Django's own, with a brake on guessing; the brake works also while Redis is away."""

    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **names: Any) -> HttpResponse:
        """Count the try before the password is looked at, so that a guess costs the same right or wrong."""
        wait = max(
            buckets.take(f"name:{request.POST.get('username', '')[:150]}", rate_per_s=TRIES_PER_S, burst=TRIES),
            buckets.take(
                f"address:{request.META.get('REMOTE_ADDR', '')}", rate_per_s=TRIES_PER_S * 10, burst=TRIES_OF_ADDRESS
            ),
        )
        if wait:
            answer = render(request, "429.html", status=429)
            answer["Retry-After"] = str(math.ceil(wait))
            return answer
        return super().post(request, *args, **names)
