"""Links that open without an account: one for the driver of a vehicle, one for its importer.

Found by a keyed digest of the token alone, so that a copy of the database opens nothing; the token itself is sealed
beside it, since the exporter has to be able to copy it again.
"""

import base64
import re
import secrets
from datetime import datetime
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from declarations.models.declaration import Declaration
from declarations.models.history import By, signed
from declarations.models.sealed import SealedTextField, fingerprint
from declarations.models.triggers import Law, refuse
from declarations.models.vehicle import Vehicle
from declarations.words import Audience

TOKEN_BYTES = 20
"""160 bits, more than the 128 that nobody guesses: 32 letters and digits, which no chat cuts off at a hyphen."""

TOKEN = re.compile(r"[a-z2-7]{32}", re.ASCII)


def new_token() -> str:
    """A token that nobody guesses."""
    return base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().lower()


class LinkEnd(models.TextChoices):
    """Why a link opens nothing any more."""

    RENEWED = "RENEWED", _("replaced by a new link")
    DRIVER_SWAPPED = "DRIVER_SWAPPED", _("somebody else drives")


class LinkQuerySet(models.QuerySet["Link"]):
    """Slices of links."""

    def live(self) -> Self:
        """Those that open something."""
        return self.filter(ended_at=None)

    def opened_by(self, token: str, audience: str) -> "Link | None":
        """The link of this token, ended or not; None for every other text, whatever it looks like.

        Looked up by digest: how long it takes tells nothing of how near a guess was.
        """
        if not TOKEN.fullmatch(token):
            return None
        rows = self.filter(digest=fingerprint(token), audience=audience)
        return rows.select_related("vehicle__declaration__port").first()


class Link(models.Model):
    """One link for one audience of one vehicle; live until a new one takes its place."""

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="links", verbose_name=_("vehicle"))
    audience = models.CharField(_("for"), max_length=8, choices=Audience)
    token = SealedTextField(editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by"), db_index=False
    )
    created_by_label = models.CharField(_("made by"), max_length=150)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_because = models.CharField(_("ended because"), max_length=14, choices=LinkEnd, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["vehicle", "audience"], condition=Q(ended_at=None), name="link_one_live"),
            models.CheckConstraint(name="link_audience_known", condition=Q(audience__in=Audience.values)),
            models.CheckConstraint(
                name="link_end_has_reason",
                condition=Q(ended_at=None, ended_because="")
                | Q(ended_at__isnull=False, ended_because__in=LinkEnd.values),
            ),
        ]
        triggers = [
            Law(
                name="link_ends_for_ever",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=refuse(
                    "OLD.ended_at IS NOT NULL OR NEW.digest <> OLD.digest OR NEW.vehicle_id <> OLD.vehicle_id "
                    "OR NEW.audience <> OLD.audience",
                    "a link only ever ends, once",
                ),
            )
        ]

    def __str__(self) -> str:
        """Whom it is for; the token opens a page."""
        return f"{self.get_audience_display()} {self.pk}"

    @classmethod
    def drawn(cls, vehicle: Vehicle, audience: str, *, by: By, at: datetime) -> "Link":
        """A new link, not written yet."""
        token = new_token()
        by_id, by_label = signed(by)
        return cls(
            vehicle=vehicle,
            audience=audience,
            token=token,
            digest=fingerprint(token),
            created_at=at,
            created_by_id=by_id,
            created_by_label=by_label,
        )


class ImporterMail(models.Model):
    """Where the importer of a declaration is written to, sealed, for it names a person; no fact that customs reads.

    It is a row beside the consignee: entered, changed and taken out at any time, without a new version.
    """

    declaration = models.OneToOneField(
        Declaration, models.CASCADE, related_name="importer_mail", verbose_name=_("declaration")
    )
    mail = SealedTextField(_("mail address"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    changed_at = models.DateTimeField(_("changed at"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by"), db_index=False
    )

    class Meta:
        verbose_name = _("importer's mail address")
        verbose_name_plural = _("importers' mail addresses")
        ordering = ["-changed_at"]
        constraints = [models.CheckConstraint(name="importer_mail_not_empty", condition=~Q(mail=""))]

    def __str__(self) -> str:
        """The row's number; the address is a personal fact."""
        return f"{self._meta.verbose_name} {self.pk}"

    @classmethod
    def carry(cls, source: Declaration, *, to: Declaration) -> None:
        """The same for another declaration of the same consignee, if the source has one."""
        for row in cls.objects.filter(declaration=source):
            row.pk, row.declaration = None, to
            row.save(force_insert=True)


class PhoneQuerySet(models.QuerySet["Phone"]):
    """Slices of telephones."""

    def listening(self) -> Self:
        """Those that want news, whether or not their link still opens: its end is news as well."""
        return self.filter(ended_at=None)


class Phone(models.Model):
    """A browser that asked for news of its link (Web Push); where to reach it is sealed: it names somebody's phone."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="phones", verbose_name=_("link"))
    endpoint = SealedTextField(editable=False)
    endpoint_digest = models.CharField(max_length=64, editable=False)
    public_key = SealedTextField(editable=False)
    secret = SealedTextField(editable=False)
    language = models.CharField(_("language"), max_length=10)
    created_at = models.DateTimeField(_("asked for news at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = PhoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("telephone that wants news")
        verbose_name_plural = _("telephones that want news")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["link", "endpoint_digest"], name="phone_once_per_link"),
            models.CheckConstraint(
                name="phone_ends_after_start", condition=Q(ended_at=None) | Q(ended_at__gte=F("created_at"))
            ),
        ]

    def __str__(self) -> str:
        """The row's number; the address is a personal fact."""
        return f"{self._meta.verbose_name} {self.pk}"
