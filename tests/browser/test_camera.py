"""The scan page with a camera: Chromium's own, which plays a film of codes (tests/film.py)."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from checkpoint.models import Passage
from declarations.models import Vehicle
from tests.film import code, film, scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENTRY, RELEASE = "CNHRS-E1", "CNHRS-R1"


def at(lane):
    return reverse("checkpoint:scan", args=[lane])


@pytest.fixture
def look(chrome, chromium, live_server, tmp_path):
    """A scan page whose camera sees these scenes: `look(olga, ENTRY, scenes)`. Errors in its console fail the test."""
    browsers, said = [], []

    def open_at(user, lane, scenes=(), *, frames=20, granted=True, camera=True):
        args = ["--no-sandbox", "--use-fake-device-for-media-stream"] if camera else ["--no-sandbox"]
        if scenes:
            args.append(f"--use-file-for-fake-video-capture={film(tmp_path / 'film.mjpeg', scenes, frames=frames)}")
        browser = chrome.browser_type.launch(executable_path=chromium, args=args)
        browsers.append(browser)
        permissions = ["camera"] if granted else []
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": 360, "height": 640}, locale="en", permissions=permissions
        )
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        values = {name: client.cookies[name].value, settings.LANGUAGE_COOKIE_NAME: "en"}
        context.add_cookies([{"name": key, "value": value, "url": live_server.url} for key, value in values.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda line: said.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto(at(lane))
        page.get_by_role("button", name="Camera", exact=True).click()
        return page

    yield look_for(open_at)
    for browser in browsers:
        browser.close()
    assert not said


def look_for(open_at):
    return open_at


@pytest.fixture
def cars(declaration):
    """A dozen released vehicles."""
    row = declaration(vehicles=12, now=timezone.now())
    return list(Vehicle.objects.filter(declaration=row).order_by("position"))


def until(page, what, *, seconds=60):
    """Wait for something in the tables."""
    for _ in range(seconds * 10):
        if what():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come to that")


def test_a_dozen_codes_held_before_the_camera_are_all_let_in(look, olga, cars):
    scenes = [each for car in cars for each in (scene(code(car.newest_pass.code)), scene())]
    look(olga, ENTRY, scenes, frames=25)
    admitted = Passage.objects.filter(verdict="ADMIT").values_list("vehicle", flat=True)
    import sys
    page = None
    import time; t=time.time()
    while len(set(admitted.all())) < 12 and time.time()-t < 60:
        time.sleep(1); print(round(time.time()-t,1), len(set(admitted.all())), Passage.objects.count(), file=sys.stderr)
    assert len(set(admitted.all())) == 12
