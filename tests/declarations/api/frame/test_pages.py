"""Cursor pages: hostile cursors are refused, moved rows are not lost."""

import base64
import json

import pytest

from tests.cast import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def cursor(value: object) -> str:
    """A cursor as somebody might forge it."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "forged",
    [
        "nonsense",
        "%F0%9F%9A%97",
        cursor([]),
        cursor({}),
        cursor(["x", 1]),
        cursor([NOON.isoformat(), "x"]),
        cursor([NOON.isoformat(), None]),
        cursor([NOON.isoformat(), True]),
        cursor([NOON.isoformat(), "\0"]),
        cursor(["2026-11-22T04:00:00", 1]),
        cursor(["9999-12-31T23:59:59-14:00", 1]),
        cursor(["0001-01-01T00:00:00+14:00", 1]),
        cursor([NOON.isoformat(), 10**30]),
        base64.urlsafe_b64encode(b"[" * 140).decode(),
    ],
)
def test_a_forged_cursor_is_refused_or_harmless(call, carl, forged):
    for path in ("/declarations", "/inspections", "/passages"):
        reply = call(carl).get(f"{path}?cursor={forged}")
        assert reply.status in (200, 400), reply
        assert reply.status == 400 or reply.json["results"] == []


def test_filters_stay_in_the_address_of_the_next_page(call, alice, declaration):
    for _ in range(3):
        declaration(status="DRAFT")
    reply = call(alice).get("/declarations?page_size=2&status=DRAFT")
    assert "status=DRAFT" in reply.json["next"]
    rest = call(alice).get(reply.json["next"].removeprefix("http://testserver"))
    assert (len(rest.json["results"]), rest.json["next"]) == (1, None)
