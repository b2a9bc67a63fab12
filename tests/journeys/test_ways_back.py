"""Each refusal that a user meets on the way, and its way out, walked to the end of the declaration."""

from datetime import timedelta

import pytest

from checkpoint import desk
from declarations import actions
from declarations.clearance import decisions, holds, inspections, issuing, overrides
from declarations.lifecycle import DeclarationStatus
from declarations.models import Closure, PassKey, Vehicle
from declarations.passes import manual_code
from tests.cast import NOON, let_workers_run, vehicle_body, vin_number

pytestmark = pytest.mark.django_db

WRONG = {"text": "新Z99999", "confidence": 0.99}


class Journey:
    """One vehicle of one declaration; every scan is a minute later."""

    def __init__(self, row, scanner):
        self.row, self.scanner, self.now = row, scanner, NOON
        self.pk = row.vehicles.get().pk

    @property
    def vehicle(self):
        """As it stands."""
        return Vehicle.objects.get(pk=self.pk)

    def scan(self, lane, **seen):
        """Come to a lane: verdict, reason, where the vehicle is then, and the passage."""
        self.now += timedelta(minutes=1)
        answer = self.scanner(lane).scan(self.vehicle, now=self.now, **seen)
        self.passage = answer["passage_id"]
        return answer["verdict"], answer["reason"], self.vehicle.status

    def goes_out(self, *lanes):
        """Through these gates to the end."""
        for lane in lanes:
            assert self.scan(lane)[:2] == ("ADMIT", "OK"), lane
        let_workers_run(self.now)
        self.row.refresh_from_db()
        assert self.row.status == DeclarationStatus.COMPLETED


@pytest.fixture
def journey(declaration, scanner):
    """At the port with three gates."""
    return Journey(declaration(), scanner)


@pytest.fixture
def short(declaration, scanner):
    """At the port with a single gate."""
    return Journey(declaration(port="CNYRK"), scanner)


def hold(journey, carl):
    """carl blocks the vehicle."""
    return holds.place(
        declaration_id=journey.row.pk, vehicle_id=journey.pk, reason_code="OTHER", text="", by=carl, now=journey.now
    )


def released(journey, carl, vins=None):
    """carl decides in its favour."""
    decisions.decide(
        declaration_id=journey.row.pk, result="RELEASE", reason="seen", vins=vins, by=carl, now=journey.now
    )


def test_a_hold_is_lifted_and_the_vehicle_goes_back_to_the_gate(journey, carl, sam):
    journey.scan("CNHRS-E1")
    placed = hold(journey, carl)
    assert journey.scan("CNHRS-R1") == ("ALARM", "HOLD", "REFERRED")
    holds.lift(public_id=placed.public_id, by=sam, reason="settled", now=journey.now)
    assert journey.vehicle.status == "PRESENTED"
    journey.goes_out("CNHRS-R1", "CNHRS-X1")


def test_a_hold_at_the_single_gate_presents_and_refers_and_lets_go_once_lifted(short, carl, sam):
    placed = hold(short, carl)
    assert short.scan("CNYRK-R1") == ("ALARM", "HOLD", "REFERRED")
    holds.lift(public_id=placed.public_id, by=sam, reason="settled", now=short.now)
    short.goes_out("CNYRK-R1")


def test_an_inspection_fails_is_repeated_and_the_vehicle_goes_on(journey, ivan):
    order = inspections.order(vehicle_id=journey.pk, text="OFFICER", by=ivan, now=journey.now)
    assert journey.scan("CNHRS-E1") == ("ADMIT", "OK", "PRESENTED")
    assert journey.scan("CNHRS-R1") == ("ALARM", "INSPECTION_DUE", "REFERRED")
    for good in (False, True):
        inspections.start(public_id=order.public_id, by=ivan, now=journey.now)
        order = inspections.finish(
            public_id=order.public_id,
            satisfactory=good,
            findings="brakes",
            next_step="REPAIR_AND_RECHECK",
            by=ivan,
            now=journey.now,
        )
        if not good:
            assert journey.scan("CNHRS-R1") == ("ALARM", "INSPECTION_FAILED", "REFERRED")
            order = order.followed_by
    assert journey.vehicle.status == "PRESENTED"
    journey.goes_out("CNHRS-R1", "CNHRS-X1")


def test_a_failed_vehicle_is_turned_back_repaired_and_comes_again(journey, ivan):
    journey.scan("CNHRS-E1")
    order = inspections.order(vehicle_id=journey.pk, text="OFFICER", by=ivan, now=journey.now)
    inspections.start(public_id=order.public_id, by=ivan, now=journey.now)
    failed = inspections.finish(
        public_id=order.public_id, satisfactory=False, findings="", next_step="TURN_BACK", by=ivan, now=journey.now
    )
    assert journey.vehicle.status == "DECLARED"
    assert journey.scan("CNHRS-E1")[0] == "ADMIT"
    assert journey.scan("CNHRS-R1")[1] == "INSPECTION_FAILED"
    inspections.start(public_id=failed.followed_by.public_id, by=ivan, now=journey.now)
    inspections.finish(public_id=failed.followed_by.public_id, satisfactory=True, findings="", by=ivan, now=journey.now)
    journey.goes_out("CNHRS-R1", "CNHRS-X1")


