"""Links and hand-overs. What opens a page, reaches a telephone or shows a photo stays hidden from everybody here."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from declarations.admin.frame import ReadOnly
from declarations.models import HandOver, HandOverCode, HandOverPhoto, ImporterMail, Link, Phone


@admin.register(Link)
class LinkAdmin(ReadOnly):
    """Who made links for whom, and when they ended."""

    of_declaration = "vehicle__declaration"
    hidden = ("token", "digest")
    list_display = ("vehicle", "audience", "created_at", "created_by_label", "ended_at", "ended_because")
    list_filter = ("audience", ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("vehicle__vin", "vehicle__declaration__reference")
    list_select_related = ("vehicle",)
    date_hierarchy = "created_at"


@admin.register(ImporterMail)
class ImporterMailAdmin(ReadOnly):
    """That an importer is written to and in which language, not where."""

    of_declaration = "declaration"
    hidden = ("mail",)
    list_display = ("declaration", "language", "changed_at", "changed_by")
    list_filter = ("language",)
    search_fields = ("declaration__reference",)
    list_select_related = ("declaration", "changed_by")
    date_hierarchy = "changed_at"


@admin.register(Phone)
class PhoneAdmin(ReadOnly):
    """That telephones want news, not where they are reached."""

    of_declaration = "link__vehicle__declaration"
    hidden = ("endpoint", "endpoint_digest", "public_key", "secret")
    list_display = ("id", "link", "language", "created_at", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    search_fields = ("link__vehicle__declaration__reference",)
    list_select_related = ("link",)
    date_hierarchy = "created_at"


@admin.register(HandOver)
class HandOverAdmin(ReadOnly):
    """What importers answered; their remarks are for the exporter."""

    of_declaration = "vehicle__declaration"
    hidden = ("remarks",)
    list_display = ("vehicle", "result", "at", "one_sided")
    list_filter = ("result", "one_sided")
    search_fields = ("vehicle__vin", "vehicle__declaration__reference")
    list_select_related = ("vehicle",)
    date_hierarchy = "at"


@admin.register(HandOverCode)
class HandOverCodeAdmin(ReadOnly):
    """Whether a code was made, tried and used."""

    of_declaration = "vehicle__declaration"
    hidden = ("digest",)
    list_display = ("vehicle", "made_at", "made_by", "wrong_tries", "used_at")
    search_fields = ("vehicle__vin", "vehicle__declaration__reference")
    list_select_related = ("vehicle", "made_by")
    date_hierarchy = "made_at"


@admin.register(HandOverPhoto)
class HandOverPhotoAdmin(ReadOnly):
    """That photos are kept; the pictures are for exporter and importer."""

    of_declaration = "vehicle__declaration"
    hidden = ("photo", "digest")
    list_display = ("vehicle", "side", "taken_by", "at")
    list_filter = ("side", "taken_by")
    search_fields = ("vehicle__vin", "vehicle__declaration__reference")
    list_select_related = ("vehicle",)
    date_hierarchy = "at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[HandOverPhoto]:
        """Without the pictures: a list of them would be read and decrypted for nothing."""
        rows: QuerySet[HandOverPhoto] = super().get_queryset(request)
        return rows.defer("photo")
