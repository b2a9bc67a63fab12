"""Codes of an authenticator app: RFC 6238 with SHA-1, six digits, thirty seconds, as every app has them.

Rules floor: the moment is given, nothing is read.
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from urllib.parse import quote, urlencode

PERIOD_S = 30
DIGITS = 6
TOLERANCE = 1
"""Steps before and after: a telephone's clock is rarely right."""


def step_at(second: float) -> int:
    """The number of the step in which a second since 1970 lies."""
    return int(second) // PERIOD_S


def code_of(secret: str, step: int) -> str:
    """The code of one step. secret: base32, as apps take it."""
    mac = hmac.new(base64.b32decode(secret, casefold=True), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def normalise(text: str) -> str:
    """What was typed, without blanks and hyphens, digits of other widths made plain."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))


def matching_step(secret: str, text: str, *, second: float) -> int | None:
    """The step whose code this is, near that second; None for a code of no such step."""
    typed = normalise(text)
    now = step_at(second)
    # All of them are compared, so that the time it takes says nothing.
    steps = range(now - TOLERANCE, now + TOLERANCE + 1)
    found = [step for step in steps if hmac.compare_digest(code_of(secret, step).encode(), typed.encode())]
    return found[-1] if found else None


def address(secret: str, *, name: str, issuer: str = "Silkgate") -> str:
    """What an app reads from the QR code."""
    values = {"secret": secret, "issuer": issuer, "digits": DIGITS, "period": PERIOD_S}
    return f"otpauth://totp/{quote(f'{issuer}:{name}')}?{urlencode(values)}"
