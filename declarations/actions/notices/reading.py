"""What a person does with notices: mark them as read, choose which come by mail."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from declarations.models import Notice, NoticeRead, Preference

MOST_AT_ONCE = 5000
"""Notices marked by one press of a button."""


@transaction.atomic
def mark_read(*, by: User, now: datetime, only: Sequence[uuid.UUID] | None = None) -> int:
    """Mark notices of this person as read, all without `only`; gives back how many were not. Twice is the same."""
    rows = Notice.objects.visible_to(by).for_reader().unread_by(by)
    if only is not None:
        rows = rows.filter(public_id__in=only)
    ids = list(rows.order_by("-id").values_list("pk", flat=True)[:MOST_AT_ONCE])
    NoticeRead.objects.bulk_create([NoticeRead(notice_id=pk, user=by, at=now) for pk in ids], ignore_conflicts=True)
    return len(ids)


@transaction.atomic
def prefer(*, by: User, values: Mapping[str, object]) -> Preference:
    """Keep which notices come to this person by mail."""
    row, _new = Preference.objects.update_or_create(user=by, defaults=dict(values))
    return row
