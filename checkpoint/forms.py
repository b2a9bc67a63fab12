"""What officers type: a scan, a decision, a reason. Clean values for exactly one action each."""

from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

from checkpoint.likeness import TAIL
from checkpoint.models import Lane
from checkpoint.models.device import DeviceKind
from checkpoint.models.offline import ConflictResult
from declarations import passes
from declarations.examination import FINDINGS, faults
from declarations.models import HoldReason, PaperType
from declarations.words import Agency, InspectionCheck, InspectionNext

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


class ResolveForm(ReasonForm):
    """How a conflict ends."""

    result = forms.ChoiceField(label=_("What is true"), choices=ConflictResult.choices, widget=forms.RadioSelect)
    field_order = ("result", "reason")


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


class AcceptForm(VehiclesForm):
    """The same where nothing is wrong."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].help_text = _("The exporter reads it.")


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
    checks = forms.MultipleChoiceField(
        label=_("What is examined"),
        choices=InspectionCheck.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    agency = forms.ChoiceField(label=_("Agency"), required=False, initial=Agency.CUSTOMS)
    field_order = ("because", "checks", "agency")

    def __init__(self, *args: Any, agencies: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.usual = Agency.CUSTOMS.value if Agency.CUSTOMS in agencies else next(iter(agencies), Agency.CUSTOMS.value)
        self.fields["agency"].initial = self.usual
        self.fields["agency"].choices = [  # type: ignore[attr-defined]
            each for each in Agency.choices if each[0] in agencies
        ]
        if len(agencies) < 2:
            self.fields["agency"].widget = forms.HiddenInput()

    def clean_agency(self) -> str:
        """Customs, or the one agency for which this officer may order, unless he says another."""
        return self.cleaned_data["agency"] or self.usual


class BayForm(ActForm):
    """Where a vehicle is examined."""

    bay = forms.ChoiceField(label=_("Bay"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, bays: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["bay"].choices = bays  # type: ignore[attr-defined]


class AtBayForm(forms.Form):
    """What the inspector scans or types at the bay."""

    code = CodeField(
        label=_("Pass or VIN"),
        max_length=MOST_SCANNED,
        help_text=_("Scan the code, type the manual code, the VIN or its last six characters."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "spellcheck": "false"}),
    )
    port = forms.ChoiceField(label=_("Port"))
    field_order = ("port", "code")

    def __init__(self, *args: Any, ports: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["port"].choices = ports  # type: ignore[attr-defined]
        if len(ports) == 1:
            self.fields["port"].widget = forms.HiddenInput()
            self.fields["port"].initial = ports[0][0]


class QueueForm(forms.Form):
    """Which orders a page of the queue shows; what makes no sense shows everything."""

    port = forms.ChoiceField(label=_("Port"), required=False)
    bay = forms.ChoiceField(label=_("Bay"), required=False)
    agency = forms.ChoiceField(label=_("Agency"), required=False, choices=[("", _("All")), *Agency.choices])

    def __init__(self, *args: Any, ports: list[tuple[str, str]], bays: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["port"].choices = [("", _("All")), *ports]  # type: ignore[attr-defined]
        self.fields["bay"].choices = [("", _("All")), *bays]  # type: ignore[attr-defined]


class ResultForm(ActForm):
    """The result of an inspection."""

    result = forms.ChoiceField(
        label=_("Result"),
        choices=[("SATISFACTORY", _("satisfactory")), ("NOT_SATISFACTORY", _("not satisfactory"))],
        widget=forms.RadioSelect,
    )
    field_order = ("result", "finding_codes", "findings", "next_step")
    findings = forms.CharField(
        label=_("Findings"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}), help_text=_("What you saw.")
    )
    finding_codes = forms.MultipleChoiceField(
        label=_("Found"),
        required=False,
        choices=[(each.code, each.label) for each in FINDINGS.values()],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The exporter reads them in his language, with what to do."),
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
        if values.get("result") == "SATISFACTORY" and faults(values.get("finding_codes", ())):
            self.add_error("finding_codes", _("A fault was found, so the result is not satisfactory."))
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


class DeviceForm(ActForm):
    """A machine for a lane."""

    lane = forms.ModelChoiceField(label=_("Lane"), queryset=Lane.objects.none(), to_field_name="code")
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[(kind.value, kind.label) for kind in (DeviceKind.LANE, DeviceKind.HANDHELD)],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("As it stands on the machine, so that a colleague finds it.")
    )

    def __init__(self, *args: Any, lanes: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["lane"].queryset = lanes  # type: ignore[attr-defined]


class MoveDeviceForm(ReasonForm):
    """Where a machine stands from now on, and why."""

    lane = forms.ModelChoiceField(label=_("New lane"), queryset=Lane.objects.none(), to_field_name="code")
    field_order = ("lane", "reason")

    def __init__(self, *args: Any, lanes: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["lane"].queryset = lanes  # type: ignore[attr-defined]


class LiftForm(ReasonForm):
    """Why a barrier opens without a verdict, and what stands before it."""

    photo = forms.FileField(
        label=_("Photo"),
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
        help_text=_("Of the vehicle at the barrier, its plate in the picture."),
    )
    field_order = ("photo", "reason")


class EnrolForm(forms.Form):
    """The one-time code, typed on the handheld."""

    code = forms.CharField(
        label=_("One-time code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
        help_text=_(
            "Eight letters and digits. Your supervisor makes it on the page “Devices”; it works for 15 minutes."
        ),
    )
