"""Papers' files and licences. What a file says is read on the pages, where every look is logged, never here."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from declarations.admin.frame import ReadOnly
from declarations.models import Document, DocumentContent, Licence


class OperatorsOnly(ReadOnly):
    """Rows of an organisation that belong to no declaration: an exporter's own business."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Nothing for officers."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows if self.has_operate_permission(request) else rows.none()


@admin.register(Document)
class DocumentAdmin(ReadOnly):
    """That a file is there, of what, from whom; taken back ones too."""

    of_declaration = "declaration"
    hidden = ("digest", "content", "name")
    list_display = ("paper", "declaration", "vehicle", "kind", "size", "uploaded_at", "lodged_at", "removed_at")
    list_filter = ("paper",)
    search_fields = ("declaration__reference", "vehicle__vin")
    list_select_related = ("paper", "declaration", "vehicle")
    date_hierarchy = "uploaded_at"


@admin.register(DocumentContent)
class DocumentContentAdmin(OperatorsOnly):
    """How much is kept for whom."""

    hidden = ("digest", "data", "preview")
    list_display = ("id", "organisation", "kind", "size")
    list_filter = ("kind",)
    search_fields = ("organisation__name",)
    list_select_related = ("organisation",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DocumentContent]:
        """Without the contents: a list would decrypt them all."""
        return super().get_queryset(request).defer("data", "preview")


@admin.register(Licence)
class LicenceAdmin(OperatorsOnly):
    """Licence books."""

    hidden = ("key",)
    list_display = ("number", "organisation", "paper", "granted", "valid_until", "updated_at")
    search_fields = ("number", "organisation__name")
    list_select_related = ("organisation", "paper")
    date_hierarchy = "updated_at"
