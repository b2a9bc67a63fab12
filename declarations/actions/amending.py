"""Changes after lodging: header and vehicle amendments, swaps that take effect at once, withdrawal, a new pass."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations import checks, permissions, tariff, vin
from declarations.actions.drafting import change_draft, count_problems, fresh, remove_vehicle
from declarations.actions.lodging import VIN_IN_USE, hand_in_again, lodging_problems, remember_version, set_legal_time
from declarations.actions.typed import keep_header, keep_vehicle
from declarations.actions.writing import accepted_problems, change_vehicle, write_header
from declarations.clearance.closing import withdraw
from declarations.clearance.controls import expect_free_to_rename, settle
from declarations.clearance.decisions import VIN_NOT_DECLARED
from declarations.clearance.issuing import issue_passes
from declarations.errors import Conflict, Unacceptable
from declarations.lifecycle import (
    CLOSED_VEHICLE,
    HOLDING_VIN,
    DeclarationStatus,
    Owed,
    VehicleStatus,
)
from declarations.models import By, Declaration, Driver, Vehicle, load_reference, note, owe
from declarations.models.standing import recompute
from declarations.models.stays import stays_of_drivers
from declarations.problems import Problem, errors
from declarations.versions import ARRIVAL, AT_ONCE, OWN_WORDS


@transaction.atomic
def amend(
    *,
    declaration_id: int,
    body: Mapping[str, Any],
    vehicle_id: int | None = None,
    seen: str | None = None,
    key: UUID | None = None,
    by: Any,
    now: datetime,
) -> Declaration:
    """Merge a body into a declaration, draft or lodged; all of it or nothing.

    vehicle_id: the one vehicle that body["vehicles"][0] is about, so that its VIN may change; seen, key: the mark of
    what a page about a draft has seen there (`typed.mark_of`), and the page's own key.
    Raises: NotPermitted; Conflict VEHICLE_AT_PORT, CHANGED_MEANWHILE, VIN_HAS_CONTROLS or when it ended; Unacceptable
    for errors that the change brings.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_change(by, declaration)
    if declaration.is_draft:
        if vehicle_id is not None:
            values = body["vehicles"][0]
            keep_vehicle(
                declaration_id=declaration_id, vehicle_id=vehicle_id, values=values, seen=seen, key=key, by=by, now=now
            )
            return Declaration.objects.get(pk=declaration_id)
        if seen is not None:
            return keep_header(declaration_id=declaration_id, body=body, seen=seen, key=key, by=by, now=now)
        return change_draft(declaration_id=declaration_id, body=body, by=by, now=now)
    if declaration.status not in HOLDING_VIN:
        raise Conflict("ALREADY_ENDED", _("This declaration has ended; declare again instead."))
    vehicles = list(Vehicle.objects.locked().filter(declaration=declaration).order_by("position", "pk"))
    before = fresh(declaration).body()
    driven = set(Driver.objects.filter(vehicle__in=vehicles).exclude(name="").values_list("vehicle", flat=True))
    header = _changed_names(before, body, skip={"vehicles"})
    changes = _vehicle_changes(vehicles, before, body.get("vehicles") or [], vehicle_id)
    if not header and not changes:
        return declaration
    _expect_movable(vehicles, header, changes)
    _expect_port(before, body, now=now)
    for vehicle, names in changes:
        if "vin" in names:
            expect_free_to_rename(vehicle)
    try:
        with transaction.atomic():
            _write(declaration, body, changes, now=now)
    except IntegrityError as clash:
        if not any("vin" in values for _vehicle, values in changes):
            raise
        raise Unacceptable([_taken_vin(declaration, changes)]) from clash
    _expect_no_new_errors(declaration, before, header, changes, now=now)
    for vehicle, names in changes:
        _tell(declaration, vehicle, names, had_driver=vehicle.pk in driven, by=by, now=now)
    amended = [vehicle for vehicle, names in changes if set(names) - AT_ONCE]
    if header - {ARRIVAL} - OWN_WORDS:
        note(declaration_id=declaration.pk, by=by, at=now, reason="AMENDED", data={"fields": sorted(header)})
        hand_in_again(declaration, by=by, now=now)
    else:
        if ARRIVAL in header:
            _new_arrival(declaration, vehicles, by=by, now=now)
        if amended:
            _amend_vehicles(declaration, amended, by=by, now=now)
    swapped = [vehicle for vehicle, names in changes if AT_ONCE & set(names)]
    settle(swapped, by=by, now=now, reason="REPAIRED")
    recompute([vehicle for vehicle in vehicles if vehicle.status not in CLOSED_VEHICLE], now=now)
    declaration.touch(at=now)
    return declaration


