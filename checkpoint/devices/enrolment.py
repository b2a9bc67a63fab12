"""A machine gets its key: a supervisor adds it to a lane and reads out a code; the machine trades the code for a key.

A code is good once and for a quarter of an hour. Using it ends the key that the device had before, so that a new code
is also how a key is changed.
"""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from checkpoint import permissions
from checkpoint.models import Device, DeviceEvent, DeviceVerb, EnrolmentCode, Lane, LaneDisplay
from checkpoint.models.device import DeviceKind
from declarations.errors import Conflict, DomainError
from declarations.models import ApiKey, digest
from declarations.passes import CROCKFORD

CODE_VALID_FOR = timedelta(minutes=15)
CODE_CHARACTERS = 8
"""40 random bits: with ten codes alive, and ten tries a second for a quarter of an hour, one guess in 10^7 hits."""

LOOKS_LIKE = str.maketrans("ILO", "110")


TRIES_PER_S, TRIES = 0.1, 10.0
"""Codes that one address may try: what doors brake by."""


class CodeUnknown(DomainError):
    """No machine waits for this code: it never was, was used, or has run out. Which of them is nobody's business."""

    def __init__(self) -> None:
        told = _("No machine waits for this code. It works once and for 15 minutes; ask your supervisor for a new one.")
        super().__init__("CODE_UNKNOWN", told)


@transaction.atomic
def add(*, lane_id: int, kind: str, name: str, by: User, now: datetime) -> tuple[Device, str]:
    """Add a machine to a lane and make its code, which is told once.

    Raises: NotPermitted; Conflict for a kind that has no key.
    """
    lane = Lane.objects.select_related("checkpoint").get(pk=lane_id)
    permissions.check_can_keep_lane(by, lane)
    if kind not in (DeviceKind.LANE, DeviceKind.HANDHELD):
        raise Conflict("NO_MACHINE", _("Only lane equipment and handhelds have a key."))
    device = Device.objects.create(lane=lane, kind=kind, name=name)
    _event(device, DeviceVerb.ADDED, by=by, now=now)
    return device, _code(device, by=by, now=now)


@transaction.atomic
def make_code(*, device_id: int, by: User, now: datetime) -> str:
    """A new code in place of the one before. The device's key stays in force until the code is used.

    Raises: NotPermitted; Conflict for a revoked device, or one without a key of its own.
    """
    device = _locked(device_id)
    permissions.check_can_keep_lane(by, device.lane)
    _expect_usable(device)
    if device.kind == DeviceKind.VIRTUAL:
        raise Conflict("NO_MACHINE", _("Only lane equipment and handhelds have a key."))
    return _code(device, by=by, now=now)


@transaction.atomic
def enrol(*, code: str, name: str, software: str, now: datetime) -> tuple[Device, str]:
    """Trade a code for a key, whose text is told once. Of two who use one code at once the second finds it gone.

    name, software: what the machine calls itself and runs; kept in its history.
    Raises: CodeUnknown.
    """
    row = EnrolmentCode.objects.filter(digest=_digest(code), expires_at__gt=now).first()
    if row is None:
        raise CodeUnknown
    # The device before its code, as whoever revokes it or makes a new code goes: what was read may be gone by now.
    device = _locked(row.device_id)
    used, _rows = EnrolmentCode.objects.filter(pk=row.pk, digest=row.digest).delete()
    if not used:
        raise CodeUnknown
    ApiKey.objects.filter(device=device, revoked_at=None).update(revoked_at=now)
    key, text = ApiKey.issue(label=str(device)[:100], now=now)
    device.api_key, device.enrolled_at = key, now
    device.save(update_fields=["api_key", "enrolled_at"])
    _event(device, DeviceVerb.ENROLLED, now=now, data={"name": name, "software": software, "key": key.hint})
    return device, text


@transaction.atomic
def move(*, device_id: int, lane_id: int, reason: str, by: User, now: datetime) -> Device:
    """Put a machine to another lane; its next call counts there. Its key stays.

    Raises: NotPermitted, also where this person answers for one of the two ports alone; Conflict.
    """
    device = _locked(device_id)
    permissions.check_can_keep_lane(by, device.lane)
    lane = Lane.objects.select_related("checkpoint").get(pk=lane_id)
    permissions.check_can_keep_lane(by, lane)
    _expect_usable(device)
    if device.kind == DeviceKind.VIRTUAL:
        raise Conflict("NO_MACHINE", _("The officer's page belongs to its lane."))
    if lane.pk == device.lane_id:
        raise Conflict("SAME_LANE", _("This device is at that lane already."))
    before = device.lane.code
    device.lane = lane
    device.save(update_fields=["lane"])
    _event(device, DeviceVerb.MOVED, by=by, now=now, reason=reason, data={"from": before, "to": lane.code})
    return device


@transaction.atomic
def revoke(*, device_id: int, by: User, now: datetime, reason: str = "") -> Device:
    """Close a device and its key, and the code that waits for it; the next call with it is refused.

    Raises: NotPermitted; Conflict when it is revoked already.
    """
    device = _locked(device_id)
    permissions.check_can_revoke_device(by, device)
    if not device.is_usable():
        raise Conflict("ALREADY_REVOKED", _("This device is revoked already."))
    device.revoke(now=now)
    ApiKey.objects.filter(device=device, revoked_at=None).update(revoked_at=now)
    EnrolmentCode.objects.filter(device=device).delete()
    _event(device, DeviceVerb.REVOKED, by=by, now=now, reason=reason)
    return device


@transaction.atomic
def make_display(*, lane_id: int, by: User, now: datetime) -> str:
    """A new link for the driver's screen of a lane, told once; the one before opens nothing any more.

    Raises: NotPermitted.
    """
    rows = Lane.objects.select_for_update(of=("self",), no_key=True).select_related("checkpoint")
    lane = rows.get(pk=lane_id)
    permissions.check_can_keep_lane(by, lane)
    return LaneDisplay.make(lane=lane, by=by, now=now)


def _locked(device_id: int) -> Device:
    rows = Device.objects.select_for_update(of=("self",)).select_related("lane__checkpoint")
    device: Device = rows.get(pk=device_id)
    return device


def _expect_usable(device: Device) -> None:
    if not device.is_usable():
        raise Conflict("ALREADY_REVOKED", _("This device is revoked already."))


def _code(device: Device, *, by: User, now: datetime) -> str:
    code = "".join(secrets.choice(CROCKFORD) for _place in range(CODE_CHARACTERS))
    values = {"digest": _digest(code), "made_at": now, "made_by": by, "expires_at": now + CODE_VALID_FOR}
    EnrolmentCode.objects.update_or_create(device=device, defaults=values)
    _event(device, DeviceVerb.CODE_MADE, by=by, now=now)
    return f"{code[:4]}-{code[4:]}"


def _digest(code: str) -> str:
    """Of the letters and digits alone: however a code is grouped, it is the same one."""
    letters = code[:40].upper().translate(LOOKS_LIKE)
    return digest("".join(each for each in letters if each in CROCKFORD))


def _event(
    device: Device,
    verb: DeviceVerb,
    *,
    now: datetime,
    by: User | None = None,
    reason: str = "",
    data: dict[str, str] | None = None,
) -> None:
    DeviceEvent.objects.create(
        device=device, at=now, verb=verb, by=by, lane=device.lane, reason=reason, data=data or {}
    )
