"""What runs out soon: pass, plate, licence, insurance; told 72, 24 and 3 hours before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from declarations.readiness.rule import GATE_PAPERS, end_of_day

HOURS = (72, 24, 3)
"""How long before the end it is told."""

PASS = "pass"  # noqa: S105 - a thing that runs out, no password
PLATE = "plate"


@dataclass(frozen=True, slots=True)
class Lapse:
    """One thing that runs out. what: PASS, PLATE or a paper's code; until: the first moment without it."""

    what: str
    until: datetime


def lapses(
    *,
    pass_until: datetime | None,
    plate_expires_on: date | None,
    papers: Iterable[tuple[str, date | None]],
    zone: tzinfo,
) -> list[Lapse]:
    """Everything of one vehicle that has an end, the next one first. papers: code and last day."""
    return sorted(_ends(pass_until, plate_expires_on, papers, zone), key=lambda lapse: (lapse.until, lapse.what))


def _ends(
    pass_until: datetime | None, plate_on: date | None, papers: Iterable[tuple[str, date | None]], zone: tzinfo
) -> Iterator[Lapse]:
    if pass_until is not None:
        yield Lapse(PASS, pass_until)
    if plate_on is not None and plate_on < date.max:
        yield Lapse(PLATE, end_of_day(plate_on, zone))
    for code, day in papers:
        if code in GATE_PAPERS and day is not None and day < date.max:
            yield Lapse(code, end_of_day(day, zone))


def hours_told(until: datetime, *, since: datetime, now: datetime) -> int | None:
    """Which of HOURS it is time for: the smallest that is reached; None before the first and after the end.

    since: when the end became known; what was shorter from the beginning surprises nobody.
    """
    if now >= until:
        return None
    reached = (hours for hours in HOURS if until - now <= timedelta(hours=hours) < until - since)
    return min(reached, default=None)
