"""Rows are repaired where they stand, or left out, before they go anywhere."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from declarations.actions.sheets.reading import write_levels
from declarations.actions.sheets.uploading import changeable_sheet
from declarations.models import RowLevel, Sheet, SheetRow


@transaction.atomic
def change_row(*, sheet_id: int, number: int, values: Mapping[str, Any], by: User, now: datetime) -> SheetRow:
    """Merge values into the vehicle of one row and check it anew.

    Raises: NotPermitted; Conflict when the sheet is closed; SheetRow.DoesNotExist.
    """
    sheet = changeable_sheet(sheet_id, by=by)
    row = sheet.rows.select_for_update().get(number=number)
    before = row.vin
    row.say({**row.body, **values}, remarks=[])
    row.save()
    return _checked(sheet, row, before, now=now)


@transaction.atomic
def leave_out(*, sheet_id: int, number: int, by: User, now: datetime) -> SheetRow:
    """Let a row stay behind, whatever the check says of it.

    Raises: NotPermitted; Conflict when the sheet is closed; SheetRow.DoesNotExist.
    """
    sheet = changeable_sheet(sheet_id, by=by)
    row = sheet.rows.select_for_update().get(number=number)
    row.level = RowLevel.LEFT_OUT
    row.save(update_fields=["level"])
    _check_again(sheet, {row.vin}, now=now)
    return row


@transaction.atomic
def take_in_again(*, sheet_id: int, number: int, by: User, now: datetime) -> SheetRow:
    """The row is wanted after all.

    Raises: NotPermitted; Conflict when the sheet is closed; SheetRow.DoesNotExist.
    """
    sheet = changeable_sheet(sheet_id, by=by)
    row = sheet.rows.select_for_update().get(number=number)
    row.level = ""
    row.save(update_fields=["level"])
    return _checked(sheet, row, row.vin, now=now)


def _checked(sheet: Sheet, row: SheetRow, former_vin: str, *, now: datetime) -> SheetRow:
    """Check a row anew, and those that had or have its VIN: one of them may be the first now."""
    write_levels(sheet, [row], now=now)
    _check_again(sheet, {row.vin, former_vin}, now=now)
    row.refresh_from_db()
    return row


def _check_again(sheet: Sheet, vins: set[str], *, now: datetime) -> None:
    same = sheet.rows.select_for_update().filter(vin__in=vins - {""}).exclude(level=RowLevel.LEFT_OUT)
    write_levels(sheet, list(same), now=now)
