"""Officers reach nothing with a password alone, the back-office included; tries are braked; sessions end."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver

from declarations.actions.people import accounts, colleagues, factors
from declarations.models import Role
from declarations.rates import buckets
from tests.authenticator import HOST, Passkey, app_of, code_of
from tests.cast import NOON
from tests.journeys.rows import is_back_office, walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _real(monkeypatch: pytest.MonkeyPatch) -> None:
    """The requirement as it is in production; nothing remembered of other tests' tries."""
    monkeypatch.setattr(settings, "OFFICERS_NEED_SECOND_FACTOR", True)
    monkeypatch.setattr(settings, "PASSKEY_HOST", HOST)
    monkeypatch.setattr(buckets, "_shunned_until", float("inf"))
    monkeypatch.setattr(buckets, "_local", {})


@pytest.fixture
def root(reference: None) -> User:
    """Runs the system."""
    return User.objects.create_superuser("root", password=PASSWORD)


def with_password(user: User) -> User:
    """The same person, who can sign in."""
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, user: User, **more: str) -> str:
    """Name and password; where it leads."""
    return str(client.post("/sign-in", {"username": user.username, "password": PASSWORD, **more})["Location"])


def paths() -> Iterator[str]:
    """Every page of the site, its parts filled with something."""
    filled = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1"}
    for route, _view in walk(get_resolver().url_patterns, ""):
        if "(?P" in route or route.startswith("api/"):
            continue
        yield "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda part: filled.get(part.group(1) or "", "1"), route)


OPEN = {"/sign-in/second", "/sign-out", "/i18n/setlang/"}


@pytest.mark.parametrize("who", ["carl", "root", "staff"])
@pytest.mark.parametrize("has_app", [False, True])
def test_an_officer_without_his_second_factor_reaches_nothing(carl: User, root: User, who: str, has_app: bool) -> None:
    staff = User.objects.create_user("staff", is_staff=True)
    user = {"carl": carl, "root": root, "staff": staff}[who]
    if has_app:
        app_of(user)
    client, tried = Client(), 0
    client.force_login(user)
    session = client.session
    session["generation"] = int(has_app)  # setting it up has ended what was there before
    session.save()
    for path in paths():
        if path in OPEN or (not has_app and path.startswith("/account/security")):
            continue
        for method in ("GET", "POST"):
            answer = client.generic(method, path)
            tried += 1
            assert answer.status_code == 302, (method, path, answer.status_code)
            wanted = "/sign-in/second?" if has_app else "/account/security"
            assert answer["Location"].startswith(wanted), (method, path, answer["Location"])
    assert tried > 200
    assert any(is_back_office(path[1:]) for path in paths())


