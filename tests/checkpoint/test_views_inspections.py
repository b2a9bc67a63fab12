"""A work order as its officer reads it."""

import re

import pytest
from django.urls import reverse

from declarations.clearance import inspections
from declarations.models import RiskHit, RiskRule
from tests.cast import NOON

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
