"""What a documents officer decides: about the whole declaration, or about the papers of named vehicles."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations.clearance.closing import withdraw
from declarations.clearance.controls import refer_released, settle
from declarations.clearance.issuing import issue_passes, revoke_passes
from declarations.errors import Conflict, Unacceptable
from declarations.lifecycle import CLOSED_VEHICLE, CheckStatus, DeclarationStatus, VehicleStatus
from declarations.models import (
    By,
    Declaration,
    DocumentCheck,
    DocumentRequest,
    Hold,
    Vehicle,
    load_reference,
    note_each,
)
from declarations.models.standing import recompute
from declarations.problems import Problem, explain

VIN_NOT_DECLARED = explain("VIN_NOT_DECLARED", _("No vehicle of this declaration has the VIN %(vin)s."))
PAPER_UNKNOWN = explain("PAPER_KIND_UNKNOWN", _("%(code)s is not a known kind of paper. Take one from the list."))


TIME_AFTER_APPEAL = timedelta(hours=24)
"""Shortest time to be presented after an appeal was granted, the same as after lodging."""


def release(declaration: Declaration, *, by: By, now: datetime, reason: str, text: str = "") -> None:
    """Let a locked declaration's vehicles be presented: passes are issued in the same transaction.

    Raises: Conflict while a hold stands on the declaration.
    """
    if Hold.objects.standing().filter(declaration=declaration, vehicle=None).exists():
        raise Conflict("HOLD_STANDS", _("A hold stands on this declaration. It has to be lifted first."))
    declaration.released_at = now
    declaration.save(update_fields=["released_at"])
    declaration.move_to(DeclarationStatus.RELEASED, by=by, at=now, reason=reason, text=text)
    vehicles = list(Vehicle.objects.locked().filter(declaration=declaration))
    issue_passes(declaration, vehicles, by=by, now=now, reason=reason)
    recompute(vehicles, now=now)
    declaration.touch(at=now)


@transaction.atomic
def decide(
    *,
    declaration_id: int,
    result: str,
    reason: str,
    vins: Sequence[str] | None = None,
    documents: Sequence[Mapping[str, Any]] = (),
    due_at: datetime | None = None,
    by: User,
    now: datetime,
) -> Declaration:
    """RELEASE, REFUSE or REQUEST_DOCUMENTS: the whole while UNDER_CONTROL, or the checks of the named vehicles.

    REQUEST_DOCUMENTS opens such a check on a named vehicle that has none while the declaration is RELEASED; deciding
    that check closes what was asked of the vehicle, so that nobody is chased for papers that were decided.

    REFUSE after the deadline of DOCUMENTS_REQUIRED confirms that it is over.

    Raises: NotPermitted; Conflict when there is nothing of the kind to decide; Unacceptable for unknown VINs or papers.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_decide(by, declaration)
    if result == "REFUSE" and vins is None and _is_overdue(declaration, now):
        return confirm_overdue(declaration_id=declaration_id, reason=reason, by=by, now=now)
    if result == "REQUEST_DOCUMENTS":
        _request(declaration, documents=documents, vins=vins, due_at=due_at, reason=reason, by=by, now=now)
    elif vins is not None:
        _decide_vehicles(declaration, vins, accept=result == "RELEASE", reason=reason, by=by, now=now)
    else:
        _expect_under_control(declaration)
        if result == "RELEASE":
            release(declaration, by=by, now=now, reason="OFFICER_RELEASED", text=reason)
        else:
            _refuse(declaration, by=by, now=now, reason="OFFICER_REFUSED", text=reason)
    declaration.touch(at=now)
    return declaration


@transaction.atomic
def confirm_overdue(*, declaration_id: int, reason: str, by: User, now: datetime) -> Declaration:
    """The deadline for documents is over and the officer confirms: REFUSED.

    Raises: NotPermitted; Conflict before the deadline.
    """
    declaration = Declaration.objects.locked().select_related("port").get(pk=declaration_id)
    permissions.check_can_decide(by, declaration)
    if not _is_overdue(declaration, now):
        raise Conflict("NOT_OVERDUE", _("The time for the documents is not over."))
    _refuse(declaration, by=by, now=now, reason="DOCUMENTS_OVERDUE", text=reason)
    declaration.touch(at=now)
    return declaration


