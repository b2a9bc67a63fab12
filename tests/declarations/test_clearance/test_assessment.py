"""Assessment: accepted, selected by risk, and let go; one bad vehicle is set aside and the others go on."""

from datetime import timedelta

import pytest

from declarations import actions
from declarations.clearance import assessment, holds
from declarations.lifecycle import CheckStatus, DeclarationStatus, InspectionStatus, Owed
from declarations.models import Organisation, OutboxTask, Port, RiskHit, RiskRule, Vehicle
from tests.cast import NOON, let_workers_run, never, vehicle_body, vin_number
from tests.refusals import nothing_written

pytestmark = pytest.mark.django_db

EVERYTHING = ["category", "=", "M1"]


@pytest.fixture
def rule(reference):
    """Add a rule of the analyst."""

    def add(code="R1", *, condition=EVERYTHING, scope="VEHICLE", channel="", points=0, version=1, **changes):
        return RiskRule.objects.create(
            code=code,
            version=version,
            label=code,
            scope=scope,
            condition=condition,
            channel=channel,
            points=points,
            **{"valid_from": NOON - timedelta(days=1), **changes},
        )

    return add


@pytest.fixture
def lodged(declaration):
    """A lodged declaration of as many vehicles as wanted."""
    return lambda **changes: declaration(status=DeclarationStatus.LODGED, **changes)


def assess(row, *, draw=never, now=NOON):
    """What the worker does."""
    assessment.assess(declaration_id=row.pk, draw=draw, now=now)
    row.refresh_from_db()


USED = {
    "condition": "USED",
    "first_registered_on": "2024-05-01",
    "odometer_km": 41000,
    "papers": [
        {"code": code, "number": "1", "issued_on": "2026-11-01", "valid_until": "2027-01-31", "quantity": 1}
        for code in ("export_licence", "registration_certificate", "inspection_report")
    ],
}


class TestChannels:
    def test_green_is_released_at_once_with_a_pass_and_a_registration_number(self, lodged):
        row = lodged(vehicles=2)
        assess(row)
        assert (row.status, row.channel, row.released_at) == (DeclarationStatus.RELEASED, "GREEN", NOON)
        assert len(row.registration_number) == 18
        for vehicle in row.vehicles.all():
            assert (vehicle.channel, vehicle.ready) == ("GREEN", True)
            assert vehicle.passes.get().status == "ISSUED"
        reasons = row.history.filter(machine__in=["declaration", "note"]).values_list("reason", flat=True)
        assert list(reasons) == ["CREATED", "LODGED", "ACCEPTED", "CLEARED"]

    def test_yellow_opens_a_document_check_on_that_vehicle_and_the_others_go_on(self, lodged, rule):
        rule(condition=["model", "=", "Model Y"], channel="YELLOW")
        row = lodged(bodies=[vehicle_body(1), vehicle_body(2, model="Model Y")])
        assess(row)
        first, second = row.vehicles.order_by("position")
        assert (row.status, row.channel) == (DeclarationStatus.RELEASED, "YELLOW")
        assert (first.channel, first.ready) == ("GREEN", True)
        assert second.channel == "YELLOW"
        assert [each["code"] for each in second.not_ready_because] == ["DOCUMENTS_BEING_CHECKED"]
        assert second.checks.get().because == "SELECTED"
        assert second.passes.exists()

    def test_red_orders_an_inspection_of_that_vehicle_and_nobody_outside_sees_it_yet(self, lodged, rule):
        rule(condition=["model", "=", "Model Y"], channel="RED")
        row = lodged(bodies=[vehicle_body(1), vehicle_body(2, model="Model Y")])
        assess(row)
        second = row.vehicles.get(model="Model Y")
        assert (row.status, second.channel) == (DeclarationStatus.RELEASED, "RED")
        order = second.inspections.get()
        assert (order.status, order.ordered_because, order.ordered_by) == ("ORDERED", "SELECTED", None)
        assert second.ready

    def test_points_add_up(self, lodged, rule):
        rule("R1", points=30)
        rule("R2", points=30)
        row = lodged()
        assess(row)
        assert row.channel == "YELLOW"

    def test_a_trusted_operator_gets_blue_where_others_get_yellow(self, lodged, rule):
        Organisation.objects.update(is_trusted=True)
        rule(channel="YELLOW")
        rule("R2", scope="DECLARATION", condition=["vehicle_count", ">", 0], channel="YELLOW")
        row = lodged()
        assess(row)
        vehicle = row.vehicles.get()
        assert (row.status, row.channel, vehicle.channel) == (DeclarationStatus.RELEASED, "BLUE", "BLUE")
        assert not vehicle.checks.exists()

    def test_the_random_share_takes_whatever_the_draw_falls_on(self, lodged):
        Port.objects.update(random_share="0.05")
        row = lodged(vehicles=2)
        draws = iter([0.9, 0.049, 0.05])
        assess(row, draw=lambda: next(draws))
        assert sorted(row.vehicles.values_list("channel", flat=True)) == ["GREEN", "RED"]
        hit = RiskHit.objects.get()
        assert (hit.rule_code, hit.rule_version, hit.draw, hit.declaration_version) == ("RANDOM", 1, 0.049, 1)

    def test_a_hit_keeps_the_rules_version(self, lodged, rule):
        rule("R1", points=1, version=1)
        rule("R1", points=2, version=2)
        row = lodged()
        assess(row)
        assert list(RiskHit.objects.values_list("rule_code", "rule_version", "points")) == [("R1", 2, 2)]

    def test_a_version_that_has_ended_brings_no_older_one_back(self, lodged, rule):
        rule("R1", channel="RED", version=1)
        rule("R1", channel="RED", version=2, valid_until=NOON)
        row = lodged()
        assess(row)
        assert row.channel == "GREEN"

    @pytest.mark.parametrize(
        "changes",
        [
            {"valid_from": NOON + timedelta(seconds=1)},
            {"valid_until": NOON},
            {"port_id": "CNYRK"},
            {"scope": "DECLARATION", "condition": ["vehicle_count", ">", 99]},
        ],
    )
    def test_a_rule_of_another_time_port_or_scope_hits_nothing(self, lodged, rule, changes):
        rule(channel="RED", **changes)
        row = lodged()
        assess(row)
        assert row.channel == "GREEN"


