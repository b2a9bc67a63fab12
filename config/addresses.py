"""Addresses that nobody has: a NUL can be in no row, so it is refused before a query stumbles over it."""

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config.api import PREFIX, bad_request


class NulMiddleware:
    """400 for a page whose address holds a NUL. The API says itself, with a pointer, where the character stands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        has_nul = "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", "")
        if has_nul and not request.path.startswith(PREFIX):
            answer: HttpResponseBase = bad_request(request, SuspiciousOperation())
            return answer
        return self.get_response(request)
