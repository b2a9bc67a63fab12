"""What every page of this door does: sign-in, the walls between tenants, and an action's refusal in plain words."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from declarations import permissions
from declarations.errors import DomainError
from declarations.models import Declaration, Vehicle

View = Callable[..., HttpResponseBase]


def page(*methods: str) -> Callable[[View], View]:
    """A view for people who are signed in, for these methods alone (GET stands for HEAD as well)."""
    allowed = [*methods, "HEAD"] if "GET" in methods else list(methods)

    def wrap(view: View) -> View:
        return login_required(require_http_methods(allowed)(view))

    return wrap


def person(request: HttpRequest) -> User:
    """Who is signed in; only for views under `page`."""
    assert isinstance(request.user, User), "the page asks for a sign-in"
    return request.user


def find(request: HttpRequest, reference: str) -> Declaration:
    """A declaration that this person may see.

    Raises: Http404 for everybody else, as if it did not exist.
    """
    shown = Declaration.objects.visible_to(request.user).with_appeal().select_related("organisation", "port")
    return get_object_or_404(shown, reference=reference)


def find_mine(request: HttpRequest, reference: str) -> Declaration:
    """A declaration that this person may change.

    Raises: Http404 for strangers, PermissionDenied for officers.
    """
    declaration = find(request, reference)
    if not permissions.can_change(request.user, declaration):
        raise PermissionDenied
    return declaration


def find_vehicle(declaration: Declaration, place: int) -> Vehicle:
    """The vehicle at a place of its declaration; a place never changes while the declaration lives.

    Raises: Http404.
    """
    vehicle = declaration.vehicles.select_related("driver").filter(position=place).order_by("pk").first()
    if vehicle is None:
        raise Http404
    vehicle.declaration = declaration
    return vehicle


def attempt(request: HttpRequest, action: Callable[..., Any], **options: Any) -> bool:
    """Call one action; its refusal becomes a message on the next page."""
    try:
        action(**options)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return False
    return True


def repaired(request: HttpRequest) -> QueryDict:
    """What was sent, with the repair that was tapped put in its field."""
    data = request.POST.copy()
    for field in ("vin", "hs_code"):
        if f"fix_{field}" in data:
            data[field] = request.POST[f"fix_{field}"]
    return data
