"""Strict reading: bytes → JSON → a body of exactly the shape that is documented, or problems with pointers.

Wrong shape (type, unknown field, size) is 400. What is wrong in the matter (missing, empty, not on the list) is 422. A
declaration body says for itself which of its fields may be missing, empty or null: all of them.
"""

import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from declarations.checks.fields import CHOICE_UNKNOWN, NUMBER_RANGE, REQUIRED, TEXT_LENGTH, read_moment, shown
from declarations.checks.header import MOMENT_FORM
from declarations.errors import Unacceptable
from declarations.problems import Problem, explain

MOST_BYTES = 5 * 1024 * 1024
MOST_LEVELS = 20
MOST_PROBLEMS = 100
"""So many are told at once: an answer must not grow with what a body holds too much of."""
SAFE_INTEGER = 2**53 - 1
"""Beyond it JSON numbers are not the same to every reader (RFC 7493)."""

UNKNOWN_FIELD = explain("UNKNOWN_FIELD", _("There is no field “%(name)s” here. Check its spelling or leave it out."))
DUPLICATE_FIELD = explain("DUPLICATE_FIELD", _("The field “%(name)s” stands here twice. Send it once."))
WRONG_TYPE = explain("WRONG_TYPE", _("The type is wrong: %(wanted)s belongs here."))
TOO_MANY = explain("TOO_MANY", _("At most %(most)s entries fit here."))
BAD_CHARACTER = explain("BAD_CHARACTER", _("The text holds a character that cannot be stored: %(character)s."))
MORE_FOLLOW = explain("MORE_FOLLOW", _("There is more wrong than is listed here. Repair this first."))
ID_FORM = explain("ID_FORM", _("An id belongs here, like 0190f0c4-3f7e-7c11-8a3e-6f2d1c9b5e10."))

_ESCAPED = re.compile(r"\\u(0000|[dD][89a-fA-F])")
_WANTED = {
    dict: _("an object"),
    list: _("a list"),
    str: _("a text in quotation marks"),
    int: _("a whole number"),
    float: _("a number"),
    bool: _("true or false"),
}


class BadShape(APIException):
    """The body is JSON, but not of the documented shape."""

    status_code = 400
    default_code = "BAD_SHAPE"
    default_detail = _("The request does not have the documented shape.")

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


class TooLarge(APIException):
    """The body is longer than any honest one."""

    status_code = 413
    default_code = "BODY_TOO_LARGE"
    default_detail = _("The body is too large. Split the declaration.")


class JsonParser(BaseParser):
    """JSON in UTF-8: no duplicate fields, no NaN, no bottomless nesting, no character that cannot be stored."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The parsed body.

        Raises: TooLarge; ParseError when it is no JSON; BadShape with a pointer.
        """
        view = parser_context["view"] if parser_context else None
        most = getattr(view, "most_bytes", MOST_BYTES)
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge
        return parse(raw, forgiving=getattr(view, "replaces_bad_characters", False))


def parse(raw: bytes, *, forgiving: bool = False) -> Any:
    """JSON out of bytes. forgiving: characters that cannot be stored become U+FFFD, so that a gate can still answer.

    Raises: ParseError; BadShape.
    """
    try:
        text = raw.decode()
        body = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except BadShape:
        raise
    except (ValueError, RecursionError):
        raise ParseError(_("The body is no JSON in UTF-8."), "MALFORMED_JSON") from None
    if _is_deep(body):
        raise ParseError(_("The body is nested deeper than any shape here."), "TOO_DEEP")
    if _ESCAPED.search(text):
        if forgiving:
            return _replaced(body)
        found = [
            Problem(BAD_CHARACTER, pointer, values={"character": f"U+{ord(character):04X}"})
            for pointer, character in islice(_bad_characters(body), MOST_PROBLEMS + 1)
        ]
        if found:
            raise BadShape(_told(found))
    return body


def pointer_part(name: object) -> str:
    """A name inside a JSON pointer (RFC 6901), with nothing in it that could not be written down."""
    return (
        "".join(f"U+{ord(each):04X}" if _is_bad(each) else each for each in str(name)[:100])
        .replace("~", "~0")
        .replace("/", "~1")
    )


