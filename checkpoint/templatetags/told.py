"""History for officers: each row in words, with what exporters and drivers never read.

Load with `{% load told %}`: `{% include "components/_timeline.html" with entries=rows|told %}`.
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from checkpoint.reasons import Reason, Verdict
from declarations.lifecycle import Machine
from declarations.models import NOTE, History
from declarations.risk import RANDOM
from declarations.templatetags.looks import look_of

register = template.Library()

MACHINES: dict[str, str | Promise] = {
    Machine.DECLARATION: gettext_lazy("Declaration"),
    Machine.VEHICLE: gettext_lazy("Vehicle"),
    Machine.PASS: gettext_lazy("Pass"),
    Machine.INSPECTION: gettext_lazy("Inspection"),
}

WORDS: dict[str, str | Promise] = {
    "ACCEPTED": gettext_lazy("accepted and registered"),
    "ADMISSION_ANNULLED": gettext_lazy("the admission was annulled"),
    "AFTER_FAILURE": gettext_lazy("after a result that was not satisfactory"),
    "ALL_GONE": gettext_lazy("no vehicle is waited for any more"),
    "ALL_WITHDRAWN": gettext_lazy("every vehicle was withdrawn"),
    "AMENDED": gettext_lazy("amended"),
    "ANSWERED": gettext_lazy("the exporter answered"),
    "APPEALED": gettext_lazy("the exporter appeals"),
    "APPEAL_GRANTED": gettext_lazy("the appeal was granted"),
    "ARRIVAL_CHANGED": gettext_lazy("another arrival time"),
    "ASKED": gettext_lazy("a problem was put on the officer's desk"),
    "BAY_CHANGED": gettext_lazy("another bay"),
    "CANCELLED": gettext_lazy("called off"),
    "CLEARED": gettext_lazy("nothing stood against it"),
    "CONTESTED": gettext_lazy("an earlier admission is contested"),
    "CREATED": gettext_lazy("created"),
    "DECLARATION_SELECTED": gettext_lazy("the declaration was selected"),
    "DETAINED": gettext_lazy("detained by the supervisor"),
    "DETENTION_ENDED": gettext_lazy("the detention ended"),
    "DOCUMENTS_ADDED": gettext_lazy("files of papers were added"),
    "DOCUMENT_REMOVED": gettext_lazy("a file of a paper was taken back"),
    "DOCUMENTS_ACCEPTED": gettext_lazy("the documents were accepted"),
    "DOCUMENTS_ASKED": gettext_lazy("documents were asked for"),
    "DOCUMENTS_OVERDUE": gettext_lazy("the time for the documents was over"),
    "DOCUMENTS_REFUSED": gettext_lazy("the documents were refused"),
    "EXITED": gettext_lazy("left the country"),
    "EXPORT_LICENCE": gettext_lazy("it needs an export licence"),
    "EXIT_ANNULLED": gettext_lazy("an exit was annulled"),
    "GATE": gettext_lazy("ordered at the gate"),
    "HOLD_LIFTED": gettext_lazy("a hold was lifted"),
    "HOLD_PLACED": gettext_lazy("a hold was placed"),
    "HOLD_STANDS": gettext_lazy("a hold stands"),
    "INSPECTION_DUE": gettext_lazy("an inspection was ordered"),
    "INSPECTION_FAILED": gettext_lazy("the inspection was not satisfactory"),
    "INSPECTION_SATISFACTORY": gettext_lazy("the inspection was satisfactory"),
    "INSPECTION_WAIVED": gettext_lazy("the inspection was waived"),
    "LEFT_OUT": gettext_lazy("set aside when the others were lodged"),
    "LEGAL_TIME_OVER": gettext_lazy("the legal time was over"),
    "LODGED": gettext_lazy("handed in"),
    "NOT_ACCEPTED": gettext_lazy("not accepted"),
    "OFFICER_INSPECT": gettext_lazy("an officer sent it to inspection"),
    "OFFICER_REFUSED": gettext_lazy("an officer refused"),
    "OFFICER_RELEASED": gettext_lazy("an officer released"),
    "NOT_LODGED": gettext_lazy("could not be lodged"),
    "NOT_SATISFACTORY": gettext_lazy("the inspection was not satisfactory"),
    "OFFICER": gettext_lazy("ordered by an officer"),
    "OFFICER_CLOSE": gettext_lazy("an officer closed the case"),
    "OFFICER_TURN_BACK": gettext_lazy("an officer turned it back"),
    "OFFLINE_CONFLICT": gettext_lazy("a lane without network decided otherwise"),
    "OFFLINE_CONFLICT_RESOLVED": gettext_lazy("what a lane decided without network was resolved"),
    "RECHECK_ASKED": gettext_lazy("repaired, to be inspected again"),
    "OVERRIDE_ASKED": gettext_lazy("an override was asked for"),
    "OVERRIDE_GRANTED": gettext_lazy("an override was granted"),
    "POOL_NAMED": gettext_lazy("the exporter named a pool of ferrymen"),
    "PROBLEM_ACCEPTED": gettext_lazy("an officer accepted a problem"),
    "RANDOM": gettext_lazy("drawn at random"),
    "REFUSAL_FINAL": gettext_lazy("the refusal became final"),
    "RENEWED": gettext_lazy("a new pass was asked for"),
    "REPAIRED": gettext_lazy("the cause was repaired"),
    "RETURNED": gettext_lazy("the neighbour sent it back"),
    "SELECTED": gettext_lazy("selected by risk"),
    "SET_ASIDE": gettext_lazy("set aside into a draft of its own"),
    "SATISFACTORY": gettext_lazy("the inspection was satisfactory"),
    "STARTED": gettext_lazy("the examination began"),
    "STRAGGLER_TOLD": gettext_lazy("the exporter was told that its time runs out"),
    "SWAPPED": gettext_lazy("driver, plate or paper was changed"),
    "TURNED_BACK": gettext_lazy("turned back"),
    "USED_VEHICLE": gettext_lazy("it is a used vehicle"),
    "VEHICLE_ADDED": gettext_lazy("a vehicle was added"),
    "VEHICLE_REMOVED": gettext_lazy("a vehicle was removed"),
    "WAIVED": gettext_lazy("the inspection was waived"),
    "WITHDRAWN": gettext_lazy("withdrawn"),
}
"""Reasons of history rows. Reasons of the gate bring their own words."""

ACTORS: dict[str, str | Promise] = {
    "clearance": gettext_lazy("automatic clearance"),
    "importer": gettext_lazy("importer"),
}
"""What acts by itself, or for somebody who has no account here."""

TONES = {Verdict.ADMIT.value: "ok", Verdict.ALARM.value: "stop", Verdict.MANUAL.value: "officer"}


@register.filter
def reason_word(code: str) -> str:
    """A reason code in words; one that nobody named stays what it is, so that nothing is hidden."""
    if code in Reason.values and code not in WORDS:
        return str(Reason(code).label)
    if code == RANDOM.code:
        return str(WORDS["RANDOM"])
    return str(WORDS.get(code, code))


@register.filter
def told(rows: Iterable[History]) -> list[dict[str, Any]]:
    """History rows as entries of a timeline; a row that knows its `vin` says the end of it."""
    entries = []
    for row in rows:
        entry, vin = _entry(row), getattr(row, "vin", "")
        entries.append(entry | {"title": f"{entry['title']} · …{vin[-6:]}"} if vin else entry)
    return entries


def _entry(row: History) -> dict[str, Any]:
    word = reason_word(row.reason)
    entry: dict[str, Any] = {"at": row.at, "by": _actor(row), "text": row.text}
    if row.machine == NOTE:
        verdict = str(row.data.get("verdict", ""))
        if verdict:
            title = _("Scan at %(lane)s: %(reason)s") % {"lane": row.data.get("lane", ""), "reason": word}
            return entry | {"title": title, "tone": TONES.get(verdict, "plain"), "icon": "scan"}
        return entry | {"title": _sentence(word), "tone": "plain", "icon": "note"}
    look, status = look_of(row.machine, row.to_status)
    title = pgettext_lazy("history: thing and its new status", "%(thing)s: %(status)s") % {
        "thing": MACHINES[row.machine],
        "status": status,
    }
    details = [_sentence(word) if row.from_status else "", row.text]
    return entry | {
        "title": title,
        "text": " · ".join(filter(None, details)),
        "tone": look.tone,
        "icon": look.icon,
    }


def _actor(row: History) -> str:
    """Who acted: a person by name, a lane or the clearance in words."""
    if row.by_id is None and row.by_label.startswith("lane "):
        return _("lane %(code)s") % {"code": row.by_label.removeprefix("lane ")}
    return row.by_label if row.by_id else str(ACTORS.get(row.by_label, row.by_label))


def _sentence(word: str) -> str:
    return word[:1].upper() + word[1:]
