"""What runs out soon, gathered from rows; shown on the home page and on the vehicle's card."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from declarations import actions
from declarations.lapsing import Lapsing
from declarations.lifecycle import DeclarationStatus
from declarations.models import Vehicle
from declarations.models.lapses import lapses_of, lapsing
from tests.cast import NOON, vehicle_body

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}
DAY = timedelta(days=1)


def paper(code, until):
    return {"code": code, "number": "1", "valid_until": until}


@pytest.fixture
def row(declaration):
    """Licence until the 24th, insurance until the 26th, plate until the 30th."""
    papers = [paper("export_licence", "2026-11-24"), paper("compulsory_insurance", "2026-11-26")]
    return declaration(bodies=[vehicle_body(1, papers=papers, plate_expires_on="2026-11-30"), vehicle_body(2)])


def what(now, within=3 * DAY, **options):
    return [(each.vehicle.position, each.lapse.what) for each in lapsing(now, within, **options)]


def test_only_what_ends_within_the_time_is_gathered_the_next_first(row):
    assert what(NOON) == [(1, Lapsing.EXPORT_LICENCE)]
    assert what(NOON, 5 * DAY) == [
        (1, Lapsing.EXPORT_LICENCE),
        (1, Lapsing.PASS),
        (2, Lapsing.PASS),
        (1, Lapsing.INSURANCE),
    ]
    assert (1, Lapsing.TEMPORARY_PLATE) in what(NOON, 9 * DAY)


def test_what_is_over_already_is_not_running_out(row):
    assert what(NOON + 3 * DAY, timedelta(hours=1)) == []


def test_to_the_second(row):
    (soon,) = lapsing(NOON)
    assert what(soon.lapse.until - timedelta(seconds=1), timedelta(seconds=1)) == [(1, Lapsing.EXPORT_LICENCE)]
    assert what(soon.lapse.until, timedelta(seconds=1)) == []
    assert what(soon.lapse.until - timedelta(seconds=2), timedelta(seconds=1)) == []


def test_drafts_and_what_was_withdrawn_are_not_waited_for(row, declaration, alice):
    declaration(status=DeclarationStatus.DRAFT, bodies=[vehicle_body(9, plate_expires_on="2026-11-23")])
    first = row.vehicles.get(position=1)
    actions.withdraw_vehicle(declaration_id=row.pk, vehicle_id=first.pk, reason="x", by=alice, now=NOON)
    assert what(NOON) == []
    first.refresh_from_db()
    assert lapses_of([first]) == {first.pk: []}


def test_among_some_vehicles_only(row, declaration, mallory):
    declaration(by=mallory, bodies=[vehicle_body(5, plate_expires_on="2026-11-23")])
    mine = Vehicle.objects.filter(declaration__organisation=row.organisation)
    assert what(NOON, among=mine) == [(1, Lapsing.EXPORT_LICENCE)]
    assert len(what(NOON)) == 2


def test_any_number_of_vehicles_costs_three_queries(declaration, django_assert_num_queries):
    declaration(bodies=[vehicle_body(n, plate_expires_on="2026-11-24") for n in range(1, 6)])
    with django_assert_num_queries(3):
        assert len(what(NOON)) == 5


def test_the_home_page_and_the_card_say_it_and_lead_to_the_repair(row, client, alice, mallory):
    client.force_login(alice)
    with time_machine.travel(NOON, tick=False):
        home = client.get("/", headers=ENGLISH).content.decode()
        card = client.get(reverse("declarations:detail", args=[row.reference]), headers=ENGLISH).content.decode()
        client.force_login(mallory)
        assert "Runs out soon" not in client.get("/", headers=ENGLISH).content.decode()
    assert "Runs out soon" in home
    assert reverse("declarations:vehicle-papers", args=[row.reference, 1]) in home
    assert "Runs out soon: export licence" in card
    assert card.count("Runs out soon") == 1


def test_many_vehicles_of_one_licence_are_one_line(declaration, client, alice):
    bodies = [vehicle_body(n, papers=[paper("export_licence", "2026-11-24")]) for n in (1, 2, 3)]
    row = declaration(bodies=bodies)
    client.force_login(alice)
    with time_machine.travel(NOON, tick=False):
        home = client.get("/", headers=ENGLISH).content.decode()
    assert home.count("Export licence ·") == 1
    assert "3 vehicles" in home
    assert reverse("declarations:detail", args=[row.reference]) in home
