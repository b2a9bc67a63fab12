"""Raw SQL for tests that go past Python: what the database itself refuses."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from declarations.lifecycle import CLOSED_VEHICLE, OUT_OF_PORT, Machine
from tests.cast import NOON

LATER = NOON.replace(hour=5)


def sql(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Run one statement; gives back its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def commit() -> None:
    """Let every deferred trigger speak, as a commit would."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def refused(words: str) -> Iterator[None]:
    """The database refuses what happens inside, at once or at the commit, with these words; nothing of it stays."""
    commit()
    with pytest.raises(IntegrityError, match=re.escape(words)), transaction.atomic():
        yield
        commit()


@contextmanager
def accepted() -> Iterator[None]:
    """The database takes what happens inside, also at the commit."""
    with transaction.atomic():
        yield
        commit()


def remember(machine: str, subject: int, from_: str, to: str, declaration: int, vehicle: int | None = None) -> None:
    """Insert a row of history by hand."""
    sql(
        """
        INSERT INTO declarations_history (at, by_label, trace_id, machine, subject_id, declaration_id, vehicle_id,
            from_status, to_status, reason, text, data)
        VALUES (%(at)s, 'by hand', '', %(machine)s, %(subject)s, %(declaration)s, %(vehicle)s, %(from_)s, %(to)s,
            'TEST', '', '{}')
        """,
        at=LATER,
        machine=machine,
        subject=subject,
        declaration=declaration,
        vehicle=vehicle,
        from_=from_,
        to=to,
    )


def force(row: Any, *steps: str) -> None:
    """Move a row by hand, history included: what only the laws themselves can still refuse."""
    vehicle = row if row.machine == Machine.VEHICLE else getattr(row, "vehicle", None)
    owners = (vehicle.declaration_id, vehicle.pk) if vehicle else (row.pk, None)
    before = row.status
    also = ""
    if row.machine == Machine.VEHICLE:
        also = ", exited_at = " + ("now()" if steps[-1] in OUT_OF_PORT else "NULL")
        also += ", live = false" if steps[-1] in CLOSED_VEHICLE else ""
    sql(
        f"UPDATE {row._meta.db_table} SET status = %(to)s, status_at = %(at)s{also} WHERE id = %(pk)s",
        to=steps[-1],
        at=LATER,
        pk=row.pk,
    )
    for step in steps:
        remember(row.machine.value, row.pk, before, step, *owners)
        before = step
