"""Where the importer is written to, and in which language."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from declarations.actions.importers import MOST_CHARACTERS
from declarations.problems import Problem


class ImporterForm(forms.Form):
    """Says no more of an address than the action does, so that both doors refuse alike."""

    mail = forms.CharField(
        label=_("Importer's mail address"),
        help_text=_(
            "He is told when a vehicle has left the port, is not handed over after 24 hours, or came back, with the "
            "link to its page. Leave it empty to send him nothing."
        ),
        max_length=MOST_CHARACTERS,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )
    language = forms.ChoiceField(label=_("His language"), choices=settings.LANGUAGES)

    def __init__(self, data: Mapping[str, Any] | None = None, *, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}), label_suffix="")

    def tell(self, problems: Iterable[Problem]) -> None:
        """Put what the action refused to its fields."""
        for problem in problems:
            self.add_error(problem.pointer.strip("/"), problem.message)
