"""The API's browsable document in a real browser: drawn by our own files alone, without a breach of the CSP."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_document_is_drawn_and_nobody_else_is_asked(open_page: Callable[..., Page]) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/api/v1/docs")
    page.wait_for_selector("#operations-declarations-createDeclaration", timeout=30_000)
    page.click("#operations-declarations-createDeclaration .opblock-summary-control")
    page.wait_for_selector("#operations-declarations-createDeclaration .opblock-body")
    own = page.url.partition("/api/")[0]
    assert not [url for url in asked if not url.startswith((own, "data:", "blob:"))]
