"""What workers do with a sheet: read its rows once, then check them slice by slice.

Each step is one transaction. A worker that is killed leaves nothing half done, and the next one takes the same step.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from math import ceil
from typing import Any

from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations import checks, spreadsheet
from declarations.actions.lodging import VIN_IN_USE
from declarations.actions.sheets.catalogue import catalogue_of
from declarations.actions.sheets.crew import crew_of
from declarations.actions.writing import accepted_problems
from declarations.lifecycle import Owed
from declarations.models import Declaration, RowLevel, Sheet, SheetRow, Vehicle, load_reference
from declarations.models.history import owe
from declarations.models.stays import stays_of_drivers
from declarations.problems import Level, Problem, errors, explain

VIN_TWICE = explain("VIN_TWICE", _("Row %(row)s of this file has the same VIN. Leave one of them out."))

SLICE = 1000
"""Rows that are checked in one go: about a second of work."""


@transaction.atomic
def read(*, sheet_id: int, now: datetime) -> None:
    """Turn the file into rows and have them checked; a file that cannot be read keeps the reason."""
    sheet = Sheet.objects.select_for_update().filter(pk=sheet_id).first()
    if sheet is None or sheet.cancelled_at or sheet.refusal or sheet.total is not None:
        return
    try:
        with transaction.atomic():
            sheet.total = _store(sheet)
    except spreadsheet.NotReadable as refused:
        sheet.refusal = refused.code
    sheet.save()
    owe(Owed.CHECK_SHEET, *[sheet.pk] * ceil((sheet.total or 0) / SLICE), at=now)


def _store(sheet: Sheet) -> int:
    """Write the rows of the file; gives back how many there are.

    Raises: NotReadable.
    """
    table = spreadsheet.open_table(sheet.content)
    sheet.columns = {key: spreadsheet.letter(place.index) for key, place in table.places.items()}
    sheet.notes = [_as_remark(problem) for problem in table.notes]
    catalogue = catalogue_of(sheet.declaration.organisation_id)
    crew = crew_of(sheet.declaration.organisation_id) if spreadsheet.FERRYMAN in table.places else spreadsheet.NOBODY
    rows = (_row(sheet, spreadsheet.clean(row, catalogue, crew)) for row in table.rows())
    total = 0
    while batch := list(islice(rows, SLICE)):
        SheetRow.objects.bulk_create(batch)
        total += len(batch)
    return total


def _row(sheet: Sheet, clean: spreadsheet.CleanRow) -> SheetRow:
    row = SheetRow(sheet=sheet, number=clean.number)
    row.say(clean.body, remarks=[_as_remark(problem) for problem in clean.problems])
    return row


@transaction.atomic
def check_rows(*, sheet_id: int, now: datetime) -> None:
    """Check the next rows that nobody checks yet; several workers share the work of one sheet."""
    sheet = Sheet.objects.select_related("declaration").filter(pk=sheet_id, cancelled_at=None).first()
    if sheet is None:
        return
    waiting = SheetRow.objects.select_for_update(skip_locked=True, of=("self",)).filter(sheet=sheet, level="")
    rows = list(waiting.order_by("number")[:SLICE])
    write_levels(sheet, rows, now=now)
    Sheet.objects.filter(pk=sheet.pk).update(checked=F("checked") + len(rows))


def write_levels(sheet: Sheet, rows: Sequence[SheetRow], *, now: datetime) -> None:
    """Check these rows and keep what came of it."""
    for row, found in zip(rows, problems_of(sheet, rows, now=now), strict=True):
        row.level = _level(found)
    SheetRow.objects.bulk_update(rows, ["level"], batch_size=SLICE)


def problems_of(sheet: Sheet, rows: Sequence[SheetRow], *, now: datetime) -> list[list[Problem]]:
    """Everything that is wrong with each of these rows; pointers begin at the vehicle.

    Computed anew for whoever looks, so that the sentences are in his language and true at this moment.
    """
    declaration: Declaration = sheet.declaration
    header, reference, today = declaration.header(), load_reference(), timezone.localdate(now)
    accepted = accepted_problems(declaration)
    wanted = {row.vin for row in rows if row.vin}
    live = Vehicle.objects.filter(vin__in=wanted, live=True).exclude(declaration=declaration)
    taken = set(live.values_list("vin", flat=True))
    same = sheet.rows.filter(vin__in=wanted).exclude(level=RowLevel.LEFT_OUT).order_by()
    first = dict(same.values_list("vin").annotate(Min("number")))
    bodies = [row.body for row in rows]
    stays = stays_of_drivers(header, bodies, now=now)
    result = []
    for row, body in zip(rows, bodies, strict=True):
        said = checks.check_vehicle(body, reference=reference, today=today, body=header, accepted=accepted, stays=stays)
        found = spreadsheet.with_checks([from_remark(remark) for remark in row.remarks], said)
        if row.vin in taken:
            found.append(Problem(VIN_IN_USE, "/vin"))
        if first.get(row.vin, row.number) != row.number:
            found.append(Problem(VIN_TWICE, "/vin", values={"row": first[row.vin]}))
        result.append(found)
    return result


def _level(found: Iterable[Problem]) -> RowLevel:
    stopping = errors(found)
    if any(problem.code == VIN_TWICE for problem in stopping):
        return RowLevel.DUPLICATE
    if stopping:
        return RowLevel.BAD
    return RowLevel.WARNING if found else RowLevel.GOOD


def _as_remark(problem: Problem) -> dict[str, Any]:
    values = {name: str(value) for name, value in problem.values.items()}
    return {"code": problem.code, "pointer": problem.pointer, "level": problem.level.value, "values": values}


def from_remark(remark: Mapping[str, Any]) -> Problem:
    """A problem that was kept as JSON."""
    return Problem(remark["code"], remark["pointer"], Level(remark["level"]), remark["values"])
