"""The importer's mail address: entered by the exporter alone, and what is sent there."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse

from declarations import actions
from declarations.actions import importers, notices
from declarations.clearance import decisions
from declarations.lifecycle import DeclarationStatus
from declarations.models import Delivery, ImporterMail, Link
from declarations.words import Audience
from tests.cast import NOON, let_workers_run, vehicle_body
from tests.refusals import nothing_written, refusal, unacceptable

pytestmark = pytest.mark.django_db

ADDRESS = "buyer@example.kz"
ENGLISH = {"accept-language": "en"}
MINUTE = timedelta(minutes=1)


def keep(row, by, address=ADDRESS, language="ru", now=NOON):
    return importers.keep(declaration_id=row.pk, mail=address, language=language, by=by, now=now)


@pytest.fixture
def mails(settings):
    """What was sent to the importer so far."""
    settings.BASE_URL = "https://silkgate.example"
    return lambda: [message for message in mail.outbox if message.to == [ADDRESS]]


@pytest.fixture
def leave(scanner):
    """Drive a vehicle out through all three gates; the workers tell of it."""

    def drive(vehicle, at=NOON):
        for step, lane in enumerate(("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")):
            told = scanner(lane).scan(vehicle, now=at + step * MINUTE)
            assert told["reason"] == "OK", told
        let_workers_run(at + 3 * MINUTE)
        vehicle.refresh_from_db()

    return drive


def test_exited_is_told_in_his_language_with_the_link_of_the_vehicle_and_nothing_else(declaration, alice, mails, leave):
    row = declaration(functional_reference="CANARY-118")
    vehicle = row.vehicles.get()
    keep(row, alice)
    leave(vehicle)
    (message,) = mails()
    link = Link.objects.live().get(vehicle=vehicle, audience=Audience.IMPORTER)
    for text in (message.body, message.alternatives[0][0]):
        assert f"https://silkgate.example/i/{link.token}" in text
        assert vehicle.vin[-6:] in text
        for secret in ("CANARY", vehicle.vin, row.reference, "alice", "/account/notices", "/notices"):
            assert secret not in text
    assert "List-Unsubscribe" not in message.extra_headers
    assert row.reference not in message.subject
    assert '<html lang="ru">' in message.alternatives[0][0]


def test_the_link_that_the_exporter_made_is_the_one_that_is_sent(declaration, alice, mails, leave):
    row = declaration()
    keep(row, alice)
    actions_link = Link.drawn(row.vehicles.get(), Audience.IMPORTER, by=alice, at=NOON)
    actions_link.save()
    leave(row.vehicles.get())
    assert actions_link.token in mails()[0].body
    assert Link.objects.filter(audience=Audience.IMPORTER).count() == 1


def test_of_a_release_a_hold_or_a_swap_he_hears_nothing(declaration, alice, mails, scanner):
    row = declaration(status=DeclarationStatus.DRAFT)
    keep(row, alice)
    actions.lodge(declaration_id=row.pk, by=alice, now=NOON)
    let_workers_run()
    vehicle = row.vehicles.get()
    scanner("CNHRS-E1").scan(vehicle)
    let_workers_run(NOON + MINUTE)
    assert mails() == []
    assert not Link.objects.filter(audience=Audience.IMPORTER).exists()


def test_not_handed_over_and_returned_are_told_too(declaration, alice, mails, leave, olga):
    row = declaration()
    keep(row, alice, language="en")
    vehicle = row.vehicles.get()
    leave(vehicle)
    later = NOON + timedelta(hours=25)
    notices.remind(now=later)
    let_workers_run(later)
    assert "Please confirm the hand-over." in mails()[-1].body
    decisions.record_return(vehicle_id=vehicle.pk, reason="refused entry", by=olga, now=later + MINUTE)
    let_workers_run(later + 3 * MINUTE)
    assert "came back from the border" in mails()[-1].body
    assert len(mails()) == 3


def test_what_leaves_within_a_minute_comes_in_one_mail(declaration, alice, mails, scanner):
    row = declaration(vehicles=3)
    keep(row, alice, language="en")
    cars = list(row.vehicles.all())
    for step, lane in enumerate(("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")):
        for car in cars:
            scanner(lane).scan(car, now=NOON + step * MINUTE)
    let_workers_run(NOON + 3 * MINUTE)
    (message,) = mails()
    assert all(car.vin[-6:] in message.body for car in cars)


def test_an_address_that_was_taken_out_or_changed_gets_nothing_that_was_still_to_be_sent(
    declaration, alice, mails, scanner
):
    for address, expected in (("", []), ("other@example.kz", [["other@example.kz"]])):
        mail.outbox.clear()
        row = declaration()
        keep(row, alice)
        vehicle = row.vehicles.get()
        for step, lane in enumerate(("CNHRS-E1", "CNHRS-R1", "CNHRS-X1")):
            scanner(lane).scan(vehicle, now=NOON + step * MINUTE)
        notices.tell(declaration_id=row.pk, now=NOON + 3 * MINUTE)
        assert Delivery.objects.filter(declaration=row, user=None).exists()
        keep(row, alice, address=address)
        let_workers_run(NOON + 4 * MINUTE)
        assert [each.to for each in mail.outbox if "@example.kz" in each.to[0]] == expected


def test_without_an_address_nothing_is_made(declaration, leave):
    row = declaration()
    leave(row.vehicles.get())
    assert not Delivery.objects.filter(user=None).exists()
    assert not Link.objects.exists()


def test_it_is_ciphertext_in_the_database(declaration, alice):
    keep(declaration(), alice)
    with connection.cursor() as cursor:
        cursor.execute("SELECT mail FROM declarations_importermail")
        assert "example" not in cursor.fetchone()[0]


def test_kept_twice_it_is_one_changed_it_is_the_new_one_and_empty_it_is_gone(declaration, alice, bob):
    row = declaration()
    first = keep(row, alice)
    with nothing_written():
        assert keep(row, bob, now=NOON + MINUTE) == first
    assert keep(row, bob, language="kk").changed_by == bob
    assert ImporterMail.objects.get().language == "kk"
    assert keep(row, alice, address=" ") is None
    assert not ImporterMail.objects.exists()


def test_what_is_no_address_or_no_language_of_ours_is_refused(declaration, alice):
    row = declaration()
    for address in ("nobody", "a@b\r\nBcc: x@y.kz", "a b@c.kz", f"{'x' * 250}@example.kz"):
        with unacceptable(("MAIL_FORM", "/mail")):
            keep(row, alice, address=address)
    with unacceptable(("MAIL_LANGUAGE", "/language")):
        keep(row, alice, language="fr")


@pytest.mark.parametrize("name", ["mallory", "carl"])
def test_only_its_exporter_enters_it(declaration, alice, request, name):
    row, other = declaration(), request.getfixturevalue(name)
    with refusal("NOT_PERMITTED"):
        keep(row, other)


def test_declared_again_or_set_aside_it_goes_along(declaration, alice):
    row = declaration(bodies=[vehicle_body(1), vehicle_body(2, vin="LRW")], status=DeclarationStatus.DRAFT)
    keep(row, alice)
    lodged = actions.lodge(declaration_id=row.pk, leave_out=True, by=alice, now=NOON)
    again = actions.copy(declaration_id=row.pk, by=alice, now=NOON)
    assert lodged.left_out is not None
    for draft in (lodged.left_out, again):
        assert (draft.importer_mail.mail, draft.importer_mail.language) == (ADDRESS, "ru")


def test_the_page_of_links_keeps_shows_and_refuses_it(client, alice, declaration):
    row = declaration()
    client.force_login(alice)
    links = reverse("declarations:links", args=[row.reference])
    save = reverse("declarations:importer-mail", args=[row.reference])
    assert client.post(save, {"mail": ADDRESS, "language": "kk"}, headers=ENGLISH)["Location"] == links
    page = client.get(links, headers=ENGLISH)
    assert f'value="{ADDRESS}"' in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    refused = client.post(save, {"mail": "nobody", "language": "kk"}, headers=ENGLISH)
    assert refused.status_code == 422
    assert "This is no mail address." in refused.content.decode()
    assert 'value="nobody"' in refused.content.decode()
    assert client.post(save, {"mail": ADDRESS, "language": "xx"}, headers=ENGLISH).status_code == 422
    assert ImporterMail.objects.get().mail == ADDRESS


def test_officers_do_not_read_it(client, carl, alice, declaration):
    row = declaration()
    keep(row, alice)
    client.force_login(carl)
    assert client.get(reverse("declarations:links", args=[row.reference])).status_code == 403
