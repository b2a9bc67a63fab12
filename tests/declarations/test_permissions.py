"""Who may what: every verb asked for every member of the cast, at the port, elsewhere, and of one's own enterprise."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User

from declarations import permissions
from declarations.lifecycle import DeclarationStatus
from declarations.models import ApiKey, Declaration, Hold, Organisation, Override, Role
from declarations.words import RoleName
from tests.cast import NOON

pytestmark = pytest.mark.django_db

WhoMay = Callable[..., set[str]]

OFFICERS = {"carl", "olga", "ivan", "sam", "oscar"}
OWN = {"alice", "bob"}
MAY = {
    "change": OWN,
    "lodge": OWN,
    "cancel": OWN | {"sam"},
    "withdraw": OWN | {"carl", "olga", "sam"},
    "decide": {"carl", "sam"},
    "accept_problem": {"carl", "sam"},
    "grant_appeal": {"sam"},
    "hold": OFFICERS,
    "inspect": {"ivan"},
    "order_inspection": OFFICERS,
    "waive": {"sam"},
    "detain": {"sam"},
    "ask_override": {"carl", "olga", "sam", "oscar"},
    "record_return": {"olga", "sam"},
}
"""Of a released declaration of alice's enterprise."""

OF_OTHER_THINGS = {"declare_for", "lift", "grant_override", "verify", "revoke_key", "keep"}
OF_OTHER_THINGS |= {"manage", "end_authority", "recover"}
FOR_OFFICERS = sorted(verb for verb, names in MAY.items() if not names & OWN)


def can(verb: str) -> Callable[..., bool]:
    """The question of that name."""
    question: Callable[..., bool] = getattr(permissions, f"can_{verb}")
    return question


def officer(port: str | None, *names: str) -> User:
    """Somebody new with these roles, all if none is named, at that port."""
    user = User.objects.create(username=f"of {port}")
    for name in names or set(RoleName.values) - {RoleName.EXPORTER, RoleName.AGENT}:
        Role.objects.create(user=user, role=name, port_id=port)
    return user


@pytest.fixture
def both(tianshan: Organisation) -> User:
    """Declares for alice's enterprise and was made an officer of everything besides."""
    user = officer(None)
    Role.objects.create(user=user, role=RoleName.EXPORTER, organisation=tianshan)
    return user


def test_every_verb_is_asked_about_here() -> None:
    verbs = {name.removeprefix("can_") for name in vars(permissions) if name.startswith("can_")}
    assert verbs == set(MAY) | OF_OTHER_THINGS


def test_a_verb_is_for_its_own_people(declaration: Any, who_may: WhoMay) -> None:
    row = declaration()
    assert {verb: who_may(can(verb), row) for verb in MAY} == MAY


def test_an_officer_of_another_port_may_nothing(declaration: Any) -> None:
    row, elsewhere = declaration(), officer("CNYRK")
    assert [verb for verb in MAY if can(verb)(elsewhere, row)] == []


def test_an_analyst_sees_what_officers_see_and_acts_on_nothing(declaration: Any, carl: User) -> None:
    row, analyst = declaration(), officer("CNHRS", RoleName.ANALYST)
    assert list(Declaration.objects.for_officer(analyst)) == [row]
    assert permissions.needs_second_factor(analyst)
    assert [verb for verb in MAY if can(verb)(analyst, row)] == []
    assert not permissions.can_lift(analyst, Hold(declaration=row, placed_by=carl))
    assert not permissions.can_grant_override(analyst, Override(vehicle=row.vehicles.get(), asked_by=carl))
    assert not permissions.can_verify(analyst, row.organisation)


def test_a_draft_without_a_port_is_no_officers(declaration: Any, who_may: WhoMay) -> None:
    row = declaration(status=DeclarationStatus.DRAFT, port=None)
    assert {verb: who_may(can(verb), row) for verb in MAY} == {verb: names & OWN for verb, names in MAY.items()}