@pytest.mark.parametrize("lanes", [("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"), ("CNYRK-R1",)])
def test_a_wrong_plate_is_repaired_by_the_exporter_and_the_vehicle_goes_back_to_the_gate(
    declaration, scanner, alice, lanes
):
    journey = Journey(declaration(port=lanes[0][:5]), scanner)
    for lane in lanes[:-2]:
        journey.scan(lane)
    gate = "CNYRK-R1" if len(lanes) == 1 else "CNHRS-R1"
    assert journey.scan(gate, plate=WRONG, vin=journey.vehicle.vin) == ("ALARM", "PLATE_MISMATCH", "REFERRED")
    body = {"vehicles": [{"plate": WRONG["text"]}]}
    actions.amend(declaration_id=journey.row.pk, vehicle_id=journey.pk, body=body, by=alice, now=journey.now)
    assert journey.vehicle.status == "PRESENTED"
    assert journey.vehicle.passes.get().status == "ISSUED"
    journey.goes_out(*lanes[lanes.index(gate) :])


def test_a_mismatch_leaves_no_cause_behind_and_the_right_plate_goes_through_in_one_passage(journey):
    journey.scan("CNHRS-E1")
    journey.scan("CNHRS-R1", plate=WRONG, vin=journey.vehicle.vin)
    assert journey.scan("CNHRS-R1") == ("ADMIT", "OK", "RELEASED")
    journey.goes_out("CNHRS-X1")
    moves = journey.vehicle.history.filter(machine="vehicle").values_list("to_status", flat=True)
    assert list(moves) == ["DECLARED", "PRESENTED", "REFERRED", "PRESENTED", "RELEASED", "EXITED"]


def test_a_mismatch_of_a_car_that_is_not_there_moves_nothing(journey):
    journey.scan("CNHRS-E1")
    assert journey.scan("CNHRS-R1", plate=WRONG) == ("ALARM", "PLATE_MISMATCH", "PRESENTED")


def test_a_run_out_paper_is_renewed(journey, alice):
    journey.now = NOON + timedelta(days=29)  # the temporary plate ended at midnight
    actions.renew_pass(vehicle_id=journey.pk, by=alice, now=journey.now)
    assert journey.scan("CNHRS-E1") == ("ADMIT", "OK", "PRESENTED")
    assert journey.scan("CNHRS-R1") == ("ALARM", "PAPER_EXPIRED", "PRESENTED")
    body = {"vehicles": [{"plate": "新A77777临", "plate_expires_on": "2027-01-19"}]}
    actions.amend(declaration_id=journey.row.pk, vehicle_id=journey.pk, body=body, by=alice, now=journey.now)
    journey.goes_out("CNHRS-R1", "CNHRS-X1")


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        ({"vin": vin_number(9)}, "VIN_MISMATCH"),
        ({"plate": WRONG}, "PLATE_MISMATCH"),
        ({"driver_card": "CARD-77"}, "DRIVER_MISMATCH"),
        ({"plate": {**WRONG, "confidence": 0.4}}, "LOW_CONFIDENCE"),
        ({"driver_card": "NOBODY"}, "DRIVER_UNKNOWN"),
        ({"plate": None}, "NOTHING_TO_COMPARE"),
    ],
)
def test_an_officer_looks_for_himself_and_lets_it_go(journey, declaration, olga, seen, reason):
    declaration(bodies=[vehicle_body(77)])
    journey.scan("CNHRS-E1")
    assert journey.scan("CNHRS-R1", **seen)[1] == reason
    desk.decide(passage_id=journey.passage, result="RELEASE", reason="looked", by=olga, now=journey.now)
    journey.goes_out("CNHRS-X1")


def test_another_driver_is_declared_and_the_vehicle_goes_back_to_the_gate(journey, declaration, alice):
    other = declaration(bodies=[vehicle_body(77)]).vehicles.get().driver
    journey.scan("CNHRS-E1")
    answer = journey.scan("CNHRS-R1", driver_card=other.card)
    assert answer == ("ALARM", "DRIVER_MISMATCH", "REFERRED")
    body = {"vehicles": [{"driver": vehicle_body(77)["driver"]}]}
    actions.amend(declaration_id=journey.row.pk, vehicle_id=journey.pk, body=body, by=alice, now=journey.now)
    assert journey.scan("CNHRS-R1", driver_card=other.card) == ("ADMIT", "OK", "RELEASED")
    journey.goes_out("CNHRS-X1")


