"""Files that people hand in: a photograph or a PDF, told by its content and never by its name. Values in, bytes out.

A photograph is drawn anew from its pixels: what else the file carried (the place where it was taken, a second file
behind the picture) is gone. A PDF cannot be drawn anew without losing what makes it a paper; it is only ever handed
out as a download that no browser opens in our name.
"""

import re
import unicodedata
import warnings
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from declarations.errors import DomainError
from declarations.problems import Problem, explain

MOST_BYTES = 10 * 1024 * 1024
"""A photograph of a telephone has 2 to 6 MB, a scanned licence less."""

MOST_PIXELS = 60_000_000
"""A telephone of 50 megapixels fits; a picture that unpacks to gigabytes does not."""

MOST_SCANS = 100
"""Times a JPEG goes over its whole picture; cameras go once, programs that draw it step by step about ten times.

Each costs a pass over all pixels and can be written in seventy bytes: a small file would draw for minutes.
"""

LONGEST_SIDE_PX = 2400
"""An A4 page at about 200 dpi: small print stays legible."""

JPEG_QUALITY = 82
PREVIEW_SIDE_PX = 320
LONGEST_NAME = 100
LONGEST_ENDING = 5
JPEG_MARKER = re.compile(rb"\xff+([^\x00\x01\xff\xd0-\xd8])", re.DOTALL)
"""What begins a segment with a length, or ends the picture; within its data no 0xFF is followed by such a byte.

Source: ITU-T T.81, B.1.1.2 to B.1.1.5.
"""

JPEG_BEGINS, JPEG_SCAN, JPEG_ENDS = b"\xff\xd8", b"\xda", b"\xd9"
HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"})

ATTACHMENT_EMPTY = explain("ATTACHMENT_EMPTY", _("The file is empty. Choose the photo or PDF again."))
ATTACHMENT_SIZE = explain(
    "ATTACHMENT_SIZE", _("The file is larger than %(most)s MB. Take the photo at a lower resolution.")
)
ATTACHMENT_KIND = explain(
    "ATTACHMENT_KIND", _("This is neither a photo (JPEG, PNG, WebP) nor a PDF. Take a photo of the paper or scan it.")
)
ATTACHMENT_HEIC = explain(
    "ATTACHMENT_HEIC",
    _("This photo is HEIC, which few computers open. Choose “most compatible” in the camera's settings."),
)
ATTACHMENT_DAMAGED = explain("ATTACHMENT_DAMAGED", _("The file is damaged or not whole. Choose it again."))
ATTACHMENT_PASSWORD = explain("ATTACHMENT_PASSWORD", _("The PDF has a password. Save it without one."))
ATTACHMENT_NO_PHOTO = explain("ATTACHMENT_NO_PHOTO", _("A photo is wanted here, not a PDF."))


class Kind(StrEnum):
    """What is kept: a photograph as JPEG, a document as PDF."""

    PHOTO = "image/jpeg"
    PDF = "application/pdf"

    @property
    def ending(self) -> str:
        """How the name of such a file ends."""
        return ".jpg" if self is Kind.PHOTO else ".pdf"


