"""A pool of ferrymen: whoever of it takes a vehicle becomes its driver, by a link of his own, without an account."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Right
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations import checks, passes, permissions, vin
from declarations.actions.ferrymen.register import is_lost, locked, not_in_force
from declarations.actions.ferrymen.returns import record_return_of
from declarations.actions.linking import LINK_ENDED
from declarations.actions.writing import change_vehicle
from declarations.clearance.controls import settle
from declarations.errors import Conflict, Unacceptable
from declarations.lifecycle import CLOSED_VEHICLE, HOLDING_VIN, PassStatus
from declarations.models import (
    CrewLink,
    CrewMember,
    Declaration,
    PoolMember,
    Vehicle,
    fingerprint,
    load_reference,
    note,
)
from declarations.models.links import new_token
from declarations.models.standing import recompute
from declarations.models.stays import stays_of_drivers
from declarations.models.vehicle import TAIL
from declarations.problems import errors

BY = "ferryman"
"""Who acts on a ferryman's own page; which one, the snapshot says: history names nobody."""


@transaction.atomic
def name_pool(*, declaration_id: int, members: Iterable[Any], by: User, now: datetime) -> int:
    """Make these of the register the pool of a declaration, none for no pool; gives back how many there are.

    members: public ids. Whoever took a vehicle before keeps it.
    Raises: NotPermitted; Conflict when the declaration has ended.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_change(by, declaration)
    if declaration.status not in HOLDING_VIN and not declaration.is_draft:
        raise Conflict("ALREADY_ENDED", _("This declaration has ended; declare again instead."))
    vehicles = list(Vehicle.objects.locked().filter(declaration=declaration).exclude(status__in=CLOSED_VEHICLE))
    wanted = CrewMember.objects.active().filter(organisation=declaration.organisation_id, public_id__in=list(members))
    ids = set(wanted.values_list("pk", flat=True))
    there = set(PoolMember.objects.filter(declaration=declaration).values_list("member", flat=True))
    if ids == there:
        return len(ids)
    PoolMember.objects.filter(declaration=declaration).exclude(member__in=ids).delete()
    PoolMember.objects.bulk_create(
        PoolMember(declaration=declaration, member_id=pk, added_at=now, added_by=by) for pk in sorted(ids - there)
    )
    note(declaration_id=declaration.pk, by=by, at=now, reason="POOL_NAMED")
    if not declaration.is_draft:
        recompute(vehicles, now=now)
    declaration.touch(at=now)
    return len(ids)


@transaction.atomic
def make_link(*, member_id: int, by: User, now: datetime) -> CrewLink:
    """A new link to his own page; the one before opens nothing any more.

    Raises: NotPermitted; Conflict when he drives no more.
    """
    member = locked(member_id, by=by)
    if not member.is_active:
        raise not_in_force()
    CrewLink.objects.live().filter(member=member).update(ended_at=now)
    token = new_token()
    return CrewLink.objects.create(member=member, token=token, digest=fingerprint(token), created_at=now, created_by=by)


@transaction.atomic
def take(*, link_id: int, text: str, now: datetime) -> Vehicle:
    """He takes the vehicle of this text and drives it: a pass's text, its manual code, or the last six of the VIN.

    Taken twice by the same man it is one.
    Raises: Conflict LINK_ENDED, NOT_IN_POOL, TWO_VEHICLES or TAKEN; Unacceptable when he may not drive it.
    """
    member = _opened(link_id)
    vehicle = Vehicle.objects.lock_with_declaration(_named(member, text).pk)
    declaration = vehicle.declaration
    # It was found before it was locked: by now another pool may have been named.
    if not PoolMember.objects.filter(declaration=declaration, member=member).exists():
        raise Conflict("NOT_IN_POOL", _not_in_pool())
    driver = vehicle.get_driver()
    if driver is not None and driver.passport_digest == member.passport_digest:
        return vehicle
    if driver is not None and driver.passport_digest:
        raise Conflict("TAKEN", _("Somebody else has taken this vehicle. Take another one."))
    if vehicle.status in CLOSED_VEHICLE or declaration.status not in HOLDING_VIN:
        raise Conflict("NOT_IN_POOL", _not_in_pool())
    _expect_fit(member, declaration, vehicle, now=now)
    change_vehicle(vehicle, {"driver": member.driver()}, now=now)
    _tell(vehicle, now=now)
    return vehicle


def waits_for_card(card: str, *, port: str) -> bool:
    """Whether at this port a vehicle without a driver waits for the holder of this card; card: its digest."""
    return _waiting_for_card(card, port=port).exists()


@transaction.atomic
def take_by_card(*, card: str, pass_id: int, port: str, now: datetime) -> Vehicle | None:
    """He swiped his card at a gate beside the pass of a vehicle that waits for one of his pool: he drives it.

    None when it does not wait for him, or he may not drive it: then his card is nobody's who belongs to this vehicle.
    """
    of_pass = Q(passes__pass_id=pass_id, passes__status=PassStatus.ISSUED)
    found = _waiting_for_card(card, port=port).filter(of_pass).values_list("pk", "declaration__pool__member").first()
    if found is None:
        return None
    vehicle = Vehicle.objects.lock_with_declaration(found[0])
    pooled = PoolMember.objects.filter(declaration=vehicle.declaration, member=found[1], member__card_digest=card)
    row = pooled.filter(**_IN_FORCE).select_related("member").first()
    driver = vehicle.get_driver()
    is_taken = driver is not None and bool(driver.passport_digest)
    if row is None or is_taken or not vehicle.live or vehicle.declaration.port_id != port:
        return None
    if is_lost(card, row.member.ferryman):
        return None
    try:
        _expect_fit(row.member, vehicle.declaration, vehicle, now=now)
    except Unacceptable:
        return None
    change_vehicle(vehicle, {"driver": row.member.driver()}, now=now)
    _tell(vehicle, now=now)
    return vehicle


_IN_FORCE = {"member__retired_at": None, "member__card_lost_at": None}


def _waiting_for_card(card: str, *, port: str) -> QuerySet[Vehicle]:
    pools = {f"declaration__pool__{name}": value for name, value in _IN_FORCE.items()}
    return Vehicle.objects.filter(
        Q(driver=None) | Q(driver__passport_digest=""),
        declaration__pool__member__card_digest=card,
        declaration__port=port,
        live=True,
        **pools,
    )


@transaction.atomic
def give_back(*, link_id: int, vehicle_id: int, now: datetime) -> None:
    """He does not drive it after all: it waits for one of the pool again. Given back twice it is once.

    Raises: Conflict LINK_ENDED, or NOT_IN_POOL when it is out or its declaration has no pool of his.
    """
    member = _opened(link_id)
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    driver = vehicle.get_driver()
    if driver is None or driver.ferryman_id != member.ferryman_id:
        return
    pooled = PoolMember.objects.filter(declaration=vehicle.declaration, member=member).exists()
    if vehicle.status in CLOSED_VEHICLE or not pooled:
        raise Conflict("NOT_IN_POOL", _not_in_pool())
    change_vehicle(vehicle, {"driver": None}, now=now)
    _tell(vehicle, now=now)


@transaction.atomic
def come_back(*, link_id: int, vehicle_id: int, day: date, now: datetime) -> None:
    """He says himself on which day he came back after driving this vehicle out; what is recorded already stays.

    Raises: Conflict LINK_ENDED or NOT_OUT; Unacceptable for an impossible day.
    """
    member = _opened(link_id)
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    driver = vehicle.get_driver()
    is_his = driver is not None and driver.ferryman_id == member.ferryman_id
    if not is_his or vehicle.declaration.organisation_id != member.organisation_id:
        raise Conflict("NOT_OUT", _("You have not driven this vehicle out."))
    record_return_of(vehicle, day, label=BY, now=now)


def _opened(link_id: int) -> CrewMember:
    """Whose link this is, if it opens something; whoever ends it waits until this act is done.

    Raises: Conflict LINK_ENDED.
    """
    rows = CrewLink.objects.live().select_for_update(of=("self",)).select_related("member")
    link = rows.filter(pk=link_id, member__retired_at=None).first()
    if link is None:
        raise Conflict(*LINK_ENDED)
    return link.member


def _named(member: CrewMember, text: str) -> Vehicle:
    """The vehicle of his pools that the text names.

    Raises: Conflict.
    """
    text = text.replace("\0", "").encode("utf-8", "ignore").decode().strip()[:1000]
    pooled = Vehicle.objects.filter(declaration__pool__member=member).exclude(status__in=CLOSED_VEHICLE)
    if passes.looks_like_manual_code(text):
        meant = Q(passes__pass_id=passes.read_manual_code(text), passes__status=PassStatus.ISSUED)
    else:
        meant = Q(passes__code=text, passes__status=PassStatus.ISSUED) | Q(tail=vin.normalise(text))
    found = list(pooled.annotate(tail=Right("vin", TAIL)).filter(meant).distinct()[:2]) if text else []
    if not found:
        raise Conflict("NOT_IN_POOL", _not_in_pool())
    if len(found) > 1:
        raise Conflict("TWO_VEHICLES", _("Two vehicles end like this. Enter the code of its pass."))
    return found[0]


def _not_in_pool() -> Any:
    return _("No vehicle that waits for you has this code. Compare it with the sheet behind the windscreen.")


def _expect_fit(member: CrewMember, declaration: Declaration, vehicle: Vehicle, *, now: datetime) -> None:
    """He is checked as any driver is, at once.

    Raises: Unacceptable.
    """
    header, body = declaration.header(), {**vehicle.body(), "driver": member.driver()}
    found = checks.check_vehicle(
        body,
        reference=load_reference(),
        today=timezone.localdate(now),
        body=header,
        stays=stays_of_drivers(header, [body], now=now),
    )
    wrong = [problem for problem in errors(found) if problem.pointer.startswith("/driver")]
    if wrong:
        raise Unacceptable(wrong)


def _tell(vehicle: Vehicle, *, now: datetime) -> None:
    """The swap in the history; a vehicle that was referred goes back to the gate, readiness is computed anew."""
    declaration = vehicle.declaration
    data = {"fields": ["driver"]}
    note(declaration_id=declaration.pk, vehicle_id=vehicle.pk, by=BY, at=now, reason="SWAPPED", data=data)
    settle([vehicle], by=BY, now=now, reason="REPAIRED")
    declaration.touch(at=now)
