"""The nine laws of DOMAIN section 4 as questions to the rows. Each gives back what breaks it: nothing, if all is well.

Written from the page and not from the code, so that both can be held against each other.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.raw import commit, sql

STATE: dict[str, str] = {
    "law 2, two live admissions of one stage": """
        SELECT vehicle_id, stage FROM declarations_admission WHERE annulled_at IS NULL
        GROUP BY vehicle_id, stage HAVING count(*) > 1""",
    "law 2, an admission lives beyond where the vehicle stands": """
        SELECT v.id, v.status, a.stage FROM declarations_vehicle v JOIN declarations_admission a ON a.vehicle_id = v.id
        WHERE a.annulled_at IS NULL AND (v.status = 'DECLARED'
            OR (v.status IN ('PRESENTED', 'REFERRED', 'DETAINED') AND a.stage <> 'ENTRY')
            OR (v.status = 'RELEASED' AND a.stage = 'EXIT'))""",
    "law 2, a vehicle stands where no admission led it": """
        SELECT v.id, v.status, wanted.stage FROM declarations_vehicle v
        JOIN declarations_declaration d ON d.id = v.declaration_id
        JOIN (VALUES ('PRESENTED', 'ENTRY'), ('REFERRED', 'ENTRY'), ('DETAINED', 'ENTRY'), ('RELEASED', 'ENTRY'),
            ('RELEASED', 'RELEASE'), ('EXITED', 'ENTRY'), ('EXITED', 'RELEASE'), ('EXITED', 'EXIT'))
            AS wanted(status, stage) ON wanted.status = v.status
        WHERE (wanted.stage = 'EXIT' OR EXISTS (
                SELECT 1 FROM checkpoint_checkpoint c WHERE c.port_id = d.port_id AND c.stage = wanted.stage))
          AND NOT EXISTS (SELECT 1 FROM declarations_admission a
                WHERE a.vehicle_id = v.id AND a.stage = wanted.stage AND a.annulled_at IS NULL)""",
    "law 3, a declaration is released under a hold": """
        SELECT d.reference FROM declarations_declaration d JOIN declarations_hold h ON h.declaration_id = d.id
        WHERE d.status = 'RELEASED' AND h.vehicle_id IS NULL AND h.lifted_at IS NULL""",
    "law 3, a vehicle past the gate has an inspection open or failed": """
        SELECT v.id, v.status FROM declarations_vehicle v WHERE v.status = 'RELEASED' AND (
            EXISTS (SELECT 1 FROM declarations_inspection i
                WHERE i.vehicle_id = v.id AND i.status IN ('ORDERED', 'IN_PROGRESS'))
            OR 'NOT_SATISFACTORY' = (SELECT i.status FROM declarations_inspection i
                WHERE i.vehicle_id = v.id AND i.status IN ('SATISFACTORY', 'NOT_SATISFACTORY')
                ORDER BY i.closed_at DESC, i.id DESC LIMIT 1))""",
    "law 3, a failure without the order that must follow": """
        SELECT i.id FROM declarations_inspection i WHERE i.status = 'NOT_SATISFACTORY'
        AND NOT EXISTS (SELECT 1 FROM declarations_inspection n WHERE n.follows_id = i.id)""",
    "law 4, a VIN is live twice": """
        SELECT upper(btrim(vin)) FROM declarations_vehicle WHERE live GROUP BY 1 HAVING count(*) > 1""",
    "law 4, live is not what statuses say": """
        SELECT v.id, v.status, d.status, v.live FROM declarations_vehicle v
        JOIN declarations_declaration d ON d.id = v.declaration_id
        WHERE v.live <> (d.status IN ('LODGED', 'UNDER_CONTROL', 'DOCUMENTS_REQUIRED', 'RELEASED')
            AND v.status NOT IN ('EXITED', 'HANDED_OVER', 'RETURNED', 'WITHDRAWN'))""",
    "law 5, two issued passes": """
        SELECT vehicle_id FROM declarations_pass WHERE status = 'ISSUED' GROUP BY vehicle_id HAVING count(*) > 1""",
    "law 5, an open vehicle of a released declaration has no pass": """
        SELECT v.id, v.status FROM declarations_vehicle v JOIN declarations_declaration d ON d.id = v.declaration_id
        WHERE d.status = 'RELEASED' AND NOT v.being_assessed
          AND v.status NOT IN ('EXITED', 'HANDED_OVER', 'RETURNED', 'WITHDRAWN')
          AND NOT EXISTS (SELECT 1 FROM declarations_pass p
                WHERE p.vehicle_id = v.id AND p.status = 'ISSUED' AND p.vin = v.vin AND p.port_id = d.port_id)""",
    "law 5, the newest pass alone counts": """
        SELECT p.id FROM declarations_pass p JOIN declarations_pass n ON n.vehicle_id = p.vehicle_id
        WHERE p.status = 'ISSUED' AND n.version > p.version""",
    "law 5, an exited vehicle kept its pass": """
        SELECT v.id FROM declarations_vehicle v JOIN declarations_pass p ON p.vehicle_id = v.id
        WHERE v.status = 'EXITED' AND p.status = 'ISSUED'""",
    "law 5, an ended declaration kept a pass": """
        SELECT p.id, d.status FROM declarations_pass p JOIN declarations_vehicle v ON v.id = p.vehicle_id
        JOIN declarations_declaration d ON d.id = v.declaration_id
        WHERE p.status = 'ISSUED' AND d.status IN ('CANCELLED', 'EXPIRED', 'REFUSED')""",
    "law 6, completed with an open vehicle or with none that went": """
        SELECT d.reference FROM declarations_declaration d WHERE d.status = 'COMPLETED' AND (
            EXISTS (SELECT 1 FROM declarations_vehicle v WHERE v.declaration_id = d.id
                AND v.status NOT IN ('EXITED', 'HANDED_OVER', 'RETURNED', 'WITHDRAWN'))
            OR NOT EXISTS (SELECT 1 FROM declarations_vehicle v WHERE v.declaration_id = d.id
                AND v.status <> 'WITHDRAWN'))""",
    "law 6, a vehicle waits beneath a declaration that has ended": """
        SELECT v.id, v.status, d.status FROM declarations_vehicle v
        JOIN declarations_declaration d ON d.id = v.declaration_id
        WHERE d.status IN ('CANCELLED', 'EXPIRED') AND v.status NOT IN ('EXITED', 'RETURNED', 'WITHDRAWN')""",
    "law 7, a passage without its answer": """
        SELECT k.passage_id FROM checkpoint_scankey k
        WHERE NOT EXISTS (SELECT 1 FROM checkpoint_passage p WHERE p.id = k.passage_id)""",
    "law 8, a doubt or a refusal that admits": """
        SELECT p.id, p.reason FROM checkpoint_passage p WHERE (p.verdict = 'ADMIT') <> (p.reason = 'OK')
            OR (p.reason = 'TIMED_OUT' AND p.verdict <> 'MANUAL')""",
    "a draft or a rejected declaration has a vehicle in the port": """
        SELECT v.id, v.status FROM declarations_vehicle v JOIN declarations_declaration d ON d.id = v.declaration_id
        WHERE d.status IN ('DRAFT', 'LODGED', 'REJECTED') AND v.status NOT IN ('DECLARED', 'WITHDRAWN')""",
}

ALL_STATES = " UNION ALL ".join(
    f"SELECT '{law}', (SELECT json_agg(x)::text FROM ({question}) AS x)" for law, question in STATE.items()
)

FORWARD = """
    SELECT h.vehicle_id, v.status, d.status, v.status_at, h.from_status,
        (SELECT array_agg(x.id) FROM declarations_hold x WHERE x.vehicle_id = v.id AND x.lifted_at IS NULL),
        EXISTS (SELECT 1 FROM declarations_hold x
            WHERE x.declaration_id = d.id AND x.vehicle_id IS NULL AND x.lifted_at IS NULL),
        (SELECT array_agg(c.id) FROM declarations_documentcheck c
            WHERE c.vehicle_id = v.id AND c.status IN ('OPEN', 'REFUSED')),
        EXISTS (SELECT 1 FROM declarations_inspection i
            WHERE i.vehicle_id = v.id AND i.status IN ('ORDERED', 'IN_PROGRESS')),
        (SELECT i.status FROM declarations_inspection i
            WHERE i.vehicle_id = v.id AND i.status IN ('SATISFACTORY', 'NOT_SATISFACTORY')
            ORDER BY i.closed_at DESC, i.id DESC LIMIT 1)
    FROM declarations_history h JOIN declarations_vehicle v ON v.id = h.vehicle_id
    JOIN declarations_declaration d ON d.id = v.declaration_id
    WHERE h.id > %(since)s AND h.machine = 'vehicle'
      AND h.to_status = v.status AND v.status IN ('RELEASED', 'EXITED')"""

OVERRIDES = """
    SELECT o.stage, o.hold_ids, o.check_ids, o.asked_by_id, o.granted_by_id, o.granted_at, o.expires_at, o.used_at
    FROM declarations_override o WHERE o.vehicle_id = %(vehicle)s AND o.used_at = %(at)s"""

MEMORY = """
    SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM declarations_history t WHERE id <= %(last)s"""
PASSAGES = "SELECT id, md5(t::text) FROM checkpoint_passage t"


@dataclass
class LawBook:
    """Asked after every step; remembers what must stay and from where on moves are new."""

    last: int = 0
    memory: Any = None
    passages: dict[Any, str] = field(default_factory=dict)

    def broken(self) -> list[str]:
        """Every law that the rows break now, or that the moves since the last question broke."""
        commit()
        found = [f"{law}: {rows}" for law, rows in sql(ALL_STATES) if rows]
        found += self._moved()
        found += self._forgotten()
        return found

    def _moved(self) -> list[str]:
        found = []
        for row in sql(FORWARD, since=self.last):
            vehicle, status, declaration, at, from_, holds, held, checks, due, result = row
            used = [each for each in sql(OVERRIDES, vehicle=vehicle, at=at) if _stage_fits(each[0], status, from_)]
            for _stage, _holds, _checks, asked_by, granted_by, granted_at, expires_at, used_at in used:
                if asked_by == granted_by or not granted_at <= used_at < expires_at <= granted_at + HALF_AN_HOUR:
                    found.append(f"law 3, an override that is none: {vehicle}")
            named_holds = {pk for each in used for pk in each[1]}
            named_checks = {pk for each in used for pk in each[2]}
            if status == "RELEASED" and declaration != "RELEASED":
                found.append(f"law 1: {vehicle} released beneath {declaration}")
            if held or set(holds or ()) - named_holds:
                found.append(f"law 3: {vehicle} {status} under a hold")
            if set(checks or ()) - named_checks:
                found.append(f"law 3: {vehicle} {status} with an open document check")
            if due or result == "NOT_SATISFACTORY":
                found.append(f"law 3: {vehicle} {status} with its inspection {result or 'due'}")
        return found

    def _forgotten(self) -> list[str]:
        found = []
        if self.memory is not None and sql(MEMORY, last=self.last) != self.memory:
            found.append("law 7: history changed or vanished")
        now: dict[Any, str] = dict(sql(PASSAGES))  # type: ignore[arg-type]
        if any(now.get(pk) != text for pk, text in self.passages.items()):
            found.append("law 7: a passage changed or vanished")
        self.passages = now
        ((self.last,),) = sql("SELECT coalesce(max(id), 0) FROM declarations_history")
        self.memory = sql(MEMORY, last=self.last)
        return found


HALF_AN_HOUR = timedelta(minutes=30)


def _stage_fits(stage: str, status: str, from_: str) -> bool:
    """An override opens its own stage, and at a port without EXIT also the exit of the same passage."""
    return stage == "RELEASE" or (stage == "EXIT" and status == "EXITED" and from_ == "RELEASED")
