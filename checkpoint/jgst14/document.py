"""XML as strangers may send it: small, flat, without a document type. Values in, a plain tree out.

A document type is what entity bombs and references to other files are made of. No message of the standard has one, so
the first sign of one ends the reading, before anything is expanded or fetched.
"""

from dataclasses import dataclass, field
from xml.parsers import expat

MOST_BYTES = 256 * 1024
MOST_LEVELS = 12
MOST_ELEMENTS = 2000
LONGEST_TEXT = 64 * 1024
"""A photo may be inside; it is not kept from here, and not read."""


class Unreadable(Exception):
    """What was sent is no message of the standard. code: why, for whoever repairs the equipment."""

    def __init__(self, code: str, told: str) -> None:
        super().__init__(told)
        self.code, self.told = code, told


@dataclass(slots=True)
class Element:
    """One element: name without its namespace, text without blanks around it, what is inside."""

    name: str
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def find(self, name: str) -> "Element | None":
        """The first child of a name, None without one."""
        return next((child for child in self.children if child.name == name), None)

    def said(self, *names: str) -> str:
        """The text of the first of these children that says something, "" if none does."""
        for name in names:
            child = self.find(name)
            if child is not None and child.text:
                return child.text
        return ""


def parse(raw: bytes) -> Element:
    """The root of a document.

    Raises: Unreadable.
    """
    if len(raw) > MOST_BYTES:
        raise Unreadable("TOO_LARGE", f"a message has at most {MOST_BYTES} bytes")
    reading = _Reading()
    parser = expat.ParserCreate("UTF-8")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    parser.ExternalEntityRefHandler = _refuse_doctype
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as failure:
        raise Unreadable("NOT_XML", f"no XML in UTF-8, line {failure.lineno}") from None
    assert reading.root is not None, "a document that parses has a root"
    return reading.root


def _refuse_doctype(*_declared: object) -> int:
    raise Unreadable("DOCTYPE", "a document type belongs into no message")


class _Reading:
    """One walk through a document."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """An element opens."""
        self.count += 1
        if len(self.open) >= MOST_LEVELS or self.count > MOST_ELEMENTS:
            raise Unreadable("TOO_DEEP", "more elements than any message has")
        element = Element(name.rpartition(":")[2].upper())
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, _name: str) -> None:
        """An element closes."""
        element = self.open.pop()
        element.text = element.text.strip()

    def text(self, data: str) -> None:
        """Characters inside an element."""
        element = self.open[-1]
        if len(element.text) + len(data) <= LONGEST_TEXT:
            element.text += data
