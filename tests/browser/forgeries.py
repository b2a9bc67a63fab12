"""Passes that nobody issued: every way to bend a genuine one, and what Python says to each."""

import base64
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import base45
import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from declarations import passes
from declarations.lifecycle import PassKeyStatus

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ACTIVE, RETIRED, REVOKED = (passes.signing_key(bytes([n]) * 32, kid=bytes([0, n])) for n in (1, 2, 3))
FOREIGN = passes.signing_key(b"f" * 32, kid=b"\x00\x09")
KEYS = {
    key.kid: passes.verifying_key(key.public, kid=key.kid, status=status)
    for key, status in zip((ACTIVE, RETIRED, REVOKED), PassKeyStatus, strict=True)
}
JWKS = [passes.jwk(key.kid, key.public.public_bytes_raw(), key.status) for key in KEYS.values()]

READ = """async ([texts, jwks, fallback]) => {
    const { read } = await import("/static/checkpoint/offline/pass.js");
    const { keysOf } = await import("/static/checkpoint/offline/manifest.js");
    const keys = keysOf(jwks);
    const answers = [];
    for (const text of texts) {
        try {
            const { pass_id, vin, port, not_before, expires } = await read(text, keys, { fallback });
            answers.push([pass_id, vin, port, not_before, expires]);
        } catch (fault) {
            answers.push(fault.code ?? `exception: ${fault}`);
        }
    }
    return answers;
}"""


def genuine(number: int, key: passes.SigningKey = ACTIVE) -> str:
    """A pass as it is issued."""
    return passes.issue(
        pass_id=number * 7_919_191_919 % passes.MAX_PASS_ID,
        vin=f"LSVAA4187E2{number % 1_000_000:06d}",
        port=("CNHRS", "CNYRK")[number % 2],
        not_before=NOW - timedelta(minutes=number),
        expires=NOW + timedelta(hours=72),
        key=key,
    )


def in_python(text: str) -> object:
    """What `passes.read` makes of it; anything but a refusal goes on up."""
    try:
        claims = passes.read(text, KEYS)
    except passes.Refused as refused:
        return refused.code
    moments = [int(claims.not_before.timestamp()), int(claims.expires.timestamp())]
    return [claims.pass_id, claims.vin, claims.port, *moments]


def in_javascript(page, texts: list[str], *, fallback: bool = False) -> list[object]:
    """What pass.js makes of them, in the page's browser."""
    return page.evaluate(READ, [texts, JWKS, fallback])


def forgeries(number: int, random: Random) -> Iterator[str]:
    """Every bit and every character of one pass changed, and every other way there is."""
    text = genuine(number)
    message = bytes(base45.b45decode(text.removeprefix("VP1:")))
    yield from _every_bit(message)
    yield from _characters(text, random)
    yield from _lengths(text, message, random)
    yield from _resigned(message)
    yield from _wrong_keys(text, message, number)


def _spelled(message: bytes) -> str:
    return "VP1:" + str(base45.b45encode(message), "ascii")


def _every_bit(message: bytes) -> Iterator[str]:
    for place in range(len(message) * 8):
        bent = bytearray(message)
        bent[place // 8] ^= 1 << place % 8
        yield _spelled(bytes(bent))


def _characters(text: str, random: Random) -> Iterator[str]:
    for place in range(len(text)):
        other = random.choice(string.printable + "ЁА０\N{ZERO WIDTH SPACE}")
        if other != text[place]:
            yield text[:place] + other + text[place + 1 :]
        yield text[:place] + text[place + 1 :]
        yield text[:place] + text[place] + text[place:]
        if place and text[place] != text[place - 1]:
            yield text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]


def _lengths(text: str, message: bytes, random: Random) -> Iterator[str]:
    yield from ("", "VP1:", " " + text, text + "\n", text + "\0", text.lower(), "VP2:" + text[4:], text * 2, text[4:])
    for length in range(len(message)):
        yield _spelled(message[:length])
    for more in (b"\0", b"\xff", message[-64:], random.randbytes(30)):
        yield _spelled(message + more)
        yield _spelled(more + message)


