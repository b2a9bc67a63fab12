"""What the back-office pages of the gates have in common: who keeps rows, who only reads."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from checkpoint.models import Checkpoint, Lane
from declarations.models import ApiKey, Port, roles_of
from declarations.permissions import can_keep, kept_ports

PORT_OF: dict[type[models.Model], str] = {Port: "code", Checkpoint: "port", Lane: "checkpoint__port"}
"""The way from a row to its port."""


class Gates(admin.ModelAdmin):
    """Rows that are kept by hand but never deleted: passages point at them. A supervisor keeps those of his ports."""

    of_port: ClassVar[str] = ""
    """The way from a row to its port."""

    list_per_page = 50
    show_full_result_count = False
    change_form_template = "admin/acted_on.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What ended stays to be read."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only at one's own ports."""
        if not super().has_change_permission(request, obj):
            return False
        if obj is None:
            return True
        port = type(obj)._default_manager.filter(pk=obj.pk).values_list(self.of_port, flat=True).first()
        return can_keep(request.user, port)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Nothing is put to another port, and no device gets the key of a person."""
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        ports, way = kept_ports(request.user), PORT_OF.get(db_field.related_model)
        if ports is not None and way is not None:
            field.queryset = field.queryset.filter(**{f"{way}__in": ports})
        if db_field.related_model is ApiKey:
            field.queryset = field.queryset.filter(user=None)
        return field


class ReadOnly(Gates):
    """Rows that only scanning and deciding write."""

    hidden: ClassVar[tuple[str, ...]] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """All columns but the hidden ones."""
        return [each.name for each in self.model._meta.concrete_fields if each.name not in self.hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The same."""
        return self.get_fields(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows at the ports of this officer; the operator sees all."""
        rows = super().get_queryset(request)
        if getattr(request.user, "is_superuser", False):
            return rows
        return rows.filter(pk__in=self.visible_to(request.user).order_by().values("pk"))

    def visible_to(self, user: object) -> QuerySet[Any]:
        """The model's own slice."""
        return self.model._default_manager.visible_to(user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The gate inserts."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes."""
        return False


class OfLane(ReadOnly):
    """Rows about a lane that only machines and actions write; seen at one's own ports."""

    way: ClassVar[str] = "lane__checkpoint__port"

    def visible_to(self, user: object) -> QuerySet[Any]:
        """Those of the ports where the user is an officer."""
        ports = roles_of(user).ports()
        rows = self.model._default_manager.all()
        return rows if ports is None else rows.filter(**{f"{self.way}__in": ports})
