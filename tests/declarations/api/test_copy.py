"""Declaring chosen vehicles again over the API."""

import pytest

from declarations import actions
from declarations.models import Declaration
from tests.cast import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_vehicles_that_are_named_are_declared_again_alone(call, alice, declaration):
    row = declaration(vehicles=3)
    second = row.vehicles.get(position=2)
    actions.withdraw_vehicle(declaration_id=row.pk, vehicle_id=second.pk, reason="sold", by=alice, now=NOON)
    path = f"/declarations/{row.reference}/copy"
    reply = call(alice).post(path, {"vehicles": [second.vin.lower()]})
    assert reply.status == 201
    assert [vehicle["vin"] for vehicle in reply.json["vehicles"]] == [second.vin]
    assert call(alice).post(path, {"vehicles": ["LRW3E7EK0TC987654"]}).status == 404
    assert Declaration.objects.count() == 2
    header = call(alice).post(path, {"vehicles": []})
    assert (header.json["vehicles"], header.json["contract_number"]) == ([], row.contract_number)
