"""What a device tells of itself: its heartbeat, and the faults that lane equipment reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from checkpoint.models import Device, DeviceEvent, DeviceState, DeviceVerb, PortWatch
from declarations.actions import notices
from declarations.notices import Audience, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """One heartbeat. What a device does not know stays as it was told last, but for faults: none told is none."""

    sent_at: datetime | None = None
    battery_percent: int | None = None
    queued: int | None = None
    manifest_version: str | None = None
    manifest_at: datetime | None = None
    software: str | None = None
    faults: Sequence[str] = ()


@transaction.atomic
def heard(*, device_id: int, beat: Heartbeat, now: datetime) -> tuple[DeviceState, PortWatch]:
    """Keep what a device tells; the control centre reads of new faults, and that a silent device is back."""
    state = _state(device_id, now=now)
    before = set(state.faults)
    state.heard_at, state.faults = now, sorted(set(beat.faults))
    if beat.sent_at is not None:
        state.skew_s = round((beat.sent_at - now).total_seconds(), 1) + 0.0  # no -0.0
    for name in ("battery_percent", "queued", "manifest_version", "manifest_at", "software"):
        if (value := getattr(beat, name)) is not None:
            setattr(state, name, value)
    _tell_that_it_is_back(state, now=now)
    if new := sorted(set(state.faults) - before):
        _tell_of_fault(state.device, ", ".join(new), now=now)
    state.save()
    return state, PortWatch.of(state.device.lane.checkpoint.port_id)


@transaction.atomic
def reported(*, device_id: int, fault: str, now: datetime) -> DeviceState:
    """A fault that was reported by itself, "" for: in order. The rest of what the device told stays."""
    state = _state(device_id, now=now)
    before = state.faults
    state.heard_at, state.faults = now, [fault] if fault else []
    _tell_that_it_is_back(state, now=now)
    if fault and fault not in before:
        _tell_of_fault(state.device, fault, now=now)
    state.save()
    return state


def _state(device_id: int, *, now: datetime) -> DeviceState:
    rows = DeviceState.objects.select_for_update(of=("self",)).select_related("device__lane__checkpoint")
    state: DeviceState
    state, _is_new = rows.get_or_create(device_id=device_id, defaults={"heard_at": now})
    return state


def _tell_that_it_is_back(state: DeviceState, *, now: datetime) -> None:
    if state.silent_since is None:
        return
    values = {"starts": state.silent_since.isoformat(), "until": now.isoformat()}
    tell(state.device, Kind.DEVICE_BACK, f"back:{state.silent_since.isoformat()}", values, now=now)
    state.silent_since = None


def _tell_of_fault(device: Device, fault: str, *, now: datetime) -> None:
    DeviceEvent.objects.create(
        device=device, at=now, verb=DeviceVerb.REPORTED, lane=device.lane, data={"fault": fault[:200]}
    )
    tell(device, Kind.DEVICE_FAULT, f"fault:{now.isoformat()}", {"fault": fault[:200]}, now=now)


def tell(device: Device, kind: Kind, cause: str, values: dict[str, Any], *, now: datetime) -> None:
    """Tell the control centre of a device's port something about it."""
    told = {"device": device.name, "lane": device.lane.code, **values}
    draft = notices.Draft(kind, Audience.CONTROL, f"device:{device.pk}:{cause}", (), told)
    notices.write([draft], declaration=None, port=device.lane.checkpoint.port_id, now=now)
