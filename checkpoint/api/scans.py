"""POST /scans: a device asks, the gate answers. A failure of ours is MANUAL, never green and never an alarm (law 8)."""

from typing import Any, cast

import structlog
from django.db import Error
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from checkpoint import scanning
from checkpoint.api import bodies
from checkpoint.api.authentication import DeviceAuthentication, IsDevice
from checkpoint.models.gate import Gate
from checkpoint.reasons import Reason, Verdict, driver_text, officer_text
from declarations.api.frame import ApiView
from declarations.api.frame.problem import problem_response

RETRY_S = 1
MOST_BYTES = 64 * 1024

log = structlog.get_logger(__name__)


class Scans(ApiView):
    """One question, one stored answer."""

    authentication_classes = [DeviceAuthentication]
    permission_classes = [IsDevice]
    throttle_classes = []  # a vehicle stands at the barrier: a device is never told to wait
    most_bytes = MOST_BYTES
    replaces_bad_characters = True

    @extend_schema(
        operation_id="scan",
        request=bodies.ScanBody,
        responses={
            200: OpenApiResponse(bodies.ScanAnswer, "The verdict; a refusal is an answer too."),
        },
        parameters=[
            OpenApiParameter(
                "Idempotent-Replay",
                str,
                OpenApiParameter.HEADER,
                response=[200],
                description="true: this scan_id was answered before; this is the stored answer.",
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Answer a scan. The same scan_id with the same body gets the stored answer, with another body 422."""
        scan_id = self.read(bodies.ScanBody)["scan_id"]
        question = {name: value for name, value in dict(request.data).items() if name != "scan_id"}
        answer = scanning.scan(gate=cast("Gate", request.auth), scan_id=scan_id, body=question, now=self.now)
        return Response(answer.payload, headers={"Idempotent-Replay": "true"} if answer.replayed else None)

    def handle_exception(self, exc: Exception) -> HttpResponseBase:  # type: ignore[override]
        """A database that does not answer still answers the device: let nobody through, call an officer."""
        if not isinstance(exc, Error):
            return super().handle_exception(exc)
        log.error("scan_not_stored", error=type(exc).__name__)
        return problem_response(
            503,
            Reason.TIMED_OUT.value,
            _("The passage could not be stored. Send the same scan_id again; meanwhile an officer decides."),
            headers={"Retry-After": str(RETRY_S)},
            more=_nobody_passes(self.request),
        )


def _nobody_passes(request: Request) -> dict[str, Any]:
    try:
        question = request.data
    except APIException:
        question = None  # not even JSON; without a database nobody came so far as to say so
    return {
        "scan_id": question.get("scan_id") if isinstance(question, dict) else None,
        "verdict": Verdict.MANUAL.value,
        "reason": Reason.TIMED_OUT.value,
        "advice": [],
        "provisional": False,
        "barrier": "STAY",
        "officer_text": officer_text(Reason.TIMED_OUT),
        "driver_text": driver_text(Reason.TIMED_OUT),
        "vehicle": None,
        "declaration": None,
        "compared": [],
    }
