"""Versions of a declaration for its exporter: listed, side by side, paged; swaps stand between them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from declarations import actions
from declarations.lifecycle import DeclarationStatus as D
from declarations.models import DeclarationVersion
from tests.cast import NOON, let_workers_run, vehicle_body

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}


def to(row, name="versions", *more):
    return reverse(f"declarations:{name}", args=[row.reference, *more])


def amend(row, by, hours, **body):
    at = NOON + timedelta(hours=hours)
    actions.amend(declaration_id=row.pk, body=body, by=by, now=at)
    let_workers_run(at)


@pytest.fixture
def amended(declaration, alice):
    """Two vehicles; consignee changed in the second version, a colour in the third, a driver and plate in between."""
    row = declaration(vehicles=2)
    first = row.vehicles.order_by("position").first()
    amend(row, alice, 1, consignee={"name": "Semey Auto"})
    other = {"name": "Wang Fang", "passport_number": "E99999999", "nationality": "CN"}
    amend(row, alice, 2, vehicles=[{"vin": first.vin, "driver": other, "plate": "新A54321临"}])
    amend(row, alice, 3, vehicles=[{"vin": first.vin, "colour": "red"}])
    return row


def test_the_two_newest_stand_side_by_side_with_only_what_differs(client, alice, amended):
    client.force_login(alice)
    page = client.get(to(amended), headers=ENGLISH)
    assert (page.context["old"], page.context["new"]) == (2, 3)
    (row,) = page.context["found"].vehicles
    assert {each.name for each in row.fields} == {"colour", "driver", "plate"}
    text = " ".join(page.content.decode().split())
    assert "white" in text and "red" in text and "新A54321临" in text
    assert "Driver, plate or papers changed" in text
    assert "Semey Auto" not in text


def test_any_two_are_compared_in_either_order(client, alice, amended):
    client.force_login(alice)
    for query in ("old=1&new=2", "old=2&new=1"):
        page = client.get(f"{to(amended)}?{query}", headers=ENGLISH)
        (field,) = page.context["found"].header
        assert (field.name, field.old, field.new) == ("consignee.name", "Astana Motors", "Semey Auto")


def test_what_was_swapped_since_stands_beside_the_newest(client, alice, amended):
    first = amended.vehicles.order_by("position").first()
    amend(amended, alice, 4, vehicles=[{"vin": first.vin, "plate": "新A11111临"}])
    client.force_login(alice)
    page = client.get(f"{to(amended)}?old=3&new=now", headers=ENGLISH)
    assert [each.name for each in page.context["found"].vehicles[0].fields] == ["plate"]


def test_who_swapped_is_told_by_name_not_by_the_name_he_signs_in_with(client, alice, amended):
    type(alice).objects.filter(pk=alice.pk).update(first_name="Li", last_name="Wang")
    client.force_login(alice)
    between = client.get(f"{to(amended)}?old=1&new=3", headers=ENGLISH).context["between"]
    assert {each["by"] for each in between} == {alice.__class__.objects.get(pk=alice.pk).get_full_name()}


def test_each_version_says_who_when_and_what_for(client, alice, amended):
    client.force_login(alice)
    rows = client.get(to(amended), headers=ENGLISH).context["versions"]
    assert [(each["row"].version, each["row"].by, each["why"]) for each in rows] == [
        (3, alice, "colour, 1 vehicle"),
        (2, alice, "consignee"),
        (1, alice, "lodged"),
    ]


@pytest.mark.parametrize("query", ["old=9&new=1", "old=x", "old=1&new=1", "page=999", "old=٣&new=now", "old=1"])
def test_a_choice_that_never_was_shows_the_newest(client, alice, amended, query):
    client.force_login(alice)
    page = client.get(f"{to(amended)}?{query}", headers=ENGLISH)
    assert (page.context["old"], page.context["new"]) == (2, 3)


def test_a_draft_is_told_what_will_be_here(client, alice, declaration):
    client.force_login(alice)
    assert "No versions yet" in client.get(to(declaration(status=D.DRAFT)), headers=ENGLISH).content.decode()


def test_no_drivers_facts_are_kept_or_shown(client, alice, amended):
    assert "Wang" not in str(list(DeclarationVersion.objects.values_list("body", flat=True)))
    client.force_login(alice)
    assert "Wang" not in client.get(f"{to(amended)}?old=1&new=now").content.decode()


def test_many_vehicles_come_in_pages_and_cost_the_same(client, alice, declaration, django_assert_max_num_queries):
    row = declaration(bodies=[vehicle_body(n) for n in range(1, 61)])
    vins = row.vehicles.order_by("position").values_list("vin", flat=True)
    amend(row, alice, 1, vehicles=[{"vin": vin, "colour": "red"} for vin in vins])
    client.force_login(alice)
    with django_assert_max_num_queries(16):
        page = client.get(to(row), headers=ENGLISH)
    assert "60 vehicles changed" in page.content.decode()
    assert page.content.decode().count('class="side-vehicle"') == 25
    assert client.get(f"{to(row)}?page=3").content.decode().count('class="side-vehicle"') == 10


def test_a_stranger_finds_nothing(client, mallory, amended):
    client.force_login(mallory)
    assert client.get(to(amended)).status_code == 404


def test_chosen_vehicles_are_declared_again(client, alice, declaration):
    row = declaration(vehicles=3)
    second = row.vehicles.get(position=2)
    actions.withdraw_vehicle(declaration_id=row.pk, vehicle_id=second.pk, reason="sold", by=alice, now=NOON)
    client.force_login(alice)
    page = client.get(to(row, "copy"))
    assert page.context["chosen"] == {2}
    for nothing in ({"chosen": "1"}, {"vehicle": "9"}):
        assert "Choose at least one vehicle" in client.post(to(row, "copy"), nothing, headers=ENGLISH).content.decode()
    client.post(to(row, "copy"), {"chosen": "1", "vehicle": ["2"]})
    draft = type(row).objects.exclude(pk=row.pk).get()
    assert [vehicle.vin for vehicle in draft.vehicles.all()] == [second.vin]
    assert draft.vehicles.get().driver.name == second.driver.name
    assert draft.planned_arrival_at is None


def test_a_vehicle_that_came_back_has_a_button_that_declares_it_again(client, alice, declaration):
    row = declaration(vehicles=2)
    first = row.vehicles.get(position=1)
    actions.withdraw_vehicle(declaration_id=row.pk, vehicle_id=first.pk, reason="sold", by=alice, now=NOON)
    client.force_login(alice)
    cards = client.get(reverse("declarations:detail", args=[row.reference])).context["cards"]
    assert [card["may_copy"] for card in cards] == [True, False]
