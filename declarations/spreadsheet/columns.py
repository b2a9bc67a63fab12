"""The columns that are understood: what they are called in four languages, and how their cells are read."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations.spreadsheet import cells, synonyms
from declarations.spreadsheet.vocabulary import folded, in_all_languages
from declarations.words import Category, Condition, Powertrain

CATALOGUE = "catalogue"
FERRYMAN = "ferryman"
TO_CHANGE = "to_change"
"""The column that a file handed back has besides its own."""

ENTER_TEXT = _("Text")
ENTER_NUMBER = _("A whole number")
ENTER_AMOUNT = _("An amount, in the currency of the contract")
ENTER_DAY = _("A date: year-month-day")
ENTER_CHOICE = _("Choose from the list")
ENTER_COUNTRY = _("A country: its name or two letters")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. key: where its value goes in a vehicle's body; examples: a new and a used vehicle."""

    key: str
    title: str | Promise
    enter: str | Promise
    read: cells.Reader
    examples: tuple[str | int, str | int]
    choices: tuple[TextChoices, ...] = ()
    is_needed: bool = True


_TEXT, _NUMBER, _DAY = (ENTER_TEXT, cells.text), (ENTER_NUMBER, cells.whole), (ENTER_DAY, cells.day)

VEHICLE_COLUMNS = (
    Column(
        "vin",
        _("VIN"),
        _("17 letters and digits, as on the vehicle."),
        cells.vin,
        ("LRW3E1EB0PC932736", "LB37942S4PX000018"),
    ),
    Column(
        CATALOGUE,
        _("Catalogue model"),
        _("The model's name in your catalogue: it fills every cell of the row that is empty."),
        cells.text,
        ("", ""),
        is_needed=False,
    ),
    Column(
        "make",
        _("Make"),
        *_TEXT,
        ("Tesla", "Geely"),
    ),
    Column(
        "model",
        _("Model"),
        *_TEXT,
        ("Model 3", "Monjaro"),
    ),
    Column(
        "model_year",
        _("Model year"),
        ENTER_NUMBER,
        cells.whole(cells.YEARS),
        (2026, 2023),
    ),
    Column(
        "category",
        _("Category"),
        ENTER_CHOICE,
        cells.choice(Category),
        ("M1", "M1"),
        tuple(Category),
    ),
    Column(
        "condition",
        _("Condition"),
        ENTER_CHOICE,
        cells.choice(Condition),
        (Condition.NEW, Condition.USED),
        tuple(Condition),
    ),
    Column(
        "powertrain",
        _("Drive"),
        ENTER_CHOICE,
        cells.choice(Powertrain),
        (Powertrain.BEV, Powertrain.PETROL),
        tuple(Powertrain),
    ),
    Column(
        "fuel",
        _("Fuel of the engine"),
        _("For hybrids and range-extenders only."),
        cells.choice(Powertrain),
        ("", ""),
        (Powertrain.PETROL, Powertrain.DIESEL),
        is_needed=False,
    ),
    Column(
        "displacement_cc",
        _("Displacement, cc"),
        _("A 2.0 litre engine has about 2000. Empty for electric."),
        cells.displacement,
        ("", 1969),
        is_needed=False,
    ),
    Column(
        "seats",
        _("Seats"),
        _("With the driver's."),
        cells.whole(cells.SEATS),
        (5, 5),
    ),
    Column(
        "gross_mass_kg",
        _("Gross mass, kg"),
        ENTER_NUMBER,
        cells.whole(cells.KILOGRAMS),
        (2200, 2190),
    ),
    Column(
        "curb_mass_kg",
        _("Curb mass, kg"),
        ENTER_NUMBER,
        cells.whole(cells.KILOGRAMS),
        (1760, 1770),
        is_needed=False,
    ),
    Column(
        "hs_code",
        _("HS code"),
        _("10 digits."),
        cells.hs_code,
        ("8703801090", "8703234110"),
    ),
    Column(
        "value",
        _("Value"),
        ENTER_AMOUNT,
        cells.money,
        ("231900.00", "98000.00"),
    ),
    Column(
        "colour",
        _("Colour"),
        *_TEXT,
        ("white", "grey"),
        is_needed=False,
    ),
    Column(
        "first_registered_on",
        _("First registered on"),
        _("For used vehicles."),
        cells.day,
        ("", "2023-05-18"),
        is_needed=False,
    ),
    Column(
        "odometer_km",
        _("Odometer, km"),
        _("For used vehicles."),
        cells.whole(cells.KILOMETRES),
        ("", 41200),
        is_needed=False,
    ),
    Column(
        "plate",
        _("Plate"),
        *_TEXT,
        ("", ""),
        is_needed=False,
    ),
    Column(
        "plate_expires_on",
        _("Plate valid until"),
        _("For temporary plates."),
        cells.day,
        ("", ""),
        is_needed=False,
    ),
)
DRIVER_COLUMNS = (
    Column(
        FERRYMAN,
        _("Ferryman of your register"),
        _("His IC card or passport number: your register fills in the driver, whatever the cells behind say."),
        cells.text,
        ("", ""),
        is_needed=False,
    ),
    Column(
        "driver.name",
        _("Driver's name"),
        *_TEXT,
        ("LI WEI", ""),
        is_needed=False,
    ),
    Column(
        "driver.passport_number",
        _("Passport number"),
        *_TEXT,
        ("E12345678", ""),
        is_needed=False,
    ),
    Column(
        "driver.nationality",
        _("Nationality"),
        ENTER_COUNTRY,
        cells.country,
        ("CN", ""),
        is_needed=False,
    ),
    Column(
        "driver.phone",
        _("Phone"),
        *_TEXT,
        ("+8613800000000", ""),
        is_needed=False,
    ),
    Column(
        "driver.card",
        _("Driver's card"),
        *_TEXT,
        ("", ""),
        is_needed=False,
    ),
)

