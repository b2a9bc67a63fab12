"""Personal facts at rest: AES-GCM with a key id, and an HMAC digest beside what must be found again.

Losing the row's key erases the fact; passages and history hold digests only, so erasure leaves them whole.
"""

import base64
import hashlib
import hmac
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

NONCE_BYTES = 12


def seal(text: str) -> str:
    """Encrypt with the first of FIELD_KEYS: "<key id>:<base64 of nonce and ciphertext>"."""
    kid, raw = _encrypted(text.encode())
    return f"{kid}:{base64.b64encode(raw).decode()}"


def unseal(sealed: str) -> str:
    """Decrypt with the key that is named in front.

    Raises: ImproperlyConfigured when that key is no longer in FIELD_KEYS; InvalidTag when the row was tampered with.
    """
    kid, _, body = sealed.partition(":")
    return _decrypted(kid, base64.b64decode(body)).decode()


def seal_bytes(data: bytes) -> bytes:
    """Encrypt a file: "<key id>:", then nonce and ciphertext as they are."""
    kid, raw = _encrypted(data)
    return kid.encode() + b":" + raw


def unseal_bytes(sealed: bytes | memoryview) -> bytes:
    """Decrypt a file.

    Raises: as `unseal`.
    """
    kid, _, raw = bytes(sealed).partition(b":")
    return _decrypted(kid.decode(), raw)


def _encrypted(data: bytes) -> tuple[str, bytes]:
    kid, key = next(iter(settings.FIELD_KEYS.items()))
    nonce = os.urandom(NONCE_BYTES)
    return kid, nonce + AESGCM(key).encrypt(nonce, data, kid.encode())


def _decrypted(kid: str, raw: bytes) -> bytes:
    if kid not in settings.FIELD_KEYS:
        raise ImproperlyConfigured(f"FIELD_KEYS has no key {kid!r}; keep old keys behind the new one")
    return AESGCM(settings.FIELD_KEYS[kid]).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], kid.encode())


def digest(text: str) -> str:
    """A keyed fingerprint (HMAC-SHA-256, 64 hex digits) by which a card or passport is found and compared."""
    wanted = "".join(text.split()).upper()
    return hmac.new(settings.DIGEST_KEY, wanted.encode(), hashlib.sha256).hexdigest() if wanted else ""


def fingerprint(text: str) -> str:
    """A keyed digest of a whole question, letter by letter: from a plain one a card or passport could be guessed."""
    return hmac.new(settings.DIGEST_KEY, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


class SealedTextField(models.TextField):
    """Text that is readable in Python and ciphertext in the database; it cannot be searched."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in; empty stays empty."""
        value = super().get_prep_value(value)
        return seal(value) if value else value

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """Decrypt on the way out."""
        return unseal(value) if value else value
