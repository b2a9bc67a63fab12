"""Drafts saved as they are typed: the page's quiet check keeps them, two windows do not overwrite each other unseen."""

import re
import uuid

import pytest
import time_machine
from django.urls import reverse

from declarations.lifecycle import DeclarationStatus as D
from declarations.models import Declaration, Vehicle
from tests.cast import NOON, vehicle_body
from tests.declarations.test_views_drafting import CONTRACT, ROUTE, sent
from tests.refusals import nothing_written

ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def draft(declaration):
    return declaration(status=D.DRAFT, vehicles=2)


def to(row, name, *more):
    return reverse(f"declarations:{name}", args=[row.reference, *more])


def seen_in(response):
    """The mark that the page, or the answer to a check, carries."""
    return re.search(r'name="seen"\s+value="(\w*)"', response.content.decode()).group(1)


def test_a_section_is_saved_while_it_is_typed(client, alice, draft):
    client.force_login(alice)
    seen = seen_in(client.get(to(draft, "section", "contract")))
    typed = {**CONTRACT, "contract_number": "SG-9", "currency": ""}
    answer = client.post(to(draft, "check-section", "contract"), {**typed, "seen": seen}, headers=ENGLISH)
    assert "Saved at 12:00" in answer.content.decode()
    kept = Declaration.objects.get(pk=draft.pk)
    assert (kept.contract_number, kept.currency) == ("SG-9", "")
    answer = client.post(
        to(draft, "check-section", "contract"), {**typed, "currency": "CNY", "seen": seen_in(answer)}, headers=ENGLISH
    )
    assert "Saved at 12:00" in answer.content.decode()


def test_a_vehicle_is_saved_while_it_is_typed_however_wrong(client, alice, draft):
    client.force_login(alice)
    seen = seen_in(client.get(to(draft, "vehicle", 1)))
    typed = {**sent(vehicle_body(1)), "seats": "five", "seen": seen}
    answer = client.post(f"{to(draft, 'vehicle-check')}?place=1", typed, headers=ENGLISH)
    assert "Saved at 12:00" in answer.content.decode()
    assert draft.vehicles.get(position=1).body()["seats"] == "five"


def test_the_second_window_is_told_keeps_its_words_and_overwrites_only_when_it_says_so(client, alice, bob, draft):
    client.force_login(alice)
    page = to(draft, "vehicle", 1)
    seen = seen_in(client.get(page))
    body = sent(draft.vehicles.get(position=1).body())
    client.force_login(bob)
    assert client.post(page, {**body, "colour": "red", "seen": seen}).status_code == 302
    client.force_login(alice)
    quiet = client.post(
        f"{to(draft, 'vehicle-check')}?place=1", {**body, "colour": "blue", "seen": seen}, headers=ENGLISH
    )
    assert "in another window or by a colleague" in quiet.content.decode()
    assert draft.vehicles.get(position=1).colour == "red"
    refused = client.post(page, {**body, "colour": "blue", "seen": seen}, headers=ENGLISH)
    text = refused.content.decode()
    assert "in another window or by a colleague" in text
    assert 'value="blue"' in text
    assert draft.vehicles.get(position=1).colour == "red"
    assert client.post(page, {**body, "colour": "blue", "seen": seen_in(refused)}).status_code == 302
    assert draft.vehicles.get(position=1).colour == "blue"


def test_what_is_lodged_is_never_changed_by_typing(client, alice, declaration):
    row = declaration()
    client.force_login(alice)
    assert 'name="seen"' not in client.get(to(row, "section", "contract")).content.decode()
    with nothing_written():
        client.post(to(row, "check-section", "contract"), {**CONTRACT, "contract_number": "SG-9", "seen": "x"})
        client.post(f"{to(row, 'vehicle-check')}?place=1", {**sent(vehicle_body(1)), "colour": "red", "seen": "x"})
        client.post(to(row, "vehicle-check"), {**sent(vehicle_body(9)), "seen": "", "key": str(uuid.uuid4())})


def test_a_new_declaration_is_there_from_the_first_field_on_and_only_once(client, alice):
    client.force_login(alice)
    key = client.get(reverse("declarations:new")).context["key"]
    check = reverse("declarations:check-new")
    answer = client.post(check, {"port": "CNHRS", "key": key, "seen": ""}, headers=ENGLISH)
    row = Declaration.objects.get()
    assert answer["HX-Replace-Url"] == to(row, "section", "route")
    assert "Saved at 12:00" in answer.content.decode()
    client.post(check, {**ROUTE, "key": key, "seen": seen_in(answer)})
    answer = client.post(reverse("declarations:new"), {**ROUTE, "key": key, "seen": ""})
    assert answer["Location"] == to(row, "section", "contract")
    assert Declaration.objects.get().functional_reference == "PO-7"


def test_a_new_vehicle_is_there_from_the_first_field_on_and_only_once(client, alice, draft):
    client.force_login(alice)
    page = to(draft, "vehicle-new")
    key = client.get(page).context["key"]
    check = to(draft, "vehicle-check")
    answer = client.post(check, {"vin": "LRW", "key": key, "seen": ""}, headers=ENGLISH)
    assert answer["HX-Replace-Url"] == to(draft, "vehicle", 3)
    assert Vehicle.objects.get(declaration=draft, position=3).vin == "LRW"
    own = client.post(check, {**sent(vehicle_body(9)), "key": key, "seen": seen_in(answer)}, headers=ENGLISH)
    assert "same VIN" not in own.content.decode()
    assert client.post(page, {**sent(vehicle_body(9)), "key": key}).status_code == 302
    assert draft.vehicles.count() == 3


@pytest.mark.parametrize("key", ["", "nonsense", "\0", "9" * 5000])
def test_a_key_that_is_none_begins_nothing_by_itself(client, alice, draft, key):
    client.force_login(alice)
    with nothing_written():
        assert client.post(reverse("declarations:check-new"), {**ROUTE, "key": key}).status_code == 200
        assert client.post(to(draft, "vehicle-check"), {"vin": "LRW", "key": key}).status_code == 200


def test_who_declares_for_several_begins_nothing_before_saying_for_whom(client, alice, mallory):
    alice.roles.create(role="agent", organisation=mallory.roles.get().organisation)
    client.force_login(alice)
    with nothing_written():
        client.post(reverse("declarations:check-new"), {**ROUTE, "key": str(uuid.uuid4()), "seen": ""})
