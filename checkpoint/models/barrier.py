"""What a barrier is told and what it answers.

An order is no row of its own: a passage that admits, an officer's release and a lift by hand each are one. So a scan
writes nothing more for the barrier, and nothing can be ordered that was not decided.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkpoint.models.checkpoint import Lane
from checkpoint.models.device import Device
from checkpoint.models.passage import Passage
from declarations.models import Port, roles_of
from declarations.models.sealed import SealedFileField
from declarations.models.triggers import NEVER, UNLESS_TESTS_EMPTY_TABLES, Law, append_only

USER = settings.AUTH_USER_MODEL

VALID_FOR = timedelta(seconds=60)
"""So long an order may be carried out: a controller that was away must not open for a vehicle that left long ago."""

OVERLAP = timedelta(seconds=20)
"""Rows that were decided before a cursor may be committed after it: a scan or an officer's decision waits for locks."""

MADE_AT_THE_LANE = timedelta(minutes=2)
"""A passage captured longer before its decision was kept on a device without network: its vehicle is gone.

The device's clock is set right by what its last heartbeat showed it to be off.
"""

MOST_ORDERS = 20

KEPT_YEARS = 3
"""So long the photograph of a lift by hand is evidence."""


class LiftQuerySet(models.QuerySet["ManualLift"]):
    """Slices of lifts; doors start from `visible_to`."""

    def visible_to(self, user: object) -> Self:
        """Lifts at the ports where the user is an officer."""
        ports = roles_of(user).ports()
        return self if ports is None else self.filter(port__in=ports)


class ManualLift(models.Model):
    """Somebody opened a barrier without a verdict: who, why, with a photograph. Append-only."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lane = models.ForeignKey(Lane, models.PROTECT, related_name="lifts", verbose_name=_("lane"), db_index=False)
    port = models.ForeignKey(Port, models.PROTECT, related_name="+", verbose_name=_("port"), db_index=False)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("by"), db_index=False)
    reason = models.TextField(_("reason"))

    objects = LiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("lift by hand")
        verbose_name_plural = _("lifts by hand")
        ordering = ["-at"]
        indexes = [models.Index(fields=["lane", "-at"], name="lift_at_lane")]
        constraints = [models.CheckConstraint(name="lift_has_reason", condition=~Q(reason=""))]
        triggers = [
            *append_only("lift"),
            Law(
                name="lift_has_photo",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func="""
                IF NOT EXISTS (SELECT 1 FROM checkpoint_liftphoto p WHERE p.lift_id = NEW.id) THEN
                    RAISE EXCEPTION 'a barrier is lifted by hand with a photo or not at all'
                    USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        """The lane and when."""
        return f"{self.lane} {self.at:%Y-%m-%d %H:%M}"


class LiftPhoto(models.Model):
    """The photograph of a lift, drawn anew from its pixels and encrypted; in a row of its own, to be erased one day."""

    lift = models.OneToOneField(ManualLift, models.PROTECT, related_name="photo", verbose_name=_("lift"))
    data = SealedFileField(editable=False)

    class Meta:
        verbose_name = _("photo of a lift")
        verbose_name_plural = _("photos of lifts")
        ordering = ["id"]
        triggers = [
            Law(name="lift_photo_never_changes", operation=pgtrigger.Update, when=pgtrigger.Before, func=NEVER),
            Law(
                name="lift_photo_is_evidence",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func=f"""
                IF EXISTS (SELECT 1 FROM checkpoint_manuallift l
                           WHERE l.id = OLD.lift_id AND l.at > now() - interval '{KEPT_YEARS} years') THEN
                    RAISE EXCEPTION 'the photo of a lift is kept' USING ERRCODE = 'check_violation';
                END IF;
                RETURN OLD;
                """,
            ),
            Law(
                name="lift_photo_no_truncate",
                operation=pgtrigger.Truncate,
                when=pgtrigger.Before,
                level=pgtrigger.Statement,
                func=UNLESS_TESTS_EMPTY_TABLES + NEVER,
            ),
        ]

    def __str__(self) -> str:
        """The lift."""
        return str(self.lift_id)


class BarrierOutcome(models.TextChoices):
    """What became of an order."""

    LIFTED = "LIFTED", _("lifted")
    FAILED = "FAILED", _("did not open")


class BarrierAnswer(models.Model):
    """What the controller of a lane says of one order; the first answer counts. Append-only.

    order_id: the passage's or the lift's own id. at: the controller's clock.
    """

    order_id = models.UUIDField(_("order"), unique=True)
    lane = models.ForeignKey(Lane, models.PROTECT, related_name="+", verbose_name=_("lane"), db_index=False)
    device = models.ForeignKey(Device, models.PROTECT, related_name="+", verbose_name=_("device"), db_index=False)
    passage = models.ForeignKey(
        Passage,
        models.PROTECT,
        null=True,
        related_name="barrier_answers",
        verbose_name=_("passage"),
        db_constraint=False,
        db_index=False,
    )
    outcome = models.CharField(_("outcome"), max_length=6, choices=BarrierOutcome)
    at = models.DateTimeField(_("at"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("answer of a barrier")
        verbose_name_plural = _("answers of barriers")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="barrier_outcome_known", condition=Q(outcome__in=BarrierOutcome.values)),
        ]
        triggers = append_only("barrier_answer")

    def __str__(self) -> str:
        """Lane and outcome."""
        return f"{self.lane} {self.outcome}"


