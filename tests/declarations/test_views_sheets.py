"""Pages of bulk intake: send, watch, repair, hand over; the catalogue."""

import csv
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from declarations.actions import sheets
from declarations.lifecycle import DeclarationStatus
from declarations.models import CatalogueModel, Declaration, OutboxTask, Role, Sheet
from declarations.words import RoleName
from tests.cast import NOON, let_workers_run, vehicle_body, vin_number
from tests.intake import table, vehicles

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOON, tick=False)]
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def page(client, alice):
    """Alice at her desk; the text of an address."""
    client.force_login(alice)

    def read(name, *args, query="", **headers):
        response = client.get(reverse(f"declarations:{name}", args=args) + query, headers=ENGLISH | headers)
        assert response.status_code == 200, (name, response.status_code)
        return response.content.decode()

    return read


def send(client, intake, data, **more):
    """Choose a file and press the button."""
    address = reverse("declarations:sheet-new", args=[intake.draft.reference])
    sent = {"file": SimpleUploadedFile("cars.csv", data), **more}
    return client.post(address, sent, headers=ENGLISH)


class TestSending:
    def test_a_file_is_read_by_workers_while_the_page_asks(self, client, page, intake):
        answer = send(client, intake, table(*vehicles(1, 2)))
        sheet = Sheet.objects.get()
        assert answer["Location"] == reverse("declarations:sheet", args=[sheet.public_id])
        assert "The file is being opened" in page("sheet", sheet.public_id)
        let_workers_run(NOON)
        part = page("sheet", sheet.public_id, **{"HX-Request": "true"})
        assert "Lodge 2" in part
        assert "<html" not in part
        assert "hx-trigger" not in part

    def test_a_file_that_waits_is_found_again_beside_the_vehicles(self, client, page, intake):
        send(client, intake, table(*vehicles(1, 2)))
        sheet = Sheet.objects.get()
        address = reverse("declarations:sheet", args=[sheet.public_id])
        assert address in page("vehicles", intake.draft.reference)
        let_workers_run(NOON)
        assert address in page("vehicles", intake.draft.reference)
        sheets.cancel(sheet_id=sheet.pk, by=sheet.uploaded_by, now=NOON)
        assert address not in page("vehicles", intake.draft.reference)

    def test_rows_may_be_pasted(self, client, page, intake):
        text = table(*vehicles(1)).decode().replace(",", "\t")
        address = reverse("declarations:sheet-new", args=[intake.draft.reference])
        assert client.post(address, {"rows": text}).status_code == 302
        let_workers_run(NOON)
        assert Sheet.objects.get().total == 1

    def test_nothing_chosen_too_large_and_sent_twice_are_told_at_the_field(self, client, page, intake):
        address = reverse("declarations:sheet-new", args=[intake.draft.reference])
        assert "Choose a file, or paste rows." in client.post(address, {}, headers=ENGLISH).content.decode()
        assert "larger than 10 MB" in send(client, intake, b"x" * 10_000_001).content.decode()
        send(client, intake, table(*vehicles(1)))
        again = send(client, intake, table(*vehicles(1))).content.decode()
        assert "within the last day" in again
        assert 'name="again"' in again
        assert send(client, intake, table(*vehicles(1)), again="on").status_code == 302

    def test_a_file_that_cannot_be_read_says_why_in_the_readers_language(self, client, page, intake):
        send(client, intake, b"%PDF-1.7")
        let_workers_run(NOON)
        sheet = Sheet.objects.get()
        assert "This is a PDF" in page("sheet", sheet.public_id)
        russian = page("sheet", sheet.public_id, **{"accept-language": "ru"})
        assert "PDF" in russian
        assert "This is a PDF" not in russian

    def test_work_that_came_to_a_stop_is_told_and_one_tap_tries_again(self, client, page, intake):
        sheet = intake.send(table(*vehicles(1)), works=False)
        OutboxTask.objects.filter(subject=sheet.pk).update(attempts=5, failed_at=NOON)
        told = page("sheet", sheet.public_id)
        assert "came to a stop" in told
        assert "every 1s" not in told
        assert client.post(reverse("declarations:sheet-try-again", args=[sheet.public_id])).status_code == 302
        let_workers_run(NOON)
        assert "came to a stop" not in page("sheet", sheet.public_id)

    def test_the_template_is_a_workbook_with_the_catalogues_names(self, client, page, intake):
        sheets.keep_model(
            organisation=intake.draft.organisation, name="Seal EV", body={"make": "BYD"}, by=intake.alice, now=NOON
        )
        answer = client.get(reverse("declarations:sheet-template", args=[intake.draft.reference]), headers=ENGLISH)
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        assert "Seal EV" in [cell.value for cell in next(book["Lists"].iter_cols())] or any(
            "Seal EV" in [cell.value for cell in column] for column in book["Lists"].iter_cols()
        )


