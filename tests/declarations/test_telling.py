"""Each line of DOMAIN section 9 from end to end: a real act, the workers, and who was told in which words."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checkpoint import desk
from declarations import actions
from declarations.actions import notices
from declarations.clearance import assessment, closures, decisions, holds, inspections
from declarations.lifecycle import Owed
from declarations.models import Closure, Declaration, Inspection, Notice, OutboxTask, Paper, Vehicle, owe
from declarations.models.worded import sentences
from tests.cast import NOON, let_workers_run, never, vehicle_body

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def told(*kinds, since=0):
    """Pairs of kind and audience of notices, sorted, of these kinds."""
    rows = Notice.objects.filter(pk__gt=since)
    pairs = sorted(set(rows.values_list("kind", "audience")))
    return [pair for pair in pairs if not kinds or pair[0] in kinds]


def newest():
    """Where the next notices begin."""
    return Notice.objects.order_by("pk").values_list("pk", flat=True).last() or 0


def words(kind, audience):
    """What the newest notice of a kind says to an audience."""
    row = Notice.objects.filter(kind=kind, audience=audience).latest("pk")
    return sentences([row])[row.pk]


@pytest.fixture
def vehicle(declaration):
    """Released and ready; what led there was told."""
    return declaration().vehicles.get()


@pytest.fixture
def presented(vehicle, scanner):
    """It stands in the yard."""
    scanner("CNHRS-E1").scan(vehicle)
    let_workers_run()
    return vehicle


def test_released_and_pass_ready_is_told_to_exporter_and_driver(vehicle):
    assert told() == [("PASS_READY", "D"), ("PASS_READY", "E")]
    assert words("PASS_READY", "E") == "Released. The passes are ready."
    assert words("PASS_READY", "D") == "Your pass is ready. You may drive to the port."


def test_telling_of_a_release_is_due_at_once(declaration):
    row = declaration(status="LODGED")
    OutboxTask.objects.filter(kind=Owed.TELL).delete()
    assessment.assess(declaration_id=row.pk, draw=never, now=NOON + MINUTE)
    assert {task.due_at for task in OutboxTask.objects.filter(kind=Owed.TELL, subject=row.pk)} == {NOON + MINUTE}


def test_not_ready_is_told_with_its_reason_and_ready_again_after_the_repair(vehicle, alice):
    before = newest()
    body = {"vehicles": [{"vin": vehicle.vin, "plate": None}]}
    actions.amend(declaration_id=vehicle.declaration_id, body=body, by=alice, now=NOON)
    let_workers_run()
    assert told("NOT_READY", since=before) == [("NOT_READY", "D"), ("NOT_READY", "E")]
    assert "Enter the plate it will carry." in words("NOT_READY", "E")
    assert words("NOT_READY", "D").startswith("Please do not set out yet.")
    before = newest()
    body = {"vehicles": [{"vin": vehicle.vin, "plate": "新A54321临"}]}
    actions.amend(declaration_id=vehicle.declaration_id, body=body, by=alice, now=NOON)
    let_workers_run()
    assert told("READY_AGAIN", "PASS_READY", since=before) == [("READY_AGAIN", "D"), ("READY_AGAIN", "E")]


def test_a_vehicle_that_was_never_ready_is_told_to_its_exporter_alone(declaration):
    row = declaration(bodies=[vehicle_body(1, driver=None)])
    assert told() == [("NOT_READY", "E")]
    assert "Name who drives the vehicle." in words("NOT_READY", "E")
    assert Notice.objects.get().vehicle == row.vehicles.get()


def test_a_withdrawn_vehicle_calls_its_driver_back(vehicle, alice):
    actions.withdraw_vehicle(
        declaration_id=vehicle.declaration_id, vehicle_id=vehicle.pk, reason="sold", by=alice, now=NOON
    )
    let_workers_run()
    assert told("NOT_READY") == [("NOT_READY", "D"), ("NOT_READY", "E")]


def test_a_hold_is_told_with_its_public_reason_and_once(vehicle, carl, sam):
    hold = holds.place(
        declaration_id=vehicle.declaration_id,
        vehicle_id=vehicle.pk,
        reason_code="OTHER",
        text="INNER smuggling suspected",
        public_text="a question about the seal",
        by=carl,
        now=NOON,
    )
    before = newest()
    let_workers_run()
    assert told(since=before) == [("HOLD_PLACED", "D"), ("HOLD_PLACED", "E"), ("HOLD_PLACED", "O")]
    assert words("HOLD_PLACED", "E") == "Customs has stopped this for now. a question about the seal"
    assert words("HOLD_PLACED", "O") == "A hold was placed: a question about the seal"
    assert "INNER" not in str(list(Notice.objects.values_list("values", flat=True)))
    before = newest()
    holds.lift(public_id=hold.public_id, by=sam, reason="fine", now=NOON + MINUTE)
    let_workers_run(NOON + MINUTE)
    lifted = [("HOLD_LIFTED", "D"), ("HOLD_LIFTED", "E"), ("HOLD_LIFTED", "O")]
    assert told(since=before) == [*lifted, ("READY_AGAIN", "D"), ("READY_AGAIN", "E")]


def test_a_driver_at_the_port_reads_of_a_hold_only_that_an_officer_is_coming(presented, carl):
    before = newest()
    holds.place(
        declaration_id=presented.declaration_id,
        vehicle_id=presented.pk,
        reason_code="OTHER",
        text="x",
        public_text="a question",
        by=carl,
        now=NOON,
    )
    let_workers_run()
    assert ("HOLD_PLACED", "D") not in told(since=before)
    assert words("HOLD_AT_PORT", "D") == "Please wait in the car, an officer is coming."


def test_a_hold_on_the_declaration_is_one_notice_and_one_for_each_driver(declaration, carl):
    row = declaration(vehicles=3)
    before = newest()
    holds.place(declaration_id=row.pk, reason_code="OTHER", text="x", by=carl, now=NOON)
    let_workers_run()
    rows = Notice.objects.filter(pk__gt=before)
    assert sorted(rows.values_list("audience", flat=True)) == ["D", "D", "D", "E", "O"]


def test_documents_wanted_and_its_clock_are_told_to_the_exporter(declaration, carl):
    row = declaration(status="UNDER_CONTROL")
    decisions.decide(
        declaration_id=row.pk,
        result="REQUEST_DOCUMENTS",
        reason="please",
        documents=[{"code": "commercial_contract", "vin": None, "why": "please"}],
        due_at=NOON + 10 * HOUR,
        by=carl,
        now=NOON,
    )
    let_workers_run()
    assert told("DOCUMENTS_WANTED") == [("DOCUMENTS_WANTED", "E")]
    assert "2026-11-22 22:00 UTC+8" in words("DOCUMENTS_WANTED", "E")
    assert notices.remind(now=NOON + 4 * HOUR) == 0
    assert notices.remind(now=NOON + 5 * HOUR) == 1
    assert notices.remind(now=NOON + 5 * HOUR + MINUTE) == 0
    assert words("DOCUMENTS_CLOCK", "E").startswith("50 % of the time")
    assert notices.remind(now=NOON + 9 * HOUR) == 1
    assert words("DOCUMENTS_CLOCK", "E").startswith("90 % of the time")


def test_papers_that_arrived_are_told_to_the_desk(declaration, alice):
    row = declaration(status="DOCUMENTS_REQUIRED")
    before = newest()
    actions.answer(declaration_id=row.pk, text="here", by=alice, now=NOON)
    let_workers_run()
    assert told("PAPERS_ARRIVED", since=before) == [("PAPERS_ARRIVED", "O")]


def test_an_inspection_is_told_once_its_vehicle_stands_in_the_port(vehicle, ivan, scanner):
    inspections.order(vehicle_id=vehicle.pk, text="x", by=ivan, now=NOON)
    let_workers_run()
    assert told("INSPECTION") == []
    scanner("CNHRS-E1").scan(vehicle, now=NOON + MINUTE)
    let_workers_run(NOON + MINUTE)
    assert told("INSPECTION") == [("INSPECTION", "D"), ("INSPECTION", "E")]
    assert words("INSPECTION", "D") == "An inspection is to be done. Bring the vehicle to the bay."


def test_how_an_inspection_ended_and_what_follows(presented, ivan):
    order = inspections.order(vehicle_id=presented.pk, text="x", by=ivan, now=NOON)
    inspections.start(public_id=order.public_id, by=ivan, now=NOON)
    inspections.finish(
        public_id=order.public_id,
        satisfactory=False,
        findings="INNER lamp",
        next_step="REPAIR_AND_RECHECK",
        by=ivan,
        now=NOON + MINUTE,
    )
    let_workers_run(NOON + MINUTE)
    assert words("INSPECTION", "E") == ("The inspection was not satisfactory. What follows: repair, then check again.")
    again = Inspection.objects.get(follows=order)
    inspections.start(public_id=again.public_id, by=ivan, now=NOON + 2 * MINUTE)
    inspections.finish(public_id=again.public_id, satisfactory=True, findings="fine", by=ivan, now=NOON + 3 * MINUTE)
    let_workers_run(NOON + 3 * MINUTE)
    assert words("INSPECTION", "D") == "The inspection was satisfactory."


def test_a_stop_at_the_gate_is_told_to_exporter_and_desk_and_after_five_minutes_to_the_control_centre(
    presented, scanner
):
    before = newest()
    scanner("CNHRS-R1").scan(presented, plate={"text": "新Z99999", "confidence": 0.97}, now=NOON + MINUTE)
    let_workers_run(NOON + MINUTE)
    assert told("AT_THE_GATE", "STILL_AT_THE_GATE", since=before) == [("AT_THE_GATE", "E"), ("AT_THE_GATE", "O")]
    assert words("AT_THE_GATE", "E") == "Stopped at the gate (release gate): the plate is another one. Correct it."
    assert words("AT_THE_GATE", "O").startswith("CNHRS-R1: ")
    let_workers_run(NOON + 5 * MINUTE)
    assert told("STILL_AT_THE_GATE") == []
    let_workers_run(NOON + 6 * MINUTE)
    assert told("STILL_AT_THE_GATE") == [("STILL_AT_THE_GATE", "C")]


def test_a_case_that_was_decided_in_time_is_none_of_the_control_centres(presented, scanner, olga):
    said = scanner("CNHRS-R1").scan(presented, plate={"text": "新Z99999", "confidence": 0.97}, now=NOON + MINUTE)
    desk.decide(passage_id=said["passage_id"], result="TURN_BACK", reason="x", by=olga, now=NOON + 2 * MINUTE)
    let_workers_run(NOON + 10 * MINUTE)
    assert told("STILL_AT_THE_GATE") == []


def test_a_stop_of_what_nobody_declared_is_told_to_the_desk_of_its_port(reference, scanner):
    scanner("CNHRS-R1").scan(None, code="no pass at all")
    let_workers_run()
    assert list(Notice.objects.values_list("kind", "audience", "port", "declaration")) == [
        ("AT_THE_GATE", "O", "CNHRS", None)
    ]


def test_a_hold_met_at_the_gate_tells_the_exporter_nothing_of_it(presented, scanner, carl):
    holds.place(
        declaration_id=presented.declaration_id,
        vehicle_id=presented.pk,
        reason_code="OTHER",
        text="x",
        by=carl,
        now=NOON,
    )
    scanner("CNHRS-R1").scan(presented, now=NOON + MINUTE)
    let_workers_run(NOON + MINUTE)
    assert words("AT_THE_GATE", "E") == "Stopped at the gate (release gate). An officer is dealing with it."


def test_exited_is_told_to_exporter_and_importer_and_a_missing_hand_over_a_day_later(presented, scanner):
    scanner("CNHRS-R1").scan(presented, now=NOON + MINUTE)
    scanner("CNHRS-X1").scan(presented, now=NOON + 2 * MINUTE)
    let_workers_run(NOON + 2 * MINUTE)
    assert told("EXITED") == [("EXITED", "E"), ("EXITED", "I")]
    later = NOON + 24 * HOUR
    assert notices.remind(now=later) == 0
    assert notices.remind(now=later + 2 * MINUTE) == 2
    assert notices.remind(now=later + 3 * MINUTE) == 0
    assert told("NOT_HANDED_OVER") == [("NOT_HANDED_OVER", "E"), ("NOT_HANDED_OVER", "I")]


def test_returned_is_told_to_everybody_but_the_desk(presented, scanner, olga):
    scanner("CNHRS-R1").scan(presented, now=NOON + MINUTE)
    scanner("CNHRS-X1").scan(presented, now=NOON + 2 * MINUTE)
    decisions.record_return(vehicle_id=presented.pk, reason="refused there", by=olga, now=NOON + HOUR)
    let_workers_run(NOON + HOUR)
    assert told("RETURNED") == [("RETURNED", each) for each in "CDEI"]


@pytest.mark.parametrize("hours", [72, 24, 3])
def test_a_pass_that_runs_out_is_told_before(vehicle, hours):
    Declaration.objects.update(expires_at=NOON + 1000 * HOUR)
    until = vehicle.newest_pass.valid_until
    due = until - hours * HOUR
    notices.remind(now=due - MINUTE)
    before = newest()
    notices.remind(now=due)
    notices.remind(now=due + MINUTE)
    rows = Notice.objects.filter(pk__gt=before, kind="RUNS_OUT", values__what="PASS")
    assert sorted(rows.values_list("audience", flat=True)) == ["D", "E"]
    assert f"The pass runs out in less than {hours} hours" in words("RUNS_OUT", "E")


def test_a_plate_and_a_licence_that_run_out_are_told(vehicle):
    Vehicle.objects.update(plate_expires_on="2026-11-26")
    Paper.objects.create(vehicle=vehicle, code="export_licence", number="1", valid_until="2026-11-27")
    Declaration.objects.update(lodged_at=NOON - 100 * HOUR)
    notices.remind(now=NOON + 42 * HOUR)
    told_of = Notice.objects.filter(kind="RUNS_OUT", audience="E").exclude(values__what="PASS")
    found = told_of.values_list("values__what", "values__hours")
    assert list(found) == [("TEMPORARY_PLATE", 72)]
    notices.remind(now=NOON + 66 * HOUR)
    assert ("EXPORT_LICENCE", 72) in found.all()


def test_a_swap_is_told_to_the_new_driver_and_the_one_before(vehicle, alice):
    before = newest()
    driver = {"name": "Wang Fang", "passport_number": "E99999999", "nationality": "CN", "phone": "1", "card": "CARD-99"}
    body = {"vehicles": [{"vin": vehicle.vin, "driver": driver}]}
    actions.amend(declaration_id=vehicle.declaration_id, body=body, by=alice, now=NOON)
    let_workers_run()
    assert told(since=before) == [("DRIVER_NEW", "D"), ("DRIVER_OLD", "D")]
    assert "Wang" not in str(list(Notice.objects.values_list("values", flat=True)))


def test_the_first_driver_of_a_vehicle_has_nobody_before_him(declaration, alice):
    row = declaration(bodies=[vehicle_body(1, driver=None)])
    driver = {"name": "Wang Fang", "passport_number": "E99999999", "nationality": "CN", "phone": "1", "card": "CARD-99"}
    body = {"vehicles": [{"vin": row.vehicles.get().vin, "driver": driver}]}
    actions.amend(declaration_id=row.pk, body=body, by=alice, now=NOON)
    let_workers_run()
    assert told("DRIVER_NEW", "DRIVER_OLD", "PASS_READY") == [
        ("DRIVER_NEW", "D"),
        ("PASS_READY", "D"),
        ("PASS_READY", "E"),
    ]


def test_a_changed_plate_is_told_to_the_driver(vehicle, alice):
    body = {"vehicles": [{"vin": vehicle.vin, "plate": "新A54321临"}]}
    actions.amend(declaration_id=vehicle.declaration_id, body=body, by=alice, now=NOON)
    let_workers_run()
    assert words("PLATE_CHANGED", "D") == "The plate of this vehicle is 新A54321临 now."


def test_a_port_that_closes_and_opens_again_is_told_to_everybody_expected(vehicle, sam):
    before = newest()
    closure = Closure(port_id="CNHRS", starts_at=NOON, ends_at=NOON + HOUR, public_reason="storm")
    closures.announce(closure, by=sam, now=NOON)
    let_workers_run()
    assert told(since=before) == [("PORT_CLOSED", "D"), ("PORT_CLOSED", "E")]
    assert "2026-11-22 13:00 UTC+8" in words("PORT_CLOSED", "D")
    assert words("PORT_CLOSED", "E").endswith("storm")
    notices.remind(now=NOON + HOUR)
    let_workers_run(NOON + HOUR)
    assert told("PORT_OPEN") == [("PORT_OPEN", "D"), ("PORT_OPEN", "E")]
    done = Notice.objects.count()
    notices.remind(now=NOON + HOUR + MINUTE)
    let_workers_run(NOON + HOUR + MINUTE)
    assert Notice.objects.filter(kind="PORT_OPEN").count() == 2
    assert Notice.objects.count() == done


def test_a_refusal_is_told_to_the_exporter(declaration):
    declaration(status="REFUSED")
    let_workers_run()
    assert told("REFUSED") == [("REFUSED", "E")]


def test_a_doubled_call_tells_once(vehicle, carl):
    holds.place(
        declaration_id=vehicle.declaration_id, vehicle_id=vehicle.pk, reason_code="OTHER", text="x", by=carl, now=NOON
    )
    let_workers_run()
    done = list(Notice.objects.values_list("pk", flat=True))
    owe(Owed.TELL, vehicle.declaration_id, vehicle.declaration_id, at=NOON)
    let_workers_run()
    assert notices.tell(declaration_id=vehicle.declaration_id, now=NOON + MINUTE) == []
    assert list(Notice.objects.values_list("pk", flat=True)) == done


def test_a_large_declaration_is_one_notice_and_one_mail_and_costs_no_more_queries(
    declaration, django_assert_num_queries
):
    row = declaration(status="LODGED", vehicles=2)
    assessment.assess(declaration_id=row.pk, draw=never, now=NOON)
    with CaptureQueriesContext(connection) as few:
        notices.tell(declaration_id=row.pk, now=NOON)
    row = declaration(status="LODGED", vehicles=30)
    assessment.assess(declaration_id=row.pk, draw=never, now=NOON)
    with django_assert_num_queries(len(few)):
        notices.tell(declaration_id=row.pk, now=NOON)
    rows = Notice.objects.filter(declaration=row)
    assert [each.vehicles for each in rows.filter(audience="E")] == [30]
    assert rows.filter(audience="D").count() == 30
    let_workers_run()
    assert [row.reference in message.subject for message in mail.outbox].count(True) == 1
