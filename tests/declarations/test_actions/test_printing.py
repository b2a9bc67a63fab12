"""All passes of a declaration on paper: asked for, made by a worker once, replaced, cancelled, swept."""

import io
import zipfile
from contextlib import closing
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from django.db import IntegrityError, connection, transaction

from declarations import actions, outbox
from declarations.actions import printing
from declarations.clearance import sweeps
from declarations.lifecycle import DeclarationStatus, Owed
from declarations.models import OutboxTask, Pass, PrintJob
from declarations.words import PrintForm
from tests.cast import NOON, let_workers_run, vehicle_body
from tests.refusals import nothing_written, refusal

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)


def ask(row, by, form=PrintForm.PDF, now=NOON):
    return printing.ask(declaration_id=row.pk, form=form, by=by, now=now)


def codes(content):
    """Of each page the pass that its symbols say."""
    found = []
    with pypdfium2.PdfDocument(content) as document:
        for page in document:
            image = page.render(scale=200 / 72, grayscale=True).to_pil().convert("L")
            (text,) = {symbol.text for symbol in zxingcpp.read_barcodes(image)}
            found.append(text)
    return found


def in_order(row):
    return list(row.vehicles.order_by("position").values_list("vin", "passes__code"))


def test_one_pdf_has_both_sheets_of_every_pass_in_the_order_of_the_vehicles(declaration, alice):
    row = declaration(vehicles=3)
    ask(row, alice)
    assert let_workers_run(LATER) == 1
    job = PrintJob.objects.get()
    assert (job.made_at, job.passes, job.is_waiting, job.has_failed) == (LATER, 3, False, False)
    assert codes(job.file) == [code for _vin, code in in_order(row) for _sheet in range(2)]


def test_a_zip_has_one_pdf_per_vehicle_named_by_its_vin(declaration, alice):
    row = declaration(vehicles=2)
    ask(row, alice, PrintForm.ZIP)
    let_workers_run(LATER)
    with zipfile.ZipFile(io.BytesIO(PrintJob.objects.get().file)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"{vin}.pdf" for vin, _code in in_order(row)]
        for vin, code in in_order(row):
            assert codes(archive.read(f"{vin}.pdf")) == [code, code]


def test_no_personal_fact_is_on_paper(declaration, alice):
    driver = {"name": "CANARY Li", "passport_number": "E87654321", "nationality": "CN", "phone": "13912345678"}
    consignee = {"name": "CANARY Motors", "country": "KZ", "address": "CANARY street"}
    row = declaration(bodies=[vehicle_body(1, driver={**driver, "card": "CANARY-9"})], consignee=consignee)
    ask(row, alice)
    let_workers_run(LATER)
    with pypdfium2.PdfDocument(PrintJob.objects.get().file) as document:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
        text += str(document.get_metadata_dict())
    assert "000001" in text
    for fact in ("CANARY", "E87654321", "13912345678"):
        assert fact not in text


def test_passes_are_those_of_the_moment_of_the_work(declaration, alice):
    row = declaration(vehicles=2)
    first, second = row.vehicles.order_by("position")
    ask(row, alice)
    actions.renew_pass(vehicle_id=first.pk, by=alice, now=LATER)
    let_workers_run(LATER)
    assert codes(PrintJob.objects.get().file)[::2] == [first.newest_pass.code, second.newest_pass.code]
    assert Pass.objects.get(vehicle=first, version=1).code != first.newest_pass.code


