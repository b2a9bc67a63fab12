"""Statuses, legal moves, and what a move owes."""

from declarations.lifecycle.moves import (
    ANNULS,
    AT_PORT,
    CLOSED_VEHICLE,
    HOLDING_VIN,
    MOVES,
    OUT_OF_PORT,
    OWES,
    TOLD_NOTES,
    Machine,
    MoveNotAllowed,
    Owed,
    check_moves,
    mermaid,
)
from declarations.lifecycle.statuses import (
    CheckStatus,
    DeclarationStatus,
    InspectionStatus,
    PassKeyStatus,
    PassStatus,
    VehicleStatus,
)

__all__ = [
    "ANNULS",
    "AT_PORT",
    "CLOSED_VEHICLE",
    "HOLDING_VIN",
    "MOVES",
    "OUT_OF_PORT",
    "OWES",
    "TOLD_NOTES",
    "CheckStatus",
    "DeclarationStatus",
    "InspectionStatus",
    "Machine",
    "MoveNotAllowed",
    "Owed",
    "PassKeyStatus",
    "PassStatus",
    "VehicleStatus",
    "check_moves",
    "mermaid",
]
