"""The driver's page: what it says, what it never says, whom it lets in, and what a browser may keep of it."""

import base64
import re
from dataclasses import fields

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from declarations import actions
from declarations.actions import linking
from declarations.clearance import holds, inspections
from declarations.models import HandOverPhoto, Link, Phone
from declarations.views.linked import frame
from declarations.views.linked.driver import Sheet
from declarations.words import Audience, Side
from tests.cast import NOON, vehicle_body
from tests.declarations.test_actions.test_handing_over import picture
from tests.declarations.test_actions.test_subscribing import ENDPOINT, PUBLIC_KEY, SECRET
from tests.refusals import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "no_brake")]

DRIVER = {
    "name": "CANARY-NAME Li",
    "passport_number": "E87654321",
    "nationality": "CN",
    "phone": "13912345678",
    "card": "CANARY-CARD",
}
NEVER_TOLD = ("CANARY", "E87654321", "13912345678", "89800", "Tianshan", "8703", "alice")


@pytest.fixture
def row(declaration):
    return declaration(
        bodies=[vehicle_body(1, driver=DRIVER)],
        functional_reference="CANARY-118",
        contract_number="CANARY-contract",
        consignee={"name": "CANARY Motors", "country": "KZ", "address": "CANARY street"},
    )


@pytest.fixture
def link(row, alice):
    return linking.make(vehicle_id=row.vehicles.get().pk, audience=Audience.DRIVER, by=alice, now=NOON)


def to(link, name="driver"):
    return reverse(f"declarations:{name}", args=[link.token])


@pytest.fixture
def read():
    """What somebody without an account reads."""
    return lambda address, language="en": Client().get(address, headers={"accept-language": language})


def test_ready_is_go_with_why_where_when_and_the_pass(link, read, row):
    text = read(to(link)).content.decode()
    newest = row.vehicles.get().newest_pass
    for told in (
        "drive--go",
        "Everything is in order.",
        "Drive to the port and show this code at the gate.",
        "Horgos",
        "Gate: yard entry",
        "霍尔果斯市",
        "2026-11-23 12:00",
        "Beijing time",
        "As of 12:00",
        "新A00001临",
        "Tesla Model 3",
        "white",
        f'src="{to(link, "driver-code")}?v={newest.version}"',
    ):
        assert told in text, told
    for part in newest.manual_code.split("-"):
        assert part in text


@pytest.mark.parametrize(
    ("language", "word"), [("zh-hans", "可以通行"), ("ru", "Можно ехать"), ("kk", "Жүруге болады"), ("en", "Go")]
)
def test_it_speaks_four_languages_and_remembers_the_one_that_was_chosen(link, language, word):
    phone = Client()
    assert f"<h1>{word}</h1>" in phone.get(f"{to(link)}?lang={language}").content.decode()
    assert f"<h1>{word}</h1>" in phone.get(to(link), headers={"accept-language": "en"}).content.decode()


def test_the_browsers_language_is_taken_where_none_was_chosen(link, read):
    assert '<html lang="ru">' in read(to(link), "ru-RU,ru;q=0.9").content.decode()
    assert '<html lang="zh-hans">' in read(to(link), "fr").content.decode()


def test_the_page_is_made_of_these_fields_and_no_others():
    """The list of what a stranger with the link may know: add to it only on purpose."""
    assert {each.name for each in fields(Sheet)} == {
        *("signal", "word", "why", "step", "port", "gate", "address", "arrival_at", "ready_until", "valid_until"),
        *("vehicle", "colour", "plate", "vin_tail", "code_href", "manual_code"),
        *("photo_side", "departure_photos", "arrival_photos"),
        "bays",
    }


@pytest.mark.parametrize("language", ["zh-hans", "en", "ru", "kk"])
def test_it_names_no_person_no_price_and_no_whole_vin(link, read, row, language):
    vehicle = row.vehicles.get()
    for address in (to(link), to(link, "driver-code")):
        text = read(address, language).content.decode()
        for fact in (*NEVER_TOLD, vehicle.vin, row.reference):
            assert fact not in text, fact
    assert vehicle.vin[-6:] in read(to(link)).content.decode()


def test_a_hold_is_wait_without_its_reason(link, read, row, carl):
    holds.place(declaration_id=row.pk, reason_code="OTHER", text="CANARY inner", by=carl, now=NOON)
    text = read(to(link)).content.decode()
    assert "drive--wait" in text
    assert "CANARY" not in text


def test_an_inspection_is_told_once_the_vehicle_is_in_the_yard_and_never_before(link, read, row, carl, scanner):
    vehicle = row.vehicles.get()
    inspections.order(vehicle_id=vehicle.pk, text="CANARY", by=carl, now=NOON)
    text = read(to(link)).content.decode()
    assert "drive--go" in text
    assert "nspect" not in text
    scanner("CNHRS-E1").scan(vehicle)
    text = read(to(link)).content.decode()
    assert "Drive to the inspection bay." in text
    assert "CANARY" not in text


