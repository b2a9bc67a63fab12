"""Rows as the contract shows them. What only officers may read is added where one `sees_inside`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from declarations import timeline
from declarations.actions.drafting import check_draft
from declarations.lifecycle import HOLDING_VIN, VehicleStatus
from declarations.models import (
    Declaration,
    DocumentCheck,
    DocumentRequest,
    Hold,
    Inspection,
    Override,
    Pass,
    RiskHit,
    Vehicle,
    roles_of,
)
from declarations.models.standing import answer
from declarations.readiness import Readiness

SHOWN = 4
"""Last characters of a personal number that an officer reads; the whole is for its owner."""


def sees_inside(user: object, declaration: Declaration) -> bool:
    """Whether this user reads channel, risk hits and inner texts: an officer of the port who does not declare here."""
    roles = roles_of(user)
    if declaration.organisation_id in roles.organisations or not roles.is_officer:
        return False
    return declaration.port_id is None or roles.at(declaration.port_id)


def listed(rows: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """With what the list shows."""
    present = ~Q(vehicles__status=VehicleStatus.WITHDRAWN)
    return rows.select_related("organisation").annotate(
        vehicle_count=Count("vehicles", filter=present), ready_count=Count("vehicles", filter=Q(vehicles__ready=True))
    )


def whole(rows: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """With everything that the detail shows, in a fixed number of queries."""
    hits = RiskHit.objects.order_by("id")
    holds = Hold.objects.select_related("reason", "placed_by", "lifted_by", "vehicle").order_by("placed_at", "id")
    requests = DocumentRequest.objects.select_related("paper", "vehicle")
    vehicles = (
        Vehicle.objects.with_visits()
        .select_related("driver")
        .prefetch_related(
            "papers",
            "passes",
            Prefetch("checks", DocumentCheck.objects.order_by("opened_at", "id")),
            Prefetch("inspections", Inspection.objects.order_by("id")),
            Prefetch("risk_hits", hits),
        )
    )
    return rows.select_related("organisation", "port").prefetch_related(
        Prefetch("vehicles", vehicles),
        Prefetch("holds", holds),
        Prefetch("requests", requests),
        Prefetch("risk_hits", hits.filter(vehicle=None), to_attr="own_hits"),
        "overrides",
    )


def summary(declaration: Any, *, user: object) -> dict[str, Any]:
    """One declaration of a list."""
    shown = {
        "reference": declaration.reference,
        "functional_reference": declaration.functional_reference,
        "exporter": declaration.organisation.uscc,
        "exporter_name": declaration.organisation.name,
        "status": declaration.status,
        "version": declaration.version,
        "port": declaration.port_id,
        "direction": declaration.direction,
        "mode": declaration.mode,
        "planned_arrival_at": declaration.header()["planned_arrival_at"],
        "vehicle_count": declaration.vehicle_count,
        "ready_count": declaration.ready_count,
        "error_count": declaration.errors,
        "warning_count": declaration.warnings,
        "updated_at": declaration.updated_at,
    }
    if sees_inside(user, declaration):
        shown["channel"] = declaration.channel or None
    return shown


def detail(declaration: Any, *, user: object, now: datetime) -> dict[str, Any]:
    """A declaration read with `whole`. Withdrawn vehicles stand behind the others, so that pointers stay true."""
    inside = sees_inside(user, declaration)
    present = declaration.present_vehicles()
    gone = [row for row in declaration.vehicles.all() if row not in present]
    ready = answer([*present, *gone], now=now)
    shown = {
        **declaration.header(),
        "vehicles": [_vehicle(row, ready[row.pk], declaration, inside=inside) for row in (*present, *gone)],
        "reference": declaration.reference,
        "version": declaration.version,
        "status": declaration.status,
        "problems": _problems(declaration, now=now),
        "exporter": declaration.organisation.uscc,
        "exporter_name": declaration.organisation.name,
        "registration_number": declaration.registration_number or None,
        "created_at": declaration.created_at,
        "updated_at": declaration.updated_at,
        "lodged_at": declaration.lodged_at,
        "released_at": declaration.released_at,
        "expires_at": declaration.expires_at,
        "documents_due_at": declaration.documents_due_at,
        "appeal_until": declaration.appeal_until,
        "holds": [_hold(row, inside=inside) for row in declaration.holds.all() if inside or row.lifted_at is None],
        "documents": [_request(row) for row in declaration.requests.all()],
        "asked": [_asked(row) for row in declaration.overrides.all()],
    }
    if inside:
        shown["channel"] = declaration.channel or None
        shown["risk_hits"] = [_hit(row) for row in declaration.own_hits]
    return shown


def vehicle(declaration: Any, pk: int, *, user: object, now: datetime) -> dict[str, Any]:
    """One vehicle of a declaration that was read with `whole`."""
    inside = sees_inside(user, declaration)
    row = next(row for row in declaration.vehicles.all() if row.pk == pk)
    return _vehicle(row, answer([row], now=now)[row.pk], declaration, inside=inside)


def _is_told(order: Inspection, row: Any) -> bool:
    return timeline.inspection_is_told(at=order.ordered_at, status=row.status, left_port_at=row.left_port_at)


def _vehicle(row: Vehicle, ready: Readiness, declaration: Any, *, inside: bool) -> dict[str, Any]:
    shown = {
        **row.body(),
        "status": row.status,
        "ready": ready.ready,
        "ready_until": ready.ready_until,
        "not_ready_because": reasons_of(ready),
        "inspections": [
            inspection(each, inside=inside, vin=row.vin)
            for each in row.inspections.all()
            if inside or _is_told(each, row)
        ],
    }
    if inside:
        shown["driver"] = _masked(shown["driver"])
        shown["channel"] = row.channel or None
        shown["risk_hits"] = [_hit(hit) for hit in row.risk_hits.all()]
        shown["document_checks"] = [
            {"because": each.because, "status": each.status, "opened_at": each.opened_at, "closed_at": each.closed_at}
            for each in row.checks.all()
        ]
    return shown


def reasons_of(ready: Readiness) -> list[dict[str, str]]:
    """Why a vehicle is not ready, in the reader's language."""
    return [each.as_dict() for each in ready.because]


