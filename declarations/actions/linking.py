"""Links for drivers and importers: made, made anew, and handed on when somebody else drives."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations.errors import Conflict
from declarations.lifecycle import VehicleStatus
from declarations.models import By, Declaration, Link, LinkEnd, Vehicle
from declarations.words import Audience

NOT_LODGED_YET = ("NOT_LODGED_YET", _("Links are made once the declaration is lodged."))
LINK_ENDED = ("LINK_ENDED", _("This link is no longer in use. Ask your exporter for the new one."))
NOWHERE_TO_GO = (VehicleStatus.WITHDRAWN, VehicleStatus.RETURNED)


@transaction.atomic
def make_all(*, declaration_id: int, audience: Audience, by: Any, now: datetime) -> int:
    """A link for every vehicle that has none and goes somewhere; how many were made. Asked twice, it makes none.

    Raises: NotPermitted; Conflict NOT_LODGED_YET.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_change(by, declaration)
    _expect_lodged(declaration)
    rows = Vehicle.objects.locked().filter(declaration=declaration).exclude(status__in=NOWHERE_TO_GO)
    linked = Link.objects.live().filter(vehicle__declaration=declaration, audience=audience).values("vehicle")
    without = list(rows.exclude(pk__in=linked).order_by("position", "pk"))
    Link.objects.bulk_create(Link.drawn(row, audience, by=by, at=now) for row in without)
    return len(without)


@transaction.atomic
def make(*, vehicle_id: int, audience: Audience, by: Any, now: datetime) -> Link:
    """A new link for one vehicle; the one before opens nothing any more.

    Raises: NotPermitted; Conflict NOT_LODGED_YET.
    """
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    permissions.check_can_change(by, vehicle.declaration)
    _expect_lodged(vehicle.declaration)
    return _anew(vehicle, audience, LinkEnd.RENEWED, by=by, now=now)


def hand_on(vehicle: Vehicle, *, now: datetime) -> None:
    """Somebody else drives this locked vehicle: the former driver's link ends, another one waits to be sent."""
    former = Link.objects.live().filter(vehicle=vehicle, audience=Audience.DRIVER).first()
    if former is not None:
        _anew(
            vehicle, Audience.DRIVER, LinkEnd.DRIVER_SWAPPED, by=former.created_by or former.created_by_label, now=now
        )


def _anew(vehicle: Vehicle, audience: Audience, why: LinkEnd, *, by: By, now: datetime) -> Link:
    Link.objects.live().filter(vehicle=vehicle, audience=audience).update(ended_at=now, ended_because=why)
    link = Link.drawn(vehicle, audience, by=by, at=now)
    link.save()
    return link


def _expect_lodged(declaration: Declaration) -> None:
    if declaration.is_draft:
        raise Conflict(*NOT_LODGED_YET)


def opened(link_id: int) -> Link:
    """A link that opens something now, its declaration and its vehicle locked and set on it, in this transaction.

    Raises: Conflict LINK_ENDED when it was ended meanwhile.
    """
    vehicle_id = Link.objects.values_list("vehicle", flat=True).get(pk=link_id)
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    link = Link.objects.live().filter(pk=link_id).first()
    if link is None:
        raise Conflict(*LINK_ENDED)
    link.vehicle = vehicle
    return link
