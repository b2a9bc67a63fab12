"""Drivers: passport, machine-readable zone, IIN, licence class, days in Kazakhstan."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from declarations import persons
from declarations.persons import Stay
from declarations.problems import Level, Problem

# The specimen of ICAO 9303 part 4, appendix B.
FIRST_LINE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
SECOND_LINE = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
ON = date(2026, 11, 25)


@pytest.fixture(autouse=True, scope="module")
def english() -> Iterator[None]:
    """Sentences are compared in English."""
    with override("en"):
        yield


def codes(found: list[Problem]) -> list[str]:
    return [problem.code for problem in found]


def ago(days: int) -> date:
    return ON - timedelta(days=days)


@pytest.mark.parametrize("number", ["E12345678", "EA1234567", "G12345678", "e1234 5678", "Ｅ12345678", "PE1234567"])
def test_a_chinese_passport_has_no_problem(number: str) -> None:
    assert persons.passport_problems(number, "CN") == []


@pytest.mark.parametrize("number", ["N12345678", "L898902C3", "A1234567890"])
def test_an_unusual_chinese_passport_is_a_warning(number: str) -> None:
    (problem,) = persons.passport_problems(number, "CN")

    assert (problem.code, problem.level) == ("PASSPORT_PATTERN", Level.WARNING)
    assert persons.passport_problems(number, "KZ") == []


@pytest.mark.parametrize("number", ["1234", "Е12345678", "E1234567890123456", "E1234_678", "E12345678\x00"])
def test_what_can_be_no_passport_number_is_an_error(number: str) -> None:
    assert [(problem.code, problem.level) for problem in persons.passport_problems(number)] == [
        ("PASSPORT_NUMBER", Level.ERROR)
    ]


@pytest.mark.parametrize(
    ("text", "digit"), [("L898902C3", "6"), ("740812", "2"), ("120415", "9"), ("ZE184226B<<<<<", "1"), ("", "0")]
)
def test_the_check_digit_of_icao_9303(text: str, digit: str) -> None:
    assert persons.mrz_check_digit(text) == digit


@pytest.mark.parametrize(
    "text", [SECOND_LINE, f"{FIRST_LINE}\n{SECOND_LINE}", FIRST_LINE + SECOND_LINE, f" {SECOND_LINE.lower()} "]
)
def test_the_specimen_of_icao_is_read(text: str) -> None:
    read, found = persons.read_mrz(text)

    assert found == []
    assert read == persons.MachineReadable("L898902C3", "UTO", "740812", "120415", "ZE184226B")


def test_an_empty_personal_number_may_have_a_filler_for_its_digit() -> None:
    line = "E123456784CHN9001011M3001012<<<<<<<<<<<<<<<"
    line = (
        line[:9] + persons.mrz_check_digit(line[:9]) + line[10:19] + persons.mrz_check_digit(line[13:19]) + line[20:27]
    )
    line += persons.mrz_check_digit(line[21:27]) + "<" * 14 + "<"
    line += persons.mrz_check_digit(line[0:10] + line[13:20] + line[21:43])

    assert persons.read_mrz(line)[1] == []


@pytest.mark.parametrize(
    ("position", "parts"),
    [
        (0, ["passport number", "whole line"]),
        (14, ["date of birth", "whole line"]),
        (22, ["date of expiry", "whole line"]),
    ],
)
def test_a_wrong_character_is_found_by_its_part(position: int, parts: list[str]) -> None:
    wrong = "7" if SECOND_LINE[position] != "7" else "8"
    _read, found = persons.read_mrz(SECOND_LINE[:position] + wrong + SECOND_LINE[position + 1 :])

    assert codes(found) == ["MRZ_CHECK_DIGIT"] * len(parts)
    assert [str(problem.values["part"]) for problem in found] == parts


@pytest.mark.parametrize("text", ["", "P<UTO", SECOND_LINE[:-1], SECOND_LINE[:-1] + "é", "\n".join([SECOND_LINE] * 3)])
def test_a_zone_of_another_form_is_not_read(text: str) -> None:
    read, found = persons.read_mrz(text)

    assert read is None
    assert codes(found) == ["MRZ_FORM"]
    assert codes(persons.mrz_problems(text, "L898902C3")) == ["MRZ_FORM"]


def test_a_zone_that_names_another_passport_is_a_warning() -> None:
    (problem,) = persons.mrz_problems(SECOND_LINE, "E12345678")

    assert (problem.code, problem.level) == ("MRZ_DIFFERS", Level.WARNING)
    assert persons.mrz_problems(SECOND_LINE, "l898902c3") == []
    assert persons.mrz_problems(SECOND_LINE) == []


def iin(first: str) -> str:
    """An IIN with its right digit."""
    for last in "0123456789":
        if not persons.iin_problems(first + last):
            return first + last
    raise AssertionError(first)


@pytest.mark.parametrize("number", ["850101300001", "900101 400 023", "010203550019"])
def test_every_iin_has_exactly_one_right_digit(number: str) -> None:
    right = iin(persons.normalise(number)[:11])
    wrong = [right[:11] + last for last in "0123456789" if last != right[11]]

    assert all(codes(persons.iin_problems(each)) == ["IIN_CHECK_DIGIT"] for each in wrong)


def test_the_second_weights_of_an_iin_are_used_where_the_first_give_ten() -> None:
    # 1·9 + 2·0 + 3·0 + 4·1 + 5·0 + 6·1 + 7·3 + 11·k: the serial is chosen so that the first sum is 10 modulo 11.
    serial = next(
        f"{n:04d}"
        for n in range(10_000)
        if sum(int(d) * w for d, w in zip("9001013" + f"{n:04d}", range(1, 12), strict=True)) % 11 == 10
        and sum(int(d) * w for d, w in zip("9001013" + f"{n:04d}", (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2), strict=True))
        % 11
        != 10
    )

    assert persons.iin_problems(iin("9001013" + serial)) == []


def test_an_iin_that_both_weights_give_ten_is_never_issued() -> None:
    serial = next(
        f"{n:04d}"
        for n in range(10_000)
        if all(
            sum(int(d) * w for d, w in zip("9001013" + f"{n:04d}", weights, strict=True)) % 11 == 10
            for weights in (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))
        )
    )

    assert codes(persons.iin_problems("9001013" + serial + "0")) == ["IIN_CHECK_DIGIT"]


@pytest.mark.parametrize("number", ["", "90010130000", "9001013000011", "90010130000A", "901301300001", "900101900001"])
def test_an_iin_has_twelve_digits_and_a_date(number: str) -> None:
    assert codes(persons.iin_problems(number)) == ["IIN"]


@pytest.mark.parametrize(
    ("held", "category", "seats", "mass"),
    [
        ("C1", "M1", 5, 2200),
        ("C2", "M1", 5, 2200),
        ("A1A2D", "M1", 5, 2200),
        ("Ｃ１", "M1", 5, 2200),
        ("B1", "M2", 19, 5000),
        ("A1", "M2", 20, 5000),
        ("A1", "M3", 50, 18000),
        ("C1", "N1", 2, 3500),
        ("C1", "N2", 2, 4500),
        ("B2", "N2", 2, 4501),
        ("A2", "N3", 2, 25000),
        ("B2", "N3", 2, None),
        ("B2", "SPECIAL", 2, 20000),
        ("M", "T", None, None),
        ("", "O", None, None),
        ("", "?", None, None),
    ],
)
def test_a_chinese_class_that_covers_the_vehicle(held: str, category: str, seats: int | None, mass: int | None) -> None:
    assert persons.licence_problems(held, category, chinese=True, seats=seats, gross_mass_kg=mass) == []


@pytest.mark.parametrize(
    ("held", "category", "seats", "mass"),
    [
        ("C1", "N2", 2, 12000),
        ("C1", "M2", 12, 4000),
        ("B1", "M2", 20, 5000),
        ("B2", "M3", 50, 18000),
        ("D", "M1", 5, 2000),
        ("?", "M1", 5, 2000),
    ],
)
def test_a_chinese_class_that_does_not_cover_is_a_warning(held: str, category: str, seats: int, mass: int) -> None:
    (problem,) = persons.licence_problems(held, category, chinese=True, seats=seats, gross_mass_kg=mass)

    assert (problem.code, problem.level) == ("LICENCE_CLASS", Level.WARNING)
    assert problem.message


@pytest.mark.parametrize(
    ("held", "category", "seats", "mass", "covers"),
    [
        ("B", "M1", 5, 2200, True),
        ("A, B", "N1", 2, 3500, True),
        ("B", "N2", 2, 3501, False),
        ("C1", "N2", 2, 7500, True),
        ("C1", "N2", 2, 7501, False),
        ("BCE", "N3", 2, 25000, True),
        ("D1", "M2", 17, 5000, True),
        ("D1", "M2", 18, 5000, False),
        ("DE", "M3", 50, 18000, True),
        ("C", "M3", 50, 18000, False),
        ("B", "T", None, None, True),
    ],
)
def test_classes_of_other_countries_follow_vienna(
    held: str, category: str, seats: int | None, mass: int | None, covers: bool
) -> None:
    found = persons.licence_problems(held, category, chinese=False, seats=seats, gross_mass_kg=mass)

    assert (found == []) is covers


def used(days: int) -> list[Stay]:
    """So many days in the last 90, each a stay of its own."""
    return [Stay(ago(back), ago(back)) for back in range(1, days + 1)]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, []),
        (79, []),
        (80, ["STAY_DAYS_SHORT"]),
        (89, ["STAY_DAYS_SHORT"]),
        (90, ["STAY_DAYS_USED"]),
        (120, ["STAY_DAYS_USED"]),
    ],
)
def test_ninety_days_of_any_180_are_allowed_and_eighty_warned_of(days: int, expected: list[str]) -> None:
    assert codes(persons.stay_problems(used(days), ON)) == expected


def test_only_the_days_used_up_stop_a_driver() -> None:
    assert persons.stay_problems(used(80), ON)[0].level is Level.WARNING
    assert persons.stay_problems(used(90), ON)[0].level is Level.ERROR


def test_days_older_than_the_window_are_forgotten() -> None:
    assert persons.days_in_window([Stay(ago(179), ago(179))], ON) == 1
    assert persons.days_in_window([Stay(ago(180), ago(180))], ON) == 0
    assert persons.days_in_window([Stay(ago(200), ago(178))], ON) == 2


def test_a_day_counts_once_and_days_to_come_not_at_all() -> None:
    assert persons.days_in_window([Stay(ago(3), ago(2)), Stay(ago(2), ago(1)), Stay(ON + timedelta(days=1))], ON) == 3


def test_a_stay_still_open_counts_to_this_day() -> None:
    assert persons.days_in_window([Stay(ago(9))], ON) == 10


@pytest.mark.parametrize(("days", "expected"), [(29, []), (30, ["STAY_TOO_LONG"]), (31, ["STAY_TOO_LONG"])])
def test_thirty_days_on_end_are_allowed(days: int, expected: list[str]) -> None:
    assert codes(persons.stay_problems([Stay(ago(days))], ON)) == expected
    assert codes(persons.stay_problems([Stay(ago(days), ago(1))], ON)) == []


@given(st.lists(st.tuples(st.integers(-30, 400), st.integers(0, 60)), max_size=12))
def test_days_never_exceed_the_window(spans: list[tuple[int, int]]) -> None:
    stays = [Stay(ago(start), ago(start) + timedelta(days=length)) for start, length in spans]

    assert 0 <= persons.days_in_window(stays, ON) <= persons.WINDOW_DAYS
    assert len(persons.stay_problems(stays, ON)) <= 1


@given(st.text(max_size=100))
def test_any_text_gets_an_answer(text: str) -> None:
    found = persons.passport_problems(text, "CN") + persons.mrz_problems(text, text) + persons.iin_problems(text)
    found += persons.licence_problems(text, "M1", chinese=True) + persons.licence_problems(text, "N2", chinese=False)

    assert all(problem.message for problem in found)
