"""Coming in: sign-up, confirmation, invitation; what a stranger learns, and what two at once can do."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail

from declarations import actions
from declarations.actions.people import colleagues, joining
from declarations.clearance import verification
from declarations.errors import Conflict
from declarations.models import Account, Invitation, Letter, Organisation, PartyHistory, Role, SignUp
from declarations.words import Deed, LetterKind
from tests.at_once import at_once
from tests.cast import NOON, USCC, declaration_body, let_workers_run, vehicle_body
from tests.refusals import nothing_written, refusal, unacceptable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

WHO = joining.Applicant(
    name="Luo Min",
    mail="luo@example.org",
    password="four words are good",
    organisation="Tianqi Motors",
    uscc=USCC[2],
    kind="DEALER",
    language="en",
)


def token_of(kind: LetterKind) -> str:
    """The secret of the newest letter that was not sent yet."""
    return str(json.loads(Letter.objects.filter(kind=kind, sent_at=None).latest("pk").content)["token"])


def come_in(who: joining.Applicant = WHO) -> User:
    """Sign up and confirm."""
    joining.sign_up(who, now=NOON)
    return joining.confirm(token=token_of(LetterKind.SIGN_UP), password=WHO.password, now=NOON)


def test_nothing_is_there_until_the_link_was_followed(reference: None) -> None:
    joining.sign_up(WHO, now=NOON)
    assert not Organisation.objects.exists()
    assert not User.objects.exists()
    user = joining.confirm(token=token_of(LetterKind.SIGN_UP), password=WHO.password, now=NOON)
    role = user.roles.get()
    assert (role.organisation.uscc, role.role, role.manages) == (USCC[2], "exporter", True)
    assert user.check_password(WHO.password)
    assert WHO.mail not in user.username
    assert not SignUp.objects.exists()
    assert PartyHistory.objects.get().deed == Deed.SIGNED_UP


def test_the_link_alone_opens_no_account_with_the_password_of_somebody_else(reference: None) -> None:
    joining.sign_up(replace(WHO, password="chosen by a stranger"), now=NOON)
    token = token_of(LetterKind.SIGN_UP)
    for guess in (WHO.password, ""):
        with refusal("NOT_THE_PASSWORD"):
            joining.confirm(token=token, password=guess, now=NOON)
    assert not User.objects.exists()
    assert SignUp.objects.exists(), "whoever mistyped may try again"


def test_an_agent_comes_in_as_one(reference: None) -> None:
    assert come_in(replace(WHO, kind="AGENT")).roles.get().role == "agent"


def test_the_letter_leads_to_the_page_and_forgets_to_whom_it_went(reference: None) -> None:
    joining.sign_up(WHO, now=NOON)
    token = token_of(LetterKind.SIGN_UP)
    let_workers_run()
    (sent,) = mail.outbox
    assert sent.to == [WHO.mail]
    assert f"/sign-up/{token}" in sent.body
    letter = Letter.objects.get()
    assert (letter.mail, letter.content, letter.sent_at) == ("", "", NOON)
    let_workers_run()
    assert len(mail.outbox) == 1


def test_a_link_works_once_and_a_day(reference: None) -> None:
    joining.sign_up(WHO, now=NOON)
    token = token_of(LetterKind.SIGN_UP)
    with refusal("LINK_DEAD"):
        joining.confirm(token=token, password=WHO.password, now=NOON + timedelta(days=1))
    joining.confirm(token=token, password=WHO.password, now=NOON)
    with refusal("LINK_DEAD"):
        joining.confirm(token=token, password=WHO.password, now=NOON)


def test_whoever_has_an_account_is_told_so_by_mail_alone(alice: User) -> None:
    joining.sign_up(replace(WHO, mail="  ALICE@example.org "), now=NOON)
    assert not SignUp.objects.exists()
    assert Letter.objects.get().kind == LetterKind.KNOWN


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"uscc": USCC[0]}, "ORGANISATION_KNOWN", "/uscc"),
        ({"uscc": "91110000600037341X"}, "USCC_CHECK_CHARACTER", "/uscc"),
        ({"uscc": ""}, "USCC_REQUIRED", "/uscc"),
        ({"kind": "AUTHORITY"}, "KIND_NOT_OPEN", "/kind"),
        ({"kind": "BANK"}, "KIND_NOT_OPEN", "/kind"),
    ],
)
def test_what_cannot_come_in(alice: User, changes: dict[str, str], code: str, pointer: str) -> None:
    with unacceptable((code, pointer)):
        joining.sign_up(replace(WHO, **changes), now=NOON)


def test_of_two_who_bring_the_same_organisation_the_first_to_confirm_is_in(reference: None) -> None:
    joining.sign_up(WHO, now=NOON)
    first = token_of(LetterKind.SIGN_UP)
    joining.sign_up(replace(WHO, mail="other@example.org"), now=NOON)
    second = token_of(LetterKind.SIGN_UP)
    joining.confirm(token=first, password=WHO.password, now=NOON)
    with refusal("ALREADY_IN"):
        joining.confirm(token=second, password=WHO.password, now=NOON)


def test_a_new_organisation_drafts_at_once_and_lodges_when_an_officer_has_verified_it(carl: User) -> None:
    user = come_in()
    organisation = user.roles.get().organisation
    draft = actions.create(organisation=organisation, body=declaration_body(vehicle_body(1)), by=user, now=NOON)
    with refusal("ORGANISATION_NOT_VERIFIED"):
        actions.lodge(declaration_id=draft.pk, by=user, now=NOON)
    verification.refuse(organisation_id=organisation.pk, reason="the name differs", by=carl, now=NOON)
    with refusal("ORGANISATION_REFUSED"):
        actions.lodge(declaration_id=draft.pk, by=user, now=NOON)
    with refusal("ALREADY_DECIDED"):
        verification.refuse(organisation_id=organisation.pk, reason="again", by=carl, now=NOON)
    verification.apply_again(organisation_id=organisation.pk, name="Tianqi Motors Ltd", by=user, now=NOON)
    with refusal("NOT_REFUSED"):
        verification.apply_again(organisation_id=organisation.pk, name="x", by=user, now=NOON)
    verification.verify(organisation_id=organisation.pk, by=carl, now=NOON)
    assert actions.lodge(declaration_id=draft.pk, by=user, now=NOON).declaration.status == "LODGED"
    deeds = list(PartyHistory.objects.filter(organisation=organisation).values_list("deed", flat=True))
    assert deeds == ["SIGNED_UP", "REFUSED", "APPLIED_AGAIN", "VERIFIED"]
    let_workers_run()
    told = {sent.subject for sent in mail.outbox}
    assert told >= {
        "Silkgate: confirm your mail address",
        "Silkgate: Tianqi Motors could not be verified",
        "Silkgate: Tianqi Motors Ltd is verified",
    }


def invite(by: User, address: str = "wang@example.org", **changes: Any) -> str:
    """Invite somebody to alice's organisation; the secret of the link."""
    values: dict[str, Any] = {"role": "exporter", "manages": False, "language": "en", **changes}
    organisation = by.roles.get().organisation_id
    colleagues.invite(organisation_id=organisation, mail=address, by=by, now=NOON, **values)
    return token_of(LetterKind.INVITATION)


