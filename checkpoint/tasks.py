"""The outbox work of the checkpoint: each kind calls one action."""

from checkpoint import telling
from checkpoint.models.offline import OwedByConflict
from checkpoint.models.passage import OwedByCase
from declarations.outbox import WORK

WORK |= {
    OwedByCase.TELL_CASE: lambda case, _draw, now: telling.tell(case_id=case, now=now),
    OwedByCase.TELL_OPEN_CASE: lambda case, _draw, now: telling.tell_if_open(case_id=case, now=now),
    OwedByConflict.TELL_CONFLICT: lambda conflict, _draw, now: telling.tell_conflict(conflict_id=conflict, now=now),
}
