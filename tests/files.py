"""Files as people hand them in: photographs that differ, PDFs, and what they turn out to be."""

from io import BytesIO

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\nstartxref\n9\n%%EOF\n"


def pdf(text: str = "") -> bytes:
    """A PDF that says something."""
    return PDF.replace(b"<< >>", f"<< /Title ({text}) >>".encode(), 1)


def photo(colour: str = "navy", *, size: tuple[int, int] = (60, 40), kind: str = "JPEG") -> bytes:
    """A photograph of one colour."""
    drawn = BytesIO()
    Image.new("RGB", size, colour).save(drawn, kind)
    return drawn.getvalue()
