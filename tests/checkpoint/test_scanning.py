"""One question at a lane, one transaction, one answer for ever."""

import hashlib
import importlib
import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext
from psycopg import errors

from checkpoint import scanning
from checkpoint.models import Case, Passage, ScanKey
from checkpoint.models.gate import gate_of_device
from declarations import passes
from declarations.models import Driver, History, Port, Vehicle, digest
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


def same(field, text):
    """One fact of an answer that is the declared one."""
    return {"field": field, "declared": text, "seen": text, "result": "SAME"}


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
            "compared": [same("plate", vehicle.plate)],
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


def fact(field, declared, seen, result):
    """One fact of an answer."""
    return {"field": field, "declared": declared, "seen": seen, "result": result}


class TestWhatWasCompared:
    """A code in hand, at the release gate, of a vehicle that is in the yard."""

    @pytest.fixture
    def stop(self, vehicle, ask):
        """Ask with these facts."""
        ask("CNHRS-E1", seen(vehicle))

        def at_release(**facts):
            payload = ask("CNHRS-R1", {"code": vehicle.newest_pass.code, **facts}).payload
            vehicle.refresh_from_db()
            return payload["verdict"], payload["reason"], payload["compared"], payload["officer_text"]

        return at_release

    def test_a_slip_of_the_camera_is_for_an_officer_and_moves_nothing(self, stop, vehicle):
        slip = {"text": vehicle.plate.replace("1", "I"), "confidence": 0.97}
        verdict, reason, compared, told = stop(plate=slip, vin=vehicle.vin)
        assert (verdict, reason, vehicle.status) == ("MANUAL", "LOW_CONFIDENCE", "PRESENTED")
        assert compared[0] == fact("plate", vehicle.plate, slip["text"], "SLIP")
        assert f"declared {vehicle.plate}, seen {slip['text']}" in told
        assert Passage.objects.get(reason="LOW_CONFIDENCE").seen["own"] == ["VIN"]

    def test_another_plate_is_an_alarm_that_names_both(self, stop, vehicle):
        verdict, reason, compared, told = stop(plate={"text": "新A00002临", "confidence": 0.97}, vin=vehicle.vin)
        assert (verdict, reason, vehicle.status) == ("ALARM", "PLATE_MISMATCH", "REFERRED")
        assert compared == [fact("plate", vehicle.plate, "新A00002临", "DIFFERENT"), same("vin", vehicle.vin)]
        assert f"Plate: declared {vehicle.plate}, seen 新A00002临." in told

    def test_the_last_six_of_the_vin_open(self, stop, vehicle):
        assert stop(vin_tail=f" {vehicle.vin[-6:].lower()} ")[:3] == ("ADMIT", "OK", [same("vin", vehicle.vin[-6:])])

    def test_the_last_six_do_not_open_where_the_port_wants_the_whole(self, stop, vehicle):
        Port.objects.filter(pk="CNHRS").update(vin_tail_is_enough=False)
        assert stop(vin_tail=vehicle.vin[-6:])[:2] == ("MANUAL", "NOTHING_TO_COMPARE")
        assert vehicle.status == "PRESENTED"

    def test_the_last_six_of_another_car_stop(self, stop, vehicle):
        verdict, reason, compared, _told = stop(vin_tail="000002")
        assert (verdict, reason) == ("ALARM", "VIN_MISMATCH")
        assert compared == [fact("vin", vehicle.vin[-6:], "000002", "DIFFERENT")]

    def test_of_vin_and_last_six_the_worse_counts_and_is_told(self, stop, vehicle):
        verdict, reason, compared, _told = stop(vin=vehicle.vin, vin_tail="000002")
        assert (verdict, reason) == ("ALARM", "VIN_MISMATCH")
        assert compared == [fact("vin", vehicle.vin[-6:], "000002", "DIFFERENT")]

    def test_a_vin_that_the_camera_doubts_is_no_alarm(self, stop):
        verdict, reason, compared, _told = stop(vin=vehicle_body(9)["vin"], vin_confidence=0.4)
        assert (verdict, reason, compared[0]["result"]) == ("MANUAL", "LOW_CONFIDENCE", "DOUBTFUL")

    def test_of_another_drivers_card_only_the_ends_are_told(self, stop, declaration):
        declaration(bodies=[vehicle_body(2)])
        verdict, reason, compared, told = stop(driver_card="CARD-2")
        assert (verdict, reason) == ("ALARM", "DRIVER_MISMATCH")
        assert compared == [fact("card", "•••D-1", "•••D-2", "DIFFERENT")]
        assert "•••D-1" in told and "CARD" not in told
        assert "CARD-" not in str(Passage.objects.values_list("answer", "seen"))

    def test_a_card_whose_key_is_gone_still_gets_its_answer(self, stop, declaration):
        declaration(bodies=[vehicle_body(2)])
        Driver.objects.filter(card_digest=digest("CARD-1")).update(card=RawSQL("'0:AAAA'", ()))
        assert stop(driver_card="CARD-2")[2] == [fact("card", "•••", "•••D-2", "DIFFERENT")]

    @pytest.mark.parametrize(("tolerance", "answer"), [(5, ("MANUAL", "WEIGHT_DIFFERS")), (None, ("ADMIT", "OK"))])
    def test_a_weight_is_compared_where_the_port_says_how_closely(self, stop, vehicle, tolerance, answer):
        Port.objects.filter(pk="CNHRS").update(weight_tolerance=tolerance)
        verdict, reason, compared, _told = stop(vin=vehicle.vin, weight_kg=2600.0)
        assert (verdict, reason) == answer
        assert compared[1:] == ([fact("weight", "1450–1900", "2600", "DIFFERENT")] if tolerance else [])

    def test_what_nobody_declared_is_said(self, stop, vehicle):
        Vehicle.objects.filter(pk=vehicle.pk).update(plate="", plate_key="")
        verdict, reason, compared, told = stop(plate={"text": "新A00001临", "confidence": 0.97})
        assert (verdict, reason) == ("MANUAL", "NOTHING_TO_COMPARE")
        assert compared == [fact("plate", None, "新A00001临", "NOT_DECLARED")]
        assert "Plate: nothing declared, seen 新A00001临." in told

    def test_another_port_reads_nothing_of_the_declaration(self, vehicle, ask):
        payload = ask("CNYRK-R1", seen(vehicle, plate={"text": "新A00002临"}, driver_card="CARD-2")).payload
        assert (payload["reason"], payload["compared"]) == ("WRONG_PORT", [])
        assert vehicle.plate not in str(Passage.objects.get().answer)

    def test_a_replay_says_the_same_though_the_plate_was_corrected(self, vehicle, ask):
        scan_id, body = uuid.uuid4(), seen(vehicle, plate={"text": "新A00002临", "confidence": 0.97})
        first = ask("CNHRS-E1", body, scan_id=scan_id).payload
        Vehicle.objects.filter(pk=vehicle.pk).update(plate="新A00002临", plate_key="新A00002临")
        assert ask("CNHRS-E1", body, scan_id=scan_id).payload == first
        assert first["compared"][0]["result"] == "DIFFERENT"


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
        facts = {"driver_card": "CARD-1", "vin": vehicle.vin, "vin_tail": vehicle.vin[-6:], "weight_kg": 1500}
        counts = [statements(lane, seen(vehicle, **facts)) for lane in LANES]
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
