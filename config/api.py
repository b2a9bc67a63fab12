"""From what was raised to what is answered: one table for the whole API, and Django's own errors below its prefix."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView
from rest_framework import exceptions

from checkpoint.scanning import BodyDiffers
from declarations.api.frame.problem import problem_response as problem
from declarations.attachments import NotAttachable
from declarations.errors import Conflict, DomainError, NotPermitted, Unacceptable
from declarations.lifecycle import MoveNotAllowed
from declarations.models.idempotency import StillRunning
from declarations.models.movable import StaleMove

PREFIX = "/api/v1/"
RETRY_S = 2
"""When to ask again after a failure of ours."""

log = structlog.get_logger(__name__)

NO_SUCH = _("There is nothing here for you under this address.")
NOT_NOW = _("This cannot follow the present state. Read it again.")
OUR_FAULT = _("Something failed on our side; nothing was changed. Tell us the trace id.")
ASK_AGAIN = _("The system cannot answer now; nothing was changed. Ask again in a moment.")

TABLE: tuple[tuple[type[Exception], int, str, str | Promise], ...] = (
    # DomainErrors bring code and sentence of their own.
    (NotPermitted, 403, "", ""),
    (Unacceptable, 422, "", ""),
    (NotAttachable, 422, "", ""),
    (Conflict, 409, "", ""),
    (DomainError, 409, "", ""),
    (MoveNotAllowed, 409, "MOVE_NOT_ALLOWED", NOT_NOW),
    (StaleMove, 409, "STALE", NOT_NOW),
    (BodyDiffers, 422, "SCAN_ID_REUSED", _("This scan_id was sent with another body. Take a new one.")),
    (StillRunning, 409, "STILL_RUNNING", _("A request with this Idempotency-Key is still running. Ask again.")),
    (Http404, 404, "NOT_FOUND", NO_SUCH),
    (ObjectDoesNotExist, 404, "NOT_FOUND", NO_SUCH),
    (PermissionDenied, 403, "NOT_PERMITTED", NotPermitted().message),
    (RequestDataTooBig, 413, "BODY_TOO_LARGE", _("The body is too large.")),
    (DataError, 422, "DOES_NOT_FIT", _("A value is too long or too large to be kept.")),
    (OperationalError, 503, "UNAVAILABLE", ASK_AGAIN),
    (InterfaceError, 503, "UNAVAILABLE", ASK_AGAIN),
)
"""The only place where an exception becomes a status; the first row that fits decides."""

OF_THE_FRAMEWORK: Mapping[int, tuple[str, str | Promise]] = {
    401: ("KEY_NEEDED", _("Send your key: Authorization: Bearer <key>.")),
    403: ("NOT_PERMITTED", NotPermitted().message),
    404: ("NOT_FOUND", NO_SUCH),
    405: ("METHOD_NOT_ALLOWED", _("This address does not know that method.")),
    415: ("UNSUPPORTED_MEDIA_TYPE", _("Send JSON: Content-Type: application/json.")),
    429: ("TOO_MANY_REQUESTS", _("This key asks too often. Wait as long as Retry-After says.")),
}
"""Code and sentence for the framework's own refusals that say no more than their status."""

_BLAND = frozenset(
    {"not_authenticated", "permission_denied", "not_found", "method_not_allowed", "unsupported_media_type", "throttled"}
)


def problem_response(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """The answer to an exception; None leaves it to Django, which logs it and answers 500."""
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    row = next((row for row in TABLE if isinstance(error, row[0])), None)
    if row is None:
        return None
    kind, status, code, sentence = row
    headers = {"Retry-After": str(RETRY_S)} if status == 503 or isinstance(error, StillRunning) else {}
    if status == 503 or kind is DataError:
        log.warning("api_refused", code=code, error=type(error).__name__)
    if isinstance(error, DomainError):
        return problem(status, error.code, error.message, error.problems, headers=headers)
    return problem(status, code, sentence, headers=headers)


def _of_framework(error: exceptions.APIException) -> HttpResponse:
    headers = {}
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        headers["WWW-Authenticate"] = "Bearer"
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    detail: str | Promise = str(error.detail)
    if code in _BLAND:
        code, detail = OF_THE_FRAMEWORK[error.status_code]
    return problem(error.status_code, code.upper(), detail, getattr(error, "problems", ()), headers=headers)


def _answers(status: int, code: str, sentence: str | Promise, page: Callable[..., Any]) -> Callable[..., Any]:
    """Django's view for an error: a problem below the API's prefix, the page elsewhere."""

    def view(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
        if request.path.startswith(PREFIX):
            return problem(status, code, sentence)
        answer: HttpResponseBase = page(request) if exception is None else page(request, exception)
        return answer

    return view


bad_request = _answers(400, "BAD_REQUEST", _("The request cannot be read."), defaults.bad_request)
permission_denied = _answers(403, "NOT_PERMITTED", NotPermitted().message, defaults.permission_denied)
page_not_found = _answers(404, "NOT_FOUND", NO_SUCH, defaults.page_not_found)
server_error = _answers(500, "INTERNAL", OUR_FAULT, defaults.server_error)


class Schema(SpectacularAPIView):
    """The API's document, OpenAPI 3.1 in JSON."""

    renderer_classes = [OpenApiJsonRenderer]
