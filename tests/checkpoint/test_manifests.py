"""The list for devices: what stands on it, what changed, who gets it, and that it names nobody."""

import json
from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from checkpoint import devices, manifests
from checkpoint.models import Manifest, ManifestRow
from checkpoint.models.gate import gate_of_device
from checkpoint.offline.manifest import CONTEXT, digest_of
from declarations.clearance import holds, issuing
from declarations.models import Closure, PassKey, Port, Vehicle
from tests.cast import NOON

pytestmark = pytest.mark.django_db
SOON = timedelta(seconds=6)


@pytest.fixture
def cars(declaration):
    """Three released vehicles of alice."""
    return list(declaration(vehicles=3).vehicles.order_by("position"))


@pytest.fixture
def pull(scanner):
    """Pull as a lane: `pull(since=7)`; the signature is checked."""

    def ask(lane="CNHRS-R1", *, since=0, now=NOON):
        gate = gate_of_device(scanner(lane).device.pk, now=now)
        return opened(manifests.pull(gate=gate, since=since, now=now))

    return ask


def opened(message):
    key = PassKey.objects.get(kid=int(message["kid"], 16))
    signature = urlsafe_b64decode(message["signature"] + "==")
    Ed25519PublicKey.from_public_bytes(bytes(key.public)).verify(signature, CONTEXT + message["payload"].encode())
    return json.loads(message["payload"])


def salt(payload):
    return urlsafe_b64decode(payload["salt"] + "==")


def row_of(payload, vehicle):
    key = digest_of(salt(payload), "pass", vehicle.newest_pass.pass_id)
    return next((row for row in payload["rows"] if row["id"] == key), None)


def test_names_every_expected_pass_by_digests(pull, cars):
    payload = pull()
    assert (payload["port"], payload["since"], payload["total"], len(payload["rows"])) == ("CNHRS", 0, 3, 3)
    row = row_of(payload, cars[0])
    assert row["vin"] == digest_of(salt(payload), "vin", cars[0].vin)
    assert row["plate"] == digest_of(salt(payload), "plate", cars[0].plate_key)
    assert (row["live"], "hold" in row, "status" in row) == (1, False, False)
    assert payload["ages"] == {"fresh_s": 900, "officer_s": 14_400, "forget_s": 14_400}
    assert payload["lanes"]["CNHRS-R1"] == {"stage": "RELEASE", "must_see": None}
    assert payload["device"] == {"lane": "CNHRS-R1", "attended": False}
    assert payload["stages"] == ["ENTRY", "EXIT", "RELEASE"]
    assert {key["status"] for key in payload["keys"]} == {"ACTIVE"}
    assert payload["texts"]["HOLD"]["officer"]["zh"] != payload["texts"]["HOLD"]["officer"]["en"]


def test_another_port_expects_none_of_them(pull, cars):
    assert pull("CNYRK-R1")["rows"] == []


def test_a_hold_changes_one_row_and_a_delta_is_that_row_alone(pull, cars, carl):
    before = pull()
    hold = holds.place(
        declaration_id=cars[1].declaration_id,
        vehicle_id=cars[1].pk,
        reason_code="OTHER",
        text="secret",
        by=carl,
        now=NOON,
    )
    after = pull(since=before["version"], now=NOON + SOON)
    assert (after["since"], after["version"]) == (before["version"], before["version"] + 1)
    assert [row["id"] for row in after["rows"]] == [row_of(before, cars[1])["id"]]
    assert after["rows"][0]["hold"] == 1 and "texts" not in after
    assert hold is not None


def test_nothing_changed_is_the_same_version_issued_later(pull, cars):
    before = pull()
    after = pull(since=before["version"], now=NOON + SOON)
    assert (after["version"], after["rows"], after["gone"]) == (before["version"], [], [])
    assert after["issued_at"] == before["issued_at"] + 6000


def test_it_is_not_computed_twice_within_seconds(pull, cars, carl):
    before = pull()
    holds.place(
        declaration_id=cars[1].declaration_id, vehicle_id=cars[1].pk, reason_code="OTHER", text="x", by=carl, now=NOON
    )
    after = pull(since=before["version"], now=NOON + timedelta(seconds=4))
    assert (after["version"], after["issued_at"]) == (before["version"], before["issued_at"])
    assert after["served_at"] == before["issued_at"] + 4000


def test_a_device_with_an_unknown_version_gets_the_whole(pull, cars):
    version = pull()["version"]
    for since in (version + 1, 0):
        assert (pull(since=since)["since"], len(pull(since=since)["rows"])) == (0, 3)


def test_a_new_salt_makes_every_digest_new(pull, cars):
    before = pull()
    after = pull(since=before["version"], now=NOON + timedelta(hours=25))
    assert after["since"] == 0 and after["salt"] != before["salt"] and after["version"] > before["version"]
    assert {row["id"] for row in before["rows"]}.isdisjoint(row["id"] for row in after["rows"])


