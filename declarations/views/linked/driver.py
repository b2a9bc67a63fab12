"""The driver's page: go, wait or stop, why, where, when, the pass itself. Nothing on it names a person."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from declarations import driving, qr
from declarations.actions import handing_over, subscribing
from declarations.clearance import at_bay
from declarations.clearance.controls import WAITING
from declarations.errors import DomainError, Unacceptable
from declarations.messengers import push
from declarations.models import HandOverPhoto, Link, Pass, Vehicle
from declarations.models.standing import answer
from declarations.views.linked.frame import by_link, sent_photos
from declarations.words import Audience, Side

WORKER = Path(__file__).resolve().parents[2] / "static" / "declarations" / "driver_worker.js"
TAIL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything that the page knows, and nothing else: a new field here is a decision about strangers' eyes."""

    signal: str
    word: str
    why: str
    step: str
    port: str
    gate: str
    address: str
    arrival_at: datetime | None
    ready_until: datetime | None
    valid_until: datetime | None
    vehicle: str
    colour: str
    plate: str
    vin_tail: str
    code_href: str
    manual_code: str
    photo_side: str
    departure_photos: int
    arrival_photos: int
    bays: tuple[tuple[str, str], ...]
    """Where to go for inspection, in that order: agency and name of the bay; none before the vehicle is in the port."""


@by_link(Audience.DRIVER, "GET")
def show(request: HttpRequest, link: Link) -> HttpResponseBase:
    """The page as it stands now."""
    return _page(request, link)


@by_link(Audience.DRIVER, "GET")
def code(request: HttpRequest, link: Link) -> HttpResponseBase:
    """The pass as a picture."""
    newest = _shown(link)
    if newest is None:
        raise Http404
    return HttpResponse(qr.svg(newest.code), content_type="image/svg+xml")


@by_link(Audience.DRIVER, "POST")
def photograph(request: HttpRequest, link: Link) -> HttpResponseBase:
    """Photos of the vehicle, at departure or at the place."""
    side = request.POST.get("side", "")
    try:
        handing_over.photograph(
            link_id=link.pk,
            side=Side(side if side in Side.values else Side.DEPARTURE),
            contents=sent_photos(request),
            now=timezone.now(),
        )
    except DomainError as refusal:
        return _page(request, link, failure=str(refusal))
    return HttpResponseRedirect(reverse("declarations:driver", args=[link.token]))


@by_link(Audience.DRIVER, "POST")
def listen(request: HttpRequest, link: Link) -> HttpResponseBase:
    """News to this telephone from now on; asked by the page's script."""
    sent = request.POST
    try:
        subscribing.subscribe(
            link_id=link.pk,
            endpoint=sent.get("endpoint", ""),
            public_key=sent.get("p256dh", ""),
            secret=sent.get("auth", ""),
            language=get_language() or settings.LANGUAGE_CODE,
            now=timezone.now(),
        )
    except Unacceptable as refusal:
        (problem,) = refusal.problems
        return JsonResponse(problem.as_dict(), status=422)
    except DomainError as refusal:
        return JsonResponse({"code": refusal.code, "message": str(refusal)}, status=409)
    return HttpResponse(status=204)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the last answer for a phone without a network; from here it may do so for `/d/` alone."""
    answered = HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
    answered["Cache-Control"] = "no-cache"
    return answered


def _page(request: HttpRequest, link: Link, *, failure: str = "") -> HttpResponse:
    now = timezone.now()
    context = {
        "sheet": _sheet(link, now=now),
        "address": reverse("declarations:driver", args=[link.token]),
        "news_key": push.public_key(settings.VAPID_PRIVATE_KEY) if push.is_ready() else "",
        "failure": failure,
        "now": now,
    }
    return render(request, "declarations/linked/driver.html", context)


def _sheet(link: Link, *, now: datetime) -> Sheet:
    vehicle, declaration = link.vehicle, link.vehicle.declaration
    standing = answer([vehicle], now=now)[vehicle.pk]
    advice = driving.advise(vehicle_status=vehicle.status, is_ready=standing.ready, because=standing.because)
    newest = _shown(link)
    sides = list(HandOverPhoto.objects.filter(vehicle=vehicle, taken_by=Audience.DRIVER).values_list("side", flat=True))
    open_sides = [side for side in Side.values if handing_over.may_photograph(vehicle, side)]
    port = declaration.port
    return Sheet(
        signal=advice.signal.value,
        word=str(advice.signal.label),
        why=str(advice.why),
        step=str(advice.step),
        port=port.name if port else "",
        gate=port.gate if port else "",
        address=port.address if port else "",
        arrival_at=declaration.planned_arrival_at,
        ready_until=standing.wait.until if standing.ready and standing.wait else None,
        valid_until=newest.valid_until if newest else None,
        vehicle=f"{vehicle.make} {vehicle.model}".strip(),
        colour=vehicle.colour,
        plate=vehicle.plate,
        vin_tail=vehicle.vin[-TAIL:],
        code_href=f"{reverse('declarations:driver-code', args=[link.token])}?v={newest.version}" if newest else "",
        manual_code=newest.manual_code if newest else "",
        photo_side=open_sides[0] if open_sides else "",
        departure_photos=sides.count(Side.DEPARTURE),
        arrival_photos=sides.count(Side.ARRIVAL),
        bays=_bays(vehicle) if driving.sends_to_bay(advice) else (),
    )


def _bays(vehicle: Vehicle) -> tuple[tuple[str, str], ...]:
    rows = at_bay.in_turn(vehicle.inspections.filter(status__in=WAITING).select_related("bay"))
    return tuple((row.get_agency_display(), row.bay.name if row.bay and row.bay.is_open else "") for row in rows)


def _shown(link: Link) -> Pass | None:
    """The pass to be shown at the gate, if there is one now."""
    newest = link.vehicle.newest_pass
    is_shown = newest and driving.shows_code(pass_status=newest.status, vehicle_status=link.vehicle.status)
    return newest if is_shown else None
