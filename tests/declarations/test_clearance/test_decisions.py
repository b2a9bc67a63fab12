"""What officers decide: the whole declaration, the papers of named vehicles, appeals, detention, return."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from declarations import actions
from declarations.clearance import assessment, decisions, holds, overrides, sweeps
from declarations.lifecycle import CheckStatus, DeclarationStatus, PassStatus, VehicleStatus
from declarations.models import RiskRule
from tests.cast import NOON, let_workers_run, never, vehicle_body, vin_number
from tests.refusals import refusal, unacceptable

pytestmark = pytest.mark.django_db


def decide(row, by, result, *, now=NOON, **more):
    """A documents officer's decision."""
    decisions.decide(declaration_id=row.pk, result=result, reason="because", by=by, now=now, **more)
    row.refresh_from_db()


def paper(vin=None, code="commercial_contract"):
    """One document that is asked for."""
    return {"code": code, "vin": vin, "why": "blurred"}


@pytest.fixture
def held(declaration):
    """A declaration under control of two vehicles."""
    return declaration(status=DeclarationStatus.UNDER_CONTROL, vehicles=2)


@pytest.fixture
def with_checks(declaration):
    """A released declaration of so many vehicles, each with an open document check."""
    rule = {"condition": ["category", "=", "M1"], "channel": "YELLOW", "valid_from": NOON - timedelta(days=1)}
    RiskRule.objects.create(code="R", label="R", **rule)

    def make(vehicles):
        row = declaration(status=DeclarationStatus.LODGED, vehicles=vehicles)
        assessment.assess(declaration_id=row.pk, draw=never, now=NOON)
        row.refresh_from_db()
        return row

    return make


@pytest.fixture
def checked(with_checks):
    """Such a declaration of two vehicles."""
    return with_checks(2)


@pytest.fixture
def vehicle(checked):
    """The first of them."""
    return checked.vehicles.order_by("position").first()


def statuses(row):
    """Of its vehicles, in order."""
    return list(row.vehicles.order_by("position").values_list("status", flat=True))


