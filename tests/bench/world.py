"""Released vehicles by the hundred, keys of lanes, and the CPU time that programs used."""

import os
from datetime import timedelta
from pathlib import Path
from subprocess import Popen

from django.contrib.auth.models import User
from django.utils import timezone

from checkpoint.models import Device
from checkpoint.models.device import DeviceKind
from declarations import actions
from declarations.clearance import assessment
from declarations.models import ApiKey, Organisation, Port, Role, Vehicle
from declarations.words import RoleName
from tests.cast import USCC, declaration_body, lay_the_ground, never, vehicle_body
from tests.stack import children_of

PER_DECLARATION = 100
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class World:
    """An exporter, lanes with keys, and vehicles ready for the gate."""

    def __init__(self) -> None:
        now = timezone.now()
        lay_the_ground()
        Port.objects.update(random_share=0)
        self.exporter = User.objects.create(username="alice")
        self.organisation = Organisation.objects.create(
            name="Tianshan Auto Export", uscc=USCC[0], created_at=now, verified_at=now, verified_by=self.exporter
        )
        Role.objects.create(user=self.exporter, role=RoleName.EXPORTER, organisation=self.organisation)
        _row, self.key = ApiKey.issue(label="alice", now=now, user=self.exporter)
        self.lanes: dict[str, list[str]] = {}
        devices = Device.objects.filter(kind=DeviceKind.LANE, lane__checkpoint__port="CNHRS")
        for device in devices.select_related("lane__checkpoint"):
            device.api_key, key = ApiKey.issue(label=device.name, now=now)
            device.save(update_fields=["api_key"])
            self.lanes.setdefault(device.lane.checkpoint.stage, []).append(key)
        self._next = 1

    def draft(self, vehicles: int = 1) -> int:
        """A draft with nothing wrong; its id."""
        now = timezone.now()
        soon = (now + timedelta(days=20)).date().isoformat()
        bodies = [vehicle_body(n, plate_expires_on=soon) for n in range(self._next, self._next + vehicles)]
        self._next += vehicles
        body = declaration_body(*bodies, now=now)
        return actions.create(organisation=self.organisation, body=body, by=self.exporter, now=now).pk

    def released(self, vehicles: int) -> list[tuple[str, str]]:
        """Pass and plate of so many vehicles that clearance let go."""
        ids = []
        for _ in range(vehicles // PER_DECLARATION):
            declaration_id = self.draft(PER_DECLARATION)
            now = timezone.now()
            actions.lodge(declaration_id=declaration_id, by=self.exporter, now=now)
            assessment.assess(declaration_id=declaration_id, draw=never, now=now)
            ids.append(declaration_id)
        rows = Vehicle.objects.filter(declaration__in=ids, passes__status="ISSUED")
        return list(rows.values_list("passes__code", "plate"))


def cpu_seconds(program: "Popen[bytes]") -> float:
    """CPU time that a program and its living children have used so far."""
    return sum(_cpu(pid) for pid in (program.pid, *children_of(program)))


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S
