"""Gates, lanes, devices and what barriers were told."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoint import devices
from checkpoint.admin.frame import Gates, OfLane, ReadOnly
from checkpoint.decision import Seen
from checkpoint.models import (
    BarrierAnswer,
    Checkpoint,
    Device,
    DeviceEvent,
    DeviceState,
    EnrolmentCode,
    Lane,
    LaneDisplay,
    LaneOperator,
    LiftPhoto,
    ManualLift,
    PortWatch,
    Shift,
)
from declarations.errors import DomainError


class ReasonForm(forms.Form):
    """Why; it stays in the log."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class LaneForm(forms.ModelForm):
    """A lane whose rule the gate can read: a wrong one would answer no scan at all."""

    class Meta:
        model = Lane
        fields = (
            *("checkpoint", "code", "must_see", "is_open"),
            *("barrier_answers", "channel_no", "arrow", "bay_arrow"),
        )

    def clean_must_see(self) -> Any:
        """Nothing, or a list of lists of facts."""
        groups = self.cleaned_data["must_see"]
        known = [fact.value for fact in Seen]
        lists = [] if groups is None else [groups, *groups] if isinstance(groups, list) else [None]
        if not all(isinstance(each, list) for each in lists) or any(f not in known for g in groups or () for f in g):
            message = forms.ChoiceField.default_error_messages["invalid_choice"]
            raise forms.ValidationError(message, params={"value": groups})
        return groups


@admin.register(Checkpoint)
class CheckpointAdmin(Gates):
    """Gates with their stage."""

    of_port = "port"
    list_display = ("code", "name", "port", "stage")
    list_filter = ("port", "stage")
    search_fields = ("code", "name")
    list_select_related = ("port",)
    autocomplete_fields = ("port",)


@admin.register(Lane)
class LaneAdmin(Gates):
    """Lanes and what they have to see."""

    of_port = "checkpoint__port"
    form = LaneForm
    list_display = ("code", "checkpoint", "must_see", "is_open", "barrier_answers")
    list_filter = ("is_open", "barrier_answers", "checkpoint__stage", "checkpoint__port")
    search_fields = ("code", "checkpoint__code")
    list_select_related = ("checkpoint",)
    autocomplete_fields = ("checkpoint",)


