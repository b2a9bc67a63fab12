"""Every page that the URL resolver knows, as exporter and as officer: axe, light and dark, and texts grown by 60 %."""

import pytest
from django.utils.translation.trans_real import DjangoTranslation

from declarations.lifecycle import DeclarationStatus as D
from declarations.models import Notice
from declarations.models.notices import MOST_COUNTED
from tests.browser.pages import pages
from tests.cast import vehicle_body
from tests.journeys import test_tenant_walls as walls

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("noon")]

world, keepers = walls.world, walls.keepers

FEWEST = 40
"""So many pages there are at least; fewer would mean that the walk has lost its way."""


@pytest.fixture
def worlds(world, declaration):
    """Names for the addresses: what goes on at the port, and a draft in which much is wrong."""
    bad = [vehicle_body(90), vehicle_body(91, vin="LRW", driver=None, seats="five")]
    draft = declaration(status=D.DRAFT, bodies=bad, currency="XXY")
    return [world, {**world, "reference": draft.reference, "place": "2", "code": "route"}]


@pytest.mark.parametrize(("width", "language", "scheme"), [(1280, "zh-hans", "light"), (360, "en", "dark")])
def test_axe_finds_nothing_on_any_page(open_page, violations, worlds, keepers, width, language, scheme):
    found, walked = {}, set()
    opened = {
        who: open_page(user, width=width, language=language, color_scheme=scheme)
        for who, user in [*keepers.items(), ("anybody", None)]
    }
    for names in worlds:
        for each in pages(names, keepers):
            if each.address in walked:
                continue
            walked.add(each.address)
            page = opened[each.by]
            page.goto(each.address)
            if told := violations(page):
                found[each.address] = told
    assert len(walked) >= FEWEST, sorted(walked)
    assert found == {}


@pytest.fixture
def long_texts(monkeypatch):
    """Every translated text is longer by 60 %, in words about as long as its own."""

    def grown(text):
        more = -(-len(text) * 6 // 10)
        if not text.strip() or text.startswith("\x04"):
            return text
        filler = "".join(" " if n % 9 == 8 else "o" for n in range(more))
        return f"{text}{filler}" if " " not in text else f"{text} {filler}"

    plain, plural = DjangoTranslation.gettext, DjangoTranslation.ngettext
    monkeypatch.setattr(DjangoTranslation, "gettext", lambda self, text: grown(plain(self, text)))
    monkeypatch.setattr(DjangoTranslation, "ngettext", lambda self, one, many, n: grown(plural(self, one, many, n)))


def test_no_page_of_an_exporter_scrolls_sideways_when_texts_grow(open_page, worlds, keepers, alice, long_texts):
    page = open_page(alice, width=360, language="en")
    page.goto("/")
    assert "ooo" in page.locator("h1").first.inner_text(), "the texts did not grow"
    found, walked = {}, set()
    for names in worlds:
        for each in pages(names, keepers, only="alice"):
            if each.address not in walked:
                walked.add(each.address)
                page.goto(each.address)
                if wide := page.evaluate(WIDE):
                    found[each.address] = wide
    assert len(walked) >= FEWEST // 2, sorted(walked)
    assert found == {}


def test_the_bell_of_a_busy_exporter_leaves_the_page_as_wide_as_the_telephone(open_page, alice, monkeypatch):
    monkeypatch.setattr(type(Notice.objects.all()), "count_unread", lambda self, user, *, now: MOST_COUNTED)
    page = open_page(alice, width=360, language="zh-hans")
    page.goto("/")
    page.locator(".bell .count").wait_for()
    assert page.locator(".bell .count").inner_text() == f"{MOST_COUNTED}+"
    assert page.evaluate(WIDE) == ""


WIDE = """() => {
    if (document.documentElement.scrollWidth <= window.innerWidth) return "";
    const wide = [...document.body.querySelectorAll("*")].filter((each) =>
        each.getBoundingClientRect().right > window.innerWidth + 1 && !each.closest(".nav"));
    return wide.slice(-3).map((each) => each.outerHTML.slice(0, 160)).join(" | ") || "something is wider";
}"""
