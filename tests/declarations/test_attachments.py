"""Files that people hand in are told by their content, and a photograph carries nothing but its picture."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from declarations import attachments
from declarations.attachments import Kind, NotAttachable, take

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\nstartxref\n9\n%%EOF\n"


def picture(kind="JPEG", *, size=(60, 40), mode="RGB", colour="navy", **options):
    """The bytes of a picture."""
    drawn = BytesIO()
    Image.new(mode, size, colour).save(drawn, kind, **options)
    return drawn.getvalue()


def opened(content):
    """The picture that was kept."""
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_is_kept_as_jpeg(kind):
    kept = take(picture(kind))
    assert (kept.kind, opened(kept.content).format, opened(kept.content).size) == (Kind.PHOTO, "JPEG", (60, 40))


def test_a_pdf_is_kept_as_it_is():
    assert take(PDF) == attachments.Attachment(Kind.PDF, PDF)


def test_the_place_where_it_was_taken_is_gone():
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010E] = "CANARY"
    content = picture(exif=exif)
    assert b"CANARY" in content
    kept = take(content).content
    assert b"CANARY" not in kept
    assert not opened(kept).getexif()


def test_a_photograph_held_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(take(picture(exif=exif)).content).size == (40, 60)


def test_a_second_file_behind_the_picture_is_gone():
    kept = take(picture() + b"<script>alert(1)</script>PK\x03\x04")
    assert b"script" not in kept.content


def test_a_large_photograph_is_made_smaller():
    assert max(opened(take(picture(size=(5000, 3000))).content).size) == attachments.LONGEST_SIDE_PX


def test_a_clear_ground_turns_white():
    assert opened(take(picture("PNG", mode="RGBA", colour=(0, 0, 0, 0))).content).getpixel((5, 5)) == (255, 255, 255)


def huge_png():
    """A few bytes that say they are a picture of ten thousand megapixels."""
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "ATTACHMENT_EMPTY"),
        (b"x" * (attachments.MOST_BYTES + 1), "ATTACHMENT_SIZE"),
        (b"hello", "ATTACHMENT_KIND"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "ATTACHMENT_KIND"),
        (b"<html><script>1</script></html>", "ATTACHMENT_KIND"),
        (b"MZ\x90\0", "ATTACHMENT_KIND"),
        (b"PK\x03\x04", "ATTACHMENT_KIND"),
        (picture("GIF"), "ATTACHMENT_KIND"),
        (picture("TIFF"), "ATTACHMENT_KIND"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "ATTACHMENT_HEIC"),
        (picture()[:200], "ATTACHMENT_DAMAGED"),
        (picture("PNG")[:60], "ATTACHMENT_DAMAGED"),
        (PDF[:-8], "ATTACHMENT_DAMAGED"),
        (PDF.replace(b"<< >>", b"<< /Encrypt 3 0 R >>"), "ATTACHMENT_PASSWORD"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_sentence(content, code):
    with pytest.raises(NotAttachable) as refused:
        take(content)
    assert refused.value.code == code
    assert refused.value.problems[0].pointer == "/file"


def test_a_picture_that_unpacks_to_gigabytes_is_refused_unseen():
    with pytest.raises(NotAttachable) as refused:
        take(huge_png())
    assert refused.value.code in {"ATTACHMENT_SIZE", "ATTACHMENT_DAMAGED"}


def test_where_a_photo_is_wanted_a_pdf_is_not():
    with pytest.raises(NotAttachable) as refused:
        take(PDF, photo_only=True)
    assert refused.value.code == "ATTACHMENT_NO_PHOTO"


def drawn_often(times):
    """A JPEG drawn step by step that goes over its picture so many times again."""
    content = picture(progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * times + content[-2:]


def test_scans_are_not_hidden_behind_a_marker_without_a_length():
    first, *others = drawn_often(200).split(b"\xff\xda")
    with pytest.raises(NotAttachable):
        take(b"\xff\x01\xff\xda".join((first + b"\xff\xda" + others[0], *others[1:])))


def test_a_small_file_that_would_draw_for_minutes_is_refused_before_it_is_drawn(monkeypatch):
    assert take(drawn_often(50)).kind is Kind.PHOTO
    monkeypatch.setattr(Image.Image, "thumbnail", lambda *_args, **_options: pytest.fail("it was drawn"))
    with pytest.raises(NotAttachable) as refused:
        take(drawn_often(200))
    assert refused.value.code == "ATTACHMENT_DAMAGED"


def test_what_stands_behind_or_beside_the_picture_counts_for_no_scan():
    beside = b"\xff\xfe" + (2 + 400).to_bytes(2, "big") + b"\xff\xda" * 200
    content = picture(progressive=True)
    assert take(content[:2] + beside + content[2:] + b"\xff\xda\x00\x02" * 200).kind is Kind.PHOTO


def test_a_large_picture_held_sideways_is_made_small_before_it_is_turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(take(picture("PNG", size=(4800, 400), exif=exif)).content).size == (200, 2400)
