"""The one function behind every "ready": computed anew at each change, from facts that the caller gathers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise

from declarations.lifecycle import AT_PORT, CLOSED_VEHICLE, DeclarationStatus, PassStatus, VehicleStatus
from declarations.readiness import because as why
from declarations.readiness.because import Because


@dataclass(frozen=True, slots=True)
class Readiness:
    """The answer. ready_until: None while not ready, or when nothing known runs out."""

    ready: bool
    ready_until: datetime | None
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class PaperValidity:
    """A paper that the gate looks at. label: its name for the reader; valid_until: its last day."""

    code: str
    label: str | Promise
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Closure:
    """The port is closed from one moment until another, or until further notice."""

    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What readiness is computed from.

    declaration_status, vehicle_status   as they stand now
    self_drive       it crosses under its own power: needs a driver and a plate
    zone             the port's time zone; a paper's last day ends at midnight there
    is_assessed      False while customs assesses this vehicle (again)
    pass_status      of the newest pass; None: there is none yet
    valid_from, valid_until   of that pass
    holds            public texts of the open holds on the vehicle and on its declaration
    documents_wanted names of the documents asked for and not answered yet
    check_is_open    a document check is open, or was refused (check_is_refused)
    inspection_due, inspection_failed   an open order; the latest result was NOT_SATISFACTORY
    has_driver, plate, plate_expires_on   plate: None or empty while missing
    papers           those whose validity the gate asks: see GATE_PAPERS
    closures         present and coming ones of the port
    """

    declaration_status: DeclarationStatus
    vehicle_status: VehicleStatus
    self_drive: bool
    zone: tzinfo
    is_assessed: bool = True
    pass_status: PassStatus | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    holds: tuple[str, ...] = ()
    documents_wanted: tuple[str, ...] = ()
    check_is_open: bool = False
    check_is_refused: bool = False
    inspection_due: bool = False
    inspection_failed: bool = False
    has_driver: bool = False
    plate: str | None = None
    plate_expires_on: date | None = None
    papers: tuple[PaperValidity, ...] = ()
    closures: tuple[Closure, ...] = ()


GATE_PAPERS = frozenset({"export_licence", "temporary_plate", "compulsory_insurance"})
"""Codes of the papers that stop a vehicle at the gate once they have run out; the plate's own date counts as well."""


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The first moment at which something valid through that day is no longer valid."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


def has_run_out(day: date | None, *, now: datetime, zone: tzinfo) -> bool:
    """Whether something valid through that day is over; without a day it never is."""
    return day is not None and day < date.max and now >= end_of_day(day, zone)


def readiness(facts: Facts, *, now: datetime) -> Readiness:
    """Whether the vehicle may be driven to the gate now, until when, and every reason against it."""
    because = tuple(_against(facts, now))
    if facts.vehicle_status is VehicleStatus.REFERRED and not because:
        because = (Because(why.REFERRED),)
    if because:
        return Readiness(False, None, because)
    return Readiness(True, min(_limits(facts, now), default=None), ())


def _against(facts: Facts, now: datetime) -> Iterator[Because]:
    if facts.vehicle_status in CLOSED_VEHICLE:
        yield Because(why.OVER[facts.vehicle_status])
        return
    if facts.vehicle_status is VehicleStatus.DETAINED:
        yield Because(why.DETAINED)
    if facts.declaration_status is not DeclarationStatus.RELEASED:
        yield Because(why.NOT_RELEASED[facts.declaration_status])
    elif not facts.is_assessed:
        yield Because(why.BEING_ASSESSED)
    else:
        yield from _against_the_pass(facts, now)
    yield from _against_the_controls(facts)
    yield from _against_the_papers(facts, now)
    for closure in facts.closures:
        if closure.starts_at <= now and (closure.ends_at is None or now < closure.ends_at):
            yield _closed(closure, facts.zone)


def _against_the_pass(facts: Facts, now: datetime) -> Iterator[Because]:
    if facts.pass_status is not PassStatus.ISSUED:
        yield Because(why.NO_PASS)
    elif facts.valid_from is not None and now < facts.valid_from:
        yield Because(why.PASS_NOT_YET_VALID)
    elif _pass_counts_down(facts) and facts.valid_until is not None and now >= facts.valid_until:
        yield Because(why.PASS_EXPIRED)


def _against_the_controls(facts: Facts) -> Iterator[Because]:
    for public_text in facts.holds:
        yield Because(why.HOLD, _values(text=public_text))
    if facts.check_is_refused:
        yield Because(why.DOCUMENTS_REFUSED)
    elif facts.documents_wanted:
        yield Because(why.DOCUMENTS_WANTED, _values(documents=", ".join(facts.documents_wanted)))
    elif facts.check_is_open:
        yield Because(why.DOCUMENTS_BEING_CHECKED)
    if facts.vehicle_status in AT_PORT:
        if facts.inspection_due:
            yield Because(why.INSPECTION_AGAIN if facts.inspection_failed else why.INSPECTION_DUE)
        elif facts.inspection_failed:
            yield Because(why.INSPECTION_FAILED)


def _against_the_papers(facts: Facts, now: datetime) -> Iterator[Because]:
    if facts.self_drive and not facts.has_driver:
        yield Because(why.DRIVER_MISSING)
    if facts.self_drive and not facts.plate:
        yield Because(why.PLATE_MISSING)
    if has_run_out(facts.plate_expires_on, now=now, zone=facts.zone):
        yield Because(why.PLATE_EXPIRED, _values(on=facts.plate_expires_on))
    for paper in facts.papers:
        if has_run_out(paper.valid_until, now=now, zone=facts.zone):
            yield Because(why.PAPER_EXPIRED, _values(paper=paper.label, on=paper.valid_until))


def _closed(closure: Closure, zone: tzinfo) -> Because:
    if closure.ends_at is None:
        return Because(why.PORT_CLOSED)
    return Because(why.PORT_CLOSED_UNTIL, _values(until=closure.ends_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")))


def _limits(facts: Facts, now: datetime) -> Iterator[datetime]:
    """The moments at which something that is in order now stops being so."""
    if _pass_counts_down(facts) and facts.valid_until is not None:
        yield facts.valid_until
    for day in (facts.plate_expires_on, *(paper.valid_until for paper in facts.papers)):
        if day is not None and day < date.max:
            yield end_of_day(day, facts.zone)
    for closure in facts.closures:
        if closure.starts_at > now:
            yield closure.starts_at


def _pass_counts_down(facts: Facts) -> bool:
    """Expiry of a pass is judged of a DECLARED vehicle only."""
    return facts.vehicle_status is VehicleStatus.DECLARED


def _values(**values: Any) -> Mapping[str, Any]:
    return MappingProxyType(values)
