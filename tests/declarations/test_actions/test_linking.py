"""Links without an account: made in bulk, found by digest alone, ended for ever, handed on with the vehicle."""

import secrets
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from declarations import actions
from declarations.actions import linking
from declarations.lifecycle import DeclarationStatus
from declarations.models import Link, LinkEnd
from declarations.models.links import TOKEN, TOKEN_BYTES, new_token
from declarations.models.sealed import fingerprint
from declarations.words import Audience
from tests.cast import NOON, vehicle_body
from tests.refusals import refusal

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)
DRIVER, IMPORTER = Audience.DRIVER, Audience.IMPORTER
OTHER_DRIVER = {"name": "Zhang San", "passport_number": "E99999999", "nationality": "CN", "card": "CARD-99"}


def make(row, by, audience=DRIVER, now=NOON):
    return linking.make(vehicle_id=row.vehicles.get().pk, audience=audience, by=by, now=now)


def swap(row, by, driver):
    vehicle = row.vehicles.get()
    actions.amend(
        declaration_id=row.pk, body={"vehicles": [{"driver": driver}]}, vehicle_id=vehicle.pk, by=by, now=LATER
    )


def test_a_token_has_at_least_128_random_bits_and_no_two_are_alike():
    assert TOKEN_BYTES * 8 >= 128
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(TOKEN.fullmatch(token) for token in tokens)


def test_a_hundred_thousand_guesses_open_nothing(declaration, alice):
    row = declaration(vehicles=20)
    for audience in Audience:
        linking.make_all(declaration_id=row.pk, audience=audience, by=alice, now=NOON)
    assert Link.objects.count() == 40
    hits = 0
    for _ in range(20):
        guesses = [fingerprint(new_token()) for _ in range(5000)]
        hits += Link.objects.filter(digest__in=guesses).count()
    assert hits == 0
    assert Link.objects.opened_by(new_token(), DRIVER) is None


def test_only_the_digest_is_found_and_the_token_is_ciphertext(declaration, alice):
    link = make(declaration(), alice)
    with connection.cursor() as cursor:
        cursor.execute("SELECT token, digest FROM declarations_link")
        token, digest = cursor.fetchone()
    assert token.startswith("t2:")
    assert link.token not in token + digest
    assert Link.objects.opened_by(link.token, DRIVER) == link
    assert Link.objects.opened_by(link.token, IMPORTER) is None


@pytest.mark.parametrize("text", ["", "x", "A" * 32, "1" * 32, "а" * 32, "a" * 33, "a" * 31, "\0" * 32, "../" * 10])
def test_what_is_no_token_is_not_even_looked_up(text, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Link.objects.opened_by(text, DRIVER) is None


def test_a_new_link_ends_the_one_before_in_the_same_act(declaration, alice):
    row = declaration()
    first = make(row, alice)
    second = make(row, alice, now=LATER)
    first.refresh_from_db()
    assert (first.ended_at, first.ended_because) == (LATER, LinkEnd.RENEWED)
    assert (second.ended_at, second.created_by) == (None, alice)
    assert second.token != first.token


def test_driver_and_importer_have_links_of_their_own(declaration, alice):
    row = declaration()
    make(row, alice), make(row, alice, IMPORTER)
    make(row, alice, now=LATER)
    assert Link.objects.live().filter(audience=IMPORTER).count() == 1


def test_links_of_a_whole_declaration_take_as_many_queries_as_those_of_one_vehicle(declaration, alice):
    counts = []
    for vehicles in (1, 30):
        row = declaration(vehicles=vehicles)
        with CaptureQueriesContext(connection) as queries:
            assert linking.make_all(declaration_id=row.pk, audience=DRIVER, by=alice, now=NOON) == vehicles
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_asked_twice_no_link_is_made_anew(declaration, alice):
    row = declaration(vehicles=2)
    linking.make_all(declaration_id=row.pk, audience=DRIVER, by=alice, now=NOON)
    before = set(Link.objects.values_list("digest", flat=True))
    assert linking.make_all(declaration_id=row.pk, audience=DRIVER, by=alice, now=LATER) == 0
    assert set(Link.objects.values_list("digest", flat=True)) == before


def test_a_vehicle_that_was_withdrawn_gets_none(declaration, alice):
    row = declaration(vehicles=2)
    gone = row.vehicles.first()
    actions.withdraw_vehicle(declaration_id=row.pk, vehicle_id=gone.pk, reason="sold", by=alice, now=NOON)
    assert linking.make_all(declaration_id=row.pk, audience=DRIVER, by=alice, now=NOON) == 1
    assert not gone.links.exists()


def test_a_draft_has_no_links(declaration, alice):
    row = declaration(status=DeclarationStatus.DRAFT)
    with refusal("NOT_LODGED_YET"):
        linking.make_all(declaration_id=row.pk, audience=DRIVER, by=alice, now=NOON)
    with refusal("NOT_LODGED_YET"):
        make(row, alice)


def test_only_the_exporters_people_make_links(declaration, bob, mallory, carl):
    row = declaration()
    for stranger in (mallory, carl):
        with refusal("NOT_PERMITTED"):
            make(row, stranger)
        with refusal("NOT_PERMITTED"):
            linking.make_all(declaration_id=row.pk, audience=DRIVER, by=stranger, now=NOON)
    assert make(row, bob).created_by == bob


def test_with_another_driver_the_former_ones_link_ends_and_a_new_one_waits(declaration, alice):
    row = declaration()
    former, importers = make(row, alice), make(row, alice, IMPORTER)
    swap(row, alice, OTHER_DRIVER)
    former.refresh_from_db()
    assert (former.ended_at, former.ended_because) == (LATER, LinkEnd.DRIVER_SWAPPED)
    (new,) = Link.objects.live().filter(audience=DRIVER)
    assert (new.vehicle, new.created_at, new.token == former.token) == (former.vehicle, LATER, False)
    assert Link.objects.live().get(audience=IMPORTER) == importers


def test_the_same_driver_with_another_phone_keeps_the_link(declaration, alice):
    row = declaration(bodies=[vehicle_body(1)])
    link = make(row, alice)
    swap(row, alice, {**vehicle_body(1)["driver"], "phone": "+86 138 1111 1111"})
    assert Link.objects.get() == link
    assert Link.objects.get().ended_at is None


def test_a_driver_taken_off_the_vehicle_loses_the_link(declaration, alice):
    row = declaration()
    former = make(row, alice)
    swap(row, alice, None)
    former.refresh_from_db()
    assert former.ended_because == LinkEnd.DRIVER_SWAPPED


def test_a_swap_makes_no_link_where_there_was_none(declaration, alice):
    row = declaration()
    swap(row, alice, OTHER_DRIVER)
    assert not Link.objects.exists()


def test_an_ended_link_never_opens_again_whoever_writes(declaration, alice):
    row = declaration()
    first = make(row, alice)
    make(row, alice, now=LATER)
    with pytest.raises(IntegrityError, match="only ever ends"), transaction.atomic():
        Link.objects.filter(pk=first.pk).update(ended_at=None, ended_because="")


def test_a_link_never_changes_its_vehicle_or_its_token(declaration, alice):
    link = make(declaration(), alice)
    other = declaration().vehicles.get()
    for change in ({"digest": secrets.token_hex(32)}, {"vehicle": other}, {"audience": IMPORTER}):
        with pytest.raises(IntegrityError, match="only ever ends"), transaction.atomic():
            Link.objects.filter(pk=link.pk).update(**change)
