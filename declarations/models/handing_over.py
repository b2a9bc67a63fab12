"""The hand-over: what the importer said, the photos of both ends of the way, and the code that proves it was he."""

import hmac
import uuid
from datetime import datetime
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.models.sealed import SealedFileField, SealedTextField
from declarations.models.triggers import NEVER, Law, append_only
from declarations.models.vehicle import Vehicle
from declarations.words import Audience, HandOverResult, Side

FINAL = (HandOverResult.ACCEPTED, HandOverResult.WITH_REMARKS)
"""Results after which the vehicle is handed over."""

MOST_TRIES = 5
"""Wrong codes after which a code is dead: with 31 letters and eight places a guess hits once in 10^11."""


class HandOverCode(models.Model):
    """The one-time code of a vehicle's importer; only a digest is kept, the newest code alone counts."""

    vehicle = models.OneToOneField(Vehicle, models.CASCADE, related_name="hand_over_code", verbose_name=_("vehicle"))
    digest = models.CharField(max_length=64, editable=False)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"), db_index=False
    )
    wrong_tries = models.PositiveSmallIntegerField(_("wrong tries"), default=0)
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("hand-over code")
        verbose_name_plural = _("hand-over codes")
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(name="hand_over_code_tries", condition=Q(wrong_tries__lte=MOST_TRIES)),
        ]

    def __str__(self) -> str:
        """The row's number; the code itself is known to the importer alone."""
        return f"{self._meta.verbose_name} {self.pk}"

    def is_for(self, digest: str) -> bool:
        """Whether it is the code of this digest; takes as long for a near guess as for a far one."""
        return hmac.compare_digest(self.digest, digest)

    @property
    def is_locked(self) -> bool:
        """Whether too many wrong codes were tried."""
        return self.wrong_tries >= MOST_TRIES


class HandOver(models.Model):
    """One answer of the importer, or, one-sided, his silence. A row is evidence: it never changes or vanishes."""

    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="hand_overs", verbose_name=_("vehicle"))
    result = models.CharField(_("result"), max_length=12, choices=HandOverResult)
    remarks = SealedTextField(_("remarks"), blank=True)
    at = models.DateTimeField(_("at"))
    one_sided = models.BooleanField(_("one-sided"), default=False)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"], condition=Q(result__in=["ACCEPTED", "WITH_REMARKS"]), name="hand_over_one_final"
            ),
            models.CheckConstraint(name="hand_over_result_known", condition=Q(result__in=HandOverResult.values)),
            models.CheckConstraint(
                name="hand_over_silence_says_nothing", condition=Q(one_sided=False) | Q(result="ACCEPTED", remarks="")
            ),
        ]
        triggers = append_only("hand_over")

    def __str__(self) -> str:
        """Result and moment."""
        return f"{self.result} {self.at:%Y-%m-%d %H:%M}"


class PhotoQuerySet(models.QuerySet["HandOverPhoto"]):
    """Slices of photos; lists leave the pictures where they are."""

    def listed(self) -> Self:
        """Without the pictures: each would be read and decrypted for nothing."""
        return self.defer("photo").order_by("pk")

    def arrival_of(self, vehicle: Vehicle) -> datetime | None:
        """When the driver's first photo at the place came, of the way that began with the last exit."""
        rows = self.filter(vehicle=vehicle, side=Side.ARRIVAL, taken_by=Audience.DRIVER, at__gte=vehicle.status_at)
        return rows.order_by("at").values_list("at", flat=True).first()


class HandOverPhoto(models.Model):
    """A photo from driver or importer, sealed, drawn anew without what the camera wrote into it."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="photos", verbose_name=_("vehicle"))
    side = models.CharField(_("side"), max_length=9, choices=Side)
    taken_by = models.CharField(_("taken by"), max_length=8, choices=Audience)
    at = models.DateTimeField(_("received at"))
    digest = models.CharField(max_length=64, editable=False)
    photo = SealedFileField(_("photo"))

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo of a hand-over")
        verbose_name_plural = _("photos of hand-overs")
        ordering = ["id"]
        constraints = [
            # A photo that is sent twice, since the first answer got lost, is one photo.
            models.UniqueConstraint(fields=["vehicle", "side", "taken_by", "digest"], name="photo_once"),
            models.CheckConstraint(name="photo_side_known", condition=Q(side__in=Side.values)),
            models.CheckConstraint(name="photo_taker_known", condition=Q(taken_by__in=Audience.values)),
        ]
        # Never changed, but it may be deleted: people stand in the picture, and may ask for that.
        triggers = [Law(name="photo_never_changes", operation=pgtrigger.Update, when=pgtrigger.Before, func=NEVER)]

    def __str__(self) -> str:
        """Side and moment."""
        return f"{self.side} {self.at:%Y-%m-%d %H:%M}"
