"""The importer's page: where the vehicle is, and how he answers for it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from declarations.actions import handing_over, linking
from declarations.lifecycle import VehicleStatus
from declarations.models import HandOver, HandOverPhoto, Vehicle
from declarations.words import Audience, HandOverResult, Side
from tests.cast import NOON, vehicle_body
from tests.declarations.test_actions.test_handing_over import Way, picture
from tests.refusals import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "no_brake")]

ENGLISH = {"accept-language": "en"}
DRIVER = {"name": "CANARY Li", "passport_number": "E87654321", "nationality": "CN", "phone": "13912345678"}
NEVER_TOLD = ("CANARY", "E87654321", "13912345678", "89800", "Tianshan", "8703", "alice", "新A0000")


@pytest.fixture
def phone():
    return Client(headers=ENGLISH)


@pytest.fixture
def way(declaration, alice):
    bodies = [vehicle_body(1, driver={**DRIVER, "card": "CANARY"})]
    consignee = {"name": "CANARY Motors", "country": "KZ", "address": "CANARY street"}
    return Way(declaration(bodies=bodies, consignee=consignee, contract_number="CANARY-1"), alice)


@pytest.fixture
def out(way, scanner):
    for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
        scanner(lane).scan(way.vehicle)
    assert way.vehicle.status == VehicleStatus.EXITED
    return way


def to(way):
    return reverse("declarations:importer", args=[way.importer.token])


def answer(way, **changes):
    return {"result": "ACCEPTED", "remarks": "", "code": way.code, **changes}


def test_it_shows_where_the_vehicle_is(phone, way, scanner):
    assert 'aria-current="step">\n            <b>Released by customs' in phone.get(to(way)).content.decode()
    scanner("CNHRS-E1").scan(way.vehicle)
    text = phone.get(to(way)).content.decode()
    assert 'aria-current="step">\n            <b>At the port' in text
    assert "Did you get the vehicle?" not in text


def test_it_names_no_person_no_price_and_no_whole_vin(phone, out):
    out.photograph()
    text = phone.get(to(out)).content.decode()
    for fact in (*NEVER_TOLD, out.vehicle.vin, out.vehicle.declaration.reference):
        assert fact not in text, fact
    assert out.vehicle.vin[-6:] in text


def test_the_others_of_the_declaration_are_named_by_the_end_of_their_vin(phone, declaration, alice):
    row = declaration(vehicles=3)
    first, second, _third = row.vehicles.order_by("position")
    link = linking.make(vehicle_id=first.pk, audience=Audience.IMPORTER, by=alice, now=NOON)
    text = phone.get(reverse("declarations:importer", args=[link.token])).content.decode()
    assert second.vin[-6:] in text
    assert second.vin not in text


def test_the_page_costs_as_many_queries_for_thirty_vehicles_as_for_one(
    phone, declaration, alice, django_assert_max_num_queries
):
    row = declaration(vehicles=30)
    link = linking.make(vehicle_id=row.vehicles.first().pk, audience=Audience.IMPORTER, by=alice, now=NOON)
    with django_assert_max_num_queries(8):
        phone.get(reverse("declarations:importer", args=[link.token]))


def test_accepted_with_the_code_is_handed_over(phone, out):
    reply = phone.post(to(out), answer(out))
    assert reply["Location"] == to(out)
    assert out.vehicle.status == VehicleStatus.HANDED_OVER
    text = phone.get(to(out)).content.decode()
    assert "handed--accepted" in text
    assert "Did you get the vehicle?" not in text


def test_remarks_and_photos_are_shown_beside_those_of_departure(phone, way, scanner, tmp_path):
    way.photograph(Side.DEPARTURE, picture("red"))
    for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
        scanner(lane).scan(way.vehicle)
    file = tmp_path / "a.jpg"
    file.write_bytes(picture("blue"))
    with file.open("rb") as photo:
        phone.post(to(way), answer(way, result="WITH_REMARKS", remarks="scratch on the door", photos=photo))
    text = phone.get(to(way)).content.decode()
    assert "scratch on the door" in text
    assert {row.side for row in HandOverPhoto.objects.all()} == {Side.DEPARTURE, Side.ARRIVAL}
    for row in HandOverPhoto.objects.all():
        address = reverse("declarations:importer-photo", args=[way.importer.token, row.public_id])
        assert address in text
        reply = phone.get(address)
        assert (reply["Content-Type"], reply["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
        assert reply.content.startswith(b"\xff\xd8")


def test_what_was_typed_stays_where_the_answer_is_refused(phone, out):
    text = phone.post(
        to(out), answer(out, result="REFUSED", remarks="wrong colour <b>", code="WRONG222")
    ).content.decode()
    assert "The code is not right. 4 tries are left." in text
    assert "wrong colour &lt;b&gt;" in text
    assert not HandOver.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"result": ""},
        {"result": "OBJECTED"},
        {"result": "REFUSED"},
        {"code": ""},
        {"code": "x" * 30},
        {"remarks": "x" * 3000},
        {"remarks": "\0"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(phone, out, changes):
    with nothing_written():
        reply = phone.post(to(out), answer(out, **changes))
    assert reply.status_code == 200
    assert "There is a problem" in reply.content.decode()


def test_before_the_exit_an_answer_changes_nothing(phone, way):
    with nothing_written():
        assert phone.post(to(way), answer(way)).status_code in (200, 302)


def test_what_is_no_photo_is_said(phone, out, tmp_path):
    file = tmp_path / "a.jpg"
    file.write_bytes(b"%PDF-1.7")
    with nothing_written(), file.open("rb") as photo:
        reply = phone.post(to(out), answer(out, photos=photo))
    assert "A photo is wanted here, not a PDF." in reply.content.decode()


def test_a_photo_of_another_vehicle_is_not_there(phone, out, declaration, alice):
    other = Way(declaration(), alice)
    other.photograph(Side.DEPARTURE)
    foreign = HandOverPhoto.objects.get()
    address = reverse("declarations:importer-photo", args=[out.importer.token, foreign.public_id])
    assert phone.get(address).status_code == 404


def test_against_silence_that_counted_he_may_object(phone, out):
    out.photograph(now=NOON - handing_over.SILENCE)
    Vehicle.objects.filter(pk=out.pk).update(status_at=NOON - handing_over.SILENCE - timedelta(hours=1))
    assert handing_over.count_silence(vehicle_id=out.pk, now=NOON)
    text = phone.get(to(out)).content.decode()
    assert "one-sided" in text
    phone.post(to(out), answer(out, result="OBJECTED", remarks="I never got it"))
    assert HandOver.objects.last().result == HandOverResult.OBJECTED


def test_a_vehicle_that_comes_to_nobody_says_so(phone, way, alice):
    linking_vehicle = way.vehicle
    handing = reverse("declarations:withdraw", args=[linking_vehicle.declaration.reference, 1])
    exporter = Client(headers=ENGLISH)
    exporter.force_login(alice)
    exporter.post(handing, {"reason": "sold"})
    text = phone.get(to(way)).content.decode()
    assert "This vehicle does not come with this declaration." in text
    assert "way-stop" not in text
