"""The screen for the driver beside a lane, and the numbers under which lane equipment names officers."""

import secrets
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkpoint.models.checkpoint import Lane
from declarations.models import Port, token_digest

USER = settings.AUTH_USER_MODEL
TOKEN_BYTES = 24


class DisplayQuerySet(models.QuerySet["LaneDisplay"]):
    """Slices of displays."""

    def opened_by(self, token: str) -> "LaneDisplay | None":
        """The live display of a token, with its lane."""
        rows = self.select_related("lane__checkpoint").filter(ended_at=None)
        return rows.filter(digest=token_digest(token)).first()

    def live(self) -> Self:
        """Links that still open."""
        return self.filter(ended_at=None)


class LaneDisplay(models.Model):
    """The link that opens a lane's screen for drivers; only a digest of it is kept, the newest alone opens."""

    lane = models.ForeignKey(Lane, models.PROTECT, related_name="displays", verbose_name=_("lane"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("made by"), db_index=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = DisplayQuerySet.as_manager()

    class Meta:
        verbose_name = _("driver's display")
        verbose_name_plural = _("drivers' displays")
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["lane"], condition=Q(ended_at=None), name="display_one_per_lane"),
        ]

    def __str__(self) -> str:
        """The lane."""
        return str(self.lane)

    @classmethod
    def make(cls, *, lane: Lane, by: Any, now: datetime) -> str:
        """A new link's token, told once; the one before ends."""
        cls.objects.live().filter(lane=lane).update(ended_at=now)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        cls.objects.create(lane=lane, digest=token_digest(token), made_at=now, made_by=by)
        return token


class LaneOperator(models.Model):
    """The officer behind an OPERATOR_ID of a port's lane equipment (JGS/T 14, message 0x85).

    Without a row nobody decides through that equipment; what the officer may do stays a matter of his role.
    """

    port = models.ForeignKey(Port, models.PROTECT, related_name="+", verbose_name=_("port"))
    operator_id = models.CharField(_("OPERATOR_ID"), max_length=40)
    user = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("officer"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("operator at lane equipment")
        verbose_name_plural = _("operators at lane equipment")
        ordering = ["port", "operator_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["port", "operator_id"], condition=Q(ended_at=None), name="lane_operator_once"
            ),
        ]

    def __str__(self) -> str:
        """Port and number."""
        return f"{self.port_id} {self.operator_id}"
