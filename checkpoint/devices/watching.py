"""Devices that were heard and are heard no more: told once to the control centre, and again when they are back."""

from datetime import datetime, timedelta

from django.db import transaction

from checkpoint.devices.hearing import tell
from checkpoint.models import DeviceState, PortWatch
from declarations.notices import Kind

MOST_AT_ONCE = 200


@transaction.atomic
def watch(*, now: datetime) -> int:
    """Find devices at open lanes that fell silent; gives back how many were told. A closed lane may sleep."""
    patience = {row.port_id: row.silent_after_s for row in PortWatch.objects.all()}
    usual = PortWatch().silent_after_s
    least = min([usual, *patience.values()])
    rows = DeviceState.objects.select_for_update(of=("self",), skip_locked=True).filter(
        silent_since=None,
        heard_at__lt=now - timedelta(seconds=least),
        device__revoked_at=None,
        device__lane__is_open=True,
    )
    told = 0
    for state in rows.select_related("device__lane__checkpoint").order_by("pk")[:MOST_AT_ONCE]:
        allowed = patience.get(state.device.lane.checkpoint.port_id, usual)
        if state.heard_at >= now - timedelta(seconds=allowed):
            continue
        state.silent_since = state.heard_at
        state.save(update_fields=["silent_since"])
        values = {"starts": state.heard_at.isoformat()}
        tell(state.device, Kind.DEVICE_SILENT, f"silent:{state.heard_at.isoformat()}", values, now=now)
        told += 1
    return told
