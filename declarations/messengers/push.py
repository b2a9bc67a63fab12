"""Web Push (RFC 8030, 8291, 8292): one sentence to one telephone, encrypted for its browser alone."""

import base64
import json
from datetime import datetime, timedelta
from functools import cache

import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from pywebpush import WebPushException, webpush

from declarations.models import Phone

TIMEOUT_S = 8.0
"""Well below the time limit of a task."""

KEPT_S = 12 * 3600
"""How long the push service keeps a sentence for a telephone that is off; later it would be stale news."""

NOBODY_THERE = (404, 410)

log = structlog.get_logger(__name__)


class PushFailed(Exception):
    """The push service did not take the message; the same may work later."""


def is_ready() -> bool:
    """Whether this site has a key to sign with, so that a page may offer news at all."""
    return bool(settings.VAPID_PRIVATE_KEY)


@cache
def public_key(private_key: str) -> str:
    """What a browser needs of the site's key (base64url of the uncompressed point)."""
    number = int.from_bytes(base64.urlsafe_b64decode(private_key + "=" * (-len(private_key) % 4)), "big")
    point = ec.derive_private_key(number, ec.SECP256R1()).public_key()
    raw = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def send(phone: Phone, *, text: str, url: str, now: datetime) -> bool:
    """Say a sentence; a tap on it opens `url`, a path of this site. False: nobody listens there any more.

    Raises: PushFailed when it is worth another try. Neither sentence nor address goes into a log.
    """
    try:
        webpush(
            {"endpoint": phone.endpoint, "keys": {"p256dh": phone.public_key, "auth": phone.secret}},
            data=json.dumps({"text": text, "url": url}),
            vapid_private_key=settings.VAPID_PRIVATE_KEY,
            vapid_claims={"sub": settings.VAPID_SUBJECT, "exp": int((now + timedelta(hours=12)).timestamp())},
            ttl=KEPT_S,
            timeout=TIMEOUT_S,
        )
    except WebPushException as error:
        status = getattr(error.response, "status_code", None)
        if status in NOBODY_THERE:
            return False
        log.warning("push_refused", phone=phone.pk, status=status)
        raise PushFailed(f"the push service answered {status}") from None
    except OSError as error:  # no way there, or no answer in time
        raise PushFailed(type(error).__name__) from None
    return True
