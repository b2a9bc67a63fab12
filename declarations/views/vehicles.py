"""Vehicles: the list of a draft, one vehicle's page, the check of what is typed, papers and driver and plate alone."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from declarations import actions, checks, tariff
from declarations.actions.lodging import vins_in_use
from declarations.actions.writing import accepted_problems
from declarations.errors import DomainError
from declarations.forms import VehicleEntry
from declarations.forms.entry import PAPERS, PLATE, WHOLE, like
from declarations.models import Declaration, Vehicle, load_reference
from declarations.models.standing import answer
from declarations.models.stays import stays_of_drivers
from declarations.problems import Level, Problem, errors
from declarations.views.ferrymen.choice import FIELD, offered, with_driver
from declarations.views.foretelling import ask_first, is_asking
from declarations.views.frame import attempt, find_mine, find_vehicle, page, person, repaired
from declarations.views.keeping import Kept, keep_vehicle, key_of, mark, new_key, seen_of
from declarations.views.marks import marked

PARTS = {"driver": frozenset({PLATE}), "papers": frozenset({PAPERS})}
MOST_PROPOSALS = 6


@page("GET")
def index(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The vehicles of a draft: what is there, what needs repair, one more."""
    declaration = find_mine(request, reference)
    if not declaration.is_draft:
        return HttpResponseRedirect(reverse("declarations:detail", args=[reference]))
    rows = marked(declaration, now=timezone.now())
    context = {
        "declaration": declaration,
        "rows": rows.vehicles,
        "repairs": sum(1 for row in rows.vehicles if row.errors),
        "sheets": declaration.sheets.unfinished().order_by("-pk"),
    }
    return render(request, "declarations/vehicles.html", context)


@page("GET", "POST")
def add(request: HttpRequest, reference: str) -> HttpResponseBase:
    """One more vehicle of a draft, empty or like another one."""
    declaration = find_mine(request, reference)
    failure = ""
    if request.method == "POST":
        entry = VehicleEntry(data=with_driver(declaration, repaired(request)))
        if entry.is_readable and "more_papers" not in request.POST:
            try:
                return _after(request, declaration, _begun(request, declaration, entry), entry)
            except DomainError as refusal:
                failure = str(refusal)
    else:
        entry = VehicleEntry(body=_model_of(declaration, request.GET.get("like", "")))
    return _vehicle_page(request, declaration, None, entry, failure=failure)


@page("GET", "POST")
def edit(request: HttpRequest, reference: str, place: int) -> HttpResponseBase:
    """One vehicle: of a draft, or as an amendment of what was lodged."""
    return _change(request, reference, place, WHOLE)


@page("GET", "POST")
def part(request: HttpRequest, reference: str, place: int, name: str) -> HttpResponseBase:
    """Driver and plate alone, or the papers alone: two taps, effective at once, the pass stays valid."""
    return _change(request, reference, place, PARTS[name])


@page("POST")
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """What is wrong with a vehicle as it is typed, and the HS codes that fit.

    Into a draft it is stored at once, for pages that ask for it: a new one with the key of its page.
    """
    declaration = find_mine(request, reference)
    data = with_driver(declaration, repaired(request))
    parts = PARTS.get(request.POST.get("part", ""), WHOLE)
    place, key = request.GET.get("place", ""), key_of(request)
    known = find_vehicle(declaration, int(place)) if place.isdecimal() else None
    entry = VehicleEntry(data=data, parts=parts)
    kept = None
    if entry.is_readable and known is not None:
        kept = keep_vehicle(request, declaration, known, entry.body())
    elif entry.is_readable and key is not None and declaration.is_draft:
        try:
            known = _begun(request, declaration, entry)
            kept = Kept(mark(known.body(), entry.body()), timezone.now())
        except DomainError as refusal:
            kept = Kept(refusal=str(refusal))
    if entry.is_readable:
        whole = {**(known.body() if known else {}), **entry.body()}
        entry.take(_problems(declaration, whole, known), all_of_them="checked" in request.POST)
    context = {
        "forms": entry.forms,
        "entry": entry,
        "vin": entry.vehicle["vin"] if "fix_vin" in request.POST else None,
        "hs_code": entry.vehicle["hs_code"] if "fix_hs_code" in request.POST else None,
        "proposals": _proposals(entry) if parts == WHOLE else None,
        "with_vin": parts == WHOLE,
        "check_href": request.get_full_path(),
        "kept": kept,
    }
    if request.POST.get(FIELD):
        context |= {"filled": entry.driver, "filled_attrs": {"hx-swap-oob": "true"}, "crew": offered(declaration)}
    answered = render(request, "declarations/_slots.html", context)
    if kept is not None and not place and known is not None:
        answered["HX-Replace-Url"] = reverse("declarations:vehicle", args=[reference, known.position])
    return answered


