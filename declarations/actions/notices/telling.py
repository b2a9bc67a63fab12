"""What happened to a declaration becomes notices: from its history, from readiness, from closures of its port."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, Min, OuterRef, Q

from declarations import notices, timeline
from declarations.actions.notices.record import Draft, write
from declarations.lifecycle import (
    AT_PORT,
    CLOSED_VEHICLE,
    HOLDING_VIN,
    TOLD_NOTES,
    DeclarationStatus,
    Machine,
    VehicleStatus,
)
from declarations.models import (
    NOTE,
    Closure,
    Declaration,
    DocumentRequest,
    History,
    HistoryTold,
    Hold,
    Inspection,
    Notice,
    ReadinessTold,
    Vehicle,
)
from declarations.notices import EACH_VEHICLE, Audience, Kind

JUST_TOLD = timedelta(hours=1)
"""So long a notice stands for the reason that it told of."""

REOPENED = timedelta(days=1)
"""So long after its end a closure is told to be over."""

TOLD_MOVES = (
    Q(machine=Machine.VEHICLE, to_status__in=[VehicleStatus.EXITED, VehicleStatus.RETURNED])
    | Q(machine=Machine.INSPECTION)
    | Q(machine=NOTE, reason__in=TOLD_NOTES)
    | Q(data__verdict__in=sorted(notices.REFERS))
    | Q(
        machine=Machine.DECLARATION,
        to_status__in=[DeclarationStatus.REJECTED, DeclarationStatus.REFUSED, DeclarationStatus.DOCUMENTS_REQUIRED],
    )
)


@transaction.atomic
def tell(*, declaration_id: int, now: datetime) -> list[Notice]:
    """Tell everybody concerned what they do not know yet; called again it tells nothing twice."""
    queue_up(declaration_id)
    declaration = Declaration.objects.filter(pk=declaration_id).first()
    if declaration is None:
        return []
    vehicles = list(Vehicle.objects.filter(declaration=declaration).order_by("position", "pk"))
    told = write(_of_history(declaration, vehicles, now=now), declaration=declaration, now=now)
    told += write(_of_closures(declaration, vehicles, now=now), declaration=declaration, now=now)
    return told + write(_of_readiness(declaration, vehicles, now=now), declaration=declaration, now=now)


def queue_up(declaration_id: int) -> None:
    """Wait for whoever tells of the same declaration until his transaction ends; scans do not wait for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"notices {declaration_id}"])


# from history


def _of_history(declaration: Declaration, vehicles: list[Vehicle], *, now: datetime) -> list[Draft]:
    told = HistoryTold.objects.filter(history_id=OuterRef("pk"))
    rows = list(History.objects.filter(TOLD_MOVES, ~Exists(told), declaration=declaration).order_by("id").defer("text"))
    known = {vehicle.pk: vehicle for vehicle in vehicles}
    went = _left_port(declaration) if any(_is_of_inspection(row) for row in rows) else {}
    groups: dict[tuple[Any, ...], list[tuple[History, dict[str, Any]]]] = defaultdict(list)
    done = []
    values_of = _Values(declaration, rows)
    for row in rows:
        vehicle = known.get(row.vehicle_id or 0)
        if row.vehicle_id and vehicle is None:  # set aside: its new draft has a history of its own
            done.append(row)
            continue
        status = vehicle.status if vehicle else ""
        may_tell = timeline.inspection_is_told(at=row.at, status=status, left_port_at=went.get(row.vehicle_id))
        essentials = notices.Row(row.machine, row.to_status, row.reason, row.data, status, may_tell)
        if not notices.is_due(essentials):
            continue
        done.append(row)
        for kind, audience in notices.told_of(essentials):
            values = values_of(kind, row, may_tell=may_tell)
            at = row.data.get("passage") or row.at
            groups[kind, audience, at, repr(sorted(values.items()))].append((row, values))
    HistoryTold.objects.bulk_create(HistoryTold(history_id=row.pk, at=now) for row in done)
    coming = [vehicle for vehicle in vehicles if vehicle.status not in CLOSED_VEHICLE]
    return [draft for key, group in groups.items() for draft in _drafts(key[0], key[1], group, coming)]