def test_papers_that_were_due_are_seen(declaration, scanner, carl):
    used = vehicle_body(1, condition="USED", first_registered_on="2024-01-10", odometer_km=30_000)
    journey = Journey(declaration(bodies=[used]), scanner)
    journey.scan("CNHRS-E1")
    assert journey.scan("CNHRS-R1") == ("ALARM", "DOCUMENTS_DUE", "REFERRED")
    released(journey, carl, vins=[journey.vehicle.vin])
    assert journey.vehicle.status == "PRESENTED"
    journey.goes_out("CNHRS-R1", "CNHRS-X1")


def test_a_declaration_under_control_is_released_again(journey, carl, sam):
    journey.scan("CNHRS-E1")
    placed = holds.place(declaration_id=journey.row.pk, reason_code="OTHER", text="", by=carl, now=journey.now)
    assert journey.scan("CNHRS-R1")[1] == "DECLARATION_NOT_RELEASED"
    holds.lift(public_id=placed.public_id, by=sam, reason="settled", now=journey.now)
    released(journey, carl)
    journey.goes_out("CNHRS-R1", "CNHRS-X1")


def test_an_appeal_gives_a_revoked_vehicle_another_pass(journey, alice, carl, sam):
    placed = holds.place(declaration_id=journey.row.pk, reason_code="OTHER", text="", by=carl, now=journey.now)
    decisions.decide(declaration_id=journey.row.pk, result="REFUSE", reason="", by=carl, now=journey.now)
    assert journey.scan("CNHRS-E1")[1] == "REVOKED"
    actions.appeal(declaration_id=journey.row.pk, reason="please", by=alice, now=journey.now)
    decisions.grant_appeal(declaration_id=journey.row.pk, reason="granted", by=sam, now=journey.now)
    holds.lift(public_id=placed.public_id, by=sam, reason="settled", now=journey.now)
    released(journey, carl)
    assert journey.vehicle.newest_pass.version == 2
    journey.goes_out("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")


def test_a_detained_vehicle_is_freed(journey, sam):
    journey.scan("CNHRS-E1")
    journey.scan("CNHRS-R1", plate=WRONG, vin=journey.vehicle.vin)
    decisions.detain(vehicle_id=journey.pk, reason="whose?", by=sam, now=journey.now)
    assert journey.scan("CNHRS-R1")[1] == "DETAINED"
    decisions.end_detention(vehicle_id=journey.pk, withdrawn=False, reason="his", by=sam, now=journey.now)
    journey.goes_out("CNHRS-R1", "CNHRS-X1")


def test_a_withdrawn_vehicle_is_declared_again(journey, declaration, alice):
    actions.withdraw_vehicle(declaration_id=journey.row.pk, vehicle_id=journey.pk, reason="", by=alice, now=journey.now)
    assert journey.scan("CNHRS-E1")[1] == "WITHDRAWN"
    again = Journey(declaration(bodies=[vehicle_body(1)]), journey.scanner)
    again.goes_out("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("https://example.org", "NOT_A_PASS"),
        (manual_code(4711), "UNKNOWN_PASS"),
        (None, "CODE_UNREADABLE"),
    ],
)
def test_who_shows_the_right_code_after_all_goes_through(journey, code, reason):
    assert journey.scan("CNHRS-E1", code=code, plate=None)[1] == reason
    journey.goes_out("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")


def test_at_the_wrong_port_or_gate_it_is_sent_to_the_right_one(journey):
    assert journey.scan("CNYRK-R1")[1] == "WRONG_PORT"
    assert journey.scan("CNHRS-R1")[1] == "WRONG_STAGE"
    journey.goes_out("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")


def test_a_pass_under_a_revoked_key_is_renewed(short, alice):
    PassKey.objects.update(status="REVOKED")
    issuing.rotate(now=short.now)
    assert short.scan("CNYRK-R1")[1] == "UNKNOWN_KEY"
    actions.renew_pass(vehicle_id=short.pk, by=alice, now=short.now)
    short.goes_out("CNYRK-R1")


def test_a_pass_that_has_run_out_is_renewed(short, alice):
    short.now = NOON + timedelta(days=5)
    assert short.scan("CNYRK-R1")[1] == "EXPIRED"
    actions.renew_pass(vehicle_id=short.pk, by=alice, now=short.now)
    short.goes_out("CNYRK-R1")


def test_who_came_too_early_waits(journey):
    journey.now = NOON - timedelta(hours=1)
    assert journey.scan("CNHRS-E1")[1] == "NOT_YET_VALID"
    journey.now = NOON
    journey.goes_out("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")


