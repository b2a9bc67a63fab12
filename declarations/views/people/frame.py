"""What these pages share: what a session knows of its person, and proof that is fresh before keys change hands."""

import time
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from declarations.actions.people import sign_ins
from declarations.actions.people.factors import has_factor
from declarations.models import Account, Organisation, roles_of
from declarations.permissions import PASSED_AT
from declarations.views.frame import View, person

GENERATION = "generation"
"""In a session: how often the person's sessions had been ended when this one began."""

FRESH_S = 900


def fresh(view: View) -> View:
    """For what outlives a session: whoever has a second factor shows it again after a quarter of an hour."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **names: Any) -> HttpResponseBase:
        passed_at = request.session.get(PASSED_AT, 0)
        if time.time() - passed_at > FRESH_S and has_factor(person(request)):
            back = request.path if request.method in ("GET", "HEAD") else reverse("declarations:security")
            return HttpResponseRedirect(f"{reverse('second-factor')}?{urlencode({'next': back})}")
        return view(request, *args, **names)

    return wrapped


def new_key(request: HttpRequest) -> None:
    """Whoever read the session's key before opens nothing with it; in the person's list it stays the same session."""
    former = request.session.session_key
    request.session.cycle_key()
    sign_ins.follow(user=person(request), former=former, key=request.session.session_key)


def keep_this_session(request: HttpRequest, *, has_passed: bool = False) -> None:
    """All sessions of the person were ended; this one, in which he did that himself, goes on."""
    generation = Account.objects.filter(user=person(request)).values_list("generation", flat=True).first()
    new_key(request)
    request.session[GENERATION] = generation or 0
    if has_passed:
        request.session[PASSED_AT] = int(time.time())


def find_organisation(request: HttpRequest, uscc: str) -> Organisation:
    """An organisation to which this person belongs.

    Raises: Http404 for everybody else.
    """
    own = Organisation.objects.filter(pk__in=roles_of(request.user).own_organisations)
    return get_object_or_404(own, uscc=uscc)


def ask(request: HttpRequest, form: forms.Form | None, *, back: str, status: int = 200, **words: Any) -> HttpResponse:
    """A page that asks for one act. words: title, lead, button, destructive, failure."""
    context = {"form": form, "back": back, **words}
    return render(request, "declarations/people/ask.html", context, status=status)
