"""Adding and taking back files in one line."""

from datetime import timedelta

from declarations.actions import documents
from declarations.lifecycle import DeclarationStatus
from tests.cast import NOON, let_workers_run

LATER = NOON + timedelta(hours=1)


def add(row, by, *files, code="export_licence", vehicles=None, now=NOON, **details):
    """Add files, at all vehicles unless some are named."""
    chosen = list(row.vehicles.order_by("position")) if vehicles is None else vehicles
    return documents.add(
        declaration_id=row.pk,
        code=code,
        files=[(f"file{n}", data) for n, data in enumerate(files)],
        vehicle_ids=[each.pk for each in chosen],
        details=details,
        by=by,
        now=now,
    )


def gone(declaration, scanner):
    """A declaration whose used vehicle has left the country."""
    row = declaration()
    vehicle = row.vehicles.get()
    for lane in ("CNHRS-E1", "CNHRS-R1", "CNHRS-X1"):
        scanner(lane).scan(vehicle)
    let_workers_run()
    row.refresh_from_db()
    assert row.status == DeclarationStatus.COMPLETED
    return row


def remove(row, by, now=LATER):
    return documents.remove(document_id=row.pk, by=by, now=now)
