"""What runs out soon: export licence, temporary plate, insurance and pass of a vehicle that has not exited.

Exporter and driver are told 72, 24 and 3 hours before. Pure; whoever asks brings the clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declarations.lifecycle import CLOSED_VEHICLE, VehicleStatus
from declarations.readiness import PaperValidity, end_of_day

HOURS_BEFORE = (72, 24, 3)
"""So long before something runs out, exporter and driver are told, the earliest first."""

SOON = timedelta(hours=max(HOURS_BEFORE))
"""What runs out within this time is soon."""


class Lapsing(TextChoices):
    """What may run out on the way to the border; the gate stops a vehicle for each of them."""

    EXPORT_LICENCE = "EXPORT_LICENCE", _("export licence")
    TEMPORARY_PLATE = "TEMPORARY_PLATE", _("plate")
    INSURANCE = "INSURANCE", _("insurance")
    PASS = "PASS", _("pass")


OF_PAPER: dict[str, Lapsing] = {
    "export_licence": Lapsing.EXPORT_LICENCE,
    "temporary_plate": Lapsing.TEMPORARY_PLATE,
    "compulsory_insurance": Lapsing.INSURANCE,
}
"""The papers of readiness.GATE_PAPERS by what they are called here; a test holds the two against each other."""


@dataclass(frozen=True, slots=True)
class Lapse:
    """One thing that runs out. until: the first moment at which it is no longer valid."""

    what: Lapsing
    until: datetime

    def is_soon(self, now: datetime) -> bool:
        """Whether it runs out within the time in which people are told."""
        return now < self.until <= now + SOON

    def hours_before(self, now: datetime, *, since: datetime) -> int | None:
        """The notice that is due now: 72, 24 or 3; None while it is far off, and once it has run out.

        since: when the end became known; what was shorter from the beginning surprises nobody.
        """
        if now >= self.until:
            return None
        moments = {hours: self.until - timedelta(hours=hours) for hours in HOURS_BEFORE}
        return min((hours for hours, moment in moments.items() if since < moment <= now), default=None)


def lapses(
    *,
    vehicle_status: str,
    plate_expires_on: date | None,
    papers: Iterable[PaperValidity],
    pass_until: datetime | None,
    zone: tzinfo,
) -> list[Lapse]:
    """Everything that runs out, over or not, the next first; nothing once nobody waits for the vehicle any more.

    A paper, or the plate, is good through its last day at the port (zone). pass_until: of the pass in force, None
    without one; it counts while the vehicle is DECLARED only. Of several papers of one kind the first to end counts.
    """
    if vehicle_status in CLOSED_VEHICLE:
        return []
    ends: dict[Lapsing, datetime] = {}

    def add(what: Lapsing, until: datetime) -> None:
        ends[what] = min(ends.get(what, until), until)

    days = [(OF_PAPER[paper.code], paper.valid_until) for paper in papers if paper.code in OF_PAPER]
    for what, day in (*days, (Lapsing.TEMPORARY_PLATE, plate_expires_on)):
        if day is not None and day < date.max:
            add(what, end_of_day(day, zone))
    if pass_until is not None and vehicle_status == VehicleStatus.DECLARED:
        add(Lapsing.PASS, pass_until)
    return sorted((Lapse(what, until) for what, until in ends.items()), key=lambda lapse: (lapse.until, lapse.what))
