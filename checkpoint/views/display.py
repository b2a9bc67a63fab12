"""/display/<token>: the driver's screen beside a lane. No account, no name, nothing but what he needs to drive on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from checkpoint.models import BarrierAnswer, BarrierOutcome, Lane, LaneDisplay, Passage
from checkpoint.models.barrier import MADE_AT_THE_LANE
from checkpoint.models.passage import CaseResult
from checkpoint.reasons import Reason, Verdict, driver_text
from checkpoint.signs import BAY, DRIVE_ON, SHOW_YOUR_CODE, TURN_BACK, WAIT
from checkpoint.templatetags.verdicts import result_of
from declarations.rates import address_of, buckets

SHOWN: Mapping[str, timedelta] = {"admit": timedelta(seconds=10)}
SHOWN_OTHERWISE = timedelta(seconds=30)
"""So long a result stays on the screen unless the next vehicle comes before."""

PER_S, BURST = 10.0, 300.0
MISSES_PER_S, MISSES = 0.1, 30.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on the screen. name: of the shape, "" for none; arrow: where to drive, "" to stay."""

    texts: Mapping[str, str]
    name: str = ""
    plate: str = ""
    arrow: str = ""


@require_safe
def display(request: HttpRequest, display_token: str) -> HttpResponse:
    """The screen as it is now; it asks again by itself, with a script or without."""
    address = address_of(request)
    row = None
    wait = buckets.take(f"display:{address}", rate_per_s=PER_S, burst=BURST)
    if not wait:
        row = LaneDisplay.objects.opened_by(display_token)
    if not wait and row is None:
        wait = buckets.take(f"display-missed:{address}", rate_per_s=MISSES_PER_S, burst=MISSES)
    if wait or row is None:
        answered = render(request, "checkpoint/display_closed.html", status=429 if wait else 404)
        answered["Refresh"] = "30"
        if wait:
            answered["Retry-After"] = str(math.ceil(wait))
        return _private(answered)
    lane = row.lane
    values = {"lane": lane, "shown": shown_at(lane, now=timezone.now())}
    template = "checkpoint/_display.html" if request.headers.get("X-Requested-With") == "display" else ""
    return _private(render(request, template or "checkpoint/display.html", values))


def shown_at(lane: Lane, *, now: datetime) -> Shown:
    """What the last passage of a lane, or the officer who decided it, tells its driver; later the invitation."""
    rows = Passage.objects.filter(port=lane.checkpoint.port_id, lane=lane, decided_at__gt=now - timedelta(hours=1))
    failed = BarrierAnswer.objects.filter(order_id=OuterRef("pk"), outcome=BarrierOutcome.FAILED)
    rows = rows.annotate(has_failed=Exists(failed)).select_related("case", "device__state")
    passage = rows.defer("code").order_by("-decided_at").first()
    idle = Shown(SHOW_YOUR_CODE)
    if passage is None or _was_kept_elsewhere(passage):
        return idle
    case = getattr(passage, "case", None)
    told, at = _of_verdict(lane, passage), passage.decided_at
    if case is not None and case.closed_at is not None:
        told, at = _of_officer(lane, passage, case.result) or idle, case.closed_at
    if vars(passage)["has_failed"] and told.name == "admit":
        told = Shown(WAIT, "officer", told.plate)  # green before a closed barrier would be read as a mockery
    stays = SHOWN.get(told.name, SHOWN_OTHERWISE)
    is_open = case is not None and case.closed_at is None and told.name == "officer"
    return told if now - at < (stays * 4 if is_open else stays) else idle


def _was_kept_elsewhere(passage: Passage) -> bool:
    """Whether it was captured long before: by a handheld without network, whose vehicle is gone."""
    if passage.captured_at is None:
        return False
    state = getattr(passage.device, "state", None)
    captured_at = passage.captured_at - timedelta(seconds=state.skew_s or 0 if state else 0)
    return captured_at < passage.decided_at - MADE_AT_THE_LANE


def _of_verdict(lane: Lane, passage: Passage) -> Shown:
    reason = Reason(passage.reason)
    found: dict[str, Any] = {"verdict": passage.verdict, "reason": passage.reason}
    arrow = lane.arrow if passage.verdict == Verdict.ADMIT else ""
    if reason in (Reason.INSPECTION_DUE, Reason.INSPECTION_FAILED):
        arrow = lane.bay_arrow
    texts = driver_text(reason, [Reason(code) for code in passage.advice])
    return Shown(texts, result_of(found).name, _plate(passage), arrow)


def _of_officer(lane: Lane, passage: Passage, result: str) -> Shown | None:
    plate = _plate(passage)
    match result:
        case CaseResult.RELEASE:
            return Shown(DRIVE_ON, "admit", plate, lane.arrow)
        case CaseResult.INSPECT:
            return Shown(BAY, "stop", plate, lane.bay_arrow)
        case CaseResult.TURN_BACK:
            return Shown(TURN_BACK, "stop", plate)
        case _:
            return None


def _plate(passage: Passage) -> str:
    return str(passage.seen.get("plate") or "")


def _private(answered: HttpResponse) -> HttpResponse:
    answered["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answered["Referrer-Policy"] = "no-referrer"
    answered["Cache-Control"] = "private, no-store"
    return answered
