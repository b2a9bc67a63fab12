"""The pages of ferrymen: register, cards, returns, statement, the choice of a driver, his own page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from declarations.actions import ferrymen
from declarations.models import CrewMember, Driver, FerrymanReturn, PersonalView
from tests.cast import NOON, vehicle_body
from tests.crew import entry
from tests.refusals import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

DAY = timedelta(days=1)


def to(name, *args):
    return reverse(f"declarations:{name}", args=args)


@pytest.fixture
def browser(alice):
    opened = Client(headers={"accept-language": "en"})
    opened.force_login(alice)
    return opened


@pytest.fixture
def read(browser):
    return lambda address: browser.get(address).content.decode()


def test_an_empty_register_teaches_the_first_step(read):
    page = read(to("ferrymen"))
    assert "No ferrymen yet" in page
    assert to("ferryman-new") in page


def test_a_ferryman_is_entered_once_and_shown_masked_in_the_list(browser, read):
    answered = browser.post(to("ferryman-new"), entry(1))
    row = CrewMember.objects.get()
    assert answered["Location"] == to("ferryman", row.public_id)
    page = read(to("ferrymen"))
    assert "Li Wei 1" in page
    assert "…001" in page
    assert not [each for each in ("E10000001", "CARD-1", "139 0000") if each in page]


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(browser):
    with nothing_written():
        page = browser.post(to("ferryman-new"), entry(1, passport_number="Ж", fee="much")).content.decode()
    assert 'value="Ж"' in page
    assert "5 to 15 Latin letters" in page
    assert "An amount belongs here" in page


def test_his_page_shows_everything_and_writes_down_who_looked(browser, read, enter, alice):
    row = enter(1)
    page = read(to("ferryman", row.public_id))
    assert not [each for each in ("E10000001", "CARD-1", "+86 139 0000 0000", "800.00") if each not in page]
    read(to("ferryman-edit", row.public_id))
    assert [(seen.member, seen.by) for seen in PersonalView.objects.all()] == [(row, alice)] * 2
    read(to("ferrymen"))
    assert PersonalView.objects.count() == 2


@pytest.mark.parametrize(
    ("asked", "found"), [("wei 2", True), ("E10000002", True), ("card-2", True), ("E1000000", False), ("0002", False)]
)
def test_he_is_found_by_a_part_of_his_name_or_a_whole_number(read, enter, asked, found):
    enter(1)
    enter(2, name="Zhang Wei 2")
    page = read(f"{to('ferrymen')}?q={asked}")
    assert ("Zhang Wei 2" in page) == found
    assert "Li Wei 1" not in page


def test_the_list_takes_the_same_queries_for_one_and_for_many(browser, enter, drive_out, django_assert_max_num_queries):
    for n in range(1, 6):
        member = enter(n)
    drive_out(member, NOON - 3 * DAY)
    with django_assert_max_num_queries(9):
        assert browser.get(to("ferrymen")).status_code == 200


def test_papers_that_run_out_and_days_that_run_short_are_told(read, enter, drive_out):
    member = enter(1, passport_expires_on="2026-11-01", licence_expires_on="2026-12-20")
    drive_out(member, NOON - 3 * DAY)
    page = read(to("ferrymen"))
    assert "Passport ran out 2026-11-01" in page
    assert "Licence until 2026-12-20" in page
    assert "estimated" in page


def test_a_lost_card_is_one_tap_and_a_new_one_is_entered_beside(browser, read, enter):
    row = enter(1)
    assert browser.post(to("ferryman-card-lost", row.public_id), follow=True).status_code == 200
    assert CrewMember.objects.get().card == ""
    page = browser.post(to("ferryman-card", row.public_id), {"card": "CARD-1"}).content.decode()
    assert "reported lost" in page
    browser.post(to("ferryman-card", row.public_id), {"card": "NEW"})
    assert CrewMember.objects.get().card == "NEW"


def test_out_of_the_register_and_back_and_erased(browser, read, enter):
    row = enter(1)
    browser.post(to("ferryman-retire", row.public_id))
    assert to("ferryman", row.public_id) not in read(to("ferrymen"))
    assert to("ferryman", row.public_id) in read(f"{to('ferrymen')}?past=1")
    browser.post(to("ferryman-take-back", row.public_id))
    assert CrewMember.objects.get().is_active
    browser.post(to("ferryman-retire", row.public_id))
    read(to("ferrymen"))  # what was told on the way names him
    browser.post(to("ferryman-erase", row.public_id))
    assert "Li Wei 1" not in read(to("ferryman", row.public_id))


def test_returns_of_several_are_recorded_on_one_page(browser, read, enter, drive_out):
    cars = [drive_out(enter(n), NOON - 3 * DAY) for n in (1, 2)]
    page = read(to("returns"))
    assert all(f'value="{car.pk}"' in page for car in cars)
    sent = {"returned_on": "2026-11-21", "vehicle": [car.pk for car in cars]}
    assert browser.post(to("returns"), sent)["Location"] == to("returns")
    assert FerrymanReturn.objects.count() == 2
    assert "Everybody is back" in read(to("returns"))


@pytest.mark.parametrize(
    ("day", "told"), [("2026-11-01", "nobody came back"), ("soon", "A date belongs here"), ("", "Enter the day")]
)
def test_an_impossible_day_is_told_and_the_ticks_stay(browser, enter, drive_out, day, told):
    car = drive_out(enter(1), NOON - 3 * DAY)
    with nothing_written():
        page = browser.post(to("returns"), {"returned_on": day, "vehicle": [car.pk, "x", "9" * 30]}).content.decode()
    assert told in page
    assert f'value="{car.pk}"\n                   checked' in page


def test_nobody_ticked_is_told(browser, enter, drive_out):
    drive_out(enter(1), NOON - 3 * DAY)
    assert "Tick who came back" in browser.post(to("returns"), {"returned_on": "2026-11-21"}).content.decode()


def test_a_return_of_a_stranger_is_not_his_to_record(enter, drive_out, mallory):
    car = drive_out(enter(1), NOON - 3 * DAY)
    client = Client(headers={"accept-language": "en"})
    client.force_login(mallory)
    with nothing_written():
        client.post(to("returns"), {"returned_on": "2026-11-21", "vehicle": [car.pk]})


def test_a_return_is_taken_back_on_his_page(browser, read, enter, drive_out, alice):
    member = enter(1)
    car = drive_out(member, NOON - 3 * DAY)
    sent = {"returned_on": "2026-11-21", "vehicle": car.pk, "member": member.public_id}
    assert browser.post(to("returns"), sent)["Location"] == to("ferryman", member.public_id)
    assert "2026-11-21" in read(to("ferryman", member.public_id))
    browser.post(to("return-annul", member.public_id, car.pk))
    assert not FerrymanReturn.objects.standing().exists()


def test_the_statement_shows_trips_and_fees_and_comes_as_a_file(browser, read, enter, drive_out):
    car = drive_out(enter(1, name="=HYPERLINK(1)"), NOON - 3 * DAY)
    page = read(to("statement"))
    assert f"…{car.vin[-6:]}" in page
    assert "800.00" in page
    text = browser.get(f"{to('statement-csv')}?month=2026-11")
    assert text["Content-Type"] == "text/csv; charset=utf-8"
    assert "'=HYPERLINK(1)" in text.content.decode("utf-8-sig")
    book = browser.get(f"{to('statement-xlsx')}?month=2026-11")
    assert book.content.startswith(b"PK")
    assert "no-store" in book["Cache-Control"]
    assert "Nobody drove out" in read(f"{to('statement')}?month=2026-10")
    for odd in ("2026-13", "x", "0000-01", "9999-12"):
        assert browser.get(f"{to('statement')}?month={odd}&organisation=x").status_code == 200


def test_a_ferryman_is_chosen_as_driver_by_one_choice(browser, read, enter, declaration):
    member, row = enter(1), declaration(bodies=[vehicle_body(3, driver=None)])
    address = to("vehicle-driver", row.reference, 1)
    assert "Li Wei 1 · …001" in read(address)
    sent = {"member": member.public_id, "plate": "新A00003临", "plate_expires_on": "2026-12-20"}
    checked = browser.post(to("vehicle-check", row.reference) + "?place=1", {**sent, "part": "driver"}).content.decode()
    assert 'value="E10000001"' in checked
    assert "Nothing" not in checked
    browser.post(address, sent)
    assert Driver.objects.get().body() == member.driver()


def test_another_exporters_ferryman_cannot_be_chosen(browser, enter, declaration, mallory):
    theirs, row = enter(1, by=mallory), declaration(bodies=[vehicle_body(3, driver=None)])
    sent = {"member": theirs.public_id, "plate": "新A00003临", "plate_expires_on": "2026-12-20"}
    browser.post(to("vehicle-driver", row.reference, 1), sent)
    assert not Driver.objects.exists()
    with nothing_written():
        browser.post(to("pool", row.reference), {"member": [theirs.public_id, "x"]})


def test_from_the_pool_to_the_ferrymans_own_page_and_back(browser, read, enter, declaration):
    member, row = enter(1), declaration(bodies=[vehicle_body(3, driver=None)])
    assert to("pool", row.reference) in read(to("detail", row.reference))
    browser.post(to("pool", row.reference), {"member": member.public_id})
    assert "checked" in read(to("pool", row.reference))
    browser.post(to("ferryman-link", member.public_id))
    his = member.links.get()
    assert f"/f/{his.token}" in read(to("ferryman", member.public_id))
    phone = Client(headers={"accept-language": "en"})
    page = phone.get(to("ferryman-own", his.token))
    assert (page.status_code, page["Cache-Control"], page["Referrer-Policy"]) == (
        200,
        "private, no-store",
        "no-referrer",
    )
    assert "1 vehicle waits for a driver" in page.content.decode()
    wrong = phone.post(to("ferryman-take", his.token), {"code": "000000"}).content.decode()
    assert "No vehicle that waits for you" in wrong
    assert 'value="000000"' in wrong
    vehicle = row.vehicles.get()
    assert phone.post(to("ferryman-take", his.token), {"code": vehicle.vin[-6:]}).status_code == 302
    mine = phone.get(to("ferryman-own", his.token)).content.decode()
    assert vehicle.plate in mine
    assert not [each for each in (member.name, member.passport_number, vehicle.vin, row.reference) if each in mine]
    phone.post(to("ferryman-give-back", his.token, vehicle.pk))
    assert not Driver.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "ru", "kk", "en"])
def test_his_own_page_speaks_four_languages(enter, alice, language):
    his = ferrymen.make_link(member_id=enter(1).pk, by=alice, now=NOON)
    page = Client().get(f"{to('ferryman-own', his.token)}?lang={language}").content.decode()
    own = {"zh-hans": "我的车辆", "ru": "Мои автомобили", "kk": "Менің көліктерім", "en": "My vehicles"}
    assert own[language] in page


def test_he_says_on_his_own_page_that_he_is_back(enter, drive_out, alice):
    member = enter(1)
    car = drive_out(member, NOON - 3 * DAY)
    his = ferrymen.make_link(member_id=member.pk, by=alice, now=NOON)
    phone = Client(headers={"accept-language": "en"})
    odd = phone.post(to("ferryman-returned", his.token, car.pk), {"returned_on": "x"}).content.decode()
    assert "A date belongs here" in odd
    phone.post(to("ferryman-returned", his.token, car.pk), {"returned_on": "2026-11-21"})
    assert FerrymanReturn.objects.get().recorded_by_label == "ferryman"


def test_an_unknown_link_is_404_and_an_old_one_410(enter, alice):
    member = enter(1)
    old = ferrymen.make_link(member_id=member.pk, by=alice, now=NOON)
    ferrymen.make_link(member_id=member.pk, by=alice, now=NOON)
    assert Client().get(to("ferryman-own", old.token)).status_code == 410
    assert Client().get(to("ferryman-own", "a" * 32)).status_code == 404
    assert Client().get(to("ferryman-own", "x")).status_code == 404
