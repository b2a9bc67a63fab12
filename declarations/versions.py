"""Two versions of a declaration side by side: only what differs, field by field, and what a change costs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

AT_ONCE = frozenset({"driver", "plate", "plate_expires_on", "papers"})
"""What may be swapped until the exit, without an amendment (DOMAIN section 4)."""

ARRIVAL = "planned_arrival_at"
OWN_WORDS = frozenset({"functional_reference"})
"""The exporter's own notes; customs does not look at them."""

PLACE = "place"
"""Where the vehicle stands in its declaration; kept beside its body, for a VIN may be corrected."""

PARTS = frozenset({"consignee"})
"""Objects of the header whose fields are told one by one."""


class Kind(StrEnum):
    """What became of a vehicle between two versions."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs; of an object's field the name is "consignee.name"."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class OfVehicle:
    """What differs at one vehicle; vin: as it stands in the newer version, or stood in the older one."""

    vin: str
    kind: Kind
    fields: tuple[Difference, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs between two versions, vehicles in their order."""

    header: tuple[Difference, ...]
    vehicles: tuple[OfVehicle, ...]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.header or self.vehicles)

    def count(self, kind: str) -> int:
        """How many vehicles were added, removed or changed."""
        return sum(each.kind == kind for each in self.vehicles)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a change brings with it; again: VINs of the vehicles that alone are looked at again."""

    whole: bool
    again: tuple[str, ...]

    @property
    def is_amendment(self) -> bool:
        """Whether customs looks at anything again; everything else takes effect at once."""
        return self.whole or bool(self.again)


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Comparison:
    """Put two bodies side by side."""
    names = [name for name in {**old, **new} if name != "vehicles"]
    header = tuple(difference for name in names for difference in _differences(name, old.get(name), new.get(name)))
    return Comparison(header, tuple(_vehicles(old.get("vehicles") or [], new.get("vehicles") or [])))


def changed_names(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Names in `new` that say something else than `old`; names that are absent there stay as they are."""
    return [name for name in new if any(_differences(name, _filled(old.get(name)), _filled(new[name])))]


def cost_of(found: Comparison) -> Cost:
    """What amending from the one to the other costs, by the rule of DOMAIN section 4."""
    top = {each.name.split(".")[0] for each in found.header}
    whole = bool(top - {ARRIVAL} - OWN_WORDS)
    changed = [each for each in found.vehicles if each.kind is Kind.CHANGED]
    amended = [each for each in changed if {field.name for field in each.fields} - AT_ONCE]
    return Cost(whole=whole, again=() if whole else tuple(each.vin for each in amended))


def _differences(name: str, old: Any, new: Any) -> Iterator[Difference]:
    if name in PARTS:
        before, after = old or {}, new or {}
        for inner in {**before, **after}:
            yield from _differences(f"{name}.{inner}", before.get(inner), after.get(inner))
    elif not _same(old, new):
        yield Difference(name, old or None, new or None)


def _same(old: Any, new: Any) -> bool:
    """Whether both say the same: nothing and "" do, a moment in two zones does, papers in another order do."""
    if (old or None) == (new or None):
        return True
    if isinstance(old, bool) or isinstance(new, bool):  # a version that only says that there was a driver
        return bool(old) == bool(new)
    if isinstance(old, list) and isinstance(new, list):
        return sorted(map(str, old)) == sorted(map(str, new))
    return _moment(old) is not None and _moment(old) == _moment(new)


def _filled(value: Any) -> Any:
    """A value without what is empty in it."""
    if isinstance(value, Mapping):
        return {name: each for name, each in value.items() if each not in (None, "")}
    if isinstance(value, list):
        return [_filled(each) for each in value]
    return value


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def _vehicles(old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]) -> Iterator[OfVehicle]:
    before = list(old)
    by_place = {row[PLACE]: row for row in before if row.get(PLACE)}
    by_vin = {row.get("vin"): row for row in before}
    met: set[int] = set()
    for row in new:
        twin = by_place.get(row.get(PLACE)) or by_vin.get(row.get("vin"))
        vin = str(row.get("vin") or "")
        if twin is None or id(twin) in met:
            yield OfVehicle(vin, Kind.ADDED, title=_title(row))
            continue
        met.add(id(twin))
        names = [name for name in {**twin, **row} if name != PLACE]
        fields = tuple(each for name in names for each in _differences(name, twin.get(name), row.get(name)))
        if fields:
            yield OfVehicle(vin, Kind.CHANGED, fields, title=_title(row))
    for row in before:
        if id(row) not in met:
            yield OfVehicle(str(row.get("vin") or ""), Kind.REMOVED, title=_title(row))


def _title(row: Mapping[str, Any]) -> str:
    return " ".join(str(row[name]) for name in ("make", "model") if row.get(name))
