"""Ways home: whoever drove a vehicle out came back by bus on a day. Until somebody says which, it is estimated."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations.errors import Conflict, Unacceptable
from declarations.models import Admission, Declaration, FerrymanReturn, Vehicle
from declarations.problems import Problem, explain
from declarations.words import Stage

RETURN_BEFORE_EXIT = explain(
    "RETURN_BEFORE_EXIT", _("The vehicle went out on %(exited)s; nobody came back from it before. Correct the day.")
)
RETURN_AHEAD = explain("RETURN_AHEAD", _("This day is still to come. Record a return once it has happened."))

NOT_OUT = ("NOT_OUT", _("A vehicle has not left the country. Only who drove one out can come back."))


@transaction.atomic
def record_returns(*, returns: Mapping[int, date], by: User, now: datetime) -> int:
    """Record the day on which the driver of each vehicle came back; all of them or none. Gives back how many are new.

    The same day again changes nothing; another day takes the former record back.
    Raises: NotPermitted; Conflict for a vehicle that is not out; Unacceptable for an impossible day.
    """
    exits, new = _exits(returns, by=by), 0
    wrong = [each for pk, day in sorted(returns.items()) for each in _problems(pk, day, exits[pk], now=now)]
    if wrong:
        raise Unacceptable(wrong)
    there = {row.vehicle_id: row for row in FerrymanReturn.objects.standing().filter(vehicle__in=returns)}
    for vehicle_id, day in sorted(returns.items()):
        before = there.get(vehicle_id)
        if before is not None and before.returned_on == day:
            continue
        if before is not None:
            _annul(before, by=by, now=now)
        FerrymanReturn.objects.create(
            vehicle_id=vehicle_id,
            returned_on=day,
            recorded_at=now,
            recorded_by=by,
            recorded_by_label=by.get_username(),
        )
        new += 1
    return new


def record_return_of(vehicle: Vehicle, day: date, *, label: str, now: datetime) -> None:
    """The same for one locked vehicle, said by somebody without an account; a record that is there stays.

    Raises: Conflict when the vehicle is not out; Unacceptable for an impossible day.
    """
    exited_at = _out([vehicle]).get(vehicle.pk)
    if exited_at is None:
        raise Conflict(*NOT_OUT)
    wrong = _problems(vehicle.pk, day, exited_at, now=now)
    if wrong:
        raise Unacceptable(wrong)
    if not FerrymanReturn.objects.standing().filter(vehicle=vehicle).exists():
        FerrymanReturn.objects.create(vehicle=vehicle, returned_on=day, recorded_at=now, recorded_by_label=label)


@transaction.atomic
def annul_return(*, vehicle_id: int, by: User, now: datetime) -> None:
    """Take a recorded return back; his days are estimated again. Without a record there is nothing to do.

    Raises: NotPermitted.
    """
    vehicle = Vehicle.objects.lock_with_declaration(vehicle_id)
    permissions.check_can_change(by, vehicle.declaration)
    row = FerrymanReturn.objects.standing().filter(vehicle=vehicle).first()
    if row is not None:
        _annul(row, by=by, now=now)


def _annul(row: FerrymanReturn, *, by: User, now: datetime) -> None:
    row.annulled_at, row.annulled_by = now, by
    row.save(update_fields=["annulled_at", "annulled_by"])


def _exits(vehicle_ids: Mapping[int, date], *, by: User) -> dict[int, datetime]:
    """When each vehicle went out; the vehicles are locked, so that no exit is annulled meanwhile."""
    wanted = sorted(set(Vehicle.objects.filter(pk__in=vehicle_ids).values_list("declaration", flat=True)))
    declarations = {row.pk: row for row in Declaration.objects.locked().filter(pk__in=wanted).order_by("pk")}
    for declaration in declarations.values():
        permissions.check_can_change(by, declaration)
    rows = list(Vehicle.objects.locked().filter(pk__in=vehicle_ids, declaration__in=wanted).order_by("pk"))
    exits = _out(rows)
    if len(exits) < len(vehicle_ids):
        raise Conflict(*NOT_OUT)
    return exits


def _out(vehicles: Iterable[Vehicle]) -> dict[int, datetime]:
    rows = Admission.objects.filter(vehicle__in=list(vehicles), stage=Stage.EXIT, annulled_at=None)
    return dict(rows.values_list("vehicle", "at"))


def _problems(vehicle_id: int, day: date, exited_at: datetime, *, now: datetime) -> list[Problem]:
    exited_on, pointer = timezone.localdate(exited_at), f"/returns/{vehicle_id}"
    if day < exited_on:
        return [Problem(RETURN_BEFORE_EXIT, pointer, values={"exited": exited_on.isoformat()})]
    return [Problem(RETURN_AHEAD, pointer)] if day > timezone.localdate(now) else []
