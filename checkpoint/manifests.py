"""Publishing a port's list, and handing out what a device does not have yet.

The list is computed from the rows as they are and compared with what was published last: nothing has to remember to
announce a change, and no scan writes a line for it.
"""

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.db import connection, transaction
from django.utils import timezone, translation

from checkpoint.models import Checkpoint, Lane, Manifest
from checkpoint.models.device import DeviceKind
from checkpoint.models.gate import Gate
from checkpoint.offline.manifest import Listed, base64url, milliseconds, payload_of, row_of, sign
from checkpoint.reasons import REASONS
from declarations import passes, readiness
from declarations.clearance import issuing
from declarations.lifecycle import DeclarationStatus, InspectionStatus, PassKeyStatus, PassStatus, VehicleStatus
from declarations.models import Closure, PassKey, Port
from declarations.models.reference import LANGUAGES
from declarations.words import Mode

EVERY = timedelta(seconds=5)
"""A list younger than this is handed out as it is: fifty devices that ask at once cost one computation."""

SALT_LASTS = timedelta(hours=24)
SALT_BYTES = 16
LOOKS_BACK = timedelta(hours=48)
"""So long a list still knows what went out or was revoked."""

LOOKS_AHEAD = timedelta(hours=24)
"""Closures that begin within this time stand on the list."""

EXPECTED = """
WITH named AS (
    SELECT p.id FROM declarations_vehicle v JOIN declarations_pass p ON p.vehicle_id = v.id WHERE v.live
    UNION
    SELECT p.id FROM declarations_vehicle v JOIN declarations_pass p ON p.vehicle_id = v.id
    WHERE v.exited_at > %(recent)s
    UNION
    SELECT p.id FROM declarations_pass p WHERE p.status = 'REVOKED' AND p.status_at > %(recent)s
)
SELECT p.pass_id, v.vin, v.plate_key, v.live,
    (p.port_id <> %(port)s OR d.port_id IS DISTINCT FROM %(port)s) AS elsewhere,
    p.status AS pass_status,
    NOT EXISTS (SELECT 1 FROM declarations_pass n WHERE n.vehicle_id = v.id AND n.version > p.version) AS is_newest,
    p.valid_from, p.valid_until, v.status AS vehicle_status, d.mode, a.stages AS admitted, a.latest AS exited_at,
    CASE WHEN v.being_assessed THEN 'LODGED' ELSE d.status END AS declaration_status,
    EXISTS (SELECT 1 FROM declarations_hold h
            WHERE h.declaration_id = d.id AND h.vehicle_id IS NULL AND h.lifted_at IS NULL) AS declaration_on_hold,
    EXISTS (SELECT 1 FROM declarations_hold h WHERE h.vehicle_id = v.id AND h.lifted_at IS NULL) AS on_hold,
    EXISTS (SELECT 1 FROM declarations_documentcheck c
            WHERE c.vehicle_id = v.id AND c.status IN ('OPEN', 'REFUSED')) AS documents_due,
    v.plate_expires_on,
    (SELECT min(e.valid_until) FROM declarations_paper e
     WHERE e.vehicle_id = v.id AND e.code = ANY (%(papers)s)) AS papers_until,
    (SELECT i.status FROM declarations_inspection i
     WHERE i.vehicle_id = v.id AND i.status IN ('SATISFACTORY', 'NOT_SATISFACTORY')
     ORDER BY i.closed_at DESC, i.id DESC LIMIT 1) AS last_result,
    EXISTS (SELECT 1 FROM declarations_inspection i
            WHERE i.vehicle_id = v.id AND i.status IN ('ORDERED', 'IN_PROGRESS')) AS inspection_due
FROM named JOIN declarations_pass p ON p.id = named.id
JOIN declarations_vehicle v ON v.id = p.vehicle_id
JOIN declarations_declaration d ON d.id = v.declaration_id
LEFT JOIN LATERAL (
    SELECT array_agg(x.stage) AS stages, max(x.at) AS latest FROM declarations_admission x
    WHERE x.vehicle_id = v.id AND x.annulled_at IS NULL) a ON true
WHERE p.port_id = %(port)s OR d.port_id = %(port)s
"""
"""The facts of `scanning.gather`, of every pass that may be shown at the port."""


def pull(*, gate: Gate, since: int, now: datetime) -> dict[str, str]:
    """The signed list for a device: all of it, or what changed after the version it has.

    Raises: Conflict when no key signs.
    """
    published = Manifest.objects.filter(port=gate.port).first()
    if published is None or published.published_at <= now - EVERY:
        publish(port=gate.port, now=now)
    with transaction.atomic():
        head = Manifest.objects.select_for_update(of=("self",), no_key=True).select_related("port").get(port=gate.port)
        is_whole = not head.whole_from < since <= head.version
        changed = head.rows.all() if is_whole else head.rows.filter(version__gt=since)
        rows = list(changed.values_list("key", "row"))
        total = head.rows.exclude(row="").count()
    said = _head_of(head, gate, now=now) | {
        "since": 0 if is_whole else since,
        "total": total,
        "gone": [] if is_whole else [key for key, row in rows if not row],
    }
    if is_whole:
        said["texts"] = _texts()
    return sign(payload_of(said, [row for _key, row in rows if row]), issuing.signing_key())


