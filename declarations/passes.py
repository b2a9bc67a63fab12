"""The pass of one vehicle: a signed CWT as QR text, and the manual code for when the picture cannot be read.

    key = signing_key(seed, kid=b"\\x00\\x01")
    text = issue(pass_id=7, vin=vin, port="CNHRS", not_before=start, expires=end, key=key)
    claims = read(text, {key.kid: verifying_key(key.public, kid=key.kid, status=PassKeyStatus.ACTIVE)})

There is exactly one text for the same claims and key. `read` takes no other spelling: it cuts the frame at fixed
places, verifies, and only then parses what was signed. Rules floor: seed, pass id and times come from the caller.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import base45
import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from declarations.lifecycle import PassKeyStatus

PREFIX = "VP1:"
MAX_PASS_ID = 2**50
"""Pass ids are drawn below it, so that the manual code's number fits 60 bits."""

SUBJECT, AUDIENCE, EXPIRES, NOT_BEFORE, PASS_ID = 2, 3, 4, 5, 7
"""Registered claims of RFC 8392; a pass has these and no other."""

LONGEST_TEXT = 400
"""Twice the length of a pass in characters; longer texts are not decoded at all."""

LAST_SECOND = 253_402_300_799
"""The end of the year 9999, the last moment a datetime can hold."""

VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}", re.ASCII)
PORT = re.compile(r"[A-Z]{2}[A-Z2-9]{3}", re.ASCII)

# The frame of RFC 9052, in the one encoding that is deterministic: tag 18, array of 4, then the protected header
# {1: -8, 4: kid} as a byte string of 7, the empty unprotected header, the payload and the signature.
TAGGED_ARRAY = b"\xd2\x84"
PROTECTED = b"\x47\xa2\x01\x27\x04\x42"
KID_AT = len(TAGGED_ARRAY + PROTECTED)
UNPROTECTED_AT = KID_AT + 2
PAYLOAD_AT = UNPROTECTED_AT + 3
LENGTH_BYTE = 0x58
SIGNATURE_HEAD = b"\x58\x40"
SIGNATURE_BYTES = 64
SIGNED_CONTEXT = b"\x84\x6aSignature1"


class Refused(Exception):
    """The text is no valid pass. `code` is the reason that the gate answers with."""

    code = "NOT_A_PASS"


class NotAPass(Refused):
    """Some other text, or a pass spelled in a way that this system never writes."""


class UnknownKey(Refused):
    """Signed with a key that is unknown here or was revoked."""

    code = "UNKNOWN_KEY"


class BadSignature(Refused):
    """The signature does not belong to this content and key."""

    code = "BAD_SIGNATURE"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The secret half of a pass key, parsed. kid: 2 bytes."""

    kid: bytes
    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The 32 bytes that everybody may know."""
        return self.private.public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """The public half of a pass key, parsed once and kept. kid: 2 bytes."""

    kid: bytes
    public: Ed25519PublicKey
    status: PassKeyStatus


@dataclass(frozen=True, slots=True)
class Claims:
    """What a pass says: this vehicle, this port, from when, until when, under which id, signed with which key."""

    pass_id: int
    vin: str
    port: str
    not_before: datetime
    expires: datetime
    kid: bytes


def signing_key(seed: bytes, *, kid: bytes) -> SigningKey:
    """The key that grows from a seed of 32 random bytes.

    Raises: ValueError if seed or kid (2 bytes) has another length.
    """
    return SigningKey(_checked_kid(kid), Ed25519PrivateKey.from_private_bytes(seed))


def verifying_key(public: bytes, *, kid: bytes, status: PassKeyStatus) -> VerifyingKey:
    """The public key of 32 bytes, parsed for `read`.

    Raises: ValueError if public or kid (2 bytes) has another length.
    """
    return VerifyingKey(_checked_kid(kid), Ed25519PublicKey.from_public_bytes(public), PassKeyStatus(status))


def jwk(kid: bytes, public: bytes, status: PassKeyStatus) -> dict[str, str]:
    """One entry of the public key set (RFC 8037), with the status beside it."""
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "kid": _base64url(kid),
        "x": _base64url(public),
        "status": PassKeyStatus(status).value,
    }


def issue(*, pass_id: int, vin: str, port: str, not_before: datetime, expires: datetime, key: SigningKey) -> str:
    """The pass as QR text, some 200 characters. Moments are aware and cut to whole seconds.

    Raises: ValueError for values that no pass may carry.
    """
    if not_before.tzinfo is None or expires.tzinfo is None:
        raise ValueError("the validity of a pass needs a time zone")
    moments = int(not_before.timestamp()), int(expires.timestamp())
    if not (0 <= pass_id < MAX_PASS_ID and VIN.fullmatch(vin) and PORT.fullmatch(port) and _in_order(*moments)):
        raise ValueError("no pass can carry these claims")
    payload = _payload(pass_id, vin, port, *moments)
    protected = PROTECTED + key.kid
    frame = TAGGED_ARRAY + protected + b"\xa0" + bytes((LENGTH_BYTE, len(payload))) + payload
    signature = key.private.sign(_to_be_signed(protected, frame[UNPROTECTED_AT + 1 :]))
    return PREFIX + _base45(frame + SIGNATURE_HEAD + signature)


