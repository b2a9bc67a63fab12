"""What every test may use: servers of its own run, and the cast (tests/cast.py)."""

import os
from collections.abc import Iterator

import pytest
import structlog
from django.conf import settings
from django.utils import translation

from config import texts
from tests.chromium import find_chromium
from tests.servers import Servers

pytest_plugins = ["tests.cast", "tests.caller", "tests.intake", "tests.crew"]

_SERVERS = pytest.StashKey[Servers]()


def pytest_configure(config: pytest.Config) -> None:
    """Compile the texts; with xdist, start PostgreSQL and Valkey once: the workers find them in the environment."""
    if hasattr(config, "workerinput"):
        return
    for locale in texts.PLURALS:
        texts.compile_catalogue(locale)
    if config.getoption("numprocesses", None):
        _start(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this run started."""
    if servers := config.stash.get(_SERVERS, None):
        servers.stop()


def _start(config: pytest.Config) -> Servers:
    servers = config.stash[_SERVERS] = Servers()
    servers.start()
    os.environ |= servers.environment
    servers.tell(settings)
    return servers


@pytest.fixture(scope="session")
def servers(pytestconfig: pytest.Config) -> Servers:
    """The servers of this run. Started by the first test that needs them: tests of rules need none."""
    return pytestconfig.stash.get(_SERVERS, None) or _start(pytestconfig)


@pytest.fixture(autouse=True)
def _own_trace() -> None:
    """A request leaves its trace id in its thread for whatever is logged behind it; the next test has none."""
    structlog.contextvars.clear_contextvars()


@pytest.fixture(autouse=True)
def _source_language() -> Iterator[None]:
    """Tests read the sentences of the source, English; a page speaks the language that its request asks for.

    A page leaves its language active in its thread: the next test begins anew.
    """
    translation.activate("en")
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: Servers, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """pytest-django asks for this before it creates a database; each xdist worker has one of its own."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[str]:
    """The path of the browser; only for tests marked `browser`."""
    found = find_chromium()
    assert found, "mark this test with @pytest.mark.browser"
    yield found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium, browser tests count as skipped, or stop the run where REQUIRE_BROWSER=1 demands them."""
    wanted = [item for item in items if item.get_closest_marker("browser")]
    if not wanted or find_chromium():
        return
    if os.environ.get("REQUIRE_BROWSER") == "1":
        raise pytest.UsageError("REQUIRE_BROWSER=1, and no Chromium is here: install the package chromium")
    for item in wanted:
        item.add_marker(pytest.mark.skip(reason="no Chromium here: install the package chromium to run browser tests"))
