"""Who may at the gate: pairs, as in declarations."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from checkpoint.models import Conflict, Device, Lane, Passage
from declarations.errors import NotPermitted
from declarations.models import roles_of
from declarations.permissions import answers
from declarations.words import RoleName

ALONE = timedelta(minutes=15)
"""So long an officer at the gate annuls an admission by himself; later it takes a supervisor or the control room."""

SCANS = (RoleName.CHECKPOINT, RoleName.CONTROL_ROOM)
"""Who stands at a lane, or sees it from afar."""

KEEPS = (RoleName.SUPERVISOR, RoleName.CONTROL_ROOM)
"""Who answers for the machines of a port."""


def check_can_scan_at(user: object, lane: Lane) -> None:
    """Checkpoint officers of the lane's port scan as its virtual device."""
    if not roles_of(user).at(lane.checkpoint.port_id, *SCANS):
        raise NotPermitted


def lanes_to_scan_at(user: object) -> QuerySet[Lane]:
    """Open lanes where `check_can_scan_at` lets this person scan."""
    ports = roles_of(user).ports(*SCANS)
    lanes = Lane.objects.filter(is_open=True).select_related("checkpoint__port")
    return lanes if ports is None else lanes.filter(checkpoint__port__in=ports)


def check_can_decide_passage(user: object, passage: Passage) -> None:
    """Checkpoint officers of the port, or the control room at a distance."""
    if not roles_of(user).at(passage.port_id, RoleName.CHECKPOINT, RoleName.CONTROL_ROOM) or _is_own(user, passage):
        raise NotPermitted


def check_can_annul(user: object, passage: Passage, now: datetime) -> None:
    """Within 15 minutes the gate itself; later a supervisor or the control room, never who scanned it."""
    roles = roles_of(user)
    if _is_own(user, passage):
        raise NotPermitted
    if now - passage.decided_at <= ALONE and roles.at(passage.port_id, RoleName.CHECKPOINT):
        return
    if not roles.at(passage.port_id, RoleName.SUPERVISOR, RoleName.CONTROL_ROOM):
        raise NotPermitted("SECOND_PERSON", _("After 15 minutes a supervisor or the control room has to annul this."))
    if passage.officer_id == getattr(user, "pk", None):
        raise NotPermitted("SECOND_PERSON", _("You scanned this passage; somebody else has to annul it."))


def check_can_keep_lane(user: object, lane: Lane) -> None:
    """Supervisors and the control room of the port: its devices, codes, and the link of its display."""
    if not roles_of(user).at(lane.checkpoint.port_id, *KEEPS):
        raise NotPermitted


def check_can_revoke_device(user: object, device: Device) -> None:
    """The same."""
    check_can_keep_lane(user, device.lane)


def check_can_lift_barrier(user: object, lane: Lane) -> None:
    """Opening a barrier without a verdict (`barrier.manual_lift`): supervisors and the control room of the port."""
    if not roles_of(user).at(lane.checkpoint.port_id, *KEEPS):
        raise NotPermitted


def lanes_to_keep(user: object) -> QuerySet[Lane]:
    """Lanes whose devices `check_can_keep_lane` lets this person keep."""
    ports = roles_of(user).ports(*KEEPS)
    lanes = Lane.objects.select_related("checkpoint__port")
    return lanes if ports is None else lanes.filter(checkpoint__port__in=ports)


def check_can_resolve(user: object, conflict: Conflict) -> None:
    """Checkpoint officers, supervisors and the control room of the port; never who lifted the barrier."""
    port = conflict.passage.port_id
    if not roles_of(user).at(port, *SCANS, RoleName.SUPERVISOR) or _is_own(user, conflict.passage):
        raise NotPermitted
    if conflict.lifted_by_id == getattr(user, "pk", None):
        raise NotPermitted("SECOND_PERSON", _("You lifted this barrier; somebody else has to resolve it."))


def check_can_take_over(user: object, conflict: Conflict) -> None:
    """A vehicle that is gone is a supervisor's matter."""
    if not roles_of(user).at(conflict.passage.port_id, RoleName.SUPERVISOR):
        raise NotPermitted("SUPERVISOR_ONLY", _("Only a supervisor takes over a vehicle that is gone."))


def _is_own(user: object, passage: Passage) -> bool:
    """Whether the vehicle is declared by an enterprise for which this officer declares himself."""
    own = roles_of(user).organisations
    return bool(own) and passage.declaration is not None and passage.declaration.organisation_id in own


can_scan_at = answers(check_can_scan_at)
can_decide_passage = answers(check_can_decide_passage)
can_annul = answers(check_can_annul)
can_keep_lane = answers(check_can_keep_lane)
can_revoke_device = answers(check_can_revoke_device)
can_lift_barrier = answers(check_can_lift_barrier)
can_resolve = answers(check_can_resolve)
can_take_over = answers(check_can_take_over)
