"""What a visitor tries first: a vehicle ready to scan, a draft ready to lodge, a draft with a bad vehicle."""

from declarations.actions import linking
from declarations.models import Declaration, Link
from declarations.words import Audience
from seeds.world import Story, World

READY, DRAFT, BAD = "DEMO-READY", "DEMO-DRAFT", "DEMO-BAD"
"""Own references by which these three are found again."""


def ready_to_scan(world: World) -> Story:
    """Released with passes, drivers and plates: the gate lets them through at once."""
    yield world.ago(hours=4)
    arrival = world.ago(hours=-26)
    cars = world.new("cs75", "coolray", "roewe_rx5", arrival=arrival)
    declaration = world.lodge("alice", cars, to="KZ", arrival=arrival, reference=READY)
    for audience in Audience:
        linking.make_all(declaration_id=declaration.pk, audience=audience, by=world.people["alice"], now=world.now)


def ready_to_lodge(world: World) -> Story:
    """Complete and without any problem: only the button is left to press."""
    yield world.ago(hours=2)
    arrival = world.ago(hours=-60)
    cars = world.new("monjaro", "unik", arrival=arrival)
    world.draft("alice", cars, to="UZ", arrival=arrival, reference=DRAFT)


def one_bad_vehicle(world: World) -> Story:
    """Two good vehicles and one whose VIN was typed with a Cyrillic letter: lodge without the bad one."""
    yield world.ago(hours=1)
    arrival = world.ago(hours=-66)
    cars = world.new("emgrand", "mg_zs", "tunland", arrival=arrival)
    good = str(cars[1]["vin"])
    cars[1]["vin"] = good.replace("A", "\N{CYRILLIC CAPITAL LETTER A}", 1)
    world.draft("alice", cars, to="KZ", arrival=arrival, reference=BAD)


def things_to_try() -> dict[str, dict[str, object]]:
    """The three with what one needs to try them, as far as nobody has changed them since."""
    found = {}
    for name, reference in (("ready_to_scan", READY), ("draft", DRAFT), ("draft_with_bad_vehicle", BAD)):
        declaration = Declaration.objects.filter(functional_reference=reference).order_by("pk").first()
        if declaration is None:
            continue
        entry: dict[str, object] = {
            "reference": declaration.reference,
            "vins": [vehicle.vin for vehicle in declaration.present_vehicles()],
        }
        passes = []
        for vehicle in declaration.present_vehicles():
            if newest := vehicle.newest_pass:
                driver = vehicle.get_driver()
                passes.append(
                    {
                        "vin": vehicle.vin,
                        "code": newest.code,
                        "manual_code": newest.manual_code,
                        "plate": vehicle.plate,
                        "driver_card": driver.card if driver else None,
                    }
                )
        if passes:
            entry["passes"] = passes
        links = Link.objects.live().filter(vehicle__declaration=declaration, audience=Audience.DRIVER)
        if link := links.order_by("vehicle__position").first():
            entry["driver_page"] = f"/d/{link.token}"
        found[name] = entry
    return found


STORIES = (ready_to_scan, ready_to_lodge, one_bad_vehicle)