def test_an_officer_keeps_his_hands_off_his_own_enterprise(declaration: Any, both: User, carl: User) -> None:
    own = declaration()
    assert [verb for verb in FOR_OFFICERS if can(verb)(both, own)] == []
    assert not permissions.can_lift(both, Hold(declaration=own, placed_by=carl))
    assert not permissions.can_grant_override(both, Override(vehicle=own.vehicles.get(), asked_by=carl))
    assert not permissions.can_verify(both, own.organisation)


def test_elsewhere_he_is_an_officer_like_others(declaration: Any, both: User, mallory: User) -> None:
    foreign = declaration(by=mallory)
    assert [verb for verb in FOR_OFFICERS if can(verb)(both, foreign)] == FOR_OFFICERS


@pytest.mark.parametrize("placed_by", ["carl", "sam"])
def test_whoever_placed_a_hold_does_not_lift_it(declaration: Any, who_may: WhoMay, placed_by: str) -> None:
    hold = Hold(declaration=declaration(), placed_by=User.objects.get(username=placed_by))
    assert who_may(permissions.can_lift, hold) == OFFICERS - {placed_by}


@pytest.mark.parametrize(("asked_by", "granted_by"), [("olga", {"sam", "oscar"}), ("sam", {"oscar"})])
def test_whoever_asked_for_an_override_does_not_grant_it(
    declaration: Any, who_may: WhoMay, asked_by: str, granted_by: set[str]
) -> None:
    override = Override(vehicle=declaration().vehicles.get(), asked_by=User.objects.get(username=asked_by))
    assert who_may(permissions.can_grant_override, override) == granted_by


def test_people_declare_for_their_own_enterprise(
    who_may: WhoMay, alice: User, carl: User, tianshan: Organisation
) -> None:
    assert who_may(permissions.can_declare_for, tianshan.pk) == OWN
    assert permissions.declares_for(alice) == [tianshan]
    assert permissions.declares_for(carl) == permissions.declares_for(AnonymousUser()) == []


def test_who_is_exporter_and_agent_of_one_enterprise_is_offered_it_once(alice: User, tianshan: Organisation) -> None:
    Role.objects.create(user=alice, role=RoleName.AGENT, organisation=tianshan)
    assert permissions.declares_for(User.objects.get(pk=alice.pk)) == [tianshan]


def test_an_enterprise_that_nobody_verified_drafts_but_does_not_lodge(declaration: Any, who_may: WhoMay) -> None:
    row = declaration(status=DeclarationStatus.DRAFT)
    Organisation.objects.update(verified_at=None, verified_by=None)
    row = Declaration.objects.get(pk=row.pk)
    assert who_may(permissions.can_lodge, row) == set()
    assert who_may(permissions.can_change, row) == OWN


def test_documents_officers_and_supervisors_verify_an_enterprise(who_may: WhoMay, tianshan: Organisation) -> None:
    assert who_may(permissions.can_verify, tianshan) == {"carl", "sam"}


def test_a_key_is_taken_back_by_its_holder_or_a_supervisor(who_may: WhoMay, alice: User) -> None:
    key, _text = ApiKey.issue(label="lab", now=NOON, user=alice)
    of_a_device, _text = ApiKey.issue(label="lane", now=NOON)
    assert who_may(permissions.can_revoke_key, key) == {"alice", "sam"}
    assert who_may(permissions.can_revoke_key, of_a_device) == {"sam"}


class TestKeepingGatesTimesAndRules:
    def test_a_supervisor_of_every_port_keeps_all(self, who_may: WhoMay, sam: User) -> None:
        assert who_may(permissions.can_keep, "CNHRS") == who_may(permissions.can_keep, None) == {"sam"}
        assert permissions.kept_ports(sam) is None

    def test_a_supervisor_of_one_port_keeps_that(self, reference: None) -> None:
        otto = officer("CNYRK", RoleName.SUPERVISOR)
        assert [permissions.can_keep(otto, port) for port in ("CNYRK", "CNHRS", None)] == [True, False, False]
        assert permissions.kept_ports(otto) == {"CNYRK"}

    def test_the_administrator_keeps_all(self, reference: None) -> None:
        root = User.objects.create(username="root", is_superuser=True)
        assert permissions.can_keep(root, "CNHRS")
        assert permissions.kept_ports(root) is None
