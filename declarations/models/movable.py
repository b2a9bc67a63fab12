"""`move_to`: the one place that assigns a status.

Status, history and owed work are written by one SQL statement, for one row or for many, for one step or a chain.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from declarations.lifecycle import ANNULS, CLOSED_VEHICLE, HOLDING_VIN, OUT_OF_PORT, OWES, Machine, check_moves
from declarations.models.history import By, signed, trace_id

Along = tuple[str, Mapping[str, Any]]
"""What is written in the very statement of a move: common table expressions, and the values they name."""


class StaleMove(Exception):
    """Somebody moved the row since it was read; nothing was written. The caller had not locked it."""

    code = "STALE"


class Movable(models.Model):
    """A row with a status that only `move_to` writes."""

    machine: ClassVar[Machine]
    id: int
    status: str

    status_at = models.DateTimeField(_("status since"))

    class Meta:
        abstract = True

    def begin(self, *, by: By, at: datetime, reason: str = "CREATED") -> Self:
        """Insert this new row in its first status, with the history row that every status must have."""
        begin([self], by=by, at=at, reason=reason)
        return self

    def move_to(
        self,
        *steps: str,
        by: By,
        at: datetime,
        reason: str,
        text: str = "",
        data: Mapping[str, Any] | None = None,
        admissions: Iterable[tuple[str, Any]] = (),
        along: Along | None = None,
    ) -> None:
        """Go through the steps in order; the row must be locked by this transaction.

        admissions: pairs (stage, passage id) to grant to a vehicle in the same statement.
        along: what else this statement writes, which saves a hot path the way to the database and back.
        Raises: MoveNotAllowed, StaleMove; IntegrityError where the database knows a law that would break.
        """
        move([self], *steps, by=by, at=at, reason=reason, text=text, data=data, admissions=admissions, along=along)


def begin(rows: Sequence[Movable], *, by: By, at: datetime, reason: str = "CREATED") -> None:
    """Insert new rows of one machine in their first status, with their history."""
    if not rows:
        return
    model = type(rows[0])
    for row in rows:
        check_moves(row.machine, "", row.status)
        row.status_at = at
    model._default_manager.bulk_create(rows)
    by_id, by_label = signed(by)
    machine = rows[0].machine
    promises = OWES.get((machine, rows[0].status), ())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH moved AS (
                INSERT INTO declarations_history (at, by_id, by_label, trace_id, machine, subject_id, declaration_id,
                    vehicle_id, from_status, to_status, reason, text, data)
                SELECT %(at)s::timestamptz, %(by_id)s::int, %(by_label)s::text, %(trace_id)s::text, %(machine)s::text,
                    t.id, {OWNERS[machine]}, '', %(status)s::text, %(reason)s::text, '', '{{}}'::jsonb
                FROM {model._meta.db_table} t WHERE t.id = ANY (%(ids)s::bigint[]) ORDER BY t.id
                RETURNING declaration_id AS declaration
            ) {OWE.format(kinds=_array(promises)) if promises else ""}
            SELECT count(*) FROM moved
            """,
            {
                "at": at,
                "by_id": by_id,
                "by_label": by_label,
                "trace_id": trace_id(),
                "machine": machine.value,
                "status": rows[0].status,
                "reason": reason,
                "ids": [row.pk for row in rows],
            },
        )


def move(
    rows: Sequence[Movable],
    *steps: str,
    by: By,
    at: datetime,
    reason: str,
    text: str = "",
    data: Mapping[str, Any] | None = None,
    admissions: Iterable[tuple[str, Any]] = (),
    along: Along | None = None,
) -> None:
    """Move rows of one machine through the same steps in one statement.

    Raises: MoveNotAllowed, StaleMove; IntegrityError where the database knows a law that would break.
    """
    if not rows:
        return
    machine, table, to = rows[0].machine, rows[0]._meta.db_table, steps[-1]
    for row in rows:
        check_moves(machine, row.status, *steps)
    if machine is Machine.DECLARATION and to in HOLDING_VIN:
        _queue_for_vins([row.pk for row in rows if row.status not in HOLDING_VIN])
    by_id, by_label = signed(by)
    values: dict[str, Any] = {
        "to": to,
        "at": at,
        "ids": [row.pk for row in rows],
        "froms": [row.status for row in rows],
        "by_id": by_id,
        "by_label": by_label,
        "trace_id": trace_id(),
        "machine": machine.value,
        "reason": reason,
        "text": text,
        "data": json.dumps(data or {}, default=str),
    }
    # Words of our own tables, check_moves saw to that: they stand in the statement, not beside it.
    chain, also = _array(steps), ALSO.get(machine, "")
    if promises := [kind for step in steps for kind in OWES.get((machine, step), ())]:
        also += OWE.format(kinds=_array(promises))
    if annulled := [stage for step in steps for stage in ANNULS.get((machine, step), ())]:
        also += ANNUL.format(stages=_array(annulled))
    if granted := list(admissions):
        values["stages"], values["passages"] = map(list, zip(*granted, strict=True))
        also += ADMIT
    if along:
        also += f", {along[0]}"
        values = {**along[1], **values}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH moved AS (
                UPDATE {table} AS t SET status = %(to)s::text, status_at = %(at)s::timestamptz {SET.get(machine, "")}
                FROM unnest(%(ids)s::bigint[], %(froms)s::text[]) AS asked(id, from_status)
                WHERE t.id = asked.id AND t.status = asked.from_status
                RETURNING t.id, asked.from_status, {OWNERS[machine]}
            ), remembered AS (
                INSERT INTO declarations_history (at, by_id, by_label, trace_id, machine, subject_id, declaration_id,
                    vehicle_id, from_status, to_status, reason, text, data)
                SELECT %(at)s::timestamptz, %(by_id)s::int, %(by_label)s::text, %(trace_id)s::text,
                    %(machine)s::text, moved.id, moved.declaration, moved.vehicle,
                    COALESCE(({chain})[step.n - 1], moved.from_status), step.to_,
                    %(reason)s::text, %(text)s::text, %(data)s::jsonb
                FROM moved, unnest({chain}) WITH ORDINALITY AS step(to_, n) ORDER BY moved.id, step.n
            ) {also}
            SELECT count(*) FROM moved
            """,
            values,
        )
        (moved,) = cursor.fetchone() or (0,)
    if moved != len(rows):
        raise StaleMove(
            f"{len(rows) - moved} of {len(rows)} rows of {table} were no longer in the status that was read"
        )
    for row in rows:
        row.status, row.status_at = to, at


def _array(words: Iterable[str]) -> str:
    return "'{" + ",".join(words) + "}'::text[]"


def _queue_for_vins(declaration_ids: list[int]) -> None:
    """Wait for whoever is taking one of the same VINs, always in the same order, until this transaction ends.

    The unique index alone would let two declarations with the same VINs in another order wait for each other for ever.
    """
    if not declaration_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pg_advisory_xact_lock(queue.key) FROM (
                SELECT DISTINCT hashtextextended(vin, 0) AS key FROM declarations_vehicle
                WHERE declaration_id = ANY (%s) ORDER BY key) AS queue
            """,
            [declaration_ids],
        )


