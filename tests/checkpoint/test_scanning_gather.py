"""What a scan finds and takes for known, from rows as they stand after amendments."""

from datetime import timedelta

import pytest

from checkpoint.models import Passage
from declarations import actions
from declarations.clearance import holds
from declarations.lifecycle import DeclarationStatus
from declarations.models import Vehicle
from tests.cast import NOON, let_workers_run, vehicle_body

LATER = NOON + timedelta(minutes=10)
pytestmark = pytest.mark.django_db


def to_irkeshtam(row, by):
    """Amend the port."""
    body = {"port": "CNYRK", "destination_country": "KG", "consignee": {"country": "KG"}}
    actions.amend(declaration_id=row.pk, body=body, by=by, now=LATER)


@pytest.mark.parametrize("is_held", [False, True])
def test_an_old_pass_lets_nobody_into_the_yard_of_the_port_before(declaration, scanner, alice, carl, is_held):
    row = declaration()
    vehicle = row.vehicles.get()
    code = vehicle.newest_pass.code
    if is_held:
        holds.place(declaration_id=row.pk, reason_code="OTHER", text="look", by=carl, now=NOON)
    to_irkeshtam(row, alice)
    let_workers_run(LATER)
    answer = scanner("CNHRS-E1").scan(code=code, now=LATER)
    assert (answer["verdict"], answer["reason"]) == ("ALARM", "WRONG_PORT")
    assert (answer["vehicle"], answer["declaration"]) == (None, None)
    assert Passage.objects.get().vehicle_id is None
    vehicle.refresh_from_db()
    assert vehicle.status == "DECLARED"


def test_a_plate_finds_no_vehicle_that_has_no_pass(declaration, scanner):
    vehicle = declaration(status=DeclarationStatus.UNDER_CONTROL).vehicles.get()
    answer = scanner("CNHRS-E1").scan(plate={"text": vehicle.plate}, driver_card=vehicle.driver.card, code=None)
    assert (answer["verdict"], answer["reason"], answer["vehicle"]) == ("MANUAL", "CODE_UNREADABLE", None)


def test_a_known_card_that_finds_no_vehicle_is_not_called_unknown(declaration, scanner):
    card = vehicle_body(1)["driver"]["card"]
    one, two = vehicle_body(1), vehicle_body(2)
    two["driver"] = one["driver"]
    declaration(bodies=[one, two])
    answer = scanner("CNHRS-E1").scan(driver_card=card, code=None)
    assert (answer["verdict"], answer["reason"]) == ("MANUAL", "CODE_UNREADABLE")
    answer = scanner("CNHRS-E1").scan(driver_card="NOBODYS", code=None)
    assert (answer["verdict"], answer["reason"]) == ("MANUAL", "DRIVER_UNKNOWN")
    assert set(Vehicle.objects.values_list("status", flat=True)) == {"DECLARED"}
