"""The pass as a picture: one QR symbol, version 8, level M, for screen and paper. Values in, bytes out.

Addresses of pages are drawn as well, in the size that they need.
"""

import re
from collections.abc import Iterator
from io import BytesIO

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_ALPHA_NUM, QRData

VERSION = 8
QUIET_MODULES = 4
MOST_CHARACTERS = 221
"""What version 8 at level M holds in one alphanumeric segment."""

MASK = 2
"""Fixed: the search for the best of eight takes six times as long as all the rest and gains nothing. Measured with
zxing on 300 passes rotated, blurred, shrunk to 3 pixels a module, at a third of the contrast, with noise: of those with
a searched mask it read 195, of these 209."""

SIDE_MODULES = 4 * VERSION + 17 + 2 * QUIET_MODULES
LARGEST_MODULE_PX = 40
ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]+", re.ASCII)

Matrix = list[list[bool]]


class TextDoesNotFit(ValueError):
    """The text is empty, too long for the symbol, or has a character that no alphanumeric segment can hold."""

    code = "QR_TEXT_DOES_NOT_FIT"


def png(text: str, *, module_px: int) -> bytes:
    """A PNG of one bit per pixel, quiet zone included; each module is module_px pixels wide (1 … 40).

    Raises: TextDoesNotFit; ValueError for another module_px.
    """
    if not 1 <= module_px <= LARGEST_MODULE_PX:
        raise ValueError(f"a module is 1 to {LARGEST_MODULE_PX} pixels wide")
    rows = _matrix(text)
    small = Image.new("1", (SIDE_MODULES, SIDE_MODULES), 1)
    small.putdata([not dark for row in rows for dark in row])
    side = SIDE_MODULES * module_px
    picture = BytesIO()
    small.resize((side, side), Image.Resampling.NEAREST).save(picture, "PNG")
    return picture.getvalue()


def svg(text: str) -> str:
    """An SVG of a white ground and one path, quiet zone included; it scales to whatever box it is put in.

    Raises: TextDoesNotFit.
    """
    return _drawn(runs(text), SIDE_MODULES)


def svg_of_address(url: str) -> str:
    """An SVG of the address of a page, as small a symbol as holds it."""
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES, mask_pattern=MASK)
    symbol.add_data(url)
    symbol.make(fit=True)
    rows: Matrix = symbol.get_matrix()
    return _drawn(_runs(rows), len(rows))


def _drawn(dark: Iterator[tuple[int, int, int]], side: int) -> str:
    path = "".join(f"M{x} {y}.5h{length}" for x, y, length in dark)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path stroke="#000" d="{path}"/></svg>'
    )


def _matrix(text: str) -> Matrix:
    """Rows of dark modules, quiet zone included."""
    if len(text) > MOST_CHARACTERS or not ALPHANUMERIC.fullmatch(text):
        raise TextDoesNotFit(f"a pass code has 1 to {MOST_CHARACTERS} alphanumeric characters")
    symbol = qrcode.QRCode(version=VERSION, error_correction=ERROR_CORRECT_M, border=QUIET_MODULES, mask_pattern=MASK)
    symbol.add_data(QRData(text, mode=MODE_ALPHA_NUM), optimize=0)
    symbol.make(fit=False)
    rows: Matrix = symbol.get_matrix()
    return rows


def runs(text: str) -> Iterator[tuple[int, int, int]]:
    """The symbol for whoever draws it: column, row and length of each run of dark modules, quiet zone counted in.

    Raises: TextDoesNotFit.
    """
    return _runs(_matrix(text))


def _runs(rows: Matrix) -> Iterator[tuple[int, int, int]]:
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                yield start, y, x - start
            x += 1
