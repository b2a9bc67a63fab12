"""Vehicles of the demo: real makers' codes, right check digits, papers and drivers as the trade has them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from declarations import tariff
from declarations import vin as vins
from declarations.models import load_reference
from declarations.papers import EXPORT_LICENCE
from declarations.words import Condition, Powertrain
from seeds.reference import read_csv

COLOURS = ("白 white", "黑 black", "灰 grey", "蓝 blue", "红 red", "银 silver", "绿 green")
DRIVERS = (
    ("马建国", "CN"),
    ("李秀英", "CN"),
    ("艾力·买买提", "CN"),
    ("张伟", "CN"),
    ("古丽娜尔·阿不都", "CN"),
    ("王志强", "CN"),
    ("Ержан Сәрсенов", "KZ"),
    ("赵敏", "CN"),
    ("叶尔肯·哈再孜", "CN"),
    ("刘洋", "CN"),
    ("Бекзат Оразов", "KZ"),
    ("陈静", "CN"),
)
"""Ferrymen of the demo; names and numbers are invented."""

BATTERY_ELECTRIC_CODE = "8703801090"
UNKNOWN_ENDING = "0000"
"""The last four digits of national codes are not in the sources, but for battery-electric cars."""


@dataclass(frozen=True, slots=True)
class Model:
    """One model as a row of seeds/data/demo_models.csv says it; masses in kg, displacement in cc."""

    key: str
    make: str
    model: str
    wmi: str
    vds: str
    plant: str
    category: str
    powertrain: str
    displacement_cc: int | None
    seats: int
    gross_mass_kg: int
    curb_mass_kg: int
    price_cny: int
    hs6: str

    def body(self) -> dict[str, Any]:
        """The part of a vehicle's body that every vehicle of the model shares."""
        return {
            name: getattr(self, name)
            for name in (
                "make",
                "model",
                "category",
                "powertrain",
                "displacement_cc",
                "seats",
                "gross_mass_kg",
                "curb_mass_kg",
            )
        } | {"hs_code": self.hs_code()}

    def hs_code(self) -> str:
        """The national code: what the tariff proposes, narrowed where it leaves a choice."""
        proposals = tariff.propose(
            self.category,
            self.powertrain,
            None,
            self.displacement_cc,
            self.seats,
            self.gross_mass_kg,
            load_reference().tariff_rows,
        )
        hs6 = self.hs6 or proposals[0].hs6
        if hs6 not in {proposal.hs6 for proposal in proposals}:
            raise ValueError(f"the tariff does not propose {hs6} for {self.key}")
        return BATTERY_ELECTRIC_CODE if self.powertrain == Powertrain.BEV else hs6 + UNKNOWN_ENDING


@cache
def models() -> Mapping[str, Model]:
    """The models by key."""
    numbers = ("displacement_cc", "seats", "gross_mass_kg", "curb_mass_kg", "price_cny")
    return {
        row["key"]: Model(**{**row, **{name: int(row[name]) if row[name] else None for name in numbers}})  # type: ignore[arg-type]
        for row in read_csv("demo_models")
    }


def build_vin(wmi: str, vds: str, *, year: int, plant: str, serial: int) -> str:
    """A VIN with its check digit: maker 3, description 5, check, year code, plant, serial number 6."""
    code = vins.YEAR_CODES[(year - 1980) % len(vins.YEAR_CODES)]
    without = f"{wmi}{vds}0{code}{plant}{serial:06d}"
    return without[:8] + vins.check_digit(without) + without[9:]


@dataclass
class Factory:
    """Makes vehicle bodies one after the other; everything follows from how many it made."""

    made: int = 0
    serials: dict[str, int] = field(default_factory=dict)

    def vehicle(
        self,
        key: str,
        *,
        on: date,
        arrival_on: date,
        vin: str = "",
        used: date | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        """One vehicle's body. on: the day of declaring; used: the day of first registration of a used one."""
        self.made += 1
        model = models()[key]
        year = self._year(vin, used, on)
        vin = vin or self._vin(model, year)
        share = Decimal(96 + self.made % 9) / 100
        if used:
            share *= max(Decimal("0.35"), 1 - Decimal(on.year - used.year) * Decimal("0.11"))
        body = {
            "vin": vin,
            **model.body(),
            "model_year": year,
            "condition": Condition.USED if used else Condition.NEW,
            "value": f"{(model.price_cny * share).quantize(Decimal('1E2')):.2f}",
            "colour": COLOURS[self.made % len(COLOURS)],
            "first_registered_on": used.isoformat() if used else None,
            "odometer_km": (on - used).days * 41 if used else None,
            "plate": f"新F{(self.made * 7919) % 10000:04d}临",
            "plate_expires_on": (arrival_on + timedelta(days=21)).isoformat(),
            "papers": self._papers(model, on=on, arrival_on=arrival_on, used=used),
            "driver": self._driver(),
        }
        return body | changes

    def _year(self, vin: str, used: date | None, on: date) -> int:
        """What the VIN's year code says, the latest that is not beyond next year."""
        if not vin:
            return used.year if used else on.year
        return max(year for year in vins.model_years(vin[9]) if year <= on.year + 1)

    def _vin(self, model: Model, year: int) -> str:
        serial = self.serials[model.key] = self.serials.get(model.key, 310_000 + len(self.serials) * 1371) + 17
        return build_vin(model.wmi, model.vds, year=year, plant=model.plant, serial=serial)

    def _driver(self) -> dict[str, Any]:
        round_, person = divmod(self.made, len(DRIVERS))
        name, nationality = DRIVERS[person]
        number = 10_000_000 + (person * 7_654_321 + round_ * 1_234_567) % 89_999_999
        return {
            "name": name,
            "passport_number": f"E{number:08d}" if nationality == "CN" else f"N{number:08d}",
            "nationality": nationality,
            "phone": f"+86 1390999{self.made:04d}" if nationality == "CN" else f"+7 701 555 {self.made:04d}",
            "card": f"FM-{2025_0000 + round_ * 100 + person}",
        }

    def _papers(self, model: Model, *, on: date, arrival_on: date, used: date | None) -> list[dict[str, Any]]:
        """What the list of papers asks of such a vehicle, each with a number and plausible dates."""

        def paper(
            code: str, *, days_ago: int, until: date | None = None, quantity: int | None = None
        ) -> dict[str, Any]:
            return {
                "code": code,
                "number": f"{code[:3].upper()}-{on.year}-{self.made:05d}",
                "issued_on": (on - timedelta(days=days_ago)).isoformat(),
                "valid_until": until.isoformat() if until else None,
                "quantity": 1 if code == EXPORT_LICENCE else None,
            }

        far = on + timedelta(days=150)
        papers = [
            paper("compulsory_insurance", days_ago=2, until=arrival_on + timedelta(days=30)),
            paper("commercial_invoice", days_ago=6),
            paper("packing_list", days_ago=6),
        ]
        if used:
            papers += [
                paper(EXPORT_LICENCE, days_ago=12, until=far),
                paper("registration_certificate", days_ago=20),
                paper("inspection_report", days_ago=9, until=far),
                paper("used_exporter_filing", days_ago=200, until=far),
            ]
            if (on - used).days <= 180:
                papers.append(paper("after_sales_confirmation", days_ago=8, until=far))
        else:
            papers += [
                paper("certificate_of_conformity", days_ago=30),
                paper("exporter_qualification", days_ago=120, until=far),
            ]
            if model.powertrain == Powertrain.BEV:
                papers.append(paper(EXPORT_LICENCE, days_ago=10, until=far))
        return papers
