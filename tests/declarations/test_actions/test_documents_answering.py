"""Answering customs with files, with words, or both."""

import pytest

from declarations import actions
from declarations.attachments import NotAttachable
from declarations.clearance import decisions
from declarations.lifecycle import DeclarationStatus
from declarations.models import Declaration, Document
from declarations.models.documents import waiting_requests
from tests.cast import NOON
from tests.declarations.test_actions.papers import LATER, add, remove
from tests.files import photo
from tests.refusals import nothing_written, refusal

pytestmark = pytest.mark.django_db


class TestAnswering:
    @pytest.fixture
    def row(self, declaration, carl):
        """Customs asks for two papers, one of them of a vehicle."""
        found = declaration(status=DeclarationStatus.UNDER_CONTROL)
        wanted = [
            {"code": "commercial_contract", "vin": None, "why": "unsigned"},
            {"code": "inspection_report", "vin": found.vehicles.get().vin, "why": "blurred"},
        ]
        decisions.decide(
            declaration_id=found.pk, result="REQUEST_DOCUMENTS", reason="r", documents=wanted, by=carl, now=NOON
        )
        return Declaration.objects.get(pk=found.pk)

    def answer(self, row, by, text="", *codes, data=None, now=LATER):
        asked = {each.paper_id: each.pk for each in row.requests.all()}
        files = [actions.answering.Sent(asked[code], code, data or photo()) for code in codes]
        return actions.answer(declaration_id=row.pk, text=text, files=files, by=by, now=now)

    def test_a_file_for_each_paper_answers(self, row, alice):
        found = self.answer(row, alice, "", "commercial_contract", "inspection_report")
        assert found.status == DeclarationStatus.UNDER_CONTROL
        assert not waiting_requests(row)
        assert {each.request.paper_id: bool(each.vehicle) for each in Document.objects.all()} == {
            "commercial_contract": False,
            "inspection_report": True,
        }

    def test_a_file_for_one_of_them_is_kept_and_the_request_stays_open(self, row, alice):
        assert self.answer(row, alice, "", "commercial_contract").status == DeclarationStatus.DOCUMENTS_REQUIRED
        assert [bool(each.files) for each in waiting_requests(row)] == [True, False]
        assert self.answer(row, alice, "", "inspection_report").status == DeclarationStatus.UNDER_CONTROL

    def test_words_answer_what_cannot_be_shown(self, row, alice):
        found = self.answer(row, alice, "the report is lost", "commercial_contract")
        assert found.status == DeclarationStatus.UNDER_CONTROL
        assert {each.answer for each in row.requests.all()} == {"the report is lost"}

    def test_what_was_uploaded_since_it_was_asked_counts(self, row, alice):
        add(row, alice, photo(), code="inspection_report", now=LATER)
        add(row, alice, photo(), code="commercial_contract", now=LATER)
        assert self.answer(row, alice, "").status == DeclarationStatus.UNDER_CONTROL

    def test_what_was_taken_back_does_not(self, row, alice):
        self.answer(row, alice, "", "commercial_contract")
        remove(Document.objects.get(), alice)
        assert not any(each.files for each in waiting_requests(row))

    def test_neither_words_nor_files(self, row, alice):
        with refusal("NOTHING_SENT"):
            self.answer(row, alice, "  ")

    def test_a_request_of_another_declaration(self, row, declaration, alice):
        other = declaration(status=DeclarationStatus.DOCUMENTS_REQUIRED)
        sent = actions.answering.Sent(other.requests.get().pk, "x", photo())
        with refusal("NOTHING_ASKED"):
            actions.answer(declaration_id=row.pk, text="x", files=[sent], by=alice, now=LATER)

    def test_a_file_that_cannot_be_taken_writes_nothing(self, row, alice):
        with nothing_written(), pytest.raises(NotAttachable):
            self.answer(row, alice, "", "commercial_contract", data=b"<html>")

    def test_strangers_do_not_answer(self, row, mallory, carl):
        for somebody in (mallory, carl):
            with refusal("NOT_PERMITTED"):
                self.answer(row, somebody, "x", "commercial_contract")
