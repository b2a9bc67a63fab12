"""The two sheets of a pass: one for the hand, that may be folded twice, and one for the windscreen."""

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from declarations.instructions import in_four_languages
from declarations.paper.ink import BOLD, HEIGHT, PT, REGULAR, SOFT, WIDTH, Ink
from declarations.paper.pass_on_paper import PassOnPaper

HAND_CODE, SECOND_CODE, WINDSCREEN_CODE = 72.0, 42.0, 120.0
"""Sides of the symbols without their quiet zones; in the hand 50 are asked for, behind a windscreen 120."""

MARGIN = 14.0
FOLD_X, FOLD_Y = WIDTH / 2, HEIGHT / 2
COLUMN = FOLD_X - MARGIN - 7
LEFT, RIGHT = MARGIN, FOLD_X + 7
BELOW = FOLD_Y + 15

BEIJING = timezone(timedelta(hours=8))
"""The clock of every port of China."""


def sheet(told: PassOnPaper) -> bytes:
    """Both sheets of one pass.

    Raises: TextDoesNotFit for a code that no pass has.
    """
    return sheets([told], title=f"{told.vin} · {told.reference}", at=told.printed_at)


def sheets(passes: Iterable[PassOnPaper], *, title: str, at: datetime) -> bytes:
    """Both sheets of each pass, one document.

    Raises: TextDoesNotFit.
    """
    ink = Ink(title=title, at=at)
    for told in passes:
        code = ink.learn(told.code)
        _hand(ink, told, code)
        ink.end_page()
        _windscreen(ink, told, code)
        ink.end_page()
    return ink.finish()


def _hand(ink: Ink, told: PassOnPaper, code: str) -> None:
    """Four quarters, so that neither fold runs through a code or a word."""
    ink.stroke(0, FOLD_Y, WIDTH, FOLD_Y, dotted=True)
    ink.stroke(FOLD_X, 0, FOLD_X, HEIGHT, dotted=True)
    _first_code(ink, told, code)
    _vehicle(ink, told)
    _sentences(ink, told)
    _second_code(ink, told, code)


def _first_code(ink: Ink, told: PassOnPaper, code: str) -> None:
    first, *others = in_four_languages(_("Vehicle export pass"))
    ink.line(first, LEFT, 21, size=19, width=COLUMN, font=BOLD)
    ink.line(" · ".join(others), LEFT, 27, size=8, width=COLUMN, colour=SOFT)
    ink.symbol(code, LEFT, 37, side=HAND_CODE)
    _labelled(ink, _("If the code cannot be read"), told.manual_code, LEFT, 121, size=22)


def _vehicle(ink: Ink, told: PassOnPaper) -> None:
    ink.line(told.vin[-6:], RIGHT, 51.5, size=100, width=COLUMN, font=BOLD)
    ink.line(_grouped(told.vin), RIGHT, 60, size=13, width=COLUMN)
    y = _labelled(ink, _("Plate"), told.plate or "–", RIGHT, 70, size=26)
    port = f"{told.port_names[0]} {told.port_code}"
    y = _labelled(ink, _("Port"), port, RIGHT, y, size=15, below=" · ".join(told.port_names[1:]))
    if told.gate_names[0]:
        y = _labelled(
            ink,
            pgettext_lazy("place", "Gate"),
            told.gate_names[0],
            RIGHT,
            y,
            size=13,
            below=" · ".join(told.gate_names[1:]),
        )
    y = _labelled(ink, _("Valid from"), _moment(told.valid_from), RIGHT, y, size=13)
    _labelled(ink, _("Valid until"), _moment(told.valid_until), RIGHT, y, size=13)


def _sentences(ink: Ink, told: PassOnPaper) -> None:
    y = BELOW - 4
    for number, text in enumerate(in_four_languages(told.sentence)):
        y = ink.block(text, LEFT, y, size=11 if number else 14, width=COLUMN, font=BOLD) + 4.5
    _labelled(ink, _("As it stood when printed"), _moment(told.printed_at), LEFT, y + 6, size=10)


def _second_code(ink: Ink, told: PassOnPaper, code: str) -> None:
    y = _labelled(ink, _("Vehicle"), told.vehicle, RIGHT, BELOW, size=13, below=told.colour)
    y = _labelled(ink, _("Declaration"), f"{told.reference} · {told.version}", RIGHT, y, size=13)
    _labelled(ink, _("Exporter's reference"), told.own_reference or "–", RIGHT, y, size=13)
    x, y = RIGHT + COLUMN - SECOND_CODE, HEIGHT - MARGIN - SECOND_CODE
    ink.symbol(code, x, y, side=SECOND_CODE)
    for text in in_four_languages(_("Second code, if the first one is damaged")):
        y = ink.block(text, RIGHT, y, size=8, width=COLUMN - SECOND_CODE - 8) + 1.5


def _windscreen(ink: Ink, told: PassOnPaper, code: str) -> None:
    """To be read from three metres: by rule of thumb letters of 15 mm, here twice that."""
    wide = WIDTH - 2 * MARGIN
    ink.centred(told.vin[-6:], 45, size=136, width=wide)
    ink.centred(told.plate, 79, size=80, width=wide)
    ink.symbol(code, (WIDTH - WINDSCREEN_CODE) / 2, 98, side=WINDSCREEN_CODE)
    ink.centred(told.manual_code, 240, size=30, width=wide)
    place = " · ".join(filter(None, (f"{told.port_names[0]} {told.port_code}", told.gate_names[0])))
    ink.centred(place, 252.5, size=18, width=wide)
    ink.centred(_four(_("Valid until")), 259.5, size=7, width=wide, font=REGULAR, colour=SOFT)
    ink.centred(_moment(told.valid_until), 265.5, size=15, width=wide)
    for number, text in enumerate(in_four_languages(_("Put this sheet behind the windscreen, the code facing out."))):
        ink.centred(text, 273 + number * 3.6, size=7.5, width=wide, font=REGULAR, colour=SOFT)


def _labelled(ink: Ink, label: str | Promise, value: str, x: float, y: float, *, size: float, below: str = "") -> float:
    """A value under its label in four languages; gives back where the next label may stand."""
    ink.line(_four(label), x, y, size=7, width=COLUMN, colour=SOFT)
    y += size * PT * 1.15
    ink.line(value, x, y, size=size, width=COLUMN, font=BOLD)
    if below:
        y += 4.5
        ink.line(below, x, y, size=9, width=COLUMN, colour=SOFT)
    return y + 8


def _four(label: str | Promise) -> str:
    """A label in four languages; what two of them share is said once."""
    return " · ".join(dict.fromkeys(in_four_languages(label)))


def _grouped(vin: str) -> str:
    """3·6·2·6, as on every page."""
    return f"{vin[:3]} {vin[3:9]} {vin[9:11]} {vin[11:]}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M} UTC+8"
