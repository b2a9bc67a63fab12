"""Who asks: bearer keys of persons and of devices. Only digests are stored and compared."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from declarations.actions.people.keys import note_use
from declarations.models import ApiKey, limit_to
from declarations.words import KeyScope

READS = frozenset({"GET", "HEAD"})


def bearer(request: Request) -> str | None:
    """The key of the Authorization header, None when there is none of that kind."""
    scheme, _space, key = get_authorization_header(request).partition(b" ")
    return key.strip().decode("latin-1") if scheme.lower() == b"bearer" and key.strip() else None


def find_key(text: str, *, now: datetime) -> ApiKey:
    """The usable key behind a text, with its user.

    Raises: AuthenticationFailed for a key that opens nothing, or whose user left.
    """
    usable = ApiKey.objects.usable(now=now).select_related("user")
    key = usable.filter(digest=ApiKey.digest_of(text)).first()
    if key is None or (key.user is not None and not key.user.is_active):
        raise AuthenticationFailed(_("This key is unknown, was revoked or has run out."), "KEY_UNKNOWN")
    if key.user is not None:
        if key.organisation_id is not None:
            limit_to(key.user, key.organisation_id)
        today = timezone.localdate(now)
        if key.last_used_on != today:
            note_use(api_key_id=key.pk, on=today)
    return key


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>` of a person's API key."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        """The key's user and the key.

        Raises: AuthenticationFailed for a key that opens nothing; PermissionDenied for a device's key.
        """
        text = bearer(request)
        if text is None:
            return None
        key = find_key(text, now=timezone.now())
        if key.user is None:
            raise PermissionDenied(_("The key of a device opens nothing but the gate's calls."), "KEY_OF_DEVICE")
        if key.scope == KeyScope.READ and request.method not in READS:
            raise PermissionDenied(_("This key only reads. Take one that may act."), "KEY_READS_ONLY")
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Bearer"


class AnyKeyAuthentication(KeyAuthentication):
    """The key of a person or of a device, for what everybody inside may read."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        """The key and its user, nobody behind a device's key.

        Raises: AuthenticationFailed for a key that opens nothing.
        """
        text = bearer(request)
        if text is None:
            return None
        key = find_key(text, now=timezone.now())
        return key.user or AnonymousUser(), key


class HasKey(BasePermission):
    """Whoever came with a key that opens something."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether a key was found."""
        return isinstance(request.auth, ApiKey)


class KeyScheme(OpenApiAuthenticationExtension):
    """How the API's document describes a person's key."""

    target_class: Any = "declarations.api.frame.authentication.KeyAuthentication"
    name = "personKey"
    told = (
        "The API key of a person: exporter or officer. A key made to read only answers every method but GET with 403"
        " KEY_READS_ONLY; a key made for one organisation sees and declares for no other."
    )

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token without structure."""
        return {"type": "http", "scheme": "bearer", "description": self.told}


class AnyKeyScheme(KeyScheme):
    """How the API's document describes a key of either kind."""

    target_class: Any = "declarations.api.frame.authentication.AnyKeyAuthentication"
    name = "anyKey"
    told = "The API key of a person or of a device."
