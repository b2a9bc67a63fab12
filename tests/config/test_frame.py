"""The frame of every page: nothing inline, nothing foreign, light on a slow line, standing in a broken world."""

import gzip
import re
from functools import partial
from pathlib import Path

import pytest
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.views import defaults

from config import context
from config.context import Place, chrome
from declarations.templatetags.show import SPRITE

HOUSE = Path(context.__file__).resolve().parent.parent
TEMPLATES = [
    path
    for folder in ("config", "declarations", "checkpoint")
    for path in (HOUSE / folder / "templates").rglob("*.html")
]
STATIC = re.compile(r"/static/([^\"#]+)")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_carries_style_or_script_of_its_own(template):
    source = template.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|javascript:", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)
    assert "//" not in re.sub(r"http://www\.w3\.org/\S+", "", source)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_icon_a_template_names_is_in_the_sprite(template):
    sprite = Path(finders.find(SPRITE)).read_text()
    for name in re.findall(r"{% icon \"([\w-]+)\"", template.read_text()):
        assert f'<symbol id="{name}"' in sprite


def test_no_style_sheet_knows_a_colour_but_the_tokens():
    """But black and white, for codes alone."""
    for name in ("forms.css", "components.css"):
        assert set(re.findall(r"#[0-9a-f]{3,8}\b", Path(finders.find(name)).read_text())) <= {"#000", "#fff"}


def test_vendored_files_carry_their_licence_and_no_source_map():
    vendor = HOUSE / "config" / "static" / "vendor"
    for folder in vendor.iterdir():
        assert (folder / "LICENSE").read_text()
        for path in folder.iterdir():
            assert b"sourceMappingURL" not in path.read_bytes()


@pytest.mark.urls("tests.config.frame_urls")
def test_the_first_page_weighs_less_than_100_kb(rf):
    html = render_to_string("registration/login.html", {"form": AuthenticationForm()}, request=_stranger(rf))
    files = {*STATIC.findall(html)}
    weight = len(gzip.compress(html.encode()))
    weight += sum(len(gzip.compress(Path(finders.find(name)).read_bytes())) for name in files)
    assert len(files) >= 7
    assert weight < 100_000


@pytest.mark.parametrize("show", [partial(defaults.bad_request, exception=ValueError()), defaults.server_error])
def test_a_page_for_a_broken_world_needs_no_request(rf, show):
    answer = show(rf.get("/"))
    assert 'class="wordmark"' in answer.content.decode()


@pytest.mark.urls("tests.config.frame_urls")
@pytest.mark.parametrize("name", ["403", "403_csrf", "404", "429"])
def test_an_error_page_leads_back(rf, name):
    assert 'href="/"' in render_to_string(f"{name}.html", request=_stranger(rf))


@pytest.mark.urls("tests.config.frame_urls")
def test_the_navigation_holds_what_a_person_may_open(rf, monkeypatch):
    monkeypatch.setattr(
        context,
        "PLACES",
        (Place("In", "login", lambda person: True), Place("Hidden", "logout", lambda person: False)),
    )
    assert chrome(_stranger(rf, "/in"))["nav"] == [{"label": "In", "href": "/in", "current": "page"}]
    assert chrome(_stranger(rf, "/in/deeper"))["nav"][0]["current"] == "true"
    assert chrome(_stranger(rf, "/elsewhere"))["nav"][0]["current"] == ""


def test_languages_are_named_in_their_own_words(rf):
    assert dict(chrome(_stranger(rf))["languages"])["kk"] == "Қазақша"


def _stranger(rf: RequestFactory, path: str = "/"):
    request = rf.get(path)
    request.user = AnonymousUser()
    return request
