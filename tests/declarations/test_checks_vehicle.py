"""The checks of one vehicle: its fields, its papers, its driver."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import override

from declarations.checks.fields import read_decimal
from declarations.persons import Stay
from declarations.problems import Level
from tests.declarations.reference_data import BODY, TODAY, body, check, check_one, driver, told, vehicle

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


@pytest.mark.parametrize("name", REQUIRED_VEHICLE)
@pytest.mark.parametrize("empty", [None, ""])
def test_a_vehicle_field_that_is_missing_is_an_error(name: str, empty: str | None) -> None:
    assert ("REQUIRED", f"/{name}", "ERROR") in told(check_one(vehicle(**{name: empty})))


@pytest.mark.parametrize("name", ["colour", "curb_mass_kg"])
def test_a_vehicle_field_that_customs_can_do_without_is_a_warning(name: str) -> None:
    assert told(check_one(vehicle(**{name: None}))) == [("WANTED", f"/{name}", "WARNING")]


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


OTHER = {"vin": "LRW3E1EB0PC932736", "model_year": 2023, "plate": None, "plate_expires_on": None}


def test_missing_papers_are_warnings() -> None:
    found = check(body(vehicles=[vehicle(papers=None), vehicle(papers=[], **OTHER)]))

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
