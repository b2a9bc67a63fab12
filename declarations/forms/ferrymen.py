"""Forms of the register of ferrymen: one ferryman, his card, ways home, the month of a statement."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from declarations.checks import read_date
from declarations.checks.fields import DATE_FORM
from declarations.forms import lists
from declarations.forms.body import BodyForm, Choice, Choices, Text, amount, calendar, figure
from declarations.models import CrewMember
from declarations.problems import Problem
from declarations.words import Language

MOST_OFFERED = 300
"""Ferrymen that the list of a vehicle's page offers; a longer one is no list any more."""


class CrewForm(BodyForm):
    """One ferryman of the register."""

    name = Text(_("Name"), hint=_("As in the passport."), autocomplete="off")
    passport_number = Text(_("Passport number"), autocapitalize="characters", autocomplete="off", spellcheck="false")
    passport_expires_on = calendar(_("Passport valid until"))
    nationality = Choice(_("Nationality"))
    phone = Text(_("Phone"), inputmode="tel", autocomplete="off")
    card = Text(_("IC card"), hint=_("The number of the card that he swipes at the gate."), autocomplete="off")
    licence_class = Text(_("Licence class"), hint=_("As printed, like A2 or C1."), autocomplete="off")
    licence_expires_on = calendar(_("Licence valid until"))
    language = Choice(_("Language"), Language.choices, hint=_("In which he reads his own page."))
    fee = figure(_("Fee per trip"), read=amount)
    fee_currency = Choice(_("Currency"))

    def __init__(self, data: Any = None, **options: Any) -> None:
        is_new = options.pop("is_new", True)
        super().__init__(data, **options)
        if not is_new:  # a card is bound and lost by acts of its own
            del self.fields["card"]

    @classmethod
    def of_member(cls, member: CrewMember) -> BodyForm:
        """Bound to what the register says of him."""
        return cls.of({name: getattr(member, name) for name in cls.base_fields}, is_new=False)

    def choices_of(self, name: str, field: Choice) -> Choices:
        """Countries and currencies stand in the database."""
        match name:
            case "nationality":
                return lists.countries()
            case "fee_currency":
                return lists.currencies()
        return field.listed


class CardForm(forms.Form):
    """The number of a new card."""

    card = forms.CharField(
        label=_("Number of the new card"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Enter the number of the card.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class ReturnsForm(forms.Form):
    """The day on which one or several came back, by bus; which of them is ticked beside."""

    returned_on = forms.CharField(
        label=_("Came back on"),
        max_length=10,
        widget=forms.TextInput(attrs={"type": "date"}),
        error_messages={"required": _("Enter the day.")},
    )

    def __init__(self, data: Any = None, *, today: date | None = None) -> None:
        super().__init__(data, label_suffix="", initial={"returned_on": today.isoformat()} if today else None)

    def clean_returned_on(self) -> date:
        """A day."""
        found = read_date(self.cleaned_data["returned_on"])
        if found is None:
            raise forms.ValidationError(Problem(DATE_FORM).message)
        return found


def read_month(text: str) -> date | None:
    """The first day of a month of this century written like 2026-11, or None."""
    return read_date(f"{text}-01") if re.fullmatch(r"20[0-9]{2}-[0-9]{2}", text, re.ASCII) else None
