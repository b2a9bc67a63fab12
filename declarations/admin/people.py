"""People beside Django's users: accounts, second factors, invitations, and what was done to whom. Nothing is typed."""

from django.contrib import admin

from declarations.admin.frame import ReadOnly
from declarations.models import (
    Account,
    Factor,
    Invitation,
    Letter,
    PartyHistory,
    RecoveryCode,
    SignIn,
    SignUp,
)


@admin.register(Account)
class AccountAdmin(ReadOnly):
    """What is kept of a person."""

    hidden = ("mail_key",)
    list_display = ("user", "language", "mail_confirmed_at", "generation")
    search_fields = ("user__username",)
    list_select_related = ("user",)


@admin.register(Factor)
class FactorAdmin(ReadOnly):
    """Second factors; their secrets are nowhere to be read."""

    hidden = ("secret", "last_step")
    list_display = ("user", "kind", "label", "created_at", "confirmed_at", "last_used_at")
    list_filter = ("kind",)
    search_fields = ("user__username",)
    list_select_related = ("user",)
    date_hierarchy = "created_at"


@admin.register(RecoveryCode)
class RecoveryCodeAdmin(ReadOnly):
    """Whose codes are left."""

    hidden = ("digest",)
    list_display = ("user", "created_at", "used_at")
    search_fields = ("user__username",)
    list_select_related = ("user",)
    date_hierarchy = "created_at"


@admin.register(SignIn)
class SignInAdmin(ReadOnly):
    """Who signed in when; what opens the session is nowhere to be read."""

    hidden = ("key", "digest")
    list_display = ("user", "device", "began_at")
    search_fields = ("user__username",)
    list_select_related = ("user",)
    date_hierarchy = "began_at"


@admin.register(SignUp)
class SignUpAdmin(ReadOnly):
    """Who has not followed the link yet; only the organisation is shown."""

    hidden = ("digest", "mail", "name", "password")
    list_display = ("organisation_name", "uscc", "kind", "created_at", "expires_at")
    search_fields = ("organisation_name", "uscc")
    date_hierarchy = "created_at"


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    """Who was invited by whom; the address is for the organisation alone."""

    hidden = ("digest", "mail", "mail_key")
    list_display = ("organisation", "role", "manages", "invited_by", "invited_at", "accepted_by", "withdrawn_at")
    list_filter = ("role",)
    search_fields = ("organisation__name",)
    list_select_related = ("organisation", "invited_by", "accepted_by")
    date_hierarchy = "invited_at"


@admin.register(Letter)
class LetterAdmin(ReadOnly):
    """Mails that went out, or wait to."""

    hidden = ("mail", "content")
    list_display = ("kind", "language", "created_at", "sent_at")
    list_filter = ("kind", ("sent_at", admin.EmptyFieldListFilter))
    date_hierarchy = "created_at"


@admin.register(PartyHistory)
class PartyHistoryAdmin(ReadOnly):
    """What was done to people and organisations."""

    list_display = ("at", "deed", "organisation", "person", "by_label", "text")
    list_filter = ("deed",)
    search_fields = ("organisation__name", "organisation__uscc", "person__username", "by_label", "trace_id")
    list_select_related = ("organisation", "person")
    date_hierarchy = "at"
