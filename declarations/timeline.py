"""The history in public words: one sentence for each reason code, for exporter and driver.

Nothing here tells of a channel, a risk hit or the inner text of a hold; whatever officers must keep to themselves is
registered with `hide`. A code of the gate stands under "gate:", since some words mean another thing there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations.lifecycle import Machine, VehicleStatus
from declarations.words import Stage

GATE = "gate:"
INSPECTION = "inspection:"
PASS = "pass:"
OF_INSPECTIONS = frozenset({"INSPECTION_DUE", "INSPECTION_FAILED"})
"""Codes that tell of an inspection; until it may be told, the gate's answer reads like SAYS_NOTHING."""
SAYS_NOTHING = "HOLD"
OVER_TO = "/from"
"""Suffix of the sentence on the draft that vehicles were moved to."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What one code says (%-format with named values), in which tone, and whether the actor's own words may follow."""

    text: str | Promise
    tone: str = "plain"
    icon: str = "dot"
    with_words: bool = False
    hidden: bool = False


SENTENCES: dict[str, Sentence] = {}


def tell(code: str, text: str | Promise, tone: str = "plain", icon: str = "dot", *, with_words: bool = False) -> None:
    """Register the sentence of a code; with_words: the text of the row is public."""
    SENTENCES[code] = Sentence(text, tone, icon, with_words)


def hide(code: str) -> None:
    """Register a code that no exporter reads of."""
    SENTENCES[code] = Sentence("", hidden=True)


def inspection_is_told(*, at: datetime, status: str, left_port_at: datetime | None) -> bool:
    """Whether an exporter reads of an inspection yet: once its vehicle stands in the port, never before.

    at: when it was ordered, or the gate spoke of it; left_port_at: when the vehicle last went out of the port again.
    """
    if status not in (VehicleStatus.DECLARED, VehicleStatus.WITHDRAWN):
        return True
    return left_port_at is not None and at <= left_port_at


def key_of(*, machine: str, reason: str, to_status: str, data: Mapping[str, Any]) -> str:
    """Under which key the sentence of one history row stands."""
    if machine == Machine.INSPECTION:
        return f"{INSPECTION}{to_status}"
    if machine == Machine.PASS:
        return f"{PASS}{reason}" if f"{PASS}{reason}" in SENTENCES else f"{PASS}{to_status}"
    if "verdict" in data:
        return f"{GATE}{reason}"
    if machine == Machine.VEHICLE and f"vehicle:{reason}" in SENTENCES:
        return f"vehicle:{reason}"
    if "from" in data and f"{reason}{OVER_TO}" in SENTENCES:
        return f"{reason}{OVER_TO}"
    if "to" in data and f"{reason}/to" in SENTENCES:
        return f"{reason}/to"
    return reason


def sentence_of(*, machine: str, reason: str, to_status: str, data: Mapping[str, Any]) -> Sentence:
    """The sentence of one history row; a code that nobody registered is told in general words."""
    key = key_of(machine=machine, reason=reason, to_status=to_status, data=data)
    return SENTENCES.get(key) or UNKNOWN


def values_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a sentence may quote of a row's data."""
    stage = data.get("stage")
    return {
        "stage": Stage(stage).label if stage in Stage.values else "",
        "other": data.get("to") or data.get("from") or "",
        "number": data.get("n") or "",
        "vin": data.get("vin") or "",
    }


UNKNOWN = Sentence(_("Something changed."))

