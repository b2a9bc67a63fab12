"""One row to one vehicle as the contract has it, with what must be told; and back from a pointer to a cell."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from declarations.checks.fields import shown
from declarations.problems import Level, Problem, errors, explain
from declarations.spreadsheet import cells
from declarations.spreadsheet.columns import CATALOGUE, FERRYMAN, TO_CHANGE, readers
from declarations.spreadsheet.crew import NOBODY, Crew
from declarations.spreadsheet.reading import Place, Row
from declarations.spreadsheet.vocabulary import folded

CATALOGUE_UNKNOWN = explain(
    "CATALOGUE_UNKNOWN", _("“%(value)s” is not in your catalogue. Add it there, or fill the cells of this row.")
)
CATALOGUE_NEAR = explain("CATALOGUE_NEAR", _("“%(value)s” is not in your catalogue. These come close: %(names)s."))


class Catalogue:
    """What vehicles of one model have in common, by the name that the organisation gave the model."""

    def __init__(self, models: Mapping[str, Mapping[str, Any]]) -> None:
        self.names = tuple(models)
        self._bodies = {folded(name): body for name, body in models.items()}
        self._folded = {folded(name): name for name in models}
        self._nearest: dict[str, str] = {}

    def find(self, name: str) -> Mapping[str, Any] | None:
        """The defaults of a model, however its name is written."""
        return self._bodies.get(folded(name))

    def nearest(self, name: str) -> str:
        """The names that come close, best first; a file repeats its mistakes, so each is looked for once."""
        word = folded(name)
        if word not in self._nearest:
            close = difflib.get_close_matches(word, self._folded, cutoff=0.5)
            self._nearest[word] = ", ".join(self._folded[each] for each in close)
        return self._nearest[word]


@dataclass(frozen=True, slots=True)
class CleanRow:
    """A vehicle's body, and the problems that reading it showed; their pointers begin at the vehicle."""

    row: Row
    body: dict[str, Any]
    problems: tuple[Problem, ...]

    @property
    def number(self) -> int:
        """The number of its row in the file."""
        return self.row.number


def clean(row: Row, catalogue: Catalogue, crew: Crew = NOBODY) -> CleanRow:
    """One row. Its own cells win over the catalogue's; what stands in no cell and no catalogue is not in the body.

    A ferryman of the register is the driver whole, as where he is chosen on a page: two people's facts never mix.
    """
    read, problems = {}, []
    for key, value in row.values.items():
        if key not in {CATALOGUE, FERRYMAN, TO_CHANGE}:
            read[key], problem = cells.read(value, readers()[key], row.places[key].unit)
            problems += [problem.under(_pointer(row, key))] if problem else []
    defaults, problem = _defaults(row, read, catalogue)
    problems += [problem] if problem else []
    body = {name: value for name, value in defaults.items() if name != "papers"}
    body |= {key: value for key, value in read.items() if "." not in key}
    driver = {key.removeprefix("driver."): value for key, value in read.items() if key.startswith("driver.")}
    named, problem = _ferryman(row, crew)
    driver = dict(named) or driver
    problems += [problem] if problem else []
    papers = list(_papers(row, read, defaults.get("papers") or ()))
    return CleanRow(
        row, body | ({"driver": driver} if driver else {}) | ({"papers": papers} if papers else {}), tuple(problems)
    )


def with_checks(remarks: Sequence[Problem], found: Iterable[Problem]) -> list[Problem]:
    """What reading showed and what the checks found, but for a value that could not be read: it is told once."""
    unread = {problem.pointer for problem in errors(remarks)}
    return [*remarks, *(problem for problem in found if problem.pointer not in unread)]


def value_at(body: Any, pointer: str) -> str:
    """What stands in the body at a pointer, as text."""
    for name in pointer.strip("/").split("/"):
        if isinstance(body, list):
            body = body[int(name)] if name.isdecimal() and int(name) < len(body) else None
        else:
            body = body.get(name) if isinstance(body, dict) else None
    return "" if body is None or isinstance(body, dict | list) else str(body)


def column_of(columns: Mapping[str, str], body: Mapping[str, Any], pointer: str) -> str:
    """The letter of the column ("F") that a pointer is about, "" when the file has none.

    columns: key of a column to its letter. In the body papers are numbered, in the file each kind has its columns.
    """
    parts = pointer.strip("/").split("/")
    if parts[0] == "papers":
        parts[1:2] = [value_at(body, f"/papers/{parts[1]}/code") if len(parts) > 1 else ""]
    key = ".".join(parts)
    return next((each for name, each in columns.items() if name == key or name.startswith(f"{key}.")), "")


def place_of(row: Row, pointer: str) -> Place | None:
    """The column that a pointer is about. A group (a driver, a paper) is told at its first column."""
    name, *rest = pointer.removeprefix("/").split("/")
    if name == "papers":
        codes = _codes(row)
        if not rest or not rest[0].isdecimal() or int(rest[0]) >= len(codes):
            return None
        rest[0] = codes[int(rest[0])]
    key = ".".join((name, *rest))
    first = next((place for each, place in row.places.items() if each.startswith(f"{key}.")), None)
    return row.places.get(key, first)


def _pointer(row: Row, key: str) -> str:
    """Where a column's value stands in the body."""
    name, *rest = key.split(".")
    if name == "papers":
        rest[0] = str(_codes(row).index(rest[0]))
    return "/".join(("", name, *rest))


def _codes(row: Row) -> list[str]:
    """The papers that the row itself names, in the order in which they stand in the body, before the catalogue's."""
    return list(dict.fromkeys(key.split(".")[1] for key in row.values if key.startswith("papers.")))


def _defaults(row: Row, read: dict[str, Any], catalogue: Catalogue) -> tuple[Mapping[str, Any], Problem | None]:
    """The body that the catalogue gives. A model may be no name of it; a catalogue model must be one."""
    if CATALOGUE not in row.values:
        found = catalogue.find(str(read.get("model", "")))
        if found and found.get("model"):
            del read["model"]
        return found or {}, None
    name, problem = cells.read(row.values[CATALOGUE], cells.text)
    if problem:
        return {}, problem.under(f"/{CATALOGUE}")
    found = catalogue.find(str(name))
    if found is not None:
        return found, None
    near = catalogue.nearest(str(name))
    values = {"value": shown(name), "names": near}
    return {}, Problem(CATALOGUE_NEAR if near else CATALOGUE_UNKNOWN, f"/{CATALOGUE}", Level.ERROR, values)


def _ferryman(row: Row, crew: Crew) -> tuple[Mapping[str, Any], Problem | None]:
    """The driver whom the register gives for what stands in the cell."""
    if FERRYMAN not in row.values:
        return {}, None
    number, problem = cells.read(row.values[FERRYMAN], cells.text)
    named: Mapping[str, Any] = {}
    if problem is None:
        named, problem = crew.find(str(number))
    return named, problem.under(f"/{FERRYMAN}") if problem else None


def _papers(row: Row, read: Mapping[str, Any], defaults: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The row's own papers, completed from the catalogue, then what the catalogue has besides."""
    usual = {str(paper.get("code")): dict(paper) for paper in defaults}
    for code in _codes(row):
        start = f"papers.{code}."
        own = {key.removeprefix(start): value for key, value in read.items() if key.startswith(start)}
        yield {"code": code} | usual.pop(code, {}) | own
    yield from usual.values()
