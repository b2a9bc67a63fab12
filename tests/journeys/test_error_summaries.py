"""U03: whatever form is sent wrong, the page says so in a summary that takes the focus and leads to each field.

Generated: every page that an exporter can open, from the URL resolver, and every form on it.
"""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from declarations.lifecycle import DeclarationStatus as D
from tests.browser.pages import pages
from tests.cast import vehicle_body
from tests.journeys import test_tenant_walls as walls

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

world, keepers = walls.world, walls.keepers

HIDDEN = frozenset({"hidden", "submit", "button", "file"})
UNREADABLE = "x\0"
TICKS_ALONE = ("/remove", "/pool", "account/notices")
"""Forms with nothing to type: a tick that is not on the list is no tick."""
VOID = frozenset({"input", "br", "img", "link", "meta", "use", "path", "hr"})


class Reader(HTMLParser):
    """Forms with their fields, every id of the page, the summary with its links, and what describes each field."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.summary: dict[str, str | None] = {}
        self.is_refused = False  # for a reason that no field is about
        self.described: dict[str, list[str]] = {}
        self.wrong: list[str] = []
        self._groups: list[list[str]] = []
        self.title = ""
        self._is_in_title = self._is_in_form = False
        self._depth = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what this tag is for."""
        named = dict(attrs)
        self.ids.add(named.get("id") or "")
        if self._depth:
            self._depth += tag not in VOID
            if tag == "a":
                self.links.append(named.get("href") or "")
        elif "error-summary" in (named.get("class") or ""):
            self.summary, self._depth = named, 1
        if named.get("role") == "alert" and "message--stop" in (named.get("class") or ""):
            self.is_refused = named.get("tabindex") == "-1" and "data-takes-focus" in named
        if tag == "fieldset":
            self._groups.append((named.get("aria-describedby") or "").split())
        self._is_in_title = tag == "title"
        if tag == "form":
            self._is_in_form = True
            self.forms.append({"attrs": named, "fields": {}, "hidden": {}})
        if tag in ("input", "select", "textarea") and named.get("name") and self._is_in_form:
            kind = named.get("type", "text") if tag == "input" else tag
            into = "hidden" if kind in HIDDEN else "fields"
            self.forms[-1][into][named["name"]] = named.get("value") or ""
            if kind not in HIDDEN:
                own = (named.get("aria-describedby") or "").split()
                # A group of choices is described once, on its fieldset.
                self.described[str(named.get("id"))] = own or [each for group in self._groups for each in group]
                if named.get("aria-invalid") == "true":
                    self.wrong.append(str(named.get("id")))

    def handle_data(self, data: str) -> None:
        """Read the title."""
        if self._is_in_title:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        """Leave the summary, the title, a form, or a group of choices."""
        self._is_in_title = False
        if tag == "form":
            self._is_in_form = False
        if tag == "fieldset" and self._groups:
            self._groups.pop()
        if self._depth and tag not in VOID:
            self._depth -= 1


def _faults(text: str) -> Iterator[str]:
    """What the contract misses on a page that says no."""
    page = Reader(text)
    if not page.summary:
        if page.wrong or not page.is_refused:
            yield "no summary of errors"
        return
    if page.summary.get("tabindex") != "-1" or "data-takes-focus" not in page.summary:
        yield "the summary does not take the focus"
    if not page.title.strip().startswith("Error:"):
        yield "the title does not say that something is wrong"
    if page.summary.get("aria-labelledby") not in page.ids:
        yield "the summary has no name"
    if not page.links:
        yield "the summary leads nowhere"
    yield from (f"{link} leads to nothing" for link in page.links if link.startswith("#") and link[1:] not in page.ids)
    for field in page.wrong:
        if not page.described[field]:
            yield f"{field} is wrong and nothing describes it"
        yield from (
            f"{field} is described by {each}, which is not there"
            for each in page.described[field]
            if each not in page.ids
        )


def _forms(client: Client, address: str) -> Iterator[dict[str, Any]]:
    for form in Reader(client.get(address).content.decode()).forms:
        if form["attrs"].get("method") == "post" and form["fields"]:
            yield form


def test_every_form_that_is_sent_wrong_says_what_and_where(world, keepers, alice, declaration):
    draft = declaration(status=D.DRAFT, bodies=[vehicle_body(90), vehicle_body(91, vin="LRW", driver=None)])
    asked = declaration(status=D.DOCUMENTS_REQUIRED, bodies=[vehicle_body(95)])
    client = Client(headers={"accept-language": "en"})
    client.force_login(alice)
    faults, tried = [], set()
    for reference in (world["reference"], draft.reference, asked.reference):
        names = {**world, "reference": reference, "code": "route"}
        for page in pages(names, keepers, only="alice"):
            for form in _forms(client, page.address):
                where = form["attrs"].get("action") or page.address
                for value in ("", UNREADABLE):
                    sent = {**form["hidden"], **dict.fromkeys(form["fields"], value)}
                    with transaction.atomic():
                        answer = client.post(where, sent)
                        transaction.set_rollback(True)
                    tried.add((page.route, value))
                    if answer.status_code >= 500 or (
                        value and answer.status_code == 302 and not where.endswith(TICKS_ALONE)
                    ):
                        faults.append(f"{where} {value!r} answers {answer.status_code}")
                    elif answer.status_code in (200, 409, 422):
                        faults += [f"{where} {value!r}: {each}" for each in _faults(answer.content.decode())]
    assert len(tried) >= 20, sorted(tried)
    assert not faults, "\n".join(faults)


def test_with_a_summary_that_leads_nowhere_the_walk_sees_it():
    """The control run."""
    told = list(_faults('<div class="error-summary" tabindex="-1"><a href="#id_x">x</a></div>'))
    assert told == [
        "the summary does not take the focus",
        "the title does not say that something is wrong",
        "the summary has no name",
        "#id_x leads to nothing",
    ]
