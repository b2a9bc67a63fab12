"""The officer's scan page: he is the virtual device of the lane that he opened."""

import uuid
from datetime import datetime
from typing import Any

from csp.constants import SELF, WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from checkpoint import scanning, shifts
from checkpoint.decision import wanted_facts
from checkpoint.forms import ScanForm
from checkpoint.models import Device, Lane, Passage
from checkpoint.models.gate import Gate, gate_of_device
from checkpoint.permissions import lanes_to_scan_at
from checkpoint.reasons import REASONS, Reason, Remedy, Verdict, driver_text, officer_text
from checkpoint.templatetags import verdicts
from checkpoint.views.frame import Officers
from checkpoint.views.shifts import OPENED, SHIFT, at_lanes, device_at, patience, person_at, standing_at
from declarations.models import Admission, Vehicle
from declarations.words import Stage

ENGINE = "checkpoint/offline/engine.js"
"""What answers on the device while the network is gone."""

READS = {"script-src": [WASM_UNSAFE_EVAL], "worker-src": [SELF]}
"""What this page's policy allows beyond the others': the reader of codes is WebAssembly, in a worker of our own."""


class Lanes(Officers):
    """Choose the lane to scan at; the choice is remembered for the shift."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The lanes of one's ports, in the order of the road: entry, release, exit."""
        order = list(Stage.values)
        lanes = sorted(
            lanes_to_scan_at(request.user),
            key=lambda lane: (lane.checkpoint.port_id, order.index(lane.checkpoint.stage), lane.code),
        )
        taken = at_lanes(lanes)
        for lane in lanes:
            lane.shift = taken.get(lane.pk)  # type: ignore[attr-defined]
        opened = request.session.get(OPENED)
        return render(request, "checkpoint/lanes.html", {"lanes": lanes, "opened": opened})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open a lane: a shift begins there, and whoever had its page has it no longer."""
        # Looked for here and not in the database, which cannot be asked for a NUL.
        wanted = request.POST.get("lane")
        lane = next((row for row in lanes_to_scan_at(request.user) if row.code == wanted), None)
        device = device_at(lane) if lane is not None else None
        if lane is None or device is None:
            raise Http404
        request.session[OPENED] = lane.code
        try:
            shift = shifts.begin(device_id=device.pk, by=person_at(request), now=timezone.now(), patience=patience())
        except shifts.Closed:
            pass  # the lane's own page says what to do
        else:
            request.session[SHIFT] = shift.pk
        return HttpResponseRedirect(reverse("checkpoint:scan", args=[lane.code]))


class Resume(Officers):
    """Go on scanning where one was, or choose a lane first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """To the remembered lane, if it is still open to this officer."""
        code = request.session.get(OPENED, "")
        if not lanes_to_scan_at(request.user).filter(code=code).exists():
            return HttpResponseRedirect(reverse("checkpoint:lanes"))
        return HttpResponseRedirect(reverse("checkpoint:scan", args=[code]))


