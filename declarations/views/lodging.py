"""Check answers, confirm warnings, lodge; with bad vehicles: leave them out and lodge the rest (law 9)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declarations import actions, permissions
from declarations.errors import DomainError, Unacceptable
from declarations.forms.header import SECTIONS, section
from declarations.models import Declaration
from declarations.problems import Level
from declarations.templatetags.parts import field_id
from declarations.templatetags.show import exact
from declarations.views.frame import find_mine, page, person
from declarations.views.marks import Marked, confirmable, marked
from declarations.views.people.organisation import waiting_for_officer


@page("GET", "POST")
def answers(request: HttpRequest, reference: str) -> HttpResponseBase:
    """All answers with their problems; POST lodges."""
    declaration = find_mine(request, reference)
    if not declaration.is_draft:
        return HttpResponseRedirect(reverse("declarations:detail", args=[reference]))
    found = marked(declaration, now=timezone.now())
    failure = ""
    if request.method == "POST":
        try:
            return _lodged(request, declaration, found)
        except Unacceptable:
            # The page below says what stands against it now.
            found = marked(declaration, now=timezone.now())
        except DomainError as refusal:
            failure = str(refusal)
    return _page(request, declaration, found, failure=failure)


def _lodged(request: HttpRequest, declaration: Declaration, found: Marked) -> HttpResponseBase:
    confirmed = set(request.POST.getlist("confirmed"))
    lodged = actions.lodge(
        declaration_id=declaration.pk,
        leave_out="leave_out" in request.POST,
        confirmed=[
            {"code": problem.code, "pointer": problem.pointer}
            for problem in found.warnings
            if problem.code in confirmed
        ],
        by=person(request),
        now=timezone.now(),
    )
    if lodged.left_out is not None:
        count = len(lodged.left_out_vins)
        messages.warning(
            request,
            ngettext(
                "%(count)s vehicle was left out. It waits in draft %(reference)s.",
                "%(count)s vehicles were left out. They wait in draft %(reference)s.",
                count,
            )
            % {"count": count, "reference": lodged.left_out.reference},
        )
    return HttpResponseRedirect(reverse("declarations:detail", args=[declaration.reference]))


def _page(request: HttpRequest, declaration: Declaration, found: Marked, *, failure: str) -> HttpResponse:
    good = len(found.vehicles) - len(found.bad)
    may_lodge = permissions.can_lodge(request.user, declaration)
    context = {
        "declaration": declaration,
        "found": found,
        "failure": failure,
        "parts": [_facts(found, code) for code in ("route", "contract")],
        "items": _items(found),
        "confirmable": confirmable(found.warnings),
        "good": good,
        "may_lodge": may_lodge,
        "refusal": declaration.organisation.refusal,
        "wait": None if may_lodge else waiting_for_officer(declaration.organisation),
        "can_lodge": may_lodge and not found.stopping and good > 0 and not found.bad,
        "can_leave_out": may_lodge and not found.stopping and good > 0 and bool(found.bad),
    }
    return render(request, "declarations/answers.html", context)


def _facts(found: Marked, code: str) -> dict[str, object]:
    """One section as facts with a link that changes them."""
    part = section(code, body=found.declaration.header())
    href = reverse("declarations:section", args=[found.declaration.reference, code])
    facts = []
    for form in part.forms:
        for bound in form:
            value = bound.value()
            words = _labels(bound.field.widget).get(value, value)
            if bound.name == "planned_arrival_at" and found.declaration.planned_arrival_at:
                words = exact(found.declaration.planned_arrival_at)
            href_field = f"{href}?check=1#{bound.id_for_label}"
            facts.append({"label": bound.label, "value": words or "–", "href": href_field, "action": _("Change")})
    return {"title": part.title, "facts": facts}


def _labels(widget: object) -> dict[str, str]:
    result: dict[str, str] = {}
    for code, label in getattr(widget, "choices", ()):
        result |= dict(label) if isinstance(label, list | tuple) else {code: label}
    return result


def _items(found: Marked) -> list[dict[str, str]]:
    """Everything that stops, with links to where it is repaired; of many vehicles one line each."""
    reference = found.declaration.reference
    items = [
        {"text": problem.message, "href": _header_href(reference, problem.pointer)}
        for problem in found.header
        if problem.level is Level.ERROR
    ]
    for row in found.bad:
        href = f"{reverse('declarations:vehicle', args=[reference, row.vehicle.position])}?check=1"
        label = row.vehicle.vin or _("Vehicle %(place)s") % {"place": row.vehicle.position}
        items.append({"label": label, "text": row.errors[0].message, "href": href})
    return items


def _header_href(reference: str, pointer: str) -> str:
    if pointer.startswith("/vehicles"):
        return reverse("declarations:vehicles", args=[reference])
    for code, (_title, kinds) in SECTIONS.items():
        if pointer in {f"{kind.at}/{name}" for kind in kinds for name in kind.base_fields}:
            return f"{reverse('declarations:section', args=[reference, code])}?check=1#{field_id(pointer)}"
    return reverse("declarations:section", args=[reference, "route"])
