"""Forms: from what a page sends to the declaration body, and from problems back to the fields they speak of.

Fields take any text: a draft may hold anything, and what is wrong is said by `declarations.checks`, never by a form.
"""

from declarations.forms.entry import VehicleEntry
from declarations.forms.header import ArrivalForm, OrganisationForm, Section, section
from declarations.forms.listing import ListForm
from declarations.forms.reasons import AskForm, ReasonForm, RepairForm

__all__ = [
    "ArrivalForm",
    "AskForm",
    "ListForm",
    "OrganisationForm",
    "ReasonForm",
    "RepairForm",
    "Section",
    "VehicleEntry",
    "section",
]
