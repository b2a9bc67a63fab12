"""History for officers: every reason in words, nothing hidden, scans by lane and tone."""

from datetime import UTC, datetime

import pytest

from checkpoint.reasons import Reason
from checkpoint.templatetags.told import WORDS, reason_word, told
from declarations.lifecycle import InspectionStatus
from declarations.models import NOTE, History
from declarations.papers import CheckReason
from tests.declarations.test_timeline import reasons_written

ENDS = set(InspectionStatus.values) - {InspectionStatus.ORDERED, InspectionStatus.IN_PROGRESS}
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def row(**values):
    return History(**{"at": NOW, "by_label": "olga", "machine": NOTE, "data": {}, "text": "", **values})


def test_every_reason_that_is_written_has_words():
    unnamed = {code for code in reasons_written() if code not in WORDS and code not in Reason.values}
    unnamed -= {"OFFICER_"}  # the beginning of three that have words
    assert not unnamed


@pytest.mark.parametrize("code", [*CheckReason, *sorted(ENDS), "SELECTED", "DOCUMENTS_ASKED"])
def test_why_papers_are_checked_and_how_an_inspection_ended_have_words(code):
    assert code in WORDS


@pytest.mark.parametrize("code", sorted(WORDS))
def test_no_code_is_shown_as_it_is(code):
    assert reason_word(code) != code


def test_an_unknown_code_is_shown_rather_than_hidden():
    assert reason_word("SOMETHING_NEW") == "SOMETHING_NEW"


def test_a_scan_names_its_lane_and_takes_the_tone_of_its_verdict():
    (entry,) = told([row(reason="PLATE_MISMATCH", data={"verdict": "ALARM", "lane": "CNHRS-R1", "stage": "RELEASE"})])
    assert "CNHRS-R1" in entry["title"]
    assert (entry["tone"], entry["icon"]) == ("stop", "scan")


def test_a_move_names_the_thing_and_where_it_stands_now():
    move = row(machine="vehicle", from_status="REFERRED", to_status="PRESENTED", reason="HOLD_LIFTED", text="looked")
    (entry,) = told([move])
    assert entry["text"].endswith(" · looked")
    assert (entry["tone"], entry["by"]) == ("info", "olga")


def test_beside_other_vehicles_a_row_says_whose_it_is():
    mine = row(machine="pass", to_status="ISSUED", reason="CLEARED")
    (alone,) = told([mine])
    assert "001234" not in alone["title"]
    mine.vin = "LRW3E7EK5TC001234"
    (entry,) = told([mine])
    assert entry["title"] == f"{alone['title']} · …001234"
