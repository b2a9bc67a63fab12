"""The back-office: every row there is. Statuses are moved by buttons that call actions, never by hand."""

from declarations.admin import (
    clearance,
    declaration,
    documents,
    ferrymen,
    intake,
    links,
    memory,
    notices,
    parties,
    people,
    reference,
)

__all__ = [
    "clearance",
    "declaration",
    "documents",
    "ferrymen",
    "intake",
    "links",
    "memory",
    "notices",
    "parties",
    "people",
    "reference",
]
