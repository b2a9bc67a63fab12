"""A draft without vehicles, and files that fill it."""

import csv
import io

import pytest

from declarations import actions
from declarations.actions import sheets
from declarations.models import Sheet
from tests.cast import NOON, declaration_body, let_workers_run, vehicle_body

PLAIN = (
    "vin", "make", "model", "model_year", "category", "condition", "powertrain", "displacement_cc", "seats",
    "gross_mass_kg", "curb_mass_kg", "hs_code", "value", "colour", "plate", "plate_expires_on",
)  # fmt: skip
TITLES = {"powertrain": "Drive"}


def table(*bodies, columns=PLAIN):
    """A CSV with these vehicles; a driver's name and passport go along."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [*(TITLES.get(name, name.replace("_", " ")) for name in columns), "driver's name", "passport number"]
    )
    for body in bodies:
        driver = body.get("driver") or {}
        cells = ["" if body.get(name) is None else body[name] for name in columns]
        writer.writerow([*cells, driver.get("name", ""), driver.get("passport_number", "")])
    return out.getvalue().encode()


def vehicles(*numbers, **changes):
    """Vehicles with nothing wrong."""
    return [vehicle_body(number, **changes) for number in numbers]


class Intake:
    """One draft, its exporter, and what workers make of the files he sends."""

    def __init__(self, draft, alice):
        self.draft, self.alice, self.now = draft, alice, NOON

    def send(self, data, *, works=True, **options):
        """Upload; the workers read it unless they are said to wait."""
        sheet = sheets.upload(
            declaration_id=self.draft.pk, name="cars.csv", data=data, by=self.alice, now=self.now, **options
        )
        if works:
            let_workers_run(self.now)
        return Sheet.objects.get(pk=sheet.pk)

    def levels(self, sheet):
        """What the check says of each row."""
        return list(sheet.rows.values_list("level", flat=True))

    def take(self, sheet, *, lodges=True):
        """Hand the good rows over, and let the workers do it."""
        sheets.take(sheet_id=sheet.pk, lodges=lodges, by=self.alice, now=self.now)
        let_workers_run(self.now)
        return Sheet.objects.get(pk=sheet.pk)


@pytest.fixture
def intake(reference, tianshan, alice):
    """A complete header and no vehicle yet."""
    return Intake(actions.create(organisation=tianshan, body=declaration_body(), by=alice, now=NOON), alice)
