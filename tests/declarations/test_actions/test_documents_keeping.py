"""Where files go with their declarations, how long they are kept, and what the database itself refuses."""

from datetime import timedelta

import pytest

from declarations import actions
from declarations.clearance import sweeps
from declarations.lifecycle import DeclarationStatus
from declarations.models import Document, DocumentContent, Vehicle
from declarations.models.documents import KEPT
from tests.cast import NOON, vehicle_body
from tests.declarations.test_actions.papers import LATER, add, remove
from tests.files import pdf, photo
from tests.raw import refused, sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(declaration):
    return declaration(status=DeclarationStatus.DRAFT, vehicles=3)


class TestWhereFilesGo:
    def test_a_discarded_draft_forgets_them(self, draft, alice):
        add(draft, alice, photo())
        actions.cancel(declaration_id=draft.pk, reason="x", by=alice, now=LATER)
        assert (Document.objects.count(), DocumentContent.objects.count()) == (0, 0)

    def test_a_cancelled_declaration_keeps_them(self, declaration, alice):
        row = declaration()
        add(row, alice, photo())
        actions.cancel(declaration_id=row.pk, reason="x", by=alice, now=LATER)
        assert (Document.objects.count(), DocumentContent.objects.count()) == (1, 1)

    def test_a_vehicle_removed_from_a_draft_takes_its_files_along(self, draft, alice):
        add(draft, alice, photo())
        first = draft.vehicles.order_by("position").first()
        actions.remove_vehicle(declaration_id=draft.pk, vehicle_id=first.pk, by=alice, now=LATER)
        assert (Document.objects.count(), Vehicle.objects.filter(declaration=draft).count()) == (2, 2)

    def test_vehicles_left_out_take_theirs_along_and_a_copy_of_the_declarations(self, declaration, alice):
        bodies = [vehicle_body(1), vehicle_body(2, make="")]
        row = declaration(status=DeclarationStatus.DRAFT, bodies=bodies)
        add(row, alice, photo())
        add(row, alice, pdf(), code="packing_list")
        lodged = actions.lodge(declaration_id=row.pk, leave_out=True, by=alice, now=LATER)
        left = {(each.paper_id, bool(each.vehicle), bool(each.lodged_at)) for each in lodged.left_out.documents.all()}
        assert left == {("export_licence", True, False), ("packing_list", False, False)}
        assert {each.paper_id for each in row.documents.all()} == {"export_licence", "packing_list"}
        assert all(each.lodged_at == LATER for each in row.documents.all())

    def test_declared_again_they_come_along_but_for_answers(self, declaration, alice):
        row = declaration(status=DeclarationStatus.DOCUMENTS_REQUIRED)
        add(row, alice, photo())
        sent = actions.answering.Sent(row.requests.get().pk, "contract", pdf())
        actions.answer(declaration_id=row.pk, text="", files=[sent], by=alice, now=NOON)
        draft = actions.copy(declaration_id=row.pk, by=alice, now=LATER)
        (copied,) = draft.documents.all()
        assert (copied.paper_id, copied.vehicle.declaration, copied.lodged_at) == ("export_licence", draft, None)
        assert DocumentContent.objects.count() == 2

    def test_three_years_after_its_end_the_content_is_erased_and_the_row_stays(self, declaration, alice):
        row = declaration()
        (made,) = add(row, alice, photo())
        actions.cancel(declaration_id=row.pk, reason="x", by=alice, now=LATER)
        assert sweeps.sweep(now=LATER + KEPT)["documents"] == 0
        after = LATER + KEPT + timedelta(seconds=1)
        assert sweeps.sweep(now=after)["documents"] == 1
        made.refresh_from_db()
        assert (made.content, made.erased_at, DocumentContent.objects.count()) == (None, after, 0)

    def test_of_a_declaration_that_goes_on_nothing_is_erased(self, declaration, alice):
        add(declaration(), alice, photo())
        assert Document.objects.all().erase(at=NOON + 2 * KEPT) == 0


class TestTheDatabase:
    @pytest.fixture
    def made(self, declaration, alice):
        return add(declaration(), alice, photo())[0]

    def test_evidence_is_not_deleted(self, made):
        with refused("never change or vanish"):
            sql("DELETE FROM declarations_document")

    @pytest.mark.parametrize(
        "change",
        [
            "name = 'x'",
            "digest = 'x'",
            "paper_id = 'packing_list'",
            "vehicle_id = NULL",
            "uploaded_at = now()",
            "lodged_at = NULL",
            "content_id = NULL, erased_at = uploaded_at + interval '2 years'",
        ],
    )
    def test_it_says_for_ever_what_it_said(self, made, change):
        with refused("evidence"):
            sql(f"UPDATE declarations_document SET {change}")

    def test_what_was_taken_back_stays_so(self, made, alice):
        remove(made, alice)
        with refused("evidence"):
            sql("UPDATE declarations_document SET removed_at = NULL, removed_by_id = NULL")

    def test_a_content_is_written_once(self, made):
        with refused("never change or vanish"):
            sql("UPDATE declarations_documentcontent SET data = '\\x00'")

    def test_a_content_that_is_named_is_not_deleted(self, made):
        with refused("violates foreign key"):
            sql("DELETE FROM declarations_documentcontent")

    def test_nothing_of_a_file_is_readable_at_rest(self, draft, alice):
        add(draft, alice, pdf("CANARY-PDF"), photo())
        ((data, preview),) = sql("SELECT data, preview FROM declarations_documentcontent WHERE preview IS NOT NULL")
        pages = sql("SELECT data FROM declarations_documentcontent")
        for raw in (data, preview, *(row[0] for row in pages)):
            assert not any(mark in bytes(raw) for mark in (b"CANARY", b"%PDF", b"\xff\xd8\xff", b"JFIF"))
        assert b"CANARY-PDF" in DocumentContent.objects.get(kind="application/pdf").data