_PAPER_TITLES = {
    "export_licence": (
        ("number", _("Export licence, number"), "26-LICENCE-000118"),
        ("issued_on", _("Export licence, issued on"), "2026-10-12"),
        ("valid_until", _("Export licence, valid until"), "2027-04-12"),
        ("quantity", _("Export licence, vehicles covered"), 300),
    ),
    "certificate_of_conformity": (("number", _("Certificate of conformity, number"), "WDA0123456789"),),
    "registration_certificate": (("number", _("Registration certificate, number"), ""),),
    "inspection_report": (("number", _("Inspection report, number"), ""),),
    "after_sales_confirmation": (("number", _("After-sales confirmation, number"), ""),),
    "compulsory_insurance": (
        ("number", _("Insurance, number"), ""),
        ("valid_until", _("Insurance, valid until"), ""),
    ),
}
"""What of a paper the template asks for; the other columns are read all the same."""

_PAPER_READERS = {
    "number": _TEXT,
    "issued_on": _DAY,
    "valid_until": _DAY,
    "quantity": (ENTER_NUMBER, cells.whole(cells.PIECES)),
}
PAPER_COLUMNS = tuple(
    Column(f"papers.{code}.{name}", title, *_PAPER_READERS[name], (example, ""), is_needed=False)
    for code, titles in _PAPER_TITLES.items()
    for name, title, example in titles
)
COLUMNS = (*VEHICLE_COLUMNS, *DRIVER_COLUMNS, *PAPER_COLUMNS)
"""Those of the template, in its order."""

TO_CHANGE_TITLE = _("What to change")
_UNITS = {unit for units in vars(cells).values() if isinstance(units, dict) for unit in units if isinstance(unit, str)}
_BRACKETS = re.compile(r"[(\[【][^)\]】]*[)\]】]")


@cache
def readers() -> Mapping[str, cells.Reader]:
    """How the cells of each column are read, by its key; also those that no template has."""
    papers = {
        f"papers.{code}.{name}": reader for code in synonyms.PAPERS for name, (_enter, reader) in _PAPER_READERS.items()
    }
    return papers | {column.key: column.read for column in COLUMNS}


@cache
def titles() -> Mapping[str, str]:
    """Folded titles to the key of their column; "" for columns that are known to say nothing of the vehicle."""
    result = dict.fromkeys(map(folded, synonyms.IGNORED.split()), "")
    for code, names in synonyms.PAPERS.items():
        for name, words in synonyms.PAPER_FIELDS.items():
            for paper in names.split():
                result |= {folded(word.replace("*", paper)): f"papers.{code}.{name}" for word in words.split()}
    for column in COLUMNS:
        own = (column.key, *in_all_languages(column.title), *synonyms.COLUMNS.get(column.key, "").split())
        result |= {folded(word): column.key for word in own}
    return result | {folded(title): TO_CHANGE for title in in_all_languages(TO_CHANGE_TITLE)}


def title_of(key: str, otherwise: str = "") -> str:
    """What the template calls a column, in the language that is active now."""
    return next((str(column.title) for column in COLUMNS if column.key == key), otherwise)


def match(title: str) -> tuple[str, str] | None:
    """The key of the column that a title names, and the unit it names; None when it is not known."""
    plain = unicodedata.normalize("NFKC", title)
    for name, unit in _readings(plain):
        key = titles().get(folded(name))
        if key is not None:
            return key, unit if unit in _UNITS else ""
    return None


def _readings(title: str) -> Iterator[tuple[str, str]]:
    """A title as it is; without what stands in brackets; without what stands behind the last comma; without a unit."""
    yield title, folded(title.rpartition(",")[2])
    bracket = _BRACKETS.search(title)
    if bracket:
        yield _BRACKETS.sub("", title), folded(bracket[0])
    before, _comma, after = title.rpartition(",")
    if folded(after) in _UNITS:
        yield before, folded(after)
    unit = next((each for each in sorted(_UNITS, key=len, reverse=True) if folded(title).endswith(each)), "")
    if unit:
        yield folded(title).removesuffix(unit), unit
