"""What changed in a declaration since an officer looked: its versions side by side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from checkpoint.views.dossier import declaration_of
from checkpoint.views.frame import Officers
from declarations.templatetags.sides import chosen


class Versions(Officers):
    """All versions, and two of them compared."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Side by side; only what differs."""
        context = {**chosen(declaration_of(request, reference), request.GET), "now": timezone.now()}
        return render(request, "checkpoint/versions.html", context)
