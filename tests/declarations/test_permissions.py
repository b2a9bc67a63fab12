"""Who may: nobody is an officer of his own enterprise's declaration, by whichever verb."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from checkpoint import permissions as gate
from checkpoint.models import Passage
from declarations import permissions
from declarations.errors import NotPermitted
from declarations.models import Hold, Override, Role, Vehicle
from declarations.words import RoleName
from tests.cast import NOON

pytestmark = pytest.mark.django_db

VERBS = (
    "decide",
    "accept_problem",
    "grant_appeal",
    "hold",
    "inspect",
    "order_inspection",
    "waive",
    "detain",
    "ask_override",
    "record_return",
)


@pytest.fixture
def both(bob: User) -> User:
    """Declares for alice's enterprise and was made an officer of everything besides."""
    for name in RoleName.values:
        if name not in (RoleName.EXPORTER, RoleName.AGENT):
            Role.objects.create(user=bob, role=name)
    return User.objects.get(pk=bob.pk)


@pytest.mark.parametrize("verb", VERBS)
def test_an_officer_keeps_his_hands_off_his_own_enterprise(declaration: Any, both: User, sam: User, verb: str) -> None:
    with pytest.raises(NotPermitted):
        getattr(permissions, f"check_can_{verb}")(both, declaration())


def test_nor_does_he_lift_or_override_there_or_decide_at_the_gate(declaration: Any, both: User, carl: User) -> None:
    own = declaration()
    vehicle: Vehicle = own.vehicles.get()
    passage = Passage(declaration=own, port_id=own.port_id, decided_at=NOON)
    assert not permissions.can_lift(both, Hold(declaration=own, placed_by=carl))
    assert not permissions.can_grant_override(both, Override(vehicle=vehicle, asked_by=carl))
    assert not gate.can_decide_passage(both, passage)
    assert not gate.can_annul(both, passage, NOON)
    assert not permissions.can_verify(both, own.organisation)


def test_elsewhere_he_is_an_officer_like_others(declaration: Any, both: User, mallory: User) -> None:
    foreign = declaration(by=mallory)
    assert all(getattr(permissions, f"can_{verb}")(both, foreign) for verb in ("decide", "hold", "waive"))
    assert permissions.can_verify(both, foreign.organisation)
    assert gate.can_decide_passage(both, Passage(declaration=foreign, port_id=foreign.port_id, decided_at=NOON))
    assert gate.can_annul(both, Passage(port_id=foreign.port_id, decided_at=NOON), NOON)
