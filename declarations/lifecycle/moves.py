"""The law of moves: from which status to which, and what a move owes. The only table; all else is made from it.

The diagrams in the READMEs and the triggers in the database are generated from MOVES.
"""

from enum import StrEnum

from declarations.lifecycle.statuses import (
    DeclarationStatus as D,
)
from declarations.lifecycle.statuses import (
    InspectionStatus as I,
)
from declarations.lifecycle.statuses import (
    PassStatus as P,
)
from declarations.lifecycle.statuses import (
    VehicleStatus as V,
)
from declarations.words import Stage


class Machine(StrEnum):
    """The four things that have a status."""

    DECLARATION = "declaration"
    VEHICLE = "vehicle"
    PASS = "pass"
    INSPECTION = "inspection"


MOVES: dict[Machine, dict[str, frozenset[str]]] = {
    Machine.DECLARATION: {
        "": frozenset({D.DRAFT}),
        D.DRAFT: frozenset({D.LODGED, D.CANCELLED}),
        D.REJECTED: frozenset({D.LODGED, D.CANCELLED}),
        D.LODGED: frozenset({D.RELEASED, D.UNDER_CONTROL, D.REJECTED, D.EXPIRED, D.CANCELLED}),
        D.UNDER_CONTROL: frozenset({D.DOCUMENTS_REQUIRED, D.RELEASED, D.REFUSED, D.LODGED, D.EXPIRED, D.CANCELLED}),
        D.DOCUMENTS_REQUIRED: frozenset({D.UNDER_CONTROL, D.REFUSED, D.LODGED, D.EXPIRED, D.CANCELLED}),
        D.RELEASED: frozenset({D.UNDER_CONTROL, D.LODGED, D.COMPLETED, D.EXPIRED, D.CANCELLED}),
        D.COMPLETED: frozenset({D.RELEASED}),
        D.REFUSED: frozenset({D.UNDER_CONTROL}),
        D.EXPIRED: frozenset(),
        D.CANCELLED: frozenset(),
    },
    Machine.VEHICLE: {
        "": frozenset({V.DECLARED}),
        V.DECLARED: frozenset({V.PRESENTED, V.WITHDRAWN}),
        V.PRESENTED: frozenset({V.RELEASED, V.REFERRED, V.DECLARED, V.WITHDRAWN}),
        V.REFERRED: frozenset({V.PRESENTED, V.RELEASED, V.DECLARED, V.DETAINED}),
        V.RELEASED: frozenset({V.EXITED, V.REFERRED, V.PRESENTED}),
        V.EXITED: frozenset({V.RELEASED, V.HANDED_OVER, V.RETURNED}),
        V.DETAINED: frozenset({V.REFERRED, V.WITHDRAWN}),
        V.HANDED_OVER: frozenset(),
        V.RETURNED: frozenset(),
        V.WITHDRAWN: frozenset(),
    },
    Machine.PASS: {
        "": frozenset({P.ISSUED}),
        P.ISSUED: frozenset({P.CONSUMED, P.SUPERSEDED, P.REVOKED}),
        P.CONSUMED: frozenset({P.ISSUED}),
        P.SUPERSEDED: frozenset(),
        P.REVOKED: frozenset(),
    },
    Machine.INSPECTION: {
        "": frozenset({I.ORDERED}),
        I.ORDERED: frozenset({I.IN_PROGRESS, I.WAIVED, I.CANCELLED}),
        I.IN_PROGRESS: frozenset({I.SATISFACTORY, I.NOT_SATISFACTORY, I.WAIVED, I.CANCELLED}),
        I.SATISFACTORY: frozenset(),
        I.NOT_SATISFACTORY: frozenset(),
        I.WAIVED: frozenset(),
        I.CANCELLED: frozenset(),
    },
}


class Owed(StrEnum):
    """Kinds of work that is written into the outbox.

    Subject: the declaration's id; of READ_, CHECK_ and TAKE_SHEET the sheet's, of COUNT_SILENCE the vehicle's, of
    GREET_PHONE the telephone's, of DELIVER the delivery's, of LETTER the letter's.
    """

    ASSESS = "assess"
    ASSESS_AMENDED = "assess_amended"
    COMPLETE = "complete"
    PRINT = "print"
    REFRESH = "refresh"
    READ_SHEET = "read_sheet"
    CHECK_SHEET = "check_sheet"
    TAKE_SHEET = "take_sheet"
    COUNT_SILENCE = "count_silence"
    GREET_PHONE = "greet_phone"
    TELL = "tell"
    DELIVER = "deliver"
    LETTER = "letter"