# The exporter's own acts
tell("CREATED", _("Draft begun."), "plain", "draft")
hide("vehicle:CREATED")
tell("SET_ASIDE", _("Draft made of vehicles that were set aside."), "plain", "draft")
tell(
    "LEFT_OUT/to", _("Lodged without the vehicles that need repair. They wait in draft %(other)s."), "officer", "minus"
)
tell("LEFT_OUT/from", _("These vehicles were left out when %(other)s was lodged."), "officer", "minus")
tell("LODGED", _("Lodged."), "info", "sent")
tell("AMENDED", _("Changed."), "info", "note")
tell("POOL_NAMED", _("A pool of ferrymen was named: one of them takes each vehicle."), "info", "people")
tell("SWAPPED", _("Driver, plate or papers changed. The pass stays valid."), "info", "swap")
tell("ARRIVAL_CHANGED", _("Planned arrival changed."), "info", "calendar")
tell("VEHICLE_REMOVED", _("Vehicle %(vin)s removed."), "plain", "remove")
tell("vehicle:VEHICLE_REMOVED", _("Vehicle removed."), "plain", "remove")
tell("WITHDRAWN", _("Vehicle withdrawn."), "plain", "minus", with_words=True)
tell("CANCELLED", _("Cancelled."), "plain", "cancel", with_words=True)
tell("vehicle:CANCELLED", _("Vehicle withdrawn with its declaration."), "plain", "minus")
tell("ANSWERED", _("Request for documents answered."), "info", "paper", with_words=True)
tell("DOCUMENTS_ADDED", _("Files of papers added."), "info", "paper")
tell("DOCUMENT_REMOVED", _("A file of a paper was taken back."), "plain", "minus")
tell("APPEALED", _("Appeal made. The supervisor will look at it."), "info", "flag", with_words=True)
tell("ASKED", _("An officer was asked to accept a remark."), "info", "officer", with_words=True)

# Clearance
tell("ACCEPTED", _("Accepted by customs under number %(number)s."), "info", "check")
tell("NOT_ACCEPTED", _("Rejected. Correct what is named and lodge again."), "stop", "back")
tell("NOT_ACCEPTED/to", _("Vehicles that customs cannot accept were moved to draft %(other)s."), "officer", "minus")
tell("NOT_ACCEPTED/from", _("Customs could not accept these vehicles of %(other)s."), "officer", "minus")
tell("HOLD_STANDS", _("A documents officer is looking at the declaration."), "officer", "officer")
tell("SELECTED", _("A documents officer is looking at the declaration."), "officer", "officer")
tell("CLEARED", _("Released. The passes are ready."), "ok", "check")
tell("OFFICER_RELEASED", _("A documents officer released the declaration. The passes are ready."), "ok", "check")
tell("OFFICER_REFUSED", _("Refused by a documents officer."), "stop", "stop-fill", with_words=True)
tell("DOCUMENTS_ASKED", _("Customs asks for documents."), "officer", "papers", with_words=True)
tell("DOCUMENTS_ACCEPTED", _("The papers were accepted."), "ok", "paper")
tell(
    "DOCUMENTS_REFUSED",
    _("The papers were refused. The vehicle was withdrawn."),
    "stop",
    "paper",
    with_words=True,
)
tell("DOCUMENTS_OVERDUE", _("The documents did not come in time. Refused."), "stop", "expired", with_words=True)
tell("APPEAL_GRANTED", _("The appeal was granted. An officer looks at it again."), "ok", "flag", with_words=True)
tell("PROBLEM_ACCEPTED", _("An officer accepted a remark. It no longer stops anything."), "ok", "officer")
tell("HOLD_PLACED", _("Customs has stopped this for now."), "officer", "lock")
tell("HOLD_LIFTED", _("The stop was lifted."), "ok", "open")
tell("DETAINED", _("The vehicle is kept at the port. The supervisor decides."), "stop", "lock")
tell("DETENTION_ENDED", _("The vehicle is no longer kept at the port."), "info", "open")
hide("CONTESTED")
hide("OFFLINE_CONFLICT")
hide("OFFLINE_CONFLICT_RESOLVED")
hide("OVERRIDE_ASKED")
hide("OVERRIDE_GRANTED")
tell("vehicle:OVERRIDE_GRANTED", _("The officer is done. The vehicle may go back to the gate."), "ok", "u-turn")

