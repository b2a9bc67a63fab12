"""Problems: code, place, sentence, level."""

import re

import pytest

from declarations import checks, identifiers  # noqa: F401 - fill the table of sentences
from declarations.problems import OVERRIDABLE, TEXTS, Level, Problem, errors, explain


def test_a_problem_says_its_sentence_with_its_values() -> None:
    problem = Problem("VIN_LENGTH", "/vin", values={"length": 16})

    assert "16" in problem.message
    assert problem.as_dict() == {
        "code": "VIN_LENGTH",
        "pointer": "/vin",
        "level": "ERROR",
        "message": problem.message,
    }


def test_a_problem_seen_from_above_keeps_everything_but_its_place() -> None:
    problem = Problem("VIN_LENGTH", "/vin", Level.WARNING, {"length": 16})

    assert problem.under("/vehicles/3") == Problem("VIN_LENGTH", "/vehicles/3/vin", Level.WARNING, {"length": 16})


def test_only_errors_of_certain_codes_may_be_overridden() -> None:
    assert Problem("VIN_CHECK_DIGIT").overridable
    assert not Problem("VIN_CHECK_DIGIT", level=Level.WARNING).overridable
    assert not Problem("VIN_LENGTH").overridable
    assert {"VIN_CHECK_DIGIT", "VIN_YEAR_CODE", "VIN_TAIL", "VIN_POSITION_9"} <= OVERRIDABLE


def test_errors_are_those_that_stop_lodging() -> None:
    stops, warns = Problem("VIN_REQUIRED"), Problem("VIN_CHECK_DIGIT", level=Level.WARNING)

    assert errors([stops, warns]) == [stops]


def test_a_code_is_registered_with_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("declarations.problems.TEXTS", {})
    monkeypatch.setattr("declarations.problems.OVERRIDABLE", set())

    assert explain("SOME_CODE", "Do %(this)s.", overridable=True) == "SOME_CODE"
    assert Problem("SOME_CODE", values={"this": "that"}).message == "Do that."
    assert Problem("SOME_CODE").overridable


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_every_sentence_is_short_and_ends(code: str) -> None:
    sentence = str(TEXTS[code])

    assert re.fullmatch(r"[A-Z0-9_]+", code)
    assert len(sentence) <= 130
    assert sentence.endswith(".")
