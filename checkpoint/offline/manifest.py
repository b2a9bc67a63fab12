"""The signed list of a port: what a device knows without the server. Digests instead of names, VINs, plates and ids.

A row leaves out what is as usual, so that five thousand of them stay small; static/checkpoint/offline/manifest.js reads
it. No row holds a person, a card, an exporter or a text.
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from declarations.lifecycle import DeclarationStatus, PassStatus, VehicleStatus
from declarations.passes import SigningKey
from declarations.words import Mode

CONTEXT = b"silkgate manifest v1\0"
"""What is signed begins so. What a pass's signature covers begins with another byte: neither stands for the other."""

DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What the list says of one pass and its vehicle. papers_until: the first moment at which a paper has run out."""

    pass_id: int
    vin: str
    plate: str | None
    live: bool
    elsewhere: bool
    pass_status: PassStatus
    is_newest: bool
    valid_from: datetime
    valid_until: datetime
    vehicle_status: VehicleStatus
    mode: Mode
    admitted: Collection[str]
    exited_at: datetime | None
    declaration_status: DeclarationStatus
    declaration_on_hold: bool
    on_hold: bool
    documents_due: bool
    papers_until: datetime | None
    inspection_failed: bool
    inspection_due: bool


def digest_of(salt: bytes, kind: str, value: object) -> str:
    """How the list names a pass, a VIN or a plate: 22 characters that mean nothing under another salt."""
    raw = hashlib.sha256(salt + f"{kind}:{value}".encode()).digest()
    return base64url(raw[:DIGEST_BYTES])


def row_of(listed: Listed, salt: bytes) -> tuple[str, str]:
    """The digest by which a pass is found, and its row as JSON."""
    key = digest_of(salt, "pass", listed.pass_id)
    said = {
        "id": key,
        "vin": digest_of(salt, "vin", listed.vin),
        "plate": digest_of(salt, "plate", listed.plate) if listed.plate else None,
        "from": milliseconds(listed.valid_from),
        "until": milliseconds(listed.valid_until),
        "live": 1 if listed.live else None,
        "elsewhere": 1 if listed.elsewhere else None,
        "pass": _unless(listed.pass_status, PassStatus.ISSUED),
        "old": None if listed.is_newest else 1,
        "status": _unless(listed.vehicle_status, VehicleStatus.DECLARED),
        "mode": _unless(listed.mode, Mode.SELF_DRIVE),
        "admitted": sorted(listed.admitted) or None,
        "exited": milliseconds(listed.exited_at) if listed.exited_at else None,
        "declaration": _unless(listed.declaration_status, DeclarationStatus.RELEASED),
        "held": 1 if listed.declaration_on_hold else None,
        "hold": 1 if listed.on_hold else None,
        "check": 1 if listed.documents_due else None,
        "papers": milliseconds(listed.papers_until) if listed.papers_until else None,
        "failed": 1 if listed.inspection_failed else None,
        "due": 1 if listed.inspection_due else None,
    }
    return key, compact({name: value for name, value in said.items() if value is not None})


def payload_of(head: Mapping[str, Any], rows: Collection[str]) -> str:
    """The text that is signed: the head, and the rows as they are kept."""
    return f'{compact(head)[:-1]},"rows":[{",".join(rows)}]}}'


def sign(payload: str, key: SigningKey) -> dict[str, str]:
    """What is sent: the text, which key signed it, and its signature."""
    signature = key.private.sign(CONTEXT + payload.encode())
    return {"kid": key.kid.hex(), "payload": payload, "signature": base64url(signature)}


def compact(value: Any) -> str:
    """JSON without blanks."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def milliseconds(moment: datetime) -> int:
    """A moment as devices count."""
    return round(moment.timestamp() * 1000)


def base64url(raw: bytes) -> str:
    """Bytes as text for addresses and JSON, without padding."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _unless(value: str, usual: str) -> str | None:
    return None if value == usual else str(value)