class NotAttachable(DomainError):
    """A file that cannot be taken; nothing of it is kept."""

    def __init__(self, code: str) -> None:
        problem = Problem(code, "/file", values={"most": MOST_BYTES // 1024 // 1024})
        super().__init__(code, lazy(lambda: problem.message, str)(), [problem])


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is worth keeping of a file."""

    kind: Kind
    content: bytes


def take(content: bytes, *, photo_only: bool = False) -> Attachment:
    """Tell what a file is by its content, and give back what is kept of it.

    Raises: NotAttachable, with a sentence that says what to do.
    """
    if not content:
        raise NotAttachable(ATTACHMENT_EMPTY)
    if len(content) > MOST_BYTES:
        raise NotAttachable(ATTACHMENT_SIZE)
    if content.startswith(b"%PDF-"):
        if photo_only:
            raise NotAttachable(ATTACHMENT_NO_PHOTO)
        return Attachment(Kind.PDF, _pdf(content))
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        raise NotAttachable(ATTACHMENT_HEIC)
    return Attachment(Kind.PHOTO, _photo(content))


def preview(kept: Attachment) -> bytes | None:
    """A small picture of a kept photograph for lists, as JPEG; None of a PDF."""
    if kept.kind is not Kind.PHOTO:
        return None
    picture = Image.open(BytesIO(kept.content), formats=["JPEG"])
    picture.draft("RGB", (PREVIEW_SIDE_PX, PREVIEW_SIDE_PX))
    picture.thumbnail((PREVIEW_SIDE_PX, PREVIEW_SIDE_PX))
    drawn = BytesIO()
    picture.save(drawn, "JPEG", quality=70)
    return drawn.getvalue()


def file_name(told: str, kind: Kind) -> str:
    """What a person calls a file, made harmless: no path, nothing invisible, no formula, the ending of what it is."""
    plain = unicodedata.normalize("NFC", told.replace("\\", "/").rpartition("/")[2])
    visible = "".join(" " if each.isspace() else each for each in plain if each.isspace() or _is_visible(each))
    stem, dot, ending = " ".join(visible.split()).rpartition(".")
    if not dot or not stem or not (ending.isalpha() and len(ending) <= LONGEST_ENDING):
        stem = " ".join(visible.split())
    stem = "".join(each for each in stem if each not in '"<>|:*?;').lstrip("=+-@. '").rstrip(". ")
    return (stem[:LONGEST_NAME].rstrip() or kind.name.lower()) + kind.ending


def _is_visible(character: str) -> bool:
    """No control, format, surrogate or private character: a name must not turn the text around it."""
    return not unicodedata.category(character).startswith("C")


def _pdf(content: bytes) -> bytes:
    if b"%%EOF" not in content[-2048:]:
        raise NotAttachable(ATTACHMENT_DAMAGED)
    if b"/Encrypt" in content:
        raise NotAttachable(ATTACHMENT_PASSWORD)
    return content


def _photo(content: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a picture that unpacks to more than it likes; ours has a limit of its own below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(content), formats=["JPEG", "PNG", "WEBP"])
        if picture.width * picture.height > MOST_PIXELS:
            raise NotAttachable(ATTACHMENT_SIZE)
        if _has_too_many_scans(content):
            raise NotAttachable(ATTACHMENT_DAMAGED)
        picture.draft("RGB", (LONGEST_SIDE_PX, LONGEST_SIDE_PX))
        # Made small before it is turned: a turned one is a second whole picture in memory.
        picture.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
        drawn = BytesIO()
        _on_white(ImageOps.exif_transpose(picture)).save(drawn, "JPEG", quality=JPEG_QUALITY)
    except UnidentifiedImageError:
        raise NotAttachable(ATTACHMENT_KIND) from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise NotAttachable(ATTACHMENT_DAMAGED) from None
    return drawn.getvalue()


def _has_too_many_scans(content: bytes) -> bool:
    """Whether a JPEG goes over its picture more often than any program writes; what follows its end does not count."""
    if not content.startswith(JPEG_BEGINS):
        return False
    at, scans = len(JPEG_BEGINS), 0
    while (marker := JPEG_MARKER.search(content, at)) and marker[1] != JPEG_ENDS and scans <= MOST_SCANS:
        scans += marker[1] == JPEG_SCAN
        at = marker.end() + int.from_bytes(content[marker.end() : marker.end() + 2], "big")
    return scans > MOST_SCANS


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture without transparency: a scan with a clear ground would turn black."""
    whole = picture.convert("RGBA")
    white = Image.new("RGB", whole.size, "white")
    white.paste(whole, mask=whole.getchannel("A"))
    return white
