"""Ink on a page of A4: lines that fit their box, wrapped blocks, the QR symbol. Millimetres from the top left."""

import re
from datetime import datetime
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from declarations import qr

FONTS = Path(__file__).resolve().parent.parent / "fonts"
REGULAR, BOLD = "SilkgateSans-Regular", "SilkgateSans-Bold"

WIDTH, HEIGHT = A4[0] / mm, A4[1] / mm
INK, SOFT, LINE = HexColor("#1b2430"), HexColor("#51606f"), HexColor("#aab4be")
rl_config.useA85 = 0  # text instead of bytes makes a document a quarter larger and takes an eighth longer

LEADING = 1.32
"""From line to line, in sizes of the font: Chinese needs more air than Latin."""

PT = 1 / mm
WORDS = re.compile(r"[^\s，。；：！？]+[，。；：！？]*\s*")
"""Where a line may break: between words, and in Chinese after a clause."""


class Ink:
    """A document that is being drawn."""

    def __init__(self, *, title: str, at: datetime) -> None:
        _load_fonts()
        self._bytes = BytesIO()
        self._learned = 0
        self._canvas = Canvas(
            self._bytes, pagesize=A4, invariant=1, pageCompression=1, lang="zh-Hans", initialFontName=REGULAR
        )
        self._canvas.setTitle(title)
        self._canvas.setCreator("Silkgate")
        self._canvas.setProducer("Silkgate")
        self._canvas.setDateFormatter(lambda *_of_no_moment: f"D:{at:%Y%m%d%H%M%S}Z")

    def line(
        self, text: str, x: float, y: float, *, size: float, width: float, font: str = REGULAR, colour: Color = INK
    ) -> None:
        """One line on the base line y, made smaller if it would be wider than `width`."""
        self._canvas.setFillColor(colour)
        self._canvas.setFont(font, fitting(text, font, size, width))
        self._canvas.drawString(x * mm, (HEIGHT - y) * mm, text)

    def centred(self, text: str, y: float, *, size: float, width: float, font: str = BOLD, colour: Color = INK) -> None:
        """One line in the middle of the page, fitted in the same way."""
        size = fitting(text, font, size, width)
        taken = pdfmetrics.stringWidth(text, font, size) / mm
        self.line(text, (WIDTH - taken) / 2, y, size=size, width=width, font=font, colour=colour)

    def block(self, text: str, x: float, y: float, *, size: float, width: float, font: str = REGULAR) -> float:
        """Lines below y, broken at `width`; gives back where the block ends."""
        for row in balanced(text, font, size, width):
            y += size * LEADING * PT
            self.line(row, x, y, size=size, width=width, font=font)
        return y

    def learn(self, code: str) -> str:
        """Draw a symbol once, one unit a module, to be placed in any size by the name given back; black on white.

        One path, so that no seam shows in it; written out, since drawing it costs as much as all the rest of a pass.
        """
        self._learned += 1
        name, side = f"code{self._learned}", qr.SIDE_MODULES
        dark = " ".join(f"{x} {side - y - 1} {length} 1 re" for x, y, length in qr.runs(code))
        self._canvas.beginForm(name, 0, 0, side, side)
        self._canvas.addLiteral(f"1 g 0 0 {side} {side} re f 0 g {dark} f")
        self._canvas.endForm()
        return name

    def symbol(self, name: str, x: float, y: float, *, side: float) -> None:
        """Place a learned symbol, its dark corner at x and y and its quiet zone around it."""
        module = side / (qr.SIDE_MODULES - 2 * qr.QUIET_MODULES)
        quiet = module * qr.QUIET_MODULES
        self._canvas.saveState()
        self._canvas.translate((x - quiet) * mm, (HEIGHT - y - side - quiet) * mm)
        self._canvas.scale(module * mm, module * mm)
        self._canvas.doForm(name)
        self._canvas.restoreState()

    def stroke(self, x1: float, y1: float, x2: float, y2: float, *, dotted: bool = False) -> None:
        """A hairline."""
        self._canvas.saveState()
        self._canvas.setStrokeColor(LINE)
        self._canvas.setLineWidth(0.6)
        if dotted:
            self._canvas.setLineCap(1)
            self._canvas.setDash(0, 4)
        self._canvas.line(x1 * mm, (HEIGHT - y1) * mm, x2 * mm, (HEIGHT - y2) * mm)
        self._canvas.restoreState()

    def end_page(self) -> None:
        """What comes next stands on a new page."""
        self._canvas.showPage()

    def finish(self) -> bytes:
        """The document."""
        self._canvas.save()
        return self._bytes.getvalue()


def fitting(text: str, font: str, size: float, width: float) -> float:
    """The size, made as small as the line must be for its width."""
    taken: float = pdfmetrics.stringWidth(text, font, size) / mm
    return size if taken <= width else size * width / taken


@lru_cache(maxsize=256)
def balanced(text: str, font: str, size: float, width: float) -> list[str]:
    """As few lines as the width asks for, made as even as that allows: no last line of one word.

    Remembered, since the same few sentences stand on every sheet of a batch.
    """
    rows = broken(text, font, size, width)
    for percent in range(95, 50, -5):
        tighter = broken(text, font, size, width * percent / 100)
        if len(tighter) > len(rows):
            break
        rows = tighter
    return rows


def broken(text: str, font: str, size: float, width: float) -> list[str]:
    """The lines of a block; a word wider than the block has a line of its own."""
    rows = [""]
    for word in WORDS.findall(text):
        if rows[-1] and pdfmetrics.stringWidth((rows[-1] + word).rstrip(), font, size) / mm > width:
            rows[-1] = rows[-1].rstrip()
            rows.append(word.lstrip())
        else:
            rows[-1] += word
    return rows


@cache
def _load_fonts() -> None:
    """Once in a program's life: both files hold eight thousand characters."""
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, FONTS / f"{name}.ttf", asciiReadable=False))
