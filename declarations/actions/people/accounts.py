"""One's own account: password, language, other sessions."""

import uuid
from datetime import datetime

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction

from declarations.actions.people.joining import link_is_dead
from declarations.models import Account, account_of, end_sessions, mail_key, remember, write_letter
from declarations.words import Deed, LetterKind


@transaction.atomic
def forget_password(*, mail: str, language: str, now: datetime) -> None:
    """Send a link by which a new password is chosen; nothing happens, and nothing is said, for a stranger's address."""
    account = Account.objects.select_related("user").filter(mail_key=mail_key(mail)).exclude(mail_key="").first()
    if account is None or not account.user.is_active:
        return
    token = f"{account.public_id.hex}.{default_token_generator.make_token(account.user)}"
    spoken = account.language or language
    write_letter(LetterKind.PASSWORD, mail=account.user.email, language=spoken, at=now, token=token)


def person_behind(token: str) -> User | None:
    """Whose password a link is for; None for a link that works no more."""
    whose, _dot, proof = token.partition(".")
    try:
        public_id = uuid.UUID(hex=whose)
    except ValueError:
        return None
    account = Account.objects.select_related("user").filter(public_id=public_id, user__is_active=True).first()
    return account.user if account and default_token_generator.check_token(account.user, proof) else None


@transaction.atomic
def choose_password(*, token: str, password: str, now: datetime) -> User:
    """Set the password behind a link, once; every session ends, the second factor stays.

    Raises: Conflict for a link that works no more.
    """
    person = person_behind(token)
    if person is None:
        raise link_is_dead()
    user = account_of(person).user
    if person_behind(token) is None:  # used while this one waited for the lock
        raise link_is_dead()
    return _set_password(user, password, now=now)


@transaction.atomic
def change_password(*, password: str, by: User, now: datetime) -> User:
    """Set one's own password; every session ends."""
    return _set_password(account_of(by).user, password, now=now)


@transaction.atomic
def end_all_sessions(*, by: User) -> None:
    """Sign this person out everywhere."""
    end_sessions(by)


@transaction.atomic
def speak(*, language: str, by: User) -> None:
    """Keep the language in which this person reads."""
    account = account_of(by)
    if account.language != language:
        account.language = language
        account.save(update_fields=["language"])


def _set_password(user: User, password: str, *, now: datetime) -> User:
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user)
    remember(Deed.PASSWORD_SET, by=user, at=now, person=user)
    return user
