"""A ferryman's card: lost in one tap, replaced by a new one. Both reach every vehicle still to go."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations.actions.ferrymen.register import CARD_WAS_LOST, is_lost, locked, not_in_force
from declarations.checks import LIMITS
from declarations.checks.fields import REQUIRED, TEXT_LENGTH
from declarations.clearance.controls import settle
from declarations.errors import Conflict, Unacceptable
from declarations.lifecycle import CLOSED_VEHICLE, HOLDING_VIN
from declarations.models import CrewMember, Declaration, Driver, Ferryman, LostCard, Vehicle, digest, note
from declarations.problems import Problem


@transaction.atomic
def lose_card(*, member_id: int, by: User, now: datetime) -> CrewMember:
    """His card is lost: from now on it identifies him at no gate, whoever's vehicle he drives. Done twice it is one.

    Raises: NotPermitted; Conflict when he has none.
    """
    member = locked(member_id, by=by)
    if not member.card_digest:
        if member.card_lost_at:
            return member
        raise Conflict("NO_CARD", _("No card of his is known here. Enter its number first."))
    LostCard.objects.bulk_create(
        [LostCard(ferryman=member.ferryman, card_digest=member.card_digest, lost_at=now, reported_by=by)],
        ignore_conflicts=True,
    )
    Ferryman.objects.filter(pk=member.ferryman_id, card_digest=member.card_digest).update(card_digest="")
    _carry(member, "", by=by, now=now)
    member.card, member.card_digest, member.card_lost_at = "", "", now
    member.updated_at, member.updated_by = now, by
    member.save(update_fields=["card", "card_digest", "card_lost_at", "updated_at", "updated_by"])
    return member


@transaction.atomic
def bind_card(*, member_id: int, card: str, by: User, now: datetime) -> CrewMember:
    """He has a new card: it counts at once on every vehicle of his that is still to go.

    Raises: NotPermitted; Conflict when he drives no more; Unacceptable for a card that was reported lost.
    """
    member = locked(member_id, by=by)
    if not member.is_active:
        raise not_in_force()
    card, most = card.strip().replace("\0", ""), LIMITS["driver.card"]
    if not card:
        raise Unacceptable([Problem(REQUIRED, "/card")])
    if len(card) > most:
        raise Unacceptable([Problem(TEXT_LENGTH, "/card", values={"most": most, "over": len(card) - most})])
    if is_lost(digest(card), member.ferryman):
        raise Unacceptable([Problem(CARD_WAS_LOST, "/card")])
    member.card, member.card_digest, member.card_lost_at = card, digest(card), None
    member.updated_at, member.updated_by = now, by
    member.save(update_fields=["card", "card_digest", "card_lost_at", "updated_at", "updated_by"])
    Ferryman.objects.filter(pk=member.ferryman_id).update(card_digest=member.card_digest)
    _carry(member, card, by=by, now=now)
    return member


def _carry(member: CrewMember, card: str, *, by: User, now: datetime) -> None:
    """Write his card into the snapshots of his organisation's vehicles that are still to go."""
    his = Driver.objects.filter(ferryman=member.ferryman, vehicle__declaration__organisation=member.organisation_id)
    his = his.exclude(vehicle__status__in=CLOSED_VEHICLE)
    wanted = sorted(set(his.values_list("vehicle__declaration", flat=True)))
    declarations = {row.pk: row for row in Declaration.objects.locked().filter(pk__in=wanted).order_by("pk")}
    vehicles = Vehicle.objects.locked().filter(declaration__in=wanted, driver__ferryman=member.ferryman)
    for vehicle in vehicles.exclude(status__in=CLOSED_VEHICLE).order_by("pk"):
        driver = Driver.objects.get(vehicle=vehicle)
        if driver.card_digest == digest(card):
            continue
        driver.card, driver.card_digest = card, digest(card)
        driver.save(update_fields=["card", "card_digest"])
        declaration = vehicle.declaration = declarations[vehicle.declaration_id]
        if declaration.status in HOLDING_VIN:
            data = {"fields": ["driver"]}
            note(declaration_id=declaration.pk, vehicle_id=vehicle.pk, by=by, at=now, reason="SWAPPED", data=data)
            settle([vehicle], by=by, now=now, reason="REPAIRED")
        declaration.touch(at=now)
