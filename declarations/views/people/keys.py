"""Keys of one's programs."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from declarations.actions.people import keys
from declarations.clearance import verification
from declarations.errors import DomainError
from declarations.forms.people import KeyForm
from declarations.models import ApiKey
from declarations.permissions import declares_for
from declarations.views.frame import attempt, page, person
from declarations.views.people.frame import fresh


@page("GET", "POST")
@fresh
def index(request: HttpRequest) -> HttpResponseBase:
    """All of them; a new one is shown this once."""
    user, now = person(request), timezone.now()
    form = KeyForm(request.POST if request.method == "POST" else None, organisations=declares_for(user))
    made, text = None, ""
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        organisation = values.get("organisation")
        try:
            made, text = keys.make(
                label=values["label"],
                scope=values["scope"],
                organisation_id=organisation.pk if organisation else None,
                expires_at=values["last_day"],
                by=user,
                now=now,
            )
            form = KeyForm(organisations=declares_for(user))
        except DomainError as refusal:
            form.add_error(None, str(refusal))
    rows = ApiKey.objects.filter(user=user, revoked_at=None).select_related("organisation")
    context = {"form": form, "rows": rows, "made": made, "text": text, "now": now}
    status = 422 if form.is_bound else 200
    answer = render(request, "declarations/people/keys.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


@page("POST")
def revoke(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """Close a key; its very next call is refused."""
    user = person(request)
    row = get_object_or_404(ApiKey, public_id=key, user=user)
    if attempt(request, verification.revoke_key, api_key_id=row.pk, by=user, now=timezone.now()):
        messages.success(request, _("%(label)s opens nothing any more.") % {"label": row.label})
    return HttpResponseRedirect(reverse("declarations:keys"))
