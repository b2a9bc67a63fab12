"""Files of papers: added, put on many vehicles, taken back; evidence stays, drafts forget."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction

from declarations import actions
from declarations.actions import documents
from declarations.attachments import NotAttachable
from declarations.clearance import sweeps
from declarations.lifecycle import DeclarationStatus
from declarations.models import Document, DocumentContent, History
from tests.cast import NOON, vehicle_body
from tests.declarations.test_actions.papers import LATER, add, gone, remove
from tests.files import pdf, photo
from tests.refusals import nothing_written, refusal, unacceptable

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(declaration):
    return declaration(status=DeclarationStatus.DRAFT, vehicles=3)


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


class nothing_but_a_touch:  # noqa: N801 - reads like a fixture
    """Inside, no document is written."""

    def __init__(self, row):
        self.row = row

    def __enter__(self):
        self.before = set(Document.objects.values_list("pk", flat=True)), DocumentContent.objects.count()

    def __exit__(self, *_why):
        assert (set(Document.objects.values_list("pk", flat=True)), DocumentContent.objects.count()) == self.before


def test_all_means_those_that_may_still_have_it(declaration, alice):
    row = declaration(vehicles=2)
    first = row.vehicles.first()
    actions.withdraw_vehicle(declaration_id=row.pk, vehicle_id=first.pk, reason="x", by=alice, now=NOON)
    options = {"declaration_id": row.pk, "code": "export_licence", "files": [("a", photo())], "vehicle_ids": None}
    (made,) = documents.add(**options, by=alice, now=NOON)
    assert made.vehicle != first


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
