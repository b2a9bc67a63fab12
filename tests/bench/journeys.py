"""`python -m tests.bench journeys`: an exporter's time, keys and taps, in a browser on the demo that runs beside it.

From the sign-in to a released vehicle that was typed by hand, 500 vehicles by spreadsheet, and their passes on paper.
KLM is what Card, Moran and Newell's keystroke-level model gives a practised person for the same keys and taps.
"""

import csv
import io
import json
import random
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright

from declarations import vin
from tests.chromium import find_chromium

ROOT = Path(__file__).resolve().parent.parent.parent
BY_SPREADSHEET = 500
KEY_S, TAP_S, THINK_S = 0.28, 1.2, 1.35
"""An average typist's key, a pointing with its press, and one thought before each field and button."""

PATIENCE_MS = 120_000
ROUTE = {"functional_reference": "PO-BENCH", "port": "CNHRS", "destination_country": "KZ"}
CONTRACT = {
    "consignee-name": "Astana Motors",
    "consignee-country": "KZ",
    "consignee-address": "Almaty",
    "contract_number": "SG-2026-118",
    "incoterm": "DAP",
    "incoterm_place": "Almaty",
    "currency": "CNY",
}
CAR = {
    "make": "Tesla",
    "model": "Model 3",
    "model_year": "2026",
    "colour": "white",
    "category": "M1",
    "condition": "NEW",
    "powertrain": "PETROL",
    "displacement_cc": "1498",
    "seats": "5",
    "gross_mass_kg": "1900",
    "curb_mass_kg": "1450",
    "hs_code": "8703223090",
    "value": "89800.00",
}


class Hand:
    """A person's hand: types and taps, and counts both."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys, self.taps, self.thoughts = page, 0, 0, 0

    def fill(self, values: dict[str, str]) -> None:
        """Tab to each field and type; of a list the code is picked with one tap on it and one on the entry."""
        for name, value in values.items():
            field = self.page.locator(f"main [name='{name}']")
            self.thoughts += 1
            if field.evaluate("element => element.tagName") == "SELECT":
                field.select_option(value)
                self.taps += 2
                continue
            field.focus()
            if field.get_attribute("type") == "datetime-local":
                field.fill(value)
            else:
                self.page.keyboard.type(value)
            self.keys += len(value) + 1

    def tap(self, selector: str) -> None:
        """Press a button or a link."""
        self.thoughts += 1
        self.taps += 1
        self.page.locator(selector).first.click()

    def told(self, began: float) -> dict[str, float]:
        """Seconds of the machine, keys, taps, and seconds of a person."""
        person = self.keys * KEY_S + self.taps * TAP_S + self.thoughts * THINK_S
        taken = round(time.monotonic() - began, 1)
        return {"s": taken, "keys": self.keys, "taps": self.taps, "KLM s": round(person)}


def measure() -> dict[str, Any]:
    """Three journeys, printed as they come.

    Raises: SystemExit where no demo or no Chromium is there.
    """
    written, chromium = ROOT / "var" / "demo.json", find_chromium()
    if not written.exists() or chromium is None:
        raise SystemExit("journeys need `make demo` running beside them, and Chromium")
    demo = json.loads(written.read_text())
    figures: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(base_url=demo["base_url"], locale="en").new_page()
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        for name, journey in (
            ("sign-in to released, 1 vehicle typed", _typed),
            (f"{BY_SPREADSHEET} vehicles by spreadsheet, draft to released", _by_spreadsheet),
            (f"{BY_SPREADSHEET} passes on paper, PDF", _printed),
        ):
            figures[name] = journey(page, demo["accounts"]["alice"])
            print(f"{name}: {figures[name]}", flush=True)
        browser.close()
    return figures


def _typed(page: Page, account: dict[str, str]) -> dict[str, float]:
    hand, began = Hand(page), time.monotonic()
    page.goto("/sign-in")
    hand.fill({"username": account["username"], "password": account["password"]})
    hand.tap("main button[type=submit]")
    _header(hand)
    hand.tap("main a.button:not(.button--quiet)")
    hand.fill({"vin": _vins(1)[0], **CAR})
    hand.tap(".actions button.button")
    hand.tap(".actions a.button")
    hand.tap(".actions button.button")
    expect(page.locator("#progress .head .tag")).to_have_text("released")
    return hand.told(began)


def _header(hand: Hand) -> None:
    hand.page.goto("/")
    hand.tap("main .head a.button")
    soon = timezone.localtime() + timedelta(days=2)
    hand.fill({**ROUTE, "planned_arrival_at": f"{soon:%Y-%m-%dT%H:%M}"})
    hand.tap(".actions button.button")
    expect(hand.page).to_have_url(re.compile("/sections/contract"))
    hand.fill(CONTRACT)
    hand.tap(".actions button.button")
    expect(hand.page).to_have_url(re.compile("/vehicles$"))


def _by_spreadsheet(page: Page, _account: dict[str, str]) -> dict[str, float]:
    _header(Hand(page))
    hand, began = Hand(page), time.monotonic()
    hand.tap("main a.button--quiet")
    page.set_input_files("#id_file", {"name": "cars.csv", "mimeType": "text/csv", "buffer": _table()})
    hand.taps += 2
    hand.tap(".actions button.button")
    hand.tap(f"button:has-text('Lodge {BY_SPREADSHEET}')")
    hand.tap("#sheet a[href^='/declarations/']")
    expect(page.locator("#progress .head .tag")).to_have_text("released")
    return hand.told(began)


def _printed(page: Page, _account: dict[str, str]) -> dict[str, float]:
    hand, began = Hand(page), time.monotonic()
    hand.tap("a:has-text('Print all passes')")
    hand.tap("button:has-text('Make one PDF')")
    expect(page.locator("#print")).to_contain_text("The file is ready")
    return hand.told(began)


def _vins(count: int) -> list[str]:
    """Valid VINs that nobody has declared yet."""
    first = random.randrange(10**6 - count)
    plain = [f"LRW3E7E{letter}0TC{n:06d}" for letter in random.choice("ABCDEFGH") for n in range(first, first + count)]
    return [row[:8] + vin.check_digit(row) + row[9:] for row in plain]


def _table() -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["vin", *("Drive" if name == "powertrain" else name.replace("_", " ") for name in CAR)])
    writer.writerows([number, *CAR.values()] for number in _vins(BY_SPREADSHEET))
    return out.getvalue().encode()
