"""Links in a real browser: the driver's page on a phone, with and without a network; the importer's answer."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Error, expect

from declarations.actions import handing_over, linking
from declarations.clearance import holds
from declarations.lifecycle import VehicleStatus
from declarations.models import Vehicle
from declarations.words import Audience, Side
from seeds.photos import photo_of_a_car

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_brake")]

KEPT = "main[data-copy=kept]"


@pytest.fixture
def car(declaration):
    return Vehicle.objects.select_related("declaration").get(declaration=declaration(now=timezone.now()))


@pytest.fixture
def link(car, alice):
    return linking.make(vehicle_id=car.pk, audience=Audience.DRIVER, by=alice, now=timezone.now())


def to(link, name="driver"):
    return reverse(f"declarations:{name}", args=[link.token])


KEPT_ON_THE_PHONE = """async () => {
    const kept = await (await caches.open("driver-1")).keys();
    const paths = kept.map((each) => new URL(each.url).pathname);
    return paths.includes(location.pathname) && paths.includes(location.pathname + "/pass.svg")
        && paths.some((path) => path.endsWith("linked.css"));
}"""


def open_and_keep(page, link):
    """Open the page and wait until a copy of it and of its picture lies on the phone."""
    page.goto(to(link))
    # Asked from here: a function that the page itself polls may not be one that has to be waited for.
    for _look in range(100):
        if page.evaluate(KEPT_ON_THE_PHONE):
            return
        page.wait_for_timeout(100)
    raise AssertionError("no copy of the page after ten seconds")


def picture_is_drawn(page):
    return page.locator(".drive-code img").evaluate("(image) => image.complete && image.naturalWidth > 0")


def test_without_a_network_the_copy_says_since_when_and_never_plain_go(open_page, link):
    page = open_page(width=360)
    open_and_keep(page, link)
    expect(page.locator(".drive--go h1")).to_have_text("Go")
    expect(page.locator(".drive-kept")).to_be_hidden()
    page.context.set_offline(True)
    page.goto(to(link))
    expect(page.locator(KEPT)).to_have_count(1)
    expect(page.locator(".drive-kept")).to_contain_text("Go: as of ")
    expect(page.locator(".drive-kept")).to_contain_text("not checked since.")
    expect(page.locator(".drive h1")).to_be_hidden()
    assert picture_is_drawn(page)
    page.context.set_offline(False)
    page.goto(to(link))
    expect(page.locator(KEPT)).to_have_count(0)
    expect(page.locator(".drive h1")).to_be_visible()


def test_an_open_page_says_so_when_the_network_goes_and_looks_again_when_it_comes(open_page, link, car, carl):
    page = open_page(width=360)
    open_and_keep(page, link)
    page.context.set_offline(True)
    expect(page.locator(KEPT)).to_have_count(1)
    holds.place(declaration_id=car.declaration_id, reason_code="OTHER", text="look", by=carl, now=timezone.now())
    page.context.set_offline(False)
    expect(page.locator(".drive--wait h1")).to_have_text("Wait", timeout=20_000)
    expect(page.locator(KEPT)).to_have_count(0)


def test_an_ended_link_throws_the_copy_on_the_phone_away(open_page, link, alice, car):
    page = open_page(width=360)
    open_and_keep(page, link)
    linking.make(vehicle_id=car.pk, audience=Audience.DRIVER, by=alice, now=timezone.now())
    page.goto(to(link))
    expect(page.locator("h1")).to_have_text("There is a newer link")
    page.context.set_offline(True)
    with pytest.raises(Error, match="ERR_FAILED|ERR_INTERNET_DISCONNECTED"):
        page.goto(to(link))


@pytest.mark.parametrize("language", ["zh-hans", "en", "ru", "kk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_drivers_page_is_without_a_barrier_on_a_phone_in_four_languages(
    open_page, link, violations, language, scheme
):
    page = open_page(width=360, language=language, color_scheme=scheme)
    open_and_keep(page, link)
    assert not violations(page)
    page.context.set_offline(True)
    expect(page.locator(KEPT)).to_have_count(1)
    assert not violations(page)


def test_the_code_is_at_least_60_mm_wide_on_a_phone(open_page, link):
    page = open_page(width=360)
    page.goto(to(link))
    assert page.locator(".drive-code img").bounding_box()["width"] >= 60 / 25.4 * 96


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_importer_answers_on_a_phone(open_page, car, alice, link, scanner, violations, language):
    moment = timezone.now()
    importers = linking.make(vehicle_id=car.pk, audience=Audience.IMPORTER, by=alice, now=moment)
    code = handing_over.new_code(vehicle_id=car.pk, by=alice, now=moment)
    photo = [photo_of_a_car(Side.DEPARTURE, 1)]
    handing_over.photograph(link_id=link.pk, side=Side.DEPARTURE, contents=photo, now=moment)
    for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
        scanner(lane).scan(car, now=moment)
    page = open_page(width=360, language=language)
    page.goto(to(importers, "importer"))
    assert not violations(page)
    page.locator("main button[type=submit]").click()
    expect(page.locator(".field--wrong").first).to_be_visible()
    assert not violations(page)
    page.locator("input[value=WITH_REMARKS]").check()
    page.locator("[name=remarks]").fill("scratch")
    page.locator("[name=photos]").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo_of_a_car(Side.ARRIVAL, 2)}
    )
    page.locator("[name=code]").fill(code.lower())
    page.locator("main button[type=submit]").click()
    expect(page.locator(".handed--with_remarks")).to_contain_text("scratch")
    expect(page.locator(".photos img")).to_have_count(2)
    assert not violations(page)
    assert Vehicle.objects.get(pk=car.pk).status == VehicleStatus.HANDED_OVER


@pytest.mark.parametrize("width", [360, 1280])
def test_the_exporters_pages_of_links_are_without_a_barrier(open_page, alice, car, link, violations, width):
    page = open_page(alice, width=width)
    page.goto(reverse("declarations:links", args=[car.declaration.reference]))
    assert not violations(page)
    page.goto(reverse("declarations:vehicle-links", args=[car.declaration.reference, 1]))
    assert not violations(page)
    page.get_by_role("button", name="Make a new code").click()
    expect(page.locator(".hand-code")).to_be_visible()
    assert not violations(page)


VOICES = """
    Object.defineProperty(window, "SpeechSynthesisUtterance", {value: function (text) { this.text = text; }});
    Object.defineProperty(window, "speechSynthesis", {value: {
        getVoices: () => [{lang: "ru_RU"}], addEventListener: () => {}, cancel: () => {},
        speak: (said) => { window.said = [said.text, said.lang]; },
    }});
"""
"""A telephone with one voice; a machine for tests has none at all."""


def test_the_page_is_read_aloud_where_the_phone_has_a_voice_for_its_language(open_page, link):
    page = open_page(width=360)
    page.add_init_script(VOICES)
    page.goto(f"{to(link)}?lang=ru")
    page.get_by_role("button", name="Прочитать вслух").click()
    text, language = page.evaluate("window.said")
    assert (text.split(".")[0], language) == ("Можно ехать", "ru_RU")
    for other in ("kk", "kk-arab"):
        page.goto(f"{to(link)}?lang={other}")
        expect(page.locator(".drive h1")).to_be_visible()
        expect(page.locator(".drive-aloud")).to_be_hidden()
