"""The scan page in hand: a hardware scanner, the lock, the home screen, one thumb."""

import time

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from checkpoint import manifests
from checkpoint.models import Passage, Shift
from declarations.models import Vehicle
from declarations.permissions import PASSED_AT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENTRY, RELEASE = "CNHRS-E1", "CNHRS-R1"
LOWER_THIRD = 640 * 2 / 3


def at(lane):
    return reverse("checkpoint:scan", args=[lane])


@pytest.fixture
def cars(declaration):
    row = declaration(vehicles=3, now=timezone.now())
    return list(Vehicle.objects.filter(declaration=row).order_by("position"))


@pytest.fixture
def hand(open_page, olga):
    """A handheld at the yard entry."""
    page = open_page(olga, width=360, permissions=[])
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(at(ENTRY))
    return page


def swipe(page, text):
    page.keyboard.type(text)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("where", ["button:has-text('End the shift')", "a:has-text('Other lane')", "summary:visible"])
def test_a_burst_of_keys_is_a_code_and_presses_nothing(hand, cars, where):
    hand.locator(f"main {where}").last.focus()
    swipe(hand, cars[0].newest_pass.code)
    expect(hand.locator("[data-verdict=admit]")).to_contain_text(cars[0].vin[-6:])
    assert hand.url.endswith(at(ENTRY))
    assert Shift.objects.get().ended_at is None


def test_a_burst_into_another_field_leaves_what_stood_there(hand, cars):
    hand.get_by_text("What you see on the car").click()
    hand.get_by_label("Plate on the car").fill(cars[0].plate)
    hand.get_by_label("Plate on the car").focus()
    swipe(hand, cars[0].newest_pass.code)
    expect(hand.locator("[data-verdict=admit]")).to_be_visible()
    assert Passage.objects.get().seen["plate"] == cars[0].plate


def test_control_characters_of_a_scanner_command_neither_page_nor_browser(hand, cars):
    hand.locator("button:has-text('End the shift')").focus()
    hand.keyboard.type("0123456789")
    for key in ("Tab", "Escape", "F5", "Control+p", "Control+j", "Tab"):
        hand.keyboard.press(key)
    hand.keyboard.type("0123456789")
    hand.keyboard.press("Enter")
    expect(hand.locator("[data-verdict=stop]")).to_be_visible()
    assert hand.url.endswith(at(ENTRY))
    assert Shift.objects.get().ended_at is None
    lets_pass = """([key, options]) => document.body.dispatchEvent(
        new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true, ...options}))"""
    for key in "abcdefghijklmnopqrstuvwxyz[]\\":
        hand.wait_for_timeout(330)
        passed = hand.evaluate(lets_pass, [key, {"ctrlKey": True}])
        assert passed == (key in "acvxzy"), key
    for key, options in (("ArrowLeft", {"altKey": True}), ("F1", {}), ("F12", {}), ("r", {"metaKey": True})):
        assert not hand.evaluate(lets_pass, [key, options]), key


def test_a_hand_still_presses_buttons_and_types_anywhere(hand, cars):
    hand.locator("summary", has_text="What you see on the car").focus()
    hand.keyboard.press("Space")
    expect(hand.get_by_label("VIN on the car")).to_be_visible()
    hand.wait_for_timeout(200)
    hand.locator("summary", has_text="What you see on the car").focus()
    for key in "4K7":
        hand.keyboard.press(key)
        hand.wait_for_timeout(150)
    expect(hand.get_by_label("Pass", exact=True)).to_have_value("4K7")
    hand.wait_for_timeout(400)
    hand.locator("a", has_text="Other lane").focus()
    hand.keyboard.press("Enter")
    hand.wait_for_url("**" + reverse("checkpoint:lanes"))


def test_where_the_gate_wants_a_fact_a_scanned_pass_waits_for_it(hand, cars, scanner):
    scanner(ENTRY).scan(cars[0], now=timezone.now())
    hand.goto(at(RELEASE))
    swipe(hand, cars[0].newest_pass.code)
    expect(hand.get_by_role("status").filter(has_text="The pass is read")).to_be_visible()
    assert not Passage.objects.filter(lane__code=RELEASE).exists()
    hand.wait_for_timeout(400)
    swipe(hand, cars[0].vin)
    expect(hand.locator("[data-verdict=admit]")).to_be_visible()


def test_what_was_scanned_on_a_locked_page_is_sent_when_the_officer_is_back(hand, cars, settings):
    swipe(hand, cars[0].newest_pass.code)
    expect(hand.locator("[data-verdict=admit]")).to_be_visible()
    settings.SCAN_LOCK_AFTER_S = 1
    expect(hand.locator("[data-verdict]")).to_have_count(0)  # the field is back
    hand.wait_for_timeout(1200)
    swipe(hand, cars[1].newest_pass.code)
    expect(hand.locator("[data-scan-closed=LOCKED]")).to_be_visible()
    expect(hand.locator("[data-closed-kept]")).to_contain_text("1")
    assert Passage.objects.count() == 1
    primary = hand.get_by_role("link", name="It is me").bounding_box()
    assert primary["y"] >= LOWER_THIRD
    settings.SCAN_LOCK_AFTER_S = 600
    name = settings.SESSION_COOKIE_NAME
    key = next(each["value"] for each in hand.context.cookies() if each["name"] == name)
    session = SessionStore(key)
    session[PASSED_AT] = int(time.time())
    session.save()
    hand.reload()
    expect(hand.locator("[data-verdict=admit]")).to_contain_text(cars[1].vin[-6:])
    assert Passage.objects.count() == 2


