"""What people were told, and how it went out; addresses are not shown."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from declarations.admin.frame import ReadOnly
from declarations.models import Delivery, HistoryTold, Notice, NoticeRead, Preference, ReadinessTold


@admin.register(Notice)
class NoticeAdmin(ReadOnly):
    """Notices by kind and audience."""

    of_declaration = "declaration"
    list_display = ("at", "kind", "audience", "declaration", "vehicle", "vehicles", "port")
    list_filter = ("audience", "kind")
    search_fields = ("declaration__reference", "vehicle__vin", "cause")
    list_select_related = ("declaration", "vehicle", "port")
    date_hierarchy = "at"
    ordering = ("-id",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    """Messages; one that was given up stands among the outbox tasks as `deliver` with its id."""

    of_declaration = "declaration"
    hidden = ("address", "notices")
    list_display = ("id", "way", "kind", "declaration", "user", "due_at", "sent_at")
    list_filter = ("way", ("sent_at", admin.EmptyFieldListFilter))
    search_fields = ("public_id", "declaration__reference")
    list_select_related = ("declaration", "user")
    date_hierarchy = "due_at"


@admin.register(ReadinessTold)
class ReadinessToldAdmin(ReadOnly):
    """What was told last of each vehicle's readiness."""

    of_declaration = "vehicle__declaration"
    list_display = ("vehicle", "ready", "was_ready", "changes")
    search_fields = ("vehicle__vin",)
    list_select_related = ("vehicle",)


class OfWhoRuns(ReadOnly):
    """Rows that are nobody's business but of whoever runs the system."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[NoticeRead]:
        """Nothing for officers."""
        rows: QuerySet[NoticeRead] = super().get_queryset(request)
        return rows if self.has_operate_permission(request) else rows.none()


@admin.register(NoticeRead)
class NoticeReadAdmin(OfWhoRuns):
    """Who has read what."""

    list_display = ("notice", "user", "at")
    search_fields = ("user__username",)
    list_select_related = ("notice", "user")
    date_hierarchy = "at"


@admin.register(HistoryTold)
class HistoryToldAdmin(OfWhoRuns):
    """History rows that have become notices, or make none."""

    list_display = ("history_id", "at")
    search_fields = ("history_id",)
    date_hierarchy = "at"


@admin.register(Preference)
class PreferenceAdmin(OfWhoRuns):
    """Language and mails of people."""

    list_display = ("user", "mail_now", "mail_soon", "mail_info")
    search_fields = ("user__username",)
    list_select_related = ("user",)
