"""The pass, to the byte: a foreign library reads ours, we read a foreign library's, and refuse everything else."""

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta

import base45
import cbor2
import cwt
import pytest
from cwt import COSEKey
from cwt.claims import Claims as ForeignClaims
from hypothesis import given, settings
from hypothesis import strategies as st

from declarations import passes
from declarations.lifecycle import PassKeyStatus
from declarations.passes import BadSignature, Claims, NotAPass, Refused, UnknownKey

SEED = bytes(range(32))
KID = b"\x00\x01"
KEY = passes.signing_key(SEED, kid=KID)
VIN = "LFV3A23C8J3000001"
START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2026, 1, 4, tzinfo=UTC)
CLAIMS = Claims(2**50 - 1, VIN, "CNHRS", START, END, KID)
ORDER_OF_THE_CURVE = 2**252 + 27742317777372353535851937790883648493


def keys(status=PassKeyStatus.ACTIVE):
    return {KID: passes.verifying_key(KEY.public, kid=KID, status=status)}


KEYS = keys()


def issue(**changes):
    values = {"pass_id": CLAIMS.pass_id, "vin": VIN, "port": "CNHRS", "not_before": START, "expires": END, "key": KEY}
    return passes.issue(**(values | changes))


TEXT = issue()


def raw(text=TEXT):
    return base45.b45decode(text.removeprefix("VP1:"))


def as_text(message):
    return "VP1:" + base45.b45encode(message).decode()


def signed(payload, *, protected=None, unprotected=b"\xa0", head=b"\xd2\x84", key=KEY):
    """A message as a careless or hostile holder of the key would spell it; payload: bytes or claims."""
    if not isinstance(payload, bytes):
        payload = cbor2.dumps(payload, canonical=True)
    protected = b"\xa2\x01\x27\x04\x42" + KID if protected is None else protected
    signature = key.private.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    return as_text(head + cbor2.dumps(protected) + unprotected + cbor2.dumps(payload) + cbor2.dumps(signature))


def ours():
    return {2: VIN, 3: "CNHRS", 4: 1767484800, 5: 1767225600, 7: b"\0\0\0\0\0\0\0\7"}


def refusal(text, known=KEYS):
    with pytest.raises(Refused) as refused:
        passes.read(text, known)
    return type(refused.value)


def test_a_pass_says_what_was_put_in():
    assert passes.read(TEXT, KEYS) == CLAIMS


def test_the_known_answer_never_changes():
    expected = (
        "d28447a20127044200" + "01a0" + "5831"
        "a5" + "0271" + VIN.encode().hex() + "0365" + b"CNHRS".hex() + "041a6959ad80" + "051a6955b900"
        "07480003ffffffffffff" + "5840"
    )
    assert raw().hex().startswith(expected)
    assert len(raw()) == len(expected) // 2 + 64
    assert TEXT == (
        "VP1:RRQN29P60AO01008CKJC6+D0-S9H+A+A8SL6A579L6646646$863 CF+9FIAFN0EED1.L1T0AEDKHNJ-0300FGWFGWFGW27BQGET33"
        "96HP564*20OQRWQKUKVOFI*GJFPD8R4TV+L18TNPA6QAU2WEP$TXVRD6F3GOR-I J7%U5ROUGF7P8L6XPABP7Y1B73"
    )


def test_a_pass_fits_the_qr_symbol():
    assert len(TEXT) == 196
    assert len(issue(expires=datetime(9999, 12, 31, tzinfo=UTC))) <= 221


def test_a_foreign_library_verifies_ours():
    public = COSEKey.new({1: 1, 2: KID, 3: -8, -1: 6, -2: KEY.public})
    claims = cwt.CWT(leeway=10**10).decode(raw(), [public])
    assert claims == ours() | {7: CLAIMS.pass_id.to_bytes(8, "big")}


def test_we_verify_what_a_foreign_library_signed():
    private = COSEKey.from_jwk(
        {"kty": "OKP", "crv": "Ed25519", "kid": "AAE", "d": b64(SEED), "x": b64(KEY.public), "alg": "EdDSA"}
    )
    payload = cbor2.dumps(ours(), canonical=True)
    message = cwt.COSE.new(deterministic_header=True).encode_and_sign(payload, private, protected={1: -8, 4: KID})
    assert passes.read(as_text(message), KEYS) == Claims(7, VIN, "CNHRS", START, END, KID)
    assert ForeignClaims.new(ours()).sub == VIN


