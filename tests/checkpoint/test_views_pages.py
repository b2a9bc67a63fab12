"""Every officers' page stands, for officers alone; lists need a fixed number of queries."""

from datetime import timedelta

import pytest
from django.urls import reverse

from checkpoint import barrier
from checkpoint.models import Lane, Passage
from checkpoint.urls import urlpatterns
from declarations.clearance import holds, inspections, overrides
from declarations.words import Stage
from tests.cast import NOON
from tests.files import photo

NOW = NOON + timedelta(minutes=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(declaration, scanner, olga, carl, ivan, sam, oscar, alice):
    """One of everything that an officers' page can be about."""
    released = declaration(vehicles=3)
    cars = list(released.vehicles.order_by("position"))
    scanner("CNHRS-E1").scan(cars[0])
    scanner("CNHRS-R1").scan(cars[0], plate={"text": "新A99999临", "confidence": 0.99})
    passage = Passage.objects.latest("decided_at", "id")
    hold = holds.place(
        declaration_id=released.pk, vehicle_id=cars[0].pk, reason_code="OTHER", text="inner words", by=carl, now=NOW
    )
    override = overrides.ask(vehicle_id=cars[0].pk, stage=Stage.RELEASE, reason="perishable", by=olga, now=NOW)
    order = inspections.order(vehicle_id=cars[1].pk, text="look", by=carl, now=NOW)
    lane = Lane.objects.get(code="CNHRS-R1")
    return {
        "device": lane.devices.machines().get().public_id,
        "lift": barrier.lift(lane_id=lane.pk, reason="ambulance", photo=photo(), by=oscar, now=NOW).public_id,
        "reference": released.reference,
        "vin": cars[0].vin,
        "passage": passage.pk,
        "hold": hold.public_id,
        "override": override.public_id,
        "inspection": order.public_id,
        "lane": "CNHRS-R1",
        "newcomer": "91650100MA78XK3HXY",
        "officer": olga.roles.get().public_id,
    }


MADE_ELSEWHERE = {"conflict", "device", "lift"}
"""Rows that the tenants' walls are tried with (tests/journeys), and that have page tests of their own."""


def addresses(world):
    for pattern in urlpatterns:
        names = pattern.pattern.converters
        if not MADE_ELSEWHERE.isdisjoint(names):
            continue
        yield pattern.name, reverse(f"checkpoint:{pattern.name}", kwargs={name: world[name] for name in names})


OK = {200, 302, 403}
NAMED_BY_MORE = {
    "accept-problem",
    "scan",
    "manifest",
    "sync",
    "end-shift",
    "organisations",
    "people",
    "verify-organisation",
    "refuse-organisation",
    "recover",
}
"""A problem is named by a query, a lane opens to those who may scan there, new organisations and lost telephones to
those who judge; each has tests of its own."""
OF_EVERYBODY = {"scan-manifest", "scan-worker"}
"""What a browser fetches for the home screen: it names nobody and nothing."""


def test_every_page_stands_for_officers_and_for_nobody_else(
    world, browser, olga, carl, ivan, sam, oscar, alice, mallory
):
    for name, path in addresses(world):
        if name in OF_EVERYBODY:
            continue
        for officer in (olga, carl, ivan, sam, oscar):
            status = browser(officer).open(path).status_code
            assert status in OK or name in NAMED_BY_MORE, (name, officer, status)
        for stranger in (alice, mallory):
            assert browser(stranger).open(path).status_code == 404, name
            assert browser(stranger).send(path).status_code in (404, 405), name
        assert browser(None).open(path).status_code == 302, name
