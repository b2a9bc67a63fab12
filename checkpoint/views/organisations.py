"""Organisations that wait for an officer, at whatever port; and officers whose telephone is lost."""

from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoint.forms import NoForm
from checkpoint.views.frame import Act, Officers
from declarations import permissions
from declarations.actions.people import factors
from declarations.clearance import verification
from declarations.models import Organisation, Role, roles_of
from declarations.models.parties import OFFICERS
from declarations.readiness import Actor, Otherwise, Wait
from declarations.words import RoleName

MOST_SHOWN = 100


def judges_organisations(user: object) -> bool:
    """Documents officers and supervisors, of whatever port."""
    return any(row.role in (RoleName.DOCUMENTS, RoleName.SUPERVISOR) for row in roles_of(user).rows)


def new_organisations(user: object) -> QuerySet[Organisation]:
    """Those about which nobody has decided, whoever waits longest first; none for officers who may not."""
    if not judges_organisations(user):
        return Organisation.objects.none()
    rows = Organisation.objects.filter(verified_at=None, refused_at=None).exclude(pk__in=roles_of(user).organisations)
    return rows.annotate(since=Coalesce(F("applied_at"), F("created_at"))).order_by("since", "pk")


def wait_of(row: Any) -> Wait:
    """An organisation waits for a documents officer."""
    return Wait(Actor.DOCUMENTS_OFFICER, row.since, None, Otherwise.STAYS)


class Organisations(Officers):
    """The queue."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Name, code, who, since when."""
        rows = new_organisations(request.user).select_related("applied_by")[:MOST_SHOWN]
        context = {"waits": [(row, wait_of(row)) for row in rows], "now": timezone.now()}
        return render(request, "checkpoint/organisations.html", context)


class OnOrganisation(Act):
    """A verb on one organisation of the queue."""

    def find(self) -> None:
        """The organisation; whoever was quicker has taken it out of the queue."""
        self.organisation = get_object_or_404(new_organisations(self.request.user), uscc=self.kwargs["newcomer"])
        self.names = {"name": self.organisation.name, "uscc": self.organisation.uscc}

    def back(self) -> str:
        """To the queue."""
        return reverse("checkpoint:organisations")


class Verify(OnOrganisation):
    """Its papers are right."""

    form_class = NoForm
    title = _("Verify %(name)s")
    lead = _("%(uscc)s: name and code stand so in the register of enterprises. From now on it may lodge.")
    button = _("Verify")
    done = _("%(name)s is verified and was told.")

    def act(self, form: Any) -> None:
        """Verify."""
        verification.verify(
            organisation_id=self.organisation.pk,
            by=self.by,
            now=timezone.now(),
        )


class RefuseOrganisation(OnOrganisation):
    """Something is wrong with it."""

    title = _("Do not verify %(name)s")
    lead = _("%(uscc)s: say what is wrong. The organisation reads it, may put it right and ask again.")
    button = _("Do not verify")
    done = _("%(name)s was told why.")
    is_destructive = True

    def act(self, form: Any) -> None:
        """Refuse."""
        verification.refuse(
            organisation_id=self.organisation.pk,
            reason=form.cleaned_data["reason"],
            by=self.by,
            now=timezone.now(),
        )


class People(Officers):
    """The officers, for the supervisor: who has a second factor, and who needs help with it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One line for each role."""
        if not any(row.role == RoleName.SUPERVISOR for row in roles_of(request.user).rows):
            raise Http404
        rows = Role.objects.filter(role__in=OFFICERS, user__is_active=True).select_related("user", "port")
        people = list(rows.order_by("user__username", "role"))
        safe = set(factors.everybody_with_one([row.user_id for row in people]))
        context = {"people": [(row, RoleName(row.role).label, row.user_id in safe) for row in people]}
        return render(request, "checkpoint/people.html", context)


class Recover(Act):
    """Take an officer's second factor off, because his telephone is lost."""

    title = _("Take the second factor of %(name)s off")
    lead = _("Only when you are sure who asks: see or call the person. It is recorded, and the person is told.")
    button = _("Take it off")
    done = _("Done. %(name)s signs in and sets up a new one.")
    is_destructive = True

    def find(self) -> None:
        """The officer behind a role."""
        if not any(row.role == RoleName.SUPERVISOR for row in roles_of(self.request.user).rows):
            raise Http404
        row = get_object_or_404(
            Role.objects.filter(role__in=OFFICERS).select_related("user"), public_id=self.kwargs["officer"]
        )
        self.person = row.user
        self.names = {"name": row.user.get_full_name() or row.user.get_username()}

    def check(self) -> None:
        """Another person."""
        permissions.check_can_recover(self.request.user, self.person)

    def act(self, form: Any) -> None:
        """Recover."""
        factors.recover(
            person_id=self.person.pk,
            reason=form.cleaned_data["reason"],
            by=self.by,
            now=timezone.now(),
        )

    def back(self) -> str:
        """To the officers."""
        return reverse("checkpoint:people")
