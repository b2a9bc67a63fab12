"""The way of one vehicle with nothing against it: declared, released, through three gates, completed."""

import pytest

from declarations.lifecycle import DeclarationStatus, PassStatus, VehicleStatus
from declarations.models import History, Vehicle
from tests.cast import let_workers_run

pytestmark = pytest.mark.django_db


def test_a_vehicle_passes_all_three_gates_and_its_declaration_is_completed(declaration, scanner):
    row = declaration(status=DeclarationStatus.RELEASED)
    vehicle = Vehicle.objects.get(declaration=row)
    assert row.status == DeclarationStatus.RELEASED
    assert vehicle.ready, vehicle.not_ready_because

    entry = scanner("CNHRS-E1").scan(vehicle)
    assert (entry["verdict"], entry["reason"], entry["barrier"]) == ("ADMIT", "OK", "LIFT")
    assert entry["vehicle"]["status"] == VehicleStatus.PRESENTED
    release = scanner("CNHRS-R1").scan(vehicle)
    assert (release["verdict"], release["reason"]) == ("ADMIT", "OK"), release
    leaving = scanner("CNHRS-X1").scan(vehicle)
    assert (leaving["verdict"], leaving["vehicle"]["status"]) == ("ADMIT", VehicleStatus.EXITED)

    let_workers_run()
    row.refresh_from_db()
    vehicle.refresh_from_db()
    assert row.status == DeclarationStatus.COMPLETED
    assert not vehicle.live
    assert vehicle.passes.get().status == PassStatus.CONSUMED
    moves = History.objects.filter(machine="vehicle", vehicle=vehicle).values_list("to_status", flat=True)
    assert list(moves) == ["DECLARED", "PRESENTED", "RELEASED", "EXITED"]


def test_a_port_with_one_gate_presents_releases_and_lets_out_in_one_passage(declaration, scanner):
    row = declaration(port="CNYRK", destination_country="KG")
    vehicle = Vehicle.objects.get(declaration=row)
    answer = scanner("CNYRK-R1").scan(vehicle)
    assert (answer["verdict"], answer["vehicle"]["status"]) == ("ADMIT", VehicleStatus.EXITED)
    again = scanner("CNYRK-R2").scan(vehicle)
    assert (again["verdict"], again["reason"]) == ("ALARM", "ALREADY_ADMITTED")
    let_workers_run()
    row.refresh_from_db()
    assert row.status == DeclarationStatus.COMPLETED
