"""The register: entered once, kept apart, erased without a hole in what happened."""

from datetime import timedelta

import pytest
from django.db import connection

from declarations.actions import ferrymen
from declarations.models import CrewMember, Ferryman, History, PersonalView
from tests.cast import NOON
from tests.crew import entry, organisation_of
from tests.refusals import refusal, unacceptable

pytestmark = pytest.mark.django_db


def test_what_names_a_ferryman_is_ciphertext_in_the_database(enter):
    enter(1, name="李伟")
    with connection.cursor() as cursor:
        cursor.execute("SELECT m::text FROM declarations_crewmember m")
        (text,) = cursor.fetchone()
    assert not [each for each in ("李伟", "E10000001", "CARD-1", "139 0000") if each in text]
    assert CrewMember.objects.get().name == "李伟"


def test_two_exporters_registers_meet_in_one_ferryman_and_see_only_their_own(enter, alice, mallory):
    mine, theirs = enter(1), enter(1, by=mallory)
    assert mine.ferryman == theirs.ferryman
    assert Ferryman.objects.count() == 1
    assert list(CrewMember.objects.visible_to(alice)) == [mine]
    assert list(CrewMember.objects.visible_to(mallory)) == [theirs]


@pytest.mark.parametrize(
    ("changes", "code", "at"),
    [
        ({"name": " "}, "REQUIRED", "/name"),
        ({"passport_number": ""}, "REQUIRED", "/passport_number"),
        ({"passport_number": "Ж1"}, "PASSPORT_NUMBER", "/passport_number"),
        ({"passport_expires_on": "soon"}, "DATE_FORM", "/passport_expires_on"),
        ({"nationality": "ZZ"}, "COUNTRY_UNKNOWN", "/nationality"),
        ({"language": "fr"}, "LANGUAGE_UNKNOWN", "/language"),
        ({"licence_class": "A" * 21}, "TEXT_LENGTH", "/licence_class"),
        ({"fee": "much"}, "DECIMAL_FORM", "/fee"),
        ({"fee": "-1"}, "FEE_RANGE", "/fee"),
        ({"fee": "1.005"}, "FEE_RANGE", "/fee"),
        ({"fee": "100000000"}, "FEE_RANGE", "/fee"),
        ({"fee": "10.50", "fee_currency": "JPY"}, "FEE_RANGE", "/fee"),
        ({"fee_currency": "XQX"}, "CURRENCY_UNKNOWN", "/fee_currency"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(alice, changes, code, at):
    with unacceptable((code, at)):
        ferrymen.keep(organisation=organisation_of(alice), values=entry(1, **changes), by=alice, now=NOON)


def test_one_passport_stands_in_a_register_once(enter):
    enter(1)
    with unacceptable(("CREW_TWICE", "/passport_number")):
        enter(2, passport_number="e1000 0001")


def test_a_register_has_an_end(enter, monkeypatch):
    monkeypatch.setattr("declarations.actions.ferrymen.register.MOST_MEMBERS", 1)
    enter(1)
    with refusal("CREW_FULL"):
        enter(2)


def test_a_change_leaves_the_card_alone(enter, alice, tianshan):
    row = enter(1)
    ferrymen.keep(
        organisation=tianshan, values=entry(1, name="Li Wei", card="X", fee=""), member_id=row.pk, by=alice, now=NOON
    )
    row = CrewMember.objects.get()
    assert (row.name, row.card, row.fee, row.fee_currency) == ("Li Wei", "CARD-1", None, "")


def test_a_stranger_does_nothing_to_a_register(enter, mallory, tianshan, olga):
    row = enter(1)
    for stranger in (mallory, olga):
        for action in (ferrymen.retire, ferrymen.take_back, ferrymen.erase, ferrymen.lose_card, ferrymen.look):
            with refusal("NOT_PERMITTED"):
                action(member_id=row.pk, by=stranger, now=NOON)
        with refusal("NOT_PERMITTED"):
            ferrymen.bind_card(member_id=row.pk, card="X", by=stranger, now=NOON)
        with refusal("NOT_PERMITTED"):
            ferrymen.keep(organisation=tianshan, values=entry(2), by=stranger, now=NOON)


def test_who_was_retired_cannot_be_changed_until_he_is_back(enter, alice, tianshan):
    row = enter(1)
    ferrymen.retire(member_id=row.pk, by=alice, now=NOON)
    ferrymen.retire(member_id=row.pk, by=alice, now=NOON + timedelta(hours=1))
    assert CrewMember.objects.get().retired_at == NOON
    with refusal("CREW_RETIRED"):
        ferrymen.keep(organisation=tianshan, values=entry(1), member_id=row.pk, by=alice, now=NOON)
    with refusal("CREW_RETIRED"):
        ferrymen.bind_card(member_id=row.pk, card="X", by=alice, now=NOON)
    ferrymen.take_back(member_id=row.pk, by=alice, now=NOON)
    assert ferrymen.keep(
        organisation=tianshan, values=entry(1, name="Li"), member_id=row.pk, by=alice, now=NOON
    ).is_active


def test_erasing_his_facts_leaves_trips_days_and_history_whole(enter, drive_out, alice, tianshan):
    row = enter(1)
    drive_out(row)
    past = list(History.objects.order_by("pk").values())
    with refusal("CREW_ACTIVE"):
        ferrymen.erase(member_id=row.pk, by=alice, now=NOON)
    ferrymen.look(member_id=row.pk, by=alice, now=NOON)
    ferrymen.retire(member_id=row.pk, by=alice, now=NOON)
    ferrymen.erase(member_id=row.pk, by=alice, now=NOON)
    row = CrewMember.objects.get()
    kept = (row.name, row.passport_number, row.phone, row.card, row.licence_class, row.passport_digest, row.card_digest)
    assert set(kept) == {""}
    assert (row.passport_expires_on, row.licence_expires_on) == (None, None)
    assert list(History.objects.order_by("pk").values()) == past
    assert PersonalView.objects.count() == 1
    assert len(ferrymen.trips_of([row])[row.pk]) == 1
    (line,) = ferrymen.statement_of(organisation_id=tianshan.pk, month=NOON.date()).lines
    assert (line.name, len(line.trips)) == ("erased", 1)
    with refusal("CREW_ERASED"):
        ferrymen.take_back(member_id=row.pk, by=alice, now=NOON)
    assert enter(1).ferryman == row.ferryman


def test_a_look_at_personal_facts_says_who_and_when_and_never_changes(enter, alice):
    row = enter(1)
    ferrymen.look(member_id=row.pk, by=alice, now=NOON)
    seen = PersonalView.objects.get()
    assert (seen.member, seen.by, seen.at) == (row, alice, NOON)
    with pytest.raises(Exception, match="never change or vanish"):
        seen.delete()
