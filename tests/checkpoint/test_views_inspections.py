"""A work order as its officer reads it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from declarations.clearance import inspections
from declarations.models import Bay, RiskHit, RiskRule
from tests.cast import NOON, vehicle_body

pytestmark = pytest.mark.django_db


def test_a_work_order_says_which_rule_selected_the_vehicle_and_whom_it_waits_for(
    browser, ivan, carl, declaration, scanner
):
    vehicle = declaration().vehicles.get()
    rule = RiskRule.objects.create(
        code="CAMPAIGN",
        label="pick-ups are examined",
        condition=["category", "=", "M1"],
        channel="RED",
        valid_from=NOON,
    )
    RiskHit.objects.create(
        declaration=vehicle.declaration,
        vehicle=vehicle,
        rule_code=rule.code,
        rule_version=1,
        points=0,
        channel="RED",
        declaration_version=1,
        draw=0.5,
        at=NOON,
    )
    order = inspections.order(vehicle_id=vehicle.pk, text="look", by=carl, now=NOON)
    person, path = browser(ivan), reverse("checkpoint:inspection", args=[order.public_id])
    page = person.read(path)
    assert "pick-ups are examined" in page
    assert re.search(r"Who must act</dt><dd>driver</dd>", page)
    scanner("CNHRS-E1").scan(vehicle, now=NOON)
    assert re.search(r"Who must act</dt><dd>inspection officer</dd>", person.read(path))


@pytest.fixture
def ordered(declaration, carl):
    """Orders of a few vehicles."""
    cars = declaration(bodies=[vehicle_body(n) for n in range(1, 4)]).vehicles.order_by("pk")
    return [inspections.order(vehicle_id=car.pk, text="look", by=carl, now=NOON) for car in cars]


def test_the_queue_shows_agency_and_bay_and_is_narrowed_by_port_bay_and_agency(browser, ivan, ordered):
    person, path = browser(ivan), reverse("checkpoint:inspections")
    vins = [row.vehicle.vin for row in ordered]
    assert "Customs bay 1" in person.read(path)
    shown = {
        query: reverse("checkpoint:inspection", args=[ordered[0].public_id]) in person.read(f"{path}?{query}")
        for query in ("port=CNHRS", "port=CNYRK", "bay=CNHRS-B1", "bay=CNHRS-B2", "agency=QUARANTINE", "bay=GHOST")
    }
    assert list(shown.values()) == [True, False, True, False, False, True], vins


def test_the_queue_asks_the_database_as_often_for_many_orders_as_for_one(
    browser, ivan, ordered, declaration, carl, django_assert_num_queries
):
    person, path = browser(ivan), reverse("checkpoint:inspections")
    person.read(path)
    with CaptureQueriesContext(connection) as few:
        person.read(path)
    for car in declaration(bodies=[vehicle_body(n) for n in range(10, 16)]).vehicles.all():
        inspections.order(vehicle_id=car.pk, text="look", by=carl, now=NOON)
    with django_assert_num_queries(len(few)):
        person.read(path)


def test_what_was_repaired_stands_first_among_those_in_the_yard(browser, ivan, alice, ordered, scanner):
    for row in ordered:
        scanner("CNHRS-E1").scan(row.vehicle)
    last = ordered[-1]
    inspections.start(public_id=last.public_id, by=ivan, now=NOON)
    inspections.finish(
        public_id=last.public_id,
        satisfactory=False,
        findings="mud",
        next_step="REPAIR_AND_RECHECK",
        by=ivan,
        now=NOON,
    )
    inspections.say_repaired(
        declaration_id=last.vehicle.declaration_id, vehicle_id=last.vehicle_id, text="washed", by=alice, now=NOON
    )
    page = browser(ivan).read(reverse("checkpoint:inspections"))
    assert "Repaired, to be inspected again" in page
    following = last.vehicle.inspections.get(follows=last)
    places = [page.index(str(row.public_id)) for row in (following, *ordered[:2])]
    assert places == sorted(places)


def test_a_scan_lands_on_the_order_or_says_why_there_is_none(browser, ivan, olga, ordered):
    person, path = browser(ivan), reverse("checkpoint:at-bay")
    code = ordered[1].vehicle.newest_pass.code
    found = person.send(path, port="CNHRS", code=code)
    assert (found.status_code, found["location"]) == (
        302,
        reverse("checkpoint:inspection", args=[ordered[1].public_id]),
    )
    elsewhere = person.send(path, port="CNYRK", code=code)
    assert (elsewhere.status_code, "This pass is for another port." in elsewhere.content.decode()) == (409, True)
    assert person.send(path, port="CNHRS", code="").status_code == 422
    assert browser(olga).send(path, port="CNHRS", code=code).status_code == 403


def test_a_fault_beside_a_satisfactory_result_is_refused_on_the_page(browser, ivan, ordered):
    person, row = browser(ivan), ordered[0]
    inspections.start(public_id=row.public_id, by=ivan, now=NOON)
    path = reverse("checkpoint:finish-inspection", args=[row.public_id])
    refused = person.send(path, result="SATISFACTORY", findings="x", finding_codes=["SOIL"])
    assert (refused.status_code, "not satisfactory" in refused.content.decode()) == (422, True)
    person.send(path, result="NOT_SATISFACTORY", findings="x", finding_codes=["SOIL"], next_step="DETAIN")
    row.refresh_from_db()
    assert (row.status, row.finding_codes) == ("NOT_SATISFACTORY", ["SOIL"])


def test_an_inspection_officer_sends_a_vehicle_to_another_bay(browser, ivan, carl, ordered):
    Bay.objects.create(code="CNHRS-B9", port_id="CNHRS", name_en="Bay nine")
    path = reverse("checkpoint:move-to-bay", args=[ordered[0].public_id])
    assert browser(carl).send(path, bay="CNHRS-B9").status_code == 403
    person = browser(ivan)
    assert "Customs bay 1" in person.read(path)
    assert person.send(path, bay="CNYRK-B1").status_code == 422
    assert person.send(path, bay="CNHRS-B9").status_code == 302
    assert "Bay nine" in person.read(reverse("checkpoint:inspection", args=[ordered[0].public_id]))
