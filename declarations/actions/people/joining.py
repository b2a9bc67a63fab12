"""Coming in: an organisation signs up, its first person confirms his mail; colleagues follow an invitation."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from declarations import identifiers
from declarations.errors import Conflict, Unacceptable
from declarations.models import (
    Account,
    Invitation,
    Organisation,
    OrganisationKind,
    Role,
    SignUp,
    account_of,
    mail_key,
    new_token,
    remember,
    token_digest,
    write_letter,
)
from declarations.problems import Problem, explain
from declarations.words import Deed, LetterKind, RoleName

LINK_LASTS = timedelta(days=1)
NAME_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"

ORGANISATION_KNOWN = explain(
    "ORGANISATION_KNOWN",
    _("An organisation with this code works here already. Ask a colleague there to invite you."),
)
KIND_NOT_OPEN = explain("KIND_NOT_OPEN", _("Choose what your organisation is: dealer, maker, exporter or agent."))


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who wants to come in, with which organisation."""

    name: str
    mail: str
    password: str
    organisation: str
    uscc: str
    kind: str
    language: str = ""


def link_is_dead() -> Conflict:
    """A link that was used, taken back or has run out; which of them is nobody's business."""
    return Conflict("LINK_DEAD", _("This link does not work any more. It was used, taken back or has run out."))


@transaction.atomic
def sign_up(who: Applicant, *, now: datetime) -> None:
    """Keep what was entered and send a link; who has an account already is told so in the mail, not on the page.

    Raises: Unacceptable for a code that is wrong or works here already.
    """
    code = identifiers.normalise(who.uscc)
    if problems := identifiers.uscc_problems(who.uscc):
        raise Unacceptable([each.under("/uscc") for each in problems])
    if who.kind not in OrganisationKind.values or who.kind == OrganisationKind.AUTHORITY:
        raise Unacceptable([Problem(KIND_NOT_OPEN, "/kind")])
    if Organisation.objects.filter(uscc=code).exists():
        raise Unacceptable([Problem(ORGANISATION_KNOWN, "/uscc")])
    SignUp.objects.filter(expires_at__lte=now).delete()
    password, token = make_password(who.password), new_token()
    if Account.objects.filter(mail_key=mail_key(who.mail)).exists():
        write_letter(LetterKind.KNOWN, mail=who.mail, language=who.language, at=now)
        return
    SignUp.objects.create(
        digest=token_digest(token),
        mail=who.mail.strip(),
        name=who.name.strip(),
        password=password,
        organisation_name=who.organisation.strip(),
        uscc=code,
        kind=who.kind,
        language=who.language,
        created_at=now,
        expires_at=now + LINK_LASTS,
    )
    write_letter(LetterKind.SIGN_UP, mail=who.mail, language=who.language, at=now, token=token)


@transaction.atomic
def confirm(*, token: str, password: str, now: datetime) -> User:
    """The link was followed by whoever signed up: the person and his organisation begin to be; he manages it.

    The link proves the mail address, the password that the same person entered both: with the link alone the owner of
    the address would open an account to which somebody else, who signed up with it, has the password.

    Raises: Conflict for a link that works no more, another password, or an organisation that came in meanwhile.
    """
    row = SignUp.objects.select_for_update().filter(digest=token_digest(token), expires_at__gt=now).first()
    if row is None:
        raise link_is_dead()
    if not check_password(password, row.password):
        raise Conflict("NOT_THE_PASSWORD", _("This is not the password with which this address was signed up."))
    try:
        with transaction.atomic():
            user = _new_person(mail=row.mail, name=row.name, password=row.password, language=row.language, now=now)
            organisation = Organisation.objects.create(
                name=row.organisation_name,
                uscc=row.uscc,
                kind=row.kind,
                applied_by=user,
                applied_at=now,
                created_at=now,
            )
    except IntegrityError as error:  # somebody was quicker, with the same code or the same address
        raise Conflict(
            "ALREADY_IN",
            _("Meanwhile this organisation or this address has come in. Try to sign in, or ask a colleague."),
        ) from error
    Role.objects.create(user=user, role=_role_in(organisation), organisation=organisation, manages=True)
    remember(Deed.SIGNED_UP, by=user, at=now, organisation=organisation, person=user)
    row.delete()
    return user


