"""What changed since an officer looked."""

from datetime import timedelta

import pytest
from django.urls import reverse

from declarations import actions
from tests.cast import NOON, let_workers_run

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def row(declaration):
    return declaration(vehicles=2)


def amend(row, by):
    at = NOON + timedelta(hours=1)
    actions.amend(declaration_id=row.pk, body={"consignee": {"name": "Semey Auto"}}, by=by, now=at)
    let_workers_run(at)


def test_an_officer_is_told_once_what_was_amended_since_he_looked(client, alice, carl, row):
    client.force_login(carl)
    page = reverse("checkpoint:declaration", args=[row.reference])
    assert "Amended since you looked" not in client.get(page, headers=ENGLISH).content.decode()
    amend(row, alice)
    told = client.get(page, headers=ENGLISH).content.decode()
    versions = reverse("checkpoint:versions", args=[row.reference])
    assert "You saw version 1; now it is version 2." in told
    assert f"{versions}?old=1&amp;new=2" in told
    assert "Amended since you looked" not in client.get(page, headers=ENGLISH).content.decode()


def test_he_sees_both_sides(client, alice, carl, row):
    amend(row, alice)
    client.force_login(carl)
    text = client.get(reverse("checkpoint:versions", args=[row.reference]), headers=ENGLISH).content.decode()
    assert "Astana Motors" in text and "Semey Auto" in text


def test_for_an_exporter_the_officers_page_does_not_exist(client, alice, row):
    client.force_login(alice)
    assert client.get(reverse("checkpoint:versions", args=[row.reference])).status_code == 404
