"""The table of moves, held against the page and against everything made from it."""

import pytest

from declarations.lifecycle import (
    CLOSED_VEHICLE,
    HOLDING_VIN,
    MOVES,
    OWES,
    DeclarationStatus,
    InspectionStatus,
    Machine,
    MoveNotAllowed,
    PassStatus,
    VehicleStatus,
    check_moves,
    mermaid,
)

STATUSES = {
    Machine.DECLARATION: DeclarationStatus,
    Machine.VEHICLE: VehicleStatus,
    Machine.PASS: PassStatus,
    Machine.INSPECTION: InspectionStatus,
}


@pytest.mark.parametrize("machine", list(Machine))
def test_every_status_stands_in_the_table_and_can_be_reached(machine):
    table = MOVES[machine]
    assert set(table) == {"", *STATUSES[machine].values}
    assert set().union(*table.values()) == set(STATUSES[machine].values)


@pytest.mark.parametrize("machine", list(Machine))
def test_nothing_moves_to_where_it_stands(machine):
    assert not any(from_ in targets for from_, targets in MOVES[machine].items())


def test_a_chain_is_legal_if_each_of_its_pairs_is():
    check_moves(Machine.VEHICLE, "DECLARED", "PRESENTED", "RELEASED", "EXITED")
    check_moves(Machine.VEHICLE, "EXITED", "RELEASED", "PRESENTED", "DECLARED")


@pytest.mark.parametrize(
    ("machine", "from_", "steps", "bad"),
    [
        (Machine.VEHICLE, "DECLARED", ("RELEASED",), ("DECLARED", "RELEASED")),
        (Machine.VEHICLE, "DECLARED", ("PRESENTED", "EXITED"), ("PRESENTED", "EXITED")),
        (Machine.DECLARATION, "EXPIRED", ("LODGED",), ("EXPIRED", "LODGED")),
        (Machine.PASS, "REVOKED", ("ISSUED",), ("REVOKED", "ISSUED")),
        (Machine.INSPECTION, "NOT_SATISFACTORY", ("WAIVED",), ("NOT_SATISFACTORY", "WAIVED")),
        (Machine.VEHICLE, "", ("PRESENTED",), ("", "PRESENTED")),
        (Machine.VEHICLE, "NONSENSE", ("PRESENTED",), ("NONSENSE", "PRESENTED")),
    ],
)
def test_the_first_pair_outside_the_table_is_named(machine, from_, steps, bad):
    with pytest.raises(MoveNotAllowed) as refused:
        check_moves(machine, from_, *steps)
    assert (refused.value.from_, refused.value.to, refused.value.code) == (*bad, "MOVE_NOT_ALLOWED")
    assert bad[1] in str(refused.value)


def test_what_has_ended_holds_no_vin_and_waits_for_nothing():
    ended = {status for status, targets in MOVES[Machine.DECLARATION].items() if not targets}
    assert not ended & HOLDING_VIN
    assert {status for status, targets in MOVES[Machine.VEHICLE].items() if not targets} < CLOSED_VEHICLE


def test_only_known_statuses_owe_work():
    assert all(status in MOVES[machine] for machine, status in OWES)


@pytest.mark.parametrize("machine", list(Machine))
def test_a_diagram_shows_every_move_once(machine):
    lines = mermaid(machine).splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert len(lines) == len(set(lines)) == 1 + sum(map(len, MOVES[machine].values()))
