"""Readiness of vehicles: the facts gathered from rows in a fixed number of queries, the answer kept on the vehicle.

The rule itself is `declarations.readiness`; this module only reads and writes.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from declarations import readiness
from declarations.lifecycle import CheckStatus, DeclarationStatus, InspectionStatus, PassStatus, VehicleStatus
from declarations.models.clearance import DocumentCheck, DocumentRequest, Hold, Inspection
from declarations.models.declaration import Declaration
from declarations.models.reference import Closure, load_reference
from declarations.models.vehicle import Driver, Paper, Pass, Vehicle
from declarations.words import Mode


def recompute(vehicles: Iterable[Vehicle], *, now: datetime) -> None:
    """Compute readiness anew and keep it; the vehicles are locked by the caller."""
    rows = list(vehicles)
    answers = answer(rows, now=now)
    for row in rows:
        found = answers[row.pk]
        row.ready, row.ready_until = found.ready, found.ready_until
        row.not_ready_because = [{"code": each.code, "values": _plain(each.values)} for each in found.because]
    Vehicle.objects.bulk_update(rows, ["ready", "ready_until", "not_ready_because"], batch_size=500)


def answer(vehicles: Iterable[Vehicle], *, now: datetime) -> dict[int, readiness.Readiness]:
    """Readiness of each vehicle by its id, as things stand now."""
    rows = list(vehicles)
    ids = [row.pk for row in rows]
    declarations = {
        row.pk: row
        for row in Declaration.objects.filter(pk__in={row.declaration_id for row in rows}).only(
            "status", "mode", "port_id"
        )
    }
    newest: dict[int, Pass] = {}
    for each in Pass.objects.filter(vehicle__in=ids).order_by("version").defer("code"):
        newest[each.vehicle_id] = each
    holds: dict[tuple[int | None, int | None], list[str]] = defaultdict(list)
    for hold in Hold.objects.standing().filter(declaration__in=declarations).select_related("reason"):
        key = (None, hold.vehicle_id) if hold.vehicle_id else (hold.declaration_id, None)
        holds[key].append(str(hold))
    checks: dict[int, set[str]] = defaultdict(set)
    for vehicle_id, status in DocumentCheck.objects.filter(
        vehicle__in=ids, status__in=[CheckStatus.OPEN, CheckStatus.REFUSED]
    ).values_list("vehicle", "status"):
        checks[vehicle_id].add(status)
    wanted: dict[tuple[int | None, int | None], list[str]] = defaultdict(list)
    for request in DocumentRequest.objects.filter(declaration__in=declarations, answered_at=None).select_related(
        "paper"
    ):
        key = (None, request.vehicle_id) if request.vehicle_id else (request.declaration_id, None)
        wanted[key].append(str(request.paper))
    inspections: dict[int, list[Inspection]] = defaultdict(list)
    for inspection in Inspection.objects.filter(vehicle__in=ids).only("vehicle_id", "status", "closed_at"):
        inspections[inspection.vehicle_id].append(inspection)
    driven = set(Driver.objects.filter(vehicle__in=ids).exclude(passport_digest="").values_list("vehicle", flat=True))
    papers: dict[int, list[readiness.PaperValidity]] = defaultdict(list)
    kinds = load_reference().paper_types
    for paper in Paper.objects.filter(vehicle__in=ids, code__in=readiness.GATE_PAPERS):
        kind = kinds.get(paper.code)
        papers[paper.vehicle_id].append(
            readiness.PaperValidity(paper.code, str(kind.label) if kind else paper.code, paper.valid_until)
        )
    closures: dict[str, list[readiness.Closure]] = defaultdict(list)
    ports = {row.port_id for row in declarations.values() if row.port_id}
    for closure in Closure.objects.filter(port__in=ports).exclude(ends_at__lte=now):
        closures[closure.port_id].append(readiness.Closure(closure.starts_at, closure.ends_at))

    answers = {}
    for row in rows:
        declaration = declarations[row.declaration_id]
        newest_pass = newest.get(row.pk)
        facts = readiness.Facts(
            declaration_status=DeclarationStatus(declaration.status),
            vehicle_status=VehicleStatus(row.status),
            self_drive=declaration.mode == Mode.SELF_DRIVE,
            zone=timezone.get_default_timezone(),
            is_assessed=not row.being_assessed,
            pass_status=PassStatus(newest_pass.status) if newest_pass else None,
            valid_from=newest_pass.valid_from if newest_pass else None,
            valid_until=newest_pass.valid_until if newest_pass else None,
            holds=tuple(holds[None, row.pk] + holds[row.declaration_id, None]),
            documents_wanted=tuple(wanted[None, row.pk] + wanted[row.declaration_id, None]),
            check_is_open=bool(checks[row.pk]),
            check_is_refused=CheckStatus.REFUSED in checks[row.pk],
            inspection_due=any(
                each.status in (InspectionStatus.ORDERED, InspectionStatus.IN_PROGRESS) for each in inspections[row.pk]
            ),
            inspection_failed=last_result(inspections[row.pk]) == InspectionStatus.NOT_SATISFACTORY,
            has_driver=row.pk in driven,
            plate=row.plate,
            plate_expires_on=row.plate_expires_on,
            papers=tuple(papers[row.pk]),
            closures=tuple(closures[declaration.port_id or ""]),
        )
        answers[row.pk] = readiness.readiness(facts, now=now)
    return answers


def last_result(inspections: Iterable[Inspection]) -> str | None:
    """The status of the inspection that ended last, of those that have a result."""
    ended = [
        (row.closed_at, row.pk, row.status)
        for row in inspections
        if row.status in (InspectionStatus.SATISFACTORY, InspectionStatus.NOT_SATISFACTORY) and row.closed_at
    ]
    return max(ended)[2] if ended else None


def expired_papers(vehicle: Vehicle, *, now: datetime) -> bool:
    """Whether a paper that the gate asks for, or the plate, has run out (PAPER_EXPIRED)."""
    zone = timezone.get_default_timezone()
    days = vehicle.papers.filter(code__in=readiness.GATE_PAPERS).values_list("valid_until", flat=True)
    return any(readiness.has_run_out(day, now=now, zone=zone) for day in (vehicle.plate_expires_on, *days))


def _plain(values: object) -> dict[str, str]:
    return {name: str(value) for name, value in dict(values).items()}  # type: ignore[call-overload]
