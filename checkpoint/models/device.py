"""The machine that scans, or the page on which an officer scans as one; what became of it, and what it told last."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkpoint.models.checkpoint import Lane
from declarations.models import ApiKey, Port, roles_of
from declarations.models.triggers import append_only

USER = settings.AUTH_USER_MODEL


class DeviceKind(models.TextChoices):
    """What stands behind a device."""

    LANE = "LANE", _("lane equipment")
    HANDHELD = "HANDHELD", _("handheld")
    VIRTUAL = "VIRTUAL", _("officer's page")


MACHINES = (DeviceKind.LANE, DeviceKind.HANDHELD)
"""Kinds with a key of their own; an officer's page has his session instead."""


class DeviceQuerySet(models.QuerySet["Device"]):
    """Slices of devices; doors start from `visible_to`."""

    def visible_to(self, user: object) -> Self:
        """Devices at the ports where the user is an officer."""
        ports = roles_of(user).ports()
        return self if ports is None else self.filter(lane__checkpoint__port__in=ports)

    def machines(self) -> Self:
        """Those with a key of their own."""
        return self.filter(kind__in=MACHINES)


class Device(models.Model):
    """A scanner with its key; revoking either is effective on the next call. Without `enrolled_at` it has none yet."""

    public_id = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False)
    lane = models.ForeignKey(Lane, models.PROTECT, related_name="devices", verbose_name=_("lane"))
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=DeviceKind, default=DeviceKind.LANE)
    api_key = models.OneToOneField(
        ApiKey, models.PROTECT, null=True, blank=True, related_name="device", verbose_name=_("key")
    )
    enrolled_at = models.DateTimeField(_("enrolled at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["lane", "name"]
        constraints = [
            models.UniqueConstraint(fields=["lane"], condition=Q(kind="VIRTUAL"), name="device_one_virtual_per_lane"),
        ]

    def __str__(self) -> str:
        """Lane and name."""
        return f"{self.lane} {self.name}"

    def is_usable(self) -> bool:
        """Whether it may still scan."""
        return self.revoked_at is None

    def revoke(self, *, now: datetime) -> None:
        """Close it; its key opens nothing any more."""
        self.revoked_at = now
        self.save(update_fields=["revoked_at"])


class EnrolmentCode(models.Model):
    """The one-time code for which a machine gets its key. Only a digest is kept; the row goes when the code is used."""

    device = models.OneToOneField(Device, models.CASCADE, related_name="code", verbose_name=_("device"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("made by"), db_index=False)
    expires_at = models.DateTimeField(_("valid until"))

    class Meta:
        verbose_name = _("enrolment code")
        verbose_name_plural = _("enrolment codes")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        """The device; the code itself is known to whoever made it alone."""
        return str(self.device)


class DeviceVerb(models.TextChoices):
    """What was done with a device."""

    ADDED = "ADDED", _("added")
    CODE_MADE = "CODE_MADE", _("code made")
    ENROLLED = "ENROLLED", _("key fetched")
    MOVED = "MOVED", _("moved to another lane")
    REVOKED = "REVOKED", _("revoked")
    REPORTED = "REPORTED", _("reported a fault")


class DeviceEvent(models.Model):
    """One thing that was done with a device, or that it reported. Append-only. by: None where the machine acted."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="events", verbose_name=_("device"))
    at = models.DateTimeField(_("at"))
    verb = models.CharField(_("what"), max_length=10, choices=DeviceVerb)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("by"), db_index=False)
    lane = models.ForeignKey(Lane, models.PROTECT, related_name="+", verbose_name=_("lane"), db_index=False)
    reason = models.TextField(_("reason"), blank=True)
    data = models.JSONField(_("values"), default=dict)

    class Meta:
        verbose_name = _("event of a device")
        verbose_name_plural = _("events of devices")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="device_event_verb_known", condition=Q(verb__in=DeviceVerb.values)),
        ]
        triggers = append_only("device_event")

    def __str__(self) -> str:
        """What was done with which device."""
        return f"{self.device} {self.verb}"


class DeviceState(models.Model):
    """What a device told last. One row per device, written by its heartbeat and never by a scan.

    skew_s: its clock less ours. silent_since: set when its silence was told, until it is heard again.
    """

    device = models.OneToOneField(Device, models.CASCADE, related_name="state", verbose_name=_("device"))
    heard_at = models.DateTimeField(_("last heard"))
    skew_s = models.FloatField(_("clock ahead, seconds"), null=True)
    battery_percent = models.PositiveSmallIntegerField(_("battery, percent"), null=True)
    queued = models.PositiveIntegerField(_("scans waiting on it"), null=True)
    manifest_version = models.CharField(_("version of its list"), max_length=64, blank=True)
    manifest_at = models.DateTimeField(_("list of"), null=True)
    software = models.CharField(_("software"), max_length=60, blank=True)
    faults = models.JSONField(_("faults"), default=list)
    silent_since = models.DateTimeField(_("silent since"), null=True)

    class Meta:
        verbose_name = _("state of a device")
        verbose_name_plural = _("states of devices")
        ordering = ["device"]
        constraints = [
            models.CheckConstraint(
                name="device_battery_is_percent",
                condition=Q(battery_percent=None) | Q(battery_percent__lte=100),
            ),
        ]

    def __str__(self) -> str:
        """The device."""
        return str(self.device)


class PortWatch(models.Model):
    """How closely a port watches its lanes. A port without a row is watched by the defaults."""

    port = models.OneToOneField(Port, models.CASCADE, related_name="watch", verbose_name=_("port"))
    skew_tolerance_s = models.PositiveIntegerField(_("tolerated difference of clocks, seconds"), default=30)
    silent_after_s = models.PositiveIntegerField(_("a device is silent after, seconds"), default=300)
    barrier_patience_s = models.PositiveIntegerField(_("a barrier has to answer within, seconds"), default=30)

    class Meta:
        verbose_name = _("watch of a port")
        verbose_name_plural = _("watches of ports")
        ordering = ["port"]

    def __str__(self) -> str:
        """The port."""
        return str(self.port_id)

    @classmethod
    def of(cls, port_id: str) -> Self:
        """The port's row, or the defaults."""
        return cls.objects.filter(port=port_id).first() or cls(port_id=port_id)
