"""Drafts: anything may be missing, nothing typed is lost, problems are counted at every change."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations import checks, permissions, vin
from declarations.actions.writing import accepted_problems, add_vehicles, change_vehicle, write_header
from declarations.clearance.closing import withdraw
from declarations.clearance.controls import expect_free_to_rename
from declarations.errors import Conflict, Unacceptable
from declarations.lifecycle import VehicleStatus
from declarations.models import Declaration, ImporterMail, Organisation, Vehicle, load_reference, note
from declarations.models.documents import carry
from declarations.models.history import By
from declarations.models.licences import licence_book
from declarations.models.stays import stays_of_drivers
from declarations.papers import COUNTED
from declarations.problems import Level, Problem


def check_draft(declaration: Declaration, *, now: datetime) -> list[Problem]:
    """What is wrong with a declaration as it stands now."""
    body = declaration.body()
    named = {str(paper["code"]) for vehicle in body["vehicles"] for paper in vehicle["papers"]}
    return checks.check(
        body,
        reference=load_reference(),
        today=timezone.localdate(now),
        accepted=accepted_problems(declaration),
        filed=frozenset(declaration.documents.present().filter(vehicle=None).values_list("paper", flat=True)),
        licences=licence_book(declaration.organisation_id, without=declaration.pk) if named & COUNTED else {},
        stays=stays_of_drivers(body, body["vehicles"], now=now),
    )


def count_problems(declaration: Declaration, problems: Sequence[Problem]) -> None:
    """Keep the numbers that the list shows. The caller saves nothing else."""
    declaration.errors = sum(problem.level is Level.ERROR for problem in problems)
    declaration.warnings = len(problems) - declaration.errors
    declaration.save(update_fields=["errors", "warnings"])


@transaction.atomic
def create(
    *, organisation: Organisation, body: Mapping[str, Any], key: UUID | None = None, by: Any, now: datetime
) -> Declaration:
    """Store a draft, however incomplete. key: of the page that began it.

    Raises: NotPermitted.
    """
    permissions.check_can_declare_for(by, organisation.pk)
    declaration = Declaration(organisation=organisation, created_by=by, created_at=now, updated_at=now)
    declaration.begun_key = declaration.typed_key = key
    write_header(declaration, body)
    declaration.begin(by=by, at=now)
    add_vehicles(declaration, body.get("vehicles") or [], by=by, now=now)
    count_problems(declaration, check_draft(fresh(declaration), now=now))
    return declaration


@transaction.atomic
def change_draft(*, declaration_id: int, body: Mapping[str, Any], by: By, now: datetime) -> Declaration:
    """Merge a body into a draft: header fields that are there, vehicles matched by VIN, unknown VINs added.

    Raises: NotPermitted; Conflict when it is no draft any more; Unacceptable for a VIN that stands there twice.
    """
    declaration = locked_draft(declaration_id, by=by)
    write_header(declaration, body)
    declaration.typed_key = None
    declaration.save()
    known: defaultdict[str, list[Vehicle]] = defaultdict(list)
    there = Vehicle.objects.locked().filter(declaration=declaration).exclude(status=VehicleStatus.WITHDRAWN)
    for vehicle in there.order_by("position"):
        known[vin.normalise(vehicle.entered.get("vin", vehicle.vin))].append(vehicle)
    new = []
    for row, values in enumerate(body.get("vehicles") or []):
        named = vin.normalise(values.get("vin") or "")
        matches = known.get(named, []) if named else []
        if len(matches) > 1:
            twin = {"row": matches[0].position}
            raise Unacceptable([Problem(checks.VIN_DUPLICATE, f"/vehicles/{row}/vin", values=twin)])
        if matches:
            change_vehicle(matches[0], {name: values[name] for name in values if name != "vin"}, now=now)
        else:
            new.append(values)
    return _changed(declaration, new, by=by, now=now)


@transaction.atomic
def change_draft_vehicle(
    *, declaration_id: int, vehicle_id: int, values: Mapping[str, Any], by: By, now: datetime
) -> Declaration:
    """Merge values into one vehicle of a draft; its VIN may change.

    Raises: NotPermitted; Conflict when it is no draft any more, or something stands against its VIN.
    """
    declaration = locked_draft(declaration_id, by=by)
    vehicle = Vehicle.objects.locked().get(pk=vehicle_id, declaration=declaration)
    if vin.normalise(values.get("vin", vehicle.vin) or "") != vin.normalise(vehicle.vin):
        expect_free_to_rename(vehicle)
        vehicle.channel = ""  # under its new VIN it was never assessed
    change_vehicle(vehicle, values, now=now)
    return _changed(declaration, [], by=by, now=now)


@transaction.atomic
def add(
    *,
    declaration_id: int,
    vehicles: Sequence[Mapping[str, Any]],
    key: UUID | None = None,
    by: By,
    now: datetime,
) -> Declaration:
    """Add vehicles to a draft. key: of the page on which a single one was begun.

    Raises: NotPermitted; Conflict when it is no draft any more.
    """
    return _changed(locked_draft(declaration_id, by=by), vehicles, key=key, by=by, now=now)


@transaction.atomic
def remove_vehicle(*, declaration_id: int, vehicle_id: int, by: By, now: datetime) -> Declaration:
    """Take a vehicle out of a draft; it leaves a note behind.

    Raises: NotPermitted; Conflict when it is no draft any more.
    """
    declaration = locked_draft(declaration_id, by=by)
    vehicle = Vehicle.objects.locked().get(pk=vehicle_id, declaration=declaration)
    note(declaration_id=declaration.pk, by=by, at=now, reason="VEHICLE_REMOVED", data={"vin": vehicle.vin})
    if _is_known_to_customs(vehicle):
        withdraw([vehicle], by=by, now=now, reason="VEHICLE_REMOVED")
    else:
        vehicle.documents.all().discard()
        vehicle.delete()
    return _changed(declaration, [], by=by, now=now)


def _is_known_to_customs(vehicle: Vehicle) -> bool:
    """Whether it was lodged once: its pass must be able to say why it is gone, and findings must not vanish."""
    traces = (vehicle.passes, vehicle.risk_hits, vehicle.holds, vehicle.checks, vehicle.inspections, vehicle.requests)
    return any(trace.exists() for trace in traces) or vehicle.documents.exclude(lodged_at=None).exists()


@transaction.atomic
def copy(*, declaration_id: int, vehicle_ids: Sequence[int] | None = None, by: Any, now: datetime) -> Declaration:
    """Declare again: a new draft with everything of an older declaration but the passes and the planned arrival.

    vehicle_ids: these vehicles alone, withdrawn and returned ones too; all that are still in it unless given.
    Files go along, but for what was uploaded to answer a question of customs.
    Raises: NotPermitted.
    """
    source = Declaration.objects.select_related("organisation").get(pk=declaration_id)
    permissions.check_can_change(by, source)
    rows = list(source.vehicles.select_related("driver").prefetch_related("papers").order_by("position", "pk"))
    wanted = [row for row in rows if row.pk in set(vehicle_ids)] if vehicle_ids is not None else []
    if vehicle_ids is None:
        # Cancelled, expired or refused, it lost them all: they are what is declared again.
        wanted = [row for row in rows if row.status != VehicleStatus.WITHDRAWN] or rows
    bodies = list({each.vin: each.body() for each in wanted}.values())
    header = {**source.header(), "planned_arrival_at": None}
    draft = create(organisation=source.organisation, body={**header, "vehicles": bodies}, by=by, now=now)
    _carry_files(source, draft)
    ImporterMail.carry(source, to=draft)
    count_problems(draft, check_draft(fresh(draft), now=now))
    return draft


def _carry_files(source: Declaration, draft: Declaration) -> None:
    """The same files at the same vehicles, by VIN."""
    files = list(source.documents.present().filter(request=None).select_related("vehicle"))
    anew = {row.vin: row for row in draft.vehicles.exclude(vin="")}
    found = {row.vehicle.pk: anew[row.vehicle.vin] for row in files if row.vehicle and row.vehicle.vin in anew}
    carry(files, to=draft, vehicles=found)


def locked_draft(declaration_id: int, *, by: By) -> Declaration:
    """The locked declaration if it may still be changed freely.

    Raises: NotPermitted; Conflict.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_change(by, declaration)
    if not declaration.is_draft:
        raise Conflict("NOT_A_DRAFT", _("This declaration was lodged already. Amend it instead."))
    return declaration


def fresh(declaration: Declaration) -> Declaration:
    """The same declaration, read anew with everything that its body needs."""
    return Declaration.objects.prefetch_related("vehicles__papers", "vehicles__driver").get(pk=declaration.pk)


def _changed(
    declaration: Declaration, new: Sequence[Mapping[str, Any]], *, key: UUID | None = None, by: By, now: datetime
) -> Declaration:
    add_vehicles(declaration, new, key=key, by=by, now=now)
    count_problems(declaration, check_draft(fresh(declaration), now=now))
    declaration.touch(at=now)
    return declaration
