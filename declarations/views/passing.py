"""The pass of one vehicle: page for the driver's phone, its picture as SVG and PNG, and the sheets to be printed."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info

from declarations import acts, instructions, permissions, qr
from declarations.actions import printing
from declarations.acts import Act
from declarations.lifecycle import PassStatus
from declarations.models import Pass, Vehicle
from declarations.models.standing import answer
from declarations.views.frame import find, find_vehicle, page

MODULE_PX = 16
"""A PNG of 912 pixels a side: 50 mm at 450 dots per inch."""


@page("GET")
def show(request: HttpRequest, reference: str, place: int) -> HttpResponseBase:
    """The pass as it stands now."""
    declaration = find(request, reference)
    vehicle = find_vehicle(declaration, place)
    newest = vehicle.newest_pass
    now = timezone.now()
    standing = answer([vehicle], now=now)[vehicle.pk]
    may = acts.of_vehicle(declaration.status, vehicle.status, is_assessed=not vehicle.being_assessed)
    context = {
        "declaration": declaration,
        "vehicle": vehicle,
        "pass": newest,
        "port": newest.port if newest else declaration.port,
        "standing": standing,
        "because": [each.message for each in standing.because],
        "may_renew": Act.RENEW_PASS in may and permissions.can_change(request.user, declaration),
        "back_href": reverse("declarations:detail", args=[reference]),
        "now": now,
    }
    if newest is None:
        return render(request, "declarations/no_pass.html", context)
    is_go = instructions.is_go(pass_status=newest.status, vehicle_status=vehicle.status, is_ready=standing.ready)
    sentences = _in_four_languages(newest.status, vehicle, is_ready=standing.ready)
    told = {"is_go": is_go, "is_shown": newest.status in SHOWN, "sentences": sentences}
    return render(request, "declarations/pass.html", {**context, **told})


SHOWN = (PassStatus.ISSUED, PassStatus.CONSUMED)


@page("GET")
def svg(request: HttpRequest, reference: str, place: int) -> HttpResponse:
    """The picture that scales."""
    newest = _pass(request, reference, place)
    return _picture(qr.svg(newest.code), "image/svg+xml")


@page("GET")
def png(request: HttpRequest, reference: str, place: int) -> HttpResponse:
    """The picture to send on."""
    newest = _pass(request, reference, place)
    answered = _picture(qr.png(newest.code, module_px=MODULE_PX), "image/png")
    answered["Content-Disposition"] = f'attachment; filename="{newest.vin}-v{newest.version}.png"'
    return answered


@page("GET")
def pdf(request: HttpRequest, reference: str, place: int) -> HttpResponse:
    """The sheets for the hand and for the windscreen."""
    newest = _pass(request, reference, place)
    answered = _picture(printing.sheet(newest, now=timezone.now()), "application/pdf")
    answered["Content-Disposition"] = f'inline; filename="{newest.vin}-v{newest.version}.pdf"'
    return answered


def _pass(request: HttpRequest, reference: str, place: int) -> Pass:
    newest = find_vehicle(find(request, reference), place).newest_pass
    if newest is None:
        raise Http404
    return newest


def _picture(content: str | bytes, kind: str) -> HttpResponse:
    answered = HttpResponse(content, content_type=kind)
    answered["Cache-Control"] = "private, no-store"
    return answered


def _in_four_languages(pass_status: str, vehicle: Vehicle, *, is_ready: bool) -> list[dict[str, str]]:
    """The sentence for the driver, who need not read the language of the page."""
    sentence = instructions.instruction(pass_status=pass_status, vehicle_status=vehicle.status, is_ready=is_ready)
    told = zip(instructions.DRIVER_LANGUAGES, instructions.in_four_languages(sentence), strict=True)
    return [{"code": code, "name": _name_of(code), "text": text} for code, text in told]


def _name_of(code: str) -> str:
    name: str = get_language_info(code.split("-")[0] if code != "zh-hans" else code)["name_local"]
    return name
