"""What the driver is told on his page: go, wait or stop, in one sentence why, and the next step.

Made of the same reasons that the exporter reads, said shorter: no channel, no risk hit, not even the public text of a
hold. An inspection is among the reasons only once the vehicle stands in the port.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from declarations.lifecycle import AT_PORT, CLOSED_VEHICLE, PassStatus, VehicleStatus
from declarations.readiness.because import Because


class Signal(TextChoices):
    """The one word above all."""

    GO = "GO", pgettext_lazy("driver", "Go")
    WAIT = "WAIT", pgettext_lazy("driver", "Wait")
    STOP = "STOP", pgettext_lazy("driver", "Do not drive")
    DONE = "DONE", pgettext_lazy("driver", "You are through")


Text = str | Promise


@dataclass(frozen=True, slots=True)
class Advice:
    """The word, why (%-format with named values), and what to do now."""

    signal: Signal
    why: Text
    step: Text


CALL = _("Do not drive yet. Call your exporter.")
LOOK_AGAIN = _("Do not drive yet. This page tells you when you may.")
STAY = _("Stay in the yard. An officer or your exporter tells you how to go on.")
GIVE_UP = _("Do not drive. Call your exporter.")
TO_BAY = _("Drive to the inspection bay.")
TO_BAY_AGAIN = _("Repair what was found, then drive to the inspection bay again.")
FOR_THE_OFFICER = _("Wait for the officer.")

GOING: Mapping[str, Advice] = {
    VehicleStatus.DECLARED: Advice(
        Signal.GO, _("Everything is in order."), _("Drive to the port and show this code at the gate.")
    ),
    VehicleStatus.PRESENTED: Advice(
        Signal.GO, _("You are in the yard."), _("Drive to the release gate and show this code.")
    ),
    VehicleStatus.RELEASED: Advice(
        Signal.GO, _("You are through the release gate."), _("Drive to the exit and show this code.")
    ),
}
"""For a vehicle that is ready, by where it stands."""

_EXPORTER = Advice(Signal.WAIT, _("Your exporter still has to settle the papers."), CALL)
_CUSTOMS = Advice(Signal.WAIT, _("Customs is still checking the papers."), LOOK_AGAIN)
_NO_PASS = Advice(Signal.WAIT, _("There is no valid pass. Your exporter has to make a new one."), CALL)
_OVER = Advice(Signal.STOP, _("This vehicle does not go out with this declaration."), GIVE_UP)
_FAILED = _("The inspection was not satisfactory.")

WAITING: Mapping[str, Advice] = {
    "NOT_LODGED": _EXPORTER,
    "DOCUMENTS_REQUIRED": _EXPORTER,
    "DECLARATION_REJECTED": _EXPORTER,
    "DOCUMENTS_WANTED": _EXPORTER,
    "BEING_ASSESSED": _CUSTOMS,
    "UNDER_CONTROL": _CUSTOMS,
    "VEHICLE_BEING_ASSESSED": _CUSTOMS,
    "DOCUMENTS_BEING_CHECKED": _CUSTOMS,
    "DECLARATION_REFUSED": _OVER,
    "DECLARATION_COMPLETED": _OVER,
    "DECLARATION_EXPIRED": _OVER,
    "DECLARATION_CANCELLED": _OVER,
    "DOCUMENTS_REFUSED": _OVER,
    "WITHDRAWN": _OVER,
    "RETURNED": Advice(Signal.STOP, _("The vehicle came back from the border."), GIVE_UP),
    "EXITED": Advice(
        Signal.DONE,
        _("The vehicle has left the port."),
        _("Drive to the importer. Take photos there when you hand the vehicle over."),
    ),
    "HANDED_OVER": Advice(Signal.DONE, _("The vehicle was handed over."), _("Nothing is left to do. Thank you.")),
    "DETAINED": Advice(Signal.STOP, _("The vehicle is kept at the port."), FOR_THE_OFFICER),
    "REFERRED": Advice(
        Signal.WAIT,
        _("An officer is dealing with the vehicle."),
        _("See the officer, then drive to the gate again."),
    ),
    "NO_PASS": _NO_PASS,
    "PASS_EXPIRED": _NO_PASS,
    "PASS_NOT_YET_VALID": Advice(Signal.WAIT, _("The pass is not valid yet."), LOOK_AGAIN),
    "HOLD": Advice(Signal.WAIT, _("Customs has stopped this vehicle for now."), LOOK_AGAIN),
    "INSPECTION_DUE": Advice(Signal.WAIT, _("The vehicle is to be inspected."), TO_BAY),
    "INSPECTION_AGAIN": Advice(Signal.WAIT, _FAILED, TO_BAY_AGAIN),
    "INSPECTION_FAILED": Advice(Signal.WAIT, _FAILED, FOR_THE_OFFICER),
    "DRIVER_MISSING": Advice(Signal.WAIT, _("Your exporter has not named the driver yet."), CALL),
    "WAITS_FOR_POOL": Advice(Signal.WAIT, _("Nobody has taken this vehicle yet."), CALL),
    "PLATE_MISSING": Advice(Signal.WAIT, _("Your exporter has not entered the plate yet."), CALL),
    "PLATE_EXPIRED": Advice(Signal.WAIT, _("The plate has expired. Your exporter has to enter a new one."), CALL),
    "PAPER_EXPIRED": Advice(Signal.WAIT, _("A paper of the vehicle has expired. Your exporter has to renew it."), CALL),
    "PORT_CLOSED": Advice(Signal.WAIT, _("The port is closed."), LOOK_AGAIN),
    "PORT_CLOSED_UNTIL": Advice(Signal.WAIT, _("The port is closed until %(until)s."), LOOK_AGAIN),
}
"""For a vehicle that is not ready, by the code of the reason; a test holds them against the reasons there are."""

NOT_FROM_HERE = (CALL, LOOK_AGAIN)
"""Steps that make no sense to somebody who stands in the yard already."""


def advise(*, vehicle_status: str, is_ready: bool, because: Sequence[Because]) -> Advice:
    """What the driver reads now. A reason that ends the way goes before one that passes, else the first counts."""
    if is_ready and vehicle_status in GOING:
        return GOING[vehicle_status]
    found = [_said(each) for each in because]
    ends = [each for each in found if each.signal is not Signal.WAIT]
    chosen = (ends or found or [_CUSTOMS])[0]
    if vehicle_status in AT_PORT and chosen.step in NOT_FROM_HERE:
        return replace(chosen, step=STAY)
    return chosen


def sends_to_bay(advice: Advice) -> bool:
    """Whether the driver is told to go to a bay, so that the page may say to which."""
    return advice.step in (TO_BAY, TO_BAY_AGAIN)


def _said(reason: Because) -> Advice:
    advice = WAITING[reason.code]
    until = reason.values.get("until")
    return replace(advice, why=str(advice.why) % {"until": until}) if until else advice


def shows_code(*, pass_status: str | None, vehicle_status: str) -> bool:
    """Whether the driver is to show the pass: while it counts and its vehicle has not gone out."""
    return pass_status == PassStatus.ISSUED and vehicle_status not in CLOSED_VEHICLE