def test_a_closed_port_opens_again(journey):
    Closure.objects.create(port_id="CNHRS", starts_at=NOON, ends_at=NOON + timedelta(hours=1), public_reason="storm")
    assert journey.scan("CNHRS-E1")[1] == "PORT_CLOSED"
    journey.now = NOON + timedelta(hours=1)
    journey.goes_out("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")


def test_turned_back_at_the_gate_it_comes_again(journey, olga):
    journey.scan("CNHRS-E1")
    journey.scan("CNHRS-R1", plate=None)
    assert journey.vehicle.status == "PRESENTED"
    passage = journey.passage
    desk.decide(passage_id=passage, result="TURN_BACK", reason="", vin=journey.vehicle.vin, by=olga, now=journey.now)
    assert journey.vehicle.status == "DECLARED"
    journey.goes_out("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")


def test_two_people_set_a_hold_aside_once(journey, carl, olga, oscar):
    journey.scan("CNHRS-E1")
    hold(journey, carl)
    assert journey.scan("CNHRS-R1")[1] == "HOLD"
    asked = desk.ask_override(passage_id=journey.passage, reason="organs", by=olga, now=journey.now)
    overrides.grant(public_id=asked.public_id, by=oscar, now=journey.now)
    assert journey.scan("CNHRS-R1") == ("ADMIT", "OK", "RELEASED")
    assert journey.scan("CNHRS-X1") == ("ALARM", "HOLD", "RELEASED")
    asked = desk.ask_override(passage_id=journey.passage, reason="organs", by=olga, now=journey.now)
    overrides.grant(public_id=asked.public_id, by=oscar, now=journey.now)
    journey.goes_out("CNHRS-X1")
    assert list(journey.vehicle.overrides.values_list("stage", flat=True)) == ["EXIT", "RELEASE"]


def test_a_superseded_pass_is_refused_and_the_newer_one_goes_through(short, alice):
    old = short.vehicle.newest_pass.code
    actions.renew_pass(vehicle_id=short.pk, by=alice, now=short.now)
    assert short.scan("CNYRK-R1", code=old) == ("ALARM", "SUPERSEDED", "DECLARED")
    short.goes_out("CNYRK-R1")


def test_a_returned_vehicle_meets_the_gate_is_recorded_and_declared_again(journey, olga, alice, declaration):
    journey.goes_out("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")
    assert journey.scan("CNHRS-E1") == ("MANUAL", "COMING_BACK", "EXITED")
    decisions.record_return(vehicle_id=journey.pk, reason="no visa", by=olga, now=journey.now)
    copied = actions.copy(declaration_id=journey.row.pk, by=alice, now=journey.now)
    arrival = {"planned_arrival_at": (journey.now + timedelta(days=1)).isoformat()}
    actions.amend(declaration_id=copied.pk, body=arrival, by=alice, now=journey.now)
    actions.lodge(declaration_id=copied.pk, by=alice, now=journey.now)
    let_workers_run(journey.now)
    again = Journey(copied, journey.scanner)
    again.now = journey.now
    again.goes_out("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")


@pytest.mark.parametrize(("minutes", "reason"), [(10, "ALREADY_ADMITTED"), (31, "COMING_BACK")])
def test_at_the_single_gate_a_second_scan_is_the_same_visit_for_half_an_hour(short, minutes, reason):
    short.goes_out("CNYRK-R1")
    short.now += timedelta(minutes=minutes - 1)
    assert short.scan("CNYRK-R1")[1] == reason


def test_a_contested_entry_is_annulled_by_a_second_person_and_the_real_car_comes_in(journey, olga, sam):
    journey.scan("CNHRS-E1")
    first = journey.passage
    assert journey.scan("CNHRS-E2")[1] == "ALREADY_ADMITTED"
    desk.contest(passage_id=journey.passage, vin=journey.vehicle.vin, reason="", by=olga, now=journey.now)
    desk.annul(passage_id=first, reason="another car", by=sam, now=journey.now)
    journey.goes_out("CNHRS-E2", "CNHRS-R1", "CNHRS-X1")


def test_one_bad_vehicle_never_blocks_the_others(declaration, scanner, carl, ivan):
    row = declaration(bodies=[vehicle_body(n) for n in range(1, 5)])
    good, held, failed, _waiting = row.vehicles.order_by("position")
    holds.place(declaration_id=row.pk, vehicle_id=held.pk, reason_code="OTHER", text="", by=carl, now=NOON)
    inspections.order(vehicle_id=failed.pk, text="OFFICER", by=ivan, now=NOON)
    for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
        answers = [scanner(lane).scan(vehicle)["reason"] for vehicle in (held, failed, good)]
        assert answers[2] == "OK"
    assert Vehicle.objects.get(pk=good.pk).status == "EXITED"
    assert row.vehicles.exclude(pk=good.pk).filter(status="EXITED").count() == 0
    row.refresh_from_db()
    assert row.status == DeclarationStatus.RELEASED
