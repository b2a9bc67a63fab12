"""The back-office: every row there is. Statuses are moved by buttons that call actions, never by hand."""

from declarations.admin import clearance, declaration, ferrymen, intake, links, memory, parties, reference

__all__ = ["clearance", "declaration", "ferrymen", "intake", "links", "memory", "parties", "reference"]
