"""What stands in the port now: in the yard, between the gates, referred, inspected, detained."""

from datetime import timedelta

from checkpoint import desk
from declarations import actions
from declarations.actions import importers
from declarations.clearance import decisions, holds, inspections, overrides
from declarations.models import Inspection, Vehicle
from declarations.papers import EXPORT_LICENCE
from declarations.words import Agency, InspectionCheck, InspectionNext
from seeds.world import Story, World

ELECTRIC_LICENCE = "26-AA-990114"
"""One licence for a batch of electric cars."""


def electric_cars(world: World) -> Story:
    """Battery-electric cars need a licence and an officer's look; they are spread over the whole way today."""
    yield world.ago(days=2, hours=6)
    arrival = world.ago(hours=9)
    cars = [
        world.known("model_3", "LRW3E7EK5TC770390", arrival=arrival),
        world.known("li_l9", "HLX33B16XT1322818", arrival=arrival),
        *world.new("model_y", "li_l9", "model_y", "song_dmi", "model_3", arrival=arrival),
    ]
    for car in cars:
        for paper in car["papers"]:
            if paper["code"] == EXPORT_LICENCE:
                paper["number"] = ELECTRIC_LICENCE
    declaration = world.lodge("yuanfei", cars, to="KZ", arrival=arrival)
    yield world.ago(days=2, hours=5)
    words = (f"No. {ELECTRIC_LICENCE}", "纯电动乘用车 · battery-electric cars", "数量 quantity: 50")
    world.file("yuanfei", declaration, EXPORT_LICENCE, "出口许可证 · export licence", *words)
    world.licence("yuanfei", ELECTRIC_LICENCE, granted=50)
    yield world.ago(days=1, hours=20)
    decisions.decide(
        declaration_id=declaration.pk,
        result="RELEASE",
        reason="许可证有效 · the licence is valid",
        vins=[cars[index]["vin"] for index in (0, 2, 4)],
        by=world.people["carl"],
        now=world.now,
    )
    decisions.decide(
        declaration_id=declaration.pk,
        result="REQUEST_DOCUMENTS",
        reason="许可证数量不清 · the quantity on the licence cannot be read",
        vins=[cars[6]["vin"]],
        documents=[{"code": "export_licence", "vin": cars[6]["vin"], "why": "请重新提供 · please send it again"}],
        by=world.people["carl"],
        now=world.now,
    )
    first, second, at_exit, in_yard, at_gate, to_come, wants_papers = world.vehicles(declaration)
    world.begin(world.through_horgos(first, arrival))
    world.begin(world.through_horgos(second, arrival + timedelta(minutes=8), lane=2))
    world.begin(world.through_horgos(at_exit, world.ago(minutes=38), stages="ER"))
    world.begin(world.through_horgos(in_yard, world.ago(minutes=21), stages="E", lane=2))
    world.begin(world.through_horgos(at_gate, world.ago(minutes=52), stages="ER", lane=2))
    yield world.ago(hours=2)
    world.scan(wants_papers, "CNHRS-E1")
    yield world.ago(hours=1, minutes=20)
    world.scan(wants_papers, "CNHRS-R1", expect="DOCUMENTS_DUE")


def _inspection(vehicle: Vehicle) -> Inspection:
    return vehicle.inspections.order_by("pk").last() or Inspection(vehicle=vehicle)


def pick_ups(world: World) -> Story:
    """Every vehicle was selected for examination; each examination went another way."""
    yield world.ago(days=3, hours=7)
    arrival = world.ago(days=1, hours=4)
    trucks = world.new(*["poer"] * 7, arrival=arrival)
    declaration = world.lodge("mallory", trucks, to="RU", arrival=arrival)
    yield world.ago(days=3, hours=6)
    good, repair, back, waived, gone, running, due = world.vehicles(declaration)
    ivan, sam = world.people["ivan"], world.people["sam"]
    for index, vehicle in enumerate((good, repair, back, waived, running, due)):
        world.begin(
            world.through_horgos(vehicle, arrival + timedelta(minutes=6 * index), stages="E", lane=1 + index % 2)
        )
    yield arrival - timedelta(hours=3)
    actions.withdraw_vehicle(
        declaration_id=declaration.pk,
        vehicle_id=gone.pk,
        reason="车辆留作展示 · the vehicle is kept for a show",
        by=world.people["mallory"],
        now=world.now,
    )
    yield arrival + timedelta(hours=1)
    world.scan(repair, "CNHRS-R2", expect="INSPECTION_DUE")
    for vehicle in (good, repair, back):
        inspections.start(public_id=_inspection(vehicle).public_id, by=ivan, now=world.now)
    yield arrival + timedelta(hours=2)
    finish = inspections.finish
    finish(
        public_id=_inspection(good).public_id,
        satisfactory=True,
        findings="与申报一致 · as declared",
        by=ivan,
        now=world.now,
    )
    finish(
        public_id=_inspection(repair).public_id,
        satisfactory=False,
        findings="车架号铭牌松动 · the VIN plate is loose",
        finding_codes=["PLATE_LOOSE", "SOIL"],
        next_step=InspectionNext.REPAIR_AND_RECHECK,
        by=ivan,
        now=world.now,
    )
    finish(
        public_id=_inspection(back).public_id,
        satisfactory=False,
        findings="货厢内有未申报物品 · goods in the box that nobody declared",
        finding_codes=["UNDECLARED_GOODS"],
        next_step=InspectionNext.TURN_BACK,
        by=ivan,
        now=world.now,
    )
    inspections.waive(
        public_id=_inspection(waived).public_id,
        reason="同批车辆已查验 · vehicles of the same batch were examined",
        by=sam,
        now=world.now,
    )
    world.begin(world.through_horgos(good, world.now + timedelta(minutes=5), stages="RX"))
    world.begin(world.through_horgos(waived, world.now + timedelta(minutes=9), stages="RX", lane=2))
    inspections.order(
        vehicle_id=due.pk,
        text="底盘带泥土 · soil under the body",
        agency=Agency.QUARANTINE,
        checks=[InspectionCheck.CLEANNESS],
        by=sam,
        now=world.now,
    )
    yield world.ago(minutes=50)
    inspections.say_repaired(
        declaration_id=declaration.pk,
        vehicle_id=repair.pk,
        text="铭牌已紧固，车辆已清洗 · the plate is fixed, the vehicle is washed",
        by=world.people["mallory"],
        now=world.now,
    )
    yield world.ago(minutes=45)
    inspections.start(public_id=_inspection(running).public_id, by=ivan, now=world.now)


