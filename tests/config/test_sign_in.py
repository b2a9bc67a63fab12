"""Signing in: guessing is slowed down, by name and for everybody the same."""

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from config import sign_in
from config.sign_in import TRIES
from declarations.rates import buckets


@pytest.fixture(autouse=True)
def _fresh_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Redis, and nothing remembered from other tests."""
    monkeypatch.setattr(buckets, "_shunned_until", float("inf"))
    monkeypatch.setattr(buckets, "_local", {})


@pytest.mark.django_db
def test_after_ten_wrong_passwords_even_the_right_one_has_to_wait(client: Client) -> None:
    User.objects.create_user("alice", password="correct horse battery")
    for _try in range(int(TRIES)):
        assert client.post("/sign-in", {"username": "alice", "password": "guess"}).status_code == 200
    answer = client.post("/sign-in", {"username": "alice", "password": "correct horse battery"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= 30
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_a_brake_on_one_name_does_not_stop_another(client: Client) -> None:
    User.objects.create_user("bob", password="correct horse battery")
    for _try in range(int(TRIES) + 1):
        client.post("/sign-in", {"username": "alice", "password": "guess"})
    assert client.post("/sign-in", {"username": "bob", "password": "correct horse battery"}).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("spelling", ["  alice", "alice\t", "\uff41lice", "\U0001d41alice"])
def test_another_spelling_of_the_same_name_finds_the_same_brake(client: Client, spelling: str) -> None:
    User.objects.create_user("alice", password="correct horse battery")
    for _try in range(int(TRIES)):
        client.post("/sign-in", {"username": "alice", "password": "guess"})
    answer = client.post("/sign-in", {"username": spelling, "password": "correct horse battery"})
    assert answer.status_code == 429
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_the_back_office_has_no_sign_in_of_its_own(client: Client) -> None:
    User.objects.create_superuser("root", password="correct horse battery")
    answer = client.post(
        "/admin/login/?next=/admin/auth/user/", {"username": "root", "password": "correct horse battery"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=/admin/auth/user/")
    assert "_auth_user_id" not in client.session
    assert client.get("/admin/login/")["Location"] == "/sign-in?next=/admin/"


@pytest.mark.django_db
def test_after_signing_out_the_browser_forgets_what_it_showed(client: Client) -> None:
    client.force_login(User.objects.create_user("alice"))
    assert "Clear-Site-Data" not in client.get("/")
    assert client.post("/sign-out")["Clear-Site-Data"] == '"cache", "storage"'
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_who_may_not_enter_the_back_office_is_told_so_instead_of_being_sent_round(client: Client) -> None:
    client.force_login(User.objects.create_user("alice"))
    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(("trusted", "code"), [(False, 429), (True, 200)])
def test_behind_a_trusted_proxy_one_guesser_does_not_stop_everybody(
    client: Client, monkeypatch: pytest.MonkeyPatch, trusted: bool, code: int
) -> None:
    monkeypatch.setattr(settings, "SECURE_PROXY_SSL_HEADER", ("HTTP_X_FORWARDED_PROTO", "https") if trusted else None)
    monkeypatch.setattr(sign_in, "TRIES_OF_ADDRESS", 2.0)
    for guess in range(3):
        headers = {"X-Forwarded-For": f"10.0.0.{guess}, 203.0.113.7"}
        last = client.post("/sign-in", {"username": f"nobody{guess}"}, headers=headers)
    assert last.status_code == 429
    other = client.post("/sign-in", {"username": "alice"}, headers={"X-Forwarded-For": "203.0.113.8"})
    assert other.status_code == code


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/account", "/ferrymen", "/declarations", "/nothing-here"])
def test_what_somebody_reads_who_is_signed_in_is_kept_by_no_cache(client: Client, alice: User, address: str) -> None:
    client.force_login(alice)
    assert client.get(address)["Cache-Control"] == "private, no-store"
