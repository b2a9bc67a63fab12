"""Where a person is signed in: remembered when it begins, listed for him alone, ended one by one."""

from datetime import datetime

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction

from declarations.models import Account, SignIn, fingerprint

SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("YaBrowser", "Yandex"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
"""What a browser's own words hold, and what it is called; the first that fits, for each names those behind it too."""


def device_of(agent: str) -> str:
    """The kind of browser and device in two words, "" for what is not known; no version, no address."""
    kinds = (next((name for mark, name in table if mark in agent), "") for table in (BROWSERS, SYSTEMS))
    return " · ".join(filter(None, kinds))


@transaction.atomic
def begin(*, user: User, key: str, agent: str, now: datetime) -> SignIn:
    """Remember a session that begins; those of the person that are over are forgotten."""
    over = {row.pk for row in SignIn.objects.filter(user=user)} - {row.pk for row in standing(user=user, now=now)}
    SignIn.objects.filter(pk__in=over).delete()
    return SignIn.objects.create(
        user=user,
        key=key,
        digest=fingerprint(key),
        device=device_of(agent),
        generation=_generation(user),
        began_at=now,
    )


def follow(*, user: User, former: str | None, key: str | None) -> None:
    """The session goes on under another key, also where all others of the person were ended."""
    if former and key:
        own = SignIn.objects.select_for_update().filter(user=user, digest=fingerprint(former))
        with transaction.atomic():
            for row in own:
                row.key, row.digest, row.generation = key, fingerprint(key), _generation(user)
                row.save(update_fields=["key", "digest", "generation"])


def standing(*, user: User, now: datetime) -> list[SignIn]:
    """Sessions of this person that still open something, newest first."""
    rows = list(SignIn.objects.filter(user=user, generation=_generation(user)).order_by("-began_at", "-pk"))
    live = Session.objects.filter(session_key__in=[row.key for row in rows], expire_date__gt=now)
    keys = set(live.values_list("session_key", flat=True))
    return [row for row in rows if row.key in keys]


@transaction.atomic
def end(*, sign_in_id: int, by: User) -> None:
    """End one of one's own sessions, at once. Done twice it is one."""
    row = SignIn.objects.select_for_update().filter(pk=sign_in_id, user=by).first()
    if row is not None:
        Session.objects.filter(session_key=row.key).delete()
        row.delete()


def _generation(user: User) -> int:
    return Account.objects.filter(user=user).values_list("generation", flat=True).first() or 0
