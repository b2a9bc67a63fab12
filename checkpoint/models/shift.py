"""A shift: one officer at one device, from opening its lane until he ends it or somebody takes over."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from checkpoint.models.device import Device
from declarations.models import roles_of
from declarations.models.triggers import NEVER, UNLESS_TESTS_EMPTY_TABLES, Law, refuse

USER = settings.AUTH_USER_MODEL


class Standing(StrEnum):
    """How a device stands for the person before it."""

    FREE = "FREE"
    MINE = "MINE"
    TAKEN = "TAKEN"
    LOCKED = "LOCKED"


class ShiftQuerySet(models.QuerySet["Shift"]):
    """Slices of shifts."""

    def visible_to(self, user: object) -> Self:
        """Shifts at the ports where the user is an officer."""
        ports = roles_of(user).ports()
        return self if ports is None else self.filter(device__lane__checkpoint__port__in=ports)

    def open(self) -> Self:
        """Not ended."""
        return self.filter(ended_at=None)


class Shift(models.Model):
    """Who held a device from when to when; a device has one open shift at most. What ended never changes."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="shifts", verbose_name=_("device"))
    officer = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("officer"))
    started_at = models.DateTimeField(_("started at"))
    seen_at = models.DateTimeField(_("last used at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by"))

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(fields=["device"], condition=Q(ended_at=None), name="shift_one_open_per_device"),
            models.CheckConstraint(name="shift_seen_after_start", condition=Q(seen_at__gte=F("started_at"))),
            models.CheckConstraint(
                name="shift_ended_by_somebody",
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__gte=F("started_at"), ended_by__isnull=False),
            ),
        ]
        triggers = [
            Law(
                name="shift_only_goes_on",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=refuse(
                    "OLD.ended_at IS NOT NULL OR (NEW.device_id, NEW.officer_id, NEW.started_at)"
                    " IS DISTINCT FROM (OLD.device_id, OLD.officer_id, OLD.started_at) OR NEW.seen_at < OLD.seen_at",
                    "a shift only goes on until it ends",
                ),
            ),
            Law(name="shift_stays", operation=pgtrigger.Delete, when=pgtrigger.Before, func=NEVER),
            Law(
                name="shift_no_truncate",
                operation=pgtrigger.Truncate,
                when=pgtrigger.Before,
                level=pgtrigger.Statement,
                func=UNLESS_TESTS_EMPTY_TABLES + NEVER,
            ),
        ]

    def __str__(self) -> str:
        """Officer and device."""
        return f"{self.officer} {self.device_id}"

    def wants_proof(self, *, proven_at: datetime, now: datetime, patience: timedelta) -> bool:
        """Whether the person of this session has to prove himself before he scans on.

        After a pause longer than patience, and after he ended the shift himself; proven_at: when he last did so.
        """
        if self.ended_at is not None and self.ended_by_id == self.officer_id:
            return proven_at < self.ended_at
        return now - max(self.seen_at, proven_at) > patience


def standing(
    *, of: Shift | None, own: Shift | None, officer_id: int, proven_at: datetime, now: datetime, patience: timedelta
) -> Standing:
    """How a device stands for an officer. of: its open shift; own: the shift that his session began last."""
    if own is not None and own.wants_proof(proven_at=proven_at, now=now, patience=patience):
        return Standing.LOCKED
    if of is None:
        return Standing.FREE
    return Standing.MINE if of.officer_id == officer_id else Standing.TAKEN
