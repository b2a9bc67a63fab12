"""Idempotency-Key: the same question asked twice is done once and answered alike.

Key row, action and kept answer are one transaction. A crash, a refusal or a failure takes the row back with the rest:
a key is never stuck; two at once meet at the unique index.
"""

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from declarations.models import IdempotencyKey, fingerprint

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replay"
KEPT_HEADERS = ("ETag", "Location")

_FORM = re.compile(r"[!-~]{1,255}")


class KeyReused(APIException):
    """This key was used for something else."""

    status_code = 422
    default_code = "IDEMPOTENCY_KEY_REUSED"
    default_detail = _("This Idempotency-Key was sent with another request. Take a new one.")


def idempotent(handler: Callable[..., Response]) -> Callable[..., Response]:
    """A POST that honours Idempotency-Key: same key and body, same answer; other body 422; still running 409."""

    @wraps(handler)
    def answer(view: Any, request: Request, *args: Any, **names: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **names)
        if not _FORM.fullmatch(key):
            raise ParseError(_("An Idempotency-Key has 1 to 255 visible ASCII characters."), "IDEMPOTENCY_KEY_FORM")
        whose = {"actor": f"user:{request.user.pk}", "key": key}
        digest = _digest(request)
        with transaction.atomic():
            is_new = IdempotencyKey.objects.claim(**whose, body_digest=digest, at=view.now)
            row = IdempotencyKey.objects.of(**whose).get()
            if not is_new:
                return _stored(row, digest)
            response = handler(view, request, *args, **names)
            headers = {name: response[name] for name in KEPT_HEADERS if name in response}
            kept = {"data": response.data, "headers": headers}
            row.remember(response.status_code, json.dumps(kept, cls=JSONEncoder, ensure_ascii=False))
            return response

    answer.takes_idempotency_key = True  # type: ignore[attr-defined]
    return answer


def _digest(request: Request) -> str:
    question = [request.method, request.path, request.data]
    return fingerprint(json.dumps(question, sort_keys=True))


def _stored(row: IdempotencyKey, digest: str) -> Response:
    if row.body_digest != digest:
        raise KeyReused
    kept = row.recall()
    return Response(kept["data"], status=row.status_code, headers={**kept["headers"], REPLAYED: "true"})
