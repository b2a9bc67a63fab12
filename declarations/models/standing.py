"""Readiness of vehicles: the facts gathered from rows in a fixed number of queries, the answer kept on the vehicle.

The rule itself is `declarations.readiness`; this module only reads and writes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from declarations import readiness
from declarations.lifecycle import CheckStatus, DeclarationStatus, InspectionStatus, Owed, PassStatus, VehicleStatus
from declarations.models.clearance import DocumentCheck, DocumentRequest, Hold, Inspection
from declarations.models.declaration import Declaration
from declarations.models.ferrymen import PoolMember
from declarations.models.history import NOTE, History, owe
from declarations.models.reference import Closure, HoldReason, load_reference
from declarations.models.vehicle import Driver, Paper, Pass, Vehicle
from declarations.notices import TAKES_SECONDS
from declarations.readiness import Because
from declarations.words import Mode

ORDERED = (InspectionStatus.ORDERED, InspectionStatus.IN_PROGRESS)
FAILED = InspectionStatus.NOT_SATISFACTORY
RESULTS = (InspectionStatus.SATISFACTORY, FAILED)


def recompute(vehicles: Iterable[Vehicle], *, now: datetime) -> None:
    """Compute readiness anew and keep it; a changed answer owes to tell people. The caller has locked the vehicles."""
    rows = list(vehicles)
    answers = _answer(rows, now=now)
    changed = set()
    for row in rows:
        found = answers[row.pk]
        before = (row.ready, [each["code"] for each in row.not_ready_because])
        after = (found.ready, [each.code for each in found.because])
        if before != after and not (after[1] and TAKES_SECONDS.issuperset(after[1])):
            changed.add(row.declaration_id)
        row.ready, row.ready_until = found.ready, found.changes_at
        row.not_ready_because = [each.kept() for each in found.because]
    Vehicle.objects.bulk_update(rows, ["ready", "ready_until", "not_ready_because"], batch_size=500)
    if changed:
        owe(Owed.TELL, *sorted(changed), at=now)


def answer(vehicles: Iterable[Vehicle], *, now: datetime) -> dict[int, readiness.Readiness]:
    """Readiness of each vehicle by its id, as things stand now, in the reader's words."""
    found = _answer(list(vehicles), now=now)
    words = wording([each for answer in found.values() for each in answer.because])
    return {pk: replace(each, because=tuple(map(words, each.because))) for pk, each in found.items()}


def because(vehicles: Iterable[Vehicle], *, now: datetime) -> dict[int, list[Because]]:
    """Why each vehicle is not ready, from what is kept on its row; asked anew only where that no longer holds."""
    rows = list(vehicles)
    anew = _answer([row for row in rows if row.is_outdated(now)], now=now)
    found = {
        row.pk: anew[row.pk].because if row.pk in anew else [Because.read(each) for each in row.not_ready_because]
        for row in rows
    }
    words = wording([each for reasons in found.values() for each in reasons])
    return {pk: [words(each) for each in reasons] for pk, reasons in found.items()}


def wording(reasons: list[Because]) -> Callable[[Because], Because]:
    """What puts the names of papers and holds, and moments on the port's clock, into reasons like these."""
    papers = load_reference().paper_types
    codes = {each.values["hold"] for each in reasons if "hold" in each.values}
    holds = HoldReason.objects.in_bulk(codes) if codes else {}

    def name(code: str) -> str:
        return str(papers[code].label) if code in papers else code

    def named(each: Because) -> Because:
        words: dict[str, object] = {}
        if "hold" in each.values:
            words["text"] = holds[each.values["hold"]].name
        if "documents" in each.values:
            words["documents"] = ", ".join(map(name, each.values["documents"]))
        if "paper" in each.values:
            words["paper"] = name(each.values["paper"])
        if each.until is not None:
            words["until"] = f"{timezone.localtime(each.until, timezone.get_default_timezone()):%Y-%m-%d %H:%M}"
        return each.named(**words)

    return named