@transaction.atomic
def publish(*, port: str, now: datetime) -> Manifest:
    """Compare the list with the rows as they are now, and write what differs under the next version."""
    fresh = {"published_at": now, "salt": os.urandom(SALT_BYTES), "salted_at": now}
    Manifest.objects.get_or_create(port_id=port, defaults=fresh)
    head = Manifest.objects.select_for_update().get(port=port)
    if head.version and head.published_at > now - EVERY:
        return head
    following = head.version + 1
    if not head.version or head.salted_at <= now - SALT_LASTS:
        # A list under a new salt has nothing in common with the one before.
        head.rows.all().delete()
        head.salt, head.salted_at, head.whole_from, head.version = fresh["salt"], now, head.version, following
    listed = dict(row_of(each, bytes(head.salt)) for each in _expected(port, now=now))
    if _write(head, listed, following):
        head.version = following
    head.published_at = max(now, head.published_at)
    head.save()
    return head


def _expected(port: str, *, now: datetime) -> Iterable[Listed]:
    zone = timezone.get_default_timezone()
    with connection.cursor() as cursor:
        papers = sorted(readiness.GATE_PAPERS)
        cursor.execute(EXPECTED, {"port": port, "recent": now - LOOKS_BACK, "papers": papers})
        names = [column.name for column in cursor.description or ()]
        rows = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    for row in rows:
        status = VehicleStatus(row.vehicle_status)
        days = [day for day in (row.papers_until, row.plate_expires_on) if day is not None]
        yield Listed(
            pass_id=row.pass_id,
            vin=row.vin,
            plate=row.plate_key or None,
            live=row.live,
            elsewhere=row.elsewhere,
            pass_status=PassStatus(row.pass_status),
            is_newest=row.is_newest,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            vehicle_status=status,
            mode=Mode(row.mode),
            admitted=row.admitted or (),
            exited_at=row.exited_at if status is VehicleStatus.EXITED else None,
            declaration_status=DeclarationStatus(row.declaration_status),
            declaration_on_hold=row.declaration_on_hold,
            on_hold=row.on_hold,
            documents_due=row.documents_due,
            papers_until=readiness.end_of_day(min(days), zone) if days else None,
            inspection_failed=row.last_result == InspectionStatus.NOT_SATISFACTORY,
            inspection_due=row.inspection_due,
        )


def _write(head: Manifest, listed: dict[str, str], version: int) -> int:
    """Rows that are new or changed, and those that are listed no longer; gives back how many."""
    values = {"port": head.pk, "version": version, "keys": list(listed), "rows": list(listed.values())}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO checkpoint_manifestrow AS known (manifest_id, key, version, row)
            SELECT %(port)s, told.key, %(version)s, told.row
            FROM unnest(%(keys)s::text[], %(rows)s::text[]) AS told(key, row)
            ON CONFLICT (manifest_id, key) DO UPDATE SET row = excluded.row, version = excluded.version
            WHERE known.row <> excluded.row
            """,
            values,
        )
        changed = cursor.rowcount
        cursor.execute(
            """
            UPDATE checkpoint_manifestrow AS known SET row = '', version = %(version)s
            WHERE known.manifest_id = %(port)s AND known.row <> ''
              AND NOT EXISTS (SELECT 1 FROM unnest(%(keys)s::text[]) AS told(key) WHERE told.key = known.key)
            """,
            values,
        )
        return int(changed + cursor.rowcount)


def _head_of(head: Manifest, gate: Gate, *, now: datetime) -> dict[str, Any]:
    port: Port = head.port
    lanes = Lane.objects.filter(checkpoint__port=port, is_open=True).values_list(
        "code", "checkpoint__stage", "must_see"
    )
    closures = Closure.objects.filter(port=port, starts_at__lt=now + LOOKS_AHEAD).exclude(ends_at__lte=now)
    keys = PassKey.objects.order_by("kid").values_list("kid", "public", "status")
    stages = Checkpoint.objects.filter(port=port).values_list("stage", flat=True)
    return {
        "port": port.code,
        "version": head.version,
        "issued_at": milliseconds(head.published_at),
        "served_at": milliseconds(max(now, head.published_at)),
        "salt": base64url(bytes(head.salt)),
        "keys": [
            passes.jwk(kid.to_bytes(2, "big"), bytes(public), PassKeyStatus(status)) for kid, public, status in keys
        ],
        "stages": sorted(set(stages)),
        "entry_advises": port.entry_advises,
        "plate_threshold": float(port.plate_confidence),
        "tail_is_enough": port.vin_tail_is_enough,
        "closures": [
            [milliseconds(each.starts_at), milliseconds(each.ends_at) if each.ends_at else None] for each in closures
        ],
        "ages": {
            "fresh_s": port.offline_fresh_minutes * 60,
            "officer_s": port.offline_officer_minutes * 60,
            "forget_s": port.offline_forget_minutes * 60,
        },
        "lanes": {code: {"stage": stage, "must_see": must_see} for code, stage, must_see in lanes},
        "device": {"lane": gate.lane, "attended": gate.kind != DeviceKind.LANE},
    }


def _texts() -> dict[str, Any]:
    """What officer and driver read of each reason, in four languages."""
    told: dict[str, Any] = {
        reason.value: {"driver": dict(entry.driver), "officer": {}} for reason, entry in REASONS.items()
    }
    for language in LANGUAGES:
        with translation.override("zh-hans" if language == "zh" else language):
            for reason, entry in REASONS.items():
                told[reason.value]["officer"][language] = str(entry.officer)
    return told
