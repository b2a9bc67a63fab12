"""The one function behind every "ready": computed anew at each change, from facts that the caller gathers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from typing import Any

from declarations.lifecycle import (
    AT_PORT,
    CLOSED_VEHICLE,
    HOLDING_VIN,
    DeclarationStatus,
    PassStatus,
    VehicleStatus,
)
from declarations.readiness import because as why
from declarations.readiness.because import Because
from declarations.readiness.waits import Actor, Otherwise, Wait


@dataclass(frozen=True, slots=True)
class Readiness:
    """The answer. wait: what a ready vehicle waits for; changes_at: when time alone will make it another answer."""

    ready: bool
    because: tuple[Because, ...]
    wait: Wait | None = None
    changes_at: datetime | None = None

    @property
    def ready_until(self) -> datetime | None:
        """None while not ready, or when nothing known runs out."""
        return self.changes_at if self.ready else None


@dataclass(frozen=True, slots=True)
class PaperValidity:
    """A paper that the gate looks at. valid_until: its last day."""

    code: str
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class PaperWanted:
    """A paper that customs asked for, and until when."""

    code: str
    asked_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """A hold that stands: its reason's code, and the public words of whoever placed it, if he wrote any."""

    reason: str
    text: str
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Closure:
    """The port is closed from one moment until another, or until further notice."""

    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What readiness is computed from. A moment called *_since is None while its fact is not so.

    declaration_status, vehicle_status   as they stand now
    declaration_wait what the declaration as a whole waits for
    here_since       when the vehicle came to its status
    expires_at       until when it has to be presented, by law
    self_drive       it crosses under its own power: needs a driver and a plate
    zone             the port's time zone; a paper's last day ends at midnight there
    assessed_since   customs assesses this vehicle (again)
    pass_status      of the newest pass, which came to it at pass_at; None: there is none yet
    valid_from, valid_until   of that pass
    holds            open ones, on the vehicle and on its declaration
    documents_wanted those that were not answered yet
    check_since, refused_since   a document check is open; one was refused
    inspection_since, failed_since   an open order; the latest result was NOT_SATISFACTORY
    driverless_since, plateless_since   no driver is named; no plate is entered
    has_pool         ferrymen are named of whom one may take it
    plate_expires_on the plate's last day
    papers           those whose validity the gate asks: see GATE_PAPERS
    closures         present and coming ones of the port
    """

    declaration_status: DeclarationStatus
    vehicle_status: VehicleStatus
    declaration_wait: Wait | None = None
    here_since: datetime | None = None
    expires_at: datetime | None = None
    self_drive: bool
    zone: tzinfo
    assessed_since: datetime | None = None
    pass_status: PassStatus | None = None
    pass_at: datetime | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    holds: tuple[Block, ...] = ()
    documents_wanted: tuple[PaperWanted, ...] = ()
    check_since: datetime | None = None
    refused_since: datetime | None = None
    inspection_since: datetime | None = None
    failed_since: datetime | None = None
    driverless_since: datetime | None = None
    plateless_since: datetime | None = None
    has_pool: bool = False
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
        because = (_because(facts, why.REFERRED, facts.here_since),)
    changes = [each for each in _changes(facts) if each[0] > now]
    changes_at = min((at for at, _otherwise in changes), default=None)
    if because:
        return Readiness(False, because, changes_at=changes_at)
    return Readiness(True, (), _wait_of_driver(facts, changes), changes_at)


def _against(facts: Facts, now: datetime) -> Iterator[Because]:
    if facts.vehicle_status in CLOSED_VEHICLE:
        yield Because(why.OVER[facts.vehicle_status], since=facts.here_since)
        return
    if facts.vehicle_status is VehicleStatus.DETAINED:
        yield _because(facts, why.DETAINED, facts.here_since)
    if facts.declaration_status is not DeclarationStatus.RELEASED:
        yield _not_released(facts)
    elif facts.assessed_since is not None:
        yield _because(facts, why.BEING_ASSESSED, facts.assessed_since)
    else:
        yield from _against_the_pass(facts, now)
    yield from _against_the_controls(facts)
    yield from _against_the_papers(facts, now)
    for closure in facts.closures:
        if closure.starts_at <= now and closure.ends_at is None:
            yield _because(facts, why.PORT_CLOSED, closure.starts_at)
        elif closure.starts_at <= now and closure.ends_at is not None and now < closure.ends_at:
            yield Because(
                why.PORT_CLOSED_UNTIL,
                _values(until=closure.ends_at.isoformat()),
                *(closure.starts_at, closure.ends_at, Otherwise.ENDS_BY_ITSELF),
            )


def _because(facts: Facts, code: str, since: datetime | None, **values: Any) -> Because:
    """A reason that nothing ends but somebody's act, or the legal time of what was not presented yet."""
    if facts.vehicle_status is not VehicleStatus.DECLARED:
        return Because(code, _values(**values), since, None, Otherwise.GOES_NO_FURTHER)
    if facts.declaration_status not in HOLDING_VIN:
        return Because(code, _values(**values), since)
    return Because(code, _values(**values), since, facts.expires_at, Otherwise.WITHDRAWN)


