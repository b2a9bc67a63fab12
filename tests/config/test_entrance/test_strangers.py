"""What strangers may learn and how often they may ask: sign-up, links, lost passwords, languages."""

import json
import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from declarations.actions.people import accounts, colleagues
from declarations.models import Account, Invitation, Letter, Organisation, SignUp
from declarations.rates import buckets
from tests.cast import NOON, USCC, let_workers_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

ENGLISH = {"accept-language": "en"}
SENT = {
    "organisation": "Tianqi Motors",
    "uscc": USCC[2],
    "kind": "DEALER",
    "name": "Luo Min",
    "mail": "luo@example.org",
    "password": "four words are good",
}


@pytest.fixture(autouse=True)
def _fresh_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "_shunned_until", float("inf"))
    monkeypatch.setattr(buckets, "_local", {})


def without_token(page: bytes) -> str:
    """A page without what differs from request to request."""
    return re.sub(r"[A-Za-z0-9]{64}", "", page.decode())


def link() -> str:
    """The address in the newest mail, without the site's name."""
    let_workers_run()
    return mail.outbox[-1].body.split(settings.BASE_URL)[1].split()[0]


def test_from_the_first_page_to_the_first_draft(client: Client, reference: None) -> None:
    assert client.get("/sign-up").status_code == 200
    assert client.post("/sign-up", SENT, headers=ENGLISH).status_code == 200
    address = link()
    assert client.get(address).status_code == 200
    assert not User.objects.exists(), "a mailbox that follows links opens nothing"
    for guess in ({}, {"password": "four other words here"}):
        assert client.post(address, guess, headers=ENGLISH).status_code == 422
    assert not User.objects.exists()
    assert client.post(address, {"password": SENT["password"]})["Location"] == "/sign-in"
    assert client.get(address).status_code == 410
    signed_in = client.post("/sign-in", {"username": "LUO@example.org", "password": SENT["password"]})
    assert signed_in["Location"] == "/"
    page = client.get(f"/organisation/{USCC[2]}", headers=ENGLISH).content.decode()
    assert "Not verified yet" in page
    assert client.get("/declarations/new").status_code == 200


def test_an_address_that_is_known_is_answered_like_one_that_is_not(client: Client, alice: User) -> None:
    pages = []
    for address in ("luo@example.org", "alice@example.org"):
        page = client.post("/sign-up", {**SENT, "mail": address}, headers=ENGLISH)
        pages.append((page.status_code, without_token(page.content).replace(address, "")))
    assert pages[0] == pages[1]
    assert SignUp.objects.count() == 1
    pages = []
    for address in ("nobody@example.org", "alice@example.org"):
        page = client.post("/password", {"mail": address}, headers=ENGLISH)
        pages.append((page.status_code, without_token(page.content)))
    assert pages[0] == pages[1]
    let_workers_run()
    assert [sent.to for sent in mail.outbox] == [[SENT["mail"]], ["alice@example.org"], ["alice@example.org"]]


def test_an_organisation_that_is_known_is_said_to_be_so_and_no_more(
    client: Client, alice: User, tianshan: Organisation
) -> None:
    page = client.post("/sign-up", {**SENT, "uscc": tianshan.uscc}, headers=ENGLISH)
    assert page.status_code == 422
    assert "Ask a colleague there to invite you" in page.content.decode()
    assert tianshan.name not in page.content.decode()
    assert "alice" not in page.content.decode()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("password", text) for text in ("short", "password1234", "luo@example.org", "")),
        *(("uscc", text) for text in ("91110000600037341X", "", "9" * 40)),
        *(("mail", text) for text in ("luo", "", "luo@example.org\nBcc: x@example.org")),
        *(("kind", text) for text in ("AUTHORITY", "BANK", "")),
        ("name", ""),
        ("organisation", "\x00"),
    ],
)
def test_what_was_entered_wrong_is_said_at_its_field_and_nothing_is_kept(
    client: Client, reference: None, field: str, wrong: str
) -> None:
    page = client.post("/sign-up", {**SENT, field: wrong})
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not SignUp.objects.exists()


def test_guesses_behind_the_link_of_a_sign_up_are_braked(client: Client, reference: None) -> None:
    client.post("/sign-up", SENT, headers=ENGLISH)
    address = link()
    answers = [client.post(address, {"password": f"guess number {each}"}).status_code for each in range(11)]
    assert answers == [422] * 10 + [429]
    assert not User.objects.exists()


def test_sign_ups_from_one_address_are_braked(client: Client, reference: None) -> None:
    answers = [client.post("/sign-up", {**SENT, "mail": f"l{n}@example.org"}).status_code for n in range(6)]
    assert answers == [200] * 5 + [429]
    assert SignUp.objects.count() == 5


