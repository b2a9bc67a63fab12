"""What is with the documents officers: under control, documents wanted, rejected, refused, just lodged, asked about."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from declarations import actions
from declarations.actions.answering import Sent
from declarations.clearance import decisions, holds
from declarations.words import Mode
from seeds.scans import photo_of_paper
from seeds.vehicles import build_vin
from seeds.world import Story, World

DESK, RAIL = "DEMO-DESK", "DEMO-RAIL"
"""Own references of a problem on an officer's desk and of a vehicle-train."""


def held_after_release(world: World) -> Story:
    """Released, then a hold on the whole declaration: its drivers are told before they set out."""
    yield world.ago(hours=20)
    arrival = world.ago(hours=-30)
    cars = world.new("unik", "cs75", arrival=arrival)
    declaration = world.lodge("bob", cars, to="BY", arrival=arrival)
    yield world.ago(hours=5)
    holds.place(
        declaration_id=declaration.pk,
        reason_code="OTHER_AGENCY",
        text="等待商务厅对最终用户的答复 · asked the commerce department about the end user",
        by=world.people["sam"],
        now=world.now,
    )


def documents_wanted(world: World) -> Story:
    """A route that is looked at: under control, then the officer asks for two papers and waits."""
    yield world.ago(hours=31)
    arrival = world.ago(hours=-40)
    trucks = world.new("howo", "crane", arrival=arrival)
    declaration = world.lodge("mallory", trucks, to="TJ", arrival=arrival, port="CNYRK")
    yield world.ago(hours=26)
    decisions.decide(
        declaration_id=declaration.pk,
        result="REQUEST_DOCUMENTS",
        reason="请补充合同与产地证 · contract and origin, please",
        documents=[
            {"code": "commercial_contract", "vin": None, "why": "页码不全 · pages are missing"},
            {"code": "certificate_of_origin", "vin": trucks[1]["vin"], "why": "买方要求 · the buyer asks for it"},
        ],
        by=world.people["carl"],
        now=world.now,
    )


def under_control(world: World) -> Story:
    """The same route, documents answered: it lies on the officer's desk again."""
    yield world.ago(hours=49)
    arrival = world.ago(hours=-22)
    trucks = world.new("tunland", "aumark", arrival=arrival)
    declaration = world.lodge("mallory", trucks, to="TJ", arrival=arrival, port="CNYRK")
    yield world.ago(hours=45)
    decisions.decide(
        declaration_id=declaration.pk,
        result="REQUEST_DOCUMENTS",
        reason="请补充装箱单 · the packing list, please",
        documents=[{"code": "packing_list", "vin": None, "why": "缺第2页 · page 2 is missing"}],
        by=world.people["carl"],
        now=world.now,
    )
    yield world.ago(hours=3)
    page = photo_of_paper("装箱单 · packing list", "第2页 · page 2", *(str(truck["vin"]) for truck in trucks))
    actions.answer(
        declaration_id=declaration.pk,
        text="装箱单第2页已补 · page 2 is with you",
        files=[Sent(declaration.requests.get().pk, "装箱单-2.jpg", page)],
        by=world.people["mallory"],
        now=world.now,
    )


def rejected_at_midnight(world: World) -> Story:
    """Lodged in the last second of a licence's last day; a worker got to it on the next: not acceptable any more."""
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(world.end) - timedelta(days=2), time()))
    yield midnight - timedelta(seconds=1)
    arrival = midnight + timedelta(hours=30)
    cars = [
        world.known("benni", "LS5A2ABE8AA553419", arrival=arrival, used=date(2010, 11, 8)),
        world.known("faw_bus", "LFNA4LCA6HAM25588", arrival=arrival, used=date(2017, 4, 19)),
    ]
    for car in cars:
        licence = next(paper for paper in car["papers"] if paper["code"] == "export_licence")
        licence["valid_until"] = world.today.isoformat()
    world.lodge("zhulin", cars, to="KZ", arrival=arrival)


def refused_and_appealed(world: World) -> Story:
    """Held, refused by the documents officer, appealed: the supervisor has not looked yet."""
    yield world.ago(hours=60)
    arrival = world.ago(hours=-10)
    trucks = [
        world.known("jiefang_j6p", "LFWSRXSJ1G1E56629", arrival=arrival, used=date(2016, 7, 5)),
        world.known("aumark", "LVBV3JBB8HE045142", arrival=arrival, used=date(2017, 10, 26)),
    ]
    declaration = world.lodge("zhulin", trucks, to="KG", arrival=arrival, port="CNYRK")
    yield world.ago(hours=50)
    hold = holds.place(
        declaration_id=declaration.pk,
        reason_code="LICENCE",
        text="许可证编号与发证机关记录不符 · the licence number is not on the issuer's list",
        by=world.people["carl"],
        now=world.now,
    )
    yield world.ago(hours=28)
    holds.lift(
        public_id=hold.public_id,
        by=world.people["sam"],
        reason="发证机关已答复 · the issuer has answered",
        now=world.now,
    )
    decisions.decide(
        declaration_id=declaration.pk,
        result="REFUSE",
        reason="许可证未获确认 · the licence was not confirmed",
        by=world.people["carl"],
        now=world.now,
    )
    yield world.ago(hours=18)
    actions.appeal(
        declaration_id=declaration.pk,
        reason="新许可证已签发，请复核 · a new licence was issued, please look again",
        by=world.people["zhulin"],
        now=world.now,
    )


def on_an_officers_desk(world: World) -> Story:
    """A check digit that the factory stamped so: the exporter asks the officer to accept it."""
    yield world.ago(hours=7)
    arrival = world.ago(hours=-70)
    right = build_vin("LJ1", "EKBBS", year=2026, plant="1", serial=316_412)
    wrong = right[:8] + ("1" if right[8] != "1" else "2") + right[9:]
    cars = world.new("jac_s4", arrival=arrival)
    cars[0]["vin"] = wrong
    draft = world.draft("mallory", cars, to="KZ", arrival=arrival, reference=DESK)
    actions.ask(
        declaration_id=draft.pk,
        vin=wrong,
        code="VIN_CHECK_DIGIT",
        text="出厂铭牌如此，照片已备 · the plate of the factory says so, photographs are at hand",
        by=world.people["mallory"],
        now=world.now,
    )


def vehicle_train(world: World) -> Story:
    """A vehicle-train from Urumqi, kept as a draft until rail opens."""
    yield world.ago(days=1, hours=3)
    arrival = world.ago(days=-6)
    buses = world.new("auv_bus", "maxus_d9", arrival=arrival, driver=None, plate=None, plate_expires_on=None)
    world.draft("hanbei", buses, to="UZ", arrival=arrival, port="CNULZ", mode=Mode.RAIL, reference=RAIL)


def just_lodged(world: World) -> Story:
    """Handed in a second ago; the first worker that starts decides it."""
    yield world.end - timedelta(seconds=1)
    arrival = world.ago(hours=-50)
    cars = world.new("song_dmi", "li_l7", arrival=arrival)
    world.lodge("yuanfei", cars, to="KZ", arrival=arrival)


STORIES = (
    held_after_release,
    documents_wanted,
    under_control,
    rejected_at_midnight,
    refused_and_appealed,
    on_an_officers_desk,
    vehicle_train,
    just_lodged,
)
