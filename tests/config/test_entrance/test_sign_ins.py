"""Where a person is signed in: a list for himself alone, and the end of one or of all others."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from declarations.actions.people import accounts, sign_ins
from declarations.models import SignIn
from tests.refusals import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_guessing")]

CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19 Mobile Safari/604.1"
PASSWORD = "correct horse battery"
ACCOUNT = "/account"


@pytest.fixture
def no_guessing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Redis, and nothing remembered from other tests."""
    monkeypatch.setattr("declarations.rates.buckets._shunned_until", float("inf"))
    monkeypatch.setattr("declarations.rates.buckets._local", {})


def signed_in(user: User, agent: str = CHROME) -> Client:
    """A browser in which this person has signed in with his password."""
    user.set_password(PASSWORD)
    user.save()
    browser = Client(headers={"accept-language": "en", "user-agent": agent})
    assert browser.post("/sign-in", {"username": user.username, "password": PASSWORD}).status_code == 302
    return browser


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (CHROME, "Chrome · Windows"),
        (IPHONE, "Safari · iPhone"),
        (f"{CHROME} Edg/142.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/1 Mobile Safari/537 MicroMessenger/8", "WeChat · Android"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_device_is_told_in_two_words(agent: str, device: str) -> None:
    assert sign_ins.device_of(agent) == device


def test_the_account_lists_ones_own_sessions_and_marks_this_one(alice: User, bob: User) -> None:
    here = signed_in(alice)
    user = User.objects.get(pk=alice.pk)
    there = Client(headers={"accept-language": "en", "user-agent": IPHONE})
    there.post("/sign-in", {"username": user.username, "password": PASSWORD})
    signed_in(bob, "Firefox Linux")
    text = here.get(ACCOUNT).content.decode()
    assert "Chrome · Windows" in text
    assert "Safari · iPhone" in text
    assert "Firefox" not in text, "of nobody else"
    assert text.count("(this one)") == 1
    assert text.count('/end"') == 1
    keys = [browser.session.session_key or "" for browser in (here, there)]
    assert not any(key in text for key in keys)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(key, '') FROM declarations_signin")
        assert not any(key in cursor.fetchone()[0] for key in keys[:1])


def test_one_is_ended_at_once_and_only_by_its_owner(alice: User, mallory: User) -> None:
    here, there = signed_in(alice), Client(headers={"user-agent": IPHONE})
    there.post("/sign-in", {"username": alice.username, "password": PASSWORD})
    row = SignIn.objects.get(device="Safari · iPhone")
    stranger = signed_in(mallory)
    with nothing_written():
        assert stranger.post(f"{ACCOUNT}/sessions/{row.public_id}/end").status_code == 404
    assert there.get(ACCOUNT).status_code == 200
    assert here.post(f"{ACCOUNT}/sessions/{row.public_id}/end")["Location"] == ACCOUNT
    assert there.get(ACCOUNT)["Location"].startswith("/sign-in")
    assert here.get(ACCOUNT).status_code == 200
    assert here.post(f"{ACCOUNT}/sessions/{row.public_id}/end").status_code == 404


def test_ending_this_one_signs_out(alice: User) -> None:
    here = signed_in(alice)
    row = SignIn.objects.get()
    assert here.post(f"{ACCOUNT}/sessions/{row.public_id}/end")["Location"] == "/sign-in"
    assert here.get(ACCOUNT)["Location"].startswith("/sign-in")
    assert not SignIn.objects.exists()


def test_all_others_are_ended_and_this_one_goes_on_under_another_key(alice: User) -> None:
    here, there = signed_in(alice), Client(headers={"user-agent": IPHONE})
    there.post("/sign-in", {"username": alice.username, "password": PASSWORD})
    former = here.session.session_key
    assert here.post(f"{ACCOUNT}/sessions")["Location"] == ACCOUNT
    assert there.get(ACCOUNT)["Location"].startswith("/sign-in")
    text = here.get(ACCOUNT).content.decode()
    assert here.session.session_key != former
    assert "(this one)" in text
    assert "iPhone" not in text


def test_who_signed_out_or_whose_sessions_were_ended_has_none(alice: User) -> None:
    signed_in(alice).post("/sign-out")
    here = signed_in(alice)
    assert here.get(ACCOUNT).content.decode().count("Chrome · Windows") == 1
    assert SignIn.objects.count() == 1, "what is over is forgotten at the next sign-in"
    accounts.end_all_sessions(by=alice)
    again = signed_in(alice)
    assert again.get(ACCOUNT).content.decode().count("Chrome · Windows") == 1
