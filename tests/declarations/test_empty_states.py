"""A list in which nothing stands yet says what will be there, and offers the first step."""

import re

import pytest
from django.urls import reverse

from declarations import actions
from tests.cast import NOON

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}
EMPTY = re.compile(r'class="empty">.*?class="empty-title">([^<]+)<.*?</div>', re.DOTALL)


@pytest.fixture
def newcomer(client, alice):
    """Somebody who has declared nothing so far."""
    client.force_login(alice)
    return client


@pytest.fixture
def draft(alice, tianshan):
    """A draft in which nothing stands."""
    return actions.create(organisation=tianshan, body={}, by=alice, now=NOON)


def offered(client, address):
    """The title of the empty state, and where its first step leads."""
    text = client.get(address, headers=ENGLISH).content.decode()
    (block,) = EMPTY.finditer(text)
    link = re.search(r'class="button" href="([^"]+)"', block.group(0))
    return block.group(1), link.group(1) if link else ""


def test_a_list_that_is_empty_offers_the_first_step(newcomer, draft):
    one = [draft.reference]
    for name, args, title, step, step_args in (
        ("catalogue", [], "No models yet", "catalogue-new", []),
        ("vehicles", one, "No vehicles yet", "vehicle-new", one),
        ("versions", one, "No versions yet", "detail", one),
    ):
        wanted = (title, reverse(f"declarations:{step}", args=step_args))
        assert offered(newcomer, reverse(f"declarations:{name}", args=args)) == wanted


def test_the_list_of_declarations_begins_with_a_draft(newcomer):
    assert offered(newcomer, reverse("declarations:list")) == ("No declarations yet", reverse("declarations:new"))


def test_a_search_that_finds_nothing_says_what_is_searched(newcomer, draft):
    title, _step = offered(newcomer, f"{reverse('declarations:list')}?q=nothing")
    assert title == "Nothing found"


def test_the_home_of_a_newcomer_says_what_will_be_there(newcomer):
    text = newcomer.get("/", headers=ENGLISH).content.decode()
    assert "Nothing waits for you." in text
    assert "What you lodge appears here" in text
    assert f'class="button" href="{reverse("declarations:new")}"' in " ".join(text.split())
