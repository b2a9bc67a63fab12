"""What time itself does: declarations expire, stragglers are withdrawn, refusals become final, readiness runs out.

Each sweep finds its rows without a lock, then takes one declaration at a time: lock, look again, write.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from declarations.clearance.apart import apart
from declarations.clearance.closing import close, withdraw, withdraw_declared
from declarations.lifecycle import CLOSED_VEHICLE, HOLDING_VIN, DeclarationStatus, Machine, VehicleStatus
from declarations.models import (
    Declaration,
    Delivery,
    Document,
    HandOverPhoto,
    History,
    IdempotencyKey,
    Notice,
    Phone,
    PrintJob,
    Sheet,
    SignIn,
    Vehicle,
    note_each,
)
from declarations.models.standing import recompute

BY = "clearance"
SHEETS_KEPT = timedelta(days=30)
"""How long an exporter finds a spreadsheet again; it names drivers."""
KEPT = timedelta(days=2)
"""How long the answer to an Idempotency-Key is remembered."""

PRINTED_KEPT = timedelta(days=1)
"""How long a file of printed passes waits to be fetched; a later one is made anew, as passes stand then."""

DELIVERIES_KEPT = timedelta(days=90)
"""How long a mail or message that went out can be looked up; its address is a personal fact."""

NOTICES_KEPT = timedelta(days=400)
"""A year of notices, and last year's same month beside this one."""

PHOTOS_KEPT = timedelta(days=2 * 365)
"""How long photographs of a hand-over can prove something: goods may be complained of for two years (CISG, art. 39)."""

PHONES_KEPT = timedelta(days=30)
"""How long a telephone that wants news no more, or whose vehicle came to the end of its way, is known."""

SIGN_INS_KEPT = timedelta(days=30)
"""No session lasts as long; what is remembered of one goes with it."""

AT_ONCE = 5000
"""Rows that one minute erases, so that no sweep holds locks for long; the next minute goes on."""


def sweep(*, now: datetime) -> dict[str, int]:
    """Run every sweep once; gives back how many rows each moved, and how often one failed."""
    awaited = Exists(Vehicle.objects.filter(declaration=OuterRef("pk"), status=VehicleStatus.DECLARED))
    late = Declaration.objects.filter(awaited, status__in=HOLDING_VIN, expires_at__lte=now)
    refused = Declaration.objects.filter(awaited, status=DeclarationStatus.REFUSED, appeal_until__lte=now)
    changing = Exists(Vehicle.objects.outdated(now).filter(declaration=OuterRef("pk"), live=True))
    outdated = Declaration.objects.filter(changing, status__in=HOLDING_VIN)
    done = {
        "expired": _each(late, expire, now=now),
        "final": _each(refused, make_refusal_final, now=now),
        "readiness": _each(outdated, refresh, now=now),
        "printed": [_delete(PrintJob.objects.filter(asked_at__lt=now - PRINTED_KEPT))],
        "sheets": [_delete(Sheet.objects.filter(uploaded_at__lt=now - SHEETS_KEPT))],
        "documents": [apart(partial(Document.objects.all().erase, at=now), what="erase", about="documents")],
        **_forget(now=now),
        "idempotency": [_delete(IdempotencyKey.objects.filter(created_at__lt=now - KEPT))],
    }
    failed = sum(counts.count(None) for counts in done.values())
    return {name: sum(count or 0 for count in counts) for name, counts in done.items()} | {"failed": failed}


def _delete(rows: QuerySet[Any]) -> int | None:
    return apart(lambda: rows.delete()[0], what="delete", about=rows.model._meta.label)


