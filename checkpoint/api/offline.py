"""The list for when the network is gone, and what was done meanwhile; for devices and for officers' pages."""

from datetime import datetime
from typing import Any, cast

from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from checkpoint import manifests, syncing
from checkpoint.api import bodies
from checkpoint.api.authentication import DeviceAuthentication, IsDevice, LaneOfficer
from checkpoint.models.gate import Gate
from checkpoint.offline.manifest import milliseconds
from checkpoint.offline.rule import Rule
from checkpoint.reasons import Reason, Verdict
from checkpoint.syncing import Passed, Status, Taken
from declarations.api.frame import ApiView, BadShape

MOST_BYTES = 2_000_000
"""A hundred passages with the longest codes there are."""


class Manifest(ApiView):
    """The port's list, signed."""

    authentication_classes = [DeviceAuthentication]
    permission_classes = [IsDevice]
    throttle_classes = []

    @extend_schema(
        operation_id="readManifest", parameters=[bodies.ManifestQuery], responses={200: bodies.ManifestAnswer}
    )
    def get(self, request: Request, **_names: Any) -> Response:
        """Read the list of the device's port, or what changed in it after a version. A revoked device reads 401."""
        since = self.read_query(bodies.ManifestQuery)["since"]
        return Response(manifests.pull(gate=cast("Gate", request.auth), since=since, now=self.now))


class Sync(ApiView):
    """Passages that a device answered by itself."""

    authentication_classes = [DeviceAuthentication]
    permission_classes = [IsDevice]
    throttle_classes = []
    most_bytes = MOST_BYTES
    replaces_bad_characters = True

    @extend_schema(operation_id="syncPassages", request=bodies.SyncBody, responses={200: bodies.SyncAnswer})
    def post(self, request: Request, **_names: Any) -> Response:
        """Hand passages in, at most 100; each is taken once, however often it is sent, and for itself."""
        sent_at, passages = self._envelope(request.data)
        results = []
        for item in sorted(passages, key=_sequence):
            try:
                passed = _passed(item)
            except BadShape:
                results.append(_told(Taken(_scan_id(item), Status.REFUSED, "BAD_SHAPE")))
                continue
            by = request.user if isinstance(request.user, User) else None
            gate = cast("Gate", request.auth)
            results.append(_told(syncing.take(gate=gate, passed=passed, by=by, sent_at=sent_at, now=self.now)))
        return Response({"results": results, "at": milliseconds(self.now)})

    def _envelope(self, data: Any) -> tuple[datetime | None, list[Any]]:
        """When it was sent, and the passages as they came.

        Raises: BadShape for anything else, or too many of them.
        """
        items = data.get("passages") if isinstance(data, dict) else None
        if isinstance(items, list) and len(items) <= syncing.MOST_AT_ONCE:
            return bodies.SyncBody.read({**data, "passages": []}).get("sent_at"), items
        bodies.SyncBody.read(data)
        raise BadShape([])


class OfficersManifest(LoginRequiredMixin, Manifest):
    """The same for the page of an officer at a lane."""

    authentication_classes = [LaneOfficer]
    schema = None  # type: ignore[assignment]


class OfficersSync(LoginRequiredMixin, Sync):
    """The same for the page of an officer at a lane."""

    authentication_classes = [LaneOfficer]
    schema = None  # type: ignore[assignment]


def _passed(item: Any) -> Passed:
    body = bodies.PassedBody.read(item)
    said = body["answer"]
    question = {name: value for name, value in item["scan"].items() if name != "scan_id"}
    return Passed(
        scan_id=body["scan"]["scan_id"],
        body=question,
        verdict=Verdict(said["verdict"]),
        reason=Reason(said["reason"]),
        rule=Rule(said["rule"]),
        manifest_version=body.get("manifest_version"),
        manifest_age_s=said.get("manifest_age_s"),
        lifted=body["lifted"],
        lifted_at=body.get("lifted_at"),
        vin_read=syncing.clean_vin(body.get("vin_read")),
        officer=body.get("officer") or "",
        sequence=body["sequence"],
    )


def _sequence(item: Any) -> int:
    number = item.get("sequence") if isinstance(item, dict) else None
    return number if type(number) is int else 0


def _scan_id(item: Any) -> Any:
    scan = item.get("scan") if isinstance(item, dict) else None
    return scan.get("scan_id") if isinstance(scan, dict) else None


def _told(taken: Taken) -> dict[str, Any]:
    return {
        "scan_id": str(taken.scan_id),
        "status": taken.status.value,
        "code": taken.code,
        "passage_id": str(taken.passage.pk) if taken.passage else None,
        "verdict": taken.passage.verdict if taken.passage else None,
        "reason": taken.passage.reason if taken.passage else None,
        "conflict": str(taken.conflict) if taken.conflict else None,
    }
