"""Answers that change a few times a year: an ETag of their content, 304 for whoever has it."""

import hashlib
import json
from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

SAME = OpenApiResponse(None, "The asker's copy is the same.")


def cached_answer(request: Request, body: Any, *, seconds: int, public: bool = False) -> Response:
    """The body, or 304 if the asker's copy is the same; may be kept for so many seconds."""
    text = json.dumps(body, cls=JSONEncoder, sort_keys=True)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": f"{'public' if public else 'private'}, max-age={seconds}"}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status=304, headers=headers)
    return Response(body, headers=headers)