def test_nobody_else_is_asked(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/").status_code == 200


def test_an_officer_sets_an_app_up_at_his_first_sign_in_and_goes_on(client: Client, carl: User) -> None:
    assert sign_in(client, with_password(carl)) == "/"
    assert client.get("/gate/")["Location"] == "/account/security"
    client.post("/account/security/app/begin")
    factor = carl.factors.get()
    assert client.get("/account/security/app").status_code == 200
    assert client.post("/account/security/app", {"code": "000000"}).status_code == 422
    page = client.post("/account/security/app", {"code": code_of(factor)})
    assert len(page.context["codes"]) == factors.CODES
    assert client.get("/gate/").status_code == 200


def test_after_the_password_comes_the_code_and_then_the_page_that_was_asked_for(client: Client, carl: User) -> None:
    factor = app_of(with_password(carl))
    where = sign_in(client, carl, next="/gate/desk")
    assert where == "/sign-in/second?next=%2Fgate%2Fdesk"
    assert "_auth_user_id" not in client.session
    assert client.get("/gate/desk")["Location"].startswith("/sign-in?")
    before = client.session.session_key
    wrong = client.post(where, {"code": "000000"})
    assert (wrong.status_code, "_auth_user_id" in client.session) == (422, False)
    assert client.post(where, {"code": code_of(factor), "next": "/gate/desk"})["Location"] == "/gate/desk"
    assert client.session.session_key != before
    assert client.get("/gate/desk").status_code == 200


def test_a_passkey_opens_as_well(client: Client, carl: User) -> None:
    passkey = Passkey()
    question = factors.ask_for_passkey(host=HOST, by=with_password(carl), account=carl.account)
    made = passkey.made(question.state)
    factors.add_passkey(host=HOST, state=question.state, answer=made, label="key", by=carl, now=NOON)
    sign_in(client, carl)
    assert client.post("/sign-in/second", {"passkey": "{}"}).status_code == 422
    client.get("/sign-in/second")
    signed = passkey.signed(client.session["passkey_asked"])
    assert client.post("/sign-in/second", {"passkey": signed})["Location"] == "/"
    assert client.get("/gate/").status_code == 200


def test_an_exporter_who_set_one_up_is_asked_for_it(client: Client, alice: User) -> None:
    factor = app_of(with_password(alice))
    assert sign_in(client, alice).startswith("/sign-in/second")
    assert client.get("/declarations").status_code == 302
    client.post("/sign-in/second", {"code": code_of(factor)})
    assert client.get("/declarations").status_code == 200


def test_half_a_sign_in_lasts_ten_minutes_and_ends_with_the_password(client: Client, carl: User) -> None:
    factor = app_of(with_password(carl))
    sign_in(client, carl)
    with time_machine.travel(NOON + timedelta(minutes=11), tick=False):
        assert client.get("/sign-in/second")["Location"] == "/sign-in"
    accounts.change_password(password="another horse battery", by=carl, now=NOON)
    assert client.post("/sign-in/second", {"code": code_of(factor)})["Location"] == "/sign-in"


def test_without_a_password_there_is_no_second_step(client: Client) -> None:
    assert client.get("/sign-in/second")["Location"] == "/sign-in"


def test_guessing_codes_is_braked_even_the_right_one_waits(client: Client, carl: User) -> None:
    factor = app_of(with_password(carl))
    sign_in(client, carl)
    for _try in range(5):
        assert client.post("/sign-in/second", {"code": "000000"}).status_code == 422
    answer = client.post("/sign-in/second", {"code": code_of(factor)})
    assert (answer.status_code, "_auth_user_id" in client.session) == (429, False)


def test_the_way_on_leads_nowhere_else(client: Client, alice: User) -> None:
    factor = app_of(with_password(alice))
    sign_in(client, alice)
    answer = client.post("/sign-in/second", {"code": code_of(factor), "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_a_session_ends_when_its_person_is_removed_or_recovered(client: Client, alice: User, bob: User) -> None:
    client.force_login(bob)
    assert client.get("/declarations").status_code == 200
    colleagues.remove(role_id=Role.objects.get(user=bob).pk, by=alice, now=NOON)
    assert client.get("/declarations")["Location"].startswith("/sign-in")
    assert "_auth_user_id" not in client.session


def test_signing_out_everywhere_else_leaves_this_session(client: Client, alice: User) -> None:
    other = Client()
    for each in (client, other):
        each.force_login(alice)
    assert client.post("/account/sessions")["Location"] == "/account"
    assert client.get("/account").status_code == 200
    assert other.get("/account")["Location"].startswith("/sign-in")


def test_an_idle_officer_is_signed_out_a_busy_one_and_the_wall_screen_are_not(carl: User, oscar: User) -> None:
    clients = {}
    for user in (carl, oscar):
        factor = app_of(with_password(user))
        clients[user.username] = client = Client()
        sign_in(client, user)
        client.post("/sign-in/second", {"code": code_of(factor)})
    for minutes, status, headers in (
        (0, 200, {}),
        (59, 200, {}),
        (118, 200, {}),
        (170, 200, {"HX-Request": "true"}),  # the page asks by itself
        (179, 302, {}),
    ):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            assert clients["carl"].get("/gate/", headers=headers).status_code == status, minutes
    with time_machine.travel(NOON + timedelta(minutes=179), tick=False):
        assert clients["oscar"].get("/gate/").status_code == 200


def test_what_outlives_a_session_asks_for_fresh_proof(client: Client, alice: User) -> None:
    factor = app_of(with_password(alice))
    sign_in(client, alice)
    client.post("/sign-in/second", {"code": code_of(factor)})
    assert client.get("/account/keys").status_code == 200
    with time_machine.travel(NOON + timedelta(minutes=16), tick=False):
        assert client.get("/account/keys")["Location"] == "/sign-in/second?next=%2Faccount%2Fkeys"
        assert client.post(f"/account/security/{factor.public_id}/remove")["Location"].startswith("/sign-in/second")
        step = (NOON + timedelta(minutes=16)).timestamp() // 30 - NOON.timestamp() // 30
        client.post("/sign-in/second", {"code": code_of(factor, away=int(step))})
        assert client.get("/account/keys").status_code == 200
