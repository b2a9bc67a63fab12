"""Bulk intake: an exporter's own table in, clean vehicles and named problems out, the same table back with red cells.

Sources: the project's domain page, sections 5 and 8; ECMA-376 (workbooks), RFC 4180 (CSV). Pure: bytes in, values out.
"""

from declarations.spreadsheet.columns import FERRYMAN
from declarations.spreadsheet.crew import NOBODY, Crew, Member
from declarations.spreadsheet.exporting import as_csv, as_workbook
from declarations.spreadsheet.reading import Format, Row, Table, open_table
from declarations.spreadsheet.refusals import NotReadable
from declarations.spreadsheet.rows import Catalogue, CleanRow, clean, column_of, value_at, with_checks
from declarations.spreadsheet.workbook import letter
from declarations.spreadsheet.writing import marked, template

__all__ = [
    "Catalogue",
    "CleanRow",
    "Crew",
    "FERRYMAN",
    "Format",
    "Member",
    "NOBODY",
    "NotReadable",
    "Row",
    "Table",
    "as_csv",
    "as_workbook",
    "clean",
    "column_of",
    "letter",
    "marked",
    "open_table",
    "template",
    "value_at",
    "with_checks",
]
