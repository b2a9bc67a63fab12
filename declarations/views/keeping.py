"""While somebody types into a draft, what stands there is kept; a page says so, and what it has seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.utils import timezone

from declarations import actions
from declarations.errors import DomainError
from declarations.models import Declaration, Vehicle
from declarations.views.frame import person

MOST_CHARACTERS_OF_A_MARK = 64


@dataclass(frozen=True)
class Kept:
    """What to tell beside the form: when it was saved, or why it was not; and the mark of what stands there now."""

    seen: str = ""
    at: datetime | None = None
    refusal: str = ""


def seen_of(request: HttpRequest) -> str | None:
    """The mark that a page carries; None for a page without one."""
    seen = request.POST.get("seen")
    return None if seen is None else seen[:MOST_CHARACTERS_OF_A_MARK]


def key_of(request: HttpRequest) -> UUID | None:
    """The key of a page on which something new is begun."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None


def new_key(request: HttpRequest) -> str:
    """The key that this page goes on with, or a fresh one."""
    return str(key_of(request) or uuid4())


def mark(stored: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    """The mark of what stands in the fields that a page shows."""
    return actions.mark_of(stored, shown)


def keep_section(request: HttpRequest, declaration: Declaration, body: Mapping[str, Any]) -> Kept | None:
    """Keep a section of a draft; None where nothing is kept, as after lodging."""
    if not declaration.is_draft or seen_of(request) is None:
        return None

    def keep() -> Mapping[str, Any]:
        kept = actions.keep_header(
            declaration_id=declaration.pk,
            body=body,
            seen=seen_of(request),
            key=key_of(request),
            by=person(request),
            now=timezone.now(),
        )
        return kept.header()

    return _kept(request, keep, body)


def keep_vehicle(
    request: HttpRequest, declaration: Declaration, vehicle: Vehicle, values: Mapping[str, Any]
) -> Kept | None:
    """Keep one vehicle of a draft; None where nothing is kept."""
    if not declaration.is_draft or seen_of(request) is None:
        return None

    def keep() -> Mapping[str, Any]:
        kept = actions.keep_vehicle(
            declaration_id=declaration.pk,
            vehicle_id=vehicle.pk,
            values=values,
            seen=seen_of(request),
            key=key_of(request),
            by=person(request),
            now=timezone.now(),
        )
        return kept.body()

    return _kept(request, keep, values)


def _kept(request: HttpRequest, keep: Callable[[], Mapping[str, Any]], shown: Mapping[str, Any]) -> Kept:
    try:
        return Kept(mark(keep(), shown), timezone.now())
    except DomainError as refusal:
        return Kept(seen_of(request) or "", refusal=str(refusal))
