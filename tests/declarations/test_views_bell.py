"""The bell, the list of notices, the texts for drivers, the choice of mails."""

import uuid

import pytest
from django.urls import reverse

from declarations.actions import notices
from declarations.clearance import holds
from declarations.models import Notice, NoticeRead, Preference
from tests.cast import NOON, let_workers_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

ENGLISH = {"accept-language": "en"}
LIST = reverse("declarations:notices")
COUNT = reverse("declarations:notices-count")


@pytest.fixture
def read(client):
    return lambda address: client.get(address, headers=ENGLISH).content.decode()


def follow(row):
    return reverse("declarations:notice", args=[row.public_id])


def test_an_exporter_reads_what_was_told_to_him(client, alice, declaration, read):
    row = declaration()
    client.force_login(alice)
    text = read(LIST)
    assert "Released. The passes are ready." in text
    assert row.reference in text
    assert "You may drive to the port." not in text


def test_an_empty_list_says_what_will_be_there(client, alice, read):
    client.force_login(alice)
    assert "What happens to your declarations" in read(LIST)
    assert "in four languages" in read(f"{LIST}?for=drivers")


def test_the_bell_counts_until_it_was_read(client, alice, declaration, read):
    declaration()
    client.force_login(alice)
    assert "1 unread" in read(COUNT)
    row = Notice.objects.get(audience="E")
    answered = client.post(follow(row), headers=ENGLISH)
    assert answered["Location"] == reverse("declarations:detail", args=[row.declaration.reference])
    assert client.post(follow(row), headers=ENGLISH).status_code == 302
    assert NoticeRead.objects.count() == 1
    assert "unread" not in read(COUNT)
    assert "Released" not in read(f"{LIST}?unread=1")


def test_looking_marks_nothing(client, alice, declaration, read):
    declaration()
    client.force_login(alice)
    read(LIST)
    assert client.get(follow(Notice.objects.get(audience="E"))).status_code == 405
    assert not NoticeRead.objects.exists()


def test_a_colleague_reads_for_himself(client, alice, bob, declaration, read):
    declaration()
    notices.mark_read(by=alice, now=NOON)
    client.force_login(bob)
    assert "1 unread" in read(COUNT)


def test_all_are_marked_at_once(client, alice, declaration, read):
    declaration()
    declaration()
    client.force_login(alice)
    client.post(reverse("declarations:notices-read"))
    assert "unread" not in read(COUNT)
    assert NoticeRead.objects.filter(notice__audience="D").count() == 0


def test_texts_for_drivers_come_in_the_language_he_reads(client, alice, declaration, read):
    vehicle = declaration().vehicles.get()
    client.force_login(alice)
    text = read(f"{LIST}?for=drivers")
    assert "Your pass is ready. You may drive to the port." in text
    assert vehicle.plate in text
    assert "Li Wei" not in text
    assert "Ваш пропуск готов" in read(f"{LIST}?for=drivers&text=ru")
    assert "Your pass is ready" in read(f"{LIST}?for=drivers&text=nonsense")


def test_older_notices_are_a_page_further(client, alice, declaration, read):
    row = declaration()
    told = Notice.objects.get(audience="E")
    for n in range(35):
        told.pk, told.public_id, told.cause = None, uuid.uuid4(), f"more:{n}"
        told.save()
    client.force_login(alice)
    first = read(LIST)
    assert first.count(row.reference) == 60
    last = Notice.objects.filter(audience="E").order_by("-pk")[29]
    assert f"before={last.public_id}" in first
    assert "Older notices" not in read(f"{LIST}?before={last.public_id}")
    assert read(f"{LIST}?before={last.public_id}").count(row.reference) == 12
    for nonsense in ("x", str(uuid.uuid4())):
        assert "Older notices" in read(f"{LIST}?before={nonsense}")


def test_the_list_costs_the_same_for_two_notices_and_for_eight(client, alice, declaration, django_assert_num_queries):
    client.force_login(alice)
    for _n in range(2):
        declaration()
    client.get(LIST)
    with django_assert_num_queries(5):
        client.get(LIST)
    for _n in range(6):
        declaration()
    with django_assert_num_queries(5):
        client.get(LIST)


def test_the_count_is_one_query_beside_those_of_the_session(client, alice, declaration, django_assert_num_queries):
    declaration()
    client.force_login(alice)
    with django_assert_num_queries(4):  # session, user, roles, count
        client.get(COUNT)


def test_officers_read_what_was_told_to_their_desk_and_are_led_to_the_dossier(
    client, alice, carl, sam, declaration, read
):
    row = declaration()
    holds.place(declaration_id=row.pk, reason_code="OTHER", text="INNER", public_text="a seal", by=carl, now=NOON)
    let_workers_run()
    client.force_login(sam)
    text = read(LIST)
    assert "a seal" in text
    assert "INNER" not in text
    assert "For your drivers" not in text
    assert "Released" not in text
    told = Notice.objects.get(kind="HOLD_PLACED", audience="O")
    assert client.post(follow(told))["Location"] == reverse("checkpoint:declaration", args=[row.reference])


def test_a_stop_of_nobodys_vehicle_leads_to_its_passage(client, olga, scanner, read):
    said = scanner("CNHRS-R1").scan(None, code="no pass")
    let_workers_run()
    client.force_login(olga)
    assert "CNHRS-R1" in read(LIST)
    (told,) = Notice.objects.all()
    assert client.post(follow(told))["Location"] == reverse("checkpoint:passage", args=[said["passage_id"]])


def test_what_is_another_exporters_is_nowhere(client, mallory, declaration, read):
    row = declaration()
    client.force_login(mallory)
    assert row.reference not in read(LIST) + read(f"{LIST}?for=drivers")
    assert client.post(follow(Notice.objects.get(audience="E"))).status_code == 404
    assert client.post(follow(Notice.objects.get(audience="D"))).status_code == 404
    assert not NoticeRead.objects.exists()


def test_a_person_chooses_which_notices_come_by_mail(client, alice, read):
    client.force_login(alice)
    page = reverse("declarations:notice-preferences")
    assert "alice@example.org" in read(page)
    answered = client.post(page, {"mail_now": "on"}, headers=ENGLISH)
    assert answered["Location"] == LIST
    row = Preference.objects.get(user=alice)
    assert (row.mail_now, row.mail_soon, row.mail_info) == (True, False, False)
    client.post(page, {}, headers=ENGLISH)
    assert not Preference.objects.get(user=alice).mail_now