class TestTheResult:
    @pytest.fixture
    def sheet(self, page, intake):
        """Two good rows and one whose VIN has a Cyrillic letter."""
        good = vin_number(3)
        cyrillic = good.replace("A", "\N{CYRILLIC CAPITAL LETTER A}", 1) if "A" in good else good
        if cyrillic == good:
            cyrillic = good.replace("T", "\N{CYRILLIC CAPITAL LETTER TE}", 1)
        return intake.send(table(*vehicles(1, 2), vehicle_body(3, vin=cyrillic)))

    def test_problems_come_first_with_cell_value_and_reason(self, page, sheet):
        text = page("sheet", sheet.public_id)
        assert "Leave out 1 and lodge 2" in text
        assert "A4" in text
        assert text.count('id="row-') == 1
        assert page("sheet", sheet.public_id, query="?show=good").count('id="row-') in (0, 2)

    def test_one_tap_takes_the_vin_that_was_meant(self, client, page, sheet):
        address = reverse("declarations:sheet-row-fix", args=[sheet.public_id, 4])
        assert vin_number(3) in page("sheet", sheet.public_id)
        client.post(address, {"vin": vin_number(3)})
        assert sheet.rows.get(number=4).vin == vin_number(3)
        assert "Lodge 3" in page("sheet", sheet.public_id)

    def test_a_row_is_repaired_in_the_form_of_a_vehicle(self, client, page, sheet):
        address = reverse("declarations:sheet-row", args=[sheet.public_id, 4])
        text = page("sheet-row", sheet.public_id, 4)
        assert "There is a problem" in text
        assert 'name="vin"' in text
        wrong = client.post(address, {"vin": "SHORT"}, headers=ENGLISH)
        assert wrong.status_code == 200
        told = client.post(f"{address}/check", {"vin": "SHORT"}, headers=ENGLISH).content.decode()
        assert "field-error" in told

    def test_a_row_is_left_out_and_taken_in_again(self, client, page, sheet):
        client.post(reverse("declarations:sheet-row-leave-out", args=[sheet.public_id, 2]))
        assert "Leave out 1 and lodge 1" in page("sheet", sheet.public_id)
        assert "Take in again" in page("sheet", sheet.public_id, query="?show=left-out")
        client.post(reverse("declarations:sheet-row-take-in", args=[sheet.public_id, 2]))
        assert "Leave out 1 and lodge 2" in page("sheet", sheet.public_id)

    def test_the_file_comes_back_with_what_to_change(self, client, page, sheet):
        answer = client.get(reverse("declarations:sheet-file", args=[sheet.public_id]), headers=ENGLISH)
        assert 'filename="cars-checked.csv"' in answer["Content-Disposition"]
        lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert lines[0][-1] == "What to change"
        assert "VIN" in lines[3][-1]

    def test_leave_out_one_and_lodge_the_rest(self, client, page, sheet, intake):
        client.post(reverse("declarations:sheet-take", args=[sheet.public_id]), {"lodge": "1"})
        assert "go into declarations" in page("sheet", sheet.public_id)
        let_workers_run(NOON)
        assert Declaration.objects.get(pk=intake.draft.pk).status == DeclarationStatus.RELEASED
        text = page("sheet", sheet.public_id)
        assert "2 vehicles were handed over" in text
        assert intake.draft.reference in text
        assert client.get(reverse("declarations:sheet-row", args=[sheet.public_id, 4])).status_code == 404

    def test_a_header_that_is_not_complete_is_told(self, client, page, sheet, intake):
        Declaration.objects.filter(pk=intake.draft.pk).update(consignee_name="")
        client.post(reverse("declarations:sheet-take", args=[sheet.public_id]), {"lodge": "1"}, headers=ENGLISH)
        assert "Complete the declaration first" in page("sheet", sheet.public_id)

    def test_it_may_be_called_off(self, client, page, sheet, intake):
        answer = client.post(reverse("declarations:sheet-cancel", args=[sheet.public_id]))
        assert answer["Location"] == reverse("declarations:vehicles", args=[intake.draft.reference])
        assert "Called off" in page("sheet", sheet.public_id)

    def test_the_page_asks_the_same_few_questions_however_many_rows_it_shows(
        self,
        page,
        sheet,
        intake,
        django_assert_max_num_queries,
    ):
        many = intake.send(table(*[vehicle_body(n, vin=f"LRW{n}") for n in range(10, 40)]))
        for each in (sheet, many):
            with django_assert_max_num_queries(16):
                page("sheet", each.public_id)


