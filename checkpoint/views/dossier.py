"""A declaration and a vehicle as officers see them: everything, with why it was selected and what stands against it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from checkpoint.likeness import masked
from checkpoint.models import Passage
from checkpoint.views import offers, queues
from checkpoint.views.frame import Officers
from checkpoint.views.looked import seen_before
from declarations import permissions
from declarations.actions.drafting import check_draft, fresh
from declarations.clearance.assessment import rows_with_problems
from declarations.clearance.controls import WAITING
from declarations.lifecycle import CheckStatus
from declarations.models import Declaration, History, RiskRule, Vehicle, load_reference
from declarations.models.standing import answer
from declarations.words import Category, Condition, Direction, Mode, Powertrain

VEHICLES_PER_PAGE = 25
RECENT = 30


def declaration_of(request: HttpRequest, reference: str) -> Declaration:
    """A declaration that this officer may see.

    Raises: Http404.
    """
    rows = Declaration.objects.for_officer(request.user).with_appeal().select_related("organisation", "port")
    return get_object_or_404(rows, reference=reference)


def vehicle_of(request: HttpRequest, reference: str, vin: str) -> Vehicle:
    """A vehicle of it, by VIN; where one was withdrawn and declared again, the live one.

    Raises: Http404.
    """
    declaration = declaration_of(request, reference)
    rows = Vehicle.objects.whole().filter(declaration=declaration, vin=vin).order_by("-live", "-id")
    vehicle: Vehicle = get_object_or_404(rows[:1])
    vehicle.declaration = declaration
    return vehicle


class DeclarationPage(Officers):
    """The whole declaration."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Header, controls, vehicles, scans, history; and the verbs that fit."""
        user, now = request.user, timezone.now()
        declaration = declaration_of(request, reference)
        vehicles = (
            declaration.vehicles.annotate(
                standing_holds=Count("holds", filter=Q(holds__lifted_at=None), distinct=True),
                open_checks=Count("checks", filter=Q(checks__status=CheckStatus.OPEN), distinct=True),
                open_inspections=Count("inspections", filter=Q(inspections__status__in=WAITING), distinct=True),
            )
            .select_related(None)
            .order_by("position", "id")
        )
        page = Paginator(vehicles, VEHICLES_PER_PAGE).get_page(request.GET.get("page"))
        checks = declaration.checks.select_related("vehicle", "closed_by").order_by("-opened_at")
        holds = list(declaration.holds.select_related("reason", "vehicle", "placed_by", "lifted_by"))
        problems = list(declaration.overrides.select_related("accepted_by", "asked_by"))
        sentences = problem_sentences(declaration, now) if problems else {}
        open_checks = sum(check.closed_at is None for check in checks)
        values: dict[str, Any] = {
            "declaration": declaration,
            "wait": queues.wait_of(declaration, now),
            "seen": seen_before(request, declaration),
            "facts": header_facts(declaration),
            "page_obj": page,
            "holds": [(hold, permissions.can_lift(user, _of(hold, declaration))) for hold in holds],
            "checks": checks,
            "requests": declaration.requests.select_related("paper", "vehicle", "asked_by", "answered_by"),
            "hits": hits_in_words(declaration.risk_hits.select_related("vehicle")),
            "problems": [(row, sentences.get((row.vin, row.code), row.code)) for row in problems],
            "may_accept": permissions.can_accept_problem(user, declaration),
            "offers": offers.for_declaration(user, declaration, open_checks=open_checks, now=now),
            "passages": Passage.objects.visible_to(user)
            .filter(declaration=declaration)
            .select_related("lane")
            .defer("code")
            .order_by("-decided_at")[:RECENT],
            "history": _with_vins(History.objects.filter(declaration=declaration.pk).order_by("-id")[:RECENT]),
            "now": now,
        }
        return render(request, "checkpoint/declaration.html", values)


