"""What an amendment would change and cost: told exactly, and nothing written."""

from datetime import timedelta

import pytest

from declarations import actions
from declarations.lifecycle import DeclarationStatus
from tests.cast import NOON, let_workers_run, vin_number
from tests.refusals import nothing_written, refusal, unacceptable

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


def foresee(row, by, *, vehicle=None, **body):
    return actions.foresee(
        declaration_id=row.pk, body=body, vehicle_id=vehicle.pk if vehicle else None, by=by, now=LATER
    )


@pytest.fixture
def released(declaration):
    """A released declaration of two vehicles."""
    return declaration(vehicles=2)


def test_it_is_tried_and_taken_back(released, alice):
    with nothing_written():
        told = foresee(released, alice, contract_number="SG-2")
    assert [each.name for each in told.found.header] == ["contract_number"]
    assert told.cost.whole
    assert told.passes == ()


def test_afterwards_the_amendment_itself_still_works(released, alice):
    foresee(released, alice, contract_number="SG-2")
    actions.amend(declaration_id=released.pk, body={"contract_number": "SG-2"}, by=alice, now=LATER)
    let_workers_run(LATER)
    released.refresh_from_db()
    assert (released.status, released.version) == (DeclarationStatus.RELEASED, 2)


def test_one_vehicle_is_looked_at_again_and_its_pass_stays(released, alice):
    first = released.vehicles.order_by("position").first()
    with nothing_written():
        told = foresee(released, alice, vehicle=first, vehicles=[{"vin": first.vin, "colour": "red"}])
    assert (told.cost.whole, told.cost.again, told.passes) == (False, (first.vin,), ())


def test_another_vin_means_another_pass_for_that_vehicle(released, alice):
    first = released.vehicles.order_by("position").first()
    told = foresee(released, alice, vehicle=first, vehicles=[{"vin": vin_number(77)}])
    assert told.passes == (vin_number(77),)


def test_another_arrival_or_port_means_other_passes_for_all(released, alice):
    vins = tuple(released.vehicles.order_by("position").values_list("vin", flat=True))
    moved = foresee(released, alice, planned_arrival_at=(NOON + timedelta(days=9)).isoformat())
    assert (moved.passes, moved.cost.is_amendment) == (vins, False)
    elsewhere = foresee(released, alice, port="CNYRK", destination_country="KG", consignee={"country": "KG"})
    assert (elsewhere.passes, elsewhere.cost.whole) == (vins, True)


def test_a_pass_that_will_be_called_what_it_is_called_is_not_counted(released, alice):
    assert foresee(released, alice, functional_reference="PO-9").passes == ()


def test_it_refuses_as_the_amendment_would(released, alice, scanner):
    with unacceptable(("REQUIRED", "/contract_number")):
        foresee(released, alice, contract_number="")
    scanner("CNHRS-E1").scan(released.vehicles.first())
    with refusal("VEHICLE_AT_PORT"):
        foresee(released, alice, contract_number="SG-2")


def test_a_stranger_learns_nothing(released, mallory):
    with refusal("NOT_PERMITTED"):
        foresee(released, mallory, contract_number="SG-2")
