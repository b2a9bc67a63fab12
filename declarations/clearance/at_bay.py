"""At the bay: from what the inspector scans or types to the order that waits for him."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Right
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations import passes, permissions, vin
from declarations.clearance import inspections
from declarations.clearance.controls import WAITING
from declarations.errors import Conflict, NotPermitted
from declarations.examination import turn_of
from declarations.lifecycle import PassKeyStatus, PassStatus
from declarations.models import By, Inspection, Pass, PassKey, Vehicle

TAIL = 6
"""Characters at the end of a VIN by which people call a vehicle."""

REFUSALS: dict[str, str | Promise] = {
    "NOT_A_PASS": _("This is no pass. Scan the pass, or type its manual code or the last six characters of the VIN."),
    "CODE_MISTYPED": _("One of its characters is mistyped. Compare it with the driver's screen."),
    "UNKNOWN_KEY": _("The pass was signed with an unknown key. Call the supervisor."),
    "BAD_SIGNATURE": _("The signature does not fit: the pass may be forged. Call the supervisor."),
    "UNKNOWN_PASS": _("Nobody issued this pass. Call the supervisor."),
    "WRONG_PORT": _("This pass is for another port."),
    "SUPERSEDED": _("This is an old pass. Ask for the newest one, or type the last six characters of the VIN."),
    "REVOKED": _("This pass was revoked. Call the supervisor."),
    "NO_VEHICLE": _("No vehicle at this port has that VIN."),
    "SEVERAL_VEHICLES": _("Several vehicles end so. Type the whole VIN."),
    "NO_INSPECTION": _("No inspection of this vehicle waits. Send it back to the gate."),
}
"""What the inspector reads instead of an order; the codes of a pass are those of the gate."""


def find(*, text: str, port: str, by: By) -> Inspection:
    """The order that comes next for this officer at this port, of the vehicle whose pass or VIN was read.

    text: QR text, manual code, VIN or its last six characters. With orders of several agencies, his own counts.
    Raises: Conflict with a code of REFUSALS; NotPermitted when only other agencies wait for the vehicle.
    """
    vehicle = _vehicle(text.strip(), port, by)
    rows = Inspection.objects.filter(vehicle=vehicle, status__in=WAITING).select_related("vehicle__declaration", "bay")
    waiting = in_turn(rows)
    if not waiting:
        raise _refusal("NO_INSPECTION")
    for row in waiting:
        if permissions.can_inspect(by, row.vehicle.declaration, row.agency):
            return row
    raise NotPermitted("OTHER_AGENCY", _("Only who acts for that agency may do this."))


def start(*, text: str, port: str, by: By, now: datetime) -> Inspection:
    """Begin the examination of the vehicle whose pass or VIN was read.

    Raises: as `find` and `inspections.start`.
    """
    return inspections.start(public_id=find(text=text, port=port, by=by).public_id, by=by, now=now)


def in_turn(rows: Iterable[Inspection]) -> list[Inspection]:
    """The order in which a vehicle goes through them: by agency, then the older first."""
    return sorted(rows, key=lambda row: (turn_of(row.agency), row.ordered_at, row.pk))


def _vehicle(text: str, port: str, by: By) -> Vehicle:
    if passes.looks_like_manual_code(text):
        pass_id = passes.read_manual_code(text)
        if pass_id is None:
            raise _refusal("CODE_MISTYPED")
        return _of_pass(pass_id, port, by)
    wanted = vin.normalise(text)
    if len(wanted) in (TAIL, vin.LENGTH):
        return _of_vin(wanted, port, by)
    try:
        return _of_pass(passes.read(text, _keys()).pass_id, port, by)
    except passes.Refused as refused:
        raise _refusal(refused.code) from None


def _keys() -> dict[bytes, passes.VerifyingKey]:
    return {
        row.kid_bytes: passes.verifying_key(bytes(row.public), kid=row.kid_bytes, status=PassKeyStatus(row.status))
        for row in PassKey.objects.defer("private")
    }


def _of_pass(pass_id: int, port: str, by: By) -> Vehicle:
    issued = Pass.objects.select_related("vehicle__declaration").defer("code").filter(pass_id=pass_id).first()
    if issued is None:
        raise _refusal("UNKNOWN_PASS")
    if issued.port_id != port or issued.vehicle.declaration.port_id != port:
        raise _refusal("WRONG_PORT")
    if issued.status in (PassStatus.SUPERSEDED, PassStatus.REVOKED):
        raise _refusal(issued.status)
    return issued.vehicle


def _of_vin(wanted: str, port: str, by: By) -> Vehicle:
    here = Vehicle.objects.for_officer(by).filter(live=True, declaration__port=port)
    found = list(here.alias(tail=Right("vin", TAIL)).filter(Q(vin=wanted) | Q(tail=wanted)).order_by("pk")[:2])
    if not found:
        raise _refusal("NO_VEHICLE")
    if len(found) > 1:
        raise _refusal("SEVERAL_VEHICLES")
    return found[0]


def _refusal(code: str) -> Conflict:
    return Conflict(code, REFUSALS[code])
