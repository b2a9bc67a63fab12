"""What lanes decided without the network and the centre does not agree with: both sides, and how it ends."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoint import conflicts, permissions
from checkpoint.forms import ResolveForm
from checkpoint.models import Claim, Conflict, Passage
from checkpoint.models.offline import ConflictResult
from checkpoint.reasons import Reason, officer_text
from checkpoint.views.frame import Officers, Refusal, sentence_of
from declarations.errors import NotPermitted

PER_PAGE = 25


class Conflicts(Officers):
    """Open conflicts of one's ports, the oldest first, or those that are resolved."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page of them; `?resolved=1` shows what was resolved, newest first."""
        is_resolved = request.GET.get("resolved") == "1"
        rows = Conflict.objects.visible_to(request.user).select_related(
            "passage__lane", "passage__vehicle", "lifted_by", "resolved_by"
        )
        rows = (
            rows.filter(resolved_at__isnull=False).order_by("-resolved_at")
            if is_resolved
            else rows.open().order_by("opened_at")
        )
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        values = {"page_obj": page, "rows": page, "now": timezone.now(), "is_resolved": is_resolved}
        return render(request, "checkpoint/conflicts.html", values | {"total": page.paginator.count})


class ConflictPage(Officers):
    """One conflict: what the device did, what stands against it, and what an officer makes of it."""

    def get(self, request: HttpRequest, conflict: uuid.UUID) -> HttpResponse:
        """Both sides."""
        return self._page(self._find(conflict))

    def post(self, request: HttpRequest, conflict: uuid.UUID) -> HttpResponse:
        """Resolve it, with a reason."""
        row = self._find(conflict)
        form = ResolveForm(request.POST)
        if not form.is_valid():
            return self._page(row, form, status=422)
        values = form.cleaned_data
        try:
            conflicts.resolve(
                conflict_id=row.public_id,
                result=values["result"],
                reason=values["reason"],
                by=self.by,
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, sentence_of(refusal))
            return self._page(row, form, status=403 if isinstance(refusal, NotPermitted) else 409)
        messages.success(request, _("The conflict is resolved."))
        return HttpResponseRedirect(reverse("checkpoint:conflicts"))

    def _find(self, public_id: uuid.UUID) -> Conflict:
        rows = Conflict.objects.visible_to(self.request.user).select_related(
            "passage__lane",
            "passage__officer",
            "passage__vehicle__declaration__organisation",
            "other__lane",
            "other__officer",
            "hold__reason",
            "lifted_by",
            "resolved_by",
        )
        row: Conflict = get_object_or_404(rows, public_id=public_id)
        return row

    def _page(self, conflict: Conflict, form: ResolveForm | None = None, *, status: int = 200) -> HttpResponse:
        user = self.request.user
        passage = conflict.passage
        may_see_other = conflict.other is not None and Passage.objects.visible_to(user).filter(pk=conflict.other.pk)
        values: dict[str, Any] = {
            "conflict": conflict,
            "passage": passage,
            "claim": Claim.objects.get(passage=passage),
            "vehicle": passage.vehicle,
            "other": conflict.other if may_see_other else None,
            "sentence": officer_text(Reason(conflict.reason)),
            "is_open": conflict.resolved_at is None,
            "form": form or ResolveForm(),
            "may_resolve": conflict.resolved_at is None and permissions.can_resolve(user, conflict),
            "is_own": conflict.lifted_by_id == getattr(user, "pk", None),
            "counts": ConflictResult.COUNT,
            "now": timezone.now(),
        }
        return render(self.request, "checkpoint/conflict.html", values, status=status)
