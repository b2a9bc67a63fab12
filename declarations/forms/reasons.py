"""Forms of one text: a reason, a request to an officer."""

from django import forms
from django.utils.translation import gettext_lazy as _

MOST_CHARACTERS = 1000


class ReasonForm(forms.Form):
    """Why: every act that takes something away asks for it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": "3"}),
        error_messages={"required": _("Say why. It is kept in the history.")},
    )

    def __init__(self, data: object = None, *, hint: str = "") -> None:
        super().__init__(data, label_suffix="")  # type: ignore[arg-type]
        self.fields["reason"].help_text = hint


class AskForm(forms.Form):
    """Why an officer should accept a problem that has legal exceptions."""

    text = forms.CharField(
        label=_("Why is it right all the same?"),
        help_text=_("For example: read from the plate on the vehicle, photo sent with the contract."),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": "4"}),
        error_messages={"required": _("Say why, so that the officer can decide.")},
    )

    def __init__(self, data: object = None) -> None:
        super().__init__(data, label_suffix="")  # type: ignore[arg-type]


class RepairForm(forms.Form):
    """What was repaired before the inspection is asked for again."""

    text = forms.CharField(
        label=_("What was repaired?"),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": "4"}),
        error_messages={"required": _("Say what was repaired.")},
    )

    def __init__(self, data: object = None) -> None:
        super().__init__(data, label_suffix="")  # type: ignore[arg-type]
