"""What must hold after every fault, whatever was killed; each sentence counts what breaks it."""

from collections.abc import Sequence

from django.db import connection

from declarations.lifecycle import Owed

KINDS = [kind.value for kind in (Owed.ASSESS, Owed.ASSESS_AMENDED, Owed.COMPLETE, Owed.PRINT, Owed.REFRESH, Owed.TELL)]
"""Work whose subject is a declaration; the numbers of other subjects may be the same."""

CHECKS = {
    "were lodged and are still undecided": """
        SELECT count(*) FROM declarations_declaration WHERE id = ANY (%(ids)s) AND status = 'LODGED'""",
    "were lodged, and their row says otherwise": """
        SELECT count(*) FROM declarations_declaration WHERE id = ANY (%(ids)s) AND status IN ('DRAFT', 'CANCELLED')""",
    "left LODGED more than once": """
        SELECT count(*) FROM (
            SELECT 1 FROM declarations_history
            WHERE machine = 'declaration' AND subject_id = ANY (%(ids)s) AND from_status = 'LODGED'
            GROUP BY subject_id HAVING count(*) > 1) AS twice""",
    "were accepted more than once": """
        SELECT count(*) FROM (
            SELECT 1 FROM declarations_history
            WHERE declaration_id = ANY (%(ids)s) AND machine = 'note' AND reason = 'ACCEPTED'
            GROUP BY declaration_id HAVING count(*) > 1) AS twice""",
    "have a vehicle without exactly one pass": """
        SELECT count(*) FROM (
            SELECT 1 FROM declarations_vehicle v JOIN declarations_declaration d ON d.id = v.declaration_id
            LEFT JOIN declarations_pass p ON p.vehicle_id = v.id
            WHERE d.id = ANY (%(ids)s) AND d.status = 'RELEASED'
            GROUP BY v.id HAVING count(p.id) <> 1) AS odd""",
    "are owed work that is not done": """
        SELECT count(*) FROM declarations_outboxtask
        WHERE subject = ANY (%(ids)s) AND kind = ANY (%(kinds)s) AND done_at IS NULL""",
    "were owed the same work twice": """
        SELECT count(*) FROM (
            SELECT 1 FROM declarations_outboxtask WHERE subject = ANY (%(ids)s) AND kind IN ('assess', 'complete')
            GROUP BY subject, kind HAVING count(*) > 1) AS twice""",
    "have a broken chain of moves": """
        SELECT count(*) FROM (
            SELECT from_status, lag(to_status, 1, '') OVER (PARTITION BY machine, subject_id ORDER BY id) AS before
            FROM declarations_history WHERE declaration_id = ANY (%(ids)s) AND machine <> 'note') AS moves
        WHERE from_status <> before""",
}


def broken(ids: Sequence[int]) -> list[str]:
    """Sentences about these declarations that should not be true; empty when all is well."""
    found = []
    with connection.cursor() as cursor:
        for sentence, sql in CHECKS.items():
            cursor.execute(sql, {"ids": list(ids), "kinds": KINDS})
            (count,) = cursor.fetchone()
            if count:
                found.append(f"{count} {sentence}")
    return found


def undecided(ids: Sequence[int]) -> int:
    """How many of these declarations wait for a decision, or for work that follows from it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM declarations_declaration d
            WHERE d.id = ANY (%(ids)s) AND (d.status = 'LODGED' OR EXISTS (
                SELECT 1 FROM declarations_outboxtask o
                WHERE o.subject = d.id AND o.kind = ANY (%(kinds)s) AND o.done_at IS NULL))""",
            {"ids": list(ids), "kinds": KINDS},
        )
        return int(cursor.fetchone()[0])


def retried(ids: Sequence[int]) -> int:
    """How many pieces of work had to be begun again: proof that the fault met work in progress."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM declarations_outboxtask WHERE subject = ANY (%(ids)s) AND attempts > 1",
            {"ids": list(ids)},
        )
        return int(cursor.fetchone()[0])


def decided(ids: Sequence[int]) -> int:
    """How many of these declarations were decided."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM declarations_history WHERE machine = 'declaration' AND from_status = 'LODGED' "
            "AND subject_id = ANY (%(ids)s)",
            {"ids": list(ids)},
        )
        return int(cursor.fetchone()[0])
