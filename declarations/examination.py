"""What an inspection may find: one code per finding, with public words for the exporter and what he has to do.

A remark may stand beside a satisfactory result, a fault never does. The officer's own words stay with the officers of
the port and the exporter; a code says the same in every language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations.words import Agency, InspectionCheck, InspectionNext


class Severity(StrEnum):
    """What a finding means for the result."""

    REMARK = "REMARK"
    FAULT = "FAULT"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that may be found. repair: what the exporter does about it, "" where nothing can be done by him."""

    code: str
    check: InspectionCheck
    severity: Severity
    label: str | Promise
    repair: str | Promise


_F, _R = Severity.FAULT, Severity.REMARK
_C = InspectionCheck

FINDINGS: Mapping[str, Finding] = {
    each.code: each
    for each in (
        Finding("VIN_DIFFERS", _C.IDENTITY, _F, _("the VIN on the car is another one"), _("Declare the right VIN.")),
        Finding("VIN_ALTERED", _C.IDENTITY, _F, _("the VIN may have been altered"), _("Wait for the officer.")),
        Finding("PLATE_LOOSE", _C.IDENTITY, _R, _("a plate is loose or unreadable"), _("Fix or replace the plate.")),
        Finding(
            "MODEL_DIFFERS",
            _C.CONDITION,
            _F,
            _("make, model or equipment differ from the declaration"),
            _("Change the vehicle in the declaration."),
        ),
        Finding("UNFIT", _C.CONDITION, _F, _("not fit for the road"), _("Have it repaired.")),
        Finding(
            "ODOMETER_DIFFERS",
            _C.ODOMETER,
            _F,
            _("the odometer shows another reading"),
            _("Declare the reading on the odometer."),
        ),
        Finding("UNDECLARED_GOODS", _C.CARGO, _F, _("goods inside that nobody declared"), _("Take the goods out.")),
        Finding("FORBIDDEN_GOODS", _C.CARGO, _F, _("forbidden goods inside"), _("Wait for the officer.")),
        Finding("BATTERY_DAMAGED", _C.BATTERY, _F, _("the traction battery is damaged"), _("Have it repaired.")),
        Finding("SOIL", _C.CLEANNESS, _F, _("soil on the vehicle"), _("Have the vehicle washed.")),
        Finding(
            "PESTS", _C.CLEANNESS, _F, _("plants, seeds or insects in the vehicle"), _("Have the vehicle disinfected.")
        ),
        Finding("PAPER_MISSING", _C.PAPERS, _R, _("a paper is not in the car"), _("Send the paper with the driver.")),
    )
}

NEXT_STEPS: Mapping[str, str | Promise] = {
    InspectionNext.REPAIR_AND_RECHECK: _("Repair what was found, then ask for the inspection again."),
    InspectionNext.TURN_BACK: _(
        "The vehicle was turned back. Repair what was found before it comes again; it is inspected again first."
    ),
    InspectionNext.DETAIN: _("The vehicle is kept at the port. The supervisor decides; wait for the officer."),
}
"""What the exporter reads to do, by what the officer said follows."""

_TURNS = {agency.value: turn for turn, agency in enumerate(Agency)}


def turn_of(agency: str) -> int:
    """When a vehicle with several orders goes to this agency: the lower first."""
    return _TURNS[agency]


def faults(codes: Iterable[str]) -> list[str]:
    """The codes that no satisfactory result can stand beside."""
    return [code for code in codes if code in FINDINGS and FINDINGS[code].severity is Severity.FAULT]


def labels_of(codes: Iterable[str]) -> list[str]:
    """Findings in the language that is active now."""
    return [str(FINDINGS[code].label) for code in codes if code in FINDINGS]


def repairs_of(codes: Iterable[str]) -> list[str]:
    """What is to be done about these findings, each act once."""
    return list(dict.fromkeys(str(FINDINGS[code].repair) for code in codes if code in FINDINGS))


def checks_in_words(codes: Iterable[str]) -> list[str]:
    """What is to be looked at, in the language that is active now."""
    return [str(InspectionCheck(code).label) for code in codes if code in InspectionCheck.values]
