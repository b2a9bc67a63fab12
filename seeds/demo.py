"""The demo's world, made once; and its secrets, which live in one file and can be made anew."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction

from checkpoint import barrier, devices
from checkpoint.models import Device, Lane
from checkpoint.models.device import DeviceKind
from declarations.actions import notices
from declarations.clearance.issuing import rotate
from declarations.lifecycle import PassKeyStatus
from declarations.models import ApiKey, Factor, Notice, PassKey, Port
from declarations.permissions import needs_second_factor
from declarations.words import FactorKind, Side
from seeds.accounts import ACCOUNTS, FIRMS, WITH_KEY, make_people
from seeds.photos import photo_of_a_car
from seeds.ports import load_lanes
from seeds.reference import load_reference_data
from seeds.rules import load_rules
from seeds.stories import begin_all
from seeds.stories.first import things_to_try
from seeds.world import World

PAST = timedelta(days=102)
"""How far the demo's past reaches back: days in Kazakhstan are counted over months; all else is of the last ten."""


UNREAD = timedelta(hours=6)
"""How far back the demo's people have not read their notices yet."""


def seed_demo(*, path: Path, base_url: str, now: datetime) -> bool:
    """Make the world unless it exists, and see that the file of its secrets is there and opens it.

    Raises: StoryError when the past no longer works out as told.
    """
    with transaction.atomic():
        is_new = not User.objects.filter(username="alice").exists()
        if is_new:
            _make_world(now=now)
        share = Decimal(str(settings.DEMO_RANDOM_SHARE)).quantize(Decimal("0.0001"))
        Port.objects.exclude(random_share=share).update(random_share=share)
    if is_new or not _opens(path):
        with transaction.atomic():
            content = {"base_url": base_url, **_new_secrets(now=now), "try_first": things_to_try()}
        write_private(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    return is_new


def _make_world(*, now: datetime) -> None:
    start = now - PAST
    load_reference_data()
    load_lanes(now=start)
    Port.objects.update(random_share=0)
    if not PassKey.objects.filter(status=PassKeyStatus.ACTIVE).exists():
        rotate(now=start)
    load_rules(start=start, end=now)
    world = World(start=start, end=now, people=make_people(now=start))
    begin_all(world)
    world.walk()
    _set_up_machines(world.people, now=now)
    _leave_old_notices_read(list(world.people.values()), now=now)


def _set_up_machines(people: Mapping[str, User], *, now: datetime) -> None:
    """A handheld at work, one that waits for its code, and a barrier that the control room lifted for an ambulance."""
    sam, oscar = people["sam"], people["oscar"]
    lane = Lane.objects.get(code="CNHRS-R2")
    begun = now - timedelta(days=2)
    device, code = devices.add(lane_id=lane.pk, kind=DeviceKind.HANDHELD, name="手持机 H-01", by=sam, now=begun)
    devices.enrol(code=code, name="handheld", software="Chromium 131", now=begun + timedelta(minutes=2))
    beat = devices.Heartbeat(sent_at=now, battery_percent=76, queued=0, software="Chromium 131")
    devices.heard(device_id=device.pk, beat=beat, now=now)
    devices.add(lane_id=lane.pk, kind=DeviceKind.HANDHELD, name="手持机 H-02", by=sam, now=now)
    photo = photo_of_a_car(Side.DEPARTURE, 2)
    at = now - timedelta(hours=3)
    barrier.lift(lane_id=lane.pk, reason="急救车驶入查验场 · ambulance to the yard", photo=photo, by=oscar, now=at)


def _leave_old_notices_read(people: list[User], *, now: datetime) -> None:
    """Mail addresses of the accounts, from now on: nobody wants letters of the past; and its notices were read."""
    for user in people:
        seen = Notice.objects.visible_to(user).for_reader().filter(at__lt=now - UNREAD)
        notices.mark_read(by=user, now=now, only=list(seen.values_list("public_id", flat=True)))
        if user.username in ACCOUNTS:
            user.email = f"{user.username}@silkgate.example"
    User.objects.bulk_update(people, ["email"])


def _opens(path: Path) -> bool:
    """Whether the file is there and one of its keys is still good."""
    try:
        key = json.loads(path.read_text())["api_keys"]["alice"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return ApiKey.objects.filter(digest=ApiKey.digest_of(key), revoked_at=None).exists()


def _new_secrets(*, now: datetime) -> dict[str, Any]:
    """New passwords and keys for everybody and every lane; the old ones open nothing any more."""
    people = {user.username: user for user in User.objects.filter(username__in=ACCOUNTS)}
    passwords, apps = _new_passwords(people), _new_apps(people, now=now)
    equipment = list(
        Device.objects.filter(kind=DeviceKind.LANE, revoked_at=None)
        .select_related("lane__checkpoint", "api_key")
        .order_by("lane__checkpoint__port", "lane__checkpoint__code", "lane__code")
    )
    old = ApiKey.objects.filter(revoked_at=None)
    old.filter(user__username__in=WITH_KEY).update(revoked_at=now)
    old.filter(device__in=equipment).update(revoked_at=now)
    return {
        "accounts": {name: _account(name, passwords[name]) | apps.get(name, {}) for name in ACCOUNTS},
        "api_keys": {name: ApiKey.issue(label=f"demo {name}", now=now, user=people[name])[1] for name in WITH_KEY},
        "devices": [_device(device, now=now) for device in equipment],
    }


def _new_passwords(people: Mapping[str, User]) -> dict[str, str]:
    """A random password for everybody. Hashing is slow on purpose but needs no interpreter lock: the cores share it."""
    passwords = {username: secrets.token_urlsafe(12) for username in people}
    with ThreadPoolExecutor() as pool:
        hashed = pool.map(make_password, passwords.values())
    for user, password in zip(people.values(), hashed, strict=True):
        user.password = password
    User.objects.bulk_update(people.values(), ["password"])
    return passwords


def _new_apps(people: Mapping[str, User], *, now: datetime) -> dict[str, dict[str, str]]:
    """An authenticator app for everybody who needs a second factor; its secret is what `manage.py totp` reads."""
    officers = {name: user for name, user in people.items() if needs_second_factor(user)}
    found = {name: base64.b32encode(secrets.token_bytes(20)).decode() for name in officers}
    Factor.objects.filter(user__in=officers.values()).delete()
    Factor.objects.bulk_create(
        Factor(user=user, kind=FactorKind.TOTP, secret=found[name], created_at=now, confirmed_at=now)
        for name, user in officers.items()
    )
    return {name: {"totp_secret": secret} for name, secret in found.items()}


def _account(username: str, password: str) -> dict[str, Any]:
    person = ACCOUNTS[username]
    return {
        "username": username,
        "password": password,
        "role": str(person.role),
        "organisation": FIRMS[person.firm].name if person.firm else None,
        "port": None,
    }


def _device(device: Device, *, now: datetime) -> Mapping[str, str]:
    device.api_key, key = ApiKey.issue(label=device.name, now=now)
    device.save(update_fields=["api_key"])
    gate = device.lane.checkpoint
    return {"port": gate.port_id, "checkpoint": gate.code, "stage": gate.stage, "lane": device.lane.code, "key": key}


def write_private(path: Path, text: str) -> None:
    """Written beside and renamed, for the owner alone: a start that is cut off leaves no half file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    half.replace(path)
