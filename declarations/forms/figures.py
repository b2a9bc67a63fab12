"""The head of the figures: which time, which port; by GET, so that every view of them has an address."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from declarations.forms import lists

LAST_YEAR = "12"


class FiguresForm(forms.Form):
    """What is counted. A value that is not on its list counts as not chosen."""

    period = forms.ChoiceField(label=_("Period"), required=False)
    port = forms.ChoiceField(label=_("Port"), required=False)

    def __init__(self, data: Mapping[str, Any], *, today: date, since: date) -> None:
        super().__init__(data, label_suffix="")
        period, port = self.fields["period"], self.fields["port"]
        assert isinstance(period, forms.ChoiceField) and isinstance(port, forms.ChoiceField)
        years = [str(year) for year in range(today.year, since.year - 1, -1)]
        period.choices = [(LAST_YEAR, _("last 12 months")), *((year, year) for year in years)]
        port.choices = [("", _("all")), *lists.ports()]
        self.today = today
        self.is_valid()

    @property
    def chosen_port(self) -> str:
        """Code of the port, or nothing."""
        return str(self.cleaned_data.get("port", ""))

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day that count: whole months."""
        year = self.cleaned_data.get("period") or LAST_YEAR
        if year == LAST_YEAR:
            month = self.today.month % 12 + 1
            return date(self.today.year - (month > 1), month, 1), self.today
        return date(int(year), 1, 1), min(date(int(year), 12, 31), self.today)

    @property
    def query(self) -> str:
        """What is chosen, as the end of an address."""
        chosen = {name: self.cleaned_data[name] for name in self.fields if self.cleaned_data.get(name)}
        return "&".join(f"{name}={value}" for name, value in chosen.items())