@transaction.atomic
def join_as_new(*, token: str, name: str, password: str, language: str, now: datetime) -> User:
    """Follow an invitation as somebody who has no account yet; the link has proved the mail address.

    Raises: Conflict for a link that works no more, or whose address has an account.
    """
    invitation = _locked(token, now=now)
    if Account.objects.filter(mail_key=invitation.mail_key).exists():
        raise has_account()
    try:
        with transaction.atomic():
            hashed = make_password(password)
            user = _new_person(mail=invitation.mail, name=name, password=hashed, language=language, now=now)
    except IntegrityError as error:
        raise has_account() from error
    _join(invitation, user, now=now)
    return user


@transaction.atomic
def join(*, token: str, by: User, now: datetime) -> Organisation:
    """Follow an invitation as somebody who has an account.

    Raises: Conflict for a link that works no more, was sent to somebody else, or to one who is in already.
    """
    invitation = _locked(token, now=now)
    account = account_of(by)
    if account.mail_key != invitation.mail_key:
        raise Conflict(
            "INVITATION_OF_ANOTHER", _("This invitation was sent to another address than that of your account.")
        )
    if Role.objects.filter(user=by, organisation=invitation.organisation).exists():
        raise Conflict("ALREADY_THERE", _("You work for this organisation already."))
    _join(invitation, by, now=now)
    return invitation.organisation


def has_account() -> Conflict:
    """The invited address belongs to somebody who is here; only the holder of the link reads this."""
    return Conflict("HAS_ACCOUNT", _("There is an account with your address. Sign in, then follow the link again."))


def invitation_behind(token: str, *, now: datetime) -> Invitation | None:
    """The invitation that a link opens, to show before it is accepted."""
    rows = Invitation.objects.open(now=now).select_related("organisation", "invited_by")
    return rows.filter(digest=token_digest(token)).first()


def sign_up_behind(token: str, *, now: datetime) -> SignUp | None:
    """The sign-up that a link confirms, to show before it does."""
    return SignUp.objects.filter(digest=token_digest(token), expires_at__gt=now).first()


def _locked(token: str, *, now: datetime) -> Invitation:
    """Organisation, then invitation: who removes and who joins wait for each other in the same order."""
    known = Invitation.objects.filter(digest=token_digest(token)).first()
    if known is None:
        raise link_is_dead()
    Organisation.objects.select_for_update(of=("self",)).get(pk=known.organisation_id)
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("organisation")
    invitation = rows.open(now=now).filter(pk=known.pk).first()
    if invitation is None:
        raise link_is_dead()
    return invitation


def _join(invitation: Invitation, user: User, *, now: datetime) -> None:
    organisation = invitation.organisation
    Role.objects.create(user=user, role=invitation.role, organisation=organisation, manages=invitation.manages)
    invitation.accepted_at, invitation.accepted_by = now, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    remember(Deed.JOINED, by=user, at=now, organisation=organisation, person=user)


def _new_person(*, mail: str, name: str, password: str, language: str, now: datetime) -> User:
    """A person under a name that says nothing: history keeps it for ever, his own may be forgotten."""
    username = "".join(secrets.choice(NAME_ALPHABET) for _ in range(10))
    user = User.objects.create(
        username=username, first_name=name[:150], email=mail[:254], password=password, date_joined=now
    )
    Account.objects.create(user=user, language=language, mail_key=mail_key(mail), mail_confirmed_at=now)
    return user


def _role_in(organisation: Organisation) -> RoleName:
    return RoleName.AGENT if organisation.kind == OrganisationKind.AGENT else RoleName.EXPORTER
