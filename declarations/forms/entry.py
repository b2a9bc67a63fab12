"""One vehicle on a page: its own data, its papers, its driver and plate, in one body and one list of problems."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from declarations import tariff, vin
from declarations.forms import lists
from declarations.forms.body import BodyForm, Choice, Choices, Text, amount, calendar, figure
from declarations.models import Vehicle
from declarations.problems import Level, Problem
from declarations.words import Category, Condition, Powertrain

MOST_PAPERS = 50
ENGINE_FUELS = [(Powertrain.PETROL.value, Powertrain.PETROL.label), (Powertrain.DIESEL.value, Powertrain.DIESEL.label)]
MODEL_DATA = (
    "make",
    "model",
    "model_year",
    "category",
    "condition",
    "powertrain",
    "fuel",
    "displacement_cc",
    "seats",
    "gross_mass_kg",
    "curb_mass_kg",
    "hs_code",
    "value",
    "colour",
)
"""What vehicles of one model have in common: copied for "another like this one"; never VIN, plate, driver or papers."""


class VehicleForm(BodyForm):
    """What the vehicle is."""

    vin = Text(
        _("VIN"),
        hint=_("17 letters and digits, as on the vehicle."),
        read=vin.normalise,
        autocapitalize="characters",
        autocomplete="off",
        spellcheck="false",
    )
    make = Text(_("Make"))
    model = Text(_("Model"))
    model_year = figure(_("Model year"))
    colour = Text(_("Colour"))
    category = Choice(_("Category"), Category.choices)
    condition = Choice(_("Condition"), Condition.choices)
    powertrain = Choice(_("Drive"), Powertrain.choices)
    fuel = Choice(_("Fuel of the engine"), ENGINE_FUELS, hint=_("For hybrids and range-extenders only."))
    displacement_cc = figure(_("Displacement, cc"), hint=_("A 2.0 litre engine has about 2000. Empty for electric."))
    seats = figure(_("Seats"), hint=_("With the driver's."))
    gross_mass_kg = figure(_("Gross mass, kg"))
    curb_mass_kg = figure(_("Curb mass, kg"))
    hs_code = Text(_("HS code"), hint=_("10 digits."), read=tariff.national_code, inputmode="numeric")
    value = figure(_("Value"), hint=_("Of this vehicle, in the currency of the contract."), read=amount)
    first_registered_on = calendar(_("First registered on"), hint=_("For used vehicles."))
    odometer_km = figure(_("Odometer, km"), hint=_("For used vehicles."))


class PlateForm(BodyForm):
    """The plate that it carries to the border."""

    plate = Text(_("Plate"), autocapitalize="characters", autocomplete="off", spellcheck="false")
    plate_expires_on = calendar(_("Plate valid until"), hint=_("For temporary plates."))


class DriverForm(BodyForm):
    """Who drives it."""

    at = "/driver"

    name = Text(_("Driver's name"), autocomplete="off")
    passport_number = Text(_("Passport number"), autocapitalize="characters", autocomplete="off", spellcheck="false")
    nationality = Choice(_("Nationality"))
    phone = Text(_("Phone"), inputmode="tel", autocomplete="off")
    card = Text(_("Driver's card"), hint=_("If the port has given one."), autocomplete="off")

    def choices_of(self, name: str, field: Choice) -> Choices:
        """Countries stand in the database."""
        return lists.countries()


class PaperForm(BodyForm):
    """One paper."""

    code = Choice(_("Paper"))
    number = Text(_("Number"), autocomplete="off", spellcheck="false")
    issued_on = calendar(_("Issued on"))
    valid_until = calendar(_("Valid until"))
    quantity = figure(_("Vehicles covered"))

    def choices_of(self, name: str, field: Choice) -> Choices:
        """Kinds of papers stand in the database; read once for all rows of a page."""
        return self.kinds or ()

    def __init__(self, *args: Any, kinds: lists.Groups | None = None, **options: Any) -> None:
        self.kinds = kinds
        super().__init__(*args, **options)


Parts = frozenset[str]
VEHICLE, PLATE, PAPERS = "vehicle", "plate", "papers"
WHOLE: Parts = frozenset({VEHICLE, PLATE, PAPERS})


class VehicleEntry:
    """The forms of one vehicle, or of a part of it; bound to what was sent or else to a stored body."""

    def __init__(
        self, *, data: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None, parts: Parts = WHOLE
    ) -> None:
        stored = body or {}
        self.parts = parts
        self.others: list[Problem] = []  # what no single field is about
        self.fix = ""  # the VIN that was probably meant
        if data is None:
            self.vehicle = VehicleForm.of(stored)
            self.plate = PlateForm.of(stored)
            self.driver = DriverForm.of(stored.get("driver") or {}, prefix="driver")
        else:
            self.vehicle = VehicleForm(data)
            self.plate = PlateForm(data)
            self.driver = DriverForm(data, prefix="driver")
        self.papers = self._paper_forms(data, stored) if PAPERS in parts else []

    @property
    def forms(self) -> list[BodyForm]:
        """The forms in the order of the page."""
        return list(self._forms())

    def _forms(self) -> Iterator[BodyForm]:
        if VEHICLE in self.parts:
            yield self.vehicle
        if PLATE in self.parts:
            yield self.plate
            yield self.driver
        yield from self.papers

    @property
    def is_readable(self) -> bool:
        """Whether everything typed can be stored."""
        return all(form.is_readable for form in self.forms)

    def body(self) -> dict[str, Any]:
        """The vehicle's values as the body wants them; a driver of whom nothing is said is none."""
        result: dict[str, Any] = {}
        if VEHICLE in self.parts:
            result |= self.vehicle.body()
            result["fuel"] = result.get("fuel") or None
        if PLATE in self.parts:
            result |= self.plate.body()
            driver = self.driver.body()
            result["driver"] = driver if any(driver.values()) else None
        if PAPERS in self.parts:
            result["papers"] = [form.body() for form in self._filled()]
        return result

    def take(self, problems: list[Problem], *, all_of_them: bool = True) -> None:
        """Tell problems (pointers begin at the vehicle) at their fields.

        all_of_them: also at fields where nothing stands yet.
        """
        for problem in problems:
            form, name = self._place(problem.pointer)
            if problem.values.get("fixed"):
                self.fix = str(problem.values["fixed"])
            if form is None or name not in form.fields:
                if self._is_about_here(problem.pointer):
                    self.others.append(problem)
            elif all_of_them or form.has_value(name):
                form.take(problem, name)

    def items(self) -> list[dict[str, str]]:
        """Everything that stops lodging, for the summary of errors."""
        found = [
            {"label": str(bound.label), "text": str(text), "href": f"#{bound.id_for_label}"}
            for form in self.forms
            for bound in form
            for text in bound.errors
        ]
        stopping = [problem for problem in self.others if problem.level is Level.ERROR]
        return found + [{"text": problem.message, "href": ""} for problem in stopping]

    @property
    def remarks(self) -> list[str]:
        """Warnings that no single field is about, such as missing papers."""
        return [problem.message for problem in self.others if problem.level is Level.WARNING]

    def _filled(self) -> list[BodyForm]:
        return [form for form in self.papers if any(form.has_value(name) for name in form.fields)]

    def _place(self, pointer: str) -> tuple[BodyForm | None, str]:
        match pointer.strip("/").split("/"):
            case ["driver", name] if PLATE in self.parts:
                return self.driver, name
            case ["papers", index, name] if index.isdigit() and int(index) < len(self._filled()):
                return self._filled()[int(index)], name
            case [name] if PLATE in self.parts and name in self.plate.fields:
                return self.plate, name
            case [name] if VEHICLE in self.parts:
                return self.vehicle, name
        return None, ""

    def _is_about_here(self, pointer: str) -> bool:
        top = pointer.strip("/").split("/")[0]
        part = {"driver": PLATE, "plate": PLATE, "plate_expires_on": PLATE, "papers": PAPERS}.get(top, VEHICLE)
        return part in self.parts

    def _paper_forms(self, data: Mapping[str, Any] | None, stored: Mapping[str, Any]) -> list[BodyForm]:
        """A form for each paper there is, and an empty one behind."""
        kinds = lists.paper_types()
        rows = [row for row in stored.get("papers") or () if isinstance(row, Mapping)]
        if data is None:
            bound = [PaperForm.of(row, prefix=f"papers-{n}", kinds=kinds) for n, row in enumerate(rows)]
            return [*bound, PaperForm.of({}, prefix=f"papers-{len(bound)}", kinds=kinds)]
        sent = 0
        while sent < MOST_PAPERS and f"papers-{sent}-code" in data:
            sent += 1
        wanted = min(sent + ("more_papers" in data), MOST_PAPERS) or 1
        return [PaperForm(data, prefix=f"papers-{n}", kinds=kinds) for n in range(wanted)]


def like(vehicle: Vehicle) -> dict[str, Any]:
    """The body of another vehicle of the same model."""
    body = vehicle.body()
    return {name: body.get(name) for name in MODEL_DATA}
