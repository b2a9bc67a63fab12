"""Assessment: accept what was lodged, select by risk, and let go whatever nothing stands against."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from declarations import checks, papers, risk
from declarations.clearance import bays, decisions, inspections
from declarations.clearance.carrying import carry_over
from declarations.clearance.closing import set_aside
from declarations.clearance.facts import declaration_facts, vehicle_facts
from declarations.clearance.issuing import issue_passes
from declarations.lifecycle import CLOSED_VEHICLE, CheckStatus, DeclarationStatus, VehicleStatus
from declarations.models import (
    Declaration,
    DocumentCheck,
    DocumentRequest,
    Hold,
    ProblemOverride,
    RiskHit,
    RiskRule,
    RiskScope,
    Vehicle,
    load_reference,
    note,
)
from declarations.models.standing import recompute
from declarations.models.stays import stays_of_drivers
from declarations.problems import Problem, errors
from declarations.words import Channel

BY = "clearance"
Draw = Callable[[], float]
"""A random number in [0, 1), made at the door."""


@transaction.atomic
def assess(*, declaration_id: int, draw: Draw, now: datetime) -> None:
    """Decide a lodged declaration: RELEASED, UNDER_CONTROL or REJECTED. Done once; a repeated call finds it moved."""
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    if declaration.status != DeclarationStatus.LODGED:
        return
    vehicles = list(_whole().filter(declaration=declaration).exclude(status__in=CLOSED_VEHICLE))
    if not vehicles:
        return  # All were withdrawn meanwhile: the work that owes ends it.
    vehicles = _accept(declaration, vehicles, now=now)
    if not vehicles:
        return
    declaration.registration_number = declaration.registration_number or _registration_number(declaration, now)
    declaration.save(update_fields=["registration_number"])
    note(declaration_id=declaration.pk, by=BY, at=now, reason="ACCEPTED", data={"n": declaration.registration_number})
    carry_over(vehicles, by=BY, now=now)
    bays.house_again(vehicles, port=declaration.port_id)
    own = _select_declaration(declaration, vehicles, draw=draw, now=now)
    _select_vehicles(declaration, vehicles, draw=draw, now=now)
    declaration.channel = risk.worst([own, *(Channel(vehicle.channel) for vehicle in vehicles)])
    declaration.save(update_fields=["channel"])
    reason = _against_release(declaration, own)
    if reason:
        declaration.move_to(DeclarationStatus.UNDER_CONTROL, by=BY, at=now, reason=reason)
        recompute(vehicles, now=now)
        declaration.touch(at=now)
    else:
        decisions.release(declaration, by=BY, now=now, reason="CLEARED")


@transaction.atomic
def assess_amended(*, declaration_id: int, draw: Draw, now: datetime) -> None:
    """Look again at vehicles that were amended after release; the others of the declaration never notice."""
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    vehicles = list(_whole().filter(declaration=declaration, being_assessed=True))
    opened = [vehicle for vehicle in vehicles if vehicle.status == VehicleStatus.DECLARED]
    carry_over(opened, by=BY, now=now)
    _select_vehicles(declaration, opened, draw=draw, now=now)
    for vehicle in vehicles:
        vehicle.being_assessed = False
    Vehicle.objects.bulk_update(vehicles, ["being_assessed"])
    known = [Channel(declaration.channel)] if declaration.channel else []
    declaration.channel = risk.worst([*known, *(Channel(vehicle.channel) for vehicle in opened)])
    declaration.save(update_fields=["channel"])
    if declaration.status == DeclarationStatus.RELEASED:
        issue_passes(declaration, opened, by=BY, now=now, reason="AMENDED")
    recompute(vehicles, now=now)
    declaration.touch(at=now)


def _against_release(declaration: Declaration, own: Channel) -> str:
    """What wants an officer's decision about the declaration as a whole, "" if nothing does."""
    if Hold.objects.standing().filter(declaration=declaration, vehicle=None).exists():
        return "HOLD_STANDS"
    if DocumentRequest.objects.filter(declaration=declaration, vehicle=None, answered_at=None).exists():
        return "DOCUMENTS_ASKED"  # an amendment does not answer what an officer has asked
    return "SELECTED" if own in (Channel.YELLOW, Channel.RED) else ""


def _whole() -> QuerySet[Vehicle]:
    """Vehicles under lock, in their order, with all that a body needs."""
    return Vehicle.objects.locked().prefetch_related("papers", "driver").order_by("position", "pk")


def _accept(declaration: Declaration, vehicles: list[Vehicle], *, now: datetime) -> list[Vehicle]:
    """Apply the acceptance rules; give back the vehicles that go on, none if the declaration was REJECTED."""
    accepted = frozenset(
        ProblemOverride.objects.filter(declaration=declaration, accepted_at__isnull=False).values_list("vin", "code")
    )
    body = {**declaration.header(), "vehicles": [vehicle.body() for vehicle in vehicles]}
    found = errors(
        checks.check(
            body,
            reference=load_reference(),
            today=timezone.localdate(now),
            accepted=accepted,
            stays=stays_of_drivers(body, body["vehicles"], now=now),
        )
    )
    bad = rows_with_problems(found)
    of_header = [problem for problem in found if not problem.pointer.startswith("/vehicles/")]
    if of_header or len(bad) == len(vehicles):
        data = {"problems": [_stored(problem) for problem in found]}
        declaration.move_to(DeclarationStatus.REJECTED, by=BY, at=now, reason="NOT_ACCEPTED", data=data)
        declaration.errors = len(found)
        declaration.save(update_fields=["errors"])
        declaration.touch(at=now)
        recompute(vehicles, now=now)
        return []
    if bad:
        left_out = [vehicles[row] for row in sorted(bad)]
        why = [_stored(problem) for problem in found]
        draft = set_aside(declaration, left_out, by=BY, now=now, reason="NOT_ACCEPTED", data={"problems": why})
        draft.errors = len(found)
        draft.save(update_fields=["errors"])
    return [vehicle for row, vehicle in enumerate(vehicles) if row not in bad]