class TestTheDeclarationItself:
    @pytest.mark.parametrize("channel", ["YELLOW", "RED"])
    def test_a_hit_on_it_goes_to_an_officer(self, lodged, rule, channel):
        rule(scope="DECLARATION", condition=["vehicle_count", ">", 0], channel=channel)
        row = lodged(vehicles=3)
        assess(row)
        assert (row.status, row.channel) == (DeclarationStatus.UNDER_CONTROL, channel)
        assert not row.vehicles.filter(passes__isnull=False).exists()
        assert RiskHit.objects.get().vehicle is None

    @pytest.mark.parametrize(
        ("share", "draw", "examined"), [("0.0000", 0.5, [1]), ("0.5000", 0.9, [2, 0]), ("1.0000", 0.1, [0, 1, 2])]
    )
    def test_red_examines_the_ports_share_of_its_vehicles_at_least_one(self, lodged, rule, share, draw, examined):
        Port.objects.update(random_share=share)
        rule(scope="DECLARATION", condition=["vehicle_count", ">", 0], channel="RED")
        row = lodged(vehicles=3)
        draws = iter([draw, 1, 1, 1])
        assess(row, draw=lambda: next(draws))
        vehicles = list(row.vehicles.order_by("position"))
        ordered = [number for number, vehicle in enumerate(vehicles) if vehicle.inspections.exists()]
        assert ordered == sorted(examined)

    def test_a_hold_that_stands_goes_to_an_officer(self, lodged, carl):
        row = lodged()
        holds.place(declaration_id=row.pk, reason_code="OTHER", text="", by=carl, now=NOON)
        assess(row)
        assert row.status == DeclarationStatus.UNDER_CONTROL
        assert row.history.get(to_status="UNDER_CONTROL").reason == "HOLD_STANDS"

    def test_one_whose_vehicles_were_all_withdrawn_is_cancelled_and_not_rejected(self, lodged, alice):
        row = lodged()
        vehicle = row.vehicles.get()
        actions.withdraw_vehicle(declaration_id=row.pk, vehicle_id=vehicle.pk, reason="", by=alice, now=NOON)
        let_workers_run()
        row.refresh_from_db()
        assert row.status == DeclarationStatus.CANCELLED

    def test_a_hold_on_one_vehicle_does_not(self, lodged, carl):
        row = lodged(vehicles=2)
        first = row.vehicles.first()
        holds.place(declaration_id=row.pk, vehicle_id=first.pk, reason_code="OTHER", text="", by=carl, now=NOON)
        assess(row)
        assert row.status == DeclarationStatus.RELEASED
        first.refresh_from_db()
        assert not first.ready

    def test_what_is_decided_is_not_decided_again(self, lodged, declaration):
        row = lodged()
        assess(row)
        draft = declaration(status=DeclarationStatus.DRAFT)
        with nothing_written():
            assess(row)
            assess(draft)


class TestPapersThatAreAlwaysLookedAt:
    def test_of_a_used_vehicle(self, lodged):
        row = lodged(bodies=[vehicle_body(1, **USED)])
        assess(row)
        check = row.vehicles.get().checks.get()
        assert (check.status, check.because) == (CheckStatus.OPEN, "USED_VEHICLE")

    def test_of_one_that_needs_an_export_licence(self, lodged):
        licence = [{"code": "export_licence", "number": "1", "valid_until": "2027-01-31", "quantity": 1}]
        electric = {"powertrain": "BEV", "displacement_cc": None, "hs_code": "8703801090", "papers": licence}
        row = lodged(bodies=[vehicle_body(1, **electric)])
        assess(row)
        assert row.vehicles.get().checks.get().because == "EXPORT_LICENCE"
        assert row.status == DeclarationStatus.RELEASED

    def test_a_check_that_is_open_already_is_not_opened_twice(self, lodged, alice):
        row = lodged(bodies=[vehicle_body(1, **USED)])
        assess(row)
        actions.amend(declaration_id=row.pk, body={"contract_number": "SG-2"}, by=alice, now=NOON)
        assess(row)
        assert row.vehicles.get().checks.count() == 1


