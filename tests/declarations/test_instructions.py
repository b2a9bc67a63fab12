"""What the driver reads on the pass."""

import pytest

from declarations.instructions import DEAD, DRIVE, NOT_YET, TO_EXIT, TO_RELEASE, USED, WAIT_AT_PORT, instruction, is_go
from declarations.lifecycle import PassStatus as P
from declarations.lifecycle import VehicleStatus as V


@pytest.mark.parametrize(
    ("pass_status", "vehicle_status", "is_ready", "expected"),
    [
        (P.ISSUED, V.DECLARED, True, DRIVE),
        (P.ISSUED, V.DECLARED, False, NOT_YET),
        (P.ISSUED, V.PRESENTED, True, TO_RELEASE),
        (P.ISSUED, V.REFERRED, False, WAIT_AT_PORT),
        (P.ISSUED, V.RELEASED, True, TO_EXIT),
        (P.ISSUED, V.WITHDRAWN, False, DEAD),
        (P.REVOKED, V.DECLARED, True, DEAD),
        (P.SUPERSEDED, V.DECLARED, True, DEAD),
        (P.CONSUMED, V.EXITED, False, USED),
    ],
)
def test_the_driver_reads_one_sentence_for_where_the_vehicle_stands(pass_status, vehicle_status, is_ready, expected):
    facts = {"pass_status": pass_status, "vehicle_status": vehicle_status, "is_ready": is_ready}
    assert instruction(**facts) == expected
    assert is_go(**facts) is (expected in (DRIVE, TO_RELEASE, TO_EXIT))
