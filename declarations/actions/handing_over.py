"""The hand-over abroad: photos of both ends, the importer's answer with his one-time code, and what silence means."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations import attachments, permissions
from declarations.actions.linking import opened
from declarations.errors import Conflict, DomainError, Unacceptable
from declarations.lifecycle import AT_PORT, DeclarationStatus, Owed, VehicleStatus
from declarations.models import HandOver, HandOverCode, HandOverPhoto, Link, Vehicle, fingerprint, note, owe
from declarations.models.handing_over import FINAL, MOST_TRIES
from declarations.problems import Problem, explain
from declarations.words import Audience, HandOverResult, Side

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0 O 1 I L: the code is read aloud over the telephone."""

CODE_CHARACTERS = 8
SILENCE = timedelta(hours=48)
"""After the driver's photo at the place the importer's silence counts as a hand-over."""

OBJECTION = timedelta(days=7)
"""How long the importer may object to a hand-over that counted without him."""

MOST_PHOTOS = 12
"""Photos kept of one side from one taker."""

MOST_REMARKS = 2000
BY_DRIVER, BY_IMPORTER = "driver", "importer"

ANSWERS = (HandOverResult.ACCEPTED, HandOverResult.WITH_REMARKS, HandOverResult.REFUSED)

CODE_WRONG = explain("CODE_WRONG", _("The code is not right. %(left)s tries are left."))
CODE_LOCKED = explain("CODE_LOCKED", _("Too many wrong codes. Ask the exporter for a new code."))
CODE_USED = explain("CODE_USED", _("This code was used before. Ask the exporter for a new code."))
CODE_MISSING = explain("CODE_MISSING", _("The exporter has not made a code yet. Ask him for it."))
RESULT_UNKNOWN = explain("RESULT_UNKNOWN", _("Choose one of the answers."))
REMARKS_MISSING = explain("REMARKS_MISSING", _("Write down what is wrong with the vehicle."))
REMARKS_TOO_LONG = explain("REMARKS_TOO_LONG", _("At most %(most)s characters can be kept."))
NOT_HERE_YET = ("NOT_EXITED", _("This can be answered once the vehicle has left the port."))
HAND_OVER_DONE = ("HAND_OVER_DONE", _("This vehicle was handed over already."))
PHOTO_NOT_NOW = ("PHOTO_NOT_NOW", _("A photo of this side cannot be added now."))
PHOTOS_ENOUGH = ("PHOTOS_ENOUGH", _("There are enough photos of this side."))


@transaction.atomic
def new_code(*, vehicle_id: int, by: User, now: datetime) -> str:
    """A one-time code for the importer of a vehicle, given back once and never again; the one before is dead.

    Raises: NotPermitted; Conflict HAND_OVER_DONE when nothing is left to answer.
    """
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    permissions.check_can_change(by, vehicle.declaration)
    is_coming = vehicle.status in (VehicleStatus.DECLARED, *AT_PORT)
    if not is_coming and not may_answer(vehicle, now=now):
        raise Conflict(*HAND_OVER_DONE)
    code = "".join(secrets.choice(ALPHABET) for _place in range(CODE_CHARACTERS))
    HandOverCode.objects.filter(vehicle=vehicle).delete()
    HandOverCode.objects.create(vehicle=vehicle, digest=_digest(vehicle, code), made_at=now, made_by=by)
    return code


def photograph(*, link_id: int, side: Side, contents: Iterable[bytes], now: datetime) -> int:
    """Keep a driver's photos; how many are new. The first one at the place starts the clock of the importer's silence.

    Raises: NotAttachable; Conflict PHOTO_NOT_NOW, PHOTOS_ENOUGH, LINK_ENDED.
    """
    photos = [attachments.take(content, photo_only=True).content for content in contents]
    with transaction.atomic():
        link = opened(link_id)
        vehicle = link.vehicle
        if not may_photograph(vehicle, side):
            raise Conflict(*PHOTO_NOT_NOW)
        is_first = side == Side.ARRIVAL and HandOverPhoto.objects.arrival_of(vehicle) is None
        new = _keep(vehicle, side, link, photos, now=now)
        if new and is_first:
            owe(Owed.COUNT_SILENCE, vehicle.pk, at=now + SILENCE)
            _note(vehicle, "DRIVER_ARRIVED", by=BY_DRIVER, now=now)
    return new


