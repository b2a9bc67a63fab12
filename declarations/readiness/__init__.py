"""May this vehicle be driven to the gate, until when, and if not: why, who must act, and which act repairs it?"""

from declarations.readiness.because import REASONS, Because, Entry, Repair
from declarations.readiness.rule import (
    GATE_PAPERS,
    Block,
    Closure,
    Facts,
    PaperValidity,
    PaperWanted,
    Readiness,
    end_of_day,
    has_run_out,
    readiness,
)
from declarations.readiness.waits import Actor, Otherwise, Wait, wait_of_declaration

__all__ = [
    "GATE_PAPERS",
    "REASONS",
    "Actor",
    "Because",
    "Block",
    "Closure",
    "Entry",
    "Facts",
    "Otherwise",
    "PaperValidity",
    "PaperWanted",
    "Readiness",
    "Repair",
    "Wait",
    "end_of_day",
    "has_run_out",
    "readiness",
    "wait_of_declaration",
]
