"""Cases at the gate: what wants an officer, what was seen against what was declared, and what he decides."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from checkpoint import desk, permissions
from checkpoint.forms import ContestForm, DecisionForm, ReasonForm
from checkpoint.models import BarrierAnswer, Case, Passage
from checkpoint.reasons import REASONS, Reason, Remedy, officer_text
from checkpoint.views.compare import compare
from checkpoint.views.frame import Act, Officers, Refusal, sentence_of
from declarations import permissions as clearance_permissions
from declarations.errors import NotPermitted
from declarations.lifecycle import CLOSED_VEHICLE, VehicleStatus
from declarations.models import Admission, History, Vehicle
from declarations.permissions import can_ask_override
from declarations.readiness import Actor, Otherwise, Wait
from declarations.words import Stage

PER_PAGE = 25
RECENT = 20

BUTTONS: tuple[tuple[Remedy, str | Promise, str], ...] = (
    (Remedy.RELEASE, _("Release"), "check"),
    (Remedy.INSPECT, _("Inspect"), "search"),
    (Remedy.TURN_BACK, _("Turn back"), "u-turn"),
    (Remedy.CLOSE, _("Close the case"), "done"),
)
"""The results of a decision, in the order of the bar."""

SINCE: dict[str, tuple[Actor, Otherwise]] = {
    VehicleStatus.DETAINED: (Actor.SUPERVISOR, Otherwise.GOES_NO_FURTHER),
    VehicleStatus.PRESENTED: (Actor.DRIVER, Otherwise.GOES_NO_FURTHER),
    **dict.fromkeys(CLOSED_VEHICLE | {VehicleStatus.DECLARED}, (Actor.OFFICER, Otherwise.STAYS)),
}
"""Whom a case waits for once its vehicle came to one of these after it was opened."""


def open_cases(user: object) -> QuerySet[Case]:
    """Cases that wait at this officer's ports, whoever waits longest first."""
    return (
        Case.objects.visible_to(user)
        .open()
        .select_related("passage__lane", "passage__vehicle", "passage__declaration")
        .defer("passage__code")
        .order_by("opened_at")
    )


def wait_of_case(case: Case) -> Wait:
    """Whoever its reason names has to act; until then the vehicle stands at the gate.

    What happened to the vehicle since counts more: detained, it waits for the supervisor; sent back to the gate, its
    cause is gone and it waits for its driver; turned back or taken out, only the case is left to close.
    """
    vehicle = case.passage.vehicle
    if vehicle is not None and vehicle.status_at > case.opened_at:
        came = SINCE.get(vehicle.status)
        if came is not None:
            who, otherwise = came
            return Wait(who, vehicle.status_at, None, otherwise)
    if case.vin_read:  # contested: a second person annuls
        return Wait(Actor.SUPERVISOR, case.opened_at, None, Otherwise.GOES_NO_FURTHER)
    who = REASONS[Reason(case.passage.reason)].must_act
    return Wait(who, case.opened_at, None, Otherwise.GOES_NO_FURTHER)


class Cases(Officers):
    """Open cases, the oldest first; the list keeps itself true."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The whole page, or the list alone for the poll."""
        now = timezone.now()
        page = Paginator(open_cases(request.user), PER_PAGE).get_page(request.GET.get("page"))
        cases = [(case, wait_of_case(case)) for case in page]
        values = {"page_obj": page, "cases": cases, "now": now, "total": page.paginator.count}
        is_poll = bool(getattr(request, "htmx", False))
        return render(request, "checkpoint/_cases.html" if is_poll else "checkpoint/cases.html", values)


