"""Writing notices down, once each, and the messages that carry them out of the house."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from declarations.lifecycle import Owed
from declarations.models import (
    Declaration,
    Driver,
    ImporterMail,
    Link,
    LinkEnd,
    Notice,
    Phone,
    Preference,
    Role,
    Vehicle,
    owe,
)
from declarations.models.notices import Delivery, DeliveryWay
from declarations.models.parties import EXPORTERS, OFFICERS
from declarations.notices import TABLE, Audience, Kind
from declarations.words import Audience as Reader
from declarations.words import RoleName

TOGETHER = timedelta(minutes=1)
"""After a message, what follows of the same kind and declaration within this time is one more, not many."""

JOINS_BEFORE = timedelta(seconds=2)
"""So long before it is due nothing joins a message any more: its sender may already be reading it."""

CONTROLLERS = (RoleName.CONTROL_ROOM, RoleName.SUPERVISOR)

Key = tuple[int | None, int | None, str]
"""Person, declaration and kind: what one message is about. No person: the importer of the declaration."""

BY = "notices"
"""Who makes the links that go out with a mail."""


@dataclass(frozen=True)
class Draft:
    """A notice before it is written. vehicles: ids of those it speaks of; one of them is named on it."""

    kind: Kind
    audience: Audience
    cause: str
    vehicles: tuple[int, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def write(
    drafts: Iterable[Draft], *, declaration: Declaration | None, now: datetime, port: str | None = None
) -> list[Notice]:
    """Write what was not written before, and owe its messages. port: of what has no declaration.

    Callers of one declaration queue up, so that nothing is told twice.
    """
    wanted = {(draft.cause, draft.kind.value, draft.audience.value): draft for draft in drafts}
    if not wanted:
        return []
    there = Notice.objects.filter(cause__in={cause for cause, _kind, _audience in wanted})
    for key in there.values_list("cause", "kind", "audience"):
        wanted.pop(key, None)
    rows = [
        Notice(
            kind=draft.kind,
            audience=draft.audience,
            at=now,
            declaration=declaration,
            organisation_id=declaration.organisation_id if declaration else None,
            port_id=declaration.port_id if declaration else port,
            vehicle_id=draft.vehicles[0] if len(draft.vehicles) == 1 else None,
            vehicles=len(draft.vehicles),
            values=dict(draft.values),
            cause=draft.cause,
        )
        for draft in wanted.values()
    ]
    Notice.objects.bulk_create(rows, batch_size=500)
    _send_out(rows, now=now)
    return rows


def _send_out(rows: list[Notice], *, now: datetime) -> None:
    """Messages to people who want them, and to drivers where a way to them is on."""
    letters: dict[Key, list[Notice]] = defaultdict(list)
    if DeliveryWay.MAIL in settings.MESSENGERS:
        for audience in {row.audience for row in rows} - {Audience.DRIVER, Audience.IMPORTER}:
            for user, row in _readers(audience, [row for row in rows if row.audience == audience]):
                letters[user.pk, row.declaration_id, row.kind].append(row)
        importers = _importers_of([row for row in rows if row.audience == Audience.IMPORTER], now=now)
        for row in importers:
            letters[None, row.declaration_id, row.kind].append(row)
    made = _joined(letters, now=now) + [
        (Delivery(way=way, address=address, kind=row.kind, declaration_id=row.declaration_id, due_at=now), [row])
        for row, way, address in _addresses_of([row for row in rows if row.audience == Audience.DRIVER])
    ]
    Delivery.objects.bulk_create([delivery for delivery, _notices in made], batch_size=500)
    carried = Delivery.notices.through
    carried.objects.bulk_create(
        [carried(delivery_id=delivery.pk, notice_id=row.pk) for delivery, notices in made for row in notices],
        batch_size=1000,
    )
    for due_at in {delivery.due_at for delivery, _notices in made}:
        owe(Owed.DELIVER, *(each.pk for each, _notices in made if each.due_at == due_at), at=due_at)


def _readers(audience: str, rows: list[Notice]) -> Iterable[tuple[User, Notice]]:
    """Who gets these by mail. Exporters do unless they turned it off, officers only where they turned it on."""
    roles = Role.objects.filter(user__is_active=True).exclude(user__email="").select_related("user__preference")
    if audience == Audience.EXPORTER:
        roles = roles.filter(role__in=EXPORTERS, organisation__in={row.organisation_id for row in rows})
    else:
        names = CONTROLLERS if audience == Audience.CONTROL else tuple(OFFICERS)
        here = Q(port=None) | Q(port__in={row.port_id for row in rows})
        roles = roles.filter(here, role__in=names, user__preference__isnull=False)
    own = defaultdict(set)
    if audience != Audience.EXPORTER:
        for user_id, organisation_id in Role.objects.filter(
            user__in=[role.user_id for role in roles], organisation__isnull=False
        ).values_list("user", "organisation"):
            own[user_id].add(organisation_id)
    seen = set()
    for role in roles:
        wants = Preference.of(role.user, mail=audience == Audience.EXPORTER)
        for row in rows:
            fits = (
                row.organisation_id == role.organisation_id
                if audience == Audience.EXPORTER
                else role.port_id in (None, row.port_id) and row.organisation_id not in own[role.user_id]
            )
            if fits and (role.user_id, row.pk) not in seen and wants.wants_mail(TABLE[Kind(row.kind)].urgency):
                seen.add((role.user_id, row.pk))
                yield role.user, row


def _importers_of(rows: list[Notice], *, now: datetime) -> list[Notice]:
    """Those of these notices whose importer is written to; each of their vehicles has a link to be followed then."""
    written_to = set(
        ImporterMail.objects.filter(declaration__in={row.declaration_id for row in rows}).values_list(
            "declaration", flat=True
        )
    )
    told = [row for row in rows if row.declaration_id in written_to]
    linked = Link.objects.live().filter(audience=Reader.IMPORTER).values("vehicle")
    without = Vehicle.objects.filter(pk__in={row.vehicle_id for row in told}).exclude(pk__in=linked)
    # Whoever makes one at the same moment was first: the database knows one live link of each vehicle.
    Link.objects.bulk_create(
        [Link.drawn(vehicle, Reader.IMPORTER, by=BY, at=now) for vehicle in without], ignore_conflicts=True
    )
    return told


def _addresses_of(rows: list[Notice]) -> Iterable[tuple[Notice, str, str]]:
    """Ways to the driver of each of these notices that are on: telephones that asked for news, and text messages."""
    if rows and DeliveryWay.PUSH in settings.MESSENGERS:
        yield from _phones_of(rows)
    if rows and DeliveryWay.SMS in settings.MESSENGERS:
        yield from _numbers_of(rows)


def _phones_of(rows: list[Notice]) -> Iterable[tuple[Notice, str, str]]:
    """Telephones that opened the driver's link; of whoever drove before, those that had opened his."""
    now_driving: dict[int, list[int]] = defaultdict(list)
    drove_before: dict[int, list[int]] = defaultdict(list)
    phones = Phone.objects.listening().filter(
        link__vehicle__in={row.vehicle_id for row in rows}, link__audience=Reader.DRIVER
    )
    for pk, vehicle_id, ended in phones.values_list("pk", "link__vehicle", "link__ended_because").order_by("pk"):
        if not ended:
            now_driving[vehicle_id].append(pk)
        elif ended == LinkEnd.DRIVER_SWAPPED:
            drove_before[vehicle_id].append(pk)
    for row in rows:
        listeners = drove_before if row.kind == Kind.DRIVER_OLD else now_driving
        for pk in listeners[row.vehicle_id or 0]:
            yield row, DeliveryWay.PUSH, str(pk)


