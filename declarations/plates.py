"""Number plates: which kind, how two are compared, and when one has run out.

Sources: GA 36-2018 (Chinese plates), ST RK 986 (plates of Kazakhstan), the domain page, section 5: an unknown pattern
or an unusual kind is a warning, only an expired plate an error. The temporary plate's exact pattern is not known for
certain: it is data, handed in. Pure.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declarations.problems import Level, Problem, explain
from declarations.words import Condition

TEMPORARY_PLATE_DAYS = 60
"""A temporary plate of a vehicle that leaves the country lasts at most so long (data/documents.csv)."""

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_CHINESE = re.compile(f"[{_PROVINCES}][A-Z][A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]")
_NEW_ENERGY = re.compile(f"[{_PROVINCES}][A-Z](?:[A-HJK][A-HJ-NP-Z0-9][0-9]{{4}}|[0-9]{{5}}[A-HJK])")
_KAZAKH = re.compile(r"[0-9]{3}[A-Z]{2,3}(?P<region>[0-9]{2})")
_KAZAKH_BEFORE_2012 = re.compile(r"[A-Z][0-9]{3}[A-Z]{2,3}")
_SEPARATORS = re.compile(r"[\s\-_.,/|·•・‧∙⋅―–—]")  # dots as plates and keyboards write them
_CYRILLIC = str.maketrans("АВЕКМНОРСТУХІ", "ABEKMHOPCTYXI")  # Cyrillic on purpose


class Kind(TextChoices):
    """What a plate is, by its pattern."""

    CHINESE = "CHINESE", _("Chinese plate")
    NEW_ENERGY = "NEW_ENERGY", _("Chinese new-energy plate")
    TEMPORARY = "TEMPORARY", _("temporary plate")
    KAZAKH = "KAZAKH", _("plate of Kazakhstan")
    UNKNOWN = "UNKNOWN", _("unknown plate")


USUAL_KINDS: Mapping[str, frozenset[Kind]] = {
    Condition.NEW: frozenset({Kind.TEMPORARY}),
    Condition.USED: frozenset({Kind.TEMPORARY, Kind.CHINESE, Kind.NEW_ENERGY}),
}

PLATE_UNKNOWN = explain(
    "PLATE_UNKNOWN", _("“%(plate)s” looks like no plate that is known here. Compare it with the vehicle.")
)
PLATE_REGION = explain("PLATE_REGION", _("%(region)s is no region of Kazakhstan. Compare the plate with the vehicle."))
PLATE_KIND = explain(
    "PLATE_KIND", _("A %(kind)s is unusual for a vehicle that is %(condition)s. Check plate and condition.")
)
PLATE_EXPIRED = explain(
    "PLATE_EXPIRED",
    _("The plate runs out on %(expires)s, the crossing is on %(crossing)s. Enter a plate that is valid on that day."),
)
PLATE_EXPIRY_MISSING = explain("PLATE_EXPIRY_MISSING", _("Enter until when the temporary plate is valid."))
PLATE_EXPIRY_FAR = explain(
    "PLATE_EXPIRY_FAR", _("A temporary plate lasts at most %(days)s days. Compare the date with the plate.")
)


def normalise(text: str) -> str:
    """Full-width and Cyrillic look-alikes made Latin, dots, blanks and hyphens left out, upper case."""
    plain = unicodedata.normalize("NFKC", text).upper().translate(_CYRILLIC)
    kept = "".join(each for each in _SEPARATORS.sub("", plain) if unicodedata.category(each) not in {"Cf", "Cc"})
    return unicodedata.normalize("NFC", kept)  # what a blank kept apart may belong together


def kind(text: str, temporary_patterns: Iterable[str] = ()) -> Kind:
    """What kind of plate it is. temporary_patterns: regular expressions for the whole normalised plate."""
    plate = normalise(text)
    if any(re.fullmatch(pattern, plate) for pattern in temporary_patterns):
        return Kind.TEMPORARY
    if _NEW_ENERGY.fullmatch(plate):
        return Kind.NEW_ENERGY
    if _CHINESE.fullmatch(plate):
        return Kind.CHINESE
    if _KAZAKH.fullmatch(plate) or _KAZAKH_BEFORE_2012.fullmatch(plate):
        return Kind.KAZAKH
    return Kind.UNKNOWN


def problems(
    text: str | None,
    *,
    expires_on: date | None,
    condition: str | None,
    today: date,
    crossing_on: date | None = None,
    temporary_patterns: Iterable[str] = (),
    regions: Iterable[str] = (),
) -> list[Problem]:
    """What is wrong with a declared plate, at /plate and /plate_expires_on.

    An empty plate is a readiness reason, no problem.
    crossing_on: the planned day of crossing; an expiry must cover it. regions: codes of Kazakhstan.
    """
    plate = normalise(text or "")
    if not plate:
        return []
    found = kind(plate, temporary_patterns)
    result = _pattern_problems(plate, found, condition, frozenset(regions))
    crossing_on = max(today, crossing_on or today)
    if expires_on is None:
        if found is Kind.TEMPORARY:
            result.append(Problem(PLATE_EXPIRY_MISSING, "/plate_expires_on", Level.WARNING))
    elif expires_on < crossing_on:
        values = {"expires": expires_on.isoformat(), "crossing": crossing_on.isoformat()}
        result.append(Problem(PLATE_EXPIRED, "/plate_expires_on", values=values))
    elif found is Kind.TEMPORARY and expires_on - today > timedelta(days=TEMPORARY_PLATE_DAYS):
        values = {"days": str(TEMPORARY_PLATE_DAYS)}
        result.append(Problem(PLATE_EXPIRY_FAR, "/plate_expires_on", Level.WARNING, values))
    return result


def _pattern_problems(plate: str, found: Kind, condition: str | None, regions: frozenset[str]) -> list[Problem]:
    if found is Kind.UNKNOWN:
        return [Problem(PLATE_UNKNOWN, "/plate", Level.WARNING, {"plate": plate})]
    result = []
    kazakh = _KAZAKH.fullmatch(plate)
    if kazakh and regions and kazakh["region"] not in regions:
        result.append(Problem(PLATE_REGION, "/plate", Level.WARNING, {"region": kazakh["region"]}))
    if condition is not None and condition in USUAL_KINDS and found not in USUAL_KINDS[condition]:
        values = {"kind": found.label, "condition": Condition(condition).label}
        result.append(Problem(PLATE_KIND, "/plate", Level.WARNING, values))
    return result
