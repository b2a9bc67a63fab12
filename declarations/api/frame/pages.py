"""Cursor pages: {"results", "next"}, newest first, one query a page however deep."""

import base64
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from declarations.api.frame.reading import Body, Text, Whole

USUAL_ROWS = 50
MOST_ROWS = 200


class PageQuery(Body):
    """What every list takes."""

    cursor = Text(required=False, max_length=200, help_text="Part of `next` of the page before.")
    page_size = Whole(required=False, min_value=1, max_value=MOST_ROWS, default=USUAL_ROWS)


def page(
    request: Request, rows: QuerySet[Any], query: dict[str, Any], *, by: str, key: str = "pk"
) -> tuple[list[Any], str | None]:
    """One page of rows, newest first by a moment and then a key, and the address of the next page or None.

    Raises: ParseError for a cursor that this list did not give out.
    """
    size = query["page_size"]
    rows = rows.order_by(f"-{by}", f"-{key}")
    if query.get("cursor"):
        at, last = _read_cursor(query["cursor"])
        try:
            rows = rows.filter(Q(**{f"{by}__lt": at}) | Q(**{by: at, f"{key}__lt": last}))
        except (ValueError, TypeError, ValidationError):
            raise _unknown() from None
    found = list(rows[: size + 1])
    if len(found) <= size:
        return found, None
    last_row = found[size - 1]
    cursor = _cursor(getattr(last_row, by), getattr(last_row, key))
    names = {**request.query_params.dict(), "cursor": cursor}
    return found[:size], request.build_absolute_uri(f"{request.path}?{urlencode(names)}")


def answer_page(rows: Iterable[Any], following: str | None, shape: Callable[[Any], dict[str, Any]]) -> Response:
    """The answer of a list."""
    return Response({"results": [shape(row) for row in rows], "next": following})


def _cursor(at: datetime, key: object) -> str:
    text = json.dumps([at.isoformat(), key if isinstance(key, int) else str(key)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, Any]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        at, key = json.loads(text)
        moment = datetime.fromisoformat(at)
        moment.timestamp()
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise _unknown() from None
    if moment.tzinfo is None or not isinstance(key, int | str) or "\0" in str(key):
        raise _unknown()
    return moment, key


def _unknown() -> ParseError:
    return ParseError(_("This cursor is not one of this list. Begin with the first page."), "CURSOR_UNKNOWN")
