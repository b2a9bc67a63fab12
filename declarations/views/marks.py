"""A declaration with its problems sorted by what they are about: header sections and vehicles."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from declarations.actions.drafting import fresh
from declarations.actions.lodging import lodging_problems
from declarations.checks import fields
from declarations.forms.body import BodyForm
from declarations.forms.entry import DriverForm, PaperForm, PlateForm, VehicleForm
from declarations.forms.header import SECTIONS
from declarations.models import Declaration, Vehicle
from declarations.problems import Level, Problem

FORMS: tuple[tuple[str, tuple[type[BodyForm], ...]], ...] = (
    *(("", forms) for _title, forms in SECTIONS.values()),
    ("/vehicles", (VehicleForm, PlateForm, DriverForm)),
    ("/vehicles/papers", (PaperForm,)),
)
LABELS = {
    f"{at}{form.at}/{name}": bound.label
    for at, forms in FORMS
    for form in forms
    for name, bound in form.base_fields.items()
}
"""What the pages call the field at a pointer, numbers of rows left out."""

MISSING = frozenset({fields.REQUIRED, fields.WANTED})


@dataclass
class Row:
    """One vehicle and what is wrong with it; pointers begin at the vehicle."""

    vehicle: Vehicle
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


@dataclass
class Marked:
    """A declaration read whole, and everything that a lodging would say to it."""

    declaration: Declaration
    problems: list[Problem]
    vehicles: list[Row]
    header: list[Problem]

    @property
    def stopping(self) -> list[Problem]:
        """Errors of the header: they stop all vehicles."""
        return [problem for problem in self.header if problem.level is Level.ERROR]

    @property
    def bad(self) -> list[Row]:
        """Vehicles that cannot be lodged as they are."""
        return [row for row in self.vehicles if row.errors]

    @property
    def warnings(self) -> list[Problem]:
        """Everything that can be confirmed."""
        return [problem for problem in self.problems if problem.level is Level.WARNING]

    def state_of(self, code: str) -> str:
        """How far one section of the header is, in the words of the task list."""
        pointers = {f"{form.at}/{name}" for form in SECTIONS[code][1] for name in form.base_fields}
        mine = [problem for problem in self.stopping if problem.pointer in pointers]
        if not mine:
            return "done"
        return "todo" if all(problem.code in MISSING for problem in mine) else "wrong"

    def state_of_vehicles(self) -> str:
        """How far the vehicles are."""
        if not self.vehicles:
            return "todo"
        return "wrong" if self.bad else "done"


def marked(declaration: Declaration, *, now: datetime) -> Marked:
    """Check a declaration as lodging would, in a fixed number of queries."""
    whole = fresh(declaration)
    whole.organisation = declaration.organisation
    found = lodging_problems(whole, now=now)
    rows = [Row(vehicle) for vehicle in whole.present_vehicles()]
    header = []
    for problem in found:
        row, inner = _row_of(problem, rows)
        if row is None:
            header.append(problem)
        else:
            (row.errors if inner.level is Level.ERROR else row.warnings).append(inner)
    return Marked(whole, found, rows, header)


def _row_of(problem: Problem, rows: list[Row]) -> tuple[Row | None, Problem]:
    parts = problem.pointer.split("/")
    if len(parts) > 2 and parts[1] == "vehicles" and parts[2].isdecimal() and int(parts[2]) < len(rows):
        inner = "".join(f"/{part}" for part in parts[3:])
        return rows[int(parts[2])], Problem(problem.code, inner, problem.level, problem.values)
    return None, problem


def label_of(pointer: str) -> str:
    """The field of which a problem speaks, as its page calls it; "" where it speaks of none."""
    return str(LABELS.get(re.sub(r"/[0-9]+", "", pointer), ""))


def confirmable(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Warnings in groups of one kind, each to be confirmed with one tick."""
    groups: dict[str, dict[str, Any]] = {}
    for problem in problems:
        group = groups.setdefault(problem.code, {"code": problem.code, "messages": {}, "fields": {}, "count": 0})
        group["count"] += 1
        group["messages"].setdefault(problem.message, None)
        if label := label_of(problem.pointer):
            group["fields"].setdefault(label, None)
    for group in groups.values():
        group["messages"], group["fields"] = list(group["messages"]), list(group["fields"])
    return list(groups.values())
