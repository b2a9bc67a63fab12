"""The frame of both apps' APIs: who asks, strict input, idempotency, rates, cursor pages, documentation."""

from declarations.api.frame.authentication import (
    AnyKeyAuthentication,
    HasKey,
    KeyAuthentication,
    KeyScheme,
    bearer,
    find_key,
)
from declarations.api.frame.idempotency import idempotent
from declarations.api.frame.multipart import FormParser
from declarations.api.frame.pages import PageQuery, answer_page, page
from declarations.api.frame.reading import BadShape, Body, JsonParser, Moment, Text, TooLarge, Whole
from declarations.api.frame.schema import ProblemAnswer, page_of
from declarations.api.frame.view import ApiView, PreconditionFailed

__all__ = [
    "AnyKeyAuthentication",
    "ApiView",
    "BadShape",
    "Body",
    "FormParser",
    "HasKey",
    "JsonParser",
    "KeyAuthentication",
    "KeyScheme",
    "Moment",
    "PageQuery",
    "PreconditionFailed",
    "ProblemAnswer",
    "Text",
    "TooLarge",
    "Whole",
    "answer_page",
    "bearer",
    "find_key",
    "idempotent",
    "page",
    "page_of",
]
