"""One lane: what its barrier was told and answered, lifts by hand, its machines, the link of its display."""

import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoint import barrier, devices, forms, permissions
from checkpoint.models import Device, Lane, LaneDisplay, LiftPhoto, ManualLift, PortWatch
from checkpoint.models.barrier import newest_orders
from checkpoint.views.frame import Act, Officers
from checkpoint.views.machines import Once, machines
from declarations import attachments
from declarations.attachments import NotAttachable
from declarations.errors import Conflict

SHOWN = timedelta(hours=12)
LIFTS = 10


class LanePage(Officers):
    """What happens at a lane."""

    def get(self, request: HttpRequest, lane: str) -> HttpResponse:
        """Orders of the last hours with what became of each."""
        now = timezone.now()
        row = _lane(request, lane)
        watch = PortWatch.of(row.checkpoint.port_id)
        late = now - timedelta(seconds=watch.barrier_patience_s)
        orders = newest_orders(row, since=now - SHOWN, now=now)
        of_lane = Device.objects.machines().filter(lane=row, revoked_at=None)
        values = {
            "lane": row,
            "orders": [(order, row.barrier_answers and not order.outcome and order.at < late) for order in orders],
            "is_mute": not row.barrier_answers and not any(order.outcome for order in orders),
            "lifts": row.lifts.select_related("by").order_by("-at")[:LIFTS],
            "machines": machines(of_lane.select_related("lane__checkpoint", "state", "code"), now=now),
            "display": LaneDisplay.objects.live().filter(lane=row).select_related("made_by").first(),
            "may_keep": permissions.can_keep_lane(request.user, row),
            "may_lift": permissions.can_lift_barrier(request.user, row),
            "now": now,
        }
        return render(request, "checkpoint/lane.html", values)


class OnLane(Act):
    """A verb on a lane that this officer may see."""

    def find(self) -> None:
        """The lane."""
        self.lane = _lane(self.request, self.kwargs["lane"])
        self.names = {"lane": self.lane.code}

    def back(self) -> str:
        """To the lane."""
        return reverse("checkpoint:lane", args=[self.lane.code])


class Lift(OnLane):
    """Open the barrier without a verdict."""

    form_class = forms.LiftForm
    title = _("Lift the barrier of %(lane)s by hand")
    lead = _("No verdict stands behind it. Photo and reason are kept with your name; the control centre is alarmed.")
    button = _("Lift the barrier")
    done = _("The barrier of %(lane)s is told to open; the control centre was alarmed.")
    is_destructive = True

    def check(self) -> None:
        """Supervisor or control room."""
        permissions.check_can_lift_barrier(self.request.user, self.lane)

    def form_options(self) -> dict[str, Any]:
        """The photo comes beside the fields."""
        return {"files": self.request.FILES} if self.request.method == "POST" else {}

    def act(self, form: Any) -> None:
        """Lift it.

        Raises: Conflict for a file that is no photo.
        """
        values = form.cleaned_data
        photo = values["photo"].read(attachments.MOST_BYTES + 1)
        try:
            barrier.lift(lane_id=self.lane.pk, reason=values["reason"], photo=photo, by=self.by, now=timezone.now())
        except NotAttachable as refusal:
            raise Conflict(refusal.code, refusal.message) from refusal


class MakeDisplay(OnLane, Once):
    """A new link for the screen that drivers see."""

    form_class = forms.NoForm
    title = _("New link for the display of %(lane)s")
    lead = _("Open it on the screen beside the lane. The link before opens nothing any more.")
    button = _("Make the link")
    told = _("Link for the display of %(lane)s")
    hint = _("It is shown once. Whoever has it sees what drivers see at this lane, and nothing else.")

    def check(self) -> None:
        """Whoever answers for the lane."""
        permissions.check_can_keep_lane(self.request.user, self.lane)

    def act(self, form: Any) -> None:
        """Make it."""
        token = devices.make_display(lane_id=self.lane.pk, by=self.by, now=timezone.now())
        self.secret = self.request.build_absolute_uri(reverse("lane-display", args=[token]))


class Photo(Officers):
    """The photo of a lift by hand."""

    def get(self, request: HttpRequest, lift: uuid.UUID) -> HttpResponse:
        """A JPEG that was drawn anew from its pixels."""
        seen = ManualLift.objects.visible_to(request.user).order_by()
        row = get_object_or_404(LiftPhoto, lift__in=seen, lift__public_id=lift)
        answered = HttpResponse(bytes(row.data), content_type="image/jpeg")
        answered["Cache-Control"] = "private, no-store"
        return answered


photo = Photo.as_view()


def _lane(request: HttpRequest, code: str) -> Lane:
    rows = Lane.objects.visible_to(request.user).select_related("checkpoint__port")
    return get_object_or_404(rows, code=code)