class PassagePage(Officers):
    """One passage: for ever what it was, and while its case is open what may be done about it."""

    def get(self, request: HttpRequest, passage: uuid.UUID) -> HttpResponse:
        """The passage of a port of this officer."""
        return self._page(_passage(request, passage))

    def post(self, request: HttpRequest, passage: uuid.UUID) -> HttpResponse:
        """Decide it: RELEASE, INSPECT, TURN_BACK or CLOSE, with a reason."""
        row = _passage(request, passage)
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return self._page(row, form, status=422)
        values = form.cleaned_data
        if values["result"] not in {remedy.value for remedy, _label, _icon in BUTTONS}:
            form.add_error(None, _("Choose what to do."))
            return self._page(row, form, status=422)
        try:
            case = desk.decide(
                passage_id=row.pk,
                result=values["result"],
                reason=values["reason"],
                vin=values["vin"],
                by=request.user,
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, sentence_of(refusal))
            return self._page(row, form, status=403 if isinstance(refusal, NotPermitted) else 409)
        messages.success(request, _("Decided: %(result)s.") % {"result": case.get_result_display()})
        return HttpResponseRedirect(reverse("checkpoint:cases"))

    def _page(self, passage: Passage, form: DecisionForm | None = None, *, status: int = 200) -> HttpResponse:
        user, now = self.request.user, timezone.now()
        case = getattr(passage, "case", None)
        remedies = REASONS[Reason(passage.reason)].remedies
        vehicle = _vehicle(passage)
        is_open = case is not None and case.closed_at is None
        decides = is_open and permissions.can_decide_passage(user, passage)
        admitted = Admission.objects.filter(passage_id=passage.pk, annulled_at=None).exists()
        values: dict[str, Any] = {
            "passage": passage,
            "case": case,
            "is_open": is_open,
            "vehicle": vehicle,
            "rows": compare(passage, vehicle),
            "sentence": officer_text(Reason(passage.reason), [Reason(code) for code in passage.advice]),
            "wait": wait_of_case(case) if case is not None and is_open else None,
            "remedies": [remedy for remedy in Remedy if remedy in remedies],
            "links": _links(passage, vehicle, remedies) if is_open else [],
            "buttons": [(r.value, label, icon) for r, label, icon in BUTTONS if r in remedies] if decides else [],
            "form": form or DecisionForm(),
            "wants_vin": not passage.seen.get("own"),
            "may_contest": decides and Remedy.CONTEST in remedies and not (case and case.vin_read),
            "contested": _contested(user, passage) if case and case.vin_read and is_open else None,
            "may_ask_override": decides
            and Remedy.OVERRIDE in remedies
            and vehicle is not None
            and can_ask_override(user, vehicle.declaration),
            "may_annul": admitted and permissions.can_annul(user, passage, now),
            "admitted": admitted,
            "barrier": BarrierAnswer.objects.filter(order_id=passage.pk).first(),
            "history": _history(vehicle),
            "passages": _passages(user, passage),
            "now": now,
        }
        return render(self.request, "checkpoint/passage.html", values, status=status)


class Annul(Act):
    """Take an admission back."""

    title = _("Annul the admission")
    lead = _("%(what)s at %(lane)s. The vehicle steps back as if it had not passed.")
    button = _("Annul")
    done = _("The admission was annulled.")
    is_destructive = True
    form_class = ReasonForm

    def find(self) -> None:
        """The passage that admitted."""
        self.passage = _passage(self.request, self.kwargs["passage"])
        what = self.passage.vehicle.vin if self.passage.vehicle else ""
        self.names = {"what": what, "lane": self.passage.lane.code}

    def check(self) -> None:
        """The gate itself for a quarter of an hour, later a second person."""
        permissions.check_can_annul(self.request.user, self.passage, timezone.now())

    def act(self, form: Any) -> None:
        """Annul."""
        desk.annul(
            passage_id=self.passage.pk,
            reason=form.cleaned_data["reason"],
            by=self.request.user,
            now=timezone.now(),
        )

    def back(self) -> str:
        """To the passage."""
        return reverse("checkpoint:passage", args=[self.passage.pk])