def _drafts(
    kind: Kind, audience: Audience, group: list[tuple[History, dict[str, Any]]], coming: list[Vehicle]
) -> Iterator[Draft]:
    """One notice, or one for each vehicle; what names none concerns all that are still to come."""
    named = list(dict.fromkeys(row.vehicle_id for row, _values in group if row.vehicle_id))
    first, values = group[0]
    if audience not in EACH_VEHICLE:
        yield Draft(kind, audience, f"history:{first.pk}", tuple(named), values)
        return
    if not named and kind is Kind.HOLD_PLACED:
        for vehicle in coming:
            own = Kind.HOLD_AT_PORT if vehicle.status in AT_PORT else kind
            yield Draft(own, audience, f"history:{first.pk}:{vehicle.pk}", (vehicle.pk,), values)
        return
    for pk in named or [vehicle.pk for vehicle in coming]:
        yield Draft(kind, audience, f"history:{first.pk}:{pk}", (pk,), values)


def _is_of_inspection(row: History) -> bool:
    return row.machine == Machine.INSPECTION or row.reason in timeline.OF_INSPECTIONS


def _left_port(declaration: Declaration) -> dict[int | None, datetime | None]:
    """When each vehicle last went out of the port again without its exit."""
    back = Q(from_status__in=AT_PORT, to_status__in=[VehicleStatus.DECLARED, VehicleStatus.WITHDRAWN])
    rows = History.objects.filter(back, declaration=declaration, machine=Machine.VEHICLE).order_by()
    return dict(rows.values("vehicle").annotate(left_at=Max("at")).values_list("vehicle", "left_at"))


class _Values:
    """What the notices of some history rows quote, looked up once."""

    def __init__(self, declaration: Declaration, rows: list[History]) -> None:
        held = [row.data["hold"] for row in rows if row.reason == "HOLD_PLACED" and "hold" in row.data]
        holds = Hold.objects.filter(public_id__in=held).only("public_id", "reason_id", "public_text")
        self.holds = {str(hold.public_id): hold for hold in holds}
        examined = [row.subject_id for row in rows if row.machine == Machine.INSPECTION]
        results = Inspection.objects.filter(pk__in=examined).values_list("pk", "next", "finding_codes")
        self.results = {pk: {"next": then, **({"found": found} if found else {})} for pk, then, found in results}
        swapped = {row.vehicle_id or 0 for row in rows if "plate" in row.data.get("fields", ())}
        self.plates = dict(Vehicle.objects.filter(pk__in=swapped).values_list("pk", "plate"))
        self.due_at = None
        if any(row.reason == "DOCUMENTS_ASKED" for row in rows):
            asked = DocumentRequest.objects.filter(declaration=declaration, answered_at=None)
            self.due_at = asked.aggregate(first=Min("due_at"))["first"] or declaration.documents_due_at

    def __call__(self, kind: Kind, row: History, *, may_tell: bool) -> dict[str, Any]:
        """Codes and moments for one notice, no words but an officer's public ones."""
        if kind in (Kind.HOLD_PLACED, Kind.HOLD_AT_PORT):
            hold = self.holds.get(row.data.get("hold", ""))
            if hold is None:
                return {}
            return {"text": hold.public_text} if hold.public_text else {"hold": hold.reason_id}
        if kind is Kind.DOCUMENTS_WANTED:
            return {"until": self.due_at.isoformat()} if self.due_at else {}
        if kind is Kind.INSPECTION:
            return {"inspection": row.to_status, **self.results.get(row.subject_id, {"next": ""})}
        if kind is Kind.AT_THE_GATE:
            reason = row.reason if may_tell or row.reason not in timeline.OF_INSPECTIONS else timeline.SAYS_NOTHING
            return {"gate": reason, "stage": row.data.get("stage", ""), "lane": row.data.get("lane", "")}
        if kind is Kind.PLATE_CHANGED:
            return {"plate": self.plates.get(row.vehicle_id or 0, "")}
        return {}


# from closures


