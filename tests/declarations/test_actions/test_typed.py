"""What is typed into a draft is kept once, and never over what somebody else saved there unseen."""

import uuid
from datetime import timedelta

import pytest

from declarations import actions
from declarations.lifecycle import DeclarationStatus as D
from declarations.models import Declaration, Vehicle
from tests.cast import NOON, declaration_body, vehicle_body
from tests.refusals import nothing_written, refusal

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=3)


@pytest.fixture
def draft(declaration):
    """A draft of one vehicle."""
    return declaration(status=D.DRAFT)


def mark(row, names):
    return actions.mark_of(row.header() if isinstance(row, Declaration) else row.body(), names)


def test_a_section_is_kept(draft, alice):
    body = {"contract_number": "SG-9", "incoterm": "DAP"}
    actions.keep_header(declaration_id=draft.pk, body=body, seen=mark(draft, body), by=alice, now=LATER)
    assert Declaration.objects.get(pk=draft.pk).contract_number == "SG-9"


def test_what_says_the_same_writes_nothing(draft, alice):
    body = {"contract_number": draft.contract_number, "consignee": draft.header()["consignee"]}
    vehicle = draft.vehicles.get()
    with nothing_written():
        actions.keep_header(declaration_id=draft.pk, body=body, seen="stale", by=alice, now=LATER)
        actions.keep_vehicle(
            declaration_id=draft.pk, vehicle_id=vehicle.pk, values=vehicle.body(), seen="stale", by=alice, now=LATER
        )


def test_the_later_of_two_pages_is_told_and_overwrites_only_knowingly(draft, alice, bob):
    vehicle = draft.vehicles.get()
    seen = mark(vehicle, ["colour"])
    where = {"declaration_id": draft.pk, "vehicle_id": vehicle.pk, "now": LATER}
    actions.keep_vehicle(**where, values={"colour": "red"}, seen=seen, by=alice)
    with refusal("CHANGED_MEANWHILE"):
        actions.keep_vehicle(**where, values={"colour": "blue"}, seen=seen, by=bob)
    newer = mark(Vehicle.objects.get(), ["colour"])
    actions.keep_vehicle(**where, values={"colour": "blue"}, seen=newer, by=bob)
    assert Vehicle.objects.get().colour == "blue"


def test_another_field_of_the_same_draft_is_no_conflict(draft, alice, bob):
    vehicle = draft.vehicles.get()
    seen = mark(vehicle, ["colour"])
    where = {"declaration_id": draft.pk, "vehicle_id": vehicle.pk, "now": LATER}
    actions.keep_vehicle(**where, values={"plate": "新A54321临"}, seen=None, by=bob)
    actions.keep_vehicle(**where, values={"colour": "red"}, seen=seen, by=alice)
    assert (Vehicle.objects.get().colour, Vehicle.objects.get().plate) == ("red", "新A54321临")


def test_a_header_that_changed_meanwhile_is_not_overwritten(draft, alice, bob):
    seen = mark(draft, ["contract_number"])
    actions.keep_header(declaration_id=draft.pk, body={"contract_number": "B"}, seen=seen, by=bob, now=LATER)
    with refusal("CHANGED_MEANWHILE"):
        actions.amend(declaration_id=draft.pk, body={"contract_number": "A"}, seen=seen, by=alice, now=LATER)


def test_what_was_lodged_is_not_changed_by_typing(declaration, alice):
    row = declaration()
    vehicle = row.vehicles.get()
    with refusal("NOT_A_DRAFT"):
        actions.keep_header(declaration_id=row.pk, body={"contract_number": "A"}, seen=None, by=alice, now=LATER)
    with refusal("NOT_A_DRAFT"):
        actions.keep_vehicle(
            declaration_id=row.pk, vehicle_id=vehicle.pk, values={"colour": "red"}, seen=None, by=alice, now=LATER
        )


