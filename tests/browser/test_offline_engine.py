"""A device without a network, in a real browser before the real API: what it says, keeps, hands in and forgets."""

import json
import uuid
from contextvars import copy_context
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from checkpoint import devices
from checkpoint.models import Claim, Conflict, Manifest, Passage
from checkpoint.models.device import Device, DeviceKind
from declarations.clearance import holds, inspections, issuing
from declarations.models import Closure, Vehicle
from tests.browser.conftest import MODULES, serve
from tests.caller import key_of_device

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

ENGINE = "/static/checkpoint/offline/engine.js"
MODULE = f"const engine = await import('{ENGINE}');"
DUMP = """async () => {
    const database = await new Promise((resolve) => {
        const asked = indexedDB.open("silkgate-offline");
        asked.onsuccess = () => resolve(asked.result);
    });
    const all = {};
    for (const name of database.objectStoreNames) {
        const rows = await new Promise((resolve) => {
            const asked = database.transaction(name).objectStore(name).getAll();
            asked.onsuccess = () => resolve(asked.result);
        });
        const bytes = (each) => String.fromCharCode(...new Uint8Array(each));
        all[name] = JSON.stringify(rows, (_name, value) =>
            value instanceof ArrayBuffer || value instanceof Uint8Array ? bytes(value) : value);
    }
    return all;
}"""


class Lane:
    """A page of a device: its calls reach the API unless the network is gone."""

    def __init__(self, page, code, *, attended=True):
        self.page, self.code, self.attended = page, code, attended
        self.client = Client(headers={"authorization": f"Bearer {key_of_device(code)}"})
        self.is_online, self.loses_answers, self.answers = True, False, {}
        # Playwright calls back in a context of its own, which would open a connection of its own.
        self.context = copy_context()
        page.route("**/api/v1/**", self.serve)

    def serve(self, route):
        request = route.request
        address = urlsplit(request.url)
        if not self.is_online:
            route.abort("internetdisconnected")
            return
        made = self.answers.get(address.path)
        if made is not None:
            route.fulfill(status=200, body=json.dumps(made), content_type="application/json")
            return
        path = f"{address.path}?{address.query}"
        body = {"data": request.post_data, "content_type": "application/json"} if request.method == "POST" else {}
        reply = self.context.run(getattr(self.client, request.method.lower()), path, **body)
        if self.loses_answers:
            route.abort("connectionreset")
        else:
            route.fulfill(status=reply.status_code, body=reply.content, content_type=reply["content-type"])

    def run(self, script, argument=None):
        return self.page.evaluate(f"async (given) => {{ {MODULE} {script} }}", argument)

    def refresh(self):
        return self.run("try { return await engine.refresh(); } catch (fault) { return fault.code ?? String(fault); }")

    def answer(self, vehicle=None, *, vin_read=None, **scan):
        if vehicle is not None:
            scan = {"code": vehicle.newest_pass.code, "plate": {"text": vehicle.plate, "confidence": 0.97}} | scan
        scan = {"scan_id": str(uuid.uuid4()), **scan}
        lane = {"code": self.code, "attended": self.attended}
        return scan, self.run(
            "return engine.answerOffline(given.scan, given.lane, { vinRead: given.vin });",
            {"scan": scan, "lane": lane, "vin": vin_read},
        )

    def rule(self, vehicle=None, **scan):
        answer = self.answer(vehicle, **scan)[1]
        return answer["offline"]["rule"], answer["reason"]

    def lift(self, vehicle, *, lifted=True, **scan):
        scan, answer = self.answer(vehicle, **scan)
        record = {"scan": scan, "answer": answer, "lifted": lifted, "lifted_at": answer["decided_at"]}
        self.run("return engine.keep(given);", {**record, "vin_read": None, "officer": "olga"})
        return answer

    def flush(self):
        return self.run("return engine.flush();")

    def state(self):
        return self.run("return engine.state();")


@pytest.fixture
def lane(modules, reference, olga):
    """A lane of the yard entry with an officer at it."""
    return Lane(modules, "CNHRS-E1")


@pytest.fixture
def cars(declaration):
    """Some released vehicles."""
    row = declaration(vehicles=6, now=timezone.now())
    return list(Vehicle.objects.filter(declaration=row).order_by("position"))


