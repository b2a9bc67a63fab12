"""What a lane saw beside what is declared, fact by fact, as the answer tells it and the passage keeps it."""

from collections.abc import Iterator
from typing import Any

from checkpoint.decision import Facts, Seen
from checkpoint.likeness import TAIL, Likeness, judge
from checkpoint.scanning.gather import Found, Question


def compared(facts: Facts, question: Question, found: Found) -> list[dict[str, Any]]:
    """Each fact that was read: field, declared, seen, result. Of a card no more than its end; weights in kg."""
    return [
        {"field": field, "declared": declared or None, "seen": seen, "result": result.value}
        for field, declared, seen, result in _facts(facts, question, found)
    ]


def _facts(facts: Facts, question: Question, found: Found) -> Iterator[tuple[str, str | None, str, Likeness]]:
    found_out = facts.likenesses
    if result := found_out.get(Seen.PLATE):
        yield "plate", facts.plate_declared, question.plate or "", result
    if result := found_out.get(Seen.VIN):
        yield "vin", *_vin(facts, question, result), result
    if result := found_out.get(Seen.CARD):
        declared = question.card_end if result is Likeness.SAME else found.card_end
        yield "card", declared, question.card_end, result
    if result := facts.weight_likeness:
        yield "weight", _range(facts.masses_declared), str(question.weight_kg), result


def _vin(facts: Facts, question: Question, result: Likeness) -> tuple[str | None, str]:
    """Of a VIN and its last six, both read, the one that decided."""
    whole = judge(question.vin, facts.vin_declared)
    if question.vin and (not question.vin_tail or whole is result):
        return facts.vin_declared, question.vin
    return facts.vin_declared and facts.vin_declared[-TAIL:], question.vin_tail or question.vin or ""


def _range(masses: tuple[int, ...]) -> str | None:
    return "–".join(str(mass) for mass in sorted(set(masses))) or None