def _answer(rows: list[Vehicle], *, now: datetime) -> dict[int, readiness.Readiness]:
    ids = [row.pk for row in rows]
    declarations = Declaration.objects.in_bulk({row.declaration_id for row in rows})
    newest: dict[int, Pass] = {}
    for each in Pass.objects.filter(vehicle__in=ids).order_by("version").defer("code"):
        newest[each.vehicle_id] = each
    holds: dict[tuple[int | None, int | None], list[readiness.Block]] = defaultdict(list)
    for hold in Hold.objects.standing().filter(declaration__in=declarations):
        key = (None, hold.vehicle_id) if hold.vehicle_id else (hold.declaration_id, None)
        holds[key].append(readiness.Block(hold.reason_id, hold.public_text, hold.placed_at))
    checks: dict[tuple[int, str], datetime] = {}
    for check in DocumentCheck.objects.filter(vehicle__in=ids, status__in=[CheckStatus.OPEN, CheckStatus.REFUSED]):
        checks[check.vehicle_id, check.status] = check.closed_at or check.opened_at
    wanted: dict[tuple[int | None, int | None], list[readiness.PaperWanted]] = defaultdict(list)
    for request in DocumentRequest.objects.filter(declaration__in=declarations, answered_at=None):
        key = (None, request.vehicle_id) if request.vehicle_id else (request.declaration_id, None)
        wanted[key].append(readiness.PaperWanted(request.paper_id, request.asked_at, request.due_at))
    orders: dict[int, list[Inspection]] = defaultdict(list)
    for order in Inspection.objects.filter(vehicle__in=ids).only("vehicle_id", "status", "ordered_at", "closed_at"):
        orders[order.vehicle_id].append(order)
    driven = set(Driver.objects.filter(vehicle__in=ids).exclude(passport_digest="").values_list("vehicle", flat=True))
    said = _said(row.pk for row in rows if row.pk not in driven or not row.plate or row.being_assessed)
    pooled = _pooled(row.declaration_id for row in rows if row.pk not in driven)
    papers: dict[int, list[readiness.PaperValidity]] = defaultdict(list)
    for paper in Paper.objects.filter(vehicle__in=ids, code__in=readiness.GATE_PAPERS):
        papers[paper.vehicle_id].append(readiness.PaperValidity(paper.code, paper.valid_until))
    closures: dict[str, list[readiness.Closure]] = defaultdict(list)
    ports = {row.port_id for row in declarations.values() if row.port_id}
    for closure in Closure.objects.filter(port__in=ports).exclude(ends_at__lte=now):
        closures[closure.port_id].append(readiness.Closure(closure.starts_at, closure.ends_at))

    answers = {}
    for row in rows:
        declaration = declarations[row.declaration_id]
        newest_pass = newest.get(row.pk)
        declared_at = declaration.lodged_at or declaration.created_at
        waiting = [each.ordered_at for each in orders[row.pk] if each.status in ORDERED]
        latest = _latest(orders[row.pk])
        facts = readiness.Facts(
            declaration_status=DeclarationStatus(declaration.status),
            vehicle_status=VehicleStatus(row.status),
            declaration_wait=declaration.wait,
            here_since=row.status_at,
            expires_at=declaration.expires_at,
            self_drive=declaration.mode == Mode.SELF_DRIVE,
            zone=timezone.get_default_timezone(),
            assessed_since=max(said[row.pk].values(), default=declared_at) if row.being_assessed else None,
            pass_status=PassStatus(newest_pass.status) if newest_pass else None,
            pass_at=newest_pass.status_at if newest_pass else declaration.released_at,
            valid_from=newest_pass.valid_from if newest_pass else None,
            valid_until=newest_pass.valid_until if newest_pass else None,
            holds=tuple(holds[None, row.pk] + holds[row.declaration_id, None]),
            documents_wanted=tuple(wanted[None, row.pk] + wanted[row.declaration_id, None]),
            check_since=checks.get((row.pk, CheckStatus.OPEN)),
            refused_since=checks.get((row.pk, CheckStatus.REFUSED)),
            inspection_since=min(waiting, default=None),
            failed_since=latest.closed_at if latest and latest.status == FAILED else None,
            driverless_since=None if row.pk in driven else said[row.pk].get("driver", declared_at),
            plateless_since=None if row.plate else said[row.pk].get("plate", declared_at),
            has_pool=row.declaration_id in pooled,
            plate_expires_on=row.plate_expires_on,
            papers=tuple(papers[row.pk]),
            closures=tuple(closures[declaration.port_id or ""]),
        )
        answers[row.pk] = readiness.readiness(facts, now=now)
    return answers


def _pooled(declaration_ids: Iterable[int]) -> set[int]:
    """Which of these declarations have a pool."""
    wanted = set(declaration_ids)
    if not wanted:
        return set()
    return set(PoolMember.objects.filter(declaration__in=wanted).values_list("declaration", flat=True))


def _said(ids: Iterable[int]) -> dict[int, dict[str, datetime]]:
    """When the exporter last changed each field of these vehicles after lodging."""
    said: dict[int, dict[str, datetime]] = defaultdict(dict)
    wanted = list(ids)
    if wanted:
        notes = History.objects.filter(machine=NOTE, subject_id__in=wanted, reason__in=["AMENDED", "SWAPPED"])
        for vehicle_id, at, data in notes.exclude(vehicle=None).order_by("id").values_list("vehicle", "at", "data"):
            said[vehicle_id] |= dict.fromkeys(data.get("fields", ()), at)
    return said


def last_result(inspections: Iterable[Inspection]) -> str | None:
    """The status of the inspection that ended last, of those that have a result."""
    latest = _latest(inspections)
    return latest.status if latest else None


def _latest(inspections: Iterable[Inspection]) -> Inspection | None:
    ended = [(row.closed_at, row.pk, row) for row in inspections if row.status in RESULTS and row.closed_at]
    return max(ended)[2] if ended else None


def expired_papers(vehicle: Vehicle, *, now: datetime) -> bool:
    """Whether a paper that the gate asks for, or the plate, has run out (PAPER_EXPIRED)."""
    zone = timezone.get_default_timezone()
    days = vehicle.papers.filter(code__in=readiness.GATE_PAPERS).values_list("valid_until", flat=True)
    return any(readiness.has_run_out(day, now=now, zone=zone) for day in (vehicle.plate_expires_on, *days))
