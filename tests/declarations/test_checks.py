"""The checks of a whole body: header, vehicles, papers, driver; whatever stands in it."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from declarations import checks
from declarations.checks.fields import character_problems, read_decimal
from declarations.persons import Stay
from declarations.problems import Level, Problem
from tests.declarations.reference_data import BODY, TODAY, VEHICLE, body, reference, rows, vehicle

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
REQUIRED_VEHICLE = [
    "make",
    "model",
    "model_year",
    "category",
    "condition",
    "powertrain",
    "seats",
    "gross_mass_kg",
    "hs_code",
    "value",
]


@pytest.fixture(autouse=True, scope="module")
def english() -> Iterator[None]:
    """Sentences are compared in English."""
    with override("en"):
        yield


def check(declared: Mapping[str, Any], **more: Any) -> list[Problem]:
    return checks.check(declared, reference=reference(), today=TODAY, **more)


def check_one(declared: Mapping[str, Any], **more: Any) -> list[Problem]:
    return checks.check_vehicle(declared, reference=reference(), today=TODAY, body=BODY, **more)


def told(problems: list[Problem]) -> list[tuple[str, str, str]]:
    return [(problem.code, problem.pointer, problem.level.value) for problem in problems]


def driver(**changes: Any) -> dict[str, Any]:
    return vehicle(driver=deepcopy(VEHICLE["driver"]) | changes)


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


@pytest.mark.parametrize("vin", [None, "", 5, [], {}])
def test_a_vehicle_without_a_vin_is_asked_for_it(vin: Any) -> None:
    assert told(check(body(vehicles=[vehicle(vin=vin)]))) == [("VIN_REQUIRED", "/vehicles/0/vin", "ERROR")]


def test_problems_of_a_vehicle_alone_begin_at_the_vehicle() -> None:
    assert told(check_one(vehicle(vin="LRW"))) == [("VIN_LENGTH", "/vin", "ERROR")]


def test_a_vehicle_can_be_checked_without_any_header() -> None:
    assert checks.check_vehicle(vehicle(value="1.2345"), reference=reference(), today=TODAY) == []


@pytest.mark.parametrize("name", REQUIRED_VEHICLE)
@pytest.mark.parametrize("empty", [None, ""])
def test_a_vehicle_field_that_is_missing_is_an_error(name: str, empty: str | None) -> None:
    assert ("REQUIRED", f"/{name}", "ERROR") in told(check_one(vehicle(**{name: empty})))


@pytest.mark.parametrize("name", ["colour", "curb_mass_kg"])
def test_a_vehicle_field_that_customs_can_do_without_is_a_warning(name: str) -> None:
    assert told(check_one(vehicle(**{name: None}))) == [("WANTED", f"/{name}", "WARNING")]


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


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"model_year": 2025}, [("VIN_MODEL_YEAR", "/model_year", "WARNING")]),
        ({"model_year": 1949}, [("NUMBER_RANGE", "/model_year", "ERROR")]),
        ({"model_year": 2029}, [("NUMBER_RANGE", "/model_year", "ERROR")]),
        ({"model_year": "2026"}, [("NUMBER_FORM", "/model_year", "ERROR")]),
        ({"model_year": True}, [("NUMBER_FORM", "/model_year", "ERROR")]),
        ({"make": "Geely"}, [("VIN_MAKER", "/make", "WARNING")]),
        ({"category": "M9"}, [("CHOICE_UNKNOWN", "/category", "ERROR")]),
        ({"category": ["M1"]}, [("CHOICE_UNKNOWN", "/category", "ERROR")]),
        ({"fuel": "COAL"}, [("CHOICE_UNKNOWN", "/fuel", "ERROR")]),
        ({"fuel": ""}, []),
        ({"displacement_cc": 0}, []),
        ({"displacement_cc": 1998}, [("DISPLACEMENT_ELECTRIC", "/displacement_cc", "WARNING")]),
        ({"displacement_cc": 30_001}, [("NUMBER_RANGE", "/displacement_cc", "ERROR")]),
        ({"curb_mass_kg": 2201}, [("MASS_ORDER", "/curb_mass_kg", "WARNING")]),
        ({"gross_mass_kg": 0}, [("NUMBER_RANGE", "/gross_mass_kg", "ERROR")]),
        ({"hs_code": "870380"}, [("HS_CODE_FORM", "/hs_code", "ERROR")]),
        ({"hs_code": "8799801090"}, [("HS_CODE_UNKNOWN", "/hs_code", "ERROR")]),
        ({"hs_code": "8703231090"}, [("HS_CODE_DIFFERS", "/hs_code", "WARNING")]),
        ({"value": "0"}, [("VALUE_POSITIVE", "/value", "ERROR")]),
        ({"value": "-1.00"}, [("VALUE_POSITIVE", "/value", "ERROR")]),
        ({"value": "1.005"}, [("VALUE_DECIMALS", "/value", "ERROR")]),
        ({"value": 289800}, [("DECIMAL_FORM", "/value", "ERROR")]),
        ({"value": "1,000"}, [("DECIMAL_FORM", "/value", "ERROR")]),
        ({"value": "NaN"}, [("DECIMAL_FORM", "/value", "ERROR")]),
        ({"value": "1e5"}, [("DECIMAL_FORM", "/value", "ERROR")]),
        ({"value": "１００"}, [("DECIMAL_FORM", "/value", "ERROR")]),
        ({"first_registered_on": "2026-10-01"}, [("REGISTERED_NEW", "/first_registered_on", "WARNING")]),
        ({"first_registered_on": "2026-11-23"}, [("REGISTERED_LATER", "/first_registered_on", "ERROR")]),
        ({"first_registered_on": "2026-02-30"}, [("DATE_FORM", "/first_registered_on", "ERROR")]),
        ({"first_registered_on": "20261001"}, [("DATE_FORM", "/first_registered_on", "ERROR")]),
        ({"first_registered_on": 20261001}, [("DATE_FORM", "/first_registered_on", "ERROR")]),
        ({"odometer_km": -1}, [("NUMBER_RANGE", "/odometer_km", "ERROR")]),
        ({"plate": None, "plate_expires_on": None}, []),
        ({"plate": "HELLO"}, [("PLATE_UNKNOWN", "/plate", "WARNING")]),
        ({"plate_expires_on": "2026-11-24"}, [("PLATE_EXPIRED", "/plate_expires_on", "ERROR")]),
        ({"model": "Model 3" * 20}, [("TEXT_LENGTH", "/model", "ERROR")]),
    ],
)
def test_a_vehicle_field_that_is_wrong_is_told_at_its_place(
    changes: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    assert told(check_one(vehicle(**changes))) == expected


@pytest.mark.parametrize(("seats", "warned"), [(9, False), (10, True)])
def test_a_car_has_up_to_nine_seats_with_the_drivers(seats: int, warned: bool) -> None:
    assert (("CATEGORY_SEATS", "/seats", "WARNING") in told(check_one(vehicle(seats=seats)))) is warned


def test_a_bus_has_more() -> None:
    found = told(check_one(vehicle(category="M2", seats=9)))

    assert ("CATEGORY_SEATS", "/seats", "WARNING") in found


@pytest.mark.parametrize(
    ("category", "mass", "warned"),
    [
        ("N1", 3500, False),
        ("N1", 3501, True),
        ("N2", 3500, True),
        ("N2", 12_000, False),
        ("N3", 12_000, True),
        ("M3", 5000, True),
    ],
)
def test_category_and_gross_mass_go_together(category: str, mass: int, warned: bool) -> None:
    found = told(check_one(vehicle(category=category, gross_mass_kg=mass)))

    assert (("CATEGORY_MASS", "/gross_mass_kg", "WARNING") in found) is warned


@pytest.mark.parametrize(
    ("powertrain", "cc", "expected"),
    [
        ("PETROL", None, ("REQUIRED", "/displacement_cc", "ERROR")),
        ("PETROL", 0, ("NUMBER_RANGE", "/displacement_cc", "ERROR")),
        ("PETROL", 2, ("DISPLACEMENT_UNIT", "/displacement_cc", "WARNING")),
        ("HEV", None, ("WANTED", "/displacement_cc", "WARNING")),
    ],
)
def test_an_engine_has_a_displacement_in_cc(powertrain: str, cc: int | None, expected: tuple[str, str, str]) -> None:
    assert expected in told(check_one(vehicle(powertrain=powertrain, displacement_cc=cc)))


def test_a_range_extender_is_warned_of() -> None:
    declared = vehicle(
        powertrain="EREV", displacement_cc=1496, vin="LW433B120P1005183", make="Li Auto", model_year=2023
    )

    assert told(check_one(declared)) == [("HS_CODE_CONTESTED", "/hs_code", "WARNING")]


def test_a_trailer_has_no_drive_and_no_seats() -> None:
    declared = vehicle(category="O", powertrain=None, seats=None, hs_code="8716390000", plate=None)

    assert told(check_one(declared)) == []


@pytest.mark.parametrize("currency", ["JPY", "KRW"])
def test_yen_and_won_have_no_decimals(currency: str) -> None:
    assert told(check(body(currency=currency, vehicles=[vehicle(value="289800.00")]))) == [
        ("VALUE_DECIMALS", "/vehicles/0/value", "ERROR")
    ]
    assert check(body(currency=currency, vehicles=[vehicle(value="289800")])) == []


def test_an_amount_is_a_decimal() -> None:
    assert str(read_decimal(" 289800.00 ")) == "289800.00"
    assert read_decimal("1" * 15) is None


def test_a_used_vehicle_is_asked_for_its_past() -> None:
    found = told(check_one(vehicle(condition="USED")))

    assert ("WANTED", "/first_registered_on", "WARNING") in found
    assert ("WANTED", "/odometer_km", "WARNING") in found
    assert [pointer for code, pointer, _level in found if code == "PAPER_MISSING"] == ["/papers"] * 2


# Papers


def test_missing_papers_are_warnings() -> None:
    found = check(body(vehicles=[vehicle(papers=None), vehicle(papers=[], vin="LRW3E1EB0PC932736", model_year=2023)]))

    assert {problem.level for problem in found} == {Level.WARNING}
    assert [problem.code for problem in found] == ["PAPER_MISSING"] * 6 + ["PAPERS_MISSING"]
    assert [str(problem.values["paper"]) for problem in found[:3]] == [
        "Export licence",
        "Manufacturer's vehicle certificate",
        "Compulsory traffic insurance",
    ]


def test_papers_of_the_whole_declaration_are_told_once_in_the_readers_language() -> None:
    found = check(body(contract_number=None, vehicles=[vehicle(papers=[])]))[-1]

    assert (found.code, found.pointer, found.level) == ("PAPERS_MISSING", "/vehicles", Level.WARNING)
    assert "Export sales contract, Commercial invoice" in found.message
    with override("ru"):
        assert "Упаковочный лист" in found.message


def test_an_expired_licence_is_an_error_at_its_place() -> None:
    declared = vehicle()
    declared["papers"][0]["valid_until"] = "2026-11-21"

    assert told(check_one(declared)) == [("PAPER_EXPIRED", "/papers/0/valid_until", "ERROR")]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("licence", ("GROUP_FORM", "/papers/6", "ERROR")),
        ({}, ("REQUIRED", "/papers/6/code", "ERROR")),
        ({"code": 5}, ("TEXT_FORM", "/papers/6/code", "ERROR")),
        ({"code": "diploma", "number": "1"}, ("PAPER_CODE", "/papers/6/code", "ERROR")),
        ({"code": "packing_list"}, ("PAPER_NUMBER", "/papers/6/number", "WARNING")),
        (
            {"code": "packing_list", "number": "1", "valid_until": "soon"},
            ("DATE_FORM", "/papers/6/valid_until", "ERROR"),
        ),
        ({"code": "packing_list", "number": "1", "quantity": 0}, ("NUMBER_RANGE", "/papers/6/quantity", "ERROR")),
    ],
)
def test_a_paper_that_is_wrong_is_told_at_its_place(row: Any, expected: tuple[str, str, str]) -> None:
    declared = vehicle()

    assert told(check_one(declared | {"papers": [*declared["papers"], row]})) == [expected]


@pytest.mark.parametrize("rows_", ["licence", 5, {"code": "x"}, [{}] * 51])
def test_papers_are_a_list_of_some(rows_: Any) -> None:
    assert ("PAPERS_FORM", "/papers", "ERROR") in told(check_one(vehicle(papers=rows_)))


# Driver


@pytest.mark.parametrize("empty", [None, "", {}, {"name": "", "card": None}])
def test_a_vehicle_without_a_driver_is_a_matter_of_readiness(empty: Any) -> None:
    assert check_one(vehicle(driver=empty)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": ""}, [("WANTED", "/driver/name", "WARNING")]),
        ({"passport_number": None}, [("WANTED", "/driver/passport_number", "WARNING")]),
        ({"nationality": "ZZ"}, [("COUNTRY_UNKNOWN", "/driver/nationality", "ERROR")]),
        ({"passport_number": "Ж1"}, [("PASSPORT_NUMBER", "/driver/passport_number", "ERROR")]),
        ({"passport_number": "N12345678"}, [("PASSPORT_PATTERN", "/driver/passport_number", "WARNING")]),
        ({"phone": "call me"}, [("PHONE", "/driver/phone", "WARNING")]),
        ({"phone": None, "card": None}, []),
        ({"mrz": "P<CHN"}, [("MRZ_FORM", "/driver/mrz", "ERROR")]),
        ({"passport_expires_on": "2026-11-24"}, [("PASSPORT_EXPIRED", "/driver/passport_expires_on", "ERROR")]),
        ({"passport_expires_on": "2026-11-25"}, []),
        ({"resident_id": "110105194912310021"}, [("RESIDENT_ID_CHECK_DIGIT", "/driver/resident_id", "ERROR")]),
        ({"resident_id": "11010519491231002X"}, []),
        ({"iin": "123"}, [("IIN", "/driver/iin", "ERROR")]),
        ({"licence_class": "C1"}, []),
        ({"licence_class": "D"}, [("LICENCE_CLASS", "/driver/licence_class", "WARNING")]),
        ({"licence_class": "B", "licence_country": "KZ"}, []),
        (
            {"licence_class": "B", "licence_country": "ZZ"},
            [
                ("COUNTRY_UNKNOWN", "/driver/licence_country", "ERROR"),
                ("LICENCE_CLASS", "/driver/licence_class", "WARNING"),
            ],
        ),
    ],
)
def test_a_driver_field_that_is_wrong_is_told_at_its_place(
    changes: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    assert told(check_one(driver(**changes))) == expected


def test_a_driver_is_a_set_of_fields() -> None:
    assert told(check_one(vehicle(driver="Li Wei"))) == [("GROUP_FORM", "/driver", "ERROR")]


def test_a_driver_who_has_used_his_days_is_stopped_where_kazakhstan_is_the_destination() -> None:
    stays = {"E12345678": [Stay(TODAY - timedelta(days=100), TODAY - timedelta(days=5))]}

    assert told(check(BODY, stays=stays)) == [("STAY_DAYS_USED", "/vehicles/0/driver", "ERROR")]
    assert check(body(destination_country="KG"), stays=stays) == []
    assert check(BODY, stays={"E00000000": stays["E12345678"]}) == []


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