def test_a_listed_pass_with_its_plate_is_provisional_and_handed_in_once(lane, cars):
    assert lane.refresh()["version"] == 1
    lane.is_online = False
    answer = lane.lift(cars[0])
    assert (answer["verdict"], answer["reason"], answer["barrier"]) == ("ADMIT", "OK", "STAY")
    assert (answer["provisional"], answer["offline"]["rule"]) == (True, "LIFT_BY_TAP")
    assert answer["vehicle"]["vin"] == cars[0].vin
    assert answer["officer_text"] == "In order." and answer["driver_text"]["kk"]
    assert {"fact": "PLATE", "same": True} in answer["offline"]["compared"]
    assert lane.flush()["failed"] == "NETWORK"
    assert lane.state()["queued"] == 1
    lane.is_online = True
    assert lane.flush() == {"sent": 1, "left": 0, "conflicts": 0}
    assert lane.flush() == {"sent": 0, "left": 0, "conflicts": 0}
    assert Vehicle.objects.get(pk=cars[0].pk).status == "PRESENTED"
    assert Claim.objects.get().lifted


def test_an_answer_that_got_lost_is_asked_for_again_and_counts_once(lane, cars):
    lane.refresh()
    lane.lift(cars[0])
    lane.loses_answers = True
    assert lane.flush()["failed"] == "NETWORK" and Passage.objects.count() == 1
    lane.loses_answers = False
    assert lane.flush() == {"sent": 1, "left": 0, "conflicts": 0}
    assert Passage.objects.count() == Claim.objects.count() == 1


def test_250_passages_go_in_order_a_hundred_at_a_time(lane, cars):
    lane.refresh()
    lane.run(
        """const scan = () => ({ scan_id: crypto.randomUUID(), code: "nonsense" });
        const answer = { verdict: "ALARM", reason: "NOT_A_PASS", offline: { rule: "STAY" } };
        await Promise.all(Array.from({ length: 250 }, () => engine.keep({ scan: scan(), answer, lifted: false })));"""
    )
    assert lane.flush()["sent"] == 250
    assert sorted(Claim.objects.values_list("sequence", flat=True)) == list(range(1, 251))


def test_the_device_says_what_the_gate_would_say(lane, cars, carl, scanner, declaration, modules):
    now = timezone.now()
    held, ordered, admitted, other = cars[:4]
    holds.place(declaration_id=held.declaration_id, vehicle_id=held.pk, reason_code="OTHER", text="x", by=carl, now=now)
    inspections.order(vehicle_id=ordered.pk, text="SEAL", by=carl, now=now)
    for car in cars[:5]:
        scanner("CNHRS-E1").scan(car, now=now)
    away = declaration(now=now, port="CNYRK").vehicles.get()
    withdrawn = cars[5]
    lane.code = "CNHRS-R1"
    assert lane.refresh()["version"]
    lane.is_online = False
    stranger = "VP1:ABC"
    scans = [
        {"code": car.newest_pass.code, "plate": {"text": plate, "confidence": confidence}}
        for car in (held, ordered, admitted, away, withdrawn)
        for plate, confidence in ((car.plate, 0.9), (car.plate, 0.4), ("京A00000", None))
    ]
    scans += [{"code": admitted.newest_pass.code, "vin": admitted.vin}, {"code": admitted.newest_pass.code}]
    scans += [{"code": admitted.newest_pass.code, "vin": other.vin}]
    scans += [{"code": admitted.newest_pass.manual_code, "plate": {"text": admitted.plate}}]
    scans += [{"code": None, "plate": {"text": admitted.plate}, "vin": admitted.vin}]
    scans += [{"code": None, "plate": {"text": admitted.plate}}, {"code": None}, {"code": stranger}, {"code": ""}]
    said = [lane.answer(**scan)[1]["reason"] for scan in scans]
    expected = []
    for scan in scans:  # each is asked of an untouched world: a sub-transaction that is taken back
        with transaction.atomic():
            expected.append(scanner("CNHRS-R1").scan(now=timezone.now(), **scan)["reason"])
            transaction.set_rollback(True)
    assert said == expected
    assert set(said) >= {"OK", "HOLD", "WRONG_PORT", "WRONG_STAGE", "PLATE_MISMATCH", "VIN_MISMATCH", "LOW_CONFIDENCE"}


