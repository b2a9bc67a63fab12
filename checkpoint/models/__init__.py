"""Gates, lanes and devices; passages, which never change."""

from checkpoint.models.checkpoint import Checkpoint, Lane
from checkpoint.models.device import Device
from checkpoint.models.manifest import Manifest, ManifestRow
from checkpoint.models.offline import Claim, Conflict
from checkpoint.models.passage import Case, Passage, ScanKey, new_passage_id
from checkpoint.models.shift import Shift

__all__ = [
    "Case",
    "Checkpoint",
    "Claim",
    "Conflict",
    "Device",
    "Lane",
    "Manifest",
    "ManifestRow",
    "Passage",
    "ScanKey",
    "Shift",
    "new_passage_id",
]
