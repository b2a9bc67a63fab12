"""Why the gate answers as it does: codes, verdicts, sentences, who must act, what an officer may do."""

from checkpoint.reasons.codes import Reason, Remedy, Result, Verdict
from checkpoint.reasons.table import FIELDS, REASONS, Entry, driver_text, officer_text

__all__ = [
    "FIELDS",
    "REASONS",
    "Entry",
    "Reason",
    "Remedy",
    "Result",
    "Verdict",
    "driver_text",
    "officer_text",
]
