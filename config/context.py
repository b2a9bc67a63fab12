"""What every page shows around its matter: the places a person may go to, and who he is.

Doors floor: it may ask, never write. A place appears when its page exists and the person may open it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

Person = AbstractUser | AnonymousUser


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation; `may` answers whether this person finds it there."""

    label: str | Promise
    route: str
    may: Callable[[Person], bool]


PLACES: tuple[Place, ...] = ()
"""The whole navigation in the order of the page."""


def _current(path: str, href: str) -> str:
    """The value of aria-current: "page" on the page itself, "true" on the pages below it."""
    if path == href:
        return "page"
    return "true" if href != "/" and path.startswith(href) else ""


def chrome(request: HttpRequest) -> dict[str, Any]:
    """What the frame of a page needs.

    `nav`: the places this person may open, as label, href and current. `languages`: code and name of each, the name
    in its own language: the settings' words, never translated, so that a stranger finds his own.
    """
    open_to = [(place.label, reverse(place.route)) for place in PLACES if place.may(request.user)]
    return {
        "nav": [{"label": label, "href": href, "current": _current(request.path, href)} for label, href in open_to],
        "languages": settings.LANGUAGES,
    }
