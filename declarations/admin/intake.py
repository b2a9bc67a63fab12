"""Bulk intake. A draft is its exporter's: officers find here only what belongs to declarations that they see."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from declarations.admin.frame import ReadOnly
from declarations.models import CatalogueModel, Sheet, SheetFile, SheetRow


@admin.register(Sheet)
class SheetAdmin(ReadOnly):
    """Spreadsheets, and how far workers have come with them."""

    of_declaration = "declaration"
    hidden = ("digest", "columns", "notes")
    list_display = ("name", "declaration", "uploaded_at", "total", "checked", "refusal", "taken_at")
    search_fields = ("name", "declaration__reference")
    list_select_related = ("declaration",)
    date_hierarchy = "uploaded_at"


@admin.register(SheetFile)
class SheetFileAdmin(ReadOnly):
    """That a file is kept; what it says is for the exporter alone."""

    of_declaration = "sheet__declaration"
    hidden = ("data",)
    list_display = ("sheet", "id")
    search_fields = ("sheet__name",)
    list_select_related = ("sheet",)


@admin.register(SheetRow)
class SheetRowAdmin(ReadOnly):
    """Rows by number and VIN; what they say of drivers is encrypted and not shown."""

    of_declaration = "sheet__declaration"
    hidden = ("content", "remarks")
    list_display = ("sheet", "number", "vin", "level", "taken_into")
    list_filter = ("level",)
    search_fields = ("vin", "sheet__name")
    list_select_related = ("sheet", "taken_into")


@admin.register(CatalogueModel)
class CatalogueModelAdmin(ReadOnly):
    """What exporters have entered of their models: their own business, shown to whoever runs the system."""

    list_display = ("name", "organisation", "updated_at", "updated_by")
    search_fields = ("name", "organisation__name")
    list_select_related = ("organisation", "updated_by")
    date_hierarchy = "updated_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[CatalogueModel]:
        """Nothing for officers."""
        rows: QuerySet[CatalogueModel] = super().get_queryset(request)
        return rows if self.has_operate_permission(request) else rows.none()
