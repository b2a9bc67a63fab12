"""Alice's world: a canary in every text that she or her officers may write, and the ids to ask for all of it."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User

from checkpoint import barrier, devices, syncing
from checkpoint.models import Device, Lane
from checkpoint.models.device import DeviceKind
from checkpoint.models.gate import gate_of_device
from checkpoint.offline.rule import Rule
from checkpoint.reasons import Reason, Verdict
from declarations import actions
from declarations.actions import documents, ferrymen, handing_over, importers, licences, linking, sheets
from declarations.actions.people import agents, colleagues, factors, keys, sign_ins
from declarations.clearance import holds, inspections, overrides
from declarations.models import Notice, Organisation, Vehicle
from declarations.words import Audience, Side
from seeds.photos import photo_of_a_car
from tests.cast import NOON, USCC, declaration_body, let_workers_run, vehicle_body, vin_number
from tests.crew import entry
from tests.files import pdf, photo
from tests.journeys.rows import (
    Names,
)

CANARY = "CANARY"


def _lifted_again(vehicle: Vehicle) -> uuid.UUID:
    """A lane without a network let the vehicle in once more: the conflict's id."""
    device = Device.objects.get(lane__code="CNHRS-E2", kind=DeviceKind.LANE)
    gate = gate_of_device(device.pk, now=NOON)
    newest = vehicle.newest_pass
    assert gate is not None and newest is not None
    passed = syncing.Passed(
        scan_id=uuid.uuid4(),
        body={"code": newest.code},
        verdict=Verdict.ADMIT,
        reason=Reason.OK,
        rule=Rule.LIFT_BY_TAP,
        manifest_version=1,
        manifest_age_s=1,
        lifted=True,
        lifted_at=NOON,
        vin_read="",
        officer="",
        sequence=1,
    )
    taken = syncing.take(gate=gate, passed=passed, by=None, sent_at=None, now=NOON)
    assert taken.conflict is not None
    return taken.conflict


