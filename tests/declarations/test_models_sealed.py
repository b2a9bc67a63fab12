"""Personal facts at rest: what is kept of a question must not let anybody guess what it said."""

import hashlib
import json
import uuid
from typing import Any

import pytest
from django.conf import settings

from checkpoint import scanning
from checkpoint.models import ScanKey
from checkpoint.models.gate import gate_of_device
from declarations.models import fingerprint
from tests.cast import NOON


def test_a_fingerprint_depends_on_every_letter_and_on_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {fingerprint(text) for text in ("card 1", "card1", "CARD1", "\ud800")}
    assert len(known) == 4
    monkeypatch.setattr(settings, "DIGEST_KEY", b"2" * 32)
    assert fingerprint("card1") not in known


@pytest.mark.django_db
def test_a_thief_of_the_database_cannot_try_cards_until_one_fits_a_scan(scanner: Any) -> None:
    body = {"code": None, "driver_card": "FM-20250410"}
    gate = gate_of_device(scanner("CNHRS-R1").device.pk, now=NOON)
    assert gate is not None
    scanning.scan(gate=gate, scan_id=uuid.uuid4(), body=body, now=NOON)
    guess = hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    assert ScanKey.objects.get().body_digest != guess
