"""What a session has to show before anything is answered: that it was not ended, is not idle, and, for an officer,
that more than a password stands behind it. The back-office is no exception; the API has keys of its own."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from declarations.actions.people import sign_ins
from declarations.actions.people.factors import has_factor
from declarations.models import Account, roles_of
from declarations.permissions import PASSED_AT, needs_second_factor
from declarations.views.people.frame import GENERATION
from declarations.words import RoleName

SEEN_AT = "seen_at"
SEEN_EVERY_S = 60
"""The session is written at most once a minute."""

OTHERS = ("/api/", "/static/")
"""Where no session counts."""


class SessionRules:
    """Turns away whoever has to prove himself first; what the others are answered, no cache keeps."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the page's place, or let it answer."""
        answer = self._turned_away(request) or self.get_response(request)
        if not request.path.startswith(OTHERS) and request.user.is_authenticated:
            # Pages hold personal facts, and the next one at this machine may not be the same person (ASVS 14.3.2).
            answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer

    def _turned_away(self, request: HttpRequest) -> HttpResponse | None:
        user = request.user if not request.path.startswith(OTHERS) else None
        if not isinstance(user, User):  # nobody has signed in
            return None
        if request.session.get(GENERATION, 0) != _generation(user):
            logout(request)
            return None
        if not needs_second_factor(user):
            return None
        if _is_idle(request, user):
            logout(request)
            return None
        return _to_second_factor(request, user)


def enter(request: HttpRequest, user: User, *, has_passed: bool) -> None:
    """Sign somebody in: a new session, which knows what was proven."""
    login(request, user)
    request.session[GENERATION] = _generation(user)
    if has_passed:
        request.session[PASSED_AT] = int(time.time())
    key = request.session.session_key
    assert key is not None, "a session that somebody signed in to is stored"
    sign_ins.begin(user=user, key=key, agent=request.headers.get("User-Agent", ""), now=timezone.now())


def speak_to(answer: Any, user: User) -> None:
    """Have the browser keep the language in which this person reads."""
    account = _account(user)
    if account and account.language:
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            account.language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )


def _account(user: User) -> Account | None:
    """What is kept of a person, read with his session or else once."""
    found: Account | None = getattr(user, "account", None)
    return found


def _generation(user: User) -> int:
    account = _account(user)
    return account.generation if account else 0


def _is_idle(request: HttpRequest, user: User) -> bool:
    now, seen_at = int(time.time()), request.session.get(SEEN_AT)
    if any(row.role == RoleName.CONTROL_ROOM for row in roles_of(user).rows):
        return False
    if seen_at is not None and now - seen_at > settings.OFFICER_IDLE_S:
        return True
    is_poll = request.method == "GET" and "HX-Request" in request.headers  # an open page is no officer before it
    if seen_at is None or (now - seen_at >= SEEN_EVERY_S and not is_poll):
        request.session[SEEN_AT] = now
    return False


def _to_second_factor(request: HttpRequest, user: User) -> HttpResponse | None:
    if not settings.OFFICERS_NEED_SECOND_FACTOR or PASSED_AT in request.session:
        return None
    if request.path in (reverse("logout"), reverse("set_language"), reverse("second-factor")):
        return None
    if has_factor(user):
        return HttpResponseRedirect(f"{reverse('second-factor')}?{urlencode({'next': request.get_full_path()})}")
    security = reverse("declarations:security")
    return None if request.path.startswith(security) else HttpResponseRedirect(security)
