"""The head of the list: search and filters, all by GET, so that every view of it has an address."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from declarations.forms import lists
from declarations.lifecycle import DeclarationStatus


class ListForm(forms.Form):
    """What is looked for. A value that is not on its list filters nothing."""

    q = forms.CharField(
        label=_("Search"),
        help_text=_("Reference, VIN, the last 6 of a VIN, or your own reference"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("all")), *DeclarationStatus.choices])
    port = forms.ChoiceField(label=_("Port"), required=False)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data, label_suffix="")
        port = self.fields["port"]
        assert isinstance(port, forms.ChoiceField)
        port.choices = [("", _("all")), *lists.ports()]
        self.is_valid()

    def value(self, name: str) -> str:
        """A usable value, or nothing."""
        return str(self.cleaned_data.get(name, "")).strip()

    def chips(self, address: str) -> list[dict[str, str]]:
        """The filters in force, each with the address of the list without it."""
        words = {
            "q": self.value("q"),
            "status": dict(DeclarationStatus.choices).get(self.value("status"), ""),
            "port": dict(lists.ports()).get(self.value("port"), "") if self.value("port") else "",
        }
        asked = {name: self.value(name) for name in self.fields if self.value(name)}
        return [
            {
                "label": str(self.fields[name].label),
                "value": str(words[name]),
                "remove_href": _address(address, {each: text for each, text in asked.items() if each != name}),
            }
            for name in asked
        ]


def _address(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}?{urlencode(asked)}" if asked else address