def may_photograph(vehicle: Vehicle, side: str) -> bool:
    """Whether a driver may add a photo of this side: the departure until the exit, the arrival after it."""
    if side == Side.ARRIVAL:
        return vehicle.status == VehicleStatus.EXITED
    is_released = vehicle.declaration.status == DeclarationStatus.RELEASED
    return is_released and vehicle.status in (VehicleStatus.DECLARED, *AT_PORT)


def answer(
    *, link_id: int, result: str, remarks: str, code: str, contents: Iterable[bytes] = (), now: datetime
) -> HandOver:
    """The importer says how he took the vehicle; with the one-time code that he alone has.

    A wrong code is counted even though the answer is refused. The same answer sent twice is one.
    Raises: NotAttachable; Unacceptable at /code, /result, /remarks; Conflict NOT_EXITED, HAND_OVER_DONE, LINK_ENDED.
    """
    photos = [attachments.take(content, photo_only=True).content for content in contents]
    with transaction.atomic():
        said = _answer(link_id, result, remarks.strip(), code, photos, now=now)
    if isinstance(said, DomainError):
        raise said
    return said


def count_silence(*, vehicle_id: int, now: datetime) -> bool:
    """A worker's part: nobody answered since the driver's photo at the place, so it is handed over, one-sided."""
    if not Vehicle.objects.filter(pk=vehicle_id).exists():
        return False
    with transaction.atomic():
        vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
        arrived_at = HandOverPhoto.objects.arrival_of(vehicle)
        if vehicle.status != VehicleStatus.EXITED or arrived_at is None or arrived_at + SILENCE > now:
            return False
        if HandOver.objects.filter(vehicle=vehicle, at__gte=vehicle.status_at).exists():
            return False
        HandOver.objects.create(vehicle=vehicle, result=HandOverResult.ACCEPTED, at=now, one_sided=True)
        _hand_over(vehicle, "HANDED_OVER_ONE_SIDED", by=BY_DRIVER, now=now)
    return True


def may_answer(vehicle: Vehicle, *, now: datetime) -> tuple[HandOverResult, ...]:
    """What the importer may say now: of a vehicle that is out, or against what counted without him."""
    if vehicle.status == VehicleStatus.EXITED:
        return ANSWERS
    return (HandOverResult.OBJECTED,) if _may_object(vehicle, now=now) else ()


def _may_object(vehicle: Vehicle, *, now: datetime) -> bool:
    if vehicle.status != VehicleStatus.HANDED_OVER:
        return False
    last = vehicle.hand_overs.order_by("-pk").first()
    return last is not None and last.one_sided and now <= last.at + OBJECTION


def _answer(
    link_id: int, result: str, remarks: str, code: str, photos: list[bytes], *, now: datetime
) -> HandOver | DomainError:
    """The answer, or why it is refused with a try counted."""
    link = opened(link_id)
    vehicle = link.vehicle
    kept = HandOverCode.objects.filter(vehicle=vehicle).first()
    last = vehicle.hand_overs.order_by("-pk").first()
    is_used = kept is not None and kept.used_at is not None and kept.is_for(_digest(vehicle, code))
    if last is not None and last.result == result and is_used:
        return last
    may = may_answer(vehicle, now=now)
    if not may:
        return Conflict(*(HAND_OVER_DONE if vehicle.status == VehicleStatus.HANDED_OVER else NOT_HERE_YET))
    if found := _problems(result, remarks, may):
        return Unacceptable(found)
    if refused := _refused(kept, vehicle, code):
        return refused
    assert kept is not None, "without a code it is refused"
    kept.used_at = now
    kept.save(update_fields=["used_at"])
    _keep(vehicle, Side.ARRIVAL, link, photos, now=now)
    said = HandOver.objects.create(vehicle=vehicle, result=result, remarks=remarks, at=now)
    if result in FINAL:
        _hand_over(vehicle, REASONS[HandOverResult(result)], by=BY_IMPORTER, now=now)
    else:
        _note(vehicle, REASONS[HandOverResult(result)], by=BY_IMPORTER, now=now)
    return said


