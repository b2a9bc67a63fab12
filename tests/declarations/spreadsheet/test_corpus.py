"""Broken and odd files: the right refusal, or the right value and problem at the right cell."""

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from declarations.spreadsheet import open_table
from tests.declarations.spreadsheet.files import (
    MAIN,
    VIN,
    cleaned,
    patched,
    refusal,
    shared,
    sheet,
    text,
    told,
    workbook,
)

CHINESE = "车架号,品牌,整备质量(kg)"
RUSSIAN = "ВИН;Марка;Снаряженная масса, кг"
KAZAKH = "VIN код\tМаркасы\tЖабдықталған масса"
BOOK = workbook(["VIN", "Make"], [VIN, "Tesla"])
CONTENT_TYPES = zipfile.ZipFile(io.BytesIO(BOOK)).read("[Content_Types].xml")


def archive(**entries: bytes) -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as target:
        for name, content in entries.items():
            target.writestr(name.replace("__", "/"), content)
    return result.getvalue()


def with_flag(data: bytes) -> bytes:
    """The encrypted bit set in the list of entries."""
    at = data.index(b"PK\x01\x02")
    return data[: at + 8] + bytes([data[at + 8] | 1]) + data[at + 9 :]


def lying(data: bytes, name: bytes, size: int) -> bytes:
    """An entry that unpacks to more than it says."""
    at = data.rindex(name) - 46
    return data[: at + 24] + size.to_bytes(4, "little") + data[at + 28 :]


