"""An organisation's own ferrymen: its card file of them, their cards that were lost, their ways home.

Tenants see their own rows alone. What joins them over the country is the `Ferryman` behind, who is nobody's.
"""

import uuid
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from declarations.models.declaration import Declaration
from declarations.models.links import TOKEN, LinkEnd
from declarations.models.parties import Organisation, roles_of
from declarations.models.sealed import SealedTextField, fingerprint
from declarations.models.triggers import Law, append_only, refuse
from declarations.models.vehicle import Ferryman, Vehicle
from declarations.words import Language

USER = settings.AUTH_USER_MODEL
SHOWN_TAIL = 3
"""Characters of a passport or card that a list shows."""


def tail_of(text: str) -> str:
    """The end of a number, enough to tell two people apart and too little to copy it."""
    return f"…{text[-SHOWN_TAIL:]}" if text else ""


class CrewMemberQuerySet(models.QuerySet["CrewMember"]):
    """Slices of registers; doors start from `visible_to`."""

    def visible_to(self, user: object) -> Self:
        """Ferrymen of the organisations for which this user declares."""
        return self.filter(organisation__in=roles_of(user).organisations)

    def active(self) -> Self:
        """Those who drive now."""
        return self.filter(retired_at=None)


class CrewMember(models.Model):
    """A ferryman in one organisation's register. What he is called and carries is sealed, and can be erased."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="crew", verbose_name=_("organisation"))
    ferryman = models.ForeignKey(Ferryman, models.PROTECT, related_name="members", verbose_name=_("ferryman"))
    # personal facts
    name = SealedTextField(_("name"), blank=True)
    passport_number = SealedTextField(_("passport number"), blank=True)
    phone = SealedTextField(_("phone"), blank=True)
    card = SealedTextField(_("card"), blank=True)
    licence_class = SealedTextField(_("licence class"), blank=True)
    nationality = models.CharField(_("nationality"), max_length=2, blank=True)
    passport_digest = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    card_digest = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    # what a day alone says of nobody
    passport_expires_on = models.DateField(_("passport valid until"), null=True, blank=True)
    licence_expires_on = models.DateField(_("licence valid until"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ZH)
    fee = models.DecimalField(_("fee per trip"), max_digits=10, decimal_places=2, null=True, blank=True)
    fee_currency = models.CharField(_("currency"), max_length=3, blank=True)
    # where he stands
    card_lost_at = models.DateTimeField(_("card lost at"), null=True)
    retired_at = models.DateTimeField(_("drives no more since"), null=True)
    erased_at = models.DateTimeField(_("erased at"), null=True)
    updated_at = models.DateTimeField(_("changed at"))
    updated_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("changed by"))

    objects = CrewMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("ferryman of a register")
        verbose_name_plural = _("ferrymen of the registers")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "passport_digest"], condition=~Q(passport_digest=""), name="crew_member_once"
            ),
            models.CheckConstraint(name="crew_fee_with_currency", condition=Q(fee=None) | ~Q(fee_currency="")),
            models.CheckConstraint(name="crew_fee_not_negative", condition=Q(fee=None) | Q(fee__gte=0)),
            models.CheckConstraint(
                name="crew_erased_is_empty",
                condition=Q(erased_at=None)
                | Q(name="", passport_number="", phone="", card="", licence_class="", card_digest="")
                & Q(passport_digest="", retired_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """The row's number; the name is a personal fact."""
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_active(self) -> bool:
        """Whether he may be named as driver."""
        return self.retired_at is None

    @property
    def shown_name(self) -> str:
        """The name, or what stands in its place once it was erased."""
        return self.name or str(_("erased"))

    @property
    def passport_tail(self) -> str:
        """The end of the passport number, for lists."""
        return tail_of(self.passport_number)

    @property
    def card_tail(self) -> str:
        """The end of the card's number, for lists."""
        return tail_of(self.card)

    def driver(self) -> dict[str, Any]:
        """The driver of a declaration body: the snapshot that a vehicle keeps."""
        return {
            "name": self.name,
            "passport_number": self.passport_number,
            "nationality": self.nationality or None,
            "phone": self.phone,
            "card": self.card,
        }


class LostCard(models.Model):
    """A card that identifies its ferryman no more, at any gate, from the moment this row is committed.

    It names card and ferryman: whoever reports a number that another man carries harms nobody.
    """

    ferryman = models.ForeignKey(
        Ferryman, models.PROTECT, related_name="lost_cards", verbose_name=_("ferryman"), db_index=False
    )
    card_digest = models.CharField(max_length=64, editable=False)
    lost_at = models.DateTimeField(_("reported at"))
    reported_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", verbose_name=_("reported by"), db_index=False
    )

    class Meta:
        verbose_name = _("lost card")
        verbose_name_plural = _("lost cards")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["card_digest", "ferryman"], name="lost_card_once")]
        triggers = append_only("lost_card")

    def __str__(self) -> str:
        """The row's number; the card is known by its digest alone."""
        return f"{self._meta.verbose_name} {self.pk}"


