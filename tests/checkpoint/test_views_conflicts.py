"""The pages where officers see both sides of a conflict and end it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from checkpoint.models import Conflict
from tests.cast import NOON
from tests.checkpoint.test_syncing import passed, take  # noqa: F401
from tests.refusals import nothing_written

pytestmark = pytest.mark.django_db
LIST = reverse("checkpoint:conflicts")


@pytest.fixture
def conflict(declaration, take, oscar):  # noqa: F811
    """Two lanes let one vehicle in."""
    vehicle = declaration().vehicles.get()
    for lane in ("CNHRS-E1", "CNHRS-E2"):
        take(lane, passed(vehicle), now=NOON)
    return Conflict.objects.get()


def page_of(conflict):
    return reverse("checkpoint:conflict", args=[conflict.public_id])


def test_the_list_leads_to_both_sides(browser, oscar, conflict):
    assert page_of(conflict) in browser(oscar).read(LIST)
    page = browser(oscar).read(page_of(conflict))
    assert "Admitted elsewhere" in page and "CNHRS-E1" in page and "CNHRS-E2" in page
    for passage in (conflict.passage, conflict.other):
        assert reverse("checkpoint:passage", args=[passage.pk]) in page
    assert LIST in browser(oscar).read(reverse("checkpoint:home"))


def test_without_conflicts_the_list_says_what_it_is_for(browser, oscar):
    assert "Nothing to resolve" in browser(oscar).read(LIST)


def test_the_list_asks_the_same_number_of_queries_for_more(browser, oscar, conflict, declaration, take):  # noqa: F811
    me = browser(oscar)
    me.read(LIST)
    with CaptureQueriesContext(connection) as one:
        me.read(LIST)
    for vehicle in declaration(vehicles=3).vehicles.all():
        for lane in ("CNHRS-E1", "CNHRS-E2"):
            take(lane, passed(vehicle), now=NOON + timedelta(seconds=1))
    with CaptureQueriesContext(connection) as four:
        assert me.read(LIST).count("conflict-") == 4
    assert len(four) == len(one)


def test_another_officer_resolves_it_with_a_reason(browser, oscar, conflict):
    me = browser(oscar)
    with nothing_written():
        assert me.send(page_of(conflict), result="SAME_CAR").status_code == 422
    sent = me.send(page_of(conflict), result="SAME_CAR", reason="one car, both lanes read it")
    assert sent.status_code == 302
    assert page_of(conflict) not in me.read(LIST)
    assert page_of(conflict) in me.read(f"{LIST}?resolved=1")
    assert "one car, both lanes read it" in me.read(page_of(conflict))
    assert me.send(page_of(conflict), result="STOPPED", reason="x").status_code == 409


def test_who_lifted_reads_that_somebody_else_has_to(browser, olga, conflict):
    me = browser(olga)
    assert "somebody else has to resolve it" in me.read(page_of(conflict))
    with nothing_written():
        assert me.send(page_of(conflict), result="SAME_CAR", reason="x").status_code == 403


def test_what_cannot_count_yet_says_why(browser, oscar, conflict):
    sent = browser(oscar).send(page_of(conflict), result="COUNT", reason="x")
    assert sent.status_code == 409 and "not at this stage" in sent.content.decode()


def test_others_find_nothing(browser, alice, mallory, conflict):
    for who in (alice, mallory):
        assert browser(who).open(LIST).status_code == 404
        assert browser(who).open(page_of(conflict)).status_code == 404
