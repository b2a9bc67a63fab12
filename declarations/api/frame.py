"""The frame of both apps' APIs: who asks, strict input, idempotency, cursor pages."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from declarations.models import ApiKey


def bearer(request: Request) -> str | None:
    """The key of the Authorization header, None when there is none of that kind."""
    scheme, _space, key = get_authorization_header(request).partition(b" ")
    return key.strip().decode("latin-1") if scheme.lower() == b"bearer" and key.strip() else None


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>` of a person's API key."""

    def authenticate(self, request: Request) -> "tuple[object, ApiKey] | None":
        """The key's user and the key.

        Raises: AuthenticationFailed for a key that opens nothing.
        """
        text = bearer(request)
        if text is None:
            return None
        keys = ApiKey.objects.usable(now=timezone.now()).select_related("user")
        key = keys.filter(digest=ApiKey.digest_of(text)).first()
        if key is None or key.user is None or not key.user.is_active:
            raise AuthenticationFailed
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Bearer"
