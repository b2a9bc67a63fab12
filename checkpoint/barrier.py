"""The barrier: what its controller answers, a lift by hand, and an order that nobody carried out."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from checkpoint import permissions
from checkpoint.models import BarrierAnswer, BarrierOutcome, Lane, LiftPhoto, ManualLift, PortWatch
from checkpoint.models.barrier import Order, OrderOf, passage_of_order, unanswered
from checkpoint.models.gate import Gate
from declarations import attachments
from declarations.actions import notices
from declarations.errors import Conflict
from declarations.notices import Audience, Kind

WATCHED_FOR = timedelta(minutes=10)
"""So long after its patience ended an order without answer is still found and told."""

NO_ANSWER = "NO_ANSWER"


@transaction.atomic
def acknowledge(*, gate: Gate, order_id: uuid.UUID, outcome: str, at: datetime, now: datetime) -> BarrierAnswer:
    """Keep what became of an order of this lane; said again it is the same. That it failed goes to desk and control.

    Raises: ObjectDoesNotExist for an order that this lane never had; Conflict when it was answered otherwise.
    """
    lift = ManualLift.objects.filter(public_id=order_id, lane=gate.lane_id).first()
    passage_id = None if lift else passage_of_order(order_id, lane_id=gate.lane_id)
    if lift is None and passage_id is None:
        raise ObjectDoesNotExist
    values = {
        "lane_id": gate.lane_id,
        "device_id": gate.device_id,
        "passage_id": passage_id,
        "outcome": outcome,
        "at": at,
        "received_at": now,
    }
    row, is_new = BarrierAnswer.objects.get_or_create(order_id=order_id, defaults=values)
    if row.outcome != outcome:
        raise Conflict("ANSWERED_ALREADY", _("This order was answered otherwise before. The first answer counts."))
    if is_new and outcome == BarrierOutcome.FAILED:
        because = OrderOf.MANUAL_LIFT if lift else OrderOf.ADMIT
        order = Order(order_id, now, because, gate.lane_id, gate.lane, gate.port, passage_id)
        _alarm([order], outcome, now=now)
    return row


def lift(*, lane_id: int, reason: str, photo: bytes, by: User, now: datetime) -> ManualLift:
    """Open a barrier without a verdict: with a reason and a photo; the control centre is alarmed.

    Raises: NotPermitted; NotAttachable for what is no photo; Conflict without a reason.
    """
    lane = Lane.objects.select_related("checkpoint").get(pk=lane_id)
    permissions.check_can_lift_barrier(by, lane)
    if not reason.strip():
        raise Conflict("REASON_NEEDED", _("Say why the barrier is lifted without a verdict."))
    taken = attachments.take(photo, photo_only=True)
    with transaction.atomic():
        row = ManualLift.objects.create(lane=lane, port_id=lane.checkpoint.port_id, at=now, by=by, reason=reason)
        LiftPhoto.objects.create(lift=row, data=taken.content)
        draft = notices.Draft(
            Kind.BARRIER_LIFTED, Audience.CONTROL, f"lift:{row.pk}", (), {"lane": lane.code, "lift": str(row.public_id)}
        )
        notices.write([draft], declaration=None, port=row.port_id, now=now)
    return row


@transaction.atomic
def watch(*, now: datetime) -> int:
    """Find orders that no controller answered in time, and tell desk and control centre once; how many there are."""
    lanes = list(Lane.objects.filter(barrier_answers=True).select_related("checkpoint"))
    patience = {row.port_id: timedelta(seconds=row.barrier_patience_s) for row in PortWatch.objects.all()}
    usual = timedelta(seconds=PortWatch().barrier_patience_s)
    late = []
    for port in sorted({lane.checkpoint.port_id for lane in lanes}):
        until = now - patience.get(port, usual)
        here = [lane for lane in lanes if lane.checkpoint.port_id == port]
        late += unanswered(here, since=until - WATCHED_FOR, until=until)
    _alarm(late, NO_ANSWER, now=now)
    return len(late)


def _alarm(orders: Iterable[Order], outcome: str, *, now: datetime) -> None:
    """One alarm for each order, whether the barrier said that it failed or said nothing.

    Who tells of one lane queues up, so that a late answer and the watch do not tell the same twice.
    """
    rows = list(orders)
    lanes = Lane.objects.select_for_update(of=("self",), no_key=True).select_related("checkpoint")
    lanes = lanes.filter(pk__in={row.lane_id for row in rows}).order_by("pk")
    for lane in lanes:
        drafts = [
            notices.Draft(Kind.BARRIER_FAILED, audience, f"barrier:{row.id}", (), _values(row, outcome))
            for row in rows
            if row.lane_id == lane.pk
            for audience in (Audience.OFFICERS, Audience.CONTROL)
        ]
        notices.write(drafts, declaration=None, port=lane.checkpoint.port_id, now=now)


def _values(order: Order, outcome: str) -> dict[str, str]:
    values = {"lane": order.lane, "outcome": outcome}
    return values if order.passage_id is None else {**values, "passage": str(order.passage_id)}
