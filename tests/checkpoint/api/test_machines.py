"""Machines at the API: a code for a key, heartbeats, the barrier's feed; and a stolen key, which opens nothing else."""

import base64
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings

from checkpoint import devices
from checkpoint.models import Device, DeviceState, Lane, ManualLift
from declarations.rates import Buckets
from tests.caller import Caller, key_of, key_of_device
from tests.cast import NOON
from tests.files import PDF, photo
from tests.refusals import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "own_buckets")]

AT = "2026-11-22T04:00:00Z"


@pytest.fixture
def own_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes are tried by nobody before this test."""
    own = Buckets()

    def without_redis() -> None:
        raise OSError("no Redis in this test")

    monkeypatch.setattr(own, "_script", without_redis)
    for module in ("checkpoint.api.machines", "checkpoint.views.enrol"):
        monkeypatch.setattr(f"{module}.buckets", own)


@pytest.fixture
def lane(reference: None) -> Lane:
    return Lane.objects.get(code="CNHRS-R1")


@pytest.fixture
def code(lane: Lane, sam: Any) -> str:
    return devices.add(lane_id=lane.pk, kind="HANDHELD", name="H-1", by=sam, now=NOON)[1]


@pytest.fixture
def machine(reference: None) -> Caller:
    return Caller(key_of_device("CNHRS-R1"))


@pytest.fixture
def admitted(declaration: Any, scanner: Any) -> str:
    car = declaration().vehicles.get()
    scanner("CNHRS-E1").scan(car)
    return str(scanner("CNHRS-R1").scan(car)["passage_id"])


class TestEnrolment:
    def test_a_code_is_traded_for_a_key_that_scans(self, code):
        reply = Caller(None).post("/devices/enrol", {"code": code, "name": "zebra-7", "software": "1.0"})
        assert reply.status == 201
        told = reply.json
        assert {**told, "key": "", "device": ""} == {
            "device": "",
            "key": "",
            "port": "CNHRS",
            "lane": "CNHRS-R1",
            "stage": "RELEASE",
        }
        assert reply.headers["Cache-Control"] == "private, no-store"
        scan = Caller(told["key"]).post("/scans", {"scan_id": str(uuid.uuid4()), "code": "nothing"})
        assert (scan.status, scan.json["lane"]) == (200, "CNHRS-R1")

    def test_a_code_that_is_used_or_unknown_is_401(self, code):
        assert Caller(None).post("/devices/enrol", {"code": code}).status == 201
        for text in (code, "0000-0000", "新" * 8):
            with nothing_written():
                reply = Caller(None).post("/devices/enrol", {"code": text})
            assert (reply.status, reply.code) == (401, "CODE_UNKNOWN")

    def test_guessing_is_braked(self, code):
        replies = [Caller(None).post("/devices/enrol", {"code": f"0000-00{n:02d}"}).status for n in range(12)]
        assert replies[:10] == [401] * 10
        assert replies[10:] == [429] * 2
        assert Caller(None).post("/devices/enrol", {"code": code}).status == 429, "not even with the right one"

    @pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": 5}, {"code": "x", "kind": "LANE"}, []])
    def test_a_bad_body_is_400(self, reference, body):
        assert Caller(None).post("/devices/enrol", body).status == 400


class TestHeartbeat:
    def test_it_is_kept_and_answered_with_the_clock(self, machine):
        body = {
            "sent_at": "2026-11-22T04:01:00Z",
            "battery_percent": 55,
            "queued": 2,
            "manifest_version": "v1",
            "manifest_at": AT,
            "software": "2.0",
            "faults": [],
        }
        reply = machine.post("/devices/heartbeat", body)
        assert reply.status == 200
        assert (reply.json["skew_s"], reply.json["skew_is_tolerated"], reply.json["revoked"]) == (60.0, False, False)
        assert reply.json["settings"]["heartbeat_s"] == 60
        state = DeviceState.objects.get()
        assert (state.battery_percent, state.queued, state.heard_at) == (55, 2, NOON)

    def test_only_the_clock_is_needed(self, machine):
        assert machine.post("/devices/heartbeat", {"sent_at": AT}).json["skew_is_tolerated"] is True

    @pytest.mark.parametrize(
        "wrong",
        [
            {"battery_percent": 101},
            {"queued": -1},
            {"faults": ["x"] * 21},
            {"faults": [""]},
            {"sent_at": "yesterday"},
            {"revoked": True},
        ],
    )
    def test_nonsense_is_400_and_leaves_nothing(self, machine, wrong):
        with nothing_written():
            assert machine.post("/devices/heartbeat", {"sent_at": AT, **wrong}).status == 400


class TestFeed:
    def test_an_order_is_fetched_and_answered(self, machine, admitted):
        reply = machine.get("/lanes/CNHRS-R1/orders")
        (order,) = reply.json["results"]
        assert (order["id"], order["order"], order["because"]) == (admitted, "LIFT", "ADMIT")
        assert order["expires_at"] == "2026-11-22T04:01:00Z"
        done = machine.post(f"/lanes/CNHRS-R1/orders/{admitted}/ack", {"outcome": "LIFTED", "at": AT})
        assert (done.status, done.json["outcome"]) == (200, "LIFTED")
        assert machine.post(f"/lanes/CNHRS-R1/orders/{admitted}/ack", {"outcome": "LIFTED", "at": AT}).status == 200
        other = machine.post(f"/lanes/CNHRS-R1/orders/{admitted}/ack", {"outcome": "FAILED", "at": AT})
        assert (other.status, other.code) == (409, "ANSWERED_ALREADY")
        after = machine.get(f"/lanes/CNHRS-R1/orders?after={reply.json['next']}")
        assert after.json["results"] == []

    def test_asking_costs_two_queries(self, machine, admitted, django_assert_num_queries):
        with django_assert_num_queries(2):
            assert machine.get("/lanes/CNHRS-R1/orders").json["results"]

    def test_a_wrong_cursor_is_400(self, machine):
        assert machine.get("/lanes/CNHRS-R1/orders?after=x").status == 400

    @pytest.mark.parametrize("lane", ["CNHRS-R2", "CNYRK-R1", "nowhere", "cnhrs-r1"])
    def test_another_lane_is_404(self, machine, admitted, lane):
        assert machine.get(f"/lanes/{lane}/orders").status == 404
        with nothing_written():
            reply = machine.post(f"/lanes/{lane}/orders/{admitted}/ack", {"outcome": "LIFTED", "at": AT})
        assert reply.status == 404

    def test_an_order_that_never_was_is_404(self, machine):
        path = f"/lanes/CNHRS-R1/orders/{uuid.uuid4()}/ack"
        assert machine.post(path, {"outcome": "LIFTED", "at": AT}).status == 404


class TestLift:
    def body(self, **changes: Any) -> dict[str, Any]:
        return {"reason": "ambulance", "photo": base64.b64encode(photo()).decode(), **changes}

    def test_a_supervisor_lifts_with_reason_and_photo(self, call, sam):
        reply = call(sam).post("/lanes/CNHRS-R1/lift", self.body())
        assert (reply.status, reply.json["lane"]) == (201, "CNHRS-R1")
        assert str(ManualLift.objects.get().public_id) == reply.json["id"]

    def test_sent_twice_with_one_key_it_is_one_lift(self, call, sam):
        caller = call(sam)
        first = caller.post("/lanes/CNHRS-R1/lift", self.body(), Idempotency_Key="a")
        second = caller.post("/lanes/CNHRS-R1/lift", self.body(), Idempotency_Key="a")
        assert first.json == second.json
        assert ManualLift.objects.count() == 1

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"photo": "%%%"}, "BASE64"),
            ({"photo": base64.b64encode(PDF).decode()}, "ATTACHMENT_NO_PHOTO"),
            ({"photo": base64.b64encode(b"MZ").decode()}, "ATTACHMENT_KIND"),
        ],
    )
    def test_what_is_no_photo_is_named(self, call, sam, wrong, code):
        caller = call(sam)
        with nothing_written():
            reply = caller.post("/lanes/CNHRS-R1/lift", self.body(**wrong))
        assert reply.status == 422
        assert (code, "/photo") in reply.codes()

    def test_reason_and_photo_are_compulsory(self, call, sam):
        for missing in ("reason", "photo"):
            body = self.body()
            del body[missing]
            reply = call(sam).post("/lanes/CNHRS-R1/lift", body)
            assert (reply.status, {pointer for _code, pointer in reply.codes()}) == (422, {f"/{missing}"})

    def test_who_decides_cases_may_not_lift_barriers(self, call, olga):
        caller = call(olga)
        with nothing_written():
            assert caller.post("/lanes/CNHRS-R1/lift", self.body()).status == 403


class TestStolenKey:
    """A machine was stolen with its key in it (S10)."""

    def enrolled(self, code: str) -> tuple[Device, str]:
        return devices.enrol(code=code, name="", software="", now=NOON)

    def test_revoked_it_opens_nothing_from_the_next_call_on(self, code, sam, admitted):
        device, key = self.enrolled(code)
        thief = Caller(key)
        assert thief.post("/devices/heartbeat", {"sent_at": AT}).status == 200
        devices.revoke(device_id=device.pk, reason="stolen", by=sam, now=NOON)
        asks: list[tuple[str, str, Any]] = [
            ("POST", "/devices/heartbeat", {"sent_at": AT}),
            ("POST", "/scans", {"scan_id": str(uuid.uuid4()), "code": "x"}),
            ("GET", "/lanes/CNHRS-R1/orders", None),
            ("POST", f"/lanes/CNHRS-R1/orders/{admitted}/ack", {"outcome": "LIFTED", "at": AT}),
            ("GET", "/reference/reasons", None),
        ]
        with nothing_written():
            for method, path, body in asks:
                assert thief.ask(method, path, body).status == 401, path
            sent = thief.client.post("/bridge/jgst14", b"<x/>", content_type="text/xml", headers=thief.headers)
            assert sent.status_code == 401

    def test_it_opens_no_person_s_route_and_no_back_office(self, code):
        _device, key = self.enrolled(code)
        thief = Caller(key)
        for path in ("/declarations", "/passages", "/inspections"):
            reply = thief.get(path)
            assert (reply.status, reply.code) == (403, "KEY_OF_DEVICE"), path
        assert thief.post("/lanes/CNHRS-R1/lift", {"reason": "x", "photo": "x"}).status == 403
        for page in ("/admin/", "/gate/", "/gate/devices", "/declarations"):
            assert thief.client.get(page, headers=thief.headers).status_code == 302, page

    def test_it_asks_for_no_other_lane(self, code):
        _device, key = self.enrolled(code)
        assert Caller(key).get("/lanes/CNYRK-R1/orders").status == 404

    def test_a_persons_key_is_no_machine(self, sam, reference):
        for path in ("/devices/heartbeat",):
            reply = Caller(key_of(sam)).post(path, {"sent_at": AT})
            assert (reply.status, reply.code) == (403, "KEY_NOT_OF_DEVICE")


class TestHandheldCookie:
    def handheld(self, code: str) -> Caller:
        _device, key = devices.enrol(code=code, name="", software="", now=NOON)
        caller = Caller(None)
        caller.client.cookies[settings.DEVICE_COOKIE_NAME] = key
        return caller

    def test_it_counts_for_our_own_pages(self, code):
        caller = self.handheld(code)
        assert caller.get("/lanes/CNHRS-R1/orders").status == 200
        for headers in ({"Sec_Fetch_Site": "same-origin"}, {"Origin": "http://testserver"}):
            assert caller.post("/devices/heartbeat", {"sent_at": AT}, **headers).status == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Sec_Fetch_Site": "cross-site"},
            {"Sec_Fetch_Site": "same-site", "Origin": "http://testserver"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
        ],
    )
    def test_and_for_nobody_elses(self, code, headers):
        caller = self.handheld(code)
        with nothing_written():
            assert caller.post("/devices/heartbeat", {"sent_at": AT}, **headers).status == 401

    def test_a_key_in_the_cookie_ends_with_the_device(self, code, sam):
        caller = self.handheld(code)
        devices.revoke(device_id=Device.objects.get(name="H-1").pk, by=sam, now=NOON)
        assert caller.get("/lanes/CNHRS-R1/orders").status == 401


def test_a_code_is_dead_after_a_quarter_of_an_hour_at_the_door_too(code):
    with time_machine.travel(NOON + timedelta(minutes=15), tick=False):
        assert Caller(None).post("/devices/enrol", {"code": code}).status == 401
