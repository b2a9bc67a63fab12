"""One row per reason: what the barrier does, what officer and driver read, who must act, what an officer may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from checkpoint.likeness import Likeness
from checkpoint.reasons.codes import Reason, Remedy, Result, Verdict
from checkpoint.reasons.driver import DRIVER, PARK, TO_THE_BAY, WAIT, Text
from declarations.readiness import Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """What belongs to one reason.

    officer: a sentence, translated when it is shown; driver: zh, ru, kk, en; remedies: what an officer may do.
    """

    verdict: Verdict
    result: Result
    officer: str | Promise
    driver: Text
    must_act: Actor
    remedies: frozenset[Remedy]


ROWS: dict[Reason, tuple[Verdict, Actor, str | Promise, tuple[Remedy, ...]]] = {
    Reason.NOT_A_PASS: (
        Verdict.ALARM,
        Actor.DRIVER,
        _("This text is not a pass. Ask for the vehicle's pass, or identify the vehicle by its VIN and scan again."),
        (Remedy.IDENTIFY, Remedy.TURN_BACK),
    ),
    Reason.UNKNOWN_KEY: (
        Verdict.ALARM,
        Actor.OFFICER,
        _("The pass is signed with a key that is unknown or revoked. Identify the vehicle by its VIN and scan again."),
        (Remedy.IDENTIFY, Remedy.TURN_BACK),
    ),
    Reason.BAD_SIGNATURE: (
        Verdict.ALARM,
        Actor.OFFICER,
        _("The signature does not fit: the pass may be forged. Identify the vehicle by its VIN and scan again."),
        (Remedy.IDENTIFY, Remedy.TURN_BACK),
    ),
    Reason.UNKNOWN_PASS: (
        Verdict.ALARM,
        Actor.OFFICER,
        _("No such pass is on record. Identify the vehicle by its VIN and scan again."),
        (Remedy.IDENTIFY, Remedy.TURN_BACK),
    ),
    Reason.WITHDRAWN: (
        Verdict.ALARM,
        Actor.EXPORTER,
        _("The vehicle was withdrawn from its declaration. Turn it back; the exporter must declare it again."),
        (Remedy.TURN_BACK,),
    ),
    Reason.REVOKED: (
        Verdict.ALARM,
        Actor.OFFICER,
        _("The pass was revoked. Turn the vehicle back; the reason stands in the declaration's history."),
        (Remedy.TURN_BACK,),
    ),
    Reason.SUPERSEDED: (
        Verdict.ALARM,
        Actor.DRIVER,
        _("A newer pass exists. Ask the driver for it, or look the vehicle up by its VIN."),
        (Remedy.IDENTIFY, Remedy.TURN_BACK),
    ),
    Reason.WRONG_PORT: (
        Verdict.ALARM,
        Actor.EXPORTER,
        _("The pass is for another port. Turn the vehicle back; the exporter may amend the port."),
        (Remedy.TURN_BACK,),
    ),
    Reason.COMING_BACK: (
        Verdict.MANUAL,
        Actor.OFFICER,
        _("The vehicle has exited and is here again. Record it as returned, or contest the exit."),
        (Remedy.RECORD_RETURNED, Remedy.CONTEST),
    ),
    Reason.ALREADY_ADMITTED: (
        Verdict.ALARM,
        Actor.OFFICER,
        _("This pass was already used here. To contest it, read the VIN on the car; a second person then annuls."),
        (Remedy.CONTEST,),
    ),
    Reason.WRONG_STAGE: (
        Verdict.ALARM,
        Actor.DRIVER,
        _("The vehicle has not been admitted at the gate before this one. Send it there."),
        (Remedy.RIGHT_GATE,),
    ),
    Reason.DETAINED: (
        Verdict.ALARM,
        Actor.SUPERVISOR,
        _("The vehicle is detained. Only the supervisor decides about it."),
        (Remedy.SUPERVISOR,),
    ),
    Reason.NOT_YET_VALID: (
        Verdict.ALARM,
        Actor.DRIVER,
        _("The pass is not valid yet. Turn the vehicle back until then, or have the pass renewed."),
        (Remedy.RENEW, Remedy.TURN_BACK),
    ),
    Reason.EXPIRED: (
        Verdict.ALARM,
        Actor.EXPORTER,
        _("The pass has expired. The exporter can renew it; otherwise turn the vehicle back."),
        (Remedy.RENEW, Remedy.TURN_BACK),
    ),
    Reason.PORT_CLOSED: (
        Verdict.ALARM,
        Actor.CONTROL_ROOM,
        _("The port is closed. Nobody passes until the control room opens it."),
        (Remedy.SETTLE,),
    ),
    Reason.DECLARATION_NOT_RELEASED: (
        Verdict.ALARM,
        Actor.DOCUMENTS_OFFICER,
        _("The declaration is not released. Its status says who has to act: the exporter or the documents officer."),
        (Remedy.SETTLE,),
    ),
    Reason.HOLD: (
        Verdict.ALARM,
        Actor.OFFICER,
        _("A hold is in force. Whoever is responsible must lift it; a hold on the vehicle can be overridden by two."),
        (Remedy.SETTLE, Remedy.OVERRIDE),
    ),
    Reason.DOCUMENTS_DUE: (
        Verdict.ALARM,
        Actor.DOCUMENTS_OFFICER,
        _("A document check is open or was refused. The documents officer must close it; it can be overridden by two."),
        (Remedy.SETTLE, Remedy.OVERRIDE),
    ),
    Reason.PAPER_EXPIRED: (
        Verdict.ALARM,
        Actor.EXPORTER,
        _("The export licence, the temporary plate or the insurance has expired. The exporter must enter a valid one."),
        (Remedy.SETTLE,),
    ),
    Reason.INSPECTION_FAILED: (
        Verdict.ALARM,
        Actor.INSPECTION_OFFICER,
        _("The last inspection was not satisfactory. Send the vehicle to the bay; it cannot pass."),
        (Remedy.INSPECT,),
    ),
    Reason.INSPECTION_DUE: (
        Verdict.ALARM,
        Actor.INSPECTION_OFFICER,
        _("An inspection is ordered. Send the vehicle to the bay; it cannot pass before."),
        (Remedy.INSPECT,),
    ),
    Reason.VIN_MISMATCH: (
        Verdict.ALARM,
        Actor.OFFICER,
        _("The VIN seen is not the declared one. Read the VIN on the car and compare."),
        (Remedy.REPAIR, Remedy.RELEASE, Remedy.INSPECT, Remedy.TURN_BACK),
    ),
    Reason.PLATE_MISMATCH: (
        Verdict.ALARM,
        Actor.EXPORTER,
        _("The plate seen is not the declared one. Propose the plate seen to the exporter, or decide yourself."),
        (Remedy.REPAIR, Remedy.RELEASE, Remedy.INSPECT, Remedy.TURN_BACK),
    ),
    Reason.DRIVER_MISMATCH: (
        Verdict.ALARM,
        Actor.EXPORTER,
        _("The card belongs to another driver. The exporter can change the driver; otherwise decide yourself."),
        (Remedy.REPAIR, Remedy.RELEASE, Remedy.INSPECT, Remedy.TURN_BACK),
    ),
    Reason.LOW_CONFIDENCE: (
        Verdict.MANUAL,
        Actor.OFFICER,
        _("Plate or VIN was not read clearly. Read it on the car yourself, then decide."),
        (Remedy.RELEASE, Remedy.INSPECT, Remedy.TURN_BACK),
    ),
    Reason.WEIGHT_DIFFERS: (
        Verdict.MANUAL,
        Actor.OFFICER,
        _("The weight is not the declared one. Look what the vehicle carries, then decide."),
        (Remedy.RELEASE, Remedy.INSPECT, Remedy.TURN_BACK),
    ),
    Reason.DRIVER_UNKNOWN: (
        Verdict.MANUAL,
        Actor.OFFICER,
        _("Nobody on record holds this card. Check the driver's passport, then decide."),
        (Remedy.RELEASE, Remedy.INSPECT, Remedy.TURN_BACK),
    ),
    Reason.CODE_UNREADABLE: (
        Verdict.MANUAL,
        Actor.OFFICER,
        _("No code could be read and nothing else identifies the vehicle. Type the manual code or look up the VIN."),
        (Remedy.RELEASE, Remedy.INSPECT, Remedy.TURN_BACK),
    ),
    Reason.NOTHING_TO_COMPARE: (
        Verdict.MANUAL,
        Actor.OFFICER,
        _("The lane brought nothing to compare with the declaration. Compare VIN, plate or driver yourself."),
        (Remedy.RELEASE, Remedy.INSPECT, Remedy.TURN_BACK),
    ),
    Reason.DEVICE_FAULT: (
        Verdict.MANUAL,
        Actor.OFFICER,
        _("The device reports a fault. Compare the vehicle yourself, then decide."),
        (Remedy.RELEASE, Remedy.INSPECT, Remedy.TURN_BACK),
    ),
    Reason.TIMED_OUT: (
        Verdict.MANUAL,
        Actor.OFFICER,
        _("The system did not answer in time; nothing is known about this vehicle. Scan again, or decide."),
        (Remedy.RELEASE, Remedy.INSPECT, Remedy.TURN_BACK),
    ),
    Reason.STALE_MANIFEST: (
        Verdict.MANUAL,
        Actor.OFFICER,
        _("The list on the device is too old to decide by. Ask the control room, then decide."),
        (Remedy.RELEASE, Remedy.INSPECT, Remedy.TURN_BACK),
    ),
    Reason.OK: (Verdict.ADMIT, Actor.NOBODY, _("In order."), ()),
}

DECISIONS = frozenset({Remedy.RELEASE, Remedy.INSPECT, Remedy.TURN_BACK})
"""What decides about the vehicle at the gate."""


def _with_an_end(remedies: frozenset[Remedy]) -> frozenset[Remedy]:
    """A reason that no decision at the gate settles is settled elsewhere; its case must still find an end."""
    return remedies if remedies & DECISIONS else remedies | {Remedy.CLOSE}


VERDICT_RESULT = {Verdict.ADMIT: Result.ADMIT, Verdict.ALARM: Result.STOP, Verdict.MANUAL: Result.OFFICER}

REASONS: dict[Reason, Entry] = {
    reason: Entry(
        verdict=verdict,
        result=Result.ALREADY_USED if reason is Reason.ALREADY_ADMITTED else VERDICT_RESULT[verdict],
        officer=officer,
        driver=DRIVER[reason],
        must_act=must_act,
        remedies=_with_an_end(frozenset(remedies)) if remedies else frozenset(),
    )
    for reason, (verdict, must_act, officer, remedies) in ROWS.items()
}
"""Every reason, in the order of the ladder."""


FIELDS: Mapping[str, str | Promise] = {
    "plate": _("Plate"),
    "vin": _("VIN"),
    "card": _("Driver's card"),
    "weight": _("Weight, kg"),
}
"""The facts of a comparison, by the names that the answer has for them."""

NAMING = frozenset(
    {
        *(Reason.VIN_MISMATCH, Reason.PLATE_MISMATCH, Reason.DRIVER_MISMATCH),
        *(Reason.LOW_CONFIDENCE, Reason.WEIGHT_DIFFERS, Reason.DRIVER_UNKNOWN, Reason.NOTHING_TO_COMPARE),
    }
)
"""Reasons whose sentence names what was declared and what was seen."""


def officer_text(reason: Reason, advice: Sequence[Reason] = (), compared: Sequence[Mapping[str, Any]] = ()) -> str:
    """The officer's sentence in the language that is active now; at ENTRY with what is still to be settled.

    compared: of the answer; a sentence about what was seen names each fact that is not the declared one.
    """
    sentence = str(REASONS[reason].officer)
    if reason in NAMING:
        return " ".join([sentence, *(_named(each) for each in compared if each["result"] != Likeness.SAME)])
    if not advice:
        return sentence
    causes = ", ".join(str(cause.label) for cause in advice)
    return str(_("Admit and let it park. Still to be settled: %(causes)s.")) % {"causes": causes}


def _named(each: Mapping[str, Any]) -> str:
    values = {"field": FIELDS[each["field"]], "declared": each["declared"], "seen": each["seen"]}
    if each["declared"] is None:
        return str(_("%(field)s: nothing declared, seen %(seen)s.")) % values
    return str(_("%(field)s: declared %(declared)s, seen %(seen)s.")) % values


def driver_text(reason: Reason, advice: Sequence[Reason] = ()) -> dict[str, str]:
    """The driver's sentence in zh, ru, kk and en. With advice: where to park, and the first thing to be settled."""
    if not advice:
        return dict(REASONS[reason].driver)
    if Reason.HOLD in advice:
        return _joined(PARK, WAIT)
    first = REASONS[advice[0]].driver
    return dict(first) if first is TO_THE_BAY else _joined(PARK, first)


def _joined(one: Text, other: Text) -> dict[str, str]:
    return {language: one[language] + ("" if language == "zh" else " ") + other[language] for language in one}
