"""The importer's answer: how he took the vehicle, what is wrong with it, photos, and the code that he alone has."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from declarations.actions.handing_over import MOST_REMARKS
from declarations.problems import Problem
from declarations.words import HandOverResult

WORDS = {
    HandOverResult.ACCEPTED: _("I have the vehicle, everything is in order"),
    HandOverResult.WITH_REMARKS: _("I have the vehicle, but something is wrong with it"),
    HandOverResult.REFUSED: _("I do not take the vehicle"),
    HandOverResult.OBJECTED: _("I object: it was not handed over as the driver's photo says"),
}


class Photos(forms.FileInput):
    """Several photos at once, from the camera or from the album."""

    allow_multiple_selected = True


class AnswerForm(forms.Form):
    """One answer; which of the results may be given depends on where the vehicle is."""

    result = forms.ChoiceField(label=_("Your answer"), widget=forms.RadioSelect)
    remarks = forms.CharField(
        label=_("What is wrong?"),
        help_text=_("Needed unless everything is in order. The exporter reads it."),
        max_length=MOST_REMARKS,
        required=False,
        widget=forms.Textarea(attrs={"rows": "4"}),
    )
    photos = forms.FileField(
        label=_("Photos on arrival"),
        help_text=_("Up to 12, JPEG or PNG. The place where they were taken is not kept."),
        required=False,
        widget=Photos(attrs={"accept": "image/*", "multiple": True}),
    )
    code = forms.CharField(
        label=_("Your code"),
        help_text=_("Eight letters and digits. The exporter gave it to you, apart from this link."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def __init__(self, may: Iterable[HandOverResult], data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        choice = self.fields["result"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(each.value, WORDS[each]) for each in may]

    def tell(self, problems: Iterable[Problem]) -> None:
        """Put what the action refused to its fields."""
        for problem in problems:
            name = problem.pointer.strip("/")
            self.add_error(name if name in self.fields else "photos", problem.message)
