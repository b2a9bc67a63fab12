"""Notices: what people were told, who has read it, on which way it went out; values are codes, words come later."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from declarations.models.declaration import Declaration
from declarations.models.parties import Organisation, roles_of
from declarations.models.reference import Port
from declarations.models.sealed import SealedTextField
from declarations.models.vehicle import Vehicle
from declarations.notices import TABLE, Audience, Kind, Urgency
from declarations.words import RoleName

USER = settings.AUTH_USER_MODEL
COUNTED = timedelta(days=30)
"""How far back unread notices are counted; whoever comes new is not greeted by years."""

MOST_COUNTED = 100


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Slices of notices; doors start from `visible_to`."""

    def visible_to(self, user: object) -> Self:
        """Exporters: what was told to their organisations and their drivers; officers: to their ports' desks.

        The control centre's are the control room operators' and supervisors'. Never of one's own enterprise as officer.
        """
        roles = roles_of(user)
        mine = Q(audience__in=[Audience.EXPORTER, Audience.DRIVER], organisation__in=roles.organisations)
        desk = Q(audience=Audience.OFFICERS) & _at(roles.ports())
        control = Q(audience=Audience.CONTROL) & _at(roles.ports(RoleName.CONTROL_ROOM, RoleName.SUPERVISOR))
        others = Q(organisation=None) | ~Q(organisation__in=roles.organisations)
        return self.filter(mine | ((desk | control) & others))

    def for_reader(self) -> Self:
        """What the reader himself is told; texts that he hands on to drivers are no news to him."""
        return self.exclude(audience=Audience.DRIVER)

    def unread_by(self, user: User) -> Self:
        """Not marked as read by this person."""
        return self.exclude(Exists(NoticeRead.objects.filter(notice=OuterRef("pk"), user=user)))

    def count_unread(self, user: User, *, now: datetime) -> int:
        """How many this person has not read, counted up to MOST_COUNTED."""
        rows = self.visible_to(user).for_reader().unread_by(user).filter(at__gt=now - COUNTED)
        return rows.order_by()[:MOST_COUNTED].count()


def _at(ports: frozenset[str] | None) -> Q:
    return Q(port__isnull=False) if ports is None else Q(port__in=ports)


class Notice(models.Model):
    """One thing told to one audience, once: `cause` names what made it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    audience = models.CharField(_("told to"), max_length=1, choices=Audience)
    at = models.DateTimeField(_("at"))
    declaration = models.ForeignKey(
        Declaration, models.CASCADE, null=True, related_name="notices", verbose_name=_("declaration")
    )
    vehicle = models.ForeignKey(Vehicle, models.CASCADE, null=True, related_name="notices", verbose_name=_("vehicle"))
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, related_name="+", verbose_name=_("organisation"), db_index=False
    )
    port = models.ForeignKey(Port, models.PROTECT, null=True, related_name="+", verbose_name=_("port"), db_index=False)
    vehicles = models.PositiveIntegerField(_("vehicles"), default=0)
    values = models.JSONField(_("values"), default=dict)
    cause = models.CharField(_("cause"), max_length=120)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organisation", "-id"], name="notice_of_organisation"),
            models.Index(fields=["port", "audience", "-id"], name="notice_of_port"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["cause", "kind", "audience"], name="notice_once"),
            models.CheckConstraint(name="notice_audience_known", condition=Q(audience__in=Audience.values)),
            models.CheckConstraint(
                name="notice_has_reader",
                condition=Q(audience__in=["E", "D", "I"], organisation__isnull=False, declaration__isnull=False)
                | Q(audience__in=["O", "C"], port__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Kind and audience."""
        return f"{self.kind} {self.audience}"

    @property
    def urgency(self) -> Urgency:
        """How soon somebody has to act."""
        return TABLE[Kind(self.kind)].urgency


class NoticeRead(models.Model):
    """That a person has read a notice."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="reads")
    user = models.ForeignKey(USER, models.CASCADE, related_name="+", verbose_name=_("user"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("read notice")
        verbose_name_plural = _("read notices")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["notice", "user"], name="notice_read_once")]

    def __str__(self) -> str:
        """The notice."""
        return str(self.notice_id)


class HistoryTold(models.Model):
    """That a history row has become notices, or makes none.

    A cursor by id would lose rows: transactions commit in another order than they take their ids.
    """

    history_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("told history row")
        verbose_name_plural = _("told history rows")
        ordering = ["-history_id"]

    def __str__(self) -> str:
        """The history row."""
        return str(self.history_id)


class ReadinessTold(models.Model):
    """What exporter and driver were told last of a vehicle's readiness; only a change of that is news."""

    vehicle = models.OneToOneField(Vehicle, models.CASCADE, primary_key=True, related_name="readiness_told")
    ready = models.BooleanField(_("ready"))
    was_ready = models.BooleanField(_("was ready before"), default=False)
    changes = models.PositiveIntegerField(_("changes"), default=0)

    class Meta:
        verbose_name = _("told readiness")
        verbose_name_plural = _("told readiness")
        ordering = ["vehicle"]

    def __str__(self) -> str:
        """The vehicle."""
        return str(self.vehicle_id)


class Preference(models.Model):
    """Which notices a person gets by mail."""

    user = models.OneToOneField(USER, models.CASCADE, related_name="preference", verbose_name=_("user"))
    mail_now = models.BooleanField(_("mail: act now"), default=True)
    mail_soon = models.BooleanField(_("mail: act before a deadline"), default=True)
    mail_info = models.BooleanField(_("mail: for your information"), default=True)

    class Meta:
        verbose_name = _("preference of notices")
        verbose_name_plural = _("preferences of notices")
        ordering = ["user"]

    def __str__(self) -> str:
        """The person."""
        return str(self.user)

    @classmethod
    def of(cls, user: User, *, mail: bool) -> "Preference":
        """The person's own, or what holds until he chooses; mail: whether he gets any before."""
        found: Preference = getattr(user, "preference", None) or cls(
            user=user, mail_now=mail, mail_soon=mail, mail_info=mail
        )
        return found

    def wants_mail(self, urgency: Urgency) -> bool:
        """Whether notices of this urgency go out by mail."""
        return {Urgency.NOW: self.mail_now, Urgency.SOON: self.mail_soon, Urgency.INFO: self.mail_info}[urgency]


class DeliveryWay(models.TextChoices):
    """How a notice leaves the house."""

    MAIL = "MAIL", _("mail")
    PUSH = "PUSH", _("push")
    SMS = "SMS", _("text message")


class Delivery(models.Model):
    """One message to one address with one or more notices; `public_id` lets its receiver recognise a repeat.

    While it is not due, notices of the same kind and declaration join it. Given up, it stands in the outbox's list.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    way = models.CharField(_("way"), max_length=8, choices=DeliveryWay)
    user = models.ForeignKey(USER, models.CASCADE, null=True, related_name="+", verbose_name=_("user"))
    address = SealedTextField(_("address"), blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    declaration = models.ForeignKey(Declaration, models.CASCADE, null=True, related_name="+")
    notices = models.ManyToManyField(Notice, related_name="deliveries", verbose_name=_("notices"))
    due_at = models.DateTimeField(_("due at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "declaration", "kind", "-due_at"], name="delivery_joined")]
        constraints = [
            models.CheckConstraint(name="delivery_way_known", condition=Q(way__in=DeliveryWay.values)),
            models.CheckConstraint(name="delivery_has_address", condition=Q(user__isnull=False) | ~Q(address="")),
        ]

    def __str__(self) -> str:
        """Way and kind."""
        return f"{self.way} {self.kind}"
