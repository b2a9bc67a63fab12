"""What offices do in the small world: officers with their controls, and the exporter with his declarations."""

from datetime import timedelta

from declarations import actions
from declarations.clearance import decisions, holds, inspections
from declarations.models import Declaration, DocumentCheck, Hold, Inspection
from tests.cast import vehicle_body, vin_number
from tests.journeys.world import ANOTHER_PLATE, QUIET_STEPS, World, may

MOST_DECLARATIONS = 5
HEADERS = (
    {"contract_number": "A"},
    {"contract_number": "B"},
    {"incoterm": "FCA"},
    {"incoterm": "DAP"},
    {"port": "CNHRS"},
    {"port": "CNYRK"},
    {"currency": "XXZ"},
    {"functional_reference": "mine"},
)
VEHICLES = (
    {"colour": "red"},
    {"model": "RED"},
    {"model": "YEL"},
    {"model": "Model 3"},
    {"vin": vin_number(1)},
    {"vin": vin_number(3)},
    {"vin": vin_number(5).lower()},
    {"vin": "NONSENSE"},
)
SWAPS = (
    {"plate": ANOTHER_PLATE},
    {"plate": "新A00001临", "plate_expires_on": "2026-12-20"},
    {"plate_expires_on": "2026-11-24"},
    {"driver": None},
    {"driver": vehicle_body(2)["driver"]},
    {"papers": [{"code": "compulsory_insurance", "number": "1", "valid_until": "2026-11-24"}]},
    {"papers": []},
)


