"""How a status looks: a tone and an icon for every member of every machine. The word is the enum's own label.

A tone is a meaning, not a colour: `tokens.css` decides what it looks like in light, in dark and on paper.
"""

from dataclasses import dataclass

from django.db.models import TextChoices

from declarations.lifecycle import (
    CheckStatus,
    DeclarationStatus,
    InspectionStatus,
    PassKeyStatus,
    PassStatus,
    VehicleStatus,
)
from declarations.words import Channel

TONES = frozenset({"plain", "info", "ok", "officer", "stop", "used"})
"""plain: at rest · info: under way · ok: good · officer: a human must act · stop: not going on · used: spent."""


@dataclass(frozen=True, slots=True)
class Look:
    """Tone and icon of one status; the icon is the name of a symbol in the sprite."""

    tone: str
    icon: str


LOOKS: dict[str, tuple[type[TextChoices], dict[str, Look]]] = {
    "declaration": (
        DeclarationStatus,
        {
            DeclarationStatus.DRAFT: Look("plain", "draft"),
            DeclarationStatus.LODGED: Look("info", "sent"),
            DeclarationStatus.UNDER_CONTROL: Look("officer", "officer"),
            DeclarationStatus.DOCUMENTS_REQUIRED: Look("officer", "papers"),
            DeclarationStatus.RELEASED: Look("ok", "check"),
            DeclarationStatus.REJECTED: Look("stop", "back"),
            DeclarationStatus.REFUSED: Look("stop", "stop-fill"),
            DeclarationStatus.COMPLETED: Look("plain", "done"),
            DeclarationStatus.EXPIRED: Look("plain", "expired"),
            DeclarationStatus.CANCELLED: Look("plain", "cancel"),
        },
    ),
    "vehicle": (
        VehicleStatus,
        {
            VehicleStatus.DECLARED: Look("plain", "car"),
            VehicleStatus.PRESENTED: Look("info", "yard"),
            VehicleStatus.REFERRED: Look("officer", "officer"),
            VehicleStatus.RELEASED: Look("ok", "gate"),
            VehicleStatus.EXITED: Look("ok", "exit"),
            VehicleStatus.HANDED_OVER: Look("plain", "hand-over"),
            VehicleStatus.RETURNED: Look("officer", "u-turn"),
            VehicleStatus.DETAINED: Look("stop", "lock"),
            VehicleStatus.WITHDRAWN: Look("plain", "minus"),
        },
    ),
    "pass": (
        PassStatus,
        {
            PassStatus.ISSUED: Look("ok", "qr"),
            PassStatus.CONSUMED: Look("used", "used"),
            PassStatus.SUPERSEDED: Look("plain", "replaced"),
            PassStatus.REVOKED: Look("stop", "revoked"),
        },
    ),
    "inspection": (
        InspectionStatus,
        {
            InspectionStatus.ORDERED: Look("officer", "order"),
            InspectionStatus.IN_PROGRESS: Look("info", "search"),
            InspectionStatus.SATISFACTORY: Look("ok", "check"),
            InspectionStatus.NOT_SATISFACTORY: Look("stop", "stop-fill"),
            InspectionStatus.WAIVED: Look("plain", "waived"),
            InspectionStatus.CANCELLED: Look("plain", "cancel"),
        },
    ),
    "check": (
        CheckStatus,
        {
            CheckStatus.OPEN: Look("officer", "open"),
            CheckStatus.ACCEPTED: Look("ok", "check"),
            CheckStatus.REFUSED: Look("stop", "stop-fill"),
        },
    ),
    "key": (
        PassKeyStatus,
        {
            PassKeyStatus.ACTIVE: Look("ok", "hand-over"),
            PassKeyStatus.RETIRED: Look("plain", "expired"),
            PassKeyStatus.REVOKED: Look("stop", "revoked"),
        },
    ),
    "channel": (
        Channel,
        {
            Channel.GREEN: Look("ok", "check-fill"),
            Channel.BLUE: Look("info", "clock-fill"),
            Channel.YELLOW: Look("officer", "paper"),
            Channel.RED: Look("stop", "search"),
        },
    ),
}


def look_of(machine: str, status: str) -> tuple[Look, str]:
    """Tone, icon and translated word of one status.

    Raises: KeyError for a machine or a status that does not exist.
    """
    words, looks = LOOKS[machine]
    return looks[status], str(words(status).label)
