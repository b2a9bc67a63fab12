"""The device's reader of passes and Python's: the same claims, the same refusals, nothing forged gets through."""

from random import Random

import pytest

from declarations import passes
from tests.browser.forgeries import ACTIVE, RETIRED, forgeries, genuine, in_javascript, in_python, judged

pytestmark = pytest.mark.browser

MANUAL = """async (texts) => {
    const { readManualCode, looksLikeManualCode } = await import("/static/checkpoint/offline/manualcode.js");
    return texts.map((text) => [looksLikeManualCode(text), readManualCode(text)]);
}"""
NORMALISED = """async (texts) => {
    const { normalisePlate, normaliseVin } = await import("/static/checkpoint/offline/reading.js");
    return texts.map((text) => [normalisePlate(text), normaliseVin(text)]);
}"""


@pytest.mark.parametrize("fallback", [False, True])
def test_genuine_passes_say_the_same_to_both(modules, fallback):
    texts = [genuine(number, key) for number in range(20) for key in (ACTIVE, RETIRED)]
    expected = [in_python(text) for text in texts]
    assert all(isinstance(each, list) for each in expected)
    assert in_javascript(modules, texts, fallback=fallback) == expected


def test_the_browser_has_ed25519_of_its_own(modules):
    assert modules.evaluate(
        "crypto.subtle.importKey('raw', new Uint8Array(32), 'Ed25519', false, ['verify']).then(() => true)"
    )


def test_no_forged_pass_is_read_by_either(modules):
    texts = list(forgeries(1, Random(1)))
    assert len(texts) > 2000
    accepted, differ = judged(modules, texts)
    assert (accepted, differ) == (0, [])


def test_nor_where_the_browser_has_no_ed25519(modules):
    texts = list(forgeries(1, Random(2)))
    accepted, differ = judged(modules, Random(3).sample(texts, 150), fallback=True)
    assert (accepted, differ) == (0, [])


def test_manual_codes_are_read_alike(modules):
    random = Random(4)
    codes = [passes.manual_code(random.randrange(passes.MAX_PASS_ID)) for _ in range(50)]
    codes += [passes.manual_code(0), passes.manual_code(passes.MAX_PASS_ID - 1)]
    texts = [*codes, *(code.lower() for code in codes), *(code.replace("-", " \t\x1c") for code in codes)]
    texts += [code.replace("0", "O").replace("1", "l") for code in codes]
    texts += [code[:place] + "A" + code[place + 1 :] for code in codes[:10] for place in range(14)]
    texts += [
        "",
        "U" * 12,
        "ſ" * 12,
        "ı" * 12,
        "1" * 13,
        "-" * 41,
        "0000 0000 0000" + " " * 40,
        codes[0] + "\xa0",
        "😀" * 12,
    ]
    expected = [[passes.looks_like_manual_code(text), passes.read_manual_code(text)] for text in texts]
    assert modules.evaluate(MANUAL, texts) == expected


def test_plates_and_vins_are_normalised_alike(modules):
    from declarations import plates, vin

    texts = [
        "新A·12345", "新Ａ１２３４５", "123 АВС 02", "a-b_c.d,e/f|g", " lsvaa4187e2000001\r\n", "ＬＳＶ", "Zürich ß",
        "", "\ufeff京A\u200b12345", "①②③", "ı̇İ", "가각", "e\u0301\x1c", "\x85A", "Ω\u1e9e", "\U0001d400𝟙",
    ]  # fmt: skip
    expected = [[plates.normalise(text) or None, vin.normalise(text) or None] for text in texts]
    assert modules.evaluate(NORMALISED, texts) == expected