def test_links_for_one_mailbox_are_braked_known_or_not(client: Client, alice: User) -> None:
    for address in ("alice@example.org", "nobody@example.org"):
        answers = [client.post("/password", {"mail": address}).status_code for _time in range(4)]
        assert answers == [200, 200, 200, 429]


def test_a_lost_password_is_chosen_anew_once(client: Client, alice: User) -> None:
    other = Client()
    other.force_login(alice)
    client.post("/password", {"mail": "Alice@example.org"})
    address = link()
    assert client.get(address).status_code == 200
    assert client.post(address, {"password": "short"}).status_code == 422
    assert client.post(address, {"password": "four words are good"})["Location"] == "/sign-in"
    assert client.post(address, {"password": "four words are bad"}).status_code == 410
    assert User.objects.get(pk=alice.pk).check_password("four words are good")
    assert other.get("/account")["Location"].startswith("/sign-in")


@pytest.mark.parametrize("token", ["x", "x.y", f"{'0' * 32}.abc-def", "%00", "é"])
def test_a_link_that_never_was_is_a_page_that_says_so(client: Client, reference: None, token: str) -> None:
    for where in ("password", "sign-up", "invitations"):
        for method in (client.get, client.post):
            assert method(f"/{where}/{token}").status_code in (400, 404, 410)


def test_an_invitation_is_accepted_by_somebody_new(client: Client, alice: User, tianshan: Organisation) -> None:
    client.force_login(alice)
    sent = {"mail": "wang@example.org", "role": "exporter", "manages": ""}
    assert client.post(f"/organisation/{tianshan.uscc}/invite", sent)["Location"] == f"/organisation/{tianshan.uscc}"
    stranger = Client()
    address = link()
    assert tianshan.name in stranger.get(address).content.decode()
    assert stranger.post(address, {"name": "Wang", "password": "short"}).status_code == 422
    stranger.post(address, {"name": "Wang", "password": "four words are good"}, headers={"accept-language": "kk"})
    account = Account.objects.get(mail_confirmed_at=NOON, user__first_name="Wang")
    assert account.language == "kk"
    opened = stranger.post("/sign-in", {"username": "wang@example.org", "password": "four words are good"})
    assert opened.cookies[settings.LANGUAGE_COOKIE_NAME].value == "kk"
    assert stranger.get("/declarations").status_code == 200


def test_an_invitation_is_accepted_by_somebody_who_is_here(client: Client, alice: User, mallory: User) -> None:
    organisation = alice.roles.get().organisation_id
    colleagues.invite(
        organisation_id=organisation,
        mail="mallory@example.org",
        role="exporter",
        manages=False,
        language="en",
        by=alice,
        now=NOON,
    )
    token = json.loads(Letter.objects.get().content)["token"]
    refused = client.post(f"/invitations/{token}", {"name": "M", "password": "four words are good"})
    assert refused.status_code == 409
    client.force_login(mallory)
    assert client.post(f"/invitations/{token}")["Location"] == "/"
    assert Invitation.objects.get().accepted_by == mallory
    assert client.get("/organisation").status_code == 200, "there are two to choose from"


def test_the_language_that_was_chosen_is_there_at_the_next_sign_in(client: Client, alice: User) -> None:
    accounts.change_password(password="four words are good", by=alice, now=NOON)
    client.force_login(User.objects.get(pk=alice.pk))
    session = client.session
    session["generation"] = 1
    session.save()
    client.post("/i18n/setlang/", {"language": "ru", "next": "/"})
    assert Account.objects.get(user=alice).language == "ru"
    client.post("/i18n/setlang/", {"language": "xx", "next": "/"})
    assert Account.objects.get(user=alice).language == "ru"
    elsewhere = Client()
    answer = elsewhere.post("/sign-in", {"username": "alice", "password": "four words are good"})
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "ru"


def test_a_mail_is_written_in_the_language_of_whom_it_is_for(client: Client, alice: User) -> None:
    accounts.speak(language="ru", by=alice)
    client.post("/password", {"mail": "alice@example.org"}, headers=ENGLISH)
    let_workers_run()
    assert mail.outbox[0].subject == "Silkgate: новый пароль"
    assert mail.outbox[0].extra_headers["Message-ID"].startswith("<letter-")


def test_changing_the_password_asks_for_the_one_there_is(client: Client, alice: User) -> None:
    alice.set_password("correct horse battery")
    alice.save()
    client.force_login(alice)
    wrong = {"old_password": "guess", "new_password1": "four words are good"}
    assert client.post("/account/password", wrong).status_code == 422
    assert (
        client.post("/account/password", {**wrong, "old_password": "correct horse battery"})["Location"] == "/sign-in"
    )
    assert User.objects.get(pk=alice.pk).check_password("four words are good")
    assert "_auth_user_id" not in client.session or client.get("/account").status_code == 302
