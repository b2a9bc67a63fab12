"""The rows of the matrix of tenant walls: every route of the site, who may use it, and with what body."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

API = "api/v1/"
WHY = {"reason": "because"}
OFFICER = "officer"
"""A person with every officer's role at Horgos, who may get furthest there."""


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

PUBLIC_PAGES = ("", "sign-in", "sign-out", "i18n/setlang/", "admin/login/")
EXPORTERS_PAGES = (
    "declarations",
    "declarations/new",
    "declarations/new/check",
    "catalogue",
    "catalogue/new",
    "catalogue/<uuid:model>",
    "catalogue/<uuid:model>/remove",
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
)
"""Whoever holds the token is let in; what they show him is tested beside the pages themselves."""

DECLARATION_PAGES = (
    "",
    "/progress",
    "/sections/<str:code>",
    "/sections/<str:code>/check",
    "/answers",
    "/arrival",
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
    "/driver-links.csv",
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
    "cases",
    "passages/<uuid:passage>",
    "passages/<uuid:passage>/annul",
    "passages/<uuid:passage>/contest",
    "passages/<uuid:passage>/override",
    "overrides",
    "overrides/<uuid:override>/grant",
    "desk",
    "holds/<uuid:hold>/lift",
    "inspections",
    "inspections/<uuid:inspection>",
    "inspections/<uuid:inspection>/start",
    "inspections/<uuid:inspection>/result",
    "inspections/<uuid:inspection>/waive",
)
DOSSIER_PAGES = (
    "",
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
ROWS |= {f"ferrymen/<uuid:member>{end}": Row("alice") for end in MEMBER_PAGES}
ROWS |= {f"sheets/<uuid:sheet>{end}": Row("alice") for end in SHEET_PAGES}
ROWS |= {f"declarations/<str:reference>{end}": Row("alice") for end in DECLARATION_PAGES}
ROWS |= {f"declarations/<str:reference>/vehicles/<int:place>{end}": Row("alice") for end in VEHICLE_PAGES}
ROWS |= {f"gate/{end}": Row(OFFICER) for end in GATE_PAGES}
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