@method_decorator(csp_update(READS), name="dispatch")
class Scan(Officers):
    """Scan at one lane. Without JavaScript the answer is a page of its own."""

    def get(self, request: HttpRequest, lane: str) -> HttpResponse:
        """The field; `?vin=` fills in the newest pass of a vehicle that was found by its VIN."""
        row = get_object_or_404(lanes_to_scan_at(request.user), code=lane)
        request.session[OPENED] = row.code
        values: dict[str, Any] = {"scan_id": uuid.uuid4()}
        if wanted := request.GET.get("vin"):
            vehicle = Vehicle.objects.for_officer(request.user).filter(vin=wanted, live=True).first()
            newest = vehicle.newest_pass if vehicle else None
            values |= {"vin": wanted, "code": newest.manual_code if newest else ""}
        return self._page(row, ScanForm(initial=values))

    def post(self, request: HttpRequest, lane: str) -> HttpResponse:
        """Ask the gate; a repeated send of the same scan gets the stored answer."""
        row = get_object_or_404(lanes_to_scan_at(request.user), code=lane)
        now = timezone.now()
        _device, gate = _gate(row, now)
        form = ScanForm(request.POST)
        if not form.is_valid():
            return self._page(row, form, status=422)
        try:
            answer, shift = shifts.scan(
                gate=gate,
                scan_id=form.cleaned_data["scan_id"],
                body=form.body(),
                by=person_at(request),
                now=now,
                patience=patience(),
            )
        except shifts.Closed:
            # As where somebody has not signed in: nothing was asked, and the same scan may be sent afterwards.
            return self._page(row, form, status=401)
        except scanning.BodyDiffers:
            # The fields were changed after a try that did arrive: that is another question, so it needs another id.
            data = request.POST.copy()
            data["scan_id"] = str(uuid.uuid4())
            form = ScanForm(data)
            form.add_error("code", _("The first try was answered already. Send this changed scan once more."))
            return self._page(row, form, status=409)
        except Error:  # of whatever kind: a failure of ours is MANUAL (law 8)
            return self._verdict(_no_answer(gate, now), status=503)
        if request.session.get(SHIFT) != shift.pk:
            request.session[SHIFT] = shift.pk
        return self._verdict(answer.payload)

    def _page(self, lane: Lane, form: ScanForm, *, status: int = 200) -> HttpResponse:
        now = timezone.now()
        device, gate = _gate(lane, now)
        values = {
            **standing_at(device, person_at(self.request), now),
            "lane": lane,
            "form": form,
            "next_href": self.request.path,
            "must_see": wanted_facts(gate.stage, gate.must_see),
            "no_answer": _no_answer(gate, now),
            "engine": static(ENGINE),
            "offline_results": (verdicts.PROVISIONAL, verdicts.STOP, verdicts.OFFICER, verdicts.USED),
        }
        is_open = not values["is_locked"] and not values["is_taken"]
        part = "checkpoint/_scan_form.html" if is_open else "checkpoint/_scan_closed.html"
        template = part if _wants_part(self.request) else "checkpoint/scan.html"
        response = render(self.request, template, values, status=status)
        if is_open and status == 200:
            response["X-Scan-Page"] = "open"  # such a page may be kept for a time without a network
        return response

    def _verdict(self, payload: dict[str, Any], *, status: int = 200) -> HttpResponse:
        reason = Reason(payload["reason"])
        remedies = REASONS[reason].remedies
        passage = Passage.objects.visible_to(self.request.user).filter(pk=payload["passage_id"]).first()
        values: dict[str, Any] = {
            "answer": payload,
            # The page shows beside each other what the sentence of the answer names.
            "sentence": officer_text(reason, [Reason(code) for code in payload["advice"]]),
            "advice": [str(each.label) for each in Remedy if each in remedies],
            "next_href": self.request.path,
            "case_href": "",
        }
        if passage is not None and remedies:
            values["case_href"] = reverse("checkpoint:passage", args=[passage.pk])
        if passage is not None and reason is Reason.ALREADY_ADMITTED:
            values |= _first_use(passage)
        template = "checkpoint/_verdict.html" if _wants_part(self.request) else "checkpoint/verdict.html"
        return render(self.request, template, values, status=status)


def _gate(lane: Lane, now: datetime) -> tuple[Device, Gate]:
    """The lane's own device, and the gate as it knows it.

    Raises: Http404 for a lane without one, or with a revoked one.
    """
    device = device_at(lane)
    gate = gate_of_device(device.pk, now=now) if device else None
    if device is None or gate is None:
        raise Http404
    return device, gate


def _wants_part(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "scan"


def _first_use(passage: Passage) -> dict[str, Any]:
    """When and where the pass was used before."""
    stages = [passage.stage, Stage.EXIT]
    rows = Admission.objects.filter(vehicle=passage.vehicle_id, stage__in=stages, annulled_at=None)
    first = rows.order_by("at").first()
    if first is None:
        return {}
    lane = Passage.objects.filter(pk=first.passage_id).values_list("lane__code", flat=True).first()
    return {"used_at": first.at, "used_lane": lane}


def _no_answer(gate: Gate, now: datetime) -> dict[str, Any]:
    """What an officer reads when nothing could be stored: nothing counts as answered, the same scan is asked anew."""
    reason = Reason.TIMED_OUT
    return {
        "passage_id": None,
        "verdict": Verdict.MANUAL.value,
        "reason": reason.value,
        "advice": [],
        "provisional": False,
        "barrier": "STAY",
        "port": gate.port,
        "stage": gate.stage.value,
        "lane": gate.lane,
        "decided_at": now,
        "officer_text": officer_text(reason),
        "driver_text": driver_text(reason),
        "vehicle": None,
        "declaration": None,
        "compared": [],
    }
