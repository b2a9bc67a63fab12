"""The rows of the matrix of tenant walls: every route of the site, who may use it, and with what body."""

import base64
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.files import photo

API = "api/v1/"
WHY = {"reason": "because"}
OFFICER = "officer"
"""A person with every officer's role at Horgos, who may get furthest there."""

JUDGE = "judge"
"""The same person; enterprises and officers have no port, so an officer of any port may do what he may."""

CODE = "code"
"""Whoever holds a one-time code is let in; what it opens is tested beside the devices."""

PHOTO = base64.b64encode(photo()).decode()


@dataclass(frozen=True)
class Row:
    """Who may use a route, and with what body; {names} in it are filled like those of the address."""

    by: str
    body: Any = None


API_ROWS: dict[str, Row] = {
    "schema": Row("anybody"),
    "docs": Row("anybody"),
    "pass-keys": Row("anybody"),
    "reference/<word:name>": Row("key"),
    "reference/reasons": Row("key"),
    "scans": Row("device", {"scan_id": "{random_id}", "code": None}),
    "devices/enrol": Row(CODE, {"code": "0000-0000"}),
    "devices/heartbeat": Row("device", {"sent_at": "2026-11-22T04:00:00Z"}),
    "lanes/<str:lane>/orders": Row("device"),
    "lanes/<str:lane>/orders/<uuid:order_id>/ack": Row("device", {"outcome": "LIFTED", "at": "2026-11-22T04:00:00Z"}),
    "lanes/<str:lane>/lift": Row(OFFICER, {"photo": PHOTO, **WHY}),
    "manifest": Row("device"),
    "passages/sync": Row("device", {"passages": []}),
    "declarations": Row("alice", {}),
    "declarations/check": Row("alice", {}),
    "declarations/<word:reference>": Row("alice", {"incoterm": "FCA"}),
    "declarations/<word:reference>/lodge": Row("alice", {"leave_out": False}),
    "declarations/<word:reference>/cancel": Row("alice", WHY),
    "declarations/<word:reference>/decision": Row(OFFICER, {"result": "RELEASE", **WHY}),
    "declarations/<word:reference>/answer": Row("alice", {"text": "here it is"}),
    "declarations/<word:reference>/appeal": Row("alice", WHY),
    "declarations/<word:reference>/overdue": Row(OFFICER, WHY),
    "declarations/<word:reference>/copy": Row("alice"),
    "declarations/<word:reference>/paperwork": Row("alice"),
    "declarations/<word:reference>/documents": Row(
        "alice", {"code": "packing_list", "name": "x", "content": "JVBERi0xLjcKJSVFT0YK"}
    ),
    "declarations/<word:reference>/documents/<uuid:document_id>": Row("alice"),
    "declarations/<word:reference>/documents/<uuid:document_id>/content": Row("alice"),
    "declarations/<word:reference>/vehicles": Row("alice", {"colour": "red"}),
    "declarations/<word:reference>/vehicles/<word:vin>": Row("alice", {"plate": "新A54321临"}),
    "declarations/<word:reference>/vehicles/<word:vin>/override": Row(OFFICER, {"code": "VIN_CHECK_DIGIT", **WHY}),
    "declarations/<word:reference>/vehicles/<word:vin>/ask": Row("alice", {"code": "VIN_CHECK_DIGIT", "text": "x"}),
    "declarations/<word:reference>/vehicles/<word:vin>/returned": Row(OFFICER, WHY),
    "declarations/<word:reference>/vehicles/<word:vin>/driver-returned": Row("alice", {"returned_on": "2026-11-22"}),
    "declarations/<word:reference>/vehicles/<word:vin>/detain": Row(OFFICER, WHY),
    "declarations/<word:reference>/vehicles/<word:vin>/end-detention": Row(OFFICER, WHY),
    "declarations/<word:reference>/vehicles/<word:vin>/pass": Row("alice"),
    "declarations/<word:reference>/vehicles/<word:vin>/pass/renew": Row("alice"),
    "declarations/<word:reference>/vehicles/<word:vin>/pass.png": Row("alice"),
    "declarations/<word:reference>/vehicles/<word:vin>/pass.svg": Row("alice"),
    "declarations/<word:reference>/vehicles/<word:vin>/pass.pdf": Row("alice"),
    "holds": Row(OFFICER, {"declaration": "{reference}", "reason_code": "OTHER", "text": "x"}),
    "holds/<uuid:hold_id>/lift": Row(OFFICER, WHY),
    "inspections": Row(OFFICER, {"vehicle": "{vin}", "because": "SEAL"}),
    "inspections/start": Row(OFFICER, {"code": "{vin}", "port": "CNHRS"}),
    "inspections/<uuid:inspection_id>/start": Row(OFFICER),
    "inspections/<uuid:inspection_id>/result": Row(OFFICER, {"result": "SATISFACTORY", "findings": "x"}),
    "inspections/<uuid:inspection_id>/waive": Row(OFFICER, WHY),
    "overrides/<uuid:override_id>/grant": Row(OFFICER),
    "passages": Row(OFFICER),
    "passages/<uuid:passage_id>": Row(OFFICER),
    "passages/<uuid:passage_id>/decision": Row(OFFICER, {"result": "RELEASE", **WHY}),
    "passages/<uuid:passage_id>/annul": Row(OFFICER, WHY),
    "passages/<uuid:passage_id>/contest": Row(OFFICER, {"vin": "{vin}", **WHY}),
    "passages/<uuid:passage_id>/override": Row(OFFICER, WHY),
}

