"""Declarations and their vehicles, papers, drivers and passes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from declarations import actions
from declarations.admin.frame import ReadOnly, ReasonForm, act, masked
from declarations.clearance import decisions, holds, inspections
from declarations.models import (
    Admission,
    Declaration,
    DeclarationVersion,
    Driver,
    Ferryman,
    HoldReason,
    Paper,
    PaperType,
    Pass,
    ProblemOverride,
    Vehicle,
)


class HoldForm(forms.Form):
    """Why a hold is placed."""

    reason_code = forms.ModelChoiceField(label=_("Why"), queryset=HoldReason.objects.all())
    text = forms.CharField(label=_("For officers only"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    public_text = forms.CharField(label=_("What exporter and driver read"), max_length=300, required=False)


class PapersForm(ReasonForm):
    """Which papers are asked for."""

    papers = forms.ModelMultipleChoiceField(
        label=_("Papers"), queryset=PaperType.objects.all(), widget=forms.CheckboxSelectMultiple
    )


class OrderForm(forms.Form):
    """Why a vehicle is examined."""

    because = forms.CharField(label=_("What is to be examined, and why"), max_length=200)


class DetentionEndForm(ReasonForm):
    """How a detention ends."""

    withdrawn = forms.BooleanField(label=_("take the vehicle out of the declaration"), required=False)


def hold(row: Declaration, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Block the whole declaration."""
    return _place(row.pk, None, values, by, now)


