"""Passes on paper: the sheets of one, and all of a declaration as one file that a worker makes."""

from collections.abc import Iterator
from datetime import datetime

from declarations import instructions, paper
from declarations.models import Pass
from declarations.models.standing import answer


def sheet(row: Pass, *, now: datetime) -> bytes:
    """One pass as it stands now, as a PDF of two pages."""
    (told,) = on_paper([row], now=now)
    return paper.sheet(told)


def on_paper(rows: list[Pass], *, now: datetime) -> Iterator[paper.PassOnPaper]:
    """What paper says of each pass, readiness as it is now."""
    standing = answer([row.vehicle for row in rows], now=now)
    for row in rows:
        vehicle, declaration = row.vehicle, row.vehicle.declaration
        names = row.port.names
        yield paper.PassOnPaper(
            code=row.code,
            manual_code=row.manual_code,
            version=row.version,
            vin=row.vin,
            plate=vehicle.plate,
            vehicle=f"{vehicle.make} {vehicle.model}".strip(),
            colour=vehicle.colour,
            port_code=row.port_id,
            port_names=tuple(names[code[:2]] for code in instructions.DRIVER_LANGUAGES),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            reference=declaration.reference,
            own_reference=declaration.functional_reference,
            sentence=instructions.instruction(
                pass_status=row.status, vehicle_status=vehicle.status, is_ready=standing[vehicle.pk].ready
            ),
            printed_at=now,
        )
