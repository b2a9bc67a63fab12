"""The second factor: set up, passed once per code, taken off, recovered by somebody who answers for it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail

from declarations.actions.people import factors
from declarations.errors import Conflict
from declarations.models import Account, Factor, PartyHistory, RecoveryCode, Role
from tests.at_once import at_once
from tests.authenticator import HOST, Passkey, app_of, code_of
from tests.cast import NOON, let_workers_run
from tests.refusals import refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_an_app_counts_once_its_code_was_entered(alice: User) -> None:
    factor = factors.begin_app(by=alice, now=NOON)
    assert not factors.has_factor(alice)
    with refusal("WRONG_CODE"):
        factors.confirm_app(code="000000", by=alice, now=NOON)
    codes = factors.confirm_app(code=code_of(factor), by=alice, now=NOON)
    assert factors.has_factor(alice)
    assert len(set(codes)) == factors.CODES
    assert Account.objects.get(user=alice).generation == 1
    with refusal("APP_THERE"):
        factors.begin_app(by=alice, now=NOON)


def test_the_secret_is_not_in_the_database_as_it_is(alice: User) -> None:
    factor = app_of(alice)
    stored = Factor.objects.extra(select={"raw": "secret"}).values_list("raw", flat=True).get()  # noqa: S610
    assert factor.secret not in stored


def test_beginning_again_makes_another_secret(alice: User) -> None:
    first, second = (factors.begin_app(by=alice, now=NOON).secret for _time in range(2))
    assert first != second
    assert Factor.objects.count() == 1


def test_no_code_counts_twice_nor_an_older_one_after_it(alice: User) -> None:
    factor = app_of(alice)
    factors.pass_with_code(code=code_of(factor), by=alice, now=NOON)
    for away in (0, -1):
        with refusal("WRONG_CODE"):
            factors.pass_with_code(code=code_of(factor, away=away), by=alice, now=NOON)
    factors.pass_with_code(code=code_of(factor, away=1), by=alice, now=NOON)


@pytest.mark.django_db(transaction=True)
def test_the_same_code_twice_at_the_same_moment_counts_once(alice: User) -> None:
    code = code_of(app_of(alice))
    answers = at_once(*(lambda: factors.pass_with_code(code=code, by=alice, now=NOON) for _time in range(3)))
    assert sum(answer is None for answer in answers) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 2


def test_a_recovery_code_opens_once_and_is_remembered(alice: User) -> None:
    app_of(alice)
    code = factors.make_codes(by=alice, now=NOON)[3]
    factors.pass_with_code(code=code.lower().replace("-", " "), by=alice, now=NOON)
    with refusal("WRONG_CODE"):
        factors.pass_with_code(code=code, by=alice, now=NOON)
    assert PartyHistory.objects.filter(deed="CODE_USED", person=alice).count() == 1


def test_new_recovery_codes_end_the_old_ones(alice: User, bob: User) -> None:
    app_of(alice)
    old = factors.make_codes(by=alice, now=NOON)[0]
    factors.make_codes(by=alice, now=NOON)
    with refusal("WRONG_CODE"):
        factors.pass_with_code(code=old, by=alice, now=NOON)
    with refusal("NO_FACTOR"):
        factors.make_codes(by=bob, now=NOON)


def test_the_codes_of_one_open_nothing_of_another(alice: User, bob: User) -> None:
    app_of(alice)
    app_of(bob)
    code = factors.make_codes(by=alice, now=NOON)[0]
    with refusal("WRONG_CODE"):
        factors.pass_with_code(code=code, by=bob, now=NOON)


def add(user: User, passkey: Passkey, **changes: str) -> list[str]:
    """Have a passkey made for somebody."""
    account, _new = Account.objects.get_or_create(user=user)
    question = factors.ask_for_passkey(host=HOST, by=user, account=account)
    answer = passkey.made(question.state, **changes)
    return factors.add_passkey(host=HOST, state=question.state, answer=answer, label="telephone", by=user, now=NOON)


def test_a_passkey_is_made_and_proves(alice: User) -> None:
    passkey = Passkey()
    assert len(add(alice, passkey)) == factors.CODES
    question = factors.ask_for_proof(host=HOST, by=alice)
    signed = passkey.signed(question.state)
    factors.pass_with_passkey(host=HOST, state=question.state, answer=signed, by=alice, now=NOON)
    assert Factor.objects.get().last_used_at == NOON


@pytest.mark.parametrize("wrong", ["another key", "another question", "another site", "nobody's", "rubbish", "list"])
def test_what_proves_nothing(alice: User, bob: User, wrong: str) -> None:
    passkey = Passkey()
    add(alice, passkey)
    add(bob, Passkey())
    question = factors.ask_for_proof(host=HOST, by=alice)
    answers = {
        "another key": lambda: Passkey().signed(question.state),
        "another question": lambda: passkey.signed(factors.ask_for_proof(host=HOST, by=alice).state),
        "another site": lambda: passkey.signed(question.state, origin="https://evil.example"),
        "nobody's": lambda: passkey.signed(question.state),
        "rubbish": lambda: "{",
        "list": lambda: "[]",
    }
    who, state = (bob, question.state) if wrong == "nobody's" else (alice, question.state)
    with refusal("NO_PROOF"):
        factors.pass_with_passkey(host=HOST, state=state, answer=answers[wrong](), by=who, now=NOON)


def test_a_passkey_of_another_site_is_not_kept(alice: User) -> None:
    for changes in ({"origin": "https://evil.example"}, {"origin": "http://testserver"}):
        with refusal("NO_PROOF"):
            add(alice, Passkey(), **changes)
    with refusal("NO_PROOF"):
        factors.add_passkey(host=HOST, state={}, answer="{}", label="x", by=alice, now=NOON)


def test_there_is_an_end_of_passkeys(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "MOST_PASSKEYS", 1)
    add(alice, Passkey())
    with refusal("TOO_MANY_PASSKEYS"):
        add(alice, Passkey())


def test_an_exporter_takes_his_last_one_off_an_officer_does_not(alice: User, carl: User) -> None:
    mine, his = app_of(alice), app_of(carl)
    with refusal("NOT_PERMITTED"):
        factors.remove(factor_id=his.pk, by=alice, now=NOON)
    factors.remove(factor_id=mine.pk, by=alice, now=NOON)
    assert not RecoveryCode.objects.filter(user=alice).exists()
    with refusal("LAST_FACTOR"):
        factors.remove(factor_id=his.pk, by=carl, now=NOON)
    add(carl, Passkey())
    factors.remove(factor_id=his.pk, by=carl, now=NOON)
    assert RecoveryCode.objects.filter(user=carl).exists()


@pytest.mark.parametrize(
    ("who", "whose", "code"),
    [
        ("alice", "bob", None),
        ("sam", "carl", None),
        ("bob", "alice", "NOT_PERMITTED"),
        ("mallory", "bob", "NOT_PERMITTED"),
        ("carl", "olga", "NOT_PERMITTED"),
        ("carl", "bob", "NOT_PERMITTED"),
        ("alice", "alice", "SECOND_PERSON"),
        ("sam", "sam", "SECOND_PERSON"),
        ("alice", "carl", "NOT_PERMITTED"),
    ],
)
def test_who_recovers_whom(
    alice: User, bob: User, mallory: User, carl: User, olga: User, sam: User, who: str, whose: str, code: str | None
) -> None:
    cast = {user.username: user for user in (alice, bob, mallory, carl, olga, sam)}
    app_of(cast[whose])
    if code is not None:
        with refusal(code):
            factors.recover(person_id=cast[whose].pk, reason="telephone lost", by=cast[who], now=NOON)
        return
    before = Account.objects.get(user=cast[whose]).generation
    factors.recover(person_id=cast[whose].pk, reason="telephone lost", by=cast[who], now=NOON)
    assert not factors.has_factor(cast[whose])
    assert not RecoveryCode.objects.exists()
    assert Account.objects.get(user=cast[whose]).generation == before + 1
    row = PartyHistory.objects.get(deed="RECOVERED")
    assert (row.by, row.person, row.text) == (cast[who], cast[whose], "telephone lost")
    let_workers_run()
    assert [sent.to for sent in mail.outbox] == [[f"{whose}@example.org"]]
    assert "telephone lost" in mail.outbox[0].body


def test_a_colleague_who_is_an_officer_too_is_recovered_by_a_supervisor_alone(alice: User, bob: User) -> None:
    Role.objects.create(user=bob, role="documents")
    bob.__dict__.pop("_roles", None)
    app_of(bob)
    with refusal("NOT_PERMITTED"):
        factors.recover(person_id=bob.pk, reason="x", by=alice, now=NOON)


def test_there_has_to_be_something_to_recover(alice: User, bob: User) -> None:
    with refusal("NO_FACTOR"):
        factors.recover(person_id=bob.pk, reason="x", by=alice, now=NOON + timedelta(days=1))


def test_an_organisation_that_invited_him_later_recovers_nobody(alice: User, bob: User, mallory: User) -> None:
    Role.objects.create(user=bob, role="exporter", organisation=Role.objects.get(user=mallory).organisation)
    bob.__dict__.pop("_roles", None)
    Role.objects.filter(user=mallory).update(manages=True)
    mallory.__dict__.pop("_roles", None)
    app_of(bob)
    with refusal("NOT_PERMITTED"):
        factors.recover(person_id=bob.pk, reason="telephone lost", by=mallory, now=NOON)
    assert factors.has_factor(bob)
    factors.recover(person_id=bob.pk, reason="telephone lost", by=alice, now=NOON)
    assert not factors.has_factor(bob)