def test_an_agent_of_two_exporters_has_to_say_whose_model_it_is(client, page, intake, mallory):
    other = mallory.roles.get().organisation
    Role.objects.create(user=intake.alice, role=RoleName.AGENT, organisation=other)
    values = {"name": "Seal EV", "make": "BYD"}
    assert client.post(reverse("declarations:catalogue-new"), values).status_code == 200
    assert not CatalogueModel.objects.exists()
    assert client.post(reverse("declarations:catalogue-new"), {**values, "organisation": other.pk}).status_code == 302
    assert CatalogueModel.objects.get().organisation == other


def test_models_are_entered_changed_and_removed(client, page, intake):
    assert "No models yet" in page("catalogue")
    values = {"name": "Seal EV", "make": "BYD", "model": "Seal", "category": "M1", "seats": "5"}
    assert client.post(reverse("declarations:catalogue-new"), values).status_code == 302
    model = CatalogueModel.objects.get()
    assert model.body == {"make": "BYD", "model": "Seal", "category": "M1", "seats": 5}
    assert "Seal EV" in page("catalogue")
    assert 'value="BYD"' in page("catalogue-model", model.public_id)
    again = client.post(reverse("declarations:catalogue-new"), values, headers=ENGLISH)
    assert "has a model of this name already" in again.content.decode()
    client.post(reverse("declarations:catalogue-model", args=[model.public_id]), {**values, "name": "Seal 2"})
    assert CatalogueModel.objects.get().name == "Seal 2"
    client.post(reverse("declarations:catalogue-remove", args=[model.public_id]))
    assert not CatalogueModel.objects.exists()


def test_papers_of_a_model_are_entered_once_and_stand_on_each_of_its_vehicles(client, page, intake):
    licence = {"papers-0-code": "export_licence", "papers-0-number": "26-1", "papers-0-valid_until": "2027-01-01"}
    values = {"name": "Seal EV", "make": "BYD", **licence}
    more = client.post(reverse("declarations:catalogue-new"), {**values, "more_papers": "1"}, headers=ENGLISH)
    assert 'name="papers-1-code"' in more.content.decode()
    assert not CatalogueModel.objects.exists()
    client.post(reverse("declarations:catalogue-new"), values)
    model = CatalogueModel.objects.get()
    assert 'value="26-1"' in page("catalogue-model", model.public_id)
    sheet = intake.send(f"VIN,Catalogue model\n{vin_number(7)},Seal EV\n".encode())
    (paper,) = sheet.rows.get().body["papers"]
    assert (paper["code"], paper["number"], paper["valid_until"]) == ("export_licence", "26-1", "2027-01-01")
