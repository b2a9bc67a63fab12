"""Gates, lanes and devices; passages, which never change; what barriers are told and answer."""

from checkpoint.models.barrier import BarrierAnswer, BarrierOutcome, LiftPhoto, ManualLift
from checkpoint.models.checkpoint import Arrow, Checkpoint, Lane
from checkpoint.models.device import Device, DeviceEvent, DeviceState, DeviceVerb, EnrolmentCode, PortWatch
from checkpoint.models.display import LaneDisplay, LaneOperator
from checkpoint.models.manifest import Manifest, ManifestRow
from checkpoint.models.offline import Claim, Conflict
from checkpoint.models.passage import Case, Passage, ScanKey, new_passage_id
from checkpoint.models.shift import Shift

__all__ = [
    "Arrow",
    "BarrierAnswer",
    "BarrierOutcome",
    "Case",
    "Checkpoint",
    "Claim",
    "Conflict",
    "Device",
    "DeviceEvent",
    "DeviceState",
    "DeviceVerb",
    "EnrolmentCode",
    "Lane",
    "LaneDisplay",
    "LaneOperator",
    "LiftPhoto",
    "Manifest",
    "ManifestRow",
    "ManualLift",
    "Passage",
    "PortWatch",
    "ScanKey",
    "Shift",
    "new_passage_id",
]
