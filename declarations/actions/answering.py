"""Between exporter and officer: answers to a document request, appeals, problems put on the officer's desk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from declarations import permissions
from declarations import vin as vins
from declarations.actions import documents
from declarations.actions.drafting import check_draft, count_problems, fresh
from declarations.errors import Conflict
from declarations.lifecycle import DeclarationStatus
from declarations.models import Declaration, ProblemOverride, Vehicle, note
from declarations.models.documents import waiting_requests
from declarations.models.standing import recompute
from declarations.problems import OVERRIDABLE


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that answers one request."""

    request_id: int
    name: str
    data: bytes


def answer(*, declaration_id: int, text: str, files: Iterable[Sent] = (), by: Any, now: datetime) -> Declaration:
    """Answer the open document requests with files, with words, or both.

    Words answer all of them. Without words each has to have a file, sent now or before; until then what was sent is
    kept and the requests stay open. Once answered, a declaration that waited goes back to the officer.

    Raises: NotPermitted; Conflict when nothing was asked, or neither words nor files were sent; NotAttachable, and
    Unacceptable beyond what a declaration may hold.
    """
    # Told and drawn before anything is locked: that takes seconds.
    taken = [(each.request_id, documents.take(each.name, each.data)) for each in files]
    return _answer(declaration_id, text.strip(), taken, by=by, now=now)


@transaction.atomic
def _answer(
    declaration_id: int, text: str, taken: Sequence[tuple[int, documents.Taken]], *, by: Any, now: datetime
) -> Declaration:
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_change(by, declaration)
    waiting = declaration.requests.filter(answered_at=None)
    asked = {row.pk: row for row in waiting.select_related("vehicle")}
    if declaration.status != DeclarationStatus.DOCUMENTS_REQUIRED and not asked:
        raise Conflict("NOTHING_ASKED", _("No document is asked for."))
    for request_id, file in taken:
        if request_id not in asked:
            raise Conflict("NOTHING_ASKED", _("No document is asked for."))
        row = asked[request_id]
        documents.keep(declaration, row.paper_id, [file], [row.vehicle], request=row, by=by, now=now)
    if not text and any(not each.files for each in waiting_requests(declaration)):
        if not taken:
            raise Conflict("NOTHING_SENT", _("Add a file for each paper that is asked for, or write why you cannot."))
        declaration.touch(at=now)
        return declaration
    waiting.update(answered_at=now, answered_by=by, answer=text)
    note(declaration_id=declaration.pk, by=by, at=now, reason="ANSWERED", text=text)
    if declaration.status == DeclarationStatus.DOCUMENTS_REQUIRED:
        declaration.documents_due_at = None
        declaration.save(update_fields=["documents_due_at"])
        declaration.move_to(DeclarationStatus.UNDER_CONTROL, by=by, at=now, reason="ANSWERED")
    recompute(Vehicle.objects.locked().filter(declaration=declaration), now=now)
    declaration.touch(at=now)
    return declaration


@transaction.atomic
def appeal(*, declaration_id: int, reason: str, by: Any, now: datetime) -> Declaration:
    """Ask a supervisor to look at a refusal again.

    Raises: NotPermitted; Conflict when there is no refusal within its term.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_change(by, declaration)
    term = declaration.appeal_until
    if declaration.status != DeclarationStatus.REFUSED or term is None or term <= now:
        raise Conflict("NO_APPEAL", _("There is no refusal within its term of appeal."))
    note(declaration_id=declaration.pk, by=by, at=now, reason="APPEALED", text=reason)
    declaration.touch(at=now)
    return declaration


@transaction.atomic
def ask(*, declaration_id: int, vin: str, code: str, text: str, by: Any, now: datetime) -> ProblemOverride:
    """Put a problem that may have a legal exception on an officer's desk.

    Raises: NotPermitted; Conflict when that problem is not there or has no exception.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_change(by, declaration)
    vin = vins.normalise(vin)
    _expect_problem(declaration, vin, code, now=now)
    row, _new = ProblemOverride.objects.get_or_create(declaration=declaration, vin=vin, code=code)
    row.text, row.asked_by, row.asked_at = text, by, now
    row.save(update_fields=["text", "asked_by", "asked_at"])
    note(declaration_id=declaration.pk, by=by, at=now, reason="ASKED", text=text, data={"vin": vin, "code": code})
    declaration.touch(at=now)
    return row


@transaction.atomic
def accept_problem(
    *, declaration_id: int, vin: str, code: str, reason: str, by: User, now: datetime
) -> ProblemOverride:
    """An officer accepts an overridable problem with a reason; from now on it is a warning.

    Raises: NotPermitted; Conflict when that problem is not there or has no exception.
    """
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    permissions.check_can_accept_problem(by, declaration)
    vin = vins.normalise(vin)
    _expect_problem(declaration, vin, code, now=now)
    row, _new = ProblemOverride.objects.get_or_create(declaration=declaration, vin=vin, code=code)
    row.accepted_by, row.accepted_at, row.reason = by, now, reason
    row.save(update_fields=["accepted_by", "accepted_at", "reason"])
    note(
        declaration_id=declaration.pk,
        by=by,
        at=now,
        reason="PROBLEM_ACCEPTED",
        text=reason,
        data={"vin": vin, "code": code},
    )
    count_problems(declaration, check_draft(fresh(declaration), now=now))
    declaration.touch(at=now)
    return row


def _expect_problem(declaration: Declaration, vin: str, code: str, *, now: datetime) -> None:
    whole = fresh(declaration)
    present = enumerate(whole.present_vehicles())
    rows = {f"/vehicles/{row}/" for row, vehicle in present if vins.normalise(vehicle.vin) == vin}
    found = check_draft(whole, now=now)
    there = any(each.code == code and any(each.pointer.startswith(row) for row in rows) for each in found)
    if code not in OVERRIDABLE or not there:
        raise Conflict("NOT_OVERRIDABLE", _("This vehicle has no problem of that kind that an officer could accept."))
