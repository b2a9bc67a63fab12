"""Photographs of papers for the demo: drawn here, so that none shows a real one."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONT = Path(__file__).resolve().parent.parent / "declarations" / "fonts" / "SilkgateSans-Regular.ttf"
SIZE_PX = (840, 1188)
"""A4 at a hundred dots per inch."""


def photo_of_paper(title: str, *lines: str) -> bytes:
    """A sheet of paper with a title and lines, as JPEG, marked as invented across its middle."""
    sheet = Image.new("RGB", SIZE_PX, "#fdfcf7")
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((40, 40, SIZE_PX[0] - 40, SIZE_PX[1] - 40), outline="#8a8a80", width=2)
    draw.text((SIZE_PX[0] / 2, 130), title, fill="#1b2430", font=ImageFont.truetype(FONT, 44), anchor="mm")
    for number, line in enumerate(lines):
        draw.text((90, 240 + 56 * number), line, fill="#1b2430", font=ImageFont.truetype(FONT, 26))
    middle = (SIZE_PX[0] / 2, SIZE_PX[1] - 260)
    draw.text(middle, "DEMO · 演示", fill="#d6dce3", font=ImageFont.truetype(FONT, 110), anchor="mm")
    drawn = BytesIO()
    sheet.save(drawn, "JPEG", quality=80)
    return drawn.getvalue()
