"""The exporter's pages of links: make, copy, send, a table for a spreadsheet, the importer's code, the hand-over."""

import csv
import io

import pytest
from django.urls import reverse

from declarations.actions import linking
from declarations.lifecycle import DeclarationStatus
from declarations.models import HandOverCode, HandOverPhoto, Link
from declarations.words import Audience, Side
from tests.cast import NOON, vehicle_body
from tests.declarations.test_actions.test_handing_over import Way
from tests.refusals import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

ENGLISH = {"accept-language": "en"}


def to(row, name="vehicle-links", *more):
    return reverse(f"declarations:{name}", args=[row.reference, *([1] if name != "links" else []), *more])


@pytest.fixture
def read(client, alice):
    client.force_login(alice)
    return lambda address: client.get(address, headers=ENGLISH).content.decode()


@pytest.fixture
def send(client, alice):
    client.force_login(alice)
    return lambda address, **body: client.post(address, body, headers=ENGLISH)


def test_the_declaration_leads_to_its_links_and_each_vehicle_to_its_own(read, declaration):
    row = declaration()
    text = read(reverse("declarations:detail", args=[row.reference]))
    assert to(row, "links") in text
    assert to(row) in text


def test_links_of_all_vehicles_are_made_with_one_button(read, send, declaration):
    row = declaration(vehicles=3)
    assert "Make 3 drivers&#x27; links" in read(to(row, "links")) or "Make 3 drivers' links" in read(to(row, "links"))
    assert send(to(row, "links"), audience="DRIVER")["Location"] == to(row, "links")
    assert Link.objects.count() == 3
    text = read(to(row, "links"))
    assert "drivers' links</button>" not in text
    for link in Link.objects.all():
        assert f'data-copy="http://testserver/d/{link.token}"' in text


@pytest.mark.parametrize("name", ["links", "vehicle-links"])
@pytest.mark.parametrize("audience", ["", "EVERYBODY", "\0"])
def test_a_link_for_nobody_is_not_made(send, declaration, name, audience):
    row = declaration()
    with nothing_written():
        assert send(to(row, name), audience=audience).status_code == 302


def test_a_draft_says_that_links_come_later(read, send, declaration):
    row = declaration(status=DeclarationStatus.DRAFT)
    assert "Links are made once the declaration is lodged." in read(to(row, "links"))
    with nothing_written():
        send(to(row, "links"), audience="DRIVER")
    assert "Links are made once the declaration is lodged." in read(to(row, "links"))


def test_a_new_link_takes_the_place_of_the_one_before(read, send, declaration):
    row = declaration()
    send(to(row), audience="DRIVER")
    first = Link.objects.live().get().token
    send(to(row), audience="DRIVER")
    text = read(to(row))
    assert first not in text
    assert Link.objects.live().get().token in text


def test_the_words_to_send_come_in_four_languages(read, send, declaration):
    row = declaration()
    send(to(row), audience="DRIVER")
    text, url = read(to(row)), f"http://testserver/d/{Link.objects.get().token}"
    for language, part in (("zh-hans", "霍尔果斯口岸"), ("ru", "Хоргос"), ("kk", "Қорғас"), ("en", "Horgos")):
        chat = text.split(f'lang="{language}"')
        assert any(url in piece.split("</textarea>")[0] and part in piece.split("</textarea>")[0] for piece in chat[1:])


def test_the_link_is_a_code_on_the_screen(client, alice, send, declaration):
    row = declaration()
    assert client.get(to(row, "driver-link-svg")).status_code == 404
    send(to(row), audience="DRIVER")
    reply = client.get(to(row, "driver-link-svg"))
    assert (reply["Content-Type"], reply["Cache-Control"]) == ("image/svg+xml", "private, no-store")


def test_the_table_has_every_drivers_link_and_no_formula(client, alice, declaration):
    driver = {**vehicle_body(1)["driver"], "name": "=HYPERLINK(1)"}
    row = declaration(bodies=[vehicle_body(1, driver=driver), vehicle_body(2, model="@SUM(A1)"), vehicle_body(3)])
    linking.make_all(declaration_id=row.pk, audience=Audience.DRIVER, by=alice, now=NOON)
    client.force_login(alice)
    reply = client.get(reverse("declarations:driver-links", args=[row.reference]), headers=ENGLISH)
    assert reply["Content-Type"] == "text/csv; charset=utf-8"
    assert reply.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))
    assert lines[0] == ["VIN", "Vehicle", "Plate", "Driver", "Link"]
    links = {link.vehicle.vin: f"http://testserver/d/{link.token}" for link in Link.objects.select_related("vehicle")}
    assert {line[0]: line[4] for line in lines[1:]} == links
    assert lines[1][3] == "'=HYPERLINK(1)"
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))]


def test_lists_cost_as_many_queries_for_thirty_vehicles_as_for_two(
    client, alice, declaration, django_assert_max_num_queries
):
    client.force_login(alice)
    row = declaration(vehicles=30)
    linking.make_all(declaration_id=row.pk, audience=Audience.DRIVER, by=alice, now=NOON)
    for name in ("links", "driver-links"):
        with django_assert_max_num_queries(12):
            client.get(reverse(f"declarations:{name}", args=[row.reference]), headers=ENGLISH)


def test_the_code_is_shown_once(read, send, declaration):
    row = declaration()
    reply = send(to(row, "vehicle-code"))
    code = reply.context["code"]
    shown = "".join(reply.content.decode().split("hand-code")[1].split("</p>")[0].split())
    assert code[:4] in shown
    assert code[4:] in shown
    assert reply["Cache-Control"] == "private, no-store"
    assert HandOverCode.objects.get().vehicle == row.vehicles.get()
    again = read(to(row))
    assert code[:4] not in again
    assert "hand-code" not in again


def test_a_code_where_nothing_is_left_to_answer_is_refused_with_a_sentence(client, alice, send, declaration):
    row = declaration()
    client.post(reverse("declarations:withdraw", args=[row.reference, 1]), {"reason": "sold"})
    with nothing_written():
        assert "This vehicle was handed over already." in send(to(row, "vehicle-code")).content.decode()


def test_what_the_importer_said_and_both_ends_in_photos(read, declaration, alice, scanner):
    row = declaration()
    way = Way(row, alice)
    way.photograph(Side.DEPARTURE)
    for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
        scanner(lane).scan(way.vehicle)
    way.photograph()
    assert "If the importer says nothing within 48 hours" in " ".join(read(to(row)).split())
    way.answer("WITH_REMARKS", "scratch <i>on the door</i>")
    text = read(to(row))
    assert "scratch &lt;i&gt;on the door" in text
    for photo in HandOverPhoto.objects.all():
        assert to(row, "vehicle-photo", photo.public_id) in text
    assert 'alt="Photo 1 at departure"' in text
    assert 'alt="Photo 1 on arrival"' in text
    told = read(reverse("declarations:detail", args=[row.reference]))
    assert "The importer took the vehicle over with remarks." in told
    assert "The driver took a photo at the place." in told


def test_a_photo_of_another_vehicle_is_not_there(client, alice, declaration):
    way, row = Way(declaration(), alice), declaration()
    way.photograph(Side.DEPARTURE)
    client.force_login(alice)
    assert client.get(to(row, "vehicle-photo", HandOverPhoto.objects.get().public_id)).status_code == 404
