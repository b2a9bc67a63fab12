"""What every view of the API has in common."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from declarations.api.frame.authentication import KeyAuthentication
from declarations.api.frame.rates import KeyRate
from declarations.api.frame.reading import MOST_BYTES, Body, JsonParser
from declarations.api.frame.schema import ApiSchema


class PreconditionFailed(APIException):
    """If-Match names a version that is no longer the newest."""

    status_code = 412
    default_code = "STALE_VERSION"
    default_detail = _("Somebody changed this meanwhile. Read it again, then send your change.")


class AlwaysJson(BaseContentNegotiation):
    """There is one representation of everything; no Accept header is refused."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """The parser whose type was sent, else none."""
        sent = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None) -> Any:
        """The first and only one."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class ApiView(APIView):
    """Reads the clock once, reads strictly, answers JSON."""

    content_negotiation_class = AlwaysJson
    authentication_classes = [KeyAuthentication]
    parser_classes = [JsonParser]
    throttle_classes = [KeyRate]
    metadata_class = None  # no OPTIONS
    schema = ApiSchema()
    most_bytes = MOST_BYTES

    def initial(self, request: Request, *args: Any, **names: Any) -> None:
        """Read the clock before anything is looked at."""
        self.now = timezone.now()
        super().initial(request, *args, **names)

    @property
    def person(self) -> User:
        """Who asks; every key that gets past a person's door has one."""
        return cast("User", self.request.user)

    def finalize_response(self, request: Request, response: Any, *args: Any, **names: Any) -> Any:
        """Answers may hold personal facts: nobody on the way keeps them, unless the view says otherwise."""
        answered = super().finalize_response(request, response, *args, **names)
        answered.headers.setdefault("Cache-Control", "private, no-store")
        return answered

    def read(self, body: type[Body]) -> dict[str, Any]:
        """The request's body in its documented shape.

        Raises: ParseError, TooLarge, BadShape, Unacceptable.
        """
        if not body.may_be_absent and self.request.META.get("CONTENT_LENGTH") in (None, "", "0"):
            raise ParseError(_("A body in JSON belongs here."), "MALFORMED_JSON")
        return body.read(self.request.data)

    def read_query(self, query: type[Body]) -> dict[str, Any]:
        """The query string in its documented shape.

        Raises: BadShape.
        """
        return query.read_query(self.request.query_params.dict())
