"""Settings fail with a sentence, and a production's are safe."""

import runpy
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests import check
from tests.source import ROOT

NEEDED = ["SECRET_KEY", "FIELD_KEYS", "DIGEST_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"]


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of a production, to spoil."""
    for name in ("PLAIN_HTTP", "DEBUG", "TRUST_PROXY", "LOG_FORMAT", "LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in check.production().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("config.logs.configure_logs", lambda **options: {})
    return monkeypatch


def read() -> dict[str, Any]:
    """The settings as this environment makes them."""
    return runpy.run_path(str(ROOT / "config" / "settings.py"))


@pytest.mark.parametrize("name", NEEDED)
def test_a_production_without_it_does_not_start_and_says_so(environ: pytest.MonkeyPatch, name: str) -> None:
    environ.delenv(name)
    with pytest.raises(ImproperlyConfigured, match=name):
        read()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("FIELD_KEYS", ""),
        ("FIELD_KEYS", "k1"),
        ("FIELD_KEYS", "k1:AAAA"),
        ("FIELD_KEYS", "k1:not base64"),
        ("FIELD_KEYS", "{0},{0}"),
        ("DIGEST_KEY", "AAAA"),
        ("ALLOWED_HOSTS", ""),
        ("DATABASE_URL", "sqlite:///file"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_an_unusable_value_is_named_and_not_shown(environ: pytest.MonkeyPatch, name: str, value: str) -> None:
    environ.setenv(name, value.format(check.production()["FIELD_KEYS"]))
    with pytest.raises(ImproperlyConfigured, match=name) as caught:
        read()
    assert "AAAA" not in str(caught.value)


def test_the_first_field_key_encrypts_and_the_others_still_decrypt(environ: pytest.MonkeyPatch) -> None:
    first, second = check.production()["FIELD_KEYS"], check.production()["FIELD_KEYS"]
    environ.setenv("FIELD_KEYS", f"{first.replace('k1:', 'new:')}, {second.replace('k1:', 'old:')}")
    keys = read()["FIELD_KEYS"]
    assert list(keys) == ["new", "old"]
    assert {len(key) for key in keys.values()} == {32}


def test_a_production_is_closed_by_default(environ: pytest.MonkeyPatch) -> None:
    found = read()
    assert found["DEBUG"] is False
    assert found["SESSION_COOKIE_NAME"] == "__Host-session"
    assert found["CSRF_COOKIE_NAME"] == "__Host-csrf"
    assert found["SECURE_SSL_REDIRECT"] is True
    assert "SECURE_PROXY_SSL_HEADER" not in found
    sources = {source for part in found["CONTENT_SECURITY_POLICY"]["DIRECTIVES"].values() for source in part}
    assert sources == {"'none'", "'self'", "data:"}


def test_a_proxy_is_believed_only_when_a_setting_says_so(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("TRUST_PROXY", "1")
    assert read()["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_plain_http_is_for_the_demo_and_needs_to_be_said(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("PLAIN_HTTP", "1")
    found = read()
    assert found["SESSION_COOKIE_NAME"] == "session"
    assert not found["SECURE_SSL_REDIRECT"]
    assert found["SECURE_HSTS_SECONDS"] == 0


def test_an_address_with_options_keeps_ours(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("DATABASE_URL", "postgresql://u:p@/db?host=/run/pg&sslmode=require")
    database = read()["DATABASES"]["default"]
    assert database["NAME"] == "db"
    assert database["OPTIONS"]["host"] == "/run/pg"
    assert database["OPTIONS"]["sslmode"] == "require"
    assert database["OPTIONS"]["server_side_binding"] is True


def test_work_is_acknowledged_late_and_orphans_come_back_soon(environ: pytest.MonkeyPatch) -> None:
    found = read()
    options = found["CELERY_BROKER_TRANSPORT_OPTIONS"]
    assert found["CELERY_TASK_ACKS_LATE"]
    assert found["CELERY_TASK_REJECT_ON_WORKER_LOST"]
    assert found["CELERY_WORKER_PREFETCH_MULTIPLIER"] == 1
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] == 1
    assert found["CELERY_TASK_TIME_LIMIT"] < options["visibility_timeout"]


def test_a_missing_setting_is_one_sentence_on_the_command_line() -> None:
    env = check.production()
    del env["DIGEST_KEY"]
    done = check.manage("check", env=env)
    assert done.returncode == 1
    assert done.stderr == "manage.py: Set the DIGEST_KEY environment variable\n"


def test_djangos_own_deployment_check_finds_nothing() -> None:
    done = check.manage("check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
