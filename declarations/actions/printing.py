"""Passes on paper: the sheets of one, and all of a declaration as one file that a worker makes."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile, ZipInfo

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from declarations import instructions, paper, permissions
from declarations.errors import Conflict
from declarations.lifecycle import Owed, PassStatus
from declarations.models import Declaration, Pass, PrintJob
from declarations.models.history import owe
from declarations.models.standing import answer
from declarations.words import PrintForm


@transaction.atomic
def ask(*, declaration_id: int, form: PrintForm, by: User, now: datetime) -> PrintJob:
    """Have all passes that are in force put on paper; what was asked for before is replaced, asked twice it is one.

    Raises: NotPermitted; Conflict when no pass is in force.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_change(by, declaration)
    if not _in_force(declaration_id).exists():
        raise Conflict("NO_PASS_YET", _("No pass of this declaration is in force now."))
    before = PrintJob.objects.filter(declaration=declaration).defer("file").select_related("task").first()
    if before is not None:
        if before.is_waiting and before.form == form:
            return before
        before.delete()
    (task,) = owe(Owed.PRINT, declaration_id, at=now)
    return PrintJob.objects.create(declaration=declaration, task=task, form=form, asked_by=by, asked_at=now)


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
    file = FILES[PrintForm(asked.form)](rows, now) if rows else None
    job = PrintJob.objects.select_for_update().filter(pk=asked.pk, made_at=None).first()
    if job is None:
        return
    if file is None:  # revoked meanwhile: the page says so when it is asked again
        job.delete()
        return
    job.made_at, job.passes, job.file = now, len(rows), file
    job.save(update_fields=["made_at", "passes", "file"])


def _in_force(declaration_id: int) -> QuerySet[Pass]:
    return Pass.objects.filter(vehicle__declaration=declaration_id, status=PassStatus.ISSUED)


def _one_pdf(rows: list[Pass], now: datetime) -> bytes:
    return paper.sheets(on_paper(rows, now=now), title=rows[0].vehicle.declaration.reference, at=now)


def _zip(rows: list[Pass], now: datetime) -> bytes:
    """Stored, not deflated: a PDF is deflated inside."""
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for told in on_paper(rows, now=now):
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
        names = row.port.names
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
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            reference=declaration.reference,
            own_reference=declaration.functional_reference,
            sentence=instructions.instruction(
                pass_status=row.status, vehicle_status=vehicle.status, is_ready=standing[vehicle.pk].ready
            ),
            printed_at=now,
        )
