"""One question at a lane, one transaction, one answer for ever."""

import hashlib
import importlib
import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from psycopg import errors

from checkpoint import scanning
from checkpoint.models import Case, Passage, ScanKey
from checkpoint.models.gate import gate_of_device
from declarations import passes
from declarations.models import History, Vehicle
from tests.cast import NOON, vehicle_body
from tests.refusals import nothing_written

pytestmark = pytest.mark.django_db

module = importlib.import_module("checkpoint.scanning.scan")  # its package's name stands for the function
LANES = ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")


@pytest.fixture
def vehicle(declaration):
    """Released and to come."""
    return declaration().vehicles.get()


def seen(vehicle, **more):
    """What a good lane reads."""
    return {"code": vehicle.newest_pass.code, "plate": {"text": vehicle.plate, "confidence": 0.97}, **more}


@pytest.fixture
def ask(scanner):
    """Ask as a lane, with everything in hand."""

    def answer(lane, body, *, scan_id=None, officer=None, now=NOON):
        gate = gate_of_device(scanner(lane).device.pk, now=now)
        return scanning.scan(gate=gate, scan_id=scan_id or uuid.uuid4(), body=body, officer=officer, now=now)

    return answer


class TestTheAnswer:
    def test_says_what_the_contract_says(self, vehicle, ask):
        scan_id = uuid.uuid4()
        payload = ask("CNHRS-E1", seen(vehicle), scan_id=scan_id).payload
        driver = payload.pop("driver_text")
        officer = payload.pop("officer_text")
        passage = Passage.objects.get()
        assert payload == {
            "passage_id": str(passage.pk),
            "scan_id": str(scan_id),
            "verdict": "ADMIT",
            "reason": "OK",
            "advice": [],
            "provisional": False,
            "barrier": "LIFT",
            "port": "CNHRS",
            "stage": "ENTRY",
            "lane": "CNHRS-E1",
            "decided_at": NOON,
            "vehicle": {
                "vin": vehicle.vin,
                "make": "Tesla",
                "model": "Model 3",
                "colour": "white",
                "plate": vehicle.plate,
                "status": "PRESENTED",
            },
            "declaration": {"reference": vehicle.declaration.reference, "status": "RELEASED", "channel": "GREEN"},
        }
        assert set(driver) == {"zh", "ru", "kk", "en"}
        assert officer

    def test_names_no_vehicle_of_another_port(self, vehicle, ask):
        payload = ask("CNYRK-R1", seen(vehicle)).payload
        assert (payload["reason"], payload["vehicle"], payload["declaration"]) == ("WRONG_PORT", None, None)
        assert Passage.objects.get().vehicle is None
        assert History.objects.filter(vehicle=vehicle, reason="WRONG_PORT").exists()

    def test_of_an_officer_at_his_lane_bears_his_name(self, vehicle, ask, olga):
        ask("CNHRS-E1", seen(vehicle), officer=olga)
        assert Passage.objects.get().officer == olga
        assert vehicle.history.get(to_status="PRESENTED").by == olga

    def test_of_a_lane_bears_the_lanes_name(self, vehicle, ask):
        ask("CNHRS-E1", seen(vehicle, captured_at="2026-11-22T03:59:58+00:00"))
        assert vehicle.history.get(to_status="PRESENTED").by_label == "lane CNHRS-E1"
        assert Passage.objects.get().captured_at == NOON - timedelta(seconds=2)

    def test_keeps_no_card_number(self, vehicle, ask):
        ask("CNHRS-E1", seen(vehicle, driver_card="CARD-1"))
        row = Passage.objects.get()
        assert "CARD-1" not in str(row.seen)
        assert row.seen["own"] == ["CARD", "PLATE"]


class TestTheSameScanAgain:
    def test_gets_the_stored_answer_and_writes_nothing(self, vehicle, ask):
        scan_id = uuid.uuid4()
        first = ask("CNHRS-E1", seen(vehicle), scan_id=scan_id)
        again = {"plate": {"confidence": 0.97, "text": vehicle.plate}, "code": vehicle.newest_pass.code}
        with nothing_written():
            second = ask("CNHRS-E1", again, scan_id=scan_id, now=NOON + timedelta(hours=9))
        assert second.payload == first.payload
        assert (first.replayed, second.replayed) == (False, True)

    def test_with_another_body_is_refused(self, vehicle, ask):
        scan_id = uuid.uuid4()
        ask("CNHRS-E1", seen(vehicle), scan_id=scan_id)
        with nothing_written(), pytest.raises(scanning.BodyDiffers):
            ask("CNHRS-E1", seen(vehicle, vin=vehicle.vin), scan_id=scan_id)

    def test_from_another_device_is_another_question(self, vehicle, ask):
        scan_id = uuid.uuid4()
        ask("CNHRS-E1", seen(vehicle), scan_id=scan_id)
        assert ask("CNHRS-E2", seen(vehicle), scan_id=scan_id).payload["reason"] == "ALREADY_ADMITTED"
        assert ScanKey.objects.count() == 2