def test_the_file_is_ciphertext_in_the_database(declaration, alice):
    ask(declaration(), alice)
    let_workers_run(LATER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT file FROM declarations_printjob")
        stored = bytes(cursor.fetchone()[0])
    assert stored.startswith(b"t2:")
    assert b"PDF" not in stored


def test_a_worker_that_dies_leaves_nothing_and_the_next_makes_it_once(declaration, alice, monkeypatch):
    class Killed(BaseException):
        """The program ends here."""

    row = declaration(vehicles=2)
    ask(row, alice)
    task = OutboxTask.objects.get(kind=Owed.PRINT)
    drawn = []

    def die_after_the_first(told):
        drawn.append(told)
        if len(drawn) == 2:
            raise Killed

    def work(row):
        with monkeypatch.context() as patched:
            on_paper = printing.on_paper
            patched.setattr(
                printing,
                "on_paper",
                lambda rows, now: (die_after_the_first(told) or told for told in on_paper(rows, now=now)),
            )
            printing.make(declaration_id=row.subject, now=LATER)

    with pytest.raises(Killed):
        outbox.run(task_id=task.pk, work=work, now=LATER)
    job = PrintJob.objects.get()
    assert (len(drawn), job.made_at, job.file, job.is_waiting) == (2, None, None, True)

    def finish(row):
        printing.make(declaration_id=row.subject, now=LATER)

    assert outbox.run(task_id=task.pk, work=finish, now=LATER)
    made = PrintJob.objects.get()
    assert (made.pk, made.passes) == (job.pk, 2)
    assert not outbox.run(task_id=task.pk, work=finish, now=LATER + timedelta(hours=1))
    with nothing_written():
        printing.make(declaration_id=row.pk, now=LATER + timedelta(hours=1))


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_reads_how_many_are_drawn_before_the_work_is_done(declaration, alice, monkeypatch):
    row = declaration(vehicles=3)
    job = ask(row, alice)
    assert (job.passes, job.drawn) == (3, 0)
    seen = []

    def look(passes, *_more):
        for _each in passes:
            with closing(connection.copy()) as reader, reader.cursor() as cursor:  # another person's page
                cursor.execute("SELECT drawn, made_at FROM declarations_printjob WHERE id = %s", [job.pk])
                seen.append(cursor.fetchone())
        return b"PDF"

    monkeypatch.setattr(printing, "TOLD_EVERY_S", 0)
    monkeypatch.setitem(printing.FILES, PrintForm.PDF, look)
    let_workers_run(LATER)
    assert seen == [(0, None), (1, None), (2, None)]
    made = PrintJob.objects.get()
    assert (made.drawn, made.passes, made.made_at) == (3, 3, LATER)


def test_asked_twice_it_is_one_and_another_form_replaces_it(declaration, alice, bob):
    row = declaration()
    first = ask(row, alice)
    with nothing_written():
        assert ask(row, bob, now=LATER) == first
    second = ask(row, bob, PrintForm.ZIP, now=LATER)
    assert list(PrintJob.objects.all()) == [second]
    assert let_workers_run(LATER) == 2
    assert PrintJob.objects.get().file.startswith(b"PK")


def test_asked_again_after_it_was_made_it_is_made_anew(declaration, alice):
    row = declaration()
    ask(row, alice)
    let_workers_run(NOON)
    ask(row, alice, now=LATER)
    assert PrintJob.objects.get().is_waiting
    let_workers_run(LATER)
    assert PrintJob.objects.get().made_at == LATER


def test_cancelled_before_or_while_it_is_made_there_is_no_file(declaration, alice, monkeypatch):
    row = declaration()
    ask(row, alice)
    printing.cancel(declaration_id=row.pk, by=alice)
    assert let_workers_run(LATER) == 1
    assert not PrintJob.objects.exists()

    ask(row, alice)
    draw = printing.FILES[PrintForm.PDF]

    def cancel_meanwhile(*asked):
        printing.cancel(declaration_id=row.pk, by=alice)
        return draw(*asked)

    monkeypatch.setitem(printing.FILES, PrintForm.PDF, cancel_meanwhile)
    let_workers_run(LATER)
    assert not PrintJob.objects.exists()


def test_passes_revoked_meanwhile_leave_nothing_to_print(declaration, alice):
    row = declaration()
    ask(row, alice)
    actions.cancel(declaration_id=row.pk, reason="sold", by=alice, now=NOON)
    let_workers_run(LATER)
    assert not PrintJob.objects.exists()


def test_work_that_was_given_up_shows_as_failed_and_can_be_asked_again(declaration, alice):
    row = declaration()
    job = ask(row, alice)
    OutboxTask.objects.filter(pk=job.task_id).update(failed_at=NOON, error="no room")
    job = PrintJob.objects.get()
    assert (job.has_failed, job.is_waiting) == (True, False)
    assert ask(row, alice, now=LATER).pk != job.pk


def test_without_a_pass_in_force_nothing_is_asked(declaration, alice):
    row = declaration(status=DeclarationStatus.LODGED)
    with refusal("NO_PASS_YET"):
        ask(row, alice)


@pytest.mark.parametrize("name", ["mallory", "carl"])
def test_only_its_exporter_asks_and_cancels(declaration, alice, request, name):
    row = declaration()
    ask(row, alice)
    other = request.getfixturevalue(name)
    with refusal("NOT_PERMITTED"):
        ask(row, other, PrintForm.ZIP)
    with refusal("NOT_PERMITTED"):
        printing.cancel(declaration_id=row.pk, by=other)


def test_the_file_is_deleted_after_a_day(declaration, alice):
    ask(declaration(), alice)
    let_workers_run(NOON)
    day = timedelta(days=1)
    assert sweeps.sweep(now=NOON + day)["printed"] == 0
    assert sweeps.sweep(now=NOON + day + timedelta(seconds=1))["printed"] == 1
    assert not PrintJob.objects.exists()


def test_the_database_knows_no_file_without_its_moment_and_no_other_form(declaration, alice):
    ask(declaration(), alice)
    for wrong in ({"made_at": NOON}, {"file": b"x"}, {"form": "doc"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PrintJob.objects.update(**wrong)


def test_a_large_declaration_costs_no_more_queries(declaration, alice, django_assert_num_queries):
    few, many = declaration(vehicles=1), declaration(vehicles=6)
    ask(few, alice)
    ask(many, alice)
    printing.make(declaration_id=few.pk, now=LATER)
    ask(few, alice)
    with django_assert_num_queries(15) as counted:
        printing.make(declaration_id=few.pk, now=LATER)
    with django_assert_num_queries(len(counted)):
        printing.make(declaration_id=many.pk, now=LATER)