# The end
tell("ALL_GONE", _("Completed: no vehicle is waited for any more."), "ok", "done")
tell("ALL_WITHDRAWN", _("Cancelled: every vehicle was withdrawn."), "plain", "cancel")
tell("LEGAL_TIME_OVER", _("The time to bring the vehicles to the port is over."), "stop", "expired")
tell("vehicle:LEGAL_TIME_OVER", _("Withdrawn: the time to bring it to the port is over."), "stop", "expired")
tell("STRAGGLER_TOLD", _("Reminder: this vehicle has to come to the port soon, or it is withdrawn."), "officer", "bell")
tell("REFUSAL_FINAL", _("The term of appeal is over. The vehicle was withdrawn."), "stop", "stop")
tell("RETURNED", _("The vehicle came back from the border. Declare it again."), "officer", "u-turn")

# The hand-over abroad
tell(
    "DRIVER_ARRIVED",
    _("The driver took a photo at the place. Without an answer it counts after 48 h."),
    "info",
    "place",
)
tell("HANDED_OVER", _("The importer took the vehicle over."), "ok", "hand-over")
tell("HANDED_OVER_WITH_REMARKS", _("The importer took the vehicle over with remarks."), "officer", "hand-over")
tell("HANDED_OVER_ONE_SIDED", _("Counts as handed over: one-sided, by the driver's photo."), "officer", "hand-over")
tell("HAND_OVER_REFUSED", _("The importer refused the vehicle. Call him."), "stop", "stop-fill")
tell("HAND_OVER_OBJECTED", _("The importer objects to the one-sided hand-over. Call him."), "stop", "flag")

# Inspections: told once the vehicle is at the port
tell("inspection:ORDERED", _("An inspection is to be done. Bring the vehicle to the bay."), "officer", "order")
tell("inspection:IN_PROGRESS", _("The inspection has begun."), "info", "search")
tell("inspection:SATISFACTORY", _("The inspection was satisfactory."), "ok", "check")
tell("inspection:NOT_SATISFACTORY", _("The inspection was not satisfactory."), "stop", "stop-fill")
tell("inspection:WAIVED", _("The inspection is no longer needed."), "ok", "waived")
tell("inspection:CANCELLED", _("The inspection is no longer needed."), "plain", "cancel")
tell("RECHECK_ASKED", _("Repaired. The inspection is asked for again."), "info", "repeat", with_words=True)
hide("BAY_CHANGED")
tell("INSPECTION_DUE", _("An inspection is to be done. Bring the vehicle to the bay."), "officer", "order")
tell("INSPECTION_FAILED", _("The vehicle waits for the officer after its inspection."), "officer", "officer")
tell("INSPECTION_SATISFACTORY", _("After the inspection the vehicle may go back to the gate."), "ok", "u-turn")
tell("INSPECTION_WAIVED", _("The vehicle may go back to the gate."), "ok", "u-turn")
tell("REPAIRED", _("Repaired. The vehicle may go back to the gate."), "ok", "u-turn")
tell("vehicle:DOCUMENTS_ACCEPTED", _("The papers were accepted. The vehicle may go back to the gate."), "ok", "u-turn")
tell("vehicle:HOLD_PLACED", _("Customs has stopped this vehicle for now. See the officer."), "officer", "lock")
tell("vehicle:HOLD_LIFTED", _("The stop was lifted. The vehicle may go back to the gate."), "ok", "u-turn")

# Passes
hide("pass:ISSUED")
hide("pass:CONSUMED")
hide("pass:SUPERSEDED")
tell("pass:REVOKED", _("The pass is no longer valid."), "stop", "revoked")
tell("pass:RENEWED", _("New pass made. The one before is no longer valid."), "info", "qr")

