"""The brake before every door that a stranger may knock at; it works also while Redis is away."""

import math

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from declarations.rates import buckets


def braked(request: HttpRequest, *limits: tuple[str, float, float]) -> HttpResponse | None:
    """Take a token of each bucket, given as name, tokens a second and burst; an answer if one of them is empty."""
    wait = max(buckets.take(name, rate_per_s=rate, burst=burst) for name, rate, burst in limits)
    if not wait:
        return None
    answer = render(request, "429.html", status=429)
    answer["Retry-After"] = str(math.ceil(wait))
    return answer
