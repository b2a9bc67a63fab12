"""Who may at the gate: the whole cast asked, another port's officers, and an officer's own enterprise."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from checkpoint import permissions
from checkpoint.models import Lane, Passage
from declarations.models import Role
from declarations.words import RoleName
from tests.cast import NOON

pytestmark = pytest.mark.django_db

WhoMay = Callable[..., set[str]]


@pytest.fixture
def lane(reference: None) -> Lane:
    """The release gate of Horgos."""
    return Lane.objects.get(code="CNHRS-R1")


@pytest.fixture
def passage(declaration: Any, lane: Lane) -> Passage:
    """A vehicle of alice's enterprise at Horgos, just now."""
    return Passage(declaration=declaration(), port_id="CNHRS", lane=lane, decided_at=NOON)


@pytest.fixture
def elsewhere(reference: None) -> User:
    """Everything at the gate, but at Irkeshtam."""
    user = User.objects.create(username="elsewhere")
    for name in (RoleName.CHECKPOINT, RoleName.SUPERVISOR, RoleName.CONTROL_ROOM):
        Role.objects.create(user=user, role=name, port_id="CNYRK")
    return user


@pytest.fixture
def both(alice: User) -> User:
    """Declares for alice's enterprise and was made an officer of every gate besides."""
    for name in (RoleName.CHECKPOINT, RoleName.SUPERVISOR, RoleName.CONTROL_ROOM):
        Role.objects.create(user=alice, role=name)
    return User.objects.get(pk=alice.pk)


def test_checkpoint_officers_and_the_control_room_scan_and_decide(
    who_may: WhoMay, lane: Lane, passage: Passage
) -> None:
    assert who_may(permissions.can_scan_at, lane) == {"olga", "oscar"}
    assert who_may(permissions.can_decide_passage, passage) == {"olga", "oscar"}


def test_the_gate_annuls_alone_for_a_quarter_of_an_hour(who_may: WhoMay, passage: Passage) -> None:
    over = NOON + timedelta(minutes=15)
    assert who_may(permissions.can_annul, passage, over) == {"olga", "sam", "oscar"}
    assert who_may(permissions.can_annul, passage, over + timedelta(seconds=1)) == {"sam", "oscar"}


def test_later_whoever_scanned_it_does_not_annul_it(who_may: WhoMay, passage: Passage, oscar: User) -> None:
    passage.officer = oscar
    assert who_may(permissions.can_annul, passage, NOON + timedelta(minutes=16)) == {"sam"}


def test_devices_are_taken_back_by_supervisors_and_the_control_room(who_may: WhoMay, lane: Lane) -> None:
    assert who_may(permissions.can_revoke_device, lane.devices.first()) == {"sam", "oscar"}


def test_an_officer_of_another_port_may_nothing_here(elsewhere: User, lane: Lane, passage: Passage) -> None:
    assert not permissions.can_scan_at(elsewhere, lane)
    assert not permissions.can_decide_passage(elsewhere, passage)
    assert not permissions.can_annul(elsewhere, passage, NOON)
    assert not permissions.can_revoke_device(elsewhere, lane.devices.first())


def test_open_lanes_of_ones_own_ports_are_offered(elsewhere: User, alice: User, olga: User) -> None:
    Lane.objects.filter(code="CNYRK-R2").update(is_open=False)
    assert [lane.code for lane in permissions.lanes_to_scan_at(elsewhere)] == ["CNYRK-R1"]
    assert set(permissions.lanes_to_scan_at(olga)) == set(Lane.objects.exclude(code="CNYRK-R2"))
    assert not permissions.lanes_to_scan_at(alice).exists()


def test_an_officer_decides_nothing_about_his_own_enterprise(both: User, passage: Passage) -> None:
    assert not permissions.can_decide_passage(both, passage)
    assert not permissions.can_annul(both, passage, NOON)


def test_about_others_he_decides_like_any(both: User, declaration: Any, mallory: User) -> None:
    for row in (declaration(by=mallory), None):
        passage = Passage(declaration=row, port_id="CNHRS", decided_at=NOON)
        assert permissions.can_decide_passage(both, passage)
        assert permissions.can_annul(both, passage, NOON)
