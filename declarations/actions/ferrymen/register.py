"""The register of an organisation's own ferrymen: entered once, named as driver by one choice."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions, persons
from declarations.actions.writing import ferrymen_of
from declarations.checks import LIMITS, read_date, read_decimal
from declarations.checks.fields import DATE_FORM, DECIMAL_FORM, REQUIRED, TEXT_LENGTH, shown
from declarations.checks.header import COUNTRY_UNKNOWN, CURRENCY_UNKNOWN
from declarations.errors import Conflict, Unacceptable
from declarations.lifecycle import Owed
from declarations.models import (
    CrewLink,
    CrewMember,
    LostCard,
    Organisation,
    PersonalView,
    PoolMember,
    digest,
    load_reference,
    owe,
)
from declarations.models.vehicle import Ferryman
from declarations.problems import Level, Problem, errors, explain
from declarations.words import Language

MOST_MEMBERS = 5000
"""Of one organisation: what is searched by name is opened row by row, since sealed text cannot be searched."""

MOST_FEE = Decimal(10**8)

CREW_TWICE = explain(
    "CREW_TWICE",
    _("Your register has a ferryman with this passport already. Open his page; bring him back if need be."),
)
CARD_WAS_LOST = explain("CARD_WAS_LOST", _("This card was reported lost. Enter the number of the new one."))
FEE_RANGE = explain("FEE_RANGE", _("A fee per trip is not negative, has two decimals and a currency. Correct it."))
LANGUAGE_UNKNOWN = explain("LANGUAGE_UNKNOWN", _("Choose the language that he reads."))

TEXTS = ("name", "passport_number", "nationality", "phone", "card", "licence_class")
DAYS = ("passport_expires_on", "licence_expires_on")


def not_in_force() -> Conflict:
    """What an act on a ferryman who drives no more is told."""
    return Conflict("CREW_RETIRED", _("He drives no more for you. Bring him back to the register first."))


@transaction.atomic
def keep(
    *,
    organisation: Organisation,
    values: Mapping[str, Any],
    member_id: int | None = None,
    by: User,
    now: datetime,
) -> CrewMember:
    """Enter a ferryman, or change the one whom member_id names; his card changes by `bind_card` alone.

    Raises: NotPermitted; Conflict when he was retired, or the register is full; Unacceptable for what is wrong.
    """
    permissions.check_can_declare_for(by, organisation.pk)
    member = CrewMember(organisation=organisation)
    if member_id is not None:
        member = locked(member_id, by=by)
        if not member.is_active:
            raise not_in_force()
        values = {**values, "card": member.card}
    elif CrewMember.objects.filter(organisation=organisation).count() >= MOST_MEMBERS:
        raise Conflict("CREW_FULL", _("A register holds at most 5,000 ferrymen. Erase those who left long ago."))
    found = errors(_problems(values))
    if found:
        raise Unacceptable(found)
    _write(member, values)
    member.ferryman = ferrymen_of({member.passport_digest: member.card_digest}, now=now)[member.passport_digest]
    if member_id is None and is_lost(member.card_digest, member.ferryman):
        raise Unacceptable([Problem(CARD_WAS_LOST, "/card")])
    member.updated_at, member.updated_by = now, by
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError as clash:
        raise Unacceptable([Problem(CREW_TWICE, "/passport_number")]) from clash
    return member


@transaction.atomic
def retire(*, member_id: int, by: User, now: datetime) -> CrewMember:
    """He drives no more for this organisation; what he drove stays. Done twice it is one.

    Raises: NotPermitted.
    """
    member = locked(member_id, by=by)
    if member.is_active:
        member.retired_at = member.updated_at = now
        member.updated_by = by
        member.save(update_fields=["retired_at", "updated_at", "updated_by"])
        CrewLink.objects.live().filter(member=member).update(ended_at=now)
        pools = PoolMember.objects.filter(member=member)
        left = sorted(pools.values_list("declaration", flat=True))
        pools.delete()
        owe(Owed.REFRESH, *left, at=now)  # a vehicle that waited for him alone has nobody to wait for
    return member


@transaction.atomic
def take_back(*, member_id: int, by: User, now: datetime) -> CrewMember:
    """He drives again.

    Raises: NotPermitted; Conflict when his facts were erased.
    """
    member = locked(member_id, by=by)
    if member.erased_at:
        raise Conflict("CREW_ERASED", _("His personal facts were erased. Enter him anew."))
    if not member.is_active:
        member.retired_at, member.updated_at, member.updated_by = None, now, by
        member.save(update_fields=["retired_at", "updated_at", "updated_by"])
    return member


@transaction.atomic
def erase(*, member_id: int, by: User, now: datetime) -> CrewMember:
    """Erase what names a retired ferryman. Trips, returns and days stay: they point at a row that names nobody.

    Raises: NotPermitted; Conflict while he still drives.
    """
    member = locked(member_id, by=by)
    if member.is_active:
        raise Conflict("CREW_ACTIVE", _("He still drives for you. Take him out of the register first."))
    if member.erased_at is None:
        for name in (*TEXTS, "passport_digest", "card_digest"):
            setattr(member, name, "")
        member.passport_expires_on = member.licence_expires_on = None
        member.erased_at = member.updated_at = now
        member.updated_by = by
        member.save()
    return member


def look(*, member_id: int, by: User, now: datetime) -> None:
    """Write down that somebody opened his personal facts, never what he read.

    Raises: NotPermitted.
    """
    member = CrewMember.objects.only("organisation_id").get(pk=member_id)
    permissions.check_can_declare_for(by, member.organisation_id)
    PersonalView.objects.create(member=member, at=now, by=by)


def locked(member_id: int, *, by: User) -> CrewMember:
    """The member under lock, for whoever may declare for his organisation.

    Raises: NotPermitted.
    """
    member = CrewMember.objects.select_for_update(of=("self",)).select_related("ferryman").get(pk=member_id)
    permissions.check_can_declare_for(by, member.organisation_id)
    return member


def is_lost(card_digest: str, ferryman: Ferryman) -> bool:
    """Whether this ferryman's card was reported lost."""
    return LostCard.objects.filter(card_digest=card_digest, ferryman=ferryman).exists()


