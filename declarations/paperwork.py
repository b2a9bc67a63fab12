"""The task list of papers: what a vehicle and its declaration need, how far each paper is, and what to do next.

Which papers are needed, `declarations.papers` says; here they meet what was entered, what was uploaded and what customs
asked for. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from declarations.lapsing import SOON
from declarations.papers import Covers, Need, Paper, PaperReference, PaperType, Place, needed
from declarations.readiness import GATE_PAPERS, end_of_day
from declarations.words import Condition, Direction

DEREGISTRATION_MONTHS = 2
"""A used vehicle that has left the country is taken off the register within two months."""

CONTRACT = "commercial_contract"
PLATE = "temporary_plate"
PASSPORT = "driver_passport"


class State(TextChoices):
    """How far one paper is."""

    ASKED = "ASKED", _("customs asks for it")
    EXPIRED = "EXPIRED", _("has run out")
    MISSING = "MISSING", _("missing")
    EXPIRES_SOON = "EXPIRES_SOON", _("runs out soon")
    FILE_ONLY = "FILE_ONLY", _("number missing")
    NUMBER_ONLY = "NUMBER_ONLY", _("entered, no file yet")
    COMPLETE = "COMPLETE", _("complete")


TO_DO = frozenset({State.ASKED, State.EXPIRED, State.MISSING, State.EXPIRES_SOON, State.FILE_ONLY})
"""What the exporter should do something about; a file beside a number is wanted only when customs asks for it."""


class Step(TextChoices):
    """What to do next about a paper."""

    NOTHING = "NOTHING", _("nothing to do")
    ANSWER = "ANSWER", _("Answer the request")
    RENEW = "RENEW", _("Enter the renewed one")
    ADD = "ADD", _("Add it")
    ADD_NUMBER = "ADD_NUMBER", _("Add the number")
    ADD_FILE = "ADD_FILE", _("Add the file")
    SET_PLATE = "SET_PLATE", _("Enter the plate")
    SET_DRIVER = "SET_DRIVER", _("Enter the driver")


STEPS: Mapping[State, Step] = {
    State.ASKED: Step.ANSWER,
    State.EXPIRED: Step.RENEW,
    State.MISSING: Step.ADD,
    State.EXPIRES_SOON: Step.RENEW,
    State.FILE_ONLY: Step.ADD_NUMBER,
    State.NUMBER_ONLY: Step.ADD_FILE,
    State.COMPLETE: Step.NOTHING,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """That customs asks for a paper: why, since when, and until when it waits."""

    code: str
    why: str
    asked_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """When the question is put. zone: the port's; a paper's last day ends at midnight there.

    accepted_on: the day of lodging, None before; arrival_on: the planned day at the border.
    """

    now: datetime
    zone: tzinfo
    accepted_on: date | None = None
    arrival_on: date | None = None

    @property
    def today(self) -> date:
        """The day at the port."""
        return self.now.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Task:
    """One paper of the list. paper: what is entered of it, the best of several; files: how many were uploaded.

    until: the end of its validity, or until when it has to be handed in; asked: the request that waits longest.
    """

    kind: PaperType
    state: State
    step: Step
    is_needed: bool = True
    paper: Paper | None = None
    files: int = 0
    until: datetime | None = None
    asked: Asked | None = None

    @property
    def is_open(self) -> bool:
        """Whether something should be done about it."""
        return self.state in TO_DO


def tasks_of_vehicle(
    vehicle: Mapping[str, Any],
    *,
    direction: str | None,
    mode: str | None,
    first_registered_on: date | None,
    plate_expires_on: date | None,
    papers: Sequence[Paper],
    files: Mapping[str, int],
    asked: Sequence[Asked],
    exited_at: datetime | None,
    reference: PaperReference,
    day: Day,
) -> list[Task]:
    """The papers of one vehicle in the order of the list; those that a declaration has once are not among them.

    Of a vehicle that has left the country only what is to be done afterwards.

    vehicle: its body (CONTRACT section 2). papers: what is entered; files: number of files by code; asked: requests
    not answered yet; exited_at: when it left the country, None while it has not.
    """
    on = day.accepted_on or day.today
    wanted = needed(
        vehicle,
        direction=direction,
        mode=mode,
        first_registered_on=first_registered_on,
        reference=reference,
        on=on,
    )
    codes = {kind.code for kind in wanted if kind.place is not Place.DECLARATION}
    after_exit = _after_exit(vehicle, direction, reference) if exited_at else set()
    entered = [*papers, *_said_elsewhere(vehicle, plate_expires_on)]
    seen = {paper.code for paper in entered if paper.code not in (PLATE, PASSPORT)} | {
        code for code, count in files.items() if count
    }
    of_vehicle = {code for code in seen if _place(code, reference) is not Place.DECLARATION}
    if exited_at is not None:  # nobody waits any more for what it needed on its way
        codes, of_vehicle = set(), of_vehicle & after_exit
    tasks = []
    for kind in reference.paper_types.values():
        requests = [each for each in asked if each.code == kind.code]
        if kind.code not in codes | after_exit | of_vehicle and not requests:
            continue
        until = deregister_by(exited_at) if kind.code in after_exit and exited_at else None
        # The declaration is closed by then: its file is all that can still be added.
        number_wanted = kind.place is not Place.TASK
        task = _task(kind, entered, files.get(kind.code, 0), requests, day, number_wanted=number_wanted, until=until)
        is_needed = kind.code in codes | after_exit
        tasks.append(_at_its_place(task, is_needed=is_needed))
    return tasks


def tasks_of_declaration(
    vehicles: Iterable[Mapping[str, Any]],
    *,
    direction: str | None,
    mode: str | None,
    contract_number: str,
    papers: Sequence[Paper],
    files: Mapping[str, int],
    asked: Sequence[Asked],
    reference: PaperReference,
    day: Day,
) -> list[Task]:
    """The papers that a declaration has once; a file or a number is enough, the contract's stands in the header.

    papers: those of its vehicles; a packing list that one of them names is the declaration's.
    """
    on = day.accepted_on or day.today
    wanted: set[str] = set()
    for vehicle in vehicles:
        kinds = needed(vehicle, direction=direction, mode=mode, first_registered_on=None, reference=reference, on=on)
        wanted |= {kind.code for kind in kinds if kind.place is Place.DECLARATION}
    entered = [paper for paper in papers if _place(paper.code, reference) is Place.DECLARATION]
    if contract_number:
        entered.append(Paper(CONTRACT, contract_number))
    seen = {paper.code for paper in entered} | {code for code, count in files.items() if count}
    tasks = []
    for kind in reference.paper_types.values():
        requests = [each for each in asked if each.code == kind.code]
        is_here = kind.code in wanted or (kind.code in seen and kind.place is Place.DECLARATION)
        if not is_here and not requests:
            continue
        task = _task(kind, entered, files.get(kind.code, 0), requests, day, number_wanted=False)
        tasks.append(_at_its_place(task, is_needed=kind.code in wanted))
    return tasks


def _task(
    kind: PaperType,
    entered: Iterable[Paper],
    files: int,
    asked: Sequence[Asked],
    day: Day,
    *,
    number_wanted: bool = True,
    until: datetime | None = None,
) -> Task:
    paper = _best(each for each in entered if each.code == kind.code)
    request = min(asked, key=lambda each: each.due_at, default=None)
    last_day = paper.valid_until if paper else None
    ends = end_of_day(last_day, day.zone) if last_day is not None and last_day < date.max else None
    if request is not None:
        state, until = State.ASKED, request.due_at
    elif paper is not None and _is_expired(kind, paper, day):
        state, until = State.EXPIRED, ends
    elif paper is None and not files:
        state = State.MISSING
    elif ends is not None and _runs_out(paper, ends, day):
        state, until = State.EXPIRES_SOON, ends
    else:
        has_number = paper is not None and bool(paper.number.strip())
        state, until = _by_what_is_there(has_number, bool(files), number_wanted), ends
    return Task(kind, state, STEPS[state], paper=paper, files=files, until=until, asked=request)


def _by_what_is_there(has_number: bool, has_file: bool, number_wanted: bool) -> State:
    if has_file and (has_number or not number_wanted):
        return State.COMPLETE
    if has_file:
        return State.FILE_ONLY
    return State.NUMBER_ONLY if has_number else State.MISSING


def _at_its_place(task: Task, *, is_needed: bool) -> Task:
    """The same task with the step that leads to where it is done: plate and driver have fields of their own."""
    step = task.step
    if step in (Step.ADD, Step.ADD_NUMBER, Step.RENEW) and task.kind.code == PLATE:
        step = Step.SET_PLATE
    elif step in (Step.ADD, Step.ADD_NUMBER) and task.kind.code == PASSPORT:
        step = Step.SET_DRIVER
    return Task(task.kind, task.state, step, is_needed, task.paper, task.files, task.until, task.asked)


def _best(papers: Iterable[Paper]) -> Paper | None:
    """The one that lasts longest; without an end it lasts for ever. Of equals one with a number."""
    return max(papers, key=lambda paper: (paper.valid_until or date.max, bool(paper.number.strip())), default=None)


def _is_expired(kind: PaperType, paper: Paper, day: Day) -> bool:
    """Whether it does not cover the day that it must: acceptance, crossing, and today where the gate looks at it."""
    if paper.valid_until is None:
        return False
    must = day.accepted_on or day.today
    if kind.covers is Covers.CROSSING:
        must = max(day.today, day.arrival_on or day.today)
    elif kind.code in GATE_PAPERS:
        must = max(must, day.today)
    return paper.valid_until < must


def _runs_out(paper: Paper | None, ends: datetime, day: Day) -> bool:
    """Whether it ends within three days, or before the vehicle is at the border; nobody waits for it after that."""
    before_arrival = (
        paper is not None and day.arrival_on is not None and (paper.valid_until or date.max) < day.arrival_on
    )
    return before_arrival or day.now <= ends <= day.now + SOON


def _said_elsewhere(vehicle: Mapping[str, Any], plate_expires_on: date | None) -> list[Paper]:
    """Plate and passport stand in fields of their own; of the passport no more is told than that it is there."""
    driver = vehicle.get("driver")
    found = []
    if str(vehicle.get("plate") or "").strip():
        found.append(Paper(PLATE, str(vehicle["plate"]), valid_until=plate_expires_on))
    if isinstance(driver, Mapping) and str(driver.get("passport_number") or "").strip():
        found.append(Paper(PASSPORT, "•••"))
    return found


def _after_exit(vehicle: Mapping[str, Any], direction: str | None, reference: PaperReference) -> set[str]:
    """What is to be done once a vehicle has left the country."""
    if direction == Direction.IMPORT:
        return set()
    is_used = vehicle.get("condition") == Condition.USED
    kinds = reference.paper_types.values()
    return {kind.code for kind in kinds if (kind.used_export if is_used else kind.new_export) is Need.AFTER_EXIT}


def _place(code: str, reference: PaperReference) -> Place | None:
    kind = reference.paper_types.get(code)
    return kind.place if kind else None


def deregister_by(exited_at: datetime) -> datetime:
    """Until when a used vehicle that went out has to be taken off the register."""
    return _months_later(exited_at, DEREGISTRATION_MONTHS)


def _months_later(at: datetime, months: int) -> datetime:
    """The same day so many months later, or the last one of a shorter month."""
    years, month = divmod(at.month - 1 + months, 12)
    first = at.replace(year=at.year + years, month=month + 1, day=1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(at.day, last.day))
