"""Passes on paper: the sheets of one, and all of a declaration as one file that a worker makes."""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile, ZipInfo

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from declarations import instructions, paper, permissions
from declarations.errors import Conflict
from declarations.lifecycle import Owed, PassStatus
from declarations.models import Declaration, Pass, PrintJob
from declarations.models.history import owe
from declarations.models.standing import answer
from declarations.words import PrintForm

TOLD_EVERY_S = 0.5
"""So often a job that is drawn says how far it is: the page asks once a second."""

TELL = "UPDATE declarations_printjob SET drawn = %s WHERE id = %s AND made_at IS NULL"


@transaction.atomic
def ask(*, declaration_id: int, form: PrintForm, by: User, now: datetime) -> PrintJob:
    """Have all passes that are in force put on paper; what was asked for before is replaced, asked twice it is one.

    Raises: NotPermitted; Conflict when no pass is in force.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_change(by, declaration)
    passes = _in_force(declaration_id).count()
    if not passes:
        raise Conflict("NO_PASS_YET", _("No pass of this declaration is in force now."))
    before = PrintJob.objects.filter(declaration=declaration).defer("file").select_related("task").first()
    if before is not None:
        if before.is_waiting and before.form == form:
            return before
        before.delete()
    (task,) = owe(Owed.PRINT, declaration_id, at=now)
    return PrintJob.objects.create(
        declaration=declaration, task=task, form=form, asked_by=by, asked_at=now, passes=passes
    )


@transaction.atomic
def cancel(*, declaration_id: int, by: User) -> None:
    """Want the file no longer, made or not.

    Raises: NotPermitted.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_change(by, declaration)
    PrintJob.objects.filter(declaration=declaration).delete()


@transaction.atomic
def make(*, declaration_id: int, now: datetime) -> None:
    """A worker's part: the file that is asked for, of the passes in force now; nothing if none is wanted any more."""
    asked = PrintJob.objects.filter(declaration=declaration_id, made_at=None).first()
    if asked is None:
        return
    # Drawn without a lock, so that cancelling or asking anew need not wait for it; the lock comes before the write.
    rows = list(_in_force(declaration_id).select_related("vehicle__declaration", "port").order_by("vehicle__position"))
    title = rows[0].vehicle.declaration.reference if rows else ""
    passes = _telling(asked, on_paper(rows, now=now))
    file = FILES[PrintForm(asked.form)](passes, title, now) if rows else None
    job = PrintJob.objects.select_for_update().filter(pk=asked.pk, made_at=None).first()
    if job is None:
        return
    if file is None:  # revoked meanwhile: the page says so when it is asked again
        job.delete()
        return
    job.made_at, job.passes, job.drawn, job.file = now, len(rows), len(rows), file
    job.save(update_fields=["made_at", "passes", "drawn", "file"])


def _in_force(declaration_id: int) -> QuerySet[Pass]:
    return Pass.objects.filter(vehicle__declaration=declaration_id, status=PassStatus.ISSUED)


def _telling(job: PrintJob, passes: Iterable[paper.PassOnPaper]) -> Iterator[paper.PassOnPaper]:
    """The passes one by one, saying beside the work's own transaction how many are drawn.

    That transaction shows nothing before its end, so the number goes through a connection of its own. Nobody decides
    by it: a worker that dies leaves it where it was, and the next one begins anew.
    """
    told_at = time.monotonic()
    with closing(connection.copy()) as beside:
        for drawn, each in enumerate(passes):
            if time.monotonic() - told_at >= TOLD_EVERY_S:
                told_at = time.monotonic()
                with beside.cursor() as cursor:
                    cursor.execute(TELL, [drawn, job.pk])
            yield each


def _one_pdf(passes: Iterable[paper.PassOnPaper], title: str, now: datetime) -> bytes:
    return paper.sheets(passes, title=title, at=now)


def _zip(passes: Iterable[paper.PassOnPaper], _title: str, now: datetime) -> bytes:
    """Stored, not deflated: a PDF is deflated inside."""
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for told in passes:
            archive.writestr(ZipInfo(f"{told.vin}.pdf", date_time=now.timetuple()[:6]), paper.sheet(told))
    return content.getvalue()


FILES = {PrintForm.PDF: _one_pdf, PrintForm.ZIP: _zip}


def sheet(row: Pass, *, now: datetime) -> bytes:
    """One pass as it stands now, as a PDF of two pages."""
    (told,) = on_paper([row], now=now)
    return paper.sheet(told)


def on_paper(rows: list[Pass], *, now: datetime) -> Iterator[paper.PassOnPaper]:
    """What paper says of each pass, readiness as it is now."""
    standing = answer([row.vehicle for row in rows], now=now)
    for row in rows:
        vehicle, declaration = row.vehicle, row.vehicle.declaration
        names, gates = row.port.names, row.port.gate_names
        yield paper.PassOnPaper(
            code=row.code,
            manual_code=row.manual_code,
            version=row.version,
            vin=row.vin,
            plate=vehicle.plate,
            vehicle=f"{vehicle.make} {vehicle.model}".strip(),
            colour=vehicle.colour,
            port_code=row.port_id,
            port_names=tuple(names[code[:2]] for code in instructions.DRIVER_LANGUAGES),
            gate_names=tuple(gates[code[:2]] for code in instructions.DRIVER_LANGUAGES),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            reference=declaration.reference,
            own_reference=declaration.functional_reference,
            sentence=instructions.instruction(
                pass_status=row.status, vehicle_status=vehicle.status, is_ready=standing[vehicle.pk].ready
            ),
            printed_at=now,
        )
