"""The sentences of notices in the language that is active now; values hold codes, their names are looked up here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from declarations.examination import NEXT_STEPS, labels_of, repairs_of
from declarations.lapsing import OF_PAPER, Lapsing
from declarations.models.notices import Notice
from declarations.models.reference import HoldReason, Port, load_reference
from declarations.models.standing import wording
from declarations.notices import TABLE, Audience, Kind, gate_sentence, inspection_sentence
from declarations.readiness import Because
from declarations.words import InspectionNext

PLAIN = ("percent", "hours", "plate", "lane", "device", "fault")
"""Values that stand in a sentence as they are."""


def sentences(notices: Iterable[Notice]) -> dict[int, str]:
    """What each of these notices says to its audience, by its id, in a fixed number of queries."""
    rows = list(notices)
    holds = HoldReason.objects.in_bulk({row.values["hold"] for row in rows if "hold" in row.values})
    ports = Port.objects.in_bulk({row.values["port"] for row in rows if "port" in row.values})
    reasons = {row.pk: [Because.read(each) for each in row.values.get("because", ())] for row in rows}
    words = wording([each for found in reasons.values() for each in found])
    said = {}
    for row in rows:
        because = " ".join(words(each).message for each in reasons[row.pk])
        told = {
            "reason": because or row.values.get("text") or "",
            "port": str(ports.get(row.values.get("port"), "")),
            **_values(row),
        }
        if "hold" in row.values:
            told["reason"] = str(holds.get(row.values["hold"], ""))
        text = TABLE[Kind(row.kind)].sentences[Audience(row.audience)]
        said[row.pk] = (str(text) % told).strip()
    return said


def _values(row: Notice) -> dict[str, Any]:
    values = row.values
    told: dict[str, Any] = {name: values.get(name, "") for name in PLAIN}
    told["starts"] = moment(values.get("starts"))
    told["until"] = moment(values.get("until"))
    if row.kind == Kind.PORT_CLOSED:
        told["until"] = (
            _("It opens on %(at)s.") % {"at": told["until"]} if told["until"] else _("It is not known until when.")
        )
    told["what"] = _thing(values.get("what", ""))
    for_officers = row.audience in (Audience.OFFICERS, Audience.CONTROL)
    told["gate"] = gate_sentence(values.get("gate", ""), values.get("stage", ""), for_officers=for_officers)
    if lane := for_officers and values.get("lane"):
        told["gate"] = f"{lane}: {told['gate']}"
    told["inspection"] = inspection_sentence(values.get("inspection", ""))
    if values.get("next") in InspectionNext.values:
        told["inspection"] += " " + _("What follows: %(next)s.") % {"next": InspectionNext(values["next"]).label}
    if (found := values.get("found")) and row.audience == Audience.EXPORTER:
        told["inspection"] += " " + _("Found: %(findings)s.") % {"findings": ", ".join(labels_of(found))}
        if values.get("next") in NEXT_STEPS:
            told["inspection"] += " " + " ".join([*repairs_of(found), str(NEXT_STEPS[values["next"]])])
    return told


def moment(text: str | None) -> str:
    """A moment on the clock of the ports, with its zone; "" for none."""
    if not text:
        return ""
    local = timezone.localtime(datetime.fromisoformat(text), timezone.get_default_timezone())
    offset = local.utcoffset()
    hours = int(offset.total_seconds() // 3600) if offset else 0
    return f"{local:%Y-%m-%d %H:%M} UTC{hours:+d}"


def _thing(code: str) -> str:
    if code == Lapsing.PASS:
        return _("The pass")
    if code == Lapsing.TEMPORARY_PLATE:
        return _("The plate")
    paper = next((paper for paper, what in OF_PAPER.items() if what == code), "")
    papers = load_reference().paper_types
    return str(papers[paper].label) if paper in papers else code
