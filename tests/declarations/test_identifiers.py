"""Unified social credit codes and resident IDs: every row of the lists, each rule by name."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from declarations import identifiers
from tests.declarations.reference_data import TODAY, rows

GOOD = "91110000600037341L"
REASONS = {"PLACEHOLDER": "USCC_PLACEHOLDER", "LENGTH": "USCC_LENGTH", "CHARSET": "USCC_CHARACTER"}


def codes(text: str | None) -> list[str]:
    return [problem.code for problem in identifiers.uscc_problems(text)]


def resident_codes(text: str) -> list[str]:
    return [problem.code for problem in identifiers.resident_id_problems(text, TODAY)]


def resident_id(first: str) -> str:
    return first + ric.calc_check_digit(first + "0")


@pytest.mark.parametrize("code", [row["uscc"] for row in rows("uscc_valid")])
def test_a_real_code_has_no_problem(code: str) -> None:
    assert codes(code) == []


@pytest.mark.parametrize(("code", "reason"), [(row["uscc"], row["reason"]) for row in rows("uscc_invalid")])
def test_a_wrong_code_has_its_reason_and_another_spelling_is_normalised(code: str, reason: str) -> None:
    if reason == "NORMALISE":
        assert codes(code) == []
        assert identifiers.normalise(code) == GOOD
    else:
        assert codes(code) == [REASONS[reason]]


def test_blanks_and_hyphens_are_forgiven() -> None:
    assert identifiers.normalise(" 91110000-6000 37341l\n") == GOOD


def test_nothing_at_all_is_asked_for() -> None:
    assert codes(None) == codes("  ") == ["USCC_REQUIRED"]


def test_a_cyrillic_letter_and_an_unseen_character_are_named() -> None:
    (cyrillic,) = identifiers.uscc_problems("91310115МA1K3BTP2B")
    (unseen,) = identifiers.uscc_problems("91310115\x00A1K3BTP2B")

    assert cyrillic.values == {"position": 9, "character": "М"}
    assert unseen.values == {"position": 9, "character": "U+0000"}


def test_the_region_holds_digits_only() -> None:
    assert codes("91A10000600037341L") == ["USCC_CHARACTER"]


def test_a_wrong_check_character_is_told_with_the_right_one() -> None:
    (problem,) = identifiers.uscc_problems(GOOD[:-1] + "M")

    assert (problem.code, problem.values) == ("USCC_CHECK_CHARACTER", {"found": "M", "expected": "L"})


def test_the_organisation_code_inside_is_checked_too() -> None:
    wrong = GOOD[:16] + "2"
    (problem,) = identifiers.uscc_problems(wrong + uscc.calc_check_digit(wrong))

    assert (problem.code, problem.values) == ("USCC_ORGANISATION_CODE", {"expected": "1"})


def test_a_mistyped_digit_inside_is_told_by_both_checks() -> None:
    assert codes("91110000600037342L") == ["USCC_CHECK_CHARACTER", "USCC_ORGANISATION_CODE"]


@pytest.mark.parametrize(
    ("first", "expected"), [("60003734", "1"), ("00000000", "0"), ("71526726", "X"), ("MA1K3BTP", "2")]
)
def test_the_organisation_check_character_may_be_x_or_zero(first: str, expected: str) -> None:
    assert identifiers.organisation_check_character(first) == expected


@given(st.text(max_size=25))
def test_any_text_gets_an_answer(text: str) -> None:
    assert all(problem.message for problem in identifiers.uscc_problems(text))
    assert all(problem.message for problem in identifiers.resident_id_problems(text, TODAY))


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "１１０１０５19491231002x", "110105 19491231 002X", "360426199101010071"]
)
def test_a_resident_id_with_its_right_digit_has_no_problem(number: str) -> None:
    assert resident_codes(number) == []


@pytest.mark.parametrize("number", ["", "110105491231002", "11010519491231002Y", "1101051949123100２Х"])
def test_a_resident_id_has_18_characters(number: str) -> None:
    assert resident_codes(number) == ["RESIDENT_ID"]


@pytest.mark.parametrize("born", ["19491331", "20230229", "18991231", "20261123"])
def test_a_resident_id_holds_a_date_of_birth(born: str) -> None:
    assert resident_codes(resident_id(f"110105{born}002")) == ["RESIDENT_ID_DATE"]


def test_a_resident_id_with_a_wrong_digit_is_told_the_right_one() -> None:
    (problem,) = identifiers.resident_id_problems("110105194912310021", date(2026, 1, 1))

    assert (problem.code, problem.values) == ("RESIDENT_ID_CHECK_DIGIT", {"found": "1", "expected": "X"})
