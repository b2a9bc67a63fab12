"""An organisation's people: who may manage them, what ends with a removal, and that somebody always manages them."""

import pytest
from django.contrib.auth.models import User

from declarations.actions.people import colleagues
from declarations.errors import Conflict
from declarations.models import ApiKey, Organisation, PartyHistory, Role
from tests.at_once import at_once
from tests.caller import Caller, key_of
from tests.cast import NOON
from tests.refusals import refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def role_of(user: User) -> Role:
    """The one role of somebody."""
    return Role.objects.get(user=user)


def test_whoever_is_removed_has_no_session_and_no_key_left(alice: User, bob: User, tianshan: Organisation) -> None:
    caller = Caller(key_of(bob))
    assert caller.get("/declarations").status == 200
    colleagues.remove(role_id=role_of(bob).pk, by=alice, now=NOON)
    assert caller.get("/declarations").code == "KEY_UNKNOWN"
    assert User.objects.get(pk=bob.pk).account.generation == 1
    assert PartyHistory.objects.get(deed="REMOVED").person == bob


def test_a_key_for_another_organisation_outlives_a_removal(alice: User, bob: User, mallory: User) -> None:
    other = role_of(mallory).organisation
    Role.objects.create(user=bob, role="exporter", organisation=other)
    mine = role_of(alice).organisation
    for organisation in (mine, other):
        ApiKey.issue(label="x", now=NOON, user=bob, organisation=organisation)
    colleagues.remove(role_id=Role.objects.get(user=bob, organisation=mine).pk, by=alice, now=NOON)
    left = ApiKey.objects.filter(user=bob, revoked_at=None)
    assert [key.organisation for key in left] == [other]


def test_only_a_manager_removes_and_puts_in_charge(alice: User, bob: User, mallory: User) -> None:
    for who in (bob, mallory):
        with refusal("NOT_PERMITTED"):
            colleagues.remove(role_id=role_of(alice).pk, by=who, now=NOON)
        with refusal("NOT_PERMITTED"):
            colleagues.put_in_charge(role_id=role_of(bob).pk, manages=True, by=who, now=NOON)
        with refusal("NOT_PERMITTED"):
            colleagues.leave(role_id=role_of(alice).pk, by=who, now=NOON)


def test_the_last_manager_stays(alice: User, bob: User) -> None:
    with refusal("LAST_MANAGER"):
        colleagues.leave(role_id=role_of(alice).pk, by=alice, now=NOON)
    with refusal("LAST_MANAGER"):
        colleagues.remove(role_id=role_of(alice).pk, by=alice, now=NOON)
    with refusal("LAST_MANAGER"):
        colleagues.put_in_charge(role_id=role_of(alice).pk, manages=False, by=alice, now=NOON)
    colleagues.put_in_charge(role_id=role_of(bob).pk, manages=True, by=alice, now=NOON)
    colleagues.leave(role_id=role_of(alice).pk, by=alice, now=NOON)
    assert not Role.objects.filter(user=alice).exists()


def test_a_manager_who_was_put_out_counts_for_nothing(alice: User, bob: User) -> None:
    Role.objects.filter(user=bob).update(manages=True)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    with refusal("LAST_MANAGER"):
        colleagues.leave(role_id=role_of(alice).pk, by=alice, now=NOON)


def test_putting_in_charge_twice_is_once(alice: User, bob: User) -> None:
    for _time in range(2):
        colleagues.put_in_charge(role_id=role_of(bob).pk, manages=True, by=alice, now=NOON)
    assert PartyHistory.objects.filter(deed="MANAGES").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_the_last_two_managers_one_stays(alice: User, bob: User, tianshan: Organisation) -> None:
    Role.objects.filter(user=bob).update(manages=True)
    pairs = [(role_of(user).pk, user) for user in (alice, bob)]
    answers = at_once(
        *(lambda role=role, user=user: colleagues.leave(role_id=role, by=user, now=NOON) for role, user in pairs)
    )
    assert sorted(str(getattr(answer, "code", "")) for answer in answers) == ["", "LAST_MANAGER"]
    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    assert Role.objects.filter(organisation=tianshan, manages=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_queue_both_would_go(alice: User, bob: User, tianshan: Organisation) -> None:
    """The control run: a race that could not be lost would prove nothing."""
    Role.objects.filter(user=bob).update(manages=True)
    pairs = [(role_of(user).pk, user) for user in (alice, bob)]
    for _try in range(20):
        answers = at_once(
            *(lambda role=role, user=user: colleagues.leave(role_id=role, by=user, now=NOON) for role, user in pairs),
            without=[' FOR UPDATE OF "declarations_organisation"'],
        )
        if answers == [None, None]:
            return
        Role.objects.filter(organisation=tianshan).delete()
        pairs = [
            (Role.objects.create(user=user, role="exporter", organisation=tianshan, manages=True).pk, user)
            for user in (alice, bob)
        ]
    pytest.fail("the lock was cut out of the statements, and still one of them waited")
