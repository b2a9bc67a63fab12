"""Every reason code that history may carry has a public sentence, and none of them tips anybody off."""

import ast
import re

import pytest

from checkpoint.reasons import Reason
from declarations import timeline
from declarations.lifecycle import InspectionStatus, Machine, PassStatus
from declarations.templatetags.looks import TONES
from declarations.words import Stage
from tests.source import modules, tree

CODE = re.compile(r"[A-Z][A-Z_]{2,}")
WRITERS = frozenset({"actions", "clearance", "desk", "scanning", "tasks"})


def reasons_written() -> set[str]:
    """Literals that actions hand on as `reason=`, and those that are put into a name called reason."""
    found = set()
    for path in modules("declarations", "checkpoint"):
        if not WRITERS & {part.removesuffix(".py") for part in path.parts}:
            continue
        for node in ast.walk(tree(path)):
            given: list[ast.expr] = []
            if isinstance(node, ast.Call):
                given = [keyword.value for keyword in node.keywords if keyword.arg == "reason"]
            elif isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id in {"reason", "outcome"} for target in node.targets
            ):
                given = [node.value]
            literals = (part for value in given for part in ast.walk(value) if isinstance(part, ast.Constant))
            found |= {str(part.value) for part in literals if CODE.fullmatch(str(part.value))}
    return found


def keys_of(code: str) -> set[str]:
    return {key for key in timeline.SENTENCES if re.split(r"[:/]", key.removeprefix("vehicle:"))[0] == code}


def test_every_reason_that_an_action_writes_has_its_sentence():
    by_status = {"STARTED", "EXITED"}  # inspections and passes are told by the status they reach
    written = reasons_written() - by_status - {"OFFICER_"}
    assert len(written) > 30
    assert not [code for code in sorted(written) if not keys_of(code) and f"pass:{code}" not in timeline.SENTENCES]


@pytest.mark.parametrize("reason", Reason.values)
def test_every_answer_of_the_gate_has_its_sentence(reason):
    data = {"verdict": "ALARM", "stage": "RELEASE"}
    sentence = timeline.sentence_of(machine="note", reason=reason, to_status="", data=data)
    assert sentence is not timeline.UNKNOWN
    assert str(sentence.text) % timeline.values_of(data)


@pytest.mark.parametrize("status", InspectionStatus.values)
def test_every_step_of_an_inspection_has_its_sentence_whatever_it_was_ordered_for(status):
    sentence = timeline.sentence_of(machine=Machine.INSPECTION, reason="ANYTHING", to_status=status, data={})
    assert sentence is not timeline.UNKNOWN


@pytest.mark.parametrize("status", PassStatus.values)
def test_every_step_of_a_pass_is_told_or_hidden(status):
    sentence = timeline.sentence_of(machine=Machine.PASS, reason="CLEARED", to_status=status, data={})
    assert sentence is not timeline.UNKNOWN


@pytest.mark.parametrize("key", sorted(timeline.SENTENCES))
def test_a_sentence_can_be_filled_and_has_a_tone_that_exists(key):
    sentence = timeline.SENTENCES[key]
    assert sentence.hidden or str(sentence.text) % timeline.values_of({})
    assert sentence.tone in TONES


def test_a_selection_reads_like_any_other_look_of_an_officer():
    assert timeline.SENTENCES["SELECTED"] == timeline.SENTENCES["HOLD_STANDS"]


def test_no_sentence_names_risk_channel_or_selection():
    words = re.compile(r"\b(risk|channel|selected|random|green|yellow|red|blue)\b", re.IGNORECASE)
    assert not [key for key, sentence in timeline.SENTENCES.items() if words.search(str(sentence.text))]


def test_what_officers_keep_to_themselves_never_comes_with_their_words():
    for code in ("HOLD_PLACED", "HOLD_LIFTED", "vehicle:OFFICER_RELEASED", "gate:HOLD", "DETAINED", "PROBLEM_ACCEPTED"):
        assert not timeline.SENTENCES[code].with_words
    assert timeline.SENTENCES["OVERRIDE_GRANTED"].hidden


def test_the_same_word_means_another_thing_at_the_gate():
    at_the_gate = {"verdict": "ALARM", "stage": Stage.ENTRY.value}
    row = {"machine": Machine.VEHICLE, "reason": "WITHDRAWN", "to_status": "WITHDRAWN"}
    assert timeline.key_of(**row, data={}) == "WITHDRAWN"
    assert timeline.key_of(**row, data=at_the_gate) == "gate:WITHDRAWN"


def test_vehicles_left_out_are_told_from_both_sides():
    row = {"machine": "note", "reason": "LEFT_OUT", "to_status": ""}
    assert timeline.key_of(**row, data={"to": "SG1"}) == "LEFT_OUT/to"
    assert timeline.key_of(**row, data={"from": "SG1"}) == "LEFT_OUT/from"
    assert timeline.values_of({"from": "SG1"})["other"] == "SG1"


def test_an_unknown_code_is_told_in_general_words():
    assert timeline.sentence_of(machine="note", reason="NEW_ONE", to_status="", data={}) is timeline.UNKNOWN
