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
from django.utils.translation import gettext_lazy as _

from checkpoint.permissions import KEEPS, SCANS
from declarations.models import roles_of
from declarations.words import RoleName

Person = AbstractUser | AnonymousUser


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation; `may` answers whether this person finds it there."""

    label: str | Promise
    route: str
    may: Callable[[Person], bool]


def _is_officer(person: Person) -> bool:
    return roles_of(person).is_officer


def _scans(person: Person) -> bool:
    return any(row.role in SCANS for row in roles_of(person).rows)


def _keeps_lanes(person: Person) -> bool:
    return any(row.role in KEEPS for row in roles_of(person).rows)


def _declares(person: Person) -> bool:
    return bool(roles_of(person).organisations)


def _belongs(person: Person) -> bool:
    return bool(roles_of(person).own_organisations)


PLACES: tuple[Place, ...] = (
    Place(_("Home"), "home", _declares),
    Place(_("Declarations"), "declarations:list", _declares),
    Place(_("Catalogue"), "declarations:catalogue", _declares),
    Place(_("Licence book"), "declarations:licences", _declares),
    Place(_("Figures"), "declarations:figures", _declares),
    Place(_("Organisation"), "declarations:organisations", _belongs),
    Place(_("Ferrymen"), "declarations:ferrymen", _declares),
    Place(_("Work"), "checkpoint:home", _is_officer),
    Place(_("Scan"), "checkpoint:resume", _scans),
    Place(_("Cases"), "checkpoint:cases", _is_officer),
    Place(_("Desk"), "checkpoint:desk", _is_officer),
    Place(_("Inspections"), "checkpoint:inspections", _is_officer),
    Place(_("Overrides"), "checkpoint:overrides", _is_officer),
    Place(_("Devices"), "checkpoint:devices", _keeps_lanes),
)
"""The whole navigation in the order of the page."""


def _current(path: str, href: str, hrefs: list[str]) -> str:
    """The value of aria-current: "page" on the page itself, "true" on the pages below it and below no other place."""
    if path == href:
        return "page"
    above = [each for each in hrefs if each != "/" and path.startswith(each)]
    return "true" if href == max(above, key=len, default="") else ""


def chrome(request: HttpRequest) -> dict[str, Any]:
    """What the frame of a page needs.

    `nav`: the places this person may open, as label, href and current. `languages`: code and name of each, the name
    in its own language: the settings' words, never translated, so that a stranger finds his own.
    """
    person = getattr(request, "user", None) or AnonymousUser()  # an error page may come before anybody is known
    open_to = [(place.label, reverse(place.route)) for place in PLACES if place.may(person)]
    hrefs = [href for _label, href in open_to]
    return {
        "nav": [
            {"label": label, "href": href, "current": _current(request.path, href, hrefs)} for label, href in open_to
        ],
        "account_places": _account_places(person),
        "languages": settings.LANGUAGES,
    }


def _account_places(person: Person) -> list[dict[str, Any]]:
    """What a person finds under his own name."""
    if not person.is_authenticated:
        return []
    found = [{"label": _("Your account"), "href": reverse("declarations:account")}]
    if any(row.role == RoleName.SUPERVISOR for row in roles_of(person).rows):
        found.append({"label": _("Officers"), "href": reverse("checkpoint:people")})
    return found
