"""The laws again, in the database's own words, so that raw SQL cannot break them either.

Each trigger names its law (DOMAIN section 4). They raise check_violation, which Django shows as IntegrityError.
"""

from typing import Any

import pgtrigger
from pgtrigger.compiler import Trigger as Compiled
from pgtrigger.compiler import UpsertTriggerSql

from declarations.lifecycle import MOVES, Machine


class LawSql(UpsertTriggerSql):
    """A trigger as it is written into the database, bare of the switch by which a session could set it aside."""

    def get_template(self) -> str:
        """The statements; migrations hold their values."""
        return """
            CREATE OR REPLACE FUNCTION {pgid}() RETURNS TRIGGER AS $$ BEGIN {func} END; $$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid} {when} {operation} ON {table} {timing}
                FOR EACH {level} {condition} EXECUTE FUNCTION {execute};
            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class Law(pgtrigger.Trigger):
    """A trigger that nobody can ignore: `pgtrigger.ignore` and its setting have no hold on it."""

    def compile(self, model: Any) -> Compiled:
        """The trigger as migrations keep it."""
        compiled = super().compile(model)
        return Compiled(name=compiled.name, sql=LawSql(**compiled.sql.kwargs))


def refuse(condition: str, message: str) -> str:
    """PL/pgSQL that refuses the row when the condition holds."""
    return f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"


NEVER = "RAISE EXCEPTION 'rows of % never change or vanish', TG_TABLE_NAME USING ERRCODE = 'check_violation';"

# The suite empties tables between tests; only its settings set this, and a test proves that nobody else does.
UNLESS_TESTS_EMPTY_TABLES = "IF current_setting('silkgate.allow_truncate', true) = 'on' THEN RETURN NULL; END IF; "


def append_only(name: str) -> list[Law]:
    """Law 7: rows never change or vanish, TRUNCATE included."""
    return [
        Law(
            name=f"{name}_append_only",
            operation=pgtrigger.Update | pgtrigger.Delete,
            when=pgtrigger.Before,
            func=NEVER,
        ),
        Law(
            name=f"{name}_no_truncate",
            operation=pgtrigger.Truncate,
            when=pgtrigger.Before,
            level=pgtrigger.Statement,
            func=UNLESS_TESTS_EMPTY_TABLES + NEVER,
        ),
    ]


LEGAL_MOVES = ",".join(
    sorted(f"{machine}:{from_}:{to}" for machine, table in MOVES.items() for from_, tos in table.items() for to in tos)
)
LEGAL = refuse(
    f"concat_ws(':', NEW.machine, NEW.from_status, NEW.to_status) <> ALL ('{{{LEGAL_MOVES}}}')",
    "no such move",
)

CHAIN = """
IF NEW.from_status <> COALESCE(
    (SELECT h.to_status FROM declarations_history h
     WHERE h.machine = NEW.machine AND h.subject_id = NEW.subject_id AND h.id < NEW.id
     ORDER BY h.id DESC LIMIT 1), '')
THEN
    RAISE EXCEPTION 'history of % %: % does not follow what was there', NEW.machine, NEW.subject_id, NEW.from_status
    USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""


def status_has_history(table: str, machine: str) -> Law:
    """A status nobody wrote history for cannot be committed."""
    return Law(
        name=f"{machine}_status_has_history",
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("status"),
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        func=f"""
        IF EXISTS (SELECT 1 FROM {table} t WHERE t.id = NEW.id AND t.status IS DISTINCT FROM
            (SELECT h.to_status FROM declarations_history h
             WHERE h.machine = '{machine}' AND h.subject_id = NEW.id ORDER BY h.id DESC LIMIT 1))
        THEN
            RAISE EXCEPTION '{machine} % has a status without history', NEW.id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
        """,
    )


def begins_at_the_beginning(machine: Machine) -> Law:
    """A new row stands in its first status; all laws of moves would be void if it could be inserted further on."""
    first = ",".join(sorted(MOVES[machine][""]))
    return Law(
        name=f"{machine.value}_first_status",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        func=refuse(f"NEW.status <> ALL ('{{{first}}}')", "a new row has to begin at the beginning"),
    )