def _of_closures(declaration: Declaration, vehicles: list[Vehicle], *, now: datetime) -> list[Draft]:
    """A closure is told when it is announced or changed, and when it is over."""
    expected = tuple(row.pk for row in vehicles if row.status not in CLOSED_VEHICLE)
    if declaration.status not in HOLDING_VIN or not expected:
        return []
    closures = Closure.objects.filter(port=declaration.port_id).filter(Q(ends_at=None) | Q(ends_at__gt=now - REOPENED))
    drafts: list[Draft] = []
    for closure in closures:
        about = f"closure:{closure.pk}:{declaration.pk}:"
        is_over = closure.ends_at is not None and closure.ends_at <= now
        if is_over and not Notice.objects.filter(kind=Kind.PORT_CLOSED, cause__startswith=about).exists():
            continue
        ends = closure.ends_at.isoformat() if closure.ends_at else ""
        values = {"port": closure.port_id, "starts": closure.starts_at.isoformat(), "until": ends}
        kind, cause = Kind.PORT_CLOSED, f"{about}{closure.starts_at:%Y%m%d%H%M}:"
        if is_over:
            kind, values = Kind.PORT_OPEN, {"port": closure.port_id}
        else:
            values["text"] = closure.public_reason
        cause += f"{closure.ends_at:%Y%m%d%H%M}" if closure.ends_at else ""
        if Notice.objects.filter(kind=kind, audience=Audience.EXPORTER, cause=cause).exists():
            continue
        drafts.append(Draft(kind, Audience.EXPORTER, cause, expected, values))
        drafts += [Draft(kind, Audience.DRIVER, f"{cause}:{pk}", (pk,), values) for pk in expected]
    return drafts


# from readiness


def _of_readiness(declaration: Declaration, vehicles: list[Vehicle], *, now: datetime) -> list[Draft]:
    """What changed since the people were told last. A vehicle in the port is told of by what happens there."""
    before = {row.vehicle_id: row for row in ReadinessTold.objects.filter(vehicle__in=vehicles)}
    groups: dict[tuple[Kind, Audience, str], list[Vehicle]] = defaultdict(list)
    just = Notice.objects.filter(declaration=declaration, at__gt=now - JUST_TOLD).order_by()
    just_told = frozenset(just.values_list("kind", "audience").distinct())
    fresh: list[ReadinessTold] = []
    changed: list[ReadinessTold] = []
    for vehicle in vehicles:
        codes = [each["code"] for each in vehicle.not_ready_because]
        waits = vehicle.status in (VehicleStatus.DECLARED, VehicleStatus.WITHDRAWN)
        if not waits or not (vehicle.ready or codes):
            continue
        last = before.get(vehicle.pk)
        kind = notices.readiness_told(
            ready=vehicle.ready,
            codes=codes,
            told_ready=last.ready if last else None,
            was_ready=last.was_ready if last else False,
            is_released=declaration.status == DeclarationStatus.RELEASED and vehicle.status == VehicleStatus.DECLARED,
        )
        if kind is None:
            continue
        is_new = last is None
        (fresh if is_new else changed).append(_told(last, vehicle))
        for audience in (Audience.EXPORTER, Audience.DRIVER):
            never_went = kind is Kind.NOT_READY and is_new and audience is Audience.DRIVER
            if never_went or (codes and notices.is_covered(codes, audience, just_told)):
                continue
            groups[kind, audience, repr(vehicle.not_ready_because)].append(vehicle)
    ReadinessTold.objects.bulk_create(fresh, batch_size=500)
    ReadinessTold.objects.bulk_update(changed, ["ready", "was_ready", "changes"], batch_size=500)
    turns = {row.vehicle_id: row.changes for row in [*fresh, *changed]}
    return [draft for key, group in groups.items() for draft in _of_answer(key[0], key[1], group, turns)]


def _told(last: ReadinessTold | None, vehicle: Vehicle) -> ReadinessTold:
    row = last or ReadinessTold(vehicle=vehicle)
    row.ready, row.was_ready, row.changes = vehicle.ready, row.was_ready or vehicle.ready, row.changes + 1
    return row


def _of_answer(kind: Kind, audience: Audience, group: list[Vehicle], turns: dict[int, int]) -> Iterable[Draft]:
    values = {"because": group[0].not_ready_because} if group[0].not_ready_because else {}
    parts = [[vehicle] for vehicle in group] if audience in EACH_VEHICLE else [group]
    for part in parts:
        first = part[0].pk
        yield Draft(kind, audience, f"ready:{first}:{turns[first]}", tuple(row.pk for row in part), values)