@admin.register(Device)
class DeviceAdmin(Gates):
    """Devices; revoked by a button, together with their keys."""

    of_port = "lane__checkpoint__port"
    list_display = ("name", "lane", "kind", "api_key", "enrolled_at", "revoked_at")
    list_filter = ("kind", ("revoked_at", admin.EmptyFieldListFilter), "lane__checkpoint__port")
    search_fields = ("name", "lane__code")
    list_select_related = ("lane", "api_key")
    autocomplete_fields = ("lane", "api_key")
    readonly_fields = ("revoked_at",)
    date_hierarchy = "enrolled_at"
    actions = ("revoke",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Moving a device and changing its key are acts with a history, on the page of devices."""
        return ("revoked_at", "lane", "kind", "api_key", "enrolled_at") if obj else self.readonly_fields

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The device, with its act as a button."""
        return super().change_view(
            request, object_id, form_url, {"acts": [("revoke", _("Revoke"))], **(extra_context or {})}
        )

    @admin.action(description=_("Revoke"), permissions=["view"])
    def revoke(self, request: HttpRequest, rows: QuerySet[Device]) -> HttpResponse | None:
        """Ask why, then close each device with its key."""
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            values = {
                **self.admin_site.each_context(request),
                "title": _("Revoke"),
                "opts": self.opts,
                "rows": rows,
                "form": form,
                "action": "revoke",
                "back": reverse("admin:checkpoint_device_changelist"),
            }
            return TemplateResponse(request, "admin/act.html", values)
        for row in rows:
            try:
                devices.revoke(
                    device_id=row.pk,
                    reason=form.cleaned_data["reason"],
                    by=request.user,  # type: ignore[arg-type]
                    now=timezone.now(),
                )
            except DomainError as refusal:
                messages.error(request, f"{row}: {refusal}")
            else:
                self.log_change(request, row, f"{_('Revoke')}: {form.cleaned_data['reason']}")
                messages.success(request, _("%(device)s is revoked.") % {"device": row})
        return None


@admin.register(Shift)
class ShiftAdmin(ReadOnly):
    """Who held which device, and when."""

    list_display = ("started_at", "device", "officer", "seen_at", "ended_at", "ended_by")
    list_filter = (("ended_at", admin.EmptyFieldListFilter), "device__lane__checkpoint__port")
    search_fields = ("device__name", "device__lane__code", "officer__username")
    list_select_related = ("device__lane", "officer", "ended_by")
    date_hierarchy = "started_at"


@admin.register(DeviceState)
class DeviceStateAdmin(OfLane):
    """What each device told last."""

    way = "device__lane__checkpoint__port"
    list_display = ("device", "heard_at", "skew_s", "battery_percent", "queued", "manifest_at", "silent_since")
    list_filter = (("silent_since", admin.EmptyFieldListFilter), "device__lane__checkpoint__port")
    search_fields = ("device__name", "device__lane__code")
    list_select_related = ("device__lane",)


@admin.register(DeviceEvent)
class DeviceEventAdmin(OfLane):
    """What was done with devices."""

    list_display = ("at", "device", "verb", "lane", "by", "reason")
    list_filter = ("verb", "lane__checkpoint__port")
    search_fields = ("device__name", "lane__code")
    list_select_related = ("device__lane", "lane", "by")
    date_hierarchy = "at"


@admin.register(EnrolmentCode)
class EnrolmentCodeAdmin(OfLane):
    """Codes that wait to be used."""

    way = "device__lane__checkpoint__port"
    hidden = ("digest",)
    list_display = ("device", "made_at", "made_by", "expires_at")
    list_filter = ("device__lane__checkpoint__port",)
    list_select_related = ("device__lane", "made_by")


@admin.register(LaneDisplay)
class LaneDisplayAdmin(OfLane):
    """Links of the screens for drivers."""

    hidden = ("digest",)
    list_display = ("lane", "made_at", "made_by", "ended_at")
    list_filter = ("lane__checkpoint__port",)
    list_select_related = ("lane", "made_by")


@admin.register(ManualLift)
class ManualLiftAdmin(OfLane):
    """Barriers that were lifted by hand."""

    list_display = ("at", "lane", "by", "reason")
    list_filter = ("port",)
    search_fields = ("lane__code", "by__username")
    list_select_related = ("lane", "by")
    date_hierarchy = "at"


@admin.register(LiftPhoto)
class LiftPhotoAdmin(OfLane):
    """That there is a photo; it is looked at on the lane's page."""

    way = "lift__port"
    hidden = ("data",)
    list_display = ("lift", "at")
    list_filter = ("lift__port",)
    list_select_related = ("lift__lane",)

    @admin.display(description=_("at"))
    def at(self, photo: LiftPhoto) -> Any:
        """When the barrier was lifted."""
        return photo.lift.at

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the photos themselves."""
        return super().get_queryset(request).defer("data")


@admin.register(BarrierAnswer)
class BarrierAnswerAdmin(OfLane):
    """What barriers answered."""

    list_display = ("received_at", "lane", "outcome", "order_id", "device")
    list_filter = ("outcome", "lane__checkpoint__port")
    search_fields = ("lane__code",)
    list_select_related = ("lane", "device__lane")
    date_hierarchy = "received_at"


@admin.register(PortWatch)
class PortWatchAdmin(Gates):
    """How closely a port watches its lanes."""

    of_port = "port"
    list_display = ("port", "skew_tolerance_s", "silent_after_s", "barrier_patience_s")
    list_filter = ("port",)
    list_select_related = ("port",)
    autocomplete_fields = ("port",)


@admin.register(LaneOperator)
class LaneOperatorAdmin(Gates):
    """Which officer stands behind an OPERATOR_ID of lane equipment."""

    of_port = "port"
    list_display = ("port", "operator_id", "user", "ended_at")
    list_filter = ("port", ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("operator_id", "user__username")
    list_select_related = ("port", "user")
    autocomplete_fields = ("port", "user")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A number is never given to somebody else: it ends, and another row begins."""
        return ("port", "operator_id", "user") if obj else ()
