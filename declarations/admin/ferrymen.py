"""Registers of ferrymen: exporters' own business, shown to whoever runs the system, without personal facts."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from declarations.admin.frame import ReadOnly
from declarations.models import CrewLink, CrewMember, FerrymanReturn, LostCard, PersonalView, PoolMember


class OwnBusiness(ReadOnly):
    """Rows of exporters that no officer has business with."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Nothing for officers."""
        rows = super().get_queryset(request)
        return rows if self.has_operate_permission(request) else rows.none()


@admin.register(CrewMember)
class CrewMemberAdmin(OwnBusiness):
    """Who stands in which register; names and numbers are encrypted and not shown."""

    hidden = (
        *("name", "passport_number", "phone", "card", "licence_class", "passport_digest", "card_digest"),
        *("fee", "fee_currency"),
    )
    list_display = ("id", "organisation", "retired_at", "erased_at", "card_lost_at", "updated_at")
    search_fields = ("organisation__name",)
    list_select_related = ("organisation",)


@admin.register(LostCard)
class LostCardAdmin(OwnBusiness):
    """Cards that identify nobody any more."""

    hidden = ("card_digest",)
    list_display = ("ferryman", "lost_at", "reported_by")
    list_select_related = ("ferryman", "reported_by")
    date_hierarchy = "lost_at"


@admin.register(FerrymanReturn)
class FerrymanReturnAdmin(OwnBusiness):
    """Ways home."""

    list_display = ("vehicle", "returned_on", "recorded_at", "recorded_by_label", "annulled_at")
    search_fields = ("vehicle__vin",)
    list_select_related = ("vehicle",)
    date_hierarchy = "recorded_at"


@admin.register(CrewLink)
class CrewLinkAdmin(OwnBusiness):
    """Links of ferrymen; the token opens a page and is not shown."""

    hidden = ("token", "digest")
    list_display = ("member", "created_at", "created_by", "ended_at")
    list_select_related = ("member", "created_by")
    date_hierarchy = "created_at"


@admin.register(PoolMember)
class PoolMemberAdmin(OwnBusiness):
    """Who may take a vehicle of which declaration."""

    list_display = ("declaration", "member", "added_at", "added_by")
    search_fields = ("declaration__reference",)
    list_select_related = ("declaration", "member", "added_by")
    date_hierarchy = "added_at"


@admin.register(PersonalView)
class PersonalViewAdmin(OwnBusiness):
    """Who opened whose personal facts, and when."""

    list_display = ("member", "by", "at")
    list_select_related = ("member", "by")
    date_hierarchy = "at"
