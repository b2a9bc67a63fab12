"""The checks of a whole body: header, vehicles, papers, driver; whatever stands in it."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from declarations import checks
from declarations.checks.fields import character_problems
from declarations.problems import Problem
from tests.declarations.reference_data import (
    BODY,
    TODAY,
    VEHICLE,
    body,
    check,
    check_one,
    driver,
    reference,
    rows,
    told,
    vehicle,
)

REQUIRED_HEADER = [
    "port",
    "direction",
    "mode",
    "destination_country",
    "consignee",
    "contract_number",
    "incoterm",
    "currency",
    "planned_arrival_at",
]


@pytest.fixture(autouse=True, scope="module")
def english() -> Iterator[None]:
    """Sentences are compared in English."""
    with override("en"):
        yield


def test_a_body_in_order_has_no_problem() -> None:
    assert check(BODY) == []
    assert check_one(VEHICLE) == []


def test_the_lists_hold_all_of_iso_3166_and_our_ports() -> None:
    countries = rows("countries")

    assert len(countries) == len({row["alpha2"] for row in countries}) == 249
    assert len({row["alpha3"] for row in countries}) == len({row["numeric"] for row in countries}) == 249
    assert all(row[f"name_{language}"] for row in countries for language in ("zh", "en", "ru", "kk"))
    assert set(reference().ports) == {"CNHRS", "CNYRK", "CNULZ"}
    assert (reference().currencies["JPY"], reference().currencies["KRW"], reference().currencies["CNY"]) == (0, 0, 2)


# Header


@pytest.mark.parametrize("name", REQUIRED_HEADER)
@pytest.mark.parametrize("empty", [None, "", "  "])
def test_a_header_field_that_is_missing_is_an_error(name: str, empty: str | None) -> None:
    assert ("REQUIRED", f"/{name}", "ERROR") in told(check(body(**{name: empty})))


@pytest.mark.parametrize("name", ["functional_reference", "incoterm_place"])
def test_a_header_field_that_customs_can_do_without_is_a_warning(name: str) -> None:
    assert told(check(body(**{name: None}))) == [("WANTED", f"/{name}", "WARNING")]


def test_an_empty_body_is_a_list_of_problems() -> None:
    assert ("NO_VEHICLES", "/vehicles", "ERROR") in told(check({}))
    assert ("REQUIRED", "/port", "ERROR") in told(check({}))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"port": "CNSHA"}, ("PORT_UNKNOWN", "/port", "ERROR")),
        ({"direction": "SIDEWAYS"}, ("CHOICE_UNKNOWN", "/direction", "ERROR")),
        ({"mode": "self_drive"}, ("CHOICE_UNKNOWN", "/mode", "ERROR")),
        ({"port": "CNYRK", "mode": "RAIL"}, ("PORT_MODE", "/port", "ERROR")),
        ({"destination_country": "XX"}, ("COUNTRY_UNKNOWN", "/destination_country", "ERROR")),
        ({"destination_country": "CN"}, ("DESTINATION_AT_HOME", "/destination_country", "ERROR")),
        ({"consignee": "Almaty Motors"}, ("GROUP_FORM", "/consignee", "ERROR")),
        ({"consignee": {}}, ("REQUIRED", "/consignee/name", "ERROR")),
        ({"consignee": {"name": "A", "country": "XX"}}, ("COUNTRY_UNKNOWN", "/consignee/country", "ERROR")),
        ({"consignee": {"name": "A", "country": "KZ"}}, ("WANTED", "/consignee/address", "WARNING")),
        ({"contract_number": 7}, ("TEXT_FORM", "/contract_number", "ERROR")),
        ({"incoterm": "DAF"}, ("INCOTERM_UNKNOWN", "/incoterm", "ERROR")),
        ({"currency": "YUAN"}, ("CURRENCY_UNKNOWN", "/currency", "ERROR")),
        ({"currency": "cny"}, ("CURRENCY_UNKNOWN", "/currency", "ERROR")),
        ({"planned_arrival_at": "tomorrow"}, ("MOMENT_FORM", "/planned_arrival_at", "ERROR")),
        ({"planned_arrival_at": "2026-11-31T03:00:00+08:00"}, ("MOMENT_FORM", "/planned_arrival_at", "ERROR")),
        ({"planned_arrival_at": "9999-12-31T23:00:00-08:00"}, ("MOMENT_FORM", "/planned_arrival_at", "ERROR")),
        ({"planned_arrival_at": 5}, ("MOMENT_FORM", "/planned_arrival_at", "ERROR")),
        ({"planned_arrival_at": "2026-11-25T03:00:00"}, ("MOMENT_ZONE", "/planned_arrival_at", "ERROR")),
        ({"planned_arrival_at": "2026-11-21T23:59:59+08:00"}, ("ARRIVAL_PAST", "/planned_arrival_at", "WARNING")),
        ({"planned_arrival_at": "2027-03-25T03:00:00+08:00"}, ("ARRIVAL_FAR", "/planned_arrival_at", "WARNING")),
    ],
)
def test_a_header_field_that_is_wrong_is_told_at_its_place(
    changes: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert expected in told(check(body(**changes)))


def test_the_day_of_arrival_is_the_day_in_china() -> None:
    assert checks.arrival_on("2026-11-24T17:00:00Z") == date(2026, 11, 25)
    assert checks.arrival_on("2026-11-24T17:00:00") is None
    assert check(body(planned_arrival_at="2026-11-21T16:00:00Z")) == []


@pytest.mark.parametrize("incoterm", ["FAS", "FOB", "CFR", "CIF"])
def test_a_term_for_ships_is_a_warning(incoterm: str) -> None:
    assert told(check(body(incoterm=incoterm))) == [("INCOTERM_SEA_ONLY", "/incoterm", "WARNING")]


def test_an_import_may_end_at_home_and_mode_and_direction_are_not_closed_here() -> None:
    found = told(check(body(direction="IMPORT", mode="TRUCK", destination_country="CN")))

    assert {level for _code, _pointer, level in found} <= {"WARNING"}


# Vehicles


@pytest.mark.parametrize("vehicles", [None, [], "", "LRW", {}, 7])
def test_a_declaration_without_vehicles_is_an_error(vehicles: Any) -> None:
    assert told(check(body(vehicles=vehicles))) == [("NO_VEHICLES", "/vehicles", "ERROR")]


def test_a_declaration_has_a_most() -> None:
    assert told(check(body(vehicles=[{}] * 1001))) == [("TOO_MANY_VEHICLES", "/vehicles", "ERROR")]


def test_a_vehicle_is_a_set_of_fields() -> None:
    assert told(check(body(vehicles=["LRW", VEHICLE]))) == [("VEHICLE_FORM", "/vehicles/0", "ERROR")]


def test_a_vin_twice_in_one_declaration_is_an_error_at_the_second() -> None:
    found = check(body(vehicles=[vehicle(), vehicle(vin=" lrw3e7ek5tc770390 "), vehicle(vin="")]))

    assert told(found) == [("VIN_DUPLICATE", "/vehicles/1/vin", "ERROR"), ("VIN_REQUIRED", "/vehicles/2/vin", "ERROR")]
    assert found[0].values == {"row": 1}


def test_two_vehicles_with_one_plate_are_doubted_however_it_is_written() -> None:
    other = vehicle(vin="LGXCE6CB3S0123456", plate=VEHICLE["plate"].lower().replace("A", "а"))
    assert ("PLATE_DUPLICATE", "/vehicles/1/plate", "WARNING") in told(check(body(vehicles=[VEHICLE, other])))
    assert "PLATE_DUPLICATE" not in str(told(check(body(vehicles=[{**VEHICLE, "plate": ""}, {**other, "plate": ""}]))))


@pytest.mark.parametrize("vin", [None, "", 5, [], {}])
def test_a_vehicle_without_a_vin_is_asked_for_it(vin: Any) -> None:
    assert told(check(body(vehicles=[vehicle(vin=vin)]))) == [("VIN_REQUIRED", "/vehicles/0/vin", "ERROR")]


def test_problems_of_a_vehicle_alone_begin_at_the_vehicle() -> None:
    assert told(check_one(vehicle(vin="LRW"))) == [("VIN_LENGTH", "/vin", "ERROR")]


def test_a_vehicle_can_be_checked_without_any_header() -> None:
    assert checks.check_vehicle(vehicle(value="1.2345"), reference=reference(), today=TODAY) == []


WRONG_CHECK_DIGIT = "LRW3E7EK6TC770390"


@pytest.mark.parametrize("pairs", [{(WRONG_CHECK_DIGIT, "VIN_CHECK_DIGIT")}])
def test_a_problem_that_an_officer_has_accepted_is_a_warning(pairs: set[tuple[str, str]]) -> None:
    declared = vehicle(vin=WRONG_CHECK_DIGIT.lower())

    assert told(check_one(declared)) == [("VIN_CHECK_DIGIT", "/vin", "ERROR")]
    assert told(check_one(declared, accepted=frozenset(pairs))) == [("VIN_CHECK_DIGIT", "/vin", "WARNING")]
    assert told(check(body(vehicles=[declared]), accepted=frozenset(pairs))) == [
        ("VIN_CHECK_DIGIT", "/vehicles/0/vin", "WARNING")
    ]


def test_only_the_accepted_code_of_that_vin_is_accepted() -> None:
    other = frozenset({("LRW3E7EK5TC770390", "VIN_CHECK_DIGIT"), (WRONG_CHECK_DIGIT, "VIN_TAIL")})

    assert told(check_one(vehicle(vin=WRONG_CHECK_DIGIT), accepted=other)) == [("VIN_CHECK_DIGIT", "/vin", "ERROR")]


def test_what_may_not_be_overridden_stays_an_error() -> None:
    assert told(check_one(vehicle(vin="LRW"), accepted=frozenset({("LRW", "VIN_LENGTH")}))) == [
        ("VIN_LENGTH", "/vin", "ERROR")
    ]


# Characters


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x1b", "\x7f", "\u202e", "\u2066", "\u200b", "\u200f", "\ufeff", "\u2028", "\ud800"],
)
@pytest.mark.parametrize(
    ("pointer", "declared"),
    [
        ("/contract_number", lambda text: body(contract_number=text)),
        ("/consignee/address", lambda text: body(consignee={"name": "A", "country": "KZ", "address": text})),
        ("/vehicles/0/make", lambda text: body(vehicles=[vehicle(make=text)])),
        ("/vehicles/0/driver/name", lambda text: body(vehicles=[driver(name=text)])),
    ],
)
def test_a_character_that_nobody_sees_is_an_error_in_every_text(character: str, pointer: str, declared: Any) -> None:
    found = [problem for problem in check(declared(f"Te{character}sla")) if problem.code == "TEXT_CHARACTER"]

    assert told(found) == [("TEXT_CHARACTER", pointer, "ERROR")]
    assert found[0].values == {"position": 3, "character": f"U+{ord(character):04X}"}
    found[0].message.encode()


def test_lines_may_break_in_an_address_only() -> None:
    assert character_problems({"consignee": {"address": "a\r\nb"}}) == []
    assert told(character_problems({"consignee": {"name": "a\nb"}})) == [("TEXT_CHARACTER", "/consignee/name", "ERROR")]


def test_a_pointer_is_written_as_rfc_6901_says() -> None:
    assert told(character_problems({"a/b": {"c~d": ["\x00"]}})) == [("TEXT_CHARACTER", "/a~1b/c~0d/0", "ERROR")]


def test_a_vin_has_its_own_sentence_for_such_characters() -> None:
    assert told(check_one(vehicle(vin="LRW3E7EK5TC77039\x00"))) == [("VIN_CHARACTER", "/vin", "ERROR")]


# Whatever stands in it

words = st.sampled_from(
    [
        "",
        " ",
        "M1",
        "NEW",
        "USED",
        "BEV",
        "EREV",
        "CNHRS",
        "EXPORT",
        "SELF_DRIVE",
        "KZ",
        "CNY",
        "JPY",
        "FOB",
        "2026-11-25",
        "0",
        "新A12345临",
    ]
)
texts = st.one_of(st.none(), words, st.text(max_size=45), st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True))
numbers = st.one_of(st.none(), st.integers(-5, 10**12))
paper = st.fixed_dictionaries(
    {},
    optional={
        "code": st.one_of(texts, st.just("export_licence")),
        "number": texts,
        "issued_on": texts,
        "valid_until": texts,
        "quantity": numbers,
    },
)
driver_fields = [
    "name",
    "passport_number",
    "nationality",
    "phone",
    "card",
    "mrz",
    "passport_expires_on",
    "resident_id",
    "iin",
    "licence_class",
    "licence_country",
]
drivers = st.one_of(st.none(), st.fixed_dictionaries({}, optional=dict.fromkeys(driver_fields, texts)))
number_fields = {"model_year", "displacement_cc", "seats", "gross_mass_kg", "curb_mass_kg", "odometer_km"}
vehicles = st.fixed_dictionaries(
    {},
    optional={name: numbers if name in number_fields else texts for name in VEHICLE}
    | {"fuel": texts, "papers": st.one_of(st.none(), st.lists(paper, max_size=3)), "driver": drivers},
)
consignees = st.one_of(
    st.none(), st.fixed_dictionaries({}, optional=dict.fromkeys(["name", "country", "address"], texts))
)
bodies = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(BODY, texts)
    | {"consignee": consignees, "vehicles": st.one_of(st.none(), st.lists(vehicles, max_size=3))},
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)
loose_vehicle = st.fixed_dictionaries({}, optional=dict.fromkeys([*VEHICLE, "fuel"], anything))
loose_bodies = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(BODY, anything) | {"vehicles": st.lists(st.one_of(anything, loose_vehicle), max_size=2)}
)


def assert_well_formed(found: list[Problem]) -> None:
    for problem in found:
        assert problem.pointer.startswith("/")
        problem.message.encode()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies)
def test_no_body_of_the_right_types_raises(declared: dict[str, Any]) -> None:
    assert_well_formed(check(declared))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(loose_bodies)
def test_no_body_at_all_raises(declared: dict[str, Any]) -> None:
    assert_well_formed(check(declared))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(sorted(VEHICLE)), st.one_of(texts, numbers), max_size=4))
def test_nothing_changes_when_a_body_is_checked(changes: dict[str, Any]) -> None:
    declared = body(vehicles=[vehicle(**changes)])
    before = deepcopy(declared)

    assert check(declared) == check(declared)
    assert declared == before
