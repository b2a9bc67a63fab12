"""The machines of the lanes: how they are, and what a supervisor does with them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from checkpoint import devices, forms, permissions
from checkpoint.models import Device, DeviceEvent, DeviceState, EnrolmentCode, Lane, Passage, PortWatch
from checkpoint.views.frame import Act, Officers

SCANS_WITHIN = timedelta(hours=1)
"""How far back the last scan of a device is looked for."""

RECENT = 30

WAITS, NEVER, GOOD, TROUBLE, SILENT, REVOKED = (
    ("info", "clock", _("waits for its code")),
    ("plain", "timer", _("no heartbeat yet")),
    ("ok", "check", _("in order")),
    ("officer", "warning", _("look at it")),
    ("stop", "stop-fill", _("silent")),
    ("plain", "revoked", _("revoked")),
)
"""What a device looks like: tone, icon, word."""


@dataclass(slots=True)
class Machine:
    """A device as the list shows it. troubles: what is out of order, in words."""

    device: Device
    look: tuple[str, str, str | Promise]
    state: DeviceState | None = None
    code: EnrolmentCode | None = None
    is_stale: bool = False
    scanned_at: datetime | None = None
    skew_is_wrong: bool = False
    troubles: list[str] = field(default_factory=list)


def machines(rows: Iterable[Device], *, now: datetime) -> list[Machine]:
    """How each of these devices is; they come with lane, gate, state and code."""
    found = list(rows)
    ports = {row.lane.checkpoint.port_id for row in found}
    watches = {row.port_id: row for row in PortWatch.objects.filter(port__in=ports)}
    recent = Passage.objects.filter(port__in=ports, decided_at__gt=now - SCANS_WITHIN)
    last = dict(recent.order_by().values_list("device").annotate(Max("decided_at")))
    usual = PortWatch()
    return [_machine(row, watches.get(row.lane.checkpoint.port_id, usual), last.get(row.pk), now) for row in found]


def _machine(row: Device, watch: PortWatch, scanned_at: datetime | None, now: datetime) -> Machine:
    state: DeviceState | None = getattr(row, "state", None)
    found = Machine(row, NEVER, state, getattr(row, "code", None), scanned_at=scanned_at)
    if row.revoked_at is not None:
        found.look = REVOKED
    elif row.api_key_id is None:
        found.look = WAITS
    elif state is not None:
        found.troubles = list(state.faults)
        found.skew_is_wrong = state.skew_s is not None and abs(state.skew_s) > watch.skew_tolerance_s
        found.is_stale = bool(state.silent_since) or state.heard_at < now - timedelta(seconds=watch.silent_after_s)
        found.look = SILENT if found.is_stale else TROUBLE if found.skew_is_wrong or state.faults else GOOD
    return found


def _devices(user: object) -> QuerySet[Device]:
    rows = Device.objects.visible_to(user).machines()
    return rows.select_related("lane__checkpoint__port", "state", "code", "api_key")


class Devices(Officers):
    """All machines at one's ports."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Those in use, or with `?revoked=1` those that were taken out of it."""
        now = timezone.now()
        revoked = bool(request.GET.get("revoked"))
        rows = _devices(request.user).filter(revoked_at__isnull=not revoked)
        values = {
            "machines": machines(rows.order_by("lane__checkpoint__port", "lane__code", "name"), now=now),
            "revoked": revoked,
            "may_add": permissions.lanes_to_keep(request.user).exists(),
            "now": now,
        }
        return render(request, "checkpoint/devices.html", values)


class DevicePage(Officers):
    """One machine with its history."""

    def get(self, request: HttpRequest, device: str) -> HttpResponse:
        """How it is, and what was done with it."""
        now = timezone.now()
        row = get_object_or_404(_devices(request.user), public_id=device)
        events = DeviceEvent.objects.filter(device=row).select_related("by", "lane")
        values = {
            "machine": machines([row], now=now)[0],
            "device": row,
            "events": events[:RECENT],
            "may_keep": row.is_usable() and permissions.can_keep_lane(request.user, row.lane),
            "now": now,
        }
        return render(request, "checkpoint/device.html", values)