def b64(value):
    return passes.jwk(b"", value, PassKeyStatus.ACTIVE)["x"]


def test_the_public_key_set_entry_is_rfc_8037_with_a_status():
    entry = passes.jwk(KID, KEY.public, PassKeyStatus.RETIRED)
    assert entry.pop("x") and urlsafe_b64decode(b64(KEY.public) + "=") == KEY.public
    assert entry == {"kty": "OKP", "crv": "Ed25519", "kid": "AAE", "status": "RETIRED"}


def test_a_retired_key_still_verifies():
    assert passes.read(TEXT, keys(PassKeyStatus.RETIRED)) == CLAIMS


def test_a_revoked_key_is_an_unknown_key():
    assert refusal(TEXT, keys(PassKeyStatus.REVOKED)) is UnknownKey


def test_no_keys_at_all_is_an_unknown_key():
    assert refusal(TEXT, {}) is UnknownKey


def test_a_foreign_key_under_our_kid_is_a_bad_signature():
    mallory = passes.signing_key(bytes(32), kid=KID)
    assert refusal(issue(key=mallory)) is BadSignature


def test_the_signature_of_another_pass_is_a_bad_signature():
    assert refusal(as_text(raw()[:-64] + raw(issue(pass_id=1))[-64:])) is BadSignature


def test_the_other_spelling_of_a_signature_is_refused():
    message = raw()
    scalar = int.from_bytes(message[-32:], "little") + ORDER_OF_THE_CURVE
    assert refusal(as_text(message[:-32] + scalar.to_bytes(32, "little"))) is BadSignature


