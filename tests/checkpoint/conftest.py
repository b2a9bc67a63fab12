"""How tests open officers' pages: somebody signed in, a minute after the tests' noon, in English."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from tests.cast import NOON


class Person:
    """A browser with somebody in front of it."""

    def __init__(self, user: User | None) -> None:
        self.client = Client(headers={"accept-language": "en"})
        if user is not None:
            self.client.force_login(user)

    def open(self, path: str, **headers: str) -> Any:
        """Read a page."""
        return self.client.get(path, headers=headers)

    def read(self, path: str) -> str:
        """The text of a page that must be there."""
        response = self.open(path)
        assert response.status_code == 200, (path, response.status_code)
        return str(response.content.decode())

    def send(self, path: str, *, headers: dict[str, str] | None = None, **values: Any) -> Any:
        """Send a form."""
        return self.client.post(path, values, headers=headers or {})


@pytest.fixture
def browser() -> Iterator[Callable[[User | None], Person]]:
    """Sign somebody in: `browser(olga).read("/gate/")`. The clock stands still."""
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        yield Person