NO_LIVE_ADMISSION_AHEAD = """
IF EXISTS (
    SELECT 1 FROM declarations_admission a JOIN declarations_vehicle v ON v.id = a.vehicle_id
    WHERE a.vehicle_id = NEW.id AND a.annulled_at IS NULL AND (
        (v.status = 'DECLARED')
        OR (v.status IN ('PRESENTED', 'REFERRED', 'DETAINED') AND a.stage IN ('RELEASE', 'EXIT'))
        OR (v.status = 'RELEASED' AND a.stage = 'EXIT')))
THEN
    RAISE EXCEPTION 'law 2: a stage to be passed again has a live admission' USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""

LAW_1 = refuse(
    "NEW.being_assessed "
    "OR (SELECT d.status FROM declarations_declaration d WHERE d.id = NEW.declaration_id) <> 'RELEASED'",
    "law 1: the declaration is not RELEASED, or the vehicle is being assessed again",
)

OVERRIDDEN_STAGE = (
    "((o.stage = 'RELEASE' AND OLD.status <> 'RELEASED') OR (o.stage = 'EXIT' AND NEW.status = 'EXITED'))"
)

LAW_3_VEHICLE = f"""
IF EXISTS (SELECT 1 FROM declarations_hold h WHERE h.lifted_at IS NULL
           AND h.declaration_id = NEW.declaration_id AND h.vehicle_id IS NULL)
   OR EXISTS (SELECT 1 FROM declarations_hold h WHERE h.lifted_at IS NULL AND h.vehicle_id = NEW.id
              AND NOT EXISTS (SELECT 1 FROM declarations_override o WHERE o.vehicle_id = NEW.id
                  AND h.id = ANY (o.hold_ids) AND o.granted_at IS NOT NULL AND o.expires_at > NEW.status_at
                  AND (o.used_at IS NULL OR o.used_at = NEW.status_at)
                  AND {OVERRIDDEN_STAGE}))
   OR EXISTS (SELECT 1 FROM declarations_documentcheck c WHERE c.vehicle_id = NEW.id AND c.status IN ('OPEN', 'REFUSED')
              AND NOT EXISTS (SELECT 1 FROM declarations_override o WHERE o.vehicle_id = NEW.id
                  AND c.id = ANY (o.check_ids) AND o.granted_at IS NOT NULL AND o.expires_at > NEW.status_at
                  AND (o.used_at IS NULL OR o.used_at = NEW.status_at)
                  AND {OVERRIDDEN_STAGE}))
   OR EXISTS (SELECT 1 FROM declarations_inspection i WHERE i.vehicle_id = NEW.id
              AND i.status IN ('ORDERED', 'IN_PROGRESS'))
   OR (SELECT i.status FROM declarations_inspection i WHERE i.vehicle_id = NEW.id
       AND i.status IN ('SATISFACTORY', 'NOT_SATISFACTORY')
       ORDER BY i.closed_at DESC, i.id DESC LIMIT 1) = 'NOT_SATISFACTORY'
THEN
    RAISE EXCEPTION 'law 3: the vehicle has an open control' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""

LAW_3_DECLARATION = refuse(
    "EXISTS (SELECT 1 FROM declarations_hold h WHERE h.declaration_id = NEW.id AND h.vehicle_id IS NULL "
    "AND h.lifted_at IS NULL)",
    "law 3: a hold stands on the declaration",
)

LAW_6 = """
IF EXISTS (SELECT 1 FROM declarations_declaration d WHERE d.id = {declaration} AND d.status = 'COMPLETED') AND (
    EXISTS (SELECT 1 FROM declarations_vehicle v WHERE v.declaration_id = {declaration}
            AND v.status NOT IN ('EXITED', 'HANDED_OVER', 'RETURNED', 'WITHDRAWN'))
    OR NOT EXISTS (SELECT 1 FROM declarations_vehicle v WHERE v.declaration_id = {declaration}
                   AND v.status <> 'WITHDRAWN'))
THEN
    RAISE EXCEPTION 'law 6: completed with an open vehicle' USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""
