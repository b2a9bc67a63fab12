"""Notices: what one was told, newest first; texts to hand on to drivers; what comes by mail."""

import uuid
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation

from declarations.actions import notices
from declarations.actions.notices.delivering import vehicles_of
from declarations.forms.notices import PreferenceForm
from declarations.models import Notice, NoticeRead, Preference, roles_of
from declarations.models.notices import MOST_COUNTED
from declarations.models.worded import sentences
from declarations.notices import Audience, Kind, Urgency
from declarations.views.frame import page, person

PER_PAGE = 30
TONES = {Urgency.NOW: "officer", Urgency.SOON: "info", Urgency.INFO: "plain"}
ANSWERED = frozenset({Kind.DOCUMENTS_WANTED, Kind.DOCUMENTS_CLOCK})
"""Notices that the exporter acts on with an answer; to all others the declaration's page is the way."""

OF_A_LANE = frozenset(
    {Kind.BARRIER_FAILED, Kind.BARRIER_LIFTED, Kind.DEVICE_SILENT, Kind.DEVICE_BACK, Kind.DEVICE_FAULT}
)
"""Notices that no declaration is concerned in: the lane's page shows what there is to be seen."""


@page("GET")
def index(request: HttpRequest) -> HttpResponseBase:
    """Notices of this person, or with `for=drivers` the texts for his drivers; a page goes on where one ended."""
    user = person(request)
    seen = Notice.objects.visible_to(user)
    for_drivers = request.GET.get("for") == "drivers"
    rows = seen.filter(audience=Audience.DRIVER) if for_drivers else seen.for_reader()
    only_unread = not for_drivers and request.GET.get("unread") == "1"
    if only_unread:
        rows = rows.unread_by(user)
    rows = rows.annotate(is_read=Exists(NoticeRead.objects.filter(notice=OuterRef("pk"), user=user)))
    shown, more = _after(rows, seen, request.GET.get("before", ""))
    language = request.GET.get("text", "")
    if language not in dict(settings.LANGUAGES):
        language = translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(language if for_drivers else translation.get_language()):
        words = sentences(shown)
    return render(
        request,
        "declarations/notices.html",
        {
            "entries": [_entry(row, words[row.pk]) for row in shown],
            "more": more,
            "for_drivers": for_drivers,
            "only_unread": only_unread,
            "unread": seen.count_unread(user, now=timezone.now()),
            "has_drivers": bool(roles_of(user).organisations),
            "text_language": language,
            "now": timezone.now(),
        },
    )


@page("GET")
def count(request: HttpRequest) -> HttpResponseBase:
    """The number on the bell, asked for by every open page now and then."""
    unread = Notice.objects.all().count_unread(person(request), now=timezone.now())
    answered = render(request, "declarations/_bell.html", {"unread": unread, "most": MOST_COUNTED})
    answered["Cache-Control"] = "private, no-store"
    return answered


@page("POST")
def follow(request: HttpRequest, notice: Any) -> HttpResponseBase:
    """Read a notice: mark it, and go where something can be done about it."""
    row = get_object_or_404(Notice.objects.visible_to(request.user).select_related("declaration"), public_id=notice)
    notices.mark_read(by=person(request), now=timezone.now(), only=[row.public_id])
    return HttpResponseRedirect(_leads_to(row) or reverse("declarations:notices"))


@page("POST")
def read_all(request: HttpRequest) -> HttpResponseBase:
    """Mark everything as read."""
    notices.mark_read(by=person(request), now=timezone.now())
    return HttpResponseRedirect(reverse("declarations:notices"))


@page("GET", "POST")
def preferences(request: HttpRequest) -> HttpResponse:
    """Which notices this person gets by mail."""
    user = person(request)
    known = Preference.of(user, mail=bool(roles_of(user).organisations))
    form = PreferenceForm(request.POST if request.method == "POST" else None, instance=known)
    if form.is_bound and form.is_valid():
        notices.prefer(by=user, values=form.cleaned_data)
        return HttpResponseRedirect(reverse("declarations:notices"))
    return render(request, "declarations/notice_preferences.html", {"form": form, "address": user.email})


def _after(rows: QuerySet[Notice], seen: QuerySet[Notice], before: str) -> tuple[list[Notice], str]:
    """One page and the id at which the next begins, "" at the end; an id that never was begins at the newest."""
    rows = rows.select_related("vehicle", "declaration__port").order_by("-id")
    known = _uuid(before)
    if known and (last := seen.filter(public_id=known).values_list("pk", flat=True).first()):
        rows = rows.filter(pk__lt=last)
    found = list(rows[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    return shown, str(shown[-1].public_id) if len(found) > PER_PAGE else ""


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _entry(row: Notice, words: str) -> dict[str, Any]:
    concerned = vehicles_of(row)
    place = row.declaration.port.name if row.declaration and row.declaration.port else ""
    return {
        "row": row,
        "words": words,
        "concerned": concerned,
        "tone": TONES[row.urgency],
        "leads": bool(_leads_to(row)),
        "text": "\n".join((" · ".join(filter(None, (concerned, place))), words)),
    }


def _leads_to(row: Notice) -> str:
    """Where something can be done about it, "" for a stop of something that nobody declared."""
    if "passage" in row.values and row.audience in (Audience.OFFICERS, Audience.CONTROL):
        return reverse(settings.OFFICERS_PASSAGE, args=[row.values["passage"]])
    if row.kind in OF_A_LANE:
        return reverse(settings.OFFICERS_LANE, args=[row.values["lane"]])
    if row.declaration is None:
        return ""
    if row.audience in (Audience.OFFICERS, Audience.CONTROL):
        return reverse(settings.OFFICERS_DECLARATION, args=[row.declaration.reference])
    route = "declarations:answer" if row.kind in ANSWERED else "declarations:detail"
    return reverse(route, args=[row.declaration.reference])
