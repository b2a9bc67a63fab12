"""A workbook (.xlsx) as lines of values, read in a stream.

Source: ECMA-376 part 1 (SpreadsheetML) and part 2 (packages). Written on expat because a tree of 20 MB of XML takes
more than 1 GB: here only the cells of one row and the shared texts are ever held. A DTD is refused before anything of
it is read, so entities and outside references cannot exist.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, time
from math import isfinite
from xml.parsers import expat

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from declarations.spreadsheet.refusals import (
    SHEET_DAMAGED,
    SHEET_DECLARATIONS,
    SHEET_FORMAT,
    SHEET_LINKS,
    SHEET_MACROS,
    SHEET_PASSWORD,
    SHEET_UNPACKED,
    NotReadable,
)

Value = str | int | float | bool | datetime | time | None
Line = tuple[int, list[Value]]
"""The number of a row, as the reader sees it, and its values from column A on."""

MOST_ENTRIES = 1000
MOST_UNPACKED = 100_000_000
MOST_RATIO = 200
"""A sheet of one value repeated shrinks 60 to 1; a bomb of zeros 1000 to 1."""
SMALL = 1_000_000
"""Up to here the ratio says nothing."""
MOST_SHARED = 400_000
MOST_SHARED_CHARACTERS = 20_000_000
LONGEST_TEXT = 32_767
"""Excel's own limit of one cell."""
WIDEST = 1000
"""Cells further right are not kept."""

DEEPEST = 50
"""Elements within elements; a sheet has 7."""
MOST_ELEMENTS = 4_000_000
"""Of one part: 10,000 rows of 100 texts each have 4 million at most. Reading stops within some seconds."""
MOST_SHEETS = 50
MOST_STYLES = 65_536

_CHUNK = 65_536
_ASIAN_DATES = frozenset({*range(27, 37), *range(50, 59)})
"""Formats that Chinese and Japanese Excel have without writing them down."""
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_WHOLE = re.compile(r"-?[0-9]{1,15}")


