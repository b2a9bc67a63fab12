"""Every page of the site, from the URL resolver and the rows of the tenant walls: a new route comes by itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.test import Client

from tests.journeys.rows import API, ROWS, routes
from tests.journeys.test_tenant_walls import address

NOT_WALKED = frozenset({"sign-out"})


@dataclass(frozen=True)
class Page:
    """One address that answers somebody with a whole page."""

    route: str
    address: str
    by: str


def pages(names: Mapping[str, str], keepers: Mapping[str, User], *, only: str = "") -> Iterator[Page]:
    """Pages that answer 200 with HTML to whoever may see them; parts of pages and files are none. only: whose."""
    clients = {}
    for who, user in keepers.items():
        clients[who] = Client()
        clients[who].force_login(user)
    clients["anybody"] = Client()
    for route, _view in routes():
        who = ROWS[route].by
        if route.startswith(API) or route in NOT_WALKED or who not in clients or (only and who != only):
            continue
        where = address(route, names)
        answer = clients[who].get(where)
        is_html = answer.headers.get("Content-Type", "").startswith("text/html")
        if answer.status_code == 200 and is_html and "<html" in answer.content[:600].decode(errors="replace"):
            yield Page(route, where, who)
