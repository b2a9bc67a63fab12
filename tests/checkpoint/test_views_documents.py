"""Papers before an officer: what is entered beside what was uploaded, by whom and when, taken back ones too."""

import pytest
from django.urls import reverse

from declarations.actions import documents, licences
from tests.cast import NOON, vehicle_body
from tests.files import pdf, photo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def row(declaration, alice):
    found = declaration(bodies=[vehicle_body(1), vehicle_body(2)])
    first = found.vehicles.get(position=1)
    documents.add(
        declaration_id=found.pk,
        code="export_licence",
        files=[("licence.jpg", photo()), ("old.pdf", pdf())],
        vehicle_ids=[first.pk],
        details={"number": "26-AA-1", "quantity": 3},
        by=alice,
        now=NOON,
    )
    return found


@pytest.fixture
def read(client, carl):
    client.force_login(carl)
    return lambda address: client.get(address, headers=ENGLISH).content.decode()


def to(row, name="documents", **names):
    return reverse(f"checkpoint:{name}", kwargs={"reference": row.reference, **names})


def test_data_and_files_stand_side_by_side(row, read):
    page = read(to(row))
    for told in ("26-AA-1", "licence.jpg", "old.pdf", "alice", "Packing list", "no file"):
        assert told in page
    document = row.documents.get(kind="image/jpeg")
    assert reverse("declarations:document-picture", args=[row.reference, document.public_id]) in page


def test_what_was_declared_stands_above_its_papers(row, read):
    page = read(to(row))
    for vehicle in row.vehicles.all():
        assert f"{vehicle.make} {vehicle.model} {vehicle.model_year}" in page
        assert f"HS {vehicle.hs_code}" in page
    for told in (row.consignee_name, row.contract_number, "M1 · "):
        assert told in page


def test_whoever_accepts_papers_is_not_asked_what_is_wrong_with_them(declaration, read):
    used = vehicle_body(7, condition="USED", first_registered_on="2024-03-01", odometer_km=20000)
    found = declaration(bodies=[used])
    assert "Say what is wrong" not in read(to(found, "accept-papers"))
    assert "Say what is wrong" in read(to(found, "refuse-papers"))


def test_what_was_taken_back_is_marked(row, read, alice):
    old = row.documents.get(kind="application/pdf")
    documents.remove(document_id=old.pk, by=alice, now=NOON)
    page = read(to(row))
    assert "old.pdf" in page and "taken back" in page


def test_one_vehicle_alone(row, read):
    other = row.vehicles.get(position=2)
    page = read(f"{to(row)}?vehicle={other.vin}")
    assert "licence.jpg" not in page and "Show all vehicles" in page
    assert "No vehicle here" in read(f"{to(row)}?vehicle=NOBODY")


def test_the_dossier_leads_to_it(row, read):
    vin = row.vehicles.get(position=1).vin
    assert to(row) in read(to(row, "declaration"))
    assert f"{to(row)}?vehicle={vin}" in read(to(row, "vehicle", vin=vin))


def test_a_licence_used_beyond_what_was_granted_is_told(row, read, alice):
    body = {"code": "export_licence", "number": "26-aa-1", "granted": 2}
    licences.keep(organisation=row.organisation, body=body, by=alice, now=NOON)
    page = read(to(row))
    assert "used beyond what was granted" in page and "granted 2, used 3, left 0" in page


def test_exporters_and_officers_of_another_port_find_nothing(row, client, alice):
    client.force_login(alice)
    assert client.get(to(row)).status_code == 404


def test_many_vehicles_cost_no_more_queries(declaration, client, carl, django_assert_max_num_queries):
    row = declaration(bodies=[vehicle_body(n) for n in range(1, 31)])
    client.force_login(carl)
    with django_assert_max_num_queries(24):
        assert client.get(to(row), headers=ENGLISH).content.decode().count("Compulsory traffic insurance") == 10
