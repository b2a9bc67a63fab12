"""Who takes part: organisations, the roles of people, keys of programs."""

import hashlib
import secrets
import uuid
from datetime import date, datetime
from functools import cached_property
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations.lifecycle import PassKeyStatus
from declarations.models.sealed import SealedTextField
from declarations.models.triggers import Law, refuse
from declarations.words import Agency, KeyScope, RoleName

ACTING_OFFICERS = frozenset(
    {
        RoleName.DOCUMENTS,
        RoleName.CHECKPOINT,
        RoleName.INSPECTION,
        RoleName.SUPERVISOR,
        RoleName.CONTROL_ROOM,
    }
)
OFFICERS = ACTING_OFFICERS | {RoleName.ANALYST}
"""Who works for the authority and sees what it sees. An analyst reads, and writes rules: no vehicle waits for him."""

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
    refused_at = models.DateTimeField(_("refused at"), null=True, blank=True)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("refused by")
    )
    refusal = models.TextField(_("why it was refused"), blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signed up by"),
    )
    applied_at = models.DateTimeField(_("waits for an officer since"), null=True, blank=True)
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
            models.CheckConstraint(
                name="organisation_refused_pair",
                condition=Q(refused_at=None, refused_by=None, refusal="")
                | (Q(refused_at__isnull=False, refused_by__isnull=False, verified_at=None) & ~Q(refusal="")),
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
    agency = models.CharField(
        _("agency"),
        max_length=12,
        choices=Agency,
        default=Agency.CUSTOMS,
        help_text=_("For whom an inspection officer examines."),
    )
    manages = models.BooleanField(_("manages the organisation's people"), default=False)
    public_id = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["user", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "organisation", "port", "agency"], name="role_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="role_of_exporter_names_organisation",
                condition=Q(role__in=sorted(EXPORTERS), organisation__isnull=False, port=None)
                | (~Q(role__in=sorted(EXPORTERS)) & Q(organisation=None)),
            ),
            models.CheckConstraint(
                name="role_of_another_agency_inspects",
                condition=Q(agency=Agency.CUSTOMS) | Q(role=RoleName.INSPECTION, agency__in=Agency.values),
            ),
            models.CheckConstraint(
                name="role_manages_an_organisation", condition=Q(manages=False) | Q(organisation__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        """Who is what where."""
        return f"{self.user} · {self.role} · {self.organisation or self.port_id or '*'}"


class AuthorityQuerySet(models.QuerySet["Authority"]):
    """Slices of authorities."""

    def standing(self, *, on: date) -> Self:
        """Those that let an agent act on that day."""
        return self.filter(accepted_at__isnull=False, ended_at=None, valid_from__lte=on, valid_until__gte=on)

    def visible_to(self, user: object) -> Self:
        """Those of the organisations to which this user belongs, on either side."""
        own = roles_of(user).own_organisations
        return self.filter(Q(principal__in=own) | Q(agent__in=own))


class Authority(models.Model):
    """The recorded right of one organisation, the agent, to declare for another, the principal."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    principal = models.ForeignKey(
        Organisation, models.PROTECT, related_name="authorities_given", verbose_name=_("principal")
    )
    agent = models.ForeignKey(Organisation, models.PROTECT, related_name="authorities_held", verbose_name=_("agent"))
    document_number = models.CharField(_("number of the document"), max_length=64)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    granted_at = models.DateTimeField(_("granted at"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("granted by")
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    objects = AuthorityQuerySet.as_manager()

    class Meta:
        verbose_name = _("authority of an agent")
        verbose_name_plural = _("authorities of agents")
        ordering = ["-granted_at", "-id"]
        constraints = [
            models.CheckConstraint(name="authority_of_another", condition=~Q(principal=F("agent"))),
            models.CheckConstraint(name="authority_days_in_order", condition=Q(valid_until__gte=F("valid_from"))),
            models.CheckConstraint(
                name="authority_accepted_pair",
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="authority_ended_pair",
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]
        triggers = [
            Law(
                name="authority_ended_for_ever",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.ended_at IS NOT NULL"),
                func=refuse("true", "an authority that ended stays as it was"),
            )
        ]

    def __str__(self) -> str:
        """Who for whom."""
        return f"{self.agent} → {self.principal}"

    def is_standing(self, on: date) -> bool:
        """Whether the agent may act on that day."""
        return bool(self.accepted_at and not self.ended_at and self.valid_from <= on <= self.valid_until)


class Roles:
    """All roles of one user, read once and asked many times; with a key's limit, what that key may use of them."""

    def __init__(self, user: User | None, *, only: int | None = None) -> None:
        self.user, self.only = user, only

    @cached_property
    def rows(self) -> list[Any]:
        """The rows, none for somebody who is not signed in; each with the ids of its organisation's principals.

        Rights have no moment of their own: an authority counts by the day on which it is asked for.
        """
        if self.user is None or not self.user.is_active or self.user.pk is None:
            return []
        standing = Authority.objects.standing(on=timezone.localdate()).filter(agent=OuterRef("organisation"))
        rows = self.user.roles.select_related("organisation")
        found = rows.annotate(principals=ArraySubquery(standing.values("principal")))
        return [row for row in found if self.only in (None, row.organisation_id, *row.principals)]

    @property
    def own_organisations(self) -> frozenset[int]:
        """Ids of the organisations to which this user belongs."""
        return frozenset(row.organisation_id for row in self.rows if row.role in EXPORTERS and row.organisation_id)

    @property
    def first_organisation(self) -> int | None:
        """Id of the organisation with which this user came in, of those to which he still belongs."""
        rows = [row for row in self.rows if row.organisation_id in self.own_organisations]
        return min(rows, key=lambda row: row.pk).organisation_id if rows else None

    @cached_property
    def organisations(self) -> frozenset[int]:
        """Ids of the organisations for which this user declares: his own, and those that gave it authority."""
        may = self.own_organisations.union(*(row.principals for row in self.rows))
        return may if self.only is None else may & {self.only}

    def manages(self, organisation_id: int) -> bool:
        """Whether the user looks after that organisation's people."""
        return any(row.manages and row.organisation_id == organisation_id for row in self.rows)

    def ports(self, *names: str) -> frozenset[str] | None:
        """Codes of the ports where the user has one of these roles; None means every port."""
        mine = [row.port_id for row in self.rows if row.role in (names or OFFICERS)]
        return None if None in mine else frozenset(filter(None, mine))

    def at(self, port: str, *names: str) -> bool:
        """Whether the user has one of these roles at that port."""
        ports = self.ports(*names)
        return ports is None or port in ports

    def inspects_at(self, port: str, agency: str) -> bool:
        """Whether the user examines vehicles there for that agency."""
        mine = (row for row in self.rows if row.role == RoleName.INSPECTION and row.agency == agency)
        return any(row.port_id in (None, port) for row in mine)

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


def limit_to(user: User, organisation_id: int) -> None:
    """From now on this object of a user declares for that organisation alone."""
    user.__dict__["_roles"] = Roles(user, only=organisation_id)


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
    scope = models.CharField(_("scope"), max_length=4, choices=KeyScope, default=KeyScope.FULL)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("organisation")
    )
    last_used_on = models.DateField(_("last used on"), null=True, blank=True)
    public_id = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at"]
        constraints = [models.CheckConstraint(name="api_key_scope_known", condition=Q(scope__in=KeyScope.values))]

    def __str__(self) -> str:
        """Label and first characters."""
        return f"{self.label} ({self.hint}…)"

    @staticmethod
    def digest_of(key: str) -> str:
        """What is stored of a key."""
        return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()

    @classmethod
    def issue(cls, *, label: str, now: datetime, user: User | None = None, **limits: Any) -> tuple["ApiKey", str]:
        """Make a key; its text is returned once and never again. limits: scope, organisation, expires_at."""
        text = cls.PREFIX + secrets.token_urlsafe(32)
        digest = cls.digest_of(text)
        row = cls.objects.create(user=user, label=label, digest=digest, hint=text[:9], created_at=now, **limits)
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
