"""Telling people: history becomes notices, notices become messages, readers mark them (DOMAIN section 9)."""

from declarations.actions.notices.delivering import seal_off, take
from declarations.actions.notices.reading import mark_read, prefer
from declarations.actions.notices.record import Draft, write
from declarations.actions.notices.telling import tell
from declarations.actions.notices.timely import remind

__all__ = ["Draft", "mark_read", "prefer", "remind", "seal_off", "take", "tell", "write"]
