"""Who takes part: organisations, the roles of people, keys of programs."""

import hashlib
import secrets
from datetime import datetime
from functools import cached_property
from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.lifecycle import PassKeyStatus
from declarations.models.sealed import SealedTextField
from declarations.models.triggers import Law, refuse
from declarations.words import RoleName

OFFICERS = frozenset(
    {
        RoleName.DOCUMENTS,
        RoleName.CHECKPOINT,
        RoleName.INSPECTION,
        RoleName.SUPERVISOR,
        RoleName.CONTROL_ROOM,
        RoleName.ANALYST,
    }
)
EXPORTERS = frozenset({RoleName.EXPORTER, RoleName.AGENT})


class OrganisationKind(models.TextChoices):
    """What an enterprise is in the trade."""

    DEALER = "DEALER", _("dealer")
    MAKER = "MAKER", _("maker")
    USED_DEALER = "USED_DEALER", _("used-vehicle exporter")
    AGENT = "AGENT", _("customs agent")
    AUTHORITY = "AUTHORITY", _("authority")


class Organisation(models.Model):
    """An enterprise that declares, or an authority."""

    name = models.CharField(_("name"), max_length=200)
    uscc = models.CharField(_("USCC"), max_length=18, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=OrganisationKind, default=OrganisationKind.DEALER)
    is_trusted = models.BooleanField(_("trusted operator (AEO)"), default=False)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("verified by")
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="organisation_verified_pair",
                condition=Q(verified_at=None, verified_by=None)
                | Q(verified_at__isnull=False, verified_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.name


class Role(models.Model):
    """One thing that one person may do, for one organisation or at one port (no port: all)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="roles", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=RoleName)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="roles", verbose_name=_("organisation")
    )
    port = models.ForeignKey("declarations.Port", models.CASCADE, null=True, blank=True, verbose_name=_("port"))

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["user", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "organisation", "port"], name="role_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="role_of_exporter_names_organisation",
                condition=Q(role__in=sorted(EXPORTERS), organisation__isnull=False, port=None)
                | (~Q(role__in=sorted(EXPORTERS)) & Q(organisation=None)),
            ),
        ]

    def __str__(self) -> str:
        """Who is what where."""
        return f"{self.user} · {self.role} · {self.organisation or self.port_id or '*'}"


class Roles:
    """All roles of one user, read once and asked many times."""

    def __init__(self, user: User | None) -> None:
        self.user = user

    @cached_property
    def rows(self) -> list[Role]:
        """The rows, none for somebody who is not signed in."""
        if self.user is None or not self.user.is_active or self.user.pk is None:
            return []
        return list(self.user.roles.select_related("organisation"))

    @cached_property
    def organisations(self) -> frozenset[int]:
        """Ids of the organisations for which this user declares."""
        return frozenset(row.organisation_id for row in self.rows if row.role in EXPORTERS and row.organisation_id)

    def ports(self, *names: str) -> frozenset[str] | None:
        """Codes of the ports where the user has one of these roles; None means every port."""
        mine = [row.port_id for row in self.rows if row.role in (names or OFFICERS)]
        return None if None in mine else frozenset(filter(None, mine))

    def at(self, port: str, *names: str) -> bool:
        """Whether the user has one of these roles at that port."""
        ports = self.ports(*names)
        return ports is None or port in ports

    @property
    def is_officer(self) -> bool:
        """Whether the user works for the authority anywhere."""
        return any(row.role in OFFICERS for row in self.rows)


def roles_of(user: object) -> Roles:
    """The roles of a user, kept on the object for as long as it lives (one request)."""
    if not isinstance(user, User):
        return Roles(None)
    known = user.__dict__.get("_roles")
    if known is None:
        known = user.__dict__["_roles"] = Roles(user)
    return known


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Slices of keys."""

    def usable(self, *, now: datetime) -> Self:
        """Keys that open something now."""
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=now))


class ApiKey(models.Model):
    """A bearer key of a person or of a device; only its digest is stored. 256 random bits need no slow hash."""

    PREFIX = "sg_"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="api_keys", verbose_name=_("user")
    )
    label = models.CharField(_("label"), max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("begins with"), max_length=12, editable=False)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        """Label and first characters."""
        return f"{self.label} ({self.hint}…)"

    @staticmethod
    def digest_of(key: str) -> str:
        """What is stored of a key."""
        return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()

    @classmethod
    def issue(cls, *, label: str, now: datetime, user: User | None = None) -> tuple["ApiKey", str]:
        """Make a key; its text is returned once and never again."""
        text = cls.PREFIX + secrets.token_urlsafe(32)
        row = cls.objects.create(user=user, label=label, digest=cls.digest_of(text), hint=text[:9], created_at=now)
        return row, text


class PassKey(models.Model):
    """An Ed25519 key that signs passes; the private half is sealed."""

    kid = models.PositiveIntegerField(_("key id"), unique=True)
    status = models.CharField(_("status"), max_length=8, choices=PassKeyStatus, default=PassKeyStatus.ACTIVE)
    public = models.BinaryField(max_length=32)
    private = SealedTextField(editable=False)
    created_at = models.DateTimeField(_("created at"))
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("pass key")
        verbose_name_plural = _("pass keys")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(name="pass_key_kid_two_bytes", condition=Q(kid__gte=0, kid__lte=0xFFFF)),
            models.UniqueConstraint(fields=["status"], condition=Q(status="ACTIVE"), name="pass_key_one_active"),
            models.CheckConstraint(name="pass_key_status_known", condition=Q(status__in=PassKeyStatus.values)),
        ]
        triggers = [
            Law(
                name="pass_key_revoked_for_ever",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.status = 'REVOKED'"),
                func=refuse("NEW.status <> 'REVOKED'", "a revoked key stays revoked"),
            )
        ]

    def __str__(self) -> str:
        """Key id and status."""
        return f"{self.kid:04x} {self.status}"

    @property
    def kid_bytes(self) -> bytes:
        """The key id as it stands in the pass."""
        return self.kid.to_bytes(2, "big")
