"""The officer's scan page: he is the lane's own device, and a scan is asked until it is answered."""

import uuid
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.urls import reverse

from checkpoint import scanning
from checkpoint.models import Device, Lane, Passage
from checkpoint.models.device import DeviceKind
from declarations.models import Role
from declarations.words import RoleName
from tests.cast import NOON

pytestmark = pytest.mark.django_db

ENTRY, RELEASE = "CNHRS-E1", "CNHRS-R1"


def at(lane):
    return reverse("checkpoint:scan", args=[lane])


@pytest.fixture
def car(declaration):
    return declaration().vehicles.get()


@pytest.fixture
def ask(browser, olga):
    """Olga scans; what she does not say is empty."""
    person = browser(olga)

    def send(lane, *, scan_id=None, **values):
        return person.send(at(lane), scan_id=scan_id or uuid.uuid4(), **values)

    return send


def test_the_pass_alone_opens_the_yard_and_the_plate_typed_by_the_officer_the_gate(ask, car, olga):
    assert "ADMIT" in ask(ENTRY, code=car.newest_pass.code).content.decode()
    assert "ADMIT" in ask(RELEASE, code=car.newest_pass.code, plate=car.plate).content.decode()
    passage = Passage.objects.get(lane__code=RELEASE)
    assert (passage.officer, passage.device.kind) == (olga, DeviceKind.VIRTUAL)
    assert passage.seen["plate_confidence"] is None


def test_a_manual_code_is_typed_as_a_person_types_it(ask, car):
    typed = car.newest_pass.manual_code.lower().replace("-", " ")
    assert "ADMIT" in ask(ENTRY, code=typed).content.decode()


def test_a_stop_shows_the_sentence_what_may_be_done_and_four_languages(ask, car):
    ask(ENTRY, code=car.newest_pass.code)
    text = ask(RELEASE, code=car.newest_pass.code, plate="新A99999临").content.decode()
    assert "STOP" in text
    assert "The plate seen is not the declared one." in text
    assert "turn back" in text
    assert "新A<mark>99999</mark>临" in text and "新A<mark>00001</mark>临" in text
    for words in ("车牌与申报不符", "Номер не совпадает", "Нөмір мәлімделгенге", "The plate is not the declared one"):
        assert words in text
    assert reverse("checkpoint:passage", args=[Passage.objects.get(verdict="ALARM").pk]) in text


def test_six_characters_of_a_vin_are_its_last_six(ask, car):
    ask(ENTRY, code=car.newest_pass.code)
    assert "ADMIT" in ask(RELEASE, code=car.newest_pass.code, vin=f" {car.vin[-6:]} ").content.decode()
    assert Passage.objects.get(lane__code=RELEASE).seen["vin_tail"] == car.vin[-6:]


def test_a_used_pass_says_when_and_where(ask, car):
    ask(ENTRY, code=car.newest_pass.code)
    text = ask("CNHRS-E2", code=car.newest_pass.code).content.decode()
    assert "ALREADY USED" in text
    assert "2026-11-22 12:01" in text
    assert f"· {ENTRY}" in text


def test_the_same_scan_again_gets_the_stored_answer(ask, car):
    scan_id = uuid.uuid4()
    first = ask(ENTRY, scan_id=scan_id, code=car.newest_pass.code).content.decode()
    again = ask(ENTRY, scan_id=scan_id, code=car.newest_pass.code).content.decode()
    assert "ADMIT" in first
    assert "ADMIT" in again
    assert Passage.objects.count() == 1


def test_another_question_under_the_same_id_gets_an_id_of_its_own(ask, car):
    scan_id = uuid.uuid4()
    ask(ENTRY, scan_id=scan_id, code=car.newest_pass.code)
    response = ask(ENTRY, scan_id=scan_id, code="something else")
    assert response.status_code == 409
    assert str(scan_id) not in response.content.decode()
    assert "something else" in response.content.decode()
    assert Passage.objects.count() == 1