@page("POST")
def remove(request: HttpRequest, reference: str, place: int) -> HttpResponseBase:
    """Take a vehicle out of a draft."""
    declaration = find_mine(request, reference)
    vehicle = find_vehicle(declaration, place)
    options = {"declaration_id": declaration.pk, "vehicle_id": vehicle.pk, "by": person(request), "now": timezone.now()}
    if attempt(request, actions.remove_vehicle, **options):
        messages.success(request, _("Vehicle %(vin)s removed.") % {"vin": vehicle.vin})
    return HttpResponseRedirect(reverse("declarations:vehicles", args=[reference]))


def _change(request: HttpRequest, reference: str, place: int, parts: frozenset[str]) -> HttpResponseBase:
    declaration = find_mine(request, reference)
    vehicle = find_vehicle(declaration, place)
    stored = vehicle.body()
    failure = ""
    if request.method == "POST":
        data = with_driver(declaration, repaired(request))
        entry = VehicleEntry(data=data, parts=parts)
        if entry.is_readable and "more_papers" not in request.POST and not is_asking(request):
            sent = entry.body()
            body = {"vehicles": [sent if declaration.is_draft else _changed(stored, sent)]}
            try:
                if parts == WHOLE and (asked := ask_first(request, declaration, body, vehicle=vehicle, data=data)):
                    return asked
                declaration = actions.amend(
                    declaration_id=declaration.pk,
                    vehicle_id=vehicle.pk,
                    body=body,
                    seen=seen_of(request),
                    key=key_of(request),
                    by=person(request),
                    now=timezone.now(),
                )
                return _after(request, declaration, vehicle, entry)
            except DomainError as refusal:
                failure = _taken(declaration, vehicle, entry, refusal)
    else:
        entry = VehicleEntry(body=stored, parts=parts)
        entry.take(_problems(declaration, stored, vehicle), all_of_them="check" in request.GET)
    return _vehicle_page(request, declaration, vehicle, entry, failure=failure)


def _begun(request: HttpRequest, declaration: Declaration, entry: VehicleEntry) -> Vehicle:
    return actions.begin_vehicle(
        declaration_id=declaration.pk,
        values=entry.body(),
        key=key_of(request),
        by=person(request),
        now=timezone.now(),
    )


def _vehicle_page(
    request: HttpRequest, declaration: Declaration, vehicle: Vehicle | None, entry: VehicleEntry, *, failure: str
) -> HttpResponse:
    is_draft = declaration.is_draft
    back = "declarations:vehicles" if is_draft else "declarations:detail"
    check_href = reverse("declarations:vehicle-check", args=[declaration.reference])
    is_told = request.method == "POST" or "check" in request.GET
    context = {
        "declaration": declaration,
        "vehicle": vehicle,
        "entry": entry,
        "part": next((name for name, parts in PARTS.items() if parts == entry.parts), ""),
        "failure": failure,
        "key": new_key(request) if is_draft else "",
        "kept": Kept(mark(vehicle.body(), entry.body()) if vehicle else "") if is_draft else None,
        "crew": offered(declaration) if PLATE in entry.parts else [],
        "items": entry.items() if is_told and "more_papers" not in request.POST else [],
        "is_told": is_told,
        "is_draft": is_draft,
        "currency": declaration.currency,
        "back_href": reverse(back, args=[declaration.reference]),
        "check_href": f"{check_href}?place={vehicle.position}" if vehicle else check_href,
        "proposals": _proposals(entry) if entry.parts == WHOLE else None,
        "askable": _askable(declaration, vehicle) if vehicle and is_draft and entry.parts == WHOLE else [],
    }
    return render(request, "declarations/vehicle.html", context)


def _after(request: HttpRequest, declaration: Declaration, vehicle: Vehicle, entry: VehicleEntry) -> HttpResponseBase:
    """Where to go once a vehicle is stored: to the next one, to the list, or here again for what needs repair."""
    args = [declaration.reference]
    if not declaration.is_draft:
        messages.success(request, _told_at_once(vehicle))
        _doubt(request, declaration, vehicle)
        return HttpResponseRedirect(reverse("declarations:detail", args=args))
    here = reverse("declarations:vehicle", args=[*args, vehicle.position])
    messages.success(request, _("Saved as draft."))
    if "fix_vin" in request.POST or "fix_hs_code" in request.POST:
        return HttpResponseRedirect(f"{here}?check=1")
    if "later" in request.POST:
        return HttpResponseRedirect(reverse("declarations:vehicles", args=args))
    if errors(_problems(declaration, entry.body(), vehicle)):
        return HttpResponseRedirect(f"{here}?check=1")
    if "another" in request.POST:
        return HttpResponseRedirect(f"{reverse('declarations:vehicle-new', args=args)}?like={vehicle.position}")
    return HttpResponseRedirect(reverse("declarations:vehicles", args=args))


def _told_at_once(vehicle: Vehicle) -> str:
    """What a change of a lodged vehicle has come to: checked again already, and whether it may drive."""
    now = timezone.now()
    rows = list(Vehicle.objects.filter(pk=vehicle.pk).select_related("declaration"))
    standing = answer(rows, now=now)[vehicle.pk]
    words = {"vin": vehicle.vin[-6:]}
    if rows[0].being_assessed:
        return _("…%(vin)s changed. Customs looks at it again; the answer appears here.") % words
    if standing.ready:
        return _("…%(vin)s changed and checked again: ready. The pass stays valid.") % words
    reasons = " ".join(dict.fromkeys(each.message for each in standing.because))
    return _("…%(vin)s changed and checked again: not ready yet.") % words + f" {reasons}"


