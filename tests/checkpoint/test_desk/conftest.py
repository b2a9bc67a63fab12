"""Vehicles on their way through the two kinds of port."""

import pytest

from tests.checkpoint.test_desk.desk import Desk


@pytest.fixture
def three(declaration, scanner, olga):
    """At the port with three gates."""
    return Desk(declaration(), scanner, olga)


@pytest.fixture
def one(declaration, scanner, olga):
    """At the port with a single gate."""
    return Desk(declaration(port="CNYRK"), scanner, olga)
