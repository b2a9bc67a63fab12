"""What the laws are tried on."""

import pytest

from declarations.models import Vehicle
from tests.raw import force


@pytest.fixture
def released(declaration):
    """A released declaration of two vehicles."""
    return declaration(vehicles=2)


@pytest.fixture
def vehicle(released):
    """The first of them, in the yard."""
    row = Vehicle.objects.filter(declaration=released).first()
    force(row, "PRESENTED")
    row.refresh_from_db()
    return row
