"""Telephones that want news of their link (Web Push): taken up, greeted, given up."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from declarations.actions.linking import opened
from declarations.errors import Unacceptable
from declarations.lifecycle import Owed
from declarations.models import Phone, fingerprint, owe
from declarations.problems import Problem, explain

LONGEST_ENDPOINT = 1000
MOST_PHONES = 5
"""Telephones of one link; a driver has one or two."""

PUBLIC_KEY_BYTES = 65
SECRET_BYTES = 16
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)

PUSH_ADDRESS = explain(
    "PUSH_ADDRESS", _("This browser's push service is not one we know. Keep this page open instead.")
)
PUSH_KEYS = explain("PUSH_KEYS", _("The browser sent no usable keys. Load the page again and try once more."))
GREETING = _("News of this vehicle comes to this phone.")


@dataclass(frozen=True, slots=True)
class News:
    """What is to be said to one telephone, in its language, and which page opens on it."""

    phone: Phone
    text: str


@transaction.atomic
def subscribe(*, link_id: int, endpoint: str, public_key: str, secret: str, language: str, now: datetime) -> Phone:
    """Send news of a link to this telephone from now on; asked twice it is one.

    Raises: Unacceptable PUSH_ADDRESS for anything but a known push service over https, PUSH_KEYS.
    """
    _check(endpoint, public_key, secret)
    link = opened(link_id)
    digest = fingerprint(endpoint)
    known = Phone.objects.filter(link=link, endpoint_digest=digest).first()
    if known is not None and known.ended_at is None and known.secret == secret:
        return known
    if known is not None:
        known.delete()
    surplus = link.phones.listening().order_by("-pk").values("pk")[MOST_PHONES - 1 :]
    Phone.objects.filter(pk__in=list(surplus.values_list("pk", flat=True))).update(ended_at=now)
    phone = Phone.objects.create(
        link=link,
        endpoint=endpoint,
        endpoint_digest=digest,
        public_key=public_key,
        secret=secret,
        language=language,
        created_at=now,
    )
    owe(Owed.GREET_PHONE, phone.pk, at=now)
    return phone


@transaction.atomic
def unsubscribe(*, phone_id: int, now: datetime) -> None:
    """No news to this telephone any more: its push service says that nobody listens there."""
    Phone.objects.filter(pk=phone_id, ended_at=None).update(ended_at=now)


def greeting(*, phone_id: int) -> News | None:
    """The first news of all: that news come. None when nobody listens any more."""
    phone = Phone.objects.listening().select_related("link").filter(pk=phone_id).first()
    if phone is None:
        return None
    with override(phone.language):
        return News(phone, str(GREETING))


def _check(endpoint: str, public_key: str, secret: str) -> None:
    if not _is_push_service(endpoint):
        raise Unacceptable([Problem(PUSH_ADDRESS, "/endpoint")])
    if not _is_public_key(_bytes(public_key)) or len(_bytes(secret)) != SECRET_BYTES:
        raise Unacceptable([Problem(PUSH_KEYS, "/keys")])


def _is_push_service(endpoint: str) -> bool:
    """Whether an address is one of a push service that we know: whoever sends it must not make us ask anywhere else."""
    if len(endpoint) > LONGEST_ENDPOINT or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        return False
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    is_plain = parts.scheme == "https" and port in (None, 443) and parts.netloc in (host, f"{host}:443")
    known = any(host == name or host.endswith(f".{name}") for name in settings.PUSH_SERVICES)
    return is_plain and known and HOST.fullmatch(host) is not None


def _is_public_key(point: bytes) -> bool:
    """Whether something can be encrypted for it at all; else each of its news would fail five times over."""
    if len(point) != PUBLIC_KEY_BYTES:
        return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return True


def _bytes(text: str) -> bytes:
    """What a base64url text stands for, nothing if it is none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
