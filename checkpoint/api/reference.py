"""Code lists of the gate."""

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from checkpoint.reasons import REASONS, Reason
from declarations.api.frame import AnyKeyAuthentication, ApiView, HasKey
from declarations.api.frame.cached import SAME, cached_answer
from declarations.api.frame.labels import labels

SECONDS_KEPT = 300

ReasonRow = inline_serializer(
    "ReasonRow",
    {
        "code": serializers.CharField(),
        "labels": serializers.DictField(child=serializers.CharField()),
        "verdict": serializers.CharField(),
        "result": serializers.CharField(),
        "must_act": serializers.CharField(),
        "remedies": serializers.ListField(child=serializers.CharField()),
        "driver_text": serializers.DictField(child=serializers.CharField()),
    },
    many=True,
)
ReasonList = inline_serializer("ReasonList", {"results": ReasonRow, "next": serializers.CharField(allow_null=True)})


class Reasons(ApiView):
    """Why the gate answers as it does."""

    authentication_classes = [AnyKeyAuthentication]
    permission_classes = [HasKey]

    @extend_schema(
        operation_id="readReasons",
        responses={
            200: inline_serializer(
                "ReasonList", {"results": ReasonRow, "next": serializers.CharField(allow_null=True)}
            ),
            304: SAME,
        },
    )
    def get(self, request: Request) -> Response:
        """Read every reason with its verdict, who must act, what an officer may do, and the driver's sentence."""
        rows = [
            {
                "code": reason.value,
                "labels": labels(reason.label),
                "verdict": REASONS[reason].verdict.value,
                "result": REASONS[reason].result.value,
                "must_act": REASONS[reason].must_act.value,
                "remedies": sorted(remedy.value for remedy in REASONS[reason].remedies),
                "driver_text": dict(REASONS[reason].driver),
            }
            for reason in Reason
            if reason in REASONS
        ]
        return cached_answer(request, {"results": rows, "next": None}, seconds=SECONDS_KEPT)
