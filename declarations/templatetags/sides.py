"""Two versions of a declaration side by side, for exporters and officers alike: which to choose from, and the sides.

Load with `{% load sides %}`. The markup stands in `config/templates/components/`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from declarations import timeline
from declarations.models import Country, Declaration, DeclarationVersion, History, PaperType, Port, Vehicle
from declarations.models.body import CONSIGNEE_FIELDS, DECLARATION_FIELDS, VEHICLE_FIELDS
from declarations.models.people import people_of
from declarations.templatetags.show import exact_text
from declarations.versions import Comparison, Difference, Kind, OfVehicle
from declarations.words import Category, Condition, Direction, Mode, Powertrain

register = template.Library()

PER_PAGE = 25
NOW = "now"
BETWEEN = ("SWAPPED", "ARRIVAL_CHANGED", "WITHDRAWN", "VEHICLE_REMOVED")
"""What takes effect at once and makes no version."""

MOST_BETWEEN = 60
OWN_LABELS = {
    "driver": gettext_lazy("driver"),
    "papers": gettext_lazy("papers"),
    "consignee": gettext_lazy("consignee"),
    "consignee.name": gettext_lazy("consignee"),
}
WORDS: dict[str, Mapping[str, Any]] = {
    "direction": dict(Direction.choices),
    "mode": dict(Mode.choices),
    "category": dict(Category.choices),
    "condition": dict(Condition.choices),
    "powertrain": dict(Powertrain.choices),
    "fuel": dict(Powertrain.choices),
}
ORDER = {
    name: place
    for place, name in enumerate(
        (*DECLARATION_FIELDS, *(f"consignee.{name}" for name in CONSIGNEE_FIELDS), *VEHICLE_FIELDS, "driver", "papers")
    )
}
"""Fields come in the order of the forms; the database gives a stored body back in one of its own."""

COUNTRIES = frozenset({"destination_country", "consignee.country"})


def label_of(name: str) -> str:
    """What a field of the body is called."""
    if name in OWN_LABELS:
        return str(OWN_LABELS[name])
    column = name.replace(".", "_")
    for model in (Declaration, Vehicle):
        if any(field.name == column for field in model._meta.fields):
            return str(model._meta.get_field(column).verbose_name)  # type: ignore[union-attr]
    return name


def chosen(declaration: Declaration, query: QueryDict) -> dict[str, Any]:
    """The context of a page of versions: all of them, the two that were asked for, and what differs between those.

    Without a choice, or with one that never was, the newest beside the one before it; of a single version what was
    swapped since.
    """
    rows = list(declaration.versions.defer("body").select_related("by").order_by("-version"))
    numbers = [row.version for row in rows]
    if not rows:
        return {"versions": [], "declaration": declaration}
    old, new = _pair(query, numbers)
    found = declaration.side_by_side(old, new)
    at = {row.version: row.at for row in rows}
    return {
        "declaration": declaration,
        "versions": [{"row": row, "why": why} for row, why in zip(rows, _reasons(declaration, rows), strict=True)],
        "old": old,
        "new": new or NOW,
        "found": found,
        "summary": summary_of(found),
        "page_obj": Paginator(found.vehicles, PER_PAGE).get_page(query.get("page")),
        "between": list(_between(declaration, at[old], at[new] if new else None)),
    }


def _pair(query: QueryDict, numbers: list[int]) -> tuple[int, int | None]:
    """Older and newer number; None is now."""
    asked = [query.get(name, "") for name in ("old", "new")]
    known = {str(number): number for number in numbers}
    old, new = known.get(asked[0]), known.get(asked[1])
    if old is not None and asked[1] == NOW:
        return old, None
    if old is not None and new is not None and old != new:
        return min(old, new), max(old, new)
    return (numbers[1], numbers[0]) if len(numbers) > 1 else (numbers[0], None)


def _reasons(declaration: Declaration, rows: list[DeclarationVersion]) -> Iterator[str]:
    """Why each version was made: lodged, or which fields of how many vehicles were changed."""
    notes = History.objects.filter(
        declaration=declaration, at__in=[row.at for row in rows], reason__in=("LODGED", "AMENDED")
    ).values_list("at", "reason", "vehicle", "data")
    told: dict[datetime, list[tuple[str, int | None, Any]]] = {}
    for at, reason, vehicle, data in notes:
        told.setdefault(at, []).append((reason, vehicle, data))
    for row in rows:
        here = told.get(row.at, [])
        fields = dict.fromkeys(label_of(name) for _reason, _vehicle, data in here for name in data.get("fields", ()))
        vehicles = {vehicle for reason, vehicle, _data in here if vehicle and reason == "AMENDED"}
        if not fields:
            yield _("lodged")
            continue
        count = ngettext("%(count)s vehicle", "%(count)s vehicles", len(vehicles)) % {"count": len(vehicles)}
        yield ", ".join([*fields, *([count] if vehicles else [])])


def _between(declaration: Declaration, after: datetime, until: datetime | None) -> Iterator[dict[str, Any]]:
    """What took effect at once in that time, newest first."""
    rows = History.objects.filter(declaration=declaration, reason__in=BETWEEN, at__gt=after).order_by("-id")
    if until is not None:
        rows = rows.filter(at__lte=until)
    shown = list(rows[:MOST_BETWEEN])
    own = people_of(declaration.organisation_id)
    vins = dict(Vehicle.objects.filter(pk__in=[row.vehicle_id for row in shown]).values_list("pk", "vin"))
    for row in shown:
        sentence = timeline.sentence_of(machine=row.machine, reason=row.reason, to_status=row.to_status, data=row.data)
        vin = vins.get(row.vehicle_id or 0, "")
        fields = ", ".join(label_of(name) for name in row.data.get("fields", ()))
        yield {
            "title": str(sentence.text) % timeline.values_of(row.data),
            "text": " · ".join(part for part in (f"…{vin[-6:]}" if vin else "", fields) if part),
            "icon": sentence.icon,
            "tone": sentence.tone,
            "at": row.at,
            "by": own.get(row.by_id or 0) or _("customs"),
        }


def summary_of(found: Comparison) -> list[str]:
    """How much differs, in a few words each."""
    parts = []
    if found.header:
        count = len(found.header)
        parts.append(ngettext("%(count)s field of the header", "%(count)s fields of the header", count))
        parts[-1] %= {"count": count}
    texts = {
        Kind.CHANGED: lambda n: ngettext("%(count)s vehicle changed", "%(count)s vehicles changed", n),
        Kind.ADDED: lambda n: ngettext("%(count)s vehicle added", "%(count)s vehicles added", n),
        Kind.REMOVED: lambda n: ngettext("%(count)s vehicle gone", "%(count)s vehicles gone", n),
    }
    for kind, words in texts.items():
        if count := found.count(kind):
            parts.append(words(count) % {"count": count})
    return parts


@register.inclusion_tag("components/_sides.html")
def sides(fields: Iterable[Difference]) -> dict[str, Any]:
    """The fields that differ, each with its label, what stood there and what stands there now."""
    rows = sorted(fields, key=lambda each: ORDER.get(each.name, len(ORDER)))
    names = _Names(rows)
    return {
        "pairs": [
            {
                "label": label_of(each.name),
                "old": names.show(each.name, each.old),
                "new": names.show(each.name, each.new),
            }
            for each in rows
        ]
    }


@register.inclusion_tag("components/_sides_of_vehicle.html")
def sides_of_vehicle(row: OfVehicle) -> dict[str, Any]:
    """One vehicle: new here, gone, or with the fields that differ."""
    return {"row": row}


class _Names:
    """Codes in the reader's words; asked for once, and only those that are there."""

    def __init__(self, rows: Iterable[Difference]) -> None:
        rows = list(rows)
        values = {
            name: {side for row in rows if row.name in names for side in (row.old, row.new)}
            for name, names in (("ports", {"port"}), ("countries", COUNTRIES))
        }
        papers = any(row.name == "papers" for row in rows)
        self.ports = {row.pk: row.name for row in Port.objects.filter(pk__in=_texts(values["ports"]))}
        self.countries = {row.pk: row.name for row in Country.objects.filter(pk__in=_texts(values["countries"]))}
        self.papers = {row.pk: row.name for row in PaperType.objects.all()} if papers else {}

    def show(self, name: str, value: Any) -> list[str]:
        """A value as lines of text; none for nothing."""
        if value is None or value == "":
            return []
        if name == "papers":
            return [self._paper(paper) for paper in value]
        if name == "driver":
            return [_("named (personal facts are not kept in versions)")]
        if name == "planned_arrival_at":
            return [_moment(value)]
        if name == "port":
            return [f"{self.ports.get(value, '')} {value}".strip()]
        if name in COUNTRIES:
            return [f"{self.countries.get(value, '')} {value}".strip()]
        return [str(WORDS.get(name, {}).get(value, value))]

    def _paper(self, paper: Mapping[str, Any]) -> str:
        until = f"{_('Valid until')} {paper['valid_until']}" if paper.get("valid_until") else ""
        code = str(paper.get("code") or "")
        name = str(self.papers.get(code, code))
        return " · ".join(part for part in (name, str(paper.get("number") or ""), until) if part)


def _texts(values: Iterable[Any]) -> list[str]:
    return [value for value in values if isinstance(value, str) and value]


def _moment(value: Any) -> str:
    try:
        return exact_text(datetime.fromisoformat(value))
    except (TypeError, ValueError):
        return str(value)
