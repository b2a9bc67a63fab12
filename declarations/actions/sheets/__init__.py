"""Bulk intake: a spreadsheet fills a draft. Workers read it, check its rows in slices and hand them over."""

from declarations.actions.sheets.catalogue import catalogue_of, keep_model, remove_model
from declarations.actions.sheets.reading import check_rows, from_remark, problems_of, read
from declarations.actions.sheets.repairing import change_row, leave_out, take_in_again
from declarations.actions.sheets.taking import take, take_rows
from declarations.actions.sheets.uploading import cancel, try_again, upload

__all__ = [
    "cancel",
    "catalogue_of",
    "change_row",
    "check_rows",
    "from_remark",
    "keep_model",
    "leave_out",
    "problems_of",
    "read",
    "remove_model",
    "take",
    "take_in_again",
    "take_rows",
    "try_again",
    "upload",
]
