"""Resolving what a device did against what the centre knows: once, with a reason, by somebody else."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from checkpoint import desk, permissions
from checkpoint.models import Case, Conflict
from checkpoint.models.offline import ConflictResult
from checkpoint.models.passage import CaseResult
from declarations import errors
from declarations.models import Admission, Vehicle, note
from declarations.models.standing import recompute

CASE_RESULT = {ConflictResult.COUNT: CaseResult.RELEASE}
"""How the passage's case ends with it; every other way it was settled otherwise."""


@transaction.atomic
def resolve(*, conflict_id: uuid.UUID, result: str, reason: str, by: Any, now: datetime) -> Conflict:
    """End a conflict. COUNT lets the vehicle through under the laws of the gate: first settle what stands against it
    (lift the hold or have it overridden by two, have the other admission annulled by a second person).

    Raises: NotPermitted; errors.Conflict when it is resolved already, or a law stands against COUNT.
    """
    conflict = Conflict.objects.select_related("passage__lane").get(public_id=conflict_id)
    permissions.check_can_resolve(by, conflict)
    passage = conflict.passage
    vehicle = Vehicle.objects.lock_with_declaration(passage.vehicle_id) if passage.vehicle_id else None
    # Locked after the vehicle, as everywhere; whoever was quicker has resolved it by now.
    if not Conflict.objects.open().select_for_update(of=("self",)).filter(pk=conflict.pk).exists():
        raise errors.Conflict("ALREADY_RESOLVED", _("This conflict is resolved already."))
    outcome = ConflictResult(result)
    if outcome is ConflictResult.GONE:
        permissions.check_can_take_over(by, conflict)
    if outcome is ConflictResult.COUNT:
        if vehicle is None:
            raise errors.Conflict("NO_VEHICLE", _("No vehicle is identified. Look it up by its VIN and scan its pass."))
        if not Admission.objects.filter(passage_id=passage.pk, annulled_at=None).exists():
            desk.let_through(passage, vehicle, reason=reason, by=by, now=now)
    conflict.resolve(outcome, by=by, at=now, resolution=reason)
    Case.objects.open().filter(passage=passage).update(
        closed_at=now, closed_by=by, result=CASE_RESULT.get(outcome, CaseResult.CLOSE), reason=reason
    )
    if vehicle is not None:
        note(
            declaration_id=vehicle.declaration_id,
            vehicle_id=vehicle.pk,
            by=by,
            at=now,
            reason="OFFLINE_CONFLICT_RESOLVED",
            text=reason,
            data={"passage": passage.pk, "conflict": conflict.public_id, "result": outcome.value},
        )
        recompute([vehicle], now=now)
        vehicle.declaration.touch(at=now)
    return conflict