def alices_world(declaration: Any, scanner: Any, carl: User, oscar: User) -> Names:
    """Alice's declaration with a canary in every text, a pass, passages, a hold, an inspection and an override."""
    driver = {"name": f"{CANARY} Li", "passport_number": "E87654321", "nationality": "CN", "phone": "13912345678"}
    body = vehicle_body(
        1, colour=f"{CANARY} blue", model=f"{CANARY} model", make=f"{CANARY} make", driver={**driver, "card": CANARY}
    )
    row = declaration(
        status="RELEASED",
        bodies=[body],
        functional_reference=f"{CANARY}-118",
        contract_number=f"{CANARY}-contract",
        consignee={"name": f"{CANARY} Motors", "country": "KZ", "address": f"{CANARY} street"},
    )
    vehicle = row.vehicles.get()
    told = scanner("CNHRS-E1").scan(vehicle)
    twice = _lifted_again(vehicle)
    hold = holds.place(
        declaration_id=row.pk, vehicle_id=vehicle.pk, reason_code="OTHER", text=f"{CANARY} inner", by=carl, now=NOON
    )
    told = scanner("CNHRS-R1").scan(vehicle, now=NOON + timedelta(seconds=1))
    asked = overrides.ask(vehicle_id=vehicle.pk, stage="RELEASE", reason=CANARY, by=oscar, now=NOON)
    order = inspections.order(vehicle_id=vehicle.pk, text=CANARY, by=carl, now=NOON)
    alice = row.created_by
    model = sheets.keep_model(organisation=row.organisation, name=CANARY, body={"make": CANARY}, by=alice, now=NOON)
    draft = actions.create(organisation=row.organisation, body=declaration_body(), by=alice, now=NOON)
    rows = f"vin,model,driver's name\n{vin_number(2)},{CANARY},{CANARY}\n"
    sheet = sheets.upload(declaration_id=draft.pk, name=f"{CANARY}.csv", data=rows.encode(), by=alice, now=NOON)
    links = {each: linking.make(vehicle_id=vehicle.pk, audience=each, by=alice, now=NOON) for each in Audience}
    importers.keep(declaration_id=row.pk, mail=f"{CANARY}@buyer.example", language="ru", by=alice, now=NOON)
    handing_over.new_code(vehicle_id=vehicle.pk, by=alice, now=NOON)
    handing_over.photograph(
        link_id=links[Audience.DRIVER].pk, side=Side.DEPARTURE, contents=[photo_of_a_car(Side.DEPARTURE, 1)], now=NOON
    )
    file = documents.add(
        declaration_id=row.pk,
        code="export_licence",
        files=[(f"{CANARY}.jpg", photo())],
        vehicle_ids=[vehicle.pk],
        details={"number": f"{CANARY}-L"},
        by=alice,
        now=NOON,
    )[0]
    documents.add(declaration_id=row.pk, code="packing_list", files=[("x", pdf(CANARY))], by=alice, now=NOON)
    licence = licences.keep(
        organisation=row.organisation,
        body={"code": "export_licence", "number": f"{CANARY}-L", "granted": 5},
        by=alice,
        now=NOON,
    )
    colleague = colleagues.invite(
        organisation_id=row.organisation_id,
        mail=f"{CANARY}@example.org",
        role="exporter",
        manages=False,
        language="en",
        by=alice,
        now=NOON,
    )
    agent = _agent(carl)
    authority = agents.grant(
        principal_id=row.organisation_id,
        agent_uscc=agent.uscc,
        document_number=f"{CANARY}-77",
        valid_from=NOON.date(),
        valid_until=NOON.date() + timedelta(days=9),
        by=alice,
        now=NOON,
    )
    key, _text = keys.make(label=f"{CANARY} key", scope="READ", by=alice, now=NOON)
    factor = factors.begin_app(by=alice, now=NOON)
    values = entry(7, name=f"{CANARY} ferryman", card=f"{CANARY}-7")
    crew = ferrymen.keep(organisation=row.organisation, values=values, by=alice, now=NOON)
    ferrymen.name_pool(declaration_id=row.pk, members=[crew.public_id], by=alice, now=NOON)
    newcomer = Organisation.objects.create(name="Newcomer", uscc="91650100MA78XK3HXY", created_at=NOON)
    let_workers_run(NOON)
    lane = Lane.objects.get(code="CNHRS-R1")
    lift = barrier.lift(lane_id=lane.pk, reason="the road has to be cleared", photo=photo(), by=oscar, now=NOON)
    return {
        **{name: str(lift.public_id) for name in ("lift", "order_id")},
        "device": str(lane.devices.machines().get().public_id),
        "display_token": devices.make_display(lane_id=lane.pk, by=oscar, now=NOON),
        "member": str(crew.public_id),
        "conflict": str(twice),
        "vehicle": str(vehicle.pk),
        "ferryman_token": ferrymen.make_link(member_id=crew.pk, by=alice, now=NOON).token,
        "driver_token": links[Audience.DRIVER].token,
        "importer_token": links[Audience.IMPORTER].token,
        "photo": str(vehicle.photos.get().public_id),
        "licence": str(licence.public_id),
        **{name: str(file.public_id) for name in ("document", "document_id")},
        "uscc": row.organisation.uscc,
        "role": str(alice.roles.get().public_id),
        "invitation": str(colleague.public_id),
        "authority": str(authority.public_id),
        "key": str(key.public_id),
        "factor": str(factor.public_id),
        "sign_in": str(sign_ins.begin(user=alice, key="of-alice", agent="Chrome", now=NOON).public_id),
        "newcomer": newcomer.uscc,
        "officer": str(carl.roles.get().public_id),
        "token": "nothing",
        "sheet": str(sheet.public_id),
        "number": "2",
        "model": str(model.public_id),
        "notice": str(Notice.objects.filter(audience="E", declaration=row)[:1].get().public_id),
        "reference": row.reference,
        "vin": vehicle.vin,
        "place": "1",
        "code": "VIN_CHECK_DIGIT",
        "lane": "CNHRS-R1",
        "name": "ports",
        **{name: str(hold.public_id) for name in ("hold", "hold_id")},
        **{name: str(order.public_id) for name in ("inspection", "inspection_id")},
        **{name: str(asked.public_id) for name in ("override", "override_id")},
        **{name: str(told["passage_id"]) for name in ("passage", "passage_id")},
    }


def _agent(officer: User) -> Organisation:
    """Somebody who acts for alice's organisation and is none of the strangers."""
    return Organisation.objects.create(
        name="Agent", uscc=USCC[2], kind="AGENT", created_at=NOON, verified_at=NOON, verified_by=officer
    )
