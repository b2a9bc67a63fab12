"""May it be driven to the gate, until when, and if not, why: case by case."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from declarations.lifecycle import DeclarationStatus, PassStatus, VehicleStatus
from declarations.readiness import (
    GATE_PAPERS,
    REASONS,
    Actor,
    Because,
    Block,
    Closure,
    Facts,
    Otherwise,
    PaperValidity,
    PaperWanted,
    Repair,
    end_of_day,
    has_run_out,
    readiness,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 1, 4, tzinfo=UTC)  # noon in Horgos
READY = Facts(
    declaration_status=DeclarationStatus.RELEASED,
    vehicle_status=VehicleStatus.DECLARED,
    self_drive=True,
    zone=SHANGHAI,
    pass_status=PassStatus.ISSUED,
    valid_from=NOW - timedelta(hours=1),
    valid_until=NOW + timedelta(hours=72),
)
LICENCE = PaperValidity("export_licence", date(2026, 3, 2))
INVOICE = PaperWanted("invoice", NOW - timedelta(hours=2), NOW + timedelta(hours=70))
CONTRACT = PaperWanted("contract", NOW - timedelta(hours=3), NOW + timedelta(hours=72))
TYPED = Block("OTHER", "awaits the bank", NOW - timedelta(hours=1))
LISTED = Block("RISK", "", NOW)


def ask(**changes):
    return readiness(replace(READY, **changes), now=NOW)


def codes(**changes):
    answer = ask(**changes)
    assert answer.ready is (not answer.because)
    assert answer.ready or answer.ready_until is None
    return [because.code for because in answer.because]


def test_a_vehicle_with_everything_in_order_is_ready_until_its_pass_expires():
    answer = ask()
    assert (answer.ready, answer.ready_until, answer.because) == (True, READY.valid_until, ())


@pytest.mark.parametrize(
    ("status", "code", "must_act", "repair"),
    [
        (DeclarationStatus.DRAFT, "NOT_LODGED", Actor.EXPORTER, Repair.LODGE),
        (DeclarationStatus.LODGED, "BEING_ASSESSED", Actor.CUSTOMS, Repair.WAIT),
        (DeclarationStatus.UNDER_CONTROL, "UNDER_CONTROL", Actor.DOCUMENTS_OFFICER, Repair.WAIT),
        (DeclarationStatus.DOCUMENTS_REQUIRED, "DOCUMENTS_REQUIRED", Actor.EXPORTER, Repair.ANSWER),
        (DeclarationStatus.REJECTED, "DECLARATION_REJECTED", Actor.EXPORTER, Repair.CORRECT),
        (DeclarationStatus.REFUSED, "DECLARATION_REFUSED", Actor.EXPORTER, Repair.APPEAL),
        (DeclarationStatus.COMPLETED, "DECLARATION_COMPLETED", Actor.NOBODY, Repair.DECLARE_AGAIN),
        (DeclarationStatus.EXPIRED, "DECLARATION_EXPIRED", Actor.EXPORTER, Repair.DECLARE_AGAIN),
        (DeclarationStatus.CANCELLED, "DECLARATION_CANCELLED", Actor.EXPORTER, Repair.DECLARE_AGAIN),
    ],
)
def test_a_declaration_that_is_not_released_says_who_acts_and_how(status, code, must_act, repair):
    (because,) = ask(declaration_status=status, pass_status=None).because
    assert (because.code, because.must_act, because.repair) == (code, must_act, repair)


def test_every_status_but_released_has_a_reason():
    for status in set(DeclarationStatus) - {DeclarationStatus.RELEASED}:
        assert not ask(declaration_status=status).ready


@pytest.mark.parametrize("status", ["EXITED", "HANDED_OVER", "RETURNED", "WITHDRAWN"])
def test_a_vehicle_that_nobody_waits_for_has_that_one_reason(status):
    assert codes(vehicle_status=VehicleStatus(status), driverless_since=NOW, holds=(TYPED,)) == [status]


def test_a_vehicle_being_assessed_again_waits_for_that_and_not_for_its_pass():
    assert codes(assessed_since=NOW, pass_status=None) == ["VEHICLE_BEING_ASSESSED"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pass_status": None}, ["NO_PASS"]),
        ({"pass_status": PassStatus.REVOKED}, ["NO_PASS"]),
        ({"valid_from": NOW + timedelta(seconds=1)}, ["PASS_NOT_YET_VALID"]),
        ({"valid_from": NOW}, []),
        ({"valid_until": NOW}, ["PASS_EXPIRED"]),
        ({"valid_until": NOW, "vehicle_status": VehicleStatus.PRESENTED}, []),
        ({"valid_from": None, "valid_until": None}, []),
    ],
)
def test_the_pass_must_count_now(changes, expected):
    assert codes(**changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"holds": (TYPED, LISTED)}, ["HOLD", "HOLD"]),
        ({"check_since": NOW}, ["DOCUMENTS_BEING_CHECKED"]),
        ({"check_since": NOW, "documents_wanted": (INVOICE, CONTRACT)}, ["DOCUMENTS_WANTED"]),
        ({"refused_since": NOW, "documents_wanted": (INVOICE,)}, ["DOCUMENTS_REFUSED"]),
    ],
)
def test_controls_are_told_in_public_words(changes, expected):
    assert codes(**changes) == expected


def test_reasons_hold_codes_and_what_a_person_typed_until_they_are_read():
    typed, listed, wanted = ask(holds=(TYPED, LISTED), documents_wanted=(INVOICE, CONTRACT)).because
    assert (typed.values, listed.values) == ({"text": "awaits the bank"}, {"hold": "RISK"})
    assert wanted.values == {"documents": ["invoice", "contract"]}
    with translation.override("en"):
        assert typed.message == "Customs has stopped this vehicle for now: awaits the bank"
        assert listed.named(text="a random look").message == "Customs has stopped this vehicle for now: a random look"
        assert wanted.named(documents="the invoice").message == "Customs asks for: the invoice. Answer the request."


@pytest.mark.parametrize(
    ("due", "failed", "expected"),
    [
        (True, False, ["INSPECTION_DUE"]),
        (True, True, ["INSPECTION_AGAIN"]),
        (False, True, ["INSPECTION_FAILED"]),
        (False, False, []),
    ],
)
def test_an_inspection_is_told_once_the_vehicle_is_presented_and_not_before(due, failed, expected):
    inspections = {"inspection_since": NOW if due else None, "failed_since": NOW if failed else None}
    assert codes(vehicle_status=VehicleStatus.PRESENTED, **inspections) == expected
    assert codes(vehicle_status=VehicleStatus.DECLARED, **inspections) == []


def test_a_referred_vehicle_sees_the_officer_unless_a_reason_says_more():
    assert codes(vehicle_status=VehicleStatus.REFERRED) == ["REFERRED"]
    assert codes(vehicle_status=VehicleStatus.REFERRED, inspection_since=NOW) == ["INSPECTION_DUE"]


def test_a_detained_vehicle_waits_for_the_supervisor():
    (because,) = ask(vehicle_status=VehicleStatus.DETAINED).because
    assert (because.code, because.must_act) == ("DETAINED", Actor.SUPERVISOR)


def test_a_driver_and_a_plate_may_be_missing_until_now():
    assert codes(driverless_since=NOW, plateless_since=NOW) == ["DRIVER_MISSING", "PLATE_MISSING"]
    assert [because.repair for because in ask(driverless_since=NOW, plateless_since=NOW).because] == [
        Repair.SET_DRIVER,
        Repair.SET_PLATE,
    ]


def test_a_vehicle_on_a_truck_needs_neither_driver_nor_plate():
    assert codes(self_drive=False, driverless_since=NOW, plateless_since=NOW) == []


@pytest.mark.parametrize(("day", "expected"), [(date(2026, 3, 1), []), (date(2026, 2, 28), ["PLATE_EXPIRED"])])
def test_a_plate_is_good_through_its_last_day(day, expected):
    assert codes(plate_expires_on=day) == expected


def test_a_paper_is_good_through_its_last_day_at_the_port():
    papers = (LICENCE, replace(LICENCE, valid_until=None), replace(LICENCE, valid_until=date(2026, 2, 28)))
    answer = ask(papers=papers)
    assert [because.code for because in answer.because] == ["PAPER_EXPIRED"]
    assert answer.because[0].values == {"paper": "export_licence", "on": "2026-02-28"}
    with translation.override("en"):
        message = answer.because[0].named(paper="Export licence").message
    assert message == "Export licence expired on 2026-02-28. Enter a valid one."
    midnight = datetime(2026, 3, 2, 16, tzinfo=UTC)
    assert end_of_day(LICENCE.valid_until, SHANGHAI) == midnight
    assert not has_run_out(LICENCE.valid_until, now=midnight - timedelta(seconds=1), zone=SHANGHAI)
    assert has_run_out(LICENCE.valid_until, now=midnight, zone=SHANGHAI)
    assert not has_run_out(None, now=midnight, zone=SHANGHAI)


def test_a_paper_without_end_never_runs_out():
    assert not has_run_out(date.max, now=NOW, zone=SHANGHAI)
    assert ask(papers=(replace(LICENCE, valid_until=date.max),)).ready_until == READY.valid_until


@pytest.mark.parametrize(
    ("changes", "until"),
    [
        ({"papers": (LICENCE,)}, datetime(2026, 3, 2, 16, tzinfo=UTC)),
        ({"papers": (LICENCE,), "plate_expires_on": date(2026, 3, 1)}, datetime(2026, 3, 1, 16, tzinfo=UTC)),
        ({"closures": (Closure(NOW + timedelta(hours=2), None),)}, NOW + timedelta(hours=2)),
        ({"vehicle_status": VehicleStatus.PRESENTED}, None),
        ({"vehicle_status": VehicleStatus.PRESENTED, "papers": (LICENCE,)}, datetime(2026, 3, 2, 16, tzinfo=UTC)),
    ],
)
def test_ready_until_is_the_first_thing_to_run_out(changes, until):
    answer = ask(**changes)
    assert answer.ready
    assert answer.ready_until == until


@pytest.mark.parametrize(
    ("closure", "expected"),
    [
        (Closure(NOW, None), ["PORT_CLOSED"]),
        (Closure(NOW - timedelta(hours=1), NOW + timedelta(hours=1)), ["PORT_CLOSED_UNTIL"]),
        (Closure(NOW - timedelta(hours=1), NOW), []),
        (Closure(NOW + timedelta(hours=1), None), []),
    ],
)
def test_a_closed_port_is_a_reason_while_it_is_closed(closure, expected):
    assert codes(closures=(closure,)) == expected


def test_all_reasons_are_told_at_once():
    assert codes(
        declaration_status=DeclarationStatus.UNDER_CONTROL,
        pass_status=None,
        holds=(TYPED,),
        check_since=NOW,
        driverless_since=NOW,
        plateless_since=NOW,
        closures=(Closure(NOW, None),),
    ) == [
        *("UNDER_CONTROL", "HOLD", "DOCUMENTS_BEING_CHECKED"),
        *("DRIVER_MISSING", "PLATE_MISSING", "PORT_CLOSED"),
    ]


VALUES = {"text": "x", "documents": "x", "paper": "x", "on": "x", "until": "x"}


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_has_a_sentence_an_actor_and_a_repair(code):
    because = Because(code, VALUES)
    assert because.message
    assert because.must_act in Actor and because.repair in Repair


@pytest.mark.parametrize("code", REASONS)
def test_no_reason_speaks_of_channel_or_risk(code):
    with translation.override("en"):
        words = Because(code, VALUES).message.lower()
    assert not any(tell_tale in words for tell_tale in ("channel", "risk", "green", "yellow", "random", "selected"))


def test_a_reason_in_the_api_says_who_acts_from_when_and_how_to_repair():
    with translation.override("en"):
        told = Because("DRIVER_MISSING", {}, NOW, READY.valid_until, Otherwise.WITHDRAWN).as_dict()
        assert told == {
            "code": "DRIVER_MISSING",
            "message": "No driver is named. Name who drives the vehicle.",
            "must_act": "EXPORTER",
            "repair": "SET_DRIVER",
            "who": "exporter",
            "since": NOW,
            "until": READY.valid_until,
            "otherwise": "what was not presented by then is withdrawn",
        }
        assert Because("EXITED").as_dict()["otherwise"] is None


def test_the_papers_that_the_gate_looks_at_are_those_of_the_domain():
    assert {"export_licence", "temporary_plate", "compulsory_insurance"} == GATE_PAPERS