class Text(serializers.CharField):
    """A text as it came, not even trimmed. In a draft it may be missing, null or empty."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 1000)
        super().__init__(**options)


class Whole(serializers.IntegerField):
    """A whole number."""


class Moment(serializers.DateTimeField):
    """A moment of RFC 3339 with its zone."""


class Body(serializers.Serializer):
    """A documented shape. DRF's fields say what it is; `read` holds a value against it."""

    matter_is_shape = False
    """Whether what is missing or not on the list is 400 as well: where a program asks, not a person."""

    may_be_absent = False
    """Whether no body at all means an empty one."""

    @classmethod
    def read(cls, data: Any, *, at: str = "") -> dict[str, Any]:
        """The value with defaults filled in, names that were not sent left out.

        Raises: BadShape; Unacceptable.
        """
        if data is None:
            raise BadShape([Problem(WRONG_TYPE, at, values={"wanted": _WANTED[dict]})])
        reading = Reading()
        clean = reading.value(_documented(cls), data, at)
        if reading.matter and not reading.shape and not cls.matter_is_shape:
            raise Unacceptable(_told(reading.matter))
        if found := reading.shape + reading.matter:
            raise BadShape(_told(found))
        return clean

    @classmethod
    def read_query(cls, query: Mapping[str, str]) -> dict[str, Any]:
        """The same of a query string, where everything is text; every fault is 400, with pointers like ?status.

        Raises: BadShape.
        """
        reading = Reading(from_text=True)
        clean = reading.value(_documented(cls), dict(query), "?")
        found = reading.shape + reading.matter
        if found:
            raise BadShape(
                [Problem(each.code, each.pointer.replace("?/", "?"), each.level, each.values) for each in _told(found)]
            )
        return clean


@cache
def _documented(body: type[Body]) -> Body:
    """One instance for all readings, which only look at its fields: DRF copies them all for each new one."""
    return body()


