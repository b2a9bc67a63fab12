"""Passkeys (WebAuthn): what is asked of the browser, and what its answer proves. Nothing is read or written here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

NAME = "Silkgate"


class NotProven(Exception):
    """The browser's answer proves nothing here: malformed, of another site, of another question, forged."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the browser is asked, as JSON, and what has to be kept until it answers."""

    options: dict[str, Any]
    state: dict[str, Any]


def ask_to_register(*, host: str, handle: bytes, name: str, known: Sequence[str]) -> Question:
    """Ask for a new passkey; known: those that the person has, which are not to be made twice."""
    options, state = _server(host).register_begin(
        PublicKeyCredentialUserEntity(id=handle, name=name, display_name=name),
        credentials=_described(known),
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Question(dict(options), dict(state))


def registered(*, host: str, state: Mapping[str, Any], answer: str) -> str:
    """The passkey that the browser made, as text that is kept sealed.

    Raises: NotProven.
    """
    try:
        made = _server(host).register_complete(dict(state), RegistrationResponse.from_dict(json.loads(answer)))
    except Exception as error:
        # The library answers a hostile browser with errors of many kinds, of its own and of the parsers beneath.
        raise NotProven from error
    if made.credential_data is None:
        raise NotProven
    return websafe_encode(bytes(made.credential_data))


def ask_to_prove(*, host: str, known: Sequence[str]) -> Question:
    """Ask for one of the passkeys that the person has."""
    options, state = _server(host).authenticate_begin(
        credentials=_described(known), user_verification=UserVerificationRequirement.PREFERRED
    )
    return Question(dict(options), dict(state))


def proven(*, host: str, state: Mapping[str, Any], answer: str, known: Sequence[str]) -> int:
    """The place in `known` of the passkey that signed.

    Raises: NotProven.
    """
    keys = [AttestedCredentialData(websafe_decode(text)) for text in known]
    try:
        signed = AuthenticationResponse.from_dict(json.loads(answer))
        key = _server(host).authenticate_complete(dict(state), keys, signed)
    except Exception as error:
        raise NotProven from error
    return next(place for place, each in enumerate(keys) if each.credential_id == key.credential_id)


def _server(host: str) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(id=host, name=NAME))


def _described(known: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    keys = [AttestedCredentialData(websafe_decode(text)) for text in known]
    kind = PublicKeyCredentialType.PUBLIC_KEY
    return [PublicKeyCredentialDescriptor(type=kind, id=key.credential_id) for key in keys]
