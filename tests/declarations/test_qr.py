"""The picture of a pass: read by a foreign reader, clean and spoiled."""

import io
import random
import re
from datetime import UTC, datetime

import pytest
import zxingcpp
from PIL import Image, ImageFilter

from declarations import passes, qr

KEY = passes.signing_key(bytes(range(32)), kid=b"\x00\x01")


def pass_text(pass_id=7):
    return passes.issue(
        pass_id=pass_id,
        vin="LFV3A23C8J3000001",
        port="CNHRS",
        not_before=datetime(2026, 1, 1, tzinfo=UTC),
        expires=datetime(2026, 1, 4, tzinfo=UTC),
        key=KEY,
    )


TEXT = pass_text()


def picture(text=TEXT, module_px=8):
    return Image.open(io.BytesIO(qr.png(text, module_px=module_px))).convert("L")


def read(image):
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return [symbol.text for symbol in found]


def on_a_table(image, grey=200):
    ground = Image.new("L", (image.width + 160, image.height + 160), grey)
    ground.paste(image, (80, 80))
    return ground


def modules(module_px=8):
    """The symbol without its quiet zone, read off the pixels: rows of True where dark."""
    image = picture(module_px=module_px)
    side = image.width // module_px
    rows = [
        [image.getpixel((x * module_px + module_px // 2, y * module_px + module_px // 2)) == 0 for x in range(side)]
        for y in range(side)
    ]
    return [row[4:-4] for row in rows[4:-4]]


def format_bits(symbol):
    """Level and mask as the symbol itself states them (ISO 18004: 5 bits before the BCH code, masked with 10101)."""
    bits = [symbol[8][x] for x in range(5)]
    value = int("".join("1" if bit else "0" for bit in bits), 2) ^ 0b10101
    return {0b01: "L", 0b00: "M", 0b11: "Q", 0b10: "H"}[value >> 3], value & 0b111


@pytest.mark.parametrize("module_px", [2, 3, 4, 8, 20])
def test_a_clean_picture_is_read_at_every_size(module_px):
    assert read(picture(module_px=module_px)) == [TEXT]


@pytest.mark.parametrize("degrees", [3, 45, 90, 171, 180, 270, 300])
def test_a_rotated_picture_is_read(degrees):
    image = on_a_table(picture()).rotate(degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=200)
    assert read(image) == [TEXT]


@pytest.mark.parametrize("radius_px", [1, 2, 3, 4])
def test_a_blurred_picture_is_read(radius_px):
    assert read(on_a_table(picture()).filter(ImageFilter.GaussianBlur(radius_px))) == [TEXT]


@pytest.mark.parametrize("dark_and_light", [(0, 60), (100, 140), (200, 255)])
def test_a_picture_of_low_contrast_is_read(dark_and_light):
    dark, light = dark_and_light
    assert read(on_a_table(picture()).point(lambda grey: dark + grey * (light - dark) // 255)) == [TEXT]


def test_a_small_tilted_blurred_pale_picture_is_read():
    image = on_a_table(picture()).rotate(17, resample=Image.Resampling.BICUBIC, fillcolor=200)
    image = image.filter(ImageFilter.GaussianBlur(1)).resize((image.width // 2, image.height // 2))
    assert read(image.point(lambda grey: 90 + grey * 80 // 255)) == [TEXT]


def test_the_fixed_mask_suits_any_pass():
    chance = random.Random(8)
    texts = [pass_text(chance.randrange(2**50)) for _ in range(25)]
    assert [read(picture(text, module_px=3)) for text in texts] == [[text] for text in texts]


def test_the_symbol_is_version_8_level_m_with_the_fixed_mask():
    symbol = modules()
    assert len(symbol) == len(symbol[0]) == 4 * 8 + 17
    assert format_bits(symbol) == ("M", qr.MASK)
    (found,) = zxingcpp.read_barcodes(picture(), formats=zxingcpp.BarcodeFormat.QRCode)
    assert found.ec_level == "M"


def test_the_quiet_zone_is_four_modules_of_white():
    image = picture(module_px=5)
    assert image.size == (57 * 5, 57 * 5)
    inner = image.point(lambda grey: 255 - grey).getbbox()
    assert inner == (4 * 5, 4 * 5, 53 * 5, 53 * 5)
    assert {grey for _, grey in image.getcolors()} == {0, 255}


def test_the_svg_shows_the_same_modules_in_one_path():
    drawn = qr.svg(TEXT)
    symbol = [[False] * 57 for _ in range(57)]
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", drawn):
        for step in range(int(length)):
            symbol[int(y)][int(x) + step] = True
    assert [row[4:-4] for row in symbol[4:-4]] == modules()
    assert sum(map(sum, symbol)) == sum(map(sum, modules()))
    assert 'viewBox="0 0 57 57"' in drawn
    assert drawn.count("<path") == 2, "the ground and the symbol"
    assert len(drawn) < 8000


def test_the_longest_text_fits_and_one_more_character_does_not():
    longest = "A" * qr.MOST_CHARACTERS
    assert read(picture(longest)) == [longest]
    with pytest.raises(qr.TextDoesNotFit):
        qr.png(longest + "A", module_px=8)


@pytest.mark.parametrize("text", ["", "vp1:abc", "VP1:\n", "VP1:\u00c4", "A_B"])
def test_a_text_that_is_no_alphanumeric_segment_is_refused(text):
    with pytest.raises(qr.TextDoesNotFit):
        qr.svg(text)


@pytest.mark.parametrize("module_px", [0, -1, 41])
def test_a_module_has_a_sensible_size(module_px):
    with pytest.raises(ValueError):
        qr.png(TEXT, module_px=module_px)
