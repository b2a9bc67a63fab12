"""Lodging: the draft becomes a declaration with customs. One bad vehicle never blocks the others (law 9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions, tariff, vin
from declarations.actions.drafting import check_draft, count_problems, fresh, locked_draft
from declarations.clearance.assessment import rows_with_problems
from declarations.clearance.closing import close, set_aside
from declarations.clearance.sweeps import was_presented
from declarations.errors import Conflict, NotPermitted, Unacceptable
from declarations.lifecycle import CLOSED_VEHICLE, HOLDING_VIN, DeclarationStatus, VehicleStatus
from declarations.models import Declaration, DeclarationVersion, Vehicle, roles_of
from declarations.models.history import By
from declarations.problems import Problem, errors, explain
from declarations.words import OPEN_MODES, Direction, Mode

MODE_NOT_OPEN = explain(
    "MODE_NOT_OPEN", _("Only exports under the vehicle's own power can be lodged so far. Keep this one as a draft.")
)
VIN_IN_USE = explain(
    "VIN_IN_USE", _("This VIN stands in another declaration that is with customs. It has to leave that one first.")
)
SOONEST = timedelta(hours=24)
"""Shortest time to be presented after lodging, as for a pass (DOMAIN section 4)."""


@dataclass(frozen=True, slots=True)
class Lodged:
    """What lodging did; left_out is the new draft with the vehicles that were set aside."""

    declaration: Declaration
    left_out: Declaration | None
    left_out_vins: tuple[str, ...] = ()


def lodging_problems(declaration: Declaration, *, now: datetime) -> list[Problem]:
    """Everything that a lodging would say: the draft's own problems, closed modes, VINs that are live elsewhere."""
    found = check_draft(declaration, now=now) + mode_problems(declaration)
    return found + vins_in_use(declaration, open_vins(declaration))


def mode_problems(declaration: Declaration) -> list[Problem]:
    """Whether this mode can be lodged at all so far."""
    direction, mode = declaration.direction, declaration.mode
    if direction in Direction.values and mode in Mode.values and (Direction(direction), Mode(mode)) not in OPEN_MODES:
        return [Problem(MODE_NOT_OPEN, "/mode" if direction == Direction.EXPORT else "/direction")]
    return []


def open_vins(declaration: Declaration) -> list[str]:
    """The VIN of each vehicle in its row, "" where the vehicle has left: it may be live elsewhere by now (law 9)."""
    return ["" if vehicle.status in CLOSED_VEHICLE else vehicle.vin for vehicle in declaration.present_vehicles()]


def vins_in_use(declaration: Declaration, vins: Sequence[str]) -> list[Problem]:
    """Problems for VINs that another declaration holds; a stranger reads no more than that."""
    normal = [vin.normalise(text) for text in vins]
    taken = set(
        Vehicle.objects.filter(vin__in=normal, live=True).exclude(declaration=declaration).values_list("vin", flat=True)
    )
    return [Problem(VIN_IN_USE, f"/vehicles/{row}/vin") for row, text in enumerate(normal) if text in taken]


@transaction.atomic
def lodge(
    *,
    declaration_id: int,
    leave_out: bool = False,
    confirmed: Sequence[Mapping[str, str]] = (),
    by: Any,
    now: datetime,
) -> Lodged:
    """Hand a draft in for clearance; with leave_out, vehicles with errors move to a new draft and the rest is lodged.

    Raises: NotPermitted; Conflict when it is no draft; Unacceptable with the problems, nothing moved.
    """
    declaration = locked_draft(declaration_id, by=by)
    permissions.check_can_lodge(by, declaration)
    vehicles = list(Vehicle.objects.locked().filter(declaration=declaration).order_by("position", "pk"))
    vehicles = [vehicle for vehicle in vehicles if vehicle.status != VehicleStatus.WITHDRAWN]
    found = lodging_problems(fresh(declaration), now=now)
    stopping = errors(found)
    bad = rows_with_problems(stopping)
    of_header = [problem for problem in stopping if not problem.pointer.startswith("/vehicles/")]
    if stopping and (of_header or not leave_out or len(bad) == len(vehicles)):
        raise Unacceptable(found)
    left_out = None
    if bad:
        aside = [vehicles[row] for row in sorted(bad)]
        left_out = set_aside(declaration, aside, by=by, now=now, reason="LEFT_OUT")
        count_problems(left_out, check_draft(fresh(left_out), now=now))
    _hand_in(declaration, confirmed=confirmed, by=by, now=now)
    vins = tuple(vehicles[row].vin for row in sorted(bad))
    return Lodged(declaration, left_out, vins)


