"""The API's document: OpenAPI 3.1, without a warning, equal to the routes, and true of a thousand strange requests."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from tests.caller import key_of, key_of_device

NOT_DOCUMENTED = {"schema", "docs"}
VERBS = {"get", "post", "patch", "delete", "put"}


def routes() -> dict[str, set[str]]:
    """Every path below /api/v1/ with its methods, from the URL resolver."""

    def walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, Any]]:
        for each in patterns:
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, prefix + str(each.pattern))
            elif isinstance(each, URLPattern):
                yield prefix + str(each.pattern), each.callback

    found = {}
    for route, view in walk(get_resolver().url_patterns, ""):
        if not route.startswith("api/v1/") or route.removeprefix("api/v1/") in NOT_DOCUMENTED:
            continue
        path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
        found[path] = {name for name in VERBS if hasattr(view.view_class, name)}
    return found


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return json.loads(Client().get("/api/v1/schema").content)


def test_the_document_is_public_openapi_3_1_in_json(document):
    assert document["openapi"].startswith("3.1")
    assert Client().get("/api/v1/schema").headers["Content-Type"].startswith("application/vnd.oai.openapi+json")


def test_the_document_is_made_without_a_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))


def test_the_document_equals_the_routes(document):
    told = {path: set(operations) & VERBS for path, operations in document["paths"].items()}
    assert told == routes()


def test_every_operation_has_a_name_of_its_own_words_and_a_documented_refusal(document):
    operations = [each for path in document["paths"].values() for each in path.values()]
    names = Counter(each["operationId"] for each in operations)
    assert max(names.values()) == 1
    for each in operations:
        assert each["description"], each["operationId"]
        assert "application/problem+json" in each["responses"]["4XX"]["content"]


def test_headers_are_documented_where_they_are_honoured(document):
    def headers(path: str, verb: str) -> set[str]:
        parameters = document["paths"][path][verb]["parameters"]
        return {each["name"] for each in parameters if each["in"] == "header"}

    assert "Idempotency-Key" in headers("/api/v1/declarations", "post")
    assert "If-Match" in headers("/api/v1/declarations/{reference}", "patch")
    assert "Idempotency-Key" not in headers("/api/v1/scans", "post")


def test_the_docs_page_runs_no_inline_script_and_asks_nobody_else():
    page = Client().get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", text)
    sources = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert sources
    assert not [source for source in sources if source.startswith(("http", "//"))]
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
    for source in sources:
        if source.startswith("/static/"):
            assert finders.find(source.removeprefix("/static/")), source
        else:
            script = Client().get(f"/api/v1/docs{source}" if source.startswith("?") else source)
            assert (script.status_code, script.headers["Content-Type"]) == (200, "application/javascript")


CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
EXAMPLES = 7
"""Of each operation; a run with a hundred found nothing more. Some forty operations take about half a minute."""


@pytest.fixture
def who(alice, carl, sam, olga, ivan, declaration):
    """Keys by operation: whoever may get furthest, and real names to be put into paths."""
    row = declaration(status="RELEASED")
    draft = declaration(status="DRAFT")
    device = key_of_device("CNHRS-R1")
    keys = {name: key_of(user) for name, user in {"alice": alice, "carl": carl, "sam": sam, "olga": olga}.items()}
    keys |= {"ivan": key_of(ivan), "device": device}
    words: dict[str, list[str]] = {"lane": ["CNHRS-R1", "CNHRS-R2"]}
    words |= {"reference": [row.reference, draft.reference], "vin": [row.vehicles.get().vin, draft.vehicles.get().vin]}
    return keys, words


OFFICERS = {
    "decideDeclaration": "carl",
    "acceptProblem": "carl",
    "placeHold": "carl",
    "liftHold": "sam",
    "listInspections": "ivan",
    "startInspection": "ivan",
    "endInspection": "ivan",
    "waiveInspection": "sam",
    "grantOverride": "sam",
    "recordReturn": "olga",
    "listPassages": "olga",
    "readPassage": "olga",
    "decidePassage": "olga",
    "annulPassage": "olga",
    "askOverride": "olga",
    "scan": "device",
    "heartbeat": "device",
    "listOrders": "device",
    "acknowledgeOrder": "device",
    "liftBarrier": "sam",
}


@pytest.fixture
def inside_the_test() -> Iterator[None]:
    """A request through WSGI begins by closing old connections; the test's own transaction lives on this one."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.mark.django_db
def test_generated_requests_never_fail_us_and_answers_are_as_documented(document, who, inside_the_test):
    keys, words = who
    schema = schemathesis.openapi.from_dict(document)
    schema.app = application
    asked: Counter[int] = Counter()

    for result in schema.get_all_operations():
        operation = result.ok()
        name = operation.definition.raw["operationId"]
        _ask(operation, key=keys[OFFICERS.get(name, "alice")], words=words, asked=asked)
    assert asked[200] and asked[400] and asked[422], asked


def _ask(operation: Any, *, key: str, words: dict[str, list[str]], asked: Counter[int]) -> None:
    """Generate requests to one operation; half of those with names in their path get real ones."""
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))

    @seed(20261122)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, real=st.booleans(), pick=st.integers(0, 1))
    def ask(case: Any, real: bool, pick: int) -> None:
        if real:
            for name in words.keys() & (case.path_parameters or {}).keys():
                case.path_parameters[name] = words[name][pick]
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {key}"}
        response = case.call()
        asked[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    ask()
