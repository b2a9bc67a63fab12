"""What was said at each lodging and amendment, side by side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from declarations.templatetags.sides import chosen
from declarations.views.frame import find, page


@page("GET")
def show(request: HttpRequest, reference: str) -> HttpResponse:
    """All versions, and two of them compared."""
    context = {**chosen(find(request, reference), request.GET), "now": timezone.now()}
    return render(request, "declarations/versions.html", context)
