"""What officers type: a scan, a decision, a reason. Clean values for exactly one action each."""

from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

from checkpoint.likeness import TAIL
from declarations import passes
from declarations.models import HoldReason, PaperType
from declarations.words import InspectionNext

MOST_SCANNED = 8000
"""Characters taken from a scanner; a QR code holds at most 4,296."""


class CodeField(forms.CharField):
    """Whatever a scanner typed: also rubbish has to be answered by the gate and not by the form."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators = [each for each in self.validators if not isinstance(each, ProhibitNullCharactersValidator)]


class ScanForm(forms.Form):
    """One scan. The id is made before the first try and stays until there is an answer."""

    scan_id = forms.UUIDField(widget=forms.HiddenInput)
    code = CodeField(
        label=_("Pass"),
        required=False,
        max_length=MOST_SCANNED,
        help_text=_("Scan the code, paste its text, or type the manual code."),
    )
    plate = forms.CharField(label=_("Plate on the car"), required=False, max_length=20)
    vin = forms.CharField(
        label=_("VIN on the car"), required=False, max_length=40, help_text=_("All 17 characters, or the last six.")
    )
    driver_card = forms.CharField(label=_("Driver's card"), required=False, max_length=64)

    def clean_code(self) -> str:
        """A slip of the finger is told at once: it need not become a case for somebody."""
        code: str = self.cleaned_data["code"]
        if passes.looks_like_manual_code(code) and passes.read_manual_code(code) is None:
            raise forms.ValidationError(_("One of its characters is mistyped. Compare it with the driver's screen."))
        return code

    def clean(self) -> dict[str, Any]:
        """At least one of the four has to be there."""
        values = super().clean() or {}
        if not self.errors and not any(values.get(name) for name in ("code", "plate", "vin", "driver_card")):
            self.add_error("code", _("Nothing was scanned. Scan the pass, or read the plate or the card."))
        return values

    def body(self) -> dict[str, Any]:
        """The question as a device would ask it. An officer reads with his own eyes: no confidence."""
        values = self.cleaned_data
        body: dict[str, Any] = {"code": values["code"] or None}
        if values["plate"]:
            body["plate"] = {"text": values["plate"]}
        if values["vin"]:
            body["vin_tail" if len(values["vin"].strip()) == TAIL else "vin"] = values["vin"]
        if values["driver_card"]:
            body["driver_card"] = values["driver_card"]
        return body


class SearchForm(forms.Form):
    """One line that finds a vehicle or a declaration."""

    q = forms.CharField(
        label=_("VIN, its last six characters, plate or reference"), required=False, max_length=40, strip=True
    )


class ActForm(forms.Form):
    """An act that needs no words."""


class NoForm(ActForm):
    """An act that needs no words."""


class ReasonForm(ActForm):
    """An act that needs a reason; it stays in the history for ever."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the history with your name."),
    )


class TextForm(ActForm):
    """A reason that the exporter will read."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The exporter reads it. Say what is wrong and how to repair it."),
    )


class DecisionForm(forms.Form):
    """What an officer decides about a passage."""

    result = forms.CharField(max_length=20)
    reason = forms.CharField(label=_("Reason"), max_length=2000)
    vin = forms.CharField(
        label=_("VIN on the car"),
        required=False,
        max_length=40,
        help_text=_("Without it the vehicle stays where it is: it may be another one."),
    )


class ContestForm(ReasonForm):
    """The VIN that an officer read on the car."""

    vin = forms.CharField(
        label=_("VIN on the car"), max_length=40, help_text=_("Read it on the car itself, not in the papers.")
    )
    field_order = ("vin", "reason")


class HoldForm(ActForm):
    """A hold: why, for the officers in full and for the exporter in public words."""

    reason_code = forms.ModelChoiceField(label=_("Why"), queryset=HoldReason.objects.none())
    text = forms.CharField(
        label=_("For officers only"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Exporter and driver never see this."),
    )
    public_text = forms.CharField(
        label=_("What exporter and driver read"),
        required=False,
        max_length=300,
        help_text=_("Empty: the name of the reason chosen above."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason_code"].queryset = HoldReason.objects.all()  # type: ignore[attr-defined]


class VehiclesForm(TextForm):
    """An act on ticked vehicles of one declaration."""

    vehicles = forms.MultipleChoiceField(label=_("Vehicles"), widget=forms.CheckboxSelectMultiple)
    field_order = ("vehicles", "reason")

    def __init__(self, *args: Any, vehicles: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["vehicles"].choices = vehicles  # type: ignore[attr-defined]
        if len(vehicles) == 1:
            self.fields["vehicles"].initial = [vehicles[0][0]]


class DocumentsForm(TextForm):
    """Which papers an officer wants to see, of which vehicles, and until when."""

    papers = forms.ModelMultipleChoiceField(
        label=_("Papers"), queryset=PaperType.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    vehicles = forms.MultipleChoiceField(
        label=_("Of these vehicles"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: of the declaration as a whole."),
    )
    due_at = forms.DateTimeField(
        label=_("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
        help_text=_("Empty: the usual time of this port. Beijing time."),
    )
    field_order = ("papers", "vehicles", "due_at", "reason")

    def __init__(self, *args: Any, vehicles: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["papers"].queryset = PaperType.objects.all()  # type: ignore[attr-defined]
        self.fields["vehicles"].choices = vehicles  # type: ignore[attr-defined]

    def documents(self) -> list[dict[str, Any]]:
        """One entry per paper and vehicle, as the action takes them."""
        values = self.cleaned_data
        return [
            {"code": paper.code, "vin": vin, "why": values["reason"][:300]}
            for paper in values["papers"]
            for vin in values["vehicles"] or [None]
        ]


class OrderForm(ActForm):
    """Why an inspection is ordered, in words that lists can show."""

    because = forms.CharField(
        label=_("What is to be examined, and why"),
        max_length=200,
        help_text=_("A few words; the inspection officer reads them first."),
    )


class ResultForm(ActForm):
    """The result of an inspection."""

    result = forms.ChoiceField(
        label=_("Result"),
        choices=[("SATISFACTORY", _("satisfactory")), ("NOT_SATISFACTORY", _("not satisfactory"))],
        widget=forms.RadioSelect,
    )
    findings = forms.CharField(
        label=_("Findings"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}), help_text=_("What you saw.")
    )
    next_step = forms.ChoiceField(
        label=_("What next"),
        required=False,
        choices=[("", "–"), *InspectionNext.choices],
        help_text=_("Only where the result is not satisfactory. A new inspection is ordered at once."),
    )

    def clean(self) -> dict[str, Any]:
        """A failure has to say what follows."""
        values = super().clean() or {}
        if values.get("result") == "NOT_SATISFACTORY" and not values.get("next_step"):
            self.add_error("next_step", _("Say what follows: repair and recheck, turn back or detain."))
        return values


class DetentionEndForm(ReasonForm):
    """How a detention ends."""

    how = forms.ChoiceField(
        label=_("What happens to the vehicle"),
        choices=[
            ("REFERRED", _("back to the officers at the gate")),
            ("WITHDRAWN", _("taken out of the declaration")),
        ],
        widget=forms.RadioSelect,
    )
    field_order = ("how", "reason")
