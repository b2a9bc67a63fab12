"""Every reason of the gate, produced by a real scan of a vehicle with an honest past, and where that leaves it."""

import importlib
from datetime import timedelta

import pytest
from django.db import OperationalError
from psycopg import errors

from checkpoint.reasons import REASONS, Reason
from declarations import actions, passes
from declarations.clearance import decisions, holds, inspections, issuing
from declarations.models import Closure, Paper, PassKey, Port, RiskRule, Vehicle
from tests.cast import NOON, let_workers_run, vehicle_body
from tests.raw import sql

pytestmark = pytest.mark.django_db

WRONG_PLATE = {"text": "新Z99999", "confidence": 0.99}
OFFLINE = {Reason.STALE_MANIFEST, Reason.DEVICE_FAULT}
"""Only a device that decides by itself says these; `decide` is tested with them."""


class Gate:
    """A vehicle with everything that may happen to it."""

    def __init__(self, row, scanner, people, monkeypatch):
        self.row, self.scanner, self.people, self.monkeypatch = row, scanner, people, monkeypatch
        self.vehicle = row.vehicles.get()
        self.port = row.port_id

    def go(self, *stages, now=NOON, **seen):
        """Scan at these stages; the last answer."""
        for stage in stages:
            answer = self.scanner(f"{self.port}-{stage}1").scan(self.vehicle, now=now, **seen)
        return answer

    def hold(self, whole=False):
        """carl places one."""
        return holds.place(
            declaration_id=self.row.pk,
            vehicle_id=None if whole else self.vehicle.pk,
            reason_code="OTHER",
            text="",
            by=self.people["carl"],
            now=NOON,
        )

    def amend(self, **changes):
        """alice changes the vehicle."""
        body = {"vehicles": [changes]}
        actions.amend(
            declaration_id=self.row.pk, vehicle_id=self.vehicle.pk, body=body, by=self.people["alice"], now=NOON
        )

    def inspect(self, good):
        """ivan examines it."""
        row = inspections.order(vehicle_id=self.vehicle.pk, text="OFFICER", by=self.people["ivan"], now=NOON)
        inspections.start(public_id=row.public_id, by=self.people["ivan"], now=NOON)
        inspections.finish(
            public_id=row.public_id,
            satisfactory=good,
            findings="",
            next_step="REPAIR_AND_RECHECK",
            by=self.people["ivan"],
            now=NOON,
        )


def not_a_pass(g):
    return g.go("E", code="hello")


def unknown_key(g):
    PassKey.objects.update(status="REVOKED")
    issuing.rotate(now=NOON)
    return g.go("E")


def bad_signature(g):
    code = g.vehicle.newest_pass.code
    return g.go("E", code=code[:-4] + ("AAAA" if code[-4:] != "AAAA" else "BBBB"))


def unknown_pass(g):
    return g.go("E", code=passes.manual_code(4711))


def withdrawn(g):
    actions.withdraw_vehicle(
        declaration_id=g.row.pk, vehicle_id=g.vehicle.pk, reason="", by=g.people["alice"], now=NOON
    )
    return g.go("E")


def revoked(g):
    g.hold(whole=True)
    decisions.decide(declaration_id=g.row.pk, result="REFUSE", reason="", by=g.people["carl"], now=NOON)
    return g.go("E")


def superseded(g):
    old = g.vehicle.newest_pass.code
    actions.renew_pass(vehicle_id=g.vehicle.pk, by=g.people["alice"], now=NOON)
    g.go("E")
    return g.go("R", code=old)


def wrong_port(g):
    return g.scanner("CNYRK-R1").scan(g.vehicle)


def coming_back(g):
    g.go("E", "R", "X")
    return g.go("E")


def already_admitted(g):
    g.go("E")
    return g.go("E")


def wrong_stage(g):
    return g.go("R")


def detained(g):
    g.go("E")
    g.go("R", plate=WRONG_PLATE, vin=g.vehicle.vin)
    decisions.detain(vehicle_id=g.vehicle.pk, reason="", by=g.people["sam"], now=NOON)
    return g.go("R")


def not_yet_valid(g):
    return g.go("E", now=NOON - timedelta(hours=1))


def expired_at_a_port_without_entry(g):
    return g.go("R", now=NOON + timedelta(days=5))


def port_closed(g):
    Closure.objects.create(port_id=g.port, starts_at=NOON, ends_at=NOON + timedelta(hours=1), public_reason="storm")
    return g.go("E")


