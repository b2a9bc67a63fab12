"""What went out, counted: by month, destination and model, with the shares that a chart draws. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

MOST_SEGMENTS = 5
"""Destinations that a bar tells apart; more colours than these nobody can keep apart."""

MOST_MODELS = 20
OTHERS = ""
"""The key under which everything stands that has no line or colour of its own."""


@dataclass(frozen=True, slots=True)
class Exits:
    """Vehicles that left in one month for one destination, of one model, invoiced in one currency."""

    month: date
    destination: str
    model: str
    currency: str
    vehicles: int
    handed_over: int = 0
    returned: int = 0
    value: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a bar; start and width in per cent of the longest bar's length."""

    key: str
    vehicles: int
    start: float
    width: float


@dataclass(slots=True)
class Line:
    """One month, destination or model."""

    key: Any
    vehicles: int = 0
    handed_over: int = 0
    returned: int = 0
    values: dict[str, Decimal] = field(default_factory=dict)
    parts: Counter[str] = field(default_factory=Counter)
    bar: list[Segment] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figures:
    """The whole page: totals, and three ways to look at the same vehicles."""

    total: Line
    by_month: list[Line]
    by_destination: list[Line]
    by_model: list[Line]
    keys: list[str]
    """Destinations in the order of their colours, the many small ones together as OTHERS at the end."""


def months(first: date, last: date) -> Iterator[date]:
    """The first day of every month from first to last, both included."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield date(year, month, 1)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def arrange(rows: Sequence[Exits], *, first: date, last: date) -> Figures:
    """Lines for every month of the period, the empty ones included; destinations and models by size."""
    sizes = Counter[str]()
    for row in rows:
        sizes[row.destination] += row.vehicles
    largest = [key for key, _size in sizes.most_common(MOST_SEGMENTS)]
    keys = largest + ([OTHERS] if len(sizes) > len(largest) else [])

    def colour(row: Exits) -> str:
        return row.destination if row.destination in largest else OTHERS

    by_month = _lines(rows, lambda row: row.month, colour)
    whole = [by_month.get(month, Line(month)) for month in months(first, last)]
    by_destination = _by_size(_lines(rows, lambda row: row.destination, colour))
    by_model = _by_size(_lines(rows, lambda row: row.model, colour))
    if len(by_model) > MOST_MODELS:
        rest = {each.key for each in by_model[MOST_MODELS:]}
        small = [row for row in rows if row.model in rest]
        by_model[MOST_MODELS:] = _lines(small, lambda _row: OTHERS, colour).values()
    for lines in (whole, by_destination, by_model):
        longest = max((line.vehicles for line in lines), default=0)
        for line in lines:
            line.bar = list(_bar(line, keys, longest))
    total = _lines(rows, lambda _row: None, colour).get(None, Line(None))
    return Figures(total, whole, by_destination, by_model, keys)


def _lines(rows: Iterable[Exits], key: Callable[[Exits], object], colour: Callable[[Exits], str]) -> dict[object, Line]:
    found: dict[object, Line] = {}
    for row in rows:
        line = found.setdefault(key(row), Line(key(row)))
        line.vehicles += row.vehicles
        line.handed_over += row.handed_over
        line.returned += row.returned
        line.parts[colour(row)] += row.vehicles
        if row.value:
            line.values[row.currency] = line.values.get(row.currency, Decimal(0)) + row.value
    return found


def _by_size(lines: Mapping[object, Line]) -> list[Line]:
    return sorted(lines.values(), key=lambda line: (-line.vehicles, str(line.key)))


def _bar(line: Line, keys: Sequence[str], longest: int) -> Iterator[Segment]:
    start = 0.0
    for key in keys:
        if count := line.parts[key]:
            width = 100 * count / longest
            yield Segment(key, count, round(start, 2), round(width, 2))
            start += width
