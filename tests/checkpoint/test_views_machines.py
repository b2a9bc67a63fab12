"""The pages of lanes and machines: codes told once, devices moved and revoked, a barrier lifted, a handheld set up."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from checkpoint import barrier, desk, devices
from checkpoint.devices import Heartbeat
from checkpoint.models import BarrierAnswer, Device, Lane, LaneDisplay, ManualLift
from checkpoint.models.gate import gate_of_device, gate_of_key
from declarations.models import ApiKey, Notice, Role
from declarations.rates import Buckets
from tests.cast import NOON
from tests.files import PDF, photo
from tests.refusals import nothing_written

pytestmark = pytest.mark.django_db

CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
SOON = NOON + timedelta(minutes=1)


@pytest.fixture
def lane(reference: None) -> Lane:
    return Lane.objects.get(code="CNHRS-R1")


@pytest.fixture
def added(lane: Lane, sam: Any) -> tuple[Device, str]:
    return devices.add(lane_id=lane.pk, kind="HANDHELD", name="H-1", by=sam, now=NOON)


@pytest.fixture
def heard(added: tuple[Device, str]) -> Device:
    device, code = added
    devices.enrol(code=code, name="", software="", now=NOON)
    beat = Heartbeat(sent_at=NOON + timedelta(seconds=45), battery_percent=81, queued=2, software="2.4.1")
    devices.heard(device_id=device.pk, beat=beat, now=NOON)
    return device


@pytest.fixture
def full_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Buckets()

    def without_redis() -> None:
        raise OSError("no Redis in this test")

    monkeypatch.setattr(own, "_script", without_redis)
    monkeypatch.setattr("checkpoint.views.enrol.buckets", own)
    monkeypatch.setattr("checkpoint.views.display.buckets", own)


class TestList:
    def test_it_shows_how_each_machine_is(self, browser, oscar, heard):
        text = browser(oscar).read("/gate/devices")
        for word in ("H-1", "CNHRS-R1", "81 %", "2.4.1", "45 s off", "look at it"):
            assert word in text, word
        assert "CNHRS-R1 officer" not in text, "an officer's page is no machine"

    def test_a_silent_one_is_hatched(self, browser, oscar, heard):
        devices.watch(now=NOON + timedelta(minutes=6))
        text = browser(oscar).read("/gate/devices")
        assert 'class="stale"' in text and "silent" in text

    def test_it_costs_the_same_however_many_there_are(
        self, browser, oscar, lane, sam, heard, django_assert_max_num_queries
    ):
        person = browser(oscar)
        person.read("/gate/devices")
        for number in range(5):
            devices.add(lane_id=lane.pk, kind="LANE", name=f"D{number}", by=sam, now=NOON)
        with django_assert_max_num_queries(8):
            person.read("/gate/devices")

    def test_revoked_ones_stand_apart(self, browser, oscar, added):
        devices.revoke(device_id=added[0].pk, reason="lost", by=oscar, now=NOON)
        assert "H-1" not in browser(oscar).read("/gate/devices")
        assert "H-1" in browser(oscar).read("/gate/devices?revoked=1")

    def test_an_officer_of_another_port_sees_his_own(self, browser, olga, added):
        Role.objects.filter(user=olga).update(port="CNYRK")
        person = browser(olga)
        assert "H-1" not in person.read("/gate/devices")
        assert person.open(f"/gate/devices/{added[0].public_id}").status_code == 404

    def test_who_keeps_no_lane_may_look_and_not_add(self, browser, olga, added):
        person = browser(olga)
        assert "/gate/devices/add" not in person.read("/gate/devices")
        assert person.open("/gate/devices/add").status_code == 403
        assert person.open(f"/gate/devices/{added[0].public_id}/revoke").status_code == 403


class TestVerbs:
    def test_adding_tells_a_code_once_that_opens_the_lane(self, browser, sam, lane):
        person = browser(sam)
        answered = person.send("/gate/devices/add", lane="CNHRS-R1", kind="HANDHELD", name="H-7")
        text = answered.content.decode()
        code = CODE.search(text)
        assert answered.status_code == 200 and code and "H-7" in text
        device, _key = devices.enrol(code=code[0], name="", software="", now=SOON)
        assert (device.name, device.lane.code) == ("H-7", "CNHRS-R1")
        assert code[0] not in person.read(f"/gate/devices/{device.public_id}")

    def test_what_is_wrong_stays_typed_and_adds_nothing(self, browser, sam, lane):
        with nothing_written():
            answered = browser(sam).send("/gate/devices/add", lane="CNHRS-R1", kind="VIRTUAL", name="H-7")
        assert answered.status_code == 422 and "H-7" in answered.content.decode()

    def test_nobody_adds_to_a_lane_of_another_port(self, browser, sam, lane):
        Role.objects.filter(user=sam).update(port="CNYRK")
        with nothing_written():
            assert browser(sam).send("/gate/devices/add", lane="CNHRS-R1", kind="LANE", name="x").status_code == 422

    def test_a_new_code_a_move_and_the_end(self, browser, sam, heard):
        person, page = browser(sam), f"/gate/devices/{heard.public_id}"
        assert CODE.search(person.send(f"{page}/code").content.decode())
        assert person.send(f"{page}/move", lane="CNYRK-R1", reason="more cars").status_code == 302
        heard.refresh_from_db()
        assert heard.lane.code == "CNYRK-R1"
        text = person.read(page)
        assert "CNHRS-R1 → CNYRK-R1" in text and "more cars" in text
        assert person.send(f"{page}/revoke", reason="").status_code == 422
        assert person.send(f"{page}/revoke", reason="stolen").status_code == 302
        assert gate_of_device(heard.pk, now=SOON) is None
        assert "stolen" in person.read(page)
        assert person.send(f"{page}/revoke", reason="again").status_code == 409


class TestHandheld:
    @pytest.fixture(autouse=True)
    def unbraked(self, full_buckets):
        return

    def test_it_fetches_its_key_into_a_cookie_that_no_script_reads(self, browser, added):
        person = browser(None)
        assert "One-time code" in person.read("/scan/enrol")
        answered = person.send("/scan/enrol", code=added[1])
        cookie = answered.cookies[settings.DEVICE_COOKIE_NAME]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
        assert bool(cookie["secure"]) == settings.SESSION_COOKIE_SECURE
        gate = gate_of_key(ApiKey.digest_of(cookie.value), now=SOON)
        assert gate is not None and gate.lane == "CNHRS-R1"
        assert cookie.value not in answered.content.decode()

    def test_a_wrong_code_says_what_to_do(self, browser, added):
        with nothing_written():
            answered = browser(None).send("/scan/enrol", code="0000-0000")
        assert answered.status_code == 422
        assert "ask your supervisor" in answered.content.decode()
        assert settings.DEVICE_COOKIE_NAME not in answered.cookies

    def test_guessing_is_braked(self, browser, added):
        person = browser(None)
        assert [person.send("/scan/enrol", code="0").status_code for _n in range(11)][9:] == [422, 429]


class TestLane:
    def file(self, content: bytes = b"") -> SimpleUploadedFile:
        return SimpleUploadedFile("x.jpg", content or photo(), content_type="image/jpeg")

    def test_it_shows_orders_and_what_became_of_them(self, browser, oscar, lane, declaration, scanner):
        Lane.objects.filter(pk=lane.pk).update(barrier_answers=True)
        car = declaration().vehicles.get()
        scanner("CNHRS-E1").scan(car)
        told = scanner("CNHRS-R1").scan(car)
        person = browser(oscar)
        assert "no answer" in person.read("/gate/lanes/CNHRS-R1")
        gate = gate_of_device(lane.devices.machines().get().pk, now=SOON)
        assert gate is not None
        order = uuid.UUID(told["passage_id"])
        barrier.acknowledge(gate=gate, order_id=order, outcome="FAILED", at=SOON, now=SOON)
        assert "did not open" in person.read("/gate/lanes/CNHRS-R1")
        text = person.read(f"/gate/passages/{order}")
        assert "did not open" in text and f"/gate/passages/{order}/annul" in text
        assert BarrierAnswer.objects.get().passage_id == order

    def test_a_supervisor_lifts_with_photo_and_reason_and_the_page_shows_both(self, browser, sam, lane):
        person = browser(sam)
        answered = person.client.post("/gate/lanes/CNHRS-R1/lift", {"reason": "ambulance", "photo": self.file()})
        assert answered.status_code == 302
        row = ManualLift.objects.get()
        text = person.read("/gate/lanes/CNHRS-R1")
        assert "ambulance" in text and f"/gate/lifts/{row.public_id}/photo" in text
        picture = person.open(f"/gate/lifts/{row.public_id}/photo")
        assert picture.headers["Content-Type"] == "image/jpeg" and picture.content.startswith(b"\xff\xd8")

    @pytest.mark.parametrize("missing", ["reason", "photo", "no photo"])
    def test_without_one_of_them_nothing_is_lifted(self, browser, sam, lane, missing):
        values = {"reason": "ambulance", "photo": self.file(PDF if missing == "no photo" else b"")}
        values.pop(missing, None)
        with nothing_written():
            answered = browser(sam).client.post("/gate/lanes/CNHRS-R1/lift", values)
        assert answered.status_code == (409 if missing == "no photo" else 422)

    def test_who_decides_cases_sees_the_lane_and_lifts_nothing(self, browser, olga, sam, lane):
        person = browser(olga)
        assert "/gate/lanes/CNHRS-R1/lift" not in person.read("/gate/lanes/CNHRS-R1")
        with nothing_written():
            answered = person.client.post("/gate/lanes/CNHRS-R1/lift", {"reason": "x", "photo": self.file()})
        assert answered.status_code == 403

    def test_an_alarm_in_the_bell_leads_to_the_lane(self, browser, oscar, sam, lane):
        barrier.lift(lane_id=lane.pk, reason="x", photo=photo(), by=sam, now=NOON)
        notice = Notice.objects.get(kind="BARRIER_LIFTED")
        answered = browser(oscar).send(f"/notices/{notice.public_id}")
        assert answered.headers["Location"] == "/gate/lanes/CNHRS-R1"
        assert "CNHRS-R1: the barrier was lifted by hand" in browser(oscar).read("/notices")


class TestDisplay:
    @pytest.fixture(autouse=True)
    def unbraked(self, full_buckets):
        return

    @pytest.fixture
    def screen(self, lane, sam):
        return "/display/" + devices.make_display(lane_id=lane.pk, by=sam, now=NOON)

    @pytest.fixture
    def car(self, declaration, scanner):
        row = declaration().vehicles.get()
        scanner("CNHRS-E1").scan(row)
        return row

    def test_while_nobody_stands_there_it_invites_in_four_languages(self, browser, screen):
        text = browser(None).read(screen)
        for words in ("请出示通行码", "Покажите код", "кодын көрсетіңіз", "Show your code"):
            assert words in text
        assert "<noscript>" in text and 'http-equiv="refresh"' in text

    def test_it_shows_shape_plate_arrow_and_words_and_no_person(self, browser, screen, car, scanner):
        scanner("CNHRS-R1").scan(car, now=SOON - timedelta(seconds=3), driver_card="CARD-1")
        text = browser(None).read(screen)
        for part in ("sign--admit", car.plate, "sign-arrow--STRAIGHT", "Please drive on", "Өтіңіз"):
            assert part in text, part
        for secret in ("Li Wei", "CARD-1", car.vin, car.declaration.reference, "E10000001", car.newest_pass.code):
            assert secret not in text, secret

    def test_green_goes_out_when_the_barrier_did_not_open(self, browser, screen, lane, car, scanner):
        told = scanner("CNHRS-R1").scan(car, now=SOON - timedelta(seconds=5))
        gate = gate_of_device(lane.devices.machines().get().pk, now=SOON)
        assert gate is not None
        order = uuid.UUID(told["passage_id"])
        barrier.acknowledge(gate=gate, order_id=order, outcome="FAILED", at=SOON, now=SOON)
        text = browser(None).read(screen)
        assert "sign--officer" in text and "Please wait in the car" in text and "sign-arrow" not in text

    def test_after_a_while_it_invites_again(self, browser, screen, car, scanner):
        scanner("CNHRS-R1").scan(car, now=SOON - timedelta(seconds=11))
        assert "sign--idle" in browser(None).read(screen)

    def test_a_stop_waits_for_the_officer_and_shows_what_he_decided(self, browser, screen, car, scanner, olga):
        told = scanner("CNHRS-R1").scan(
            car, now=SOON - timedelta(seconds=20), plate={"text": "新A99999临", "confidence": 0.99}
        )
        person = browser(None)
        text = person.read(screen)
        assert "sign--stop" in text and "sign-arrow" not in text.partition("<main")[2]
        passage = uuid.UUID(told["passage_id"])
        desk.decide(passage_id=passage, result="RELEASE", reason="x", by=olga, now=SOON - timedelta(seconds=2))
        assert "sign--admit" in person.read(screen)

    @pytest.mark.parametrize(("result", "part"), [("INSPECT", "sign-arrow--RIGHT"), ("TURN_BACK", "Please turn back")])
    def test_the_way_to_the_bay_and_back(self, browser, screen, car, scanner, olga, result, part):
        told = scanner("CNHRS-R1").scan(car, now=NOON, plate={"text": "新A99999临", "confidence": 0.99})
        passage = uuid.UUID(told["passage_id"])
        desk.decide(passage_id=passage, result=result, reason="x", by=olga, now=SOON - timedelta(seconds=2))
        assert part in browser(None).read(screen)

    def test_a_case_that_was_settled_otherwise_leaves_the_invitation(self, browser, screen, declaration, scanner, olga):
        told = scanner("CNHRS-R1").scan(declaration().vehicles.get(), now=NOON)
        passage = uuid.UUID(told["passage_id"])
        desk.decide(passage_id=passage, result="CLOSE", reason="x", by=olga, now=SOON - timedelta(seconds=2))
        assert "sign--idle" in browser(None).read(screen)

    def test_asking_too_often_is_braked(self, browser, screen, monkeypatch):
        monkeypatch.setattr("checkpoint.views.display.BURST", 2.0)
        monkeypatch.setattr("checkpoint.views.display.PER_S", 0.001)
        person = browser(None)
        answers = [person.open(screen) for _n in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert int(answers[2].headers["Retry-After"]) > 1

    def test_a_scan_that_was_kept_without_network_waves_nobody_through(self, browser, screen, car, scanner):
        scanner("CNHRS-R1").scan(car, now=SOON, captured_at=NOON.replace(hour=3).isoformat())
        assert "sign--idle" in browser(None).read(screen)

    def test_another_lane_is_not_shown(self, browser, screen, car, scanner):
        scanner("CNHRS-R2").scan(car, now=SOON)
        assert "sign--idle" in browser(None).read(screen)

    def test_a_new_link_ends_the_one_before_and_any_other_text_opens_nothing(self, browser, screen, lane, sam):
        person = browser(sam)
        answered = person.send("/gate/lanes/CNHRS-R1/display")
        new = re.search(r"http://testserver(/display/[\w-]+)", answered.content.decode())
        assert new and browser(None).open(new[1]).status_code == 200
        for gone in (screen, "/display/x", "/display/" + "x" * 3000):
            answered = browser(None).open(gone)
            assert answered.status_code == 404 and "CNHRS" not in answered.content.decode()
        assert LaneDisplay.objects.filter(ended_at=None).count() == 1

    def test_it_is_kept_by_nobody_and_costs_two_queries(self, browser, screen, car, scanner, django_assert_num_queries):
        scanner("CNHRS-R1").scan(car, now=SOON)
        with django_assert_num_queries(2):
            answered = browser(None).open(screen)
        assert answered.headers["Cache-Control"] == "private, no-store"
        assert "noindex" in answered.headers["X-Robots-Tag"]

    def test_a_script_gets_the_picture_alone(self, browser, screen):
        text = browser(None).open(screen, **{"X-Requested-With": "display"}).content.decode()
        assert text.lstrip().startswith("<main") and "<html" not in text

    def test_nothing_is_written_on_it(self, browser, screen):
        assert browser(None).send(screen).status_code == 405
