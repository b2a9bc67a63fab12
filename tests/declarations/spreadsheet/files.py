"""Files as clerks and attackers make them."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook

from declarations.spreadsheet import Catalogue, CleanRow, NotReadable, Table, clean, column_of, letter, open_table

VIN = "LRW3E1EB0PC932736"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
NOTHING = Catalogue({})


def workbook(
    *lines: Sequence[Any], sheets: Sequence[Sequence[Sequence[Any]]] = (), book: Workbook | None = None
) -> bytes:
    """A real workbook with these lines in its first sheet."""
    made = book or Workbook()
    for number, content in enumerate([lines, *sheets]):
        sheet = made.active if number == 0 else made.create_sheet()
        for line in content:
            sheet.append(line)
    result = io.BytesIO()
    made.save(result)
    return result.getvalue()


def patched(data: bytes, parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same archive with parts replaced or added."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(result, "w", method) as target:
        for name in dict.fromkeys([*source.namelist(), *parts]):
            target.writestr(name, parts[name] if name in parts else source.read(name))
    return result.getvalue()


def sheet(rows: str, before: str = "") -> bytes:
    """A workbook whose sheet is this XML, its header VIN and Make in row 1."""
    header = '<row r="1"><c t="inlineStr"><is><t>VIN</t></is></c><c t="inlineStr"><is><t>Make</t></is></c></row>'
    xml = f"<?xml version='1.0'?>{before}<worksheet {MAIN}><sheetData>{header}{rows}</sheetData></worksheet>"
    return patched(workbook(["VIN"]), {"xl/worksheets/sheet1.xml": xml.encode()})


def shared(texts: str, rows: str) -> bytes:
    """A workbook as Excel writes it: the texts stand in a part of their own, the cells hold their numbers."""
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {"worksheet": "worksheets/sheet1.xml", "sharedStrings": "sharedStrings.xml"}
    links = "".join(
        f"<Relationship Id='{kind}' Type='{relations}/{kind}' Target='{at}'/>" for kind, at in parts.items()
    )
    book = f"<sheets><sheet name='a' sheetId='1' r:id='worksheet' xmlns:r='{relations}'/></sheets>"
    replaced = {
        "xl/workbook.xml": f"<workbook {MAIN}>{book}</workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships>{links}</Relationships>",
        "xl/sharedStrings.xml": f"<sst {MAIN}>{texts}</sst>",
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>",
    }
    return patched(workbook(["a"]), {name: xml.encode() for name, xml in replaced.items()})


def text(*lines: str, encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    """A text file."""
    return end.join(lines).encode(encoding)


def refusal(data: bytes) -> str:
    """The code with which a file is refused; "" when it is not."""
    try:
        open_table(data)
    except NotReadable as refused:
        assert str(refused)
        return refused.code
    return ""


def cleaned(table: Table, catalogue: Catalogue = NOTHING) -> list[CleanRow]:
    """All vehicles of a table."""
    return [clean(row, catalogue) for row in table.rows()]


def cell_of(row: CleanRow, pointer: str) -> str:
    """The address of the cell that a pointer is about, "" for what has no column."""
    columns = {key: letter(place.index) for key, place in row.row.places.items()}
    column = column_of(columns, row.body, pointer)
    return f"{column}{row.number}" if column else ""


def told(rows: Iterable[CleanRow]) -> list[tuple[str, str, str]]:
    """Code, cell and level of every problem."""
    return [(each.code, cell_of(row, each.pointer), each.level.value) for row in rows for each in row.problems]
