"""The five results an officer sees, made from the answer to a scan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from django import template
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from checkpoint.likeness import Likeness
from checkpoint.reasons import FIELDS
from declarations.templatetags.show import tag

register = template.Library()


@dataclass(frozen=True, slots=True)
class Result:
    """One of the five: name of shape and sound, the one word, and for how long it stays (0: until the next scan)."""

    name: str
    word: str | Promise
    stay_ms: int = 0


ADMIT = Result("admit", pgettext_lazy("gate result", "ADMIT"), 2000)
STOP = Result("stop", pgettext_lazy("gate result", "STOP"))
OFFICER = Result("officer", pgettext_lazy("gate result", "OFFICER"))
USED = Result("used", pgettext_lazy("gate result", "ALREADY USED"))
PROVISIONAL = Result("provisional", pgettext_lazy("gate result", "PROVISIONAL"))


@register.filter
def result_of(answer: Mapping[str, Any]) -> Result:
    """Which of the five an answer is; whatever is not known asks for an officer, never opens."""
    match answer:
        case {"verdict": "ADMIT", "provisional": True}:
            return PROVISIONAL
        case {"verdict": "ADMIT"}:
            return ADMIT
        case {"verdict": "ALARM", "reason": "ALREADY_ADMITTED"}:
            return USED
        case {"verdict": "ALARM"}:
            return STOP
        case _:
            return OFFICER


@register.filter
def clock(at: datetime | str | None) -> SafeString:
    """The time of day on the port's clock, to the second; the answer of the API brings it as text."""
    moment = parse_datetime(at) if isinstance(at, str) else at
    if moment is None:
        return SafeString("")
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), f"{timezone.localtime(moment):%H:%M:%S}")


def marked(text: str, other: str) -> SafeString:
    """A text with the characters marked by which it differs from another."""
    matcher = SequenceMatcher(None, text, other, autojunk=False)
    parts = [(text[start:end], how == "equal") for how, start, end, *_rest in matcher.get_opcodes() if end > start]
    return format_html_join(
        "", "{}", ((part if is_same else format_html("<mark>{}</mark>", part),) for part, is_same in parts)
    )


LIKENESSES: Mapping[str, tuple[str, str, str | Promise]] = {
    Likeness.SAME: ("ok", "tick", _("agrees")),
    Likeness.SLIP: ("officer", "warning", _("one character apart")),
    Likeness.DIFFERENT: ("stop", "warning", _("differs")),
    Likeness.NOT_DECLARED: ("plain", "dot", _("nothing declared")),
    Likeness.DOUBTFUL: ("officer", "warning", _("not read clearly")),
}
"""How the result of a comparison looks."""


@register.filter
def likeness_tag(result: str) -> SafeString:
    """What came of a comparison as a tag; nothing for what was not compared."""
    return tag(*LIKENESSES[result]) if result in LIKENESSES else SafeString("")


@register.filter
def unlike(compared: list[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    """The facts of an answer that are not the declared ones, their differences marked."""
    return [
        {
            "label": FIELDS[each["field"]],
            "declared": marked(each["declared"] or "", each["seen"]),
            "seen": marked(each["seen"], each["declared"] or each["seen"]),
            "result": each["result"],
        }
        for each in compared or ()
        if each["result"] != Likeness.SAME
    ]


ICONS = {ADMIT.name: ("ok", "check-fill"), STOP.name: ("stop", "stop-fill"), OFFICER.name: ("officer", "officer")}


@register.simple_tag
def verdict_icon(verdict: str, reason: str) -> SafeString:
    """The result as a tag for lists: the word beside its icon."""
    result = result_of({"verdict": verdict, "reason": reason})
    tone, name = ICONS.get(result.name, ("used", "used"))
    return tag(tone, name, result.word)
