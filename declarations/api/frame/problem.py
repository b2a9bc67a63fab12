"""An error as the contract writes it: RFC 9457, with code, trace id and the problems with their pointers."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework.utils.encoders import JSONEncoder

from declarations.models import trace_id
from declarations.problems import Problem

CONTENT_TYPE = "application/problem+json"

TITLES: Mapping[int, str | Promise] = {
    400: _("The request cannot be read"),
    401: _("A key is needed"),
    403: _("Not permitted"),
    404: _("Not found"),
    405: _("Not possible here"),
    409: _("Not possible now"),
    412: _("Changed meanwhile"),
    413: _("Too large"),
    415: _("Not JSON"),
    422: _("Wrong in the matter"),
    429: _("Too many requests"),
    500: _("A fault on our side"),
    503: _("Not available now"),
}
"""One line per status; what happened in the case at hand stands in detail and errors."""


def problem_response(
    status: int,
    code: str,
    detail: str | Promise,
    problems: Iterable[Problem] = (),
    *,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The answer to a refused or failed request. more: members beside the standard ones."""
    body = {
        "type": f"urn:silkgate:problem:{code.lower().replace('_', '-')}",
        "title": str(TITLES.get(status) or HTTPStatus(status).phrase),
        "status": status,
        "detail": str(detail),
        "code": code,
        "trace_id": trace_id(),
        "errors": [problem.as_dict() for problem in problems],
        **(more or {}),
    }
    text = json.dumps(body, cls=JSONEncoder, ensure_ascii=False)
    return HttpResponse(text.encode("utf-8", "replace"), status=status, content_type=CONTENT_TYPE, headers=headers)
