"""Drafts: anything may be missing, nothing typed is lost, problems are counted at every change."""

import pytest

from declarations import actions
from declarations.actions.drafting import fresh
from declarations.clearance import decisions
from declarations.lifecycle import DeclarationStatus
from declarations.models import Declaration, Ferryman, Vehicle
from tests.cast import NOON, declaration_body, let_workers_run, vehicle_body, vin_number
from tests.refusals import refusal, unacceptable

pytestmark = pytest.mark.django_db

NONSENSE = {
    "port": "CNXXX",
    "planned_arrival_at": "on 31 February",
    "mode": "SUBMARINE-OR-SO",
    "consignee": None,
    "functional_reference": "x" * 200,
}


@pytest.fixture
def create(alice, tianshan):
    """Store a draft of alice's enterprise."""
    return lambda body: actions.create(organisation=tianshan, body=body, by=alice, now=NOON)


def change(row, by, **body):
    """Merge a body into the draft."""
    return actions.change_draft(declaration_id=row.pk, body=body, by=by, now=NOON)


def test_an_empty_draft_can_be_kept(create):
    row = create({})
    assert row.status == DeclarationStatus.DRAFT
    assert row.errors > 5
    assert row.history.get().to_status == DeclarationStatus.DRAFT


def test_a_draft_with_nothing_wrong_has_no_errors(create):
    row = create(declaration_body(vehicle_body(1), vehicle_body(2)))
    assert row.errors == 0
    assert row.vehicles.count() == 2
    assert Ferryman.objects.count() == 2


def test_what_fits_no_column_is_kept_as_it_was_typed(create):
    row = create({**declaration_body(vehicle_body(1, value="a lot", model_year=20266666666, seats=-1)), **NONSENSE})
    body = fresh(row).body()
    assert body["consignee"] == {"name": "", "country": "", "address": ""}
    for name in ("port", "planned_arrival_at", "mode", "functional_reference"):
        assert body[name] == NONSENSE[name]
    assert (body["vehicles"][0]["value"], body["vehicles"][0]["model_year"]) == ("a lot", 20266666666)
    assert row.port_id is None


def test_a_value_that_fits_takes_the_place_of_one_that_did_not(create, alice):
    row = create({**declaration_body(), **NONSENSE})
    change(row, alice, port="CNYRK", planned_arrival_at="2026-11-25T03:00:00+08:00", consignee={"name": "K"})
    body = fresh(row).body()
    assert (body["port"], body["consignee"]["name"]) == ("CNYRK", "K")
    assert "port" not in Declaration.objects.get().entered


def test_everything_is_read_as_it_was_written(create):
    given = declaration_body(vehicle_body(1, papers=[{"code": "export_licence", "number": "7", "issued_on": None}]))
    body = fresh(create(given)).body()
    vehicle = body["vehicles"][0]
    assert {name: vehicle[name] for name in vehicle_body(1) if name != "papers"} == {
        name: value for name, value in vehicle_body(1).items() if name != "papers"
    }
    assert vehicle["papers"] == [
        {"code": "export_licence", "number": "7", "issued_on": None, "valid_until": None, "quantity": None}
    ]


def test_vehicles_are_matched_by_vin_and_new_ones_are_added(create, alice):
    row = create(declaration_body(vehicle_body(1), vehicle_body(2)))
    change(row, alice, vehicles=[{"vin": vin_number(2), "colour": "red"}, vehicle_body(3), {"colour": "blue"}])
    found = Vehicle.objects.filter(declaration=row).order_by("position").values_list("vin", "colour", "position")
    assert list(found) == [
        (vin_number(1), "white", 1),
        (vin_number(2), "red", 2),
        (vin_number(3), "white", 3),
        ("", "blue", 4),
    ]


def test_a_vehicle_is_found_by_its_vin_in_whatever_spelling(create, alice):
    typed = f"  {vin_number(3).lower()}  "  # too long for its column
    row = create(
        declaration_body(vehicle_body(1), vehicle_body(2, vin=vin_number(2).lower()), vehicle_body(3, vin=typed))
    )
    bodies = [{"vin": f" {vin_number(1).lower()}"}, {"vin": vin_number(2)}, {"vin": vin_number(3)}]
    change(row, alice, vehicles=[{**body, "colour": "red"} for body in bodies])
    found = fresh(row).body()["vehicles"]
    assert [vehicle["colour"] for vehicle in found] == ["red"] * 3
    assert [vehicle["vin"] for vehicle in found] == [vin_number(1), vin_number(2).lower(), typed]


def test_a_vin_that_stands_there_twice_names_neither(create, alice):
    row = create(declaration_body(vehicle_body(1), vehicle_body(2), vehicle_body(2, vin=vin_number(2).lower())))
    with unacceptable(("VIN_DUPLICATE", "/vehicles/1/vin")):
        change(row, alice, contract_number="X", vehicles=[{"colour": "red"}, {"vin": vin_number(2), "colour": "red"}])
    assert set(row.vehicles.values_list("colour", flat=True)) == {"white"}
    assert Declaration.objects.get().contract_number == row.contract_number


