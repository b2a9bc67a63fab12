"""What offices do in the small world: officers with their controls, and the exporter with his declarations."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from declarations import actions
from declarations.clearance import decisions, holds, inspections
from declarations.models import Declaration, Hold, Inspection
from tests.cast import NOON, vehicle_body, vin_number
from tests.journeys.world import World, numbers, often

MOST_DECLARATIONS = 5


class Offices(World):
    """The whole world: lanes, time, and everybody with a desk."""

    # controls

    @rule(number=numbers, whole=st.sampled_from([True, False, False]), by=st.sampled_from(["carl", "olga"]))
    def place_hold(self, number, whole, by):
        """An agency blocks a vehicle, or all."""
        vehicle = self.vehicle(number)
        self.act(
            holds.place,
            declaration_id=vehicle.declaration_id,
            vehicle_id=None if whole else vehicle.pk,
            reason_code="OTHER",
            text="t",
            by=by,
        )

    @rule(number=numbers, by=st.sampled_from(["sam", "carl"]))
    def lift_hold(self, number, by):
        """Somebody takes the block away."""
        hold = self.some(Hold.objects.standing(), number)
        if hold is None:
            self.drive_on(number)
        else:
            self.act(holds.lift, public_id=hold.public_id, reason="r", by=by)

    @rule(number=numbers)
    def order_inspection(self, number):
        """An officer wants a vehicle examined."""
        self.act(inspections.order, vehicle_id=self.vehicle(number).pk, text="OFFICER", by="ivan")

    @rule(
        number=numbers,
        good=st.booleans(),
        next_step=st.sampled_from(["REPAIR_AND_RECHECK", "TURN_BACK", "DETAIN", ""]),
        begins=often,
        ends=often,
    )
    def inspect(self, number, good, next_step, begins, ends):
        """Somebody looks at it."""
        order = self.some(Inspection.objects.filter(status__in=["ORDERED", "IN_PROGRESS"]), number)
        if order is None:
            self.drive_on(number)
        else:
            if begins:
                self.act(inspections.start, public_id=order.public_id, by="ivan")
            if ends:
                done = self.act(
                    inspections.finish,
                    public_id=order.public_id,
                    satisfactory=good,
                    findings="f",
                    next_step=next_step,
                    by="ivan",
                )
                if done is not None:
                    self.failed.pop(done.vehicle.vin, None)
                    self.failed |= {} if good else {done.vehicle.vin: done.vehicle_id}

    @rule(number=numbers)
    def waive(self, number):
        """The supervisor lets an order go."""
        order = self.some(Inspection.objects.all(), number)
        if order is None:
            self.drive_on(number)
        else:
            self.act(inspections.waive, public_id=order.public_id, reason="r", by="sam")

    @rule(
        number=numbers,
        result=st.sampled_from(["RELEASE", "RELEASE", "REFUSE", "REQUEST_DOCUMENTS"]),
        named=st.booleans(),
    )
    def decide(self, number, result, named):
        """The documents officer."""
        vehicle = self.vehicle(number)
        vins = [vehicle.vin] if named else None
        documents = [{"code": "commercial_contract", "vin": vehicle.vin if named else None, "why": "w"}]
        self.act(
            decisions.decide,
            declaration_id=vehicle.declaration_id,
            result=result,
            reason="r",
            vins=vins,
            documents=documents,
            by="carl",
        )

    @rule(number=numbers, what=st.sampled_from(["answer", "overdue", "appeal", "grant"]))
    def correspond(self, number, what):
        """Letters to and fro."""
        row = self.declaration(number)
        match what:
            case "answer":
                self.act(actions.answer, declaration_id=row.pk, text="t", by="alice")
            case "overdue":
                self.act(decisions.confirm_overdue, declaration_id=row.pk, reason="r", by="carl")
            case "appeal":
                self.act(actions.appeal, declaration_id=row.pk, reason="r", by="alice")
            case "grant":
                self.act(decisions.grant_appeal, declaration_id=row.pk, reason="r", by="sam")

    @rule(number=numbers, what=st.sampled_from(["detain", "free", "withdraw", "returned"]))
    def keep(self, number, what):
        """A vehicle is kept, let go, or comes back from abroad."""
        pk = self.vehicle(number).pk
        match what:
            case "detain":
                self.act(decisions.detain, vehicle_id=pk, reason="r", by="sam")
            case "returned":
                self.act(decisions.record_return, vehicle_id=pk, reason="r", by="olga")
            case _:
                self.act(decisions.end_detention, vehicle_id=pk, withdrawn=what == "withdraw", reason="r", by="sam")

    # the exporter

    @rule(
        number=numbers,
        change=st.sampled_from(
            [
                {"contract_number": "A"},
                {"contract_number": "B"},
                {"incoterm": "FCA"},
                {"incoterm": "DAP"},
                {"port": "CNHRS"},
                {"port": "CNYRK"},
                {"currency": "XXZ"},
                {"arrives": 1},
                {"arrives": 90},
            ]
        ),
    )
    def amend_header(self, number, change):
        """The header changes."""
        if "arrives" in change:
            change = {"planned_arrival_at": (self.now + timedelta(hours=change["arrives"])).isoformat()}
        self.act(actions.amend, declaration_id=self.declaration(number).pk, body=change, by="alice")

    @rule(
        number=numbers,
        change=st.sampled_from(
            [
                {"colour": "red"},
                {"model": "RED"},
                {"model": "YEL"},
                {"model": "Model 3"},
                {"vin": vin_number(1)},
                {"vin": vin_number(5).lower()},
                {"vin": "NONSENSE"},
                {"plate": "新Z99999"},
                {"plate": "新A00001临", "plate_expires_on": "2026-12-20"},
                {"plate_expires_on": "2026-11-24"},
                {"driver": None},
                {"driver": vehicle_body(2)["driver"]},
                {"papers": [{"code": "compulsory_insurance", "number": "1", "valid_until": "2026-11-24"}]},
                {"papers": []},
            ]
        ),
    )
    def amend_vehicle(self, number, change):
        """One vehicle changes: an amendment, or a swap at once."""
        vehicle = self.vehicle(number)
        body = {"vehicles": [change]}
        self.act(actions.amend, declaration_id=vehicle.declaration_id, vehicle_id=vehicle.pk, body=body, by="alice")

    @rule(number=numbers, by=st.sampled_from(["alice", "olga"]))
    def withdraw(self, number, by):
        """One vehicle does not come."""
        vehicle = self.vehicle(number)
        self.act(
            actions.withdraw_vehicle, declaration_id=vehicle.declaration_id, vehicle_id=vehicle.pk, reason="r", by=by
        )

    @rule(number=numbers, by=st.sampled_from(["alice", "sam"]))
    @precondition(lambda self: self.now > NOON + timedelta(seconds=20))
    def cancel(self, number, by):
        """All of it is off."""
        self.act(actions.cancel, declaration_id=self.declaration(number).pk, reason="r", by=by)

    @rule(number=numbers)
    def renew_pass(self, number):
        """The pass was lost."""
        self.act(actions.renew_pass, vehicle_id=self.vehicle(number).pk, by="alice")

    @rule(number=numbers, leave_out=st.booleans())
    def declare_again(self, number, leave_out):
        """A draft is lodged; the same vehicles are declared once more."""
        row = self.declaration(number)
        if not row.is_draft and Declaration.objects.count() < MOST_DECLARATIONS:
            copied = self.act(actions.copy, declaration_id=row.pk, by="alice")
            arrival = {"planned_arrival_at": (self.now + timedelta(days=1)).isoformat()}
            self.act(actions.amend, declaration_id=copied.pk, body=arrival, by="alice")
            row = copied
        self.act(actions.lodge, declaration_id=row.pk, leave_out=leave_out, by="alice")
