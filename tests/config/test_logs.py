"""One line per request, with a trace id and without anything personal."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config.logs import TraceMiddleware, configure_logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What a production writes to its standard error; the tests' own logs come back afterwards."""
    written = io.StringIO()
    config = configure_logs(json=True, level="INFO")
    config["handlers"]["stderr"]["stream"] = written
    logging.config.dictConfig(config)
    yield written
    configure_logs(json=False, level="WARNING")
    logging.config.dictConfig(settings.LOGGING)


def test_a_request_is_one_line_of_json_without_query_or_person(lines: io.StringIO, rf: RequestFactory) -> None:
    answer = TraceMiddleware(lambda request: HttpResponse("x"))(
        rf.get("/list?q=LSVAA4182E2184847", REMOTE_ADDR="10.1.2.3")
    )
    written = lines.getvalue()
    line = json.loads(written)
    assert line["event"] == "request"
    assert line["trace_id"] == answer["X-Request-ID"]
    assert line["status"] == 200
    assert "LSVAA4182E2184847" not in written
    assert "10.1.2.3" not in written


def test_of_a_link_that_is_a_key_no_line_shows_more_than_the_beginning(lines: io.StringIO) -> None:
    for address in ("/d/ukruk7ee6tbx4upsadh3kla6eco6pwti/phone", "/i/ukruk7ee6tbx4upsadh3kla6eco6pwti"):
        logging.getLogger("django.request").error("%s: %s", "Internal Server Error", address)
    assert "Internal Server Error: /d/…/phone" in lines.getvalue()
    assert "ukruk7ee" not in lines.getvalue()


@pytest.mark.parametrize("first", ["f", "d", "sign-up", "invitations", "password"])
def test_a_refused_form_behind_a_link_leaves_no_key_in_the_log(lines: io.StringIO, first: str) -> None:
    key = "c2b1.dcx3v2-61ae3b18ca8ce7d36e2f"
    Client(enforce_csrf_checks=True).post(f"/{first}/{key}", {"password": "x"})
    for name in ("django.security.csrf", "django.request", "anybody"):
        logging.getLogger(name).error("Forbidden (%s): %s", "CSRF token missing.", f"/{first}/{key}")
    assert f"/{first}/…" in lines.getvalue()
    assert key not in lines.getvalue()


def test_an_exception_is_in_the_line_with_the_same_trace_id(lines: io.StringIO, rf: RequestFactory) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        try:
            raise ValueError("broken")
        except ValueError:
            logging.getLogger("somewhere").exception("it failed")
        return HttpResponse(status=500)

    answer = TraceMiddleware(fail)(rf.get("/"))
    line = json.loads(lines.getvalue().splitlines()[0])
    assert line["trace_id"] == answer["X-Request-ID"]
    assert "ValueError: broken" in line["exception"]


@pytest.mark.parametrize("given", ["short", "a" * 65, "with space", 'quote"', "новый-номер", "line\nbreak"])
def test_a_malformed_id_of_the_caller_is_replaced(rf: RequestFactory, given: str) -> None:
    answer = TraceMiddleware(lambda request: HttpResponse())(rf.get("/", headers={"X-Request-ID": given}))
    assert answer["X-Request-ID"] != given
    assert len(answer["X-Request-ID"]) == 32


def test_a_well_formed_id_of_the_caller_is_kept(rf: RequestFactory) -> None:
    answer = TraceMiddleware(lambda request: HttpResponse())(rf.get("/", headers={"X-Request-ID": "gate-7-000123"}))
    assert answer["X-Request-ID"] == "gate-7-000123"


def test_an_id_does_not_leak_into_the_next_request(rf: RequestFactory) -> None:
    trace = TraceMiddleware(lambda request: HttpResponse())
    assert trace(rf.get("/"))["X-Request-ID"] != trace(rf.get("/"))["X-Request-ID"]


def test_probes_leave_no_line(lines: io.StringIO, client: Client) -> None:
    client.get("/livez")
    assert lines.getvalue() == ""
