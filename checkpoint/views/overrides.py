"""Overrides by two: what one officer asked for and a second person may grant."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoint import forms
from checkpoint.views import queues
from checkpoint.views.frame import Act, Officers
from declarations import permissions
from declarations.clearance import overrides
from declarations.clearance.overrides import LASTS
from declarations.models import DocumentCheck, Hold, Override, Vehicle


@dataclass(frozen=True, slots=True)
class SetAside:
    """The controls that one override sets aside: whoever grants it decides about these, so he reads them first."""

    holds: tuple[Hold, ...]
    checks: tuple[DocumentCheck, ...]


def set_aside(rows: Iterable[Override]) -> dict[int, SetAside]:
    """What each of these overrides sets aside, by its pk, in two queries for all of them."""
    rows = list(rows)
    known_holds = Hold.objects.select_related("reason", "placed_by").in_bulk(
        {pk for row in rows for pk in row.hold_ids}
    )
    known_checks = DocumentCheck.objects.select_related("closed_by").in_bulk(
        {pk for row in rows for pk in row.check_ids}
    )
    return {
        row.pk: SetAside(tuple(known_holds[pk] for pk in row.hold_ids), tuple(known_checks[pk] for pk in row.check_ids))
        for row in rows
    }


class Overrides(Officers):
    """Requests of the last half hour, and what is in force."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Both lists."""
        user, now = request.user, timezone.now()
        related = ("vehicle__declaration__port", "asked_by", "granted_by")
        asked = list(queues.open_overrides(user, now).select_related(*related).order_by("asked_at"))
        in_force = Override.objects.filter(
            vehicle__in=Vehicle.objects.for_officer(user).order_by(), used_at=None, expires_at__gt=now
        ).select_related(*related)
        controls = set_aside(asked)
        values = {
            "asked": [
                {
                    "row": row,
                    "until": row.asked_at + LASTS,
                    "may_grant": permissions.can_grant_override(user, row),
                    "set_aside": controls[row.pk],
                }
                for row in asked
            ],
            "in_force": in_force,
            "now": now,
        }
        is_poll = bool(getattr(request, "htmx", False))
        return render(request, "checkpoint/_overrides.html" if is_poll else "checkpoint/overrides.html", values)


class Grant(Act):
    """The second person agrees."""

    form_class = forms.ActForm
    title = _("Grant the override for %(vin)s")
    lead = _("%(who)s asks, for %(stage)s: %(reason)s. It holds for 30 minutes and for one passage.")
    button = _("Grant")
    done = _("Granted. The gate may scan %(vin)s again.")

    def find(self) -> None:
        """A request at a port of this officer."""
        rows = Override.objects.select_related("vehicle__declaration", "asked_by")
        seen = Vehicle.objects.for_officer(self.request.user).order_by()
        self.override = get_object_or_404(rows, vehicle__in=seen, public_id=self.kwargs["override"])
        self.names = {
            "vin": self.override.vehicle.vin,
            "who": self.override.asked_by.get_username(),
            "stage": self.override.get_stage_display(),
            "reason": self.override.reason,
        }

    def shown(self) -> dict[str, Any]:
        """What the grant would set aside."""
        return {"set_aside": set_aside([self.override])[self.override.pk]}

    def check(self) -> None:
        """Never who asked."""
        permissions.check_can_grant_override(self.request.user, self.override)

    def act(self, form: Any) -> None:
        """Grant."""
        overrides.grant(
            public_id=self.override.public_id,
            by=self.by,
            now=timezone.now(),
        )

    def back(self) -> str:
        """To the list."""
        return reverse("checkpoint:overrides")
