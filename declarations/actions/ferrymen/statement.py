"""The month's statement: who drove what out, which hand-overs the importer confirmed, what is due for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from declarations.lifecycle import VehicleStatus
from declarations.models import Admission, CrewMember, FerrymanReturn
from declarations.words import Stage


@dataclass(frozen=True, slots=True)
class Trip:
    """One vehicle driven out. place: the vehicle's position in its declaration."""

    vehicle_id: int
    vin: str
    reference: str
    place: int
    exited_at: datetime
    status: VehicleStatus
    returned_on: date | None
    organisation_id: int
    ferryman_id: int | None
    driver_name: str

    @property
    def is_handed_over(self) -> bool:
        """Whether the importer confirmed that he has it."""
        return self.status is VehicleStatus.HANDED_OVER

    @property
    def came_back_with_it(self) -> bool:
        """Whether the neighbour sent vehicle and driver back."""
        return self.status is VehicleStatus.RETURNED

    @property
    def tail(self) -> str:
        """The last six characters of the VIN."""
        return self.vin[-6:]


@dataclass(frozen=True, slots=True)
class Line:
    """One ferryman's month. fee: per trip, None where none was agreed; member: None for who is in no register."""

    name: str
    member: CrewMember | None
    trips: tuple[Trip, ...]

    @property
    def confirmed(self) -> int:
        """How many hand-overs were confirmed."""
        return sum(trip.is_handed_over for trip in self.trips)

    @property
    def fee(self) -> Decimal | None:
        """What is due for all trips."""
        return None if self.member is None or self.member.fee is None else self.member.fee * len(self.trips)

    @property
    def currency(self) -> str:
        """Of the fee."""
        return self.member.fee_currency if self.member and self.member.fee is not None else ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One organisation's month."""

    month: date
    lines: tuple[Line, ...]

    @property
    def trips(self) -> int:
        """How many vehicles were driven out."""
        return sum(len(line.trips) for line in self.lines)

    @property
    def confirmed(self) -> int:
        """How many hand-overs were confirmed."""
        return sum(line.confirmed for line in self.lines)

    @property
    def fees(self) -> list[tuple[str, Decimal]]:
        """What is due in each currency; different currencies are never added up."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            if line.fee is not None:
                sums[line.currency] = sums.get(line.currency, Decimal(0)) + line.fee
        return sorted(sums.items())


def statement_of(*, organisation_id: int, month: date) -> Statement:
    """All that an organisation's drivers took out in the month of this day, on the port's clock. Four queries."""
    first = month.replace(day=1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    out = Admission.objects.filter(
        vehicle__declaration__organisation=organisation_id, at__gte=_midnight(first), at__lt=_midnight(following)
    )
    trips = _trips(out)
    members = {
        row.ferryman_id: row
        for row in CrewMember.objects.filter(
            organisation=organisation_id, ferryman__in={trip.ferryman_id for trip in trips if trip.ferryman_id}
        ).order_by("erased_at", "pk")
    }
    by_driver: dict[object, list[Trip]] = {}
    for trip in trips:
        # Who has no passport here is told apart by his name alone.
        by_driver.setdefault(trip.ferryman_id or trip.driver_name, []).append(trip)
    lines = []
    for whose, his in by_driver.items():
        member = members.get(whose) if isinstance(whose, int) else None
        name = member.shown_name if member else his[-1].driver_name
        lines.append(Line(name, member, tuple(his)))
    return Statement(first, tuple(sorted(lines, key=lambda line: (-len(line.trips), line.name))))


def trips_of(members: Iterable[CrewMember]) -> dict[int, list[Trip]]:
    """What each ferryman drove out for his own organisation, the latest first. A fixed number of queries."""
    rows = list(members)
    trips = _trips(
        Admission.objects.filter(
            vehicle__driver__ferryman__in={row.ferryman_id for row in rows},
            vehicle__declaration__organisation__in={row.organisation_id for row in rows},
        )
    )
    his: dict[tuple[int, int | None], list[Trip]] = {}
    for trip in reversed(trips):
        his.setdefault((trip.organisation_id, trip.ferryman_id), []).append(trip)
    return {row.pk: his.get((row.organisation_id, row.ferryman_id), []) for row in rows}


def _trips(out: QuerySet[Admission]) -> list[Trip]:
    """The live exits among these admissions as trips, the earliest first."""
    exits = out.filter(stage=Stage.EXIT, annulled_at=None, vehicle__driver__isnull=False).order_by("at", "pk")
    rows = list(
        exits.values_list(
            "vehicle",
            "vehicle__vin",
            "vehicle__declaration__reference",
            "vehicle__position",
            "at",
            "vehicle__status",
            "vehicle__status_at",
            "vehicle__declaration__organisation",
            "vehicle__driver__ferryman",
            "vehicle__driver__name",
        )
    )
    back = dict(
        FerrymanReturn.objects.standing()
        .filter(vehicle__in=[row[0] for row in rows])
        .values_list("vehicle", "returned_on")
    )
    result = []
    for vehicle, vin, reference, place, at, status, status_at, owner, ferryman, name in rows:
        sent_back = timezone.localdate(status_at) if status == VehicleStatus.RETURNED else None
        returned_on = back.get(vehicle, sent_back)
        result.append(
            Trip(vehicle, vin, reference, place, at, VehicleStatus(status), returned_on, owner, ferryman, name or "")
        )
    return result


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())
