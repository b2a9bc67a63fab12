"""Same, a slip of the reader, or another thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkpoint.likeness import (
    LOOK_ALIKES,
    Likeness,
    compare,
    is_doubtful,
    judge,
    judge_card,
    judge_tail,
    judge_weight,
    worst,
)

SAME, SLIP, DIFFERENT = Likeness.SAME, Likeness.SLIP, Likeness.DIFFERENT
NOT_DECLARED, DOUBTFUL = Likeness.NOT_DECLARED, Likeness.DOUBTFUL
PLATE = "新A00018临"
VIN = "LRW3E7EK0TC000001"


@pytest.mark.parametrize(
    ("seen", "likeness"),
    [
        (PLATE, SAME),
        ("新A0001B临", SLIP),
        ("新A000I8临", SLIP),
        ("新AO0018临", SLIP),
        ("A00018临", SLIP),
        ("?A00018临", SLIP),
        ("新A00018", SLIP),
        ("新A00018临临", SLIP),
        ("京A00018临", DIFFERENT),
        ("新A00019临", DIFFERENT),
        ("新A00017临", DIFFERENT),
        ("新AO001B临", DIFFERENT),
        ("新A0018临", DIFFERENT),
        ("00018临", DIFFERENT),
        ("新A00081临", DIFFERENT),
        ("新B00019临", DIFFERENT),
    ],
)
def test_a_plate_is_the_same_a_slip_or_another(seen, likeness):
    assert judge(seen, PLATE) is likeness


def test_two_cars_of_one_delivery_are_never_taken_for_a_slip():
    assert judge("LRW3E7EK2TC000002", VIN) is DIFFERENT
    assert judge_tail("000002", VIN) is DIFFERENT
    assert judge("新A00002临", "新A00001临") is DIFFERENT


@pytest.mark.parametrize("alike", LOOK_ALIKES, ids=lambda alike: "".join(sorted(alike)))
def test_each_pair_of_look_alikes_is_one_slip(alike):
    for one in alike:
        for other in alike - {one}:
            assert compare(f"新A0{one}3", f"新A0{other}3") is SLIP
            assert compare(f"新A{one}{one}3", f"新A{other}{other}3") is DIFFERENT


TEXTS = st.text(alphabet="新京A0O1I8B7临?", max_size=8)


@given(TEXTS, TEXTS)
def test_it_does_not_matter_which_of_the_two_was_read(one, other):
    assert compare(one, other) is compare(other, one)
    assert (compare(one, other) is SAME) == (one == other)


@given(TEXTS, TEXTS)
def test_a_slip_is_never_more_than_one_character(one, other):
    if compare(one, other) is SLIP:
        assert abs(len(one) - len(other)) <= 1
        if len(one) == len(other):
            assert sum(a != b for a, b in zip(one, other, strict=True)) == 1


def test_what_was_not_read_or_not_declared_is_not_compared():
    assert judge(None, PLATE) is None
    assert judge("", PLATE) is None
    assert judge(PLATE, None) is NOT_DECLARED
    assert judge(PLATE, PLATE, doubtful=True) is DOUBTFUL
    assert judge(PLATE, None, doubtful=True) is DOUBTFUL
    assert judge_card(None, "b") is None
    assert judge_card("a", None) is NOT_DECLARED


@pytest.mark.parametrize(
    ("tail", "likeness"),
    [
        ("000001", SAME),
        ("00000I", SLIP),
        ("000003", DIFFERENT),
        ("00001", DOUBTFUL),
        ("C000001", DOUBTFUL),
        (None, None),
    ],
)
def test_the_last_six_are_exactly_six(tail, likeness):
    assert judge_tail(tail, VIN) is likeness


def test_the_last_six_of_nothing_are_compared_with_nothing():
    assert judge_tail("000001", None) is NOT_DECLARED


def test_a_card_is_the_declared_one_or_another():
    assert judge_card("80", "80") is SAME
    assert judge_card("80", "8O") is DIFFERENT


@pytest.mark.parametrize(
    ("confidence", "doubtful"), [(None, False), (0.8, False), (1.0, False), (0.79, True), (float("nan"), True)]
)
def test_a_machine_that_is_less_sure_than_the_port_wants_is_doubted(confidence, doubtful):
    assert is_doubtful(confidence, 0.8) is doubtful


@pytest.mark.parametrize(
    ("seen", "masses", "tolerance", "likeness"),
    [
        (None, (1450, 1900), 5.0, None),
        (1450, (1450, 1900), None, None),
        (1450, (), 5.0, NOT_DECLARED),
        (1378, (1450, 1900), 5.0, SAME),
        (1377, (1450, 1900), 5.0, DIFFERENT),
        (1700, (1900, 1450), 0.0, SAME),
        (1995, (1450, 1900), 5.0, SAME),
        (1996, (1450, 1900), 5.0, DIFFERENT),
        (1523, (1450,), 5.0, DIFFERENT),
    ],
)
def test_a_weight_lies_between_the_declared_masses_and_so_much_beyond(seen, masses, tolerance, likeness):
    assert judge_weight(seen, masses, tolerance) is likeness


def test_of_several_readings_the_one_against_counts():
    assert worst(None, None) is None
    assert worst(SAME, None) is SAME
    assert worst(SAME, SLIP) is SLIP
    assert worst(SLIP, DOUBTFUL) is DOUBTFUL
    assert worst(DIFFERENT, DOUBTFUL) is DIFFERENT
