"""Passes: issued with the release, renewed when what they say changes, revoked when the declaration ends."""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations import passes
from declarations.errors import Conflict
from declarations.lifecycle import CLOSED_VEHICLE, PassKeyStatus, PassStatus, VehicleStatus
from declarations.models import By, Declaration, Pass, PassKey, Port, Vehicle, move
from declarations.models.movable import begin

EARLY = timedelta(minutes=5)
"""A pass is valid from five minutes before its issue, so that clocks may differ (DOMAIN section 4)."""

LEAST = timedelta(hours=24)
"""Shortest validity after issue (DOMAIN section 4)."""


def signing_key() -> passes.SigningKey:
    """The key that signs now.

    Raises: Conflict when no key is ACTIVE; an operator has to rotate.
    """
    row = PassKey.objects.filter(status=PassKeyStatus.ACTIVE).first()
    if row is None:
        raise Conflict("NO_SIGNING_KEY", _("No pass can be signed now. Tell the operator."))
    return passes.signing_key(base64.b64decode(row.private), kid=row.kid_bytes)


def can_sign() -> bool:
    """Whether a key is ACTIVE."""
    return PassKey.objects.filter(status=PassKeyStatus.ACTIVE).exists()


@transaction.atomic
def rotate(*, now: datetime) -> PassKey:
    """Make a new signing key; the one before verifies on, but signs no more."""
    for row in PassKey.objects.select_for_update().filter(status=PassKeyStatus.ACTIVE):
        row.status, row.retired_at = PassKeyStatus.RETIRED, now
        row.save(update_fields=["status", "retired_at"])
    taken = set(PassKey.objects.values_list("kid", flat=True))
    kid = next(kid for kid in iter(lambda: secrets.randbelow(2**16), None) if kid not in taken)
    seed = secrets.token_bytes(32)
    key = passes.signing_key(seed, kid=kid.to_bytes(2, "big"))
    return PassKey.objects.create(
        kid=kid, public=key.public, private=base64.b64encode(seed).decode(), created_at=now, status=PassKeyStatus.ACTIVE
    )


@transaction.atomic
def revoke_key(*, kid: int, now: datetime) -> PassKey:
    """A key that leaked: passes signed with it alarm from now on, and their vehicles get new ones when they ask."""
    row = PassKey.objects.select_for_update().get(kid=kid)
    row.status, row.revoked_at = PassKeyStatus.REVOKED, now
    row.save(update_fields=["status", "revoked_at"])
    return row


def validity(declaration: Declaration, port: Port, *, issued_at: datetime) -> tuple[datetime, datetime]:
    """From when until when a pass issued then is valid, in whole seconds."""
    until = issued_at + LEAST
    if declaration.planned_arrival_at is not None:
        until = max(until, declaration.planned_arrival_at + timedelta(hours=port.pass_hours))
    return (issued_at - EARLY).replace(microsecond=0), until.replace(microsecond=0)


def says_the_same(old: Pass, vehicle: Vehicle, declaration: Declaration, port: Port, *, now: datetime) -> bool:
    """Whether a pass that was issued may stay: VIN, port and validity are what a new one would say."""
    # What stands in the port is not asked for a validity: its driver keeps the pass he has.
    stays = vehicle.status != VehicleStatus.DECLARED or (
        old.valid_until > now and validity(declaration, port, issued_at=old.issued_at)[1] == old.valid_until
    )
    return old.vin == vehicle.vin and old.port_id == port.code and stays


def issue_passes(
    declaration: Declaration, vehicles: Iterable[Vehicle], *, by: By, now: datetime, reason: str, lost: bool = False
) -> list[Pass]:
    """Give every open vehicle the pass it should hold; one that says the same and is still valid stays.

    The declaration and the vehicles must be locked. lost: make a new version even if nothing changed.
    """
    port = declaration.port
    assert port is not None, "a lodged declaration has a port"
    opened = [vehicle for vehicle in vehicles if vehicle.status not in CLOSED_VEHICLE]
    newest: dict[int, Pass] = {}
    rows = Pass.objects.select_for_update(of=("self",)).select_related("vehicle").filter(vehicle__in=opened)
    for row in rows.order_by("version"):
        newest[row.vehicle_id] = row
    stale = []
    fresh = []
    key = signing_key()
    for vehicle in opened:
        old = newest.get(vehicle.pk)
        if old is not None and old.status == PassStatus.ISSUED:
            if says_the_same(old, vehicle, declaration, port, now=now) and not lost:
                continue
            stale.append(old)
        pass_id = secrets.randbelow(passes.MAX_PASS_ID)
        valid_from, valid_until = validity(declaration, port, issued_at=now)
        fresh.append(
            Pass(
                pass_id=pass_id,
                vehicle=vehicle,
                version=old.version + 1 if old else 1,
                vin=vehicle.vin,
                port=port,
                valid_from=valid_from,
                valid_until=valid_until,
                code=passes.issue(
                    pass_id=pass_id,
                    vin=vehicle.vin,
                    port=port.code,
                    not_before=valid_from,
                    expires=valid_until,
                    key=key,
                ),
                issued_at=now,
            )
        )
    move(stale, PassStatus.SUPERSEDED, by=by, at=now, reason=reason)
    begin(fresh, by=by, at=now, reason=reason)
    return fresh


def revoke_passes(declaration: Declaration, *, by: By, now: datetime, reason: str) -> None:
    """Revoke what is still ISSUED; a consumed pass keeps its story."""
    rows = Pass.objects.select_for_update(of=("self",)).select_related("vehicle")
    move(
        list(rows.filter(vehicle__declaration=declaration, status=PassStatus.ISSUED)),
        PassStatus.REVOKED,
        by=by,
        at=now,
        reason=reason,
    )
