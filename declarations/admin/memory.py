"""History, which never changes, the work that is owed, and the files that it made."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from declarations import outbox
from declarations.admin.frame import NoForm, ReadOnly, act
from declarations.models import History, OutboxTask, PrintJob


def set_free(row: OutboxTask, _values: dict[str, Any], _by: Any, now: datetime) -> None:
    """Try a task again that was given up."""
    outbox.set_free(task_id=row.pk, now=now)


@admin.register(History)
class HistoryAdmin(ReadOnly):
    """Every move and note; rows cannot be added, changed or deleted, here or anywhere."""

    of_declaration = "declaration"
    list_display = ("at", "machine", "declaration", "vehicle", "from_status", "to_status", "reason", "by_label")
    list_filter = ("machine", "to_status")
    search_fields = ("declaration__reference", "vehicle__vin", "reason", "by_label", "trace_id")
    list_select_related = ("declaration", "vehicle")
    date_hierarchy = "at"
    ordering = ("-id",)


@admin.register(OutboxTask)
class OutboxTaskAdmin(ReadOnly):
    """Work that was promised; what was given up is set free by a button."""

    list_display = ("kind", "subject", "created_at", "due_at", "attempts", "done_at", "failed_at")
    list_filter = ("kind", ("done_at", admin.EmptyFieldListFilter), ("failed_at", admin.EmptyFieldListFilter))
    search_fields = ("kind", "subject", "trace_id")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    actions = (act(_("Set free"), set_free, form=NoForm, only="superuser"),)


@admin.register(PrintJob)
class PrintJobAdmin(ReadOnly):
    """Printed passes that wait to be fetched; the file itself is for its exporter."""

    of_declaration = "declaration"
    hidden = ("file",)
    list_display = ("declaration", "form", "passes", "asked_by", "asked_at", "made_at")
    list_filter = ("form", ("made_at", admin.EmptyFieldListFilter))
    search_fields = ("declaration__reference",)
    list_select_related = ("declaration", "asked_by")
    date_hierarchy = "asked_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the files: a list of them would be read and decrypted for nothing."""
        return super().get_queryset(request).defer("file")
