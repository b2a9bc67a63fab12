"""Passages, which nobody changes; what devices said of them without a network."""

from django.contrib import admin
from django.db.models import QuerySet

from checkpoint.admin.frame import ReadOnly
from checkpoint.models import (
    Case,
    Claim,
    Conflict,
    Manifest,
    ManifestRow,
    Passage,
    ScanKey,
)
from declarations.models import roles_of


@admin.register(Passage)
class PassageAdmin(ReadOnly):
    """Every scan with its answer; the shown code is a credential and not shown again."""

    hidden = ("code",)
    list_display = ("decided_at", "port", "lane", "stage", "verdict", "reason", "vehicle", "officer")
    list_filter = ("verdict", "reason", "stage", "port")
    search_fields = ("vehicle__vin", "declaration__reference", "lane__code", "trace_id")
    list_select_related = ("port", "lane", "vehicle", "officer")
    date_hierarchy = "decided_at"


@admin.register(Case)
class CaseAdmin(ReadOnly):
    """Cases; decided on the pages of the gate."""

    list_display = ("opened_at", "passage", "result", "closed_by", "closed_at", "vin_read")
    list_filter = ("result", ("closed_at", admin.EmptyFieldListFilter), "passage__port", "passage__reason")
    search_fields = ("passage__vehicle__vin", "passage__lane__code", "vin_read")
    list_select_related = ("passage", "closed_by")
    date_hierarchy = "opened_at"


@admin.register(ScanKey)
class ScanKeyAdmin(ReadOnly):
    """Which device asked under which id."""

    hidden = ("body_digest",)
    list_display = ("scan_id", "device", "passage")
    search_fields = ("scan_id",)
    list_select_related = ("device__lane", "passage")

    def visible_to(self, user: object) -> QuerySet[ScanKey]:
        """Those of the passages that this officer may see."""
        return ScanKey.objects.filter(passage__in=Passage.objects.visible_to(user).order_by())


@admin.register(Claim)
class ClaimAdmin(ReadOnly):
    """What devices said and officers did without the network."""

    hidden = ("body_digest",)
    list_display = ("received_at", "passage", "verdict", "reason", "rule", "lifted", "manifest_age_s", "clock_ahead_s")
    list_filter = ("lifted", "rule", "passage__port")
    search_fields = ("passage__vehicle__vin", "passage__lane__code")
    list_select_related = ("passage",)

    def visible_to(self, user: object) -> QuerySet[Claim]:
        """Those of the passages that this officer may see."""
        return Claim.objects.filter(passage__in=Passage.objects.visible_to(user).order_by())


@admin.register(Conflict)
class ConflictAdmin(ReadOnly):
    """Where a device and the centre disagree; resolved on the pages of the gate."""

    list_display = ("opened_at", "passage", "side", "reason", "lifted_by", "result", "resolved_by", "resolved_at")
    list_filter = ("side", "result", ("resolved_at", admin.EmptyFieldListFilter), "passage__port")
    search_fields = ("passage__vehicle__vin", "passage__lane__code")
    list_select_related = ("passage", "lifted_by", "resolved_by")
    date_hierarchy = "opened_at"


@admin.register(Manifest)
class ManifestAdmin(ReadOnly):
    """The lists that devices keep."""

    list_display = ("port", "version", "published_at", "salted_at")
    list_filter = ("port",)
    list_select_related = ("port",)

    def visible_to(self, user: object) -> QuerySet[Manifest]:
        """Those of one's own ports."""
        ports = roles_of(user).ports()
        return Manifest.objects.all() if ports is None else Manifest.objects.filter(port__in=ports)


@admin.register(ManifestRow)
class ManifestRowAdmin(ReadOnly):
    """What the lists say of each pass."""

    list_display = ("key", "manifest", "version")
    search_fields = ("key",)
    list_select_related = ("manifest",)

    def visible_to(self, user: object) -> QuerySet[ManifestRow]:
        """Those of one's own ports."""
        ports = roles_of(user).ports()
        rows = ManifestRow.objects.all()
        return rows if ports is None else rows.filter(manifest__in=ports)
