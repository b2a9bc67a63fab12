"""Keys: what a scope lets through, the day of the last use, and that a revoked one opens nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from declarations.actions.people import keys
from declarations.clearance import verification
from declarations.models import ApiKey, Organisation, PartyHistory
from tests.caller import Caller, key_of
from tests.cast import NOON, declaration_body
from tests.refusals import nothing_written, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_a_key_that_reads_acts_nowhere(alice: User) -> None:
    caller = Caller(key_of(alice, scope="READ"))
    assert caller.get("/declarations").status == 200
    with nothing_written():
        refused = caller.post("/declarations", declaration_body())
    assert (refused.status, refused.code) == (403, "KEY_READS_ONLY")
    assert caller.patch("/declarations/SG2222222222", {}).code == "KEY_READS_ONLY"
    assert caller.delete("/declarations/SG2222222222/vehicles/X", {"reason": "x"}).code == "KEY_READS_ONLY"


def test_the_day_of_its_last_use_is_kept_and_no_more(alice: User, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    key, text = keys.make(label="x", scope="FULL", by=alice, now=NOON)
    caller = Caller(text)
    caller.get("/declarations")
    key.refresh_from_db()
    assert key.last_used_on == NOON.date()
    with django_assert_num_queries(3):
        caller.get("/declarations")
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        caller.get("/declarations")
    key.refresh_from_db()
    assert key.last_used_on == NOON.date() + timedelta(days=1)


def test_a_revoked_key_opens_nothing_and_is_remembered(alice: User, bob: User) -> None:
    key, text = keys.make(label="x", scope="FULL", by=alice, now=NOON)
    with refusal("NOT_PERMITTED"):
        verification.revoke_key(api_key_id=key.pk, by=bob, now=NOON)
    verification.revoke_key(api_key_id=key.pk, by=alice, now=NOON)
    assert Caller(text).get("/declarations").code == "KEY_UNKNOWN"
    assert list(PartyHistory.objects.values_list("deed", flat=True)) == ["KEY_MADE", "KEY_REVOKED"]


def test_a_key_after_its_last_day_opens_nothing(alice: User) -> None:
    _key, text = keys.make(label="x", scope="FULL", expires_at=NOON + timedelta(hours=1), by=alice, now=NOON)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        assert Caller(text).get("/declarations").code == "KEY_UNKNOWN"


def test_nobody_makes_a_key_for_an_organisation_that_is_not_his(mallory: User, tianshan: Organisation) -> None:
    with refusal("NOT_PERMITTED"):
        keys.make(label="x", scope="FULL", organisation_id=tianshan.pk, by=mallory, now=NOON)


def test_twenty_keys_are_enough(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST_KEYS", 1)
    keys.make(label="x", scope="READ", by=alice, now=NOON)
    with refusal("TOO_MANY_KEYS"):
        keys.make(label="y", scope="READ", by=alice, now=NOON)


def test_a_key_of_an_officer_for_an_organisation_is_no_officers(alice: User) -> None:
    alice.roles.create(user=alice, role="documents")
    mine = alice.roles.get(role="exporter").organisation
    caller = Caller(key_of(alice, organisation=mine))
    assert "results" in Caller(key_of(alice)).get("/passages").json
    assert "results" not in caller.get("/passages").json


def test_the_page_shows_a_key_once(client: Client, alice: User) -> None:
    client.force_login(alice)
    sent = {"label": "ERP", "scope": "READ", "organisation": "", "last_day": ""}
    page = client.post("/account/keys", sent, headers={"accept-language": "en"})
    (key,) = ApiKey.objects.filter(user=alice)
    assert (key.scope, key.label) == ("READ", "ERP")
    text = page.context["text"]
    assert ApiKey.digest_of(text) == key.digest
    assert text in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert text not in client.get("/account/keys").content.decode()
    client.post(f"/account/keys/{key.public_id}/revoke")
    key.refresh_from_db()
    assert key.revoked_at == NOON


def test_a_key_is_not_made_for_yesterday_nor_for_others(client: Client, alice: User, mallory: User) -> None:
    client.force_login(alice)
    other = mallory.roles.get().organisation
    for wrong in ({"last_day": "2026-11-21"}, {"organisation": other.uscc}, {"scope": "ALL"}, {"label": ""}):
        sent = {"label": "ERP", "scope": "READ", "organisation": "", "last_day": "", **wrong}
        assert client.post("/account/keys", sent).status_code == 422
    assert not ApiKey.objects.exists()
