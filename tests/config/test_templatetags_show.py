"""Values on the page: VINs, tags, moments, money."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.utils import timezone, translation

from declarations.templatetags import looks, show

NOW = datetime(2026, 11, 22, 6, 20, 33, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def render(source: str, **values: object) -> str:
    return Template("{% load show %}" + source).render(Context({"now": NOW, **values}))


def test_a_vin_stands_in_groups_with_the_last_six_strong():
    assert (
        show.vin("LSJA24U60RN123456")
        == '<span class="vin" dir="ltr"><span>LSJ</span><span>A24U60</span><span>RN</span><b>123456</b></span>'
    )


@pytest.mark.parametrize("typed", ["", "LSJ", "LSJA24U60RN12345Ж", "<b>LSJA24U60RN1"])
def test_what_is_no_whole_vin_stays_as_typed_and_escaped(typed):
    shown = show.vin(typed)
    assert "<b>" not in shown
    assert "<span>" not in shown


def test_nothing_has_no_vin():
    assert show.vin(None) == '<span class="vin"></span>'


def test_a_manual_code_keeps_its_own_groups():
    assert (
        show.grouped("0123-4567-89AB")
        == '<span class="grouped" dir="ltr"><span>0123</span>-<span>4567</span>-<span>89AB</span></span>'
    )
    assert show.grouped("ABCDEFGH") == '<span class="grouped" dir="ltr"><span>ABCD</span><span>EFGH</span></span>'


@pytest.mark.parametrize("machine", looks.LOOKS)
def test_every_status_has_a_tone_and_an_icon_of_its_machine(machine):
    words, known = looks.LOOKS[machine]
    assert set(known) == set(words)
    assert {look.tone for look in known.values()} <= looks.TONES


@pytest.mark.parametrize("machine", looks.LOOKS)
def test_no_two_statuses_of_a_machine_share_an_icon(machine):
    icons = [look.icon for look in looks.LOOKS[machine][1].values()]
    assert len(set(icons)) == len(icons)


def test_every_icon_of_a_status_is_in_the_sprite():
    sprite = Path(finders.find(show.SPRITE)).read_text()
    for _, known in looks.LOOKS.values():
        for look in known.values():
            assert f'<symbol id="{look.icon}"' in sprite


def test_a_status_is_a_tag_with_icon_and_word():
    shown = render('{% status "vehicle" "REFERRED" %}')
    assert 'class="tag tag--officer"' in shown
    assert "#officer" in shown
    assert "referred to an officer" in shown


def test_the_same_code_reads_differently_by_machine():
    assert render('{% status "declaration" "RELEASED" %}') != render('{% status "vehicle" "RELEASED" %}')


def test_no_status_is_no_tag():
    assert render('{% status "channel" channel %}', channel=None) == ""


def test_an_unknown_status_is_loud():
    with pytest.raises(KeyError):
        render('{% status "vehicle" "FLOWN" %}')


def test_readiness_has_a_tag_for_yes_and_for_no():
    assert "ready to go" in render("{% ready answer %}", answer=True)
    assert "not ready yet" in render("{% ready answer %}", answer=False)


def test_an_icon_is_silent_unless_it_carries_a_label():
    assert 'aria-hidden="true"' in show.icon("check")
    assert 'role="img" aria-label="&lt;ok&gt;"' in show.icon("check", "<ok>")


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=0), "just now"),
        (timedelta(seconds=-30), "in a moment"),
        (timedelta(minutes=3, seconds=59), "3 min ago"),
        (timedelta(minutes=-3), "in 3 min"),
        (timedelta(hours=5, minutes=59), "5 h ago"),
        (timedelta(hours=-7), "in 7 h"),
        (timedelta(hours=24), ""),
        (timedelta(hours=-24), ""),
    ],
)
def test_how_long_ago(ago, words):
    assert show.relative_text(NOW - ago, NOW) == words


def test_a_moment_carries_the_exact_time_with_its_zone_and_utc():
    shown = render("{% moment at %}", at=NOW - timedelta(minutes=3))
    assert shown == (
        '<time datetime="2026-11-22T06:17:33Z" title="2026-11-22 14:17:33 Beijing time" data-relative>3 min ago</time>'
    )


def test_a_moment_of_long_ago_is_the_exact_time():
    shown = render("{% moment at %}", at=NOW - timedelta(days=3))
    assert '><bdi class="text-nowrap" dir="ltr">2026-11-19 14:20</bdi> Beijing time</time>' in shown
    assert "data-relative" not in shown


def test_no_moment_is_a_dash():
    assert render("{% moment at %}{{ at|exact }}", at=None) == "––"


def test_a_moment_reads_the_clock_when_the_page_brings_none():
    just = timezone.now()
    assert "just now" in Template("{% load show %}{% moment at %}").render(Context({"at": just}))


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Shanghai", "2026-11-22 14:20 Beijing time"),
        ("Asia/Kolkata", "2026-11-22 11:50 UTC+05:30"),
        ("UTC", "2026-11-22 06:20 UTC"),
    ],
)
def test_a_clock_is_named(zone, shown):
    with timezone.override(zone):
        assert show.exact_text(NOW) == shown


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        ("289800.00", "CNY", "289,800.00"),
        ("289800.5", "USD", "289,800.50"),
        ("1500000", "JPY", "1,500,000"),
        ("0", "CNY", "0.00"),
    ],
)
def test_money_has_its_thousands_apart_and_its_code(value, currency, shown):
    assert (
        show.money(value, currency) == f'<span class="money">{shown} <span class="money-code">{currency}</span></span>'
    )


def test_money_follows_the_language():
    with translation.override("ru"):
        assert "289\xa0800,00" in show.money("289800", "CNY")
    with translation.override("zh-hans"):
        assert "289,800.00" in show.money("289800", "CNY")


@pytest.mark.parametrize("typed", ["abc", "<i>", "1e9999999", "NaN", "Infinity"])
def test_an_amount_that_is_no_number_stays_as_typed_and_escaped(typed):
    assert "<i>" not in show.money(typed, "CNY")


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_amount_is_a_dash(nothing):
    assert show.money(nothing, "CNY") == "–"
