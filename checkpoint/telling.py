"""A case is told to the officers' desk of its port, and after five minutes to the control centre."""

from datetime import datetime

from django.db import transaction

from checkpoint.models import Case, Conflict
from declarations.actions import notices
from declarations.notices import Audience, Kind


@transaction.atomic
def tell(*, case_id: int, now: datetime) -> None:
    """Tell the desk of a stop at the gate, of a known vehicle or of something nobody declared."""
    _tell(case_id, Kind.AT_THE_GATE, Audience.OFFICERS, now=now)


@transaction.atomic
def tell_if_open(*, case_id: int, now: datetime) -> None:
    """Tell the control centre if nobody decided yet."""
    if Case.objects.open().filter(pk=case_id).exists():
        _tell(case_id, Kind.STILL_AT_THE_GATE, Audience.CONTROL, now=now)


@transaction.atomic
def tell_conflict(*, conflict_id: int, now: datetime) -> None:
    """Tell desk and control centre at once that a device decided otherwise than the centre."""
    rows = Conflict.objects.select_related("passage__lane", "passage__declaration")
    conflict = rows.get(pk=conflict_id)
    passage = conflict.passage
    values = {
        "gate": conflict.reason,
        "stage": passage.stage,
        "lane": passage.lane.code,
        "passage": str(passage.pk),
        "conflict": str(conflict.public_id),
    }
    vehicles = (passage.vehicle_id,) if passage.vehicle_id else ()
    drafts = [
        notices.Draft(Kind.OFFLINE_CONFLICT, audience, f"conflict:{conflict.pk}", vehicles, values)
        for audience in (Audience.OFFICERS, Audience.CONTROL)
    ]
    notices.write(drafts, declaration=passage.declaration, port=passage.port_id, now=now)


def _tell(case_id: int, kind: Kind, audience: Audience, *, now: datetime) -> None:
    case = Case.objects.select_related("passage__lane", "passage__declaration").filter(pk=case_id).first()
    if case is None:
        return
    passage = case.passage
    draft = notices.Draft(
        kind,
        audience,
        f"case:{case.pk}",
        (passage.vehicle_id,) if passage.vehicle_id else (),
        {"gate": passage.reason, "stage": passage.stage, "lane": passage.lane.code, "passage": str(passage.pk)},
    )
    notices.write([draft], declaration=passage.declaration, port=passage.port_id, now=now)
