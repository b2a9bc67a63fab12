"""The feed of a lane's barrier: what its controller has to do, what it answers; and the lift by hand."""

import base64
import binascii
import uuid
from typing import Any, cast

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from checkpoint import barrier, permissions
from checkpoint.api import bodies
from checkpoint.api.authentication import DeviceAuthentication, IsDevice
from checkpoint.models import Lane
from checkpoint.models.barrier import VALID_FOR, orders_to_carry_out
from checkpoint.models.gate import Gate
from declarations.api.frame import ApiView, idempotent
from declarations.attachments import NotAttachable
from declarations.errors import Unacceptable
from declarations.problems import Problem


class OfLane(ApiView):
    """A call of the device at one lane; to every other lane it is a stranger."""

    authentication_classes = [DeviceAuthentication]
    permission_classes = [IsDevice]
    throttle_classes = []
    most_bytes = 4096

    def gate(self, lane: str) -> Gate:
        """The device's own gate.

        Raises: Http404 for another lane.
        """
        gate = cast("Gate", self.request.auth)
        if gate.lane != lane:
            raise Http404
        return gate


class Orders(OfLane):
    """What a barrier has to do."""

    @extend_schema(operation_id="listOrders", parameters=[bodies.OrdersQuery], responses=bodies.OrdersAnswer)
    def get(self, request: Request, lane: str) -> Response:
        """Ask for orders, about once a second: what was decided in the last minute and is not answered yet.

        An order may come again until it is answered; carry it out once for each id and never after expires_at.
        """
        gate = self.gate(lane)
        query = self.read_query(bodies.OrdersQuery)
        rows = orders_to_carry_out(lane_id=gate.lane_id, port=gate.port, after=query.get("after"), now=self.now)
        results: list[dict[str, Any]] = [
            {
                "id": str(row.id),
                "at": row.at,
                "expires_at": row.at + VALID_FOR,
                "order": "LIFT",
                "because": row.because.value,
                "passage_id": str(row.passage_id) if row.passage_id else None,
            }
            for row in rows
        ]
        return Response({"results": results, "next": self.now})


class Acknowledge(OfLane):
    """What a barrier did."""

    @extend_schema(operation_id="acknowledgeOrder", request=bodies.AcknowledgeBody, responses=bodies.AcknowledgeAnswer)
    def post(self, request: Request, lane: str, order_id: uuid.UUID) -> Response:
        """Say that the barrier opened, or that it failed. Said twice it is the same; said otherwise 409."""
        gate = self.gate(lane)
        body = self.read(bodies.AcknowledgeBody)
        row = barrier.acknowledge(gate=gate, order_id=order_id, outcome=body["outcome"], at=body["at"], now=self.now)
        return Response({"id": str(row.order_id), "outcome": row.outcome, "at": row.at, "received_at": row.received_at})


class Lift(ApiView):
    """Without a verdict."""

    most_bytes = bodies.MOST_PHOTO + 100_000

    @extend_schema(operation_id="liftBarrier", request=bodies.LiftBody, responses={201: bodies.LiftAnswer})
    @idempotent
    def post(self, request: Request, lane: str) -> Response:
        """Open a barrier without a verdict: reason and photo are kept for ever, the control centre is alarmed."""
        row = Lane.objects.visible_to(request.user).select_related("checkpoint").get(code=lane)
        permissions.check_can_lift_barrier(request.user, row)
        body = self.read(bodies.LiftBody)
        photo = _decoded(body["photo"])
        try:
            made = barrier.lift(lane_id=row.pk, reason=body["reason"], photo=photo, by=self.person, now=self.now)
        except NotAttachable as refusal:
            found = [Problem(each.code, "/photo", values=each.values) for each in refusal.problems]
            raise Unacceptable(found) from refusal
        answer = {"id": str(made.public_id), "lane": row.code, "at": made.at, "reason": made.reason}
        return Response(answer, status=201)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unacceptable([Problem("BASE64", "/photo")]) from None
