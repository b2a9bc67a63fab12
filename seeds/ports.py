"""Gates, lanes and devices of the three ports of the sources."""

from datetime import datetime

from django.db import transaction

from checkpoint.models import Checkpoint, Device, Lane
from checkpoint.models.device import DeviceKind
from declarations.words import Stage

GATES: tuple[tuple[str, str, str, Stage, tuple[str, ...]], ...] = (
    ("CNHRS", "CNHRS-E", "霍尔果斯 查验场入口 · Horgos yard entry", Stage.ENTRY, ("CNHRS-E1", "CNHRS-E2")),
    (
        "CNHRS",
        "CNHRS-R",
        "霍尔果斯 智能卡口 · Horgos smart checkpoint",
        Stage.RELEASE,
        ("CNHRS-R1", "CNHRS-R2", "CNHRS-R3"),
    ),
    ("CNHRS", "CNHRS-X", "霍尔果斯 出境口 · Horgos exit", Stage.EXIT, ("CNHRS-X1", "CNHRS-X2")),
    ("CNYRK", "CNYRK-R", "伊尔克什坦 卡口 · Irkeshtam gate", Stage.RELEASE, ("CNYRK-R1", "CNYRK-R2")),
    ("CNULZ", "CNULZ-R", "乌鲁木齐 铁路场站 · Urumqi rail yard", Stage.RELEASE, ("CNULZ-R1",)),
)
"""Port, code, name, stage and lanes of each gate. Horgos passes three stages, Irkeshtam one; Urumqi loads trains."""


def load_lanes(*, now: datetime) -> dict[str, int]:
    """Write gates, lanes, and per lane its equipment and the officer's page; what exists stays as it is."""
    with transaction.atomic():
        for port, code, name, stage, lanes in GATES:
            gate, _new = Checkpoint.objects.get_or_create(
                code=code, defaults={"port_id": port, "name": name, "stage": stage}
            )
            for lane_code in lanes:
                lane, _new = Lane.objects.get_or_create(code=lane_code, defaults={"checkpoint": gate})
                for kind, device in ((DeviceKind.LANE, "equipment"), (DeviceKind.VIRTUAL, "officer's page")):
                    Device.objects.get_or_create(
                        lane=lane, kind=kind, defaults={"name": f"{lane_code} {device}", "enrolled_at": now}
                    )
    return {"checkpoints": len(GATES), "lanes": sum(len(gate[-1]) for gate in GATES)}
