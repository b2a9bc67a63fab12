"""Shifts as the pages know them: who stands here, how the device stands for him, and how he leaves it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoint import shifts
from checkpoint.models import Device, Lane, Shift
from checkpoint.models.device import DeviceKind
from checkpoint.models.shift import Standing, standing
from checkpoint.shifts import Person
from checkpoint.views.frame import Officers
from declarations.permissions import PASSED_AT

OPENED = "lane"
"""Where the session remembers the lane."""

SHIFT = "shift"
"""Where the session remembers the shift that it began last."""


class End(Officers):
    """The end of one's shift."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """End it; to scan again he has to prove himself."""
        shift_id = request.session.get(SHIFT)
        if shift_id is not None:
            shifts.end(shift_id=shift_id, by=self.by, now=timezone.now())
            messages.success(request, _("Your shift has ended. Sign out before you give the device away."))
        request.session.pop(OPENED, None)
        return HttpResponseRedirect(reverse("checkpoint:lanes"))


def patience() -> timedelta:
    """So long a page may lie about."""
    return timedelta(seconds=settings.SCAN_LOCK_AFTER_S)


def person_at(request: HttpRequest) -> Person:
    """Who stands before the page."""
    assert isinstance(request.user, User), "the page asks for a sign-in"
    proven_at = datetime.fromtimestamp(request.session.get(PASSED_AT, 0), UTC)
    return Person(user=request.user, proven_at=proven_at, shift_id=request.session.get(SHIFT))


def device_at(lane: Lane) -> Device | None:
    """The lane's page as a device, if it has one."""
    return lane.devices.filter(kind=DeviceKind.VIRTUAL).first()


def standing_at(device: Device | None, person: Person, now: datetime) -> dict[str, Any]:
    """What the page shows of shifts: how the device stands for this person, and who has it."""
    current = Shift.objects.open().filter(device=device).select_related("officer").first()
    own = Shift.objects.filter(pk=person.shift_id, officer=person.user).first() if person.shift_id else None
    how = standing(
        of=current, own=own, officer_id=person.user.pk, proven_at=person.proven_at, now=now, patience=patience()
    )
    return {
        "standing": how,
        "is_locked": how is Standing.LOCKED,
        "is_taken": how is Standing.TAKEN,
        "shift": current,
        "own_shift": own,
        "lock_minutes": settings.SCAN_LOCK_AFTER_S // 60,
        "lock_after_s": settings.SCAN_LOCK_AFTER_S,
    }


def at_lanes(lanes: list[Lane]) -> dict[int, Shift]:
    """Who has the page of each lane now."""
    rows = Shift.objects.open().filter(device__lane__in=lanes, device__kind=DeviceKind.VIRTUAL)
    return {row.device.lane_id: row for row in rows.select_related("officer", "device")}
