"""Who is told what (DOMAIN section 9): kinds of notices, their urgency, and the sentence for each audience.

Nothing here tells of a channel, a risk hit or the inner text of a hold. A driver who stands at the gate because of a
hold reads no more than that an officer is coming.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations import timeline
from declarations.lifecycle import AT_PORT, DeclarationStatus, InspectionStatus, Machine, VehicleStatus

NOTE = "note"
REFERS = frozenset({"ALARM", "MANUAL"})
"""Verdicts of the gate that want an officer."""


class Audience(TextChoices):
    """Who reads a notice."""

    EXPORTER = "E", _("exporter")
    DRIVER = "D", _("driver")
    IMPORTER = "I", _("importer")
    OFFICERS = "O", _("officers' desk")
    CONTROL = "C", _("control centre")


EACH_VEHICLE = frozenset({Audience.DRIVER, Audience.IMPORTER})
"""Audiences that are told of their own vehicle alone; the others read one notice for all that happened at once."""


class Urgency(TextChoices):
    """How soon somebody has to act on it."""

    NOW = "NOW", _("act now")
    SOON = "SOON", _("act before a deadline")
    INFO = "INFO", _("for your information")


class Kind(TextChoices):
    """What happened."""

    PASS_READY = "PASS_READY", _("pass ready")
    READY_AGAIN = "READY_AGAIN", _("ready again")
    NOT_READY = "NOT_READY", _("not ready")
    HOLD_PLACED = "HOLD_PLACED", _("stopped")
    HOLD_AT_PORT = "HOLD_AT_PORT", _("stopped at the port")
    HOLD_LIFTED = "HOLD_LIFTED", _("stop lifted")
    DOCUMENTS_WANTED = "DOCUMENTS_WANTED", _("documents wanted")
    DOCUMENTS_CLOCK = "DOCUMENTS_CLOCK", _("time for documents")
    PAPERS_ARRIVED = "PAPERS_ARRIVED", _("papers arrived")
    INSPECTION = "INSPECTION", _("inspection")
    RECHECK_ASKED = "RECHECK_ASKED", _("repaired")
    AT_THE_GATE = "AT_THE_GATE", _("stopped at the gate")
    STILL_AT_THE_GATE = "STILL_AT_THE_GATE", _("nobody decided for 5 minutes")
    OFFLINE_CONFLICT = "OFFLINE_CONFLICT", _("a device decided otherwise")
    EXITED = "EXITED", _("exited")
    NOT_HANDED_OVER = "NOT_HANDED_OVER", _("hand-over missing")
    RETURNED = "RETURNED", _("returned")
    RUNS_OUT = "RUNS_OUT", _("runs out soon")
    DRIVER_NEW = "DRIVER_NEW", _("new driver")
    DRIVER_OLD = "DRIVER_OLD", _("driver before")
    PLATE_CHANGED = "PLATE_CHANGED", _("plate changed")
    PORT_CLOSED = "PORT_CLOSED", _("port closed")
    PORT_OPEN = "PORT_OPEN", _("port open again")
    REJECTED = "REJECTED", _("rejected")
    REFUSED = "REFUSED", _("refused")
    STRAGGLER = "STRAGGLER", _("last reminder")
    BARRIER_FAILED = "BARRIER_FAILED", _("barrier did not open")
    BARRIER_LIFTED = "BARRIER_LIFTED", _("barrier lifted by hand")
    DEVICE_SILENT = "DEVICE_SILENT", _("device silent")
    DEVICE_BACK = "DEVICE_BACK", _("device heard again")
    DEVICE_FAULT = "DEVICE_FAULT", _("device fault")


@dataclass(frozen=True, slots=True)
class Told:
    """One line of DOMAIN section 9: the sentence for each audience (%-format with named values)."""

    urgency: Urgency
    sentences: Mapping[Audience, str | Promise]


E, D, I, O, C = Audience  # noqa: E741 - the letters of DOMAIN section 9
_NOT_YET = _("Please do not set out yet. %(reason)s")
_RUNS_OUT = _("%(what)s runs out in less than %(hours)s hours, on %(until)s. Renew it before.")
_CLOSED = _("%(port)s is closed from %(starts)s. %(until)s %(reason)s")
_OPEN = _("%(port)s is open again.")
_STOPPED = _("Customs has stopped this for now. %(reason)s")
_LIFTED = _("The stop was lifted.")
_INSPECTION = "%(inspection)s"
_PLACED_FOR_OFFICERS = _("A hold was placed: %(reason)s")
_LIFTED_FOR_OFFICERS = _("A hold was lifted.")
_GATE = "%(gate)s"
_OFFLINE = _("Without the network a lane decided otherwise than the centre. %(gate)s")
_CAME_BACK = _("The vehicle came back from the border.")
_NOT_OPENED = _(
    "%(lane)s: the barrier did not open, or did not say so in time. Look at the lane; if nobody drove through, "
    "annul the admission."
)

TABLE: Mapping[Kind, Told] = {
    Kind.PASS_READY: Told(
        Urgency.INFO,
        {E: _("Released. The passes are ready."), D: _("Your pass is ready. You may drive to the port.")},
    ),
    Kind.READY_AGAIN: Told(
        Urgency.INFO, {E: _("Ready again to be driven to the port."), D: _("You may drive to the port again.")}
    ),
    Kind.NOT_READY: Told(Urgency.NOW, {E: _("Not ready to be driven to the port. %(reason)s"), D: _NOT_YET}),
    Kind.HOLD_PLACED: Told(Urgency.NOW, {E: _STOPPED, D: _NOT_YET, O: _PLACED_FOR_OFFICERS}),
    Kind.HOLD_AT_PORT: Told(Urgency.NOW, {D: _("Please wait in the car, an officer is coming.")}),
    Kind.HOLD_LIFTED: Told(Urgency.INFO, {E: _LIFTED, D: _LIFTED, O: _LIFTED_FOR_OFFICERS}),
    Kind.DOCUMENTS_WANTED: Told(Urgency.NOW, {E: _("Customs asks for documents until %(until)s.")}),
    Kind.DOCUMENTS_CLOCK: Told(
        Urgency.NOW, {E: _("%(percent)s of the time to send the documents is over. They are due on %(until)s.")}
    ),
    Kind.PAPERS_ARRIVED: Told(Urgency.SOON, {O: _("The exporter answered the request for documents.")}),
    Kind.INSPECTION: Told(Urgency.NOW, {E: _INSPECTION, D: _INSPECTION}),
    Kind.RECHECK_ASKED: Told(
        Urgency.SOON, {O: _("The exporter says it is repaired and asks for the inspection again.")}
    ),
    Kind.AT_THE_GATE: Told(Urgency.NOW, {E: _GATE, O: _GATE}),
    Kind.STILL_AT_THE_GATE: Told(Urgency.NOW, {C: _("Nobody decided for five minutes. %(gate)s")}),
    Kind.OFFLINE_CONFLICT: Told(Urgency.NOW, {O: _OFFLINE, C: _OFFLINE}),
    Kind.EXITED: Told(Urgency.INFO, {E: _("The vehicle has left the port."), I: _("The vehicle has left the port.")}),
    Kind.NOT_HANDED_OVER: Told(
        Urgency.SOON,
        {
            E: _("The vehicle left the port 24 hours ago, and its importer has not confirmed the hand-over."),
            I: _("The vehicle left the port 24 hours ago. Please confirm the hand-over."),
        },
    ),
    Kind.RETURNED: Told(
        Urgency.NOW,
        {
            E: _("The vehicle came back from the border. Declare it again."),
            D: _CAME_BACK,
            I: _CAME_BACK,
            C: _CAME_BACK,
        },
    ),
    Kind.RUNS_OUT: Told(Urgency.SOON, {E: _RUNS_OUT, D: _RUNS_OUT}),
    Kind.DRIVER_NEW: Told(Urgency.NOW, {D: _("You drive this vehicle now. The pass stays the same.")}),
    Kind.DRIVER_OLD: Told(Urgency.NOW, {D: _("Somebody else drives this vehicle now. Please do not set out with it.")}),
    Kind.PLATE_CHANGED: Told(Urgency.INFO, {D: _("The plate of this vehicle is %(plate)s now.")}),
    Kind.PORT_CLOSED: Told(Urgency.NOW, {E: _CLOSED, D: _CLOSED}),
    Kind.PORT_OPEN: Told(Urgency.INFO, {E: _OPEN, D: _OPEN}),
    Kind.REJECTED: Told(Urgency.NOW, {E: _("Rejected. Correct what is named and lodge again.")}),
    Kind.REFUSED: Told(Urgency.NOW, {E: _("The declaration was refused. You may appeal within the term.")}),
    Kind.STRAGGLER: Told(
        Urgency.NOW,
        {
            E: _("Reminder: this vehicle has to come to the port soon, or it is withdrawn."),
            D: _("Reminder: this vehicle has to come to the port soon, or it is withdrawn."),
        },
    ),
    Kind.BARRIER_FAILED: Told(Urgency.NOW, {O: _NOT_OPENED, C: _NOT_OPENED}),
    Kind.BARRIER_LIFTED: Told(
        Urgency.NOW, {C: _("%(lane)s: the barrier was lifted by hand, without a verdict. Look at reason and photo.")}
    ),
    Kind.DEVICE_SILENT: Told(Urgency.NOW, {C: _("%(lane)s: %(device)s was last heard on %(starts)s.")}),
    Kind.DEVICE_BACK: Told(
        Urgency.INFO, {C: _("%(lane)s: %(device)s is heard again; it was silent since %(starts)s.")}
    ),
    Kind.DEVICE_FAULT: Told(Urgency.SOON, {C: _("%(lane)s: %(device)s reports a fault: %(fault)s.")}),
}
"""DOMAIN section 9, three answers that would surprise an exporter as much (rejected, refused, last reminder), and what
the machines of the lanes have to tell."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one history row says.

    vehicle_status: as its vehicle stands now, "" without one; is_told_of_inspections: whether it may be read by now.
    """

    machine: str
    to_status: str
    reason: str
    data: Mapping[str, Any]
    vehicle_status: str = ""
    is_told_of_inspections: bool = True


OF_MOVES: Mapping[tuple[str, str], Kind] = {
    (Machine.VEHICLE, VehicleStatus.EXITED): Kind.EXITED,
    (Machine.VEHICLE, VehicleStatus.RETURNED): Kind.RETURNED,
    (Machine.DECLARATION, DeclarationStatus.REJECTED): Kind.REJECTED,
    (Machine.DECLARATION, DeclarationStatus.REFUSED): Kind.REFUSED,
    (Machine.DECLARATION, DeclarationStatus.DOCUMENTS_REQUIRED): Kind.DOCUMENTS_WANTED,
}
"""Moves that are told."""

OF_NOTES: Mapping[str, Kind] = {
    "HOLD_PLACED": Kind.HOLD_PLACED,
    "HOLD_LIFTED": Kind.HOLD_LIFTED,
    "DOCUMENTS_ASKED": Kind.DOCUMENTS_WANTED,
    "ANSWERED": Kind.PAPERS_ARRIVED,
    "RECHECK_ASKED": Kind.RECHECK_ASKED,
    "STRAGGLER_TOLD": Kind.STRAGGLER,
}
"""Notes that are told by their reason alone; changes of driver and plate are told by their fields."""

CHANGES = frozenset({"SWAPPED", "AMENDED"})
"""Notes that name the fields an exporter changed."""


AFTER_FAILURE = "AFTER_FAILURE"
"""The order that a failed inspection opens; the notice of the failure says what follows."""


def is_due(row: Row) -> bool:
    """Whether it may be told by now: an inspection not before its vehicle stands in the port."""
    return row.machine != Machine.INSPECTION or row.is_told_of_inspections


def told_of(row: Row) -> list[tuple[Kind, Audience]]:
    """Which notices a history row makes, for whom."""
    kinds: list[Kind] = []
    if row.data.get("verdict") in REFERS:
        kinds.append(Kind.AT_THE_GATE)
    if row.machine == NOTE:
        kinds += _of_note(row)
    elif row.machine == Machine.INSPECTION:
        if row.to_status != InspectionStatus.IN_PROGRESS and row.reason != AFTER_FAILURE:
            kinds.append(Kind.INSPECTION)
    elif (row.machine, row.to_status) in OF_MOVES:
        kinds.append(OF_MOVES[row.machine, row.to_status])
    pairs = [(kind, audience) for kind in kinds for audience in TABLE[kind].sentences]
    if Kind.AT_THE_GATE in kinds:  # the desk is told from the gate's own case, of whatever nobody declared as well
        pairs.remove((Kind.AT_THE_GATE, O))
    if Kind.HOLD_AT_PORT in kinds:
        pairs.remove((Kind.HOLD_PLACED, D))
    return pairs


def _of_note(row: Row) -> Iterable[Kind]:
    if "verdict" in row.data:
        return
    if row.reason in OF_NOTES:
        yield OF_NOTES[row.reason]
    if row.reason == "HOLD_PLACED" and row.vehicle_status in AT_PORT:
        yield Kind.HOLD_AT_PORT
    fields = row.data.get("fields", ()) if row.reason in CHANGES and row.vehicle_status else ()
    if "driver" in fields:
        yield Kind.DRIVER_NEW
        if not row.data.get("first_driver"):
            yield Kind.DRIVER_OLD
    elif "plate" in fields:
        yield Kind.PLATE_CHANGED


COVERED: Mapping[str, tuple[Kind, ...]] = {
    "HOLD": (Kind.HOLD_PLACED, Kind.HOLD_AT_PORT),
    "UNDER_CONTROL": (Kind.HOLD_PLACED, Kind.HOLD_AT_PORT),
    "DOCUMENTS_WANTED": (Kind.DOCUMENTS_WANTED,),
    "DOCUMENTS_REQUIRED": (Kind.DOCUMENTS_WANTED,),
    "DOCUMENTS_BEING_CHECKED": (Kind.DOCUMENTS_WANTED,),
    "DECLARATION_REFUSED": (Kind.REFUSED,),
    "PORT_CLOSED": (Kind.PORT_CLOSED,),
    "PORT_CLOSED_UNTIL": (Kind.PORT_CLOSED,),
}
"""Reasons of not being ready that a notice of another kind has just told."""

TAKES_SECONDS = frozenset({"BEING_ASSESSED", "VEHICLE_BEING_ASSESSED", "NOT_LODGED", "DECLARATION_REJECTED"})
"""Reasons for which nobody has to be called back: the next answer follows at once, or the exporter has to lodge."""


def readiness_told(
    *, ready: bool, codes: Iterable[str], told_ready: bool | None, was_ready: bool, is_released: bool
) -> Kind | None:
    """Which notice the present answer of readiness makes, compared with what the people were told last.

    told_ready: that last answer, None if there was none; was_ready: whether they were ever told that it is ready.
    """
    if ready:
        if told_ready:
            return None
        return Kind.READY_AGAIN if was_ready else Kind.PASS_READY
    if told_ready or (told_ready is None and is_released):
        return None if set(codes) <= TAKES_SECONDS else Kind.NOT_READY
    return None


def is_covered(codes: Iterable[str], audience: Audience, just_told: frozenset[tuple[str, str]]) -> bool:
    """Whether each of these reasons stands in a notice that this audience was just told."""
    return all(any((kind, audience) in just_told for kind in COVERED.get(code, ())) for code in codes)


OFFICERS_READ: Mapping[str, str | Promise] = {
    "BAD_SIGNATURE": _("Stopped at the gate (%(stage)s): the signature does not fit, the pass may be forged."),
    "UNKNOWN_KEY": _("Stopped at the gate (%(stage)s): the pass was signed with an unknown key."),
    "UNKNOWN_PASS": _("Stopped at the gate (%(stage)s): nobody issued this pass."),
    "REVOKED": _("Stopped at the gate (%(stage)s): the pass was revoked."),
    "HOLD": _("Stopped at the gate (%(stage)s): a hold stands."),
}
"""What the public words of the gate keep from exporter and driver, and its officers have to know."""


def gate_sentence(reason: str, stage: str, *, may_tell_inspections: bool = True, for_officers: bool = False) -> str:
    """What the gate answered, in the public words of the timeline or, for officers, in plain ones."""
    if for_officers and reason in OFFICERS_READ:
        return str(OFFICERS_READ[reason]) % timeline.values_of({"stage": stage})
    if reason in timeline.OF_INSPECTIONS and not may_tell_inspections:
        reason = timeline.SAYS_NOTHING
    sentence = timeline.SENTENCES.get(f"{timeline.GATE}{reason}", timeline.UNKNOWN)
    return str(sentence.text) % timeline.values_of({"stage": stage})


def inspection_sentence(status: str) -> str:
    """How an inspection stands, in the public words of the timeline."""
    return str(timeline.SENTENCES.get(f"{timeline.INSPECTION}{status}", timeline.UNKNOWN).text)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it leaves the house. id: the same at each try, so that a receiver recognises a repeat."""

    id: str
    address: str
    language: str
    subject: str
    lines: tuple[str, ...]
    url: str
    preferences_url: str = ""

    @property
    def text(self) -> str:
        """All lines and the address where to act."""
        return "\n".join(filter(None, (*self.lines, self.url)))


PERCENTS = (50, 90)
"""Parts of the clock of a request for documents after which its exporter is reminded."""
