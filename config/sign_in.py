"""The sign-in page: ten wrong passwords for a name or from an address, then one try every half minute.

It is the only door: the back-office sends people here as well. A second factor, where there is one, comes next.
"""

import time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import check_for_language
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language

from checkpoint import shifts
from checkpoint.views.shifts import SHIFT
from config.brake import braked
from config.second_factor import HALF
from config.sessions import enter, speak_to
from declarations.actions.people import accounts
from declarations.actions.people.factors import has_factor
from declarations.rates import address_of

TRIES = 10.0
TRIES_PER_S = 1 / 30
TRIES_OF_ADDRESS = 100.0
"""A whole office may sit behind one address."""


class SignInForm(AuthenticationForm):
    """Django's own; a mail address will do for the name."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["username"].label = _("User name or mail address")


class SignIn(LoginView):
    """Django's own, with a brake on guessing; the brake works also while Redis is away."""

    form_class = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **names: Any) -> HttpResponse:
        """Count the try before the password is looked at, so that a guess costs the same right or wrong."""
        name = f"name:{_as_looked_up(request.POST.get('username', ''))}"
        office = (f"address:{address_of(request)}", TRIES_PER_S * 10, TRIES_OF_ADDRESS)
        return braked(request, (name, TRIES_PER_S, TRIES), office) or super().post(request, *args, **names)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The password was right: ask for the second factor where there is one, else open."""
        user = form.get_user()
        if not isinstance(user, User) or not has_factor(user):
            enter(self.request, user, has_passed=False)
            answer = HttpResponseRedirect(self.get_success_url())
            speak_to(answer, user)
            return answer
        self.request.session.cycle_key()
        proof = user.get_session_auth_hash()
        self.request.session[HALF] = {"user": user.pk, "at": int(time.time()), "proof": proof}
        return HttpResponseRedirect(f"{reverse('second-factor')}?{urlencode({'next': self.get_success_url()})}")


class SignOut(LogoutView):
    """Django's own; nothing of the person stays in the browser. Cookies stay: one of them is the language."""

    def post(self, request: HttpRequest, *args: Any, **names: Any) -> HttpResponse:
        """End the session, with it a shift, and have the browser forget pages and what scripts kept (ASVS 14.3.1).

        Where a lane was opened only pages are forgotten: passages made without a network wait there to be delivered.
        """
        shift = request.session.get(SHIFT)
        if isinstance(request.user, User) and shift is not None:
            shifts.end(shift_id=shift, by=request.user, now=timezone.now())
        answer: HttpResponse = super().post(request, *args, **names)
        answer["Clear-Site-Data"] = '"cache", "storage"' if shift is None else '"cache"'
        return answer


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The back-office's own sign-in has no brake, so it hands over to ours.

    Raises: PermissionDenied for whoever is signed in and may not enter: ours would send him back at once.
    """
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Django's own; whoever is signed in finds his choice again at the next sign-in, on any machine."""
    answer: HttpResponseBase = set_language(request)
    language = request.POST.get("language", "")
    known = dict(settings.LANGUAGES)
    if isinstance(request.user, User) and language in known and check_for_language(language):
        accounts.speak(language=language, by=request.user)
    return answer


def _as_looked_up(name: str) -> str:
    """The name as the form looks it up: blanks around it and other widths of its letters are the same person."""
    plain = str(UsernameField(max_length=150).to_python(name))[:150]
    return plain.casefold() if "@" in plain else plain