class Once(Act):
    """A verb whose result is a secret that is shown on the page that answers, and never again."""

    secret = ""
    told: str | Promise = ""
    hint: str | Promise = ""

    def post(self, request: HttpRequest, **names: Any) -> HttpResponse:
        """Do it and show the secret, or say why not."""
        answered = super().post(request, **names)
        if not (self.secret and isinstance(answered, HttpResponseRedirect)):
            return answered
        values = {
            "title": str(self.told) % self.names,
            "hint": self.hint,
            "secret": self.secret,
            "back": self.back(),
        }
        page = render(request, "checkpoint/told_once.html", values)
        page["Cache-Control"] = "private, no-store"
        return page


class Add(Once):
    """A new machine for a lane."""

    form_class = forms.DeviceForm
    title = _("Add a device")
    lead = _("You get a one-time code. Typed on the machine within 15 minutes it fetches the key, which nobody sees.")
    button = _("Add and make the code")
    told = _("Code for %(name)s at %(lane)s")
    hint = _("It works once and for 15 minutes. Type it on the machine, a handheld opens this site at /scan/enrol.")

    def find(self) -> None:
        """Lanes whose machines this officer keeps."""
        self.lanes = permissions.lanes_to_keep(self.request.user)

    def check(self) -> None:
        """Raises: NotPermitted for whoever keeps no lane."""
        if not self.lanes.exists():
            permissions.check_can_keep_lane(self.request.user, Lane.objects.select_related("checkpoint")[:1].get())

    def form_options(self) -> dict[str, Any]:
        """Lanes to choose from."""
        return {"lanes": self.lanes}

    def act(self, form: Any) -> None:
        """Add it."""
        values = form.cleaned_data
        _device, self.secret = devices.add(
            lane_id=values["lane"].pk, kind=values["kind"], name=values["name"], by=self.by, now=timezone.now()
        )
        self.names = {"name": values["name"], "lane": values["lane"].code}

    def back(self) -> str:
        """To the list."""
        return reverse("checkpoint:devices")


class OnDevice(Act):
    """A verb on a machine that this officer may see."""

    def find(self) -> None:
        """The machine."""
        self.device = get_object_or_404(_devices(self.request.user), public_id=self.kwargs["device"])
        self.names = {"name": self.device.name, "lane": self.device.lane.code}

    def check(self) -> None:
        """Whoever answers for its lane."""
        permissions.check_can_keep_lane(self.request.user, self.device.lane)

    def back(self) -> str:
        """To the machine."""
        return reverse("checkpoint:device", args=[self.device.public_id])


class MakeCode(OnDevice, Once):
    """A new code: for a machine that was set up anew, or to change its key."""

    form_class = forms.NoForm
    title = _("New code for %(name)s")
    lead = _("The present key stays in force until the code is used; then it opens nothing any more.")
    button = _("Make the code")
    told = Add.told
    hint = Add.hint

    def act(self, form: Any) -> None:
        """Make it."""
        self.secret = devices.make_code(device_id=self.device.pk, by=self.by, now=timezone.now())


class Move(OnDevice):
    """To another lane."""

    form_class = forms.MoveDeviceForm
    title = _("Move %(name)s to another lane")
    lead = _("It stands at %(lane)s. From its next call on it counts at the new lane; its key stays.")
    button = _("Move")
    done = _("%(name)s was moved.")

    def form_options(self) -> dict[str, Any]:
        """Lanes to choose from."""
        return {"lanes": permissions.lanes_to_keep(self.request.user).exclude(pk=self.device.lane_id)}

    def act(self, form: Any) -> None:
        """Move it."""
        values = form.cleaned_data
        devices.move(
            device_id=self.device.pk,
            lane_id=values["lane"].pk,
            reason=values["reason"],
            by=self.by,
            now=timezone.now(),
        )


class Revoke(OnDevice):
    """Out of use."""

    title = _("Revoke %(name)s")
    lead = _(
        "Its key opens nothing from the next call on, and never again. A device that is found again is added anew."
    )
    button = _("Revoke")
    done = _("%(name)s is revoked.")
    is_destructive = True

    def act(self, form: Any) -> None:
        """Revoke it."""
        devices.revoke(device_id=self.device.pk, reason=form.cleaned_data["reason"], by=self.by, now=timezone.now())