class TestTheWhole:
    def test_released_with_passes_for_every_open_vehicle(self, held, carl, alice):
        withdrawn = held.vehicles.first()
        actions.withdraw_vehicle(declaration_id=held.pk, vehicle_id=withdrawn.pk, reason="", by=alice, now=NOON)
        decide(held, carl, "RELEASE")
        assert (held.status, held.released_at) == (DeclarationStatus.RELEASED, NOON)
        other = held.vehicles.exclude(pk=withdrawn.pk).get()
        assert (other.passes.count(), other.ready, withdrawn.passes.count()) == (1, True, 0)
        move = held.history.get(to_status="RELEASED")
        assert (move.by, move.reason, move.text) == (carl, "OFFICER_RELEASED", "because")

    def test_released_and_completed_when_nothing_is_open_any_more(self, declaration, carl, sam, scanner):
        row = declaration()
        for lane in ("CNHRS-E1", "CNHRS-R1"):
            scanner(lane).scan(row.vehicles.get())
        hold = holds.place(declaration_id=row.pk, reason_code="OTHER", text="", by=carl, now=NOON)
        holds.lift(public_id=hold.public_id, by=sam, reason="", now=NOON)
        assert scanner("CNHRS-X1").scan(row.vehicles.get())["verdict"] == "ADMIT"
        let_workers_run()
        row.refresh_from_db()
        assert row.status == DeclarationStatus.UNDER_CONTROL
        decide(row, carl, "RELEASE")
        let_workers_run()
        row.refresh_from_db()
        assert row.status == DeclarationStatus.COMPLETED

    def test_not_while_a_hold_stands_on_it(self, held, carl):
        holds.place(declaration_id=held.pk, reason_code="OTHER", text="", by=carl, now=NOON)
        with refusal("HOLD_STANDS"):
            decide(held, carl, "RELEASE")

    def test_refused_its_vins_are_free_and_its_passes_revoked(self, declaration, carl, sam):
        row = declaration()
        vehicle = row.vehicles.get()
        holds.place(declaration_id=row.pk, reason_code="OTHER", text="", by=carl, now=NOON)
        row.refresh_from_db()
        decide(row, carl, "REFUSE")
        vehicle.refresh_from_db()
        assert (row.status, row.appeal_until) == (DeclarationStatus.REFUSED, NOON + timedelta(hours=72))
        assert (vehicle.status, vehicle.live, vehicle.ready) == (VehicleStatus.DECLARED, False, False)
        assert vehicle.passes.get().status == PassStatus.REVOKED

    def test_documents_asked_for_start_a_clock(self, held, carl):
        decide(held, carl, "REQUEST_DOCUMENTS", documents=[paper(), paper(vin_number(1))])
        assert (held.status, held.documents_due_at) == (
            DeclarationStatus.DOCUMENTS_REQUIRED,
            NOON + timedelta(hours=72),
        )
        asked = held.requests.order_by("pk")
        assert [(each.vehicle and each.vehicle.vin, each.due_at) for each in asked] == [
            (None, held.documents_due_at),
            (vin_number(1), held.documents_due_at),
        ]
        for vehicle in held.vehicles.all():
            assert "DOCUMENTS_WANTED" in [each["code"] for each in vehicle.not_ready_because]

    def test_an_officer_may_set_the_clock_himself(self, held, carl):
        due = NOON + timedelta(hours=5)
        decide(held, carl, "REQUEST_DOCUMENTS", documents=[paper()], due_at=due)
        assert held.documents_due_at == due

    @pytest.mark.parametrize("result", ["RELEASE", "REFUSE", "REQUEST_DOCUMENTS"])
    @pytest.mark.parametrize(
        "status",
        [
            DeclarationStatus.DRAFT,
            DeclarationStatus.LODGED,
            DeclarationStatus.DOCUMENTS_REQUIRED,
            DeclarationStatus.RELEASED,
            DeclarationStatus.REFUSED,
            DeclarationStatus.CANCELLED,
        ],
    )
    def test_only_while_it_is_under_control(self, declaration, carl, status, result):
        row = declaration(status=status)
        with refusal("NOT_UNDER_CONTROL"):
            decide(row, carl, result, documents=[paper()])

    def test_only_documents_officers_and_supervisors(self, held, alice, olga, ivan, oscar, sam):
        for somebody in (alice, olga, ivan, oscar):
            with refusal("NOT_PERMITTED"):
                decide(held, somebody, "RELEASE")
        decide(held, sam, "RELEASE")

    def test_unknown_papers_and_vins_are_named(self, held, carl):
        with unacceptable(("PAPER_KIND_UNKNOWN", "/documents/1/code")):
            decide(held, carl, "REQUEST_DOCUMENTS", documents=[paper(), paper(code="napkin")])
        with unacceptable(("VIN_NOT_DECLARED", "/vehicles/0")):
            decide(held, carl, "REQUEST_DOCUMENTS", documents=[paper("NOBODY")])


class TestOverdue:
    def test_confirmed_after_the_deadline_it_is_refused(self, declaration, carl):
        row = declaration(status=DeclarationStatus.DOCUMENTS_REQUIRED)
        late = NOON + timedelta(hours=72)
        with refusal("NOT_UNDER_CONTROL"):
            decide(row, carl, "REFUSE")
        decide(row, carl, "REFUSE", now=late)
        row.refresh_from_db()
        assert (row.status, row.appeal_until) == (DeclarationStatus.REFUSED, late + timedelta(hours=72))
        assert row.history.get(to_status="REFUSED").reason == "DOCUMENTS_OVERDUE"

    def test_not_before_the_deadline_nor_without_one_nor_by_the_exporter(self, declaration, alice, carl):
        row = declaration(status=DeclarationStatus.DOCUMENTS_REQUIRED)
        with refusal("NOT_OVERDUE"):
            decisions.confirm_overdue(declaration_id=row.pk, reason="", by=carl, now=NOON + timedelta(hours=71))
        with refusal("NOT_PERMITTED"):
            decisions.confirm_overdue(declaration_id=row.pk, reason="", by=alice, now=NOON + timedelta(hours=99))
        held = declaration(status=DeclarationStatus.UNDER_CONTROL)
        with refusal("NOT_OVERDUE"):
            decisions.confirm_overdue(declaration_id=held.pk, reason="", by=carl, now=NOON + timedelta(hours=99))


