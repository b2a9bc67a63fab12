"""Bulk intake: from a file to lodged declarations."""
