"""The device decides as the server does: one table of cases through Python and through JavaScript."""

import json
from collections import Counter
from itertools import product
from random import Random

import pytest

from checkpoint.decision import Decision, Seen, decide
from checkpoint.likeness import LOOK_ALIKES, UNREAD, compare
from checkpoint.offline.rule import rule, said
from checkpoint.reasons import REASONS, Reason
from tests.checkpoint import ladder_cases

pytestmark = pytest.mark.browser

DECIDE = """async (rows) => {
    const { decide } = await import("/static/checkpoint/offline/ladder.js");
    return rows.map(decide);
}"""
COMPARE = """async (pairs) => {
    const { compare } = await import("/static/checkpoint/offline/likeness.js");
    return pairs.map(([one, other]) => compare(one, other));
}"""
RULE = """async (rows) => {
    const { rule, said } = await import("/static/checkpoint/offline/rule.js");
    return rows.map((row) => {
        const what = rule(row);
        return [what, ...said(row.decision, what, row)];
    });
}"""
WRITTEN = json.loads(ladder_cases.WRITTEN.read_text())


def test_the_table_holds_every_case_there_is():
    facts = {name: ladder_cases.as_json(facts) for name, facts in ladder_cases.named_cases()}
    assert {row["name"]: row["facts"] for row in WRITTEN} == facts, "run python -m tests.checkpoint.ladder_cases"
    assert len(WRITTEN) >= 150
    assert {row["answer"]["reason"] for row in WRITTEN} == set(Reason.values)


def test_python_answers_every_case_as_the_table_says():
    wrong = [
        row["name"]
        for row in WRITTEN
        if ladder_cases.answer_as_json(decide(ladder_cases.from_json(row["facts"]))) != row["answer"]
    ]
    assert wrong == []


def test_javascript_answers_every_case_as_the_table_says(modules):
    answers = modules.evaluate(DECIDE, [row["facts"] for row in WRITTEN])
    wrong = [row["name"] for row, answer in zip(WRITTEN, answers, strict=True) if answer != row["answer"]]
    assert wrong == []


def test_both_say_the_same_of_five_thousand_others(modules):
    random = Random(8207)
    facts = [ladder_cases.random_facts(random) for _ in range(5000)]
    answers = modules.evaluate(DECIDE, [ladder_cases.as_json(each) for each in facts])
    expected = [ladder_cases.answer_as_json(decide(each)) for each in facts]
    different = [each for each, one, other in zip(facts, answers, expected, strict=True) if one != other]
    assert different == []
    met = Counter(answer["reason"] for answer in expected)
    assert set(met) == set(Reason.values) and met["OK"] < 3000, met


def test_both_take_the_same_readings_for_slips(modules):
    random = Random(17403)
    letters = "".join(sorted(frozenset().union(*LOOK_ALIKES, UNREAD))) + "AX粤𠮷"
    texts = ["".join(random.choices(letters, k=random.randint(0, 4))) for _ in range(200)]
    pairs = [*product(letters, letters), *product(texts, texts), *((text, text[1:]) for text in texts)]
    answers = modules.evaluate(COMPARE, [list(pair) for pair in pairs])
    expected = [compare(*pair).value for pair in pairs]
    assert [pair for pair, one, other in zip(pairs, answers, expected, strict=True) if one != other] == []
    assert set(expected) == {"SAME", "SLIP", "DIFFERENT"}


def test_the_rule_is_the_same_in_both(modules):
    cases = list(ladder_cases.rule_cases())
    expected, asked = [], []
    for case in cases:
        decision = Decision(REASONS[case["reason"]].verdict, case["reason"], tuple(case["advice"]))
        ages = case["ages"]
        what = rule(
            decision=decision,
            compared=frozenset(map(Seen, case["compared"])),
            **{name: value for name, value in case.items() if name not in {"reason", "advice", "compared"}},
        )
        expected.append([what.value, *said(decision, what, age_s=case["age_s"], ages=ages)])
        told = {"verdict": decision.verdict, "reason": decision.reason, "advice": case["advice"]}
        asked.append({**case, "decision": told, "fresh_s": ages.fresh_s, "officer_s": ages.officer_s, "ages": None})
    assert modules.evaluate(RULE, asked) == expected