def _problems(values: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a ferryman's entry, told at its fields."""
    text = {name: str(values.get(name) or "").strip() for name in (*TEXTS, *DAYS, "language", "fee", "fee_currency")}
    found = [Problem(REQUIRED, f"/{name}") for name in ("name", "passport_number") if not text[name]]
    for name in TEXTS:
        most = LIMITS[f"driver.{name}"]
        if len(text[name]) > most:
            found.append(Problem(TEXT_LENGTH, f"/{name}", values={"most": most, "over": len(text[name]) - most}))
    if text["passport_number"]:
        of_passport = persons.passport_problems(text["passport_number"], text["nationality"] or None)
        found += [problem.under("/passport_number") for problem in of_passport]
    reference = load_reference()
    if text["nationality"] and text["nationality"] not in reference.countries:
        found.append(Problem(COUNTRY_UNKNOWN, "/nationality", values={"value": shown(text["nationality"])}))
    found += [Problem(DATE_FORM, f"/{name}") for name in DAYS if text[name] and read_date(text[name]) is None]
    if text["language"] not in Language.values:
        found.append(Problem(LANGUAGE_UNKNOWN, "/language"))
    return found + _fee_problems(text["fee"], text["fee_currency"], reference.currencies)


def _fee_problems(fee: str, currency: str, currencies: Mapping[str, int]) -> list[Problem]:
    if not fee:
        return []
    amount = read_decimal(fee)
    if amount is None:
        return [Problem(DECIMAL_FORM, "/fee")]
    if currency not in currencies:
        return [Problem(CURRENCY_UNKNOWN, "/fee_currency", Level.ERROR, {"value": shown(currency)})]
    places = min(2, currencies[currency])
    is_fit = 0 <= amount < MOST_FEE and amount == amount.quantize(Decimal(1).scaleb(-places))
    return [] if is_fit else [Problem(FEE_RANGE, "/fee")]


def _write(member: CrewMember, values: Mapping[str, Any]) -> None:
    for name in TEXTS:
        setattr(member, name, str(values.get(name) or "").strip().replace("\0", ""))
    member.passport_number = persons.normalise(member.passport_number)
    member.passport_digest, member.card_digest = digest(member.passport_number), digest(member.card)
    member.passport_expires_on, member.licence_expires_on = (_day(values.get(name)) for name in DAYS)
    member.language = str(values["language"])
    fee = read_decimal(str(values.get("fee") or ""))
    member.fee, member.fee_currency = fee, str(values.get("fee_currency") or "") if fee is not None else ""


def _day(value: Any) -> date | None:
    return read_date(value) if value else None