def _doubt(request: HttpRequest, declaration: Declaration, vehicle: Vehicle) -> None:
    """What is unusual about the plate and driver that have just taken effect; nobody asks again before the gate."""
    stored = Vehicle.objects.get(pk=vehicle.pk)
    for problem in _problems(declaration, stored.body(), stored):
        if problem.level is Level.WARNING and problem.pointer.startswith(("/plate", "/driver")):
            messages.warning(request, f"…{stored.vin[-6:]}: {problem.message}")


def _model_of(declaration: Declaration, place: str) -> dict[str, Any]:
    return like(find_vehicle(declaration, int(place))) if place.isdecimal() else {}


def _changed(stored: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """What the page changed. The VIN goes along: it says which vehicle is meant."""
    changed = {name: value for name, value in sent.items() if _plain(value) != _plain(stored.get(name))}
    return changed if "vin" in changed else {"vin": stored["vin"], **changed}


def _plain(value: Any) -> Any:
    """A value without what is empty in it, so that "" and nothing are the same."""
    if isinstance(value, Mapping):
        return {name: each for name, each in value.items() if each not in (None, "")}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value or None


def _problems(declaration: Declaration, body: Mapping[str, Any], vehicle: Vehicle | None) -> list[Problem]:
    """All that is wrong with one vehicle, and whether its VIN is taken."""
    header = declaration.header()
    found = checks.check_vehicle(
        body,
        reference=load_reference(),
        today=timezone.localdate(),
        body=header,
        accepted=accepted_problems(declaration),
        stays=stays_of_drivers(header, [body], now=timezone.now()),
    )
    code = str(body.get("vin") or "")
    if code:
        found += [Problem(each.code, "/vin", each.level, each.values) for each in vins_in_use(declaration, [code])]
        found += _twice(declaration, code, vehicle)
    return found + _same_plate(declaration, checks.plate_of(body), vehicle)


def _twice(declaration: Declaration, code: str, vehicle: Vehicle | None) -> list[Problem]:
    same = declaration.vehicles.filter(vin=code).order_by("position")
    first = next((row for row in same if vehicle is None or row.pk != vehicle.pk), None)
    return [Problem(checks.VIN_DUPLICATE, "/vin", values={"row": first.position})] if first else []


def _same_plate(declaration: Declaration, plate: str, vehicle: Vehicle | None) -> list[Problem]:
    if not plate:
        return []
    others = [row for row in declaration.present_vehicles() if vehicle is None or row.pk != vehicle.pk]
    first = next((row for row in others if row.plate_key == plate), None)
    return [Problem(checks.PLATE_DUPLICATE, "/plate", Level.WARNING, {"row": first.position})] if first else []


def _taken(declaration: Declaration, vehicle: Vehicle, entry: VehicleEntry, refusal: DomainError) -> str:
    """Tell a refused amendment at the fields of this page."""
    places = [each.pk for each in declaration.present_vehicles()]
    row = places.index(vehicle.pk) if vehicle.pk in places else 0
    mine, others = [], []
    for problem in refusal.problems:
        prefix = f"/vehicles/{row}"
        if problem.pointer.startswith(f"{prefix}/"):
            mine.append(Problem(problem.code, problem.pointer.removeprefix(prefix), problem.level, problem.values))
        elif problem.level is Level.ERROR:
            others.append(problem.message)
    entry.take(mine)
    return " ".join([str(refusal), *others])


def _askable(declaration: Declaration, vehicle: Vehicle) -> list[dict[str, Any]]:
    """Errors that an officer may accept with a reason, and whether he was asked already."""
    asked = set(declaration.overrides.filter(vin=vehicle.vin).values_list("code", flat=True))
    found = [each for each in _problems(declaration, vehicle.body(), vehicle) if each.overridable]
    return [{"problem": each, "is_asked": each.code in asked} for each in found]


def _proposals(entry: VehicleEntry) -> list[dict[str, Any]]:
    """HS codes that fit what is typed, best first, each with its reason; national codes where they are known."""
    reference = load_reference()
    body = entry.vehicle.body()
    known = {name: body.get(name) if isinstance(body.get(name), int) else None for name in ("displacement_cc", "seats")}
    mass = body.get("gross_mass_kg")
    found = tariff.propose(
        body.get("category") or None,
        body.get("powertrain") or None,
        body.get("fuel") or None,
        known["displacement_cc"],
        known["seats"],
        mass if isinstance(mass, int) else None,
        reference.tariff_rows,
    )
    written = str(body.get("hs_code") or "")
    result = []
    for each in found[:MOST_PROPOSALS]:
        national = sorted(code for code in reference.licence_codes if code.startswith(each.hs6))
        result.append(
            {"hs6": each.hs6, "why": each.why.label, "codes": national, "is_chosen": written.startswith(each.hs6)}
        )
    return result
