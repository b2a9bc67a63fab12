"""From what was raised to what is answered: one row per kind of error, below the API's prefix and nowhere else."""

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404
from django.test import Client, RequestFactory
from rest_framework import exceptions

from checkpoint.scanning import BodyDiffers
from config import api
from declarations.errors import Conflict, NotPermitted, Unacceptable
from declarations.lifecycle import MoveNotAllowed
from declarations.models.idempotency import StillRunning
from declarations.models.movable import StaleMove
from declarations.problems import Problem
from tests.caller import Reply

MEMBERS = {"type", "title", "status", "detail", "code", "trace_id", "errors"}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotPermitted(), 403, "NOT_PERMITTED"),
        (NotPermitted("PLACED_BY_YOU", "You placed it."), 403, "PLACED_BY_YOU"),
        (Conflict("HOLD_STANDS", "A hold stands."), 409, "HOLD_STANDS"),
        (Unacceptable([Problem("REQUIRED", "/vin")]), 422, "INVALID"),
        (MoveNotAllowed("vehicle", "EXITED", "DECLARED"), 409, "MOVE_NOT_ALLOWED"),
        (StaleMove("moved"), 409, "STALE"),
        (BodyDiffers(), 422, "SCAN_ID_REUSED"),
        (StillRunning(), 409, "STILL_RUNNING"),
        (ObjectDoesNotExist(), 404, "NOT_FOUND"),
        (Http404(), 404, "NOT_FOUND"),
        (PermissionDenied(), 403, "NOT_PERMITTED"),
        (DataError(), 422, "DOES_NOT_FIT"),
        (OperationalError(), 503, "UNAVAILABLE"),
        (InterfaceError(), 503, "UNAVAILABLE"),
        (exceptions.ParseError("no", "MALFORMED_JSON"), 400, "MALFORMED_JSON"),
        (exceptions.NotAuthenticated(), 401, "KEY_NEEDED"),
        (exceptions.PermissionDenied(), 403, "NOT_PERMITTED"),
        (exceptions.NotFound(), 404, "NOT_FOUND"),
        (exceptions.MethodNotAllowed("PUT"), 405, "METHOD_NOT_ALLOWED"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (exceptions.Throttled(3), 429, "TOO_MANY_REQUESTS"),
    ],
)
def test_every_kind_of_error_has_one_answer(error, status, code):
    reply = Reply(api.problem_response(error, {}))
    assert (reply.status, reply.code) == (status, code)
    assert set(reply.json) == MEMBERS
    assert reply.json["status"] == status
    assert all(str(reply.json[name]) for name in ("type", "title", "detail"))


def test_what_is_wrong_is_listed_with_pointer_level_and_sentence():
    reply = Reply(api.problem_response(Unacceptable([Problem("REQUIRED", "/vehicles/0/vin")]), {}))
    (row,) = reply.json["errors"]
    assert set(row) == {"pointer", "code", "message", "level"}
    assert (row["pointer"], row["code"], row["level"]) == ("/vehicles/0/vin", "REQUIRED", "ERROR")


def test_what_may_be_tried_again_says_when():
    for error in (OperationalError(), StillRunning(), exceptions.Throttled(2.2)):
        assert int(Reply(api.problem_response(error, {})).headers["Retry-After"]) > 0
    assert "Retry-After" not in Reply(api.problem_response(Conflict("X", "x"), {})).headers


def test_a_surprise_is_left_to_django_which_logs_it():
    assert api.problem_response(ZeroDivisionError(), {}) is None


def test_no_internals_are_told():
    reply = Reply(api.problem_response(OperationalError("host=db password=secret"), {}))
    assert "secret" not in reply.content.decode()


@pytest.mark.parametrize(
    ("view", "status"),
    [
        (api.bad_request, 400),
        (api.permission_denied, 403),
        (api.page_not_found, 404),
        (api.server_error, 500),
    ],
)
def test_djangos_own_errors_are_problems_below_the_prefix(view, status):
    reply = Reply(view(RequestFactory().get("/api/v1/anything"), SuspiciousOperation("x")))
    assert (reply.status, reply.type) == (status, "application/problem+json")
    assert set(reply.json) == MEMBERS


def test_an_unknown_address_is_a_problem_below_the_prefix_only():
    below = Reply(Client().get("/api/v1/nothing-here", headers={"X-Request-ID": "trace-12345"}))
    assert (below.status, below.code, below.json["trace_id"]) == (404, "NOT_FOUND", "trace-12345")
    assert Client().get("/nothing-here").headers["Content-Type"].startswith("text/html")


def test_a_failure_nobody_foresaw_is_a_problem_without_its_story(monkeypatch):
    def breaks(*_values, **_names):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("declarations.api.reference.PassKeys.get", breaks)
    reply = Reply(Client(raise_request_exception=False).get("/api/v1/pass-keys"))
    assert (reply.status, reply.code) == (500, "INTERNAL")
    assert "secret" not in reply.content.decode()


@pytest.mark.parametrize("language", ["en", "ru", "kk", "zh"])
def test_the_language_is_the_one_that_was_asked_for(language):
    reply = Reply(Client().get("/api/v1/declarations", headers={"Accept-Language": language}))
    assert reply.status == 401
    assert reply.headers["Content-Language"].startswith(language)
    if language == "en":
        assert reply.json["detail"] == "Send your key: Authorization: Bearer <key>."


def test_a_wrong_host_is_a_problem_too():
    assert Client().get("/api/v1/pass-keys", headers={"Host": "evil.example"}).status_code == 400
