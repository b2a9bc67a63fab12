"""Everything a scan needs to know of its lane, read in one query together with the check of the key."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from checkpoint.decision import MustSee, Seen
from declarations import passes
from declarations.lifecycle import PassKeyStatus
from declarations.words import Stage

GATE = """
SELECT d.id, d.name, d.kind, l.id, l.code, l.must_see, c.stage, p.code, p.entry_advises, p.plate_confidence,
    p.vin_tail_is_enough, p.weight_tolerance,
    (SELECT array_agg(other.stage) FROM checkpoint_checkpoint other WHERE other.port_id = p.code),
    EXISTS (SELECT 1 FROM declarations_closure s
            WHERE s.port_id = p.code AND s.starts_at <= %(now)s AND (s.ends_at IS NULL OR s.ends_at > %(now)s)),
    (SELECT json_agg(json_build_array(k.kid, encode(k.public, 'hex'), k.status)) FROM declarations_passkey k)
FROM checkpoint_device d
JOIN checkpoint_lane l ON l.id = d.lane_id
JOIN checkpoint_checkpoint c ON c.id = l.checkpoint_id
JOIN declarations_port p ON p.code = c.port_id
LEFT JOIN declarations_apikey a ON a.id = d.api_key_id
WHERE d.revoked_at IS NULL AND {which}
"""
BY_KEY = GATE.format(
    which="a.digest = %(key)s AND a.revoked_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > %(now)s)"
)
BY_DEVICE = GATE.format(which="d.id = %(device)s")


@dataclass(frozen=True, slots=True)
class Gate:
    """A device, its lane, and what holds at its port now."""

    device_id: int
    device_name: str
    kind: str
    lane_id: int
    lane: str
    must_see: MustSee | None
    stage: Stage
    port: str
    entry_advises: bool
    plate_threshold: float
    tail_is_enough: bool
    weight_tolerance: float | None
    port_stages: frozenset[Stage]
    is_closed: bool
    keys: Mapping[bytes, passes.VerifyingKey]


def gate_of_key(key_digest: str, *, now: datetime) -> Gate | None:
    """The gate that a device's key opens, None for a key that opens none."""
    return _read(BY_KEY, {"key": key_digest, "now": now})


def gate_of_device(device_id: int, *, now: datetime) -> Gate | None:
    """The gate of a device, None when it was revoked."""
    return _read(BY_DEVICE, {"device": device_id, "now": now})


def _read(sql: str, values: dict[str, Any]) -> Gate | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    if row is None:
        return None
    (
        device,
        name,
        kind,
        lane_id,
        lane,
        must_see,
        stage,
        port,
        advises,
        confidence,
        tail,
        tolerance,
        stages,
        closed,
        keys,
    ) = row
    groups = json.loads(must_see) if isinstance(must_see, str) else must_see
    return Gate(
        device_id=device,
        device_name=name,
        kind=kind,
        lane_id=lane_id,
        lane=lane,
        must_see=None if groups is None else tuple(frozenset(map(Seen, group)) for group in groups),
        stage=Stage(stage),
        port=port,
        entry_advises=advises,
        plate_threshold=float(confidence),
        tail_is_enough=tail,
        weight_tolerance=None if tolerance is None else float(tolerance),
        port_stages=frozenset(map(Stage, stages)),
        is_closed=closed,
        keys=_verifying_keys(tuple(map(tuple, keys or ()))),
    )


@lru_cache(maxsize=8)
def _verifying_keys(rows: tuple[tuple[int, str, str], ...]) -> Mapping[bytes, passes.VerifyingKey]:
    """Parsed once for as long as the rows say the same; a change of status is a different tuple."""
    parsed = (
        passes.verifying_key(bytes.fromhex(public), kid=kid.to_bytes(2, "big"), status=PassKeyStatus(status))
        for kid, public, status in rows
    )
    return {key.kid: key for key in parsed}