class FerrymanReturnQuerySet(models.QuerySet["FerrymanReturn"]):
    """Slices of ways home."""

    def standing(self) -> Self:
        """Those that were not taken back."""
        return self.filter(annulled_at=None)


class FerrymanReturn(models.Model):
    """The day on which whoever drove a vehicle out came back, by bus; mended by taking it back and saying it anew."""

    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="driver_returns", verbose_name=_("vehicle"))
    returned_on = models.DateField(_("came back on"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by"), db_index=False
    )
    recorded_by_label = models.CharField(_("recorded by"), max_length=150)
    annulled_at = models.DateTimeField(_("taken back at"), null=True)
    annulled_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name=_("taken back by"), db_index=False
    )

    objects = FerrymanReturnQuerySet.as_manager()

    class Meta:
        verbose_name = _("return of a ferryman")
        verbose_name_plural = _("returns of ferrymen")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["vehicle"], condition=Q(annulled_at=None), name="ferryman_return_once"),
            models.CheckConstraint(
                name="ferryman_return_annulled_pair",
                condition=Q(annulled_at=None, annulled_by=None)
                | Q(annulled_at__gte=F("recorded_at"), annulled_by__isnull=False),
            ),
        ]
        triggers = [
            Law(
                name="ferryman_return_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=refuse(
                    "OLD.annulled_at IS NOT NULL OR NEW.vehicle_id <> OLD.vehicle_id "
                    "OR NEW.returned_on <> OLD.returned_on OR NEW.recorded_at <> OLD.recorded_at "
                    "OR NEW.recorded_by_label <> OLD.recorded_by_label",
                    "a return can only be taken back, once",
                ),
            ),
            Law(
                name="ferryman_return_never_vanishes",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func=refuse("true", "a return never vanishes"),
            ),
        ]

    def __str__(self) -> str:
        """The day."""
        return f"{self.returned_on:%Y-%m-%d}"


class CrewLinkQuerySet(models.QuerySet["CrewLink"]):
    """Slices of ferrymen's links."""

    def live(self) -> Self:
        """Those that open something."""
        return self.filter(ended_at=None)

    def opened_by(self, token: str) -> "CrewLink | None":
        """The link of this token, ended or not; None for every other text. Looked up by digest, as all links are."""
        if not TOKEN.fullmatch(token):
            return None
        return self.filter(digest=fingerprint(token)).select_related("member__organisation").first()


class CrewLink(models.Model):
    """A ferryman's own page, without an account: his vehicles of one organisation; live until a new one replaces it."""

    member = models.ForeignKey(
        CrewMember, models.PROTECT, related_name="links", verbose_name=_("ferryman of a register")
    )
    token = SealedTextField(editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made at"))
    created_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("made by"), db_index=False)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = CrewLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of a ferryman")
        verbose_name_plural = _("links of ferrymen")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(ended_at=None), name="crew_link_one_live")
        ]
        triggers = [
            Law(
                name="crew_link_ends_for_ever",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=refuse(
                    "OLD.ended_at IS NOT NULL OR NEW.digest <> OLD.digest OR NEW.member_id <> OLD.member_id",
                    "a link only ever ends, once",
                ),
            )
        ]

    def __str__(self) -> str:
        """The row's number; the token opens a page."""
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def ended_because(self) -> str:
        """Why it opens nothing any more, in the words of other links."""
        return LinkEnd.RENEWED if self.ended_at else ""


class PoolMember(models.Model):
    """That one of the register may take a vehicle of a declaration that names no driver yet."""

    declaration = models.ForeignKey(
        Declaration, models.CASCADE, related_name="pool", verbose_name=_("declaration"), db_index=False
    )
    member = models.ForeignKey(
        CrewMember, models.PROTECT, related_name="pools", verbose_name=_("ferryman of a register")
    )
    added_at = models.DateTimeField(_("named at"))
    added_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("named by"), db_index=False)

    class Meta:
        verbose_name = _("ferryman of a pool")
        verbose_name_plural = _("ferrymen of pools")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["declaration", "member"], name="pool_member_once")]

    def __str__(self) -> str:
        """The row's number; the name is a personal fact."""
        return f"{self._meta.verbose_name} {self.pk}"


class PersonalView(models.Model):
    """That somebody opened a ferryman's personal facts; what he read is not written down."""

    member = models.ForeignKey(
        CrewMember, models.PROTECT, related_name="views", verbose_name=_("ferryman of a register")
    )
    at = models.DateTimeField(_("at"), db_index=True)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"), db_index=False)

    class Meta:
        verbose_name = _("look at personal facts")
        verbose_name_plural = _("looks at personal facts")
        ordering = ["-id"]
        triggers = append_only("personal_view")

    def __str__(self) -> str:
        """Who and when."""
        return f"{self.by} {self.at:%Y-%m-%d %H:%M}"
