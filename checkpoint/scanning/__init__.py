"""Scanning: one question at a lane, one transaction, one answer for ever."""

from checkpoint.scanning.answer import Answer
from checkpoint.scanning.scan import BodyDiffers, scan

__all__ = ["Answer", "BodyDiffers", "scan"]
