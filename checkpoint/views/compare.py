"""What a lane saw beside what the exporter declared."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from checkpoint.decision import CodeRead
from checkpoint.models import Passage
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
    """One fact twice. verdict: "same", "differs", or "" where it was not compared."""

    label: str | Promise
    seen: Any
    declared: Any
    verdict: str = ""
    note: str | Promise = ""


def compare(passage: Passage, vehicle: Vehicle | None) -> list[Row]:
    """Row by row; without a vehicle the second column stays empty."""
    seen = passage.seen
    code = READ.get(seen.get("code", ""), seen.get("code", ""))
    newest = vehicle.newest_pass if vehicle else None
    how = _("typed as manual code") if seen.get("manual") else ""
    rows = [Row(_("Pass"), code, newest.manual_code if newest else "", note=how)]
    declared_vin = vehicle.vin if vehicle else ""
    rows.append(
        Row(
            _("VIN"),
            grouped_vin(seen["vin"]) if seen.get("vin") else "",
            grouped_vin(declared_vin) if declared_vin else "",
            _verdict(seen.get("vin"), declared_vin),
        )
    )
    confidence = seen.get("plate_confidence")
    sure = _("read with %(share)s %% confidence") % {"share": round(confidence * 100)} if confidence is not None else ""
    plate = vehicle.plate if vehicle else ""
    plate_verdict = _verdict(seen.get("plate"), plates.normalise(plate))
    rows.append(Row(_("Plate"), seen.get("plate") or "", plate, plate_verdict, sure))
    driver = vehicle.get_driver() if vehicle else None
    card = driver.card if driver else ""
    known = _verdict(seen.get("card"), digest(card) if card else "")
    shown = {"same": _("the declared card"), "differs": _("another card")}.get(known, "")
    shown = shown or (_("a card") if seen.get("card") else "")
    rows.append(Row(_("Driver's card"), shown, masked(card), known))
    return rows


def masked(text: str | None, *, keep: int = 3) -> str:
    """A personal fact as far as it helps to recognise it: its end."""
    text = text or ""
    return "•••" + text[-keep:] if len(text) > keep else "•••" if text else ""


def _verdict(seen: str | None, declared: str | None) -> str:
    if not seen or not declared:
        return ""
    return "same" if seen == declared else "differs"