def test_the_screen_locks_by_itself(hand, cars, settings):
    settings.SCAN_LOCK_AFTER_S = 1
    hand.reload()
    swipe(hand, cars[0].newest_pass.code)
    expect(hand.locator("[data-verdict=admit]")).to_be_visible()
    expect(hand.locator("[data-scan-closed=LOCKED]")).to_be_visible(timeout=8000)


def test_the_app_opens_without_a_network_and_keeps_no_answer(hand, cars):
    swipe(hand, cars[0].newest_pass.code)
    expect(hand.locator("[data-verdict=admit]")).to_be_visible()
    kept = "caches.keys().then(async (names) => (await Promise.all(names.map(async (name) => "
    kept += "(await (await caches.open(name)).keys()).map((each) => new URL(each.url).pathname)))).flat())"
    for _ in range(100):
        paths = hand.evaluate(kept)
        if at(ENTRY) in paths:
            break
        hand.wait_for_timeout(100)
    assert at(ENTRY) in paths
    assert [path for path in paths if not path.startswith("/static/")] == [at(ENTRY)]
    page_in_cache = "caches.match(location.pathname).then((each) => each.text())"
    assert cars[0].vin not in hand.evaluate(page_in_cache)
    hand.context.set_offline(True)
    hand.goto(reverse("checkpoint:resume"))
    assert hand.url.endswith(at(ENTRY))
    swipe(hand, cars[1].newest_pass.code)
    expect(hand.locator("[data-verdict]")).to_be_visible(timeout=10000)
    expect(hand.locator("[data-verdict=admit]")).to_have_count(0)
    assert Passage.objects.count() == 1


@pytest.mark.parametrize("language", ["zh-hans", "ru", "kk", "en"])
def test_the_thumb_finds_everything_in_gloves(open_page, violations, olga, oscar, cars, language):
    small = """() => [...document.querySelectorAll('main :is(button, input, summary, a.button)')]
        .filter((each) => each.offsetParent && !each.matches('[type=hidden]'))
        .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
        .filter(([, box]) => box.height < 47.5 || box.width < 47.5).map(([html]) => html)"""
    page = open_page(olga, width=360, language=language)
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(at(ENTRY))
    assert page.evaluate(small) == []
    assert page.locator("form[data-scan] button[type=submit]").bounding_box()["y"] >= LOWER_THIRD
    swipe(page, "rubbish rubbish")
    expect(page.locator("[data-verdict=stop]")).to_be_visible()
    assert page.locator("[data-verdict-close]").bounding_box()["y"] >= LOWER_THIRD
    other = open_page(oscar, width=360, language=language)
    other.set_viewport_size({"width": 360, "height": 640})
    other.goto(at(ENTRY))
    expect(other.locator("[data-scan-closed=TAKEN]")).to_be_visible()
    assert not violations(other)
    assert other.evaluate(small) == []
    assert other.locator("[data-scan-closed] button[name=lane]").bounding_box()["y"] >= LOWER_THIRD


def state(page):
    return page.evaluate("import('/static/checkpoint/offline/engine.js').then((engine) => engine.state())")


def until(page, what, *, seconds=30):
    for _ in range(seconds * 5):
        if what():
            return
        page.wait_for_timeout(200)
    raise AssertionError("it did not come to that")


@pytest.fixture
def ready(cars, hand):
    """The handheld with its list on it, and then without a network."""
    newest = manifests.publish(port="CNHRS", now=timezone.now()).version
    hand.reload()
    until(hand, lambda: state(hand)["manifest_version"] == newest)
    hand.context.set_offline(True)
    return hand


def test_without_a_network_the_officer_lifts_by_a_tap_and_it_is_delivered_once(ready, cars, olga):
    ready.get_by_text("What you see on the car").click()
    ready.get_by_label("VIN on the car").fill(cars[0].vin)
    swipe(ready, cars[0].newest_pass.code)
    shown = ready.locator("[data-verdict=provisional]")
    expect(shown).to_be_visible(timeout=10000)
    expect(shown.locator("[data-slot=age]")).to_have_text("0")
    ready.wait_for_timeout(2500)
    expect(shown).to_be_visible()
    shown.get_by_role("button", name="I lift the barrier").click()
    expect(shown).to_have_count(0)
    expect(ready.locator("[data-net]")).to_contain_text("To be delivered: 1", timeout=15000)
    assert not Passage.objects.exists()
    ready.context.set_offline(False)
    until(ready, lambda: state(ready)["queued"] == 0)
    passage = Passage.objects.get()
    assert (passage.vehicle, passage.officer) == (cars[0], olga)
    expect(ready.locator("[data-net]")).to_be_hidden(timeout=15000)
    ready.wait_for_timeout(6000)
    assert Passage.objects.count() == 1


def test_without_a_network_a_stop_is_a_stop_and_nothing_is_green(ready, cars):
    swipe(ready, "HTTPS://EXAMPLE.ORG/")
    expect(ready.locator("[data-verdict=stop]")).to_be_visible(timeout=10000)
    ready.wait_for_timeout(400)
    swipe(ready, cars[0].newest_pass.code)
    shown = ready.locator("[data-verdict=provisional]")
    expect(shown).to_be_visible(timeout=10000)
    shown.get_by_label("Read the VIN on the car itself").fill(cars[1].vin)
    ready.keyboard.press("Enter")
    expect(ready.locator("[data-verdict=stop]")).to_be_visible()
    expect(ready.locator("[data-lift]")).to_have_count(0)
    assert state(ready)["queued"] == 2


def test_what_the_device_says_can_be_read_by_everybody(ready, violations, cars):
    swipe(ready, cars[0].newest_pass.code)
    expect(ready.locator("[data-verdict=provisional]")).to_be_visible(timeout=10000)
    assert not violations(ready)