PUBLIC_PAGES = (
    *("", "sign-in", "sign-out", "i18n/setlang/", "admin/login/"),
    *("sign-up", "sign-up/<str:token>", "invitations/<str:token>", "password", "password/<str:token>"),
    "sign-in/second",
    "scan/enrol",
    "bridge/jgst14",
    *("gate/scan/manifest.webmanifest", "gate/scan/worker.js"),
)
PERSONS_PAGES = (
    "account",
    "account/password",
    "account/sessions",
    "account/sessions/<uuid:sign_in>/end",
    "account/security",
    "account/security/app",
    "account/security/app/begin",
    "account/security/passkey",
    "account/security/codes",
    "account/security/<uuid:factor>/remove",
    "account/keys",
    "account/keys/<uuid:key>/revoke",
    "organisation",
    "organisation/<str:uscc>",
    "organisation/<str:uscc>/invite",
    "organisation/<str:uscc>/apply",
    "organisation/<str:uscc>/agents/new",
    "organisation/invitations/<uuid:invitation>/withdraw",
    "organisation/people/<uuid:role>/manage",
    "organisation/people/<uuid:role>/remove",
    "organisation/people/<uuid:role>/recover",
    "organisation/authorities/<uuid:authority>/accept",
    "organisation/authorities/<uuid:authority>/end",
)
EXPORTERS_PAGES = (
    "figures",
    "figures/vehicles.csv",
    "figures/vehicles.xlsx",
    "declarations",
    "declarations/new",
    "declarations/new/check",
    "licences",
    "licences/new",
    "licences/<uuid:licence>",
    "licences/<uuid:licence>/remove",
    "catalogue",
    "catalogue/new",
    "catalogue/<uuid:model>",
    "catalogue/<uuid:model>/remove",
    "notices",
    "notices/count",
    "notices/read",
    "notices/<uuid:notice>",
    "account/notices",
    "ferrymen",
    "ferrymen/new",
    "ferrymen/returns",
    "ferrymen/statement",
    "ferrymen/statement.csv",
    "ferrymen/statement.xlsx",
)
MEMBER_PAGES = (
    "",
    "/edit",
    "/retire",
    "/take-back",
    "/erase",
    "/link",
    "/card",
    "/card/lost",
    "/returns/<int:vehicle>/annul",
)
SHEET_PAGES = (
    "",
    "/file",
    "/take",
    "/cancel",
    "/try-again",
    "/rows/<int:number>",
    "/rows/<int:number>/check",
    "/rows/<int:number>/fix",
    "/rows/<int:number>/leave-out",
    "/rows/<int:number>/take-in",
)
LINKED_PAGES = (
    "d/worker.js",
    "d/<str:driver_token>",
    "d/<str:driver_token>/pass.svg",
    "d/<str:driver_token>/photos",
    "d/<str:driver_token>/phone",
    "f/<str:ferryman_token>",
    "f/<str:ferryman_token>/take",
    "f/<str:ferryman_token>/vehicles/<int:vehicle>/give-back",
    "f/<str:ferryman_token>/vehicles/<int:vehicle>/returned",
    "i/<str:importer_token>",
    "i/<str:importer_token>/photos/<uuid:photo>",
    "display/<str:display_token>",
)
"""Whoever holds the token is let in; what they show him is tested beside the pages themselves."""

