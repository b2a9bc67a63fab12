"""The register of alice's ferrymen: days in Kazakhstan that run short, a lost card, a pool."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from declarations.actions import ferrymen
from declarations.models import CrewMember, Vehicle, roles_of
from seeds.world import Story, World

# Invented. Passports in the form of Chinese and Kazakh ones; fees as the trade pays them for a day and a night.
CREW = (
    ("韩海涛", "E90000017", "CN", "FM-2025901", "A2", "zh", "900.00", "CNY", 2100, 900),
    ("Ерлан Сапаров", "N90000025", "KZ", "FM-2025902", "C", "kk", "62000.00", "KZT", 40, 1500),
    ("阿不都·热合曼", "E90000033", "CN", "FM-2025903", "C1", "zh", "850.00", "CNY", 1200, 25),
    ("Пётр Ким", "N90000041", "KZ", "FM-2025904", "C", "ru", "60000.00", "KZT", 800, 700),
)
STAYS = ((100, 27), (66, 27), (35, 28))
"""Days before the end on which the first of them drove out, and how many days he stayed: 82 together."""


def enter(world: World) -> list[CrewMember]:
    """Alice enters her ferrymen."""
    alice = world.people["alice"]
    organisation = next(row.organisation for row in roles_of(alice).rows if row.organisation)
    result = []
    for name, passport, country, card, licence, language, fee, currency, passport_days, licence_days in CREW:
        values = {
            "name": name,
            "passport_number": passport,
            "passport_expires_on": (timezone.localdate(world.end) + timedelta(days=passport_days)).isoformat(),
            "nationality": country,
            "phone": "+86 13909990017" if country == "CN" else "+7 701 555 0025",
            "card": card,
            "licence_class": licence,
            "licence_expires_on": (timezone.localdate(world.end) + timedelta(days=licence_days)).isoformat(),
            "language": language,
            "fee": fee,
            "fee_currency": currency,
        }
        result.append(ferrymen.keep(organisation=organisation, values=values, by=alice, now=world.now))
    return result


def drive(world: World, member: CrewMember, key: str, arrival: datetime) -> Iterator[Vehicle]:
    """One vehicle declared with him as driver."""
    declaration = world.lodge(
        "alice", world.new(key, arrival=arrival, driver=member.driver()), to="KZ", arrival=arrival
    )
    yield from world.vehicles(declaration)


def days_run_short(world: World) -> Story:
    """The first has 82 of his 90 days; another one's return was not recorded; the third lost his card."""
    yield world.ago(days=STAYS[0][0], hours=6)
    alice = world.people["alice"]
    busy, quiet, careless, reserve = enter(world)
    for ago, stayed in STAYS:
        yield world.ago(days=ago, hours=5)
        for vehicle in drive(world, busy, "monjaro", world.ago(days=ago)):
            yield world.ago(days=ago, hours=4)
            world.begin(world.through_horgos(vehicle, world.ago(days=ago), lane=2))
            yield world.ago(days=ago - stayed + 1)
            back = timezone.localdate(world.now)
            ferrymen.record_returns(returns={vehicle.pk: back}, by=alice, now=world.now)
    yield world.ago(days=6, hours=9)
    for vehicle in drive(world, quiet, "hongqi_hs5", world.ago(days=6, hours=3)):
        yield world.ago(days=6, hours=8)
        world.begin(world.through_horgos(vehicle, world.ago(days=6, hours=3), lane=1))
    yield world.ago(days=1, hours=2)
    ferrymen.lose_card(member_id=careless.pk, by=alice, now=world.now)
    yield world.ago(hours=6)
    arrival = world.ago(hours=-30)
    cars = world.new("cs75", "coolray", arrival=arrival, driver=None)
    declaration = world.lodge("alice", cars, to="KZ", arrival=arrival)
    pool = [quiet.public_id, reserve.public_id]
    ferrymen.name_pool(declaration_id=declaration.pk, members=pool, by=alice, now=world.now)
    for member in (quiet, reserve):
        ferrymen.make_link(member_id=member.pk, by=alice, now=world.now)


STORIES = (days_run_short,)
