"""Vehicles of the demo: every VIN that is built is a right one, every model fits the tariff."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declarations import checks, vin
from declarations.models import load_reference
from declarations.problems import errors
from seeds.reference import load_reference_data, read_csv
from seeds.vehicles import Factory, build_vin, models

ON = date(2026, 11, 20)


def written(vehicle: dict[str, Any]) -> dict[str, Any]:
    """A whole body around one vehicle."""
    return {
        "functional_reference": "PO-1",
        "port": "CNHRS",
        "direction": "EXPORT",
        "mode": "SELF_DRIVE",
        "destination_country": "KZ",
        "consignee": {"name": "Buyer", "country": "KZ", "address": "Almaty"},
        "contract_number": "C-1",
        "incoterm": "DAP",
        "incoterm_place": "Almaty",
        "currency": "CNY",
        "planned_arrival_at": "2026-11-22T08:00:00+08:00",
        "vehicles": [vehicle],
    }


@given(st.integers(0, 999_999), st.integers(2010, 2038), st.sampled_from(sorted(models())))
def test_a_built_vin_has_nothing_wrong(serial: int, year: int, key: str) -> None:
    model = models()[key]
    built = build_vin(model.wmi, model.vds, year=year, plant=model.plant, serial=serial)
    assert vin.problems(built) == []
    assert year in vin.model_years(built[9])


def test_every_maker_of_a_model_is_real() -> None:
    known = {row["wmi"] for row in read_csv("wmi")}
    assert {model.wmi for model in models().values()} <= known


def test_the_makers_named_in_the_sources_are_there() -> None:
    named = {"SAIC", "FAW", "Changan", "Geely", "Tesla", "Foton", "Li Auto"}
    groups = {row["wmi"]: row["group"] for row in read_csv("wmi")}
    assert named <= {groups[model.wmi] for model in models().values()}


@pytest.mark.django_db
@pytest.mark.parametrize("used", [None, date(2022, 3, 1), date(2026, 9, 1)], ids=["new", "used", "used-recent"])
@pytest.mark.parametrize("key", sorted(models()))
def test_a_vehicle_of_every_model_has_no_problem(key: str, used: date | None) -> None:
    load_reference_data()
    vehicle = Factory().vehicle(key, on=ON, arrival_on=date(2026, 11, 22), used=used)
    found = checks.check(written(vehicle), reference=load_reference(), today=ON)
    assert errors(found) == []
    assert {problem.code for problem in found} <= {"HS_CODE_CONTESTED"}


@pytest.mark.django_db
def test_no_two_vehicles_share_vin_driver_or_plate() -> None:
    load_reference_data()
    factory = Factory()
    made = [factory.vehicle("cs75", on=ON, arrival_on=ON) for _each in range(100)]
    for name in ("vin", "plate"):
        assert len({vehicle[name] for vehicle in made}) == len(made)
    for name in ("passport_number", "card"):
        assert len({vehicle["driver"][name] for vehicle in made}) == len(made)
