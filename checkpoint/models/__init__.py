"""Gates, lanes and devices; passages, which never change."""

from checkpoint.models.checkpoint import Checkpoint, Lane
from checkpoint.models.device import Device
from checkpoint.models.passage import Case, Passage, ScanKey, new_passage_id
from checkpoint.models.shift import Shift

__all__ = ["Case", "Checkpoint", "Device", "Lane", "Passage", "ScanKey", "Shift", "new_passage_id"]
