"""Controls, and why something was selected."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from declarations import risk
from declarations.admin.frame import NoForm, ReadOnly, ReasonForm, Rows, act
from declarations.clearance import decisions, holds, inspections, overrides
from declarations.models import (
    DocumentCheck,
    DocumentRequest,
    Hold,
    Inspection,
    Override,
    RiskHit,
    RiskRule,
)
from declarations.words import InspectionCheck, InspectionNext


class ResultForm(forms.Form):
    """The result of an inspection."""

    satisfactory = forms.ChoiceField(
        label=_("Result"), choices=[("yes", _("satisfactory")), ("no", _("not satisfactory"))]
    )
    findings = forms.CharField(label=_("Findings"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    next_step = forms.ChoiceField(label=_("What next"), required=False, choices=[("", "–"), *InspectionNext.choices])


def lift(row: Hold, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Take a hold away."""
    return holds.lift(public_id=row.public_id, by=by, reason=values["reason"], now=now)


def accept_papers(row: DocumentCheck, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Close a document check as accepted."""
    return _close(row, "RELEASE", values, by, now)


def refuse_papers(row: DocumentCheck, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Close a document check as refused."""
    return _close(row, "REFUSE", values, by, now)


def _close(row: DocumentCheck, result: str, values: dict[str, Any], by: Any, now: datetime) -> object:
    return decisions.decide(
        declaration_id=row.declaration_id,
        result=result,
        reason=values["reason"],
        vins=[row.vehicle.vin],
        by=by,
        now=now,
    )


def start(row: Inspection, _values: dict[str, Any], by: Any, now: datetime) -> object:
    """Begin an examination."""
    return inspections.start(public_id=row.public_id, by=by, now=now)


def finish(row: Inspection, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Record the result."""
    return inspections.finish(
        public_id=row.public_id,
        satisfactory=values["satisfactory"] == "yes",
        findings=values["findings"],
        next_step=values["next_step"],
        by=by,
        now=now,
    )


def waive(row: Inspection, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Let an order go."""
    return inspections.waive(public_id=row.public_id, reason=values["reason"], by=by, now=now)


def grant(row: Override, _values: dict[str, Any], by: Any, now: datetime) -> object:
    """The second person agrees."""
    return overrides.grant(public_id=row.public_id, by=by, now=now)


@admin.register(Hold)
class HoldAdmin(ReadOnly):
    """Holds; lifted by somebody else."""

    of_declaration = "declaration"
    list_display = ("reason", "declaration", "vehicle", "placed_by", "placed_at", "lifted_by", "lifted_at")
    list_filter = ("reason", ("lifted_at", admin.EmptyFieldListFilter), "declaration__port")
    search_fields = ("declaration__reference", "vehicle__vin", "text", "public_text")
    list_select_related = ("reason", "declaration", "vehicle", "placed_by", "lifted_by")
    date_hierarchy = "placed_at"
    actions = (act(_("Lift"), lift),)


@admin.register(DocumentCheck)
class DocumentCheckAdmin(ReadOnly):
    """Document checks."""

    of_declaration = "declaration"
    list_display = ("vehicle", "declaration", "because", "status", "opened_at", "closed_at", "closed_by")
    list_filter = ("status", "because", "declaration__port")
    search_fields = ("declaration__reference", "vehicle__vin")
    list_select_related = ("vehicle", "declaration", "closed_by")
    date_hierarchy = "opened_at"
    actions = (act(_("Accept documents"), accept_papers), act(_("Refuse documents"), refuse_papers))


@admin.register(DocumentRequest)
class DocumentRequestAdmin(ReadOnly):
    """Papers that officers want to see."""

    of_declaration = "declaration"
    list_display = ("paper", "declaration", "vehicle", "asked_by", "asked_at", "due_at", "answered_at")
    list_filter = (("answered_at", admin.EmptyFieldListFilter), "declaration__port")
    search_fields = ("declaration__reference", "vehicle__vin")
    list_select_related = ("paper", "declaration", "vehicle", "asked_by")
    date_hierarchy = "asked_at"


@admin.register(Inspection)
class InspectionAdmin(ReadOnly):
    """Work orders."""

    of_declaration = "vehicle__declaration"
    list_display = (
        "vehicle",
        "agency",
        "bay",
        "status",
        "ordered_because",
        "ordered_by",
        "ordered_at",
        "closed_by",
        "closed_at",
        "next",
    )
    list_filter = ("status", "agency", "next", "vehicle__declaration__port")
    search_fields = ("vehicle__vin", "vehicle__declaration__reference", "findings")
    list_select_related = ("vehicle", "ordered_by", "closed_by")
    date_hierarchy = "ordered_at"
    actions = (
        act(_("Start"), start, form=NoForm),
        act(_("Record the result"), finish, form=ResultForm),
        act(_("Waive"), waive, form=ReasonForm),
    )


@admin.register(Override)
class OverrideAdmin(ReadOnly):
    """Overrides by two."""

    of_declaration = "vehicle__declaration"
    list_display = ("vehicle", "stage", "asked_by", "asked_at", "granted_by", "granted_at", "expires_at", "used_at")
    list_filter = ("stage", ("granted_at", admin.EmptyFieldListFilter))
    search_fields = ("vehicle__vin", "reason")
    list_select_related = ("vehicle", "asked_by", "granted_by")
    date_hierarchy = "asked_at"
    actions = (act(_("Grant"), grant, form=NoForm),)


class RuleForm(forms.ModelForm):
    """A rule whose condition can be understood."""

    checks = forms.MultipleChoiceField(
        label=_("What is examined"),
        choices=InspectionCheck.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = RiskRule
        fields = (
            "code",
            "version",
            "label",
            "scope",
            "port",
            "condition",
            "points",
            "channel",
            "checks",
            "valid_from",
            "valid_until",
        )

    def clean_condition(self) -> Any:
        """Only known facts and operators."""
        condition = self.cleaned_data["condition"]
        if faults := risk.faults_of(condition):
            raise forms.ValidationError(faults)
        return condition


@admin.register(RiskRule)
class RiskRuleAdmin(Rows):
    """Rules of selection. A change is a new version: "save as new" with the next number; the old one is ended."""

    of_port = "port_id"
    form = RuleForm
    save_as = True
    list_display = ("code", "version", "label", "scope", "port", "points", "channel", "valid_from", "valid_until")
    list_filter = ("scope", "channel", "port", ("valid_until", admin.EmptyFieldListFilter))
    search_fields = ("code", "label")
    list_select_related = ("port",)
    autocomplete_fields = ("port",)
    date_hierarchy = "valid_from"


@admin.register(RiskHit)
class RiskHitAdmin(ReadOnly):
    """Which rule selected what."""

    of_declaration = "declaration"
    list_display = ("rule_code", "rule_version", "channel", "points", "declaration", "vehicle", "at")
    list_filter = ("rule_code", "channel", "declaration__port")
    search_fields = ("rule_code", "declaration__reference", "vehicle__vin")
    list_select_related = ("declaration", "vehicle")
    date_hierarchy = "at"
