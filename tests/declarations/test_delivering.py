"""Notices leave the house: by mail in the reader's language, once, together, and only to who may read them."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import override_settings

from declarations import outbox
from declarations.actions import notices
from declarations.actions.people import accounts
from declarations.clearance import holds
from declarations.lifecycle import Owed
from declarations.models import Delivery, Notice, OutboxTask, Preference, Role
from declarations.tasks import WORK
from tests.cast import NOON, let_workers_run, never

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def english(alice):
    """Alice reads English."""
    accounts.speak(language="en", by=alice)
    return alice


@pytest.fixture
def mails(settings):
    """What was sent so far."""
    settings.BASE_URL = "https://silkgate.example"
    return mail.outbox


def deliver(now=NOON):
    """Try every message that is due once; errors come through."""
    for task in OutboxTask.objects.filter(kind=Owed.DELIVER, done_at=None, failed_at=None, due_at__lte=now):
        outbox.run(task_id=task.pk, work=lambda row: WORK[row.kind](row.subject, never, now), now=now)


def test_an_exporter_gets_a_mail_in_his_language_with_absolute_addresses(english, declaration, mails):
    row = declaration()
    (message,) = mails
    assert message.to == ["alice@example.org"]
    assert message.subject == f"{row.reference} Released. The passes are ready."
    assert "https://silkgate.example/notices" in message.body
    assert message.extra_headers["List-Unsubscribe"] == "<https://silkgate.example/account/notices>"
    (html,) = message.alternatives
    assert "https://silkgate.example/notices" in html[0]
    assert 'lang="en"' in html[0]


def test_without_a_choice_it_is_chinese(alice, declaration, mails):
    declaration()
    assert "审核通过" in mails[0].subject


def test_every_colleague_gets_one_and_no_other_exporter(alice, bob, mallory, declaration, mails):
    declaration()
    assert sorted(message.to[0] for message in mails) == ["alice@example.org", "bob@example.org"]


def test_who_turned_mails_off_gets_none(english, declaration, mails):
    notices.prefer(by=english, values={"mail_info": False})
    declaration()
    assert mails == []
    assert Notice.objects.filter(audience="E").exists()


def test_officers_get_mails_only_where_they_turned_them_on(declaration, carl, sam, olga, mails):
    Preference.objects.create(user=olga)
    row = declaration()
    mails.clear()
    holds.place(declaration_id=row.pk, reason_code="OTHER", text="x", by=carl, now=NOON)
    let_workers_run()
    assert sorted(message.to[0] for message in mails) == ["alice@example.org", "olga@example.org"]


def test_an_officer_is_never_told_of_his_own_enterprise(declaration, carl, olga, alice, mails):
    Preference.objects.create(user=olga)
    Role.objects.create(user=olga, role="exporter", organisation=alice.roles.get().organisation)
    row = declaration()
    holds.place(declaration_id=row.pk, reason_code="OTHER", text="x", by=carl, now=NOON)
    let_workers_run()
    told = Notice.objects.get(kind="HOLD_PLACED", audience="O")
    assert not told.deliveries.exists()
    assert told not in Notice.objects.visible_to(type(olga).objects.get(pk=olga.pk))


def test_who_lost_his_role_meanwhile_is_not_written_to(english, declaration, mails, carl):
    row = declaration()
    mails.clear()
    holds.place(declaration_id=row.pk, reason_code="OTHER", text="x", by=carl, now=NOON)
    notices.tell(declaration_id=row.pk, now=NOON)
    english.roles.all().delete()
    deliver()
    assert mails == []
    assert not OutboxTask.objects.filter(kind=Owed.DELIVER, done_at=None).exists()


def test_what_follows_within_a_minute_is_one_more_mail(english, declaration, scanner, mails):
    row = declaration(vehicles=5)
    mails.clear()
    for n, vehicle in enumerate(row.vehicles.order_by("position")):
        at = NOON + n * timedelta(seconds=5)
        scanner("CNHRS-R1").scan(vehicle, plate={"text": "新Z99999", "confidence": 0.97}, now=at)
        let_workers_run(at)
    assert len(mails) == 1
    let_workers_run(NOON + MINUTE)
    assert len(mails) == 2
    assert mails[1].subject.endswith("(4)")
    assert mails[1].body.count("the plate is another one") + mails[1].body.count("earlier one comes first") == 4


def test_after_a_crash_between_mail_and_tick_the_same_message_comes_again(english, declaration, mails, monkeypatch):
    def dies(**_values):
        raise RuntimeError("killed")

    monkeypatch.setattr(notices, "seal_off", dies)
    with pytest.raises(RuntimeError):
        declaration()
    monkeypatch.undo()
    assert Delivery.objects.get().sent_at is None
    let_workers_run(NOON + outbox.LEASE)
    let_workers_run(NOON + 2 * outbox.LEASE)
    first, second = mails
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert Delivery.objects.get().sent_at == NOON + outbox.LEASE


def test_a_failing_address_is_given_up_visibly_and_holds_nobody_up(alice, bob, declaration, mails, monkeypatch):
    takes = EmailBackend.send_messages

    def refuses_bob(self, messages):
        if "bob@example.org" in messages[0].to:
            raise ConnectionRefusedError("no such box")
        return takes(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", refuses_bob)
    now = NOON
    with pytest.raises(ConnectionRefusedError):
        declaration()
    for _try in range(8):
        now += outbox.LEASE
        try:
            let_workers_run(now)
        except ConnectionRefusedError:
            continue
    assert [message.to for message in mails] == [["alice@example.org"]]
    (given_up,) = OutboxTask.objects.exclude(failed_at=None)
    assert (given_up.kind, given_up.attempts) == (Owed.DELIVER, outbox.MAX_ATTEMPTS)
    assert "no such box" in given_up.error


def test_line_breaks_of_an_officer_never_reach_a_header(english, declaration, carl, mails):
    row = declaration()
    mails.clear()
    text = "a\r\nBcc: mallory@example.org"
    holds.place(declaration_id=row.pk, reason_code="OTHER", text="x", public_text=text, by=carl, now=NOON)
    let_workers_run()
    assert "\n" not in mails[0].subject
    assert mails[0].recipients() == ["alice@example.org"]


def test_a_driver_gets_a_text_message_where_that_way_is_on(alice, declaration, tmp_path):
    path = tmp_path / "messages.jsonl"
    ways = {"SMS": "declarations.messengers.files.Files"}
    with override_settings(MESSENGERS=ways, MESSAGES_FILE=str(path)):
        declaration()
    assert "+86 139 0000 0000" in path.read_text()
    assert "您的通行码已备好" in path.read_text()
    (delivery,) = Delivery.objects.all()
    assert delivery.address == "+86 139 0000 0000"
    assert Delivery.objects.extra(where=["address LIKE '%%139%%'"]).count() == 0
