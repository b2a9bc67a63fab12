"""Who asks at a gate: the key of a device, which brings its lane and port with it in one query."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from checkpoint.models.gate import Gate, gate_of_key
from declarations.api.frame import KeyAuthentication, KeyScheme, bearer, find_key
from declarations.models import ApiKey


class DeviceAuthentication(KeyAuthentication):
    """`Authorization: Bearer <key>` of a device."""

    def authenticate(self, request: Request) -> "tuple[Any, Any] | None":
        """Nobody, and the gate that the key opens.

        Raises: AuthenticationFailed for a key that opens nothing; PermissionDenied for a person's key.
        """
        text = bearer(request)
        if text is None:
            return None
        now = timezone.now()
        gate = gate_of_key(ApiKey.digest_of(text), now=now)
        if gate is None:
            find_key(text, now=now)
            raise PermissionDenied(_("Only the key of a device in use scans."), "KEY_NOT_OF_DEVICE")
        return AnonymousUser(), gate


class IsDevice(BasePermission):
    """A device at its gate."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether a gate came with the key."""
        return isinstance(request.auth, Gate)


class DeviceKeyScheme(KeyScheme):
    """How the API's document describes a device's key."""

    target_class: Any = "checkpoint.api.authentication.DeviceAuthentication"
    name = "deviceKey"
    told = "The API key of a device at a lane."