def _resigned(message: bytes) -> Iterator[str]:
    """Signed with our own key, and still spelled or filled as no pass is."""
    claims = cbor2.loads(message[passes.PAYLOAD_AT : -66])
    plain = cbor2.dumps(claims, canonical=True)
    wide = plain.replace(b"\x04\x1a", b"\x04\x1b\0\0\0\0", 1)
    bodies = [
        wide,
        b"\xbf" + plain[1:] + b"\xff",
        b"\xb8\x05" + plain[1:],
        plain[:1] + b"\x18\x02" + plain[2:],
        plain[:2] + b"\x78\x11" + plain[3:],
        plain + b"\0",
        cbor2.dumps(dict(reversed(claims.items()))),
        *(cbor2.dumps({**claims, **more}, canonical=True) for more in _unlikely_claims(claims)),
        *(cbor2.dumps({k: v for k, v in claims.items() if k != gone}, canonical=True) for gone in claims),
        cbor2.dumps(list(claims.values())),
        cbor2.dumps("a text of some length, and no map at all"),
        b"\xff" * 40,
        b"\xd9\xd9\xf7" + plain,
    ]
    for body in bodies:
        if 24 <= len(body) < 256 and body != plain:
            yield _signed(body)
    for head in _heads():
        yield _signed(plain, head=head)
    yield _signed(plain, unprotected=b"\xa1\x01\x27")
    yield _signed(plain, length=b"\x59" + len(plain).to_bytes(2, "big"))
    yield _signed(plain, context=b"\x84\x69Signature")
    yield _signed(plain, external=b"\x41\0")


def _unlikely_claims(claims):
    yield from ({2: vin} for vin in ("LSVAA4187E200000I", "lsvaa4187e2000001", "L" * 16, "L" * 18, b"L" * 17, 7))
    yield from ({3: port} for port in ("CNHR", "CNHRS1", "cnhrs", "CN1RS", None))
    yield from ({4: end} for end in (-1, 0, claims[5], 2**63, 253_402_300_800, float(claims[4]), True, None))
    yield from ({5: start} for start in (-1, claims[4], True, float(claims[5])))
    yield from ({7: cti} for cti in (b"\0" * 7, b"\0" * 9, b"\xff" * 8, (2**50).to_bytes(8, "big"), 7, "12345678"))
    yield from ({more: "x"} for more in (0, 1, 6, 8, -1, "a"))


def _heads() -> Iterator[bytes]:
    kid = ACTIVE.kid
    yield b"\x84\x47\xa2\x01\x27\x04\x42" + kid
    yield b"\xd1\x84\x47\xa2\x01\x27\x04\x42" + kid
    yield b"\xd8\x12\x84\x47\xa2\x01\x27\x04\x42" + kid
    yield b"\xd8\x3d\xd2\x84\x47\xa2\x01\x27\x04\x42" + kid
    yield b"\xd2\x9f\x47\xa2\x01\x27\x04\x42" + kid
    for algorithm in (b"\x26", b"\x05", b"\x38\x22", b"\x07", b"\x00"):
        yield b"\xd2\x84" + bytes([0x40 + 6 + len(algorithm)]) + b"\xa2\x01" + algorithm + b"\x04\x42" + kid
    yield b"\xd2\x84\x47\xa2\x04\x42" + kid + b"\x01\x27"
    yield b"\xd2\x84\x48\xa2\x01\x27\x04\x43\0" + kid


def _signed(
    payload: bytes,
    *,
    head: bytes = b"\xd2\x84\x47\xa2\x01\x27\x04\x42" + ACTIVE.kid,
    unprotected: bytes = b"\xa0",
    length: bytes | None = None,
    context: bytes = b"\x84\x6aSignature1",
    external: bytes = b"\x40",
) -> str:
    string_ = (length or b"\x58" + bytes([len(payload)])) + payload
    protected = head[head.index(b"\x84") + 1 :] if b"\x84" in head else head[2:]
    signature = ACTIVE.private.sign(context + protected + external + string_)
    return _spelled(head + unprotected + string_ + b"\x58\x40" + signature)


def _wrong_keys(text: str, message: bytes, number: int) -> Iterator[str]:
    yield genuine(number, REVOKED)
    yield genuine(number, FOREIGN)
    stolen = bytes(base45.b45decode(genuine(number + 1).removeprefix("VP1:")))
    yield _spelled(message[:-64] + stolen[-64:])
    yield _spelled(message[:-64] + bytes(64))
    yield _spelled(message[:-64] + b"\x01" + bytes(63))
    yield _spelled(message[:8] + RETIRED.kid + message[10:])
    as_foreign = passes.SigningKey(ACTIVE.kid, Ed25519PrivateKey.from_private_bytes(b"x" * 32))
    yield genuine(number, as_foreign)
    # the same R with S + L: what a lenient reader takes for another signature of the same text
    order = 2**252 + 27742317777372353535851937790883648493
    s = int.from_bytes(message[-32:], "little") + order
    if s < 2**256:
        yield _spelled(message[:-32] + s.to_bytes(32, "little"))
    yield base64.b64encode(message).decode()


def judged(page, texts: list[str], *, fallback: bool = False) -> tuple[int, list[str]]:
    """How many were accepted by either reader, and where the two did not say the same."""
    here, there = [in_python(text) for text in texts], in_javascript(page, texts, fallback=fallback)
    accepted = sum(isinstance(one, list) or isinstance(other, list) for one, other in zip(here, there, strict=True))
    differ = [f"{t!r}: {one} / {other}" for t, one, other in zip(texts, here, there, strict=True) if one != other]
    return accepted, differ
