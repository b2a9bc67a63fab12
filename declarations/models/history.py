"""The memory: one append-only row per move or note, and the work that it owes.

History is written by `move_to` and `note` alone; a row never changes or vanishes (DOMAIN law 7).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Self

import pgtrigger
import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from declarations.lifecycle import TOLD_NOTES, Machine, Owed
from declarations.models.triggers import CHAIN, LEGAL, Law, append_only

By = User | str
"""Who acts: a person, or the name of what acts by itself ("clearance", "lane CNHRS-R1")."""

NOTE = "note"
"""The machine of a row that moves nothing."""


def signed(by: By) -> tuple[int | None, str]:
    """The two columns that name an actor."""
    return (None, by) if isinstance(by, str) else (by.pk, by.get_username())


def trace_id() -> str:
    """The correlation id of the request or task that is running, "" outside of one."""
    return str(structlog.contextvars.get_contextvars().get("trace_id", ""))[:64]


class History(models.Model):
    """One move or note about one declaration, vehicle, pass or inspection."""

    # who and when
    at = models.DateTimeField(_("at"), db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"), db_index=False
    )
    by_label = models.CharField(_("by"), max_length=150)
    trace_id = models.CharField(_("trace id"), max_length=64, blank=True)
    # about what; without constraints, so that the memory never stands in the way of the living rows
    machine = models.CharField(
        _("about"), max_length=12, choices=[(m.value, m.value) for m in Machine] + [(NOTE, NOTE)]
    )
    subject_id = models.BigIntegerField(_("subject"))
    declaration = models.ForeignKey(
        "declarations.Declaration", models.DO_NOTHING, related_name="history", db_constraint=False
    )
    vehicle = models.ForeignKey(
        "declarations.Vehicle", models.DO_NOTHING, null=True, related_name="history", db_constraint=False
    )
    # what
    from_status = models.CharField(_("from"), max_length=20, blank=True)
    to_status = models.CharField(_("to"), max_length=20, blank=True)
    reason = models.CharField(_("reason"), max_length=40)
    text = models.TextField(_("text"), blank=True)
    data = models.JSONField(_("data"), default=dict)

    class Meta:
        verbose_name = _("history row")
        verbose_name_plural = _("history")
        ordering = ["id"]
        indexes = [
            models.Index("machine", "subject_id", F("id").desc(), name="history_of_subject"),
        ]
        triggers = [
            *append_only("history"),
            Law(
                name="history_legal_move",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.machine <> 'note'"),
                func=LEGAL,
            ),
            Law(
                name="history_unbroken_chain",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Condition("NEW.machine <> 'note'"),
                func=CHAIN,
            ),
        ]

    def __str__(self) -> str:
        """The move in words."""
        return f"{self.machine} {self.from_status} → {self.to_status} ({self.reason})"


def note(
    *,
    declaration_id: int,
    by: By,
    at: datetime,
    reason: str,
    vehicle_id: int | None = None,
    text: str = "",
    data: Mapping[str, Any] | None = None,
) -> History:
    """Remember something that moved nothing; what people are told of owes that."""
    (row,) = _noted([vehicle_id], declaration_id=declaration_id, by=by, at=at, reason=reason, text=text, data=data)
    return row


def note_each(
    vehicles: Iterable[models.Model], *, declaration_id: int, by: By, at: datetime, reason: str, text: str = ""
) -> None:
    """Remember the same of each of these vehicles of one declaration, in one statement."""
    _noted([row.pk for row in vehicles], declaration_id=declaration_id, by=by, at=at, reason=reason, text=text)


def _noted(
    vehicle_ids: Sequence[int | None],
    *,
    declaration_id: int,
    by: By,
    at: datetime,
    reason: str,
    text: str,
    data: Mapping[str, Any] | None = None,
) -> list[History]:
    by_id, by_label = signed(by)
    if vehicle_ids and reason in TOLD_NOTES:
        owe(Owed.TELL, declaration_id, at=at)
    return History.objects.bulk_create(
        History(
            at=at,
            by_id=by_id,
            by_label=by_label,
            trace_id=trace_id(),
            machine=NOTE,
            subject_id=vehicle_id or declaration_id,
            declaration_id=declaration_id,
            vehicle_id=vehicle_id,
            reason=reason,
            text=text,
            data=json.loads(json.dumps(data or {}, default=str)),
        )
        for vehicle_id in vehicle_ids
    )


class OutboxTaskQuerySet(models.QuerySet["OutboxTask"]):
    """Slices of owed work."""

    def given_up(self, kinds: Iterable[str], subject: int) -> Self:
        """Work on one subject that was tried in vain; it waits until somebody has mended the cause."""
        return self.filter(kind__in=kinds, subject=subject, failed_at__isnull=False)


class OutboxTask(models.Model):
    """A piece of work that was promised in the transaction that made it necessary (transactional outbox)."""

    kind = models.CharField(_("kind"), max_length=40)
    subject = models.BigIntegerField(_("subject"))
    trace_id = models.CharField(_("trace id"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created at"))
    due_at = models.DateTimeField(_("due at"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up at"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    objects = OutboxTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("outbox task")
        verbose_name_plural = _("outbox tasks")
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="outbox_due",
                condition=models.Q(done_at__isnull=True, failed_at__isnull=True),
            ),
            models.Index(
                fields=["subject", "kind"], name="outbox_given_up", condition=models.Q(failed_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="outbox_not_done_and_failed",
                condition=models.Q(done_at__isnull=True) | models.Q(failed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        """Kind and subject."""
        return f"{self.kind} {self.subject}"


def owe(kind: str, *subjects: int, at: datetime) -> list[OutboxTask]:
    """Promise work that no move stands for, one piece for each subject, in the transaction that makes it necessary."""
    promised = {"kind": kind, "trace_id": trace_id(), "created_at": at, "due_at": at}
    return OutboxTask.objects.bulk_create(OutboxTask(subject=subject, **promised) for subject in subjects)
