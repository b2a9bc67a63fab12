"""What stands on the two sheets of a pass. No driver, no passport: the sheet lies behind a windscreen."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class PassOnPaper:
    """One pass, its vehicle, and what the driver is told at the moment of printing."""

    code: str
    manual_code: str
    version: int
    vin: str
    plate: str
    vehicle: str
    colour: str
    port_code: str
    port_names: tuple[str, ...]
    """In the order of DRIVER_LANGUAGES."""
    gate_names: tuple[str, ...]
    """The gate where the vehicle presents itself first, in the same order; empty texts where the port tells none."""
    valid_from: datetime
    valid_until: datetime
    reference: str
    own_reference: str
    sentence: str | Promise
    printed_at: datetime
