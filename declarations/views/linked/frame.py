"""What every page behind a link does: look the link up, brake, speak the reader's language, leave no trace.

The address itself is the key, and no cookie gives any right here: so nobody can be made to send a form by somebody who
does not hold the link already, and the check of forged requests would only fail where Referrer-Policy hides the origin.
"""

import math
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from declarations import attachments, kazakh
from declarations.actions.handing_over import MOST_PHOTOS
from declarations.models import CrewLink, Link, LinkEnd
from declarations.rates import address_of, buckets
from declarations.words import Audience

PER_S, BURST = 10.0, 300.0
"""Many drivers stand behind one address of a mobile network; each asks twice a minute."""

ARABIC = kazakh.RIGHT_TO_LEFT.lower()
NAMES_OF_LANGUAGES = re.compile(r"(<nav.*?</nav>)", re.DOTALL)

MISSES_PER_S, MISSES = 0.1, 30.0
"""Texts that open nothing, per address."""

View = Callable[..., HttpResponseBase]


def by_link(audience: Audience, *methods: str) -> Callable[[View], View]:
    """A view for whoever holds a live link of this audience; it gets the link in place of the token.

    An ended link is 410, any other text 404, both without a word about the vehicle.
    """
    return by_token(f"{audience.lower()}_token", lambda token: Link.objects.opened_by(token, audience), *methods)


def by_token(name: str, find: Callable[[str], Link | CrewLink | None], *methods: str) -> Callable[[View], View]:
    """The same for any kind of link. name: of the part of the address that holds the token."""
    allowed = [*methods, "HEAD"] if "GET" in methods else list(methods)

    def wrap(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, **parts: Any) -> HttpResponseBase:
            token = parts.pop(name)
            return _private(_speaking(request, lambda: _answer(request, view, find, token, parts)))

        return csrf_exempt(require_http_methods(allowed)(opened))

    return wrap


def _answer(
    request: HttpRequest, view: View, find: Callable[[str], Link | CrewLink | None], token: str, parts: dict[str, Any]
) -> HttpResponseBase:
    address = address_of(request)
    if wait := buckets.take(f"links:{address}", rate_per_s=PER_S, burst=BURST):
        return _too_often(request, wait)
    link = find(token)
    if link is None:
        if wait := buckets.take(f"links-missed:{address}", rate_per_s=MISSES_PER_S, burst=MISSES):
            return _too_often(request, wait)
        return _closed(request, "unknown", 404)
    if link.ended_at is not None:
        return _closed(request, "swapped" if link.ended_because == LinkEnd.DRIVER_SWAPPED else "ended", 410)
    return view(request, link, **parts)


def _too_often(request: HttpRequest, wait: float) -> HttpResponse:
    answered = _closed(request, "braked", 429)
    answered["Retry-After"] = str(math.ceil(wait))
    return answered


def _closed(request: HttpRequest, why: str, status: int) -> HttpResponse:
    return render(request, "declarations/linked/closed.html", {"why": why}, status=status)


def _speaking(request: HttpRequest, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The answer in the language that `?lang` asks for, remembered from then on.

    Kazakh in the Arabic script is the Kazakh page with its words written otherwise: ferrymen of Xinjiang read it so.
    """
    asked = request.GET.get("lang", "")
    remembered = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    is_arabic = ARABIC in (asked, remembered if not asked else "")
    language = "kk" if is_arabic else asked
    if language not in dict(settings.LANGUAGES):
        return answer()
    translation.activate(language)
    request.LANGUAGE_CODE = language
    vars(request)["script"] = kazakh.RIGHT_TO_LEFT if is_arabic else ""
    answered = answer()
    if isinstance(answered, HttpResponse) and is_arabic and answered.headers["Content-Type"].startswith("text/html"):
        # The names of the languages stay as their readers know them.
        parts = NAMES_OF_LANGUAGES.split(answered.content.decode())
        answered.content = "".join(
            part if n % 2 else kazakh.words_to_arabic(part) for n, part in enumerate(parts)
        ).encode()
    if asked and isinstance(answered, HttpResponse):
        answered.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            asked,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return answered


def _private(answered: HttpResponseBase) -> HttpResponseBase:
    """Found by no search engine, kept by no cache between, named to no other site."""
    answered["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answered["Referrer-Policy"] = "no-referrer"
    answered["Cache-Control"] = "private, no-store"
    return answered


def sent_photos(request: HttpRequest) -> list[bytes]:
    """The photos of a form, none read further than a photo may be long."""
    return [
        file.read(attachments.MOST_BYTES + 1) for file in request.FILES.getlist("photos")[: MOST_PHOTOS + 1] if file
    ]
