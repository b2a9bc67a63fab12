"""Keys of a person's programs: made with a scope, shown once, taken back with immediate effect."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations.errors import Conflict
from declarations.models import ApiKey, remember
from declarations.words import Deed, KeyScope

MOST_KEYS = 20


@transaction.atomic
def make(
    *,
    label: str,
    scope: str,
    organisation_id: int | None = None,
    expires_at: datetime | None = None,
    by: User,
    now: datetime,
) -> tuple[ApiKey, str]:
    """A new key and its text, which is stored nowhere.

    Raises: NotPermitted for an organisation that is not one's own; Conflict when there are too many.
    """
    User.objects.select_for_update().get(pk=by.pk)
    if organisation_id is not None:
        permissions.check_can_declare_for(by, organisation_id)
    if ApiKey.objects.usable(now=now).filter(user=by).count() >= MOST_KEYS:
        raise Conflict("TOO_MANY_KEYS", _("You have twenty keys. Revoke one that nothing uses any more."))
    row, text = ApiKey.issue(
        label=label, now=now, user=by, scope=KeyScope(scope), organisation_id=organisation_id, expires_at=expires_at
    )
    remember(Deed.KEY_MADE, by=by, at=now, organisation=row.organisation, person=by, data={"key": row.hint})
    return row, text


def note_use(*, api_key_id: int, on: date) -> None:
    """Keep the day of a key's last use; nothing is written for a second use on the same day."""
    ApiKey.objects.filter(pk=api_key_id).exclude(last_used_on=on).update(last_used_on=on)
