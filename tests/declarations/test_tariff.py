"""The tariff: what is proposed for which vehicle, and what is wrong with a code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declarations import tariff
from declarations.problems import Level
from declarations.tariff import Proposal, Why
from declarations.words import Category, Powertrain
from tests.declarations.reference_data import tariff_rows

HS6 = frozenset(row.hs6 for row in tariff_rows())


def proposed(
    category: str | None,
    powertrain: str | None,
    *,
    fuel: str | None = None,
    cc: int | None = None,
    seats: int | None = None,
    mass: int | None = None,
) -> list[str]:
    return [row.hs6 for row in tariff.propose(category, powertrain, fuel, cc, seats, mass, tariff_rows())]


def test_there_are_63_subheadings() -> None:
    assert len(tariff_rows()) == len(HS6) == 63


@pytest.mark.parametrize(
    ("powertrain", "cc", "hs6"),
    [
        ("PETROL", 999, "870321"),
        ("PETROL", 1000, "870321"),
        ("PETROL", 1001, "870322"),
        ("PETROL", 1500, "870322"),
        ("PETROL", 1501, "870323"),
        ("PETROL", 3000, "870323"),
        ("PETROL", 3001, "870324"),
        ("GAS", 1600, "870323"),
        ("DIESEL", 1500, "870331"),
        ("DIESEL", 1501, "870332"),
        ("DIESEL", 2500, "870332"),
        ("DIESEL", 2501, "870333"),
        ("HEV", 1500, "870340"),
        ("PHEV", 1500, "870360"),
        ("BEV", None, "870380"),
        ("FCEV", None, "870380"),
    ],
)
def test_a_passenger_car_goes_by_drive_and_displacement(powertrain: str, cc: int | None, hs6: str) -> None:
    assert proposed("M1", powertrain, cc=cc, seats=5) == [hs6]


@pytest.mark.parametrize(("powertrain", "hs6"), [("HEV", "870350"), ("PHEV", "870370")])
def test_a_diesel_hybrid_car_goes_by_its_fuel(powertrain: str, hs6: str) -> None:
    assert proposed("M1", powertrain, fuel="DIESEL", seats=5) == [hs6]


def test_a_range_extender_is_offered_both_ways() -> None:
    found = tariff.propose("M1", "EREV", None, 1496, 6, 2520, tariff_rows())

    assert found == [Proposal("870380", Why.CONTESTED), Proposal("870360", Why.CONTESTED)]
    assert proposed("M1", "EREV", fuel="DIESEL", seats=6) == ["870380", "870370"]


def test_a_fuel_cell_says_why() -> None:
    assert tariff.propose("M1", "FCEV", None, None, 5, None, tariff_rows()) == [Proposal("870380", Why.FUEL_CELL)]


@pytest.mark.parametrize(
    ("category", "seats", "hs6"), [("M1", 9, "870380"), ("M1", 10, "870240"), ("M2", 9, "870380"), ("M3", 50, "870240")]
)
def test_seats_with_the_driver_decide_between_car_and_bus(category: str, seats: int, hs6: str) -> None:
    assert proposed(category, "BEV", seats=seats) == [hs6]


def test_without_seats_the_category_decides() -> None:
    assert proposed("M1", "BEV") == ["870380"]
    assert proposed("M2", "BEV") == ["870240"]


@pytest.mark.parametrize(
    ("powertrain", "fuel", "hs6"),
    [
        ("DIESEL", None, ["870210"]),
        ("HEV", "DIESEL", ["870220"]),
        ("PHEV", None, ["870230"]),
        ("PETROL", None, ["870290"]),
        ("GAS", None, ["870290"]),
        ("EREV", None, ["870240", "870230"]),
    ],
)
def test_a_bus_goes_by_its_drive(powertrain: str, fuel: str | None, hs6: list[str]) -> None:
    assert proposed("M3", powertrain, fuel=fuel, seats=40, mass=18000) == hs6


@pytest.mark.parametrize(
    ("powertrain", "mass", "hs6"),
    [
        ("DIESEL", 5000, "870421"),
        ("DIESEL", 5001, "870422"),
        ("DIESEL", 20000, "870422"),
        ("DIESEL", 20001, "870423"),
        ("PETROL", 5000, "870431"),
        ("GAS", 5001, "870432"),
        ("HEV", 3000, "870451"),
        ("BEV", 3000, "870460"),
    ],
)
def test_a_light_truck_goes_by_drive_and_gross_mass(powertrain: str, mass: int, hs6: str) -> None:
    assert proposed("N1", powertrain, mass=mass, seats=2) == [hs6]


def test_a_heavy_truck_may_be_a_road_tractor() -> None:
    found = tariff.propose("N3", "DIESEL", None, 12000, 2, 25000, tariff_rows())

    assert found == [Proposal("870423", Why.FITS), Proposal("870121", Why.SEMI_TRAILER_TRACTOR)]
    assert proposed("N2", "GAS", mass=12000) == ["870432", "870129"]


@pytest.mark.parametrize(
    ("category", "first", "count"), [("O", "871610", 6), ("T", "870110", 7), ("SPECIAL", "870510", 5)]
)
def test_where_the_purpose_decides_every_row_is_offered(category: str, first: str, count: int) -> None:
    found = tariff.propose(category, "DIESEL", None, None, None, None, tariff_rows())

    assert (found[0].hs6, len(found)) == (first, count)
    assert {proposal.why for proposal in found} == {Why.KIND_UNKNOWN}


def test_what_is_not_known_yet_excludes_nothing() -> None:
    assert proposed("M1", "PETROL") == ["870321", "870322", "870323", "870324"]
    assert proposed("N1", "DIESEL") == ["870421", "870422", "870423"]


@pytest.mark.parametrize(("category", "powertrain"), [(None, "BEV"), ("?", "BEV"), ("M1", None), ("M1", "STEAM")])
def test_without_category_or_drive_nothing_is_proposed(category: str | None, powertrain: str | None) -> None:
    assert proposed(category, powertrain) == []


def test_seat_limits_of_a_row_hold_for_themselves() -> None:
    rows = [
        tariff.TariffRow("870210", "bus", "diesel", seats_min=30),
        tariff.TariffRow("870220", "bus", "diesel", seats_max=29),
    ]

    assert [row.hs6 for row in tariff.propose("M3", "DIESEL", None, None, 29, None, rows)] == ["870220"]
    assert [row.hs6 for row in tariff.propose("M3", "DIESEL", None, None, 30, None, rows)] == ["870210"]


def test_a_code_is_stored_as_digits() -> None:
    assert tariff.national_code(" 8703.80.10-90 ") == "8703801090"
    assert tariff.national_code("８７０３801090") == "8703801090"


@pytest.mark.parametrize("code", [None, "", "870380", "87038010900", "87038O1090", "8703٨01090"])
def test_a_national_code_has_ten_digits(code: str | None) -> None:
    assert [problem.code for problem in tariff.problems(code, [], HS6)] == ["HS_CODE_FORM"]


def test_a_national_code_begins_with_a_subheading_that_exists() -> None:
    (problem,) = tariff.problems("8703991090", [], HS6)

    assert (problem.code, problem.level, problem.values) == ("HS_CODE_UNKNOWN", Level.ERROR, {"hs6": "870399"})


def test_a_code_that_differs_from_the_proposal_is_a_warning() -> None:
    (problem,) = tariff.problems("8703231090", [Proposal("870380", Why.FITS)], HS6)

    assert (problem.code, problem.level) == ("HS_CODE_DIFFERS", Level.WARNING)
    assert "870380" in problem.message


def test_a_code_that_fits_or_cannot_be_compared_is_no_problem() -> None:
    assert tariff.problems("8703801090", [Proposal("870380", Why.FITS)], HS6) == []
    assert tariff.problems("8703801090", [], HS6) == []


@pytest.mark.parametrize("code", ["8703801090", "8703601090"])
def test_a_range_extender_is_warned_of_either_way(code: str) -> None:
    proposals = tariff.propose("M1", "EREV", None, 1496, 6, 2520, tariff_rows())

    assert [problem.code for problem in tariff.problems(code, proposals, HS6)] == ["HS_CODE_CONTESTED"]


def test_a_range_extender_under_a_third_code_is_warned_of_twice() -> None:
    proposals = tariff.propose("M1", "EREV", None, 1496, 6, 2520, tariff_rows())
    found = tariff.problems("8703231090", proposals, HS6)

    assert [problem.code for problem in found] == ["HS_CODE_DIFFERS", "HS_CODE_CONTESTED"]
    assert {problem.level for problem in found} == {Level.WARNING}


@given(
    st.sampled_from(Category.values),
    st.sampled_from(Powertrain.values),
    st.integers(1, 20_000),
    st.integers(1, 80),
    st.integers(1, 60_000),
)
def test_every_vehicle_is_offered_a_subheading(category: str, powertrain: str, cc: int, seats: int, mass: int) -> None:
    found = proposed(category, powertrain, cc=cc, seats=seats, mass=mass)

    assert found
    assert set(found) <= HS6
    assert len(set(found)) == len(found)
