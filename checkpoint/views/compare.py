"""What a lane saw beside what the exporter declared."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from checkpoint.decision import CodeRead
from checkpoint.likeness import Likeness, masked
from checkpoint.models import Passage
from checkpoint.reasons import FIELDS
from checkpoint.templatetags.verdicts import marked
from declarations import plates
from declarations.models import Vehicle, digest
from declarations.templatetags.show import vin as grouped_vin

READ: dict[str, str | Promise] = {
    CodeRead.NONE: _("no code"),
    CodeRead.LIMITED: _("too many manual codes"),
    CodeRead.PASS: _("a genuine pass"),
    CodeRead.NOT_A_PASS: _("not a pass"),
    CodeRead.UNKNOWN_KEY: _("signed with an unknown or revoked key"),
    CodeRead.BAD_SIGNATURE: _("the signature does not fit"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One fact twice. verdict: what came of the comparison, "" where there was none."""

    label: str | Promise
    seen: Any
    declared: Any
    verdict: str = ""
    note: str | Promise = ""


def compare(passage: Passage, vehicle: Vehicle | None) -> list[Row]:
    """Row by row; without a vehicle the second column stays empty.

    What was compared stands as it was then, also when the exporter has corrected it since.
    """
    seen = passage.seen
    then = {each["field"]: each for each in passage.answer.get("compared", ())}
    code = READ.get(seen.get("code", ""), seen.get("code", ""))
    newest = vehicle.newest_pass if vehicle else None
    how = _("typed as manual code") if seen.get("manual") else ""
    rows = [Row(_("Pass"), code, newest.manual_code if newest else "", note=how)]
    declared_vin = vehicle.vin if vehicle else ""
    read_vin = seen.get("vin") or seen.get("vin_tail") or ""
    vin_row = Row(
        FIELDS["vin"],
        grouped_vin(read_vin) if read_vin else "",
        grouped_vin(declared_vin) if declared_vin else "",
        _verdict(seen.get("vin"), declared_vin),
        _sure(seen.get("vin_confidence")),
    )
    plate = vehicle.plate if vehicle else ""
    plate_row = Row(
        FIELDS["plate"],
        seen.get("plate") or "",
        plate,
        _verdict(seen.get("plate"), plates.normalise(plate)),
        _sure(seen.get("plate_confidence")),
    )
    driver = vehicle.get_driver() if vehicle else None
    card = driver.card if driver else ""
    known = _verdict(seen.get("card"), digest(card) if card else "")
    words: dict[str, str | Promise] = {
        Likeness.SAME: _("the declared card"),
        Likeness.DIFFERENT: _("another card"),
    }
    shown = words.get(known, "")
    shown = shown or (_("a card") if seen.get("card") else "")
    card_row = Row(FIELDS["card"], shown, masked(card), known)
    rows += [_as_then(vin_row, then.get("vin")), _as_then(plate_row, then.get("plate"))]
    rows.append(_as_then(card_row, then.get("card")))
    if weight := seen.get("weight_kg"):
        rows.append(_as_then(Row(FIELDS["weight"], str(weight), ""), then.get("weight")))
    return rows


def _as_then(row: Row, compared: Mapping[str, Any] | None) -> Row:
    if compared is None:
        return row
    result, seen, declared = compared["result"], compared["seen"], compared["declared"] or ""
    if row.label is FIELDS["vin"] and result == Likeness.SAME:
        return replace(row, verdict=result)
    if result == Likeness.SAME:
        return replace(row, seen=seen, declared=declared, verdict=result)
    marks = marked(seen, declared or seen), marked(declared, seen)
    return replace(row, seen=marks[0], declared=marks[1], verdict=result)


def _sure(confidence: float | None) -> str:
    return "" if confidence is None else _("read with %(share)s %% confidence") % {"share": round(confidence * 100)}


def _verdict(seen: str | None, declared: str | None) -> str:
    if not seen or not declared:
        return ""
    return Likeness.SAME if seen == declared else Likeness.DIFFERENT