REFUSED = {
    "nothing": (b"", "SHEET_EMPTY"),
    "blank lines": (b"\r\n \r\n", "SHEET_EMPTY"),
    "too large": (b"VIN\n" + b"x" * 10_000_000, "SHEET_SIZE"),
    "too many rows": (text("VIN", *["A"] * 10_001), "SHEET_ROWS"),
    "a value far below": (text("VIN", VIN, *[""] * 20_000, "A"), "SHEET_ROWS"),
    "too many columns": (text(",".join(["VIN", *["x"] * 100])), "SHEET_COLUMNS"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "SHEET_FORMAT"),
    "password of Excel": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "SHEET_PASSWORD",
    ),
    "password of ZIP": (with_flag(BOOK), "SHEET_PASSWORD"),
    "OpenDocument": (archive(**{"content.xml": b"<x/>", "mimetype": b"x"}), "SHEET_FORMAT"),
    "Word": (archive(**{"word__document.xml": b"<x/>"}), "SHEET_FORMAT"),
    "binary workbook": (archive(**{"xl__workbook.bin": b"x"}), "SHEET_FORMAT"),
    "archive of photos": (archive(**{"a.jpg": b"x"}), "SHEET_FORMAT"),
    "empty archive": (b"PK\x05\x06" + bytes(18), "SHEET_FORMAT"),
    "PDF": (b"%PDF-1.7\n", "SHEET_FORMAT"),
    "PNG": (b"\x89PNG\r\n\x1a\n", "SHEET_FORMAT"),
    "JPEG": (b"\xff\xd8\xff\xe0", "SHEET_FORMAT"),
    "RTF": (b"{\\rtf1 VIN}", "SHEET_FORMAT"),
    "web page called xls": (b"<html><table><tr><td>VIN</td></tr></table></html>", "SHEET_FORMAT"),
    "JSON": (b'{"vin": "LRW3E1EB0PC932736"}', "SHEET_FORMAT"),
    "binary": (b"\x01\x02\x03\x00" * 3 + b"\xff" * 500, "SHEET_FORMAT"),
    "UTF-16 cut in half": (text("VIN", encoding="utf-16")[:-1], "SHEET_FORMAT"),
    "no header": (text(f"{VIN},Tesla", f"{VIN},Tesla"), "SHEET_HEADER"),
    "header too far down": (text(*["a note"] * 20, "VIN,Make"), "SHEET_HEADER"),
    "no VIN column": (text("Make,Model", "Tesla,Model 3"), "SHEET_NO_VIN"),
    "VIN twice": (text("VIN,Make,车架号"), "SHEET_SAME_COLUMN"),
    "quotation mark never closed": (text("VIN,Make", f'{VIN},"Tesla', VIN), "SHEET_QUOTES"),
    "quotation mark never closed in much text": (text("VIN,Make", f'{VIN},"' + "x" * 140_000), "SHEET_QUOTES"),
    "line without end": (text("VIN,Make", "," * 200_001), "SHEET_QUOTES"),
    "no sheet to see": (
        patched(BOOK, {"xl/workbook.xml": f"<workbook {MAIN}><sheets/></workbook>".encode()}),
        "SHEET_HEADER",
    ),
    "sheet that is not there": (
        patched(BOOK, {"xl/_rels/workbook.xml.rels": b"<a><Relationship Id='rId1' Type='/worksheet' Target='x'/></a>"}),
        "SHEET_HEADER",
    ),
    "macros": (patched(BOOK, {"xl/vbaProject.bin": b"x"}), "SHEET_MACROS"),
    "links to other files": (patched(BOOK, {"xl/externalLinks/externalLink1.xml": b"<x/>"}), "SHEET_LINKS"),
    "too many entries": (patched(BOOK, {f"a/{number}": b"" for number in range(1000)}), "SHEET_UNPACKED"),
    "bomb by ratio": (patched(BOOK, {"xl/media/a": bytes(2_000_000)}), "SHEET_UNPACKED"),
    "bomb by size": (patched(BOOK, {f"a/{each}": bytes(990_000) for each in range(110)}), "SHEET_UNPACKED"),
    "bomb with a lying size": (lying(BOOK, b"xl/worksheets/sheet1.xml", 20), "SHEET_DAMAGED"),
    "other compression": (patched(BOOK, {}, zipfile.ZIP_BZIP2), "SHEET_DAMAGED"),
    "cut off": (BOOK[:-40], "SHEET_DAMAGED"),
    "entities": (sheet("", '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>'), "SHEET_DECLARATIONS"),
    "entity of a file": (sheet("", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'), "SHEET_DECLARATIONS"),
    "DTD of another place": (sheet("", '<!DOCTYPE x SYSTEM "x.dtd">'), "SHEET_DECLARATIONS"),
    "no XML": (patched(BOOK, {"xl/worksheets/sheet1.xml": b"VIN"}), "SHEET_DAMAGED"),
    "nested without end": (patched(BOOK, {"xl/worksheets/sheet1.xml": b"<a>" * 1000}), "SHEET_DAMAGED"),
    "rows backwards": (sheet('<row r="1"/>'), "SHEET_DAMAGED"),
    "row of a billion": (sheet('<row r="1000000000"><c><v>1</v></c></row>'), "SHEET_ROWS"),
    "shared text that is not there": (
        shared("<si><t>VIN</t></si>", "<row><c t='s'><v>99</v></c></row>"),
        "SHEET_DAMAGED",
    ),
    "number that is none": (sheet('<row r="2"><c><v>nan</v></c></row>'), "SHEET_DAMAGED"),
}
ODD = {
    "UTF-8": (text("VIN,Make", f"{VIN},Tesla"), {"make": "Tesla"}, []),
    "UTF-8 with its mark": (text("VIN,Make", f"{VIN},Tesla", encoding="utf-8-sig"), {"make": "Tesla"}, []),
    "GB18030": (text(CHINESE, f"{VIN},比亚迪,1760", encoding="gb18030"), {"make": "比亚迪", "curb_mass_kg": 1760}, []),
    "Windows-1251": (text(RUSSIAN, f"{VIN};Лада;1760", encoding="cp1251"), {"make": "Лада", "curb_mass_kg": 1760}, []),
    "KZ-1048": (text(KAZAKH, f"{VIN}\tҚамаз\t1760", encoding="kz1048"), {"make": "Қамаз"}, []),
    "UTF-16 little": (b"\xff\xfe" + text(CHINESE, f"{VIN},长城,", encoding="utf-16-le"), {"make": "长城"}, []),
    "UTF-16 big": (b"\xfe\xff" + text(CHINESE, f"{VIN},长城,", encoding="utf-16-be"), {"make": "长城"}, []),
    "UTF-16 without a mark": (text("VIN,Make", f"{VIN},Lada", encoding="utf-16-le"), {"make": "Lada"}, []),
    "UTF-16 big without a mark": (text("VIN,Make", f"{VIN},Lada", encoding="utf-16-be"), {"make": "Lada"}, []),
    "semicolons": (text("VIN;Make", f"{VIN};A, B"), {"make": "A, B"}, []),
    "tabs": (text("VIN\tMake", f"{VIN}\tA;B"), {"make": "A;B"}, []),
    "told separator": (text("sep=;", "VIN;Make", f"{VIN};Tesla"), {"make": "Tesla"}, []),
    "line ends of Macintosh": (text("VIN,Make", f"{VIN},Tesla", end="\r"), {"make": "Tesla"}, []),
    "line break in a cell": (text("VIN,Make", f'{VIN},"Te\nsla"'), {"make": "Te sla"}, []),
    "quoted marks": (text("VIN,Make", f'{VIN},"a ""b"""'), {"make": 'a "b"'}, []),
    "title rows above": (workbook(["出口车辆清单"], [], ["车架号", "品牌"], [VIN, "Tesla"]), {"make": "Tesla"}, []),
    "second sheet": (workbook(["notes"], sheets=[[["VIN", "Make"], [VIN, "Tesla"]]]), {"make": "Tesla"}, []),
    "huge dimension": (sheet(f'<row r="2"><c t="str"><v>{VIN}</v></c></row>', ""), {}, []),
    "cell far right": (sheet(f'<row r="2"><c r="A2" t="str"><v>{VIN}</v></c><c r="XFD2"><v>1</v></c></row>'), {}, []),
    "error value": (workbook(["VIN", "Make"], [VIN, "#N/A"]), {"make": None}, [("CELL_FAULT", "B2", "ERROR")]),
    "formula": (workbook(["VIN", "Make"], [VIN, "=A1&B1"]), {"make": None}, [("CELL_FORMULA", "B2", "ERROR")]),
    "array formula": (
        workbook(["VIN", "Make"], [VIN, ArrayFormula("B2", "=SUM(A1:A2)")]),
        {"make": None},
        [("CELL_FORMULA", "B2", "ERROR")],
    ),
    "shared formula": (
        sheet(f'<row r="2"><c t="str"><v>{VIN}</v></c><c><f t="shared" si="0"/><v>5</v></c></row>'),
        {"make": None},
        [("CELL_FORMULA", "B2", "ERROR")],
    ),
    "formula in text": (
        text("VIN,Make", f"{VIN},\"=cmd|'/c calc'!A1\""),
        {"make": None},
        [("CELL_FORMULA", "B2", "ERROR")],
    ),
    "phone": (text("VIN,Phone", f"{VIN},+77011234567"), {"driver": {"phone": "+77011234567"}}, []),
    "phone as a number": (workbook(["VIN", "Phone"], [VIN, 77011234567.0]), {"driver": {"phone": "77011234567"}}, []),
    "too long a cell": (text("VIN,Make", f"{VIN},{'x' * 501}"), {"make": None}, [("CELL_LENGTH", "B2", "ERROR")]),
    "bidi": (text("VIN,Make", f"{VIN},a\u202eb"), {"make": None}, [("CELL_CHARACTER", "B2", "ERROR")]),
    "destroyed VIN": (
        text("Make,VIN", "Tesla,1.23457E+16"),
        {"vin": "1.23457E+16"},
        [("CELL_DIGITS_LOST", "B2", "ERROR")],
    ),
    "VIN as a number": (workbook(["VIN"], [1.2345678901234568e16]), {}, [("CELL_DIGITS_LOST", "A2", "ERROR")]),
    "VIN with blanks": (text("VIN", f"\u200b {VIN[:3]}\u00a0{VIN[3:]} "), {"vin": VIN}, []),
    "full-width VIN": (text("VIN", VIN.replace("0", "０")), {"vin": VIN}, [("CELL_CONVERTED", "A2", "WARNING")]),
    "small VIN": (text("VIN", VIN.lower()), {"vin": VIN}, []),
    "look-alike VIN stays": (text("VIN", VIN.replace("E", "Е")), {"vin": VIN.replace("E", "Е")}, []),  # Cyrillic
    "day of Excel": (
        workbook(["VIN", "注册日期"], [VIN, datetime.fromisoformat("2026-11-25")]),
        {"first_registered_on": "2026-11-25"},
        [],
    ),
    "serial day": (
        workbook(["VIN", "注册日期"], [VIN, 46351]),
        {"first_registered_on": "2026-11-25"},
        [("CELL_CONVERTED", "B2", "WARNING")],
    ),
    "two readings of a day": (
        text("VIN,Plate,Plate valid until", f"{VIN},京A12345,03/04/2026"),
        {"plate_expires_on": "03/04/2026"},
        [("CELL_DATE_AMBIGUOUS", "C2", "ERROR")],
    ),
    "two readings in a paper": (
        text("VIN,Insurance no,出口许可证有效期至", f"{VIN},,03/04/2026"),
        {"papers": [{"code": "export_licence", "valid_until": "03/04/2026"}]},
        [("CELL_DATE_AMBIGUOUS", "C2", "ERROR")],
    ),
    "name that became a day": (
        workbook(["VIN", "Model"], [VIN, datetime.fromisoformat("2026-03-05")]),
        {"model": "2026-03-05 00:00:00"},
        [("CELL_BECAME_DATE", "B2", "ERROR")],
    ),
    "float noise": (workbook(["VIN", "Value"], [VIN, 289800.10000000003]), {"value": "289800.10"}, []),
    "total below": (text("序号,VIN", f"1,{VIN}", "合计,1", "制表人,"), {}, []),
    "example left in": (text("VIN,Make", f"示例： {VIN},Tesla", f"{VIN},Tesla"), {"make": "Tesla"}, []),
    "header again": (text("VIN,Make", f"{VIN},Tesla", "VIN,Make"), {"make": "Tesla"}, []),
    "blank rows": (text("VIN,Make", ",", f"{VIN},Tesla", " ,\u00a0"), {"make": "Tesla"}, []),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_table_of_vehicles_is_refused_by_name(name: str) -> None:
    data, code = REFUSED[name]

    assert refusal(data) == code


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_read_and_told_at_the_cell(name: str) -> None:
    data: bytes
    body: dict[str, Any]
    data, body, problems = ODD[name]

    rows = cleaned(open_table(data))

    assert len(rows) == 1
    assert {key: rows[0].body[key] for key in body} == body
    assert told(rows) == problems


def test_the_corpus_is_large_enough() -> None:
    assert len(REFUSED) + len(ODD) >= 60


def test_a_workbook_of_1904_counts_its_days_from_there() -> None:
    book = Workbook()
    book.epoch = datetime.fromisoformat("1904-01-01")

    row = cleaned(
        open_table(workbook(["VIN", "Plate valid until"], [VIN, datetime.fromisoformat("2026-11-25")], book=book))
    )[0]

    assert row.body["plate_expires_on"] == "2026-11-25"


def test_a_hidden_sheet_is_not_read() -> None:
    book = Workbook()
    book.create_sheet().append(["VIN", "Make"])
    book.worksheets[1].sheet_state = "hidden"

    assert refusal(workbook(["notes"], book=book)) == "SHEET_HEADER"


def test_a_nul_far_down_in_a_text_is_told_at_its_cell() -> None:
    rows = cleaned(open_table(text("VIN,Make", *[f"{VIN},Tesla"] * 60, f"{VIN},a\0b")))

    assert told(rows) == [("CELL_CHARACTER", "B62", "ERROR")]