class Offices(World):
    """The whole world: lanes, time, and everybody with a desk."""

    # controls

    @may(6)
    def place_hold(self):
        """An agency blocks a vehicle, or all."""
        vehicle = self.vehicle()
        self.act(
            holds.place,
            declaration_id=vehicle.declaration_id,
            vehicle_id=self.one_of([vehicle.pk, None]),
            reason_code="OTHER",
            text="t",
            by=self.one_of(["carl", "olga"]),
        )

    @may(6)
    def lift_hold(self):
        """Somebody takes the block away."""
        hold = self.some(Hold.objects.standing())
        if hold is None:
            return self.drive_on()
        self.act(holds.lift, public_id=hold.public_id, reason="r", by=self.one_of(["sam", "carl"]))

    @may(2)
    def order_inspection(self):
        """An officer wants a vehicle examined."""
        self.act(inspections.order, vehicle_id=self.vehicle().pk, text="look", by="ivan")

    @may(9)
    def inspect(self):
        """Somebody looks at it."""
        order = self.some(Inspection.objects.filter(status__in=["ORDERED", "IN_PROGRESS"]))
        if order is None:
            return self.drive_on()
        if self.mostly():
            self.act(inspections.start, public_id=order.public_id, by="ivan")
        if self.mostly():
            good = self.one_of([True, False])
            done = self.act(
                inspections.finish,
                public_id=order.public_id,
                satisfactory=good,
                findings="f",
                next_step=self.one_of(["REPAIR_AND_RECHECK", "TURN_BACK", "DETAIN", ""]),
                by="ivan",
            )
            if done is not None:
                self.failed.pop(done.vehicle.vin, None)
                self.failed |= {} if good else {done.vehicle.vin: done.vehicle_id}

    @may(2)
    def waive(self):
        """The supervisor lets an order go."""
        if order := self.some(Inspection.objects.filter(status__in=["ORDERED", "IN_PROGRESS"])):
            self.act(inspections.waive, public_id=order.public_id, reason="r", by="sam")

    @may(14)
    def decide(self):
        """The documents officer."""
        row, vin = self.declaration("UNDER_CONTROL"), None
        if row.status != "UNDER_CONTROL" and self.mostly():
            checked = DocumentCheck.objects.filter(status="OPEN").select_related("vehicle__declaration")
            check = self.some(checked)
            if check is None:
                return self.drive_on()
            row, vin = check.vehicle.declaration, check.vehicle.vin
        self.act(
            decisions.decide,
            declaration_id=row.pk,
            result=self.one_of(["RELEASE", "RELEASE", "RELEASE", "REFUSE", "REQUEST_DOCUMENTS"]),
            reason="r",
            vins=None if vin is None else [vin],
            documents=[{"code": "commercial_contract", "vin": vin, "why": "w"}],
            by="carl",
        )

    @may(8)
    def correspond(self):
        """Letters to and fro."""
        row = self.declaration("DOCUMENTS_REQUIRED", "REFUSED")
        if row.status not in ("DOCUMENTS_REQUIRED", "REFUSED") and self.mostly():
            return self.drive_on()
        match row.status, self.one_of([True, False]):
            case "REFUSED", True:
                self.act(actions.appeal, declaration_id=row.pk, reason="r", by="alice")
            case "REFUSED", False:
                self.act(decisions.grant_appeal, declaration_id=row.pk, reason="r", by="sam")
            case _, True:
                self.act(actions.answer, declaration_id=row.pk, text="t", by="alice")
            case _:
                self.act(decisions.confirm_overdue, declaration_id=row.pk, reason="r", by="carl")

    @may(2)
    def keep(self):
        """A vehicle is kept, or let go."""
        vehicle, withdrawn = self.vehicle("REFERRED", "DETAINED"), self.one_of([True, False])
        if vehicle.status != "DETAINED":
            self.act(decisions.detain, vehicle_id=vehicle.pk, reason="r", by="sam")
        else:
            self.act(decisions.end_detention, vehicle_id=vehicle.pk, withdrawn=withdrawn, reason="r", by="sam")

    @may(1)
    def come_back(self):
        """The neighbour sent it back."""
        self.act(decisions.record_return, vehicle_id=self.vehicle("EXITED").pk, reason="r", by="olga")

    # the exporter

    @may(6)
    def amend_header(self):
        """The header changes."""
        change = self.one_of(HEADERS)
        self.act(actions.amend, declaration_id=self.declaration("RELEASED").pk, body=change, by="alice")

    @may(1)
    def come_later(self):
        """The arrival changes."""
        change = {"planned_arrival_at": (self.now + timedelta(hours=self.one_of([1, 90]))).isoformat()}
        self.act(actions.amend, declaration_id=self.declaration("RELEASED").pk, body=change, by="alice")

    @may(4)
    def amend_vehicle(self):
        """One vehicle changes."""
        self._amend(self.vehicle("DECLARED"), self.one_of(VEHICLES))

    @may(5)
    def swap(self):
        """Driver, plate or papers change at once."""
        self._amend(self.vehicle(), self.one_of(SWAPS))

    def _amend(self, vehicle, change):
        body = {"vehicles": [change]}
        self.act(actions.amend, declaration_id=vehicle.declaration_id, vehicle_id=vehicle.pk, body=body, by="alice")

    @may(2)
    def withdraw(self):
        """One vehicle does not come."""
        vehicle, by = self.vehicle("DECLARED", "PRESENTED"), self.one_of(["alice", "olga"])
        self.act(
            actions.withdraw_vehicle, declaration_id=vehicle.declaration_id, vehicle_id=vehicle.pk, reason="r", by=by
        )

    @may(1)
    def cancel(self):
        """All of it is off."""
        if self.steps > QUIET_STEPS:
            by = self.one_of(["alice", "sam"])
            self.act(actions.cancel, declaration_id=self.declaration().pk, reason="r", by=by)

    @may(2)
    def renew_pass(self):
        """The pass was lost."""
        self.act(actions.renew_pass, vehicle_id=self.vehicle().pk, by="alice")

    @may(10)
    def declare_again(self):
        """A draft is lodged; the vehicles of what has ended are declared once more."""
        row = self.declaration("DRAFT", "REJECTED", "CANCELLED", "COMPLETED", "EXPIRED")
        if not row.is_draft and Declaration.objects.count() < MOST_DECLARATIONS:
            row = self.act(actions.copy, declaration_id=row.pk, by="alice")
            arrival = {"planned_arrival_at": (self.now + timedelta(days=1)).isoformat()}
            self.act(actions.amend, declaration_id=row.pk, body=arrival, by="alice")
        self.act(actions.lodge, declaration_id=row.pk, leave_out=self.one_of([True, False]), by="alice")
