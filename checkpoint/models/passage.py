"""A passage: one scan at one lane, answered and stored for ever."""

import os
import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from checkpoint.models.checkpoint import Lane
from checkpoint.models.device import Device
from checkpoint.reasons import Reason, Verdict
from declarations.models import Declaration, Port, Vehicle, roles_of
from declarations.models.triggers import append_only
from declarations.words import Stage

USER = settings.AUTH_USER_MODEL


def new_passage_id(now: datetime) -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): milliseconds first, so that rows written together lie together."""
    milliseconds = int(now.timestamp() * 1000)
    value = milliseconds << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


class PassageQuerySet(models.QuerySet["Passage"]):
    """Slices of passages; doors start from `visible_to`."""

    def visible_to(self, user: object) -> Self:
        """Passages at the ports where the user is an officer; never of vehicles that his own enterprise declared."""
        roles = roles_of(user)
        ports = roles.ports()
        here = self if ports is None else self.filter(port__in=ports)
        return here.exclude(declaration__organisation__in=roles.organisations) if roles.organisations else here


class Passage(models.Model):
    """What was asked at a lane and what was answered. Append-only, also against raw SQL (law 7)."""

    id = models.UUIDField(primary_key=True)
    # who and when
    device = models.ForeignKey(
        Device, models.PROTECT, related_name="passages", verbose_name=_("device"), db_index=False
    )
    lane = models.ForeignKey(Lane, models.PROTECT, verbose_name=_("lane"), db_index=False)
    # Unchecked by the database: each check would lock, and write to, the one row that all scans of a port share.
    port = models.ForeignKey(Port, models.PROTECT, verbose_name=_("port"), db_constraint=False, db_index=False)
    stage = models.CharField(_("stage"), max_length=8, choices=Stage)
    officer = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("officer"), db_index=False
    )
    captured_at = models.DateTimeField(_("captured at"), null=True)
    decided_at = models.DateTimeField(_("decided at"))
    trace_id = models.CharField(_("trace id"), max_length=64, blank=True)
    # what was asked
    scan_id = models.UUIDField(_("scan id"))
    code = models.TextField(_("code"), null=True)  # noqa: DJ001 - null: none was read; "": an empty one was
    seen = models.JSONField(_("seen"), default=dict)
    # what was answered
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    reason = models.CharField(_("reason"), max_length=30, choices=Reason)
    advice = models.JSONField(_("advice"), default=list)
    vehicle = models.ForeignKey(
        Vehicle,
        models.PROTECT,
        null=True,
        related_name="passages",
        verbose_name=_("vehicle"),
        db_index=False,
    )
    declaration = models.ForeignKey(
        Declaration,
        models.PROTECT,
        null=True,
        related_name="passages",
        verbose_name=_("declaration"),
    )
    answer = models.JSONField(_("answer"), default=dict)

    objects = PassageQuerySet.as_manager()

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering = ["-decided_at"]
        indexes = [
            models.Index("port", F("decided_at").desc(), name="passage_at_port"),
            models.Index("vehicle", "stage", F("decided_at").desc(), name="passage_of_vehicle"),
        ]
        triggers = append_only("passage")

    def __str__(self) -> str:
        """Verdict, reason, lane."""
        return f"{self.verdict} {self.reason} {self.lane_id}"


class ScanKey(models.Model):
    """That a device asked this question already: the replay gets the stored answer. Small and never partitioned.

    Written together with its passage, whose device the database checks; so it checks nothing here once more.
    """

    device = models.ForeignKey(Device, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    scan_id = models.UUIDField(_("scan id"))
    body_digest = models.CharField(max_length=64)
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    class Meta:
        verbose_name = _("scan key")
        verbose_name_plural = _("scan keys")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["device", "scan_id"], name="scan_key_once")]

    def __str__(self) -> str:
        """The scan's id."""
        return str(self.scan_id)


class OwedByCase(StrEnum):
    """Kinds of outbox work about a case; the subject is its id."""

    TELL_CASE = "tell_case"
    TELL_OPEN_CASE = "tell_open_case"


PATIENCE_WITH_CASES = timedelta(minutes=5)
"""After this time the control centre is told of a case that nobody decided (DOMAIN section 9)."""


class CaseResult(models.TextChoices):
    """How an officer closed a case."""

    RELEASE = "RELEASE", _("release")
    INSPECT = "INSPECT", _("inspect")
    TURN_BACK = "TURN_BACK", _("turn back")
    CONTEST = "CONTEST", _("contested: an earlier admission was annulled")
    CLOSE = "CLOSE", _("settled otherwise")
    LATER_PASSAGE = "LATER_PASSAGE", _("a later passage settled it")


class CaseQuerySet(models.QuerySet["Case"]):
    """Slices of cases."""

    def visible_to(self, user: object) -> Self:
        """Cases at the ports where the user is an officer."""
        return self.filter(passage__in=Passage.objects.visible_to(user).order_by())

    def open(self) -> Self:
        """Waiting for an officer."""
        return self.filter(closed_at=None)


class Case(models.Model):
    """A passage that wants an officer: every MANUAL or ALARM opens one."""

    passage = models.OneToOneField(Passage, models.PROTECT, related_name="case", verbose_name=_("passage"))
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by"))
    result = models.CharField(_("result"), max_length=14, choices=CaseResult, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    vin_read = models.CharField(_("VIN read by the officer"), max_length=17, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["opened_at"], name="case_open", condition=Q(closed_at=None)),
            models.Index(fields=["closed_at"], name="case_released", condition=Q(result="RELEASE")),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_closed_has_result",
                condition=Q(closed_at=None, result="") | (~Q(closed_at=None) & ~Q(result="")),
            )
        ]

    def __str__(self) -> str:
        """The passage."""
        return str(self.passage)
