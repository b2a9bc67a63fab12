"""Telephones that want news: only of push services that we know, one row per telephone, greeted once."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection

from declarations import actions, tasks
from declarations.actions import linking, subscribing
from declarations.clearance import holds
from declarations.lifecycle import Owed
from declarations.messengers import push
from declarations.models import OutboxTask, Phone
from declarations.words import Audience
from tests.cast import NOON, let_workers_run
from tests.refusals import nothing_written, refusal, unacceptable

pytestmark = pytest.mark.django_db

ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc:DEF_1-2"
POINT = ec.derive_private_key(7, ec.SECP256R1()).public_key()
PUBLIC_KEY = (
    base64.urlsafe_b64encode(POINT.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).rstrip(b"=").decode()
)
NO_POINT = base64.urlsafe_b64encode(b"\4" + b"k" * 64).rstrip(b"=").decode()
"""As long as a key, and on no curve: nothing can be encrypted for it."""

SECRET = base64.urlsafe_b64encode(b"s" * 16).rstrip(b"=").decode()


@pytest.fixture
def link(declaration, alice):
    return linking.make(vehicle_id=declaration().vehicles.get().pk, audience=Audience.DRIVER, by=alice, now=NOON)


def subscribe(link, endpoint=ENDPOINT, public_key=PUBLIC_KEY, secret=SECRET):
    return subscribing.subscribe(
        link_id=link.pk, endpoint=endpoint, public_key=public_key, secret=secret, language="ru", now=NOON
    )


def test_where_a_phone_is_reached_is_sealed(link):
    phone = subscribe(link)
    assert (phone.endpoint, list(Phone.objects.listening())) == (ENDPOINT, [phone])
    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM declarations_phone p")
        kept = cursor.fetchone()[0]
    for secret in ("fcm", "abc:DEF_1-2", PUBLIC_KEY, SECRET):
        assert secret not in kept


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://fcm.googleapis.com/x",
        "https://example.org/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://localhost/x",
        "https://169.254.169.254/latest/meta-data",
        "https://fcm.googleapis.com.example.org/x",
        "https://evilfcm.googleapis.com.test/x",
        "https://notfcm.googleapis.com@127.0.0.1/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8080/x",
        "https://fcm.googleapis.com:99999/x",
        "https://fcm.googleapis.com\\@127.0.0.1/x",
        "https://fcm.googleapis.com /x",
        "https://fcm.googleapis.com/\n",
        "https://fсm.googleapis.com/x",
        "https://fcm.googleapis.com/" + "x" * 1000,
        "file:///etc/passwd",
        "//fcm.googleapis.com/x",
    ],
)
def test_nothing_but_a_known_push_service_over_https_is_ever_asked(link, endpoint):
    with unacceptable(("PUSH_ADDRESS", "/endpoint")):
        subscribe(link, endpoint)


@pytest.mark.parametrize(
    "endpoint", ["https://updates.push.services.mozilla.com/wpush/v2/x", "https://web.push.apple.com/x"]
)
def test_the_services_of_other_browsers_are_known(link, endpoint):
    assert subscribe(link, endpoint).endpoint == endpoint


@pytest.mark.parametrize(
    ("public_key", "secret"), [("", SECRET), (PUBLIC_KEY, ""), ("é", SECRET), (SECRET, PUBLIC_KEY), (NO_POINT, SECRET)]
)
def test_keys_that_are_none_are_refused(link, public_key, secret):
    with unacceptable(("PUSH_KEYS", "/keys")):
        subscribe(link, public_key=public_key, secret=secret)


def test_asked_twice_it_is_one_phone_greeted_once(link):
    first = subscribe(link)
    with nothing_written():
        assert subscribe(link) == first
    assert OutboxTask.objects.filter(kind=Owed.GREET_PHONE).count() == 1


def test_a_phone_that_came_back_with_new_keys_is_one_phone(link):
    subscribe(link)
    secret = base64.urlsafe_b64encode(b"t" * 16).decode()
    subscribe(link, secret=secret)
    assert Phone.objects.get().secret == secret


def test_of_many_phones_the_newest_are_told(link):
    phones = [subscribe(link, f"{ENDPOINT}{number}") for number in range(7)]
    assert set(Phone.objects.listening()) == set(phones[-5:])


def test_an_ended_link_takes_no_phone(link, alice):
    linking.make(vehicle_id=link.vehicle_id, audience=Audience.DRIVER, by=alice, now=NOON)
    with refusal("LINK_ENDED"):
        subscribe(link)


def test_a_new_phone_is_greeted_in_its_language_with_the_way_to_its_page(link, monkeypatch):
    said = []
    monkeypatch.setattr(push, "send", lambda phone, **what: said.append((phone, what["text"], what["url"])) or True)
    phone = subscribe(link)
    let_workers_run()
    assert [(phone, f"/d/{link.token}")] == [(told, url) for told, _text, url in said]
    assert said[0][1] != str(subscribing.GREETING), "in Russian"


def test_a_phone_that_nobody_listens_on_is_not_told_again(link, monkeypatch):
    monkeypatch.setattr(push, "send", lambda phone, **_what: False)
    phone = subscribe(link)
    let_workers_run()
    assert not Phone.objects.listening().exists()
    assert subscribing.greeting(phone_id=phone.pk) is None
    tasks._greet(phone.pk, NOON)


def test_what_happens_is_said_on_the_phone_of_whoever_drives(link, carl, monkeypatch):
    said = []
    monkeypatch.setattr(push, "send", lambda phone, **what: said.append((phone, what["text"], what["url"])) or True)
    phone = subscribe(link)
    let_workers_run()
    said.clear()
    vehicle = link.vehicle
    holds.place(
        declaration_id=vehicle.declaration_id,
        vehicle_id=vehicle.pk,
        reason_code="OTHER",
        text="inner",
        by=carl,
        now=NOON,
    )
    let_workers_run()
    ((told, text, url),) = said
    assert (told, url) == (phone, f"/d/{link.token}")
    assert vehicle.vin[-6:] in text
    assert "inner" not in text


def test_somebody_elses_news_are_not_said_on_the_former_drivers_phone(link, alice, carl, monkeypatch):
    said = []
    monkeypatch.setattr(push, "send", lambda phone, **what: said.append((phone, what["text"])) or True)
    former = subscribe(link)
    let_workers_run()
    said.clear()
    vehicle = link.vehicle
    driver = {"name": "Wang Wu", "passport_number": "E11223344", "nationality": "CN"}
    actions.amend(
        declaration_id=vehicle.declaration_id,
        vehicle_id=vehicle.pk,
        body={"vehicles": [{"vin": vehicle.vin, "driver": driver}]},
        by=alice,
        now=NOON,
    )
    let_workers_run()
    assert [phone for phone, _text in said] == [former], "that somebody else drives now, and nothing more"
    said.clear()
    holds.place(
        declaration_id=vehicle.declaration_id, vehicle_id=vehicle.pk, reason_code="OTHER", text="x", by=carl, now=NOON
    )
    let_workers_run()
    assert said == []