_OF_VEHICLE = (
    "(SELECT v.declaration_id FROM declarations_vehicle v WHERE v.id = t.vehicle_id) AS declaration, "
    "t.vehicle_id AS vehicle"
)
OWNERS: dict[Machine, str] = {
    Machine.DECLARATION: "t.id AS declaration, NULL::bigint AS vehicle",
    Machine.VEHICLE: "t.declaration_id AS declaration, t.id AS vehicle",
    Machine.PASS: _OF_VEHICLE,
    Machine.INSPECTION: _OF_VEHICLE,
}
"""The declaration and the vehicle that a history row names beside its subject."""

# A vehicle holds its VIN while it is open and its declaration is with customs (law 4). Readiness is no longer true
# after a move: actions compute it anew, a scan leaves that to whoever looks. A declaration's move changes what its
# vehicles hold.
HOLDING = _array(sorted(HOLDING_VIN))
CLOSED = _array(sorted(CLOSED_VEHICLE))
OUT = _array(sorted(OUT_OF_PORT))

SET: dict[Machine, str] = {
    Machine.VEHICLE: f""",
        live = %(to)s::text <> ALL ({CLOSED}) AND (
            SELECT d.status = ANY ({HOLDING})
            FROM declarations_declaration d WHERE d.id = t.declaration_id),
        exited_at = CASE WHEN %(to)s::text = 'EXITED' THEN %(at)s::timestamptz
            WHEN %(to)s::text = ANY ({OUT}) THEN COALESCE(t.exited_at, %(at)s::timestamptz) END,
        ready = false, ready_until = NULL, not_ready_because = '[]'""",
}

ALSO: dict[Machine, str] = {
    Machine.DECLARATION: f""", holding AS (
        UPDATE declarations_vehicle v
        SET live = %(to)s::text = ANY ({HOLDING})
            AND v.status <> ALL ({CLOSED})
        FROM moved WHERE v.declaration_id = moved.id AND v.live IS DISTINCT FROM (
            %(to)s::text = ANY ({HOLDING})
            AND v.status <> ALL ({CLOSED}))
    )""",
}

OWE = """, owed AS (
    INSERT INTO declarations_outboxtask (kind, subject, trace_id, created_at, due_at, attempts, error)
    SELECT DISTINCT task.kind, moved.declaration, %(trace_id)s::text, %(at)s::timestamptz, %(at)s::timestamptz, 0, ''
    FROM moved, unnest({kinds}) AS task(kind)
)"""

# The ids stand here once more, so that the rows are found by their vehicle whatever the planner thinks of `moved`.
ANNUL = """, annulled AS (
    UPDATE declarations_admission a
    SET annulled_at = %(at)s::timestamptz, annulled_by_id = %(by_id)s::int, annul_reason = %(reason)s::text
    FROM moved
    WHERE a.vehicle_id = ANY (%(ids)s::bigint[]) AND a.vehicle_id = moved.id AND a.annulled_at IS NULL
      AND a.stage = ANY ({stages})
)"""

ADMIT = """, admitted AS (
    INSERT INTO declarations_admission (vehicle_id, stage, passage_id, at, annul_reason)
    SELECT moved.id, granted.stage, granted.passage, %(at)s::timestamptz, ''
    FROM moved, unnest(%(stages)s::text[], %(passages)s::uuid[]) AS granted(stage, passage)
)"""
