"""The code lists that the checks read, as plain values. The models floor fills them from the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from declarations.papers import PaperType
from declarations.tariff import TariffRow


@dataclass(frozen=True, slots=True)
class PortRow:
    """What the checks know of a port: its country (ISO 3166 alpha-2) and the modes it serves."""

    country: str
    modes: frozenset[str]


@dataclass(frozen=True)
class ReferenceData:
    """Everything a check looks up. Nothing in it changes while a declaration is checked."""

    ports: Mapping[str, PortRow] = field(default_factory=dict)
    countries: frozenset[str] = frozenset()
    currencies: Mapping[str, int] = field(default_factory=dict)
    """ISO 4217 code to its number of decimals."""
    incoterms: Mapping[str, bool] = field(default_factory=dict)
    """Incoterms 2020 code to whether it is for sea and inland water only."""
    tariff_rows: tuple[TariffRow, ...] = ()
    licence_codes: Mapping[str, date] = field(default_factory=dict)
    """National HS code to the day from which it needs an export licence."""
    makers: Mapping[str, str] = field(default_factory=dict)
    """WMI to maker and group."""
    paper_types: Mapping[str, PaperType] = field(default_factory=dict)
    temporary_plate_patterns: tuple[str, ...] = ()
    kazakh_regions: frozenset[str] = frozenset()
    hs6: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Subheadings that exist, from the rows."""
        object.__setattr__(self, "hs6", frozenset(row.hs6 for row in self.tariff_rows))
