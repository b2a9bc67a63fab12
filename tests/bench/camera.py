"""`python -m tests.bench camera [codes]`: passes held before a camera, and how soon the gate's answer is seen.

Chromium's fake camera plays films (30 pictures a second, 640 × 480) of passes as a gate sees them: clean, out of focus,
with glare, tilted, in the dark. Each code is shown once, for 0.8 s, on a phone-sized scan page before the real server.
"""

import random
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from playwright.sync_api import BrowserType, sync_playwright

from checkpoint.models import Passage
from declarations.models import Role
from declarations.words import RoleName
from tests.bench.world import World
from tests.chromium import find_chromium
from tests.film import GREY, SIZE, code, film, scene
from tests.servers import Servers
from tests.stack import Stack

LANE = "CNHRS-E1"
PER_FILM = 50
SHOWN, BETWEEN = 24, 5
PICTURES_PER_S = 30
MODULE_PX = (3, 5)
"""Pixels per square of the code: held at arm's length, or close."""


def clean(picture: Image.Image, chance: random.Random) -> Image.Image:
    """As it is."""
    return picture


def blurred(picture: Image.Image, chance: random.Random) -> Image.Image:
    """Out of focus, by up to half a square of the code and more."""
    return picture.filter(ImageFilter.GaussianBlur(chance.uniform(0.8, 2.2)))


def glared(picture: Image.Image, chance: random.Random) -> Image.Image:
    """A lamp mirrored in the windscreen or the telephone: a white patch that fades outwards over part of the code."""
    lamp = Image.new("L", picture.size, 0)
    x, y = chance.randint(220, 420), chance.randint(140, 340)
    wide, high = chance.randint(30, 80), chance.randint(12, 30)
    ImageDraw.Draw(lamp).ellipse((x - wide, y - high, x + wide, y + high), fill=chance.randint(150, 230))
    lamp = lamp.filter(ImageFilter.GaussianBlur(14))
    return ImageChops.add(picture, Image.merge("RGB", (lamp, lamp, lamp)))


def tilted(picture: Image.Image, chance: random.Random) -> Image.Image:
    """Turned by up to 40 degrees, and leaning away to one side."""
    lean = chance.uniform(0.0003, 0.0010) * chance.choice((-1, 1))
    middle = 1 + lean * SIZE[0] / 2
    leaning = (middle, 0, (1 - middle) * SIZE[0] / 2, lean * SIZE[1] / 2, 1, -lean * SIZE[0] * SIZE[1] / 4, lean, 0)
    turned = picture.rotate(chance.uniform(-40, 40), Image.Resampling.BICUBIC, fillcolor=GREY)
    return turned.transform(SIZE, Image.Transform.PERSPECTIVE, leaning, Image.Resampling.BICUBIC, fillcolor=GREY)


def dark(picture: Image.Image, chance: random.Random) -> Image.Image:
    """At night: a sixth to a third of the light, and the noise of a small sensor."""
    light = chance.uniform(0.16, 0.34)
    noise = Image.effect_noise(SIZE, chance.uniform(8, 18))
    dim = picture.point(lambda value: round(value * light))
    return ImageChops.add(dim, Image.merge("RGB", (noise, noise, noise)), scale=1, offset=-118)


WAYS: dict[str, Callable[[Image.Image, random.Random], Image.Image]] = {
    "clean": clean,
    "out of focus": blurred,
    "glare": glared,
    "tilted": tilted,
    "in the dark": dark,
}


def measure(servers: Servers, codes: int) -> dict[str, Any]:
    """Show so many passes; the share that was read, and times in milliseconds."""
    chance = random.Random(8206)
    passes = [text for text, _plate in World().released(codes)]
    shown = [(text, list(WAYS)[n % len(WAYS)]) for n, text in enumerate(passes)]
    chance.shuffle(shown)
    officer = User.objects.create(username="olga")
    Role.objects.create(user=officer, role=RoleName.CHECKPOINT)
    decoded: list[float] = []
    answered: list[float] = []
    with TemporaryDirectory() as name:
        stack = Stack(servers.environment | {"DJANGO_SETTINGS_MODULE": "tests.settings"}, folder=Path(name))
        try:
            address = stack.web(workers=2)
            with sync_playwright() as playwright:
                for begin in range(0, len(shown), PER_FILM):
                    part = shown[begin : begin + PER_FILM]
                    path = film_of(Path(name) / "film.mjpeg", part, chance)
                    to_decoded, to_answer = _watch(playwright.chromium, address, officer, path)
                    decoded += to_decoded
                    answered += to_answer
                    print(f"{begin + len(part)} shown, {len(decoded)} read", flush=True)
        finally:
            stack.stop()
    read = set(Passage.objects.filter(verdict="ADMIT", officer=officer).values_list("code", flat=True))
    by_way = {way: [text in read for text, how in shown if how == way] for way in WAYS}
    figures = {
        "codes": len(shown),
        "read": {way: f"{sum(hits)} of {len(hits)}" for way, hits in by_way.items()},
        "read in all": f"{len(read)} of {len(shown)}",
        "picture to decoded, ms": _times(decoded),
        "picture to answer on the screen, ms": _times(answered),
    }
    for label, value in figures.items():
        print(f"{label:40} {value}")
    return figures


def film_of(path: Path, part: list[tuple[str, str]], chance: random.Random) -> Path:
    """One code after the other, with nothing in between; frames are repeated, so the file's own rate is kept."""

    def scenes() -> Iterator[Image.Image]:
        for text, way in part:
            picture = WAYS[way](scene(code(text, module=chance.choice(MODULE_PX))), chance)
            yield from [picture] * SHOWN
            yield from [scene()] * BETWEEN

    return film(path, scenes(), frames=1)


def _watch(chromium: BrowserType, address: str, officer: User, path: Path) -> tuple[list[float], list[float]]:
    """Play a film once before the page."""
    client = Client()
    client.force_login(officer)
    args = ["--no-sandbox", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={path}"]
    browser = chromium.launch(executable_path=find_chromium(), args=args)
    context = browser.new_context(viewport={"width": 360, "height": 640}, permissions=["camera"])
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
    page = context.new_page()
    page.goto(address + reverse("checkpoint:scan", args=[LANE]))
    page.wait_for_timeout(1500)
    page.locator("[data-lens-toggle]").click()
    page.locator("[data-lens]").wait_for(timeout=30_000)
    frames = (SHOWN + BETWEEN) * PER_FILM
    page.wait_for_timeout(frames / PICTURES_PER_S * 1000)
    times = "(name) => performance.getEntriesByName(name).map((each) => each.duration)"
    found = page.evaluate(times, "scan:decoded"), page.evaluate(times, "scan:answered")
    browser.close()
    return found


def _times(found: list[float]) -> dict[str, int]:
    if len(found) < 2:
        return {}
    cuts = statistics.quantiles(found, n=100, method="inclusive")
    return {"p50": round(cuts[49]), "p95": round(cuts[94]), "p99": round(cuts[98]), "most": round(max(found))}
