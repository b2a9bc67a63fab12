"""Papers and files on the pages: the task list, adding, handing out, taking back, answering customs."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from declarations import actions
from declarations.actions import documents
from declarations.attachments import MOST_BYTES
from declarations.lifecycle import DeclarationStatus
from declarations.models import Document, DocumentRequest
from tests.cast import NOON, vehicle_body
from tests.files import pdf, photo
from tests.refusals import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

ENGLISH = {"accept-language": "en"}


def to(row, name="documents", *args):
    return reverse(f"declarations:{name}", args=[row.reference, *args])


def sent(data, name="paper.jpg", kind="image/jpeg"):
    return SimpleUploadedFile(name, data, kind)


@pytest.fixture
def read(client):
    return lambda address: client.get(address, headers=ENGLISH).content.decode()


@pytest.fixture
def draft(declaration, alice, client):
    client.force_login(alice)
    return declaration(status=DeclarationStatus.DRAFT, vehicles=2)


@pytest.fixture
def post(client):
    def send(row, name="documents-add", **values):
        return client.post(to(row, name), values, headers=ENGLISH)

    return send


class TestTheTaskList:
    def test_what_is_needed_is_listed_with_its_next_step(self, draft, read):
        page = read(to(draft))
        assert "Certificate" not in page.split("Vehicle by vehicle")[0]
        assert "Manufacturer's vehicle certificate" in page.replace("&#x27;", "'")
        assert f"{to(draft, 'documents-add')}?paper=certificate_of_conformity&amp;vehicle=1" in page
        assert f"{to(draft, 'documents-add')}?paper=packing_list" in page

    def test_the_draft_the_papers_of_a_vehicle_and_the_detail_page_lead_to_it(self, draft, declaration, read):
        assert to(draft) in read(to(draft, "detail"))
        assert to(draft) in read(to(draft, "vehicle-papers", 1))
        lodged = declaration()
        assert to(lodged) in read(to(lodged, "detail"))

    def test_only_what_is_missing_is_shown_when_asked(self, draft, read, alice):
        for code in ("commercial_invoice", "packing_list", "exporter_qualification"):
            documents.add(declaration_id=draft.pk, code=code, files=[("x", photo())], by=alice, now=NOON)
        everything, missing = read(to(draft)), read(f"{to(draft)}?show=missing")
        assert "Commercial invoice" in everything and "Commercial invoice" not in missing
        assert "Compulsory traffic insurance" in missing

    def test_without_vehicles_it_says_what_will_be_here(self, draft, alice, read):
        for vehicle in draft.vehicles.all():
            actions.remove_vehicle(declaration_id=draft.pk, vehicle_id=vehicle.pk, by=alice, now=NOON)
        assert "No vehicles yet" in read(to(draft))
        assert "No paper is missing" in read(f"{to(draft)}?show=missing")

    def test_500_vehicles_come_in_pages_and_cost_no_more_queries_than_two(
        self, declaration, alice, client, django_assert_max_num_queries
    ):
        client.force_login(alice)
        row = declaration(status=DeclarationStatus.DRAFT, bodies=[vehicle_body(n) for n in range(1, 61)])
        with django_assert_max_num_queries(24):
            page = client.get(to(row), headers=ENGLISH).content.decode()
        assert page.count('class="vehicle-papers"') == 20
        assert "?page=2" in page

    def test_a_name_is_shown_as_text(self, draft, alice, read):
        name = "<img src=x onerror=alert(1)>.jpg"
        documents.add(declaration_id=draft.pk, code="packing_list", files=[(name, photo())], by=alice, now=NOON)
        assert "<img src=x" not in read(to(draft))


class TestAdding:
    def test_several_files_and_a_number_for_one_vehicle(self, draft, post):
        answered = post(
            draft,
            code="export_licence",
            vehicle="1",
            scope="chosen",
            file=[sent(photo()), sent(pdf(), "p.pdf", "application/pdf")],
            number="L-1",
        )
        assert answered["Location"] == to(draft)
        assert [(row.vehicle.position, row.kind) for row in Document.objects.all()] == [
            (1, "image/jpeg"),
            (1, "application/pdf"),
        ]
        assert [paper.number for paper in draft.vehicles.get(position=1).papers.all()] == ["L-1"]

    def test_ticked_vehicles_or_all_of_them(self, draft, post, read):
        page = read(f"{to(draft, 'documents-add')}?vehicle=1&vehicle=2&vehicle=77&vehicle=x")
        assert page.count('type="hidden" name="vehicle"') == 2
        post(draft, code="export_licence", vehicle=["1"], scope="all", file=sent(photo()))
        assert Document.objects.count() == 2

    def test_the_lie_of_a_name_and_a_type_is_not_believed(self, draft, post):
        lie = sent(b"<html><script>alert(1)</script>", "licence.jpg", "image/jpeg")
        with nothing_written():
            page = post(draft, code="packing_list", file=lie, number="typed").content.decode()
        assert "neither a photo" in page
        assert 'value="typed"' in page
        post(draft, code="packing_list", file=sent(pdf(), "x.jpg", "image/jpeg"))
        assert (Document.objects.get().kind, Document.objects.get().name) == ("application/pdf", "x.pdf")

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../etc/passwd", "passwd.jpg"),
            ("C:\\Users\\li\\licence.png", "licence.jpg"),
            ("=HYPERLINK(1).jpg", "HYPERLINK(1).jpg"),
            ('a"b.jpg', "ab.jpg"),
            ("\u202egpj.exe", "gpj.jpg"),
            (".htaccess", "htaccess.jpg"),
            ("Договор № 5.2026", "Договор № 5.2026.jpg"),
            ("<>.png", "photo.jpg"),
            ("许可证 2026.jpg", "许可证 2026.jpg"),
            ("x" * 300 + ".jpg", "x" * 100 + ".jpg"),
        ],
    )
    def test_a_name_is_made_harmless(self, draft, alice, name, kept):
        (row,) = documents.add(
            declaration_id=draft.pk, code="packing_list", files=[(name, photo())], by=alice, now=NOON
        )
        assert row.name == kept

    def test_a_file_is_read_no_further_than_a_file_may_be_long(self, draft, post, monkeypatch):
        read = []
        monkeypatch.setattr(documents, "add", lambda **told: read.extend(len(data) for _name, data in told["files"]))
        post(draft, code="packing_list", file=[sent(b"%PDF-" + b"0" * (MOST_BYTES + 1000)), sent(b"x")])
        assert read == [MOST_BYTES + 1, 1]

    def test_of_too_many_files_no_more_is_read_than_shows_it(self, draft, post, monkeypatch):
        read = []
        monkeypatch.setattr(documents, "add", lambda **told: read.append(len(told["files"])))
        post(draft, code="packing_list", file=[sent(b"x") for _each in range(60)])
        assert read == [documents.MOST_AT_ONCE + 1]

    def test_what_is_wrong_stands_at_its_field(self, draft, declaration, post):
        page = post(draft, code="", file=sent(photo())).content.decode()
        assert 'href="#id_code"' in page
        page = post(draft, code="packing_list").content.decode()
        assert "Choose a file, or enter the number of the paper." in page
        lodged = declaration()
        with nothing_written():
            page = post(lodged, code="compulsory_insurance", number="1", valid_until="2026-11-01").content.decode()
        assert 'href="#id_valid_until"' in page

    def test_after_the_end_only_files_are_asked_for(self, declaration, alice, client, read):
        client.force_login(alice)
        row = declaration(status=DeclarationStatus.CANCELLED)
        page = read(f"{to(row, 'documents-add')}")
        assert "id_file" in page and "id_number" not in page

    def test_strangers_and_officers(self, draft, declaration, client, mallory, carl):
        lodged = declaration()
        for user, status in ((mallory, 404), (carl, 403)):
            client.force_login(user)
            for name in ("documents", "documents-add"):
                assert client.get(to(lodged, name)).status_code == status
            with nothing_written():
                assert client.post(to(lodged, "documents-add"), {"code": "packing_list"}).status_code == status


class TestHandingOut:
    @pytest.fixture
    def row(self, declaration):
        return declaration()

    @pytest.fixture
    def made(self, row, alice):
        files = [("许可\r\nSet-Cookie: x=1.jpg", photo()), ("b.pdf", pdf("CANARY"))]
        return documents.add(declaration_id=row.pk, code="packing_list", files=files, by=alice, now=NOON)

    def test_a_file_is_saved_and_never_opened_in_our_name(self, client, alice, row, made):
        client.force_login(alice)
        for document in made:
            answered = client.get(to(row, "document-file", document.public_id))
            assert answered.status_code == 200
            assert answered["Content-Disposition"].startswith("attachment; ")
            assert answered["X-Content-Type-Options"] == "nosniff"
            assert answered["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert answered["Cache-Control"] == "private, no-store"
            assert "Set-Cookie" not in answered.headers and "\n" not in answered["Content-Disposition"]
        assert b"CANARY" in answered.content

    def test_a_photograph_is_shown_small_and_large_and_a_pdf_never(self, client, alice, row, made):
        client.force_login(alice)
        address = to(row, "document-picture", made[0].public_id)
        for where in (address, f"{address}?small"):
            answered = client.get(where)
            assert (answered.status_code, answered["Content-Type"]) == (200, "image/jpeg")
            assert "sandbox" in answered["Content-Security-Policy"]
        assert client.get(to(row, "document-picture", made[1].public_id)).status_code == 404

    def test_who_may_see_it(self, client, row, made, declaration, bob, carl, mallory):
        other = declaration(by=mallory)
        for user, status in ((bob, 200), (carl, 200), (mallory, 404)):
            client.force_login(user)
            assert client.get(to(row, "document-file", made[0].public_id)).status_code == status
        assert client.get(to(other, "document-file", made[0].public_id)).status_code == 404
        client.logout()
        assert client.get(to(row, "document-file", made[0].public_id)).status_code == 302

    def test_officers_see_nothing_of_a_draft(self, client, draft, alice, carl):
        (made,) = documents.add(
            declaration_id=draft.pk, code="packing_list", files=[("x", photo())], by=alice, now=NOON
        )
        client.force_login(carl)
        assert client.get(to(draft, "document-file", made.public_id)).status_code == 404

    def test_taken_back_it_is_for_officers_alone(self, client, row, made, alice, carl):
        client.force_login(alice)
        remove = to(row, "document-remove", made[0].public_id)
        assert client.post(remove)["Location"] == to(row)
        assert client.get(to(row, "document-file", made[0].public_id)).status_code == 404
        client.force_login(carl)
        assert client.get(to(row, "document-file", made[0].public_id)).status_code == 200
        assert client.post(remove).status_code == 403


class TestAnswering:
    @pytest.fixture
    def row(self, declaration, alice, client):
        client.force_login(alice)
        return declaration(status=DeclarationStatus.DOCUMENTS_REQUIRED)

    def test_the_page_says_what_why_and_until_when(self, row, read):
        page = read(to(row, "answer"))
        assert all(words in page for words in ("Export sales contract", "please show it", "the officer may refuse"))
        assert 'enctype="multipart/form-data"' in page

    def test_a_file_answers_and_the_officer_goes_on(self, row, client):
        answered = client.post(to(row, "answer"), {"file-0": sent(photo()), "text": ""}, headers=ENGLISH)
        assert answered["Location"] == to(row, "detail")
        row.refresh_from_db()
        assert row.status == DeclarationStatus.UNDER_CONTROL
        assert Document.objects.get().request == DocumentRequest.objects.get()

    def test_words_answer_as_well(self, row, client):
        client.post(to(row, "answer"), {"text": "it is with the broker"}, headers=ENGLISH)
        assert DocumentRequest.objects.get().answer == "it is with the broker"

    def test_nothing_is_no_answer(self, row, client):
        with nothing_written():
            page = client.post(to(row, "answer"), {"text": " "}, headers=ENGLISH).content.decode()
        assert "Add a file for each paper" in page

    def test_a_file_of_an_answer_is_read_no_further_than_a_file_may_be_long(self, row, client, monkeypatch):
        read = []
        monkeypatch.setattr(actions, "answer", lambda **told: read.extend(len(each.data) for each in told["files"]))
        client.post(to(row, "answer"), {"file-0": sent(b"%PDF-" + b"0" * (MOST_BYTES + 1000))}, headers=ENGLISH)
        assert read == [MOST_BYTES + 1]

    def test_a_bad_file_keeps_the_words(self, row, client):
        with nothing_written():
            answered = client.post(to(row, "answer"), {"file-0": sent(b"MZ"), "text": "see"}, headers=ENGLISH)
        assert ">see</textarea>" in answered.content.decode().replace("\n", "")
