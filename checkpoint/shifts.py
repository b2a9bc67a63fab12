"""Shifts at the devices: opened with a lane, used by each scan, locked after a pause, ended or taken over."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from checkpoint import permissions, scanning
from checkpoint.models import Device, Shift
from checkpoint.models.gate import Gate
from checkpoint.models.shift import Standing, standing
from declarations.errors import DomainError


class Closed(DomainError):
    """The device does not scan for this person now; nothing was asked. standing: LOCKED or TAKEN."""

    def __init__(self, how: Standing) -> None:
        sentences = {
            Standing.LOCKED: _("This page is locked. Prove that it is you, and it goes on."),
            Standing.TAKEN: _("Somebody else has this lane now."),
        }
        super().__init__(how.value, sentences[how])
        self.standing = how


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands before the device: his session's last shift, and when he last proved who he is."""

    user: User
    proven_at: datetime
    shift_id: int | None = None


@transaction.atomic
def begin(*, device_id: int, by: Person, now: datetime, patience: timedelta) -> Shift:
    """Open a lane: go on with one's own shift there, or begin one. Whoever had the device before has it no longer.

    One person is at one device: his session's shift at another one ends.
    Raises: NotPermitted; Closed while his own page is locked.
    """
    device = _locked(device_id)
    permissions.check_can_scan_at(by.user, device.lane)
    _check(by, None, now=now, patience=patience)
    return _begin(device, by, now=now)


@transaction.atomic
def end(*, shift_id: int, by: User, now: datetime) -> None:
    """End one's own shift; one that ended already stays as it is."""
    shift = Shift.objects.select_for_update(of=("self",)).open().filter(pk=shift_id, officer=by).first()
    if shift is not None:
        _end(shift, by=by, now=now)


def scan(
    *, gate: Gate, scan_id: uuid.UUID, body: Mapping[str, Any], by: Person, now: datetime, patience: timedelta
) -> tuple[scanning.Answer, Shift]:
    """Scan within a shift: the first scan at a free device begins one, each scan keeps it awake.

    Raises: Closed, and nothing was asked; whatever `scanning.scan` raises.
    """
    shift = use(device_id=gate.device_id, by=by, now=now, patience=patience)
    return scanning.scan(gate=gate, scan_id=scan_id, body=body, officer=by.user, now=now), shift


@transaction.atomic
def use(*, device_id: int, by: Person, now: datetime, patience: timedelta) -> Shift:
    """The shift in which this person uses the device now, kept awake by it.

    Raises: NotPermitted; Closed when it is locked or somebody else's.
    """
    device = _locked(device_id)
    permissions.check_can_scan_at(by.user, device.lane)
    current = Shift.objects.open().filter(device=device).first()
    _check(by, current, now=now, patience=patience)
    if current is None:
        return _begin(device, by, now=now)
    return _seen(current, now=now)


def _locked(device_id: int) -> Device:
    # No key of the device changes: scans that refer to it need not wait.
    rows = Device.objects.select_for_update(of=("self",), no_key=True).select_related("lane__checkpoint")
    device: Device = rows.get(pk=device_id)
    return device


def _check(by: Person, current: Shift | None, *, now: datetime, patience: timedelta) -> None:
    own = Shift.objects.filter(pk=by.shift_id, officer=by.user).first() if by.shift_id else None
    how = standing(of=current, own=own, officer_id=by.user.pk, proven_at=by.proven_at, now=now, patience=patience)
    if how in (Standing.LOCKED, Standing.TAKEN):
        raise Closed(how)


def _begin(device: Device, by: Person, *, now: datetime) -> Shift:
    if by.shift_id is not None:
        elsewhere = Shift.objects.select_for_update(of=("self",)).open().filter(pk=by.shift_id, officer=by.user)
        for shift in elsewhere.exclude(device=device):
            _end(shift, by=by.user, now=now)
    current = Shift.objects.open().filter(device=device).first()
    if current is not None and current.officer_id == by.user.pk:
        return _seen(current, now=now)
    if current is not None:
        _end(current, by=by.user, now=now)
    return Shift.objects.create(device=device, officer=by.user, started_at=now, seen_at=now)


def _seen(shift: Shift, *, now: datetime) -> Shift:
    shift.seen_at = max(shift.seen_at, now)
    shift.save(update_fields=["seen_at"])
    return shift


def _end(shift: Shift, *, by: User, now: datetime) -> None:
    shift.ended_at, shift.ended_by = max(now, shift.started_at), by
    shift.save(update_fields=["ended_at", "ended_by"])
