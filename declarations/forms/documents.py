"""Forms of papers: files with number and validity beside them, an answer with files, a licence of the book."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from declarations.attachments import MOST_BYTES
from declarations.forms import lists
from declarations.forms.body import BodyForm, Choice, Choices, Text, calendar, figure
from declarations.forms.reasons import MOST_CHARACTERS
from declarations.models import PaperType
from declarations.papers import COUNTED

ACCEPT = "image/*,application/pdf"
"""What a phone offers its camera for; what it sends is told by its content."""

CHOSEN, ALL = "chosen", "all"


class ManyFilesInput(forms.FileInput):
    """A file input that takes several."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """All files that were sent under the name."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class Files(forms.FileField):
    """Several photos or PDFs. What they are is told later, by their content."""

    def __init__(self, **options: Any) -> None:
        widget = ManyFilesInput(attrs={"accept": ACCEPT, "multiple": True, "data-drop": ""})
        hint = _("Photos or PDFs, up to %(most)s MB each. On a phone you can take the photo now.")
        options.setdefault("help_text", _Filled(hint))
        super().__init__(required=False, allow_empty_file=True, widget=widget, **options)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files, none for none."""
        rows = data if isinstance(data, list | tuple) else [data]
        return [super(Files, self).clean(row, initial) for row in rows if row]


def content_of(file: UploadedFile) -> bytes:
    """What a file says, read no further than a file may be long: one byte more shows that it is too long."""
    return bytes(file.read(MOST_BYTES + 1))


class _Filled:
    """A hint with its number, in the language that is active when it is read."""

    def __init__(self, text: Any) -> None:
        self.text = text

    def __str__(self) -> str:
        return str(self.text) % {"most": MOST_BYTES // 1024 // 1024}


class PaperFilesForm(BodyForm):
    """One paper: its files, and its number and validity."""

    code = Choice(_("Paper"))
    scope = forms.ChoiceField(
        label=_("For which vehicles"),
        required=False,
        choices=[(CHOSEN, ""), (ALL, _("All vehicles of the declaration"))],
        widget=forms.RadioSelect,
    )
    file = Files(label=_("Files"))
    number = Text(_("Number"), autocomplete="off", spellcheck="false")
    issued_on = calendar(_("Issued on"))
    valid_until = calendar(_("Valid until"))
    quantity = figure(_("Vehicles covered"), hint=_("How many each vehicle uses up of a licence: usually 1."))

    DETAILS = ("number", "issued_on", "valid_until", "quantity")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, chosen: str = "", with_details: bool = True, **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.fields["scope"].choices = [(CHOSEN, chosen), (ALL, _("All vehicles of the declaration"))]  # type: ignore[attr-defined]
        if not chosen:
            del self.fields["scope"]
        if not with_details:
            for name in self.DETAILS:
                del self.fields[name]

    def choices_of(self, name: str, field: Choice) -> Choices:
        """Kinds of papers stand in the database."""
        return lists.paper_types()

    @property
    def details(self) -> list[Any]:
        """The fields beside the files."""
        return [self[name] for name in self.DETAILS if name in self.fields]

    @property
    def is_for_all(self) -> bool:
        """Whether all vehicles are meant."""
        return "scope" not in self.fields or self.cleaned_data.get("scope") == ALL


class AnswerFilesForm(forms.Form):
    """The answer to a request for documents: files for each paper, and words."""

    def __init__(self, data: Any = None, files: Any = None, *, asked: Iterable[tuple[int, str]] = ()) -> None:
        super().__init__(data, files, label_suffix="")
        self.asked = {f"file-{number}": pk for number, (pk, _label) in enumerate(asked)}
        for name, (_pk, label) in zip(self.asked, asked, strict=True):
            self.fields[name] = Files(label=label)
        self.fields["text"] = forms.CharField(
            label=_("Your answer"),
            help_text=_("If a paper cannot be shown, say why. Words alone answer as well."),
            required=False,
            max_length=MOST_CHARACTERS,
            widget=forms.Textarea(attrs={"rows": "4"}),
        )

    def sent(self) -> list[tuple[int, Any]]:
        """Pairs of request and file."""
        return [(pk, file) for name, pk in self.asked.items() for file in self.cleaned_data.get(name) or ()]


class LicenceForm(BodyForm):
    """A counted paper as it was granted."""

    code = Choice(_("Paper"))
    number = Text(_("Number"), autocomplete="off", spellcheck="false")
    valid_until = calendar(_("Valid until"))
    granted = figure(_("Granted for so many vehicles"))

    def choices_of(self, name: str, field: Choice) -> Choices:
        """The papers that are counted."""
        return [(row.code, row.name) for row in PaperType.objects.filter(code__in=COUNTED)]
