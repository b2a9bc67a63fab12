"""Pictures for the demo, drawn: a car before mountains, at departure in daylight, on arrival at dusk."""

from io import BytesIO

from PIL import Image, ImageDraw

from declarations.words import Side

SKIES = {Side.DEPARTURE: "#cfe3f5", Side.ARRIVAL: "#e8c9a0"}
PAINTS = ("#ffffff", "#d9dde2", "#c4ccd6")
SIZE = (960, 720)


def photo_of_a_car(side: Side, number: int) -> bytes:
    """A JPEG; another number is another view."""
    picture = Image.new("RGB", SIZE, SKIES[side])
    draw = ImageDraw.Draw(picture)
    shift = 40 * number
    draw.polygon([(0, 470), (220 + shift, 210), (470, 470)], fill="#8fa3b5")
    draw.polygon([(300, 470), (640 - shift, 250), (960, 470)], fill="#7b91a6")
    draw.rectangle([0, 470, *SIZE], fill="#6f7378")
    paint = PAINTS[number % len(PAINTS)]
    draw.rounded_rectangle([180, 420, 780, 580], 40, fill=paint, outline="#333")
    draw.polygon([(280, 425), (370, 320), (620, 320), (710, 425)], fill="#2b3a48", outline="#333")
    for middle in (310, 650):
        draw.ellipse([middle - 65, 520, middle + 65, 650], fill="#1c1c1c", outline="#555", width=12)
    content = BytesIO()
    picture.save(content, "JPEG", quality=80)
    return content.getvalue()
