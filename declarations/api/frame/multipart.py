"""A form with a file (multipart/form-data) read into the very body that JSON would have brought.

What follows - the documented shape, the idempotency key, the action - does not know which of the two was sent.
"""

import base64
import json
import re
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from declarations.api.frame.reading import DUPLICATE_FIELD, MOST_BYTES, BadShape, Body, TooLarge, parse, pointer_part
from declarations.checks.fields import shown
from declarations.problems import Problem

FILE, CONTENT, NAME = "file", "content", "name"
"""The part that holds the file; the fields of the body that it fills."""

_NUMBER = re.compile(r"-?[0-9]{1,16}", re.ASCII)


class InMemory(MemoryFileUploadHandler):
    """Files of papers are personal: they are not laid down on a disk in the clear, however large they are."""

    def handle_raw_input(self, *_unused: Any, **_named: Any) -> None:
        """Take it; how much may come was looked at before."""
        self.activated = True


class FormParser(BaseParser):
    """A form; the view's `form_body` says which fields are lists and which are numbers."""

    media_type = "multipart/form-data"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The body as JSON would have it.

        Raises: TooLarge; ParseError when it is no form; BadShape for a field that stands there twice.
        """
        view, request = parser_context["view"], parser_context["request"]
        most = getattr(view, "most_bytes", MOST_BYTES)
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge
        meta = {**request.META, "CONTENT_LENGTH": str(len(raw))}
        try:
            fields, files = MultiPartParser(meta, BytesIO(raw), [InMemory()], "utf-8").parse()
        except MultiPartParserError:
            raise ParseError(_("The body is no form with its parts."), "MALFORMED_FORM") from None
        _expect_once(fields, files, view.form_body)
        texts = {name: _value(name, fields.getlist(name), view.form_body) for name in fields}
        body: dict[str, Any] = parse(json.dumps(texts).encode())
        body |= dict.fromkeys((name for name in files if name != FILE), "")  # told as fields that are not known
        for file in files.getlist(FILE):
            assert isinstance(file, UploadedFile)
            body[CONTENT] = base64.b64encode(file.read()).decode()
            body.setdefault(NAME, file.name)
        return body


def _expect_once(fields: Any, files: Any, shape: type[Body]) -> None:
    """Each field once, but for lists; the file once, whichever way it is sent.

    Raises: BadShape.
    """
    twice = [name for name in fields if len(fields.getlist(name)) > 1 and not _is(serializers.ListField, name, shape)]
    twice += [name for name in files if len(files.getlist(name)) > 1 or name in fields]
    twice += [CONTENT] if FILE in files and CONTENT in fields else []
    if twice:
        raise BadShape(
            [Problem(DUPLICATE_FIELD, f"/{pointer_part(name)}", values={"name": shown(name)}) for name in twice]
        )


def _value(name: str, sent: list[str], shape: type[Body]) -> Any:
    """A list, a number, nothing for an empty number, or the text as it is."""
    if _is(serializers.ListField, name, shape):
        return [each for each in sent if each]
    text = sent[0]
    if _is(serializers.IntegerField, name, shape):
        return int(text) if _NUMBER.fullmatch(text) else text or None
    return text


def _is(kind: type[serializers.Field], name: str, shape: type[Body]) -> bool:
    return isinstance(shape._declared_fields.get(name), kind)