class TestAppeals:
    def grant(self, row, by, now=NOON):
        """A supervisor's answer to an appeal."""
        decisions.grant_appeal(declaration_id=row.pk, reason="new facts", by=by, now=now)
        row.refresh_from_db()

    def test_granted_the_declaration_is_looked_at_again_and_holds_its_vins(self, declaration, sam, carl):
        row = declaration(status=DeclarationStatus.REFUSED)
        self.grant(row, sam)
        assert row.status == DeclarationStatus.UNDER_CONTROL
        assert row.vehicles.get().live
        decide(row, carl, "RELEASE")
        assert row.vehicles.get().ready

    def test_granted_late_it_does_not_expire_before_anybody_looked(self, declaration, sam):
        row = declaration(status=DeclarationStatus.REFUSED)
        row.expires_at = NOON + timedelta(hours=1)
        row.save(update_fields=["expires_at"])
        self.grant(row, sam, now=NOON + timedelta(hours=2))
        assert row.expires_at == NOON + timedelta(hours=26)

    def test_a_revoked_pass_is_followed_by_a_new_one(self, declaration, sam, carl):
        row = declaration()
        hold = holds.place(declaration_id=row.pk, reason_code="OTHER", text="", by=carl, now=NOON)
        row.refresh_from_db()
        decide(row, carl, "REFUSE")
        self.grant(row, sam)
        holds.lift(public_id=hold.public_id, by=sam, reason="", now=NOON)
        decide(row, carl, "RELEASE")
        versions = row.vehicles.get().passes.order_by("version").values_list("version", "status")
        assert list(versions) == [(1, PassStatus.REVOKED), (2, PassStatus.ISSUED)]

    def test_not_after_its_term_nor_of_what_was_not_refused(self, declaration, sam):
        row = declaration(status=DeclarationStatus.REFUSED)
        with refusal("NO_APPEAL"):
            self.grant(row, sam, now=NOON + timedelta(hours=72))
        released = declaration()
        with refusal("NO_APPEAL"):
            self.grant(released, sam)

    def test_only_a_supervisor(self, declaration, alice, carl):
        row = declaration(status=DeclarationStatus.REFUSED)
        for somebody in (alice, carl):
            with refusal("NOT_PERMITTED"):
                self.grant(row, somebody)

    def test_not_when_a_vin_is_live_elsewhere_by_now(self, declaration, sam, mallory):
        row = declaration(status=DeclarationStatus.REFUSED, bodies=[vehicle_body(1)])
        declaration(by=mallory, bodies=[vehicle_body(1)])
        with refusal("VIN_IN_USE"):
            self.grant(row, sam)

    def test_over_its_term_the_refusal_withdraws_what_was_never_presented(self, declaration):
        row = declaration(status=DeclarationStatus.REFUSED)
        early, late = NOON + timedelta(hours=71), NOON + timedelta(hours=72)
        assert sweeps.sweep(now=early)["final"] == 0
        assert sweeps.sweep(now=late)["final"] == 1
        assert sweeps.sweep(now=late)["final"] == 0
        assert not sweeps.make_refusal_final(declaration_id=declaration().pk, now=late)
        assert not sweeps.make_refusal_final(declaration_id=row.pk, now=early)
        row.refresh_from_db()
        assert (row.status, statuses(row)) == (DeclarationStatus.REFUSED, ["WITHDRAWN"])