def test_a_colleague_follows_his_invitation(alice: User, tianshan: Organisation) -> None:
    token = invite(alice)
    user = joining.join_as_new(token=token, name="Wang", password="four words are good", language="ru", now=NOON)
    assert user.roles.get().organisation == tianshan
    assert not user.roles.get().manages
    assert user.account.language == "ru"
    with refusal("LINK_DEAD"):
        joining.join_as_new(token=token, name="Wang", password="four words are good", language="ru", now=NOON)


def test_an_invitation_ends_after_seven_days(alice: User) -> None:
    token = invite(alice)
    later = NOON + timedelta(days=7)
    assert joining.invitation_behind(token, now=later) is None
    with refusal("LINK_DEAD"):
        joining.join_as_new(token=token, name="Wang", password="x", language="", now=later)


def test_somebody_who_is_here_already_accepts_with_his_account_alone(alice: User, mallory: User) -> None:
    token = invite(alice, "mallory@example.org")
    with refusal("HAS_ACCOUNT"):
        joining.join_as_new(token=token, name="M", password="four words are good", language="", now=NOON)
    joining.join(token=token, by=mallory, now=NOON)
    assert mallory.roles.count() == 2


def test_an_invitation_is_no_use_to_somebody_else(alice: User, mallory: User) -> None:
    token = invite(alice)
    with refusal("INVITATION_OF_ANOTHER"):
        joining.join(token=token, by=mallory, now=NOON)


