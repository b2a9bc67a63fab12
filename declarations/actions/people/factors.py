"""The second factor: set up, asked for, taken off, and recovered by a colleague who answers for it."""

import base64
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions, totp
from declarations.actions.people import passkeys
from declarations.errors import Conflict, NotPermitted
from declarations.models import (
    Account,
    Factor,
    RecoveryCode,
    account_of,
    end_sessions,
    fingerprint,
    remember,
    write_letter,
)
from declarations.words import Deed, FactorKind, LetterKind

CODES = 10
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARACTERS = 12
MOST_PASSKEYS = 10


def wrong_code() -> Conflict:
    """One sentence for every code that proves nothing."""
    return Conflict(
        "WRONG_CODE",
        _("This code is wrong or was used already. Codes change every 30 seconds: wait for the next one."),
    )


def no_proof() -> Conflict:
    """One sentence for every passkey that proves nothing."""
    return Conflict("NO_PROOF", _("The passkey was not accepted. Try again, or use a code."))


@transaction.atomic
def begin_app(*, by: User, now: datetime) -> Factor:
    """A new secret for an authenticator app; it counts once a code of it was entered.

    Raises: Conflict when an app is set up already.
    """
    account_of(by)
    there = Factor.objects.filter(user=by, kind=FactorKind.TOTP).first()
    if there is not None and there.confirmed_at is not None:
        raise Conflict("APP_THERE", _("An authenticator app is set up already. Take it off first."))
    if there is not None:
        there.delete()
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    return Factor.objects.create(user=by, kind=FactorKind.TOTP, secret=secret, created_at=now)


@transaction.atomic
def confirm_app(*, code: str, by: User, now: datetime) -> list[str]:
    """The app shows the right code: it counts from now on. With the first factor come recovery codes.

    Raises: Conflict for a wrong code, or when nothing was begun.
    """
    account_of(by)
    factor = Factor.objects.select_for_update().filter(user=by, kind=FactorKind.TOTP, confirmed_at=None).first()
    step = totp.matching_step(factor.secret, code, second=now.timestamp()) if factor else None
    if factor is None or step is None:
        raise wrong_code()
    factor.confirmed_at, factor.last_step = now, step
    factor.save(update_fields=["confirmed_at", "last_step"])
    return _added(factor, by=by, now=now)


def ask_for_passkey(*, host: str, by: User, account: Account) -> passkeys.Question:
    """What the browser is asked for a new passkey of this person."""
    name = by.email or by.get_username()
    return passkeys.ask_to_register(host=host, handle=account.public_id.bytes, name=name, known=_passkeys(by)[1])


@transaction.atomic
def add_passkey(*, host: str, state: Mapping[str, Any], answer: str, label: str, by: User, now: datetime) -> list[str]:
    """Keep the passkey that the browser made; with the first factor come recovery codes.

    Raises: Conflict when it proves nothing, or there are too many.
    """
    account_of(by)
    if len(_passkeys(by)[0]) >= MOST_PASSKEYS:
        raise Conflict("TOO_MANY_PASSKEYS", _("You have ten passkeys. Take one off first."))
    try:
        secret = passkeys.registered(host=host, state=state, answer=answer)
    except passkeys.NotProven as error:
        raise no_proof() from error
    factor = Factor.objects.create(
        user=by, kind=FactorKind.PASSKEY, label=label[:60], secret=secret, created_at=now, confirmed_at=now
    )
    return _added(factor, by=by, now=now)


@transaction.atomic
def pass_with_code(*, code: str, by: User, now: datetime) -> None:
    """Prove oneself by an app's code or, once each, by a recovery code. No code counts twice.

    Raises: Conflict.
    """
    account_of(by)
    factor = (
        Factor.objects.select_for_update().filter(user=by, kind=FactorKind.TOTP, confirmed_at__isnull=False).first()
    )
    if factor is not None:
        step = totp.matching_step(factor.secret, code, second=now.timestamp())
        if step is not None and step > factor.last_step:
            factor.last_step, factor.last_used_at = step, now
            factor.save(update_fields=["last_step", "last_used_at"])
            return
    unused = RecoveryCode.objects.select_for_update().filter(user=by, used_at=None)
    paper = unused.filter(digest=_digest(by, code)).first()
    if paper is None:
        raise wrong_code()
    paper.used_at = now
    paper.save(update_fields=["used_at"])
    remember(Deed.CODE_USED, by=by, at=now, person=by)


