"""A real browser before the real pages: somebody signed in, a language, a width; and what axe says."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, Page, Route, sync_playwright

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def chrome(chromium: str) -> Iterator[Browser]:
    """One browser for the run."""
    # Playwright's own loop stands in this thread; the tests read rows beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chrome: Browser, live_server: Any) -> Iterator[OpenPage]:
    """A page for somebody: `open_page(olga, width=360, language="en")`; errors in its console fail the test."""
    contexts = []
    said: list[str] = []

    def make(user: User | None = None, *, width: int = 1280, language: str = "en", **options: Any) -> Page:
        context = chrome.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 800}, locale=language, **options
        )
        contexts.append(context)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if user is not None:
            client = Client()
            client.force_login(user)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda line: said.append(line.text) if "Content Security Policy" in line.text else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not said


@pytest.fixture
def violations() -> Callable[[Page], list[str]]:
    """What axe finds on a page at WCAG 2.2 AA, and whether it is wider than its window."""

    def look(page: Page) -> list[str]:
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
        told = [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            told.append("scrolls sideways")
        return told

    return look


MODULES = "https://gate.test"


@pytest.fixture
def modules(chrome: Browser) -> Iterator[Page]:
    """An empty page of a secure origin that has our static files and nothing else: for what runs without a server."""
    context = chrome.new_context(base_url=MODULES)
    page = context.new_page()
    page.route(f"{MODULES}/**", serve)
    page.goto("/")
    yield page
    context.close()


def serve(route: Route) -> None:
    """A static file by its path, else an empty page."""
    path = urlsplit(route.request.url).path
    if not path.startswith("/static/"):
        route.fulfill(body="<!doctype html><html lang=en><title>gate</title>", content_type="text/html")
        return
    found = finders.find(path.removeprefix("/static/"))
    if found is None:
        route.fulfill(status=404)
    else:
        route.fulfill(path=found, content_type="text/javascript" if path.endswith(".js") else None)
