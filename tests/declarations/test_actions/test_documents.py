"""Files of papers: added, put on many vehicles, taken back; evidence stays, drafts forget."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction

from declarations import actions
from declarations.actions import documents
from declarations.attachments import NotAttachable
from declarations.clearance import decisions, sweeps
from declarations.lifecycle import DeclarationStatus
from declarations.models import Declaration, Document, DocumentContent, History, Vehicle
from declarations.models.documents import KEPT, waiting_requests
from tests.cast import NOON, let_workers_run, vehicle_body
from tests.files import pdf, photo
from tests.raw import refused, sql
from tests.refusals import nothing_written, refusal, unacceptable

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def draft(declaration):
    return declaration(status=DeclarationStatus.DRAFT, vehicles=3)


def add(row, by, *files, code="export_licence", vehicles=None, now=NOON, **details):
    """Add files, at all vehicles unless some are named."""
    chosen = list(row.vehicles.order_by("position")) if vehicles is None else vehicles
    return documents.add(
        declaration_id=row.pk,
        code=code,
        files=[(f"file{n}", data) for n, data in enumerate(files)],
        vehicle_ids=[each.pk for each in chosen],
        details=details,
        by=by,
        now=now,
    )


class TestAdding:
    def test_one_file_for_many_vehicles_is_kept_once(self, draft, alice):
        made = add(draft, alice, photo())
        assert [row.vehicle.position for row in made] == [1, 2, 3]
        assert DocumentContent.objects.count() == 1
        assert {(row.name, row.kind, row.lodged_at) for row in made} == {("file0.jpg", "image/jpeg", None)}

    def test_a_paper_of_the_declaration_is_put_there_whatever_vehicles_are_named(self, draft, alice):
        (row,) = add(draft, alice, pdf(), code="packing_list")
        assert (row.vehicle, row.kind, row.name) == (None, "application/pdf", "file0.pdf")

    def test_the_same_file_for_the_same_paper_is_the_same_document(self, draft, alice):
        first = add(draft, alice, photo())
        with nothing_but_a_touch(draft):
            again = add(draft, alice, photo(), photo())
        assert {row.pk for row in again} == {row.pk for row in first}

    def test_the_same_file_for_another_paper_is_another_document(self, draft, alice):
        add(draft, alice, photo())
        add(draft, alice, photo(), code="inspection_report")
        assert (Document.objects.count(), DocumentContent.objects.count()) == (6, 1)

    def test_what_stands_on_it_is_entered_at_each_vehicle(self, draft, alice):
        add(draft, alice, photo(), number="L-1", valid_until="2027-01-31", quantity=1)
        for vehicle in draft.vehicles.all():
            (paper,) = vehicle.papers.all()
            assert (paper.code, paper.number, str(paper.valid_until)) == ("export_licence", "L-1", "2027-01-31")

    def test_a_renewed_number_replaces_the_old_one_and_keeps_the_rest(self, draft, alice):
        add(draft, alice, number="L-1", issued_on="2026-11-01", valid_until="2026-12-01")
        add(draft, alice, number="L-2", valid_until="2027-12-01")
        for vehicle in draft.vehicles.all():
            (paper,) = vehicle.papers.all()
            assert (paper.number, str(paper.issued_on)) == ("L-2", "2026-11-01")

    def test_after_lodging_it_takes_effect_at_once_without_an_amendment(self, declaration, alice):
        body = vehicle_body(1, papers=[{"code": "export_licence", "number": "L", "valid_until": "2026-11-24"}])
        row = declaration(bodies=[body])
        late = NOON + timedelta(days=3)
        sweeps.sweep(now=late)
        vehicle = row.vehicles.get()
        assert "PAPER_EXPIRED" in {each["code"] for each in vehicle.not_ready_because}
        add(row, alice, photo(), now=late, number="L-2", valid_until="2027-12-01")
        vehicle.refresh_from_db()
        row.refresh_from_db()
        assert "PAPER_EXPIRED" not in {each["code"] for each in vehicle.not_ready_because}
        assert (row.status, row.version) == (DeclarationStatus.RELEASED, 1)
        assert Document.objects.get().lodged_at == late

    def test_a_number_that_brings_an_error_after_lodging_takes_the_file_back_with_it(self, declaration, alice):
        row = declaration()
        with unacceptable(("PAPER_EXPIRED", "/vehicles/0/papers/0/valid_until")):
            add(row, alice, photo(), number="L", valid_until="2026-11-01")

    def test_a_file_of_the_declaration_takes_its_warning_away(self, draft, alice):
        draft.refresh_from_db()
        before = draft.warnings
        for code in ("commercial_invoice", "packing_list", "exporter_qualification"):
            add(draft, alice, photo(), code=code)
        draft.refresh_from_db()
        assert draft.warnings == before - 1

    def test_it_is_remembered_without_name_or_content(self, draft, alice):
        add(draft, alice, photo())
        note = History.objects.get(reason="DOCUMENTS_ADDED")
        assert note.data == {"paper": "export_licence", "files": 3, "vehicles": 3}

    def test_deregistration_is_shown_after_the_exit(self, declaration, alice, scanner):
        row = gone(declaration, scanner)
        (made,) = add(row, alice, photo(), code="deregistration")
        assert made.lodged_at == NOON
        with refusal("ALREADY_ENDED"):
            add(row, alice, photo())


def gone(declaration, scanner):
    """A declaration whose used vehicle has left the country."""
    row = declaration()
    vehicle = row.vehicles.get()
    for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
        scanner(lane).scan(vehicle)
    let_workers_run()
    row.refresh_from_db()
    assert row.status == DeclarationStatus.COMPLETED
    return row


class nothing_but_a_touch:  # noqa: N801 - reads like a fixture
    """Inside, no document is written."""

    def __init__(self, row):
        self.row = row

    def __enter__(self):
        self.before = set(Document.objects.values_list("pk", flat=True)), DocumentContent.objects.count()

    def __exit__(self, *_why):
        assert (set(Document.objects.values_list("pk", flat=True)), DocumentContent.objects.count()) == self.before


class TestRefusals:
    def test_strangers_and_officers_add_nothing(self, draft, declaration, mallory, carl):
        for row in (draft, declaration()):
            for somebody in (mallory, carl):
                with refusal("NOT_PERMITTED"):
                    add(row, somebody, photo())

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "ATTACHMENT_KIND"),
            (b"<!doctype html><script>1</script>", "ATTACHMENT_KIND"),
            (b"", "ATTACHMENT_EMPTY"),
            (b"%PDF-" + b"x" * 10 * 1024 * 1024, "ATTACHMENT_SIZE"),
        ],
    )
    def test_what_is_no_photo_and_no_pdf_is_refused_by_its_content(self, draft, alice, data, code):
        with nothing_written(), pytest.raises(NotAttachable) as caught:
            add(draft, alice, photo(), data)
        assert caught.value.code == code

    def test_nothing_sent_an_unknown_paper_and_no_vehicle(self, draft, alice):
        with unacceptable(("DOCUMENT_NOTHING", "/file")):
            add(draft, alice)
        with unacceptable(("PAPER_CODE", "/code")):
            add(draft, alice, photo(), code="diploma")
        with unacceptable(("REQUIRED", "/code")):
            add(draft, alice, photo(), code="")
        with unacceptable(("DOCUMENT_VEHICLE", "/vehicles")):
            add(draft, alice, photo(), vehicles=[])

    def test_a_vehicle_of_another_declaration(self, draft, declaration, alice):
        foreign = list(declaration().vehicles.all())
        with unacceptable(("DOCUMENT_VEHICLE", "/vehicles")):
            add(draft, alice, photo(), vehicles=foreign)

    def test_a_vehicle_that_was_withdrawn(self, declaration, alice):
        row = declaration(vehicles=2)
        vehicle = row.vehicles.first()
        actions.withdraw_vehicle(declaration_id=row.pk, vehicle_id=vehicle.pk, reason="x", by=alice, now=NOON)
        with refusal("VEHICLE_GONE"):
            add(row, alice, photo(), vehicles=[vehicle])

    def test_a_declaration_that_was_called_off(self, declaration, alice):
        row = declaration(status=DeclarationStatus.CANCELLED)
        for code in ("packing_list", "deregistration"):
            with refusal("ALREADY_ENDED"):
                add(row, alice, photo(), code=code)

    def test_more_files_than_a_declaration_holds(self, draft, alice, settings):
        settings.DOCUMENTS_MOST_FILES = 1
        add(draft, alice, photo())
        with unacceptable(("DOCUMENTS_TOO_MANY", "/file")):
            add(draft, alice, photo("red"))
        add(draft, alice, photo(), code="inspection_report")  # the same file fits

    def test_more_megabytes_than_a_declaration_holds(self, draft, alice, settings):
        settings.DOCUMENTS_MOST_MB = 0
        with unacceptable(("DOCUMENTS_TOO_LARGE", "/file")):
            add(draft, alice, photo())

    def test_more_files_of_one_paper_than_pages_and_more_at_once_than_a_hand_holds(self, draft, alice):
        one = [draft.vehicles.first()]
        for start in (0, 10):
            add(draft, alice, *(pdf(str(n)) for n in range(start, start + 10)), vehicles=one)
        with unacceptable(("DOCUMENTS_OF_PAPER", "/file")):
            add(draft, alice, pdf("more"), vehicles=one)
        with unacceptable(("DOCUMENTS_AT_ONCE", "/file")):
            add(draft, alice, *(pdf(str(n)) for n in range(21)))


def remove(row, by, now=LATER):
    return documents.remove(document_id=row.pk, by=by, now=now)


class TestTakingBack:
    def test_from_a_draft_it_is_gone_with_its_content(self, draft, alice):
        one, two, three = add(draft, alice, photo())
        remove(one, alice)
        assert (Document.objects.count(), DocumentContent.objects.count()) == (2, 1)
        remove(two, alice)
        remove(three, alice)
        assert (Document.objects.count(), DocumentContent.objects.count()) == (0, 0)
        assert History.objects.filter(reason="DOCUMENT_REMOVED").count() == 3

    def test_once_lodged_it_stays_marked_and_may_be_sent_again(self, declaration, alice):
        row = declaration()
        (made,) = add(row, alice, photo())
        remove(made, alice)
        remove(made, alice, now=LATER + timedelta(hours=1))
        made.refresh_from_db()
        assert (made.removed_at, made.removed_by, made.content is None) == (LATER, alice, False)
        (again,) = add(row, alice, photo(), now=LATER)
        assert again.pk != made.pk

    def test_lodging_makes_evidence_of_what_a_draft_holds(self, draft, alice):
        made = add(draft, alice, photo())[0]
        actions.lodge(declaration_id=draft.pk, by=alice, now=LATER)
        made.refresh_from_db()
        assert made.lodged_at == LATER

    def test_only_the_exporters_people_take_back(self, declaration, alice, mallory, carl, bob):
        (made,) = add(declaration(), alice, photo())
        for somebody in (mallory, carl):
            with refusal("NOT_PERMITTED"):
                remove(made, somebody)
        remove(made, bob)

    def test_what_answered_customs_stays(self, declaration, alice):
        row = declaration(status=DeclarationStatus.DOCUMENTS_REQUIRED)
        sent = actions.answering.Sent(row.requests.get().pk, "contract", photo())
        actions.answer(declaration_id=row.pk, text="", files=[sent], by=alice, now=NOON)
        with refusal("DOCUMENT_KEPT"):
            remove(Document.objects.get(), alice)

    def test_nothing_is_taken_back_from_what_has_ended(self, declaration, alice, scanner):
        row = gone(declaration, scanner)
        (made,) = add(row, alice, photo(), code="deregistration")
        with refusal("ALREADY_ENDED"):
            remove(made, alice)


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


@pytest.mark.django_db(transaction=True)
def test_the_same_file_sent_twice_at_once_is_one_document(declaration, alice):
    row = declaration(status=DeclarationStatus.DRAFT)
    failures = []

    def send():
        try:
            add(row, alice, photo())
        except Exception as failure:
            failures.append(failure)
        finally:
            transaction.get_connection().close()

    both = [threading.Thread(target=send) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert not failures
    assert (Document.objects.count(), DocumentContent.objects.count()) == (1, 1)
