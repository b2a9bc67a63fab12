"""What is over: exported, handed over, returned, expired, cancelled."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from declarations import actions
from declarations.actions import handing_over, linking
from declarations.clearance import decisions, sweeps
from declarations.models import Link, Vehicle
from declarations.words import Audience, HandOverResult, Side
from seeds.photos import photo_of_a_car
from seeds.world import Story, StoryError, World


def hand_over(
    world: World,
    vehicle: Vehicle,
    at: datetime,
    *,
    result: HandOverResult = HandOverResult.ACCEPTED,
    remarks: str = "",
    photos: Sequence[bytes] = (),
) -> Story:
    """The exporter sends link and code, the importer answers with them."""
    yield at
    exporter = vehicle.declaration.created_by
    link = linking.make(vehicle_id=vehicle.pk, audience=Audience.IMPORTER, by=exporter, now=world.now)
    code = handing_over.new_code(vehicle_id=vehicle.pk, by=exporter, now=world.now)
    handing_over.answer(link_id=link.pk, result=result, remarks=remarks, code=code, contents=photos, now=world.now)


def photograph(world: World, vehicle: Vehicle, at: datetime, side: Side) -> Story:
    """The driver opens his link and takes photos."""
    yield at
    exporter, declaration = vehicle.declaration.created_by, vehicle.declaration_id
    linking.make_all(declaration_id=declaration, audience=Audience.DRIVER, by=exporter, now=world.now)
    link = Link.objects.live().get(vehicle=vehicle, audience=Audience.DRIVER)
    contents = [photo_of_a_car(side, number) for number in (1, 2)]
    handing_over.photograph(link_id=link.pk, side=side, contents=contents, now=world.now)


ANSWERS: tuple[dict[str, Any], ...] = (
    {},
    {
        "result": HandOverResult.WITH_REMARKS,
        "remarks": "Царапина на левой передней двери, 20 см.",
        "photos": [photo_of_a_car(Side.ARRIVAL, 3)],
    },
    {"result": HandOverResult.REFUSED, "remarks": "Комплектация не по договору: нет полного привода."},
)
"""What the importer says of the first cars to Almaty."""


def new_cars_to_almaty(world: World) -> Story:
    """Everything in order: declared in the evening, out by night, handed over the next day."""
    yield world.ago(days=9, hours=4)
    arrival = world.ago(days=9, hours=-4)
    cars = [
        world.known("aeolus", "LGJE5EE08TM442158", arrival=arrival),
        world.known("tiggo_8", "LVVDC21B5VD713650", arrival=arrival),
        world.known("mg_zs", "LSJWJ4W90SZ187922", arrival=arrival),
        *world.new("monjaro", "hongqi_hs5", arrival=arrival),
    ]
    declaration = world.lodge("alice", cars, to="KZ", arrival=arrival)
    yield world.ago(days=9, hours=3)
    for index, vehicle in enumerate(world.vehicles(declaration)):
        start = world.ago(days=9) + timedelta(minutes=7 * index)
        world.begin(photograph(world, vehicle, start - timedelta(minutes=40), Side.DEPARTURE))
        world.begin(world.through_horgos(vehicle, start, lane=1 + index % 2))
        if index < len(ANSWERS):
            at = start + timedelta(hours=14, minutes=11 * index)
            world.begin(photograph(world, vehicle, at - timedelta(minutes=30), Side.ARRIVAL))
            world.begin(hand_over(world, vehicle, at, **ANSWERS[index]))
        elif index == len(ANSWERS):
            world.begin(photograph(world, vehicle, start + timedelta(hours=16), Side.ARRIVAL))  # nobody answers


def trucks_to_tashkent(world: World) -> Story:
    """A trusted maker's trucks while heavy vehicles were looked at: BLUE where others got YELLOW."""
    yield world.ago(days=8, hours=2)
    arrival = world.ago(days=7, hours=20)
    keys = ("auman", "auman", "auman", "aumark", "aumark", "auv_bus")
    trucks = world.new(*keys, arrival=arrival)
    declaration = world.lodge("hanbei", trucks, to="UZ", arrival=arrival)
    yield world.ago(days=8, hours=1)
    for index, vehicle in enumerate(world.vehicles(declaration)):
        start = arrival + timedelta(minutes=12 * index)
        world.begin(world.through_horgos(vehicle, start, lane=2))
        if index < 2:
            world.begin(hand_over(world, vehicle, start + timedelta(hours=31)))


