"""What is typed into a draft is kept while it is typed; what somebody else saved there meanwhile is not lost unseen."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from declarations.actions.drafting import add, change_draft, change_draft_vehicle, create, locked_draft
from declarations.errors import Conflict
from declarations.models import By, Declaration, Organisation, Vehicle, fingerprint
from declarations.versions import changed_names

CHANGED_MEANWHILE = "CHANGED_MEANWHILE"


def mark_of(stored: Mapping[str, Any], names: Iterable[str]) -> str:
    """A keyed digest of what stands in these fields; a page carries it, and shows with it what it has seen."""
    return fingerprint(json.dumps({name: stored.get(name) for name in sorted(names)}, sort_keys=True, default=str))


@transaction.atomic
def keep_header(
    *,
    declaration_id: int,
    body: Mapping[str, Any],
    seen: str | None,
    key: UUID | None = None,
    by: By,
    now: datetime,
) -> Declaration:
    """Merge a header into a draft, unless its fields say something that this page has not seen.

    key: of the page; what it wrote itself it has seen, even if the answer never reached it.

    Raises: NotPermitted; Conflict when it is no draft any more, or CHANGED_MEANWHILE.
    """
    declaration = locked_draft(declaration_id, by=by)
    own = key is not None and declaration.typed_key == key
    names = _changing(declaration.header(), body, None if own else seen)
    if not names:
        return declaration
    changed = {name: body[name] for name in names}
    declaration = change_draft(declaration_id=declaration_id, body=changed, by=by, now=now)
    declaration.typed_key = key
    declaration.save(update_fields=["typed_key"])
    return declaration


@transaction.atomic
def keep_vehicle(
    *,
    declaration_id: int,
    vehicle_id: int,
    values: Mapping[str, Any],
    seen: str | None,
    key: UUID | None = None,
    by: By,
    now: datetime,
) -> Vehicle:
    """Merge values into one vehicle of a draft, unless it says something that this page has not seen.

    key: as for `keep_header`.
    Raises: as `keep_header`; Conflict when something stands against its VIN.
    """
    declaration = locked_draft(declaration_id, by=by)
    vehicle = Vehicle.objects.get(pk=vehicle_id, declaration=declaration)
    own = key is not None and vehicle.typed_key == key
    names = _changing(vehicle.body(), values, None if own else seen)
    if not names:
        return vehicle
    changed = {name: values[name] for name in names}
    change_draft_vehicle(declaration_id=declaration_id, vehicle_id=vehicle_id, values=changed, by=by, now=now)
    vehicle = Vehicle.objects.get(pk=vehicle_id)
    vehicle.typed_key = key
    vehicle.save(update_fields=["typed_key"])
    return vehicle


@transaction.atomic
def begin_draft(
    *, organisation: Organisation, body: Mapping[str, Any], key: UUID | None, by: Any, now: datetime
) -> Declaration:
    """Begin a draft, once per page: sent again with the same key it is the same draft.

    Raises: NotPermitted; Conflict when that one was lodged meanwhile.
    """
    if key is None:
        return create(organisation=organisation, body=body, by=by, now=now)
    try:
        with transaction.atomic():
            return create(organisation=organisation, body=body, key=key, by=by, now=now)
    except IntegrityError:
        begun = Declaration.objects.filter(created_by=by, begun_key=key).first()
        if begun is None:
            raise
        return keep_header(declaration_id=begun.pk, body=body, seen=None, key=key, by=by, now=now)


@transaction.atomic
def begin_vehicle(
    *, declaration_id: int, values: Mapping[str, Any], key: UUID | None, by: By, now: datetime
) -> Vehicle:
    """Add a vehicle to a draft, once per page: sent again with the same key it is the same vehicle.

    Raises: NotPermitted; Conflict when it is no draft any more.
    """
    declaration = locked_draft(declaration_id, by=by)
    begun = declaration.vehicles.filter(begun_key=key).first() if key else None
    if begun is not None:
        return keep_vehicle(
            declaration_id=declaration_id, vehicle_id=begun.pk, values=values, seen=None, key=key, by=by, now=now
        )
    add(declaration_id=declaration_id, vehicles=[values], key=key, by=by, now=now)
    return declaration.vehicles.order_by("-position", "-pk")[0]


def _changing(stored: Mapping[str, Any], wanted: Mapping[str, Any], seen: str | None) -> list[str]:
    """Names whose values differ from what is stored; seen: None asks for no guard.

    Raises: Conflict CHANGED_MEANWHILE when the fields say something else than the page has seen, and than it says now.
    """
    names = changed_names(stored, wanted)
    if seen is not None and names and mark_of(stored, wanted) != seen:
        raise Conflict(
            CHANGED_MEANWHILE,
            _(
                "Something else was saved here meanwhile, in another window or by a colleague. What you typed still "
                "stands here; save to put it in place of the other."
            ),
        )
    return names