class TestWhatWasNotMoved:
    def test_leaves_a_note_on_the_vehicle(self, vehicle, ask):
        ask("CNHRS-X1", seen(vehicle))
        row = vehicle.history.get(reason="WRONG_STAGE")
        assert row.machine == "note"
        assert row.data["lane"] == "CNHRS-X1"

    def test_opens_a_case_that_a_later_admission_settles(self, vehicle, ask):
        ask("CNHRS-E1", {"code": vehicle.newest_pass.code, "plate": {"text": "新Z99999", "confidence": 0.9}})
        assert Case.objects.get().closed_at is None
        ask("CNHRS-E1", seen(vehicle))
        assert (Case.objects.get().result, Case.objects.get().closed_at) == ("LATER_PASSAGE", NOON)

    def test_of_nothing_known_leaves_only_the_passage(self, vehicle, ask):
        ask("CNHRS-E1", {"code": "hello"})
        assert Passage.objects.get().vehicle is None
        assert Case.objects.count() == 1


class TestFindingAVehicleWithoutItsCode:
    def test_its_plate_finds_it_and_another_fact_must_match(self, vehicle, ask):
        plate = {"text": f"{vehicle.plate[:2]}·{vehicle.plate[2:]}", "confidence": 0.99}
        assert ask("CNHRS-E1", {"plate": plate}).payload["reason"] == "NOTHING_TO_COMPARE"
        assert ask("CNHRS-E1", {"plate": plate, "vin": vehicle.vin}).payload["verdict"] == "ADMIT"

    def test_its_drivers_card_finds_it(self, vehicle, ask):
        body = {"code": None, "driver_card": " card-1 ", "plate": {"text": vehicle.plate, "confidence": 0.5}}
        assert ask("CNHRS-E1", body).payload["reason"] == "LOW_CONFIDENCE"
        assert ask("CNHRS-E1", {"driver_card": "CARD-1", "vin": vehicle.vin}).payload["verdict"] == "ADMIT"

    def test_its_vin_never_does(self, vehicle, ask):
        assert ask("CNHRS-E1", {"vin": vehicle.vin}).payload["reason"] == "CODE_UNREADABLE"

    def test_one_plate_on_two_vehicles_finds_neither(self, declaration, ask):
        declaration(bodies=[vehicle_body(1, plate="新A00001临"), vehicle_body(2, plate="新A00001临")])
        body = {"plate": {"text": "新A00001临", "confidence": 0.99}, "vin": vehicle_body(1)["vin"]}
        assert ask("CNHRS-E1", body).payload["reason"] == "CODE_UNREADABLE"

    def test_a_plate_typed_by_a_person_is_sure(self, vehicle, ask):
        assert ask("CNHRS-E1", {"plate": {"text": vehicle.plate}, "vin": vehicle.vin}).payload["verdict"] == "ADMIT"

    def test_before_the_release_there_is_no_pass_to_find(self, declaration, ask):
        vehicle = declaration(status="UNDER_CONTROL").vehicles.get()
        body = {"plate": {"text": vehicle.plate, "confidence": 0.99}, "vin": vehicle.vin}
        assert ask("CNHRS-E1", body).payload["reason"] == "CODE_UNREADABLE"


class TestTheManualCode:
    def test_is_forgiven_its_spelling(self, vehicle, ask):
        code = vehicle.newest_pass.manual_code.lower().replace("-", " ")
        assert ask("CNHRS-E1", seen(vehicle, code=code)).payload["verdict"] == "ADMIT"

    def test_with_a_wrong_check_is_as_none(self, vehicle, ask):
        code = vehicle.newest_pass.manual_code
        wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
        assert ask("CNHRS-E1", {"code": wrong}).payload["reason"] == "CODE_UNREADABLE"
        body = seen(vehicle, code=wrong, vin=vehicle.vin)
        assert ask("CNHRS-E1", body).payload["verdict"] == "ADMIT"

    def test_past_ten_unknown_ones_no_more_are_looked_up_at_this_device_for_ten_minutes(self, vehicle, ask):
        unknown = [passes.manual_code(number) for number in range(11)]
        for code in unknown[:10]:
            assert ask("CNHRS-E1", {"code": code}).payload["reason"] == "UNKNOWN_PASS"
        good = seen(vehicle, code=vehicle.newest_pass.manual_code)
        assert ask("CNHRS-E1", good).payload["reason"] == "CODE_UNREADABLE"
        assert ask("CNHRS-E2", good).payload["verdict"] == "ADMIT"
        later = NOON + timedelta(minutes=10)
        assert ask("CNHRS-E1", {"code": unknown[10]}, now=later).payload["reason"] == "UNKNOWN_PASS"