def hold_vehicle(row: Vehicle, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Block one vehicle."""
    return _place(row.declaration_id, row.pk, values, by, now)


def _place(declaration_id: int, vehicle_id: int | None, values: dict[str, Any], by: Any, now: datetime) -> object:
    return holds.place(
        declaration_id=declaration_id,
        vehicle_id=vehicle_id,
        reason_code=values["reason_code"].pk,
        text=values["text"],
        public_text=values["public_text"],
        by=by,
        now=now,
    )


def _decide(name: str, result: str) -> Callable[..., object]:
    def work(row: Declaration, values: dict[str, Any], by: Any, now: datetime) -> object:
        return decisions.decide(declaration_id=row.pk, result=result, reason=values["reason"], by=by, now=now)

    work.__name__ = name
    return work


def request_documents(row: Declaration, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Ask for papers of the whole declaration."""
    papers = [{"code": paper.code, "vin": None, "why": values["reason"][:300]} for paper in values["papers"]]
    return decisions.decide(
        declaration_id=row.pk,
        result="REQUEST_DOCUMENTS",
        reason=values["reason"],
        documents=papers,
        by=by,
        now=now,
    )


def grant_appeal(row: Declaration, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Look at a refusal again."""
    return decisions.grant_appeal(declaration_id=row.pk, reason=values["reason"], by=by, now=now)


def cancel(row: Declaration, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Call a declaration off."""
    return actions.cancel(declaration_id=row.pk, reason=values["reason"], by=by, now=now)


def order_inspection(row: Vehicle, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Have a vehicle examined."""
    return inspections.order(vehicle_id=row.pk, text=values["because"], by=by, now=now)


def detain(row: Vehicle, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Keep a referred vehicle."""
    return decisions.detain(vehicle_id=row.pk, reason=values["reason"], by=by, now=now)


def end_detention(row: Vehicle, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Let a detained vehicle go."""
    return decisions.end_detention(
        vehicle_id=row.pk, withdrawn=values["withdrawn"], reason=values["reason"], by=by, now=now
    )


def accept_problem(row: ProblemOverride, values: dict[str, Any], by: Any, now: datetime) -> object:
    """Accept a problem that may have a legal exception."""
    return actions.accept_problem(
        declaration_id=row.declaration_id, vin=row.vin, code=row.code, reason=values["reason"], by=by, now=now
    )


@admin.register(Declaration)
class DeclarationAdmin(ReadOnly):
    """Declarations."""

    of_declaration = "pk"
    hidden = ("entered", "revision", "begun_key", "typed_key")
    list_display = ("reference", "organisation", "port", "status", "channel", "lodged_at", "released_at", "updated_at")
    list_filter = ("status", "channel", "port", "mode", "direction")
    search_fields = ("reference", "functional_reference", "registration_number", "organisation__name", "vehicles__vin")
    list_select_related = ("organisation", "port")
    date_hierarchy = "created_at"
    actions = (
        act(_("Release"), _decide("release", "RELEASE")),
        act(_("Refuse"), _decide("refuse", "REFUSE")),
        act(_("Request documents"), request_documents, form=PapersForm),
        act(_("Place a hold"), hold, form=HoldForm),
        act(_("Grant the appeal"), grant_appeal),
        act(_("Cancel"), cancel),
    )


@admin.register(Vehicle)
class VehicleAdmin(ReadOnly):
    """Vehicles."""

    of_declaration = "declaration"
    hidden = ("entered", "plate_key", "begun_key", "typed_key")
    list_display = ("vin", "make", "model", "plate", "status", "channel", "ready", "live", "declaration")
    list_filter = ("status", "channel", "ready", "live", "condition", "powertrain", "declaration__port")
    search_fields = ("vin", "plate", "declaration__reference")
    list_select_related = ("declaration",)
    date_hierarchy = "status_at"
    actions = (
        act(_("Place a hold"), hold_vehicle, form=HoldForm),
        act(_("Order an inspection"), order_inspection, form=OrderForm),
        act(_("Detain"), detain),
        act(_("End the detention"), end_detention, form=DetentionEndForm),
    )


@admin.register(DeclarationVersion)
class DeclarationVersionAdmin(ReadOnly):
    """What was said, word for word."""

    of_declaration = "declaration"
    list_display = ("declaration", "version", "at", "by")
    search_fields = ("declaration__reference",)
    list_select_related = ("declaration", "by")
    date_hierarchy = "at"


@admin.register(ProblemOverride)
class ProblemOverrideAdmin(ReadOnly):
    """Problems put on the desk, and accepted ones."""

    of_declaration = "declaration"
    list_display = ("declaration", "vin", "code", "asked_by", "asked_at", "accepted_by", "accepted_at")
    list_filter = ("code", ("accepted_at", admin.EmptyFieldListFilter))
    search_fields = ("declaration__reference", "vin")
    list_select_related = ("declaration", "asked_by", "accepted_by")
    date_hierarchy = "asked_at"
    actions = (act(_("Accept"), accept_problem),)


@admin.register(Paper)
class PaperAdmin(ReadOnly):
    """Papers by number."""

    of_declaration = "vehicle__declaration"
    hidden = ("entered",)
    list_display = ("code", "number", "vehicle", "issued_on", "valid_until", "quantity")
    list_filter = ("code",)
    search_fields = ("number", "vehicle__vin")
    list_select_related = ("vehicle",)
    date_hierarchy = "valid_until"


@admin.register(Driver)
class DriverAdmin(ReadOnly):
    """Drivers: personal facts only as far as they help to recognise somebody."""

    of_declaration = "vehicle__declaration"
    hidden = ("name", "passport_number", "phone", "card", "passport_digest", "card_digest")
    also = ("shown_name", "shown_passport", "shown_phone", "shown_card")
    list_display = ("vehicle", "shown_name", "shown_passport", "nationality", "ferryman")
    list_filter = ("nationality",)
    search_fields = ("vehicle__vin",)
    list_select_related = ("vehicle", "ferryman")

    @admin.display(description=_("name"))
    def shown_name(self, row: Driver) -> str:
        """The first character."""
        return f"{row.name[:1]}•••" if row.name else ""

    @admin.display(description=_("passport number"))
    def shown_passport(self, row: Driver) -> str:
        """Its end."""
        return masked(row.passport_number)

    @admin.display(description=_("phone"))
    def shown_phone(self, row: Driver) -> str:
        """Its end."""
        return masked(row.phone)

    @admin.display(description=_("card"))
    def shown_card(self, row: Driver) -> str:
        """Its end."""
        return masked(row.card)


@admin.register(Ferryman)
class FerrymanAdmin(ReadOnly):
    """Drivers known by passport, over all exporters."""

    hidden = ("passport_digest", "card_digest")
    list_display = ("__str__", "created_at")
    date_hierarchy = "created_at"


@admin.register(Pass)
class PassAdmin(ReadOnly):
    """Passes by their manual code; the signed text is a credential and not shown."""

    of_declaration = "vehicle__declaration"
    hidden = ("code", "pass_id")
    also = ("manual_code",)
    list_display = ("manual_code", "vehicle", "version", "status", "port", "valid_from", "valid_until", "issued_at")
    list_filter = ("status", "port")
    search_fields = ("vin", "vehicle__declaration__reference")
    list_select_related = ("vehicle", "port")
    date_hierarchy = "issued_at"

    @admin.display(description=_("manual code"))
    def manual_code(self, row: Pass) -> str:
        """Twelve characters."""
        return row.manual_code


@admin.register(Admission)
class AdmissionAdmin(ReadOnly):
    """Which vehicle was let through which stage."""

    of_declaration = "vehicle__declaration"
    list_display = ("vehicle", "stage", "at", "annulled_at", "annulled_by", "annul_reason")
    list_filter = ("stage", ("annulled_at", admin.EmptyFieldListFilter))
    search_fields = ("vehicle__vin",)
    list_select_related = ("vehicle", "annulled_by")
    date_hierarchy = "at"
