"""A file comes in, or is called off. Nothing of it is read here: a worker does that."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations import outbox
from declarations.actions.drafting import locked_draft
from declarations.errors import Conflict, Unacceptable
from declarations.lifecycle import Owed
from declarations.models import Sheet, SheetFile, fingerprint
from declarations.models.history import owe
from declarations.problems import Problem
from declarations.spreadsheet.reading import MOST_BYTES
from declarations.spreadsheet.refusals import SHEET_SIZE

SAME_FILE_WITHIN = timedelta(days=1)
"""So long the same file is taken for a mistake unless the exporter says that he means it."""


@transaction.atomic
def upload(*, declaration_id: int, name: str, data: bytes, again: bool = False, by: User, now: datetime) -> Sheet:
    """Keep a file for a draft and have it read.

    again: the exporter means it, though the same file came within a day.
    Raises: NotPermitted; Conflict when it is no draft, or SAME_FILE; Unacceptable when it is larger than anything read.
    """
    declaration = locked_draft(declaration_id, by=by)
    if len(data) > MOST_BYTES:
        raise Unacceptable([Problem(SHEET_SIZE, "/file", values={"most": MOST_BYTES // 1_000_000})])
    # A file names drivers: from a plain digest somebody could find out whether it is the one he guesses.
    digest = fingerprint(data.hex())
    lately = Sheet.objects.filter(
        declaration__organisation=declaration.organisation_id,
        digest=digest,
        cancelled_at=None,
        refusal="",
        uploaded_at__gt=now - SAME_FILE_WITHIN,
    )
    if not again and lately.exists():
        raise Conflict(
            "SAME_FILE", _("You sent this very file within the last day. Send it again only if you mean it.")
        )
    sheet = Sheet.objects.create(
        declaration=declaration, name=name[:200], digest=digest, uploaded_at=now, uploaded_by=by
    )
    SheetFile.objects.create(sheet=sheet, data=data)
    owe(Owed.READ_SHEET, sheet.pk, at=now)
    return sheet


@transaction.atomic
def cancel(*, sheet_id: int, by: User, now: datetime) -> Sheet:
    """Call a sheet off; what a worker is doing with it ends at the next slice, and no row goes anywhere.

    Raises: NotPermitted; Conflict when its rows were handed over.
    """
    sheet = locked_sheet(sheet_id, by=by)
    if sheet.taken_at is not None:
        raise Conflict("SHEET_TAKEN", _("The rows of this file were handed over already."))
    sheet.cancelled_at = sheet.cancelled_at or now
    sheet.save(update_fields=["cancelled_at"])
    return sheet


@transaction.atomic
def try_again(*, sheet_id: int, by: User, now: datetime) -> Sheet:
    """Have a worker try once more what was given up; what was done already is not done twice.

    Raises: NotPermitted.
    """
    sheet = locked_sheet(sheet_id, by=by)
    for task in sheet.given_up():
        outbox.set_free(task_id=task.pk, now=now)
    return sheet


def locked_sheet(sheet_id: int, *, by: User) -> Sheet:
    """The sheet, locked behind the draft that it fills.

    Raises: NotPermitted; Conflict when the declaration is no draft any more.
    """
    declaration = locked_draft(Sheet.objects.values_list("declaration", flat=True).get(pk=sheet_id), by=by)
    sheet = Sheet.objects.select_for_update(of=("self",)).get(pk=sheet_id)
    sheet.declaration = declaration
    return sheet


def changeable_sheet(sheet_id: int, *, by: User) -> Sheet:
    """The locked sheet while its rows may be repaired, left out and handed over.

    Raises: NotPermitted; Conflict.
    """
    sheet = locked_sheet(sheet_id, by=by)
    if not sheet.may_change:
        raise Conflict("SHEET_CLOSED", _("This file is still being read, was handed over or called off."))
    return sheet
