"""Every reason has all its words, and none of them tips off."""

import re

import pytest
from django.utils import translation

from checkpoint.reasons import REASONS, Reason, Remedy, Result, Verdict, driver_text, officer_text
from checkpoint.reasons.driver import SAY_NOTHING, WAIT
from declarations.readiness import Actor

LANGUAGES = {"zh", "ru", "kk", "en"}
KAZAKH = set("әғқңөұүһі")
MUST_NOT_BE_TOLD_APART = [
    Reason.BAD_SIGNATURE,
    Reason.UNKNOWN_KEY,
    Reason.UNKNOWN_PASS,
    Reason.REVOKED,
    Reason.HOLD,
]


def test_the_ladder_is_the_one_of_the_domain():
    assert list(Reason) == [
        *("NOT_A_PASS", "UNKNOWN_KEY", "BAD_SIGNATURE", "UNKNOWN_PASS"),
        *("WITHDRAWN", "REVOKED", "SUPERSEDED", "WRONG_PORT"),
        *("COMING_BACK", "ALREADY_ADMITTED", "WRONG_STAGE", "DETAINED"),
        *("NOT_YET_VALID", "EXPIRED", "PORT_CLOSED", "DECLARATION_NOT_RELEASED"),
        *("HOLD", "DOCUMENTS_DUE", "PAPER_EXPIRED", "INSPECTION_FAILED", "INSPECTION_DUE"),
        *("VIN_MISMATCH", "PLATE_MISMATCH", "DRIVER_MISMATCH"),
        *("LOW_CONFIDENCE", "WEIGHT_DIFFERS", "DRIVER_UNKNOWN", "CODE_UNREADABLE", "NOTHING_TO_COMPARE"),
        *("DEVICE_FAULT", "TIMED_OUT", "STALE_MANIFEST", "OK"),
    ]
    assert list(REASONS) == list(Reason)


def test_the_verdicts_are_those_of_the_domain():
    manual = {reason for reason, entry in REASONS.items() if entry.verdict is Verdict.MANUAL}
    assert manual == {
        *(Reason.COMING_BACK, Reason.LOW_CONFIDENCE, Reason.DRIVER_UNKNOWN, Reason.CODE_UNREADABLE),
        *(Reason.NOTHING_TO_COMPARE, Reason.DEVICE_FAULT, Reason.TIMED_OUT, Reason.STALE_MANIFEST),
        Reason.WEIGHT_DIFFERS,
    }
    assert [reason for reason, entry in REASONS.items() if entry.verdict is Verdict.ADMIT] == [Reason.OK]


@pytest.mark.parametrize(
    ("reason", "result"),
    [
        (Reason.OK, Result.ADMIT),
        (Reason.HOLD, Result.STOP),
        (Reason.ALREADY_ADMITTED, Result.ALREADY_USED),
        (Reason.COMING_BACK, Result.OFFICER),
        (Reason.TIMED_OUT, Result.OFFICER),
    ],
)
def test_the_answer_looks_like_its_verdict(reason, result):
    assert REASONS[reason].result is result


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_says_what_who_and_how(reason):
    entry = REASONS[reason]
    assert len(str(entry.officer)) > 5 and str(entry.officer).endswith(".")
    assert set(entry.driver) == LANGUAGES and all(entry.driver.values())
    assert (entry.must_act is Actor.NOBODY) == (reason is Reason.OK)
    assert bool(entry.remedies) == (reason is not Reason.OK)


@pytest.mark.parametrize("reason", Reason)
def test_each_driver_text_is_in_its_own_language(reason):
    text = REASONS[reason].driver
    assert re.search("[\u4e00-\u9fff]", text["zh"]) and not re.search("[A-Za-z]", text["zh"])
    assert re.search("[а-я]", text["ru"].lower()) and not KAZAKH & set(text["ru"].lower())
    assert KAZAKH & set(text["kk"].lower())
    assert text["en"].isascii()


def test_a_driver_cannot_tell_the_guarded_reasons_apart():
    assert set(MUST_NOT_BE_TOLD_APART) == SAY_NOTHING
    assert WAIT["en"] == "Please wait in the car, an officer is coming."
    for reason in MUST_NOT_BE_TOLD_APART:
        assert driver_text(reason) == dict(WAIT)


def test_no_driver_text_speaks_of_channel_risk_or_suspicion():
    tell_tales = re.compile(
        r"channel|risk|green|yellow|\bred\b|blue|random|forged|signature|suspect|hold\b|revoked"
        r"|通道|风险|红|黄|绿|布控|随机|伪造|签名|嫌疑|канал|риск|красн|ж[её]лт|зел[её]н|подпис|поддел|подозр|выборк"
        r"|тәуекел|қызыл|сары|жасыл|қолтаңба|күдік|арна\b",
        re.IGNORECASE,
    )
    for reason in Reason:
        for text in [*driver_text(reason).values(), *driver_text(Reason.OK, [reason]).values()]:
            assert not tell_tales.search(text), text


def test_mismatches_and_doubts_are_what_an_officer_may_release():
    releasable = {reason for reason, entry in REASONS.items() if Remedy.RELEASE in entry.remedies}
    manual = {reason for reason in Reason if REASONS[reason].verdict is Verdict.MANUAL} - {Reason.COMING_BACK}
    assert releasable == manual | {Reason.VIN_MISMATCH, Reason.PLATE_MISMATCH, Reason.DRIVER_MISMATCH}


def test_only_holds_and_document_checks_can_be_overridden():
    assert {reason for reason, entry in REASONS.items() if Remedy.OVERRIDE in entry.remedies} == {
        Reason.HOLD,
        Reason.DOCUMENTS_DUE,
    }


def test_an_inspection_leads_to_the_bay_and_never_past_it():
    for reason in (Reason.INSPECTION_DUE, Reason.INSPECTION_FAILED):
        assert REASONS[reason].remedies == {Remedy.INSPECT}


def test_the_officer_reads_at_entry_what_is_still_to_be_settled():
    with translation.override("en"):
        assert officer_text(Reason.OK) == "In order."
        text = officer_text(Reason.OK, [Reason.HOLD, Reason.PAPER_EXPIRED])
    assert text == "Admit and let it park. Still to be settled: hold, a paper has expired."


def test_at_entry_the_driver_parks_and_reads_the_first_thing_to_be_settled():
    text = driver_text(Reason.OK, [Reason.EXPIRED, Reason.PAPER_EXPIRED])
    assert text["en"] == (
        "Please drive in and park in the waiting area. This pass has expired. Your exporter must renew it."
    )
    assert text["zh"] == "请驶入并停放在等候区。通行码已过期，须由出口企业续期。"


def test_at_entry_a_hold_is_told_to_nobody_whatever_stands_beside_it():
    text = driver_text(Reason.OK, [Reason.DECLARATION_NOT_RELEASED, Reason.HOLD, Reason.INSPECTION_DUE])
    assert text["en"] == "Please drive in and park in the waiting area. Please wait in the car, an officer is coming."


def test_at_entry_a_vehicle_to_be_inspected_is_sent_straight_to_the_bay():
    assert driver_text(Reason.OK, [Reason.INSPECTION_DUE]) == driver_text(Reason.INSPECTION_DUE)


def test_the_table_cannot_be_changed_through_an_answer():
    driver_text(Reason.HOLD)["en"] = "told"
    driver_text(Reason.OK, [Reason.INSPECTION_DUE])["en"] = "told"
    assert driver_text(Reason.HOLD) == dict(WAIT)
    assert driver_text(Reason.INSPECTION_DUE)["en"] != "told"
