"""Forms of bulk intake: a file or pasted rows, and one model of the catalogue."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from declarations.forms.body import Text
from declarations.forms.entry import MODEL_DATA, VehicleForm
from declarations.problems import Problem
from declarations.spreadsheet.reading import MOST_BYTES
from declarations.spreadsheet.refusals import SHEET_SIZE

MOST_PASTED = 2_000_000
"""Characters: 10,000 rows of 200."""


class UploadForm(forms.Form):
    """A file, or rows pasted from a spreadsheet."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("Excel (.xlsx) or CSV, up to 10 MB and 10,000 rows. Your own columns in your own order will do."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )
    rows = forms.CharField(
        label=_("Or paste rows from your spreadsheet"),
        help_text=_("With the line of column names above them."),
        required=False,
        max_length=MOST_PASTED,
        strip=False,
        widget=forms.Textarea(attrs={"rows": "4", "spellcheck": "false"}),
    )
    again = forms.BooleanField(label=_("Send it all the same"), required=False)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="")

    def clean_file(self) -> Any:
        """Nothing is read that is larger than anything a worker would take."""
        file = self.cleaned_data["file"]
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(Problem(SHEET_SIZE, values={"most": MOST_BYTES // 1_000_000}).message)
        return file

    def clean(self) -> dict[str, Any]:
        """One of the two has to be there."""
        values = super().clean() or {}
        if not self.errors and not values.get("file") and not (values.get("rows") or "").strip():
            self.add_error("file", _("Choose a file, or paste rows."))
        return values


class ModelForm(VehicleForm):
    """What all vehicles of one model have in common."""

    name = Text(
        _("Name in your spreadsheet"),
        hint=_("As your rows call it in the column “Catalogue model”."),
        autocomplete="off",
    )
    field_order = ("name", *MODEL_DATA)

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        for other in set(self.fields) - {"name", *MODEL_DATA}:
            del self.fields[other]
