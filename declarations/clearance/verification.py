"""Who is trusted to speak: organisations verified by an officer, keys of programs taken back."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations.errors import Conflict
from declarations.models import ApiKey, Organisation, remember, write_letter
from declarations.words import Deed, LetterKind


@transaction.atomic
def verify(*, organisation_id: int, by: User, now: datetime) -> Organisation:
    """An officer has seen the papers of an enterprise: from now on it may lodge.

    Raises: NotPermitted; Conflict when it is verified already.
    """
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation_id)
    permissions.check_can_verify(by, organisation)
    if organisation.verified_at is not None:
        raise Conflict("ALREADY_VERIFIED", _("This organisation is verified already."))
    organisation.verified_at, organisation.verified_by = now, by
    organisation.refused_at, organisation.refused_by, organisation.refusal = None, None, ""
    organisation.save(update_fields=["verified_at", "verified_by", "refused_at", "refused_by", "refusal"])
    remember(Deed.VERIFIED, by=by, at=now, organisation=organisation)
    _tell(LetterKind.VERIFIED, organisation, now=now)
    return organisation


@transaction.atomic
def refuse(*, organisation_id: int, reason: str, by: User, now: datetime) -> Organisation:
    """An officer does not verify an enterprise, and says why; it may put that right and ask again.

    Raises: NotPermitted; Conflict when it is verified or refused already.
    """
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation_id)
    permissions.check_can_verify(by, organisation)
    if organisation.verified_at is not None or organisation.refused_at is not None:
        raise Conflict("ALREADY_DECIDED", _("Somebody has decided about this organisation already."))
    organisation.refused_at, organisation.refused_by, organisation.refusal = now, by, reason
    organisation.save(update_fields=["refused_at", "refused_by", "refusal"])
    remember(Deed.REFUSED, by=by, at=now, organisation=organisation, text=reason)
    _tell(LetterKind.REFUSED, organisation, now=now, reason=reason)
    return organisation


@transaction.atomic
def apply_again(*, organisation_id: int, name: str, by: User, now: datetime) -> Organisation:
    """A refused enterprise has put it right, its name perhaps, and goes back to the officers' queue.

    Raises: NotPermitted; Conflict when it is not refused.
    """
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation_id)
    permissions.check_can_manage(by, organisation_id)
    if organisation.refused_at is None:
        raise Conflict("NOT_REFUSED", _("This organisation is not refused."))
    before, organisation.name, organisation.applied_at = organisation.name, name.strip() or organisation.name, now
    organisation.refused_at, organisation.refused_by, organisation.refusal = None, None, ""
    organisation.save(update_fields=["name", "applied_at", "refused_at", "refused_by", "refusal"])
    remember(Deed.APPLIED_AGAIN, by=by, at=now, organisation=organisation, data={"name_before": before})
    return organisation


@transaction.atomic
def revoke_key(*, api_key_id: int, by: User, now: datetime) -> ApiKey:
    """Close a key; the next call with it is refused.

    Raises: NotPermitted; Conflict when it is revoked already.
    """
    key = ApiKey.objects.select_for_update(of=("self",)).get(pk=api_key_id)
    permissions.check_can_revoke_key(by, key)
    if key.revoked_at is not None:
        raise Conflict("ALREADY_REVOKED", _("This key is revoked already."))
    key.revoked_at = now
    key.save(update_fields=["revoked_at"])
    remember(Deed.KEY_REVOKED, by=by, at=now, organisation=key.organisation, person=key.user, data={"key": key.hint})
    return key


def _tell(kind: LetterKind, organisation: Organisation, *, now: datetime, **values: str) -> None:
    """A letter to everybody who manages the organisation's people."""
    for role in organisation.roles.filter(manages=True).select_related("user__account"):
        account = getattr(role.user, "account", None)
        language = account.language if account else ""
        write_letter(kind, mail=role.user.email, language=language, at=now, organisation=organisation.name, **values)
