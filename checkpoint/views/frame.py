"""What all officers' pages share: who comes in, and how a verb is asked for and answered."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import View

from checkpoint.forms import ReasonForm
from declarations.errors import DomainError, NotPermitted, Unacceptable
from declarations.lifecycle import MOVES, MoveNotAllowed
from declarations.models import Movable, StaleMove, roles_of

Refusal = (DomainError, MoveNotAllowed, StaleMove)
"""How actions say no."""


class Officers(LoginRequiredMixin, View):
    """A page for officers; for everybody else it does not exist."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let officers in."""
        if request.user.is_authenticated and not roles_of(request.user).is_officer:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @property
    def by(self) -> User:
        """Who acts; only where somebody was let in."""
        assert isinstance(self.request.user, User), "the page asks for a sign-in"
        return self.request.user


def sentence_of(refusal: Exception) -> str:
    """A refusal in words: the action's own, or that somebody else was quicker."""
    if isinstance(refusal, Unacceptable):
        return " ".join(problem.message for problem in refusal.problems) or str(refusal)
    if isinstance(refusal, DomainError):
        return str(refusal)
    return str(_("As things stand now this cannot be done. Somebody may have been quicker; look at the page again."))


def may_become(row: Movable, *statuses: str) -> bool:
    """Whether the table of moves lets the row go to each of these from where it stands."""
    return set(statuses) <= MOVES[row.machine][row.status]


class Act(Officers):
    """One verb on one thing: a page that names it and asks for what it needs; sending it calls one action.

    `find` answers 404 for a thing that this officer may not see.
    """

    form_class: type[forms.Form] = ReasonForm
    title: str | Promise = ""
    lead: str | Promise = ""
    button: str | Promise = ""
    done: str | Promise = ""
    is_destructive = False

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Nothing is found yet."""
        super().setup(request, *args, **kwargs)
        self.names: dict[str, Any] = {}

    def find(self) -> None:
        """Read what the verb is about; set `names` to what the sentences name."""
        raise NotImplementedError

    def check(self) -> None:
        """Raises: NotPermitted when this officer may not do it."""

    def act(self, form: Any) -> None:
        """Call the action."""
        raise NotImplementedError

    def back(self) -> str:
        """Where the officer came from and goes afterwards."""
        raise NotImplementedError

    def form_options(self) -> dict[str, Any]:
        """What the form needs beyond the data."""
        return {}

    def shown(self) -> dict[str, Any]:
        """What the page shows beside its sentence, for whoever has to know it before he decides."""
        return {}

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """The page that asks."""
        self.find()
        try:
            self.check()
        except NotPermitted as refusal:
            return self._page(None, status=403, refusal=sentence_of(refusal))
        return self._page(self.form_class(**self.form_options()))

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        """Do it, or say why not; what was typed stays."""
        self.find()
        form = self.form_class(request.POST, **self.form_options())
        if not form.is_valid():
            return self._page(form, status=422)
        try:
            self.act(form)
        except NotPermitted as refusal:
            return self._page(None, status=403, refusal=sentence_of(refusal))
        except Refusal as refusal:
            form.add_error(None, sentence_of(refusal))
            return self._page(form, status=409)
        if self.done:
            messages.success(request, str(self.done) % self.names)
        return HttpResponseRedirect(self.back())

    def _page(self, form: forms.Form | None, *, status: int = 200, refusal: str = "") -> HttpResponse:
        return render(
            self.request,
            "checkpoint/act.html",
            {
                "form": form,
                "refusal": refusal,
                "title": str(self.title) % self.names,
                "lead": str(self.lead) % self.names,
                "button": self.button,
                "is_destructive": self.is_destructive,
                "back": self.back(),
                "now": timezone.now(),
                **self.shown(),
            },
            status=status,
        )
