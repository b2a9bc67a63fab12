"""Code lists: rows, so that an officer can mend them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from declarations.admin.frame import Rows
from declarations.clearance import closures
from declarations.models import (
    Bay,
    Closure,
    Country,
    Currency,
    HoldReason,
    Hs6,
    Incoterm,
    NationalCode,
    PaperType,
    PlatePattern,
    PlateRegion,
    Port,
    Wmi,
)

NAMES = ("name_zh", "name_en", "name_ru", "name_kk")


class CodeList(Rows):
    """A list with a code, which others point at and which therefore stays."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code, once it is there."""
        key = self.model._meta.pk
        return (key.name,) if obj is not None and key is not None else ()


@admin.register(Port)
class PortAdmin(CodeList):
    """Ports with their rules of time and risk."""

    of_port = "code"
    list_display = ("code", *NAMES, "is_open", "entry_advises", "random_share", "plate_confidence", "weight_tolerance")
    list_filter = ("is_open", "country")
    search_fields = ("code", *NAMES)


@admin.register(Bay)
class BayAdmin(CodeList):
    """Bays of the yards; one that is closed gets no new order."""

    of_port = "port_id"
    list_display = ("code", "port", "agency", "is_open", *NAMES)
    list_filter = ("is_open", "agency", "port")
    search_fields = ("code", *NAMES)
    list_select_related = ("port",)
    autocomplete_fields = ("port",)


@admin.register(Closure)
class ClosureAdmin(Rows):
    """Times in which a port lets nobody through."""

    of_port = "port_id"
    list_display = ("port", "starts_at", "ends_at", "public_reason")
    list_filter = ("port",)
    search_fields = ("public_reason",)
    list_select_related = ("port",)
    autocomplete_fields = ("port",)
    date_hierarchy = "starts_at"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The port, once it is entered: another port's closure is another one."""
        return () if obj is None else ("port",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Whoever is on the way learns of it."""
        closures.announce(obj, by=request.user, now=timezone.now())  # type: ignore[arg-type]


@admin.register(Country, Incoterm, Currency, HoldReason, PlateRegion)
class NamedAdmin(CodeList):
    """A code with its names."""

    list_display = ("code", *NAMES)
    search_fields = ("code", *NAMES)


@admin.register(Hs6)
class Hs6Admin(CodeList):
    """Subheadings and the bounds between them."""

    list_display = ("hs6", "category", "powertrain", "displacement_min_cc", "displacement_max_cc", "name_en", "name_zh")
    list_filter = ("category", "powertrain")
    search_fields = ("hs6", *NAMES)


@admin.register(NationalCode)
class NationalCodeAdmin(CodeList):
    """Codes that need an export licence."""

    list_display = ("code", "export_licence_from", *NAMES)
    search_fields = ("code", *NAMES)


@admin.register(Wmi)
class WmiAdmin(CodeList):
    """Makers by the beginning of a VIN."""

    list_display = ("wmi", "maker", "group", "vehicles", "confidence")
    list_filter = ("confidence",)
    search_fields = ("wmi", "maker", "group")


@admin.register(PaperType)
class PaperTypeAdmin(CodeList):
    """Kinds of papers and who needs them."""

    list_display = (
        "code",
        "place",
        "new_export",
        "used_export",
        "for_import",
        "covers",
        "from_on",
        "name_en",
        "name_zh",
    )
    list_filter = ("place", "new_export", "used_export")
    search_fields = ("code", *NAMES)


@admin.register(PlatePattern)
class PlatePatternAdmin(Rows):
    """How a temporary plate may look."""

    list_display = ("pattern", "note")
    search_fields = ("pattern", "note")