DECLARATION_PAGES = (
    "",
    "/progress",
    "/sections/<str:code>",
    "/sections/<str:code>/check",
    "/answers",
    "/arrival",
    "/versions",
    "/copy",
    "/cancel",
    "/answer",
    "/appeal",
    "/sheets/new",
    "/sheets/template.xlsx",
    "/print",
    "/print/progress",
    "/print/cancel",
    "/print/file",
    "/links",
    "/importer",
    "/driver-links.csv",
    "/documents",
    "/documents/add",
    "/documents/<uuid:document>/file",
    "/documents/<uuid:document>/picture",
    "/documents/<uuid:document>/remove",
    "/pool",
    "/vehicles",
    "/vehicles/new",
    "/vehicles/check",
    "/vehicles/<int:place>",
)
VEHICLE_PAGES = (
    "/driver",
    "/papers",
    "/remove",
    "/withdraw",
    "/repaired",
    "/renew",
    "/ask/<str:code>",
    "/pass",
    "/pass.svg",
    "/pass.png",
    "/pass.pdf",
    "/links",
    "/links/code",
    "/links/driver.svg",
    "/photos/<uuid:photo>",
)
GATE_PAGES = (
    "",
    "find",
    "scan",
    "scan/lanes",
    "scan/lanes/<str:lane>",
    "devices",
    "devices/add",
    "devices/<uuid:device>",
    "devices/<uuid:device>/code",
    "devices/<uuid:device>/move",
    "devices/<uuid:device>/revoke",
    "lanes/<str:lane>",
    "lanes/<str:lane>/display",
    "lanes/<str:lane>/lift",
    "lifts/<uuid:lift>/photo",
    "scan/lanes/<str:lane>/manifest",
    "scan/lanes/<str:lane>/sync",
    "scan/end",
    "cases",
    "passages/<uuid:passage>",
    "passages/<uuid:passage>/annul",
    "passages/<uuid:passage>/contest",
    "passages/<uuid:passage>/override",
    "conflicts",
    "conflicts/<uuid:conflict>",
    "overrides",
    "overrides/<uuid:override>/grant",
    "desk",
    "holds/<uuid:hold>/lift",
    "inspections",
    "inspections/begin",
    "inspections/<uuid:inspection>",
    "inspections/<uuid:inspection>/bay",
    "inspections/<uuid:inspection>/start",
    "inspections/<uuid:inspection>/result",
    "inspections/<uuid:inspection>/waive",
)
JUDGES_PAGES = (
    "organisations",
    "organisations/<str:newcomer>/verify",
    "organisations/<str:newcomer>/refuse",
    "people",
    "people/<uuid:officer>/recover",
)
DOSSIER_PAGES = (
    "",
    "/documents",
    "/versions",
    "/hold",
    "/release",
    "/refuse",
    "/request",
    "/accept-papers",
    "/refuse-papers",
    "/overdue",
    "/appeal",
    "/problem",
)
DOSSIER_VEHICLE_PAGES = (
    "",
    "/hold",
    "/inspection",
    "/detain",
    "/end-detention",
    "/returned",
)

