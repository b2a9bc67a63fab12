"""The code lists of seeds/data as the rules want them, and a body with nothing wrong in it. No database."""

import csv
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from declarations import checks
from declarations.checks import PortRow, ReferenceData
from declarations.papers import Covers, Names, Need, PaperType, Place
from declarations.problems import Problem
from declarations.tariff import TariffRow

DATA = Path(__file__).resolve().parents[2] / "seeds" / "data"
TODAY = date(2026, 11, 22)
LANGUAGES = ("zh", "en", "ru", "kk")


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one list."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def tariff_rows() -> tuple[TariffRow, ...]:
    """The subheadings."""
    limits = [f"{what}_{end}" for what, end in (("displacement", "min_cc"), ("displacement", "max_cc"))]
    limits += ["mass_min_kg", "mass_max_kg", "seats_min", "seats_max"]
    return tuple(
        TariffRow(
            row["hs6"],
            row["category"],
            row["powertrain"],
            **{name: int(row[name]) if row[name] else None for name in limits},
        )
        for row in rows("hs6")
    )


@cache
def paper_types() -> dict[str, PaperType]:
    """The list of papers."""
    return {
        row["code"]: PaperType(
            code=row["code"],
            place=Place(row["place"]),
            new_export=Need(row["new_export"]),
            used_export=Need(row["used_export"]),
            for_import=Need(row["import"]),
            covers=Covers(row["covers"]) if row["covers"] else None,
            from_on=date.fromisoformat(row["from_on"]) if row["from_on"] else None,
            names=Names({language: row[f"name_{language}"] for language in LANGUAGES}),
        )
        for row in rows("documents")
    }


@cache
def reference() -> ReferenceData:
    """Everything a check looks up, as the seeds have it."""
    return ReferenceData(
        ports={row["code"]: PortRow(row["country"], frozenset(row["modes"].split(";"))) for row in rows("ports")},
        countries=frozenset(row["alpha2"] for row in rows("countries")),
        currencies={row["code"]: int(row["decimals"]) for row in rows("currencies")},
        incoterms={row["code"]: row["sea_only"] == "yes" for row in rows("incoterms")},
        tariff_rows=tariff_rows(),
        licence_codes={
            row["code"]: date.fromisoformat(row["export_licence_from"])
            for row in rows("national_codes")
            if row["export_licence_from"]
        },
        makers={
            row["wmi"]: f"{row['maker']} {row['group']}".strip() for row in rows("wmi") if row["confidence"] != "low"
        },
        paper_types=paper_types(),
        temporary_plate_patterns=tuple(row["pattern"] for row in rows("plate_patterns")),
        kazakh_regions=frozenset(row["code"] for row in rows("kz_plate_regions")),
    )


PAPERS = [
    {"code": code, "number": "1", "issued_on": "2026-11-01", "valid_until": "2027-01-31", "quantity": 1}
    for code in (
        "export_licence",
        "certificate_of_conformity",
        "compulsory_insurance",
        "commercial_invoice",
        "packing_list",
        "exporter_qualification",
    )
]

VEHICLE: dict[str, Any] = {
    "vin": "LRW3E7EK5TC770390",
    "make": "Tesla",
    "model": "Model 3",
    "model_year": 2026,
    "category": "M1",
    "condition": "NEW",
    "powertrain": "BEV",
    "displacement_cc": None,
    "seats": 5,
    "gross_mass_kg": 2200,
    "curb_mass_kg": 1800,
    "hs_code": "8703801090",
    "value": "231900.00",
    "colour": "white",
    "first_registered_on": None,
    "odometer_km": None,
    "plate": "新A·12345临",
    "plate_expires_on": "2026-12-20",
    "papers": PAPERS,
    "driver": {
        "name": "Li Wei",
        "passport_number": "E12345678",
        "nationality": "CN",
        "phone": "+86 139 0000 0000",
        "card": "A-7781",
    },
}

BODY: dict[str, Any] = {
    "functional_reference": "PO-118",
    "port": "CNHRS",
    "direction": "EXPORT",
    "mode": "SELF_DRIVE",
    "destination_country": "KZ",
    "consignee": {"name": "Almaty Motors", "country": "KZ", "address": "Abay 1\nAlmaty"},
    "contract_number": "C-2026-7",
    "incoterm": "DAP",
    "incoterm_place": "Almaty",
    "currency": "CNY",
    "planned_arrival_at": "2026-11-25T03:00:00+08:00",
    "vehicles": [VEHICLE],
}


def vehicle(**changes: Any) -> dict[str, Any]:
    """A vehicle with nothing wrong, but for the changes."""
    return deepcopy(VEHICLE) | changes


def body(**changes: Any) -> dict[str, Any]:
    """A declaration body with nothing wrong, but for the changes."""
    return deepcopy(BODY) | changes


def check(declared: Mapping[str, Any], **more: Any) -> list[Problem]:
    """All problems of a body."""
    return checks.check(declared, reference=reference(), today=TODAY, **more)


def check_one(declared: Mapping[str, Any], **more: Any) -> list[Problem]:
    """All problems of one vehicle under the good header."""
    return checks.check_vehicle(declared, reference=reference(), today=TODAY, body=BODY, **more)


def told(problems: list[Problem]) -> list[tuple[str, str, str]]:
    """Code, place and level of each."""
    return [(problem.code, problem.pointer, problem.level.value) for problem in problems]


def driver(**changes: Any) -> dict[str, Any]:
    """A vehicle whose driver is changed."""
    return vehicle(driver=deepcopy(VEHICLE["driver"]) | changes)
