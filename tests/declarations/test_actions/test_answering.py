"""Between exporter and officer: answers, appeals, and problems with a legal exception."""

from datetime import timedelta

import pytest

from declarations import actions
from declarations.clearance import decisions
from declarations.lifecycle import DeclarationStatus
from declarations.models import Declaration, ProblemOverride
from tests.cast import NOON, let_workers_run, vehicle_body
from tests.refusals import refusal

pytestmark = pytest.mark.django_db

BAD_VIN = "LRW3E7EK5TC770391"


class TestAnswering:
    def test_an_answer_brings_the_declaration_back_to_the_officer(self, declaration, alice):
        row = declaration(status=DeclarationStatus.DOCUMENTS_REQUIRED)
        assert row.documents_due_at
        actions.answer(declaration_id=row.pk, text="here it is", by=alice, now=NOON)
        row.refresh_from_db()
        assert (row.status, row.documents_due_at) == (DeclarationStatus.UNDER_CONTROL, None)
        request = row.requests.get()
        assert (request.answer, request.answered_by, request.answered_at) == ("here it is", alice, NOON)

    def test_a_question_about_one_vehicle_is_answered_while_released(self, declaration, alice, carl):
        row = declaration()
        vehicle = row.vehicles.get()
        decisions.decide(
            declaration_id=row.pk,
            result="REQUEST_DOCUMENTS",
            reason="blurred",
            documents=[{"code": "commercial_contract", "vin": vehicle.vin, "why": ""}],
            by=carl,
            now=NOON,
        )
        vehicle.refresh_from_db()
        assert [each["code"] for each in vehicle.not_ready_because] == ["DOCUMENTS_WANTED"]
        actions.answer(declaration_id=row.pk, text="here it is", by=alice, now=NOON)
        vehicle.refresh_from_db()
        row.refresh_from_db()
        assert [each["code"] for each in vehicle.not_ready_because] == ["DOCUMENTS_BEING_CHECKED"]
        assert row.status == DeclarationStatus.RELEASED

    def test_nothing_was_asked(self, declaration, alice):
        row = declaration()
        with refusal("NOTHING_ASKED"):
            actions.answer(declaration_id=row.pk, text="", by=alice, now=NOON)

    def test_only_the_exporter_answers(self, declaration, mallory, carl):
        row = declaration(status=DeclarationStatus.DOCUMENTS_REQUIRED)
        for somebody in (mallory, carl):
            with refusal("NOT_PERMITTED"):
                actions.answer(declaration_id=row.pk, text="", by=somebody, now=NOON)


class TestAppealing:
    def test_within_its_term(self, declaration, alice):
        row = declaration(status=DeclarationStatus.REFUSED)
        actions.appeal(declaration_id=row.pk, reason="wrong car", by=alice, now=NOON)
        assert row.history.get(reason="APPEALED").text == "wrong car"

    def test_not_after_its_term_and_not_without_a_refusal(self, declaration, alice, mallory):
        row = declaration(status=DeclarationStatus.REFUSED)
        with refusal("NO_APPEAL"):
            actions.appeal(declaration_id=row.pk, reason="", by=alice, now=NOON + timedelta(days=9))
        with refusal("NOT_PERMITTED"):
            actions.appeal(declaration_id=row.pk, reason="", by=mallory, now=NOON)
        released = declaration()
        with refusal("NO_APPEAL"):
            actions.appeal(declaration_id=released.pk, reason="", by=alice, now=NOON)


class TestAProblemWithALegalException:
    @pytest.fixture
    def draft(self, declaration):
        """Its only vehicle has a check digit that does not fit, typed in small letters."""
        return declaration(status=DeclarationStatus.DRAFT, bodies=[vehicle_body(1, vin=BAD_VIN.lower())])

    def ask(self, row, by, code="VIN_CHECK_DIGIT"):
        """Put it on the officer's desk."""
        return actions.ask(declaration_id=row.pk, vin=BAD_VIN, code=code, text="see plate", by=by, now=NOON)

    def accept(self, row, by, code="VIN_CHECK_DIGIT"):
        """The officer accepts it."""
        return actions.accept_problem(declaration_id=row.pk, vin=BAD_VIN, code=code, reason="seen", by=by, now=NOON)

    def test_once_accepted_it_is_a_warning_and_the_declaration_goes_through(self, draft, alice, carl):
        assert not Declaration.objects.visible_to(carl).exists()
        self.ask(draft, alice)
        assert Declaration.objects.visible_to(carl).exists()
        assert draft.errors == 1
        row = self.accept(draft, carl)
        assert (row.text, row.asked_by, row.accepted_by, row.reason) == ("see plate", alice, carl, "seen")
        draft.refresh_from_db()
        assert draft.errors == 0
        actions.lodge(declaration_id=draft.pk, by=alice, now=NOON)
        let_workers_run()
        draft.refresh_from_db()
        assert draft.status == DeclarationStatus.RELEASED

    def test_an_officer_accepts_without_being_asked(self, draft, carl):
        self.accept(draft, carl)
        assert ProblemOverride.objects.get().asked_at is None

    def test_asked_twice_it_stands_there_once(self, draft, alice):
        self.ask(draft, alice)
        self.ask(draft, alice)
        assert ProblemOverride.objects.count() == 1

    @pytest.mark.parametrize("code", ["REQUIRED", "VIN_DUPLICATE", "NONSENSE"])
    def test_no_other_problem_can_be_accepted(self, draft, alice, carl, code):
        with refusal("NOT_OVERRIDABLE"):
            self.ask(draft, alice, code)
        with refusal("NOT_OVERRIDABLE"):
            self.accept(draft, carl, code)

    def test_a_vehicle_without_that_problem(self, declaration, alice):
        row = declaration(status=DeclarationStatus.DRAFT)
        with refusal("NOT_OVERRIDABLE"):
            self.ask(row, alice)

    def test_nobody_accepts_his_own(self, draft, alice, mallory, olga):
        for somebody in (alice, mallory, olga):
            with refusal("NOT_PERMITTED"):
                self.accept(draft, somebody)
        with refusal("NOT_PERMITTED"):
            self.ask(draft, mallory)
