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
    kid, _, body = seal_bytes(text.encode()).partition(b":")
    return f"{kid.decode()}:{base64.b64encode(body).decode()}"


def unseal(sealed: str) -> str:
    """Decrypt with the key that is named in front.

    Raises: ImproperlyConfigured when that key is no longer in FIELD_KEYS; InvalidTag when the row was tampered with.
    """
    kid, _, body = sealed.partition(":")
    return unseal_bytes(kid.encode() + b":" + base64.b64decode(body)).decode()


def seal_bytes(content: bytes) -> bytes:
    """The same for a file: key id, colon, nonce and ciphertext."""
    kid, key = next(iter(settings.FIELD_KEYS.items()))
    nonce = os.urandom(NONCE_BYTES)
    return kid.encode() + b":" + nonce + AESGCM(key).encrypt(nonce, content, kid.encode())


def unseal_bytes(sealed: bytes) -> bytes:
    """Decrypt a file.

    Raises: as `unseal`.
    """
    named, _, raw = sealed.partition(b":")
    kid = named.decode()
    if kid not in settings.FIELD_KEYS:
        raise ImproperlyConfigured(f"FIELD_KEYS has no key {kid!r}; keep old keys behind the new one")
    return AESGCM(settings.FIELD_KEYS[kid]).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], named)


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


class SealedFileField(models.BinaryField):
    """A file that is readable in Python and ciphertext in the database."""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in."""
        return seal_bytes(value) if value else value

    def from_db_value(self, value: Any, expression: object, connection: object) -> bytes | None:
        """Decrypt on the way out."""
        return unseal_bytes(bytes(value)) if value else value
