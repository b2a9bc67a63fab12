"""What a device did without the server, and where the centre does not agree.

A claim stands beside its passage and never changes; a conflict names both sides and is resolved once, by somebody else
than the officer who lifted the barrier.
"""

import uuid
from enum import StrEnum
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from checkpoint.models.passage import Passage
from checkpoint.offline.rule import Rule
from checkpoint.reasons import Reason, Verdict
from declarations.models import Hold
from declarations.models.triggers import Law, append_only, refuse

USER = settings.AUTH_USER_MODEL


class Claim(models.Model):
    """What a device said and an officer did while the server could not be asked; handed in later, with its passage.

    Moments of the device are kept as it told them and decide nothing: order is that of receipt and `sequence`.
    """

    passage = models.OneToOneField(Passage, models.PROTECT, related_name="claim", verbose_name=_("passage"))
    received_at = models.DateTimeField(_("received at"))
    sequence = models.PositiveBigIntegerField(_("number on the device"))
    # what the device said
    verdict = models.CharField(_("said by the device"), max_length=8, choices=Verdict)
    reason = models.CharField(_("because"), max_length=30, choices=Reason)
    rule = models.CharField(_("what the officer could do"), max_length=12, choices=[(r.value, r.value) for r in Rule])
    manifest_version = models.PositiveBigIntegerField(_("version of its list"), null=True)
    manifest_age_s = models.PositiveIntegerField(_("age of its list, seconds"), null=True)
    # what the officer did
    lifted = models.BooleanField(_("lifted"))
    lifted_at = models.DateTimeField(_("lifted at, by the device's clock"), null=True)
    vin_read = models.CharField(_("VIN read by the officer"), max_length=17, blank=True)
    # how far the device's clock was ahead of ours when it handed this in
    clock_ahead_s = models.BigIntegerField(_("clock of the device ahead, seconds"), null=True)
    body_digest = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("offline passage")
        verbose_name_plural = _("offline passages")
        ordering = ["-received_at", "-sequence"]
        triggers = append_only("claim")

    def __str__(self) -> str:
        """What was said."""
        return f"{self.verdict} {self.reason} #{self.sequence}"


class Side(models.TextChoices):
    """What stands against the device's passage."""

    ADMITTED_ELSEWHERE = "ADMITTED_ELSEWHERE", _("admitted elsewhere")
    HELD = "HELD", _("a hold was placed")
    NOT_LIFTED = "NOT_LIFTED", _("admitted here, but the barrier was not lifted")
    REFUSED = "REFUSED", _("the gate would have stopped it")


class ConflictResult(models.TextChoices):
    """How a conflict ended."""

    COUNT = "COUNT", _("the passage counts: the vehicle goes on")
    SAME_CAR = "SAME_CAR", _("one crossing, recorded twice")
    STOPPED = "STOPPED", _("the vehicle was stopped or is back")
    GONE = "GONE", _("the vehicle has gone; the supervisor takes it over")


class OwedByConflict(StrEnum):
    """Kinds of outbox work about a conflict; the subject is its row's id."""

    TELL_CONFLICT = "tell_conflict"


class ConflictQuerySet(models.QuerySet["Conflict"]):
    """Slices of conflicts."""

    def visible_to(self, user: object) -> Self:
        """Conflicts at the ports where the user is an officer."""
        return self.filter(passage__in=Passage.objects.visible_to(user).order_by())

    def open(self) -> Self:
        """Waiting for an officer."""
        return self.filter(resolved_at=None)


class Conflict(models.Model):
    """A passage that a device let through, or did not, against what the centre knows."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    passage = models.OneToOneField(Passage, models.PROTECT, related_name="conflict", verbose_name=_("passage"))
    side = models.CharField(_("what stands against it"), max_length=20, choices=Side)
    reason = models.CharField(_("answer of the gate"), max_length=30, choices=Reason)
    other = models.ForeignKey(
        Passage, models.PROTECT, null=True, related_name="+", verbose_name=_("the other passage"), db_index=False
    )
    hold = models.ForeignKey(Hold, models.PROTECT, null=True, related_name="+", verbose_name=_("hold"), db_index=False)
    lifted_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("lifted by"), db_index=False
    )
    opened_at = models.DateTimeField(_("opened at"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True)
    resolved_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("resolved by"), db_index=False
    )
    result = models.CharField(_("result"), max_length=10, choices=ConflictResult, blank=True)
    resolution = models.TextField(_("reason"), blank=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["opened_at"], name="conflict_open", condition=Q(resolved_at=None))]
        constraints = [
            models.CheckConstraint(
                name="conflict_resolved_whole",
                condition=Q(resolved_at=None, resolved_by=None, result="")
                | (Q(resolved_at__isnull=False, resolved_by__isnull=False) & ~Q(result="")),
            ),
            models.CheckConstraint(
                name="conflict_resolved_by_another",
                condition=Q(lifted_by=None) | Q(resolved_by=None) | ~Q(resolved_by=F("lifted_by")),
            ),
        ]
        triggers = [
            *append_only("conflict")[1:],
            Law(
                name="conflict_never_vanishes",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func=append_only("conflict")[0].func,
            ),
            Law(
                name="conflict_sides_stay",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=refuse(
                    "OLD.resolved_at IS NOT NULL OR "
                    "(OLD.passage_id, OLD.side, OLD.reason, OLD.other_id, OLD.hold_id, OLD.lifted_by_id, OLD.opened_at,"
                    " OLD.public_id) IS DISTINCT FROM (NEW.passage_id, NEW.side, NEW.reason, NEW.other_id, NEW.hold_id,"
                    " NEW.lifted_by_id, NEW.opened_at, NEW.public_id)",
                    "the sides of a conflict never change, and it is resolved once",
                ),
            ),
        ]

    def __str__(self) -> str:
        """Side and reason."""
        return f"{self.side} {self.reason}"

    def resolve(self, result: str, *, by: object, at: object, resolution: str) -> None:
        """End this locked conflict."""
        self.result, self.resolved_by, self.resolved_at, self.resolution = result, by, at, resolution  # type: ignore[assignment]
        self.save(update_fields=["result", "resolved_by", "resolved_at", "resolution"])