class TestOurOwnFailures:
    def fail(self, monkeypatch, cause):
        """The next lock cannot be had."""

        def broken(*args, **kwargs):
            raise OperationalError("no") from cause

        monkeypatch.setattr(module, "lock", broken)

    @pytest.mark.parametrize("cause", [errors.LockNotAvailable(), errors.QueryCanceled(), errors.DeadlockDetected()])
    @pytest.mark.parametrize("lane", LANES)
    def test_a_lock_that_cannot_be_had_is_manual_and_moves_nothing(self, vehicle, ask, monkeypatch, cause, lane):
        self.fail(monkeypatch, cause)
        payload = ask(lane, seen(vehicle)).payload
        assert (payload["verdict"], payload["reason"], payload["barrier"]) == ("MANUAL", "TIMED_OUT", "STAY")
        vehicle.refresh_from_db()
        assert vehicle.status == "DECLARED"

    def test_a_forged_pass_stays_an_alarm(self, vehicle, ask, monkeypatch):
        self.fail(monkeypatch, errors.LockNotAvailable())
        assert ask("CNHRS-E1", {"code": "hello"}).payload["reason"] == "NOT_A_PASS"

    def test_of_what_is_no_pass_only_a_digest_stays(self, vehicle, ask):
        ask("CNHRS-E1", {"code": "my bank card 6222"})
        kept = Passage.objects.latest("decided_at").code
        assert "6222" not in kept
        assert kept == f"sha256:{hashlib.sha256(b'my bank card 6222').hexdigest()} (17 characters)"

    def test_what_cannot_be_stored_is_no_answer(self, vehicle, ask, monkeypatch):
        self.fail(monkeypatch, errors.AdminShutdown())
        with nothing_written(), pytest.raises(OperationalError):
            ask("CNHRS-E1", seen(vehicle))


class TestHostileCodes:
    @pytest.mark.parametrize("code", ["", "\0", "VP1:\0\0", "\ud800", "x" * 5000, "‮" * 50, "VP1:" + "A" * 3000])
    def test_are_answered_and_kept(self, vehicle, ask, code):
        payload = ask("CNHRS-E1", {"code": code}).payload
        assert payload["verdict"] in ("ALARM", "MANUAL")
        assert len(Passage.objects.get().code) <= 4096


class TestStatements:
    """At most seven for a decision at one stage, the key of the device included (CONTRACT: eight)."""

    FRAMING = ("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT")

    def count(self, act):
        """Statements, without those that only frame a transaction."""
        with CaptureQueriesContext(connection) as captured:
            act()
        return sum(not query["sql"].startswith(self.FRAMING) for query in captured.captured_queries)

    @pytest.fixture
    def statements(self, scanner):
        """Of one scan at a lane, its gate known already or not."""

        def of(lane, body, *, scan_id=None):
            device = scanner(lane).device.pk

            def one_scan():
                gate = gate_of_device(device, now=NOON)
                scanning.scan(gate=gate, scan_id=scan_id or uuid.uuid4(), body=body, now=NOON)

            return self.count(one_scan)

        return of

    def test_at_each_stage(self, vehicle, statements):
        counts = [statements(lane, seen(vehicle, driver_card="CARD-1", vin=vehicle.vin)) for lane in LANES]
        assert max(counts) <= 7, counts

    def test_at_a_port_with_one_gate(self, declaration, statements):
        vehicle = declaration(port="CNYRK").vehicles.get()
        assert statements("CNYRK-R1", seen(vehicle)) <= 7
        assert Vehicle.objects.get().status == "EXITED"

    def test_of_refusals(self, vehicle, statements):
        assert statements("CNHRS-R1", seen(vehicle)) <= 7
        assert statements("CNHRS-E1", {"code": "hello"}) <= 4
        assert statements("CNHRS-E1", seen(vehicle, code=None, driver_card="CARD-9")) <= 7
        assert statements("CNHRS-E1", seen(vehicle, code=vehicle.newest_pass.manual_code)) <= 7

    def test_of_a_replay(self, vehicle, statements):
        scan_id = uuid.uuid4()
        statements("CNHRS-E1", seen(vehicle), scan_id=scan_id)
        assert statements("CNHRS-E1", seen(vehicle), scan_id=scan_id) <= 4