def test_without_a_second_fact_and_later_the_officer_reads_the_vin(lane, cars):
    lane.page.clock.install(time=timezone.now())
    lane.page.goto("/")
    lane.refresh()
    code = {"plate": None}
    assert lane.rule(cars[0], **code) == ("READ_VIN", "NOTHING_TO_COMPARE")
    assert lane.rule(cars[0], vin_read=cars[0].vin, **code) == ("LIFT_BY_TAP", "OK")
    assert lane.rule(cars[0], vin_read=cars[1].vin, **code) == ("STAY", "VIN_MISMATCH")
    lane.page.clock.fast_forward("16:00")
    assert lane.rule(cars[0]) == ("READ_VIN", "STALE_MANIFEST")
    assert lane.rule(cars[0], vin=cars[0].vin) == ("READ_VIN", "STALE_MANIFEST")
    assert lane.rule(cars[0], vin_read=cars[0].vin) == ("LIFT_BY_TAP", "OK")
    lane.page.clock.fast_forward("03:50:00")
    assert lane.rule(cars[0], vin_read=cars[0].vin)[0] == "STAY"
    state = lane.state()
    assert (state["manifest_version"], state["dropped"]) == (None, "FORGOTTEN")
    assert lane.page.evaluate(DUMP)["rows"] == "[]"


def test_a_slip_beside_the_pass_neither_lifts_nor_alarms(lane, cars):
    car = cars[0]
    at = next(place for place, letter in enumerate(car.vin) if letter in "018")
    slip = car.vin[:at] + {"0": "D", "1": "L", "8": "B"}[car.vin[at]] + car.vin[at + 1 :]
    another = ("A" if car.vin[0] != "A" else "H") + car.vin[1:]
    lane.refresh()
    lane.is_online = False
    assert lane.rule(car, vin=slip) == ("STAY", "LOW_CONFIDENCE")
    assert lane.rule(car, vin_read=slip) == ("STAY", "LOW_CONFIDENCE")
    assert lane.rule(car, vin=another) == ("STAY", "VIN_MISMATCH")
    assert lane.rule(car, vin=car.vin, vin_confidence=0.1) == ("STAY", "LOW_CONFIDENCE")
    assert lane.rule(car, vin_read=car.vin, vin=slip, vin_confidence=0.1) == ("LIFT_BY_TAP", "OK")


def test_the_last_six_count_beside_the_pass_and_nowhere_else(lane, cars):
    car = cars[0]
    bare = {"plate": None, "vin_tail": car.vin[-6:]}
    lane.refresh()
    lane.is_online = False
    assert lane.rule(car, **bare) == ("LIFT_BY_TAP", "OK")
    assert lane.rule(car, **bare | {"vin_tail": "ZZZZZZ"}) == ("STAY", "VIN_MISMATCH")
    assert lane.rule(car, **bare, code=car.newest_pass.manual_code) == ("READ_VIN", "NOTHING_TO_COMPARE")
    assert lane.rule(car, weight_kg=90_000) == ("LIFT_BY_TAP", "OK"), "no list knows masses"


def test_a_clock_that_was_set_back_makes_no_list_younger(lane, cars):
    now = timezone.now()
    lane.page.clock.install(time=now)
    lane.page.goto("/")
    lane.refresh()
    lane.page.clock.fast_forward("20:00")
    assert lane.rule(cars[0])[0] == "READ_VIN"
    lane.page.clock.set_system_time(now - timedelta(minutes=1))
    lane.page.goto("/")
    assert lane.rule(cars[0], vin_read=cars[0].vin)[0] == "STAY"


def test_nobody_lifts_at_an_exit_nor_where_nobody_stands(lane, cars, scanner):
    now = timezone.now()
    for code in ("CNHRS-E1", "CNHRS-R1"):
        scanner(code).scan(cars[0], now=now)
    lane.refresh()
    lane.code = "CNHRS-X1"
    assert lane.rule(cars[0]) == ("STAY", "STALE_MANIFEST")
    lane.code, lane.attended = "CNHRS-E1", False
    assert lane.rule(cars[1]) == ("STAY", "STALE_MANIFEST")


def test_a_pass_that_is_not_listed_waits_for_an_officer_and_is_no_alarm(lane, cars, declaration):
    lane.refresh()
    newer = declaration(now=timezone.now()).vehicles.get()
    assert lane.rule(newer) == ("STAY", "TIMED_OUT")
    assert lane.rule(code=newer.newest_pass.manual_code) == ("STAY", "TIMED_OUT")


def test_one_device_lifts_once_for_one_pass(lane, cars):
    lane.refresh()
    lane.is_online = False
    assert lane.lift(cars[0])["offline"]["rule"] == "LIFT_BY_TAP"
    assert lane.rule(cars[0]) == ("STAY", "ALREADY_ADMITTED")
    lane.is_online = True
    lane.flush()
    assert lane.rule(cars[0]) == ("STAY", "ALREADY_ADMITTED")