ROWS: dict[str, Row] = {f"{API}{route}": row for route, row in API_ROWS.items()}
ROWS |= {route: Row("anybody") for route in PUBLIC_PAGES}
ROWS |= {route: Row("anybody") for route in LINKED_PAGES}
ROWS |= {route: Row("alice") for route in EXPORTERS_PAGES}
ROWS |= {route: Row("alice") for route in (*EXPORTERS_PAGES, *PERSONS_PAGES)}
ROWS |= {f"ferrymen/<uuid:member>{end}": Row("alice") for end in MEMBER_PAGES}
ROWS |= {f"sheets/<uuid:sheet>{end}": Row("alice") for end in SHEET_PAGES}
ROWS |= {f"declarations/<str:reference>{end}": Row("alice") for end in DECLARATION_PAGES}
ROWS |= {f"declarations/<str:reference>/vehicles/<int:place>{end}": Row("alice") for end in VEHICLE_PAGES}
ROWS |= {f"gate/{end}": Row(OFFICER) for end in GATE_PAGES}
ROWS |= {f"gate/{end}": Row(JUDGE) for end in JUDGES_PAGES}
ROWS |= {f"gate/desk/declarations/<str:reference>{end}": Row(OFFICER) for end in DOSSIER_PAGES}
ROWS |= {
    f"gate/desk/declarations/<str:reference>/vehicles/<str:vin>{end}": Row(OFFICER) for end in DOSSIER_VEHICLE_PAGES
}
"""One row per route; the back-office is below, by its prefix."""

ROLES = ("documents", "checkpoint", "inspection", "supervisor", "control_room")
METHODS = ("GET", "POST", "PATCH", "DELETE", "PUT")


def routes() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every route of the site but the back-office's, with its view."""
    yield from ((route, view) for route, view in walk(get_resolver().url_patterns, "") if not is_back_office(route))


def walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every route below some patterns."""
    for each in patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from walk(each.url_patterns, route)
        elif isinstance(each, URLPattern):
            yield route, each.callback


def is_back_office(route: str) -> bool:
    """Whether Django's admin answers there."""
    return route.startswith("admin/") and route != "admin/login/"


Names = Mapping[str, str]
"""What the parts of an address are called, with a value for each."""


def nowhere(world: Names) -> Names:
    """Ids that never were, in the form of those that are."""
    plain = {
        "uscc": "91350100M000100Y43",
        "newcomer": "91620100MA72L5T98H",
        "reference": "SG2222222222",
        "vin": "LRW3E7EK0TC987654",
        "lane": "CNHRS-R9",
    }
    kept = {"place", "code", "name", "number", "token", "vehicle"}
    return {name: plain.get(name) or (world[name] if name in kept else str(uuid.uuid4())) for name in world}


def address(route: str, names: Names) -> str:
    """A route with its parts filled; a part that this page does not know is red."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: names[part.group(1)], route)


def filled(body: Any, names: Names) -> Any:
    """A body with its {names} filled."""
    if isinstance(body, dict):
        return {name: filled(value, names) for name, value in body.items()}
    if isinstance(body, str) and body.startswith("{"):
        return {**names, "random_id": str(uuid.uuid4())}[body.strip("{}")]
    return body


def methods_of(route: str, view: Any) -> tuple[str, ...]:
    """What to try: of the API what the view knows, of the pages GET and POST."""
    if route.startswith(API) and hasattr(view, "view_class"):
        return tuple(method for method in METHODS if hasattr(view.view_class, method.lower()))
    return ("GET", "POST")
