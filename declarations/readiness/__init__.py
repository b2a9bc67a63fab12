"""May this vehicle be driven to the gate, until when, and if not: why, who must act, and which act repairs it?"""

from declarations.readiness.because import REASONS, Actor, Because, Entry, Repair
from declarations.readiness.rule import (
    GATE_PAPERS,
    Closure,
    Facts,
    PaperValidity,
    Readiness,
    end_of_day,
    has_run_out,
    readiness,
)

__all__ = [
    "GATE_PAPERS",
    "REASONS",
    "Actor",
    "Because",
    "Closure",
    "Entry",
    "Facts",
    "PaperValidity",
    "Readiness",
    "Repair",
    "end_of_day",
    "has_run_out",
    "readiness",
]