def test_what_is_expected_no_longer_is_gone(pull, cars, alice):
    before = pull()
    ManifestRow.objects.create(manifest_id="CNHRS", key="A" * 22, version=before["version"], row='{"id":"x"}')
    after = pull(since=before["version"], now=NOON + SOON)
    assert after["gone"] == ["A" * 22] and after["total"] == 3


def test_admissions_exits_and_superseded_passes_are_told(pull, cars, scanner):
    for lane in ("CNHRS-E1", "CNHRS-R1"):
        scanner(lane).scan(cars[0])
    row = row_of(pull(), cars[0])
    assert (row["status"], row["admitted"]) == ("RELEASED", ["ENTRY", "RELEASE"])
    scanner("CNHRS-X1").scan(cars[0])
    gone = row_of(pull(now=NOON + SOON), cars[0])
    assert (gone["status"], gone["pass"], gone["exited"]) == ("EXITED", "CONSUMED", round(NOON.timestamp() * 1000))
    assert "live" not in gone


def test_closures_of_the_day_are_told(pull, cars):
    Closure.objects.create(port_id="CNHRS", starts_at=NOON, public_reason="snow")
    assert pull()["closures"] == [[round(NOON.timestamp() * 1000), None]]


def test_the_ages_are_the_ports_settings(pull, cars):
    Port.objects.filter(pk="CNHRS").update(offline_fresh_minutes=5, offline_officer_minutes=60)
    assert pull()["ages"] == {"fresh_s": 300, "officer_s": 3600, "forget_s": 14_400}


def test_a_changed_text_is_signed_by_nobody(pull, scanner, cars):
    gate = gate_of_device(scanner("CNHRS-R1").device.pk, now=NOON)
    message = manifests.pull(gate=gate, since=0, now=NOON)
    with pytest.raises(InvalidSignature):
        opened({**message, "payload": message["payload"].replace('"CNHRS"', '"CNYRK"', 1)})


def test_it_is_signed_by_the_key_of_the_moment(pull, cars):
    first = pull()
    issuing.rotate(now=NOON)
    assert {key["status"] for key in pull(since=first["version"])["keys"]} == {"ACTIVE", "RETIRED"}


def test_it_holds_nothing_personal(pull, scanner, declaration, carl):
    row = declaration(vehicles=2)
    holds.place(declaration_id=row.pk, reason_code="OTHER", text="CANARY inner", by=carl, now=NOON)
    text = json.dumps(pull(), ensure_ascii=False)
    for vehicle in Vehicle.objects.filter(declaration=row):
        driver = vehicle.driver
        secrets = [driver.name, driver.passport_number, driver.phone, driver.card, driver.card_digest, vehicle.vin]
        secrets += [vehicle.plate, vehicle.plate_key, str(vehicle.newest_pass.pass_id), vehicle.newest_pass.code]
        for secret in [*secrets, row.reference, str(row.organisation), "CANARY", carl.username]:
            assert secret and secret not in text


@pytest.mark.usefixtures("noon")
class TestTheDoors:
    def test_a_device_reads_it_with_a_fixed_number_of_queries(self, call, cars):
        device = call("CNHRS-R1")
        assert device.get("/manifest").status == 200
        with CaptureQueriesContext(connection) as few:
            reply = device.get("/manifest?since=0")
        assert opened(reply.json)["total"] == 3
        assert len(few) <= 14, [query["sql"][:80] for query in few]

    def test_a_revoked_device_reads_401(self, call, scanner, sam, cars):
        device = call("CNHRS-R1")
        devices.revoke(device_id=scanner("CNHRS-R1").device.pk, by=sam, now=NOON)
        assert device.get("/manifest").status == 401

    def test_a_persons_key_and_no_key_read_nothing(self, call, olga, alice):
        assert call(None).get("/manifest").status == 401
        assert call(olga).get("/manifest").status == 403
        assert call(alice).get("/manifest").status == 403
        assert not Manifest.objects.exists()

    def test_a_bad_version_is_400(self, call):
        assert call("CNHRS-R1").get("/manifest?since=-1").status == 400
        assert call("CNHRS-R1").get("/manifest?since=x").status == 400

    def test_an_officer_reads_it_at_his_lane(self, olga, mallory, cars):
        address = reverse("checkpoint:manifest", args=["CNHRS-R1"])
        client = Client()
        assert client.get(address).url.startswith("/sign-in")
        client.force_login(mallory)
        assert client.get(address).status_code == 404
        client.force_login(olga)
        payload = opened(client.get(f"{address}?since=0").json())
        assert payload["device"] == {"lane": "CNHRS-R1", "attended": True} and len(payload["rows"]) == 3
        assert client.get(reverse("checkpoint:manifest", args=["CNHRS-R9"])).status_code == 404