def read(text: str, keys: Mapping[bytes, VerifyingKey]) -> Claims:
    """What a genuine pass says, whether or not it still counts. Keys are looked up by their 2-byte kid.

    Raises: NotAPass, UnknownKey, BadSignature; nothing else, whatever the text.
    """
    message = _message(text)
    payload_end = len(message) - len(SIGNATURE_HEAD) - SIGNATURE_BYTES
    payload = message[PAYLOAD_AT:payload_end]
    framed = (
        message.startswith(TAGGED_ARRAY + PROTECTED)
        and 24 <= len(payload) < 256
        and message[UNPROTECTED_AT:PAYLOAD_AT] == bytes((0xA0, LENGTH_BYTE, len(payload)))
        and message[payload_end:-SIGNATURE_BYTES] == SIGNATURE_HEAD
    )
    if not framed:
        raise NotAPass
    kid = message[KID_AT:UNPROTECTED_AT]
    key = keys.get(kid)
    if key is None or key.status == PassKeyStatus.REVOKED:
        raise UnknownKey
    protected = message[len(TAGGED_ARRAY) : UNPROTECTED_AT]
    try:
        key.public.verify(
            message[-SIGNATURE_BYTES:], _to_be_signed(protected, message[UNPROTECTED_AT + 1 : payload_end])
        )
    except InvalidSignature:
        raise BadSignature from None
    return _claims(payload, kid)


def manual_code(pass_id: int) -> str:
    """The pass id as twelve characters in three groups, with a check against typing errors.

    Raises: ValueError for an id outside 0 … 2^50 − 1.
    """
    if not 0 <= pass_id < MAX_PASS_ID:
        raise ValueError("a pass id lies below 2^50")
    number = pass_id * 1024 + pass_id % 1021
    digits = "".join(CROCKFORD[number >> shift & 31] for shift in range(55, -1, -5))
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def read_manual_code(text: str) -> int | None:
    """The pass id behind a typed code; None if it is no manual code or its check fails. An identifier, not a proof."""
    if not looks_like_manual_code(text):
        return None
    number = 0
    for character in _squeezed(text):
        if (digit := CROCKFORD_VALUES.get(character)) is None:
            return None
        number = number * 32 + digit
    pass_id, check = divmod(number, 1024)
    return pass_id if check == pass_id % 1021 else None


def looks_like_manual_code(text: str) -> bool:
    """Whether somebody meant this as a manual code: twelve letters and digits, however grouped."""
    return len(text) <= 40 and TWELVE.fullmatch(_squeezed(text)) is not None


CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CROCKFORD_VALUES = {character: value for value, character in enumerate(CROCKFORD)} | {"I": 1, "L": 1, "O": 0}
TWELVE = re.compile(r"[0-9A-Z]{12}", re.ASCII)


def _squeezed(text: str) -> str:
    # Non-ASCII letters stay as they are: upper() would turn a dotless i or a long s into a plain letter.
    return "".join(text.replace("-", "").split()).upper() if text.isascii() else text


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _base45(raw: bytes) -> str:
    return str(base45.b45encode(raw), "ascii")


def _checked_kid(kid: bytes) -> bytes:
    if len(kid) != 2:
        raise ValueError("a key id has 2 bytes")
    return kid


def _in_order(not_before: int, expires: int) -> bool:
    return 0 <= not_before < expires <= LAST_SECOND


def _payload(pass_id: int, vin: str, port: str, not_before: int, expires: int) -> bytes:
    claims = {SUBJECT: vin, AUDIENCE: port, EXPIRES: expires, NOT_BEFORE: not_before, PASS_ID: pass_id.to_bytes(8)}
    return bytes(cbor2.dumps(claims, canonical=True))


def _to_be_signed(protected: bytes, payload_string: bytes) -> bytes:
    """The Sig_structure of RFC 9052 section 4.4 without external data."""
    return SIGNED_CONTEXT + protected + b"\x40" + payload_string


def _message(text: str) -> bytes:
    """The bytes behind the text, if it is the one Base45 text for them."""
    if not text.startswith(PREFIX) or len(text) > LONGEST_TEXT:
        raise NotAPass
    body = text[len(PREFIX) :]
    try:
        message = bytes(base45.b45decode(body))
    except ValueError:
        raise NotAPass from None
    # The decoder forgives a line feed at the end; whatever else it may come to forgive is refused here as well.
    if _base45(message) != body:
        raise NotAPass
    return message


def _claims(payload: bytes, kid: bytes) -> Claims:
    """The claims of a payload whose signature was good: exactly ours, in the one deterministic encoding."""
    try:
        match cbor2.loads(payload):
            case {2: str(vin), 3: str(port), 4: int(expires), 5: int(not_before), 7: bytes(cti)} if (
                type(not_before) is type(expires) is int  # a bool is an int to Python, and no moment
                and len(cti) == 8
                and VIN.fullmatch(vin)
                and PORT.fullmatch(port)
                and _in_order(not_before, expires)
            ):
                pass_id = int.from_bytes(cti)
            case _:
                raise NotAPass
    except Exception:  # A key of ours signed it; still no surprise of the decoder may reach the gate.
        raise NotAPass from None
    if pass_id >= MAX_PASS_ID or _payload(pass_id, vin, port, not_before, expires) != payload:
        raise NotAPass
    return Claims(pass_id, vin, port, _moment(not_before), _moment(expires), kid)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
