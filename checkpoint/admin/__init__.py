"""The back-office of the gates: lanes and devices; passages, which nobody changes."""

from checkpoint.admin import lanes, passages

__all__ = ["lanes", "passages"]
