"""The page on which all passes of a declaration are put on paper."""

import pytest
from django.urls import reverse

from declarations.lifecycle import DeclarationStatus, Owed
from declarations.models import OutboxTask, PrintJob
from tests.cast import let_workers_run
from tests.refusals import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

ENGLISH = {"accept-language": "en"}
POLLS = 'hx-trigger="every 1s"'


def to(row, name="print"):
    return reverse(f"declarations:{name}", args=[row.reference])


@pytest.fixture
def read(client):
    return lambda address: client.get(address, headers=ENGLISH).content.decode()


def test_the_declaration_links_to_it_once_released(client, alice, declaration, read):
    client.force_login(alice)
    released, lodged = declaration(), declaration(status=DeclarationStatus.LODGED)
    assert to(released) in read(reverse("declarations:detail", args=[released.reference]))
    assert to(lodged) not in read(reverse("declarations:detail", args=[lodged.reference]))


def test_from_asking_to_the_file(client, alice, declaration, read):
    row = declaration(vehicles=2)
    client.force_login(alice)
    assert POLLS not in read(to(row))
    assert client.post(to(row), {"form": "pdf"})["Location"] == to(row)
    assert POLLS in read(to(row))
    waiting = client.get(to(row, "print-progress"), headers=ENGLISH)
    assert "0 of 2 passes" in waiting.content.decode()
    assert "HX-Retarget" not in waiting, "the button to cancel keeps the focus"
    assert client.get(to(row, "print-file"))["Location"] == to(row)
    let_workers_run()
    answered = client.get(to(row, "print-progress"), headers=ENGLISH)
    assert answered["HX-Retarget"] == "#print"
    done = answered.content.decode()
    assert POLLS not in done
    assert "The file is ready" in done
    assert to(row, "print-file") in done
    file = client.get(to(row, "print-file"))
    assert (file["Content-Type"], file["Cache-Control"]) == ("application/pdf", "private, no-store")
    assert file["Content-Disposition"] == f'attachment; filename="{row.reference}.pdf"'
    assert file.content.startswith(b"%PDF")


def test_a_zip_comes_as_a_zip(client, alice, declaration):
    row = declaration()
    client.force_login(alice)
    client.post(to(row), {"form": "zip"})
    let_workers_run()
    file = client.get(to(row, "print-file"))
    assert (file["Content-Type"], file.content[:2]) == ("application/zip", b"PK")


def test_what_waits_can_be_cancelled(client, alice, declaration, read):
    row = declaration()
    client.force_login(alice)
    client.post(to(row), {"form": "pdf"})
    assert to(row, "print-cancel") in read(to(row))
    assert client.post(to(row, "print-cancel"))["Location"] == to(row)
    assert not PrintJob.objects.exists()


def test_a_failure_is_said(client, alice, declaration, read):
    row = declaration()
    client.force_login(alice)
    client.post(to(row), {"form": "pdf"})
    OutboxTask.objects.filter(kind=Owed.PRINT).update(failed_at="2026-11-22T04:00Z")
    page = read(to(row))
    assert "The file could not be made" in page
    assert POLLS not in page


def test_a_refusal_and_nonsense_write_nothing(client, alice, declaration, read):
    released, lodged = declaration(), declaration(status=DeclarationStatus.LODGED)
    client.force_login(alice)
    with nothing_written():
        client.post(to(lodged), {"form": "pdf"}, headers=ENGLISH)
        client.post(to(released), {"form": "docx"})
        client.post(to(released))
    assert "No pass of this declaration is in force now." in read(to(lodged))


def test_it_is_its_exporters_alone(client, alice, mallory, carl, declaration):
    row = declaration()
    client.force_login(alice)
    client.post(to(row), {"form": "pdf"})
    let_workers_run()
    for user, status in ((mallory, 404), (carl, 403)):
        client.force_login(user)
        for name in ("print", "print-progress", "print-file"):
            assert client.get(to(row, name)).status_code == status
        for name in ("print", "print-cancel"):
            assert client.post(to(row, name), {"form": "zip"}).status_code == status
    assert PrintJob.objects.get().form == "pdf"
