"""Devices at the lanes: taken out of service, together with their keys."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from checkpoint import permissions
from checkpoint.models import Device
from declarations.errors import Conflict
from declarations.models import ApiKey


@transaction.atomic
def revoke(*, device_id: int, by: User, now: datetime) -> Device:
    """Close a device and its key; the next scan with it is refused.

    Raises: NotPermitted; Conflict when it is revoked already.
    """
    rows = Device.objects.select_for_update(of=("self",)).select_related("lane__checkpoint")
    device: Device = rows.get(pk=device_id)
    permissions.check_can_revoke_device(by, device)
    if not device.is_usable():
        raise Conflict("ALREADY_REVOKED", _("This device is revoked already."))
    device.revoke(now=now)
    ApiKey.objects.filter(device=device, revoked_at=None).update(revoked_at=now)
    return device
