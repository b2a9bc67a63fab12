"""A small part of the fault matrix, for every test run: real workers and a real broker, killed (all: make faults)."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.at_once import private_database
from tests.faults import cases, intake, offline
from tests.faults.world import World
from tests.servers import Servers
from tests.stack import database_url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(servers: Servers, tmp_path: Path) -> Iterator[World]:
    """A running system on a copy of the test database, with a broker of its own."""
    server_url = servers.environment.get("DATABASE_URL") or os.environ["DATABASE_URL"]
    with private_database("faults"):
        found = World(database_url=database_url(server_url, connection.settings_dict["NAME"]), folder=tmp_path)
        try:
            yield found
        finally:
            found.stop()


def test_workers_killed_while_declarations_are_lodged_lose_nothing_and_do_nothing_twice(world):
    outcome = cases.workers_killed(world, lodgements=60, kills=2)
    assert outcome.ok, outcome
    assert outcome.faults == 2


def test_workers_killed_while_a_file_is_read_and_lodged_take_each_row_once(world):
    outcome = intake.sheet_workers_killed(world, rows=1200, kills=4)
    assert outcome.ok, outcome
    assert outcome.faults == 4


def test_a_broker_killed_with_messages_queued_loses_nothing_and_the_test_would_see_it(world):
    control = cases.broker_killed_control(world, lodgements=5, patience_s=3.0)
    assert control.ok, f"nobody rang again and still nothing was lost: {control}"
    outcome = cases.broker_killed(world, lodgements=20)
    assert outcome.ok, outcome
    assert outcome.notes == ["25 messages lost"], "these and the control's"


def test_two_devices_that_lift_for_one_pass_leave_one_admission_and_one_conflict(world):
    outcome = offline.offline_doubles(world, pairs=20)
    assert outcome.ok, outcome


def test_the_run_sees_a_conflict_that_nobody_writes(world):
    outcome = offline.offline_doubles_control(world, pairs=3)
    assert outcome.ok, outcome
