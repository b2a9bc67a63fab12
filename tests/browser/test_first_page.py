"""What a phone has to fetch before the first page stands: under 100 KB, sign-in and an exporter's home."""

import gzip

import pytest

from declarations.lifecycle import DeclarationStatus as D

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_BYTES = 100_000
HEADERS = 500
"""Of each answer, about; a browser was told 300 to 450."""


def weigh(page, address):
    """Bytes of everything that the browser asks for; files go over the wire as gzip, pages as they are."""
    answers = {}
    page.on("response", lambda answer: answers.__setitem__(answer.url, answer))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    weights = {}
    for url, answer in answers.items():
        body = answer.body()
        weights[url] = HEADERS + (len(gzip.compress(body, 9)) if "/static/" in url else len(body))
    return weights


def test_the_first_page_is_under_100_kb(open_page, alice, declaration):
    for status in (D.DRAFT, D.DRAFT, D.RELEASED, D.RELEASED, D.DOCUMENTS_REQUIRED, D.LODGED):
        declaration(status=status)
    for who, address in ((None, "/sign-in"), (None, "/"), (alice, "/"), (alice, "/declarations")):
        weights = weigh(open_page(who, language="zh-hans", width=360), address)
        assert len(weights) > 5, "styles and scripts are counted"
        assert sum(weights.values()) < MOST_BYTES, (address, sum(weights.values()), weights)
