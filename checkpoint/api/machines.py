"""Machines of the lanes: they fetch their key with a one-time code, and tell every minute how they are."""

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from checkpoint import devices
from checkpoint.api import bodies
from checkpoint.api.authentication import DeviceAuthentication, IsDevice
from checkpoint.devices import Heartbeat
from checkpoint.models.gate import Gate
from declarations.api.frame import ApiView
from declarations.rates import address_of, buckets

HEARTBEAT_S = 60


class Enrol(ApiView):
    """A code for a key."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    most_bytes = 4096

    def get_authenticate_header(self, request: Request) -> str:
        """What a 401 asks for: the key is fetched here, and no other door has one for nothing."""
        return "Bearer"

    @extend_schema(operation_id="enrolDevice", request=bodies.EnrolBody, responses={201: bodies.EnrolAnswer}, auth=[])
    def post(self, request: Request) -> Response:
        """Trade a one-time code for the device's key. The key is told once; an unknown code is 401 CODE_UNKNOWN."""
        if wait := buckets.take(f"enrol:{address_of(request)}", rate_per_s=devices.TRIES_PER_S, burst=devices.TRIES):
            raise Throttled(wait)
        body = self.read(bodies.EnrolBody)
        try:
            device, key = devices.enrol(
                code=body["code"], name=body.get("name", ""), software=body.get("software", ""), now=self.now
            )
        except devices.CodeUnknown as unknown:
            raise AuthenticationFailed(str(unknown), unknown.code) from unknown
        gate = device.lane.checkpoint
        answer = {
            "device": str(device.public_id),
            "port": gate.port_id,
            "lane": device.lane.code,
            "stage": gate.stage,
            "key": key,
        }
        return Response(answer, status=201)


class Beat(ApiView):
    """How a device is."""

    authentication_classes = [DeviceAuthentication]
    permission_classes = [IsDevice]
    throttle_classes = []
    most_bytes = 16 * 1024

    @extend_schema(operation_id="heartbeat", request=bodies.HeartbeatBody, responses=bodies.HeartbeatAnswer)
    def post(self, request: Request) -> Response:
        """Tell clock, battery, queue and list, once a minute; the answer says how far the clock is off."""
        gate = cast("Gate", request.auth)
        body = self.read(bodies.HeartbeatBody)
        state, watch = devices.heard(
            device_id=gate.device_id,
            beat=Heartbeat(**{**body, "faults": body.get("faults") or ()}),
            now=self.now,
        )
        lane = state.device.lane
        skew_s = state.skew_s or 0.0
        return Response(
            {
                "now": self.now,
                "skew_s": skew_s,
                "skew_is_tolerated": abs(skew_s) <= watch.skew_tolerance_s,
                "revoked": False,
                "settings": {
                    "port": gate.port,
                    "lane": gate.lane,
                    "stage": gate.stage.value,
                    "heartbeat_s": HEARTBEAT_S,
                    "skew_tolerance_s": watch.skew_tolerance_s,
                    "barrier_answers": lane.barrier_answers,
                    "barrier_patience_s": watch.barrier_patience_s,
                    "arrow": lane.arrow,
                },
            }
        )