class Reading:
    """One walk through a value along a documented shape."""

    def __init__(self, *, from_text: bool = False) -> None:
        self.from_text = from_text
        self.shape: list[Problem] = []
        self.matter: list[Problem] = []

    def value(self, field: serializers.Field, value: Any, pointer: str) -> Any:
        """The clean value; what is wrong is noted."""
        if value is None:
            if not field.allow_null:
                self.matter.append(Problem(REQUIRED, pointer))
            return None
        match field:
            case serializers.ListSerializer() | serializers.ListField():
                return self._list(field, value, pointer)
            case serializers.BaseSerializer():
                return self._object(field, value, pointer)
            case serializers.BooleanField():
                return self._typed(bool, value, pointer)
            case serializers.IntegerField():
                return self._number(field, value, pointer)
            case serializers.FloatField():
                return self._float(field, value, pointer)
            case serializers.ChoiceField():
                return self._choice(field, value, pointer)
            case serializers.DateTimeField():
                return self._moment(value, pointer)
            case serializers.UUIDField():
                return self._id(value, pointer)
            case _:
                return self._text(field, value, pointer)

    def _object(self, field: Any, value: Any, pointer: str) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            return self._wrong(dict, pointer)
        fields: Mapping[str, serializers.Field] = field.fields
        clean: dict[str, Any] = {}
        for name, each in value.items():
            known = fields.get(name)
            at = f"{pointer}/{pointer_part(name)}"
            if known is None:
                self.shape.append(Problem(UNKNOWN_FIELD, at, values={"name": shown(name)}))
            else:
                clean[name] = self.value(known, each, at)
        for name, known in fields.items():
            if name not in clean and name not in value:
                if known.default is not serializers.empty:
                    clean[name] = known.default() if callable(known.default) else known.default
                elif known.required:
                    self.matter.append(Problem(REQUIRED, f"{pointer}/{name}"))
        return clean

    def _list(self, field: Any, value: Any, pointer: str) -> list[Any] | None:
        if not isinstance(value, list):
            return self._wrong(list, pointer)
        most = getattr(field, "max_length", None)
        if most is not None and len(value) > most:
            self.shape.append(Problem(TOO_MANY, pointer, values={"most": most}))
            return []
        child = field.child
        if child.allow_null:  # an entry with nothing in it: a problem of its fields, not of its shape
            value = [{} if each is None else each for each in value]
        return [self.value(child, each, f"{pointer}/{index}") for index, each in enumerate(value)]

    def _text(self, field: Any, value: Any, pointer: str) -> str | None:
        if not isinstance(value, str):
            return self._wrong(str, pointer)
        most = getattr(field, "max_length", None)
        if most is not None and len(value) > most:
            values = {"most": most, "over": len(value) - most}
            self.shape.append(Problem(TEXT_LENGTH, pointer, values=values))
        if not getattr(field, "allow_blank", True) and not value.strip():
            self.matter.append(Problem(REQUIRED, pointer))
        if self.from_text and any(map(_is_bad, value)):
            self.shape.append(Problem(BAD_CHARACTER, pointer, values={"character": "U+0000"}))
        return value

    def _number(self, field: Any, value: Any, pointer: str) -> int | None:
        if self.from_text and re.fullmatch(r"-?[0-9]{1,16}", str(value), re.ASCII):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # to JSON 5.0 is the same number as 5
        if not isinstance(value, int) or isinstance(value, bool):
            return self._wrong(int, pointer)
        low = -SAFE_INTEGER if field.min_value is None else field.min_value
        high = SAFE_INTEGER if field.max_value is None else field.max_value
        return value if self._within(value, low, high, pointer) else None

    def _float(self, field: Any, value: Any, pointer: str) -> float | None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return self._wrong(float, pointer)
        return float(value) if self._within(value, field.min_value, field.max_value, pointer) else None

    def _within(self, value: float, low: float, high: float, pointer: str) -> bool:
        if low <= value <= high:
            return True
        self.shape.append(Problem(NUMBER_RANGE, pointer, values={"low": low, "high": high}))
        return False

    def _choice(self, field: Any, value: Any, pointer: str) -> str | None:
        if not isinstance(value, str):
            return self._wrong(str, pointer)
        if value not in field.choices:
            code = CHOICE_UNKNOWN if value.strip() else REQUIRED
            self.matter.append(Problem(code, pointer, values={"value": shown(value)}))
        return value

    def _moment(self, value: Any, pointer: str) -> datetime | None:
        if not isinstance(value, str):
            return self._wrong(str, pointer)
        moment = read_moment(value) if len(value) < 60 and value == value.strip() else None
        if moment is None or moment.tzinfo is None or not 1900 < moment.year < 2200:
            self.matter.append(Problem(MOMENT_FORM, pointer))
            return None
        return moment

    def _id(self, value: Any, pointer: str) -> uuid.UUID | None:
        if not isinstance(value, str):
            return self._wrong(str, pointer)
        try:
            return uuid.UUID(value)
        except ValueError:
            self.matter.append(Problem(ID_FORM, pointer))
            return None

    def _typed(self, wanted: type, value: Any, pointer: str) -> Any:
        if self.from_text and value in ("true", "false"):
            value = value == "true"
        return value if isinstance(value, wanted) else self._wrong(wanted, pointer)

    def _wrong(self, wanted: type, pointer: str) -> Any:
        """Note the wrong type; None stands for the value."""
        self.shape.append(Problem(WRONG_TYPE, pointer, values={"wanted": _WANTED[wanted]}))


def _told(found: list[Problem]) -> list[Problem]:
    return found if len(found) <= MOST_PROBLEMS else [*found[:MOST_PROBLEMS], Problem(MORE_FOLLOW)]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _value in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise BadShape([Problem(DUPLICATE_FIELD, f"/{pointer_part(twice)}", values={"name": shown(twice)})])
    return result


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _is_deep(body: Any) -> bool:
    level = [body]
    for _level in range(MOST_LEVELS):
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
            if isinstance(child, dict | list)
        ]
    return bool(level)


def _is_bad(character: str) -> bool:
    return character == "\0" or "\ud800" <= character <= "\udfff"


def _bad_characters(body: Any) -> Iterator[tuple[str, str]]:
    """Pointer and character of each text, or name, that holds one PostgreSQL or UTF-8 cannot store."""
    waiting = [("", body)]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, str):
            yield from ((pointer, each) for each in value if _is_bad(each))
        elif isinstance(value, dict):
            for name, each in value.items():
                at = f"{pointer}/{pointer_part(name)}"
                waiting += [(at, name), (at, each)]
        elif isinstance(value, list):
            waiting += [(f"{pointer}/{index}", each) for index, each in enumerate(value)]


def _replaced(body: Any) -> Any:
    if isinstance(body, str):
        return "".join("\N{REPLACEMENT CHARACTER}" if _is_bad(each) else each for each in body)
    if isinstance(body, dict):
        return {_replaced(name): _replaced(value) for name, value in body.items()}
    if isinstance(body, list):
        return [_replaced(value) for value in body]
    return body
