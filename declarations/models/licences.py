"""An exporter's licences: number, validity and the quantity that is granted; how much of it is used is computed.

Nothing is written down but what each vehicle names: a vehicle that is withdrawn or comes back gives its part back by
itself, and two that are lodged at once both count.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from declarations import papers
from declarations.lifecycle import VehicleStatus
from declarations.models.parties import Organisation, roles_of
from declarations.models.vehicle import NUMBER_KEY, Paper

USER = settings.AUTH_USER_MODEL

USES = Q(vehicle__live=True) | Q(vehicle__status__in=[VehicleStatus.EXITED, VehicleStatus.HANDED_OVER])
"""Vehicles that use up their part: with customs, at the port, or out of the country."""


class LicenceQuerySet(models.QuerySet["Licence"]):
    """Slices of licences; doors start from `visible_to`."""

    def visible_to(self, user: object) -> Self:
        """Licences of the organisations for which this user declares."""
        return self.filter(organisation__in=roles_of(user).organisations)


class Licence(models.Model):
    """A counted paper of one organisation, as it was granted."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="licences", verbose_name=_("organisation")
    )
    paper = models.ForeignKey("declarations.PaperType", models.PROTECT, verbose_name=_("paper"), db_index=False)
    number = models.CharField(_("number"), max_length=64)
    key = models.CharField(max_length=64, editable=False)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    granted = models.PositiveIntegerField(_("granted, vehicles"))
    updated_at = models.DateTimeField(_("changed at"))
    updated_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("changed by"))

    objects = LicenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "paper", "key"], name="licence_once"),
            models.CheckConstraint(name="licence_grants_something", condition=Q(granted__gte=1)),
        ]

    def __str__(self) -> str:
        """The number."""
        return self.number


@dataclass(frozen=True, slots=True)
class Use:
    """A licence, and how much of it is used by vehicles."""

    licence: Licence
    used: int

    @property
    def left(self) -> int:
        """What may still be named; never below zero."""
        return max(self.licence.granted - self.used, 0)

    @property
    def is_exceeded(self) -> bool:
        """Whether more vehicles name it than it was granted for."""
        return self.used > self.licence.granted


def uses(licences: Iterable[Licence], *, without: int | None = None) -> list[Use]:
    """Each licence with what its organisation's vehicles use of it, in one query.

    without: the id of a declaration that is not counted.
    """
    rows = list(licences)
    if not rows:
        return []
    named = (
        Paper.objects.annotate(key=NUMBER_KEY)
        .filter(
            USES,
            vehicle__declaration__organisation__in={row.organisation_id for row in rows},
            code__in={row.paper_id for row in rows},
            key__in={row.key for row in rows},
        )
        .order_by()
    )
    if without is not None:
        named = named.exclude(vehicle__declaration=without)
    counted = named.values("key", "code", organisation=F("vehicle__declaration__organisation")).annotate(
        used=Sum(Coalesce("quantity", 1))
    )
    used = {(each["organisation"], each["code"], each["key"]): each["used"] for each in counted}
    return [Use(row, used.get((row.organisation_id, row.paper_id, row.key), 0)) for row in rows]


def licence_book(organisation_id: int, *, without: int | None = None) -> papers.LicenceBook:
    """An organisation's licences as the checks read them; empty, and one query, where none was entered."""
    found = uses(Licence.objects.filter(organisation=organisation_id), without=without)
    return {
        (use.licence.paper_id, use.licence.key): papers.Licence(use.licence.number, use.licence.granted, use.used)
        for use in found
    }
