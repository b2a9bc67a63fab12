"""Overrides: holds and document checks of one vehicle set aside by two people, for one stage and thirty minutes."""

import uuid
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations.clearance.controls import settle
from declarations.errors import Conflict
from declarations.lifecycle import CheckStatus
from declarations.models import Declaration, DocumentCheck, Hold, Override, Vehicle, note

LASTS = timedelta(minutes=30)
"""DOMAIN section 4, law 3."""


@transaction.atomic
def ask(
    *, vehicle_id: int, stage: str, reason: str, by: User, now: datetime, passage_id: uuid.UUID | None = None
) -> Override:
    """Name the controls that stand on the vehicle now and ask a second person to set them aside.

    Raises: NotPermitted; Conflict when nothing that can be overridden stands on the vehicle itself.
    """
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    declaration = vehicle.declaration
    permissions.check_can_ask_override(by, declaration)
    holds = list(Hold.objects.standing().filter(vehicle=vehicle).values_list("pk", flat=True))
    checks = list(
        DocumentCheck.objects.filter(vehicle=vehicle, status__in=[CheckStatus.OPEN, CheckStatus.REFUSED]).values_list(
            "pk", flat=True
        )
    )
    if not holds and not checks:
        raise Conflict("NOTHING_TO_OVERRIDE", _("No hold and no document check stands on this vehicle itself."))
    override = Override.objects.create(
        vehicle=vehicle,
        stage=stage,
        hold_ids=holds,
        check_ids=checks,
        reason=reason,
        passage_id=passage_id,
        asked_by=by,
        asked_at=now,
    )
    _noted(override, declaration, by=by, now=now, reason="OVERRIDE_ASKED", text=reason)
    return override


@transaction.atomic
def grant(*, public_id: uuid.UUID, by: User, now: datetime) -> Override:
    """The second person agrees; from now on scans and decisions at that stage treat the named controls as closed.

    Raises: NotPermitted for whoever asked; Conflict when it was granted already.
    """
    vehicle_id = Override.objects.values_list("vehicle", flat=True).get(public_id=public_id)
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    declaration = vehicle.declaration
    override = (
        Override.objects.select_for_update(of=("self",)).select_related("vehicle__declaration").get(public_id=public_id)
    )
    permissions.check_can_grant_override(by, override)
    if override.granted_at is not None:
        raise Conflict("ALREADY_GRANTED", _("This override was granted already."))
    if now - override.asked_at > LASTS:
        raise Conflict("OVERRIDE_LAPSED", _("This request is older than 30 minutes. Ask again."))
    override.granted_by, override.granted_at, override.expires_at = by, now, now + LASTS
    override.save(update_fields=["granted_by", "granted_at", "expires_at"])
    _noted(override, declaration, by=by, now=now, reason="OVERRIDE_GRANTED")
    settle([vehicle], by=by, now=now, reason="OVERRIDE_GRANTED")
    return override


def _noted(
    override: Override, declaration: Declaration, *, by: User, now: datetime, reason: str, text: str = ""
) -> None:
    note(
        declaration_id=declaration.pk,
        vehicle_id=override.vehicle_id,
        by=by,
        at=now,
        reason=reason,
        text=text,
        data={"override": override.public_id, "stage": override.stage},
    )
    declaration.touch(at=now)