class OrderOf(models.TextChoices):
    """Why a barrier is to open."""

    ADMIT = "ADMIT", _("admitted")
    OFFICER = "OFFICER", _("released by an officer")
    MANUAL_LIFT = "MANUAL_LIFT", _("lifted by hand")


@dataclass(frozen=True, slots=True)
class Order:
    """One order to open. passage_id: None for a lift by hand. outcome: "" while it is not answered."""

    id: uuid.UUID
    at: datetime
    because: OrderOf
    lane_id: int
    lane: str
    port: str
    passage_id: uuid.UUID | None
    outcome: str = ""


ORDERS = """
SELECT o.id, o.at, o.because, l.id, l.code, c.port_id, o.passage_id, coalesce(b.outcome, '') FROM (
    SELECT p.id, p.decided_at AS at, 'ADMIT' AS because, p.lane_id, p.id AS passage_id, p.vehicle_id
    FROM checkpoint_passage p LEFT JOIN checkpoint_devicestate s ON s.device_id = p.device_id
    WHERE p.port_id = ANY (%(ports)s) AND p.decided_at > %(since)s AND p.decided_at <= %(until)s
        AND p.lane_id = ANY (%(lanes)s) AND p.verdict = 'ADMIT'
        AND (p.captured_at IS NULL OR p.captured_at - coalesce(s.skew_s, 0) * interval '1 second'
            > p.decided_at - %(at_lane)s::interval)
    UNION ALL
    SELECT p.id, k.closed_at, 'OFFICER', p.lane_id, p.id, p.vehicle_id
    FROM checkpoint_case k JOIN checkpoint_passage p ON p.id = k.passage_id
    WHERE k.result = 'RELEASE' AND k.closed_at > %(since)s AND k.closed_at <= %(until)s
        AND p.lane_id = ANY (%(lanes)s)
    UNION ALL
    SELECT m.public_id, m.at, 'MANUAL_LIFT', m.lane_id, NULL, NULL
    FROM checkpoint_manuallift m
    WHERE m.lane_id = ANY (%(lanes)s) AND m.at > %(since)s AND m.at <= %(until)s
) AS o
JOIN checkpoint_lane l ON l.id = o.lane_id
JOIN checkpoint_checkpoint c ON c.id = l.checkpoint_id
LEFT JOIN checkpoint_barrieranswer b ON b.order_id = o.id
WHERE (%(answered)s OR b.id IS NULL)
    AND NOT EXISTS (SELECT 1 FROM declarations_admission a
                    WHERE a.passage_id = o.passage_id AND a.annulled_at IS NOT NULL)
ORDER BY o.at {direction}, o.id LIMIT %(most)s
"""
FEED = ORDERS.format(direction="ASC")
NEWEST = ORDERS.format(direction="DESC")

ONE_PASSAGE = """
SELECT p.id FROM checkpoint_passage p LEFT JOIN checkpoint_case k ON k.passage_id = p.id
WHERE p.id = %(order)s AND p.lane_id = %(lane)s AND (p.verdict = 'ADMIT' OR k.result = 'RELEASE')
"""


def orders_to_carry_out(*, lane_id: int, port: str, after: datetime | None, now: datetime) -> list[Order]:
    """What a lane's controller has to do now, the oldest first, in one query. What it answered comes no more."""
    since = now - VALID_FOR
    if after is not None:
        since = max(since, after - OVERLAP)
    return _orders(FEED, [lane_id], [port], since=since, until=now)


def unanswered(lanes: Iterable[Lane], *, since: datetime, until: datetime) -> list[Order]:
    """Orders of these lanes, with their gates, that no controller answered."""
    rows = list(lanes)
    return _orders(
        FEED,
        [row.pk for row in rows],
        sorted({row.checkpoint.port_id for row in rows}),
        since=since,
        until=until,
        most=500,
    )


def newest_orders(lane: Lane, *, since: datetime, now: datetime) -> list[Order]:
    """The last orders of a lane with their outcome, the newest first."""
    return _orders(NEWEST, [lane.pk], [lane.checkpoint.port_id], since=since, until=now, answered=True)


def passage_of_order(order_id: uuid.UUID, *, lane_id: int) -> uuid.UUID | None:
    """The passage that is this order at this lane, None if none is."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_PASSAGE, {"order": order_id, "lane": lane_id})
        row = cursor.fetchone()
    return row[0] if row else None


def _orders(
    sql: str,
    lanes: list[int],
    ports: list[str],
    *,
    since: datetime,
    until: datetime,
    answered: bool = False,
    most: int = MOST_ORDERS,
) -> list[Order]:
    values: Mapping[str, Any] = {
        "lanes": lanes,
        "ports": ports,
        "since": since,
        "until": until,
        "answered": answered,
        "most": most,
        "at_lane": MADE_AT_THE_LANE,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    return [
        Order(id_, at, OrderOf(because), lane_id, lane, port, passage, outcome)
        for id_, at, because, lane_id, lane, port, passage, outcome in rows
    ]
