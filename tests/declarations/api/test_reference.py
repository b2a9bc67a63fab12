"""Code lists with labels in four languages, and the public keys."""

import base64

import pytest

from checkpoint.reasons import REASONS
from declarations.api.reference import LISTS
from declarations.clearance import issuing
from tests.cast import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.mark.parametrize("name", sorted(LISTS))
def test_every_list_has_labels_in_four_languages(call, alice, name):
    reply = call(alice).get(f"/reference/{name}")
    assert reply.status == 200
    assert reply.json["next"] is None
    assert reply.json["results"], name
    for row in reply.json["results"]:
        assert row["code"]
        assert set(row["labels"]) == {"zh", "en", "ru", "kk"}
        assert all(row["labels"].values()), row


def test_the_gates_reasons_have_verdict_remedies_and_the_drivers_sentence(call, alice):
    rows = {row["code"]: row for row in call(alice).get("/reference/reasons").json["results"]}
    assert set(rows) == {reason.value for reason in REASONS}
    assert rows["HOLD"]["verdict"] == "ALARM"
    assert set(rows["OK"]["driver_text"]) == {"zh", "ru", "kk", "en"}


def test_other_is_among_the_hold_reasons_and_the_three_ports_are_there(call, carl):
    me = call(carl)
    assert "OTHER" in {row["code"] for row in me.get("/reference/hold-reasons").json["results"]}
    assert {"CNHRS", "CNYRK", "CNULZ"} <= {row["code"] for row in me.get("/reference/ports").json["results"]}
    assert len(me.get("/reference/countries").json["results"]) == 249
    assert len(me.get("/reference/hs6").json["results"]) == 63


def test_a_list_is_not_sent_twice(call, alice):
    me = call(alice)
    first = me.get("/reference/ports")
    again = me.get("/reference/ports", If_None_Match=first.headers["ETag"])
    assert (again.status, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert "max-age" in first.headers["Cache-Control"]
    assert me.get("/reference/ports", If_None_Match='"other"').status == 200


def test_channels_are_no_list_and_nor_is_anything_else(call, alice):
    for name in ("channels", "users", "..", "%00"):
        assert call(alice).get(f"/reference/{name}").status == 404


def test_lists_want_a_key_and_a_devices_key_will_do(call, reference):
    assert call(None).get("/reference/ports").status == 401
    assert call("CNHRS-R1").get("/reference/reasons").status == 200


def test_the_pass_keys_are_public_and_carry_their_status(call, reference):
    first = call(None).get("/pass-keys").json["keys"]
    issuing.rotate(now=NOON)
    keys = call(None).get("/pass-keys").json["keys"]
    assert {key["status"] for key in keys} == {"ACTIVE", "RETIRED"}
    assert first[0]["kid"] in {key["kid"] for key in keys}
    for key in keys:
        assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
        assert len(base64.urlsafe_b64decode(key["kid"] + "==")) == 2
        assert len(base64.urlsafe_b64decode(key["x"] + "==")) == 32
        assert set(key) == {"kty", "crv", "kid", "x", "status"}