def _refuse(declaration: Declaration, *, by: User, now: datetime, reason: str, text: str) -> None:
    """Say no to the whole; the exporter may appeal within the port's term."""
    assert declaration.port is not None, "a lodged declaration has a port"
    declaration.appeal_until = now + timedelta(hours=declaration.port.appeal_hours)
    declaration.save(update_fields=["appeal_until"])
    declaration.move_to(DeclarationStatus.REFUSED, by=by, at=now, reason=reason, text=text)
    revoke_passes(declaration, by=by, now=now, reason=reason)
    recompute(Vehicle.objects.locked().filter(declaration=declaration), now=now)


@transaction.atomic
def grant_appeal(*, declaration_id: int, reason: str, by: User, now: datetime) -> Declaration:
    """A supervisor grants an appeal within its term: the refused declaration is looked at again.

    Raises: NotPermitted; Conflict when the term is over, or a VIN is live elsewhere by now.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_grant_appeal(by, declaration)
    term = declaration.appeal_until
    if declaration.status != DeclarationStatus.REFUSED or term is None or term <= now:
        raise Conflict("NO_APPEAL", _("There is no refusal within its term of appeal."))
    try:
        with transaction.atomic():
            declaration.move_to(DeclarationStatus.UNDER_CONTROL, by=by, at=now, reason="APPEAL_GRANTED", text=reason)
    except IntegrityError as clash:
        raise Conflict("VIN_IN_USE", _("A vehicle of this declaration was declared elsewhere meanwhile.")) from clash
    # Without new time a declaration that was refused for long would expire before anybody could look at it.
    declaration.expires_at = max(declaration.expires_at or now, now + TIME_AFTER_APPEAL)
    declaration.save(update_fields=["expires_at"])
    recompute(Vehicle.objects.locked().filter(declaration=declaration), now=now)
    declaration.touch(at=now)
    return declaration


@transaction.atomic
def detain(*, vehicle_id: int, reason: str, by: User, now: datetime) -> Vehicle:
    """A supervisor keeps a referred vehicle.

    Raises: NotPermitted; MoveNotAllowed unless it is REFERRED.
    """
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    permissions.check_can_detain(by, vehicle.declaration)
    vehicle.move_to(VehicleStatus.DETAINED, by=by, at=now, reason="DETAINED", text=reason)
    recompute([vehicle], now=now)
    vehicle.declaration.touch(at=now)
    return vehicle


@transaction.atomic
def end_detention(*, vehicle_id: int, withdrawn: bool, reason: str, by: User, now: datetime) -> Vehicle:
    """A supervisor lets a detained vehicle go back to the officers, or takes it out of the declaration.

    Raises: NotPermitted; Conflict unless it is DETAINED.
    """
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    permissions.check_can_detain(by, vehicle.declaration)
    if vehicle.status != VehicleStatus.DETAINED:
        raise Conflict("NOT_DETAINED", _("This vehicle is not detained."))
    if withdrawn:
        withdraw([vehicle], by=by, now=now, reason="DETENTION_ENDED", text=reason)
    else:
        vehicle.move_to(VehicleStatus.REFERRED, by=by, at=now, reason="DETENTION_ENDED", text=reason)
        recompute([vehicle], now=now)
    vehicle.declaration.touch(at=now)
    return vehicle


@transaction.atomic
def record_return(*, vehicle_id: int, reason: str, by: User, now: datetime) -> Vehicle:
    """The neighbour refused entry and the vehicle came back.

    Raises: NotPermitted; MoveNotAllowed unless it is EXITED.
    """
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    permissions.check_can_record_return(by, vehicle.declaration)
    vehicle.move_to(VehicleStatus.RETURNED, by=by, at=now, reason="RETURNED", text=reason)
    recompute([vehicle], now=now)
    vehicle.declaration.touch(at=now)
    return vehicle


def _is_overdue(declaration: Declaration, now: datetime) -> bool:
    due = declaration.documents_due_at
    return declaration.status == DeclarationStatus.DOCUMENTS_REQUIRED and due is not None and due <= now


def _expect_under_control(declaration: Declaration) -> None:
    if declaration.status != DeclarationStatus.UNDER_CONTROL:
        raise Conflict("NOT_UNDER_CONTROL", _("This declaration is not under control; there is nothing to decide."))


def _named(declaration: Declaration, vins: Sequence[str]) -> list[Vehicle]:
    rows = Vehicle.objects.locked().filter(declaration=declaration)
    # A VIN that was withdrawn and declared again means the vehicle that still counts.
    vehicles = {row.vin: row for row in sorted(rows, key=lambda row: row.status != VehicleStatus.WITHDRAWN)}
    unknown = [(index, vin) for index, vin in enumerate(vins) if vin not in vehicles]
    if unknown:
        raise Unacceptable([Problem(VIN_NOT_DECLARED, f"/vehicles/{n}", values={"vin": vin}) for n, vin in unknown])
    return [vehicles[vin] for vin in dict.fromkeys(vins)]


def _decide_vehicles(
    declaration: Declaration, vins: Sequence[str], *, accept: bool, reason: str, by: User, now: datetime
) -> None:
    vehicles = _named(declaration, vins)
    checks = DocumentCheck.objects.select_for_update().filter(vehicle__in=vehicles, status=CheckStatus.OPEN)
    found = [check.pk for check in checks]
    if len(found) < len(vehicles):
        raise Conflict("NO_OPEN_CHECK", _("At least one of these vehicles has no open document check."))
    outcome, said = CheckStatus.REFUSED, "DOCUMENTS_REFUSED"
    if accept:
        outcome, said = CheckStatus.ACCEPTED, "DOCUMENTS_ACCEPTED"
    DocumentCheck.objects.filter(pk__in=found).close(outcome, by=by, at=now, reason=reason)
    note_each(vehicles, declaration_id=declaration.pk, by=by, at=now, reason=said, text=reason)
    if not accept:
        opened = [vehicle for vehicle in vehicles if vehicle.status not in CLOSED_VEHICLE]
        withdraw(opened, by=by, now=now, reason=said, text=reason)
    if declaration.status != DeclarationStatus.DOCUMENTS_REQUIRED:  # there the exporter's answer ends the wait
        asked = DocumentRequest.objects.filter(vehicle__in=vehicles, answered_at=None)
        asked.update(answered_at=now, answered_by=by, answer=reason)
    settle(vehicles, by=by, now=now, reason="DOCUMENTS_ACCEPTED")


def _open_checks(declaration: Declaration, vehicles: Sequence[Vehicle], *, by: User, now: datetime) -> None:
    """Papers asked of a vehicle that was released are a check: else it would pass the gate before anybody saw them."""
    open_checks = DocumentCheck.objects.filter(vehicle__in=vehicles, status=CheckStatus.OPEN)
    checked = set(open_checks.values_list("vehicle", flat=True))
    free = [row for row in vehicles if row.pk not in checked and row.status not in CLOSED_VEHICLE]
    DocumentCheck.objects.bulk_create(
        DocumentCheck(declaration=declaration, vehicle=vehicle, because="DOCUMENTS_ASKED", opened_at=now)
        for vehicle in free
    )
    for vehicle in free:
        refer_released(vehicle, by=by, now=now, reason="DOCUMENTS_ASKED")


def _request(
    declaration: Declaration,
    *,
    documents: Sequence[Mapping[str, Any]],
    vins: Sequence[str] | None,
    due_at: datetime | None,
    reason: str,
    by: User,
    now: datetime,
) -> None:
    assert declaration.port is not None, "a lodged declaration has a port"
    known = load_reference().paper_types
    unknown = [
        Problem(PAPER_UNKNOWN, f"/documents/{index}/code", values={"code": document["code"]})
        for index, document in enumerate(documents)
        if document["code"] not in known
    ]
    if unknown:
        raise Unacceptable(unknown)
    due = due_at or now + timedelta(hours=declaration.port.documents_hours)
    asked = [document["vin"] for document in documents if document.get("vin")] + list(vins or ())
    vehicles = {vehicle.vin: vehicle for vehicle in _named(declaration, asked)}
    whole = vins is None and not any(document.get("vin") for document in documents)
    if whole or declaration.status == DeclarationStatus.UNDER_CONTROL:
        _expect_under_control(declaration)
        declaration.documents_due_at = due
        declaration.save(update_fields=["documents_due_at"])
        declaration.move_to(DeclarationStatus.DOCUMENTS_REQUIRED, by=by, at=now, reason="DOCUMENTS_ASKED", text=reason)
    elif declaration.status != DeclarationStatus.RELEASED:
        _expect_under_control(declaration)
    else:
        _open_checks(declaration, list(vehicles.values()), by=by, now=now)
    DocumentRequest.objects.bulk_create(
        DocumentRequest(
            declaration=declaration,
            vehicle=vehicles.get(vin),
            paper_id=document["code"],
            why=document.get("why") or reason,
            due_at=due,
            asked_by=by,
            asked_at=now,
        )
        for document in documents
        for vin in ([document["vin"]] if document.get("vin") else vins or [""])  # for none in particular: of each named
    )
    asked_of = list(vehicles.values())
    note_each(asked_of, declaration_id=declaration.pk, by=by, at=now, reason="DOCUMENTS_ASKED", text=reason)
    recompute(Vehicle.objects.locked().filter(declaration=declaration), now=now)
