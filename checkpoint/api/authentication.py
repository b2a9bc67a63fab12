"""Who asks at a gate: the key of a device, which brings its lane and port with it in one query.

Lane equipment sends it as a bearer. A handheld's browser keeps it in a cookie that no script reads; with the cookie
alone nothing is taken from a page of another site.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from checkpoint.models.device import DeviceKind
from checkpoint.models.gate import Gate, gate_of_device, gate_of_key
from checkpoint.permissions import lanes_to_scan_at
from declarations.api.frame import KeyAuthentication, KeyScheme, bearer, find_key
from declarations.models import ApiKey

READS = frozenset({"GET", "HEAD"})


def key_in_cookie(request: HttpRequest | Request) -> str | None:
    """The key of the handheld that sends this, None where another site's page had the browser send it."""
    text: str | None = request.COOKIES.get(settings.DEVICE_COOKIE_NAME)
    if not text or request.method in READS:
        return text or None
    site = request.headers.get("Sec-Fetch-Site")
    if site is None:
        is_ours = urlsplit(request.headers.get("Origin", "")).netloc == request.get_host()
    else:
        is_ours = site == "same-origin"
    return text if is_ours else None


class DeviceAuthentication(KeyAuthentication):
    """`Authorization: Bearer <key>` of a device, or the cookie of a handheld."""

    def authenticate(self, request: Request) -> "tuple[Any, Any] | None":
        """Nobody, and the gate that the key opens.

        Raises: AuthenticationFailed for a key that opens nothing; PermissionDenied for a person's key.
        """
        text = bearer(request) or key_in_cookie(request)
        if text is None:
            return None
        now = timezone.now()
        gate = gate_of_key(ApiKey.digest_of(text), now=now)
        if gate is None:
            find_key(text, now=now)
            raise PermissionDenied(_("Only the key of a device in use scans."), "KEY_NOT_OF_DEVICE")
        return AnonymousUser(), gate


class LaneOfficer(SessionAuthentication):
    """An officer's page at a lane: his session, and the lane's virtual device. Only where sessions are looked after."""

    def authenticate(self, request: Request) -> "tuple[Any, Any] | None":
        """The officer and the gate of the lane in the address.

        Raises: Http404 for a lane at which he may not scan.
        """
        signed_in = super().authenticate(request)
        if signed_in is None:
            return None
        user, _none = signed_in
        lane = get_object_or_404(lanes_to_scan_at(user), code=request.parser_context["kwargs"]["lane"])
        device = lane.devices.filter(kind=DeviceKind.VIRTUAL).first()
        gate = gate_of_device(device.pk, now=timezone.now()) if device else None
        if gate is None:
            raise Http404
        return user, gate


class IsDevice(BasePermission):
    """A device at its gate."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether a gate came with the key."""
        return isinstance(request.auth, Gate)


class DeviceKeyScheme(KeyScheme):
    """How the API's document describes a device's key."""

    target_class: Any = "checkpoint.api.authentication.DeviceAuthentication"
    name = "deviceKey"
    told = (
        "The API key of a device at a lane. A handheld that was enrolled in its browser has it in a cookie instead,"
        " which counts for requests of our own pages alone."
    )
