"""Persons beside Django's users: how they are reached, what proves them, who invited them, what was done to them."""

import hashlib
import json
import secrets
import unicodedata
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.lifecycle import Owed
from declarations.models.history import By, owe, signed, trace_id
from declarations.models.parties import EXPORTERS, Authority, Organisation, OrganisationKind, Role, roles_of
from declarations.models.sealed import SealedTextField, fingerprint
from declarations.models.triggers import append_only
from declarations.words import Deed, FactorKind, LetterKind, RoleName

USER = settings.AUTH_USER_MODEL


def mail_key(mail: str) -> str:
    """A keyed digest by which an address is found; "" for none. Case and width of its letters make no difference."""
    plain = unicodedata.normalize("NFKC", mail).strip().casefold()
    return fingerprint(f"mail:{plain}") if plain else ""


def token_digest(token: str) -> str:
    """What is stored of the secret in a link. 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_token() -> str:
    """The secret of a link."""
    return secrets.token_urlsafe(32)


class Account(models.Model):
    """What is kept of a person beside Django's user; whoever was made without one gets it when something is kept."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(USER, models.CASCADE, related_name="account", verbose_name=_("user"))
    language = models.CharField(_("language"), max_length=10, blank=True)
    mail_key = models.CharField(max_length=64, blank=True, editable=False)
    mail_confirmed_at = models.DateTimeField(_("mail confirmed at"), null=True, blank=True)
    generation = models.PositiveIntegerField(_("sessions ended so many times"), default=0)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["user"]
        constraints = [
            models.UniqueConstraint(fields=["mail_key"], condition=~Q(mail_key=""), name="account_mail_once"),
            models.CheckConstraint(
                name="account_mail_is_confirmed", condition=Q(mail_key="") | Q(mail_confirmed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        """The user's name."""
        return str(self.user)


def language_of(user: User) -> str:
    """The language in which this person is written to: his own choice, else the site's."""
    account: Account | None = getattr(user, "account", None)
    return (account.language if account else "") or settings.LANGUAGE_CODE


def account_of(user: User) -> Account:
    """The person's account under FOR UPDATE, made if he has none yet."""
    Account.objects.bulk_create([Account(user_id=user.pk)], ignore_conflicts=True)
    return Account.objects.select_for_update(of=("self",)).select_related("user").get(user=user)


def end_sessions(user: User) -> None:
    """Whoever is signed in as this person is so no more at his next step."""
    account = account_of(user)
    account.generation += 1
    account.save(update_fields=["generation"])


class SignIn(models.Model):
    """That a session of a person began, on what kind of device. Its key is sealed and ends the session."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(USER, models.CASCADE, related_name="sign_ins", verbose_name=_("user"))
    key = SealedTextField(editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    device = models.CharField(_("device"), max_length=40, blank=True)
    generation = models.PositiveIntegerField(_("sessions ended so many times"), default=0)
    began_at = models.DateTimeField(_("signed in at"), db_index=True)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering = ["-began_at", "-id"]

    def __str__(self) -> str:
        """The device."""
        return self.device or str(self.pk)


class Factor(models.Model):
    """One thing that proves a person besides the password; of an app the secret is sealed, of a passkey all is."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(USER, models.CASCADE, related_name="factors", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=8, choices=FactorKind)
    label = models.CharField(_("label"), max_length=60, blank=True)
    secret = SealedTextField(editable=False)
    last_step = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("created at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")
        ordering = ["user", "created_at"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(kind="TOTP"), name="factor_one_app"),
            models.CheckConstraint(name="factor_kind_known", condition=Q(kind__in=FactorKind.values)),
        ]

    def __str__(self) -> str:
        """Kind and label."""
        return f"{FactorKind(self.kind).label} {self.label}".strip()


class RecoveryCode(models.Model):
    """A code on paper that stands in for a second factor, once; only its keyed digest is stored."""

    user = models.ForeignKey(USER, models.CASCADE, related_name="recovery_codes", verbose_name=_("user"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        ordering = ["user", "id"]

    def __str__(self) -> str:
        """Whose."""
        return str(self.user)


class SignUp(models.Model):
    """Somebody who wants to come in with his organisation, until he follows the link that was sent to him."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    mail = SealedTextField(editable=False)
    name = SealedTextField(editable=False)
    password = models.CharField(max_length=128, editable=False)
    organisation_name = models.CharField(_("organisation"), max_length=200)
    uscc = models.CharField(_("USCC"), max_length=18)
    kind = models.CharField(_("kind"), max_length=12, choices=OrganisationKind)
    language = models.CharField(_("language"), max_length=10, blank=True)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"), db_index=True)

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        """The organisation."""
        return self.organisation_name


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Slices of invitations."""

    def open(self, *, now: datetime) -> Self:
        """Those whose link still works."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)

    def visible_to(self, user: object) -> Self:
        """Those of the organisations whose people this user manages."""
        roles = roles_of(user)
        return self.filter(organisation__in=[pk for pk in roles.own_organisations if roles.manages(pk)])


class Invitation(models.Model):
    """A link by which somebody joins an organisation, once, within seven days."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="invitations", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=20, choices=[(r.value, r.label) for r in RoleName if r in EXPORTERS])
    manages = models.BooleanField(_("manages the organisation's people"), default=False)
    mail = SealedTextField(editable=False)
    mail_key = models.CharField(max_length=64, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_at = models.DateTimeField(_("invited at"))
    invited_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    expires_at = models.DateTimeField(_("expires at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-invited_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="invitation_accepted_pair",
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, withdrawn_at=None),
            ),
        ]

    def __str__(self) -> str:
        """To which organisation."""
        return str(self.organisation)


class Letter(models.Model):
    """A mail to one person about his own account; once it is sent nothing personal is left of it."""

    kind = models.CharField(_("kind"), max_length=12, choices=LetterKind)
    language = models.CharField(_("language"), max_length=10, blank=True)
    mail = SealedTextField(editable=False)
    content = SealedTextField(editable=False)
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="letter_sent_is_empty", condition=Q(sent_at=None) | Q(mail="", content="")),
        ]

    def __str__(self) -> str:
        """Its kind."""
        return str(LetterKind(self.kind).label)


class PartyHistory(models.Model):
    """What was done to a person or an organisation, by whom and why; a row never changes or vanishes."""

    at = models.DateTimeField(_("at"), db_index=True)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    by_label = models.CharField(_("by"), max_length=150)
    trace_id = models.CharField(_("trace id"), max_length=64, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="history", verbose_name=_("organisation")
    )
    person = models.ForeignKey(USER, models.PROTECT, null=True, related_name="history", verbose_name=_("person"))
    deed = models.CharField(_("what"), max_length=24, choices=Deed)
    text = models.TextField(_("text"), blank=True)
    data = models.JSONField(_("data"), default=dict)

    class Meta:
        verbose_name = _("history of people and organisations")
        verbose_name_plural = _("history of people and organisations")
        ordering = ["id"]
        triggers = [*append_only("party_history")]

    def __str__(self) -> str:
        """What was done."""
        return str(Deed(self.deed).label)


def remember(
    deed: Deed,
    *,
    by: By,
    at: datetime,
    organisation: Organisation | None = None,
    person: User | None = None,
    text: str = "",
    data: Mapping[str, Any] | None = None,
) -> PartyHistory:
    """Write down what was done to somebody."""
    by_id, by_label = signed(by)
    return PartyHistory.objects.create(
        at=at,
        by_id=by_id,
        by_label=by_label,
        trace_id=trace_id(),
        organisation=organisation,
        person=person,
        deed=deed,
        text=text,
        data=dict(data or {}),
    )


def write_letter(kind: LetterKind, *, mail: str, language: str, at: datetime, **values: str) -> None:
    """Promise a mail, which a worker sends; nothing for somebody who left no address."""
    if not mail:
        return
    content = json.dumps(values, ensure_ascii=False)
    letter = Letter.objects.create(kind=kind, mail=mail, language=language, content=content, created_at=at)
    owe(Owed.LETTER, letter.pk, at=at)


def people_of(organisation_id: int) -> dict[int, str]:
    """Names of an exporter's people, those who left as well, and with its name those of an agent that had authority."""
    agents = Authority.objects.filter(principal=organisation_id, accepted_at__isnull=False).values("agent")
    theirs = Q(organisation=organisation_id) | Q(organisation__in=agents)
    joined = PartyHistory.objects.filter(theirs, person__isnull=False, deed__in=(Deed.JOINED, Deed.SIGNED_UP))
    people: dict[int, str] = {}
    rows: list[Any] = [
        *joined.select_related("person", "organisation"),
        *Role.objects.filter(theirs).select_related("user", "organisation"),
    ]
    for row in rows:
        user = row.user if isinstance(row, Role) else row.person
        name = user.get_full_name() or user.get_username()
        if row.organisation_id == organisation_id:
            people[user.pk] = name
        else:
            people.setdefault(user.pk, f"{name} · {row.organisation}")
    return people