def ask_for_proof(*, host: str, by: User) -> passkeys.Question:
    """What the browser is asked to prove this person by a passkey he has."""
    return passkeys.ask_to_prove(host=host, known=_passkeys(by)[1])


@transaction.atomic
def pass_with_passkey(*, host: str, state: Mapping[str, Any], answer: str, by: User, now: datetime) -> None:
    """Prove oneself by a passkey.

    Raises: Conflict.
    """
    rows, known = _passkeys(by)
    try:
        place = passkeys.proven(host=host, state=state, answer=answer, known=known)
    except passkeys.NotProven as error:
        raise no_proof() from error
    Factor.objects.filter(pk=rows[place].pk).update(last_used_at=now)


@transaction.atomic
def remove(*, factor_id: int, by: User, now: datetime) -> None:
    """Take off one's own second factor; with the last one the recovery codes go.

    Raises: NotPermitted; Conflict for an officer's last one.
    """
    account_of(by)
    factor = Factor.objects.select_for_update().get(pk=factor_id)
    if factor.user_id != by.pk:
        raise NotPermitted
    is_last = not confirmed(by).exclude(pk=factor.pk).exists()
    if is_last and permissions.needs_second_factor(by):
        raise Conflict("LAST_FACTOR", _("Officers need a second factor. Set up another one before you take this off."))
    name = str(factor)
    factor.delete()
    if is_last:
        RecoveryCode.objects.filter(user=by).delete()
    remember(Deed.FACTOR_REMOVED, by=by, at=now, person=by, text=name)


@transaction.atomic
def make_codes(*, by: User, now: datetime) -> list[str]:
    """Ten new recovery codes; the old ones open nothing any more.

    Raises: Conflict without a second factor.
    """
    account_of(by)
    if not has_factor(by):
        raise Conflict("NO_FACTOR", _("Recovery codes belong to a second factor. Set one up first."))
    codes = _new_codes(by, now=now)
    remember(Deed.CODES_MADE, by=by, at=now, person=by)
    return codes


@transaction.atomic
def recover(*, person_id: int, reason: str, by: User, now: datetime) -> None:
    """Take a colleague's second factor off, so that he can set up a new one: recorded, told to him, signed out.

    Raises: NotPermitted; Conflict when he has none.
    """
    person = User.objects.get(pk=person_id)
    account = account_of(person)
    permissions.check_can_recover(by, person)
    if not has_factor(person):
        raise Conflict("NO_FACTOR", _("This person has no second factor."))
    Factor.objects.filter(user=person).delete()
    RecoveryCode.objects.filter(user=person).delete()
    end_sessions(person)
    remember(Deed.RECOVERED, by=by, at=now, person=person, text=reason)
    name = by.get_full_name() or by.get_username()
    write_letter(LetterKind.RECOVERED, mail=person.email, language=account.language, at=now, name=name, reason=reason)


def confirmed(user: User) -> Any:
    """The factors of a person that count."""
    return Factor.objects.filter(user=user, confirmed_at__isnull=False)


def has_factor(user: User) -> bool:
    """Whether a second factor is asked of this person."""
    return bool(confirmed(user).exists())


def everybody_with_one(users: Iterable[int]) -> set[int]:
    """Of these people, by their ids, those of whom a second factor is asked."""
    rows = Factor.objects.filter(user__in=list(users), confirmed_at__isnull=False)
    return set(rows.values_list("user", flat=True))


def _added(factor: Factor, *, by: User, now: datetime) -> list[str]:
    """The first one makes recovery codes, and ends every session that knew only the password."""
    remember(Deed.FACTOR_ADDED, by=by, at=now, person=by, text=str(factor))
    if confirmed(by).exclude(pk=factor.pk).exists():
        return []
    end_sessions(by)
    return _new_codes(by, now=now)


def _new_codes(user: User, *, now: datetime) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_CHARACTERS)) for _ in range(CODES)]
    rows = [RecoveryCode(user=user, digest=_digest(user, code), created_at=now) for code in codes]
    RecoveryCode.objects.bulk_create(rows)
    return ["-".join(code[at : at + 4] for at in range(0, CODE_CHARACTERS, 4)) for code in codes]


def _digest(user: User, code: str) -> str:
    return fingerprint(f"recovery:{user.pk}:{totp.normalise(code).upper()}")


def _passkeys(user: User) -> tuple[list[Factor], list[str]]:
    rows = list(Factor.objects.filter(user=user, kind=FactorKind.PASSKEY).order_by("pk"))
    return rows, [row.secret for row in rows]
