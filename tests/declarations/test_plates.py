"""Plates: kinds, comparison, expiry."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from declarations import plates
from declarations.plates import Kind
from declarations.problems import Level, Problem
from tests.declarations.reference_data import TODAY, reference


def found(
    text: str | None, *, expires_on: date | None = None, condition: str | None = None, crossing_on: date | None = None
) -> list[Problem]:
    return plates.problems(
        text,
        expires_on=expires_on,
        condition=condition,
        today=TODAY,
        crossing_on=crossing_on,
        temporary_patterns=reference().temporary_plate_patterns,
        regions=reference().kazakh_regions,
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("新A·12345", Kind.CHINESE),
        ("京A1234学", Kind.CHINESE),
        ("新F 9Z8Y7", Kind.CHINESE),
        ("新AD12345", Kind.NEW_ENERGY),
        ("新AF1A234", Kind.UNKNOWN),
        ("沪A12345F", Kind.NEW_ENERGY),
        ("新A12345临", Kind.TEMPORARY),
        ("新A12345超", Kind.TEMPORARY),
        ("临新A12345", Kind.TEMPORARY),
        ("新A临12345", Kind.TEMPORARY),
        ("123ABC02", Kind.KAZAKH),
        ("123 АВ 17", Kind.KAZAKH),
        ("A123BCD", Kind.KAZAKH),
        ("HELLO", Kind.UNKNOWN),
        ("新O1234", Kind.UNKNOWN),
        ("", Kind.UNKNOWN),
    ],
)
def test_a_plate_is_told_by_its_pattern(text: str, kind: Kind) -> None:
    assert plates.kind(text, reference().temporary_plate_patterns) is kind


def test_without_patterns_no_plate_is_temporary() -> None:
    assert plates.kind("新A12345临") is Kind.UNKNOWN


@pytest.mark.parametrize("text", ["新A·12345", "新a 12345", "新А-12345", "新Ａ１２３４５", "\u200b新A.12345\n"])
def test_spelling_does_not_matter(text: str) -> None:
    assert plates.normalise(text) == "新A12345"


@pytest.mark.parametrize("text", [None, "", " · "])
def test_an_empty_plate_is_no_problem(text: str | None) -> None:
    assert found(text, expires_on=date(2020, 1, 1), condition="NEW") == []


def test_an_unknown_pattern_is_a_warning() -> None:
    (problem,) = found("HELLO", condition="NEW")

    assert (problem.code, problem.pointer, problem.level) == ("PLATE_UNKNOWN", "/plate", Level.WARNING)


@pytest.mark.parametrize(("condition", "text"), [("NEW", "新A12345"), ("NEW", "123ABC02"), ("USED", "123ABC02")])
def test_a_kind_unusual_for_the_condition_is_a_warning(condition: str, text: str) -> None:
    (problem,) = found(text, condition=condition)

    assert (problem.code, problem.pointer, problem.level) == ("PLATE_KIND", "/plate", Level.WARNING)
    assert problem.message


@pytest.mark.parametrize(
    ("condition", "text"), [("USED", "新A12345"), ("USED", "新AD12345"), (None, "123ABC02"), ("?", "新A12345")]
)
def test_a_usual_kind_is_no_problem(condition: str | None, text: str) -> None:
    assert found(text, condition=condition) == []


def test_a_region_that_kazakhstan_does_not_have_is_a_warning() -> None:
    (problem,) = found("123ABC77")

    assert (problem.code, problem.level, problem.values) == ("PLATE_REGION", Level.WARNING, {"region": "77"})


def test_regions_are_only_asked_where_they_are_known() -> None:
    assert plates.problems("123ABC77", expires_on=None, condition=None, today=TODAY) == []


def test_a_temporary_plate_wants_its_expiry() -> None:
    (problem,) = found("新A12345临", condition="NEW")

    assert (problem.code, problem.pointer, problem.level) == (
        "PLATE_EXPIRY_MISSING",
        "/plate_expires_on",
        Level.WARNING,
    )


@pytest.mark.parametrize("text", ["新A12345临", "新A12345"])
def test_an_expired_plate_is_an_error(text: str) -> None:
    (problem,) = found(text, expires_on=date(2026, 11, 21))

    assert (problem.code, problem.pointer, problem.level) == ("PLATE_EXPIRED", "/plate_expires_on", Level.ERROR)


def test_an_expiry_must_cover_the_crossing() -> None:
    crossing_on = date(2026, 11, 25)
    (problem,) = found("新A12345临", expires_on=date(2026, 11, 24), crossing_on=crossing_on)

    assert problem.values == {"expires": "2026-11-24", "crossing": "2026-11-25"}
    assert found("新A12345临", expires_on=crossing_on, crossing_on=crossing_on) == []


def test_a_planned_crossing_that_is_over_does_not_revive_a_plate() -> None:
    (problem,) = found("新A12345临", expires_on=date(2026, 11, 21), crossing_on=date(2026, 11, 20))

    assert problem.values["crossing"] == "2026-11-22"


def test_a_temporary_plate_lasts_sixty_days() -> None:
    (problem,) = found("新A12345临", expires_on=date(2027, 1, 22))

    assert (problem.code, problem.level) == ("PLATE_EXPIRY_FAR", Level.WARNING)
    assert found("新A12345临", expires_on=date(2027, 1, 21)) == []
    assert found("新A12345", expires_on=date(2030, 1, 1)) == []


@given(st.text(max_size=20))
@example("U\N{DIAERESIS}")
def test_any_text_gets_an_answer(text: str) -> None:
    assert plates.normalise(plates.normalise(text)) == plates.normalise(text)
    assert all(problem.level is Level.WARNING and problem.message for problem in found(text, condition="NEW"))