def test_withdrawn_is_stop_without_a_pass(link, read, row, alice):
    actions.withdraw_vehicle(
        declaration_id=row.pk, vehicle_id=row.vehicles.get().pk, reason="CANARY", by=alice, now=NOON
    )
    text = read(to(link)).content.decode()
    assert "drive--stop" in text
    assert "drive-code" not in text
    assert read(to(link, "driver-code")).status_code == 404


@pytest.mark.parametrize("audience", ["driver", "importer"])
def test_no_search_engine_no_cache_between_and_no_other_site_learns_of_it(link, read, alice, audience):
    if audience == "importer":
        link = linking.make(vehicle_id=link.vehicle_id, audience=Audience.IMPORTER, by=alice, now=NOON)
    for address in (to(link, audience), to(link, audience)[:-1] + "0"):
        reply = read(address)
        assert reply["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert reply["Referrer-Policy"] == "no-referrer"
        assert reply["Cache-Control"] == "private, no-store"
        assert "csrf" not in reply.content.decode()
        assert not reply.cookies


def test_unknown_and_malformed_look_alike_and_an_ended_one_is_gone(link, read, alice):
    unknown, malformed = read("/d/" + "a" * 32), read("/d/xyz")
    assert (unknown.status_code, malformed.status_code) == (404, 404)
    assert unknown.content == malformed.content
    linking.make(vehicle_id=link.vehicle_id, audience=Audience.DRIVER, by=alice, now=NOON)
    ended = read(to(link))
    assert ended.status_code == 410
    assert "There is a newer link" in ended.content.decode()


def test_the_importers_token_opens_no_drivers_page(link, read, alice):
    importers = linking.make(vehicle_id=link.vehicle_id, audience=Audience.IMPORTER, by=alice, now=NOON)
    assert read(to(importers)).status_code == 404
    assert read(to(link, "importer")).status_code == 404


def test_the_former_driver_reads_that_somebody_else_drives_and_nothing_of_the_car(link, read, row, alice):
    driver = {"name": "Zhang San", "passport_number": "E99999999", "nationality": "CN"}
    vehicle = row.vehicles.get()
    actions.amend(
        declaration_id=row.pk, body={"vehicles": [{"driver": driver}]}, vehicle_id=vehicle.pk, by=alice, now=NOON
    )
    reply = read(to(link))
    text = reply.content.decode()
    assert reply.status_code == 410
    assert "Somebody else drives this vehicle now" in text
    for fact in (vehicle.vin[-6:], vehicle.plate, "Tesla", *NEVER_TOLD):
        assert fact not in text
    assert read(to(Link.objects.live().get())).status_code == 200


def test_whoever_guesses_is_braked_and_whoever_asks_too_often_too(link, read, monkeypatch):
    monkeypatch.setattr(frame, "MISSES", 3.0)
    assert [read("/d/" + "a" * 32).status_code for _ in range(5)] == [404, 404, 404, 429, 429]
    assert read(to(link)).status_code == 200, "who has the link is not held up by them"
    monkeypatch.setattr(frame, "BURST", 1.0)
    monkeypatch.setattr(frame, "PER_S", 0.01)
    read(to(link))
    reply = read(to(link))
    assert reply.status_code == 429
    assert int(reply["Retry-After"]) > 0


def test_the_driver_sends_photos_and_sees_how_many_are_kept(link, tmp_path):
    phone, file = Client(headers={"accept-language": "en"}), tmp_path / "a.jpg"
    file.write_bytes(picture())
    with file.open("rb") as photo:
        reply = phone.post(to(link, "driver-photos"), {"side": Side.DEPARTURE, "photos": photo})
    assert reply["Location"] == to(link)
    assert "1 photo kept" in phone.get(to(link)).content.decode()
    assert HandOverPhoto.objects.get().side == Side.DEPARTURE


@pytest.mark.parametrize("side", ["ARRIVAL", "DEPARTURE", "", "\0"])
def test_what_cannot_be_kept_is_said_on_the_page(link, side, tmp_path):
    file = tmp_path / "a.jpg"
    file.write_bytes(b"no photo")
    with nothing_written(), file.open("rb") as photo:
        reply = Client(headers={"accept-language": "en"}).post(
            to(link, "driver-photos"), {"side": side, "photos": photo}
        )
    assert reply.status_code == 200
    assert 'role="alert"' in reply.content.decode()


def test_a_form_from_a_page_without_origin_or_cookie_is_taken(link):
    """Under `no-referrer` a browser sends `Origin: null`; the address alone is the key."""
    strict = Client(enforce_csrf_checks=True, headers={"origin": "null"})
    sent = {"endpoint": ENDPOINT, "p256dh": PUBLIC_KEY, "auth": SECRET}
    assert strict.post(to(link, "driver-phone"), sent).status_code == 204
    assert Phone.objects.get().endpoint == ENDPOINT


def test_a_push_address_that_is_none_is_refused_with_a_sentence(link):
    with nothing_written():
        reply = Client(headers={"accept-language": "en"}).post(
            to(link, "driver-phone"), {"endpoint": "https://10.0.0.1"}
        )
    assert (reply.status_code, reply.json()["code"]) == (422, "PUSH_ADDRESS")
    assert Client().post(to(link, "driver-phone")).status_code == 422


def test_news_are_offered_only_where_they_can_be_sent(link, read, settings):
    assert "data-listen" in read(to(link)).content.decode()
    settings.VAPID_PRIVATE_KEY = ""
    assert "data-listen" not in read(to(link)).content.decode()


def test_the_worker_may_speak_for_drivers_pages_alone(read):
    reply = read(reverse("declarations:driver-worker"))
    assert reply["Content-Type"].startswith("text/javascript")
    assert reverse("declarations:driver-worker").startswith("/d/")
    assert "Service-Worker-Allowed" not in reply


def test_all_that_the_first_page_loads_is_below_100_kb(link, read):
    text = read(to(link)).content.decode()
    total = len(text.encode())
    for address in re.findall(r'(?:href|src)="(/[^"?#]+)', text):
        if address.startswith("/static/"):
            found = finders.find(address.removeprefix("/static/"))
            with open(found, "rb") as file:
                total += len(file.read())
        elif address.endswith(".svg"):
            total += len(read(address).content)
    assert total < 100_000, total


def test_an_unread_language_changes_nothing(link, read):
    assert read(f"{to(link)}?lang=xx").status_code == 200
    assert read(f"{to(link)}?lang=%00").status_code == 400


def test_it_costs_as_many_queries_however_long_the_declaration(declaration, alice, django_assert_max_num_queries):
    row = declaration(vehicles=12)
    linking.make_all(declaration_id=row.pk, audience=Audience.DRIVER, by=alice, now=NOON)
    with django_assert_max_num_queries(16):
        Client().get(to(Link.objects.first()))


def test_the_site_has_a_public_key_that_a_browser_takes():
    raw = base64.urlsafe_b64decode(settings.VAPID_PRIVATE_KEY + "=")
    assert len(raw) == 32


def test_it_is_written_in_the_arabic_script_for_who_reads_kazakh_so_and_remembered(link):
    phone = Client()
    for address in (f"{to(link)}?lang=kk-arab", to(link)):
        text = phone.get(address, headers={"accept-language": "ru"}).content.decode()
        assert '<html lang="kk-Arab" dir="rtl">' in text
        assert "<h1>جۇرۋگە بولادى</h1>" in text
        assert "Русский" in text, "the other languages keep their names"
    assert '<html lang="ru">' in phone.get(f"{to(link)}?lang=ru").content.decode()
    assert '<html lang="ru">' in phone.get(to(link)).content.decode()


def test_from_right_to_left_days_hours_and_codes_keep_their_order(link, row):
    text = Client().get(f"{to(link)}?lang=kk-arab").content.decode()
    assert '<bdi class="text-nowrap" dir="ltr">2026-11-23 12:00</bdi>' in text
    outside = re.sub(r"<bdi[^>]*>[^<]*</bdi>|<[^>]*>", "", text)
    assert not re.search(r"(?<!\u2066)20\d\d-\d\d-\d\d", outside), "no moment stands in the sentence unprotected"
    assert '<span class="grouped" dir="ltr">' in text


def test_the_page_says_to_which_bay_and_in_which_order_once_the_vehicle_is_in_the_port(read, link, sam, scanner):
    vehicle = link.vehicle
    for agency in ("CUSTOMS", "QUARANTINE"):
        inspections.order(vehicle_id=vehicle.pk, text="CANARY", agency=agency, by=sam, now=NOON)
    assert 'class="drive-bays"' not in read(to(link)).content.decode()
    scanner("CNHRS-E1").scan(vehicle)
    page = read(to(link)).content.decode()
    assert 0 < page.index("Quarantine bay 2") < page.index("Customs bay 1")
    assert "CANARY" not in page
    assert "Карантинный бокс 2" in read(to(link), "ru").content.decode()
    for row in vehicle.inspections.all():
        inspections.start(public_id=row.public_id, by=sam, now=NOON) if row.agency == "QUARANTINE" else None
        inspections.waive(public_id=row.public_id, reason="clean", by=sam, now=NOON)
    page = read(to(link)).content.decode()
    assert ("Quarantine bay" in page, "Drive to the release gate" in page) == (False, True)
