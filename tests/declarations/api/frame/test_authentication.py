"""Keys: stored as digests, revocable, each opening its own doors."""

from datetime import timedelta

import pytest

from declarations.models import ApiKey
from tests.caller import Caller, key_of
from tests.cast import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_without_a_key_it_is_401_and_says_how(call):
    reply = call(None).get("/declarations")
    assert (reply.status, reply.code) == (401, "KEY_NEEDED")
    assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "bearer \xff\xfe", "Token x", "Bearer sg_" + "x" * 5000],
)
def test_a_key_that_opens_nothing_is_401(call, reference, header):
    reply = Caller(None, Authorization=header).get("/declarations")
    assert reply.status == 401


def test_revoked_expired_and_orphaned_keys_open_nothing(alice):
    key = key_of(alice)
    assert Caller(key).get("/declarations").status == 200
    row = ApiKey.objects.get(user=alice)
    for change in ({"revoked_at": NOON}, {"expires_at": NOON - timedelta(seconds=1)}):
        ApiKey.objects.filter(pk=row.pk).update(**{"revoked_at": None, "expires_at": None, **change})
        assert Caller(key).get("/declarations").code == "KEY_UNKNOWN"
    ApiKey.objects.filter(pk=row.pk).update(revoked_at=None, expires_at=None)
    alice.is_active = False
    alice.save()
    assert Caller(key).get("/declarations").status == 401


def test_only_the_digest_is_stored(alice):
    key = key_of(alice)
    row = ApiKey.objects.get(user=alice)
    assert key not in (row.digest, row.hint, row.label)
    assert len(row.digest) == 64


def test_a_devices_key_opens_no_declaration_and_a_persons_no_barrier(call, alice, olga):
    reply = call("CNHRS-R1").get("/declarations")
    assert (reply.status, reply.code) == (403, "KEY_OF_DEVICE")
    for who in (alice, olga):
        reply = call(who).post("/scans", {})
        assert (reply.status, reply.code) == (403, "KEY_NOT_OF_DEVICE")


def test_a_session_opens_nothing(client, alice):
    client.force_login(alice)
    assert client.get("/api/v1/declarations").status_code == 401