def rows_with_problems(problems: Iterable[Problem]) -> set[int]:
    """Indexes of the vehicles at which these problems point."""
    pointers = (problem.pointer.split("/") for problem in problems)
    return {int(parts[2]) for parts in pointers if len(parts) > 2 and parts[1] == "vehicles"}


def _stored(problem: Problem) -> dict[str, Any]:
    return {"code": problem.code, "pointer": problem.pointer}


def _registration_number(declaration: Declaration, now: datetime) -> str:
    """Eighteen digits in the form of customs: four for the port (not known for certain, so zeros), year, serial number.

    The serial is the row's own, so that no two declarations share one.
    """
    return f"0000{now.year:04d}1{declaration.pk:09d}"


def _rules(declaration: Declaration, scope: str, now: datetime) -> list[risk.Rule]:
    """The newest version of each rule, if it looks at this: one that has ended brings no older one back."""
    newest = RiskRule.objects.filter(valid_from__lte=now).order_by("code", "-version").distinct("code")
    rows = (
        row
        for row in newest
        if row.scope == scope
        and (row.valid_until is None or row.valid_until > now)
        and row.port_id in (None, declaration.port_id)
    )
    return [
        risk.Rule(
            code=row.code,
            version=row.version,
            scope=risk.Scope(row.scope),
            condition=row.condition,
            points=row.points,
            channel=Channel(row.channel) if row.channel else None,
            checks=tuple(row.checks),
        )
        for row in rows
    ]


def _keep_hits(
    declaration: Declaration, vehicle: Vehicle | None, selection: risk.Selection, *, drawn: float, now: datetime
) -> list[RiskHit]:
    return [
        RiskHit(
            declaration=declaration,
            vehicle=vehicle,
            rule_code=hit.code,
            rule_version=hit.version,
            points=hit.points,
            channel=hit.channel or "",
            declaration_version=declaration.version,
            draw=drawn,
            at=now,
        )
        for hit in selection.hits
    ]


def _select(
    declaration: Declaration,
    facts: Mapping[str, Any],
    rules: Sequence[risk.Rule],
    *,
    scope: risk.Scope,
    share: float,
    drawn: float,
) -> risk.Selection:
    port = declaration.port
    assert port is not None, "a lodged declaration has a port"
    return risk.select(
        facts,
        rules=rules,
        random_share=share,
        draw=drawn,
        trusted=declaration.organisation.is_trusted,
        scope=scope,
        thresholds=risk.Thresholds(yellow=port.yellow_points, red=port.red_points),
    )


def _select_declaration(declaration: Declaration, vehicles: Sequence[Vehicle], *, draw: Draw, now: datetime) -> Channel:
    """The declaration's own channel. RED orders inspections for the port's share of its vehicles, at least one."""
    drawn = draw()
    rules = _rules(declaration, RiskScope.DECLARATION, now)
    facts = declaration_facts(declaration, vehicles)
    selection = _select(declaration, facts, rules, scope=risk.Scope.DECLARATION, share=0.0, drawn=drawn)
    RiskHit.objects.bulk_create(_keep_hits(declaration, None, selection, drawn=drawn, now=now))
    if selection.channel == Channel.RED and declaration.port is not None:
        for vehicle in risk.drawn(vehicles, share=declaration.port.random_share, draw=drawn):
            inspections.open_order(vehicle, because="DECLARATION_SELECTED", checks=selection.checks, by=BY, now=now)
    return Channel(selection.channel)


def _select_vehicles(declaration: Declaration, vehicles: Sequence[Vehicle], *, draw: Draw, now: datetime) -> None:
    """Each vehicle's channel, its hits, and the controls that follow from it."""
    assert declaration.port is not None, "a lodged declaration has a port"
    rules = _rules(declaration, RiskScope.VEHICLE, now)
    share = float(declaration.port.random_share)
    reference = load_reference()
    today = timezone.localdate(now)
    hits: list[RiskHit] = []
    documents: list[DocumentCheck] = []
    settled = set(
        DocumentCheck.objects.filter(vehicle__in=vehicles, status=CheckStatus.OPEN).values_list("vehicle", flat=True)
    )
    for vehicle, facts in vehicle_facts(declaration, vehicles, now=now):
        drawn = draw()
        selection = _select(declaration, facts, rules, scope=risk.Scope.VEHICLE, share=share, drawn=drawn)
        vehicle.channel = selection.channel
        hits += _keep_hits(declaration, vehicle, selection, drawn=drawn, now=now)
        because: str | None = papers.needs_document_check(vehicle.body(), reference, today)
        if selection.channel == Channel.YELLOW:
            because = because or "SELECTED"
        if because and vehicle.pk not in settled:
            documents.append(DocumentCheck(declaration=declaration, vehicle=vehicle, because=because, opened_at=now))
        if selection.channel == Channel.RED:
            inspections.open_order(vehicle, because="SELECTED", checks=selection.checks, by=BY, now=now)
    Vehicle.objects.bulk_update(vehicles, ["channel"])
    RiskHit.objects.bulk_create(hits)
    DocumentCheck.objects.bulk_create(documents)
