"""Papers: which are needed, which are valid, and when clearance must look."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from declarations import papers
from declarations.papers import CheckReason, Covers, Names, Paper, PaperType, Place
from declarations.problems import Level, Problem
from tests.declarations.reference_data import TODAY, reference, vehicle

CROSSING_ON = TODAY + timedelta(days=3)
LICENCE = reference().paper_types["export_licence"]
INSURANCE = reference().paper_types["compulsory_insurance"]


@pytest.fixture(autouse=True, scope="module")
def english() -> Iterator[None]:
    """Sentences are compared in English."""
    with override("en"):
        yield


def needed(
    declared: dict[str, Any],
    *,
    direction: str | None = "EXPORT",
    mode: str | None = "SELF_DRIVE",
    registered_on: date | None = None,
    on: date = TODAY,
    place: Place | None = None,
) -> list[str]:
    found = papers.needed(
        declared, direction=direction, mode=mode, first_registered_on=registered_on, reference=reference(), on=on
    )
    return [paper.code for paper in found if place in {None, paper.place}]


def problems(paper: Paper, kind: PaperType | None = LICENCE) -> list[Problem]:
    return papers.problems(paper, kind, accepted_on=TODAY, crossing_on=CROSSING_ON)


PETROL = vehicle(powertrain="PETROL", hs_code="8703231090")
USED = vehicle(powertrain="PETROL", hs_code="8703231090", condition="USED")


def test_every_paper_of_the_list_is_known() -> None:
    assert len(reference().paper_types) == 17


def test_a_new_petrol_car_needs_its_certificate_and_insurance() -> None:
    assert needed(PETROL, place=Place.VEHICLE) == ["certificate_of_conformity", "compulsory_insurance"]
    assert needed(PETROL, mode="TRUCK", place=Place.VEHICLE) == ["certificate_of_conformity"]


def test_a_used_car_needs_papers_of_its_own() -> None:
    assert needed(USED, place=Place.VEHICLE) == [
        "export_licence",
        "registration_certificate",
        "inspection_report",
        "compulsory_insurance",
    ]


def test_driver_and_temporary_plate_are_matters_of_readiness() -> None:
    assert needed(USED, place=Place.READINESS) == ["temporary_plate", "driver_passport", "driver_licence"]


def test_deregistration_is_a_task_and_never_a_control() -> None:
    assert "deregistration" not in needed(USED)
    assert reference().paper_types["deregistration"].place is Place.TASK


def test_papers_on_the_buyers_request_are_not_needed() -> None:
    assert "certificate_of_origin" not in needed(PETROL) + needed(USED)


def test_an_import_needs_trade_papers_only() -> None:
    assert needed(USED, direction="IMPORT") == ["commercial_contract", "commercial_invoice", "packing_list"]


@pytest.mark.parametrize(("days", "is_needed"), [(0, True), (180, True), (181, False)])
def test_a_used_car_registered_at_most_180_days_ago_needs_the_makers_confirmation(days: int, is_needed: bool) -> None:
    found = needed(USED, registered_on=TODAY - timedelta(days=days))

    assert ("after_sales_confirmation" in found) is is_needed


def test_the_makers_confirmation_is_asked_from_2026_on() -> None:
    registered_on = date(2025, 12, 1)

    assert "after_sales_confirmation" not in needed(USED, registered_on=registered_on, on=date(2025, 12, 31))
    assert "after_sales_confirmation" in needed(USED, registered_on=registered_on, on=date(2026, 1, 1))
    assert "after_sales_confirmation" not in needed(USED, registered_on=None)
    assert "after_sales_confirmation" not in needed(PETROL, registered_on=registered_on)


@pytest.mark.parametrize("hs_code", ["8703801090", "8703.80.1090", "８７０３801090", "8703809000", None])
def test_a_battery_electric_car_needs_an_export_licence_from_2026_on(hs_code: str | None) -> None:
    declared = vehicle(hs_code=hs_code)

    assert "export_licence" in needed(declared, on=date(2026, 1, 1))
    assert "export_licence" not in needed(declared, on=date(2025, 12, 31))


def test_an_electric_truck_needs_no_licence() -> None:
    assert "export_licence" not in needed(vehicle(category="N1", hs_code="8704600000"))


@pytest.mark.parametrize(
    ("changes", "on", "reason"),
    [
        ({"condition": "USED"}, TODAY, CheckReason.USED_VEHICLE),
        ({"condition": "USED", "papers": []}, date(2020, 1, 1), CheckReason.USED_VEHICLE),
        ({}, TODAY, CheckReason.EXPORT_LICENCE),
        ({"hs_code": "8703.80.10.90"}, date(2026, 1, 1), CheckReason.EXPORT_LICENCE),
        ({}, date(2025, 12, 31), None),
        ({"hs_code": "8703809000"}, TODAY, None),
        ({"hs_code": "8703231090", "powertrain": "PETROL", "papers": []}, TODAY, None),
        ({"hs_code": None}, TODAY, None),
    ],
)
def test_clearance_looks_at_used_vehicles_and_licensed_codes_only(
    changes: dict[str, Any], on: date, reason: CheckReason | None
) -> None:
    assert papers.needs_document_check(vehicle(**changes), reference(), on) == reason


def test_papers_that_nobody_declared_are_missing() -> None:
    wanted = [LICENCE, INSURANCE]

    assert papers.missing(wanted, [Paper("export_licence")], Place.VEHICLE) == [INSURANCE]
    assert papers.missing(wanted, [], Place.TASK) == []


def test_a_paper_of_no_list_is_an_error() -> None:
    (problem,) = problems(Paper("diploma", "1"), None)

    assert (problem.code, problem.pointer, problem.level) == ("PAPER_CODE", "/code", Level.ERROR)


def test_a_paper_in_order_has_no_problem() -> None:
    assert problems(Paper("export_licence", "1", TODAY, TODAY + timedelta(days=30))) == []
    assert problems(Paper("export_licence", "1")) == []


def test_a_paper_without_its_number_is_a_warning() -> None:
    (problem,) = problems(Paper("export_licence", " "))

    assert (problem.code, problem.pointer, problem.level) == ("PAPER_NUMBER", "/number", Level.WARNING)


def test_a_licence_must_be_valid_on_the_day_of_acceptance() -> None:
    (problem,) = problems(Paper("export_licence", "1", valid_until=TODAY - timedelta(days=1)))

    assert (problem.code, problem.pointer, problem.level) == ("PAPER_EXPIRED", "/valid_until", Level.ERROR)
    assert not problem.overridable
    assert "2026-11-21" in problem.message


def test_a_licence_that_runs_out_before_the_arrival_is_a_warning() -> None:
    (problem,) = problems(Paper("export_licence", "1", valid_until=TODAY))

    assert (problem.code, problem.level) == ("PAPER_RUNS_OUT", Level.WARNING)
    assert problems(Paper("export_licence", "1", valid_until=CROSSING_ON)) == []


def test_insurance_must_cover_the_crossing() -> None:
    (problem,) = problems(Paper("compulsory_insurance", "1", valid_until=TODAY), INSURANCE)

    assert (problem.code, problem.level, problem.values["needed"]) == ("PAPER_EXPIRED", Level.ERROR, "2026-11-25")


def test_without_an_arrival_the_day_of_acceptance_counts() -> None:
    paper = Paper("compulsory_insurance", "1", valid_until=TODAY)

    assert papers.problems(paper, INSURANCE, accepted_on=TODAY, crossing_on=None) == []
    assert papers.problems(paper, INSURANCE, accepted_on=TODAY, crossing_on=date(2020, 1, 1)) == []


def test_dates_in_the_wrong_order_are_an_error() -> None:
    found = problems(Paper("export_licence", "1", CROSSING_ON + timedelta(days=1), CROSSING_ON))

    assert [(problem.code, problem.level) for problem in found] == [
        ("PAPER_ISSUED_LATER", Level.WARNING),
        ("PAPER_DATES", Level.ERROR),
    ]


def test_a_paper_is_named_in_the_readers_language() -> None:
    (problem,) = problems(Paper("export_licence", ""))

    with override("zh-hans"):
        assert "出口许可证" in problem.message
    with override("kk"):
        assert "Экспорттық лицензия" in problem.message
    with override("fr"):
        assert "Export licence" in problem.message
    with override(None):
        assert "Export licence" in problem.message


def test_a_paper_without_names_is_called_by_its_code() -> None:
    assert PaperType("export_licence").label == "export_licence"
    assert str(Names({})) == ""
    assert PaperType("x", covers=Covers.CROSSING, names=Names({"en": "X"})).label == Names({"en": "X"})
