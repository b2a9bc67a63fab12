"""Web Push: encrypted for one browser, signed by the site, and what the push service's answer means."""

import base64
import json
import os
from types import SimpleNamespace

import http_ece
import pytest
import pywebpush
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from declarations.messengers import push
from declarations.models import Phone
from tests.cast import NOON

ENDPOINT = "https://fcm.googleapis.com/fcm/send/CANARY"


class Browser:
    """A browser with keys of its own, and the push service before it."""

    def __init__(self, monkeypatch):
        self.key, self.secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        self.asked, self.status = [], 201
        monkeypatch.setattr(pywebpush.requests, "post", self.post)

    @property
    def phone(self):
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = [base64.urlsafe_b64encode(raw).rstrip(b"=").decode() for raw in (public, self.secret)]
        return Phone(endpoint=ENDPOINT, public_key=keys[0], secret=keys[1], language="ru")

    def post(self, url, data, headers, timeout, **_more):
        self.asked.append(SimpleNamespace(url=url, data=data, headers=headers, timeout=timeout))
        if isinstance(self.status, Exception):
            raise self.status
        return SimpleNamespace(status_code=self.status, reason="", text="CANARY", headers={})


@pytest.fixture
def browser(monkeypatch):
    return Browser(monkeypatch)


def send(browser):
    return push.send(browser.phone, text="请出发", url="/d/x", now=NOON)


def test_the_browser_alone_can_read_it(browser):
    assert send(browser) is True
    (asked,) = browser.asked
    told = http_ece.decrypt(asked.data, private_key=browser.key, auth_secret=browser.secret)
    assert json.loads(told) == {"text": "请出发", "url": "/d/x"}
    assert asked.url == ENDPOINT
    assert asked.timeout == push.TIMEOUT_S


def test_it_is_signed_with_the_key_that_the_page_names(browser):
    send(browser)
    sent = browser.asked[0].headers["Authorization"]
    assert sent.endswith(f"k={push.public_key(settings.VAPID_PRIVATE_KEY)}")
    claims = sent.split("t=")[1].split(",")[0].split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert told["aud"] == "https://fcm.googleapis.com"
    assert told["sub"] == settings.VAPID_SUBJECT


@pytest.mark.parametrize("status", [404, 410])
def test_where_nobody_listens_it_says_so(browser, status):
    browser.status = status
    assert send(browser) is False


@pytest.mark.parametrize("status", [400, 413, 429, 500, 503, OSError("no route"), TimeoutError()])
def test_any_other_refusal_is_worth_another_try_and_names_neither_address_nor_words(browser, status):
    browser.status = status
    with pytest.raises(push.PushFailed) as caught:
        send(browser)
    assert "CANARY" not in str(caught.value)


def test_without_a_key_no_page_offers_news(settings):
    assert push.is_ready()
    settings.VAPID_PRIVATE_KEY = ""
    assert not push.is_ready()