REASONS = {
    HandOverResult.ACCEPTED: "HANDED_OVER",
    HandOverResult.WITH_REMARKS: "HANDED_OVER_WITH_REMARKS",
    HandOverResult.REFUSED: "HAND_OVER_REFUSED",
    HandOverResult.OBJECTED: "HAND_OVER_OBJECTED",
}
"""What the history says of each answer; the importer's own words are sealed beside it."""


def _problems(result: str, remarks: str, may: tuple[HandOverResult, ...]) -> list[Problem]:
    if result not in may:
        return [Problem(RESULT_UNKNOWN, "/result")]
    if result != HandOverResult.ACCEPTED and not remarks:
        return [Problem(REMARKS_MISSING, "/remarks")]
    if len(remarks) > MOST_REMARKS:
        return [Problem(REMARKS_TOO_LONG, "/remarks", values={"most": MOST_REMARKS})]
    return []


def _refused(kept: HandOverCode | None, vehicle: Vehicle, code: str) -> Unacceptable | None:
    """Why this code does not do; a wrong one is counted."""
    if kept is None:
        return Unacceptable([Problem(CODE_MISSING, "/code")])
    if kept.is_locked:
        return Unacceptable([Problem(CODE_LOCKED, "/code")])
    if kept.used_at is not None:
        return Unacceptable([Problem(CODE_USED, "/code")])
    if kept.is_for(_digest(vehicle, code)):
        return None
    kept.wrong_tries += 1
    kept.save(update_fields=["wrong_tries"])
    left = MOST_TRIES - kept.wrong_tries
    if not left:
        return Unacceptable([Problem(CODE_LOCKED, "/code")])
    return Unacceptable([Problem(CODE_WRONG, "/code", values={"left": left})])


def _digest(vehicle: Vehicle, code: str) -> str:
    """What is kept of a code; blanks, hyphens and small letters of whoever types it make no difference."""
    plain = "".join(each for each in code.upper() if each.isalnum())
    return fingerprint(f"hand-over {vehicle.pk} {plain}")


def _keep(vehicle: Vehicle, side: Side, link: Link, photos: list[bytes], *, now: datetime) -> int:
    """Photos that are not there yet; how many."""
    mine = HandOverPhoto.objects.filter(vehicle=vehicle, side=side, taken_by=link.audience)
    known = set(mine.values_list("digest", flat=True))
    new = {fingerprint(photo.hex()): photo for photo in photos}
    new = {digest: photo for digest, photo in new.items() if digest not in known}
    if len(known) + len(new) > MOST_PHOTOS:
        raise Conflict(*PHOTOS_ENOUGH)
    HandOverPhoto.objects.bulk_create(
        HandOverPhoto(vehicle=vehicle, side=side, taken_by=Audience(link.audience), at=now, digest=digest, photo=photo)
        for digest, photo in new.items()
    )
    if new:
        vehicle.declaration.touch(at=now)
    return len(new)


def _hand_over(vehicle: Vehicle, reason: str, *, by: str, now: datetime) -> None:
    vehicle.move_to(VehicleStatus.HANDED_OVER, by=by, at=now, reason=reason)
    vehicle.declaration.touch(at=now)


def _note(vehicle: Vehicle, reason: str, *, by: str, now: datetime) -> None:
    note(declaration_id=vehicle.declaration_id, vehicle_id=vehicle.pk, by=by, at=now, reason=reason)
    vehicle.declaration.touch(at=now)
