"""Days in Kazakhstan, gathered over all exporters in two queries. What leaves this module is a number of days.

The rule itself is `declarations.persons`; this module only reads. Whose vehicles a ferryman took out, and when, stays
here: a tenant reads how many of the 90 days are used and whether some are estimated.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from declarations import persons
from declarations.lifecycle import VehicleStatus
from declarations.models.ferrymen import FerrymanReturn
from declarations.models.sealed import digest
from declarations.models.vehicle import Admission
from declarations.persons import Crossing, DaysUsed, Stay
from declarations.words import Stage

# `opposite` names the country on the other side first: "KZ: Nur Zholy".
INTO_KAZAKHSTAN = Q(vehicle__declaration__port__opposite__startswith="KZ") | Q(
    vehicle__declaration__destination_country="KZ"
)
REACH = timedelta(days=persons.WINDOW_DAYS + persons.STAY_DAYS)
"""How far back crossings count: the window, and a stay that was running when it began."""


def stays_of_drivers(header: Mapping[str, Any], vehicles: Iterable[Any], *, now: datetime) -> dict[str, list[Stay]]:
    """The stays of whoever drives the vehicles of a body, by passport number as the checks normalise it.

    Nothing is looked up for a destination at which nobody asks for them.
    """
    digests = {}
    if header.get("destination_country") != "KZ":
        return {}
    for vehicle in vehicles:
        driver = vehicle.get("driver") if isinstance(vehicle, Mapping) else None
        passport = driver.get("passport_number") if isinstance(driver, Mapping) else None
        if isinstance(passport, str) and (number := persons.normalise(passport)):
            digests[number] = digest(number)
    found = _stays(Q(vehicle__driver__passport_digest__in=set(digests.values())), now=now) if digests else {}
    return {number: found[each] for number, each in digests.items() if each in found}


def days_of_drivers(digests: Iterable[str], *, now: datetime) -> dict[str, int]:
    """Days used by drivers today, by the digests of their passports; who never went out is not in it."""
    wanted = set(digests) - {""}
    today = timezone.localdate(now)
    found = _stays(Q(vehicle__driver__passport_digest__in=wanted), now=now) if wanted else {}
    return {key: persons.days_in_window(stays, today) for key, stays in found.items()}


def days_of_ferrymen(ferryman_ids: Iterable[int], *, on: date, now: datetime) -> dict[int, DaysUsed]:
    """Days used in the window that ends on a day, for each ferryman, by his row."""
    wanted = list(ferryman_ids)
    if not wanted:
        return {}
    stays = _stays(Q(vehicle__driver__ferryman__in=wanted), now=now, key="vehicle__driver__ferryman")
    return {pk: persons.days_used(stays.get(pk, ()), on) for pk in wanted}


def _stays(drivers: Q, *, now: datetime, key: str = "vehicle__driver__passport_digest") -> dict[Any, list[Stay]]:
    crossings: dict[Any, list[Crossing]] = defaultdict(list)
    out = Admission.objects.filter(drivers, INTO_KAZAKHSTAN, stage=Stage.EXIT, annulled_at=None, at__gte=now - REACH)
    rows = list(
        out.order_by("pk").distinct().values_list(key, "vehicle", "at", "vehicle__status", "vehicle__status_at")
    )
    back = dict(
        FerrymanReturn.objects.standing()
        .filter(vehicle__in=[vehicle for _key, vehicle, *_rest in rows])
        .values_list("vehicle", "returned_on")
    )
    for whose, vehicle, at, status, status_at in rows:
        returned_on = back.get(vehicle)
        if returned_on is None and status == VehicleStatus.RETURNED:
            returned_on = timezone.localdate(status_at)  # the neighbour sent both back, and the gate saw them come
        crossings[whose].append(Crossing(timezone.localdate(at), returned_on))
    return {whose: persons.stays_of(each, assumed_days=settings.ASSUMED_STAY_DAYS) for whose, each in crossings.items()}
