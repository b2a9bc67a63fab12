"""/scan/enrol: a handheld trades the one-time code for its key, which goes where no script can read it."""

import math

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from checkpoint import devices
from checkpoint.forms import EnrolForm
from declarations.rates import address_of, buckets


class EnrolHandheld(View):
    """Open to everybody who holds a code; nobody signs in here."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The field for the code."""
        return self._page(request, EnrolForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Fetch the key. What the browser calls itself is kept as its software."""
        form = EnrolForm(request.POST)
        if wait := buckets.take(f"enrol:{address_of(request)}", rate_per_s=devices.TRIES_PER_S, burst=devices.TRIES):
            answered = render(request, "429.html", status=429)
            answered["Retry-After"] = str(math.ceil(wait))
            return answered
        if not form.is_valid():
            return self._page(request, form, status=422)
        software = request.headers.get("User-Agent", "").replace("\0", "")[:60]
        try:
            device, key = devices.enrol(code=form.cleaned_data["code"], name="", software=software, now=timezone.now())
        except devices.CodeUnknown as unknown:
            form.add_error("code", str(unknown))
            return self._page(request, form, status=422)
        answered = render(request, "checkpoint/enrolled.html", {"device": device})
        answered["Cache-Control"] = "private, no-store"
        answered.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            key,
            max_age=settings.DEVICE_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
        return answered

    def _page(self, request: HttpRequest, form: EnrolForm, *, status: int = 200) -> HttpResponse:
        return render(request, "checkpoint/enrol.html", {"form": form}, status=status)
