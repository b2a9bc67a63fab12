"""The five results at the gate."""

from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from checkpoint.templatetags import verdicts

ANSWERS = {
    "admit": {"verdict": "ADMIT", "reason": "OK", "provisional": False},
    "provisional": {"verdict": "ADMIT", "reason": "OK", "provisional": True},
    "used": {"verdict": "ALARM", "reason": "ALREADY_ADMITTED"},
    "stop": {"verdict": "ALARM", "reason": "HOLD"},
    "officer": {"verdict": "MANUAL", "reason": "LOW_CONFIDENCE"},
}


def shown(name: str, **values: object) -> str:
    answer = {
        **ANSWERS[name],
        "port": "CNHRS",
        "lane": "CNHRS-R1",
        "decided_at": "2026-11-22T06:20:33Z",
        "officer_text": "A sentence.",
        "driver_text": {"zh": "请稍候", "ru": "Подождите", "kk": "Күтіңіз", "en": "Wait"},
        "vehicle": {"vin": "LSJA24U60RN123456", "make": "MG", "model": "4", "colour": "", "plate": None},
    }
    with translation.override("en"):
        return render_to_string("checkpoint/_verdict.html", {"answer": answer, "next_href": "/gate/scan", **values})


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_is_one_of_five(name):
    assert verdicts.result_of(ANSWERS[name]).name == name


@pytest.mark.parametrize("odd", [{}, {"verdict": "OPEN"}, {"verdict": None, "provisional": True}])
def test_what_is_not_known_asks_for_an_officer(odd):
    assert verdicts.result_of(odd) is verdicts.OFFICER


def test_only_an_admission_goes_away_by_itself():
    assert [
        result.name
        for result in (verdicts.ADMIT, verdicts.STOP, verdicts.OFFICER, verdicts.USED, verdicts.PROVISIONAL)
        if result.stay_ms
    ] == ["admit"]


def test_the_five_have_five_shapes():
    shapes = {shown(name).split("<svg", 1)[1].split("</svg>", 1)[0] for name in ANSWERS}
    assert len(shapes) == 5


@pytest.mark.parametrize("name", ANSWERS)
def test_a_verdict_shows_word_sentence_vehicle_and_the_drivers_languages(name):
    html = shown(name)
    for part in ("A sentence.", "<b>123456</b>", "14:20:33", 'lang="kk"', str(verdicts.result_of(ANSWERS[name]).word)):
        assert part in html


def test_without_a_vehicle_there_is_none_to_show():
    html = render_to_string("checkpoint/_verdict.html", {"answer": {"verdict": "ALARM", "vehicle": None}})
    assert "verdict-vehicle" not in html


def test_already_used_says_when_and_where():
    html = shown("used", used_at=datetime(2026, 11, 22, 6, 8, tzinfo=UTC), used_lane="CNHRS-R2")
    assert "2026-11-22 14:08</bdi> Beijing time" in html
    assert "CNHRS-R2" in html


def test_a_case_is_offered_where_there_is_one():
    assert 'href="/gate/case/1"' in shown("stop", case_href="/gate/case/1")
    assert "Decide" not in shown("stop")


def test_no_time_is_no_clock():
    assert verdicts.clock(None) == ""
    assert verdicts.clock("soon") == ""
