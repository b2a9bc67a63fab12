"""Contesting an earlier admission takes the VIN on the car and two people."""

from datetime import timedelta

import pytest

from checkpoint import desk
from checkpoint.models import Case, Passage
from declarations.errors import Conflict, NotPermitted
from declarations.models import Admission, History, Vehicle
from tests.cast import NOON

LATER = NOON + timedelta(minutes=2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def twice(declaration, scanner):
    """A vehicle whose pass is shown a second time: the first passage and the second."""
    car = declaration().vehicles.get()
    first = scanner("CNHRS-E1").scan(car)
    second = scanner("CNHRS-E2").scan(car, now=NOON + timedelta(minutes=1))
    assert second["reason"] == "ALREADY_ADMITTED"
    return car, Passage.objects.get(pk=first["passage_id"]), Passage.objects.get(pk=second["passage_id"])


def test_the_car_with_the_declared_vin_gets_its_admission_back_through_two_people(twice, olga, sam):
    car, first, second = twice
    desk.contest(passage_id=second.pk, vin=car.vin.lower(), reason="this one is real", by=olga, now=LATER)
    with pytest.raises(NotPermitted) as refused:
        desk.annul(passage_id=first.pk, reason="contested", by=olga, now=LATER)
    assert refused.value.code == "SECOND_PERSON"
    assert Admission.objects.filter(vehicle=car, annulled_at=None).exists()
    desk.annul(passage_id=first.pk, reason="contested", by=sam, now=LATER)
    case = Case.objects.get(passage=second)
    assert (case.result, case.closed_by, case.vin_read) == ("CONTEST", sam, car.vin)
    assert Vehicle.objects.get(pk=car.pk).status == "DECLARED"


def test_another_car_under_this_pass_changes_nothing(twice, olga):
    _car, _first, second = twice
    before = History.objects.count()
    with pytest.raises(Conflict) as refused:
        desk.contest(passage_id=second.pk, vin="LSVAA49J132047371", reason="?", by=olga, now=LATER)
    assert refused.value.code == "VIN_DIFFERS"
    assert Case.objects.get(passage=second).vin_read == ""
    assert History.objects.count() == before


def test_only_a_used_pass_is_contested(declaration, scanner, olga):
    car = declaration().vehicles.get()
    scanner("CNHRS-E1").scan(car)
    stopped = scanner("CNHRS-R1").scan(car, plate={"text": "新A99999临", "confidence": 0.99})
    with pytest.raises(Conflict) as refused:
        desk.contest(passage_id=stopped["passage_id"], vin=car.vin, reason="?", by=olga, now=LATER)
    assert refused.value.code == "NOT_ALLOWED_HERE"