@transaction.atomic
def withdraw_vehicle(*, declaration_id: int, vehicle_id: int, reason: str, by: By, now: datetime) -> Declaration:
    """Take one vehicle out: removed from a draft, WITHDRAWN after lodging while DECLARED or PRESENTED.

    Raises: NotPermitted; Conflict when it is past that.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_withdraw(by, declaration)
    if declaration.is_draft:
        return remove_vehicle(declaration_id=declaration_id, vehicle_id=vehicle_id, by=by, now=now)
    vehicle = Vehicle.objects.locked().get(pk=vehicle_id, declaration=declaration)
    if vehicle.status not in (VehicleStatus.DECLARED, VehicleStatus.PRESENTED):
        raise Conflict("VEHICLE_AT_PORT", _("This vehicle can no longer be withdrawn; see the officer at the port."))
    withdraw([vehicle], by=by, now=now, reason="WITHDRAWN", text=reason)
    declaration.touch(at=now)
    return declaration


@transaction.atomic
def renew_pass(*, vehicle_id: int, by: By, now: datetime) -> Vehicle:
    """A pass was lost or has run out: a new version, the old one dies.

    Raises: NotPermitted; Conflict unless the declaration is RELEASED and the vehicle still to go.
    """
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    declaration = vehicle.declaration
    permissions.check_can_withdraw(by, declaration)
    gone = vehicle.status in CLOSED_VEHICLE or vehicle.being_assessed
    if declaration.status != DeclarationStatus.RELEASED or gone:
        raise Conflict("NO_PASS_YET", _("There is a pass only while the declaration is released."))
    issue_passes(declaration, [vehicle], by=by, now=now, reason="RENEWED", lost=True)
    recompute([vehicle], now=now)
    declaration.touch(at=now)
    return vehicle


def _changed_names(before: Mapping[str, Any], after: Mapping[str, Any], *, skip: Iterable[str] = ()) -> set[str]:
    """Names in `after` whose values differ from `before`; a nested object counts as one name."""
    names = set()
    for name, value in after.items():
        old = before.get(name)
        if isinstance(value, dict) and isinstance(old, dict):
            value = {**old, **value}
        if name == ARRIVAL:
            old, value = _moment(old), _moment(value)
        if name not in skip and (value or None) != (old or None):
            names.add(name)
    return names


def _moment(text: Any) -> Any:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return text


def _vehicle_changes(
    vehicles: list[Vehicle], before: Mapping[str, Any], wanted: list[Mapping[str, Any]], vehicle_id: int | None
) -> list[tuple[Vehicle, dict[str, Any]]]:
    """Vehicles that change, each with the values that differ.

    Raises: Unacceptable for a VIN that is not declared.
    """
    opened = {vehicle.vin: vehicle for vehicle in vehicles if vehicle.status not in CLOSED_VEHICLE}
    bodies = {row["vin"]: row for row in before["vehicles"]}
    unknown, changes = [], []
    for index, values in enumerate(map(_normal, wanted)):
        if vehicle_id is not None:
            vehicle = next((row for row in opened.values() if row.pk == vehicle_id), None)
        else:
            vehicle = opened.get(values.get("vin") or "")
        if vehicle is None:
            named = values.get("vin") or ""
            unknown.append(Problem(VIN_NOT_DECLARED, f"/vehicles/{index}/vin", values={"vin": named}))
            continue
        names = _changed_names(bodies[vehicle.vin], values)
        if names:
            changes.append((vehicle, {name: values[name] for name in names}))
    if unknown:
        raise Unacceptable(unknown)
    return changes


def _normal(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as lodging stores them; a live VIN in another spelling would slip past the unique index (law 4)."""
    normal = dict(values)
    for name, read in (("vin", vin.normalise), ("hs_code", tariff.national_code)):
        if isinstance(normal.get(name), str):
            normal[name] = read(normal[name])
    return normal


def _taken_vin(declaration: Declaration, changes: list[tuple[Vehicle, dict[str, Any]]]) -> Problem:
    """What is wrong with the one VIN that changes: the unique index has just refused it."""
    changed, number = next((vehicle.pk, values["vin"]) for vehicle, values in changes if "vin" in values)
    present = fresh(declaration).present_vehicles()
    pointer = f"/vehicles/{[vehicle.pk for vehicle in present].index(changed)}/vin"
    twin = next((row for row, vehicle in enumerate(present, 1) if vehicle.vin == number), None)
    if twin is None:
        return Problem(VIN_IN_USE, pointer)
    return Problem(checks.VIN_DUPLICATE, pointer, values={"row": twin})


