"""The back-office: every row there is. Statuses are moved by buttons that call actions, never by hand."""

from declarations.admin import clearance, declaration, intake, memory, notices, parties, reference

__all__ = ["clearance", "declaration", "intake", "memory", "notices", "parties", "reference"]