class VehiclePage(Officers):
    """One vehicle of a declaration."""

    def get(self, request: HttpRequest, reference: str, vin: str) -> HttpResponse:
        """What was declared, what stands against it, where it was seen."""
        user, now = request.user, timezone.now()
        vehicle = vehicle_of(request, reference, vin)
        driver = vehicle.get_driver()
        holds = list(vehicle.holds.select_related("reason", "vehicle", "placed_by", "lifted_by"))
        values: dict[str, Any] = {
            "vehicle": vehicle,
            "declaration": vehicle.declaration,
            "driver": driver,
            "driver_facts": [masked(text) for text in (driver.passport_number, driver.phone, driver.card)]
            if driver
            else [],
            "papers": [(paper, _paper_name(paper.code)) for paper in vehicle.papers.all()],
            "kind": kind_of(vehicle),
            "passes": vehicle.passes.order_by("-version"),
            "holds": [(hold, permissions.can_lift(user, _of(hold, vehicle.declaration))) for hold in holds],
            "checks": vehicle.checks.select_related("closed_by").order_by("-opened_at"),
            "inspections": vehicle.inspections.select_related("closed_by").order_by("-ordered_at"),
            "overrides": vehicle.overrides.select_related("asked_by", "granted_by")[:RECENT],
            "hits": hits_in_words(vehicle.risk_hits.select_related("vehicle")),
            "because": answer([vehicle], now=now)[vehicle.pk].because,
            "offers": offers.for_vehicle(user, vehicle),
            "passages": Passage.objects.visible_to(user)
            .filter(vehicle=vehicle)
            .select_related("lane")
            .defer("code")
            .order_by("-decided_at")[:RECENT],
            "history": History.objects.filter(vehicle=vehicle.pk).order_by("-id")[:RECENT],
            "now": now,
        }
        return render(request, "checkpoint/vehicle.html", values)


def _with_vins(rows: Iterable[History]) -> list[History]:
    """History rows that know the VIN of their vehicle: beside others a row has to say whose it is."""
    rows = list(rows)
    vins = dict(Vehicle.objects.filter(pk__in={row.vehicle_id for row in rows}).order_by().values_list("pk", "vin"))
    for row in rows:
        row.vin = vins.get(row.vehicle_id or 0, "")  # type: ignore[attr-defined]
    return rows


def hits_in_words(hits: Any) -> list[dict[str, Any]]:
    """Risk hits with the label of the rule in the very version that hit."""
    hits = list(hits)
    labels = {
        (rule.code, rule.version): rule.label
        for rule in RiskRule.objects.filter(code__in={hit.rule_code for hit in hits})
    }
    return [{"hit": hit, "label": labels.get((hit.rule_code, hit.rule_version), "")} for hit in hits]


def _of(row: Any, declaration: Declaration) -> Any:
    """Spare the permission a query: the row's declaration is known."""
    row.declaration = declaration
    return row


def problem_sentences(declaration: Declaration, now: datetime) -> dict[tuple[str, str], str]:
    """The sentence of every problem of the declaration by VIN and code."""
    whole = fresh(declaration)
    vehicles = whole.present_vehicles()
    return {
        (vehicles[row].vin, problem.code): problem.message
        for problem in check_draft(whole, now=now)
        for row in rows_with_problems([problem])
    }


def _paper_name(code: str) -> str:
    known = load_reference().paper_types.get(code)
    return str(known.label) if known else code


def kind_of(vehicle: Vehicle) -> list[str]:
    """Category, powertrain and condition in words."""
    told = ((Category, vehicle.category), (Powertrain, vehicle.powertrain), (Condition, vehicle.condition))
    return [str(dict(words.choices).get(code, code)) for words, code in told if code]


def header_facts(declaration: Declaration) -> list[tuple[str, Any]]:
    """What the header declares, label and value, codes in words."""
    names = (
        "functional_reference",
        "registration_number",
        "direction",
        "mode",
        "destination_country",
        "consignee_name",
        "consignee_country",
        "consignee_address",
        "contract_number",
        "incoterm",
        "incoterm_place",
        "currency",
    )
    words = {"direction": dict(Direction.choices), "mode": dict(Mode.choices)}
    facts = []
    for name in names:
        value = getattr(declaration, name)
        label = str(declaration._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        facts.append((label, words.get(name, {}).get(value, value)))
    return [(label, value) for label, value in facts if value]
