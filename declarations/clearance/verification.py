"""Who is trusted to speak: organisations verified by an officer, keys of programs taken back."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations.errors import Conflict
from declarations.models import ApiKey, Organisation


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
    organisation.save(update_fields=["verified_at", "verified_by"])
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
    return key
