"""Controls: facts beside the status that block release until somebody closes them. And why something was selected."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from declarations.lifecycle import CheckStatus, InspectionStatus, Machine
from declarations.models.declaration import Declaration
from declarations.models.movable import Movable
from declarations.models.triggers import begins_at_the_beginning, status_has_history
from declarations.models.vehicle import Vehicle
from declarations.words import Agency, Channel, InspectionCheck, InspectionNext, Stage

USER = settings.AUTH_USER_MODEL


class RiskScope(models.TextChoices):
    """What a rule looks at."""

    VEHICLE = "VEHICLE", _("vehicle")
    DECLARATION = "DECLARATION", _("declaration")


class RiskRule(models.Model):
    """One version of a selection rule; a change is a new version, so that old hits stay explainable."""

    code = models.CharField(_("code"), max_length=40)
    version = models.PositiveIntegerField(_("version"), default=1)
    label = models.CharField(_("label"), max_length=200)
    scope = models.CharField(_("looks at"), max_length=12, choices=RiskScope, default=RiskScope.VEHICLE)
    port = models.ForeignKey(
        "declarations.Port", models.CASCADE, null=True, blank=True, verbose_name=_("port"), help_text=_("empty: all")
    )
    condition = models.JSONField(_("condition"))
    points = models.PositiveSmallIntegerField(_("points"), default=0)
    channel = models.CharField(_("forced channel"), max_length=6, choices=Channel, blank=True)
    checks = ArrayField(
        models.CharField(max_length=12, choices=InspectionCheck),
        default=list,
        blank=True,
        verbose_name=_("what is examined"),
    )
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("risk rule")
        verbose_name_plural = _("risk rules")
        ordering = ["code", "version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="risk_rule_version_once")]

    def __str__(self) -> str:
        """Code and version."""
        return f"{self.code} v{self.version}"


class RiskHit(models.Model):
    """That a rule, in this version, selected this vehicle or declaration."""

    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="risk_hits")
    vehicle = models.ForeignKey(Vehicle, models.CASCADE, null=True, related_name="risk_hits")
    rule_code = models.CharField(_("rule"), max_length=40)
    rule_version = models.PositiveIntegerField(_("version"))
    points = models.PositiveSmallIntegerField(_("points"))
    channel = models.CharField(_("channel"), max_length=6, choices=Channel, blank=True)
    declaration_version = models.PositiveIntegerField(_("version of the declaration"))
    draw = models.FloatField(_("draw"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("risk hit")
        verbose_name_plural = _("risk hits")
        ordering = ["id"]

    def __str__(self) -> str:
        """Rule and version."""
        return f"{self.rule_code} v{self.rule_version}"


class HoldQuerySet(models.QuerySet["Hold"]):
    """Slices of holds."""

    def standing(self) -> "HoldQuerySet":
        """Not lifted yet."""
        return self.filter(lifted_at=None)


class Hold(models.Model):
    """A block placed by an agency on a vehicle or a whole declaration; lifted by somebody else."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="holds")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, blank=True, related_name="holds")
    reason = models.ForeignKey("declarations.HoldReason", models.PROTECT, verbose_name=_("reason"))
    text = models.TextField(_("inner text, for officers only"), blank=True)
    public_text = models.CharField(_("public reason"), max_length=300, blank=True)
    placed_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("placed by"))
    placed_at = models.DateTimeField(_("placed at"))
    lifted_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("lifted by"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True)
    lift_reason = models.TextField(_("reason for lifting"), blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["-placed_at"]
        indexes = [
            models.Index(fields=["declaration"], name="hold_standing", condition=Q(lifted_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="hold_lifted_pair",
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="hold_lifted_by_another", condition=Q(lifted_by=None) | ~Q(lifted_by=F("placed_by"))
            ),
        ]

    def __str__(self) -> str:
        """The public reason."""
        return self.public_text or str(self.reason)


class DocumentCheckQuerySet(models.QuerySet["DocumentCheck"]):
    """Slices of document checks."""

    def close(self, outcome: str, *, by: User, at: datetime, reason: str) -> None:
        """Accept or refuse the papers of these locked checks."""
        self.update(status=outcome, closed_at=at, closed_by=by, close_reason=reason)


class DocumentCheck(models.Model):
    """Papers of one vehicle that an officer must see before release."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="checks")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="checks")
    because = models.CharField(_("because"), max_length=40)
    status = models.CharField(_("outcome"), max_length=10, choices=CheckStatus, default=CheckStatus.OPEN)
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by"))
    close_reason = models.TextField(_("reason"), blank=True)

    objects = DocumentCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("document check")
        verbose_name_plural = _("document checks")
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["vehicle"], condition=Q(status="OPEN"), name="document_check_one_open"),
            models.CheckConstraint(
                name="document_check_closed_pair",
                condition=Q(status="OPEN", closed_at=None, closed_by=None)
                | (~Q(status="OPEN") & Q(closed_at__isnull=False, closed_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        """Why and how it stands."""
        return f"{self.because} {self.status}"


class DocumentRequest(models.Model):
    """A paper that an officer wants to see, with its clock."""

    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="requests")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, related_name="requests")
    paper = models.ForeignKey("declarations.PaperType", models.PROTECT, verbose_name=_("paper"))
    why = models.CharField(_("why"), max_length=300)
    due_at = models.DateTimeField(_("due at"))
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by"))
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("document request")
        verbose_name_plural = _("document requests")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="document_request_answered_pair",
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        """The paper."""
        return str(self.paper_id)


class InspectionQuerySet(models.QuerySet["Inspection"]):
    """Slices of inspections."""

    def for_repair(self) -> "InspectionQuerySet":
        """Orders that wait for the exporter's repair; whether he was told of the failure yet, the caller asks."""
        sent_back = (InspectionNext.REPAIR_AND_RECHECK, InspectionNext.TURN_BACK)
        return self.filter(status=InspectionStatus.ORDERED, follows__next__in=sent_back, repaired_at=None)


class Inspection(Movable):
    """A work order to examine one vehicle."""

    machine: ClassVar[Machine] = Machine.INSPECTION

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="inspections", verbose_name=_("vehicle"))
    status = models.CharField(
        _("status"), max_length=16, choices=InspectionStatus, default=InspectionStatus.ORDERED, editable=False
    )
    agency = models.CharField(_("agency"), max_length=12, choices=Agency, default=Agency.CUSTOMS)
    checks = ArrayField(
        models.CharField(max_length=12, choices=InspectionCheck), default=list, verbose_name=_("what is examined")
    )
    bay = models.ForeignKey(
        "declarations.Bay", models.SET_NULL, null=True, related_name="inspections", verbose_name=_("bay")
    )
    ordered_because = models.CharField(_("ordered because"), max_length=40)
    ordered_text = models.CharField(_("in the officer's words"), max_length=200, blank=True)
    must_be_done = models.BooleanField(_("has to be done"), default=False)
    ordered_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("ordered by"))
    ordered_at = models.DateTimeField(_("ordered at"))
    follows = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="followed_by", verbose_name=_("follows")
    )
    started_at = models.DateTimeField(_("started at"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by"))
    findings = models.TextField(_("findings"), blank=True)
    finding_codes = ArrayField(models.CharField(max_length=24), default=list, verbose_name=_("findings by code"))
    repaired_at = models.DateTimeField(_("said to be repaired at"), null=True)
    repaired_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("said to be repaired by")
    )
    repair_text = models.CharField(_("what was repaired"), max_length=1000, blank=True)
    next = models.CharField(_("what next"), max_length=20, choices=InspectionNext, blank=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "agency"],
                condition=Q(status__in=["ORDERED", "IN_PROGRESS"]),
                name="inspection_one_open",
            ),
            models.CheckConstraint(name="inspection_agency_known", condition=Q(agency__in=Agency.values)),
            models.CheckConstraint(
                name="inspection_repaired_pair",
                condition=Q(repaired_at=None, repaired_by=None)
                | Q(repaired_at__isnull=False, repaired_by__isnull=False),
            ),
            models.CheckConstraint(name="inspection_status_known", condition=Q(status__in=InspectionStatus.values)),
            models.CheckConstraint(
                name="inspection_after_failure_is_done",
                condition=(Q(follows=None) & Q(must_be_done=False))
                | (Q(must_be_done=True) & ~Q(status__in=["WAIVED", "CANCELLED"])),
            ),
        ]
        triggers = [
            begins_at_the_beginning(Machine.INSPECTION),
            status_has_history("declarations_inspection", "inspection"),
        ]

    def __str__(self) -> str:
        """Why and how it stands."""
        return f"{self.ordered_because} {self.status}"

    @property
    def awaits_repair(self) -> bool:
        """Whether the exporter may still say that what the one before found is repaired; `for_repair` as a question."""
        return self.status == InspectionStatus.ORDERED and self.follows_id is not None and self.repaired_at is None


class Override(models.Model):
    """A hold or document check that two people set aside for one vehicle, one stage and thirty minutes (law 3)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="overrides", verbose_name=_("vehicle"))
    stage = models.CharField(_("stage"), max_length=8, choices=Stage)
    hold_ids = ArrayField(models.BigIntegerField(), default=list)
    check_ids = ArrayField(models.BigIntegerField(), default=list)
    reason = models.TextField(_("reason"))
    passage_id = models.UUIDField(_("passage"), null=True)
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    granted_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("granted by"))
    granted_at = models.DateTimeField(_("granted at"), null=True)
    expires_at = models.DateTimeField(_("expires at"), null=True)
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                name="override_granted_pair",
                condition=Q(granted_at=None, granted_by=None, expires_at=None)
                | Q(granted_at__isnull=False, granted_by__isnull=False, expires_at__isnull=False),
            ),
            models.CheckConstraint(name="override_by_two", condition=Q(granted_by=None) | ~Q(granted_by=F("asked_by"))),
            models.CheckConstraint(name="override_used_was_granted", condition=Q(used_at=None) | ~Q(granted_at=None)),
        ]

    def __str__(self) -> str:
        """Stage and reason."""
        return f"{self.stage}: {self.reason}"