def test_a_code_is_never_opened_and_rubbish_is_answered(ask):
    for code in (
        "https://example.org/",
        "x" * 3000,
        "\N{RIGHT-TO-LEFT OVERRIDE}abc",
        "a\0b",
        "<script>alert(1)</script>",
    ):
        response = ask(RELEASE, code=code)
        assert response.status_code == 200, code
        assert "STOP" in response.content.decode()
        assert "<script>alert" not in response.content.decode()


def test_nothing_scanned_asks_nothing(ask):
    response = ask(RELEASE, code="  ")
    assert response.status_code == 422
    assert "Nothing was scanned" in response.content.decode()
    assert not Passage.objects.exists()


def test_if_nothing_could_be_stored_an_officer_decides_and_the_id_stays_good(ask, car):
    scan_id = uuid.uuid4()
    with patch.object(scanning, "scan", side_effect=OperationalError):
        response = ask(ENTRY, scan_id=scan_id, code=car.newest_pass.code)
    assert response.status_code == 503
    assert "OFFICER" in response.content.decode()
    assert not Passage.objects.exists()
    assert "ADMIT" in ask(ENTRY, scan_id=scan_id, code=car.newest_pass.code).content.decode()


def test_the_script_gets_the_answer_alone(browser, olga, car):
    headers = {"x-requested-with": "scan"}
    values = {"scan_id": uuid.uuid4(), "code": car.newest_pass.code}
    text = browser(olga).send(at(ENTRY), headers=headers, **values).content.decode()
    assert 'data-verdict="admit"' in text
    assert "<html" not in text


def test_a_vehicle_found_by_its_vin_brings_its_pass(browser, olga, car):
    person = browser(olga)
    person.open(at(RELEASE))
    found = person.read(reverse("checkpoint:find") + f"?q={car.vin[-6:]}")
    assert f"{at(RELEASE)}?vin={car.vin}" in found
    form = person.read(f"{at(RELEASE)}?vin={car.vin}")
    assert car.newest_pass.manual_code in form
    assert f'value="{car.vin}"' in form


def test_the_lane_is_remembered(browser, olga):
    person = browser(olga)
    assert person.open(reverse("checkpoint:resume")).url == reverse("checkpoint:lanes")
    assert person.send(reverse("checkpoint:lanes"), lane=RELEASE).url == at(RELEASE)
    assert person.open(reverse("checkpoint:resume")).url == at(RELEASE)


def test_only_lanes_of_ones_own_port_open(browser, olga):
    Role.objects.filter(user=olga).update(port="CNYRK")
    person = browser(olga)
    text = person.read(reverse("checkpoint:lanes"))
    assert "CNYRK-R1" in text
    assert RELEASE not in text
    assert person.send(reverse("checkpoint:lanes"), lane=RELEASE).status_code == 404
    assert person.open(at(RELEASE)).status_code == 404
    assert person.send(at(RELEASE), scan_id=uuid.uuid4(), code="x").status_code == 404
    assert not Passage.objects.exists()


def test_documents_and_inspection_officers_scan_nowhere(browser, carl, ivan):
    for officer in (carl, ivan):
        assert "No lane for you" in browser(officer).read(reverse("checkpoint:lanes"))
        assert browser(officer).send(at(RELEASE), scan_id=uuid.uuid4(), code="x").status_code == 404
    assert not Passage.objects.exists()


def test_a_revoked_page_and_a_closed_lane_scan_no_more(browser, olga):
    device = Device.objects.get(lane__code=RELEASE, kind=DeviceKind.VIRTUAL)
    device.revoke(now=NOON)
    assert browser(olga).send(at(RELEASE), scan_id=uuid.uuid4(), code="x").status_code == 404
    Lane.objects.filter(code=ENTRY).update(is_open=False)
    assert browser(olga).open(at(ENTRY)).status_code == 404


def test_the_control_room_scans_at_a_distance(browser, oscar, car):
    assert RoleName.CONTROL_ROOM in {row.role for row in oscar.roles.all()}
    values = {"scan_id": uuid.uuid4(), "code": car.newest_pass.code}
    assert "ADMIT" in browser(oscar).send(at(ENTRY), **values).content.decode()
