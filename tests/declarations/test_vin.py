"""VINs: every row of the lists, and each rule of ISO 3779 and GB 16735 by name."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from declarations import vin as vins
from declarations.problems import Level, Problem, errors
from tests.declarations.reference_data import reference, rows

REASONS = {
    "REQUIRED": {"VIN_REQUIRED"},
    "PLACEHOLDER": {"VIN_PLACEHOLDER"},
    "CHECK_DIGIT": {"VIN_CHECK_DIGIT"},
    "LENGTH": {"VIN_LENGTH"},
    "CHARSET": {"VIN_CHARACTER", "VIN_FOREIGN_CHARACTER"},
    "YEAR_CODE": {"VIN_YEAR_CODE"},
}
GOOD = "LB378Y4W0JA184037"


@pytest.fixture(autouse=True, scope="module")
def english() -> Iterator[None]:
    """Sentences are compared in English."""
    with override("en"):
        yield


def codes(text: str | None) -> list[str]:
    return [problem.code for problem in vins.problems(text)]


def only(text: str) -> Problem:
    (problem,) = vins.problems(text)
    return problem


def with_check_digit(vin: str) -> str:
    return vin[:8] + vins.check_digit(vin) + vin[9:]


@pytest.mark.parametrize("vin", [row["vin"] for row in rows("vins_valid")])
def test_a_real_vin_has_no_problem(vin: str) -> None:
    assert vins.problems(vin) == []
    assert vins.check_digit(vin) == vin[8]


@pytest.mark.parametrize(("vin", "reason"), [(row["vin"], row["reason"]) for row in rows("vins_invalid")])
def test_a_wrong_vin_is_an_error_with_its_reason(vin: str, reason: str) -> None:
    (problem,) = vins.problems(vin)

    assert problem.code in REASONS[reason]
    assert problem.level is Level.ERROR
    assert problem.message


@pytest.mark.parametrize(("vin", "expected"), [(row["vin"], row["expected"]) for row in rows("vins_traps")])
def test_a_trap_is_no_error(vin: str, expected: str) -> None:
    found = vins.problems(vin)

    assert errors(found) == []
    assert [problem.code for problem in found] == (["VIN_CHECK_DIGIT"] if expected == "FOREIGN_NO_CHECK_DIGIT" else [])


def test_nothing_at_all_is_asked_for() -> None:
    assert codes(None) == codes("") == codes(" \t\n") == ["VIN_REQUIRED"]


def test_blanks_around_and_small_letters_are_forgiven() -> None:
    assert vins.normalise(f" {GOOD.lower()}\r\n") == GOOD
    assert codes(f"\t{GOOD.lower()} ") == []


def test_foreign_text_is_not_turned_into_latin_unseen() -> None:
    assert vins.normalise(" ſlx ") == "ſlx"
    assert codes("ſ" + GOOD[1:]) == ["VIN_FOREIGN_CHARACTER"]


def test_a_foreign_character_is_named_with_its_position_and_the_letter_meant() -> None:
    problem = only("LВ378Y4W3JA18403З")

    assert problem.values["position"] == 2
    assert problem.values["positions"] == "2, 17"
    assert problem.values["character"] == "В"
    assert problem.values["name"] == "CYRILLIC CAPITAL LETTER VE"
    assert problem.values["latin"] == "B"
    assert problem.values["fixed"] == "LB378Y4W3JA184033"
    assert "Cyrillic" in problem.message


@pytest.mark.parametrize(
    ("text", "fixed", "kind"),
    [
        ("ＬB378Y4W0JA184037", GOOD, "a full-width character"),
        ("ＬＢ３７８Ｙ４Ｗ０ＪＡ１８４０３７", GOOD, "a full-width character"),
        ("LB378Y4W0JA18403٧", GOOD, "a digit of another script"),
        ("LΒ378Y4W0JA184037", GOOD, "a Greek letter"),
        ("LB378Y4W\N{ZERO WIDTH SPACE}0JA184037", GOOD, "an invisible character"),
        ("LB378Y4W\N{NO-BREAK SPACE}0JA184037", GOOD, "an invisible character"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}LB378Y4W0JA184037", GOOD, "an invisible character"),
        ("LB378Y4W0JA18403七", "", "a Chinese character"),
        ("LB378Y4W0JA18403é", "", "no Latin letter"),
        ("LB378Y4W0JA1840Ⅳ7", "", "no Latin letter"),
        ("LB378Y4W\ud8000JA184037", "", "an invisible character"),
        ("LB378Y4WОJA184037", GOOD, "a Cyrillic letter"),
        ("LB378Y4WоJA18403", "", "a Cyrillic letter"),
    ],
)
def test_what_was_probably_meant_is_offered(text: str, fixed: str, kind: str) -> None:
    problem = only(text)

    assert problem.code == "VIN_FOREIGN_CHARACTER"
    assert problem.values["fixed"] == fixed
    assert str(problem.values["kind"]) == kind


def test_full_width_o_is_read_as_zero() -> None:
    assert vins.suggestion("LB378Y4WＯJA184037") == GOOD


@pytest.mark.parametrize(
    ("text", "position", "character", "latin"),
    [
        ("LB378Y4WOJA184037", 9, "O", "0"),
        ("LB378Y4W0JAI84037", 12, "I", "1"),
        ("LB378Y4W 0JA184037", 9, "U+0020", ""),
        ("LB378Y4W-0JA184037", 9, "-", ""),
        ("LB3\x0078Y4W0JA184037", 4, "U+0000", ""),
    ],
)
def test_a_character_that_no_vin_has_is_named(text: str, position: int, character: str, latin: str) -> None:
    problem = only(text)

    assert problem.code == "VIN_CHARACTER"
    assert (problem.values["position"], problem.values["character"]) == (position, character)
    assert problem.values["latin"] == latin


def test_letters_read_for_digits_and_separators_are_repaired() -> None:
    assert vins.suggestion("LB3 78Y4W-OJA.I84O37") == "LB378Y4W0JA184037"
    assert vins.suggestion("LB378Y4W#JA184037") == ""


@pytest.mark.parametrize("text", ["LB378Y4W0JА184033", "LB378Y4WOJA184033", "1M8GDM9A1KР042788", "Ｌ" * 17])
def test_a_guess_that_would_be_refused_is_not_offered(text: str) -> None:
    assert only(text).values["fixed"] == ""


def test_where_the_check_digit_is_no_law_a_guess_is_offered_all_the_same() -> None:
    assert vins.suggestion("WBA3R5C57EК186393") == "WBA3R5C57EK186393"


def test_a_japanese_frame_number_gets_its_own_sentence() -> None:
    assert codes("ZZE122-0123456") == ["VIN_FRAME_NUMBER"]
    assert codes("JZX100-012345") == ["VIN_FRAME_NUMBER"]


@pytest.mark.parametrize("character", "1LAZ0")
def test_one_character_repeated_is_a_placeholder(character: str) -> None:
    assert codes(character * 17) == ["VIN_PLACEHOLDER"]


@pytest.mark.parametrize("start", ["LB3", "HLX"])
def test_a_wrong_check_digit_is_an_error_for_chinese_vins(start: str) -> None:
    right = with_check_digit(start + GOOD[3:])
    wrong = right[:8] + ("1" if right[8] != "1" else "2") + right[9:]
    problem = only(wrong)

    assert (problem.code, problem.level, problem.overridable) == ("VIN_CHECK_DIGIT", Level.ERROR, True)
    assert problem.values == {"found": wrong[8], "expected": right[8]}


@pytest.mark.parametrize("first", "12345")
def test_a_wrong_check_digit_is_an_error_in_north_america(first: str) -> None:
    right = with_check_digit(first + "M8GDM9AXKP042788"[0:16])
    wrong = right[:8] + ("1" if right[8] != "1" else "2") + right[9:]

    assert codes(right) == []
    assert (only(wrong).code, only(wrong).level) == ("VIN_CHECK_DIGIT", Level.ERROR)


def test_year_code_and_tail_are_not_asked_in_north_america() -> None:
    assert codes(with_check_digit("1M8GDM9AXUPA427AB")) == []


@pytest.mark.parametrize("first", ["S", "V", "W", "Z", "6", "9", "0", "J", "K"])
def test_a_wrong_check_digit_elsewhere_is_a_warning(first: str) -> None:
    right = with_check_digit(first + GOOD[1:])
    wrong = right[:8] + ("1" if right[8] != "1" else "2") + right[9:]

    assert codes(right) == []
    assert (only(wrong).code, only(wrong).level) == ("VIN_CHECK_DIGIT", Level.WARNING)


@pytest.mark.parametrize("first", ["J", "K"])
def test_a_letter_at_position_9_is_an_error_in_japan_and_korea(first: str) -> None:
    problem = only(first + "M3KFBCMAP0225916")

    assert (problem.code, problem.level, problem.overridable) == ("VIN_POSITION_9", Level.ERROR, True)


def test_x_at_position_9_is_a_digit_in_japan() -> None:
    assert {problem.level for problem in vins.problems("JM3KFBCMXP0225916")} <= {Level.WARNING}


@pytest.mark.parametrize("code", "0UZ")
def test_no_year_code_is_an_error_for_chinese_vins(code: str) -> None:
    problem = only(with_check_digit(GOOD[:9] + code + GOOD[10:]))

    assert (problem.code, problem.overridable) == ("VIN_YEAR_CODE", True)


@pytest.mark.parametrize(
    ("vin", "count"), [("LB378Y4W0JA1A4037", 5), ("LB978Y4W0JA184A37", 3), ("HE9XR1C48PS0838A1", 3)]
)
def test_a_chinese_vin_ends_in_digits(vin: str, count: int) -> None:
    problem = only(with_check_digit(vin))

    assert (problem.code, problem.overridable, problem.values["count"]) == ("VIN_TAIL", True, count)


def test_a_small_maker_may_have_letters_before_its_last_three() -> None:
    assert codes(with_check_digit("LA978Y4W0JALC0037")) == []


def test_everything_wrong_with_a_chinese_vin_is_told_at_once() -> None:
    vin = "LB378Y4W0UA1A4037"
    wrong = vin[:8] + ("1" if vins.check_digit(vin) != "1" else "2") + vin[9:]

    assert codes(wrong) == ["VIN_CHECK_DIGIT", "VIN_YEAR_CODE", "VIN_TAIL"]


def test_a_vin_is_shown_in_four_groups() -> None:
    assert vins.groups(GOOD) == ("LB3", "78Y4W0", "JA", "184037")
    assert vins.groups("LB3") == ("LB3",)


@pytest.mark.parametrize(
    ("code", "years"),
    [("A", (1980, 2010, 2040)), ("Y", (2000, 2030, 2060)), ("1", (2001, 2031, 2061)), ("T", (1996, 2026, 2056))],
)
def test_a_year_code_comes_round_every_thirty_years(code: str, years: tuple[int, ...]) -> None:
    assert vins.model_years(code) == years


@pytest.mark.parametrize("code", ["I", "O", "Q", "U", "Z", "0", "", "AB", "a"])
def test_what_is_no_year_code_means_no_year(code: str) -> None:
    assert vins.model_years(code) == ()


def test_there_are_thirty_year_codes() -> None:
    assert len(set(vins.YEAR_CODES)) == len(vins.YEAR_CODES) == 30


def test_another_model_year_is_a_warning_at_the_model_year() -> None:
    (problem,) = vins.model_year_problems(GOOD, 2020)

    assert (problem.code, problem.pointer, problem.level) == ("VIN_MODEL_YEAR", "/model_year", Level.WARNING)
    assert problem.values == {"years": 2018, "declared": 2020}


@pytest.mark.parametrize(("vin", "year"), [(GOOD, 2018), (GOOD, 1988), ("LB378Y4W20A184037", 2020), ("LB3", 2020)])
def test_a_model_year_that_fits_or_cannot_be_compared_is_no_problem(vin: str, year: int) -> None:
    assert vins.model_year_problems(vin, year) == []


def test_a_make_of_another_maker_is_a_hint() -> None:
    (problem,) = vins.maker_problems(GOOD, "Tesla", reference().makers)

    assert (problem.code, problem.pointer, problem.level) == ("VIN_MAKER", "/make", Level.WARNING)
    assert "Geely" in problem.message


@pytest.mark.parametrize(
    ("vin", "make"),
    [
        (GOOD, "geely"),
        (GOOD, "吉利"),
        (GOOD, ""),
        ("LW433B115M1028302", "LiAuto"),
        ("LGWEF4A54GF492634", "Haval"),
        ("LSJA24U62JG269225", "MG"),
        ("HE9XR1C48PS083871", "Anything"),
        ("WBA3R5C57EK186393", "Tesla"),
        ("LFV00000000000000", "FAW-Volkswagen"),
    ],
)
def test_a_make_that_fits_or_cannot_be_compared_is_no_problem(vin: str, make: str) -> None:
    assert vins.maker_problems(vin, make, reference().makers) == []


@given(st.text(max_size=40))
def test_any_text_gets_problems_or_is_17_of_the_alphabet(text: str) -> None:
    found = vins.problems(text)
    vins.suggestion(text)

    assert all(problem.message for problem in found)
    if not any(problem.level is Level.ERROR for problem in found):
        assert len(vins.normalise(text)) == 17
        assert set(vins.normalise(text)) <= set(vins.ALPHABET)
