"""What is kept no longer than it is of use: messages, notices, photographs, telephones, sign-ins."""

from datetime import timedelta

import pytest

from declarations import actions
from declarations.actions import handing_over, linking, notices, subscribing
from declarations.actions.people import sign_ins
from declarations.clearance import sweeps
from declarations.models import Delivery, HandOverPhoto, Notice, Phone, ReadinessTold, SignIn, Vehicle
from declarations.words import Audience, Side
from tests.cast import NOON
from tests.declarations.test_actions.test_handing_over import picture
from tests.declarations.test_actions.test_subscribing import ENDPOINT, PUBLIC_KEY, SECRET

pytestmark = pytest.mark.django_db

MOMENT = timedelta(seconds=1)


@pytest.fixture
def link(declaration, alice):
    vehicle = declaration().vehicles.get()
    return linking.make(vehicle_id=vehicle.pk, audience=Audience.DRIVER, by=alice, now=NOON)


def swept(what, kept):
    """How many rows are erased at the last moment of the period, and after it."""
    return sweeps.sweep(now=NOON + kept)[what], sweeps.sweep(now=NOON + kept + MOMENT)[what]


def test_messages_and_notices_are_erased_and_nothing_is_told_anew(declaration):
    row = declaration()
    sent, told = Delivery.objects.count(), Notice.objects.count()
    assert sent and told
    assert swept("deliveries", sweeps.DELIVERIES_KEPT) == (0, sent)
    assert Notice.objects.filter(at=NOON).count() == told
    assert swept("notices", sweeps.NOTICES_KEPT) == (0, told)
    assert ReadinessTold.objects.exists()
    notices.tell(declaration_id=row.pk, now=NOON + sweeps.NOTICES_KEPT + MOMENT)
    assert not Notice.objects.filter(kind="PASS_READY").exists()


def test_photographs_of_a_hand_over_are_erased_after_two_years(link):
    handing_over.photograph(link_id=link.pk, side=Side.DEPARTURE, contents=[picture()], now=NOON)
    assert swept("photos", sweeps.PHOTOS_KEPT) == (0, 1)
    assert not HandOverPhoto.objects.exists()


def subscribe(link):
    return subscribing.subscribe(
        link_id=link.pk, endpoint=ENDPOINT, public_key=PUBLIC_KEY, secret=SECRET, language="ru", now=NOON
    )


def test_a_telephone_that_wants_news_no_more_is_forgotten_after_a_month(link):
    phone = subscribe(link)
    subscribing.unsubscribe(phone_id=phone.pk, now=NOON)
    assert swept("phones", sweeps.PHONES_KEPT) == (0, 1)
    assert not Phone.objects.exists()


def test_a_telephone_is_forgotten_a_month_after_its_vehicle_came_to_the_end_and_not_while_it_is_on_its_way(
    link, alice, declaration
):
    on_its_way = declaration().vehicles.get()
    subscribe(link)
    subscribe(linking.make(vehicle_id=on_its_way.pk, audience=Audience.DRIVER, by=alice, now=NOON))
    vehicle = link.vehicle
    actions.withdraw_vehicle(
        declaration_id=vehicle.declaration_id, vehicle_id=vehicle.pk, reason="sold", by=alice, now=NOON
    )
    Vehicle.objects.filter(pk=on_its_way.pk).update(status_at=NOON - timedelta(days=99))
    assert sweeps._forget(now=NOON + sweeps.PHONES_KEPT)["phones"] == [0]
    assert sweeps._forget(now=NOON + sweeps.PHONES_KEPT + MOMENT)["phones"] == [1]
    assert Phone.objects.get().link.vehicle == on_its_way


def test_what_is_remembered_of_a_session_goes_after_a_month(alice):
    sign_ins.begin(user=alice, key="k", agent="Firefox", now=NOON)
    assert swept("sign_ins", sweeps.SIGN_INS_KEPT) == (0, 1)
    assert not SignIn.objects.exists()


def test_one_sweep_erases_no_more_than_its_share(alice, monkeypatch):
    monkeypatch.setattr(sweeps, "AT_ONCE", 2)
    for n in range(3):
        SignIn.objects.create(user=alice, key=str(n), digest=str(n), began_at=NOON)
    late = NOON + sweeps.SIGN_INS_KEPT + MOMENT
    assert [sweeps.sweep(now=late)["sign_ins"] for _minute in range(3)] == [2, 1, 0]
