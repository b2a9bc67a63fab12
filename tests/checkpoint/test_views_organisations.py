"""The officers' queue of new organisations, and help for an officer whose telephone is lost."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from declarations.models import Organisation, PartyHistory, Role
from tests.authenticator import app_of
from tests.cast import NOON, USCC
from tests.refusals import nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

QUEUE = "/gate/organisations"


@pytest.fixture
def newcomer(reference: None) -> Organisation:
    """Nobody has decided about it."""
    return Organisation.objects.create(name="Tianqi Motors", uscc=USCC[2], created_at=NOON, applied_at=NOON)


def browser(user: User) -> Client:
    """Somebody's browser, in English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_it_waits_on_the_desk_until_somebody_verifies_it(newcomer: Organisation, carl: User) -> None:
    client = browser(carl)
    assert "New organisations" in client.get("/gate/").content.decode()
    assert "Tianqi Motors" in client.get(QUEUE).content.decode()
    assert client.get(f"{QUEUE}/{USCC[2]}/verify").status_code == 200
    assert client.post(f"{QUEUE}/{USCC[2]}/verify")["Location"] == QUEUE
    newcomer.refresh_from_db()
    assert (newcomer.verified_at, newcomer.verified_by) == (NOON, carl)
    assert "Nothing waits here" in client.get(QUEUE).content.decode()
    assert client.post(f"{QUEUE}/{USCC[2]}/refuse", {"reason": "x"}).status_code == 404


def test_a_refusal_wants_a_reason(newcomer: Organisation, carl: User) -> None:
    client = browser(carl)
    with nothing_written():
        assert client.post(f"{QUEUE}/{USCC[2]}/refuse", {"reason": ""}).status_code == 422
    client.post(f"{QUEUE}/{USCC[2]}/refuse", {"reason": "the name differs"})
    newcomer.refresh_from_db()
    assert newcomer.refusal == "the name differs"
    assert PartyHistory.objects.get().text == "the name differs"


@pytest.mark.parametrize("who", ["olga", "ivan", "oscar", "alice"])
def test_it_is_for_documents_officers_and_supervisors(
    newcomer: Organisation, olga: User, ivan: User, oscar: User, alice: User, who: str
) -> None:
    client = browser({"olga": olga, "ivan": ivan, "oscar": oscar, "alice": alice}[who])
    with nothing_written():
        assert "Tianqi Motors" not in client.get(QUEUE).content.decode()
        for verb in ("verify", "refuse"):
            assert client.post(f"{QUEUE}/{USCC[2]}/{verb}", {"reason": "x"}).status_code == 404


def test_an_officer_does_not_verify_his_own_enterprise(newcomer: Organisation, carl: User) -> None:
    Role.objects.create(user=carl, role="exporter", organisation=newcomer)
    client = browser(carl)
    assert "Tianqi Motors" not in client.get(QUEUE).content.decode()
    assert client.post(f"{QUEUE}/{USCC[2]}/verify").status_code == 404


def test_a_supervisor_takes_an_officers_second_factor_off(sam: User, carl: User, olga: User) -> None:
    app_of(carl)
    role = Role.objects.get(user=carl).public_id
    assert browser(olga).get("/gate/people").status_code == 404
    assert browser(olga).post(f"/gate/people/{role}/recover", {"reason": "x"}).status_code == 404
    client = browser(sam)
    assert "Telephone lost" in client.get("/gate/people").content.decode()
    assert client.post(f"/gate/people/{role}/recover", {"reason": ""}).status_code == 422
    assert client.post(f"/gate/people/{role}/recover", {"reason": "lost at the yard"})["Location"] == "/gate/people"
    assert not carl.factors.exists()


def test_nobody_takes_off_his_own(sam: User) -> None:
    factor = app_of(sam)
    role = Role.objects.get(user=sam).public_id
    client = browser(sam)
    client.force_login(User.objects.get(pk=sam.pk))
    session = client.session
    session["generation"] = 1
    session.save()
    assert client.post(f"/gate/people/{role}/recover", {"reason": "x"}).status_code == 403
    assert sam.factors.get() == factor
