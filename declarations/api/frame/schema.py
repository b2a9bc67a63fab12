"""How views describe themselves in the OpenAPI document, beyond what drf-spectacular sees by itself."""

from typing import Any, Literal

from django.db.models import TextChoices
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from declarations.problems import Level

PROBLEM_JSON = "application/problem+json"


class ProblemRow(serializers.Serializer):
    """One thing that is wrong, at one place."""

    code = serializers.CharField()
    pointer = serializers.CharField(help_text="JSON pointer into the body; ?name for a query parameter.")
    level = serializers.ChoiceField([(level.value, level.value) for level in Level])
    message = serializers.CharField(help_text="One sentence that says what to do, by Accept-Language.")


class ProblemAnswer(serializers.Serializer):
    """An error (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    trace_id = serializers.CharField()
    errors: Any = ProblemRow(many=True)


REFUSED = OpenApiResponse(ProblemAnswer, "Refused; nothing was written.")
FAILED = OpenApiResponse(ProblemAnswer, "Not available now; ask again after Retry-After.")

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag that was read; 412 if it is stale."
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Same key and body: same answer, done once."
)
LANGUAGE = OpenApiParameter(
    "Accept-Language", str, OpenApiParameter.HEADER, description="zh, ru, kk or en: language of all sentences."
)


class ApiSchema(AutoSchema):
    """Every operation may answer a problem; headers are named where they are honoured."""

    def get_override_parameters(self) -> list[Any]:
        """Headers beside what the view declares."""
        handler = getattr(self.view, self.method.lower(), None)
        headers = [LANGUAGE]
        if getattr(handler, "takes_idempotency_key", False):
            headers.append(IDEMPOTENCY_KEY)
        if self.method != "GET" and "{reference}" in self.path:
            headers.append(IF_MATCH)
        return [*super().get_override_parameters(), *headers]

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for status, answer in (("4XX", REFUSED), ("5XX", FAILED)):
            bodies[status] = self._get_response_for_code(answer, status, media_types=[PROBLEM_JSON])
        return bodies

    def get_tags(self) -> list[str]:
        """The first word of the path behind the prefix."""
        return [self.path.removeprefix("/api/v1/").partition("/")[0]]


def page_of(shape: type[serializers.Serializer]) -> Any:
    """The documented answer of a list."""
    name = shape.__name__
    return inline_serializer(
        f"{name}Page",
        {"results": shape(many=True), "next": serializers.CharField(allow_null=True, help_text="Address or null.")},
    )


def choices_text(choices: type[TextChoices]) -> str:
    """The codes of a list in one line, for a field that takes any text and tells a problem."""
    return "One of " + ", ".join(choices.values) + "."
