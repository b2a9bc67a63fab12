"""When an exporter reads of an inspection: once its vehicle stands in the port, and not before (DOMAIN section 7)."""

from datetime import timedelta

import pytest

from checkpoint import desk
from declarations import actions
from declarations.clearance import inspections
from declarations.models import Vehicle
from declarations.views.story import story
from tests.cast import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

LATER = NOON + timedelta(minutes=10)


@pytest.fixture
def row(declaration):
    """A released declaration of one vehicle."""
    return declaration()


@pytest.fixture
def vehicle(row):
    """That vehicle."""
    return row.vehicles.get()


def order(vehicle, sam, at=NOON):
    """A work order that the exporter is not to know yet."""
    return inspections.order(vehicle_id=vehicle.pk, text="TIP", by=sam, now=at)


def told(call, alice, row):
    """What alice reads of inspections: in the API, and in the timeline."""
    (shown,) = call(alice).get(f"/declarations/{row.reference}").json["vehicles"]
    entries = story(row, Vehicle.objects.filter(declaration=row), everything=True)
    return [each["status"] for each in shown["inspections"]], [e["title"] for e in entries if "nspection" in e["title"]]


def test_a_vehicle_that_is_withdrawn_before_it_came_gives_nothing_away(call, alice, sam, row, vehicle):
    order(vehicle, sam)
    actions.withdraw_vehicle(declaration_id=row.pk, vehicle_id=vehicle.pk, reason="sold", by=alice, now=LATER)
    assert told(call, alice, row) == ([], [])


def test_the_gate_says_nothing_of_it_while_the_vehicle_is_not_seen(call, alice, sam, declaration, scanner):
    row = declaration(port="CNYRK", destination_country="KG")
    vehicle = row.vehicles.get()
    order(vehicle, sam)
    answer = scanner("CNYRK-R1").scan(vehicle, plate=None)
    assert (answer["reason"], answer["vehicle"]["status"]) == ("INSPECTION_DUE", "DECLARED")
    assert told(call, alice, row) == ([], [])
    assert scanner("CNYRK-R1").scan(vehicle)["vehicle"]["status"] == "REFERRED"
    in_api, in_timeline = told(call, alice, row)
    assert in_api == ["ORDERED"]
    assert in_timeline


def test_after_a_turn_back_it_stays_told_but_a_new_order_does_not(call, alice, sam, ivan, row, vehicle, scanner):
    one = order(vehicle, sam)
    scanner("CNHRS-E1").scan(vehicle)
    inspections.start(public_id=one.public_id, by=ivan, now=NOON)
    result = {"satisfactory": False, "findings": "a lamp is broken", "next_step": "TURN_BACK"}
    inspections.finish(public_id=one.public_id, **result, by=ivan, now=LATER)
    vehicle.refresh_from_db()
    assert vehicle.status == "DECLARED"
    (shown,) = call(alice).get(f"/declarations/{row.reference}").json["vehicles"]
    assert [(each["status"], each["findings"]) for each in shown["inspections"]] == [
        ("NOT_SATISFACTORY", "a lamp is broken"),
        ("ORDERED", ""),
    ]


def test_an_order_between_two_visits_waits_for_the_second(call, alice, olga, sam, row, vehicle, scanner):
    passage = scanner("CNHRS-E1").scan(vehicle)["passage_id"]
    desk.annul(passage_id=passage, reason="did not open", by=olga, now=NOON)
    order(vehicle, sam, LATER)
    assert told(call, alice, row) == ([], [])
    scanner("CNHRS-E1").scan(vehicle, now=LATER)
    assert told(call, alice, row)[0] == ["ORDERED"]
