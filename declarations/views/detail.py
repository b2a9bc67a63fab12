"""A declaration: a task list while it is a draft, then its timeline and its vehicles with readiness and pass."""

from datetime import datetime
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declarations import acts, examination, permissions, readiness, timeline
from declarations.acts import Act
from declarations.forms.header import SECTIONS
from declarations.lifecycle import InspectionStatus, VehicleStatus
from declarations.models import Declaration, History, Vehicle
from declarations.models.lapses import lapses_of
from declarations.models.paperwork import paperwork
from declarations.models.standing import answer
from declarations.readiness import Repair
from declarations.views.frame import find, page
from declarations.views.marks import marked
from declarations.views.notices import notice
from declarations.views.story import story
from declarations.words import InspectionNext

PER_PAGE = 50
NOT_MODIFIED_FOR_HTMX = 204


@page("GET")
def show(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The whole page."""
    declaration = find(request, reference)
    if declaration.is_draft:
        return _draft(request, declaration, now=timezone.now())
    return render(request, "declarations/detail.html", _context(request, declaration, now=timezone.now()))


@page("GET")
def progress(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The part of the page that changes, for a page that waits; nothing while nothing has changed."""
    declaration = find(request, reference)
    if request.GET.get("seen") == str(declaration.revision):
        return HttpResponse(status=NOT_MODIFIED_FOR_HTMX)
    if declaration.is_draft:  # rejected: the page has another shape now
        answered = HttpResponse()
        answered["HX-Redirect"] = reverse("declarations:detail", args=[reference])
        return answered
    context = {**_context(request, declaration, now=timezone.now()), "is_news": True}
    return render(request, "declarations/_progress.html", context)


def _draft(request: HttpRequest, declaration: Declaration, *, now: datetime) -> HttpResponse:
    """The task list."""
    found = marked(declaration, now=now)
    args = [declaration.reference]
    states = {code: found.state_of(code) for code in SECTIONS}
    tasks = [
        {"name": title, "href": _section(declaration, code, states[code]), "state": states[code]}
        for code, (title, _forms) in SECTIONS.items()
    ]
    vehicles = found.state_of_vehicles()
    tasks.append(
        {
            "name": _("Vehicles"),
            "hint": _vehicle_hint(len(found.vehicles), len(found.bad)),
            "href": reverse("declarations:vehicles", args=args),
            "state": vehicles,
        }
    )
    can_start = bool(found.vehicles)
    open_papers = paperwork(declaration, now=now).open
    tasks.append(
        {
            "name": _("Papers and files"),
            "hint": _("%(count)s missing; they never stop you from lodging") % {"count": open_papers}
            if open_papers
            else "",
            "href": reverse("declarations:documents", args=args),
            "state": "todo" if open_papers or not can_start else "done",
        }
    )
    tasks.append(
        {
            "name": _("Check answers and lodge"),
            "href": reverse("declarations:answers", args=args) if can_start else "",
            "state": "todo" if can_start else "later",
        }
    )
    rejected = History.objects.filter(declaration=declaration, to_status="REJECTED").order_by("-id").first()
    context = {
        "declaration": declaration,
        "found": found,
        "tasks": tasks,
        "rejected": rejected,
        "may_change": permissions.can_change(request.user, declaration),
        "entries": story(declaration, [row.vehicle for row in found.vehicles]),
        "now": now,
    }
    return render(request, "declarations/draft.html", context)


def _section(declaration: Declaration, code: str, state: str) -> str:
    href = reverse("declarations:section", args=[declaration.reference, code])
    return f"{href}?check=1" if state == "wrong" else href


def _vehicle_hint(total: int, bad: int) -> str:
    if not total:
        return _("none yet")
    return _("%(total)s · %(bad)s need repair") % {"total": total, "bad": bad} if bad else str(total)


def _context(request: HttpRequest, declaration: Declaration, *, now: datetime) -> dict[str, Any]:
    vehicles = list(declaration.vehicles.order_by("position", "pk"))
    shown = Paginator(vehicles, PER_PAGE).get_page(request.GET.get("page"))
    requests = list(declaration.requests.filter(answered_at=None).select_related("paper", "vehicle").order_by("due_at"))
    appeal_until = declaration.appeal_until
    may_appeal = appeal_until is not None and appeal_until > now
    may = acts.of_declaration(
        declaration.status, [row.status for row in vehicles], is_asked=bool(requests), may_appeal=may_appeal
    )
    may_change = permissions.can_change(request.user, declaration)
    opened = [row for row in vehicles if not acts.is_over(row.status)]
    return {
        "declaration": declaration,
        "cards": _cards(declaration, list(shown), may_change=may_change, now=now),
        "page_obj": shown,
        "counts": _counts(vehicles),
        "requests": requests,
        "links": _links(declaration, may) if may_change else [],
        "notice": notice(declaration, may, requests),
        "entries": story(declaration, vehicles, everything="all" in request.GET),
        "is_waiting": acts.being_decided(declaration.status, any(row.being_assessed for row in opened)),
        "may_change": may_change,
        "now": now,
    }


def _counts(vehicles: list[Vehicle]) -> dict[str, int]:
    """How many are still to come (and may come), stand at the port, are out."""
    return {
        "total": len(vehicles),
        "coming": sum(row.status == VehicleStatus.DECLARED for row in vehicles),
        "ready": sum(row.ready and row.status == VehicleStatus.DECLARED for row in vehicles),
        "at_port": sum(acts.is_at_port(row.status) for row in vehicles),
        "out": sum(row.status in (VehicleStatus.EXITED, VehicleStatus.HANDED_OVER) for row in vehicles),
    }


def _cards(
    declaration: Declaration, vehicles: list[Vehicle], *, may_change: bool, now: datetime
) -> list[dict[str, Any]]:
    """Each vehicle with its readiness as it is now, and what may be done about it."""
    whole = {row.pk: row for row in Vehicle.objects.whole().with_visits().filter(pk__in=[row.pk for row in vehicles])}
    answers = answer(vehicles, now=now)
    running_out = lapses_of(whole.values())
    return [
        {
            **_card(declaration, whole[row.pk], answers[row.pk], may_change=may_change),
            "lapses": [each for each in running_out[row.pk] if each.is_soon(now)],
        }
        for row in vehicles
        if row.pk in whole
    ]


def _card(
    declaration: Declaration, vehicle: Vehicle, standing: readiness.Readiness, *, may_change: bool
) -> dict[str, Any]:
    args = [declaration.reference, vehicle.position]
    may = acts.of_vehicle(declaration.status, vehicle.status, is_assessed=not vehicle.being_assessed)
    newest = vehicle.newest_pass
    driver = vehicle.get_driver()
    return {
        "vehicle": vehicle,
        "standing": standing,
        "is_over": acts.is_over(vehicle.status),
        "is_here": acts.is_at_port(vehicle.status),
        "because": _because(declaration, vehicle, standing, may_change=may_change),
        "pass": newest,
        "pass_href": reverse("declarations:pass", args=args) if newest else "",
        "driver": driver.name if driver else "",
        "findings": _findings(declaration, vehicle, may_change=may_change),
        "acts": [
            {"name": str(words), "href": reverse(f"declarations:{route}", args=args) + field}
            for act, route, field, words in VEHICLE_LINKS
            if may_change and act in may
        ],
        "links_href": reverse("declarations:vehicle-links", args=args) if may_change else "",
        "may_copy": may_change and Act.COPY in may,
    }


VEHICLE_LINKS = (
    (Act.SWAP, "vehicle-driver", "#id_driver-name", gettext_lazy("Swap driver")),
    (Act.SWAP, "vehicle-driver", "#id_plate", gettext_lazy("Swap plate")),
    (Act.SWAP, "vehicle-papers", "", gettext_lazy("Papers")),
    (Act.AMEND, "vehicle", "", gettext_lazy("Change vehicle")),
    (Act.RENEW_PASS, "renew", "", gettext_lazy("New pass")),
    (Act.WITHDRAW, "withdraw", "", gettext_lazy("Withdraw")),
)


def _findings(declaration: Declaration, vehicle: Any, *, may_change: bool) -> dict[str, Any]:
    """What the latest inspection found and what to do, while it has to be repaired; after a turn-back too."""
    if acts.is_over(vehicle.status):
        return {}
    ended = [row for row in vehicle.inspections.all() if row.closed_at and row.status in RESULTS]
    latest = max(ended, key=lambda row: (row.closed_at, row.pk), default=None)
    if latest is None or not latest.next:
        return {}
    left = vehicle.left_port_at
    if not timeline.inspection_is_told(at=latest.ordered_at, status=vehicle.status, left_port_at=left):
        return {}
    following = next((row for row in vehicle.inspections.all() if row.follows_id == latest.pk), None)
    may_ask = may_change and latest.next in ASKS_AGAIN and following is not None and following.awaits_repair
    return {
        "text": latest.findings,
        "found": examination.labels_of(latest.finding_codes),
        "steps": [*examination.repairs_of(latest.finding_codes), examination.NEXT_STEPS[latest.next]],
        "asked_at": following.repaired_at if following is not None else None,
        "href": reverse("declarations:repaired", args=[declaration.reference, vehicle.position]) if may_ask else "",
    }


ASKS_AGAIN = (InspectionNext.REPAIR_AND_RECHECK, InspectionNext.TURN_BACK)
RESULTS = (InspectionStatus.SATISFACTORY, InspectionStatus.NOT_SATISFACTORY)


def _because(
    declaration: Declaration, vehicle: Vehicle, standing: readiness.Readiness, *, may_change: bool
) -> list[dict[str, Any]]:
    """The reasons in public words with the links that repair them; those that wait alike share one wait."""
    reference, place = declaration.reference, vehicle.position
    repairs = {
        Repair.LODGE: reverse("declarations:answers", args=[reference]),
        Repair.CORRECT: reverse("declarations:detail", args=[reference]),
        Repair.APPEAL: reverse("declarations:appeal", args=[reference]),
        Repair.ANSWER: reverse("declarations:answer", args=[reference]),
        Repair.SET_DRIVER: reverse("declarations:vehicle-driver", args=[reference, place]),
        Repair.SET_PLATE: reverse("declarations:vehicle-driver", args=[reference, place]),
        Repair.RENEW_PAPER: reverse("declarations:vehicle-papers", args=[reference, place]),
        Repair.RENEW_PASS: reverse("declarations:renew", args=[reference, place]),
    }
    return [
        {
            "wait": wait,
            "reasons": [
                {"text": each.message, "href": repairs.get(each.repair, "") * may_change, "action": each.repair.label}
                for each in alike
            ],
        }
        for wait, alike in groupby(standing.because, key=lambda each: each.wait)
    ]


DECLARATION_LINKS = (
    (Act.COPY, "documents", (), gettext_lazy("Papers and files")),
    (Act.PRINT, "print", (), gettext_lazy("Print all passes")),
    (Act.AMEND_ARRIVAL, "arrival", (), gettext_lazy("Change planned arrival")),
    (Act.AMEND_HEADER, "section", ("route",), gettext_lazy("Change route and dates")),
    (Act.AMEND_HEADER, "section", ("contract",), gettext_lazy("Change consignee and contract")),
    (Act.CANCEL, "cancel", (), gettext_lazy("Cancel declaration")),
)


def _links(declaration: Declaration, may: frozenset[Act]) -> list[dict[str, str]]:
    links = {
        "name": _("Links for drivers and importers"),
        "href": reverse("declarations:links", args=[declaration.reference]),
    }
    pool = {"name": _("Pool of ferrymen"), "href": reverse("declarations:pool", args=[declaration.reference])}
    return [links, *([pool] if Act.AMEND_ARRIVAL in may else [])] + [
        {"name": str(words), "href": reverse(f"declarations:{route}", args=[declaration.reference, *more])}
        for act, route, more, words in DECLARATION_LINKS
        if act in may
    ]
