"""Causes side by side: a referred vehicle goes back to the gate with the last of them, and not before."""

from datetime import timedelta

import pytest

from declarations import actions
from declarations.clearance import decisions, holds, inspections
from declarations.models import Vehicle
from tests.cast import NOON, vehicle_body

pytestmark = pytest.mark.django_db

USED = vehicle_body(1, condition="USED", first_registered_on="2024-01-10", odometer_km=30_000)
"""Customs wants to see its papers."""


class Referred:
    """A vehicle that a hold referred at the release gate, and what else stands against it."""

    def __init__(self, row, scanner, people, now):
        self.row, self.people, self.now = row, people, now
        self.vehicle = row.vehicles.get()
        scanner("CNHRS-E1").scan(self.vehicle, now=now)
        self.hold = self.blocked()
        scanner("CNHRS-R1").scan(self.vehicle, now=now)
        assert self.status == "REFERRED"

    @property
    def status(self):
        """As it stands."""
        return Vehicle.objects.get(pk=self.vehicle.pk).status

    def blocked(self, whole=False):
        """carl places a hold."""
        return holds.place(
            declaration_id=self.row.pk,
            vehicle_id=None if whole else self.vehicle.pk,
            reason_code="OTHER",
            text="",
            by=self.people["carl"],
            now=self.now,
        )

    def unblocked(self, hold):
        """sam lifts it."""
        holds.lift(public_id=hold.public_id, by=self.people["sam"], reason="settled", now=self.now)

    def ordered(self):
        """ivan wants to examine it."""
        return inspections.order(vehicle_id=self.vehicle.pk, text="OFFICER", by=self.people["ivan"], now=self.now)

    def examined(self, order, good):
        """He has; the order that waits then."""
        inspections.start(public_id=order.public_id, by=self.people["ivan"], now=self.now)
        done = inspections.finish(
            public_id=order.public_id,
            satisfactory=good,
            findings="",
            next_step="REPAIR_AND_RECHECK",
            by=self.people["ivan"],
            now=self.now,
        )
        return None if good else done.followed_by

    def papers_seen(self):
        """carl closes the document check."""
        decisions.decide(
            declaration_id=self.row.pk,
            result="RELEASE",
            reason="",
            vins=[self.vehicle.vin],
            documents=[],
            by=self.people["carl"],
            now=self.now,
        )

    def new_plate(self):
        """alice swaps the plate that has run out."""
        body = {"vehicles": [{"plate": "新A77777临", "plate_expires_on": "2027-01-19"}]}
        actions.amend(
            declaration_id=self.row.pk, vehicle_id=self.vehicle.pk, body=body, by=self.people["alice"], now=self.now
        )


@pytest.fixture
def refer(declaration, scanner, alice, carl, sam, ivan):
    """Bring a vehicle to the release gate, a hold on it."""
    people = {user.username: user for user in (alice, carl, sam, ivan)}

    def make(body=None, now=NOON):
        row = declaration(bodies=[body or vehicle_body(1)])
        if now != NOON:
            actions.renew_pass(vehicle_id=row.vehicles.get().pk, by=alice, now=now)
        return Referred(row, scanner, people, now)

    return make


def test_a_referred_vehicle_goes_back_when_its_only_cause_ends(refer):
    it = refer()
    it.unblocked(it.hold)
    assert it.status == "PRESENTED"


class TestAReferredVehicleStaysFor:
    def test_another_hold(self, refer):
        it = refer()
        other = it.blocked()
        it.unblocked(it.hold)
        assert it.status == "REFERRED"
        it.unblocked(other)
        assert it.status == "PRESENTED"

    def test_a_hold_on_the_whole_declaration(self, refer):
        it = refer()
        other = it.blocked(whole=True)
        it.unblocked(it.hold)
        assert it.status == "REFERRED"
        it.unblocked(other)
        assert it.status == "PRESENTED"

    def test_a_document_check(self, refer):
        it = refer(USED)
        it.unblocked(it.hold)
        assert it.status == "REFERRED"
        it.papers_seen()
        assert it.status == "PRESENTED"

    def test_an_inspection_and_its_failure(self, refer):
        it = refer()
        order = it.ordered()
        it.unblocked(it.hold)
        assert it.status == "REFERRED"
        again = it.examined(order, good=False)
        assert it.status == "REFERRED"
        it.examined(again, good=True)
        assert it.status == "PRESENTED"

    def test_a_plate_that_has_run_out(self, refer):
        it = refer(now=NOON + timedelta(days=29))
        it.unblocked(it.hold)
        assert it.status == "REFERRED"
        it.new_plate()
        assert it.status == "PRESENTED"
