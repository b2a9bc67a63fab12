"""An agent declares for whoever gave it authority, from the first day to the last, and not a step longer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client

from declarations import actions
from declarations.actions.people import agents
from declarations.models import Authority, Declaration, History, Organisation, Role, roles_of
from tests.caller import Caller, key_of
from tests.cast import NOON, USCC, declaration_body, vehicle_body
from tests.refusals import refusal, unacceptable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

TODAY = NOON.date()


@pytest.fixture
def agency(sam: User) -> Organisation:
    """A verified customs agent."""
    return Organisation.objects.create(
        name="Tongda", uscc=USCC[2], kind="AGENT", created_at=NOON, verified_at=NOON, verified_by=sam
    )


@pytest.fixture
def zhu(agency: Organisation) -> User:
    """Works for the agent, and manages its people."""
    user = User.objects.create(username="zhu", first_name="Zhu Lin")
    Role.objects.create(user=user, role="agent", organisation=agency, manages=True)
    return user


def grant(by: User, **changes: Any) -> Authority:
    """Authority of alice's organisation for the agent, for ten days."""
    values: dict[str, Any] = {
        "principal_id": by.roles.get().organisation_id,
        "agent_uscc": USCC[2],
        "document_number": "WT-1",
        "valid_from": TODAY,
        "valid_until": TODAY + timedelta(days=9),
        **changes,
    }
    return agents.grant(**values, by=by, now=NOON)


def fresh(user: User) -> User:
    """The same person at his next request."""
    return User.objects.get(pk=user.pk)


@pytest.fixture
def authority(alice: User, zhu: User) -> Authority:
    """Granted and accepted."""
    return agents.accept(authority_id=grant(alice).pk, by=zhu, now=NOON)


def test_until_the_agent_has_accepted_it_may_nothing(alice: User, zhu: User, tianshan: Organisation) -> None:
    row = grant(alice)
    assert tianshan.pk not in roles_of(fresh(zhu)).organisations
    agents.accept(authority_id=row.pk, by=zhu, now=NOON)
    assert tianshan.pk in roles_of(fresh(zhu)).organisations


def test_the_agents_people_declare_and_lodge_for_the_principal(
    authority: Authority, zhu: User, alice: User, tianshan: Organisation
) -> None:
    caller = Caller(key_of(zhu))
    body = declaration_body(vehicle_body(1))
    assert caller.post("/declarations", body).codes() == {("REQUIRED", "/exporter")}
    made = caller.post("/declarations", {**body, "exporter": tianshan.uscc})
    assert made.status == 201, made
    reference = made.json["reference"]
    assert caller.post(f"/declarations/{reference}/lodge").status == 202
    assert Declaration.objects.get(reference=reference).organisation == tianshan
    assert set(History.objects.values_list("by_label", flat=True)) == {"zhu"}
    client = Client()
    client.force_login(alice)
    page = client.get(f"/declarations/{reference}", headers={"accept-language": "en"}).content.decode()
    assert "Zhu Lin · Tongda" in page


@pytest.mark.parametrize("away", [timedelta(days=-1), timedelta(days=10)])
def test_outside_its_days_an_authority_opens_nothing(
    authority: Authority, zhu: User, tianshan: Organisation, away: timedelta
) -> None:
    with time_machine.travel(NOON + away, tick=False):
        assert tianshan.pk not in roles_of(fresh(zhu)).organisations


@pytest.mark.parametrize("who", ["alice", "zhu"])
def test_either_side_ends_it_at_once_also_for_keys(
    authority: Authority, alice: User, zhu: User, declaration: Callable[..., Declaration], who: str
) -> None:
    row = declaration(status="DRAFT")
    caller = Caller(key_of(zhu))
    assert caller.get(f"/declarations/{row.reference}").status == 200
    agents.end(authority_id=authority.pk, reason="done", by={"alice": alice, "zhu": zhu}[who], now=NOON)
    assert caller.get(f"/declarations/{row.reference}").status == 404
    with refusal("AUTHORITY_ENDED"):
        agents.end(authority_id=authority.pk, reason="again", by=alice, now=NOON)
    with refusal("NOT_PERMITTED"):
        actions.lodge(declaration_id=row.pk, by=fresh(zhu), now=NOON)


def test_an_ended_authority_stays_as_it_was_in_the_database_as_well(authority: Authority, alice: User) -> None:
    agents.end(authority_id=authority.pk, reason="done", by=alice, now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Authority.objects.filter(pk=authority.pk).update(ended_at=None, ended_by=None)


def test_strangers_neither_grant_nor_accept_nor_end(alice: User, bob: User, mallory: User, zhu: User) -> None:
    row = grant(alice)
    for who in (alice, bob, mallory):
        with refusal("NOT_PERMITTED"):
            agents.accept(authority_id=row.pk, by=who, now=NOON)
    for who in (bob, mallory):
        with refusal("NOT_PERMITTED"):
            agents.end(authority_id=row.pk, reason="x", by=who, now=NOON)
        with refusal("NOT_PERMITTED"):
            agents.grant(
                principal_id=alice.roles.get().organisation_id,
                agent_uscc=USCC[2],
                document_number="x",
                valid_from=TODAY,
                valid_until=TODAY,
                by=who,
                now=NOON,
            )


def test_it_is_accepted_once(authority: Authority, zhu: User) -> None:
    with refusal("AUTHORITY_SETTLED"):
        agents.accept(authority_id=authority.pk, by=zhu, now=NOON)


def test_what_cannot_be_granted(alice: User, zhu: User, agency: Organisation) -> None:
    with unacceptable(("AGENT_UNKNOWN", "/agent")):
        grant(alice, agent_uscc="91650100MA78XK3HXY")
    with unacceptable(("AGENT_IS_SELF", "/agent")):
        grant(alice, agent_uscc=USCC[0])
    with unacceptable(("DAYS_IN_ORDER", "/valid_until")):
        grant(alice, valid_until=TODAY - timedelta(days=1))
    Organisation.objects.filter(pk=agency.pk).update(verified_at=None, verified_by=None)
    with unacceptable(("AGENT_UNKNOWN", "/agent")):
        grant(alice)


def test_the_same_days_are_not_granted_twice(alice: User, zhu: User) -> None:
    grant(alice)
    with refusal("AUTHORITY_OPEN"):
        grant(alice)
    later = {"valid_from": TODAY + timedelta(days=10), "valid_until": TODAY + timedelta(days=20)}
    assert grant(alice, **later).pk


def test_a_key_for_one_organisation_sees_and_declares_for_no_other(
    authority: Authority, zhu: User, declaration: Callable[..., Declaration], agency: Organisation
) -> None:
    row = declaration(status="DRAFT")
    caller = Caller(key_of(zhu, organisation=agency))
    assert caller.get(f"/declarations/{row.reference}").status == 404
    made = caller.post("/declarations", declaration_body())
    assert made.status == 201
    assert Declaration.objects.get(reference=made.json["reference"]).organisation == agency