def test_a_port_that_closes_meanwhile_is_closed(lane, cars):
    Closure.objects.create(port_id="CNHRS", starts_at=timezone.now() - timedelta(minutes=1), public_reason="snow")
    lane.refresh()
    assert lane.rule(cars[0]) == ("STAY", "PORT_CLOSED")


def test_changes_come_as_deltas_and_an_older_list_is_not_taken(lane, cars, carl):
    lane.refresh()
    first = lane.client.get("/api/v1/manifest?since=0").json()
    _age_list()
    holds.place(
        declaration_id=cars[0].declaration_id,
        vehicle_id=cars[0].pk,
        reason_code="OTHER",
        text="x",
        by=carl,
        now=timezone.now(),
    )
    assert lane.refresh() == {"changed": True, "version": 2}
    assert lane.rule(cars[0])[0] == "STAY"
    lane.answers["/api/v1/manifest"] = first
    assert lane.refresh() == "MANIFEST_ROLLBACK"
    assert lane.state()["manifest_version"] == 2 and lane.rule(cars[0])[0] == "STAY"


def test_a_list_that_nobody_signed_is_not_taken(lane, cars):
    message = lane.client.get("/api/v1/manifest").json()
    for forged in (
        {**message, "payload": message["payload"].replace('"since":0', '"since":00')},
        {**message, "payload": message["payload"].replace('"hold":1,', "")[:-1] + " }"},
        {**message, "signature": "A" * 86},
    ):
        lane.answers["/api/v1/manifest"] = forged
        assert lane.refresh() == "MANIFEST_SIGNATURE"
    lane.answers["/api/v1/manifest"] = {**message, "kid": "ffff"}
    assert lane.refresh() == "MANIFEST_KEY"
    assert lane.state()["manifest_version"] is None


def test_a_new_signing_key_is_learned_and_a_revoked_one_refused_after_the_next_pull(lane, cars):
    lane.refresh()
    assert lane.rule(cars[0])[0] == "LIFT_BY_TAP"
    old = issuing.signing_key().kid
    issuing.rotate(now=timezone.now())
    issuing.revoke_key(kid=int.from_bytes(old), now=timezone.now())
    _age_list()
    assert lane.refresh()["version"] == 1
    assert lane.rule(cars[0]) == ("STAY", "UNKNOWN_KEY")


def test_a_revoked_device_forgets_at_its_next_call_and_keeps_its_passages(lane, cars, sam):
    lane.refresh()
    lane.lift(cars[0])
    row = Device.objects.get(lane__code="CNHRS-E1", kind=DeviceKind.LANE)
    devices.revoke(device_id=row.pk, by=sam, now=timezone.now())
    assert lane.refresh()["dropped"] == "REVOKED"
    state = lane.state()
    assert (state["manifest_version"], state["dropped"], state["queued"]) == (None, "REVOKED", 1)
    kept = lane.page.evaluate(DUMP)
    assert kept["rows"] == "[]" and "salt" not in kept["meta"]
    assert lane.rule(cars[1]) == ("STAY", "TIMED_OUT")


def test_a_copy_of_the_database_names_nobody(lane, cars):
    lane.refresh()
    lane.is_online = False
    driver = cars[0].driver
    lane.lift(cars[0], driver_card=driver.card, vin=cars[0].vin)
    kept = "".join(lane.page.evaluate(DUMP).values())
    assert len(kept) > 1000
    secrets = [driver.name, driver.passport_number, driver.phone, driver.card, driver.card_digest, "olga"]
    secrets += [cars[0].vin, cars[0].plate, cars[0].plate_key, cars[0].newest_pass.code, "Tesla"]
    assert [secret for secret in secrets if secret in kept] == []
    lane.is_online = True
    lane.flush()
    assert Passage.objects.get().seen["card"] == driver.card_digest


def test_two_devices_lift_for_one_pass_and_the_second_reads_of_a_conflict(lane, cars, chrome, reference):
    context = chrome.new_context(base_url=MODULES)
    page = context.new_page()
    page.route(f"{MODULES}/**", serve)
    page.goto("/")
    other = Lane(page, "CNHRS-E2")
    for each in (lane, other):
        each.refresh()
        each.is_online = False
        assert each.lift(cars[0])["offline"]["rule"] == "LIFT_BY_TAP"
        each.is_online = True
    assert lane.flush()["conflicts"] == 0
    assert other.flush() == {"sent": 1, "left": 0, "conflicts": 1}
    assert Conflict.objects.get().passage.lane.code == "CNHRS-E2"
    context.close()


def _age_list():
    """As if the list had been published some seconds ago."""
    row = Manifest.objects.get()
    row.published_at -= timedelta(seconds=6)
    row.save()
