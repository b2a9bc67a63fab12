"""An organisation's people: invited, put in charge, removed; there is always somebody who manages them."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations.errors import Conflict
from declarations.models import (
    Account,
    ApiKey,
    Invitation,
    Organisation,
    Role,
    end_sessions,
    mail_key,
    new_token,
    remember,
    token_digest,
    write_letter,
)
from declarations.words import Deed, LetterKind, RoleName

INVITATION_LASTS = timedelta(days=7)
MOST_OPEN = 50
"""Invitations of one organisation whose links work at the same time: nobody's mailbox is filled through us."""

A_DAY = timedelta(days=1)
MOST_A_DAY = 100
MOST_A_DAY_UNVERIFIED = 10
"""Of an organisation of which only its mail address is known: its name stands in every mail that we send for it."""

MOST_TO_ONE = 3
"""Mails to one address in a day; to take an invitation back does not make room for another."""


@transaction.atomic
def invite(
    *, organisation_id: int, mail: str, role: str, manages: bool, language: str, by: User, now: datetime
) -> Invitation:
    """Send somebody a link; an older one to the same address works no more.

    Raises: NotPermitted; Conflict when he is in already, too many links are open, or too many mails went out today.
    """
    organisation = _locked(organisation_id)
    permissions.check_can_manage(by, organisation_id)
    key = mail_key(mail)
    if Account.objects.filter(mail_key=key, user__roles__organisation=organisation).exists():
        raise Conflict("ALREADY_COLLEAGUE", _("Somebody with this address works for your organisation already."))
    _expect_room(organisation, key, now=now)
    still_open = Invitation.objects.open(now=now).filter(organisation=organisation)
    still_open.filter(mail_key=key).update(withdrawn_at=now)
    if still_open.count() >= MOST_OPEN:
        raise Conflict("TOO_MANY_INVITATIONS", _("Too many invitations are open. Take some back first."))
    token = new_token()
    invitation = Invitation.objects.create(
        organisation=organisation,
        role=RoleName(role),
        manages=manages,
        mail=mail.strip(),
        mail_key=key,
        digest=token_digest(token),
        invited_at=now,
        invited_by=by,
        expires_at=now + INVITATION_LASTS,
    )
    write_letter(
        LetterKind.INVITATION,
        mail=mail,
        language=language,
        at=now,
        token=token,
        organisation=organisation.name,
        name=by.get_full_name() or by.get_username(),
    )
    remember(Deed.INVITED, by=by, at=now, organisation=organisation, data={"role": invitation.role})
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation_id: int, by: User, now: datetime) -> None:
    """Take a link back.

    Raises: NotPermitted; Conflict when it works no more anyway.
    """
    known = Invitation.objects.get(pk=invitation_id)
    organisation = _locked(known.organisation_id)
    permissions.check_can_manage(by, organisation.pk)
    done = Invitation.objects.open(now=now).filter(pk=invitation_id).update(withdrawn_at=now)
    if not done:
        raise Conflict("INVITATION_CLOSED", _("This invitation was used, taken back or has run out."))
    remember(Deed.INVITATION_WITHDRAWN, by=by, at=now, organisation=organisation)


@transaction.atomic
def put_in_charge(*, role_id: int, manages: bool, by: User, now: datetime) -> Role:
    """Let a colleague manage the organisation's people, or no more.

    Raises: NotPermitted; Conflict when nobody would manage them.
    """
    organisation, role = _locked_with(role_id)
    permissions.check_can_manage(by, organisation.pk)
    if role.manages == manages:
        return role
    if not manages:
        _expect_another_manager(role)
    role.manages = manages
    role.save(update_fields=["manages"])
    deed = Deed.MANAGES if manages else Deed.MANAGES_NO_MORE
    remember(deed, by=by, at=now, organisation=organisation, person=role.user)
    return role


@transaction.atomic
def remove(*, role_id: int, by: User, now: datetime) -> None:
    """A colleague works here no more: at his next step he is signed out, and his keys for us open nothing.

    Raises: NotPermitted; Conflict when nobody would manage the organisation's people.
    """
    organisation, role = _locked_with(role_id)
    permissions.check_can_manage(by, organisation.pk)
    _take_out(role, organisation, deed=Deed.REMOVED, by=by, now=now)


@transaction.atomic
def leave(*, role_id: int, by: User, now: datetime) -> None:
    """Work for an organisation no more.

    Raises: NotPermitted; Conflict when nobody would manage the organisation's people.
    """
    organisation, role = _locked_with(role_id)
    permissions.check_is_own_role(by, role)
    _take_out(role, organisation, deed=Deed.LEFT, by=by, now=now)


def _take_out(role: Role, organisation: Organisation, *, deed: Deed, by: User, now: datetime) -> None:
    if role.manages:
        _expect_another_manager(role)
    user = role.user
    role.delete()
    keys = ApiKey.objects.filter(user=user, revoked_at=None)
    if user.roles.exists():
        keys = keys.filter(organisation=organisation)
    keys.update(revoked_at=now)
    end_sessions(user)
    remember(deed, by=by, at=now, organisation=organisation, person=user)


def _expect_room(organisation: Organisation, key: str, *, now: datetime) -> None:
    """Raises: Conflict when the organisation has had us send too many mails within a day."""
    sent = Invitation.objects.filter(organisation=organisation, invited_at__gt=now - A_DAY)
    most = MOST_A_DAY if organisation.verified_at else MOST_A_DAY_UNVERIFIED
    if sent.count() >= most or sent.filter(mail_key=key).count() >= MOST_TO_ONE:
        raise Conflict("INVITATIONS_TODAY", _("Enough invitations were sent today. Send this one tomorrow."))


def _expect_another_manager(role: Role) -> None:
    others = Role.objects.filter(organisation=role.organisation, manages=True, user__is_active=True)
    if not others.exclude(user=role.user).exists():
        raise Conflict(
            "LAST_MANAGER", _("Nobody else manages this organisation's people. Put a colleague in charge first.")
        )


def _locked(organisation_id: int) -> Organisation:
    """Everything about an organisation's people waits in one line, so that the last two managers cannot both go."""
    return Organisation.objects.select_for_update(of=("self",)).get(pk=organisation_id)


def _locked_with(role_id: int) -> tuple[Organisation, Role]:
    known = Role.objects.get(pk=role_id)
    assert known.organisation_id is not None, "only colleagues of an organisation are found here"
    organisation = _locked(known.organisation_id)
    role = Role.objects.select_related("user").filter(pk=role_id).first()
    if role is None:
        raise Conflict("GONE_ALREADY", _("This person works here no more."))
    return organisation, role
