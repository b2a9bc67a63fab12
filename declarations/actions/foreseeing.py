"""What an amendment would change and cost, told before it is sent: it is tried for real, and everything taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from declarations import versions
from declarations.actions.amending import amend
from declarations.actions.drafting import fresh
from declarations.clearance.issuing import says_the_same
from declarations.lifecycle import CLOSED_VEHICLE, PassStatus
from declarations.models import Declaration, Pass, Vehicle
from declarations.versions import Comparison, Cost


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What differs, what customs looks at again, and the VINs whose drivers get a new pass."""

    found: Comparison
    cost: Cost
    passes: tuple[str, ...]


@transaction.atomic
def foresee(
    *, declaration_id: int, body: Mapping[str, Any], vehicle_id: int | None = None, by: Any, now: datetime
) -> Foreseen:
    """Try an amendment and tell what it would do; nothing is written.

    Raises: whatever the amendment itself would.
    """
    held = {
        row.vehicle_id: row
        for row in Pass.objects.filter(vehicle__declaration=declaration_id, status=PassStatus.ISSUED)
    }
    before = fresh(Declaration.objects.get(pk=declaration_id)).said()
    with transaction.atomic():
        amend(declaration_id=declaration_id, body=body, vehicle_id=vehicle_id, by=by, now=now)
        after = fresh(Declaration.objects.get(pk=declaration_id))
        found = versions.compare(before, after.said())
        passes = tuple(vehicle.vin for vehicle in _opened(after) if _is_renewed(after, vehicle, held, now=now))
        transaction.set_rollback(True)
    return Foreseen(found, versions.cost_of(found), passes)


def _opened(declaration: Declaration) -> list[Vehicle]:
    return [vehicle for vehicle in declaration.present_vehicles() if vehicle.status not in CLOSED_VEHICLE]


def _is_renewed(declaration: Declaration, vehicle: Vehicle, held: Mapping[int, Pass], *, now: datetime) -> bool:
    """Whether the pass that the driver has now will say something that is no longer so."""
    old, port = held.get(vehicle.pk), declaration.port
    return old is not None and port is not None and not says_the_same(old, vehicle, declaration, port, now=now)
