"""The customs gate messages of JGS/T 14-2015, as existing lane equipment speaks them: XML in, XML out."""

from checkpoint.jgst14.feedback import feedback, receipt
from checkpoint.jgst14.messages import (
    MOST_BYTES,
    CheckResult,
    DeviceReport,
    Gathered,
    GatherMode,
    ManualCheck,
    Message,
    Operated,
    Unreadable,
    read,
)

__all__ = [
    "MOST_BYTES",
    "CheckResult",
    "DeviceReport",
    "GatherMode",
    "Gathered",
    "ManualCheck",
    "Message",
    "Operated",
    "Unreadable",
    "feedback",
    "read",
    "receipt",
]
