"""The good rows of a sheet become vehicles, and their declarations are lodged if the exporter says so.

A draft holds so many vehicles; what does not fit goes into further drafts with the same header. One row that turns out
bad never keeps the others back (law 9).
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations import checks, permissions
from declarations.actions.drafting import change_draft, create
from declarations.actions.lodging import lodge, mode_problems
from declarations.actions.sheets.uploading import changeable_sheet
from declarations.errors import Conflict, DomainError, Unacceptable
from declarations.lifecycle import Owed, VehicleStatus
from declarations.models import Declaration, Sheet, SheetRow, load_reference, note
from declarations.models.history import owe
from declarations.problems import errors


@transaction.atomic
def take(*, sheet_id: int, lodges: bool, by: User, now: datetime) -> Sheet:
    """Hand the good rows over: a worker puts them into the draft, and lodges it when lodges is set.

    Raises: NotPermitted; Conflict when the sheet is closed or has no good row; Unacceptable with the problems of the
    header when it could not be lodged.
    """
    sheet = changeable_sheet(sheet_id, by=by)
    if not sheet.rows.to_take().exists():
        raise Conflict("NOTHING_TO_TAKE", _("No row is in order yet. Repair one first."))
    if lodges:
        permissions.check_can_lodge(by, sheet.declaration)
        header = sheet.declaration.header()
        found = checks.check_header(header, load_reference(), timezone.localdate(now)) + mode_problems(
            sheet.declaration
        )
        if errors(found):
            raise Unacceptable(found)
    sheet.taken_at, sheet.taken_by, sheet.lodges = now, by, lodges
    sheet.save(update_fields=["taken_at", "taken_by", "lodges"])
    owe(Owed.TAKE_SHEET, sheet.pk, at=now)
    return sheet


@transaction.atomic
def take_rows(*, sheet_id: int, now: datetime) -> None:
    """Put as many rows as one declaration holds into a draft, lodge it, and owe the rest to the next worker."""
    first = Declaration.objects.locked().filter(sheets=sheet_id).first()
    if first is None:
        return
    sheet = Sheet.objects.select_for_update(of=("self",)).select_related("taken_by").get(pk=sheet_id)
    if sheet.taken_by is None:
        return
    there = first.vehicles.exclude(status=VehicleStatus.WITHDRAWN).count() if first.is_draft else checks.MOST_VEHICLES
    room = checks.MOST_VEHICLES - there
    rows = list(sheet.rows.to_take().select_for_update()[: room or checks.MOST_VEHICLES])
    if not rows:
        return
    declaration = _filled(first, rows, has_room=bool(room), by=sheet.taken_by, now=now)
    SheetRow.objects.filter(pk__in=[row.pk for row in rows]).update(taken_into=declaration)
    if sheet.lodges:
        _lodge(declaration, by=sheet.taken_by, now=now)
    if sheet.rows.to_take().exists():
        owe(Owed.TAKE_SHEET, sheet.pk, at=now)


def _filled(first: Declaration, rows: list[SheetRow], *, has_room: bool, by: User, now: datetime) -> Declaration:
    bodies = [row.body for row in rows]
    if has_room:
        return change_draft(declaration_id=first.pk, body={"vehicles": bodies}, by=by, now=now)
    return create(organisation=first.organisation, body={**first.header(), "vehicles": bodies}, by=by, now=now)


def _lodge(declaration: Declaration, *, by: User, now: datetime) -> None:
    """Hand it in; what stands against that by now is remembered where the exporter looks for it."""
    try:
        lodge(declaration_id=declaration.pk, leave_out=True, by=by, now=now)
    except DomainError as refused:
        note(declaration_id=declaration.pk, by="clearance", at=now, reason="NOT_LODGED", data={"code": refused.code})