class Workbook:
    """An opened workbook. Raises NotReadable, here and while lines are read, and nothing else."""

    def __init__(self, data: bytes) -> None:
        with _damaged():
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            self._entries = {entry.filename.lstrip("/"): entry for entry in self._archive.infolist()}
            self._inspect()
            main = next(iter(self._targets("_rels/.rels", "", "officeDocument").values()), "xl/workbook.xml")
            if not main.startswith("xl/") or not main.endswith(".xml") or main not in self._entries:
                raise NotReadable(SHEET_FORMAT, {"kind": self._kind()})
            self._read_book(main)

    def lines(self, sheet: str) -> Iterator[Line]:
        """Every row that holds a value, in order."""
        with _damaged():
            reader = _Rows(self._shared, self._dates, self._epoch)
            for _fed in self._feed(sheet, reader):
                yield from reader.rows
                reader.rows.clear()

    def _inspect(self) -> None:
        """Refuse by the list of entries. zipfile inflates no entry past the size that is listed."""
        entries, names = self._archive.infolist(), [name.lower() for name in self._entries]
        if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise NotReadable(SHEET_UNPACKED)
        if any(entry.file_size > max(SMALL, MOST_RATIO * entry.compress_size) for entry in entries):
            raise NotReadable(SHEET_UNPACKED)
        if any(entry.flag_bits & 1 for entry in entries):
            raise NotReadable(SHEET_PASSWORD)
        # Other methods inflate a whole block at once, and Excel uses none of them.
        plain = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
        if len(names) < len(entries) or not all(entry.compress_type in plain for entry in entries):
            raise NotReadable(SHEET_DAMAGED)
        if any(name.endswith("vbaproject.bin") for name in names):
            raise NotReadable(SHEET_MACROS)
        if any(name.startswith("xl/externallinks/") for name in names):
            raise NotReadable(SHEET_LINKS)

    def _kind(self) -> str | Promise:
        """What an archive is that holds no workbook."""
        if "word/document.xml" in self._entries:
            return _("a Word document")
        if "xl/workbook.bin" in self._entries:
            return _("a binary Excel file (.xlsb)")
        return _("an OpenDocument file (.ods)") if "content.xml" in self._entries else _("an archive")

    def _read_book(self, main: str) -> None:
        """Sheets in their order without hidden ones, the epoch of dates, styles and shared texts."""
        folder, name = posixpath.split(main)
        relations = f"{folder}/_rels/{name}.rels"
        parts = self._targets(relations, folder, "worksheet")
        self._epoch = WINDOWS_EPOCH
        self.sheets: list[str] = []
        for element, attributes in self._elements(main):
            if element == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
                self._epoch = MAC_EPOCH
            if element == "sheet" and attributes.get("state", "visible") == "visible":
                found = [parts[value] for key, value in attributes.items() if key.endswith(":id") and value in parts]
                self.sheets += found[: MOST_SHEETS - len(self.sheets)]
        styles = self._targets(relations, folder, "styles").values()
        self._dates = [is_date for part in styles for is_date in self._date_styles(part)]
        texts = _Texts()
        for part in self._targets(relations, folder, "sharedStrings").values():
            for _fed in self._feed(part, texts):
                pass
        self._shared = texts.found

    def _date_styles(self, part: str) -> list[bool]:
        """For each style of a cell whether it shows a number as a date."""
        formats: dict[int, str] = dict(BUILTIN_FORMATS)
        section, result = "", list[bool]()
        for element, attributes in self._elements(part):
            if element in {"cellStyleXfs", "cellXfs", "cellStyles"}:
                section = element
            elif element == "numFmt":
                formats[int(attributes["numFmtId"])] = attributes["formatCode"]
            elif element == "xf" and section == "cellXfs" and len(result) < MOST_STYLES:
                number = int(attributes.get("numFmtId", 0))
                result.append(number in _ASIAN_DATES or is_date_format(formats.get(number, "General")))
        return result

    def _targets(self, relations: str, folder: str, kind: str) -> dict[str, str]:
        """The parts of one kind that another part names, by their id."""
        result = {}
        for element, attributes in self._elements(relations):
            if element == "Relationship" and attributes.get("Type", "").endswith(f"/{kind}"):
                path = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
                if path in self._entries:
                    result[attributes["Id"]] = path
        return result

    def _elements(self, part: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        """All elements of a small part with their attributes; none if there is no such part."""
        reader = _Elements()
        for _fed in self._feed(part, reader) if part in self._entries else ():
            yield from reader.found
            reader.found.clear()

    def _feed(self, part: str, reader: "_Reader") -> Iterator[None]:
        """Let a reader see one part, a piece at a time."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_declarations
        parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
        parser.CharacterDataHandler = reader.text
        with self._archive.open(self._entries[part]) as source:
            while piece := source.read(_CHUNK):
                parser.Parse(piece, False)
                yield
            parser.Parse(b"", True)
            yield


@contextmanager
def _damaged() -> Iterator[None]:
    """Whatever zipfile, expat or a number that is none raises: none of them has a closed list."""
    try:
        yield
    except NotReadable:
        raise
    except Exception as error:
        raise NotReadable(SHEET_DAMAGED) from error


def _refuse_declarations(*_declared: object) -> None:
    raise NotReadable(SHEET_DECLARATIONS)


class _Reader:
    """What hears the elements of a part. Prefixes of namespaces are dropped; depth and number are bounded."""

    def __init__(self) -> None:
        self.depth = self.count = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        self.count += 1
        if self.depth > DEEPEST:
            raise NotReadable(SHEET_DAMAGED)
        if self.count > MOST_ELEMENTS:
            raise NotReadable(SHEET_UNPACKED)
        self.opened(name.rpartition(":")[2], attributes)

    def end(self, name: str) -> None:
        self.depth -= 1
        self.closed(name.rpartition(":")[2])

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def closed(self, name: str) -> None:
        """An element ends."""

    def text(self, piece: str) -> None:
        """A piece of text inside the element that is open."""


class _Elements(_Reader):
    """Elements as they come."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Mapping[str, str]]] = []

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        self.found.append((name, attributes))


class _Listening(_Reader):
    """Gathers the text of elements called `t`, `v` or `f`; the reading aid of Asian texts (`rPh`) is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.length = 0
        self.listens = False
        self.aside = False

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "rPh":
            self.aside = True
        self.listens = name in {"t", "v", "f"} and not self.aside

    def closed(self, name: str) -> None:
        self.listens = False
        if name == "rPh":
            self.aside = False

    def text(self, piece: str) -> None:
        if self.listens and self.length < LONGEST_TEXT:
            self.pieces.append(piece[: LONGEST_TEXT - self.length])
            self.length += len(piece)

    def heard(self) -> str:
        """The text so far; begins anew."""
        result = "".join(self.pieces)
        self.pieces.clear()
        self.length = 0
        return result


class _Texts(_Listening):
    """The shared texts of a workbook."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.characters = 0

    def closed(self, name: str) -> None:
        super().closed(name)
        if name == "si":
            self.found.append(self.heard())
            self.characters += len(self.found[-1])
            if len(self.found) > MOST_SHARED or self.characters > MOST_SHARED_CHARACTERS:
                raise NotReadable(SHEET_UNPACKED)


class _Rows(_Listening):
    """The rows of a sheet that are complete."""

    def __init__(self, shared: list[str], dates: list[bool], epoch: datetime) -> None:
        super().__init__()
        self.shared, self.dates, self.epoch = shared, dates, epoch
        self.rows: list[Line] = []
        self.cells: dict[int, Value] = {}
        self.number = self.column = 0
        self.kind = self.style = self.formula = ""

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        super().opened(name, attributes)
        if name == "c":
            place = _REFERENCE.fullmatch(attributes.get("r", ""))
            self.column = _column(place[1]) if place else self.column + 1
            self.kind, self.style, self.formula = attributes.get("t", "n"), attributes.get("s", "0"), ""
        elif name == "row":
            before, self.number = self.number, int(attributes.get("r", self.number + 1))
            if self.number <= before:
                raise NotReadable(SHEET_DAMAGED)
            self.cells, self.column = {}, 0

    def closed(self, name: str) -> None:
        super().closed(name)
        if name == "f":
            self.formula = f"={self.heard()}"
        elif name == "c":
            text = self.heard()
            value = self.formula or (self.value(text) if text else None)
            if value not in (None, "") and self.column <= WIDEST:
                self.cells[self.column] = value
        elif name == "row" and self.cells:
            self.rows.append((self.number, [self.cells.get(column) for column in range(1, max(self.cells) + 1)]))

    def value(self, text: str) -> Value:
        """What a cell's text means by the cell's type and style."""
        match self.kind:
            case "s":
                return self.shared[int(text)]
            case "b":
                return text == "1"
            case "n":
                number = _number(text)
                style = int(self.style)
                return self.moment(number) if style < len(self.dates) and self.dates[style] else number
            case _:
                return text

    def moment(self, number: float) -> Value:
        """A serial number as a day or time; Excel itself shows those out of range as an error."""
        try:
            result: Value = from_excel(number, self.epoch)
        except (OverflowError, ValueError):
            return "#VALUE!"
        return result


def letter(index: int) -> str:
    """What a spreadsheet calls a column counted from 0: A, B … AA."""
    return str(get_column_letter(index + 1))


def _column(letters: str) -> int:
    """A is 1, AA is 27."""
    result = 0
    for each in letters:
        result = result * 26 + ord(each) - 64
    return result


def _number(text: str) -> int | float:
    result = int(text) if _WHOLE.fullmatch(text) else float(text)
    if not isfinite(result):
        raise ValueError(text)
    return result