def over_irkeshtam(world: World) -> Story:
    """One gate that presents, releases and lets out at once; what it refused stands beside it."""
    yield world.ago(days=2, hours=11)
    arrival = world.ago(hours=7)
    keys = ("auman", "aumark", "tunland", "auman", "aumark", "auv_bus")
    trucks = world.new(*keys, arrival=arrival)
    declaration = world.lodge("hanbei", trucks, to="KG", arrival=arrival, port="CNYRK")
    yield arrival
    smooth, overridden, detained, wrong_plate, second, to_come = world.vehicles(declaration)
    olga, sam, oscar = (world.people[name] for name in ("olga", "sam", "oscar"))
    world.scan(smooth, "CNYRK-R1")
    for vehicle, code in ((overridden, "PAPERS"), (detained, "VEHICLE")):
        holds.place(
            declaration_id=declaration.pk,
            vehicle_id=vehicle.pk,
            reason_code=code,
            text="请现场核对 · please compare on the spot",
            by=sam,
            now=world.now,
        )
    yield arrival + timedelta(minutes=6)
    passage = world.scan(overridden, "CNYRK-R2", expect="HOLD")
    override = desk.ask_override(
        passage_id=passage, reason="单证原件已核 · originals were seen", by=olga, now=world.now
    )
    yield arrival + timedelta(minutes=11)
    overrides.grant(public_id=override.public_id, by=oscar, now=world.now)
    yield arrival + timedelta(minutes=13)
    world.scan(overridden, "CNYRK-R2")
    yield arrival + timedelta(minutes=40)
    world.scan(detained, "CNYRK-R1", expect="HOLD")
    decisions.detain(
        vehicle_id=detained.pk, reason="车架号疑似改动 · the VIN may have been altered", by=sam, now=world.now
    )
    yield world.ago(minutes=33)
    world.scan(
        wrong_plate,
        "CNYRK-R1",
        expect="PLATE_MISMATCH",
        plate={"text": "新F0001临", "confidence": 0.95},
        vin=wrong_plate.vin,
    )
    yield world.ago(minutes=24)
    world.scan(second, "CNYRK-R2", officer="olga", plate=None)


def hold_and_swap(world: World) -> Story:
    """A hold lifted by a colleague, a driver swapped, a pass renewed, a barrier that did not open; then away."""
    yield world.ago(days=1, hours=2)
    arrival = world.ago(hours=11)
    cars = world.new("monjaro", "tiggo_8", "haval_h6", arrival=arrival)
    declaration = world.lodge("alice", cars, to="KZ", arrival=arrival)
    yield world.ago(hours=23)
    held, swapped, stuck = world.vehicles(declaration)
    hold = holds.place(
        declaration_id=declaration.pk,
        vehicle_id=held.pk,
        reason_code="DETAILS",
        text="发票价格与合同不一致 · invoice and contract differ",
        by=world.people["carl"],
        now=world.now,
    )
    yield world.ago(hours=21)
    holds.lift(public_id=hold.public_id, by=world.people["sam"], reason="已更正 · corrected", now=world.now)
    yield world.ago(hours=15)
    driver = world.new("benni", arrival=arrival)[0]["driver"]
    alice = world.people["alice"]
    actions.amend(
        declaration_id=declaration.pk,
        body={"vehicles": [{"vin": swapped.vin, "driver": driver}]},
        by=alice,
        now=world.now,
    )
    actions.renew_pass(vehicle_id=swapped.pk, by=alice, now=world.now)
    importers.keep(declaration_id=declaration.pk, mail="import@example.kz", language="ru", by=alice, now=world.now)
    # A field of one vehicle after lodging: a second version, and that vehicle is looked at again.
    body = {"vehicles": [{"vin": stuck.vin, "colour": "珍珠白 · pearl white"}]}
    actions.amend(declaration_id=declaration.pk, body=body, by=alice, now=world.now)
    world.begin(world.through_horgos(held, arrival))
    world.begin(world.through_horgos(swapped, arrival + timedelta(minutes=5), lane=2))
    yield arrival + timedelta(minutes=12)
    passage = world.scan(stuck, "CNHRS-E1")
    desk.annul(
        passage_id=passage, reason="道闸未抬起 · the barrier did not open", by=world.people["olga"], now=world.now
    )
    yield arrival + timedelta(minutes=15)
    world.scan(stuck, "CNHRS-E2")


STORIES = (electric_cars, pick_ups, over_irkeshtam, hold_and_swap)
