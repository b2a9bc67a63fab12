"""Who takes part: organisations, roles, keys of programs, keys of passes."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from declarations.admin.frame import ReadOnly, Rows, act
from declarations.clearance import issuing, verification
from declarations.models import ApiKey, Authority, IdempotencyKey, Organisation, PassKey, Role, roles_of


def verify(row: Organisation, _values: dict[str, Any], by: Any, now: datetime) -> object:
    """An enterprise's papers were seen."""
    return verification.verify(organisation_id=row.pk, by=by, now=now)


def refuse(row: Organisation, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Something is wrong with it."""
    return verification.refuse(organisation_id=row.pk, reason=values["reason"], by=by, now=now)


def revoke_key(row: ApiKey, _values: dict[str, Any], by: Any, now: datetime) -> object:
    """A program's key is closed."""
    return verification.revoke_key(api_key_id=row.pk, by=by, now=now)


def rotate(_row: PassKey, _values: dict[str, Any], _by: Any, now: datetime) -> object:
    """A new signing key; the one before verifies on."""
    return issuing.rotate(now=now)


def revoke_pass_key(row: PassKey, _values: dict[str, Any], _by: Any, now: datetime) -> object:
    """A signing key that leaked."""
    return issuing.revoke_key(kid=row.kid, now=now)


admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Accounts, as Django keeps them; what is stored of a password is for whoever may set it anew."""

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Without the password for everybody who only reads."""
        groups = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return groups
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name != "password"]})
            for title, options in groups
        ]


@admin.register(Organisation)
class OrganisationAdmin(Rows):
    """Enterprises; verified by a button alone."""

    list_display = ("name", "uscc", "kind", "is_trusted", "verified_at", "verified_by")
    list_filter = ("kind", "is_trusted", ("verified_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "uscc")
    list_select_related = ("verified_by",)
    readonly_fields = (
        *("verified_at", "verified_by", "refused_at", "refused_by", "refusal"),
        *("applied_by", "applied_at", "created_at"),
    )
    date_hierarchy = "created_at"
    actions = (act(_("Verify"), verify), act(_("Do not verify"), refuse))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Enterprises come in through their registration."""
        return False


@admin.register(Role)
class RoleAdmin(Rows):
    """What a person may do, and where."""

    list_display = ("user", "role", "agency", "organisation", "manages", "port")
    list_filter = ("role", "agency", "port")
    search_fields = ("user__username", "organisation__name")
    list_select_related = ("user", "organisation", "port")
    autocomplete_fields = ("user", "organisation", "port")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A role is taken away."""
        return bool(admin.ModelAdmin.has_delete_permission(self, request, obj))


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly):
    """Keys by their first characters; their text is nowhere. Not those of one's own enterprise's people."""

    def get_queryset(self, request: HttpRequest) -> Any:
        """An officer looks at others."""
        own = Role.objects.filter(organisation__in=roles_of(request.user).organisations)
        return super().get_queryset(request).exclude(user__in=own.values("user"))

    hidden = ("digest",)
    list_display = ("label", "hint", "user", "scope", "created_at", "last_used_on", "expires_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), ("user", admin.EmptyFieldListFilter))
    search_fields = ("label", "hint", "user__username")
    list_select_related = ("user",)
    date_hierarchy = "created_at"
    actions = (act(_("Revoke"), revoke_key),)


@admin.register(Authority)
class AuthorityAdmin(ReadOnly):
    """Which agent acts for whom; not one's own enterprise's."""

    def get_queryset(self, request: HttpRequest) -> Any:
        """An officer looks at others."""
        own = roles_of(request.user).organisations
        return super().get_queryset(request).exclude(Q(principal__in=own) | Q(agent__in=own))

    list_display = ("principal", "agent", "document_number", "valid_from", "valid_until", "accepted_at", "ended_at")
    list_filter = (("accepted_at", admin.EmptyFieldListFilter), ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("principal__name", "principal__uscc", "agent__name", "agent__uscc", "document_number")
    list_select_related = ("principal", "agent")
    date_hierarchy = "granted_at"


@admin.register(PassKey)
class PassKeyAdmin(ReadOnly):
    """Keys that sign passes."""

    hidden = ("private", "public")
    list_display = ("__str__", "status", "created_at", "retired_at", "revoked_at")
    list_filter = ("status",)
    date_hierarchy = "created_at"
    actions = (
        act(_("Rotate: make a new signing key"), rotate, only="superuser"),
        act(_("Revoke"), revoke_pass_key, only="superuser"),
    )


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnly):
    """Answers kept for repetitions; they hold what the caller may read, so they are not shown."""

    hidden = ("answer", "body_digest")
    list_display = ("actor", "key", "status_code", "created_at")
    search_fields = ("actor", "key")
    date_hierarchy = "created_at"
