"""An organisation's licence book: what was granted. What is used, its vehicles say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations.checks import read_date
from declarations.checks.fields import DATE_FORM, NUMBER_RANGE, REQUIRED, TEXT_LENGTH
from declarations.errors import Unacceptable
from declarations.models import Licence, Organisation
from declarations.papers import COUNTED, PAPER_CODE, number_key
from declarations.problems import Problem, explain

MOST_GRANTED = 1_000_000
LONGEST_NUMBER = 64

LICENCE_TWICE = explain("LICENCE_TWICE", _("A licence with this number stands in the book already. Change that one."))


def keep(
    *,
    organisation: Organisation,
    body: Mapping[str, Any],
    licence_id: int | None = None,
    by: User,
    now: datetime,
) -> Licence:
    """Enter a licence, or change one. body: code, number, valid_until, granted.

    Raises: NotPermitted; Unacceptable with pointers like /number; DoesNotExist.
    """
    permissions.check_can_declare_for(by, organisation.pk)
    values = _read(body)
    try:
        with transaction.atomic():
            row = Licence(organisation=organisation)
            if licence_id is not None:
                row = Licence.objects.select_for_update(of=("self",)).get(pk=licence_id, organisation=organisation)
            for name, value in values.items():
                setattr(row, name, value)
            row.updated_at, row.updated_by = now, by
            row.save()
    except IntegrityError as clash:
        raise Unacceptable([Problem(LICENCE_TWICE, "/number")]) from clash
    return row


@transaction.atomic
def remove(*, licence_id: int, by: User) -> None:
    """Take a licence out of the book; the vehicles that name it keep its number.

    Raises: NotPermitted.
    """
    row = Licence.objects.select_for_update(of=("self",)).get(pk=licence_id)
    permissions.check_can_declare_for(by, row.organisation_id)
    row.delete()


def _read(body: Mapping[str, Any]) -> dict[str, Any]:
    """Columns from a body.

    Raises: Unacceptable.
    """
    found = []
    code, number = str(body.get("code") or ""), str(body.get("number") or "").strip()
    granted, until = body.get("granted"), body.get("valid_until")
    if code not in COUNTED:
        found.append(Problem(PAPER_CODE if code else REQUIRED, "/code", values={"code": code}))
    if not number:
        found.append(Problem(REQUIRED, "/number"))
    elif len(number) > LONGEST_NUMBER:
        found.append(
            Problem(TEXT_LENGTH, "/number", values={"most": LONGEST_NUMBER, "over": len(number) - LONGEST_NUMBER})
        )
    if until and read_date(until) is None:
        found.append(Problem(DATE_FORM, "/valid_until"))
    if granted in (None, ""):
        found.append(Problem(REQUIRED, "/granted"))
    elif not isinstance(granted, int) or isinstance(granted, bool) or not 1 <= granted <= MOST_GRANTED:
        found.append(Problem(NUMBER_RANGE, "/granted", values={"low": 1, "high": MOST_GRANTED}))
    if found:
        raise Unacceptable(found)
    return {
        "paper_id": code,
        "number": number,
        "key": number_key(number),
        "valid_until": read_date(until) if until else None,
        "granted": granted,
    }
