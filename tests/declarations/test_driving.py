"""What the driver is told: one word, one sentence why, one step; for every reason there is, and never too much."""

from datetime import UTC, datetime

import pytest

from declarations import driving
from declarations.driving import Signal, advise, shows_code
from declarations.lifecycle import AT_PORT, CLOSED_VEHICLE, PassStatus, VehicleStatus
from declarations.readiness import REASONS, Because

MOMENT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def told(code, status=VehicleStatus.DECLARED, **values):
    return advise(vehicle_status=status, is_ready=False, because=[Because(code, values)])


def test_every_reason_has_a_sentence_for_the_driver_and_no_sentence_is_without_a_reason():
    assert driving.WAITING.keys() == REASONS.keys()


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (VehicleStatus.DECLARED, "Drive to the port and show this code at the gate."),
        (VehicleStatus.PRESENTED, "Drive to the release gate and show this code."),
        (VehicleStatus.RELEASED, "Drive to the exit and show this code."),
    ],
)
def test_who_is_ready_goes_to_the_next_gate(status, step):
    advice = advise(vehicle_status=status, is_ready=True, because=[])
    assert (advice.signal, str(advice.step)) == (Signal.GO, step)


@pytest.mark.parametrize("code", sorted(REASONS))
@pytest.mark.parametrize("status", sorted(set(VehicleStatus) - CLOSED_VEHICLE))
def test_whoever_is_not_ready_is_never_told_to_go(code, status):
    assert told(code, status, until="2026-11-23 08:00").signal is not Signal.GO


def test_a_hold_says_nothing_of_its_reason():
    advice = told("HOLD", text="CANARY: seal number does not match", hold="OTHER")
    assert str(advice.why) == "Customs has stopped this vehicle for now."
    assert "CANARY" not in f"{advice.why}{advice.step}"


@pytest.mark.parametrize("status", sorted(AT_PORT))
def test_whoever_stands_in_the_yard_is_not_told_to_stay_at_home(status):
    assert str(told("DOCUMENTS_WANTED", status).step).startswith("Stay in the yard.")
    assert str(told("UNDER_CONTROL", status).step).startswith("Stay in the yard.")
    assert str(told("INSPECTION_DUE", status).step) == "Drive to the inspection bay."


def test_a_reason_that_ends_the_way_goes_before_one_that_passes():
    because = [Because("PLATE_MISSING"), Because("DECLARATION_CANCELLED")]
    assert advise(vehicle_status=VehicleStatus.DECLARED, is_ready=False, because=because).signal is Signal.STOP


def test_among_reasons_that_pass_the_first_counts():
    because = [Because("PLATE_MISSING"), Because("PORT_CLOSED")]
    advice = advise(vehicle_status=VehicleStatus.DECLARED, is_ready=False, because=because)
    assert str(advice.why) == "Your exporter has not entered the plate yet."


def test_a_closure_with_an_end_names_it():
    advice = told("PORT_CLOSED_UNTIL", until="2026-11-23 08:00")
    assert str(advice.why) == "The port is closed until 2026-11-23 08:00."


def test_without_any_reason_it_is_a_wait_and_no_go():
    assert advise(vehicle_status=VehicleStatus.DECLARED, is_ready=False, because=[]).signal is Signal.WAIT


@pytest.mark.parametrize(("code", "signal"), [("EXITED", Signal.DONE), ("HANDED_OVER", Signal.DONE)])
def test_whoever_is_out_is_through(code, signal):
    assert told(code, VehicleStatus(code)).signal is signal


def test_the_code_is_shown_while_it_counts():
    assert shows_code(pass_status=PassStatus.ISSUED, vehicle_status=VehicleStatus.PRESENTED)
    assert not shows_code(pass_status=PassStatus.ISSUED, vehicle_status=VehicleStatus.WITHDRAWN)
    assert not shows_code(pass_status=PassStatus.REVOKED, vehicle_status=VehicleStatus.DECLARED)
    assert not shows_code(pass_status=None, vehicle_status=VehicleStatus.DECLARED)