class Contest(Annul):
    """Say that the earlier admission was not this car's."""

    form_class = ContestForm
    title = _("Contest the earlier admission")
    lead = _(
        "%(what)s at %(lane)s. If the VIN on the car is the declared one, a second person annuls the earlier admission."
    )
    button = _("Contest")
    done = _("Contested. A second person has to annul the earlier admission; then scan again.")

    def check(self) -> None:
        """Whoever decides at the gate."""
        permissions.check_can_decide_passage(self.request.user, self.passage)

    def act(self, form: Any) -> None:
        """Contest."""
        desk.contest(
            passage_id=self.passage.pk,
            vin=form.cleaned_data["vin"],
            reason=form.cleaned_data["reason"],
            by=self.request.user,
            now=timezone.now(),
        )


class AskOverride(Annul):
    """Ask a second person to set the vehicle's controls aside."""

    title = _("Ask for an override")
    lead = _(
        "%(what)s at %(lane)s. A supervisor or the control room has to grant it; it then holds for 30 minutes, "
        "for this vehicle and this stage alone."
    )
    button = _("Ask")
    done = _("Asked. Scan again as soon as it is granted.")
    is_destructive = False

    def check(self) -> None:
        """Whoever decides at the gate."""
        permissions.check_can_decide_passage(self.request.user, self.passage)
        if self.passage.declaration is not None:
            clearance_permissions.check_can_ask_override(self.request.user, self.passage.declaration)

    def act(self, form: Any) -> None:
        """Ask."""
        desk.ask_override(
            passage_id=self.passage.pk,
            reason=form.cleaned_data["reason"],
            by=self.request.user,
            now=timezone.now(),
        )


def _passage(request: HttpRequest, passage: uuid.UUID) -> Passage:
    rows = Passage.objects.visible_to(request.user).select_related(
        "lane__checkpoint", "port", "vehicle__declaration", "declaration", "officer", "case__closed_by"
    )
    return get_object_or_404(rows, pk=passage)


def _vehicle(passage: Passage) -> Vehicle | None:
    if passage.vehicle_id is None:
        return None
    return Vehicle.objects.whole().select_related("declaration__organisation").get(pk=passage.vehicle_id)


def _contested(user: object, passage: Passage) -> Passage | None:
    """The earlier passage whose admission a second person has to annul."""
    stages = [passage.stage, Stage.EXIT]
    rows = Admission.objects.filter(vehicle=passage.vehicle_id, annulled_at=None, stage__in=stages)
    live = rows.order_by("at").first()
    return Passage.objects.visible_to(user).filter(pk=live.passage_id).first() if live else None


def _history(vehicle: Vehicle | None) -> list[History]:
    if vehicle is None:
        return []
    return list(History.objects.filter(vehicle=vehicle.pk).order_by("-id")[:RECENT])


def _passages(user: object, passage: Passage) -> list[Passage]:
    if passage.vehicle_id is None:
        return []
    rows = Passage.objects.visible_to(user).filter(vehicle=passage.vehicle_id).exclude(pk=passage.pk)
    return list(rows.select_related("lane").defer("code").order_by("-decided_at")[:RECENT])


def _links(passage: Passage, vehicle: Vehicle | None, remedies: frozenset[Remedy]) -> list[dict[str, Any]]:
    """Ways out that stand on another page."""
    links = []
    if Remedy.IDENTIFY in remedies:
        links.append({"href": reverse("checkpoint:find"), "label": _("Find the vehicle by its VIN"), "icon": "search"})
    if vehicle is not None and vehicle.declaration.port_id == passage.port_id:
        at = [vehicle.declaration.reference, vehicle.vin]
        if Remedy.RECORD_RETURNED in remedies:
            links.append(
                {"href": reverse("checkpoint:returned", args=at), "label": _("Record as returned"), "icon": "u-turn"}
            )
        if remedies & {Remedy.SETTLE, Remedy.SUPERVISOR, Remedy.REPAIR, Remedy.RENEW}:
            links.append(
                {"href": reverse("checkpoint:vehicle", args=at), "label": _("Settle the cause"), "icon": "arrow"}
            )
    return links
