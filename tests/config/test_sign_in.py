"""Signing in: guessing is slowed down, by name and for everybody the same."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from config.sign_in import TRIES
from declarations.api.frame.rates import buckets


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
