"""Personal facts at rest: what is kept of a question must not let anybody guess what it said."""

import hashlib
import json
import uuid
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from checkpoint import scanning
from checkpoint.models import ScanKey
from checkpoint.models.gate import gate_of_device
from declarations.models import fingerprint
from declarations.models.sealed import seal, seal_bytes, unseal, unseal_bytes
from tests.cast import NOON


def test_a_fingerprint_depends_on_every_letter_and_on_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {fingerprint(text) for text in ("card 1", "card1", "CARD1", "\ud800")}
    assert len(known) == 4
    monkeypatch.setattr(settings, "DIGEST_KEY", b"2" * 32)
    assert fingerprint("card1") not in known


def test_what_an_older_key_sealed_is_read_until_that_key_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal("E10000001")
    keys = dict(settings.FIELD_KEYS)
    monkeypatch.setattr(settings, "FIELD_KEYS", {"new": b"3" * 32, **keys})
    assert not seal("E10000001").startswith(sealed.partition(":")[0])
    assert unseal(sealed) == "E10000001"
    monkeypatch.setattr(settings, "FIELD_KEYS", {"new": b"3" * 32})
    with pytest.raises(ImproperlyConfigured, match="keep old keys"):
        unseal(sealed)


def test_a_file_of_any_bytes_comes_back_as_it_was_sealed() -> None:
    content = bytes(range(256)) + b":\x00:"
    sealed = seal_bytes(content)
    assert content not in sealed
    assert unseal_bytes(sealed) == content
    with pytest.raises(InvalidTag):
        unseal_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_what_was_tampered_with_is_not_read() -> None:
    kid, _colon, body = seal("E10000001").partition(":")
    changed = ("A" if body[20] != "A" else "B").join((body[:20], body[21:]))
    with pytest.raises(InvalidTag):
        unseal(f"{kid}:{changed}")


@pytest.mark.django_db
def test_a_thief_of_the_database_cannot_try_cards_until_one_fits_a_scan(scanner: Any) -> None:
    body = {"code": None, "driver_card": "FM-20250410"}
    gate = gate_of_device(scanner("CNHRS-R1").device.pk, now=NOON)
    assert gate is not None
    scanning.scan(gate=gate, scan_id=uuid.uuid4(), body=body, now=NOON)
    guess = hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    assert ScanKey.objects.get().body_digest != guess