class TestAcceptance:
    LATER = NOON + timedelta(days=40)

    def test_a_vehicle_that_is_no_longer_in_order_is_set_aside_and_the_others_go_on(self, lodged):
        row = lodged(bodies=[vehicle_body(1), vehicle_body(2, plate_expires_on="2027-01-19")])
        assess(row, now=self.LATER)
        aside = Vehicle.objects.get(vin=vin_number(1))
        assert row.status == DeclarationStatus.RELEASED
        assert [vehicle.vin for vehicle in row.vehicles.all()] == [vin_number(2)]
        assert (aside.declaration.status, aside.live, aside.ready) == (DeclarationStatus.DRAFT, False, False)
        note = row.history.get(reason="NOT_ACCEPTED")
        why = [{"code": "PLATE_EXPIRED", "pointer": "/vehicles/0/plate_expires_on"}]
        assert note.data == {"to": aside.declaration.reference, "vins": [vin_number(1)], "problems": why}
        assert aside.declaration.errors == 1

    def test_its_controls_go_with_it(self, lodged, carl, sam):
        row = lodged(bodies=[vehicle_body(1), vehicle_body(2, plate_expires_on="2027-01-19")])
        vehicle = row.vehicles.get(vin=vin_number(1))
        hold = holds.place(
            declaration_id=row.pk, vehicle_id=vehicle.pk, reason_code="OTHER", text="", by=carl, now=NOON
        )
        assess(row, now=self.LATER)
        vehicle.refresh_from_db()
        assert "HOLD" in [each["code"] for each in vehicle.not_ready_because]
        holds.lift(public_id=hold.public_id, by=sam, reason="", now=self.LATER)
        vehicle.refresh_from_db()
        assert "HOLD" not in [each["code"] for each in vehicle.not_ready_because]

    def test_if_none_would_remain_the_declaration_is_rejected_and_keeps_them(self, lodged):
        row = lodged(vehicles=2)
        assess(row, now=self.LATER)
        assert (row.status, row.errors) == (DeclarationStatus.REJECTED, 2)
        assert row.vehicles.count() == 2
        assert not row.vehicles.filter(live=True).exists()
        problems = row.history.get(to_status="REJECTED").data["problems"]
        assert {"code": "PLATE_EXPIRED", "pointer": "/vehicles/1/plate_expires_on"} in problems
        assert row.registration_number == ""


class TestAmendedVehicles:
    def amended(self, row, alice, **values):
        """Its first vehicle, amended after the release."""
        vehicle = row.vehicles.order_by("position").first()
        actions.amend(declaration_id=row.pk, body={"vehicles": [values]}, vehicle_id=vehicle.pk, by=alice, now=NOON)
        return vehicle

    def again(self, row):
        """What the worker does."""
        assessment.assess_amended(declaration_id=row.pk, draw=never, now=NOON)

    def test_only_they_are_selected_again(self, declaration, alice, rule):
        row = declaration(vehicles=2)
        rule(condition=["model", "=", "Model Y"], channel="YELLOW")
        vehicle = self.amended(row, alice, model="Model Y")
        assert OutboxTask.objects.filter(kind=Owed.ASSESS_AMENDED).count() == 1
        self.again(row)
        vehicle.refresh_from_db()
        assert (vehicle.channel, vehicle.being_assessed, vehicle.checks.count()) == ("YELLOW", False, 1)
        assert RiskHit.objects.count() == 1
        row.refresh_from_db()
        assert row.channel == "YELLOW"

    def test_while_the_declaration_is_under_control_no_pass_is_issued(self, declaration, alice):
        row = declaration(status=DeclarationStatus.UNDER_CONTROL)
        vehicle = self.amended(row, alice, colour="red")
        self.again(row)
        vehicle.refresh_from_db()
        assert not vehicle.being_assessed
        assert not vehicle.passes.exists()

    def test_one_that_was_withdrawn_meanwhile_is_left_alone(self, declaration, alice, rule):
        row = declaration(vehicles=2)
        vehicle = self.amended(row, alice, colour="red")
        rule(channel="RED")
        actions.withdraw_vehicle(declaration_id=row.pk, vehicle_id=vehicle.pk, reason="", by=alice, now=NOON)
        self.again(row)
        vehicle.refresh_from_db()
        assert (vehicle.being_assessed, vehicle.inspections.count()) == (False, 0)

    def test_an_order_that_waits_already_stays_the_only_one(self, declaration, alice, rule):
        rule(channel="RED")
        row = declaration()
        vehicle = self.amended(row, alice, colour="red")
        self.again(row)
        assert vehicle.inspections.get().status == InspectionStatus.ORDERED