def _forget(*, now: datetime) -> dict[str, list[int | None]]:
    """What has been kept as long as it was of use. A history row that was told stays told, so nothing is told anew."""
    at_the_end = Q(link__vehicle__status__in=CLOSED_VEHICLE - {VehicleStatus.EXITED})
    gone = at_the_end & Q(link__vehicle__status_at__lt=now - PHONES_KEPT)
    return {
        "deliveries": [_delete_oldest(Delivery.objects.filter(due_at__lt=now - DELIVERIES_KEPT))],
        "notices": [_delete_oldest(Notice.objects.filter(at__lt=now - NOTICES_KEPT))],
        "photos": [_delete_oldest(HandOverPhoto.objects.filter(at__lt=now - PHOTOS_KEPT))],
        "phones": [_delete_oldest(Phone.objects.filter(Q(ended_at__lt=now - PHONES_KEPT) | gone))],
        "sign_ins": [_delete_oldest(SignIn.objects.filter(began_at__lt=now - SIGN_INS_KEPT))],
    }


def _delete_oldest(rows: QuerySet[Any]) -> int | None:
    """So many of the oldest as one minute erases, with what hangs on them."""
    oldest = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    done = _delete(rows.model._default_manager.filter(pk__in=oldest)) if oldest else 0
    return done and len(oldest)


def was_presented(declaration: Declaration) -> bool:
    """Whether any vehicle of the declaration ever reached the port."""
    return History.objects.filter(
        declaration=declaration, machine=Machine.VEHICLE, to_status=VehicleStatus.PRESENTED
    ).exists()


@transaction.atomic
def expire(*, declaration_id: int, now: datetime) -> bool:
    """The legal time is over. Nothing presented: EXPIRED; beside presented ones stragglers are told, then withdrawn."""
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    if declaration.status not in HOLDING_VIN or declaration.expires_at is None or declaration.expires_at > now:
        return False
    if not was_presented(declaration):
        close(declaration, DeclarationStatus.EXPIRED, by=BY, now=now, reason="LEGAL_TIME_OVER")
        return True
    stragglers = list(Vehicle.objects.locked().filter(declaration=declaration, status=VehicleStatus.DECLARED))
    if not stragglers:
        return False
    if declaration.straggler_notice_at is None:
        declaration.straggler_notice_at = now
        declaration.save(update_fields=["straggler_notice_at"])
        note_each(stragglers, declaration_id=declaration.pk, by=BY, at=now, reason="STRAGGLER_TOLD")
        return True
    assert declaration.port is not None, "a lodged declaration has a port"
    if declaration.straggler_notice_at + timedelta(hours=declaration.port.straggler_notice_hours) > now:
        return False
    withdraw(stragglers, by=BY, now=now, reason="LEGAL_TIME_OVER")
    declaration.touch(at=now)
    return True


@transaction.atomic
def make_refusal_final(*, declaration_id: int, now: datetime) -> bool:
    """The term of appeal is over: what was never presented is withdrawn."""
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    if declaration.status != DeclarationStatus.REFUSED or declaration.appeal_until is None:
        return False
    if declaration.appeal_until > now:
        return False
    withdraw_declared(declaration, by=BY, now=now, reason="REFUSAL_FINAL")
    declaration.touch(at=now)
    return True


@transaction.atomic
def refresh(*, declaration_id: int, now: datetime) -> bool:
    """Compute anew how ready the open vehicles of a declaration are: whether any says something else now."""
    declaration = Declaration.objects.locked().get(pk=declaration_id)
    vehicles = list(Vehicle.objects.locked().filter(declaration=declaration).exclude(status__in=CLOSED_VEHICLE))
    before = {row.pk: row.not_ready_because for row in vehicles}
    recompute(vehicles, now=now)
    changed = any(row.not_ready_because != before[row.pk] for row in vehicles)
    if changed:
        declaration.touch(at=now)
    return changed


def _each(rows: Iterable[Declaration], act: Callable[..., bool], *, now: datetime) -> list[int | None]:
    """One declaration after the other: whether it moved, None where that failed."""
    return [
        apart(partial(act, declaration_id=row.pk, now=now), what=act.__name__, about=row.reference)
        for row in list(rows)
    ]
