"""A passkey in software: signs what a browser would have a telephone sign. And an app that shows codes."""

import hashlib
import json
import os
import struct
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import User
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

from declarations import totp
from declarations.actions.people import factors
from declarations.models import Factor
from tests.cast import NOON

HOST = "testserver"


def app_of(user: User) -> Factor:
    """Set up an app for somebody, as he would."""
    factor = factors.begin_app(by=user, now=NOON)
    code = totp.code_of(factor.secret, totp.step_at(NOON.timestamp()) - 1)
    factors.confirm_app(code=code, by=user, now=NOON)
    return Factor.objects.get(pk=factor.pk)


def code_of(factor: Factor, *, away: int = 0) -> str:
    """What the app shows at NOON, or so many steps away."""
    return totp.code_of(factor.secret, totp.step_at(NOON.timestamp()) + away)


class Passkey:
    """One key pair."""

    def __init__(self, host: str = HOST) -> None:
        self.host = host
        self.id = os.urandom(16)
        self.key = ec.generate_private_key(ec.SECP256R1())

    def made(self, state: dict[str, Any], *, origin: str = "") -> str:
        """The answer to a question for a new passkey."""
        told = self._told("webauthn.create", state, origin)
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        credential = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(0x45) + credential
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(told, attestationObject=attestation)

    def signed(self, state: dict[str, Any], *, origin: str = "") -> str:
        """The answer to a question for proof."""
        told, data = self._told("webauthn.get", state, origin), self._data(0x05)
        signature = self.key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(told, authenticatorData=data, signature=signature)

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", flags, 0)

    def _told(self, kind: str, state: dict[str, Any], origin: str) -> bytes:
        told = {"type": kind, "challenge": state["challenge"], "origin": origin or f"https://{self.host}"}
        return json.dumps(told).encode()

    def _answer(self, told: bytes, **parts: bytes) -> str:
        named = {name: websafe_encode(part) for name, part in {"clientDataJSON": told, **parts}.items()}
        own = websafe_encode(self.id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": named})