def hand_in_again(declaration: Declaration, *, by: Any, now: datetime) -> None:
    """After an amendment of the header: a new version, assessed again."""
    _hand_in(declaration, confirmed=(), by=by, now=now, reason="AMENDED")


def _hand_in(
    declaration: Declaration,
    *,
    confirmed: Sequence[Mapping[str, str]],
    by: Any,
    now: datetime,
    reason: str = "LODGED",
) -> None:
    vehicles = list(declaration.vehicles.exclude(status__in=CLOSED_VEHICLE))
    for vehicle in vehicles:
        # With dots and blanks a good code may not have fitted its column; what is stored from now on does.
        vehicle.vin = vin.normalise(vehicle.entered.pop("vin", vehicle.vin))
        vehicle.hs_code = tariff.national_code(vehicle.entered.pop("hs_code", vehicle.hs_code))
        vehicle.being_assessed = False  # all of them are assessed now
    Vehicle.objects.bulk_update(vehicles, ["vin", "hs_code", "entered", "being_assessed"], batch_size=500)
    newest = declaration.versions.order_by("-version").values_list("version", flat=True).first()
    declaration.version = (newest or 0) + 1
    declaration.lodged_at = now
    declaration.channel, declaration.documents_due_at = "", None
    set_legal_time(declaration, now=now)
    declaration.save()
    remember_version(declaration, by=by, now=now)
    declaration.documents.all().lodge(at=now)
    if declaration.status != DeclarationStatus.LODGED:
        try:
            with transaction.atomic():
                declaration.move_to(
                    DeclarationStatus.LODGED, by=by, at=now, reason=reason, data={"confirmed": list(confirmed)}
                )
        except IntegrityError as clash:
            # Another declaration took the VIN between the look and the write; the unique index decided.
            body = fresh(declaration)
            in_use = vins_in_use(body, open_vins(body))
            if not in_use:
                raise
            raise Unacceptable(in_use) from clash
    declaration.touch(at=now)


def set_legal_time(declaration: Declaration, *, now: datetime) -> None:
    """Until when the first vehicle has to be presented (per-port time after the planned arrival). The caller saves."""
    assert declaration.port is not None, "a lodged declaration has a port"
    arrival = declaration.planned_arrival_at or now
    declaration.expires_at = max(arrival + timedelta(hours=declaration.port.legal_hours), now + SOONEST)
    declaration.straggler_notice_at = None


def remember_version(declaration: Declaration, *, by: Any, now: datetime) -> None:
    """Keep what was said, word for word; of the driver a keyed fingerprint alone, for this row is never erased."""
    DeclarationVersion.objects.create(
        declaration=declaration, version=declaration.version, body=fresh(declaration).said(), at=now, by=by
    )


@transaction.atomic
def cancel(*, declaration_id: int, reason: str, by: By, now: datetime) -> Declaration:
    """Call a declaration off: the declarant while nothing was presented, a supervisor while nothing stands in the port.

    Raises: NotPermitted; Conflict when it ended already or vehicles are at the port.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_cancel(by, declaration)
    if declaration.status not in HOLDING_VIN and not declaration.is_draft:
        raise Conflict("ALREADY_ENDED", _("This declaration has ended already."))
    is_own = declaration.organisation_id in roles_of(by).organisations
    if is_own and was_presented(declaration):
        raise Conflict("VEHICLE_AT_PORT", _("A vehicle was presented already. Withdraw the others one by one."))
    if not is_own and declaration.is_draft:
        raise NotPermitted
    still = (VehicleStatus.DECLARED, VehicleStatus.WITHDRAWN)
    if Vehicle.objects.locked().filter(declaration=declaration).exclude(status__in=still).exists():
        raise Conflict("VEHICLE_AT_PORT", _("A vehicle of this declaration is at the port or has left through it."))
    declaration.documents.filter(lodged_at=None).discard()
    close(declaration, DeclarationStatus.CANCELLED, by=by, now=now, reason="CANCELLED", text=reason)
    return declaration