# What the gate officer decided
tell("vehicle:OFFICER_RELEASED", _("Let through by an officer: %(stage)s."), "ok", "gate")
tell("OFFICER_INSPECT", _("An officer sent the vehicle to inspection."), "officer", "order")
tell("NOT_LODGED", _("Not lodged: something stands against it by now. Check the answers."), "stop", "stop")
tell("OFFICER_CLOSE", _("An officer settled the stop at the gate."), "officer", "done")
tell("OFFICER_TURN_BACK", _("An officer turned the vehicle back."), "officer", "u-turn")
tell("TURNED_BACK", _("The vehicle was turned back. It may come again."), "officer", "u-turn")
tell(
    "ADMISSION_ANNULLED", _("An admission was annulled. The vehicle has to pass that gate again."), "officer", "u-turn"
)
tell("EXIT_ANNULLED", _("An exit was annulled. The declaration is open again."), "officer", "u-turn")

# What the gate answered. Where a reason would tell why customs looks closer, it says no more than the driver reads.
_STOPPED = _("Stopped at the gate (%(stage)s). An officer is dealing with it.")
tell("gate:OK", _("Let through: %(stage)s."), "ok", "gate")
for _code in ("BAD_SIGNATURE", "UNKNOWN_KEY", "UNKNOWN_PASS", "REVOKED", "HOLD", "DEVICE_FAULT", "TIMED_OUT"):
    tell(f"gate:{_code}", _STOPPED, "officer", "officer")
for _code in (
    "NOTHING_TO_COMPARE",
    "STALE_MANIFEST",
    "LOW_CONFIDENCE",
    "CODE_UNREADABLE",
    "DRIVER_UNKNOWN",
    "WEIGHT_DIFFERS",
):
    tell(f"gate:{_code}", _STOPPED, "officer", "officer")
tell("gate:NOT_A_PASS", _("The code shown at the gate (%(stage)s) was not a pass."), "stop", "scan")
tell("gate:WITHDRAWN", _("Turned away at the gate (%(stage)s): the vehicle is withdrawn."), "stop", "stop-fill")
tell("gate:SUPERSEDED", _("An old pass was shown at the gate (%(stage)s). Use the newest one."), "stop", "replaced")
tell("gate:WRONG_PORT", _("The pass was shown at another port."), "stop", "place")
tell(
    "gate:COMING_BACK",
    _("The vehicle came to the gate again after its exit. An officer checks it."),
    "officer",
    "u-turn",
)
tell(
    "gate:ALREADY_ADMITTED",
    _("The pass was shown again at the gate (%(stage)s). An officer checks it."),
    "used",
    "used",
)
tell("gate:WRONG_STAGE", _("Shown at the wrong gate (%(stage)s): an earlier one comes first."), "officer", "gate")
tell("gate:DETAINED", _("Stopped at the gate (%(stage)s): the vehicle is kept at the port."), "stop", "lock")
tell("gate:NOT_YET_VALID", _("Stopped at the gate (%(stage)s): the pass is not valid yet."), "officer", "clock")
tell("gate:EXPIRED", _("Stopped at the gate (%(stage)s): the pass has expired. Renew it."), "stop", "expired")
tell("gate:PORT_CLOSED", _("Stopped at the gate (%(stage)s): the port is closed."), "officer", "lock")
tell("gate:DECLARATION_NOT_RELEASED", _("Stopped at the gate (%(stage)s): not released."), "stop", "stop-fill")
tell("gate:DOCUMENTS_DUE", _("Stopped at the gate (%(stage)s): papers are still to be settled."), "officer", "papers")
tell("gate:PAPER_EXPIRED", _("Stopped at the gate (%(stage)s): a paper or the plate has expired."), "stop", "expired")
tell("gate:INSPECTION_FAILED", _("Stopped at the gate (%(stage)s): see the officer first."), "stop", "officer")
tell(
    "gate:INSPECTION_DUE",
    _("At the gate (%(stage)s): the vehicle has to go to the inspection bay."),
    "officer",
    "order",
)
tell("gate:VIN_MISMATCH", _("Stopped at the gate (%(stage)s): the VIN read there is another one."), "stop", "car")
tell("gate:PLATE_MISMATCH", _("Stopped at the gate (%(stage)s): the plate is another one. Correct it."), "stop", "car")
tell("gate:DRIVER_MISMATCH", _("Stopped at the gate (%(stage)s): another driver. Correct it."), "stop", "person")
