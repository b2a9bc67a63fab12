"""How tests speak to the API: a key per person or device, JSON in, JSON out."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone, translation

from checkpoint.models import Device, Lane
from checkpoint.models.device import DeviceKind
from declarations.models import ApiKey
from tests.cast import NOON

PREFIX = "/api/v1"


class Reply:
    """An answer: status, headers, body parsed."""

    def __init__(self, response: Any) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.content = response.content
        self.type = response.headers.get("Content-Type", "")

    @property
    def json(self) -> Any:
        """The parsed body."""
        return json.loads(self.content)

    @property
    def code(self) -> str:
        """The code of a problem."""
        assert self.type == "application/problem+json", (self.status, self.content[:500])
        return str(self.json["code"])

    def codes(self) -> set[tuple[str, str]]:
        """Code and pointer of everything that is wrong."""
        body = self.json
        return {(row["code"], row["pointer"]) for row in body.get("errors", body.get("problems", []))}

    def __repr__(self) -> str:
        return f"{self.status} {self.content[:2000].decode(errors='replace')}"


class Caller:
    """Somebody with a key: `caller.post("/declarations", {...})`."""

    def __init__(self, key: str | None, **headers: str) -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {"Accept-Language": "en", **headers}
        if key is not None:
            self.headers["Authorization"] = f"Bearer {key}"

    def ask(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Reply:
        """One request; header names with _ for -."""
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = named.pop("Content-Type", "application/json")
        address = path if path.startswith("/api/") or not path.startswith("/") else PREFIX + path
        # Neither the language nor the trace of a request outlives it here: the next test begins with none.
        with translation.override(translation.get_language()), structlog.contextvars.bound_contextvars():
            response = self.client.generic(
                method, address, content, content_type=kind, headers={**self.headers, **named}
            )
            structlog.contextvars.clear_contextvars()
        return Reply(response)

    def get(self, path: str, **headers: str) -> Reply:
        """GET."""
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        """POST."""
        return self.ask("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Reply:
        """PATCH."""
        return self.ask("PATCH", path, body, **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> Reply:
        """DELETE."""
        return self.ask("DELETE", path, body, **headers)


def key_of(user: User, **limits: Any) -> str:
    """A new key of a person, used today already: the first use of a day is written down."""
    row, text = ApiKey.issue(label="test", user=user, now=NOON, **limits)
    ApiKey.objects.filter(pk=row.pk).update(last_used_on=timezone.localdate(NOON))
    return text


def key_of_device(lane: str) -> str:
    """A new key of a lane's equipment, in place of the one it had."""
    device = Device.objects.get(lane=Lane.objects.get(code=lane), kind=DeviceKind.LANE)
    device.api_key, key = ApiKey.issue(label=lane, now=NOON)
    device.save()
    return key


@pytest.fixture
def call() -> Callable[[User | str | None], Caller]:
    """`call(alice)` speaks with alice's key, `call("CNHRS-R1")` with a lane's, `call(None)` with none."""

    def caller(who: User | str | None) -> Caller:
        if who is None:
            return Caller(None)
        return Caller(key_of_device(who) if isinstance(who, str) else key_of(who))

    return caller


@pytest.fixture
def noon() -> Iterator[None]:
    """The doors' clock stands still at NOON."""
    with time_machine.travel(NOON, tick=False):
        yield
