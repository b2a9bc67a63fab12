"""Whatever order people, lanes and workers act in, all nine laws of DOMAIN section 4 hold after every step.

HYPOTHESIS_PROFILE=long tries much more, and something else each time.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from declarations.lifecycle import MOVES
from tests.journeys.offices import Offices

settings.register_profile(
    "laws",
    deadline=None,
    database=None,
    derandomize=True,
    max_examples=25,
    stateful_step_count=60,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
    print_blob=False,
)
settings.register_profile("laws-long", settings.get_profile("laws"), derandomize=False, max_examples=100_000)
PROFILE = "laws-long" if os.environ.get("HYPOTHESIS_PROFILE") == "long" else "laws"

KINDS_OF_MOVES = sum(len(targets) for table in MOVES.values() for targets in table.values())

pytestmark = pytest.mark.django_db


def test_all_nine_laws_hold_whatever_happens_in_whatever_order(alice, carl, olga, ivan, sam, oscar):
    Offices.begin({user.username: user for user in (alice, carl, olga, ivan, sam, oscar)})
    run_state_machine_as_test(Offices, settings=settings.get_profile(PROFILE))
    print(f"{Offices.acted} acts, {Offices.refused} refused, {len(Offices.moves)} kinds of moves")
    assert len(Offices.moves) > KINDS_OF_MOVES / 2, "too little happened to prove anything"