def _expect_movable(vehicles: list[Vehicle], header: set[str], changes: list[tuple[Vehicle, dict[str, Any]]]) -> None:
    """Amendments only while nothing they touch stands in the port or has left it.

    Raises: Conflict VEHICLE_AT_PORT.
    """
    still = (VehicleStatus.DECLARED, VehicleStatus.WITHDRAWN)
    in_port = bool(header - {ARRIVAL} - OWN_WORDS) and any(row.status not in still for row in vehicles)
    amended = any(row.status != VehicleStatus.DECLARED for row, names in changes if set(names) - AT_ONCE)
    if in_port or amended:
        raise Conflict("VEHICLE_AT_PORT", _("A vehicle concerned is at the port; this can no longer be changed here."))


def _expect_port(before: Mapping[str, Any], body: Mapping[str, Any], *, now: datetime) -> None:
    """What is with customs stays at a port that there is; the row could not even be written without one.

    Raises: Unacceptable.
    """
    if "port" in body and body["port"] not in load_reference().ports:
        found = checks.check_header({**before, **body}, load_reference(), timezone.localdate(now))
        raise Unacceptable([problem for problem in errors(found) if problem.pointer == "/port"])


def _write(
    declaration: Declaration,
    body: Mapping[str, Any],
    changes: list[tuple[Vehicle, dict[str, Any]]],
    *,
    now: datetime,
) -> None:
    write_header(declaration, body)
    declaration.save()
    for vehicle, values in changes:
        if "vin" in values:
            vehicle.channel = ""  # under its new VIN it was never assessed
        change_vehicle(vehicle, values, now=now)


def _expect_no_new_errors(
    declaration: Declaration,
    before: Mapping[str, Any],
    header: set[str],
    changes: list[tuple[Vehicle, dict[str, Any]]],
    *,
    now: datetime,
) -> None:
    """Refuse errors that the change brings, or leaves standing in what it touches; older ones elsewhere do not matter.

    Raises: Unacceptable; the transaction takes everything back.
    """
    options: dict[str, Any] = {
        "reference": load_reference(),
        "today": timezone.localdate(now),
        "accepted": accepted_problems(declaration),
        "stays": stays_of_drivers(before, before["vehicles"], now=now),
    }
    known = {(problem.code, problem.pointer) for problem in errors(checks.check(before, **options))}
    after = fresh(declaration)
    rows = {vehicle.pk: row for row, vehicle in enumerate(after.present_vehicles())}
    touched = [f"/{name}" for name in header]
    touched += [f"/vehicles/{rows[vehicle.pk]}/{name}" for vehicle, values in changes for name in values]
    found = lodging_problems(after, now=now)
    new = [
        problem
        for problem in errors(found)
        if (problem.code, problem.pointer) not in known or any(problem.pointer.startswith(each) for each in touched)
    ]
    if new:
        raise Unacceptable(new)
    count_problems(declaration, found)


def _tell(
    declaration: Declaration,
    vehicle: Vehicle,
    names: Mapping[str, Any],
    *,
    had_driver: bool,
    by: By,
    now: datetime,
) -> None:
    reason = "AMENDED" if set(names) - AT_ONCE else "SWAPPED"
    data: dict[str, Any] = {"fields": sorted(names)}
    if "driver" in names and not had_driver:
        data["first_driver"] = True
    note(declaration_id=declaration.pk, vehicle_id=vehicle.pk, by=by, at=now, reason=reason, data=data)


def _new_arrival(declaration: Declaration, vehicles: list[Vehicle], *, by: By, now: datetime) -> None:
    """The planned arrival moved: the legal time with it, and the passes of what is still to come."""
    set_legal_time(declaration, now=now)
    declaration.save()
    note(declaration_id=declaration.pk, by=by, at=now, reason="ARRIVAL_CHANGED")
    coming = [row for row in vehicles if row.status == VehicleStatus.DECLARED and not row.being_assessed]
    if declaration.status == DeclarationStatus.RELEASED:
        issue_passes(declaration, coming, by=by, now=now, reason="ARRIVAL_CHANGED")


def _amend_vehicles(declaration: Declaration, vehicles: list[Vehicle], *, by: By, now: datetime) -> None:
    """Single vehicles were amended: the declaration stays where it is, only they are assessed again."""
    declaration.version += 1
    declaration.save(update_fields=["version"])
    remember_version(declaration, by=by, now=now)
    if declaration.status == DeclarationStatus.LODGED:
        return
    for vehicle in vehicles:
        vehicle.being_assessed = True
    Vehicle.objects.bulk_update(vehicles, ["being_assessed"])
    owe(Owed.ASSESS_AMENDED, declaration.pk, at=now)