def declaration_not_released(g):
    g.go("E")
    g.hold(whole=True)
    return g.go("R")


def declaration_only_lodged(g):
    actions.amend(declaration_id=g.row.pk, body={"contract_number": "SG-2"}, by=g.people["alice"], now=NOON)
    return g.go("E")


def being_assessed(g):
    g.amend(colour="red")
    return g.go("E")


def hold(g):
    g.go("E")
    g.hold()
    return g.go("R")


def hold_on_the_declaration_at_the_exit(g):
    g.go("E", "R")
    g.hold(whole=True)
    return g.go("X")


def documents_due(g):
    RiskRule.objects.create(
        code="R", label="R", condition=["model", "=", "Model Y"], channel="YELLOW", valid_from=NOON - timedelta(days=1)
    )
    g.amend(model="Model Y")
    let_workers_run()
    g.go("E")
    return g.go("R")


def paper_expired(g):
    g.go("E")
    Paper.objects.create(vehicle=g.vehicle, code="compulsory_insurance", number="1", valid_until="2026-11-21")
    return g.go("R")


def plate_expired(g):
    g.go("E")
    return g.go("R", now=NOON + timedelta(days=29))


def inspection_failed(g):
    g.go("E")
    g.inspect(good=False)
    return g.go("R")


def inspection_due(g):
    inspections.order(vehicle_id=g.vehicle.pk, text="OFFICER", by=g.people["ivan"], now=NOON)
    g.go("E")
    return g.go("R")


def vin_mismatch(g):
    g.go("E")
    return g.go("R", vin=vehicle_body(9)["vin"])


def plate_mismatch(g):
    g.go("E")
    return g.go("R", plate=WRONG_PLATE, vin=g.vehicle.vin)


def driver_mismatch(g):
    g.go("E")
    return g.go("R", driver_card="CARD-77")


def low_confidence(g):
    g.go("E")
    return g.go("R", plate={"text": g.vehicle.plate, "confidence": 0.5})


def weight_differs(g):
    g.go("E")
    Port.objects.filter(pk="CNHRS").update(weight_tolerance=5)
    return g.go("R", vin=g.vehicle.vin, weight_kg=9000)


def driver_unknown(g):
    g.go("E")
    return g.go("R", driver_card="NOBODY")


def code_unreadable(g):
    return g.go("E", code=None, plate=None)


def nothing_to_compare(g):
    g.go("E")
    return g.go("R", plate=None)


def timed_out(g):
    def broken(*args, **kwargs):
        raise OperationalError("no") from errors.LockNotAvailable()

    g.monkeypatch.setattr(importlib.import_module("checkpoint.scanning.scan"), "lock", broken)
    return g.go("E")


def ok(g):
    return g.go("E")


CASES = {
    not_a_pass: (Reason.NOT_A_PASS, "DECLARED"),
    unknown_key: (Reason.UNKNOWN_KEY, "DECLARED"),
    bad_signature: (Reason.BAD_SIGNATURE, "DECLARED"),
    unknown_pass: (Reason.UNKNOWN_PASS, "DECLARED"),
    withdrawn: (Reason.WITHDRAWN, "WITHDRAWN"),
    revoked: (Reason.REVOKED, "DECLARED"),
    superseded: (Reason.SUPERSEDED, "PRESENTED"),
    wrong_port: (Reason.WRONG_PORT, "DECLARED"),
    coming_back: (Reason.COMING_BACK, "EXITED"),
    already_admitted: (Reason.ALREADY_ADMITTED, "PRESENTED"),
    wrong_stage: (Reason.WRONG_STAGE, "DECLARED"),
    detained: (Reason.DETAINED, "DETAINED"),
    not_yet_valid: (Reason.NOT_YET_VALID, "DECLARED"),
    port_closed: (Reason.PORT_CLOSED, "DECLARED"),
    declaration_not_released: (Reason.DECLARATION_NOT_RELEASED, "PRESENTED"),
    declaration_only_lodged: (Reason.DECLARATION_NOT_RELEASED, "DECLARED"),
    being_assessed: (Reason.DECLARATION_NOT_RELEASED, "DECLARED"),
    hold: (Reason.HOLD, "REFERRED"),
    hold_on_the_declaration_at_the_exit: (Reason.HOLD, "RELEASED"),
    documents_due: (Reason.DOCUMENTS_DUE, "REFERRED"),
    paper_expired: (Reason.PAPER_EXPIRED, "PRESENTED"),
    plate_expired: (Reason.PAPER_EXPIRED, "PRESENTED"),
    inspection_failed: (Reason.INSPECTION_FAILED, "REFERRED"),
    inspection_due: (Reason.INSPECTION_DUE, "REFERRED"),
    vin_mismatch: (Reason.VIN_MISMATCH, "REFERRED"),
    plate_mismatch: (Reason.PLATE_MISMATCH, "REFERRED"),
    driver_mismatch: (Reason.DRIVER_MISMATCH, "REFERRED"),
    low_confidence: (Reason.LOW_CONFIDENCE, "PRESENTED"),
    weight_differs: (Reason.WEIGHT_DIFFERS, "PRESENTED"),
    driver_unknown: (Reason.DRIVER_UNKNOWN, "PRESENTED"),
    code_unreadable: (Reason.CODE_UNREADABLE, "DECLARED"),
    nothing_to_compare: (Reason.NOTHING_TO_COMPARE, "PRESENTED"),
    timed_out: (Reason.TIMED_OUT, "DECLARED"),
    ok: (Reason.OK, "PRESENTED"),
}
AT_ONE_GATE = {expired_at_a_port_without_entry: (Reason.EXPIRED, "DECLARED")}


