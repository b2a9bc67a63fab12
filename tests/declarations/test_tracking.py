"""The importer's steps: a vehicle is somewhere on its way, or on none; nothing tells what customs looks at."""

from datetime import UTC, datetime

import pytest

from declarations.lifecycle import DeclarationStatus, VehicleStatus
from declarations.tracking import OFF, Step, reached, way

MOMENT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", sorted(VehicleStatus))
def test_every_vehicle_is_somewhere_or_on_no_way(status):
    here = reached(vehicle_status=status, declaration_status=DeclarationStatus.RELEASED)
    assert (here is None) == (status in OFF)


def test_released_is_what_its_declaration_is():
    status = VehicleStatus.DECLARED
    assert reached(vehicle_status=status, declaration_status=DeclarationStatus.RELEASED) is Step.RELEASED
    assert reached(vehicle_status=status, declaration_status=DeclarationStatus.UNDER_CONTROL) is Step.DECLARED


@pytest.mark.parametrize("status", ["PRESENTED", "REFERRED", "DETAINED", "RELEASED"])
def test_whatever_happens_in_the_yard_reads_alike(status):
    assert reached(vehicle_status=status, declaration_status=DeclarationStatus.RELEASED) is Step.AT_PORT


def test_steps_before_are_done_the_present_one_is_now_the_rest_is_to_come():
    states = [stop.state for stop in way(Step.ON_THE_WAY, {})]
    assert states == ["done", "done", "done", "done", "now", "later"]


def test_the_last_step_is_done():
    assert way(Step.HANDED_OVER, {})[-1].state == "done"


def test_the_moment_of_a_step_that_was_taken_back_is_not_told():
    stops = {stop.step: stop.at for stop in way(Step.RELEASED, {Step.DECLARED: MOMENT, Step.EXITED: MOMENT})}
    assert stops[Step.DECLARED] == MOMENT
    assert stops[Step.EXITED] is None