class TestThePapersOfNamedVehicles:
    def test_accepted_the_vehicle_is_ready_and_the_other_waits(self, checked, vehicle, carl):
        decide(checked, carl, "RELEASE", vins=[vehicle.vin, vehicle.vin])
        vehicle.refresh_from_db()
        check = vehicle.checks.get()
        assert (check.status, check.closed_by, check.close_reason) == (CheckStatus.ACCEPTED, carl, "because")
        assert vehicle.ready
        assert list(checked.vehicles.order_by("position").values_list("ready", flat=True)) == [True, False]

    def test_refused_the_vehicle_is_withdrawn_and_the_declaration_stays(self, checked, vehicle, carl):
        decide(checked, carl, "REFUSE", vins=[vehicle.vin])
        assert checked.status == DeclarationStatus.RELEASED
        assert statuses(checked) == ["WITHDRAWN", "DECLARED"]
        assert vehicle.checks.get().status == CheckStatus.REFUSED

    @pytest.mark.parametrize("result", ["RELEASE", "REFUSE", "REQUEST_DOCUMENTS"])
    def test_many_are_decided_in_as_many_statements_as_two(self, with_checks, carl, result):
        counted = []
        for row in (with_checks(1), with_checks(2), with_checks(5)):
            papers = [paper()] if result == "REQUEST_DOCUMENTS" else []
            with CaptureQueriesContext(connection) as caught:
                decide(row, carl, result, vins=[each.vin for each in row.vehicles.all()], documents=papers)
            counted.append(len(caught))
        assert counted[1] == counted[2]  # the first also reads the code lists

    @pytest.mark.parametrize("result", ["RELEASE", "REFUSE"])
    def test_nobody_is_chased_for_papers_that_were_decided_without_an_answer(self, checked, vehicle, carl, result):
        other = checked.vehicles.order_by("position").last()
        decide(checked, carl, "REQUEST_DOCUMENTS", documents=[paper(vehicle.vin), paper(other.vin)])
        decide(checked, carl, result, vins=[vehicle.vin])
        closed, waiting = checked.requests.get(vehicle=vehicle), checked.requests.get(vehicle=other)
        assert (closed.answered_at, closed.answered_by, closed.answer) == (NOON, carl, "because")
        assert waiting.answered_at is None
        vehicle.refresh_from_db()
        assert vehicle.ready is (result == "RELEASE")
        assert "DOCUMENTS_WANTED" not in [each["code"] for each in vehicle.not_ready_because]

    def test_while_the_declaration_waits_for_its_exporter_only_his_answer_closes_what_was_asked(
        self, checked, vehicle, carl, sam, alice
    ):
        hold = holds.place(declaration_id=checked.pk, reason_code="OTHER", text="", by=carl, now=NOON)
        holds.lift(public_id=hold.public_id, reason="", by=sam, now=NOON)
        checked.refresh_from_db()
        decide(checked, carl, "REQUEST_DOCUMENTS", documents=[paper(vehicle.vin)])
        assert checked.status == DeclarationStatus.DOCUMENTS_REQUIRED
        decide(checked, carl, "RELEASE", vins=[vehicle.vin])
        assert checked.requests.get().answered_at is None
        actions.answer(declaration_id=checked.pk, text="here", by=alice, now=NOON)
        assert checked.requests.get().answered_by == alice

    @pytest.mark.parametrize(("lanes", "detained"), [(["E1"], False), (["E1", "R1"], False), (["E1", "R1"], True)])
    def test_refused_it_leaves_the_yard_by_the_legal_way(self, checked, vehicle, carl, sam, scanner, lanes, detained):
        for lane in lanes:
            scanner(f"CNHRS-{lane}").scan(vehicle)
        if detained:
            decisions.detain(vehicle_id=vehicle.pk, reason="", by=sam, now=NOON)
        decide(checked, carl, "REFUSE", vins=[vehicle.vin])
        assert statuses(checked)[0] == "WITHDRAWN"
        turned_back = vehicle.admissions.filter(annulled_at=None)
        assert turned_back.exists() == (detained or lanes == ["E1"])  # those go without a step back

    def test_accepted_a_referred_vehicle_goes_back_to_the_gate(self, checked, vehicle, carl, scanner):
        scanner("CNHRS-E1").scan(vehicle)
        assert scanner("CNHRS-R1").scan(vehicle)["reason"] == "DOCUMENTS_DUE"
        assert statuses(checked)[0] == "REFERRED"
        decide(checked, carl, "RELEASE", vins=[vehicle.vin])
        assert statuses(checked)[0] == "PRESENTED"

    def test_refused_after_an_exit_under_override_nothing_is_withdrawn(
        self, checked, vehicle, carl, olga, sam, scanner
    ):
        scanner("CNHRS-E1").scan(vehicle)
        for lane, stage in (("CNHRS-R1", "RELEASE"), ("CNHRS-X1", "EXIT")):
            asked = overrides.ask(vehicle_id=vehicle.pk, stage=stage, reason="", by=olga, now=NOON)
            overrides.grant(public_id=asked.public_id, by=sam, now=NOON)
            assert scanner(lane).scan(vehicle)["verdict"] == "ADMIT"
        decide(checked, carl, "REFUSE", vins=[vehicle.vin])
        assert statuses(checked)[0] == "EXITED"
        assert vehicle.checks.get().status == CheckStatus.REFUSED

    def test_a_vehicle_without_an_open_check(self, checked, vehicle, carl, declaration):
        decide(checked, carl, "RELEASE", vins=[vehicle.vin])
        with refusal("NO_OPEN_CHECK"):
            decide(checked, carl, "RELEASE", vins=[vehicle.vin])
        with refusal("NO_OPEN_CHECK"):
            decide(checked, carl, "REFUSE", vins=list(checked.vehicles.values_list("vin", flat=True)))

    def test_nothing_is_asked_of_one_vehicle_before_anything_was_decided(self, declaration, carl):
        row = declaration(status=DeclarationStatus.LODGED)
        with refusal("NOT_UNDER_CONTROL"):
            decide(row, carl, "REQUEST_DOCUMENTS", vins=[vin_number(1)], documents=[paper(vin_number(1))])

    def test_an_unknown_vin_is_named(self, checked, vehicle, carl):
        with unacceptable(("VIN_NOT_DECLARED", "/vehicles/1")):
            decide(checked, carl, "RELEASE", vins=[vehicle.vin, "NOBODY"])

    def test_asked_for_papers_of_one_vehicle_the_declaration_stays_released(self, checked, vehicle, carl):
        decide(checked, carl, "REQUEST_DOCUMENTS", vins=[vehicle.vin], documents=[paper(vehicle.vin)])
        vehicle.refresh_from_db()
        assert checked.status == DeclarationStatus.RELEASED
        assert [each["code"] for each in vehicle.not_ready_because] == ["DOCUMENTS_WANTED"]
        assert vehicle.history.filter(reason="DOCUMENTS_ASKED").count() == 1

    def test_asked_of_a_released_vehicle_without_a_check_one_is_opened(self, declaration, carl, alice, scanner):
        row = declaration(vehicles=3)
        inside, coming, other = row.vehicles.order_by("position")
        for lane in ("CNHRS-E1", "CNHRS-R1"):
            assert scanner(lane).scan(inside)["verdict"] == "ADMIT"
        decide(row, carl, "REQUEST_DOCUMENTS", vins=[inside.vin, coming.vin], documents=[paper()])
        assert row.status == DeclarationStatus.RELEASED
        assert statuses(row) == ["REFERRED", "DECLARED", "DECLARED"]
        assert not other.checks.exists()
        assert scanner("CNHRS-X1").scan(inside)["verdict"] != "ADMIT"
        assert scanner("CNHRS-R1").scan(inside)["reason"] == "DOCUMENTS_DUE"
        actions.answer(declaration_id=row.pk, text="here", by=alice, now=NOON)
        assert scanner("CNHRS-R1").scan(inside)["reason"] == "DOCUMENTS_DUE"
        decide(row, carl, "RELEASE", vins=[inside.vin, coming.vin])
        assert statuses(row) == ["PRESENTED", "DECLARED", "DECLARED"]
        assert list(row.vehicles.values_list("ready", flat=True)) == [True, True, True]
        assert scanner("CNHRS-R1").scan(inside)["verdict"] == "ADMIT"

    def test_asked_of_one_that_has_left_no_check_is_opened(self, declaration, carl, scanner):
        row = declaration(port="CNYRK", vehicles=2)
        gone = row.vehicles.order_by("position").first()
        assert scanner("CNYRK-R1").scan(gone)["verdict"] == "ADMIT"
        decide(row, carl, "REQUEST_DOCUMENTS", vins=[gone.vin], documents=[paper()])
        assert not gone.checks.exists()
        assert row.requests.get().vehicle == gone

    def test_papers_for_none_in_particular_are_asked_of_each_named_vehicle(self, checked, vehicle, carl):
        decide(checked, carl, "REQUEST_DOCUMENTS", vins=[vehicle.vin], documents=[paper()])
        assert [each.vehicle for each in checked.requests.all()] == [vehicle]
        other = checked.vehicles.order_by("position").last()
        assert [each["code"] for each in other.not_ready_because] == ["DOCUMENTS_BEING_CHECKED"]


class TestPassesOfWhatStandsInThePort:
    def test_the_driver_keeps_his_pass_when_the_declaration_is_released_again_later(
        self, declaration, scanner, carl, sam
    ):
        row = declaration(vehicles=2)
        inside, coming = row.vehicles.order_by("position")
        scanner("CNHRS-E1").scan(inside)
        hold = holds.place(declaration_id=row.pk, reason_code="OTHER", text="", by=carl, now=NOON)
        much_later = NOON + timedelta(days=10)
        holds.lift(public_id=hold.public_id, reason="", by=sam, now=much_later)
        decide(row, carl, "RELEASE", now=much_later)
        assert list(inside.passes.values_list("version", "status")) == [(1, PassStatus.ISSUED)]
        assert coming.newest_pass.version == 2
