"""A film for Chromium's fake camera: codes as pictures, one after the other, as Motion JPEG, again and again."""

import io
from collections.abc import Iterable
from pathlib import Path

import qrcode
import zxingcpp
from PIL import Image

SIZE = (640, 480)
GREY = (96, 101, 106)


def code(text: str, *, module: int = 5) -> Image.Image:
    """A code as a picture, black on white with its quiet zone; module: pixels of each of its squares."""
    drawn = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=module, border=4)
    drawn.add_data(text)
    drawn.make(fit=True)
    return drawn.make_image().get_image().convert("RGB")


def scene(shown: Image.Image | None = None) -> Image.Image:
    """What the camera sees: grey, and in the middle what somebody holds up."""
    picture = Image.new("RGB", SIZE, GREY)
    if shown is not None:
        picture.paste(shown, ((SIZE[0] - shown.width) // 2, (SIZE[1] - shown.height) // 2))
    return picture


def film(path: Path, scenes: Iterable[Image.Image], *, frames: int = 20) -> Path:
    """Write scenes, each so many frames long (30 make a second)."""
    with path.open("wb") as file:
        for each in scenes:
            drawn = io.BytesIO()
            each.save(drawn, "JPEG", quality=88)
            file.write(drawn.getvalue() * frames)
    return path


def barcode(text: str, kind: str = "Code128") -> Image.Image:
    """What stands on door posts and windscreens."""
    drawn = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    scale = 6 if kind == "DataMatrix" else 2
    picture = Image.fromarray(zxingcpp.write_barcode_to_image(drawn, scale=scale)).convert("RGB")
    return picture if kind == "DataMatrix" else picture.resize((picture.width, 120))
