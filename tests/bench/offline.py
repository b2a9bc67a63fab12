"""The list for devices at 5,000 expected passes: how long it takes, and how large it is."""

import gzip
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from checkpoint import manifests
from checkpoint.models import Device, Manifest
from checkpoint.models.device import DeviceKind
from checkpoint.models.gate import gate_of_device
from declarations import actions
from declarations.clearance import holds
from declarations.models import Port, Role, Vehicle
from declarations.words import RoleName
from tests.cast import declaration_body, let_workers_run, vehicle_body
from tests.faults.world import an_exporter

EACH = 1000
"""Vehicles of one declaration."""


def measure(expected: int = 5000) -> dict[str, Any]:
    """Milliseconds and kilobytes: the whole list, what one hold changes, and an answer when nothing changed."""
    exporter, organisation = an_exporter()
    for first in range(0, expected, EACH):
        now = timezone.now()
        bodies = [vehicle_body(800_000 + first + n, plate_expires_on=None) for n in range(EACH)]
        row = actions.create(organisation=organisation, body=declaration_body(*bodies, now=now), by=exporter, now=now)
        actions.lodge(declaration_id=row.pk, by=exporter, now=now)
        let_workers_run(timezone.now())
    device = Device.objects.get(lane__code="CNHRS-R1", kind=DeviceKind.LANE)
    gate = gate_of_device(device.pk, now=timezone.now())
    assert gate is not None
    whole_ms, whole = _timed(lambda: manifests.pull(gate=gate, since=0, now=timezone.now()))
    listed = len(json.loads(whole["payload"])["rows"])
    again_ms, _same = _timed(lambda: manifests.pull(gate=gate, since=0, now=timezone.now()))
    officer = User.objects.create(username="bench-carl")
    Role.objects.create(user=officer, role=RoleName.DOCUMENTS, port=Port.objects.get(pk="CNHRS"))
    car = Vehicle.objects.filter(live=True).first()
    assert car is not None
    holds.place(
        declaration_id=car.declaration_id, vehicle_id=car.pk, reason_code="OTHER", text="x", by=officer, now=now
    )
    head = Manifest.objects.get(port="CNHRS")
    since, later = head.version, timezone.now() + timedelta(seconds=10)
    delta_ms, delta = _timed(lambda: manifests.pull(gate=gate, since=since, now=later))
    raw = json.dumps(whole).encode()
    figures = {
        "expected passes": listed,
        "whole list, computed anew, ms": whole_ms,
        "whole list, published within 5 s, ms": again_ms,
        "whole list, kB": round(len(raw) / 1000),
        "whole list, gzip, kB": round(len(gzip.compress(raw)) / 1000),
        "delta of one hold, computed anew, ms": delta_ms,
        "delta of one hold, kB": round(len(json.dumps(delta)) / 1000, 1),
        "wrong answers": int(listed != expected) + int(len(json.loads(delta["payload"])["rows"]) != 1),
    }
    for name, value in figures.items():
        print(f"{name:45} {value}")
    return figures


def _timed(work: Callable[[], dict[str, str]]) -> tuple[float, dict[str, str]]:
    began = time.perf_counter()
    found = work()
    return round((time.perf_counter() - began) * 1000, 1), found