def test_vehicles_are_added_behind_the_others(create, alice):
    row = create(declaration_body(vehicle_body(1)))
    actions.add(declaration_id=row.pk, vehicles=[vehicle_body(2)], by=alice, now=NOON)
    assert [vehicle.vin for vehicle in fresh(row).present_vehicles()] == [vin_number(1), vin_number(2)]


def test_two_vehicles_of_one_driver_know_one_ferryman(create):
    driver = vehicle_body(1)["driver"]
    row = create(declaration_body(vehicle_body(1), vehicle_body(2, driver=driver)))
    assert len({vehicle.driver.ferryman_id for vehicle in row.vehicles.all()}) == 1


def test_a_driver_without_a_passport_is_kept_and_is_no_ferryman(create):
    row = create(declaration_body(vehicle_body(1, driver={"name": "Li\0 Wei", "passport_number": None})))
    driver = row.vehicles.get().driver
    assert (driver.name, driver.ferryman) == ("Li Wei", None)


def test_every_change_counts_for_whoever_looked_before(create, alice):
    row = create(declaration_body(vehicle_body(1)))
    before = row.etag
    assert change(row, alice, contract_number="SG-9").etag != before


def test_a_vehicle_is_removed(create, alice):
    row = create(declaration_body(vehicle_body(1)))
    actions.remove_vehicle(declaration_id=row.pk, vehicle_id=row.vehicles.get().pk, by=alice, now=NOON)
    assert not row.vehicles.exists()
    assert Declaration.objects.get().errors == 1


class TestDeclaringAgain:
    def test_a_copy_has_everything_but_the_pass_and_the_arrival(self, declaration, alice):
        row = declaration(vehicles=2)
        copied = actions.copy(declaration_id=row.pk, by=alice, now=NOON)
        assert copied.status == DeclarationStatus.DRAFT
        assert copied.planned_arrival_at is None
        mine, its = fresh(row).body(), fresh(copied).body()
        assert its == {**mine, "planned_arrival_at": None}
        assert not any(vehicle.live or vehicle.passes.exists() for vehicle in copied.vehicles.all())

    def test_a_returned_vehicle_is_among_them_and_a_withdrawn_one_is_not(self, declaration, alice, sam, scanner):
        row = declaration(vehicles=2)
        first, second = row.vehicles.order_by("position")
        for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
            scanner(lane).scan(first)
        decisions.record_return(vehicle_id=first.pk, reason="papers", by=sam, now=NOON)
        actions.withdraw_vehicle(declaration_id=row.pk, vehicle_id=second.pk, reason="", by=alice, now=NOON)
        let_workers_run()
        copied = actions.copy(declaration_id=row.pk, by=alice, now=NOON)
        assert [vehicle.vin for vehicle in copied.vehicles.all()] == [first.vin]

    def test_of_a_cancelled_declaration_it_has_every_vehicle(self, declaration, alice):
        row = declaration(vehicles=2)
        vins = [vehicle.vin for vehicle in row.vehicles.order_by("position")]
        actions.cancel(declaration_id=row.pk, reason="later", by=alice, now=NOON)
        copied = actions.copy(declaration_id=row.pk, by=alice, now=NOON)
        assert [vehicle.vin for vehicle in copied.vehicles.order_by("position")] == vins


class TestRefusals:
    def test_nobody_declares_for_another_enterprise(self, mallory, sam, tianshan):
        for somebody in (mallory, sam):
            with refusal("NOT_PERMITTED"):
                actions.create(organisation=tianshan, body={}, by=somebody, now=NOON)

    @pytest.mark.parametrize("status", [DeclarationStatus.LODGED, DeclarationStatus.RELEASED])
    def test_a_lodged_declaration_is_amended_instead(self, declaration, alice, status):
        row = declaration(status=status)
        vehicle = row.vehicles.get()
        with refusal("NOT_A_DRAFT"):
            change(row, alice, port="CNYRK")
        with refusal("NOT_A_DRAFT"):
            actions.add(declaration_id=row.pk, vehicles=[vehicle_body(9)], by=alice, now=NOON)
        with refusal("NOT_A_DRAFT"):
            actions.remove_vehicle(declaration_id=row.pk, vehicle_id=vehicle.pk, by=alice, now=NOON)

    def test_a_strangers_draft(self, declaration, mallory):
        row = declaration(status=DeclarationStatus.DRAFT)
        vehicle = row.vehicles.get()
        with refusal("NOT_PERMITTED"):
            change(row, mallory, port="CNYRK")
        with refusal("NOT_PERMITTED"):
            actions.remove_vehicle(declaration_id=row.pk, vehicle_id=vehicle.pk, by=mallory, now=NOON)
        with refusal("NOT_PERMITTED"):
            actions.copy(declaration_id=row.pk, by=mallory, now=NOON)
