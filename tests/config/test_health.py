"""The probes tell a load balancer the truth."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django.fixtures import Settings

from config import health


def test_a_live_program_says_so_without_a_database(client: Client) -> None:
    answer = client.get("/livez")
    assert answer.status_code == 200
    assert answer.json() == {"status": "up"}


@pytest.mark.django_db
def test_a_migrated_database_makes_it_ready(client: Client) -> None:
    assert client.get("/readyz").status_code == 200


def test_a_silent_database_makes_it_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(health, "_not_ready_because", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reason"] == "the database does not answer"
    assert answer["Retry-After"] == "5"


@pytest.mark.django_db
def test_a_missing_migration_makes_it_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health._seen, "migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reason"] == "migrations are missing"


def test_probes_come_from_inside_without_tls_and_with_any_host(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/livez", headers={"Host": "10.0.0.7:8000"}).status_code == 200


@pytest.mark.django_db
def test_a_silent_broker_changes_nothing(client: Client, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert client.get("/readyz").status_code == 200
