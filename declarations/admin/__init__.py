"""The back-office: every row there is. Statuses are moved by buttons that call actions, never by hand."""

from declarations.admin import clearance, declaration, intake, links, memory, parties, reference

__all__ = ["clearance", "declaration", "intake", "links", "memory", "parties", "reference"]