def test_a_stranger_keeps_nothing(draft, mallory):
    with refusal("NOT_PERMITTED"):
        actions.keep_header(declaration_id=draft.pk, body={"contract_number": "A"}, seen=None, by=mallory, now=LATER)
    with refusal("NOT_PERMITTED"):
        actions.begin_vehicle(declaration_id=draft.pk, values={}, key=uuid.uuid4(), by=mallory, now=LATER)


def test_a_draft_is_begun_once_for_each_page(alice, tianshan):
    key = uuid.uuid4()
    options = {"organisation": tianshan, "key": key, "by": alice, "now": NOON}
    first = actions.begin_draft(**options, body={"port": "CNHRS"})
    again = actions.begin_draft(**options, body={"port": "CNYRK"})
    assert first.pk == again.pk
    assert Declaration.objects.get().port_id == "CNYRK"


def test_the_key_of_somebody_else_is_nobodys_draft(alice, bob, tianshan):
    key = uuid.uuid4()
    for person in (alice, bob):
        actions.begin_draft(organisation=tianshan, body={}, key=key, by=person, now=NOON)
    assert Declaration.objects.count() == 2


def test_a_page_without_a_key_begins_anew_each_time(alice, tianshan, draft):
    for _ in range(2):
        actions.begin_draft(organisation=tianshan, body={}, key=None, by=alice, now=NOON)
        actions.begin_vehicle(declaration_id=draft.pk, values=vehicle_body(9), key=None, by=alice, now=NOON)
    assert Declaration.objects.exclude(pk=draft.pk).count() == 2
    assert draft.vehicles.count() == 3


def test_a_draft_that_was_lodged_meanwhile_is_not_begun_again(alice, tianshan):
    key = uuid.uuid4()
    options = {"organisation": tianshan, "key": key, "by": alice, "now": NOON}
    row = actions.begin_draft(**options, body=declaration_body(vehicle_body(1)))
    actions.lodge(declaration_id=row.pk, by=alice, now=NOON)
    with refusal("NOT_A_DRAFT"):
        actions.begin_draft(**options, body={"port": "CNYRK"})


def test_a_vehicle_is_begun_once_for_each_page(draft, alice):
    key = uuid.uuid4()
    for colour in ("red", "blue"):
        row = actions.begin_vehicle(
            declaration_id=draft.pk, values={"vin": "LRW", "colour": colour}, key=key, by=alice, now=NOON
        )
    assert draft.vehicles.count() == 2
    assert (row.position, row.colour) == (2, "blue")


def test_what_a_page_wrote_itself_it_has_seen_even_if_no_answer_reached_it(draft, alice):
    vehicle, key = draft.vehicles.get(), uuid.uuid4()
    seen = mark(vehicle, ["colour"])
    where = {"declaration_id": draft.pk, "vehicle_id": vehicle.pk, "by": alice, "now": LATER, "seen": seen}
    for colour in ("red", "blue"):
        actions.keep_vehicle(**where, values={"colour": colour}, key=key)
    assert Vehicle.objects.get().colour == "blue"
    seen = mark(draft, ["contract_number"])
    for number in ("1", "2"):
        body = {"contract_number": number}
        actions.keep_header(declaration_id=draft.pk, body=body, seen=seen, key=key, by=alice, now=LATER)
    assert Declaration.objects.get().contract_number == "2"


def test_what_came_by_another_way_after_it_the_page_has_not_seen(draft, alice):
    vehicle, key = draft.vehicles.get(), uuid.uuid4()
    where = {"declaration_id": draft.pk, "vehicle_id": vehicle.pk, "by": alice, "now": LATER, "key": key}
    actions.keep_vehicle(**where, values={"colour": "red"}, seen=mark(vehicle, ["colour"]))
    actions.amend(
        declaration_id=draft.pk, body={"vehicles": [{"vin": vehicle.vin, "colour": "green"}]}, by=alice, now=LATER
    )
    with refusal("CHANGED_MEANWHILE"):
        actions.keep_vehicle(**where, values={"colour": "blue"}, seen=mark(vehicle, ["colour"]))
