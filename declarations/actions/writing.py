"""Body values into rows. Shared by drafting, amending and copying; decides nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from declarations import persons, plates
from declarations.actions.linking import hand_on
from declarations.models import (
    By,
    Declaration,
    Driver,
    Ferryman,
    Paper,
    ProblemOverride,
    Vehicle,
    digest,
    load_reference,
)
from declarations.models.body import (
    CONSIGNEE_FIELDS,
    DECLARATION_FIELDS,
    DRIVER_FIELDS,
    PAPER_FIELDS,
    VEHICLE_FIELDS,
    put,
)
from declarations.models.movable import begin

HEADER_COLUMNS = {name: name for name in DECLARATION_FIELDS if name != "port"}
CONSIGNEE_COLUMNS = {f"consignee.{name}": f"consignee_{name}" for name in CONSIGNEE_FIELDS}
VEHICLE_COLUMNS = {name: name for name in VEHICLE_FIELDS}
PAPER_COLUMNS = {name: name for name in PAPER_FIELDS}
MOST_CHARACTERS = {"nationality": 20}
MOST_OTHERS = 500
"""Characters kept of one of a driver's facts; the checks ask for far less."""


def write_header(declaration: Declaration, body: Mapping[str, Any]) -> None:
    """Set the header's columns from a body; absent names stay. The caller saves."""
    put(declaration, HEADER_COLUMNS, body)
    consignee = body.get("consignee", {})
    if consignee is None:
        consignee = dict.fromkeys(CONSIGNEE_FIELDS)
    put(declaration, CONSIGNEE_COLUMNS, {f"consignee.{name}": value for name, value in consignee.items()})
    if "port" in body:
        code = body["port"] or None
        known = code is None or code in load_reference().ports
        declaration.port_id = code if known else None
        declaration.entered = {
            **{name: value for name, value in declaration.entered.items() if name != "port"},
            **({} if known else {"port": code}),
        }


def write_vehicle(vehicle: Vehicle, values: Mapping[str, Any]) -> None:
    """Set a vehicle's columns from a body; absent names stay. The caller saves."""
    put(vehicle, VEHICLE_COLUMNS, values)
    vehicle.plate_key = plates.normalise(vehicle.plate)[:20]


def add_vehicles(
    declaration: Declaration,
    bodies: Sequence[Mapping[str, Any]],
    *,
    key: UUID | None = None,
    by: By,
    now: datetime,
) -> list[Vehicle]:
    """Insert vehicles behind those that are there, with papers and drivers, in a fixed number of statements.

    key: of the page on which the first of them was begun.
    """
    last = max((vehicle.position for vehicle in declaration.vehicles.all()), default=0)
    vehicles: list[Vehicle] = []
    for position, values in enumerate(bodies, start=last + 1):
        vehicle = Vehicle(declaration=declaration, position=position, begun_key=None if vehicles else key)
        vehicle.typed_key = vehicle.begun_key
        write_vehicle(vehicle, values)
        vehicles.append(vehicle)
    begin(vehicles, by=by, at=now)
    Paper.objects.bulk_create(
        paper for vehicle, values in zip(vehicles, bodies, strict=True) for paper in _papers(vehicle, values)
    )
    _save_drivers(
        [
            _driver(Driver(vehicle=vehicle), values["driver"])
            for vehicle, values in zip(vehicles, bodies, strict=True)
            if values.get("driver")
        ],
        now=now,
    )
    return vehicles


def change_vehicle(vehicle: Vehicle, values: Mapping[str, Any], *, now: datetime) -> None:
    """Write changed values of one vehicle, its papers and its driver."""
    write_vehicle(vehicle, values)
    vehicle.typed_key = None
    vehicle.save()
    if "papers" in values:
        vehicle.papers.all().delete()
        Paper.objects.bulk_create(_papers(vehicle, values))
    if "driver" in values:
        driver = vehicle.get_driver()
        former = driver.passport_digest if driver is not None else ""
        if not values["driver"]:
            if driver is not None:
                driver.delete()
                vehicle._state.fields_cache.pop("driver", None)
        else:
            driver = _driver(driver or Driver(vehicle=vehicle), values["driver"])
            _save_drivers([driver], now=now)
        if former and former != (driver.passport_digest if values["driver"] and driver else ""):
            hand_on(vehicle, now=now)


def _papers(vehicle: Vehicle, values: Mapping[str, Any]) -> list[Paper]:
    papers = []
    for body in values.get("papers") or []:
        paper = Paper(vehicle=vehicle)
        put(paper, PAPER_COLUMNS, body)
        papers.append(paper)
    return papers


def _driver(driver: Driver, body: Mapping[str, Any]) -> Driver:
    passport = digest(persons.normalise(body.get("passport_number") or ""))
    if passport and driver.passport_digest not in ("", passport):
        body = {**dict.fromkeys(DRIVER_FIELDS), **body}  # Another person: no card and no phone of the former one stays.
    for name in DRIVER_FIELDS:
        if name in body:
            limit = MOST_CHARACTERS.get(name, MOST_OTHERS)
            setattr(driver, name, (body[name] or "").replace("\0", "")[:limit])
    driver.passport_digest = digest(persons.normalise(driver.passport_number or ""))
    driver.card_digest = digest(driver.card or "")
    return driver


def _save_drivers(drivers: list[Driver], *, now: datetime) -> None:
    """Save snapshots and link each to the one ferryman who holds that passport."""
    known = {driver.passport_digest: driver.card_digest for driver in drivers if driver.passport_digest}
    ferrymen = ferrymen_of(known, now=now)
    for driver in drivers:
        driver.ferryman = ferrymen.get(driver.passport_digest)
    for driver in drivers:
        if driver.pk is not None:
            driver.save()
    Driver.objects.bulk_create([driver for driver in drivers if driver.pk is None])


def ferrymen_of(cards: Mapping[str, str], *, now: datetime) -> dict[str, Ferryman]:
    """The one ferryman of each passport, known from now on. cards: digests of cards by digests of passports."""
    Ferryman.objects.bulk_create(
        (Ferryman(passport_digest=passport, card_digest=card, created_at=now) for passport, card in cards.items()),
        ignore_conflicts=True,
    )
    return {row.passport_digest: row for row in Ferryman.objects.filter(passport_digest__in=cards)}


def accepted_problems(declaration: Declaration) -> frozenset[tuple[str, str]]:
    """Pairs of VIN and problem that an officer accepted for this declaration."""
    rows = ProblemOverride.objects.filter(declaration=declaration, accepted_at__isnull=False)
    return frozenset(rows.values_list("vin", "code"))