def the_pass(row: Pass, ready: Readiness) -> dict[str, Any]:
    """The pass as the contract shows it."""
    return {
        "pass_id": str(row.pass_id),
        "version": row.version,
        "status": row.status,
        "code": row.code,
        "manual_code": row.manual_code,
        "port": row.port_id,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
        "ready": ready.ready,
        "ready_until": ready.ready_until,
        "not_ready_because": reasons_of(ready),
    }


def hold(row: Hold) -> dict[str, Any]:
    """A hold as officers see it."""
    return {**_hold(row, inside=True), "declaration": row.declaration.reference}


def _hold(row: Hold, *, inside: bool) -> dict[str, Any]:
    shown = {
        "vehicle": row.vehicle.vin if row.vehicle else None,
        "public_text": str(row),
        "placed_at": row.placed_at,
        "lifted_at": row.lifted_at,
    }
    if inside:
        shown |= {
            "id": str(row.public_id),
            "reason_code": row.reason_id,
            "text": row.text,
            "placed_by": row.placed_by.get_username(),
            "lifted_by": row.lifted_by.get_username() if row.lifted_by else None,
            "lift_reason": row.lift_reason,
        }
    return shown


def inspection(row: Inspection, *, inside: bool = True, vin: str = "") -> dict[str, Any]:
    """An inspection; why it was ordered is for officers."""
    shown: dict[str, Any] = {
        "vin": vin or row.vehicle.vin,
        "status": row.status,
        "ordered_at": row.ordered_at,
        "started_at": row.started_at,
        "closed_at": row.closed_at,
        "findings": row.findings,
        "finding_codes": row.finding_codes,
        "next": row.next or None,
    }
    if inside:
        shown |= {
            "id": str(row.public_id),
            "agency": row.agency,
            "checks": row.checks,
            "bay": row.bay_id,
            "repaired_at": row.repaired_at,
            "ordered_because": row.ordered_because,
            "ordered_text": row.ordered_text,
            "follows_failure": row.must_be_done,
        }
    return shown


def override(row: Override) -> dict[str, Any]:
    """An override: who asked, who granted, until when."""
    return {
        "id": str(row.public_id),
        "vin": row.vehicle.vin,
        "declaration": row.vehicle.declaration.reference,
        "stage": row.stage,
        "reason": row.reason,
        "asked_by": row.asked_by.get_username(),
        "asked_at": row.asked_at,
        "granted_by": row.granted_by.get_username() if row.granted_by else None,
        "granted_at": row.granted_at,
        "expires_at": row.expires_at,
        "used_at": row.used_at,
    }


def _problems(declaration: Declaration, *, now: datetime) -> list[dict[str, str]]:
    """What the checks say now; of a declaration that has ended nobody asks any more."""
    is_open = declaration.is_draft or declaration.status in HOLDING_VIN
    return problems(check_draft(declaration, now=now)) if is_open else []


def problems(found: Iterable[Any]) -> list[dict[str, str]]:
    """Problems in the reader's language."""
    return [problem.as_dict() for problem in found]


def _request(row: DocumentRequest) -> dict[str, Any]:
    return {
        "code": row.paper_id,
        "name": str(row.paper),
        "vin": row.vehicle.vin if row.vehicle else None,
        "why": row.why,
        "due_at": row.due_at,
        "answered_at": row.answered_at,
        "answer": row.answer,
    }


def _asked(row: Any) -> dict[str, Any]:
    return {
        "code": row.code,
        "vin": row.vin,
        "text": row.text,
        "asked_at": row.asked_at,
        "accepted_at": row.accepted_at,
        "reason": row.reason,
    }


def _hit(row: RiskHit) -> dict[str, Any]:
    return {
        "rule": row.rule_code,
        "rule_version": row.rule_version,
        "points": row.points,
        "channel": row.channel or None,
        "at": row.at,
    }


def _masked(driver: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if driver is None:
        return None
    hidden = {name: _tail(driver.get(name)) for name in ("passport_number", "phone", "card")}
    return {**driver, **hidden}


def _tail(text: Any) -> str:
    known = str(text or "")
    return "•" * max(0, len(known) - SHOWN) + known[-SHOWN:] if len(known) > SHOWN else "•" * len(known)
