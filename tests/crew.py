"""Ferrymen of the tests: entered through the real actions, trips driven through the real gates."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from declarations.actions import ferrymen
from declarations.models import CrewMember, Organisation, Role, Vehicle
from tests.cast import NOON, MakeDeclaration, Scanner, vehicle_body

Enter = Callable[..., CrewMember]
DriveOut = Callable[..., Vehicle]


def entry(n: int = 1, **changes: Any) -> dict[str, Any]:
    """What a page sends of a ferryman with nothing wrong."""
    return {
        "name": f"Li Wei {n}",
        "passport_number": f"E{10_000_000 + n}",
        "passport_expires_on": "2031-05-01",
        "nationality": "CN",
        "phone": "+86 139 0000 0000",
        "card": f"CARD-{n}",
        "licence_class": "A2",
        "licence_expires_on": "2030-01-31",
        "language": "zh",
        "fee": "800.00",
        "fee_currency": "CNY",
        **changes,
    }


def organisation_of(user: User) -> Organisation:
    """For whom somebody declares."""
    role = Role.objects.filter(user=user, organisation__isnull=False).select_related("organisation").first()
    assert role is not None and role.organisation is not None
    return role.organisation


@pytest.fixture
def enter(alice: User) -> Enter:
    """Enter a ferryman: `enter(1, fee="900.00")`, alice's unless somebody else does."""

    def make(n: int = 1, *, by: User | None = None, now: datetime = NOON, **changes: Any) -> CrewMember:
        who = by or alice
        return ferrymen.keep(organisation=organisation_of(who), values=entry(n, **changes), by=who, now=now)

    return make


@pytest.fixture
def drive_out(declaration: MakeDeclaration) -> DriveOut:
    """Have a ferryman drive a vehicle out through Horgos: its yard entry is at the moment that is given."""
    numbers = iter(range(1001, 1_000_000))

    def drive(member: CrewMember, at: datetime = NOON, *, by: User | None = None) -> Vehicle:
        row = declaration(bodies=[vehicle_body(next(numbers), driver=member.driver())], by=by, now=at)
        vehicle = row.vehicles.get()
        for step, lane in enumerate(("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")):
            told = Scanner(lane).scan(vehicle, now=at + timedelta(minutes=step))
            assert told["reason"] == "OK", told
        return Vehicle.objects.get(pk=vehicle.pk)

    return drive
