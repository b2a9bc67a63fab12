"""Devices at the lanes: enrolled by a one-time code, moved, revoked; what they tell, and when they fall silent."""

from checkpoint.devices.enrolment import (
    CODE_VALID_FOR,
    TRIES,
    TRIES_PER_S,
    CodeUnknown,
    add,
    enrol,
    make_code,
    make_display,
    move,
    revoke,
)
from checkpoint.devices.hearing import Heartbeat, heard, reported
from checkpoint.devices.watching import watch

__all__ = [
    "CODE_VALID_FOR",
    "TRIES",
    "TRIES_PER_S",
    "CodeUnknown",
    "Heartbeat",
    "add",
    "enrol",
    "heard",
    "make_code",
    "make_display",
    "move",
    "reported",
    "revoke",
    "watch",
]
