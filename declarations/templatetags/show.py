"""Values as a reader should see them: VINs in groups, tags with icon and word, moments with zone, money with code.

Load with `{% load show %}`. Everything is escaped here; nothing is marked safe but our own tags.
"""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import get_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from declarations.templatetags.looks import look_of

register = template.Library()

SPRITE = "vendor/bootstrap-icons/icons.svg"

WITHOUT_MINOR_UNIT = frozenset({"JPY", "KRW"})
"""ISO 4217 currencies that trade here and have no decimals."""

ZONE_NAMES = {"Asia/Shanghai": gettext_lazy("Beijing time")}
"""Named, because Xinjiang's own clock runs two hours behind and a bare 14:20 would be read either way."""


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One symbol of the sprite; silent for screen readers unless it carries a label."""
    href = f"{static(SPRITE)}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', href)


@register.simple_tag
def tag(tone: str, name: str, word: object) -> SafeString:
    """A tag: icon and word in a tone."""
    return format_html('<span class="tag tag--{}">{}<span>{}</span></span>', tone, icon(name), word)


@register.simple_tag
def status(machine: str, value: str | None) -> SafeString:
    """The tag of a status: `{% status "vehicle" vehicle.status %}`. Nothing for nothing.

    Raises: KeyError for a status the machine does not know.
    """
    if not value:
        return SafeString("")
    look, word = look_of(machine, value)
    return tag(look.tone, look.icon, word)


@register.simple_tag
def ready(is_ready: bool | None) -> SafeString:
    """The tag of a vehicle's readiness: may it be driven to the yard?"""
    return tag("ok", "check", _("ready to go")) if is_ready else tag("officer", "wait", _("not ready yet"))


def _is_whole(text: str) -> bool:
    return len(text) == 17 and text.isascii() and text.isalnum()


@register.filter
def vin(value: object) -> SafeString:
    """A VIN in groups 3·6·2·6 with the last six strong; anything that is no whole VIN stays as it was typed.

    The gaps are drawn by the style sheet: what is copied is the bare VIN.
    """
    text = str(value or "")
    if not _is_whole(text):
        return format_html('<span class="vin">{}</span>', text)
    groups = format_html_join("", "<span>{}</span>", ((text[:3],), (text[3:9],), (text[9:11],)))
    return format_html('<span class="vin" dir="ltr">{}<b>{}</b></span>', groups, text[11:])


@register.filter
def grouped(value: object, size: int = 4) -> SafeString:
    """A long code in groups that the eye can hold; hyphens in it mark the groups and stay."""
    text = str(value or "")
    hyphen = "-" if "-" in text else ""
    parts = text.split("-") if hyphen else [text[i : i + size] for i in range(0, len(text), size)]
    return format_html(
        '<span class="grouped" dir="ltr">{}</span>', format_html_join(hyphen, "<span>{}</span>", ((p,) for p in parts))
    )


def _zone_name(local: datetime) -> str:
    """What the clock on the wall is called."""
    key = getattr(local.tzinfo, "key", "")
    if key in ZONE_NAMES:
        return str(ZONE_NAMES[key])
    offset = local.strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:]}" if offset.strip("+-0") else "UTC"


def exact_text(at: datetime, *, seconds: bool = False) -> str:
    """A moment on the local clock, digits in the same order in every language, the zone named."""
    local = timezone.localtime(at)
    return (
        f"{local:%Y-%m-%d %H:%M:%S} {_zone_name(local)}" if seconds else f"{local:%Y-%m-%d %H:%M} {_zone_name(local)}"
    )


def relative_text(at: datetime, now: datetime) -> str:
    """How long ago, or in how long; empty when a day or more lies between.

    The rule is repeated in `site.js`, which keeps the words true on a page that stays open.
    """
    seconds = int((now - at).total_seconds())
    minutes = abs(seconds) // 60
    if minutes >= 24 * 60:
        return ""
    if minutes < 1:
        return pgettext("moment", "just now") if seconds >= 0 else pgettext("moment", "in a moment")
    hours = minutes // 60
    if seconds >= 0:
        return _("%(count)s h ago") % {"count": hours} if hours else _("%(count)s min ago") % {"count": minutes}
    return _("in %(count)s h") % {"count": hours} if hours else _("in %(count)s min") % {"count": minutes}


def _exact_words(at: datetime) -> SafeString:
    """The exact time, where a narrow line may break only before the zone; day before hour also from right to left."""
    return format_html('<bdi class="text-nowrap" dir="ltr">{} {}</bdi> {}', *exact_text(at).split(" ", 2))


def _time_tag(at: datetime, words: str, *, relative: bool) -> SafeString:
    utc = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        utc,
        exact_text(at, seconds=True),
        SafeString(" data-relative") if relative else "",
        words,
    )


@register.simple_tag(takes_context=True)
def moment(context: template.Context, at: datetime | None) -> SafeString | str:
    """ "3 min ago" with the exact time and zone behind it; the exact time itself from a day on."""
    if at is None:
        return "–"
    words = relative_text(at, context.get("now") or timezone.now())
    return _time_tag(at, words or _exact_words(at), relative=bool(words))


@register.simple_tag(takes_context=True)
def since(context: template.Context, at: datetime) -> SafeString:
    """ "14:03 · 2 h ago": a moment on the clock, with its day unless that is today, and how far off it is."""
    now = context.get("now") or timezone.now()
    local, words = timezone.localtime(at), relative_text(at, now)
    is_today = local.date() == timezone.localtime(now).date()
    clock = _time_tag(at, f"{local:%H:%M}" if is_today else f"{local:%Y-%m-%d %H:%M}", relative=False)
    return format_html("{} · {}", clock, _time_tag(at, words, relative=True)) if words else clock


@register.filter
def exact(at: datetime | None) -> SafeString | str:
    """A moment as date, time and zone: `{{ declaration.planned_arrival_at|exact }}`."""
    return "–" if at is None else _time_tag(at, _exact_words(at), relative=False)


@register.filter
def clock(at: datetime) -> str:
    """Hours and minutes on the port's clock: "14:03"."""
    return f"{timezone.localtime(at):%H:%M}"


@register.filter
def money(value: object, currency: str = "") -> SafeString:
    """An amount with its code, thousands apart; what is no number stays as it was typed."""
    if value in (None, ""):
        return SafeString("–")
    try:
        amount = Decimal(str(value))
        whole = f"{amount:,.0f}" if currency in WITHOUT_MINOR_UNIT else f"{amount:,.2f}"
    except (InvalidOperation, ValueError):
        return format_html('<span class="money">{} {}</span>', value, currency)
    gap, point = get_format("THOUSAND_SEPARATOR") or ",", get_format("DECIMAL_SEPARATOR")
    digits = whole.replace(",", "\0").replace(".", point).replace("\0", gap)
    return format_html('<span class="money">{} <span class="money-code">{}</span></span>', digits, currency)