@pytest.fixture
def people(alice, carl, olga, ivan, sam):
    """By name."""
    return {user.username: user for user in (alice, carl, olga, ivan, sam)}


@pytest.mark.parametrize(("happen", "port"), [(c, "CNHRS") for c in CASES] + [(c, "CNYRK") for c in AT_ONE_GATE])
def test_the_gate_answers(declaration, scanner, people, monkeypatch, happen, port):
    reason, status = (CASES | AT_ONE_GATE)[happen]
    row = declaration(port=port)
    declaration(bodies=[vehicle_body(77)])
    answer = happen(Gate(row, scanner, people, monkeypatch))
    assert (answer["reason"], answer["verdict"]) == (reason, REASONS[reason].verdict)
    assert answer["barrier"] == ("LIFT" if reason == Reason.OK else "STAY")
    assert Vehicle.objects.get(declaration=row).status == status


def test_every_reason_that_a_server_can_give_is_among_them():
    told = {reason for reason, _status in (CASES | AT_ONE_GATE).values()}
    assert told | OFFLINE == set(Reason)


class TestAtTheYardEntry:
    """What can be settled in the yard is advice there and stops nobody."""

    @pytest.mark.parametrize(
        ("before", "advice"),
        [
            (lambda g: g.hold(), ["HOLD"]),
            (lambda g: g.hold(whole=True), ["DECLARATION_NOT_RELEASED", "HOLD"]),
            (lambda g: g.inspect(good=False), ["INSPECTION_FAILED", "INSPECTION_DUE"]),
            (lambda g: actions.renew_pass(vehicle_id=g.vehicle.pk, by=g.people["alice"], now=NOON), ["SUPERSEDED"]),
        ],
    )
    def test_it_is_admitted_with_advice(self, declaration, scanner, people, monkeypatch, before, advice):
        gate = Gate(declaration(), scanner, people, monkeypatch)
        old = gate.vehicle.newest_pass.code
        before(gate)
        answer = gate.go("E", code=old)
        assert (answer["verdict"], answer["reason"], answer["advice"]) == ("ADMIT", "OK", advice)
        assert Vehicle.objects.get().status == "PRESENTED"

    def test_a_pass_that_has_run_out_too(self, declaration, scanner):
        vehicle = declaration().vehicles.get()
        answer = scanner("CNHRS-E1").scan(vehicle, now=NOON + timedelta(days=5))
        assert (answer["verdict"], answer["advice"]) == ("ADMIT", ["EXPIRED"])
        assert scanner("CNHRS-R1").scan(vehicle, now=NOON + timedelta(days=5))["verdict"] == "ADMIT"

    def test_a_port_may_stop_it_instead(self, declaration, scanner, people, monkeypatch):
        gate = Gate(declaration(), scanner, people, monkeypatch)
        sql("UPDATE declarations_port SET entry_advises = false")
        gate.hold()
        assert gate.go("E")["reason"] == "HOLD"
        assert Vehicle.objects.get().status == "DECLARED"
