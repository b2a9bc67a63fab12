"""The five results of the gate, told apart without colour, from afar, and by whoever sees colours otherwise (U07)."""

import io
from itertools import combinations

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from PIL import Image, ImageChops, ImageStat

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIVE = {
    "admit": {"verdict": "ADMIT", "reason": "OK"},
    "stop": {"verdict": "ALARM", "reason": "HOLD"},
    "officer": {"verdict": "MANUAL", "reason": "DRIVER_UNKNOWN"},
    "used": {"verdict": "ALARM", "reason": "ALREADY_ADMITTED"},
    "provisional": {"verdict": "ADMIT", "reason": "OK", "provisional": True},
}
SEEN_BY = {
    "everybody": (1, 0, 0, 0, 1, 0, 0, 0, 1),
    "protanopia": (0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998),
    "deuteranopia": (0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881),
    "tritanopia": (1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900),
    "nobody (grey)": (0.2126, 0.7152, 0.0722) * 3,
}
"""What becomes of red, green and blue: Machado, Oliveira, Fernandes 2009, severity 1; and luminance alone."""

A_QUARTER = 0.25
LEAST_SHAPE = 32.0
"""Least root of the mean squared difference between two shapes at a quarter of their size, of 255, colour and ground
taken away: black on white differs by 255."""
LEAST_PAGE = 36.0
"""The same of the whole screens, colours and words included, for each kind of eye."""


def answer(name):
    blank = {
        "advice": [],
        "provisional": False,
        "port": "CNHRS",
        "lane": "CNHRS-R1",
        "decided_at": "2026-11-22T04:00:00Z",
    }
    return {**blank, "officer_text": "The same sentence each time.", "driver_text": {}, "vehicle": None, **FIVE[name]}


def picture(page, name, *, only=None):
    html = render_to_string("checkpoint/_verdict.html", {"answer": answer(name), "next_href": "#"})
    page.evaluate("(html) => { document.getElementById('answer').innerHTML = html; }", html)
    shown = page.locator(only or f"[data-verdict={name}]")
    return Image.open(io.BytesIO(shown.screenshot(animations="disabled"))).convert("RGB")


def linear(value):
    part = value / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


LIGHT = [linear(value) for value in range(256)]


def bent(value):
    part = min(max(value, 0), 1)
    return round(255 * (12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055))


def seen_by(picture, matrix):
    """The picture as another eye has it; the matrices are meant for linear light."""
    small = picture.resize((round(picture.width * A_QUARTER), round(picture.height * A_QUARTER)), Image.Resampling.BOX)
    raw, out = small.tobytes(), bytearray()
    for at in range(0, len(raw), 3):
        red, green, blue = (LIGHT[value] for value in raw[at : at + 3])
        out.extend(bent(matrix[i] * red + matrix[i + 1] * green + matrix[i + 2] * blue) for i in (0, 3, 6))
    return Image.frombytes("RGB", small.size, bytes(out))


def distance(one, other):
    return sum(value**2 for value in ImageStat.Stat(ImageChops.difference(one, other)).rms) ** 0.5 / 3**0.5


def shape_alone(picture):
    """Dark on light whatever the colours are: the extremes of its luminance pulled to black and white."""
    grey = picture.convert("L")
    grey = grey.resize((24, 24), Image.Resampling.BOX)
    low, high = grey.getextrema()
    ground = grey.getpixel((0, 0))
    stretched = grey.point(lambda value: round(255 * (value - low) / max(high - low, 1)))
    return stretched if ground - low < high - ground else stretched.point(lambda value: 255 - value)


@pytest.fixture
def page(open_page, olga):
    page = open_page(olga, width=360)
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(reverse("checkpoint:scan", args=["CNHRS-E1"]))
    return page


def test_no_two_results_look_alike_to_any_eye(page):
    whole = {name: picture(page, name) for name in FIVE}
    found = {
        (eye, one, other): distance(seen_by(whole[one], matrix), seen_by(whole[other], matrix))
        for eye, matrix in SEEN_BY.items()
        for one, other in combinations(FIVE, 2)
    }
    assert min(found.values()) >= LEAST_PAGE, min(found, key=found.get)


def test_the_shapes_alone_tell_the_results_apart(page):
    shapes = {name: shape_alone(picture(page, name, only=".verdict-shape")) for name in FIVE}
    found = {pair: distance(*(shapes[name] for name in pair)) for pair in combinations(FIVE, 2)}
    assert min(found.values()) >= LEAST_SHAPE, min(found, key=found.get)


def test_ear_and_hand_tell_them_apart_as_well(open_page, olga):
    page = open_page(olga, width=360)
    page.add_init_script("""
        window.told = [];
        navigator.vibrate = (pattern) => told.push(JSON.stringify(pattern));
        const make = AudioContext.prototype.createOscillator;
        AudioContext.prototype.createOscillator = function () {
            const tone = make.call(this);
            const begin = tone.frequency.setValueAtTime.bind(tone.frequency);
            tone.frequency.setValueAtTime = (hertz, at) => {
                told.push(`${tone.type} ${hertz}`);
                return begin(hertz, at);
            };
            return tone;
        };
    """)
    page.goto(reverse("checkpoint:scan", args=["CNHRS-E1"]))
    page.get_by_role("heading", level=1).click()
    heard = {}
    for name in FIVE:
        html = render_to_string("checkpoint/_verdict.html", {"answer": answer(name), "next_href": "#"})
        page.evaluate(
            """(html) => {
                told.length = 0;
                document.getElementById('answer').innerHTML = html;
                document.dispatchEvent(new CustomEvent('htmx:load'));
            }""",
            html,
        )
        heard[name] = page.evaluate("[told.filter((each) => /z|e/.test(each)).join(), told.at(-1)]")
    assert all(tones and buzz for tones, buzz in heard.values())
    assert len({tones for tones, _buzz in heard.values()}) == len(FIVE)
    assert len({buzz for _tones, buzz in heard.values()}) == len(FIVE)