def _numbers_of(rows: list[Notice]) -> Iterable[tuple[Notice, str, str]]:
    """The numbers that drivers are named with."""
    drivers = {row.vehicle_id: row for row in Driver.objects.filter(vehicle__in=[row.vehicle_id for row in rows])}
    for row in rows:
        driver = drivers.get(row.vehicle_id or 0)
        # Whoever drove it before is known no more; his number went with the swap.
        if driver is not None and driver.phone and row.kind != Kind.DRIVER_OLD:
            yield row, DeliveryWay.SMS, driver.phone


def _joined(letters: Mapping[Key, list[Notice]], *, now: datetime) -> list[tuple[Delivery, list[Notice]]]:
    """Put notices on messages that wait for company; give back the messages that are new."""
    if not letters:
        return []
    declarations = {declaration for _user, declaration, _kind in letters}
    kinds = {kind for _user, _declaration, kind in letters}
    readers = Q(user__in={user for user, _declaration, _kind in letters if user is not None})
    if any(user is None for user, _declaration, _kind in letters):
        readers |= Q(user=None, way=DeliveryWay.MAIL)
    recent = Delivery.objects.filter(
        readers, declaration__in=declarations, kind__in=kinds, due_at__gt=now - TOGETHER
    ).order_by("due_at")
    last: dict[Key, Delivery] = {(row.user_id, row.declaration_id, row.kind): row for row in recent}
    open_ones = recent.select_for_update(of=("self",)).filter(due_at__gt=now + JOINS_BEFORE, sent_at=None)
    waiting: dict[Key, Delivery] = {(row.user_id, row.declaration_id, row.kind): row for row in open_ones}
    of_importers = ImporterMail.objects.filter(declaration__in=declarations)
    importers = dict(of_importers.values_list("declaration", "mail")) if None in {key[0] for key in letters} else {}
    fresh = []
    for key, rows in letters.items():
        if key in waiting:
            waiting[key].notices.add(*rows)
            continue
        user, declaration, kind = key
        due_at = max(now, last[key].due_at + TOGETHER) if key in last else now
        address = "" if user else importers[declaration or 0]
        delivery = Delivery(
            way=DeliveryWay.MAIL, user_id=user, address=address, kind=kind, declaration_id=declaration, due_at=due_at
        )
        fresh.append((delivery, rows))
    return fresh
