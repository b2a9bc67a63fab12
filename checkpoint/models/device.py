"""The machine that scans, or the page on which an officer scans as one."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkpoint.models.checkpoint import Lane
from declarations.models import ApiKey


class DeviceKind(models.TextChoices):
    """What stands behind a device."""

    LANE = "LANE", _("lane equipment")
    HANDHELD = "HANDHELD", _("handheld")
    VIRTUAL = "VIRTUAL", _("officer's page")


class Device(models.Model):
    """A scanner with its key; revoking either is effective on the next call."""

    lane = models.ForeignKey(Lane, models.PROTECT, related_name="devices", verbose_name=_("lane"))
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=DeviceKind, default=DeviceKind.LANE)
    api_key = models.OneToOneField(
        ApiKey, models.PROTECT, null=True, blank=True, related_name="device", verbose_name=_("key")
    )
    enrolled_at = models.DateTimeField(_("enrolled at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

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