OWES: dict[tuple[Machine, str], tuple[Owed, ...]] = {
    (Machine.DECLARATION, D.LODGED): (Owed.ASSESS,),
    (Machine.DECLARATION, D.RELEASED): (Owed.COMPLETE,),
    (Machine.DECLARATION, D.REJECTED): (Owed.TELL,),
    (Machine.DECLARATION, D.REFUSED): (Owed.TELL,),
    (Machine.DECLARATION, D.DOCUMENTS_REQUIRED): (Owed.TELL,),
    (Machine.VEHICLE, V.PRESENTED): (Owed.TELL,),
    (Machine.VEHICLE, V.EXITED): (Owed.COMPLETE, Owed.TELL),
    (Machine.VEHICLE, V.RETURNED): (Owed.COMPLETE, Owed.TELL),
    (Machine.VEHICLE, V.WITHDRAWN): (Owed.COMPLETE,),
    **{(Machine.INSPECTION, status): (Owed.TELL,) for status in I if status != I.IN_PROGRESS},
}
"""What arriving at a status owes to the declaration. A vehicle PRESENTED may be told of an inspection by now."""

TOLD_NOTES = frozenset(
    {
        "HOLD_PLACED",
        "HOLD_LIFTED",
        "DOCUMENTS_ASKED",
        "ANSWERED",
        "STRAGGLER_TOLD",
        "SWAPPED",
        "AMENDED",
        "RECHECK_ASKED",
    }
)
"""Reasons of notes that people are told of; each owes TELL."""

ANNULS: dict[tuple[Machine, str], tuple[Stage, ...]] = {
    (Machine.VEHICLE, V.DECLARED): (Stage.ENTRY, Stage.RELEASE, Stage.EXIT),
    (Machine.VEHICLE, V.PRESENTED): (Stage.RELEASE, Stage.EXIT),
    (Machine.VEHICLE, V.REFERRED): (Stage.RELEASE, Stage.EXIT),
    (Machine.VEHICLE, V.DETAINED): (Stage.RELEASE, Stage.EXIT),
    (Machine.VEHICLE, V.RELEASED): (Stage.EXIT,),
}
"""The stages that are to be passed again after a status: their admissions end on arriving there (DOMAIN law 2)."""

HOLDING_VIN = frozenset({D.LODGED, D.UNDER_CONTROL, D.DOCUMENTS_REQUIRED, D.RELEASED})
"""Declarations whose open vehicles hold their VIN (DOMAIN law 4)."""

CLOSED_VEHICLE = frozenset({V.EXITED, V.HANDED_OVER, V.RETURNED, V.WITHDRAWN})
"""Vehicles that nobody waits for any more (DOMAIN laws 4 and 6)."""

OUT_OF_PORT = frozenset({V.EXITED, V.HANDED_OVER, V.RETURNED})
"""Vehicles that went through the last gate, whatever became of them then."""

AT_PORT = frozenset({V.PRESENTED, V.REFERRED, V.RELEASED, V.DETAINED})
"""Vehicles that stand in the yard."""


class MoveNotAllowed(Exception):
    """That status cannot follow this one."""

    code = "MOVE_NOT_ALLOWED"

    def __init__(self, machine: str, from_: str, to: str) -> None:
        super().__init__(f"a {machine} cannot go from {from_ or 'nothing'} to {to}")
        self.machine, self.from_, self.to = machine, from_, to


def check_moves(machine: Machine, from_: str, *steps: str) -> None:
    """Refuse a chain of moves unless each of its pairs stands in MOVES.

    Raises: MoveNotAllowed for the first pair that does not.
    """
    for to in steps:
        if to not in MOVES[machine].get(from_, frozenset()):
            raise MoveNotAllowed(machine, from_, to)
        from_ = to


def mermaid(machine: Machine) -> str:
    """The machine as a Mermaid state diagram, for the READMEs."""
    lines = ["stateDiagram-v2"]
    for from_, targets in MOVES[machine].items():
        lines += [f"    {from_ or '[*]'} --> {to}" for to in sorted(targets)]
    return "\n".join(lines)
