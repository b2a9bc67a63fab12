"""Why a whole file cannot be read: a code and one sentence that says what to do with the file."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from declarations.errors import DomainError
from declarations.problems import Problem, explain

SHEET_EMPTY = explain("SHEET_EMPTY", _("There is nothing in it. Choose the file with your vehicles."))
SHEET_SIZE = explain("SHEET_SIZE", _("The file is larger than %(most)s MB. Save the vehicles alone, without pictures."))
SHEET_ROWS = explain("SHEET_ROWS", _("The file has more than %(most)s rows. Split it."))
SHEET_COLUMNS = explain(
    "SHEET_COLUMNS", _("The table has more than %(most)s columns. Delete those that are not needed.")
)
SHEET_FORMAT = explain("SHEET_FORMAT", _("This is %(kind)s. Open it in Excel and save it as .xlsx or CSV."))
SHEET_PASSWORD = explain("SHEET_PASSWORD", _("The file has a password. Save it without one."))
SHEET_MACROS = explain("SHEET_MACROS", _("The file contains macros. Save it as .xlsx, which has none."))
SHEET_LINKS = explain(
    "SHEET_LINKS", _("The file takes values from other files. Copy the table, paste it as values into a new file.")
)
SHEET_UNPACKED = explain(
    "SHEET_UNPACKED", _("Unpacked, the file is far too large. Copy the table alone into a new file.")
)
SHEET_DECLARATIONS = explain(
    "SHEET_DECLARATIONS",
    _("The file contains instructions that Excel never writes. Copy the table alone into a new file."),
)
SHEET_DAMAGED = explain("SHEET_DAMAGED", _("The file is damaged. Open it in Excel and save it anew as .xlsx."))
SHEET_QUOTES = explain(
    "SHEET_QUOTES", _("Row %(row)s never ends: a quotation mark is opened there and not closed. Close it or delete it.")
)
SHEET_HEADER = explain(
    "SHEET_HEADER",
    _("No row with the names of the columns was found. The first rows must have one, with columns like %(columns)s."),
)
SHEET_NO_VIN = explain(
    "SHEET_NO_VIN", _("Row %(row)s names the columns, but none of them is the VIN. Add a column “VIN”.")
)
SHEET_SAME_COLUMN = explain(
    "SHEET_SAME_COLUMN",
    _("Columns %(first)s and %(second)s both hold “%(title)s”. Delete or rename one of them."),
)


class NotReadable(DomainError):
    """A file that is no table of vehicles; nothing of it was read."""

    def __init__(self, code: str, values: Mapping[str, Any] | None = None) -> None:
        problem = Problem(code, values=values or {})
        super().__init__(code, lazy(lambda: problem.message, str)(), [problem])