def test_every_flipped_bit_is_refused():
    message = raw()
    for bit in range(len(message) * 8):
        flipped = bytearray(message)
        flipped[bit // 8] ^= 1 << bit % 8
        assert refusal(as_text(bytes(flipped))), bit


def test_every_changed_character_is_refused():
    for place, character in enumerate(TEXT):
        for other in {"0", "Z", ":", character.lower(), "\u0410", "\n", ""} - {character}:
            assert refusal(TEXT[:place] + other + TEXT[place + 1 :]), (place, other)


@pytest.mark.parametrize("cut", [1, 2, 3, 64, 100, 190, 195])
def test_a_shortened_pass_is_refused(cut):
    assert refusal(TEXT[:-cut])


@pytest.mark.parametrize("tail", ["\n", " ", "\0", "0", "000", "00", "=", "\u200b"])
def test_a_lengthened_pass_is_refused(tail):
    assert refusal(TEXT + tail) is NotAPass
    assert refusal(tail + TEXT) is NotAPass


@pytest.mark.parametrize(
    "text",
    [
        "",
        "VP1:",
        "VP2:" + TEXT[4:],
        TEXT.lower(),
        "https://example.org/pass",
        "VP1:" + "0" * 100_000,
        "VP1:" + "\ud800" * 100,
        "\0" * 100_000,
        "VP1:::",
        "VP1:ZZZ",
    ],
)
def test_any_other_text_is_not_a_pass(text):
    assert refusal(text) is NotAPass


PROTECTED = {
    "no header": b"",
    "an empty map": b"\xa0",
    "ES256": b"\xa2\x01\x26\x04\x42" + KID,
    "HMAC": b"\xa2\x01\x05\x04\x42" + KID,
    "no algorithm": b"\xa1\x04\x42" + KID,
    "kid before algorithm": b"\xa2\x04\x42" + KID + b"\x01\x27",
    "a third header": b"\xa3\x01\x27\x03\x18\x3d\x04\x42" + KID,
    "a kid of 3 bytes": b"\xa2\x01\x27\x04\x43" + KID + b"\x00",
    "a kid that is text": b"\xa2\x01\x27\x04\x62" + KID,
    "a long form of 2": b"\xb8\x02\x01\x27\x04\x42" + KID,
    "an algorithm given twice": b"\xa3\x01\x27\x01\x27\x04\x42" + KID,
}


@pytest.mark.parametrize("protected", PROTECTED.values(), ids=PROTECTED.keys())
def test_any_other_protected_header_is_not_a_pass_though_well_signed(protected):
    assert refusal(signed(ours(), protected=protected)) is NotAPass


def test_the_same_message_spelled_as_ours_is_accepted():
    assert passes.read(signed(ours()), KEYS).pass_id == 7


@pytest.mark.parametrize(
    "frame",
    [
        {"unprotected": b"\xa1\x04\x42\x00\x01"},
        {"unprotected": b"\xbf\xff"},
        {"head": b"\x84"},
        {"head": b"\xd8\x12\x84"},
    ]
    + [{"head": head} for head in (b"\xd2\x9f", b"\xd8\x3d\xd2\x84", b"\xd1\x84", b"\xd2\x85")],
)
def test_any_other_frame_is_not_a_pass_though_well_signed(frame):
    assert refusal(signed(ours(), **frame)) is NotAPass


PAYLOADS = {
    "an extra claim": ours() | {1: "issuer"},
    "an extra text claim": ours() | {"name": "x"},
    "a missing claim": {name: value for name, value in ours().items() if name != 7},
    "a list": [VIN, "CNHRS", 1767484800, 1767225600, b"\0\0\0\0\0\0\0\7"],
    "a text": "x" * 40,
    "a VIN in bytes": ours() | {2: VIN.encode()},
    "a VIN of 16": ours() | {2: VIN[:-1]},
    "a VIN with a Cyrillic letter": ours() | {2: "LFV3A23\u04218J3000001"},
    "a VIN with a line feed": ours() | {2: VIN + "\n"},
    "a port with a space": ours() | {3: "CN HRS"},
    "two ports": ours() | {3: ["CNHRS"]},
    "a float expiry": ours() | {4: 1767484800.5},
    "a true expiry": ours() | {4: True},
    "a true start": ours() | {5: True},
    "a tagged expiry": ours() | {4: cbor2.CBORTag(1, 1767484800)},
    "a negative start": ours() | {5: -1},
    "an expiry before the start": ours() | {4: 1767225600},
    "an expiry past all calendars": ours() | {4: 2**60},
    "an id of 7 bytes": ours() | {7: b"\0\0\0\0\0\0\7"},
    "an id in text": ours() | {7: "\0\0\0\0\0\0\0\7"},
    "an id of 2^50": ours() | {7: (2**50).to_bytes(8, "big")},
    "an id of 2^63": ours() | {7: b"\xff" * 8},
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_any_other_claims_are_not_a_pass_though_well_signed(payload):
    assert refusal(signed(payload)) is NotAPass


GOOD = cbor2.dumps(ours(), canonical=True)
SPELLINGS = {
    "another order": cbor2.dumps(dict(reversed(ours().items()))),
    "an indefinite map": b"\xbf" + GOOD[1:] + b"\xff",
    "a long form of 5": b"\xb8\x05" + GOOD[1:],
    "a long form of a key": GOOD[:1] + b"\x18\x02" + GOOD[2:],
    "a VIN in pieces": GOOD[:2] + b"\x7f" + GOOD[2:20] + b"\xff" + GOOD[20:],
    "a claim given twice": b"\xa6" + GOOD[1:] + GOOD[-10:],
    "something after it": GOOD + b"\x00",
    "cut off": GOOD[:-1],
    "nothing but noise": b"\xff" * 49,
    "a deep nest": b"\x81" * 200,
    "a wrong date string": b"\xc0\x78\x20" + b"x" * 32,
    "a map with a map as key": b"\xa1\xa0" + b"\x00" * 40,
    "a short payload": b"\xa0",
    "a payload of 300 bytes": GOOD + b"\x00" * 251,
}


@pytest.mark.parametrize("payload", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_any_other_spelling_is_not_a_pass_though_well_signed(payload):
    assert refusal(signed(payload)) is NotAPass


def test_nothing_is_parsed_before_the_signature_is_good(monkeypatch):
    monkeypatch.setattr(passes.cbor2, "loads", lambda payload: pytest.fail("parsed"))
    assert refusal(as_text(raw()[:-1] + b"\x00")) is BadSignature


@given(st.text() | st.text(alphabet=passes.base45.BASE45_CHARSET, max_size=400).map("VP1:".__add__))
def test_no_text_raises_anything_but_a_refusal(text):
    assert refusal(text)
    assert passes.read_manual_code(text) is None or passes.looks_like_manual_code(text)


@settings(max_examples=50)
@given(st.binary(max_size=255).map(signed))
def test_no_signed_payload_raises_anything_but_a_refusal(text):
    assert refusal(text) is NotAPass


@settings(max_examples=50)
@given(
    st.integers(0, 2**50 - 1),
    st.text("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", min_size=17, max_size=17),
    st.integers(0, 3 * 10**9),
    st.integers(1, 10**9),
)
def test_what_was_issued_is_read_back_and_issued_alike(pass_id, vin, start, seconds):
    begins = datetime.fromtimestamp(start, UTC)
    values = {"pass_id": pass_id, "vin": vin, "not_before": begins, "expires": begins + timedelta(seconds=seconds)}
    text = issue(**values)
    assert passes.read(text, KEYS) == Claims(port="CNHRS", kid=KID, **values)
    assert text == issue(**values)


def test_parts_of_a_second_are_cut():
    assert issue(not_before=START + timedelta(microseconds=999_999)) == TEXT


@pytest.mark.parametrize(
    "wrong",
    [
        {"pass_id": 2**50},
        {"pass_id": -1},
        {"vin": "SHORT"},
        {"port": "CN HRS"},
        {"expires": START},
        {"not_before": datetime(2026, 1, 1)},  # noqa: DTZ001 - that is the case
        {"expires": datetime(2027, 1, 1)},  # noqa: DTZ001 - that is the case
    ],
)
def test_no_pass_is_issued_with_claims_that_would_be_refused(wrong):
    with pytest.raises(ValueError):
        issue(**wrong)


def test_keys_of_another_length_are_refused():
    with pytest.raises(ValueError):
        passes.signing_key(SEED, kid=b"\x01")
    with pytest.raises(ValueError):
        passes.signing_key(b"short", kid=KID)
    with pytest.raises(ValueError):
        passes.verifying_key(b"short", kid=KID, status=PassKeyStatus.ACTIVE)


def test_the_manual_code_is_the_number_in_crockford_digits():
    assert passes.manual_code(0) == "0000-0000-0000"
    assert passes.manual_code(1) == "0000-0000-0101"
    assert passes.manual_code(2**50 - 1) == "ZZZZ-ZZZZ-ZZ7J"
    assert (2**50 - 1) % 1021 == 7 * 32 + 18


@given(st.integers(0, 2**50 - 1))
def test_a_manual_code_leads_back_to_its_pass(pass_id):
    code = passes.manual_code(pass_id)
    assert passes.read_manual_code(code) == pass_id
    assert passes.read_manual_code(code.lower().replace("-", " ")) == pass_id
    assert passes.read_manual_code(code.replace("1", "I").replace("0", "O")) == pass_id
    assert passes.read_manual_code(code.replace("1", "l").replace("0", "o").replace("-", "")) == pass_id


@given(st.integers(0, 2**50 - 1), st.integers(0, 11), st.sampled_from(passes.CROCKFORD))
def test_one_wrong_character_never_passes_the_check(pass_id, place, wrong):
    code = passes.manual_code(pass_id).replace("-", "")
    typed = code[:place] + wrong + code[place + 1 :]
    assert (passes.read_manual_code(typed) == pass_id) == (typed == code)
    assert typed == code or passes.read_manual_code(typed) is None


@pytest.mark.parametrize("text", ["0000-0000-0100", "UUUU-0000-0000", "HELLOWORLD12", "9999 9999 9999"])
def test_a_failed_check_still_looks_like_a_manual_code(text):
    assert passes.looks_like_manual_code(text)
    assert passes.read_manual_code(text) is None


@pytest.mark.parametrize(
    "text",
    ["", "0000-0000-010", "0000-0000-01011", TEXT, "\uff10000-0000-0101", "0000-0000-0\u0131\u017f1", "0" * 9999],
)
def test_other_texts_do_not_look_like_a_manual_code(text):
    assert not passes.looks_like_manual_code(text)
    assert passes.read_manual_code(text) is None


@pytest.mark.parametrize("pass_id", [-1, 2**50])
def test_an_id_that_does_not_fit_has_no_manual_code(pass_id):
    with pytest.raises(ValueError):
        passes.manual_code(pass_id)


def test_refusals_carry_the_gates_words():
    assert [kind.code for kind in (NotAPass, UnknownKey, BadSignature)] == [
        "NOT_A_PASS",
        "UNKNOWN_KEY",
        "BAD_SIGNATURE",
    ]
