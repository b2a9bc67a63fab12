"""The scan page with a camera: Chromium's own, which plays a film of codes (tests/film.py)."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from checkpoint.models import Passage
from declarations.models import Vehicle
from tests.film import barcode, code, film, scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENTRY, RELEASE = "CNHRS-E1", "CNHRS-R1"

HOSTILE = (
    "HTTPS://EXAMPLE.ORG/",
    "javascript:alert(document.cookie)",
    "data:text/html,<script>alert(1)</script>",
    "<script>window.broken=1</script>",
    "<img src=x onerror=window.broken=1>",
    "{{7*7}}{% debug %}${7*7}#{7*7}",
    "'; DROP TABLE checkpoint_passage; --",
    "$(reboot)`reboot`|reboot",
    "\x1b[2J\x07\x08\x00end",
    "line one\r\nSet-Cookie: a=b\r\n\r\n",
    "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe\N{ZERO WIDTH JOINER}",
    "新疆" * 40,
    "WIFI:T:WPA;S:free;P:password;;",
    "tel:112",
    "VP1:",
    "VP1:" + "A" * 180,
    "VP1:%" + "0:" * 60,
    "]C1" + "0" * 40,
    "%00%0a%0d../../../../etc/passwd",
    "=cmd|'/c calc'!A1",
    "%s%n%p%x",
    "A" * 900,
    "0" * 12,
    "🚗" * 30,
)
"""What a stranger may hold up: addresses, scripts, templates, queries, commands, control characters, half a pass."""


def at(lane):
    return reverse("checkpoint:scan", args=[lane])


@pytest.fixture
def look(chrome, chromium, live_server, tmp_path):
    """A scan page whose camera sees these scenes: `look(olga, ENTRY, scenes)`. Errors in its console fail the test."""
    browsers, said = [], []

    def open_at(user, lane, scenes=(), *, frames=20, granted=True, camera=True):
        args = ["--no-sandbox", *(["--use-fake-device-for-media-stream"] if camera else [])]
        if scenes:
            args.append(f"--use-file-for-fake-video-capture={film(tmp_path / 'film.mjpeg', scenes, frames=frames)}")
        browser = chrome.browser_type.launch(executable_path=chromium, args=args)
        browsers.append(browser)
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": 360, "height": 640},
            locale="en",
            permissions=["camera"] if granted else [],
        )
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        values = {name: client.cookies[name].value, settings.LANGUAGE_COOKIE_NAME: "en"}
        context.add_cookies([{"name": key, "value": value, "url": live_server.url} for key, value in values.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda line: said.append(line.text) if "Content Security Policy" in line.text else None)
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(at(lane))
        page.get_by_role("button", name="Camera", exact=True).click()
        return page

    yield open_at
    for browser in browsers:
        browser.close()
    assert not said


@pytest.fixture
def cars(declaration):
    """A dozen released vehicles."""
    row = declaration(vehicles=12, now=timezone.now())
    return list(Vehicle.objects.filter(declaration=row).order_by("position"))


def until(page, what, *, seconds=90):
    """Wait for something in the tables."""
    for _ in range(seconds * 5):
        if what():
            return
        page.wait_for_timeout(200)
    raise AssertionError("it did not come to that")


def test_a_dozen_codes_held_before_the_camera_are_all_let_in(look, olga, cars):
    scenes = [each for car in cars for each in (scene(code(car.newest_pass.code)), scene())]
    page = look(olga, ENTRY, scenes, frames=25)
    admitted = Passage.objects.filter(verdict="ADMIT", officer=olga, device__kind="VIRTUAL")
    until(page, lambda: set(admitted.values_list("vehicle", flat=True)) == {car.pk for car in cars})
    answered = page.evaluate("performance.getEntriesByName('scan:answered').map((each) => each.duration)")
    assert len(answered) >= 12


def test_a_code_that_stays_in_sight_is_asked_once(look, olga, cars):
    page = look(olga, ENTRY, [scene(code(cars[0].newest_pass.code))])
    expect(page.locator("[data-verdict=admit]")).to_be_visible(timeout=20000)
    expect(page.locator("[data-verdict]")).to_have_count(0, timeout=6000)
    page.wait_for_timeout(4000)
    assert Passage.objects.count() == 1


def test_the_camera_stays_open_between_scans_and_opens_by_itself_next_time(look, olga, cars):
    page = look(olga, ENTRY, [scene()])
    expect(page.locator("[data-lens]")).to_be_visible(timeout=20000)
    page.reload()
    expect(page.locator("[data-lens]")).to_be_visible(timeout=20000)
    page.get_by_role("button", name="Camera", exact=True).click()
    expect(page.locator("[data-lens]")).to_be_hidden()
    page.reload()
    page.wait_for_timeout(500)
    expect(page.locator("[data-lens]")).to_be_hidden()


def test_where_the_gate_wants_a_fact_the_camera_goes_on_to_the_vin_and_asks_then(look, olga, cars, scanner):
    car = cars[0]
    scanner(ENTRY).scan(car, now=timezone.now())
    scenes = [scene(code(car.newest_pass.code)), scene(), scene(barcode(car.vin)), scene()]
    page = look(olga, RELEASE, scenes, frames=40)
    expect(page.locator("[data-verdict=admit]")).to_contain_text(car.vin[-6:], timeout=30000)
    passage = Passage.objects.get(lane__code=RELEASE)
    assert passage.seen["vin"] == car.vin


def test_a_vin_is_read_when_the_officer_asks_for_it(look, olga, cars):
    page = look(olga, RELEASE, [scene(barcode(cars[0].vin, "DataMatrix"))])
    expect(page.locator("[data-lens]")).to_be_visible(timeout=20000)
    page.wait_for_timeout(1500)
    expect(page.get_by_label("VIN on the car")).to_have_value("")
    page.get_by_role("button", name="Read VIN").click()
    expect(page.get_by_label("VIN on the car")).to_have_value(cars[0].vin, timeout=20000)
    assert not Passage.objects.exists()


def test_what_strangers_hold_up_is_text_and_is_answered(look, olga, cars):
    scenes = [each for text in HOSTILE for each in (scene(code(text, module=3)), scene())]
    page = look(olga, ENTRY, scenes, frames=25)
    gone = []
    page.on("framenavigated", lambda frame: gone.append(frame.url))
    page.on("response", lambda answer: gone.append(answer.url) if answer.status >= 500 else None)
    page.context.on("page", lambda opened: gone.append(opened.url))
    until(page, lambda: Passage.objects.count() >= len(HOSTILE) - 1, seconds=150)
    assert set(Passage.objects.values_list("verdict", flat=True)) <= {"ALARM", "MANUAL"}
    assert gone == []
    assert page.evaluate("window.broken") is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"granted": False}, "does not let this page use the camera"), ({"camera": False}, "No camera was found")],
)
def test_without_a_camera_there_are_a_sentence_and_the_field(look, olga, cars, options, sentence):
    page = look(olga, ENTRY, **options)
    expect(page.get_by_role("status").filter(has_text=sentence)).to_be_visible(timeout=20000)
    page.get_by_label("Pass", exact=True).fill(cars[0].newest_pass.manual_code)
    page.get_by_role("button", name="Ask the gate").click()
    expect(page.locator("[data-verdict=admit]")).to_be_visible()
