"""The header of a declaration in two sections: route and dates, consignee and contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations.forms import lists
from declarations.forms.body import BodyForm, Choice, Choices, Text, moment
from declarations.models import Organisation
from declarations.problems import Problem
from declarations.words import Direction, Mode


class RouteForm(BodyForm):
    """Where, how and when."""

    functional_reference = Text(_("Your own reference"), hint=_("Order or contract number, to find it again."))
    port = Choice(_("Port"))
    direction = Choice(_("Direction"), Direction.choices)
    mode = Choice(_("How the vehicles cross"), Mode.choices)
    destination_country = Choice(_("Country of destination"))
    planned_arrival_at = Text(
        _("Planned arrival at the port"),
        hint=_("Beijing time. Passes are valid for some days from then; you can change it later."),
        read=moment,
        kind="datetime-local",
    )

    def choices_of(self, name: str, field: Choice) -> Choices:
        """Ports and countries stand in the database."""
        if name == "port":
            return lists.ports()
        return lists.countries() if name == "destination_country" else super().choices_of(name, field)


class ConsigneeForm(BodyForm):
    """Who receives the vehicles abroad."""

    at = "/consignee"

    name = Text(_("Consignee"), hint=_("Who receives the vehicles abroad."))
    country = Choice(_("Consignee's country"))
    address = Text(_("Consignee's address"), area=True)

    def choices_of(self, name: str, field: Choice) -> Choices:
        """Countries stand in the database."""
        return lists.countries()


class ContractForm(BodyForm):
    """What was agreed."""

    contract_number = Text(_("Contract number"))
    incoterm = Choice(_("Incoterm"), hint=_("The delivery term of the contract, like DAP."))
    incoterm_place = Text(_("Named place"), hint=_("The place behind the term, like Almaty."))
    currency = Choice(_("Currency"), hint=_("All values of this declaration are in it."))

    def choices_of(self, name: str, field: Choice) -> Choices:
        """Terms and currencies stand in the database."""
        return lists.incoterms() if name == "incoterm" else lists.currencies()


class ArrivalForm(BodyForm):
    """The planned arrival alone; it may change at any time."""

    planned_arrival_at = Text(
        _("Planned arrival at the port"), hint=_("Beijing time."), read=moment, kind="datetime-local"
    )


class OrganisationForm(forms.Form):
    """For whom somebody declares who may do so for several."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Exporter"), empty_label=None)

    def __init__(self, data: Mapping[str, Any] | None, organisations: list[Organisation]) -> None:
        super().__init__(data, label_suffix="")
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organisation.objects.filter(pk__in=[row.pk for row in organisations])


@dataclass
class Section:
    """One page of the header: its forms and the name they have in the task list."""

    code: str
    title: str | Promise
    forms: list[BodyForm]

    def body(self) -> dict[str, Any]:
        """The part of the header that this page holds."""
        result: dict[str, Any] = {}
        for form in self.forms:
            if form.at:
                result[form.at.removeprefix("/")] = form.body()
            else:
                result |= form.body()
        return result

    @property
    def is_readable(self) -> bool:
        """Whether everything typed can be stored."""
        return all(form.is_readable for form in self.forms)

    def take(self, problems: list[Problem], *, all_of_them: bool = True) -> list[Problem]:
        """Tell problems at their fields; give back those that no field here is about.

        all_of_them: also at fields where nothing stands yet.
        """
        left = []
        for problem in problems:
            for form in self.forms:
                name = problem.pointer.removeprefix(f"{form.at}/")
                if "/" in name or name not in form.fields or not problem.pointer.startswith(form.at):
                    continue
                if all_of_them or form.has_value(name):
                    form.take(problem, name)
                break
            else:
                left.append(problem)
        return left


SECTIONS: dict[str, tuple[str | Promise, tuple[type[BodyForm], ...]]] = {
    "route": (_("Route and dates"), (RouteForm,)),
    "contract": (_("Consignee and contract"), (ConsigneeForm, ContractForm)),
}


def section(code: str, *, data: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None) -> Section:
    """One section, bound to what was sent or else to what is stored.

    Raises: KeyError for a section that does not exist.
    """
    title, kinds = SECTIONS[code]
    bound = []
    for kind in kinds:
        prefix = kind.at.removeprefix("/") or None
        if data is not None:
            bound.append(kind(data, prefix=prefix))
        else:
            stored = (body or {}).get(prefix) if prefix else body
            bound.append(kind.of(stored or {}, prefix=prefix))
    return Section(code, title, bound)
