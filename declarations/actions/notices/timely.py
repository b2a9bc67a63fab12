"""What time itself has to tell: clocks of requests, what runs out, hand-overs that are missing, ports open again."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Exists, OuterRef

from declarations.actions.notices.record import Draft, write
from declarations.actions.notices.telling import REOPENED, queue_up
from declarations.clearance.apart import apart
from declarations.lapsing import Lapsing
from declarations.lifecycle import HOLDING_VIN, Owed, PassStatus, VehicleStatus
from declarations.models import Closure, Declaration, DocumentRequest, Notice, Pass, Vehicle, owe
from declarations.models.lapses import lapsing
from declarations.notices import PERCENTS, Audience, Kind

HAND_OVER = timedelta(hours=24)
"""So long after the exit the importer is expected to have confirmed."""

LOOKED_BACK = timedelta(days=30)
"""So far back a missing hand-over is looked for."""

Due = tuple[int, Draft]
"""A declaration's id and what it is to be told."""


def remind(*, now: datetime) -> int:
    """Tell everything that time has made due; gives back how many notices were written."""
    due = [*_clocks(now), *_lapses(now), *_hand_overs(now)]
    causes = {draft.cause for _declaration, draft in due}
    there = set(Notice.objects.filter(cause__in=causes).values_list("cause", "kind", "audience"))
    groups: dict[int, list[Draft]] = defaultdict(list)
    for declaration_id, draft in due:
        if (draft.cause, draft.kind.value, draft.audience.value) not in there:
            groups[declaration_id].append(draft)
    _owe_reopened(now)
    written = (apart(partial(_tell, *each, now), what="remind", about=str(each[0])) for each in groups.items())
    return sum(count or 0 for count in written)


def _tell(declaration_id: int, drafts: list[Draft], now: datetime) -> int:
    queue_up(declaration_id)
    declaration = Declaration.objects.get(pk=declaration_id)
    return len(write(drafts, declaration=declaration, now=now))


def _clocks(now: datetime) -> Iterator[Due]:
    """Half and nine tenths of the time to answer a request."""
    open_ones = DocumentRequest.objects.filter(answered_at=None, due_at__gt=now, declaration__status__in=HOLDING_VIN)
    clocks = open_ones.order_by().values_list("declaration", "asked_at", "due_at").distinct()
    for declaration_id, asked_at, due_at in clocks:
        gone = [percent for percent in PERCENTS if now >= asked_at + (due_at - asked_at) * percent / 100]
        if gone:
            cause = f"clock:{declaration_id}:{asked_at:%Y%m%d%H%M%S}:{due_at:%Y%m%d%H%M%S}:{gone[-1]}"
            values = {"percent": f"{gone[-1]} %", "until": due_at.isoformat()}
            yield declaration_id, Draft(Kind.DOCUMENTS_CLOCK, Audience.EXPORTER, cause, (), values)


def _lapses(now: datetime) -> Iterator[Due]:
    """Passes, plates and papers of vehicles that are still to come; one notice for all that end together."""
    ending = lapsing(now, among=Vehicle.objects.filter(declaration__status__in=HOLDING_VIN))
    with_pass = [each.vehicle for each in ending if each.lapse.what == Lapsing.PASS]
    issued = Pass.objects.filter(vehicle__in=with_pass, status=PassStatus.ISSUED).values_list("vehicle", "issued_at")
    issued_at: dict[int, datetime] = dict(issued)
    together: dict[tuple[int, str, datetime, int], list[int]] = defaultdict(list)
    for each in ending:
        declaration, lapse = each.vehicle.declaration, each.lapse
        known = declaration.lodged_at or declaration.created_at
        since = issued_at[each.vehicle.pk] if lapse.what == Lapsing.PASS else known
        hours = lapse.hours_before(now, since=since)
        if hours is not None:
            together[declaration.pk, lapse.what, lapse.until, hours].append(each.vehicle.pk)
    for (declaration_id, what, until, hours), ids in together.items():
        cause = f"lapse:{what}:{until:%Y%m%d%H%M}:{hours}:"
        values = {"what": what, "hours": hours, "until": until.isoformat()}
        yield declaration_id, Draft(Kind.RUNS_OUT, Audience.EXPORTER, f"{cause}{declaration_id}", tuple(ids), values)
        for pk in ids:
            yield declaration_id, Draft(Kind.RUNS_OUT, Audience.DRIVER, f"{cause}v{pk}", (pk,), values)


def _hand_overs(now: datetime) -> Iterator[Due]:
    """Vehicles that left a day ago. The importer's notice of each says that it was told."""
    told = Notice.objects.filter(
        kind=Kind.NOT_HANDED_OVER, audience=Audience.IMPORTER, vehicle=OuterRef("pk"), at__gt=OuterRef("status_at")
    )
    since = (now - LOOKED_BACK, now - HAND_OVER)
    rows = Vehicle.objects.filter(~Exists(told), status=VehicleStatus.EXITED, status_at__range=since)
    groups: dict[int, list[Vehicle]] = defaultdict(list)
    for row in rows.order_by("pk"):
        groups[row.declaration_id].append(row)
    for declaration_id, vehicles in groups.items():
        ids = tuple(row.pk for row in vehicles)
        cause = f"handover:{ids[0]}:{vehicles[0].status_at:%Y%m%d%H%M}"
        yield declaration_id, Draft(Kind.NOT_HANDED_OVER, Audience.EXPORTER, cause, ids)
        for row in vehicles:
            cause = f"handover:{row.pk}:{row.status_at:%Y%m%d%H%M}"
            yield declaration_id, Draft(Kind.NOT_HANDED_OVER, Audience.IMPORTER, cause, (row.pk,))


def _owe_reopened(now: datetime) -> None:
    """A closure that is over is told to everybody who was told of it."""
    for closure in Closure.objects.filter(ends_at__lte=now, ends_at__gt=now - REOPENED):
        about = Notice.objects.filter(audience=Audience.EXPORTER, cause__startswith=f"closure:{closure.pk}:").order_by()
        opened = about.filter(kind=Kind.PORT_OPEN).values("declaration")
        waiting = about.filter(kind=Kind.PORT_CLOSED, declaration__status__in=HOLDING_VIN)
        owe(
            Owed.TELL, *waiting.exclude(declaration__in=opened).values_list("declaration", flat=True).distinct(), at=now
        )
