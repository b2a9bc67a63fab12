"""Requests that nothing honest sends: refused before a query or a decoder stumbles over them."""

import codecs
from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config.api import PREFIX, bad_request


class UnreadableMiddleware:
    """400 for another encoding than UTF-8, and for a page whose address holds a NUL, which can be in no row.

    Some encodings make half characters, which cannot be stored. The API says itself, with a pointer,
    where a NUL stands.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_foreign = request.encoding is not None and codecs.lookup(request.encoding).name != "utf-8"
        has_nul = "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", "")
        if is_foreign or (has_nul and not request.path.startswith(PREFIX)):
            answer: HttpResponseBase = bad_request(request, SuspiciousOperation())
            return answer
        return self.get_response(request)
