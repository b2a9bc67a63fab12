"""Code lists from seeds/data into their tables: loaded at every start, the same however often."""

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db import models, transaction

from declarations.models import (
    Bay,
    Country,
    Currency,
    HoldReason,
    Hs6,
    Incoterm,
    NationalCode,
    PaperType,
    PlatePattern,
    PlateRegion,
    Port,
    Wmi,
)

DATA = Path(__file__).resolve().parent / "data"


def read_csv(name: str) -> list[dict[str, str]]:
    """The rows of one file of seeds/data."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_reference_data() -> dict[str, int]:
    """Write every code list; how many rows each file has. What only an officer sets (a port's hours) stays as it is."""
    with transaction.atomic():
        counts = {
            name: _upsert(model, [_columns(model, row, position) for position, row in enumerate(read_csv(name))])
            for name, model in LISTS.items()
        }
    cache.delete("reference")
    return counts


LISTS: dict[str, type[models.Model]] = {
    "ports": Port,
    "bays": Bay,
    "countries": Country,
    "currencies": Currency,
    "incoterms": Incoterm,
    "hs6": Hs6,
    "national_codes": NationalCode,
    "wmi": Wmi,
    "documents": PaperType,
    "plate_patterns": PlatePattern,
    "kz_plate_regions": PlateRegion,
    "hold_reasons": HoldReason,
}

RENAMED: dict[type[models.Model], dict[str, str]] = {
    Country: {"alpha2": "code"},
    PaperType: {"import": "for_import"},
}


def _columns(model: type[models.Model], row: Mapping[str, str], position: int) -> dict[str, Any]:
    """One row of a file as columns of its model; columns of the file that the model does not have are for readers."""
    renamed = RENAMED.get(model, {})
    columns: dict[str, Any] = {renamed.get(name, name): text.strip() for name, text in row.items()}
    if model is PaperType:
        columns["position"] = position
    known = {field.attname: field for field in model._meta.concrete_fields if not field.auto_created}
    return {name: _typed(known[name], value) for name, value in columns.items() if name in known}


def _typed(field: "models.Field[Any, Any]", value: Any) -> Any:
    if value == "" and field.null:
        return None
    if isinstance(field, models.JSONField):
        return value.split(";")
    if isinstance(field, models.BooleanField):
        return value == "yes"
    if isinstance(field, models.DateField):
        return date.fromisoformat(value)
    return int(value) if isinstance(field, models.IntegerField) else value


def _upsert(model: type[models.Model], rows: list[dict[str, Any]]) -> int:
    key = "pattern" if model is PlatePattern else model._meta.pk.name
    model._default_manager.bulk_create(
        [model(**row) for row in rows],
        update_conflicts=True,
        unique_fields=[key],
        update_fields=sorted(rows[0].keys() - {key}),
    )
    return len(rows)