def used_cars_to_tashkent(world: World) -> Story:
    """Used vehicles: papers of each are checked, one is refused, one comes back from the neighbour."""
    yield world.ago(days=7, hours=9)
    arrival = world.ago(days=6, hours=2)
    cars = [
        world.known("emgrand", "LB378Y4W0JA184037", arrival=arrival, used=date(2018, 5, 14)),
        world.known("roewe_rx5", "LSJA24U62JG269225", arrival=arrival, used=date(2018, 3, 2)),
        world.known("haval_h6", "LGWEF4A54GF492634", arrival=arrival, used=date(2016, 8, 30)),
        world.known("model_3", "LRW3E7FA9MC239068", arrival=arrival, used=date(2021, 6, 11)),
        world.known("yutong", "LZYTAGBW2E1054491", arrival=arrival, used=date(2014, 9, 4)),
    ]
    declaration = world.lodge("zhulin", cars, to="UZ", arrival=arrival)
    yield world.ago(days=7, hours=1)
    vins = [car["vin"] for car in cars]
    carl = world.people["carl"]
    decisions.decide(
        declaration_id=declaration.pk,
        result="RELEASE",
        reason="单证齐全 · papers complete",
        vins=vins[:4],
        by=carl,
        now=world.now,
    )
    decisions.decide(
        declaration_id=declaration.pk,
        result="REFUSE",
        reason="登记证书未注明“转让待出口” · the registration certificate is not annotated",
        vins=vins[4:],
        by=carl,
        now=world.now,
    )
    vehicles = world.vehicles(declaration)
    for index, vehicle in enumerate(vehicles[:4]):
        world.begin(world.through_horgos(vehicle, arrival + timedelta(minutes=9 * index)))
    yield world.ago(days=5, hours=3)
    decisions.record_return(
        vehicle_id=vehicles[2].pk,
        reason="邻国海关退回：环保等级不符 · refused by the neighbour: emission class",
        by=world.people["olga"],
        now=world.now,
    )


def nobody_came(world: World) -> Story:
    """Released, but nobody drove to the port within the legal time."""
    yield world.ago(days=6, hours=5)
    arrival = world.ago(days=5, hours=1)
    cars = [
        world.known("model_3", "LRW3E1EB0PC932736", arrival=arrival, used=date(2023, 2, 20)),
        world.known("li_l9", "LW433B120P1005183", arrival=arrival, used=date(2023, 4, 3)),
    ]
    declaration = world.lodge("mallory", cars, to="KZ", arrival=arrival)
    yield arrival + timedelta(hours=72, minutes=1)
    if not sweeps.expire(declaration_id=declaration.pk, now=world.now):
        raise StoryError(f"{declaration} did not expire")


def called_off(world: World) -> Story:
    """Released, then cancelled by the exporter: the passes are revoked."""
    yield world.ago(days=4, hours=8)
    arrival = world.ago(days=2)
    cars = world.new("coolray", "benni", arrival=arrival)
    declaration = world.lodge("bob", cars, to="RU", arrival=arrival)
    yield world.ago(days=4, hours=2)
    actions.cancel(
        declaration_id=declaration.pk,
        reason="买方取消订单 · the buyer called the order off",
        by=world.people["bob"],
        now=world.now,
    )


STORIES = (new_cars_to_almaty, trucks_to_tashkent, used_cars_to_tashkent, nobody_came, called_off)
