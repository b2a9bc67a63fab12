"""The table of DOMAIN section 9, and which history row makes which notice."""

from datetime import UTC, datetime, timedelta

import pytest

from declarations import notices
from declarations.lapsing import Lapse, Lapsing
from declarations.notices import TABLE, Audience, Kind, Row, is_covered, readiness_told, told_of

LINES = {
    Kind.PASS_READY: "ED",
    Kind.NOT_READY: "ED",
    Kind.READY_AGAIN: "ED",
    Kind.HOLD_PLACED: "EDO",
    Kind.HOLD_LIFTED: "EDO",
    Kind.DOCUMENTS_WANTED: "E",
    Kind.DOCUMENTS_CLOCK: "E",
    Kind.PAPERS_ARRIVED: "O",
    Kind.INSPECTION: "ED",
    Kind.AT_THE_GATE: "EO",
    Kind.STILL_AT_THE_GATE: "C",
    Kind.EXITED: "EI",
    Kind.NOT_HANDED_OVER: "EI",
    Kind.RETURNED: "EDIC",
    Kind.RUNS_OUT: "ED",
    Kind.DRIVER_NEW: "D",
    Kind.DRIVER_OLD: "D",
    Kind.PORT_CLOSED: "ED",
    Kind.PORT_OPEN: "ED",
    Kind.BARRIER_FAILED: "OC",
    Kind.BARRIER_LIFTED: "C",
    Kind.DEVICE_SILENT: "C",
    Kind.DEVICE_BACK: "C",
    Kind.DEVICE_FAULT: "C",
}


@pytest.mark.parametrize(("kind", "audiences"), LINES.items())
def test_each_line_has_the_readers_that_the_domain_names(kind, audiences):
    assert {audience.value for audience in TABLE[kind].sentences} == set(audiences)


def test_every_kind_has_a_line():
    assert set(TABLE) == set(Kind)


def note(reason, status="DECLARED", **data):
    return Row("note", "", reason, data, status)


def test_a_stop_at_the_gate_is_for_the_exporter_here_and_for_the_desk_from_its_case():
    for verdict in ("ALARM", "MANUAL"):
        assert told_of(note("HOLD", verdict=verdict)) == [(Kind.AT_THE_GATE, Audience.EXPORTER)]
    assert told_of(note("OK", verdict="ADMIT")) == []
    moved = Row("vehicle", "REFERRED", "HOLD", {"verdict": "ALARM"}, "REFERRED")
    assert told_of(moved) == [(Kind.AT_THE_GATE, Audience.EXPORTER)]


def test_a_reason_of_the_gate_is_no_hold_that_was_placed():
    assert told_of(note("HOLD_PLACED", verdict="ALARM")) == [(Kind.AT_THE_GATE, Audience.EXPORTER)]


def test_an_examination_that_begins_is_no_news_and_a_failure_speaks_for_the_order_it_opens():
    assert told_of(Row("inspection", "IN_PROGRESS", "STARTED", {})) == []
    assert told_of(Row("inspection", "ORDERED", "AFTER_FAILURE", {})) == []
    assert len(told_of(Row("inspection", "ORDERED", "OFFICER", {}))) == 2


def test_an_inspection_waits_until_it_may_be_told():
    assert not notices.is_due(Row("inspection", "ORDERED", "OFFICER", {}, "DECLARED", False))
    assert notices.is_due(Row("vehicle", "EXITED", "OK", {}, "EXITED", False))


def test_only_driver_and_plate_of_a_change_are_told():
    assert told_of(note("SWAPPED", fields=["papers"])) == []
    assert told_of(note("SWAPPED", fields=["driver"], first_driver=True)) == [(Kind.DRIVER_NEW, Audience.DRIVER)]
    assert [kind for kind, _audience in told_of(note("AMENDED", fields=["colour", "driver"]))] == [
        Kind.DRIVER_NEW,
        Kind.DRIVER_OLD,
    ]


@pytest.mark.parametrize(
    ("ready", "codes", "told_ready", "was_ready", "is_released", "kind"),
    [
        (True, (), None, False, True, Kind.PASS_READY),
        (True, (), False, False, True, Kind.PASS_READY),
        (True, (), False, True, True, Kind.READY_AGAIN),
        (True, (), True, True, True, None),
        (False, ("HOLD",), True, True, True, Kind.NOT_READY),
        (False, ("HOLD",), True, True, False, Kind.NOT_READY),
        (False, ("DRIVER_MISSING",), None, False, True, Kind.NOT_READY),
        (False, ("UNDER_CONTROL",), None, False, False, None),
        (False, ("DRIVER_MISSING",), False, False, True, None),
        (False, ("VEHICLE_BEING_ASSESSED",), True, True, True, None),
    ],
)
def test_only_a_change_of_what_was_told_last_is_news(ready, codes, told_ready, was_ready, is_released, kind):
    answer = readiness_told(
        ready=ready, codes=codes, told_ready=told_ready, was_ready=was_ready, is_released=is_released
    )
    assert answer is kind


def test_a_reason_that_was_just_told_is_not_told_twice():
    just = frozenset({("HOLD_PLACED", "E")})
    assert is_covered(["HOLD"], Audience.EXPORTER, just)
    assert not is_covered(["HOLD"], Audience.DRIVER, just)
    assert not is_covered(["HOLD", "PLATE_MISSING"], Audience.EXPORTER, just)


def test_the_gates_words_hide_an_inspection_that_may_not_be_told():
    assert "inspection bay" in notices.gate_sentence("INSPECTION_DUE", "RELEASE")
    hidden = notices.gate_sentence("INSPECTION_DUE", "RELEASE", may_tell_inspections=False)
    assert hidden == notices.gate_sentence("HOLD", "RELEASE")


NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "known_for", "hours"),
    [
        (73, 100, None),
        (72, 100, 72),
        (25, 100, 72),
        (24, 100, 24),
        (3, 100, 3),
        (0, 100, None),
        (60, 1, None),
        (24, 30, 24),
    ],
)
def test_it_is_told_at_72_24_and_3_hours_and_not_where_it_was_shorter_from_the_beginning(left, known_for, hours):
    until = NOW + timedelta(hours=left)
    lapse = Lapse(Lapsing.PASS, until)
    assert lapse.hours_before(NOW, since=NOW - timedelta(hours=known_for)) == hours


@pytest.mark.parametrize("reason", ["HOLD", "BAD_SIGNATURE", "UNKNOWN_KEY", "UNKNOWN_PASS", "REVOKED"])
def test_officers_read_the_reason_that_the_gates_public_words_keep_back(reason):
    public = notices.gate_sentence(reason, "RELEASE")
    assert public == notices.gate_sentence("DEVICE_FAULT", "RELEASE")
    inner = notices.gate_sentence(reason, "RELEASE", for_officers=True)
    assert inner != public
    assert "release gate" in inner
