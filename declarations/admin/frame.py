"""What all lists of the back-office share: scope, read-only rows, buttons that ask and call an action."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from declarations.errors import DomainError
from declarations.lifecycle import MoveNotAllowed
from declarations.models import Declaration, Port, StaleMove
from declarations.permissions import can_keep, kept_ports

Work = Callable[[Any, dict[str, Any], Any, datetime], object]
"""One row, the clean values of the form, who, when."""


class ReasonForm(forms.Form):
    """Why; it stays in the history."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "cols": 60})
    )


class NoForm(forms.Form):
    """An act that needs no words."""


class Rows(admin.ModelAdmin):
    """A list that is quick on many rows and keeps to what this person may see."""

    of_declaration: ClassVar[str | None] = None
    """The path from a row to its declaration; a list without one is the same for everybody who may open it."""

    of_port: ClassVar[str] = ""
    """The column with the code of its port, where a supervisor keeps the rows of his own ports only."""

    list_per_page = 50
    show_full_result_count = False
    change_form_template = "admin/acted_on.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of the declarations that this officer sees as one; the operator sees all."""
        rows = super().get_queryset(request)
        if self.of_declaration is None or getattr(request.user, "is_superuser", False):
            return rows
        seen = Declaration.objects.for_officer(request.user).order_by()
        return rows.filter(**{f"{self.of_declaration}__in": seen})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The row, with its acts as buttons."""
        offered = [each for each in self.get_actions(request).values() if each is not None]
        acts = [(name, words) for _run, name, words in offered]
        return super().change_view(request, object_id, form_url, {"acts": acts, **(extra_context or {})})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Where a row belongs to a port, only who keeps that port."""
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or not self.of_port or can_keep(request.user, getattr(obj, self.of_port))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new port is for who keeps all of them."""
        allowed: bool = super().has_add_permission(request)
        return allowed and (self.of_port != "code" or can_keep(request.user, None))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Nothing is put to another port, or to all of them."""
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        ports = kept_ports(request.user) if self.of_port and db_field.related_model is Port else None
        if ports is not None:
            field.queryset, field.required = field.queryset.filter(code__in=ports), True
        return field

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whoever runs the system."""
        return bool(getattr(request.user, "is_superuser", False))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted here: what ended stays to be read."""
        return False


class ReadOnly(Rows):
    """Rows that only actions write: every field is shown, none can be typed into."""

    hidden: ClassVar[tuple[str, ...]] = ()
    """Columns that nobody needs to read, or must not."""

    also: ClassVar[tuple[str, ...]] = ()
    """Methods shown after the columns."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """All columns but the hidden ones."""
        columns = (each.name for each in self.model._meta.concrete_fields)
        return [name for name in columns if name != "id" and name not in self.hidden] + list(self.also)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The same."""
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Actions insert."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Actions change."""
        return False


def act(label: str | Promise, work: Work, *, form: type[forms.Form] = ReasonForm, only: str = "") -> Any:
    """A button and an entry in the list's menu: asks for what the form wants, then calls one action per row.

    only: "superuser" for acts of whoever runs the system.
    """

    def run(model_admin: Rows, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        filled = form(request.POST if "confirmed" in request.POST else None)
        if not filled.is_valid():
            return _ask(model_admin, request, rows, filled, label)
        found = list(rows)
        done = [row for row in found if _do(model_admin, request, row, filled.cleaned_data, work, label)]
        if done:
            messages.success(request, _("%(label)s: done for %(rows)s.") % {"label": label, "rows": _names(done)})
        if len(found) == 1:
            return HttpResponseRedirect(_page(model_admin, found[0]))
        return None

    run.__name__ = f"act_{work.__name__}"
    run.short_description = label  # type: ignore[attr-defined]
    run.allowed_permissions = ["operate" if only else "view"]  # type: ignore[attr-defined]
    return run


def _do(model_admin: Rows, request: HttpRequest, row: Any, values: dict[str, Any], work: Work, label: object) -> bool:
    try:
        with transaction.atomic():
            work(row, values, request.user, timezone.now())
    except (DomainError, MoveNotAllowed, StaleMove) as refusal:
        messages.error(request, f"{row}: {refusal}")
        return False
    model_admin.log_change(request, row, f"{label}: {values.get('reason', '')}".rstrip(": "))
    return True


def _ask(
    model_admin: Rows, request: HttpRequest, rows: QuerySet[Any], form: forms.Form, label: object
) -> TemplateResponse:
    meta = model_admin.model._meta
    return TemplateResponse(
        request,
        "admin/act.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": label,
            "opts": meta,
            "rows": rows,
            "form": form,
            "action": request.POST.get("action", ""),
            "back": reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"),
        },
    )


def _page(model_admin: Rows, row: models.Model) -> str:
    meta = model_admin.model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def _names(rows: list[Any]) -> str:
    return ", ".join(map(str, rows[:10])) + (" …" if len(rows) > 10 else "")


def masked(text: str | None, *, keep: int = 2) -> str:
    """A personal fact as far as it helps to recognise it: its end."""
    return "" if not text else "•••" + (text[-keep:] if len(text) > 2 * keep else "")
