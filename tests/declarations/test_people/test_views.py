"""The pages of an organisation: what a manager can do there, what everybody else sees, and what they cost."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from declarations.actions.people import agents
from declarations.models import Authority, Invitation, Organisation, Role
from tests.authenticator import app_of
from tests.cast import NOON, USCC
from tests.refusals import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

HERE = f"/organisation/{USCC[0]}"


@pytest.fixture
def mine(client: Client, alice: User, bob: User) -> Client:
    """Alice's browser."""
    client.force_login(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_the_page_costs_the_same_for_two_people_and_for_ten(
    mine: Client, tianshan: Organisation, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    def cost() -> None:
        with django_assert_num_queries(9):
            assert mine.get(HERE).status_code == 200

    cost()
    for n in range(8):
        user = User.objects.create(username=f"c{n}")
        Role.objects.create(user=user, role="exporter", organisation=tianshan)
    cost()


def test_a_colleague_who_manages_nobody_finds_no_buttons(mine: Client, bob: User, alice: User) -> None:
    mine.force_login(bob)
    page = mine.get(HERE).content.decode()
    assert "Invite a colleague" not in page
    assert mine.get("/organisation")["Location"] == HERE
    with nothing_written():
        for path in ("/invite", "/apply", "/agents/new"):
            assert mine.post(HERE + path, {"mail": "x@example.org", "role": "exporter"}).status_code == 403
        role = Role.objects.get(user=alice).public_id
        for path in ("manage", "remove", "recover"):
            assert mine.post(f"/organisation/people/{role}/{path}", {"reason": "x"}).status_code == 403


def test_a_manager_puts_in_charge_removes_and_recovers(mine: Client, bob: User) -> None:
    app_of(bob)
    role = Role.objects.get(user=bob)
    there = f"/organisation/people/{role.public_id}"
    assert mine.post(f"{there}/recover", {"reason": ""}).status_code == 422
    assert mine.post(f"{there}/recover", {"reason": "telephone lost"})["Location"] == HERE
    assert not bob.factors.exists()
    mine.post(f"{there}/manage")
    role.refresh_from_db()
    assert role.manages
    assert mine.get(f"{there}/remove").status_code == 200
    assert mine.post(f"{there}/remove")["Location"] == HERE
    assert not Role.objects.filter(user=bob).exists()


def test_the_last_manager_reads_why_he_stays(mine: Client, alice: User) -> None:
    role = Role.objects.get(user=alice).public_id
    page = mine.post(f"/organisation/people/{role}/remove", follow=True)
    assert "Put a colleague in charge first" in page.content.decode()


def test_an_invitation_is_shown_to_managers_and_taken_back(mine: Client, bob: User) -> None:
    mine.post(f"{HERE}/invite", {"mail": "wang@example.org", "role": "agent", "manages": "on"})
    row = Invitation.objects.get()
    assert (row.role, row.manages) == ("agent", True)
    assert "wang@example.org" in mine.get(HERE).content.decode()
    theirs = Client()
    theirs.force_login(bob)
    assert "wang@example.org" not in theirs.get(HERE).content.decode()
    mine.post(f"/organisation/invitations/{row.public_id}/withdraw")
    assert "wang@example.org" not in mine.get(HERE).content.decode()


def test_authority_is_given_accepted_and_ended_on_the_pages(mine: Client, mallory: User) -> None:
    sent = {"agent": USCC[1], "document_number": "WT-1", "valid_from": "2026-11-22", "valid_until": "2026-12-31"}
    assert mine.post(f"{HERE}/agents/new", {**sent, "agent": "nonsense"}).status_code == 422
    assert mine.post(f"{HERE}/agents/new", {**sent, "valid_until": "soon"}).status_code == 422
    assert mine.post(f"{HERE}/agents/new", sent)["Location"] == HERE
    row = Authority.objects.get()
    there = f"/organisation/authorities/{row.public_id}"
    assert "waits for the agent to accept" in mine.get(HERE).content.decode()
    theirs = Client(headers={"accept-language": "en"})
    theirs.force_login(mallory)
    assert mine.post(f"{there}/accept", follow=True).status_code == 200
    row.refresh_from_db()
    assert row.accepted_at is None, "the principal cannot accept for the agent"
    assert theirs.post(f"{there}/accept")["Location"] == f"/organisation/{USCC[1]}"
    assert "Exporters you declare for" in theirs.get(f"/organisation/{USCC[1]}").content.decode()
    assert "in force" in mine.get(HERE).content.decode()
    assert mine.post(f"{there}/end", {"reason": ""}).status_code == 422
    assert mine.post(f"{there}/end", {"reason": "done"})["Location"] == HERE
    row.refresh_from_db()
    assert row.ended_at == NOON


def test_a_colleague_of_the_agent_ends_nothing(mine: Client, alice: User, bob: User, mallory: User) -> None:
    row = agents.grant(
        principal_id=alice.roles.get().organisation_id,
        agent_uscc=USCC[1],
        document_number="x",
        valid_from=NOON.date(),
        valid_until=NOON.date() + timedelta(days=1),
        by=alice,
        now=NOON,
    )
    mine.force_login(bob)
    assert mine.post(f"/organisation/authorities/{row.public_id}/end", {"reason": "x"}).status_code == 403


def test_a_refused_organisation_reads_why_and_asks_again(mine: Client, tianshan: Organisation, carl: User) -> None:
    gone = {"verified_at": None, "verified_by": None}
    refused = {"refused_at": NOON, "refused_by": carl, "refusal": "The name differs from the register."}
    Organisation.objects.filter(pk=tianshan.pk).update(**gone, **refused)
    assert "The name differs" in mine.get(HERE).content.decode()
    assert mine.post(f"{HERE}/apply", {"name": ""}).status_code == 422
    mine.post(f"{HERE}/apply", {"name": "Tianshan Auto Export Ltd"})
    assert "Not verified yet" in mine.get(HERE).content.decode()
    assert Organisation.objects.get(pk=tianshan.pk).name == "Tianshan Auto Export Ltd"