def _not_released(facts: Facts) -> Because:
    code, wait = why.NOT_RELEASED[facts.declaration_status], facts.declaration_wait
    if wait is None:
        return Because(code, since=facts.here_since)
    if wait.otherwise is Otherwise.WITHDRAWN:
        return _because(facts, code, wait.since)
    return Because(code, {}, wait.since, wait.until, wait.otherwise)


def _against_the_pass(facts: Facts, now: datetime) -> Iterator[Because]:
    if facts.pass_status is not PassStatus.ISSUED:
        yield _because(facts, why.NO_PASS, facts.pass_at)
    elif facts.valid_from is not None and now < facts.valid_from:
        yield Because(why.PASS_NOT_YET_VALID, {}, facts.pass_at, facts.valid_from, Otherwise.ENDS_BY_ITSELF)
    elif _pass_counts_down(facts) and facts.valid_until is not None and now >= facts.valid_until:
        yield _because(facts, why.PASS_EXPIRED, facts.valid_until)


def _against_the_controls(facts: Facts) -> Iterator[Because]:
    for hold in facts.holds:
        words = {"text": hold.text} if hold.text else {"hold": hold.reason}
        yield _because(facts, why.HOLD, hold.placed_at, **words)
    if facts.refused_since is not None:
        yield _because(facts, why.DOCUMENTS_REFUSED, facts.refused_since)
    elif facts.documents_wanted:
        yield Because(
            why.DOCUMENTS_WANTED,
            _values(documents=[each.code for each in facts.documents_wanted]),
            min(each.asked_at for each in facts.documents_wanted),
            min(each.due_at for each in facts.documents_wanted),
            Otherwise.MAY_BE_REFUSED,
        )
    elif facts.check_since is not None:
        yield _because(facts, why.DOCUMENTS_BEING_CHECKED, facts.check_since)
    if facts.vehicle_status in AT_PORT:
        if facts.inspection_since is not None:
            code = why.INSPECTION_DUE if facts.failed_since is None else why.INSPECTION_AGAIN
            yield _because(facts, code, _told_since(facts, facts.inspection_since))
        elif facts.failed_since is not None:
            yield _because(facts, why.INSPECTION_FAILED, facts.failed_since)


def _told_since(facts: Facts, ordered_at: datetime) -> datetime:
    """Not even the moment may tell that an inspection was ordered before the vehicle came."""
    return max(ordered_at, facts.here_since or ordered_at)


def _against_the_papers(facts: Facts, now: datetime) -> Iterator[Because]:
    if facts.self_drive and facts.driverless_since is not None:
        code = why.WAITS_FOR_POOL if facts.has_pool else why.DRIVER_MISSING
        yield _because(facts, code, facts.driverless_since)
    if facts.self_drive and facts.plateless_since is not None:
        yield _because(facts, why.PLATE_MISSING, facts.plateless_since)
    for code, day in _days(facts):
        if has_run_out(day, now=now, zone=facts.zone):
            values = {"on": day.isoformat(), **({"paper": code} if code else {})}
            reason = why.PAPER_EXPIRED if code else why.PLATE_EXPIRED
            yield _because(facts, reason, end_of_day(day, facts.zone), **values)


def _days(facts: Facts) -> Iterator[tuple[str, date]]:
    """Each last day there is, of papers by their code, of the plate without one."""
    for code, day in (("", facts.plate_expires_on), *((paper.code, paper.valid_until) for paper in facts.papers)):
        if day is not None and day < date.max:
            yield code, day


def _changes(facts: Facts) -> Iterator[tuple[datetime, Otherwise]]:
    """The moments at which time alone changes the answer, and what they bring."""
    if facts.vehicle_status in CLOSED_VEHICLE:
        return
    if facts.valid_from is not None:
        yield facts.valid_from, Otherwise.ENDS_BY_ITSELF
    if _pass_counts_down(facts) and facts.valid_until is not None:
        yield facts.valid_until, Otherwise.PASS_RUNS_OUT
    for _code, day in _days(facts):
        yield end_of_day(day, facts.zone), Otherwise.PAPER_RUNS_OUT
    for closure in facts.closures:
        yield closure.starts_at, Otherwise.PORT_CLOSES
        if closure.ends_at is not None:
            yield closure.ends_at, Otherwise.ENDS_BY_ITSELF


def _wait_of_driver(facts: Facts, changes: list[tuple[datetime, Otherwise]]) -> Wait:
    """A ready vehicle waits for its driver, until the first thing runs out."""
    if facts.vehicle_status is not VehicleStatus.DECLARED:
        until, otherwise = min(changes, default=(None, Otherwise.GOES_NO_FURTHER))
        return Wait(Actor.DRIVER, facts.here_since, until, otherwise)
    legal = [] if facts.expires_at is None else [(facts.expires_at, Otherwise.WITHDRAWN)]
    until, otherwise = min([*changes, *legal], default=(None, Otherwise.STAYS))
    return Wait(Actor.DRIVER, max(filter(None, (facts.here_since, facts.pass_at)), default=None), until, otherwise)


def _pass_counts_down(facts: Facts) -> bool:
    """Expiry of a pass is judged of a DECLARED vehicle only."""
    return facts.vehicle_status is VehicleStatus.DECLARED


def _values(**values: Any) -> Mapping[str, Any]:
    return MappingProxyType(values)
