"""Who is looked at more closely, and why that can be answered years later."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declarations.risk import FACTS, RANDOM, Hit, Rule, Scope, Selection, Thresholds, drawn, faults_of, holds, select
from declarations.words import Channel

USED = ["condition", "=", "USED"]


def rule(code="R1", condition=USED, points=0, channel=None, scope=Scope.VEHICLE, version=3):
    return Rule(code, version, scope, condition, points, channel)


def choose(facts, *rules, share=0, draw=0.5, trusted=False, **more):
    return select(facts, rules=rules, random_share=share, draw=draw, trusted=trusted, **more)


@pytest.mark.parametrize(
    ("points", "trusted", "channel"),
    [
        (0, False, Channel.GREEN),
        (39, False, Channel.GREEN),
        (40, False, Channel.YELLOW),
        (79, False, Channel.YELLOW),
        (80, False, Channel.RED),
        (39, True, Channel.GREEN),
        (40, True, Channel.BLUE),
        (80, True, Channel.RED),
    ],
)
def test_points_lead_to_a_channel(points, trusted, channel):
    selection = choose({"condition": "USED"}, rule(points=points), trusted=trusted)
    assert selection == Selection(channel, (Hit("R1", 3, points),))


def test_points_of_all_hits_are_added():
    hits = rule("A", points=20), rule("B", points=20), rule("C", ["make", "=", "X"], points=99)
    selection = choose({"condition": "USED", "make": "Y"}, *hits)
    assert selection.channel is Channel.YELLOW
    assert [hit.code for hit in selection.hits] == ["A", "B"]


def test_thresholds_are_the_callers():
    selection = choose({"condition": "USED"}, rule(points=5), thresholds=Thresholds(yellow=2, red=5))
    assert selection.channel is Channel.RED


@pytest.mark.parametrize("forced", Channel)
def test_a_rule_may_force_a_channel(forced):
    assert choose({"condition": "USED"}, rule(channel=forced)).channel is forced


def test_the_severest_of_all_decides():
    rules = rule("A", channel=Channel.BLUE), rule("B", channel=Channel.RED), rule("C", points=40)
    assert choose({"condition": "USED"}, *rules).channel is Channel.RED
    assert choose({"condition": "USED"}, rules[0], rules[2]).channel is Channel.YELLOW


def test_a_trusted_operator_gets_blue_where_others_get_yellow():
    assert choose({"condition": "USED"}, rule(channel=Channel.YELLOW), trusted=True).channel is Channel.BLUE


def test_nothing_against_it_is_green():
    assert choose({}) == Selection(Channel.GREEN)


@pytest.mark.parametrize(
    ("share", "draw", "is_selected"),
    [
        (Decimal("0.02"), 0.0199, True),
        (Decimal("0.02"), 0.02, False),
        (0, 0.0, False),
        (1, 0.999, True),
    ],
)
def test_the_draw_selects_as_often_as_the_share_says(share, draw, is_selected):
    for trusted in (True, False):
        selection = choose({}, share=share, draw=draw, trusted=trusted)
        assert selection == (Selection(Channel.RED, (RANDOM,)) if is_selected else Selection(Channel.GREEN))


def test_a_rule_looks_at_its_own_scope_only():
    rules = rule("V", points=40), rule("D", points=80, scope=Scope.DECLARATION)
    assert [hit.code for hit in choose({"condition": "USED"}, *rules).hits] == ["V"]
    assert [hit.code for hit in choose({"condition": "USED"}, *rules, scope=Scope.DECLARATION).hits] == ["D"]


FACT_VALUES = {
    "make": "Geely",
    "hs_code": "8703801090",
    "value": Decimal("289800.00"),
    "vehicle_count": 3,
    "value_to_median": 0.4,
    "is_agent": False,
    "days_since_registration": None,
    "odometer_km": date(2026, 1, 1),
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (["make", "=", "Geely"], True),
        (["make", "!=", "Geely"], False),
        (["make", "in", ["BYD", "Geely"]], True),
        (["make", "not in", ["BYD"]], True),
        (["make", "in", "Geely and others"], False),
        (["make", "not in", "Geely"], False),
        (["make", "<", 3], False),
        (["hs_code", "starts", "8703"], True),
        (["hs_code", "=", "8703801090"], True),
        (["value", "<", 300000], True),
        (["value", "<=", "289800"], True),
        (["value", ">", "cheap"], False),
        (["value", "in", [289800]], True),
        (["vehicle_count", ">=", 3], True),
        (["vehicle_count", ">", 2.5], True),
        (["value_to_median", "<", "0.5"], True),
        (["is_agent", "=", False], True),
        (["is_agent", "=", True], False),
        (["odometer_km", "<", "2026-01-02"], True),
        (["odometer_km", "<", "2026-01-01"], False),
        (["odometer_km", "<", "yesterday"], False),
        (["days_since_registration", "<", 180], False),
        (["driver_days_in_180", ">", 80], False),
        (["make", "~", "Geely"], False),
        (["make", "="], False),
        ({"all": [["make", "=", "Geely"], ["vehicle_count", "=", 3]]}, True),
        ({"all": [["make", "=", "Geely"], ["vehicle_count", "=", 4]]}, False),
        ({"any": [["make", "=", "BYD"], ["vehicle_count", "=", 3]]}, True),
        ({"any": [["make", "=", "BYD"], ["vehicle_count", "=", 4]]}, False),
        ({"not": ["make", "=", "BYD"]}, True),
        ({"not": {"any": [["make", "=", "Geely"]]}}, False),
        ({"all": []}, False),
        ({"any": []}, False),
        ({"all": [["make", "=", "Geely"]], "any": [["make", "=", "Geely"]]}, False),
        ({}, False),
        (None, False),
        ("make = Geely", False),
    ],
)
def test_a_condition_is_true_or_it_is_not(condition, expected):
    assert holds(condition, FACT_VALUES) is expected


MISSING = ["driver_days_in_180", ">", 80]
TRUE, FALSE = ["make", "=", "Geely"], ["make", "=", "BYD"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (MISSING, False),
        ({"not": MISSING}, False),
        ({"all": [TRUE, MISSING]}, False),
        ({"not": {"all": [FALSE, MISSING]}}, True),
        ({"any": [TRUE, MISSING]}, True),
        ({"not": {"any": [FALSE, MISSING]}}, False),
    ],
)
def test_what_cannot_be_known_is_neither_true_nor_false(condition, expected):
    assert holds(condition, FACT_VALUES) is expected


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.decimals() | st.datetimes()
COMPARISONS = st.tuples(st.sampled_from(list(FACT_VALUES)), st.sampled_from(["=", "<", ">=", "in", "starts"]), LEAVES)
TREES = st.recursive(
    COMPARISONS.map(list) | LEAVES,
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(st.sampled_from(["all", "any", "not"]), parts | st.lists(parts, max_size=3), max_size=2)
    ),
    max_leaves=8,
)


@given(TREES, st.dictionaries(st.sampled_from(list(FACT_VALUES)), LEAVES))
def test_no_condition_and_no_facts_raise(condition, facts):
    assert holds(condition, facts) in (True, False)
    assert isinstance(faults_of(condition), list)
    assert choose(facts, rule(condition=condition)).channel is Channel.GREEN


@pytest.mark.parametrize(
    ("condition", "faults"),
    [
        ({"all": [USED, {"not": {"any": [["value", ">", 3]]}}]}, []),
        (["colour", "=", "x"], ["unknown fact 'colour'"]),
        (["make", "~", "x"], ["unknown operator '~'"]),
        (["make", "in", "x"], ["'in' wants a list"]),
        (["make", "not in", []], []),
        ({"any": [USED, ["colour", "?", 1]]}, ["unknown fact 'colour'", "unknown operator '?'"]),
        ({"all": []}, ["not a condition: {'all': []}"]),
        ([], ["not a condition: []"]),
    ],
)
def test_the_analyst_is_told_what_is_wrong_with_a_condition(condition, faults):
    assert faults_of(condition) == faults


def test_every_named_fact_has_a_label():
    assert all(str(label) for label in FACTS.values())


@pytest.mark.parametrize(
    ("share", "draw", "expected"),
    [
        (Decimal("0.1"), 0.0, ["a"]),
        (Decimal("0.1"), 0.99, ["e"]),
        (Decimal("0.4"), 0.5, ["c", "d"]),
        (Decimal("0.41"), 0.99, ["e", "a", "b"]),
        (0, 0.5, ["c"]),
        (1, 0.2, ["b", "c", "d", "e", "a"]),
        (5, 1.0, ["a", "b", "c", "d", "e"]),
    ],
)
def test_a_hit_on_the_whole_falls_on_a_share_and_on_one_at_least(share, draw, expected):
    assert drawn(list("abcde"), share=share, draw=draw) == expected


def test_of_nothing_nothing_is_drawn():
    assert drawn([], share=1, draw=0.5) == []


def test_dates_with_a_time_are_not_compared_with_days():
    assert not holds(["odometer_km", "<", "2026-01-02"], {"odometer_km": datetime(2026, 1, 1)})  # noqa: DTZ001