def test_a_second_invitation_kills_the_first_link(alice: User) -> None:
    first = invite(alice)
    invite(alice)
    with refusal("LINK_DEAD"):
        joining.join_as_new(token=first, name="Wang", password="x", language="", now=NOON)


def test_an_invitation_that_was_taken_back_lets_nobody_in(alice: User) -> None:
    token = invite(alice)
    colleagues.withdraw_invitation(invitation_id=Invitation.objects.get().pk, by=alice, now=NOON)
    with refusal("LINK_DEAD"):
        joining.join_as_new(token=token, name="Wang", password="x", language="", now=NOON)
    with refusal("INVITATION_CLOSED"):
        colleagues.withdraw_invitation(invitation_id=Invitation.objects.get().pk, by=alice, now=NOON)


def test_only_a_manager_invites_and_nobody_twice(alice: User, bob: User, mallory: User) -> None:
    organisation = alice.roles.get().organisation_id
    for who, code in ((bob, "NOT_PERMITTED"), (mallory, "NOT_PERMITTED"), (alice, "ALREADY_COLLEAGUE")):
        with refusal(code):
            colleagues.invite(
                organisation_id=organisation,
                mail="bob@example.org",
                role="exporter",
                manages=True,
                language="",
                by=who,
                now=NOON,
            )


def test_nobodys_mailbox_is_filled_through_us(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colleagues, "MOST_OPEN", 2)
    invite(alice, "one@example.org")
    invite(alice, "two@example.org")
    with nothing_written(), pytest.raises(Conflict) as refused:
        invite(alice, "three@example.org")
    assert refused.value.code == "TOO_MANY_INVITATIONS"


def test_taking_invitations_back_makes_no_room_for_more_mails_to_one_address(alice: User) -> None:
    for _each in range(3):
        invite(alice, "one@example.org")
        colleagues.withdraw_invitation(invitation_id=Invitation.objects.latest("pk").pk, by=alice, now=NOON)
    with nothing_written(), refusal("INVITATIONS_TODAY"):
        invite(alice, "ONE@example.org")
    invite(alice, "two@example.org")
    Invitation.objects.filter(withdrawn_at__isnull=False).update(invited_at=NOON - timedelta(days=1))
    assert invite(alice, "one@example.org")


@pytest.mark.parametrize(("is_verified", "most"), [(False, "MOST_A_DAY_UNVERIFIED"), (True, "MOST_A_DAY")])
def test_an_organisation_that_nobody_verified_has_few_mails_sent(
    alice: User, monkeypatch: pytest.MonkeyPatch, *, is_verified: bool, most: str
) -> None:
    if not is_verified:
        Organisation.objects.filter(roles__user=alice).update(verified_at=None, verified_by=None)
    monkeypatch.setattr(colleagues, most, 2)
    for name in ("one", "two"):
        invite(alice, f"{name}@example.org")
    with nothing_written(), refusal("INVITATIONS_TODAY"):
        invite(alice, "three@example.org")


def test_the_name_of_an_organisation_makes_no_paragraph_of_its_own_in_our_mails(alice: User) -> None:
    Organisation.objects.filter(roles__user=alice).update(
        name="Tianshan\n\nYour account is locked.\r\nBcc: x@example.org"
    )
    invite(alice, "one@example.org")
    let_workers_run()
    (sent,) = mail.outbox
    assert "Tianshan Your account is locked. Bcc: x@example.org" in sent.body
    assert "Tianshan Your account is locked. Bcc: x@example.org" in sent.subject


@pytest.mark.django_db(transaction=True)
def test_two_who_follow_one_invitation_at_the_same_time_are_one(alice: User, tianshan: Organisation) -> None:
    token = invite(alice)

    def follow() -> object:
        return joining.join_as_new(token=token, name="W", password="four words are good", language="", now=NOON)

    answers = at_once(follow, follow)
    assert sum(isinstance(answer, User) for answer in answers) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    assert Role.objects.filter(organisation=tianshan).count() == 2
    assert Account.objects.filter(user__roles__organisation=tianshan).count() == 2
